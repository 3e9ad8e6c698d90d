"""What is answered to whoever brings a device's export file. Neighbours: `server/imports`, `protocol.py`."""

from schemas.ids import Uuid
from schemas.protocol import Wire


class ImportAnswer(Wire):
    """POST /api/v1/imports: of `entries` in the file `new` were not here before; `states` counts all of them by what became of
    them. Of `files` `stored` went into the vault, and `rejected` were no real pictures, or not what their hash says; the
    others were here, or no entry declares them."""

    device: Uuid
    entries: int
    new: int
    states: dict[str, int]
    files: int
    stored: int
    rejected: int
