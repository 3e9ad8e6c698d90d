"""Why an alert rule fires: what is due back soon or late, a weak battery, services missed. Pure.

Neighbours: `watch.py` keeps what is looked at, `server/jobs/alerts.py` opens and closes to-dos by what is found here,
`schemas/alerts.py` has the rules as shipped. Invariants: the same facts give the same causes · a cause's occasion says for which
time it is there: the same rental with another due date, the same battery measured anew, is another occasion · days are counted in
the organisation's zone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.todos import AlertCode, TodoCode
from sync import instants
from sync.journal import derived_id

HOUR_MS: Final = 3_600_000
CALL: Final = "#call"
"""Ends the occasion of the to-do that asks to call the customer."""


@dataclass(frozen=True, slots=True)
class Lent:
    """A rental of which something is out."""

    id: str
    depot: str
    number: str
    customer: str
    due_at: str
    due_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An asset with a battery's health or a service date. Intervals are the asset's own, None: the pack's."""

    id: str
    depot: str
    label: str
    pack: str
    percent: int | None
    due_at: str | None
    due_km: int | None
    odometer_km: int
    months: int | None
    km: int | None
    due_hours: int | None = None
    hours_shown: int | None = None
    hours: int | None = None


class Interval(NamedTuple):
    """How often a pack's assets are serviced; None: not by the calendar, not by distance."""

    months: int | None
    km: int | None
    hours: int | None = None


class Rule(NamedTuple):
    """An alert rule as the organisation has set it."""

    on: bool
    figure: int
    owner_role: str
    deadline_hours: int
    tell_customer: bool


@dataclass(frozen=True)
class Known:
    """What rounds go by: rules, packs' intervals, the zone, customers who can be written to."""

    rules: Mapping[str, Rule]
    packs: Mapping[str, Interval] = field(default_factory=dict)
    zone: tzinfo = UTC
    reachable: frozenset[str] = frozenset()


class Cause(NamedTuple):
    """Why a to-do is to be open. `occasion` '' : it is the entry that set the field which the rule looks at."""

    rule: AlertCode
    code: TodoCode
    kind: str
    subject: str
    depot: str
    occasion: str
    params: dict[str, Any]


def todo_id(organisation: str, cause: Cause) -> str:
    """The same for everybody who finds the same cause: said twice, it is one to-do."""
    return derived_id("todo", organisation, cause.rule, cause.kind, cause.subject, cause.occasion)


def zone_of(name: str) -> tzinfo:
    """The zone of that name; UTC for one this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def of_rentals(rentals: Iterable[Lent], known: Known, now_ms: int) -> Iterator[Cause]:
    """Due back within the days of the rule, or late by its hours; who cannot be written to is to be called."""
    due, late = known.rules.get("return_due"), known.rules.get("return_overdue")
    today = _day(now_ms, known.zone)
    for one in rentals:
        params = {"number": one.number, "due_at": one.due_at}
        if late is not None and now_ms >= one.due_ms + late.figure * HOUR_MS:
            yield Cause("return_overdue", "return_overdue", "rental", one.id, one.depot, one.due_at, params)
            if late.tell_customer and one.customer not in known.reachable:
                yield Cause("return_overdue", "customer_call", "rental", one.id, one.depot, one.due_at + CALL, params)
        elif due is not None and now_ms < one.due_ms and _day(one.due_ms, known.zone) - today <= due.figure:
            yield Cause("return_due", "return_due", "rental", one.id, one.depot, one.due_at, params)


def of_assets(assets: Iterable[Kept], known: Known, now_ms: int) -> Iterator[Cause]:
    """A battery below the rule's share of its health; as many services missed in a row as the rule says, or more."""
    battery, service = known.rules.get("battery_low"), known.rules.get("service_missed")
    for one in assets:
        if battery is not None and one.percent is not None and one.percent < battery.figure:
            params: dict[str, Any] = {"label": one.label, "percent": one.percent, "limit": battery.figure}
            yield Cause("battery_low", "battery_low", "asset", one.id, one.depot, "", params)
        if service is not None:
            missed = services_missed(one, known.packs.get(one.pack, Interval(None, None)), known.zone, now_ms)
            if missed >= service.figure:
                params = {"label": one.label, "count": missed, "due_at": one.due_at or _reading_due(one)}
                occasion = one.due_at or (f"km {one.due_km}" if one.due_km is not None else f"h {one.due_hours}")
                yield Cause("service_missed", "service_missed", "asset", one.id, one.depot, occasion, params)


def services_missed(asset: Kept, pack: Interval, zone: tzinfo, now_ms: int) -> int:
    """How many services in a row have passed undone: the one that was due, and each that would have followed it by its interval,
    by the calendar, by distance or by hours of work, whichever is most."""
    months, km, hours = asset.months or pack.months, asset.km or pack.km, asset.hours or pack.hours
    by_date = by_km = by_hours = 0
    if asset.due_at is not None and now_ms > instants.to_ms(asset.due_at):
        passed = _months(instants.to_ms(asset.due_at), now_ms, zone)
        by_date = 1 + (passed // months if months else 0)
    if asset.due_km is not None and asset.odometer_km > asset.due_km:
        by_km = 1 + ((asset.odometer_km - asset.due_km) // km if km else 0)
    if asset.due_hours is not None and asset.hours_shown is not None and asset.hours_shown > asset.due_hours:
        by_hours = 1 + ((asset.hours_shown - asset.due_hours) // hours if hours else 0)
    return max(by_date, by_km, by_hours)


def _reading_due(asset: Kept) -> str:
    return f"{asset.due_km} km" if asset.due_km is not None else f"{asset.due_hours} h"


def _day(at_ms: int, zone: tzinfo) -> int:
    return datetime.fromtimestamp(at_ms / 1000, zone).toordinal()


def _months(from_ms: int, to_ms: int, zone: tzinfo) -> int:
    """Whole months between two instants, by the calendar of the zone."""
    start, end = (datetime.fromtimestamp(ms / 1000, zone) for ms in (from_ms, to_ms))
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
