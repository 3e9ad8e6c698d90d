"""Quarantine: what a shut-out device or an abandoned epoch sent, admitted or dismissed by a manager who has looked at it."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from schemas import limits
from schemas.actions.base import Action, Reason
from schemas.ids import Sha256, Uuid


class KeptEntry(BaseModel):
    """One entry kept aside, as its device numbered and chained it. The hash says which bytes were looked at."""

    model_config = ConfigDict(extra="forbid", strict=True)

    epoch: int = Field(ge=0, le=limits.SEQ_MAX)
    seq: int = Field(ge=1, le=limits.SEQ_MAX)
    hash: Sha256


KeptEntries = Annotated[list[KeptEntry], Field(min_length=1, max_length=limits.QUARANTINE_DECIDED_MAX)]


class QuarantineAdmit(Action):
    """What was kept aside is taken into an annex of its device's journal and judged now, in the order it was written."""

    action: ClassVar[str] = "quarantine.admit"
    subject: ClassVar[tuple[str, str] | None] = ("device", "device_id")

    device_id: Uuid
    entries: KeptEntries
    reason: Reason


class QuarantineDismiss(Action):
    """What was kept aside stays aside for ever, and is judged never: a manager has looked at it."""

    action: ClassVar[str] = "quarantine.dismiss"
    subject: ClassVar[tuple[str, str] | None] = ("device", "device_id")

    device_id: Uuid
    entries: KeptEntries
    reason: Reason
