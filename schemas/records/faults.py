"""Faults that somebody reported of an asset, by staff or by whoever scanned its label; labels that were replaced."""

from typing import Annotated, Any, ClassVar, Literal

from schemas.ids import Uuid
from schemas.merge import IMMUTABLE, SERVER, UNION
from schemas.records.base import Audience, Placement, Record

FaultState = Literal["open", "planned", "done", "rejected", "duplicate"]
FaultGuess = Literal["usable", "unsure", "unusable"]
FaultBy = Literal["staff", "customer"]


class Fault(Record):
    """One reported fault (故障报修). `guess`: whether whoever reported it thinks the asset can still be used. `photos`:
    {sha256: {entry}}. `task_id`: the repair it became, `planned`: {by, at, entry}; `closed`: {state, by, at, reason, entry}.
    `has_phone`: somebody may be called back, whose number lies in the record `fault_reporter`. `what` is a colleague's; what a
    customer wrote lies in the record `fault_words` of the same id."""

    kind: ClassVar[str] = "fault"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    asset_id: Annotated[Uuid, IMMUTABLE]
    depot_id: Annotated[Uuid, SERVER]
    what: Annotated[str, IMMUTABLE] = ""
    guess: Annotated[FaultGuess, IMMUTABLE] = "unsure"
    by: Annotated[FaultBy, IMMUTABLE] = "staff"
    photos: Annotated[dict[str, Any], UNION] = {}
    voices: Annotated[dict[str, Any], UNION] = {}
    state: Annotated[FaultState, SERVER] = "open"
    reported_at: Annotated[str, IMMUTABLE]
    reported_by: Annotated[Uuid, IMMUTABLE]
    task_id: Annotated[Uuid | None, SERVER] = None
    planned: Annotated[dict[str, Any], SERVER] = {}
    closed: Annotated[dict[str, Any], SERVER] = {}
    has_phone: Annotated[bool, SERVER] = False


class FaultReporter(Record):
    """How to reach whoever reported a fault: a projection of the entry's private part, dropped when it is erased."""

    kind: ClassVar[str] = "fault_reporter"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    fault_id: Annotated[Uuid, IMMUTABLE]
    entry_id: Annotated[Uuid, IMMUTABLE]
    phone: Annotated[str, IMMUTABLE]


class FaultWords(Record):
    """What a customer wrote of a fault, by the fault's id: he may have written names and numbers. A projection of the entry's
    private part, dropped when it is erased."""

    kind: ClassVar[str] = "fault_words"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    depot_id: Annotated[Uuid, SERVER]
    entry_id: Annotated[Uuid, IMMUTABLE]
    said: Annotated[str, IMMUTABLE]


class FormerTag(Record):
    """A tag that its asset no longer has: who scans it learns which one took its place."""

    kind: ClassVar[str] = "former_tag"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)
    unique: ClassVar[tuple[str, ...]] = ("tag",)

    depot_id: Annotated[Uuid, SERVER]
    tag: Annotated[str, IMMUTABLE]
    asset_id: Annotated[Uuid, SERVER]
    replaced_at: Annotated[str, SERVER]
    replaced_by: Annotated[Uuid, SERVER]
    reason: Annotated[str, SERVER] = ""
