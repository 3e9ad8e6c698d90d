"""What whoever scans a label may learn and say, without an account.

Neighbours: `server/http/faults.py`, the page `server/labels/report.html`. Nothing here names a customer or a rental.
"""

from pydantic import Field

from schemas import limits
from schemas.ids import Uuid
from schemas.protocol import Wire
from schemas.records.faults import FaultGuess


class TagPage(Wire):
    """GET /api/v1/tags/{tag}: what stands on the thing itself. `replaced_by`: the tag that took this one's place;
    `retired`: the asset is out of use, and nothing is taken about it."""

    tag: str
    label: str
    model: str
    replaced_by: str | None = None
    retired: bool = False


class FaultSaid(Wire):
    """POST /api/v1/tags/{tag}/faults. `id` is the sender's own: said twice, it is reported once. `photos`: base64 of JPEGs."""

    id: Uuid
    what: str = Field(min_length=1, max_length=limits.FAULT_TEXT_CHARS_MAX)
    guess: FaultGuess = "unsure"
    phone: str = Field(default="", max_length=limits.PHONE_CHARS_MAX)
    photos: list[str] = Field(default_factory=list, max_length=limits.FAULT_PHOTOS_MAX)
