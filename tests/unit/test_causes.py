"""Why an alert rule fires: days by the organisation's zone, hours late, a battery's health, services missed in a row."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from server.notify.causes import Interval, Kept, Known, Lent, Rule, of_assets, of_rentals, services_missed, todo_id, zone_of
from sync import instants

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = {
    "return_due": Rule(True, 2, "service_desk", 24, False), "return_overdue": Rule(True, 0, "service_desk", 4, True),
    "battery_low": Rule(True, 80, "operations", 72, False), "service_missed": Rule(True, 2, "operations", 72, False),
}  # fmt: skip


def ms(text: str) -> int:
    return instants.to_ms(text)


def lent(due: str) -> Lent:
    return Lent("r", "d", "R-1", "c", due, ms(due))


def kept(**more: object) -> Kept:
    base = {
        "id": "a", "depot": "d", "label": "浙A", "pack": "vehicle", "percent": None, "due_at": None, "due_km": None,
        "odometer_km": 0, "months": None, "km": None,
    }  # fmt: skip
    return Kept(**(base | more))  # type: ignore[arg-type]


def codes(due: str, now: str, **more: object) -> list[str]:
    known = Known(RULES, zone=SHANGHAI, **more)  # type: ignore[arg-type]
    return [cause.code for cause in of_rentals([lent(due)], known, ms(now))]


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("2027-01-17T15:59:00Z", []),  # in Shanghai still the 17th: three days before the 20th
        ("2027-01-17T16:01:00Z", ["return_due"]),  # the 18th there
        ("2027-01-20T01:59:59Z", ["return_due"]),
        ("2027-01-20T02:00:00Z", ["return_overdue", "customer_call"]),
    ],
)
def test_days_are_those_of_the_organisations_zone(now: str, found: list[str]) -> None:
    assert codes("2027-01-20T02:00:00Z", now) == found


def test_who_can_be_written_to_need_not_be_called() -> None:
    assert codes("2027-01-20T02:00:00Z", "2027-01-21T00:00:00Z", reachable=frozenset({"c"})) == ["return_overdue"]


def test_another_due_date_is_another_occasion() -> None:
    known = Known(RULES, zone=UTC)
    ids = {
        todo_id("o", cause)
        for due in ("2027-01-18T00:00:00Z", "2027-01-19T00:00:00Z")
        for cause in of_rentals([lent(due)], known, ms("2027-01-17T12:00:00Z"))
    }
    assert len(ids) == 2


@pytest.mark.parametrize(("percent", "fires"), [(None, False), (79, True), (80, False), (0, True)])
def test_a_battery_below_its_share(percent: int | None, fires: bool) -> None:
    assert bool(list(of_assets([kept(percent=percent)], Known(RULES), 0))) == fires


@pytest.mark.parametrize(
    ("now", "more", "pack", "missed"),
    [
        ("2027-01-31T00:00:00Z", {"due_at": "2027-01-31T00:00:00Z"}, Interval(6, None), 0),
        ("2027-02-01T00:00:00Z", {"due_at": "2027-01-31T00:00:00Z"}, Interval(6, None), 1),
        ("2027-07-30T00:00:00Z", {"due_at": "2027-01-31T00:00:00Z"}, Interval(6, None), 1),
        ("2027-07-31T00:00:01Z", {"due_at": "2027-01-31T00:00:00Z"}, Interval(6, None), 2),
        ("2027-07-31T00:00:01Z", {"due_at": "2027-01-31T00:00:00Z", "months": 3}, Interval(6, None), 3),
        ("2030-07-31T00:00:01Z", {"due_at": "2027-01-31T00:00:00Z"}, Interval(None, None), 1),
        ("2027-02-01T00:00:00Z", {"due_km": 10_000, "odometer_km": 10_000}, Interval(None, 5_000), 0),
        ("2027-02-01T00:00:00Z", {"due_km": 10_000, "odometer_km": 14_999}, Interval(None, 5_000), 1),
        ("2027-02-01T00:00:00Z", {"due_km": 10_000, "odometer_km": 15_000}, Interval(None, 5_000), 2),
    ],
)
def test_services_missed_in_a_row(now: str, more: dict[str, object], pack: Interval, missed: int) -> None:
    assert services_missed(kept(**more), pack, UTC, ms(now)) == missed
    fires = [cause.params["count"] for cause in of_assets([kept(**more)], Known(RULES, {"vehicle": pack}), ms(now))]
    assert fires == ([missed] if missed >= 2 else [])


def test_a_month_is_counted_by_the_calendar_of_the_zone() -> None:
    asset = kept(due_at="2027-01-31T15:00:00Z", months=1)  # the 31st at 23:00 in Shanghai
    assert datetime(2027, 2, 28, tzinfo=UTC).tzinfo is UTC
    assert services_missed(asset, Interval(None, None), SHANGHAI, ms("2027-03-30T15:30:00Z")) == 2
    assert services_missed(asset, Interval(None, None), SHANGHAI, ms("2027-03-31T15:30:00Z")) == 3


def test_a_zone_this_machine_does_not_know_is_utc() -> None:
    assert [str(zone_of(name)) for name in ("Asia/Shanghai", "Nowhere/Land", "../x", "")] == [
        "Asia/Shanghai",
        "UTC",
        "UTC",
        "UTC",
    ]
