"""An import taken back leaves whatever somebody works with by now: whatever names the record, and whenever it came to."""

import json
from functools import partial
from typing import Any

import pytest

from schemas.actions import Action
from schemas.actions.assets import AssetEdit
from schemas.actions.basedata import RentalDefine, TaskDefine
from schemas.actions.customers import ContactDefine
from schemas.actions.faults import FaultReport
from schemas.actions.tasks import TaskEdit
from schemas.actions.todos import TodoDismiss
from schemas.references import REFERENCES
from server.imports.sheets import undo as undoing
from server.jobs.alerts import Alerts
from server.jobs.planning import plan_all
from server.storage.store import SqlStore
from server.system_device import record_system
from server.trail.words import KIND_WORDS
from sync.store import StoredRecord
from tests.http.world import World, new_id
from tests.support.sheets import Desk, csv_of, office, records, van

pytestmark = pytest.mark.asyncio
PLACES = [(kind, name) for kind, names in sorted(REFERENCES.items()) for name in names]


def naming(name: str, record_id: str, kind: str) -> dict[str, Any]:
    """The content of a record that names another one in that field."""
    match name:
        case "subject":
            return {name: {"kind": kind, "id": record_id}}
        case "assets":
            return {name: {record_id: {"state": "reserved"}}}
        case "swaps":
            return {name: {new_id(): {"back": record_id, "out": new_id(), "state": "planned"}}}
    return {name: record_id}


async def undone(desk: Desk, import_id: str) -> tuple[int, int, set[str]]:
    """Undone, left, and why."""
    assert (await desk.step(import_id, "undo")).status_code == 200
    end = await desk.ends(import_id)
    return end["counts"]["undone"], end["counts"]["left"], {one["why"]["zh"] for one in end["left"]}


async def test_whatever_names_it_keeps_it_whatever_that_is(world: World) -> None:
    """Every field of every kind there is, each naming an asset of its own."""
    desk = await office(world)
    done = await desk.imported(csv_of([van(number) for number in range(len(PLACES) + 1)]))
    assets = [one["id"] for one in (await records(world, "asset")).values() if one["tag"].startswith("E-")]
    free, *used = sorted(assets)

    def name_them(store: SqlStore) -> None:
        for (kind, name), asset in zip(PLACES, used, strict=True):
            other = new_id()
            data = {"id": other, "depot_id": world.a.depots[0], **naming(name, asset, "asset")}
            store.put_record(world.a.id, StoredRecord(kind, other, 1, data, {}, frozenset()), [])

    await world.house.database.write(name_them)
    counts = await undone(desk, done["id"])
    assert counts[:2] == (1, len(PLACES))
    assert counts[2] == {f"已经在别处用到了（{KIND_WORDS[kind].zh}），没有撤销。" for kind, _ in PLACES}
    there = await records(world, "asset")
    assert free not in there
    assert set(used) <= set(there)


async def said(world: World, action: Action, person: str | None = None, **private: Any) -> None:
    parts = [json.dumps(private).encode()] if private else []
    await world.house.database.write(
        lambda store: record_system(
            world.house.engine, store, world.a.id, action, world.clock(), person or world.a.manager, private=parts
        )
    )


async def test_a_customer_with_a_contact_made_since_stays_with_all_that_is_his(world: World) -> None:
    desk = await office(world)
    heads = ["客户名称", "网点", "联系人", "电话"]
    done = await desk.imported(
        csv_of([["速达", "网点0", "王样例", "13800000000"], ["顺发", "网点0", "李样例", "13800000001"]], heads), "customer"
    )
    customer = next(one["id"] for one in (await records(world, "customer")).values() if one["name"] == "速达")
    contact = new_id()
    action = ContactDefine(id=contact, customer_id=customer, role="driver", person=0)
    await said(world, action, name="王小明", phone="13900001111")
    assert await undone(desk, done["id"]) == (1, 1, {"已经在别处用到了（联系人），没有撤销。"})
    assert set(await records(world, "customer")) == {customer}
    assert {one["customer_id"] for one in (await records(world, "contact")).values()} == {customer}
    assert (await records(world, "contact"))[contact]["name"] == "王小明"


async def test_an_asset_with_a_fault_reported_and_a_kit_with_a_member_stay(world: World) -> None:
    desk = await office(world)
    done = await desk.imported(csv_of([van(1), van(2), van(3)]))
    assets = {one["tag"]: one["id"] for one in (await records(world, "asset")).values()}
    await said(world, FaultReport(fault_id=new_id(), asset_id=assets["E-0001"], what="灯不亮"), world.a.manager)
    await said(world, AssetEdit(asset_id=world.a.van, kit_id=assets["E-0002"]))
    assert await undone(desk, done["id"]) == (
        1,
        2,
        {"已经在别处用到了（故障），没有撤销。", "已经在别处用到了（资产），没有撤销。"},
    )
    assert set(await records(world, "asset")) == {world.a.van, assets["E-0001"], assets["E-0002"]}


async def test_a_member_leaves_its_kit_and_a_kit_with_members_stays(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([van(9)]))
    heads = ["名称", "标签", "品类", "归属网点", "所属套装"]
    rows = [["云台", "K-1", "车辆", "网点0", ""], ["镜头", "K-2", "车辆", "网点0", "E-0009"]]
    done = await desk.imported(csv_of(rows, heads))
    assets = {one["tag"]: one["id"] for one in (await records(world, "asset")).values()}
    first = await desk.imported(csv_of([["机身", "K-3", "车辆", "网点0", "K-1"]], heads))
    assert await undone(desk, done["id"]) == (1, 1, {"已经在别处用到了（资产），没有撤销。"})
    assert (await records(world, "asset"))[assets["E-0009"]]["kit_members"] == {}
    assert (await undone(desk, first["id"]))[:2] == (1, 0)
    assert "K-1" in {one["tag"] for one in (await records(world, "asset")).values()}


async def test_a_rental_made_while_the_undoing_runs_keeps_its_asset(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of its batches, and in the moment in which the batch begins to look."""
    desk = await office(world)
    done = await desk.imported(csv_of([van(number) for number in range(25)]))
    await desk.imported(csv_of([["速达", "网点0"]], ["客户名称", "网点"]), "customer")
    (customer,) = await records(world, "customer")
    assets = {one["tag"]: one["id"] for one in (await records(world, "asset")).values()}
    real, batches = undoing._write_back, 0

    def rent(store: SqlStore, tag: str) -> None:
        action = RentalDefine(
            id=new_id(), number=f"R-{tag}", customer_id=customer, depot_id=world.a.depots[0], asset_ids=[assets[tag]],
            starts_at="2027-01-15T00:00:00.000Z", due_at="2027-02-15T00:00:00.000Z",
        )  # fmt: skip
        record_system(world.house.engine, store, world.a.id, action, world.clock(), world.a.manager)

    def between(engine: Any, one: Any, rows: int, now: int, store: SqlStore) -> Any:
        nonlocal batches
        batches += 1
        if batches <= 2:
            rent(store, f"E-{[24, 3][batches - 1]:04d}")
        return real(engine, one, 10, now, store)

    monkeypatch.setattr(undoing, "_write_back", between)
    assert await undone(desk, done["id"]) == (23, 2, {"已经在别处用到了（租赁单），没有撤销。"})
    there = await records(world, "asset")
    assert batches > 2
    assert {assets["E-0024"], assets["E-0003"]} <= set(there)
    assert {one for rental in (await records(world, "rental")).values() for one in rental["assets"]} <= set(there)


WORN = ["名称", "标签", "品类", "归属网点", "里程(公里)", "电池健康(%)", "下次年检", "保养间隔(公里)"]


async def test_what_rules_made_of_it_leaves_with_it_until_a_person_has_a_hand_in(world: World) -> None:
    """An inspection that falls due, a weak battery, a meter's first due reading: nobody did any of it."""
    desk = await office(world)
    rows = [[f"车{number}", f"W-{number}", "车辆", "网点0", "9990", "60", "2027-01-20", "10000"] for number in (1, 2, 3)]
    done = await desk.imported(csv_of(rows, WORN))
    assets = {one["tag"]: one["id"] for one in (await records(world, "asset")).values()}
    assert await plan_all(world.house) >= 3
    await Alerts(mails=False).round(world.house)
    tasks = {one["asset_id"]: task for task, one in (await records(world, "task")).items()}
    todos = {one["subject"]["id"]: todo for todo, one in (await records(world, "todo")).items() if one["subject"]}
    assert set(tasks) >= {assets[tag] for tag in ("W-1", "W-2", "W-3")} <= set(todos)
    await said(world, TaskEdit(task_id=tasks[assets["W-2"]], note="先做这辆"))
    await said(world, TodoDismiss(todo_id=todos[assets["W-3"]], reason="已经约了"))
    why = {"已经在别处用到了（任务），没有撤销。", "已经在别处用到了（待办），没有撤销。"}
    assert await undone(desk, done["id"]) == (1, 2, why)
    assert assets["W-1"] not in await records(world, "asset")
    assert tasks[assets["W-1"]] not in await records(world, "task")
    assert todos[assets["W-1"]] not in await records(world, "todo")


async def test_an_interval_in_a_sheet_makes_dates_as_one_typed_in_does(world: World) -> None:
    desk = await office(world)
    heads = ["名称", "标签", "品类", "归属网点", "年检间隔(月)", "保养间隔(月)", "下次保养"]
    rows = [["车", "W-1", "车辆", "网点0", "12", "6", ""], ["车", "W-2", "车辆", "网点0", "", "6", "2027-09-01"]]
    done = await desk.imported(csv_of(rows, heads))
    assets = {one["tag"]: one for one in (await records(world, "asset")).values()}
    assert [assets["W-1"][due][:7] for due in ("inspection_due_at", "service_due_at")] == ["2028-01", "2027-07"]
    assert (assets["W-2"]["inspection_due_at"], assets["W-2"]["service_due_at"][:7]) == (None, "2027-09")
    assert (await undone(desk, done["id"]))[:2] == (2, 0)


async def test_the_entry_itself_is_refused_when_something_names_the_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes it and whatever he looked at before: the rule stands where the entry takes effect."""
    desk = await office(world)
    done = await desk.imported(csv_of([van(1), van(2)]))
    assets = {one["tag"]: one["id"] for one in (await records(world, "asset")).values()}
    task = TaskDefine(
        id=new_id(), type="inspect", depot_id=world.a.depots[0], asset_id=assets["E-0001"], due_at="2027-01-01T00:00:00.000Z"
    )
    await said(world, task)
    monkeypatch.setattr(undoing, "_untouchable", lambda *_: None)
    assert await undone(desk, done["id"]) == (1, 1, {"已经在别处用到了（任务），没有撤销。"})
    assert assets["E-0001"] in await records(world, "asset")


async def test_what_the_rows_entries_made_beside_it_leaves_with_it(world: World) -> None:
    desk = await office(world)
    heads = ["客户名称", "网点", "联系人", "付款期限(天)"]
    done = await desk.imported(csv_of([["速达", "网点0", "王样例", "30"]], heads), "customer")
    ids = {kind: set(await records(world, kind)) for kind in ("customer", "customer_terms", "contact")}
    assert all(ids.values())
    assert (await undone(desk, done["id"]))[:2] == (1, 0)
    for kind, found in ids.items():
        assert not found & set(await records(world, kind)), kind
    (customer,) = ids["customer"]
    assert await world.house.database.read(partial(_named, world.a.id, customer)) == []


def _named(organisation: str, record_id: str, store: SqlStore) -> list[tuple[str, str]]:
    return store.naming(organisation, record_id)
