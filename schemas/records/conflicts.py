"""Conflicts: recorded contradictions between what people did. Both sides are kept, the rule is named, a person may decide.

Neighbours: `schemas/conflicts.py` has the rules and their sentences, `schemas/actions/conflicts.py` what decides one;
`server/domain/rules` finds them, `sync/conflicts.py` records them. Invariants: the id is derived from what contradicts, so
the same contradiction said twice is one record; a side is never removed.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from schemas.conflicts import ConflictRule
from schemas.ids import Uuid
from schemas.merge import SERVER
from schemas.records.base import Audience, Placement, Record

ConflictState = Literal["open", "noted", "decided"]
ConflictChoice = Literal["side", "both", "value"]


class ConflictSide(BaseModel):
    """What one of them did: the entry, who and when (corrected), and the values he stands for.

    `entry` is an entry's id, or null where a rule or base data of the office stands against somebody.
    """

    model_config = ConfigDict(extra="forbid")

    entry: Uuid | None
    device_id: Uuid | None
    actor_id: Uuid | None
    at: str
    hlc: str
    handover_id: Uuid | None = None
    values: dict[str, Any] = {}


class ConflictSubject(BaseModel):
    """The record that is contradicted about."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    id: Uuid


class Conflict(Record):
    """One contradiction. `sides` are in order of corrected capture time; `standing` is the index of the one that stands.

    `differs` names what they differ in (`acceptance`, `readings.odometer`, `severity`, `clause.3` …). state: `open` waits for
    a person, `noted` needs none, `decided` was. `choice` says how: a side (`chosen`), both, or another value.
    """

    kind: ClassVar[str] = "conflict"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    depot_id: Annotated[Uuid, SERVER]
    rule: Annotated[ConflictRule, SERVER]
    subject: Annotated[ConflictSubject, SERVER]
    field: Annotated[str | None, SERVER] = None
    sides: Annotated[list[ConflictSide], SERVER]
    standing: Annotated[int | None, SERVER] = None
    differs: Annotated[list[str], SERVER] = []
    state: Annotated[ConflictState, SERVER] = "open"
    at: Annotated[str, SERVER]
    concerned: Annotated[list[Uuid], SERVER] = []
    asset_id: Annotated[Uuid | None, SERVER] = None
    rental_id: Annotated[Uuid | None, SERVER] = None
    decided_by: Annotated[Uuid | None, SERVER] = None
    decided_at: Annotated[str | None, SERVER] = None
    choice: Annotated[ConflictChoice | None, SERVER] = None
    chosen: Annotated[int | None, SERVER] = None
    value: Annotated[Any, SERVER] = None
    reason: Annotated[str, SERVER] = ""
