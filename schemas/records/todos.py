"""To-dos: what somebody is to look after until a deadline; every notice rests on one."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from schemas.ids import Uuid
from schemas.merge import LAST_WRITER, SERVER
from schemas.people import Role
from schemas.records.base import Audience, Placement, Record
from schemas.todos import TodoCode

TodoState = Literal["open", "done", "dismissed"]
SubjectKind = Literal["rental", "asset", "customer", "task", "handover", "conflict", "device", "person"]


class TodoSubject(BaseModel):
    """The record a to-do is about."""

    model_config = ConfigDict(extra="forbid")

    kind: SubjectKind
    id: Uuid


class Todo(Record):
    """One thing for a person or a role of the office to look after (待办).

    It is owned by a person, by a role, or by a role with one person in front. Handed on, it stays open under its new owner;
    `handed` tells the way, oldest first, as `{from_id, from_role, to_id, to_role, by, at, reason}`. It ends done or dismissed:
    by a person (`closed_by`, `reason`), or by itself when its cause is gone (`cause_gone`). `rule` and `occasion`: which alert
    rule opened it, and for which time that the rule found its cause. `code` and `params`: what it says (`schemas/todos.py`).
    """

    kind: ClassVar[str] = "todo"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    code: Annotated[TodoCode, SERVER]
    params: Annotated[dict[str, Any], SERVER] = {}
    subject: Annotated[TodoSubject | None, SERVER] = None
    owner_id: Annotated[Uuid | None, LAST_WRITER] = None
    owner_role: Annotated[Role | None, LAST_WRITER] = None
    deadline: Annotated[str, LAST_WRITER]
    zone: Annotated[str, SERVER] = "Asia/Shanghai"
    state: Annotated[TodoState, SERVER] = "open"
    handed: Annotated[list[dict[str, Any]], SERVER] = []
    rule: Annotated[str | None, SERVER] = None
    occasion: Annotated[str, SERVER] = ""
    opened_by: Annotated[Uuid, SERVER]
    opened_at: Annotated[str, SERVER]
    closed_by: Annotated[Uuid | None, SERVER] = None
    closed_at: Annotated[str | None, SERVER] = None
    cause_gone: Annotated[bool, SERVER] = False
    kept_open: Annotated[bool, SERVER] = False
    reason: Annotated[str, SERVER] = ""
