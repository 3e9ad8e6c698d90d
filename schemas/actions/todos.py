"""To-dos: opened, handed on, done, dismissed, opened again."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator

from schemas import limits
from schemas.actions.base import Action, Code, Instant, Reason, Text, Zone
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.people import Role
from schemas.records.todos import TodoSubject
from schemas.todos import TodoCode

_TODO = ("todo", "todo_id")
Param = Annotated[str, StringConstraints(max_length=limits.TODO_PARAM_CHARS_MAX)] | Annotated[int, Field(ge=-(2**53), le=2**53)]
Occasion = Annotated[str, StringConstraints(max_length=limits.NAME_CHARS_MAX)]


class TodoOpen(Action):
    """Something is to be looked after until `deadline` by a person, a role, or a role with one person in front.

    People open `free` ones, whose words are `params.text`; the other codes, `rule` and `occasion` are the system's.
    """

    action: ClassVar[str] = "todo.open"
    subject: ClassVar[tuple[str, str] | None] = ("depot", "depot_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "todo",
            "$todo_id",
            {
                "depot_id": "$depot_id", "code": "$code", "params": "$params", "owner_id": "$owner_id",
                "owner_role": "$owner_role", "deadline": "$deadline", "zone": "$zone", "opened_by": "@actor",
                "opened_at": "@at", "subject": "$about",
            },
            create=True,
        ),
    )  # fmt: skip

    todo_id: Uuid
    depot_id: Uuid
    code: TodoCode = "free"
    params: dict[Code, Param] = Field(default={}, max_length=limits.TODO_PARAMS_MAX)
    about: TodoSubject | None = None
    owner_id: Uuid | None = None
    owner_role: Annotated[Role, Field(strict=False)] | None = None
    deadline: Instant
    zone: Zone = "Asia/Shanghai"
    rule: Code | None = None
    occasion: Occasion = ""

    @model_validator(mode="after")
    def _owned(self) -> Self:
        if self.owner_id is None and self.owner_role is None:
            raise ValueError("a to-do has an owner: a person, a role, or both")
        return self


class TodoHandOn(Action):
    """Somebody else is to look after it; the deadline may move with it (absent: it stays)."""

    action: ClassVar[str] = "todo.hand_on"
    subject: ClassVar[tuple[str, str] | None] = _TODO
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("todo", "$todo_id", {"owner_id": "$owner_id", "owner_role": "$owner_role", "deadline": "$deadline"}),
    )

    todo_id: Uuid
    owner_id: Uuid | None = None
    owner_role: Annotated[Role, Field(strict=False)] | None = None
    deadline: Instant | None = None
    reason: Text = ""

    @model_validator(mode="after")
    def _owned(self) -> Self:
        if self.owner_id is None and self.owner_role is None:
            raise ValueError("a to-do has an owner: a person, a role, or both")
        return self


class TodoDone(Action):
    """It has been looked after. Written by the system: its cause is gone."""

    action: ClassVar[str] = "todo.done"
    subject: ClassVar[tuple[str, str] | None] = _TODO
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("todo", "$todo_id", {"state": "done", "closed_by": "@actor", "closed_at": "@at", "reason": "$note"}),
    )

    todo_id: Uuid
    note: Text = ""


class TodoDismiss(Action):
    """It need not be looked after, for a reason."""

    action: ClassVar[str] = "todo.dismiss"
    subject: ClassVar[tuple[str, str] | None] = _TODO
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("todo", "$todo_id", {"state": "dismissed", "closed_by": "@actor", "closed_at": "@at", "reason": "$reason"}),
    )

    todo_id: Uuid
    reason: Reason


class TodoReopen(Action):
    """It is open after all; no rule closes it by itself any more."""

    action: ClassVar[str] = "todo.reopen"
    subject: ClassVar[tuple[str, str] | None] = _TODO
    effects: ClassVar[tuple[Effect, ...]] = (Effect("todo", "$todo_id", {"state": "open"}),)

    todo_id: Uuid
    reason: Text = ""
