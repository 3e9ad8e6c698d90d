"""Tasks that come by themselves: from a rental that was approved, from what left and came back, from damage and inspections.

Neighbours: `custody.py`, `rentals.py`, `damages.py`, `tasks.py` call this in the transaction of the entry that causes it;
`server/jobs/planning.py` does what time causes. Invariants: a task's id is derived from what causes it, so saying it twice
changes nothing · what a person has cancelled or removed is left as that person left it, and what he has moved until the
time of the rental itself is another: then he is told.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from schemas import limits
from schemas.people import Role
from sync import instants
from sync.journal import derived_id
from sync.store import Store
from sync.unit import Unit

Record = dict[str, Any]
DAY_MS: Final = 24 * 3600 * 1000
OPEN: Final = ("proposed", "open", "started")
BY_HANDOVER: Final = ("deliver", "collect", "recover")
"""Types whose work is a handover: that alone completes them. A rental and an asset need each once, whoever planned it."""
BY_RULE: Final = "rental"
"""The reason of a change no person made: the rental is not to take place, or not with this asset."""


def task_id(type_: str, *of: str) -> str:
    """The id of the task a rule makes: ("deliver", rental, asset), ("repair", damage or inspection), ("inspect", asset, due)."""
    return derived_id("task", type_, *of)


def in_the_morning(at_ms: int, zone: str) -> str:
    """The day of this moment in the zone (IANA; UTC's when this machine does not know it), when its work begins: rules plan
    for hours at which somebody is there."""
    there: tzinfo = UTC
    with suppress(KeyError, ValueError, OSError):
        there = ZoneInfo(zone)
    day = datetime.fromtimestamp(at_ms / 1000, there)
    begins = day.replace(hour=limits.PLAN_DAY_BEGINS_HOUR, minute=0, second=0, microsecond=0)
    return instants.to_text(int(begins.timestamp()) * 1000)


def figure(unit: Unit, name: str, default: int) -> int:
    """A figure of the organisation's planning."""
    organisation = unit.get("organisation", unit.writer.organisation) or {}
    return int(organisation.get(name, default))


def make(unit: Unit, made_id: str, type_: str, cause: str, of: str, values: Record) -> None:
    """A task made by a rule, unless it has been made before, whatever has become of it."""
    if unit.store.record(unit.writer.organisation, "task", made_id) is not None:
        return
    made = {"cause": cause, "of": of, "due_at": values["due_at"]}
    unit.write("task", made_id, {"type": type_, "state": "open", "made": made, **values}, create=True)


# --- what a rental needs ------------------------------------------------------------------------------------------------
def follow_rental(unit: Unit, rental_id: str | None, only: str | None = None, handover_id: str | None = None) -> None:
    """Deliver what is reserved, collect what is out, close what is back. `only`: of one asset; `handover_id`: by which it left or
    came back."""
    rental = unit.get("rental", rental_id)
    if rental is None:
        return
    for asset_id, line in rental["assets"].items():
        if only is None or asset_id == only:
            _follow_line(unit, rental, asset_id, line["state"], handover_id)


def drop_line(unit: Unit, rental_id: str, asset_id: str) -> None:
    """The rental does without this asset: nobody need deliver it."""
    _cancel(unit, _task_of(unit, "deliver", rental_id, asset_id))


def open_task(store: Store, organisation: str, type_: str, rental_id: str | None, asset_id: str | None) -> str | None:
    """The task of this type still to be done for a rental and an asset, whoever planned it."""
    found = _tasks_of(store, organisation, type_, rental_id, asset_id)
    return next((task["id"] for task in found if task["state"] in OPEN), None)


def _tasks_of(store: Store, organisation: str, type_: str, rental_id: str | None, asset_id: str | None) -> Iterator[Record]:
    for kind, one in store.naming(organisation, rental_id) if type_ in BY_HANDOVER and rental_id is not None else ():
        stored = store.record(organisation, kind, one) if kind == "task" else None
        task = {} if stored is None or stored.gone else stored.data
        if (task.get("type"), task.get("rental_id"), task.get("asset_id")) == (type_, rental_id, asset_id):
            yield task


def _task_of(unit: Unit, type_: str, rental_id: str, asset_id: str) -> str:
    """The rule's own task for the line, unless somebody planned one before the rule did, or in place of one cancelled; what the
    rule gave up itself it takes up again."""
    own = task_id(type_, rental_id, asset_id)
    stored = unit.store.record(unit.writer.organisation, "task", own)
    if stored is not None and not stored.gone and stored.data["state"] != "cancelled":
        return own
    found = list(_tasks_of(unit.store, unit.writer.organisation, type_, rental_id, asset_id))
    given_up = (task["id"] for task in found if (task.get("changed") or {}).get("reason") == BY_RULE)
    return next((task["id"] for task in found if task["state"] in OPEN), None) or next(given_up, own)


def _follow_line(unit: Unit, rental: Record, asset_id: str, state: str, handover_id: str | None) -> None:
    deliver, collect = (_task_of(unit, type_, rental["id"], asset_id) for type_ in ("deliver", "collect"))
    is_on = rental["state"] in ("approved", "out")
    if state == "reserved" and is_on:
        _due(unit, deliver, "deliver", "rental_approved", rental, asset_id, rental["starts_at"])
    elif state == "reserved":
        _cancel(unit, deliver)
    else:
        _close_all(unit, deliver, "deliver", rental["id"], asset_id, handover_id)
    if state == "out":
        _due(unit, collect, "collect", "checked_out", rental, asset_id, rental["due_at"])
    elif state == "returned":
        _close_all(unit, collect, "collect", rental["id"], asset_id, handover_id)
        _close_all(unit, task_id("recover", rental["id"], asset_id), "recover", rental["id"], asset_id, handover_id)


def _due(unit: Unit, made_id: str, type_: str, cause: str, rental: Record, asset_id: str, due_at: str) -> None:
    """The task is there, at this moment unless somebody has given it another: that word ends when the rental's own time does."""
    known = unit.get("task", made_id)
    if known is None:
        asset = unit.get("asset", asset_id)
        values = {
            "depot_id": rental["depot_id"], "asset_id": asset_id, "rental_id": rental["id"], "due_at": due_at,
            "customer_id": rental["customer_id"], "zone": rental["zone"], "bay": asset["bay"] if asset else "",
        }  # fmt: skip
        make(unit, made_id, type_, cause, rental["id"], values)
        return
    made = known.get("made") or {}
    if not made and known["state"] in OPEN:  # somebody planned it first: from now on it follows what it is for
        unit.write("task", made_id, {"made": {"cause": cause, "of": rental["id"], "due_at": due_at}})
        return
    revived = known["state"] == "cancelled" and (known.get("changed") or {}).get("reason") == BY_RULE
    if not made or not (revived or known["state"] in OPEN):
        return
    news: Record = {"state": "open", "changed": {}} if revived else {}
    if not _same_time(due_at, made["due_at"]):
        news |= {"due_at": due_at, "made": {"cause": made["cause"], "of": made["of"], "due_at": due_at}}
        if not _same_time(known["due_at"], made["due_at"]) and not _same_time(known["due_at"], due_at):
            _tell_planner(unit, known, rental, due_at)
    if news:
        unit.follow("task", made_id, news)


def _same_time(one: str, other: str) -> bool:
    return one == other or instants.to_ms(one) == instants.to_ms(other)


def _tell_planner(unit: Unit, task: Record, rental: Record, due_at: str) -> None:
    """Whoever had given the task a time of its own hears that the rental's new one has taken its place."""
    moved = (task.get("made") or {}).get("moved") or {}
    asset = unit.get("asset", task["asset_id"]) or {}
    params = {"number": rental["number"], "label": asset.get("label", ""), "was_at": task["due_at"], "due_at": due_at}
    values = {
        "depot_id": task["depot_id"], "code": "task_moved", "params": params, "subject": {"kind": "task", "id": task["id"]},
        "owner_id": moved.get("by"), "owner_role": Role.OPERATIONS, "zone": task["zone"], "opened_by": unit.body.actor,
        "deadline": instants.to_text(instants.to_ms(unit.at) + DAY_MS), "opened_at": unit.at,
    }  # fmt: skip
    unit.write("todo", derived_id("todo", "task_moved", task["id"], unit.body.id), values, create=True)


def _cancel(unit: Unit, made_id: str) -> None:
    known = unit.get("task", made_id)
    if known is not None and known["state"] in OPEN and known.get("made"):
        changed = {
            "what": "cancelled", "by": unit.body.actor, "at": unit.at, "reason": BY_RULE, "entry": unit.body.id,
            "from": known["assignee_id"], "to": None,
        }  # fmt: skip
        unit.write("task", made_id, {"state": "cancelled", "changed": changed})


def _close_all(unit: Unit, first: str, type_: str, rental_id: str, asset_id: str, handover_id: str | None) -> None:
    """The work is done, once for everybody who had planned it."""
    others = [task["id"] for task in _tasks_of(unit.store, unit.writer.organisation, type_, rental_id, asset_id)]
    for made_id in dict.fromkeys([first, *sorted(others)]):
        known = unit.get("task", made_id)
        if known is not None and known["state"] in OPEN:
            unit.write("task", made_id, {"state": "done", "done_by_handover": handover_id})


# --- what an asset needs ------------------------------------------------------------------------------------------------
def repair_damage(unit: Unit, damage_id: str) -> None:
    """Severe damage is to be repaired, once; what was taken back or joined with another need not."""
    damage = unit.need("damage", damage_id)
    made_id = task_id("repair", damage_id)
    if damage["state"] != "open" or damage.get("clustered_with"):
        _cancel(unit, made_id)
    elif damage["severity"] == "severe_damage":
        repair(unit, made_id, "damage", damage_id, damage["asset_id"], [damage_id])


def repair(unit: Unit, made_id: str, cause: str, of: str, asset_id: str, damages: list[str], note: str = "") -> None:
    """A repair task for an asset, due in the morning after the organisation's days of repair."""
    asset = unit.get("asset", asset_id)
    if asset is None:
        return
    days = figure(unit, "repair_days", limits.PLAN_REPAIR_DAYS)
    organisation = unit.get("organisation", unit.writer.organisation) or {}
    zone = organisation.get("zone", "Asia/Shanghai")
    values = {
        "depot_id": asset["depot_id"], "asset_id": asset_id, "zone": zone, "bay": asset["bay"], "damage_ids": damages,
        "due_at": in_the_morning(instants.to_ms(unit.at) + days * DAY_MS, zone), "note": note,
    }  # fmt: skip
    make(unit, made_id, "repair", cause, of, values)
