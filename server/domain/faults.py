"""Faults: reported, planned as a repair, closed; the label of an asset replaced.

Neighbours: `assets.py` asks `tag_is_free`; `tasks.py` says when a repair is over (`repaired`), not to be done (`given_up`), or is
after all (`taken_up`); `server/http/faults.py` writes what the public reports, through the system device. Invariants: a fault is
reported once, whoever repeats it · only an open one is planned, only an open or planned one closed, by hand or by its repair ·
what was planned and given up is open again · a tag that ever stood on a label leads to one asset alone.
"""

from collections.abc import Mapping
from typing import Any, Final

from schemas.actions.faults import AssetRetag, FaultClose, FaultForget, FaultPlan, FaultReport
from schemas.errors import ErrorCode
from schemas.labels import is_tag
from schemas.limits import FAULT_PHOTOS_MAX, FAULT_TEXT_CHARS_MAX, PHONE_CHARS_MAX
from server.domain.planning import OPEN
from sync.journal import derived_id
from sync.lookup import plain
from sync.unit import Handlers, Refusal, Unit


def report(unit: Unit, args: FaultReport) -> None:
    """A fault of an asset, with its photos."""
    asset = unit.need("asset", args.asset_id)
    if unit.get("fault", args.fault_id) is not None or (args.by == "customer" and unit.device.type != "system"):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="reported")
    if not args.what and args.said is None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="unsaid")
    if len(unit.body.blobs) > FAULT_PHOTOS_MAX:
        raise Refusal(ErrorCode.BODY_TOO_LARGE, photos_max=FAULT_PHOTOS_MAX)
    unit.apply_effects(args)
    unit.link_blobs("fault", args.fault_id)
    words = _private(unit, args.said, "said")[:FAULT_TEXT_CHARS_MAX]
    if words:
        values = {"depot_id": asset["depot_id"], "entry_id": unit.body.id, "said": words}
        unit.write("fault_words", args.fault_id, values, create=True)
    phone = _private(unit, args.phone, "phone")[:PHONE_CHARS_MAX]
    if phone:
        values = {"depot_id": asset["depot_id"], "fault_id": args.fault_id, "entry_id": unit.body.id, "phone": phone}
        unit.write("fault_reporter", reporter_id(args.fault_id), values, create=True)
        unit.write("fault", args.fault_id, {"has_phone": True})


def _private(unit: Unit, index: int | None, name: str) -> str:
    part = unit.private_json(index)
    return str(part.get(name) or "") if isinstance(part, dict) else ""


def plan(unit: Unit, args: FaultPlan) -> None:
    """It becomes a repair task."""
    fault = _in_state(unit, args.fault_id, "open")
    if unit.get("task", args.task_id) is not None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=fault["state"], id=args.task_id)
    if args.assignee_id is not None:
        unit.need("person", args.assignee_id)
    unit.apply_effects(args)
    unit.write("fault", args.fault_id, {"planned": {"by": unit.body.actor, "at": unit.at, "entry": unit.body.id}})
    unit.write("task", args.task_id, {"fault_ids": [args.fault_id]})


def close(unit: Unit, args: FaultClose) -> None:
    """Repaired, nothing to repair, or reported before; by whom and why is kept, and nobody need go and repair it any more."""
    fault = _in_state(unit, args.fault_id, "open", "planned")
    unit.apply_effects(args)
    _end(unit, args.fault_id, args.state, args.reason)
    task = unit.get("task", fault["task_id"])
    if task is None or task["state"] not in OPEN:
        return
    values: dict[str, Any] = {"state": "cancelled", "changed": _cancelled(unit, task, args.reason)}
    if args.state == "done":
        values = {"state": "done", "result": {"by": unit.body.actor, "at": unit.at, "result": "done", "note": args.reason}}
    unit.write("task", task["id"], values)


def repaired(unit: Unit, task: Mapping[str, Any], note: str) -> None:
    """The repair is over: so are the faults it was for, also where the office had given it up, or planned another for them, while
    it was done offline. Nobody need do that other one."""
    for fault_id in task.get("fault_ids") or []:
        fault = unit.get("fault", fault_id)
        if fault is None or fault["state"] not in ("open", "planned"):
            continue
        _end(unit, fault_id, "done", note)
        other = unit.get("task", fault["task_id"])
        if other is not None and other["id"] != task["id"] and other["state"] in OPEN:
            unit.write("task", other["id"], {"state": "cancelled", "changed": _cancelled(unit, other, note)})


def _cancelled(unit: Unit, task: Mapping[str, Any], reason: str) -> dict[str, Any]:
    return {
        "what": "cancelled", "by": unit.body.actor, "at": unit.at, "reason": reason, "entry": unit.body.id,
        "from": task["assignee_id"], "to": None,
    }  # fmt: skip


def given_up(unit: Unit, task: Mapping[str, Any]) -> None:
    """The repair is not to be done: the faults it was for wait again."""
    for fault_id in _waiting(unit, task):
        unit.write("fault", fault_id, {"state": "open", "task_id": None, "planned": {}})


def taken_up(unit: Unit, task: Mapping[str, Any]) -> None:
    """The repair is to be done after all: the faults it was for wait for it, unless something else became of them."""
    for fault_id in task.get("fault_ids") or []:
        fault = unit.get("fault", fault_id)
        if fault is not None and fault["state"] == "open":
            planned = {"by": unit.body.actor, "at": unit.at, "entry": unit.body.id}
            unit.write("fault", fault_id, {"state": "planned", "task_id": task["id"], "planned": planned})


def _waiting(unit: Unit, task: Mapping[str, Any]) -> list[str]:
    """The faults that wait for this very task."""
    faults = (unit.get("fault", one) for one in task.get("fault_ids") or [])
    return [one["id"] for one in faults if one is not None and one["state"] == "planned" and one["task_id"] == task["id"]]


def _end(unit: Unit, fault_id: str, state: str, reason: str) -> None:
    closed = {"state": state, "by": unit.body.actor, "at": unit.at, "reason": reason, "entry": unit.body.id}
    unit.write("fault", fault_id, {"state": state, "closed": closed})


def forget(unit: Unit, args: FaultForget) -> None:
    """The phone number and the customer's words go; bodies hold only their hashes."""
    unit.need("fault", args.fault_id)
    kept = (("fault_words", args.fault_id), ("fault_reporter", reporter_id(args.fault_id)))
    there = [(kind, found) for kind, one in kept if (found := unit.get(kind, one)) is not None]
    if not there:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="forgotten")
    unit.erase_private(there[0][1]["entry_id"])
    for kind, found in there:
        unit.remove(kind, found["id"])
    unit.write("fault", args.fault_id, {"has_phone": False})


def retag(unit: Unit, args: AssetRetag) -> None:
    """Another tag stands on its label from now on."""
    asset = unit.need("asset", args.asset_id)
    if plain(args.tag) == plain(asset["tag"]):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="tag")
    tag_fits(args.tag)
    unit.only("asset", args.asset_id, {"tag": args.tag})
    tag_is_free(unit, args.asset_id, args.tag)
    before = asset["tag"]
    unit.apply_effects(args)
    keep_former(unit, args.asset_id, before, args.reason)


def keep_former(unit: Unit, asset_id: str, before: str | None, reason: str) -> None:
    """The tag an asset had `before` leads to it for ever, when it has another one now. Where a later word stands, the tag is the
    same, and what was asked for was never the asset's."""
    asset = unit.need("asset", asset_id)
    if before is None or plain(asset["tag"]) == plain(before):
        return
    values: dict[str, Any] = {
        "depot_id": asset["depot_id"], "tag": before, "asset_id": asset_id, "replaced_at": unit.at,
        "replaced_by": unit.body.actor, "reason": reason,
    }  # fmt: skip
    unit.write("former_tag", former_id(unit.writer.organisation, before), values, create=True)


def tag_fits(tag: str | None) -> None:
    """Refusal(TAG_UNUSABLE) for a tag no label can carry."""
    if tag is not None and not is_tag(tag):
        raise Refusal(ErrorCode.TAG_UNUSABLE, field="tag", value=tag)


def tag_is_free(unit: Unit, asset_id: str, tag: str | None) -> None:
    """Refusal(VALUE_TAKEN) when the tag once stood on another asset's label: scanning that one still leads there. The asset's
    own former tag may come back."""
    holder = unit.store.holder(unit.writer.organisation, "former_tag", "tag", tag) if tag else None
    former = None if holder is None else unit.get("former_tag", holder)
    if former is None:
        return
    if former["asset_id"] != asset_id:
        raise unit.taken("asset", "tag", former["asset_id"])
    unit.remove("former_tag", former["id"])


def reporter_id(fault_id: str) -> str:
    """The record of whoever reported a fault."""
    return derived_id("fault_reporter", fault_id)


def former_id(organisation: str, tag: str) -> str:
    """The record of a former tag."""
    return derived_id("former_tag", organisation, plain(tag))


def _in_state(unit: Unit, fault_id: str, *states: str) -> dict[str, Any]:
    fault = unit.need("fault", fault_id)
    if fault["state"] not in states:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=fault["state"])
    return fault


HANDLERS: Final[Handlers] = {
    (FaultReport.action, FaultReport.v): report,
    (FaultPlan.action, FaultPlan.v): plan,
    (FaultClose.action, FaultClose.v): close,
    (FaultForget.action, FaultForget.v): forget,
    (AssetRetag.action, AssetRetag.v): retag,
}
