"""The organisation, its depots and its people (names and roles only; secrets never lie in records)."""

from typing import Annotated, ClassVar, Literal

from schemas import limits
from schemas.ids import Uuid
from schemas.merge import LAST_WRITER, SERVER, UNION
from schemas.people import Role
from schemas.records.base import Audience, Placement, Record

GatePolicy = Literal["strict", "records", "grace"]


class Organisation(Record):
    """The unit of isolation, ordering and sharding."""

    kind: ClassVar[str] = "organisation"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    name: Annotated[str, LAST_WRITER]
    name_en: Annotated[str, LAST_WRITER] = ""
    zone: Annotated[str, LAST_WRITER] = "Asia/Shanghai"
    gate_policy: Annotated[GatePolicy, LAST_WRITER] = "strict"
    grace_hours: Annotated[int, LAST_WRITER] = limits.GATE_GRACE_HOURS
    grace_entries: Annotated[int, LAST_WRITER] = limits.GATE_GRACE_ENTRIES
    files_hours: Annotated[int, LAST_WRITER] = limits.GATE_FILES_HOURS
    repair_days: Annotated[int, LAST_WRITER] = limits.PLAN_REPAIR_DAYS
    inspect_ahead_days: Annotated[int, LAST_WRITER] = limits.PLAN_INSPECT_AHEAD_DAYS
    service_ahead_km: Annotated[int, LAST_WRITER] = limits.PLAN_SERVICE_AHEAD_KM
    service_ahead_hours: Annotated[int, LAST_WRITER] = limits.PLAN_SERVICE_AHEAD_HOURS
    recover_after_days: Annotated[int, LAST_WRITER] = limits.PLAN_RECOVER_AFTER_DAYS


class Depot(Record):
    """A place where assets stand and people work (网点/仓). `closed`: nothing new is begun there."""

    kind: ClassVar[str] = "depot"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    name: Annotated[str, LAST_WRITER]
    name_en: Annotated[str, LAST_WRITER] = ""
    address: Annotated[str, LAST_WRITER] = ""
    closed: Annotated[bool, SERVER] = False


class Person(Record):
    """A member of staff. `left_at`: when the server heard that they left — whatever they proved themselves with before counts no
    more, even if they come back; `pin_reset_at`: when somebody else last ended their PIN."""

    kind: ClassVar[str] = "person"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    name: Annotated[str, LAST_WRITER]
    name_en: Annotated[str, LAST_WRITER] = ""
    roles: Annotated[list[Role], LAST_WRITER]
    depot_ids: Annotated[dict[Uuid, bool], UNION]
    active: Annotated[bool, LAST_WRITER] = True
    left_at: Annotated[str | None, SERVER] = None
    pin_reset_at: Annotated[str | None, SERVER] = None
