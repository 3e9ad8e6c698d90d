"""Devices, the invitations that enrol them, what became of their entries, and what went wrong with their journals."""

from typing import Annotated, Any, ClassVar, Literal

from schemas.ids import Sha256, Uuid
from schemas.merge import IMMUTABLE, LAST_WRITER, SERVER, UNION
from schemas.records.base import Audience, Placement, Record

DeviceType = Literal["field", "office", "client", "system"]
RosterBy = Literal["depot", "chosen"]
OutcomeState = Literal["applied", "merged", "conflict", "refused", "parked", "held", "quarantined"]


class Device(Record):
    """An enrolled installation, as the office sees it. `lost`, once it was reported: a `LostWord` (schemas/device_reports.py).
    `roster_by` `chosen`: of those who might use a shared one, only the people in `roster` may."""

    kind: ClassVar[str] = "device"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    name: Annotated[str, LAST_WRITER]
    type: Annotated[DeviceType, SERVER]
    person_id: Annotated[Uuid | None, SERVER] = None
    state: Annotated[Literal["active", "revoked", "replaced", "wiping", "wiped"], SERVER] = "active"
    platform: Annotated[str, SERVER] = ""
    app: Annotated[str, SERVER] = ""
    enrolled_at: Annotated[str, SERVER]
    last_seen_at: Annotated[str | None, SERVER] = None
    epoch: Annotated[int, SERVER] = 0
    proven_seq: Annotated[int, SERVER] = 0
    pending: Annotated[dict[str, int], SERVER] = {"entries": 0, "blobs": 0, "bytes": 0}
    storage: Annotated[dict[str, Any], SERVER] = {}
    skew_ms: Annotated[int | None, SERVER] = None
    lost: Annotated[dict[str, Any], SERVER] = {}
    roster_by: Annotated[RosterBy, LAST_WRITER] = "depot"
    roster: Annotated[dict[Uuid, bool], UNION] = {}


class Roster(Record):
    """What a shared device is told of who may use it, in its own bucket: it asks for its roster anew when this changes."""

    kind: ClassVar[str] = "roster"
    placement: ClassVar[Placement] = Placement.DEVICE
    audiences: ClassVar[tuple[Audience, ...]] = ()

    device_id: Annotated[Uuid, SERVER]
    by: Annotated[RosterBy, SERVER] = "depot"
    people: Annotated[dict[Uuid, bool], SERVER] = {}


class Invitation(Record):
    """A single-use right to enrol a device. Only the hash of its code is known here."""

    kind: ClassVar[str] = "invitation"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    code_sha256: Annotated[Sha256, IMMUTABLE]
    person_id: Annotated[Uuid | None, IMMUTABLE] = None
    name: Annotated[str, IMMUTABLE] = ""
    replaces: Annotated[Uuid | None, IMMUTABLE] = None
    expires_at: Annotated[str, IMMUTABLE]
    made_by: Annotated[Uuid, IMMUTABLE]
    used_by: Annotated[Uuid | None, SERVER] = None
    used_at: Annotated[str | None, SERVER] = None


class Incident(Record):
    """Something about a journal that a person must know: gap, fork, eviction, damaged entry, clock, rejected blob. Closed by a
    person, with a note, or by itself (`closed_by` null) when what it told of is over."""

    kind: ClassVar[str] = "incident"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    device_id: Annotated[Uuid, SERVER]
    type: Annotated[str, SERVER]
    detail: Annotated[dict[str, Any], SERVER] = {}
    at: Annotated[str, SERVER]
    state: Annotated[Literal["open", "closed"], SERVER] = "open"
    closed_by: Annotated[Uuid | None, SERVER] = None
    closed_at: Annotated[str | None, SERVER] = None
    note: Annotated[str, SERVER] = ""


class ReleasedGap(Record):
    """What managers gave up as missing of one epoch of a device's journal: `gaps` are {first, last, by, at, reason, entry}."""

    kind: ClassVar[str] = "released_gap"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    device_id: Annotated[Uuid, SERVER]
    epoch: Annotated[int, SERVER]
    gaps: Annotated[list[dict[str, Any]], SERVER] = []


class OutcomeRecord(Record):
    """What became of one entry, where it was not simply applied: it lies in its device's own bucket and can change."""

    kind: ClassVar[str] = "outcome"
    placement: ClassVar[Placement] = Placement.DEVICE
    audiences: ClassVar[tuple[Audience, ...]] = ()

    device_id: Annotated[Uuid, SERVER]
    epoch: Annotated[int, SERVER]
    seq: Annotated[int, SERVER]
    action: Annotated[str, SERVER] = ""
    state: Annotated[OutcomeState, SERVER]
    code: Annotated[str | None, SERVER] = None
    detail: Annotated[dict[str, Any], SERVER] = {}
