"""Every few seconds: the alert rules open a to-do for each cause they find, and close it when the cause is gone.

Neighbours: `server/notify/watch.py` reads what has changed, `causes.py` there says what follows from it, the system device
writes; `server/jobs/notices.py` tells the owners. Invariants: everything is read and reckoned outside the writer, and only what
is new is written, in small transactions · a to-do's id is derived from its cause, and is looked for again inside the
transaction: a repeat, a restart and two processes change nothing · a rule that is off opens nothing, and what it has opened
still closes by itself · what a person has opened again is left to people.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

import structlog

from schemas.actions import Action
from schemas.actions.alerts import AlertRuleDefine
from schemas.actions.todos import TodoDone, TodoOpen
from schemas.alerts import SHIPPED_ALERTS
from schemas.people import Role
from schemas.records.todos import TodoSubject
from server import owed
from server.calm import Patient
from server.jobs.notices import enqueue
from server.jobs.rounds import every
from server.logs import trail
from server.notify.causes import HOUR_MS, Cause, Interval, Known, Rule, of_assets, of_rentals, todo_id, zone_of
from server.notify.sealing import Sealing
from server.notify.watch import Watch
from server.settings import Clock, Settings
from server.storage.database import SqlStore
from server.storage.failures import Unreachable
from server.system_device import record_system_all
from sync import instants
from sync.engine import Engine
from sync.journal import derived_id
from sync.pushed import Pushed

ROUND_SECONDS: Final = 20
AT_ONCE: Final = 50
"""To-dos opened or closed in one transaction; others write between two."""
_FIELD_OF: Final = {"battery_low": "battery_health_pct"}
"""Rules whose occasion is the entry that set this field."""
log = structlog.get_logger("alerts")


class Rooms(owed.Rooms, Protocol):
    """The parts of `server.http.context.House` this module needs."""

    patient: Patient
    engine: Engine
    settings: Settings
    sealing: Sealing

    @property
    def clock(self) -> Clock:
        """Milliseconds since 1970."""


class Ground(NamedTuple):
    """What an organisation's rounds stand on."""

    depots: list[str]
    missing: list[AlertRuleDefine]
    rules: dict[str, Rule]
    packs: dict[str, Interval]
    zone_name: str


@dataclass
class Alerts:
    """The rounds' memory. `mails`: whether e-mail can be sent at all, so that who has an address need not be called."""

    mails: bool = False
    watches: dict[str, Watch] = field(default_factory=dict)

    async def round(self, house: Rooms) -> int:
        """Once over all organisations. Returns how many to-dos were opened or closed."""
        written = 0
        for organisation in await house.database.read(lambda store: store.organisations()):
            try:
                written += await self.round_of(house, organisation)
            except Unreachable:
                raise
            except Exception as problem:  # one organisation's fault is not the others'
                log.error("alerts_failed", organisation=organisation, type=type(problem).__qualname__, at=trail(problem))
        return written

    async def round_of(self, house: Rooms, organisation: str) -> int:
        """One organisation's round."""
        watch = self.watches.setdefault(organisation, Watch(organisation))
        ground = await house.database.read(partial(_ground, organisation))
        if ground is None:
            return 0
        if ground.missing:
            await _write(house, organisation, ground.missing)
            return await self.round_of(house, organisation)
        await watch.refresh(house.patient, ground.depots)
        reachable = watch.reachable() if self.mails else frozenset()
        known = Known(ground.rules, ground.packs, zone_of(ground.zone_name), reachable)
        wanted, over = await asyncio.to_thread(_compare, watch, known, house.clock())
        fresh = await house.database.read(partial(_fresh, watch, wanted)) if wanted else []
        actions = [_opening(organisation, cause, ground, house.clock()) for cause in fresh]
        closing = [TodoDone(todo_id=one) for one in over]
        written = await _write(house, organisation, [*actions, *closing])
        told, watch.changed = list(watch.changed), {}
        await enqueue(house, organisation, told)
        return written


def _ground(organisation: str, store: SqlStore) -> Ground | None:
    own = store.record(organisation, "organisation", organisation)
    if own is None:
        return None
    stored = {one.data["code"]: one.data for one in store.records(organisation, "alert_rule")}
    missing = [
        AlertRuleDefine(
            id=derived_id("alert_rule", organisation, code), code=code, figure=shipped.figure, owner_role=shipped.owner_role,
            deadline_hours=shipped.deadline_hours, channels=list(shipped.channels), tell_customer=shipped.tell_customer,
        )
        for code, shipped in SHIPPED_ALERTS.items() if code not in stored
    ]  # fmt: skip
    names = ("on", "figure", "owner_role", "deadline_hours", "tell_customer")
    rules = {code: Rule(*(data[name] for name in names)) for code, data in stored.items()}
    packs = {
        one.data["code"]: Interval(one.data.get("service_months"), one.data.get("service_km"), one.data.get("service_hours"))
        for one in store.records(organisation, "pack")
    }
    depots = [one.id for one in store.records(organisation, "depot")]
    return Ground(depots, missing, rules, packs, own.data["zone"])


def _compare(watch: Watch, known: Known, now_ms: int) -> tuple[list[Cause], list[str]]:
    """(causes without an open to-do whose rule is on, open to-dos whose cause is gone). Runs in a thread of its own."""
    causes = [*of_rentals(watch.rentals.values(), known, now_ms), *of_assets(watch.assets.values(), known, now_ms)]
    there = {_key(cause.rule, cause.subject, cause.occasion) for cause in causes}
    opened = {_key(one.rule, one.subject, one.occasion) for one in watch.todos.values()}
    wanted = [
        cause for cause in causes
        if known.rules[cause.rule].on and _key(cause.rule, cause.subject, cause.occasion) not in opened
    ]  # fmt: skip
    over = [
        one.id for one in watch.todos.values()
        if not one.kept_open and _key(one.rule, one.subject, one.occasion) not in there
    ]  # fmt: skip
    return wanted, over


def _key(rule: str, subject: str, occasion: str) -> tuple[str, str, str]:
    """By what a cause and its to-do find each other: of a battery any occasion, one to-do at a time is enough."""
    return rule, subject, "" if rule in _FIELD_OF else occasion


def _fresh(watch: Watch, wanted: Sequence[Cause], store: SqlStore) -> list[Cause]:
    """Those no to-do was ever opened for, with the occasion filled in."""
    found: list[Cause] = []
    for cause in _with_occasion(watch, wanted, store):
        if store.record(watch.organisation, "todo", todo_id(watch.organisation, cause)) is None:
            found.append(cause)
    return found


def _with_occasion(watch: Watch, wanted: Iterable[Cause], store: SqlStore) -> Iterator[Cause]:
    for cause in wanted:
        name = _FIELD_OF.get(cause.rule)
        if name is None:
            yield cause
            continue
        stored = store.record(watch.organisation, cause.kind, cause.subject)
        meta = stored.meta.get(name) if stored is not None and not stored.gone else None
        if meta is None or not meta.entry:
            continue
        # Measured before somebody closed the last one: that person knew.
        if int(meta.hlc[:13] or 0) > watch.ended.get((cause.rule, cause.subject), -1):
            yield cause._replace(occasion=meta.entry)


def _opening(organisation: str, cause: Cause, ground: Ground, now_ms: int) -> TodoOpen:
    rule = ground.rules[cause.rule]
    return TodoOpen(
        todo_id=todo_id(organisation, cause), depot_id=cause.depot, code=cause.code, params=cause.params,
        about=TodoSubject.model_validate({"kind": cause.kind, "id": cause.subject}), owner_role=Role(rule.owner_role),
        deadline=instants.to_text(now_ms + rule.deadline_hours * HOUR_MS), zone=ground.zone_name, rule=cause.rule,
        occasion=cause.occasion,
    )  # fmt: skip


async def _write(house: Rooms, organisation: str, actions: Sequence[Action]) -> int:
    """Write them portion by portion; a portion that is refused is written one by one, so that one fault stops no others."""
    written = 0
    for first in range(0, len(actions), AT_ONCE):
        some = actions[first : first + AT_ONCE]
        try:
            written += await _commit(house, organisation, some)
        except RuntimeError as refused:
            if len(some) == 1:
                raise
            for one in some:
                try:
                    written += await _commit(house, organisation, [one])
                except RuntimeError:
                    log.error("alert_refused", organisation=organisation, action=one.action, of=str(refused))
    return written


async def _commit(house: Rooms, organisation: str, actions: Sequence[Action]) -> int:
    def job(store: SqlStore) -> tuple[Pushed | None, int]:
        store.lock_organisation(organisation)
        needed = [one for one in actions if _is_needed(store, organisation, one)]
        if not needed:
            return None, 0
        return record_system_all(house.engine, store, organisation, needed, house.clock()), len(needed)

    pushed, count = await house.database.write(job)
    if pushed is not None:
        await owed.settle(house, organisation, pushed)
    return count


def _is_needed(store: SqlStore, organisation: str, action: Any) -> bool:
    """Whether nobody else has said it meanwhile, and what it is about is still there."""
    if isinstance(action, TodoOpen):
        about = action.about and store.record(organisation, action.about.kind, action.about.id)
        return store.record(organisation, "todo", action.todo_id) is None and bool(about) and not (about and about.gone)
    if isinstance(action, TodoDone):
        stored = store.record(organisation, "todo", action.todo_id)
        return stored is not None and not stored.gone and stored.data["state"] == "open"
    return store.record(organisation, "alert_rule", action.id) is None


async def watch_always(house: Rooms, alerts: Alerts) -> None:
    """Until cancelled. The application runs it as a task."""
    await every(ROUND_SECONDS, partial(alerts.round, house), "alerts_failed")
