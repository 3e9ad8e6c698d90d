"""The history and the trail over HTTP: who may ask, what is in them, what was read."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from schemas.actions.assets import AssetEdit, AssetRetire
from schemas.actions.basedata import AssetDefine, CustomerDefine, RentalDefine, TaskDefine
from schemas.actions.customers import CustomerTermsSet
from schemas.actions.faults import FaultPlan, FaultReport
from schemas.actions.rentals import RentalDeposit, RentalEdit
from schemas.actions.tasks import TaskRemove
from server.imports.sheets.writing import Csv
from server.system_device import record_system_all
from server.trail import reads
from tests.http.pictures import photo
from tests.http.test_blobs import declared, sha, upload
from tests.http.test_quarantine import administrator
from tests.http.world import World, new_id
from tests.support.statements import counted

pytestmark = pytest.mark.asyncio


async def asked(client: httpx.AsyncClient, path: str, **params: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_records_history_is_told_to_whoever_may_see_it(world: World) -> None:
    phone = await world.enrolled(world.a)
    task = new_id()
    at = "2027-01-15T08:00:00Z"
    await world.system(
        world.a, TaskDefine(id=task, type="collect", depot_id=world.a.depots[0], asset_id=world.a.van, due_at=at, note="后门")
    )
    world.clock.forward(60)
    phone.record("task.note", {"task_id": task, "note": "侧门"}, seen={task: 10**6})
    await phone.push()
    for name in ("manager-a", "desk-a"):
        page = await asked(await world.signed_in(name), "history", kind="task", id=task)
        first = page["entries"][0]
        assert (first["action"], first["actor_name"], first["device_name"]) == ("task.note", "伟", "手机 1")
        assert first["changes"] == [
            {
                "kind": "task",
                "record": task,
                "field": "note",
                "item": None,
                "before": "后门",
                "after": "侧门",
                "lost": None,
                "conflict": False,
                "parts": [],
                "name": "备注",
                "was": "后门",
                "now": "侧门",
            }
        ]
        assert not page["behind"]
    stranger = await world.signed_in("manager-b")
    assert (await stranger.get("/api/v1/history", params={"kind": "task", "id": task})).status_code == 404
    assert (await phone.http.get("/api/v1/history", params={"kind": "task", "id": task})).json()["code"] == "forbidden"
    manager = await world.signed_in("manager-a")
    for params in ({"kind": "task", "id": new_id()}, {"kind": "nothing", "id": task}, {"kind": "asset", "id": task}):
        assert (await manager.get("/api/v1/history", params=params)).status_code == 404


async def test_what_is_retired_or_removed_still_tells_its_history(world: World) -> None:
    task = new_id()
    at = "2027-01-15T08:00:00Z"
    await world.system(world.a, TaskDefine(id=task, type="collect", depot_id=world.a.depots[0], asset_id=world.a.van, due_at=at))
    world.clock.forward(60)
    await world.system(world.a, TaskRemove(task_id=task, reason="重复"))
    await world.system(world.a, AssetRetire(asset_id=world.a.van, reason="卖了"))
    desk, stranger = await world.signed_in("desk-a"), await world.signed_in("manager-b")
    for kind, record, action in (("task", task, "task.remove"), ("asset", world.a.van, "asset.retire")):
        assert (await asked(desk, "history", kind=kind, id=record))["entries"][0]["action"] == action
        assert (await stranger.get("/api/v1/history", params={"kind": kind, "id": record})).status_code == 404


async def test_the_trail_is_filtered_and_followed(world: World) -> None:
    phone = await world.enrolled(world.a)
    for _ in range(3):
        world.clock.forward(60)
        phone.record("handover.start", {"handover_id": new_id(), "type": "check_in", "asset_id": world.a.van})
    await phone.push()
    manager = await administrator(world)
    whole = await asked(manager, "trail")
    times = [line["at"] for line in whole["lines"]]
    assert times == sorted(times, reverse=True)
    assert whole["next"] is None
    mine = (await asked(manager, "trail", actor=world.a.tech))["lines"]
    assert [(line["action"], line["actor_name"]) for line in mine] == [("handover.start", "伟")] * 3
    assert [one["name"] for one in mine[0]["subjects"] if one["kind"] == "asset"] == ["浙A·D3K907"]
    by_device = await asked(manager, "trail", device=phone.id, action="handover.start", show="entries")
    assert len(by_device["lines"]) == 3
    of_van = (await asked(manager, "trail", kind="asset", record=world.a.van))["lines"]
    assert [line["action"] for line in of_van] == ["handover.start"] * 3 + ["asset.define"]
    middle = mine[1]["at"]
    assert len((await asked(manager, "trail", actor=world.a.tech, since=middle))["lines"]) == 2
    assert len((await asked(manager, "trail", actor=world.a.tech, until=middle))["lines"]) == 1
    assert (await asked(await world.signed_in("manager-b"), "trail", device=phone.id))["lines"] == []


async def test_pages_follow_one_another_over_entries_and_readings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.http.trail.TRAIL_PAGE_LINES_MAX", 3)
    phone = await world.enrolled(world.a)
    manager = await world.signed_in("manager-a")
    handovers = [new_id() for _ in range(4)]
    for handover in handovers:
        phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": world.a.van})
    await phone.push()
    for handover in handovers:  # at the very moment of the entries
        assert (await manager.get(f"/api/v1/handovers/{handover}/proof")).status_code == 200
    found: list[str] = []
    after: dict[str, str] = {}
    for _ in range(20):
        page = await asked(manager, "trail", **after)
        found += [line["read"] or line["id"] for line in page["lines"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found.count("proof") == 4
    entries = [one for one in found if one != "proof"]
    assert len(entries) == len(set(entries))
    monkeypatch.setattr("server.http.trail.TRAIL_PAGE_LINES_MAX", 100)
    assert [line["id"] for line in (await asked(manager, "trail", show="entries"))["lines"]] == entries


async def test_reading_evidence_is_remembered(world: World) -> None:
    content = photo()
    phone, handover = await declared(world, content)
    assert (await upload(phone, content)).status_code == 204
    manager = await world.signed_in("manager-a")
    assert (await manager.get(f"/api/v1/blobs/{sha(content)}")).status_code == 200
    assert (await manager.get(f"/api/v1/blobs/{sha(content)}/preview")).status_code == 200
    assert (await manager.get(f"/api/v1/devices/{phone.id}/report")).status_code == 200
    assert (await manager.get(f"/api/v1/blobs/{'0' * 64}")).status_code == 404
    lines = (await asked(manager, "trail", show="reads"))["lines"]
    assert sorted((line["read"], line["actor_name"], line["sha256"]) for line in lines) == [
        ("original", "林", sha(content)), ("report", "林", None),
    ]  # fmt: skip
    original = next(line for line in lines if line["read"] == "original")
    assert [(one["kind"], one["id"]) for one in original["subjects"]] == [("handover", handover)]
    assert len((await asked(manager, "trail", what="original"))["lines"]) == 1
    assert (await asked(manager, "trail", show="entries"))["lines"][0]["read"] is None
    assert (await asked(manager, "trail", kind="handover", record=handover, show="reads"))["lines"] == [original]


async def test_a_reading_that_could_not_be_written_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = await world.enrolled(world.a)
    manager = await world.signed_in("manager-a")
    await reads.write(world.house)
    assert (await manager.get(f"/api/v1/devices/{phone.id}/report")).status_code == 200
    real = world.house.database.write

    async def fails(job: Any) -> Any:
        raise OSError

    monkeypatch.setattr(world.house.database, "write", fails)
    with pytest.raises(OSError):  # noqa: PT011 - the very one
        await reads.write(world.house)
    monkeypatch.setattr(world.house.database, "write", real)
    assert [line["read"] for line in (await asked(manager, "trail", show="reads"))["lines"]] == ["report"]


async def test_the_trail_as_a_file(world: World) -> None:
    phone = await world.enrolled(world.a)
    task = new_id()
    at = "2027-01-15T08:00:00Z"
    await world.system(world.a, TaskDefine(id=task, type="collect", depot_id=world.a.depots[0], asset_id=world.a.van, due_at=at))
    world.clock.forward(1)
    phone.record("task.note", {"task_id": task, "note": "=1+1"})
    await phone.push()
    manager = await world.signed_in("manager-a")
    answer = await manager.get("/api/v1/trail/export", params={"actor": world.a.tech, "language": "en"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert head[:5] == ["at (Asia/Shanghai)", "received", "person", "device", "action"]
    assert [row[2:5] for row in rows] == [["伟", "手机 1", "Note on a task"]]
    assert rows[0][7] == "Note: (empty) → =1+1"
    answer = await manager.get("/api/v1/trail/export", params={"actor": world.a.tech, "format": "xlsx"})
    (book,) = load_workbook(io.BytesIO(answer.content)).worksheets
    assert [[cell.value for cell in row][2:5] for row in book.iter_rows()] == [
        ["人员", "设备", "动作"],
        ["伟", "手机 1", "任务备注"],
    ]
    assert [line["read"] for line in (await asked(manager, "trail", show="reads"))["lines"]] == ["export", "export"]


async def test_the_file_is_written_piece_by_piece(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of fifty thousand lines stays in memory but the piece at hand; and no more lines come than fit."""
    written: list[int] = []

    class Watched(Csv):
        def rows(self, rows: Iterable[Sequence[Any]]) -> None:
            some = list(rows)
            written.append(len(some))
            super().rows(some)

    monkeypatch.setattr("server.imports.sheets.writing.Csv", Watched)
    monkeypatch.setattr("server.trail.table.AT_ONCE", 4)
    for number in range(9):
        world.clock.forward(60)
        await world.system(world.a, AssetEdit(asset_id=world.a.van, bay=f"B{number}"))
    manager = await administrator(world)
    answer = await manager.get("/api/v1/trail/export", params={"language": "en", "action": "asset.edit"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
    assert written == [1, 4, 4, 1]
    assert [row[7] for row in rows] == [*(f"Bay: B{n} → B{n + 1}" for n in reversed(range(8))), "Bay: (empty) → B0"]
    monkeypatch.setattr("server.http.trail.TRAIL_EXPORT_LINES_MAX", 6)
    answer = await manager.get("/api/v1/trail/export", params={"action": "asset.edit"})
    assert written[4:] == [1, 4, 2]


async def test_an_export_asks_no_more_for_each_line(world: World) -> None:
    ids = [new_id() for _ in range(30)]

    async def pushed(actions: list[Any]) -> None:
        house = world.house
        world.clock.forward(60)
        await house.database.write(
            lambda store: record_system_all(house.engine, store, world.a.id, actions, world.clock())
        )  # fmt: skip

    depot = world.a.depots[0]
    await pushed(
        [AssetDefine(id=one, label=one[-6:], tag=one[-9:], pack="vehicle", home_depot_id=depot, depot_id=depot) for one in ids]
    )
    for number in range(40):
        await pushed([AssetEdit(asset_id=one, bay=f"B{number}") for one in ids])
    manager = await administrator(world)
    await asked(manager, "trail")
    least = []  # of several: what runs in the background meanwhile is counted, too
    for _ in range(3):
        with counted() as count:
            answer = await manager.get("/api/v1/trail/export", params={"action": "asset.edit"})
        least.append(count.statements)
    lines = answer.content.count(b"\n") - 1
    assert lines == 1200
    assert min(least) <= 25 + 25 * -(-lines // 500)


async def test_the_trail_tells_from_what_to_what_in_words_and_names(world: World) -> None:
    customer = new_id()
    await world.system(world.a, CustomerDefine(id=customer, name="诚配", name_en="Chengpei", depot_id=world.a.depots[0]))
    for days in (30, 60):
        world.clock.forward(1)
        await world.system(world.a, CustomerTermsSet(customer_id=customer, payment_days=days, credit_limit_fen=days * 100_000))
    manager = await administrator(world)
    line = (await asked(manager, "trail", action="customer.terms", language="en"))["lines"][0]
    assert [(one["kind"], one["name"], one["name_en"]) for one in line["subjects"]] == [("customer", "诚配", "Chengpei")]
    assert [(one["name"], one["was"], one["now"]) for one in line["changes"]] == [
        ("Days to pay", "30", "60"), ("Credit limit", "¥30,000.00", "¥60,000.00"),
    ]  # fmt: skip
    assert not line["made"]
    made = (await asked(manager, "trail", action="customer.define", record=customer, kind="customer"))["lines"][0]
    assert made["made"]
    assert {one["kind"] for one in made["changes"]} == {"customer"}
    assert ("名称", "诚配") in [(one["name"], one["now"]) for one in made["changes"]]


async def test_a_sum_tells_the_entries_it_comes_from(world: World) -> None:
    """Whoever reads that 800 were received reads of which entries, also in the file; and moments are told to the minute."""
    customer, rental = new_id(), new_id()
    await world.system(world.a, CustomerDefine(id=customer, name="诚配", depot_id=world.a.depots[0]))
    lent = RentalDefine(
        id=rental, number="R-9", customer_id=customer, depot_id=world.a.depots[0], asset_ids=[world.a.van], deposit_fen=80_000,
        starts_at="2027-01-16T00:00:00.000Z", due_at="2027-01-20T00:00:05.000Z",
    )  # fmt: skip
    await world.system(world.a, lent)
    for amount in (50_000, 30_000):
        world.clock.forward(60)
        step = RentalDeposit(rental_id=rental, step="receive", amount_fen=amount, method="cash")
        await world.system(world.a, step, world.a.desk)
    manager = await administrator(world)
    (entry, *_) = (await asked(manager, "history", kind="rental", id=rental))["entries"]
    (received,) = [one for one in entry["changes"] if one["field"] == "deposit_received_fen"]
    assert (received["was"], received["now"]) == ("¥500.00", "¥800.00")
    told = ["收款 ¥500.00 · 前台 · 2027-01-15 16:01", "收款 ¥300.00 · 前台 · 2027-01-15 16:02"]
    assert [part["told"] for part in received["parts"]] == told
    assert received["parts"][1]["entry"] == entry["id"]
    line = (await asked(manager, "trail", action="rental.deposit"))["lines"][0]
    assert [part["told"] for one in line["changes"] for part in one["parts"]] == told
    export = (await manager.get("/api/v1/trail/export", params={"action": "rental.deposit"})).text
    assert f"¥500.00 → ¥800.00 (来自：{' + '.join(told)})" in export
    made = (await asked(manager, "trail", action="rental.define"))["lines"][0]
    assert [one["now"] for one in made["changes"] if one["field"] == "due_at"] == ["2027-01-20 08:00"]
    assert "（空）" not in [one["now"] for one in made["changes"]], "what was made with nothing in it is no change"
    world.clock.forward(60)
    await world.system(world.a, RentalEdit(rental_id=rental, due_at="2027-01-20T00:00:30.000Z"))
    edited = (await asked(manager, "trail", action="rental.edit"))["lines"][0]["changes"]
    assert [(one["was"], one["now"]) for one in edited if one["field"] == "due_at"] == [
        ("2027-01-20 08:00:05", "2027-01-20 08:00:30")
    ]


async def test_changes_of_several_records_say_of_which(world: World) -> None:
    fault, task = new_id(), new_id()
    await world.system(world.a, FaultReport(fault_id=fault, asset_id=world.a.van, what="灯"), world.a.manager)
    await world.system(world.a, FaultPlan(fault_id=fault, task_id=task, due_at="2027-01-20T00:00:00.000Z"))
    manager = await administrator(world)
    planned = (await asked(manager, "trail", action="fault.plan"))["lines"][0]["changes"]
    assert {one["name"] for one in planned if one["field"] == "state"} == {"故障 · 状态", "任务 · 状态"}
    reported = (await asked(manager, "trail", action="fault.report"))["lines"][0]["changes"]
    assert "状态" in {one["name"] for one in reported}, "of one record alone it is plain"
    assert [one["now"] for one in reported if one["field"] == "reported_by"] == ["林"]


async def test_a_question_of_another_form_is_refused(world: World) -> None:
    manager = await world.signed_in("manager-a")
    one = new_id()
    for path, params in (
        ("history", {"kind": "task"}), ("history", {"kind": "Task", "id": one}),
        ("history", {"kind": "task", "id": one, "after": "1"}),
        ("trail", {"kind": "task"}), ("trail", {"record": one}), ("trail", {"since": "2027-13-01T00:00:00Z"}),
        ("trail", {"after": f"1.{one}.0"}), ("trail", {"after": f"1.{one}.0.{'9' * 13}"}), ("trail", {"show": "some"}),
        ("trail/export", {"language": "fr"}),
    ):  # fmt: skip
        answer = await manager.get(f"/api/v1/{path}", params=params)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), params
