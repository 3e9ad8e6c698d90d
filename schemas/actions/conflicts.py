"""Conflicts: a person of the office decides one; a manager ratifies or rejects what was refused for want of a right."""

from typing import ClassVar

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, Reason, Text
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.conflicts import ConflictChoice


class ConflictDecide(Action):
    """Settle a conflict: `side` (index of a side), `both` as they are, or another `value`. The first decision stands.

    Its effect shows nothing, but it touches the conflict: so the entry says in `seen` which sides were looked at.
    """

    action: ClassVar[str] = "conflict.decide"
    subject: ClassVar[tuple[str, str] | None] = ("conflict", "conflict_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("conflict", "$conflict_id"),)

    conflict_id: Uuid
    choice: ConflictChoice
    side: int | None = Field(default=None, ge=0, lt=limits.CONFLICT_SIDES_MAX)
    value: Text | int | None = None
    reason: Reason


class EntryRatify(Action):
    """A refused entry takes effect after all: it is judged anew with the manager's right in the place of the actor's."""

    action: ClassVar[str] = "entry.ratify"

    entry_id: Uuid
    reason: Reason


class EntryReject(Action):
    """A refused entry stays refused: a manager has looked at it."""

    action: ClassVar[str] = "entry.reject"

    entry_id: Uuid
    reason: Reason
