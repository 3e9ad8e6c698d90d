"""What goes out comes back: times in the organisation's own zone, fields of its own on assets, customers and rentals; and the way
out asks the store page by page."""

import csv
import io
from typing import Any

import pytest

from schemas.actions.basedata import OrganisationDefine, RentalDefine
from schemas.actions.custom_fields import CustomFieldDefine
from schemas.records.assets import Choice
from server.storage.drafts import Drafts
from tests.http.world import World, new_id
from tests.support.sheets import HEADERS, Desk, csv_of, office, records, van

pytestmark = pytest.mark.asyncio
RENTAL = ["单号", "客户", "网点", "车牌", "开始", "到期", "状态"]


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


async def company(world: World) -> Desk:
    desk = await office(world)
    await desk.imported(csv_of([van(1), van(2)]))
    await desk.imported(csv_of([["速达", "网点0"]], ["客户名称", "网点"]), "customer")
    return desk


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu"])
async def test_times_go_out_in_the_companys_zone_to_the_minute_and_come_back_unchanged(world: World, zone: str) -> None:
    desk = await company(world)
    await world.system(world.a, OrganisationDefine(id=world.a.id, name="甲", zone=zone))
    customer = next(iter(await records(world, "customer")))
    asset = next(one["id"] for one in (await records(world, "asset")).values() if one["tag"] == "E-0001")
    await world.system(world.a, RentalDefine(
        id=new_id(), number="R-1", customer_id=customer, depot_id=world.a.depots[0], asset_ids=[asset],
        starts_at="2026-12-01T01:02:33.456Z", due_at="2027-07-01T16:59:59.000Z", zone=zone,
    ))  # fmt: skip
    told = ["送车", "E-0001", "2026-12-01 09:00:30", "R-1"]
    await desk.imported(csv_of([told], ["任务类型", "资产", "完成期限", "租赁单号"]), "task")
    shown = {
        "Asia/Shanghai": ("2026-12-01 09:02", "2027-07-02 00:59"),
        "America/New_York": ("2026-11-30 20:02", "2027-07-01 12:59"),
        "Asia/Kathmandu": ("2026-12-01 06:47", "2027-07-01 22:44"),
    }
    heads, row = table(await desk.exported("rental"))
    assert [head for head in heads if zone in head] == [f"开始（{zone}）"]
    assert (row[heads.index(f"开始（{zone}）")], row[heads.index("到期")]) == shown[zone]
    before = await records(world, "rental"), await records(world, "task"), await records(world, "asset")
    for kind in ("rental", "task", "asset", "customer"):
        for lang in ("zh", "en"):
            for format_ in ("csv", "xlsx"):
                done = await desk.imported(await desk.exported(kind, lang, format_), kind)
                assert done["counts"]["unchanged"] == done["counts"]["rows"] > 0, (kind, lang, format_, done["counts"])
    assert (await records(world, "rental"), await records(world, "task"), await records(world, "asset")) == before


async def test_another_minute_in_the_sheet_is_a_change(world: World) -> None:
    desk = await company(world)
    row = ["R-1", "速达", "网点0", "E-0001", "2026-12-01 09:00", "2027-02-28 10:00", ""]
    await desk.imported(csv_of([row], RENTAL), "rental")
    found = await desk.checked(csv_of([[*row[:5], "2027-02-28 10:01", ""]], RENTAL), "rental")
    assert found["counts"]["changed"] == 1
    (cell,) = (one["cells"]["due"] for one in found["preview"]["rows"])
    assert (cell["before"], cell["text"]) == ("2027-02-28 10:00", "2027-02-28 10:01")


async def own_fields(world: World, kind: str) -> None:
    """Five fields of the company's own on a kind, one of each type."""
    red = [Choice(id="red", zh="红贴", en="Red sticker"), Choice(id="none", zh="无", en="None")]
    for code, zh, en, type_, choices in (
        ("source", "来源", "Source", "text", []), ("fee", "手续费", "Fee", "number", []),
        ("since", "起算日", "Since", "date", []),
        ("sticker", "贴纸", "Sticker", "choice", red), ("invoiced", "要发票", "Invoiced", "yes_no", []),
    ):  # fmt: skip
        said = {"belongs_to": kind, "code": code, "zh": zh, "en": en, "type": type_, "choices": choices}
        await world.system(world.a, CustomFieldDefine.model_validate({"custom_field_id": new_id(), **said}))


ROWS: dict[str, tuple[list[str], list[Any], str]] = {
    "asset": (HEADERS, van(7), "label"),
    "customer": (["客户名称", "网点"], ["顺发", "网点0"], "name"),
    "rental": (RENTAL, ["R-7", "速达", "网点0", "E-0001", "2026-12-01", "2027-02-28", "已批准"], "number"),
}


async def custom(world: World, kind: str, record_id: str) -> dict[str, Any]:
    """Own fields; a customer's that the field does not need stay in the office."""
    if kind != "customer":
        return dict((await records(world, kind))[record_id]["custom"])
    assert (await records(world, kind))[record_id]["custom"] == {}
    return dict((await records(world, "customer_terms"))[record_id]["custom_office"])


@pytest.mark.parametrize("kind", ["asset", "customer", "rental"])
async def test_a_companys_own_fields_go_in_and_out_and_are_taken_back(world: World, kind: str) -> None:
    desk = await company(world)
    await own_fields(world, kind)
    base, row, name = ROWS[kind]
    heads = [*base, "来源", "Fee", "起算日", "贴纸", "要发票"]
    kinds = (await desk.http.get("/api/v1/sheets/kinds")).json()["kinds"]
    offered = [one["code"] for one in next(one for one in kinds if one["kind"] == kind)["columns"]]
    assert sorted(offered[-5:]) == ["custom.fee", "custom.invoiced", "custom.since", "custom.source", "custom.sticker"]
    wrong = [*row, "朋友", "很多", "3/4/26", "蓝贴", "也许"]
    found = await desk.checked(csv_of([wrong], heads), kind)
    assert {one["column"] for one in found["preview"]["bad"][0]["faults"]} == {
        "custom.fee", "custom.since", "custom.sticker", "custom.invoiced",
    }  # fmt: skip
    made = await desk.imported(csv_of([[*row, "朋友介绍", "1,250.5", "2026年3月1日", "Red sticker", "是"]], heads), kind)
    assert (made["counts"]["new"], made["counts"]["bad"]) == (1, 0)
    record = next(one for one in (await records(world, kind)).values() if one[name] == row[0])
    want = {"source": "朋友介绍", "fee": 1250.5, "since": "2026-03-01", "sticker": "red", "invoiced": True}
    assert await custom(world, kind, record["id"]) == want
    for lang, format_ in (("zh", "csv"), ("en", "xlsx")):
        again = await desk.checked(await desk.exported(kind, lang, format_), kind)
        assert again["counts"]["unchanged"] == again["counts"]["rows"], again["preview"]
    out, *lines = table(await desk.exported(kind, "en"))
    (line,) = (one for one in lines if "朋友介绍" in one)
    shown = [line[out.index(head)] for head in ("Source", "Fee", "Since", "Sticker", "Invoiced")]
    assert shown == ["朋友介绍", "1250.5", "2026-03-01", "Red sticker", "yes"]
    changed = await desk.imported(csv_of([[*row, "广告", "", "", "无", "否"]], heads), kind)
    assert changed["counts"]["changed"] == 1
    now = (await records(world, kind))[record["id"]]
    assert (await custom(world, kind, record["id"])) == {**want, "source": "广告", "sticker": "none", "invoiced": False}
    assert now.get("state") == record.get("state"), "what is the company's own is nothing that was agreed"
    await desk.step(changed["id"], "undo")
    assert (await desk.ends(changed["id"]))["counts"]["undone"] == 1
    assert await custom(world, kind, record["id"]) == want
    await desk.step(made["id"], "undo")
    end = await desk.ends(made["id"])
    assert (end["counts"]["left"], end["left"][0]["why"]["code"]) == (1, "edited_since")  # set back or not: it was edited


async def test_what_lies_beside_is_read_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await office(world)
    heads = ["客户名称", "网点", "账期"]
    await desk.imported(csv_of([[f"客户{number}", "网点0", str(number)] for number in range(60)], heads), "customer")
    single, real = 0, Drafts._one

    def counted(self: Drafts, statement: Any, **values: Any) -> Any:
        nonlocal single
        single += values.get("kind") == "customer_terms"
        return real(self, statement, **values)

    monkeypatch.setattr(Drafts, "_one", counted)
    rows = table(await desk.exported("customer"))
    at = rows[0].index("付款期限(天)")
    assert sorted(int(row[at]) for row in rows[1:]) == list(range(60))
    assert single == 0
