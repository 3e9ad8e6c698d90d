"""The organisation, its depots and its people (names and roles only; secrets never lie in records)."""

from typing import Annotated, ClassVar, Literal

from schemas import limits
from schemas.ids import Uuid
from schemas.merge import LAST_WRITER, UNION
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


class Depot(Record):
    """A place where assets stand and people work (网点/仓)."""

    kind: ClassVar[str] = "depot"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    name: Annotated[str, LAST_WRITER]
    name_en: Annotated[str, LAST_WRITER] = ""
    address: Annotated[str, LAST_WRITER] = ""


class Person(Record):
    """A member of staff."""

    kind: ClassVar[str] = "person"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    name: Annotated[str, LAST_WRITER]
    name_en: Annotated[str, LAST_WRITER] = ""
    roles: Annotated[list[Role], LAST_WRITER]
    depot_ids: Annotated[dict[Uuid, bool], UNION]
    active: Annotated[bool, LAST_WRITER] = True
