"""What is answered to whoever brings a device's export file. Neighbours: `server/imports`, `protocol.py`."""

from schemas.ids import Uuid
from schemas.protocol import Wire


class ImportAnswer(Wire):
    """POST /api/v1/imports: of `entries` in the file `new` were not here before; of `files` `stored` went into the vault."""

    device: Uuid
    entries: int
    new: int
    files: int
    stored: int
