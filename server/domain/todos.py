"""To-dos: opened by people and rules, handed on, done, dismissed, opened again.

Neighbours: `server/jobs/alerts.py` opens and closes those of the rules through the system device; `server/notify` tells their
owners. Invariants: whoever owns one can see it · two people closing one: the first stands, the second is told · what a rule has
opened for an occasion is opened once, however often it is said.
"""

from typing import Any, Final

from schemas.actions.todos import TodoDismiss, TodoDone, TodoHandOn, TodoOpen, TodoReopen
from schemas.errors import ErrorCode
from schemas.ids import SYSTEM_ACTOR
from schemas.limits import TODO_HANDED_MAX
from schemas.people import OFFICE_ROLES, Reach, Role, reach_of
from server.domain.rules.decisions import tell_second
from sync.unit import Handlers, Refusal, Unit


def open_todo(unit: Unit, args: TodoOpen) -> None:
    """A new one. A repeat by the system changes nothing; a person's under a known id is refused."""
    by_system = unit.device.type == "system"
    if unit.get("todo", args.todo_id) is not None:
        if by_system:
            return
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="open")
    if not by_system and (args.code != "free" or args.rule is not None or args.occasion):
        raise Refusal(ErrorCode.ACTION_FORBIDDEN, action=args.action, todo=args.code)
    if args.code == "free" and not str(args.params.get("text", "")).strip():
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="empty")
    if args.about is not None:
        unit.need(args.about.kind, args.about.id)
    _check_owner(unit, args.owner_id, args.owner_role, args.depot_id)
    values: dict[str, Any] = args.model_dump(mode="json", exclude={"todo_id", "about"})
    values["subject"] = args.about.model_dump(mode="json") if args.about is not None else None
    values |= {"opened_by": unit.body.actor, "opened_at": unit.at}
    unit.write("todo", args.todo_id, values, create=True)


def hand_on(unit: Unit, args: TodoHandOn) -> None:
    """It stays open, under another owner."""
    todo = unit.need("todo", args.todo_id)
    if todo["state"] != "open":
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=todo["state"], by=todo["closed_by"], at=todo["closed_at"])
    _check_owner(unit, args.owner_id, args.owner_role, todo["depot_id"])
    step = {
        "from_id": todo["owner_id"], "from_role": todo["owner_role"], "to_id": args.owner_id, "to_role": args.owner_role,
        "by": unit.body.actor, "at": unit.at, "reason": args.reason, "entry": unit.body.id,
    }  # fmt: skip
    values: dict[str, Any] = {"owner_id": args.owner_id, "owner_role": args.owner_role}
    if args.deadline is not None:
        values["deadline"] = args.deadline
    unit.write("todo", args.todo_id, {**values, "handed": [*todo["handed"], step][-TODO_HANDED_MAX:]})


def done(unit: Unit, args: TodoDone) -> None:
    """It was looked after; said by the system device's own actor: its cause is gone."""
    gone = unit.device.type == "system" and unit.body.actor == SYSTEM_ACTOR
    _close(unit, args.todo_id, {"state": "done", "reason": args.note}, cause_gone=gone)


def dismiss(unit: Unit, args: TodoDismiss) -> None:
    """It need not be looked after."""
    _close(unit, args.todo_id, {"state": "dismissed", "reason": args.reason}, cause_gone=False)


def reopen(unit: Unit, args: TodoReopen) -> None:
    """It is open after all, and stays so until a person closes it."""
    todo = unit.need("todo", args.todo_id)
    if todo["state"] == "open":
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="open")
    values = {"state": "open", "closed_by": None, "closed_at": None, "cause_gone": False, "kept_open": True}
    unit.write("todo", args.todo_id, {**values, "reason": args.reason})


def _close(unit: Unit, todo_id: str, closing: dict[str, Any], *, cause_gone: bool) -> None:
    todo = unit.need("todo", todo_id)
    if todo["state"] == "open":
        ended = {"closed_by": unit.body.actor, "closed_at": unit.at, "cause_gone": cause_gone, "kept_open": False}
        unit.write("todo", todo_id, {**closing, **ended})
    elif not cause_gone and (todo["closed_by"], todo["state"]) != (unit.body.actor, closing["state"]):
        tell_second(unit, "todo", todo, closing, ("closed_by", "closed_at"), ("state",))


def _check_owner(unit: Unit, owner: str | None, role: str | None, depot: str) -> None:
    """An owner is somebody of the office who sees the depot; a role is one of the office's."""
    if role is not None and role not in OFFICE_ROLES:
        raise Refusal(ErrorCode.TODO_OWNER_BLIND, role=role)
    if owner is None:
        return
    person = unit.need("person", owner)
    roles = frozenset(Role(name) for name in person["roles"])
    everywhere = reach_of("read.proof", roles) is Reach.ORG
    sees = bool(roles & OFFICE_ROLES) and (everywhere or bool(person["depot_ids"].get(depot)))
    if not person["active"] or not sees:
        raise Refusal(ErrorCode.TODO_OWNER_BLIND, person=owner)


HANDLERS: Final[Handlers] = {
    (TodoOpen.action, TodoOpen.v): open_todo,
    (TodoHandOn.action, TodoHandOn.v): hand_on,
    (TodoDone.action, TodoDone.v): done,
    (TodoDismiss.action, TodoDismiss.v): dismiss,
    (TodoReopen.action, TodoReopen.v): reopen,
}
