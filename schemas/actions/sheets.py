"""Spreadsheets: taking back what an import entered."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.actions.base import Action
from schemas.ids import Uuid


class RecordRetract(Action):
    """A record that an import entered leaves every list again, since the import is undone, and what was made with it. Refused
    once anybody has changed it. `entries`: those that made it; `contact_id`: the person entered with a customer."""

    action: ClassVar[str] = "record.retract"

    kind: Literal["asset", "customer", "rental", "task"]
    record_id: Uuid
    entries: Annotated[list[Uuid], Field(min_length=1, max_length=9)]
    contact_id: Uuid | None = None
