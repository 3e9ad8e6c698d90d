"""Tasks: planned, edited, given to somebody else, cancelled, removed by the office; begun, done, noted on by the field.

Neighbours: `schemas/states.py` (which step may follow which), `planning.py` (tasks that come by themselves), `faults.py` (what
was reported ends with its repair). Invariants: an
illegal step is refused by name · an edit restores what was removed elsewhere · what changes hands is done by its handover.
"""

from collections.abc import Mapping
from typing import Any, Final

from schemas.actions.tasks import (
    TaskAccept,
    TaskAttempt,
    TaskCancel,
    TaskDone,
    TaskEdit,
    TaskNote,
    TaskPhoto,
    TaskPlan,
    TaskReassign,
    TaskRemove,
    TaskReopen,
    TaskStart,
)
from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from schemas.limits import (
    PLAN_INSPECT_AHEAD_DAYS,
    PLAN_SERVICE_AHEAD_HOURS,
    PLAN_SERVICE_AHEAD_KM,
    TASK_ATTEMPTS_MAX,
    TASK_PHOTOS_MAX,
    TEXT_CHARS_MAX,
)
from schemas.states import TASK
from server.domain import contradictions, custody, faults, planning, steps
from server.domain.assets import months_after
from server.domain.rules import service
from sync import instants
from sync.conflicts import Finding, any_side, contradict, own_side
from sync.store import StoredRecord
from sync.unit import Handlers, Refusal, Unit

Record = dict[str, Any]
_AHEAD: Final = {"service_ahead_km": PLAN_SERVICE_AHEAD_KM, "service_ahead_hours": PLAN_SERVICE_AHEAD_HOURS}


def plan(unit: Unit, args: TaskPlan) -> None:
    """New work, at the asset's own depot. Only the system's rules propose and name a cause; what they said before stands."""
    is_system = unit.device.type == "system"
    known = unit.store.record(unit.writer.organisation, "task", args.task_id)
    if known is not None:
        if is_system:
            return
        raise Refusal(ErrorCode.STATE_ILLEGAL, machine=TASK.id, state="there", step="plan", legal=["edit"])
    if is_system and planning.open_task(unit.store, unit.writer.organisation, args.type, args.rental_id, args.asset_id):
        return
    steps.demand(TASK, "plan", _lacking(unit, args, is_system))
    unit.apply_effects(args)
    made: Record = {"cause": args.cause, "of": args.asset_id or args.rental_id, "due_at": args.due_at} if is_system else {}
    if made and args.reading is not None:
        made["reading"] = args.reading.model_dump(mode="json")
    state = "proposed" if args.proposed else steps.take(TASK, TASK.start, "plan")
    values: Record = {"state": state, "made": made}
    if args.rental_id is not None and args.customer_id is None:
        values["customer_id"] = (unit.get("rental", args.rental_id) or {}).get("customer_id")
    unit.write("task", args.task_id, values)


def _lacking(unit: Unit, args: TaskPlan, is_system: bool) -> list[str]:
    """What keeps a plan from making sense, by name."""
    if is_system:
        return []  # rules read records of ours; what is odd about those is no reason to plan nothing
    missing = ["by_system"] if args.proposed or args.cause != "by_hand" or args.reading is not None else []
    if args.asset_id is None:
        missing += [] if args.type == "stock_take" else ["asset"]
    elif unit.need("asset", args.asset_id)["depot_id"] != args.depot_id:
        missing.append("asset_of_depot")
    if args.rental_id is not None and args.asset_id not in unit.need("rental", args.rental_id)["assets"]:
        missing.append("rental_of_asset")
    if args.type in planning.BY_HANDOVER and args.rental_id is None:
        missing.append("rental")
    if args.assignee_id is not None:
        unit.need("person", args.assignee_id)
    damages = [unit.need("damage", one) for one in args.damage_ids]
    if any(damage["asset_id"] != args.asset_id for damage in damages):
        missing.append("damage_of_asset")
    return missing


def edit(unit: Unit, args: TaskEdit) -> None:
    """When, where, what to know. Of a task a rule made it is kept whose word its time is."""
    _take(unit, args.task_id, "edit")
    unit.apply_effects(args)
    task = unit.need("task", args.task_id)
    if args.due_at is not None and task["made"] and task["due_at"] == args.due_at:
        unit.write("task", args.task_id, {"made": {**task["made"], "moved": {"by": unit.body.actor, "at": unit.at}}})


def accept(unit: Unit, args: TaskAccept) -> None:
    """What a rule proposed is to be done."""
    _take(unit, args.task_id, "accept")
    if args.assignee_id is not None:
        unit.need("person", args.assignee_id)
    unit.apply_effects(args)


def start(unit: Unit, args: TaskStart) -> None:
    """Somebody is at it."""
    _take(unit, args.task_id, "start")
    unit.apply_effects(args)


def photo(unit: Unit, args: TaskPhoto) -> None:
    """A photo of the work. Whatever became of the task meanwhile, it was taken."""
    task = there(unit, args.task_id, {"photo": unit.body.id})
    steps.demand(TASK, "photo", ["photo"] if len(unit.body.blobs) != 1 else [])
    steps.demand(TASK, "photo", ["photos_max"] if len(task.get("photos") or {}) >= TASK_PHOTOS_MAX else [])
    unit.apply_effects(args)
    unit.link_blobs("task", args.task_id)


def attempt(unit: Unit, args: TaskAttempt) -> None:
    """Somebody went to get what was not returned, in vain."""
    task = there(unit, args.task_id, {"found": args.found})
    steps.demand(TASK, "attempt", [] if task["type"] == "recover" else ["recover"])
    steps.demand(TASK, "attempt", ["attempts_max"] if len(task.get("attempts") or {}) >= TASK_ATTEMPTS_MAX else [])
    unit.apply_effects(args)
    if task["state"] == "open":
        unit.write("task", args.task_id, {"state": "started", "started": {"by": unit.body.actor, "at": unit.at}})


def there(unit: Unit, task_id: str, said: Record) -> Record:
    """The task; one that was removed meanwhile is back by what is `said` of it."""
    removed = unit.removed("task", task_id)
    if removed is not None:
        restore(unit, removed, said)
    return unit.need("task", task_id)


def done(unit: Unit, args: TaskDone) -> None:
    """An inspection or repair is over, or nothing is to be got back; and what follows for the asset. What the office had done
    with the task without his knowing does not undo the work."""
    task = there(unit, args.task_id, {"state": "done"})
    if _knew(unit, task) or contradictions.note_task_changed(unit, task) is None:
        steps.take(TASK, task["state"], "finish")
    in_vain = task["type"] == "recover" and args.result == "failed" and bool(task.get("attempts"))
    steps.demand(TASK, "finish", ["handover"] if task["type"] in planning.BY_HANDOVER and not in_vain else [])
    if args.checks is not None and not all(check.ok for check in args.checks.values()):
        args = args.model_copy(update={"result": "failed"})
    unit.apply_effects(args)
    if task["asset_id"] is not None and args.readings:
        _read(unit, task["asset_id"], args.readings)
    if task["type"] == "inspect":
        _inspected(unit, task, args)
    elif task["type"] == "repair" and args.result == "done":
        _repaired(unit, task, args)
        faults.repaired(unit, task, args.note)
    else:
        faults.given_up(unit, task)


def _knew(unit: Unit, task: Record) -> bool:
    """Whether the office's last word on who does it had been seen by whoever writes."""
    changed = task["changed"].get("entry", "")
    entry = unit.store.entry_by_id(unit.writer.organisation, changed) if changed else None
    stored = unit.store.record(unit.writer.organisation, "task", task["id"])
    meta = stored.meta.get("changed") if stored is not None else None
    return entry is None or meta is None or meta.version <= unit.stamp(task["id"]).seen


def _told(pack: Record, args: TaskDone) -> str:
    """The note of an inspection with what was not ok, for whoever repairs it."""
    names = {one["id"]: one["zh"] for one in pack.get("checklist", ())}
    wrong = [(names.get(line, line), check.note) for line, check in (args.checks or {}).items() if not check.ok]
    lines = [f"{name}：{note}" if note else str(name) for name, note in wrong]
    return "\n".join([*([args.note] if args.note else []), *lines])[:TEXT_CHARS_MAX]


def _inspected(unit: Unit, task: Record, args: TaskDone) -> None:
    """Passed: it is due again after its interval, a service also by what the meters show, and what had come back, or was blocked
    and has no severe damage any more, may leave; after a service it is to be checked first. Failed: it is blocked and to be
    repaired."""
    asset = unit.need("asset", task["asset_id"])
    if args.result == "failed":
        if asset["state"] in ("available", "returned"):
            unit.write("asset", asset["id"], {"state": "blocked"})
        made_id, told = planning.task_id("repair", task["id"]), _told(custody.pack_of(unit, asset), args)
        planning.repair(unit, made_id, "inspection_failed", task["id"], asset["id"], sorted(_damages_of(asset)), told)
        return
    is_service = (task.get("made") or {}).get("cause") == "service_due"
    due, every = ("service_due_at", "service_months") if is_service else ("inspection_due_at", "inspection_months")
    pack = custody.pack_of(unit, asset)
    months = asset.get(every) or pack.get(every)
    values: Record = {due: months_after(unit.at, months)} if months and (is_service or asset.get(due)) else {}
    if is_service:
        values |= _settled(unit, asset, pack) | service.next_readings(asset, pack, args.readings)
    if asset["state"] == "returned" or (asset["state"] == "blocked" and not _is_severe(unit, asset)):
        values["state"] = "returned" if is_service else "available"
    if values:
        unit.follow("asset", asset["id"], values)


def _settled(unit: Unit, asset: Record, pack: Record) -> Record:
    """What was due and has no interval is due no more, as far ahead as one service is planned for all of it."""
    ahead = {meter: planning.figure(unit, name, _AHEAD[name]) for meter, name in service.AHEAD.items()}
    days = planning.figure(unit, "inspect_ahead_days", PLAN_INSPECT_AHEAD_DAYS)
    return {**service.settled(asset, pack, ahead, instants.to_ms(unit.at) + days * planning.DAY_MS)}


def _read(unit: Unit, asset_id: str, readings: Mapping[str, int]) -> None:
    """What the meters showed when the work was done; one that had shown more already keeps that."""
    asset = unit.need("asset", asset_id)
    known = dict(asset["readings"])
    for meter, value in readings.items():
        before = service.shown(asset, meter)
        if before is None or value > before:
            last = {name: one for name, one in known.get(meter, {}).items() if name != "before"}
            said = {"value": value, "at": unit.at, "entry": unit.body.id, "handover_id": None}
            known[meter] = {**said, "before": last or None}
    values: Record = {"readings": known}
    if "odometer" in readings:
        values["odometer_km"] = max(readings["odometer"], asset["odometer_km"])
    unit.follow("asset", asset_id, values)


def _repaired(unit: Unit, task: Record, args: TaskDone) -> None:
    """The damages are no more; accessories are there again; a blocked asset without severe damage awaits its inspection."""
    asset_id = task["asset_id"]
    named = task.get("damage_ids") or [] if args.repaired is None else args.repaired
    for damage_id in named:
        damage = unit.need("damage", damage_id)
        if damage["asset_id"] != asset_id:
            raise Refusal(ErrorCode.STEP_NOT_READY, machine=TASK.id, step="finish", missing=["damage_of_asset"])
        for one in (damage_id, *damage["cluster"]):  # two findings of one damage are repaired as one
            if unit.need("damage", one)["state"] == "open":
                unit.write("damage", one, {"state": "repaired"})
                custody.note_damage(unit, one)
    asset = unit.need("asset", asset_id)
    missing = {name: one for name, one in (asset.get("accessories_missing") or {}).items() if name not in args.replaced}
    values: Record = {"accessories_missing": missing} if args.replaced else {}
    if asset["state"] == "blocked" and not _is_severe(unit, asset):
        values["state"] = "returned"
    if values:
        unit.write("asset", asset_id, values)


def _damages_of(asset: Record) -> Record:
    return dict(asset.get("open_damages") or {})


def _is_severe(unit: Unit, asset: Record) -> bool:
    """Whether a severe damage of the asset stands; one joined with another is weighed as that one."""
    severe = [unit.need("damage", one) for one, severity in _damages_of(asset).items() if severity == "severe_damage"]
    return any(not one.get("clustered_with") for one in severe)


def reassign(unit: Unit, args: TaskReassign) -> None:
    """Somebody else is to do it. Work done offline by whoever had it stands."""
    task, _ = _take(unit, args.task_id, "reassign")
    if args.assignee_id is not None:
        unit.need("person", args.assignee_id)
    unit.write("task", args.task_id, {"assignee_id": args.assignee_id, "changed": _change(unit, "reassigned", task, args)})


def cancel(unit: Unit, args: TaskCancel) -> None:
    """It is not to be done any more. Work done offline all the same stands."""
    task, _ = _take(unit, args.task_id, "cancel")
    unit.apply_effects(args)
    unit.write("task", args.task_id, {"changed": _change(unit, "cancelled", task, args)})
    faults.given_up(unit, task)


def reopen(unit: Unit, args: TaskReopen) -> None:
    """It is open again, and so is the promise to whoever reported a fault. What its rental gave up stays given up."""
    task, _ = _take(unit, args.task_id, "reopen")
    steps.demand(TASK, "reopen", ["rental"] if task["changed"].get("reason") == planning.BY_RULE else [])
    unit.apply_effects(args)
    unit.write("task", args.task_id, {"started": {}, "changed": {}})
    faults.taken_up(unit, task)


def remove(unit: Unit, args: TaskRemove) -> None:
    """It leaves every list; what it held is remembered for an edit made elsewhere."""
    task, _ = _take(unit, args.task_id, "remove")
    unit.write("task", args.task_id, {"changed": _change(unit, "removed", task, args)})
    faults.given_up(unit, task)
    unit.remove("task", args.task_id, keep=True)


def note(unit: Unit, args: TaskNote) -> None:
    """A note on the task; on one removed elsewhere, it brings the task back and the office is told."""
    removed = unit.removed("task", args.task_id)
    if removed is not None:
        restore(unit, removed, {"note": args.note})
    unit.need("task", args.task_id)
    unit.apply_effects(args)


def restore(unit: Unit, removed: StoredRecord, said: Record) -> None:
    """What somebody elsewhere has `said` of a removed task brings it back; the office is told."""
    unit.restore(removed)
    task, changed = removed.data, removed.data["changed"]
    mine = own_side(unit, said)
    theirs = any_side(unit, changed.get("entry", ""), {"removed": True, "reason": changed.get("reason", "")})
    finding = Finding(
        ConflictRule.RESTORED, (task["id"], str(changed.get("entry"))), task["depot_id"], ("task", task["id"]),
        [mine, *([theirs] if theirs else [])], mine.entry, is_open=False, differs=["removed"],
        losers=[theirs.entry] if theirs and theirs.entry else [], noticed=[unit.body.id], asset_id=task["asset_id"],
        rental_id=task["rental_id"],
    )  # fmt: skip
    contradict(unit, finding)


def _take(unit: Unit, task_id: str, step: str) -> tuple[Record, str]:
    """The task, and the state the step leads to. Refusal when the step is not legal now."""
    task = unit.need("task", task_id)
    return task, steps.take(TASK, task["state"], step)


def _change(unit: Unit, what: str, task: Record, args: TaskReassign | TaskCancel | TaskRemove) -> Record:
    """The office's last word on the task, for whoever was doing it meanwhile."""
    to = args.assignee_id if isinstance(args, TaskReassign) else None
    return {
        "what": what, "by": unit.body.actor, "at": unit.at, "reason": args.reason, "entry": unit.body.id,
        "from": task["assignee_id"], "to": to,
    }  # fmt: skip


HANDLERS: Final[Handlers] = {
    (TaskPlan.action, TaskPlan.v): plan,
    (TaskEdit.action, TaskEdit.v): edit,
    (TaskAccept.action, TaskAccept.v): accept,
    (TaskStart.action, TaskStart.v): start,
    (TaskPhoto.action, TaskPhoto.v): photo,
    (TaskAttempt.action, TaskAttempt.v): attempt,
    (TaskDone.action, TaskDone.v): done,
    (TaskReassign.action, TaskReassign.v): reassign,
    (TaskCancel.action, TaskCancel.v): cancel,
    (TaskReopen.action, TaskReopen.v): reopen,
    (TaskRemove.action, TaskRemove.v): remove,
    (TaskNote.action, TaskNote.v): note,
}
