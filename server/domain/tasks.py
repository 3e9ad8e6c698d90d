"""Tasks: reassigned, cancelled, removed by the office; noted on by the field. An edit restores what was removed elsewhere."""

from typing import Any, Final

from schemas.actions.tasks import TaskCancel, TaskNote, TaskReassign, TaskRemove
from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from sync.conflicts import Finding, any_side, contradict, own_side
from sync.store import StoredRecord
from sync.unit import Handlers, Refusal, Unit


def reassign(unit: Unit, args: TaskReassign) -> None:
    """Somebody else is to do it. Work done offline by whoever had it stands."""
    task = _open_task(unit, args.task_id)
    if args.assignee_id is not None:
        unit.need("person", args.assignee_id)
    unit.write("task", args.task_id, {"assignee_id": args.assignee_id, "changed": _change(unit, "reassigned", task, args)})


def cancel(unit: Unit, args: TaskCancel) -> None:
    """It is not to be done any more. Work done offline all the same stands."""
    task = _open_task(unit, args.task_id)
    unit.apply_effects(args)
    unit.write("task", args.task_id, {"changed": _change(unit, "cancelled", task, args)})


def remove(unit: Unit, args: TaskRemove) -> None:
    """It leaves every list; what it held is remembered for an edit made elsewhere."""
    task = _open_task(unit, args.task_id)
    unit.write("task", args.task_id, {"changed": _change(unit, "removed", task, args)})
    unit.remove("task", args.task_id, keep=True)


def note(unit: Unit, args: TaskNote) -> None:
    """A note on the task; on one removed elsewhere, it brings the task back and the office is told."""
    removed = unit.removed("task", args.task_id)
    if removed is not None:
        _restore(unit, removed, args)
    unit.need("task", args.task_id)
    unit.apply_effects(args)


def _restore(unit: Unit, removed: StoredRecord, args: TaskNote) -> None:
    unit.restore(removed)
    task, changed = removed.data, removed.data["changed"]
    mine = own_side(unit, {"note": args.note})
    theirs = any_side(unit, changed.get("entry", ""), {"removed": True, "reason": changed.get("reason", "")})
    finding = Finding(
        ConflictRule.RESTORED, (task["id"], str(changed.get("entry"))), task["depot_id"], ("task", task["id"]),
        [mine, *([theirs] if theirs else [])], mine.entry, is_open=False, differs=["removed"],
        losers=[theirs.entry] if theirs and theirs.entry else [], noticed=[unit.body.id], asset_id=task["asset_id"],
        rental_id=task["rental_id"],
    )  # fmt: skip
    contradict(unit, finding)


def _open_task(unit: Unit, task_id: str) -> dict[str, Any]:
    task = unit.need("task", task_id)
    if task["state"] != "open":
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=task["state"])
    return task


def _change(unit: Unit, what: str, task: dict[str, Any], args: TaskReassign | TaskCancel | TaskRemove) -> dict[str, Any]:
    """The office's last word on the task, for whoever was doing it meanwhile."""
    to = args.assignee_id if isinstance(args, TaskReassign) else None
    return {
        "what": what, "by": unit.body.actor, "at": unit.at, "reason": args.reason, "entry": unit.body.id,
        "from": task["assignee_id"], "to": to,
    }  # fmt: skip


HANDLERS: Final[Handlers] = {
    (TaskReassign.action, TaskReassign.v): reassign,
    (TaskCancel.action, TaskCancel.v): cancel,
    (TaskRemove.action, TaskRemove.v): remove,
    (TaskNote.action, TaskNote.v): note,
}
