"""Stock-takes (盘点): begun, counted thing by thing, closed with their differences.

Neighbours: `rules/stock.py` (what a difference is), `tasks.py` (the task it is), `contradictions.py` (a task given another turn
meanwhile). Invariants: nothing counted is lost, whatever became of the task meanwhile · what is counted by several people, on
whatever devices, adds up · a count that arrives after the closing changes the result and says so.
"""

from collections.abc import Mapping
from typing import Any, Final

from schemas.actions.stock import StockBegin, StockClose, StockCountAdd, StockCountRetract
from schemas.errors import ErrorCode
from schemas.limits import STOCK_DIFFERENCES_MAX, STOCK_SIGHTINGS_MAX
from schemas.states import TASK
from server.domain import contradictions, steps, tasks
from server.domain.rules import stock as rules
from sync.journal import derived_id
from sync.unit import Handlers, Refusal, Unit

Record = dict[str, Any]


def count_id(task_id: str, found: str) -> str:
    """The id of what was found by a stock-take: an asset's id, or a label's text."""
    return derived_id("stock_count", task_id, found)


def begin(unit: Unit, args: StockBegin) -> None:
    """A stock-take nobody had planned."""
    steps.must_be_new(unit, "task", args.task_id)
    unit.need("depot", args.depot_id)
    unit.apply_effects(args)


def count(unit: Unit, args: StockCountAdd) -> None:
    """Something was found. It counts in a task that is cancelled by now, too, and brings back one removed."""
    task = tasks.there(unit, args.task_id, {"counted": args.count_id})
    found = args.asset_id or args.tag
    missing = ["stock_take"] if task["type"] != "stock_take" else []
    missing += ["asset_or_tag"] if found is None or (args.asset_id is not None and args.tag is not None) else []
    missing += ["count_id"] if found is not None and args.count_id != count_id(args.task_id, found) else []
    steps.demand(TASK, "count", missing)
    if args.asset_id is not None:
        unit.need("asset", args.asset_id)
    if len((unit.get("stock_count", args.count_id) or {}).get("sightings", ())) >= STOCK_SIGHTINGS_MAX:
        return  # it has been seen often enough; the entry itself stands in the journal
    unit.apply_effects(args)
    if task["state"] == "open":
        started = {"by": unit.body.actor, "at": unit.at}
        unit.write("task", args.task_id, {"state": steps.take(TASK, "open", "start"), "started": started})
    _late(unit, args.task_id, args.count_id)


def uncount(unit: Unit, args: StockCountRetract) -> None:
    """One's own count was a mistake."""
    known = unit.need("stock_count", args.count_id)
    steps.demand(TASK, "uncount", ["count_of_task"] if known["task_id"] != args.task_id else [])
    said = known["sightings"].get(args.sighting)
    if said is not None and said["by"] != unit.body.actor:
        raise Refusal(ErrorCode.ACTION_FORBIDDEN, action=args.action)
    unit.apply_effects(args)
    _late(unit, args.task_id, args.count_id)


def close(unit: Unit, args: StockClose) -> None:
    """It is over: the differences are written down. What the office had decided of the task meanwhile does not undo the work."""
    task = tasks.there(unit, args.task_id, {"state": "done"})
    steps.demand(TASK, "finish", [] if task["type"] == "stock_take" else ["stock_take"])
    if contradictions.note_task_changed(unit, task) is None:
        steps.take(TASK, task["state"], "finish")
    counts = _counts(unit, args.task_id)
    assets = {stored.id: stored.data for stored in unit.store.records(unit.writer.organisation, "asset")}
    found = rules.differences(task["depot_id"], assets.values(), counts.values())
    totals = {"missing": len(found.missing), "extra": len(found.extra), "misplaced": len(found.misplaced)}
    misplaced = list(found.misplaced)[:STOCK_DIFFERENCES_MAX]
    by_asset = {one["asset_id"]: one for one in counts.values()}
    values: Record = {
        "depot_id": task["depot_id"], "closed_at": unit.at, "closed_by": unit.body.actor, "note": args.note,
        "expected": found.expected, "counted": found.counted, "totals": totals,
        "missing": {one: _last(unit, assets[one]) for one in found.missing[:STOCK_DIFFERENCES_MAX]},
        "extra": {one: _extra(unit, counts[one]) for one in found.extra[:STOCK_DIFFERENCES_MAX]},
        "misplaced": {one: _misplaced(unit, assets[one], by_asset[one]) for one in misplaced},
        "looked": {"missing": args.missing, "extra": args.extra, "misplaced": args.misplaced},
    }  # fmt: skip
    unit.write("stock_take", args.task_id, values, create=True)
    unit.apply_effects(args)
    result = {**unit.need("task", args.task_id)["result"], "expected": found.expected, "counted": found.counted, **totals}
    unit.write("task", args.task_id, {"state": "done", "result": result})


def _counts(unit: Unit, task_id: str) -> dict[str, Record]:
    """What was counted by a stock-take, by the id of the count."""
    named = (one for kind, one in unit.naming(task_id) if kind == "stock_count")
    return {one: unit.need("stock_count", one) for one in named}


def _last(unit: Unit, asset: Mapping[str, Any]) -> Record:
    """Who had the asset in hand last, and when; empty when nobody has."""
    handover = unit.get("handover", asset.get("last_handover_id"))
    if handover is None:
        return {}
    return {
        "handover_id": handover["id"], "by": handover["actor_id"], "at": handover["completed_at"], "type": handover["type"],
        "customer_id": handover["customer_id"],
    }  # fmt: skip


def _extra(unit: Unit, counted: Mapping[str, Any]) -> Record:
    """What was found and should not be here: by whom, where; of an asset whose it is and who had it last."""
    seen = rules.last_sighting(counted) or {}
    said: Record = {name: seen.get(name) for name in ("by", "at", "bay")}
    asset = unit.get("asset", counted["asset_id"]) or _labelled(unit, counted["tag"])
    if asset is None:
        return {**said, "tag": counted["tag"], "asset_id": None, "state": None, "depot_id": None, "last": {}}
    known = {"asset_id": asset["id"], "state": asset["state"], "depot_id": asset["depot_id"], "last": _last(unit, asset)}
    return {**said, "tag": counted["tag"], **known}


def _labelled(unit: Unit, tag: str | None) -> Record | None:
    """The asset with this label, in whatever depot: the phone knows its own depot's alone."""
    holder = unit.store.holder(unit.writer.organisation, "asset", "tag", tag) if tag else None
    return unit.get("asset", holder)


def _misplaced(unit: Unit, asset: Mapping[str, Any], counted: Mapping[str, Any]) -> Record:
    seen = rules.last_sighting(counted) or {}
    said: Record = {name: seen.get(name) for name in ("by", "at", "bay")}
    return {**said, "was": asset["bay"], "last": _last(unit, asset)}


def _late(unit: Unit, task_id: str, counted_id: str) -> None:
    """A count that comes, or is taken back, after the closing: the result follows, and says how often it did."""
    take = unit.get("stock_take", task_id)
    if take is None:
        return
    counted = unit.need("stock_count", counted_id)
    asset = unit.get("asset", counted["asset_id"])
    seen = rules.last_sighting(counted)
    missing, extra, misplaced = dict(take["missing"]), dict(take["extra"]), dict(take["misplaced"])
    totals, number = dict(take["totals"]), take["counted"]
    if asset is not None and asset["id"] in missing and seen is not None:
        del missing[asset["id"]]
        totals["missing"], number = totals["missing"] - 1, number + 1
        if seen["bay"] and asset["bay"] and seen["bay"] != asset["bay"]:
            misplaced[asset["id"]] = _misplaced(unit, asset, counted)
            totals["misplaced"] += 1
    elif seen is None and counted_id in extra:
        del extra[counted_id]
        totals["extra"] -= 1
    elif seen is None and rules.is_expected(asset, take["depot_id"]) and asset is not None:
        missing[asset["id"]] = _last(unit, asset)
        totals["missing"], number = totals["missing"] + 1, number - 1
        totals["misplaced"] -= misplaced.pop(asset["id"], None) is not None
    elif seen is not None and counted_id not in extra and not rules.is_expected(asset, take["depot_id"]):
        if len(extra) < STOCK_DIFFERENCES_MAX:
            extra[counted_id] = _extra(unit, counted)
        totals["extra"] += 1
    values: Record = {"missing": missing, "extra": extra, "misplaced": misplaced, "totals": totals, "counted": number}
    unit.write("stock_take", task_id, {**values, "late": take["late"] + 1})
    task = unit.get("task", task_id)
    if task is not None:
        unit.write("task", task_id, {"result": {**task["result"], "counted": number, **totals}})


HANDLERS: Final[Handlers] = {
    (StockBegin.action, StockBegin.v): begin,
    (StockCountAdd.action, StockCountAdd.v): count,
    (StockCountRetract.action, StockCountRetract.v): uncount,
    (StockClose.action, StockClose.v): close,
}
