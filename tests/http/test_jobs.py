"""What the server does by the clock, on a running installation."""

import asyncio
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from schemas import limits
from schemas.actions.assets import AssetEdit
from schemas.actions.basedata import AssetDefine, CustomerDefine, RentalDefine
from schemas.actions.packs import PackEdit
from schemas.actions.tasks import TaskCancel, TaskDone, TaskPlan
from server.domain.assets import months_after
from server.domain.planning import DAY_MS, in_the_morning, task_id
from server.jobs import planning
from server.jobs.again import end_all_waiting
from server.jobs.planning import Ground, Planner, plan_all, plans_of, wakes
from server.jobs.rounds import every
from server.jobs.tombstones import forget_left
from server.packs import shipped_packs
from server.storage.database import TransactionLost
from server.storage.store import SqlStore
from sync import instants
from sync.body import read_body
from tests.http.world import Phone, World, new_id

pytestmark = pytest.mark.asyncio


async def test_what_left_long_ago_is_forgotten_and_who_was_away_gets_its_bucket_anew(world: World) -> None:
    company = world.a
    phone = await world.enrolled(company)
    bucket = f"depot:{company.depots[0]}/field"
    before = {page["bucket"]: page for page in (await phone.push())["pages"]}
    assert phone.journal is not None
    phone.journal.cursors = {name: page["to"] for name, page in before.items()}

    def van(place: int) -> AssetDefine:
        depot = company.depots[place]
        return AssetDefine(id=company.van, label="x", tag="T", pack="vehicle", home_depot_id=depot, depot_id=depot)

    await world.system(company, van(1))
    await world.system(company, van(0).model_copy(update={"id": world.b.van, "tag": "U"}))
    await forget_left(world.house)
    world.clock.forward(limits.TOMBSTONE_DAYS * 24 * 3600)
    assert await forget_left(world.house) > 0
    assert await forget_left(world.house) == 0
    assert (await renew(phone)).status_code == 200
    (page,) = [page for page in (await phone.push())["pages"] if page["bucket"] == bucket]
    assert (page["reset"], page["after"]) == (True, 0)
    assert page["floor"] > before[bucket]["to"]
    assert company.van not in [change["id"] for change in page["changes"]]


async def renew(phone: Phone) -> httpx.Response:
    asked = await phone.http.post("/api/v1/challenge", json={"device": phone.id})
    challenge = asked.json()["challenge"]
    signature = phone.key.sign(f"handover-renew-v1\n{phone.id}\n{challenge}".encode())
    body = {"device": phone.id, "challenge": challenge, "signature": signature}
    return await phone.http.post("/api/v1/renew", json=body)


async def test_who_waits_for_nothing_beyond_one_portion_is_judged_by_the_hour(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WAITING_RETRIED_MAX", 1)
    company = world.a
    one, two = await world.enrolled(company), await world.enrolled(company)
    assert one.journal is not None
    assert two.journal is not None
    start: dict[str, Any] = {"actor": company.tech, "now_ms": world.clock()}
    args = {"handover_id": new_id(), "type": "check_in", "asset_id": company.van}
    lost = one.journal.record("handover.start", args, **start)
    waiting = [
        two.journal.record("handover.start", {**args, "handover_id": new_id()}, needs=[lost.id], **start) for _ in range(3)
    ]
    await two.push()
    request = one.journal.request(world.clock()) | {"entries": [], "lost": [{"seq": lost.seq, "hash": lost.hash}]}
    assert (await one.http.post("/api/v1/sync", json=request)).status_code == 200
    assert await end_all_waiting(world.house) == 2
    assert await end_all_waiting(world.house) == 0

    def states(store: SqlStore) -> list[str]:
        found = [store.entry_by_id(company.id, one.id) for one in waiting]
        return [one.state for one in found if one is not None]

    assert await world.house.database.read(states) == ["applied"] * 3


async def test_what_time_makes_due_is_planned_once(world: World) -> None:
    """An inspection within the days ahead, and a rental that came without its tasks: one each, and no second one."""
    company, at = world.a, instants.to_text(world.clock() + 3 * DAY_MS)
    depot = company.depots[0]
    van = AssetDefine(
        id=company.van, label="x", tag="T", pack="vehicle", home_depot_id=depot, depot_id=depot, inspection_due_at=at
    )
    later = instants.to_text(world.clock() + 9 * DAY_MS)
    customer, rental = new_id(), new_id()
    await world.system(company, van)
    await world.system(company, CustomerDefine(id=customer, name="客户", depot_id=depot))
    let = RentalDefine(
        id=rental, number="R-1", customer_id=customer, depot_id=depot, asset_ids=[company.van], starts_at=at, due_at=later
    )
    await world.system(company, let)
    assert await plan_all(world.house) == 2
    stored = await world.house.database.read(lambda store: store.records(company.id, "task"))
    tasks = {one.data["type"]: one.data for one in stored}
    morning = in_the_morning(instants.to_ms(at), "Asia/Shanghai")
    assert (tasks["inspect"]["due_at"], tasks["inspect"]["made"]["cause"]) == (morning, "inspection_due")
    assert (tasks["deliver"]["rental_id"], tasks["deliver"]["customer_id"]) == (rental, customer)
    assert tasks["deliver"]["id"] == task_id("deliver", rental, company.van)
    assert await plan_all(world.house) == 0, "a second round changes nothing"


async def plans(world: World) -> list[tuple[str, str, Any]]:
    """What has been planned: type, cause, and the reading that asked for it."""
    found = await world.house.database.read(lambda store: store.records(world.a.id, "task"))
    made = sorted((one.data["due_at"], one.data["type"], one.data["made"]) for one in found)
    return [(type_, said["cause"], said.get("reading")) for _, type_, said in made]


async def test_a_service_is_planned_when_the_meter_comes_near_once_and_again_after_it_was_done(world: World) -> None:
    company, planner = world.a, Planner()
    depot, van = company.depots[0], company.van
    near = AssetDefine(
        id=van, label="x", tag="T", pack="vehicle", home_depot_id=depot, depot_id=depot, odometer_km=9_499, service_due_km=10_000,
        service_km=10_000, service_due_at=instants.to_text(world.clock() + 60 * DAY_MS), service_months=6,
    )  # fmt: skip
    await world.system(company, near)
    assert await planner.round(world.house) == 0, "501 km to go"
    await world.system(company, near.model_copy(update={"odometer_km": 9_500}))
    assert await planner.round(world.house) == 1
    reading = {"meter": "odometer", "value": 9_500, "due": 10_000}
    assert await plans(world) == [("inspect", "service_due", reading)]
    world.clock.forward(59 * DAY_MS / 1000)  # its date has come as well: it is one service
    assert await planner.round(world.house) == 0
    assert await plan_all(world.house) == 0, "nor for one who remembers nothing"
    (task,) = await world.house.database.read(lambda store: store.records(company.id, "task"))
    await world.system(company, TaskDone(task_id=task.id, readings={"odometer": 10_150}))
    asset = await world.house.database.read(lambda store: store.record(company.id, "asset", van))
    assert asset is not None
    assert (asset.data["service_due_km"], asset.data["odometer_km"]) == (20_150, 10_150)
    assert asset.data["service_due_at"] > instants.to_text(world.clock() + 180 * DAY_MS)
    assert await planner.round(world.house) == 0
    world.clock.forward(200 * DAY_MS / 1000)
    assert await planner.round(world.house) == 1, "the next one, by its date"
    assert [one[2] for one in await plans(world)] == [reading, None]


async def tasks_of(world: World, type_: str) -> list[dict[str, Any]]:
    """Those not over."""
    found = await world.house.database.read(lambda store: store.records(world.a.id, "task"))
    return [one.data for one in found if one.data["type"] == type_ and one.data["state"] == "open"]


async def test_what_was_not_passed_is_planned_again_after_its_repair_as_often_as_it_takes(world: World) -> None:
    company, planner, now = world.a, Planner(), instants.to_text(world.clock())
    await world.system(company, AssetEdit(asset_id=company.van, service_due_km=10, inspection_due_at=now))
    assert await planner.round(world.house) == 2
    for _ in range(2):
        for task in await tasks_of(world, "inspect"):
            await world.system(company, TaskDone(task_id=task["id"], result="failed"))
        assert await planner.round(world.house) == await plan_all(world.house) == 0, "it is being repaired"
        repairs = await tasks_of(world, "repair")
        assert len(repairs) == 2
        for task in repairs:
            await world.system(company, TaskDone(task_id=task["id"]))
        assert await planner.round(world.house) == 2
        assert await planner.round(world.house) == await plan_all(world.house) == 0
    for task in await tasks_of(world, "inspect"):
        await world.system(company, TaskDone(task_id=task["id"]))
    assert await planner.round(world.house) == await plan_all(world.house) == 0, "passed"
    asset = await world.house.database.read(lambda store: store.record(company.id, "asset", company.van))
    assert asset is not None
    assert asset.data["service_due_km"] is None


@pytest.mark.parametrize("days", [1, 60])
async def test_a_service_by_its_date_is_planned_though_the_meters_was_cancelled(world: World, days: int) -> None:
    company, planner, date = world.a, Planner(), instants.to_text(world.clock() + days * DAY_MS)
    await world.system(company, AssetEdit(asset_id=company.van, service_due_km=10, service_due_at=date))
    assert await planner.round(world.house) == 1
    (by_meter,) = await tasks_of(world, "inspect")
    assert by_meter["made"]["reading"]["due"] == 10
    await world.system(company, TaskCancel(task_id=by_meter["id"], reason="不用"))
    if days == 60:
        assert await planner.round(world.house) == 0
        world.clock.forward(50 * DAY_MS / 1000)
    assert await planner.round(world.house) == 1
    (by_date,) = await tasks_of(world, "inspect")
    assert (by_date["due_at"], "reading" in by_date["made"]) == (in_the_morning(instants.to_ms(date), "Asia/Shanghai"), False)
    await world.system(company, TaskCancel(task_id=by_date["id"], reason="不用"))
    assert await planner.round(world.house) == await plan_all(world.house) == 0, "both were cancelled"


async def test_a_packs_interval_counts_for_its_assets_from_what_they_show(world: World) -> None:
    company, planner = world.a, Planner()
    pack = shipped_packs(company.id)[0]
    await world.system(company, pack)
    before = await world.house.database.read(lambda store: store.record(company.id, "asset", company.van))
    assert before is not None
    assert await planner.round(world.house) == 0
    assert before.data["pack"] == pack.code
    await world.system(company, PackEdit(pack_id=pack.id, service_km=10_000, service_hours=250))
    assert await planner.round(world.house) == 0
    after = await world.house.database.read(lambda store: store.record(company.id, "asset", company.van))
    assert after is not None
    assert after.data["service_due_km"] == before.data["odometer_km"] + 10_000
    assert after.data["service_due_hours"] is None, "nobody has read its hours"
    by = after.meta["service_due_km"].entry
    entry = await world.house.database.read(lambda store: store.entry_by_id(company.id, by))
    assert entry is not None
    assert read_body(entry.body or b"").seen == {company.van: before.version}, "what follows from an asset contradicts nobody"


async def test_a_packs_months_count_for_assets_that_exist_from_when_they_were_last_done_else_from_that_day(world: World) -> None:
    company, planner, other = world.a, Planner(), new_id()
    depot, (pack, *_) = company.depots[0], shipped_packs(company.id)
    await world.system(company, pack)
    named = {"label": "y", "tag": "Y-1", "pack": pack.code, "home_depot_id": depot, "depot_id": depot, "inspection_months": 24}
    await world.system(company, AssetDefine.model_validate({"id": other, **named}))
    done = {"task_id": new_id(), "type": "inspect", "depot_id": depot, "asset_id": company.van}
    await world.system(company, TaskPlan.model_validate({**done, "due_at": instants.to_text(world.clock())}))
    await world.system(company, TaskDone(task_id=done["task_id"]))
    assert await planner.round(world.house) == 0
    inspected, (_, own) = instants.to_text(world.clock()), await dues(world, company.van, other)
    assert own == (None, months_after(inspected, 24)), "its own interval counts without the pack's"
    world.clock.forward(110 * DAY_MS / 1000)
    await world.system(company, PackEdit(pack_id=pack.id, service_months=6, inspection_months=4))
    given = instants.to_text(world.clock())
    assert await planner.round(world.house) == 0
    assert await dues(world, company.van, other) == [
        (months_after(given, 6), months_after(inspected, 4)), (months_after(given, 6), own[1]),
    ]  # fmt: skip
    assert await planner.round(world.house) == 1, "the inspection is near by now"
    assert await planner.round(world.house) == await plan_all(world.house) == 0
    (task,) = await tasks_of(world, "inspect")
    assert task["due_at"] == in_the_morning(instants.to_ms(months_after(inspected, 4)), "Asia/Shanghai")


async def dues(world: World, *assets: str) -> list[tuple[str | None, str | None]]:
    """When each is due: its service, its inspection."""
    found = {one.id: one.data for one in await world.house.database.read(lambda store: store.records(world.a.id, "asset"))}
    return [(found[one]["service_due_at"], found[one]["inspection_due_at"]) for one in assets]


async def test_a_round_comes_when_the_time_does_and_reads_only_what_has_changed(world: World) -> None:
    company, planner = world.a, Planner()
    depot, now = company.depots[0], world.clock()
    for number in range(30):
        due = instants.to_text(now + (20 + number) * DAY_MS)
        van = AssetDefine(
            id=new_id(), label=f"{number}", tag=f"P-{number}", pack="vehicle", home_depot_id=depot, depot_id=depot,
            inspection_due_at=due,
        )  # fmt: skip
        await world.system(company, van)
    assert await planner.round(world.house) == 0
    dues = planner.dues[company.id]
    all_of_it = dues.read
    assert all_of_it >= 30
    world.clock.forward(6 * DAY_MS / 1000 - 1)
    assert await planner.round(world.house) == 0
    world.clock.forward(2)
    assert await planner.round(world.house) == 1, "fourteen days before the first of them"
    assert dues.read == all_of_it
    await planner.round(world.house)
    assert dues.read == all_of_it + 1, "the task it had written"
    assert dues.take(world.clock()) == []


async def test_what_a_round_could_not_write_is_planned_by_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    company, planner = world.a, Planner()
    await world.system(company, AssetEdit(asset_id=company.van, inspection_due_at=instants.to_text(world.clock())))

    def broken(*_: Any) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr("server.jobs.planning.record_system", broken)
        assert await planner.round(world.house) == 0
    assert await planner.round(world.house) == 1


@pytest.mark.parametrize("where", ["plans_of", "record_system"])
async def test_one_record_that_cannot_be_planned_keeps_no_other_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    company, now = world.a, instants.to_text(world.clock())
    depot, other = company.depots[0], new_id()
    named = {"pack": "vehicle", "home_depot_id": depot, "depot_id": depot, "inspection_due_at": now}
    await world.system(company, AssetDefine.model_validate({"id": other, "label": "y", "tag": "Y-1", **named}))
    await world.system(company, AssetEdit(asset_id=company.van, inspection_due_at=now))
    real = getattr(planning, where)

    def broken(*given: Any) -> Any:
        about = next((one for one in given if isinstance(one, dict | TaskPlan)), None)
        if other in (getattr(about, "asset_id", None), about.get("id") if isinstance(about, dict) else None):
            raise RuntimeError
        return real(*given)

    monkeypatch.setattr(planning, where, broken)
    with capture_logs() as logs:
        await plan_all(world.house)
    stored = await world.house.database.read(lambda store: store.records(company.id, "task"))
    assert {one.data["asset_id"] for one in stored} == {company.van}
    assert [one["id"] for one in logs if one["event"] == "planning_of_one_failed"] == [other]


async def test_what_is_long_overdue_is_proposed_to_be_recovered() -> None:
    rental = {
        "id": new_id(), "depot_id": new_id(), "customer_id": new_id(), "zone": "Asia/Shanghai", "state": "out",
        "starts_at": "2026-11-01T00:00:00.000Z", "due_at": "2026-11-10T00:00:00.000Z", "assets": {new_id(): {"state": "out"}},
    }  # fmt: skip
    due = instants.to_ms(str(rental["due_at"]))
    asked = {days: list(plans_of("rental", rental, {"recover_after_days": 5}, due + days * DAY_MS)) for days in (4, 6)}
    assert [plan.type for plan in asked[4]] == ["collect"]
    assert [(plan.type, plan.proposed) for plan in asked[6]] == [("collect", False), ("recover", True)]
    figures = {"recover_after_days": 5, "inspect_ahead_days": 1, "service_ahead_km": 1, "service_ahead_hours": 1}
    at_once, woken = wakes(Ground(figures, {}, []), "rental", rental)
    assert at_once == 0, "it may have come without its tasks"
    assert [len(list(plans_of("rental", rental, figures, woken - early))) for early in (1, 0)] == [1, 2], (
        "looked at when it is time"
    )
    assert list(wakes(Ground(figures, {}, []), "rental", {**rental, "state": "closed"})) == []


async def test_a_round_that_fails_in_whatever_way_is_followed_by_the_next() -> None:
    came: list[type[Exception]] = []
    ways: list[type[Exception]] = [OSError, KeyError, RuntimeError, AssertionError, TransactionLost, TimeoutError]
    over = asyncio.Event()

    async def one_round() -> None:
        if len(came) == len(ways):
            over.set()
            return
        came.append(ways[len(came)])
        raise came[-1]

    running = asyncio.create_task(every(0.001, one_round, "round_failed"))
    await asyncio.wait_for(over.wait(), 5)
    running.cancel()
    await running
    assert came == ways
