"""The lists of the office as tables: own fields, deposits, insurance, terms in and out; every list in both formats."""

import csv
import io
from typing import Any, cast, get_args

import pytest
from openpyxl import load_workbook

from schemas.actions.basedata import CustomerDefine
from schemas.actions.custom_fields import CustomFieldDefine, CustomFieldRetire
from schemas.actions.pricing import PricePlanDefine
from schemas.actions.todos import TodoOpen
from schemas.people import Role
from schemas.records.assets import Choice
from schemas.records.rentals import PriceTier
from schemas.sheets import ExportKind
from server.imports.sheets.export import headers
from server.imports.sheets.lists import LISTS
from server.imports.sheets.words import Lang, Moment
from tests.http.world import World, new_id
from tests.support.sheets import HEADERS, colleague, csv_of, office, records, van

pytestmark = pytest.mark.asyncio


def table(content: bytes) -> list[dict[str, str]]:
    """A CSV by its headers."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def own_fields(world: World) -> None:
    """Five fields of the company's own, one of each type."""
    red = [Choice(id="red", zh="红贴", en="Red sticker"), Choice(id="none", zh="无", en="None")]
    for code, zh, en, type_, choices in (
        ("owner", "车主", "Owner", "text", []), ("weight", "自重", "Weight", "number", []),
        ("bought", "购入日", "Bought", "date", []),
        ("sticker", "贴纸", "Sticker", "choice", red), ("leased", "融资租入", "Leased", "yes_no", []),
    ):  # fmt: skip
        said = {"belongs_to": "asset", "code": code, "zh": zh, "en": en, "type": type_, "choices": choices}
        await world.system(world.a, CustomFieldDefine.model_validate({"custom_field_id": new_id(), **said}))


async def test_own_fields_are_offered_brought_in_taken_out_and_taken_back(world: World) -> None:
    desk = await office(world)
    await own_fields(world)
    kinds = (await desk.http.get("/api/v1/sheets/kinds")).json()["kinds"]
    offered = [one["code"] for one in next(one for one in kinds if one["kind"] == "asset")["columns"]]
    assert offered[-5:] == ["custom.bought", "custom.leased", "custom.owner", "custom.sticker", "custom.weight"]
    heads = [*HEADERS, "车主", "自重", "Bought", "贴纸", "融资租入"]
    rows = [
        [*van(1), "老王", "1,250.5", "2026年3月1日", "Red sticker", "是"],
        [*van(2), "", "很重", "", "", ""], [*van(3), "", "", "", "蓝贴", ""], [*van(4), "", "", "3/4/26", "", "也许"],
    ]  # fmt: skip
    done = await desk.imported(csv_of(rows, heads))
    assert (done["counts"]["new"], done["counts"]["bad"]) == (1, 3)
    asset = next(one for one in (await records(world, "asset")).values() if one["tag"] == "E-0001")
    assert asset["custom"] == {"owner": "老王", "weight": 1250.5, "bought": "2026-03-01", "sticker": "red", "leased": True}
    for lang, format_ in (("zh", "csv"), ("en", "xlsx")):
        again = await desk.checked(await desk.exported("asset", lang, format_))
        assert again["counts"]["unchanged"] == again["counts"]["rows"] == 2, again["preview"]
    out = {one["标签"]: one for one in table(await desk.exported("asset"))}
    assert {out["E-0001"][name] for name in ("车主", "自重", "贴纸", "融资租入")} == {"老王", "1250.5", "红贴", "是"}
    changed = await desk.imported(csv_of([[*van(1), "小李", "", "", "", ""]], heads))
    assert changed["counts"]["changed"] == 1
    assert (await records(world, "asset"))[asset["id"]]["custom"]["owner"] == "小李"
    await desk.step(changed["id"], "undo")
    assert (await desk.ends(changed["id"]))["counts"]["undone"] == 1
    assert (await records(world, "asset"))[asset["id"]]["custom"] == asset["custom"]
    field = next(one for one in (await records(world, "custom_field")).values() if one["code"] == "owner")
    await world.system(world.a, CustomFieldRetire(custom_field_id=field["id"]))
    assert table(await desk.exported("asset"))[0].get("车主") is not None
    assert None in (await desk.bring(csv_of(rows, heads))).json()["tabs"][0]["mapping"]


async def test_deposits_insurance_plans_and_terms_come_in_and_go_out(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([van(1), van(2)]))
    plan = PricePlanDefine(id=new_id(), zh="月租", en="Monthly", unit="month", tiers=[PriceTier(from_days=1, fen=350_000)])
    await world.system(world.a, plan)
    heads = ["客户名称", "网点", "账期", "信用额度"]
    assert (await desk.imported(csv_of([["速达", "网点0", "30", "￥20,000"]], heads), "customer"))["counts"]["new"] == 1
    assert [one["credit_limit_fen"] for one in (await records(world, "customer_terms")).values()] == [2_000_000]
    heads = [
        "单号",
        "客户",
        "网点",
        "车牌",
        "开始",
        "到期",
        "价格方案",
        "押金",
        "已收押金",
        "保险",
        "保险公司",
        "保单号",
        "保险到期",
    ]
    first = ["速达", "网点0", "E-0001", "2026-12-01", "2027-02-28"]
    rows: list[list[Any]] = [
        ["R-1", *first, "Monthly", "5,000", "3000", "已投保", "平安", "P-1", "2027-12-31"],
        ["R-2", *first, "", "", "800", "需要", "", "", ""],
        ["R-3", *first, "", "", "", "已投保", "平安", "", ""],
        ["R-4", *first, "没有的方案", "", "", "", "", "", ""],
        ["R-5", *first, "", "1000000000000000", "", "", "", "", ""],
    ]  # fmt: skip
    done = await desk.imported(csv_of(rows, heads), "rental")
    assert (done["counts"]["new"], done["counts"]["bad"]) == (2, 3)
    bad = await desk.http.get(f"/api/v1/sheets/imports/{done['id']}/bad/csv")
    reasons = [list(one.values())[-1] for one in table(bad.content)]
    for reason, word in zip(reasons, ("「保单号」没有填", "没有叫「没有的方案」的价格方案", "超出范围"), strict=True):
        assert word in reason
    by_number = {one["number"]: one for one in (await records(world, "rental")).values()}
    terms = await records(world, "rental_terms")
    agreed = terms[by_number["R-1"]["id"]]
    assert (agreed["price_plan_id"], agreed["deposit_required_fen"], agreed["deposit_received_fen"]) == (
        plan.id,
        500_000,
        300_000,
    )
    assert (agreed["deposit_state"], agreed["insurance_state"], agreed["policy_number"]) == ("part_received", "taken", "P-1")
    other = terms[by_number["R-2"]["id"]]
    assert (other["deposit_state"], other["insurance_state"], by_number["R-2"]["insurance_ok"]) == ("received", "required", False)
    out = {one["租赁单号"]: one for one in table(await desk.exported("rental"))}
    assert [out["R-1"][name] for name in ("价格方案", "押金(元)", "押金状态", "保险")] == [
        "月租",
        "5000.0",
        "已收一部分",
        "已投保",
    ]
    for kind, format_ in (("rental", "csv"), ("rental", "xlsx"), ("customer", "csv")):
        again = await desk.checked(await desk.exported(kind, format_=format_), kind)
        assert again["counts"]["unchanged"] == again["counts"]["rows"], again["preview"]
        assert not any(row["warnings"] for row in again["preview"]["rows"]), again["preview"]
    changed = await desk.imported(csv_of([["速达", "网点0", "60", ""]], ["客户名称", "网点", "账期", "信用额度"]), "customer")
    assert [one["payment_days"] for one in (await records(world, "customer_terms")).values()] == [60]
    for step in (changed["id"], done["id"]):
        await desk.step(step, "undo")
        undone = await desk.ends(step)
        assert undone["counts"]["left"] == 0, undone
    assert await records(world, "rental") == await records(world, "rental_terms") == {}
    assert [one["payment_days"] for one in (await records(world, "customer_terms")).values()] == [30]


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_list_is_taken_out_in_both_formats_by_whoever_may_read_it(world: World, lang: str) -> None:
    desk = await office(world)
    assert set(LISTS) == set(get_args(ExportKind))
    await world.system(world.a, CustomerDefine(id=new_id(), name="速达", depot_id=world.a.depots[1]))
    for kind, listed in LISTS.items():
        heads = headers(listed, cast(Lang, lang), "Asia/Shanghai")
        assert len(set(heads)) == len(heads), kind
        times = [isinstance(column.reader, Moment) for column in listed.columns]
        zoned = [at for at, head in enumerate(heads) if "Asia/Shanghai" in head]
        assert zoned == ([times.index(True)] if any(times) else []), kind
        rows = list(csv.reader(io.StringIO((await desk.exported(kind, lang)).decode("utf-8-sig"))))
        assert rows[0] == heads
        (sheet,) = load_workbook(io.BytesIO(await desk.exported(kind, lang, "xlsx"))).worksheets
        assert [cell.value for cell in sheet[1]] == heads
        assert sheet.max_row == len(rows)
    people = {one[0]: one for one in csv.reader(io.StringIO((await desk.exported("person", lang)).decode("utf-8-sig")))}
    assert people["前台"][2:4] == ["客服" if lang == "zh" else "service desk", "网点0"]


async def test_a_to_do_is_told_in_words_and_another_depots_not_at_all(world: World) -> None:
    desk = await office(world)
    here = await colleague(world, Role.OPERATIONS, world.a.depots[:1], "ops-a")
    words = {"params": {"text": "=1+1"}, "owner_id": world.a.manager, "deadline": "2027-01-15T08:00:00Z"}
    await world.system(world.a, TodoOpen.model_validate({"todo_id": new_id(), "depot_id": world.a.depots[1], **words}))
    (told,) = table(await desk.exported("todo", "en"))
    assert (told["Kind"], told["State"], told["Owner"]) == ("What colleagues ask for", "open", "林")
    assert told["What"] == "'=1+1"
    assert table(await here.exported("todo", "en")) == []
