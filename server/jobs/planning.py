"""Tasks whose cause is time or a meter, made when their time comes: inspections and services that fall due, recoveries of what is
long overdue, deliveries and collections of rentals that came without their own (an import).

Neighbours: `server/domain/planning.py` makes the tasks that entries cause, with the same ids; `dues.py` knows what asks for
something by now; `server/app.py` runs this beside the other background jobs. Invariants: every task is an entry of the system
device · ids are derived, so a second round changes nothing · an asset has one open service at a time, whether the calendar or a
meter asked for it · what was not passed is asked for again once it is repaired · a round reads what has changed and what has
become due, and writes in short transactions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

import structlog

from schemas.actions.assets import AssetEdit
from schemas.actions.tasks import TaskPlan
from schemas.limits import (
    PLAN_INSPECT_AHEAD_DAYS,
    PLAN_RECOVER_AFTER_DAYS,
    PLAN_SERVICE_AHEAD_HOURS,
    PLAN_SERVICE_AHEAD_KM,
    PLAN_TASKS_WRITTEN_MAX,
)
from server.calm import Patient
from server.domain.assets import BY_MONTHS, first_dates
from server.domain.planning import DAY_MS, OPEN, in_the_morning, open_task, task_id
from server.domain.rules import service
from server.jobs.dues import Dues, Key
from server.jobs.rounds import every
from server.live import LiveHub
from server.logs import trail
from server.settings import Clock
from server.storage.database import Database
from server.storage.failures import Unreachable
from server.storage.store import SqlStore
from server.system_device import record_system
from sync import instants
from sync.engine import Engine

Record = dict[str, Any]
ROUND_SECONDS: Final = 30
_INTERVALS: Final = (*(every for _, every, _ in service.METERS), *BY_MONTHS.values())
_DEFAULTS: Final = {
    "inspect_ahead_days": PLAN_INSPECT_AHEAD_DAYS, "recover_after_days": PLAN_RECOVER_AFTER_DAYS,
    "service_ahead_km": PLAN_SERVICE_AHEAD_KM, "service_ahead_hours": PLAN_SERVICE_AHEAD_HOURS,
}  # fmt: skip
log = structlog.get_logger("jobs")


class Rooms(Protocol):
    """The parts of `server.http.context.House` this module needs."""

    database: Database
    patient: Patient
    engine: Engine
    hub: LiveHub

    @property
    def clock(self) -> Clock:
        """Milliseconds since 1970."""


class Ground(NamedTuple):
    """What an organisation's rounds go by: its figures and zone, its packs' intervals, its depots."""

    said: Record
    packs: dict[str, dict[str, int | None]]
    depots: list[str]


@dataclass
class Planner:
    """The rounds' memory."""

    dues: dict[str, Dues] = field(default_factory=dict)

    async def round(self, house: Rooms) -> int:
        """Once over all organisations. Returns how many tasks were planned."""
        total = 0
        for organisation in await house.database.read(lambda store: store.organisations()):
            try:
                total += await self.round_of(house, organisation)
            except Exception as problem:  # one organisation's fault is not the others'
                log.error("planning_failed", organisation=organisation, type=type(problem).__qualname__, at=trail(problem))
        if total:
            log.info("tasks_planned", count=total)
        return total

    async def round_of(self, house: Rooms, organisation: str) -> int:
        """One organisation's round."""
        dues = self.dues.setdefault(organisation, Dues(organisation))
        ground = await house.database.read(partial(_ground, organisation))
        await dues.refresh(house.patient, ground.depots, (ground.said, ground.packs), partial(wakes, ground))
        total, now_ms = 0, house.clock()
        while taken := dues.take(now_ms):
            try:
                total += await _plan(house, ground, dues, taken)
            except BaseException:
                dues.put_back(taken)
                raise
        return total


async def plan_all(house: Rooms) -> int:
    """One round of somebody who remembers nothing."""
    return await Planner().round(house)


async def plan_always(house: Rooms) -> None:
    """Until cancelled. The application runs it as a task."""
    await every(ROUND_SECONDS, partial(Planner().round, house), "planning_failed")


def _ground(organisation: str, store: SqlStore) -> Ground:
    stored = store.record(organisation, "organisation", organisation)
    data = stored.data if stored is not None else {}
    said = {name: int(data.get(name, default)) for name, default in _DEFAULTS.items()}
    packs = {
        one.data["code"]: {every: one.data.get(every) for every in _INTERVALS}
        for one in store.records(organisation, "pack") if not one.gone
    }  # fmt: skip
    zone = data.get("zone", "Asia/Shanghai")
    return Ground({**said, "zone": zone}, packs, [one.id for one in store.records(organisation, "depot")])


def wakes(ground: Ground, kind: str, record: Record) -> Iterator[int]:
    """When it will ask for something, in milliseconds; 0: perhaps now."""
    said = ground.said
    if kind == "asset":
        if record["state"] == "retired":
            return
        if service.near(record, _ahead(said)) is not None or _first(ground, record, {}, instants.to_text(0)):
            yield 0
        for due in filter(None, (record.get("inspection_due_at"), record.get("service_due_at"))):
            yield max(0, instants.to_ms(due) - said["inspect_ahead_days"] * DAY_MS)
    elif record["state"] in ("approved", "out"):
        states = {line["state"] for line in record["assets"].values()}
        if states & {"reserved", "out"}:
            yield 0
        if "out" in states:
            yield max(0, instants.to_ms(record["due_at"]) + said["recover_after_days"] * DAY_MS + 1)


def _ahead(said: Mapping[str, Any]) -> dict[str, int]:
    return {meter: int(said.get(name, _DEFAULTS[name])) for meter, name in service.AHEAD.items()}


def _first(ground: Ground, asset: Record, last: Mapping[str, str], now: str) -> Record:
    """The first due readings and dates of an asset whose own or pack's interval nobody has begun to count: from what its meters
    show, and from when it was last done, else from now."""
    pack = ground.packs.get(asset["pack"], {})
    return {**service.first_readings(asset, pack), **first_dates(asset, pack, last, now)}


def _last_done(organisation: str, asset_id: str, store: SqlStore) -> dict[str, str]:
    """When the asset last passed its service and its inspection, by the field of their due date."""
    last: dict[str, str] = {}
    for kind, task_id_ in store.naming(organisation, asset_id):
        stored = store.record(organisation, kind, task_id_) if kind == "task" else None
        task = {} if stored is None or stored.gone else stored.data
        if (task.get("type"), task.get("state"), task.get("asset_id")) != ("inspect", "done", asset_id):
            continue
        due = "service_due_at" if (task.get("made") or {}).get("cause") == "service_due" else "inspection_due_at"
        at = task["result"].get("at")
        if task["result"].get("result") == "done" and at is not None:
            last[due] = max(last.get(due, at), at, key=instants.to_ms)
    return last


async def _plan(house: Rooms, ground: Ground, dues: Dues, keys: list[Key]) -> int:
    """What these records ask for and nobody has planned yet is planned; returns how much that was."""
    serviced = dues.in_service()
    wanted = await house.database.read(partial(wanted_tasks, dues.organisation, keys, ground, serviced, house.clock()))
    for first in range(0, len(wanted), PLAN_TASKS_WRITTEN_MAX):
        part = wanted[first : first + PLAN_TASKS_WRITTEN_MAX]
        await _write_all(house, dues.organisation, part)
        dues.services |= {
            one.task_id: (one.asset_id, one.depot_id)
            for one in part if isinstance(one, TaskPlan) and one.cause == "service_due" and one.asset_id is not None
        }  # fmt: skip
    return sum(isinstance(one, TaskPlan) for one in wanted)


def wanted_tasks(
    organisation: str, keys: list[Key], ground: Ground, serviced: set[str], now_ms: int, store: SqlStore
) -> list[TaskPlan | AssetEdit]:
    """What these records ask for: first due readings and dates, then tasks nobody has planned yet, soonest first."""
    begun: list[AssetEdit] = []
    found: dict[str, TaskPlan] = {}
    for kind, record_id in dict.fromkeys(keys):
        stored = store.record(organisation, kind, record_id)
        if stored is None or stored.gone:
            continue
        try:
            first = _first_edit(organisation, ground, kind, stored.data, now_ms, store)
            plans = list(plans_of(kind, stored.data, ground.said, now_ms))
        except Exception as fault:  # one record's figures are not the others'
            log.error("planning_of_one_failed", organisation=organisation, kind=kind, id=record_id,
                      type=type(fault).__qualname__, at=trail(fault))  # fmt: skip
            continue
        begun += first
        found |= {plan.task_id: plan for plan in plans if plan.cause != "service_due" or record_id not in serviced}
    fresh = [plan for plan in _chosen(organisation, found.values(), store) if not _is_planned(organisation, plan, store)]
    return [*begun, *sorted(fresh, key=lambda plan: (plan.due_at, plan.task_id))]


def _first_edit(organisation: str, ground: Ground, kind: str, record: Record, now_ms: int, store: SqlStore) -> list[AssetEdit]:
    now = instants.to_text(now_ms)
    if kind != "asset" or record["state"] == "retired" or not _first(ground, record, {}, now):
        return []
    first = _first(ground, record, _last_done(organisation, record["id"], store), now)
    return [AssetEdit.model_validate({"asset_id": record["id"], **first})]


def _chosen(organisation: str, plans: Iterable[TaskPlan], store: SqlStore) -> Iterator[TaskPlan]:
    """The plans under the ids they have now. Of an asset's services the first that nobody has left: its meter, else its date."""
    serviced: set[str | None] = set()
    for plan in (_again(organisation, one, store) for one in plans):
        if plan.cause != "service_due":
            yield plan
        elif plan.asset_id not in serviced and not _is_left(organisation, plan, store):
            serviced.add(plan.asset_id)
            yield plan


def _again(organisation: str, plan: TaskPlan, store: SqlStore) -> TaskPlan:
    """The plan; when the inspection was not passed and its repair is over, the one after it, whose id names the failed one."""
    while plan.type == "inspect" and plan.asset_id is not None:
        stored = store.record(organisation, "task", plan.task_id)
        if stored is None or stored.gone or stored.data["state"] != "done" or stored.data["result"].get("result") != "failed":
            break
        repair = store.record(organisation, "task", task_id("repair", plan.task_id))
        if repair is not None and not repair.gone and repair.data["state"] in OPEN:
            break
        plan = plan.model_copy(update={"task_id": task_id("inspect", plan.asset_id, plan.cause, plan.task_id)})
    return plan


def _is_left(organisation: str, plan: TaskPlan, store: SqlStore) -> bool:
    """Whether somebody has cancelled or removed it, or done it: then nothing more comes of this cause."""
    stored = store.record(organisation, "task", plan.task_id)
    if stored is None or stored.gone:
        return stored is not None
    task = stored.data
    return bool(task["state"] == "cancelled" or (task["state"] == "done" and task["result"].get("result") != "failed"))


def _is_planned(organisation: str, plan: TaskPlan, store: SqlStore) -> bool:
    """Whether the task is or was there, or somebody has planned the same handover by hand."""
    if store.record(organisation, "task", plan.task_id) is not None:
        return True
    return open_task(store, organisation, plan.type, plan.rental_id, plan.asset_id) is not None


def plans_of(kind: str, record: Record, said: Record, now_ms: int) -> Iterator[TaskPlan]:
    """What time asks of one asset or rental; `said`: the organisation's figures."""
    if kind == "asset":
        yield from _of_asset(record, said, now_ms)
    elif record["state"] in ("approved", "out"):
        for asset_id, line in record["assets"].items():
            yield from _of_line(record, asset_id, line["state"], said, now_ms)


def _of_asset(asset: Record, said: Record, now_ms: int) -> Iterator[TaskPlan]:
    """The inspection due within the organisation's days ahead; the service a meter asks for that has come near, then the one its
    date asks for when that is as near: one of them is planned. Each in the morning of its day."""
    if asset["state"] == "retired":
        return
    until = now_ms + int(said.get("inspect_ahead_days", PLAN_INSPECT_AHEAD_DAYS)) * DAY_MS
    zone = said.get("zone", "Asia/Shanghai")
    common = {"type": "inspect", "depot_id": asset["depot_id"], "asset_id": asset["id"], "bay": asset["bay"], "zone": zone}

    def plan(cause: str, by: str, due_at: str, **more: Any) -> TaskPlan:
        made_id, at = task_id("inspect", asset["id"], cause, by), in_the_morning(instants.to_ms(due_at), zone)
        return TaskPlan.model_validate({**common, "task_id": made_id, "cause": cause, "due_at": at, **more})

    inspection, date = (due if due and instants.to_ms(due) <= until else None
                        for due in (asset.get("inspection_due_at"), asset.get("service_due_at")))  # fmt: skip
    if inspection:
        yield plan("inspection_due", inspection, inspection)
    near = service.near(asset, _ahead(said))
    if near is not None:
        soon = instants.to_text(now_ms + DAY_MS if near.value >= near.due else until)
        due_at = min(filter(None, (date, soon)), key=instants.to_ms)
        yield plan("service_due", f"{near.meter} {near.due}", due_at, reading=near._asdict())
    if date:
        yield plan("service_due", date, date)


def _of_line(rental: Record, asset_id: str, state: str, said: Record, now_ms: int) -> Iterator[TaskPlan]:
    """Deliver what is reserved, collect what is out, propose to recover what is long overdue."""
    common = {
        "depot_id": rental["depot_id"], "asset_id": asset_id, "rental_id": rental["id"], "customer_id": rental["customer_id"],
        "zone": rental["zone"],
    }  # fmt: skip

    def plan(type_: str, cause: str, due_at: str, **more: Any) -> TaskPlan:
        made_id = task_id(type_, rental["id"], asset_id)
        return TaskPlan.model_validate({**common, "task_id": made_id, "type": type_, "cause": cause, "due_at": due_at, **more})

    if state == "reserved":
        yield plan("deliver", "rental_approved", rental["starts_at"])
    elif state == "out":
        yield plan("collect", "checked_out", rental["due_at"])
        after = int(said.get("recover_after_days", PLAN_RECOVER_AFTER_DAYS)) * DAY_MS
        if instants.to_ms(rental["due_at"]) + after < now_ms:
            yield plan("recover", "rental_overdue", in_the_morning(now_ms + DAY_MS, rental["zone"]), proposed=True)


async def _write_all(house: Rooms, organisation: str, wanted: list[TaskPlan | AssetEdit]) -> None:
    """In one transaction; when that fails each by itself: one that cannot be written keeps no other from being planned. What the
    database raises when it takes none of them."""
    try:
        await _commit(house, organisation, wanted)
    except Exception as fault:
        if len(wanted) == 1 or isinstance(fault, Unreachable):
            raise
        failed = 0
        for one in wanted:
            try:
                await _commit(house, organisation, [one])
            except Exception as fault_of_one:
                failed += 1
                if failed == len(wanted):
                    raise
                log.error("planning_of_one_failed", organisation=organisation, action=one.action, id=one.asset_id,
                          type=type(fault_of_one).__qualname__, at=trail(fault_of_one))  # fmt: skip


async def _commit(house: Rooms, organisation: str, wanted: list[TaskPlan | AssetEdit]) -> None:
    house.hub.publish(organisation, await house.database.write(partial(_write, house, organisation, wanted)))


def _write(house: Rooms, organisation: str, wanted: list[TaskPlan | AssetEdit], store: SqlStore) -> list[tuple[str, bytes]]:
    """The entries of the system device, and the live frames to publish after the commit."""
    frames: list[tuple[str, bytes]] = []
    for one in wanted:
        if isinstance(one, AssetEdit):  # follows from the asset as it stands: it contradicts nobody who wrote that
            stored = store.record(organisation, "asset", one.asset_id)
            if stored is not None and all(stored.data.get(name) is None for name in one.model_fields_set - {"asset_id"}):
                seen = {one.asset_id: stored.version}
                frames += record_system(house.engine, store, organisation, one, house.clock(), seen=seen)
        elif not _is_planned(organisation, one, store):
            frames += record_system(house.engine, store, organisation, one, house.clock())
    return frames
