"""What an organisation has changed about the gate's rules, and the rules it has added.

Neighbours: `schemas/gate.py` has the shipped rules; `server/domain/rules/gate.py:in_force` lays these over them. Invariant: a
field that is null stands as shipped, so that two people changing different fields of a rule merge.
"""

from typing import Annotated, ClassVar

from schemas.gate import GateCode, GateCondition, GateLevel
from schemas.merge import IMMUTABLE, LAST_WRITER
from schemas.records.base import Audience, Placement, Record


class GateRule(Record):
    """One rule of the gate (交接门规则). Its id is derived from organisation and code: a code is one rule."""

    kind: ClassVar[str] = "gate_rule"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    code: Annotated[GateCode, IMMUTABLE]
    when: Annotated[list[GateCondition] | None, LAST_WRITER] = None
    level: Annotated[GateLevel | None, LAST_WRITER] = None
    active: Annotated[bool | None, LAST_WRITER] = None
    figure: Annotated[int | None, LAST_WRITER] = None
    zh: Annotated[str | None, LAST_WRITER] = None
    en: Annotated[str | None, LAST_WRITER] = None
    passable: Annotated[bool | None, LAST_WRITER] = None
