"""Alerts open and close to-dos by themselves on a running installation: once, however many rounds, processes and restarts."""

import asyncio
import time
from typing import Any

import pytest

from schemas.actions.alerts import AlertRuleEdit
from schemas.actions.assets import AssetEdit
from schemas.actions.basedata import AssetDefine, CustomerDefine, RentalDefine
from schemas.actions.todos import TodoDone, TodoReopen
from server.jobs.alerts import Alerts
from server.storage.store import SqlStore
from server.system_device import record_system_all
from sync import instants
from tests.http.world import Company, World, new_id

pytestmark = pytest.mark.asyncio
DAY_S = 24 * 3600


async def todos(world: World, company: Company, **wanted: Any) -> list[dict[str, Any]]:
    found = await world.house.database.read(lambda store: [one.data for one in store.records(company.id, "todo")])
    return [one for one in found if wanted.items() <= one.items()]


async def rule(world: World, company: Company, code: str) -> str:
    found = await world.house.database.read(lambda store: store.records(company.id, "alert_rule"))
    return next(one.id for one in found if one.data["code"] == code)


async def lent(world: World, company: Company, days: float, rental: str | None = None, **more: Any) -> str:
    """A rental that is out and due back in so many days."""
    rental, customer = rental or new_id(), new_id()
    now = world.clock()
    await world.system(company, CustomerDefine(id=customer, name="客户", depot_id=company.depots[0]))
    base: dict[str, Any] = {"customer_id": customer, "depot_id": company.depots[0], "asset_ids": [company.van], "state": "out"}
    times = {"starts_at": instants.to_text(now - 1000), "due_at": instants.to_text(int(now + days * DAY_S * 1000))}
    await world.system(company, RentalDefine(id=rental, number=f"R-{rental[-4:]}", **(base | times | more)))
    return rental


async def test_what_a_round_opens_is_told_to_the_open_offices(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    company, heard = world.a, list[str]()
    await lent(world, company, 1)
    monkeypatch.setattr(world.house.hub, "listens", lambda _: True)
    monkeypatch.setattr(world.house.hub, "publish", lambda _, frames: heard.extend(bucket for bucket, _ in frames))
    assert await Alerts().round(world.house) == 1
    assert any(bucket.endswith("/office") for bucket in heard)


async def test_due_then_overdue_then_back(world: World) -> None:
    alerts, company = Alerts(), world.a
    rental = await lent(world, company, 4)
    await alerts.round(world.house)
    assert await todos(world, company) == []
    world.clock.forward(2 * DAY_S)
    assert await alerts.round(world.house) == 1
    (due,) = await todos(world, company)
    assert (due["code"], due["state"], due["owner_role"]) == ("return_due", "open", "service_desk")
    assert due["subject"] == {"kind": "rental", "id": rental}
    assert due["deadline"] == instants.to_text(world.clock() + DAY_S * 1000)
    world.clock.forward(2 * DAY_S)
    assert await alerts.round(world.house) == 3
    assert {one["code"] for one in await todos(world, company, state="open")} == {"return_overdue", "customer_call"}
    (ended,) = await todos(world, company, code="return_due")
    assert (ended["state"], ended["cause_gone"]) == ("done", True)
    await lent(world, company, 0, rental, state="returned")
    await alerts.round(world.house)
    assert await todos(world, company, state="open") == []
    assert await todos(world, world.b) == []


async def test_an_extension_closes_it_and_the_new_date_opens_another(world: World) -> None:
    alerts, company = Alerts(), world.a
    rental = await lent(world, company, 1)
    await alerts.round(world.house)
    await lent(world, company, 10, rental)
    await alerts.round(world.house)
    assert [one["state"] for one in await todos(world, company)] == ["done"]
    world.clock.forward(9 * DAY_S)
    await alerts.round(world.house)
    assert sorted(one["state"] for one in await todos(world, company)) == ["done", "open"]


async def test_rounds_restarts_and_processes_open_it_once(world: World) -> None:
    company = world.a
    await lent(world, company, 1)
    first = Alerts()
    counts = await asyncio.gather(*(alerts.round(world.house) for alerts in (first, Alerts(), Alerts())))
    assert sum(counts) <= 9  # the rules of two organisations, and one to-do
    assert await first.round(world.house) == await Alerts().round(world.house) == 0
    assert len(await todos(world, company)) == 1
    before = await world.house.database.read(lambda store: store.organisation_version(company.id))
    await first.round(world.house)
    assert await world.house.database.read(lambda store: store.organisation_version(company.id)) == before


async def test_what_a_person_has_closed_stays_closed_and_what_a_person_opens_again_stays_open(world: World) -> None:
    alerts, company = Alerts(), world.a
    rental = await lent(world, company, 1)
    await alerts.round(world.house)
    (todo,) = await todos(world, company)
    await world.system(company, TodoDone(todo_id=todo["id"]), actor=company.desk)
    await alerts.round(world.house)
    assert [one["state"] for one in await todos(world, company)] == ["done"]
    await world.system(company, TodoReopen(todo_id=todo["id"]), actor=company.desk)
    await lent(world, company, 1, rental, state="returned")
    await alerts.round(world.house)
    assert [one["state"] for one in await todos(world, company)] == ["open"]


async def test_a_rule_that_is_off_opens_nothing_and_another_figure_counts_at_once(world: World) -> None:
    alerts, company = Alerts(), world.a
    await alerts.round(world.house)
    await world.system(company, AlertRuleEdit(rule_id=await rule(world, company, "return_due"), on=False))
    await lent(world, company, 1)
    await alerts.round(world.house)
    assert await todos(world, company) == []
    edit = AlertRuleEdit(rule_id=await rule(world, company, "return_due"), on=True, figure=7, deadline_hours=8)
    await world.system(company, edit)
    await lent(world, company, 6)
    await alerts.round(world.house)
    assert len(await todos(world, company, code="return_due")) == 2
    deadline = instants.to_text(world.clock() + 8 * 3_600_000)
    assert {one["deadline"] for one in await todos(world, company)} == {deadline}


def van(company: Company, **more: Any) -> AssetDefine:
    base = {"label": "浙A·D3K907", "tag": "T-a", "pack": "vehicle", "home_depot_id": company.depots[0]}
    return AssetDefine.model_validate({"id": company.van, "depot_id": company.depots[0], **base, **more})


async def test_a_weak_battery_and_two_services_missed_in_a_row_open_one_each(world: World) -> None:
    alerts, company, now = Alerts(), world.a, world.clock()
    late = {"service_months": 6, "service_due_at": instants.to_text(now - 200 * DAY_S * 1000)}
    once = {"service_months": 12, "service_due_at": instants.to_text(now - 200 * DAY_S * 1000)}
    weak, fine, twice = new_id(), new_id(), new_id()
    await world.system(company, van(company, id=weak, tag="T-weak", battery_health_pct=79))
    await world.system(company, van(company, id=fine, tag="T-fine", battery_health_pct=80, **once))
    await world.system(company, van(company, id=twice, tag="T-twice", **late))
    await alerts.round(world.house)
    found = {one["subject"]["id"]: one for one in await todos(world, company, state="open")}
    assert {asset: one["code"] for asset, one in found.items()} == {weak: "battery_low", twice: "service_missed"}
    assert {one["owner_role"] for one in found.values()} == {"operations"}
    assert found[weak]["params"] == {"label": "浙A·D3K907", "percent": 79, "limit": 80}
    assert found[twice]["params"]["count"] == 2
    await world.system(company, AssetEdit(asset_id=twice, service_due_at=instants.to_text(now + DAY_S * 1000)))
    await alerts.round(world.house)
    assert [one["subject"]["id"] for one in await todos(world, company, state="open")] == [weak]


async def test_many_assets_cost_a_round_nothing_once_they_are_known(world: World) -> None:
    company, alerts = world.a, Alerts()
    for first in range(0, 5_000, 500):
        made = [van(company, id=new_id(), tag=f"T-{first + n}") for n in range(500)]

        def job(store: SqlStore, some: list[AssetDefine] = made) -> None:
            record_system_all(world.house.engine, store, company.id, some, world.clock())

        await world.house.database.write(job)
    await lent(world, company, 1)
    assert await alerts.round(world.house) > 0
    began = time.perf_counter()
    assert await alerts.round(world.house) == 0
    assert time.perf_counter() - began < 5
    assert alerts.watches[company.id].cursors
    assert len(alerts.watches[company.id].assets) == 0
