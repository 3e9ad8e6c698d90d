"""Tasks: given to somebody else, cancelled, removed by the office; noted on by the field."""

from typing import ClassVar

from schemas.actions.base import Action, Reason, Text
from schemas.effects import Effect
from schemas.ids import Uuid

_TASK = ("task", "task_id")


class TaskReassign(Action):
    """Somebody else is to do it; null: nobody in particular."""

    action: ClassVar[str] = "task.reassign"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"assignee_id": "$assignee_id"}),)

    task_id: Uuid
    assignee_id: Uuid | None = None
    reason: Reason


class TaskCancel(Action):
    """It is not to be done any more."""

    action: ClassVar[str] = "task.cancel"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"state": "cancelled"}),)

    task_id: Uuid
    reason: Reason


class TaskRemove(Action):
    """It was entered by mistake: it leaves every list. An edit made elsewhere without knowing restores it."""

    action: ClassVar[str] = "task.remove"
    subject: ClassVar[tuple[str, str] | None] = _TASK

    task_id: Uuid
    reason: Reason


class TaskNote(Action):
    """What whoever does it wants others to know."""

    action: ClassVar[str] = "task.note"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"note": "$note"}),)

    task_id: Uuid
    note: Text
