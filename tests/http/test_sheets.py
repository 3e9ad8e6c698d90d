"""Spreadsheets over HTTP: brought in, mapped, shown before, run, and taken out again."""

import csv
import io
from typing import Any

import pytest

from schemas.actions.basedata import DepotDefine
from schemas.people import Role
from server.imports.sheets import samples
from server.imports.sheets.words import Lang
from server.jobs.planning import plan_all
from server.storage.store import SqlStore
from server.system_device import system_device_id
from tests.http.world import World, new_id
from tests.support.sheets import Desk, colleague, csv_of, office, records, van

pytestmark = pytest.mark.asyncio


async def labels(world: World) -> set[str]:
    return {one["label"] for one in (await records(world, "asset")).values()}


async def test_good_rows_go_in_and_bad_ones_stay_out_with_their_reasons(world: World) -> None:
    desk = await office(world)
    rows = [van(n) for n in range(30)]
    rows[7][4], rows[8][6], rows[9][0], rows[10][1], rows[11][7] = "没有的仓", "很多", "", "E-0003", "22.11.2026"
    found = await desk.checked(csv_of(rows))
    assert found["stage"] == "checked"
    assert found["counts"] | {"undone": 0, "left": 0} == {
        "rows": 30, "new": 25, "changed": 0, "unchanged": 0, "bad": 5, "undone": 0, "left": 0,
    }  # fmt: skip
    assert len(found["preview"]["rows"]) == 30
    assert found["preview"]["rows"][0]["cells"]["home_depot"] == {
        "text": "网点0",
        "before": None,
        "text_en": None,
        "before_en": None,
    }
    assert await labels(world) == {"浙A·D3K907"}
    assert (await desk.step(found["id"], "run")).status_code == 200
    done = await desk.ends(found["id"])
    assert (done["counts"]["new"], done["counts"]["bad"], done["done"], done["file_kept"]) == (25, 5, 30, False)
    assert len(await labels(world)) == 26
    answer = await desk.http.get(f"/api/v1/sheets/imports/{found['id']}/bad/csv", params={"lang": "zh"})
    told = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert told[0][:2] == ["名称", "标签"]
    assert told[0][-1] == "没有导入的原因"
    reasons = [row[-1] for row in told[1:]]
    assert [row[-2] for row in told[1:]] == ["9", "10", "11", "12", "13"]
    for reason, word in zip(reasons, ("现有：网点0", "不是数字", "没有填", "与第 5 行重复", "分不清"), strict=True):
        assert word in reason
    assert told[1][4] == "没有的仓"


async def test_the_same_file_again_changes_nothing_and_an_edited_one_only_what_differs(world: World) -> None:
    desk = await office(world)
    rows = [van(n) for n in range(10)]
    assert (await desk.imported(csv_of(rows)))["counts"]["new"] == 10
    again = await desk.imported(csv_of(rows))
    assert (again["counts"]["unchanged"], again["counts"]["changed"], again["counts"]["new"]) == (10, 0, 0)
    rows[3][5], rows[4][5] = "Z-99", ""
    found = await desk.checked(csv_of(rows))
    assert (found["counts"]["changed"], found["counts"]["unchanged"]) == (1, 9)
    assert found["preview"]["rows"][3]["cells"]["bay"] == {"text": "Z-99", "before": "A-03", "text_en": None, "before_en": None}
    await desk.step(found["id"], "run")
    await desk.ends(found["id"])
    bays = {one["label"]: one["bay"] for one in (await records(world, "asset")).values()}
    assert (bays["浙A·E0003"], bays["浙A·E0004"]) == ("Z-99", "A-04")


async def test_what_is_exported_imports_back_without_a_change(world: World) -> None:
    desk = await office(world)
    rows = [van(n, bay="=1+1" if n == 2 else f"-{n}") for n in range(12)]
    await desk.imported(csv_of(rows))
    assert b"'=1+1" in await desk.exported("asset")
    for lang, format_ in (("zh", "csv"), ("en", "csv"), ("zh", "xlsx"), ("en", "xlsx")):
        found = await desk.checked(await desk.exported("asset", lang, format_))
        assert (found["counts"]["unchanged"], found["counts"]["rows"]) == (13, 13), found["preview"]["bad"]


async def test_whoever_has_one_depot_brings_in_and_takes_out_that_one_alone(world: World) -> None:
    desk = await office(world)
    here = await colleague(world, Role.OPERATIONS, world.a.depots[:1], "ops-a")
    theirs = await desk.imported(csv_of([van(1), van(2, depot="网点1")]))
    found = await here.checked(csv_of([van(1, bay="B-1"), van(2, bay="B-2"), van(3, depot="网点1"), van(4)]))
    counts = found["counts"]
    assert (counts["changed"], counts["new"], counts["bad"]) == (1, 1, 2)
    assert {row["faults"][0]["code"] for row in found["preview"]["bad"]} == {"other_depot"}
    out = (await here.exported("asset")).decode("utf-8-sig")
    assert "E-0001" in out
    assert "E-0002" not in out
    assert (await desk.http.get(f"/api/v1/sheets/imports/{found['id']}")).status_code == 200
    assert (await here.http.get(f"/api/v1/sheets/imports/{theirs['id']}")).status_code == 404
    assert [one["id"] for one in (await here.http.get("/api/v1/sheets/imports")).json()["imports"]] == [found["id"]]


async def test_customers_rentals_and_tasks_follow_one_another(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([van(1), van(2)]))
    customers = await desk.imported(
        csv_of([["速达便利", "企业", "网点0", "优质"]], ["客户名称", "客户类型", "网点", "信用等级"]), "customer"
    )
    assert customers["counts"]["new"] == 1
    heads = ["合同号", "客户", "网点", "车牌", "起租日", "到期日", "状态"]
    rows: list[list[Any]] = [
        ["R-1", "速达便利", "网点0", "浙A·E0001、E-0002", "2026年12月1日", "2027/2/28", "已批准"],
        ["R-2", "没有的客户", "网点0", "E-0001", "2026-12-01", "2027-02-28", ""],
        ["R-3", "速达便利", "网点0", "E-0001", "2027-12-01", "2027-02-28", "租出"],
        ["R-4", "速达便利", "网点0", "E-0001", "2027-12-01", "2027-02-28", ""],
    ]
    rentals = await desk.imported(csv_of(rows, heads), "rental")
    assert (rentals["counts"]["new"], rentals["counts"]["bad"]) == (1, 3)
    rental = next(one for one in (await records(world, "rental")).values() if one["number"] == "R-1")
    assert rental["starts_at"] == "2026-11-30T16:00:00.000Z"
    assert rental["due_at"] == "2027-02-28T15:59:00.000Z"
    assert len(rental["assets"]) == 2
    tasks = csv_of([["送车", "E-0001", "2026-12-01 09:00", "R-1", "带钥匙"]], ["类型", "资产", "期限", "租赁单号", "备注"])
    assert (await desk.imported(tasks, "task"))["counts"]["changed"] == 1  # the approval has planned it already
    assert (await desk.checked(tasks, "task"))["counts"]["unchanged"] == 1
    for kind, format_ in ((kind, format_) for kind in ("rental", "task", "customer") for format_ in ("csv", "xlsx")):
        found = await desk.checked(await desk.exported(kind, format_=format_), kind)
        assert found["counts"]["rows"] == found["counts"]["unchanged"], (kind, found["preview"]["rows"])


async def test_how_headers_were_mapped_is_remembered_by_company_and_kind(world: World) -> None:
    desk = await office(world)
    odd = csv_of([["浙A·E0001", "x", "车辆", "网点0"]], ["我们的叫法", "垃圾", "品类", "网点"])
    first = (await desk.bring(odd)).json()
    assert first["tabs"][0]["mapping"] == [None, None, "pack", "home_depot"]
    assert (await desk.map(first)).json()["code"] == "sheet_unmapped"
    assert (await desk.map(first, ["label", "label", "pack", "home_depot"])).json()["code"] == "sheet_unmapped"
    assert (await desk.map(first, ["label", None, "pack", "home_depot"])).status_code == 200
    again = (await desk.bring(odd)).json()
    assert again["tabs"][0]["mapping"] == ["label", None, "pack", "home_depot"]
    other = Desk(world, await world.signed_in("manager-b"))
    assert (await other.bring(odd)).json()["tabs"][0]["mapping"][0] is None


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_sample_can_be_imported(world: World, lang: Lang) -> None:
    desk = await office(world)
    await world.system(world.a, DepotDefine(id=new_id(), name="下沙仓", name_en="Xiasha depot"))
    for kind in ("asset", "customer", "rental", "task"):
        committed = (samples.FOLDER / samples.name_of(kind, "csv", lang)).read_bytes()
        assert committed == samples.sample(kind, "csv", lang)
        done = await desk.imported(committed, kind)
        # the approved rentals have planned their deliveries: the tasks' sheet adds to those
        assert done["counts"]["changed" if kind == "task" else "new"] == 2, kind
        assert done["counts"]["bad"] == 0, kind
        answer = await desk.http.get(f"/api/v1/sheets/samples/{kind}.csv", params={"lang": lang})
        assert answer.content == committed
        answer = await desk.http.get(f"/api/v1/sheets/samples/{kind}.xlsx", params={"lang": lang})
        counts = (await desk.checked(answer.content, kind))["counts"]
        assert (counts["unchanged"], counts["rows"]) == (2, 2), kind
    assert [one["type"] for one in (await records(world, "task")).values()] == ["deliver", "deliver"]
    assert await plan_all(world.house) == 0


async def test_a_persons_name_in_another_script_is_not_written_into_entries_either(world: World) -> None:
    desk = await office(world)
    heads = ["客户名称", "英文名称", "客户类型", "负责网点"]
    rows = [["王小明", "Wang Xiaoming", "个人", "网点0"], ["速达便利", "Suda", "企业", "网点0"]]
    done = await desk.imported(csv_of(rows, heads), "customer")
    assert (done["counts"]["new"], done["counts"]["bad"]) == (1, 1), done
    assert [one["name_en"] for one in (await records(world, "customer")).values()] == ["Suda"]


async def test_a_desk_agrees_no_terms_by_a_sheet_either(world: World) -> None:
    await office(world)
    desk = await colleague(world, Role.SERVICE_DESK, [world.a.depots[0]], "counter-a")
    heads = ["客户名称", "客户类型", "负责网点", "等级", "信用额度(元)"]
    rows = [
        ["甲公司", "企业", "网点0", "优质", ""],
        ["乙公司", "企业", "网点0", "", "990000"],
        ["丙公司", "企业", "网点0", "普通", ""],
    ]
    done = await desk.imported(csv_of(rows, heads), "customer")
    assert (done["counts"]["new"], done["counts"]["bad"]) == (1, 2), done
    again = await desk.checked(csv_of([["丙公司", "企业", "网点0", "优质", ""]], heads), "customer")
    assert (again["counts"]["changed"], again["counts"]["bad"]) == (0, 1), again


async def test_persons_are_private_parts_and_leave_with_the_import(world: World) -> None:
    desk = await office(world)
    heads = ["客户名称", "客户类型", "负责网点", "联系人", "电话"]
    rows = [["王小明", "个人", "网点0", "", "13800000000"], ["速达便利", "企业", "网点0", "李联系", "13900000000"]]
    done = await desk.imported(csv_of(rows, heads), "customer")
    assert done["counts"]["new"] == 2, done
    contacts = {one["name"]: one["phone"] for one in (await records(world, "contact")).values()}
    assert contacts == {"王小明": "13800000000", "李联系": "13900000000"}

    def bodies(store: SqlStore) -> bytes:
        device = system_device_id(world.a.id)
        return b"".join(one.body or b"" for one in store.entries(world.a.id, device, 0, 1, 500, 500))

    said = (await world.house.database.read(bodies)).decode()
    assert not any(word in said for word in ("王小明", "李联系", "13800000000", "13900000000"))
    out = (await desk.exported("customer")).decode()
    assert not any(word in out for word in ("王小明", "李联系", "13800000000"))
    assert (await desk.checked(csv_of(rows, heads), "customer"))["counts"]["unchanged"] == 2
    await desk.step(done["id"], "undo")
    undone = await desk.ends(done["id"])
    assert (undone["counts"]["undone"], undone["counts"]["left"]) == (2, 0)
    for kind in ("customer", "contact", "customer_terms"):
        assert await records(world, kind) == {}
