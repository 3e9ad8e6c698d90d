"""A list that was taken out is brought in again: as it is it changes nothing, an edited cell is that edit and no other, and what
no sheet may change is refused by name. Rows are known by their system id."""

import csv
import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from schemas.actions.assets import AssetEdit, AssetRetire
from schemas.actions.basedata import CustomerDefine, DepotDefine, PersonDefine, RentalDefine, TaskDefine
from schemas.actions.pricing import PricePlanDefine
from schemas.people import Role
from schemas.records.rentals import PriceTier
from server.jobs.planning import plan_all
from tests.http.world import World, new_id
from tests.support.sheets import Desk, colleague, csv_of, office, records, van

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(300)]
KINDS = ("asset", "customer", "rental", "task")
WAYS = (("zh", "csv"), ("zh", "xlsx"), ("en", "csv"), ("en", "xlsx"))
SOON, LATER = "2026-12-01T01:00:00.000Z", "2027-07-01T16:00:00.000Z"


class Sheet:
    """A list as somebody opens it, edits a cell and saves it."""

    def __init__(self, content: bytes, format_: str) -> None:
        self.format = format_
        if format_ == "csv":
            self.rows: list[list[Any]] = [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
        else:
            self.rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()]

    def at(self, header: str) -> int:
        return next(at for at, head in enumerate(self.rows[0]) if str(head).split("（")[0].split(" (Asia")[0] == header)

    def row(self, header: str, value: str) -> list[Any]:
        (found,) = (row for row in self.rows[1:] if row[self.at(header)] == value)
        return found

    def saved(self) -> bytes:
        if self.format == "csv":
            return csv_of(self.rows[1:], self.rows[0])
        book = Workbook()
        for row in self.rows:
            book.worksheets[0].append(row)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


async def company(world: World) -> tuple[Desk, dict[str, str]]:
    """Everything that made a list hard to bring back: states no sheet may say, names of two, several tasks of one moment."""
    desk = await office(world)
    one, two = world.a.depots
    ids = {name: new_id() for name in ("en", "twin1", "twin2", "private", "plan", "wei", "wei2")}
    await world.system(world.a, DepotDefine(id=one, name="网点0", name_en="Depot zero"))
    await desk.imported(
        csv_of([van(n) for n in range(1, 6)] + [van(6, depot="网点1"), van(7, label="E-0001"), van(8, label="双")])
    )
    await desk.imported(csv_of([["双", "E-0009", "车辆", "网点0", "E-0008"]], ["名称", "标签", "品类", "归属网点", "所属套装"]))
    ids |= {one["tag"]: one["id"] for one in (await records(world, "asset")).values()}
    await world.system(world.a, AssetRetire(asset_id=ids["E-0005"], reason="旧了"))
    await world.system(world.a, AssetEdit(asset_id=ids["E-0004"], model="'=1+1"))
    for name, zh, en in (("en", "速达便利", "Suda Express"), ("twin1", "顺发", "Shunfa"), ("twin2", "顺发", "")):
        await world.system(world.a, CustomerDefine(id=ids[name], name=zh, name_en=en, depot_id=one))
    await desk.imported(csv_of([["王小明", "个人", "网点0"]], ["客户名称", "客户类型", "负责网点"]), "customer")
    tiers = [PriceTier(from_days=1, fen=350_000)]
    await world.system(world.a, PricePlanDefine(id=ids["plan"], zh="月租", en="Monthly", unit="month", tiers=tiers))
    for name in ("wei", "wei2"):
        said = {"name": "小卫", "name_en": "Wei", "roles": [Role.TECHNICIAN], "depot_ids": {one: True}}
        await world.system(world.a, PersonDefine.model_validate({"id": ids[name], **said}))
    states = ("draft", "approved", "out", "returned", "closed", "cancelled")
    for at, state in enumerate(states):
        ids[state] = new_id()
        await world.system(world.a, RentalDefine.model_validate({
            "id": ids[state], "number": f"R-{at}", "customer_id": ids["twin1" if at % 2 else "en"],
            "depot_id": one, "state": state,
            "asset_ids": [ids["E-0001"], ids["E-0007"]], "starts_at": SOON, "due_at": LATER, "note": "第一行\n第二行",
            "km_included": 6000, "price_plan_id": ids["plan"],
        }))  # fmt: skip
    for at, state in enumerate(("open", "open", "done", "cancelled")):
        ids[f"task{at}"] = new_id()
        await world.system(world.a, TaskDefine.model_validate({
            "id": ids[f"task{at}"], "type": "inspect", "depot_id": one, "asset_id": ids["E-0002"], "due_at": SOON, "state": state,
            "note": f"第 {at} 项", "assignee_id": ids["wei"],
        }))  # fmt: skip
    await world.system(world.a, TaskDefine(id=new_id(), type="stock_take", depot_id=two, due_at=LATER))
    await plan_all(world.house)  # what the daily round would make of it between two looks
    return desk, ids


async def everything(world: World) -> dict[str, dict[str, Any]]:
    return {f"{kind}/{record}": data for kind in (*KINDS, "customer_terms", "rental_terms")
            for record, data in (await records(world, kind)).items()}  # fmt: skip


def differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Record → field → (was, is)."""
    assert set(before) == set(after)
    return {
        place: {name: (before[place].get(name), value) for name, value in data.items() if before[place].get(name) != value}
        for place, data in after.items() if data != before[place]
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_every_list_comes_back_as_it_went_out(world: World, kind: str) -> None:
    desk, _ = await company(world)
    before = await everything(world)
    for lang, format_ in WAYS:
        found = await desk.checked(await desk.exported(kind, lang, format_), kind)
        counts = found["counts"]
        assert counts["unchanged"] == counts["rows"] > 0, (lang, format_, counts, found["preview"]["bad"])
        assert not [row for row in found["preview"]["rows"] if row["warnings"]], (lang, format_)
    if kind != "asset":  # whoever has one depot takes out and brings in that one
        near = await colleague(world, Role.SERVICE_DESK, world.a.depots[:1], "near-a")
        found = await near.checked(await near.exported(kind, "en"), kind)
        assert found["counts"]["unchanged"] == found["counts"]["rows"] > 0, found["preview"]["bad"]
    done = await desk.imported(await desk.exported(kind, "en", "xlsx"), kind)
    assert done["counts"]["unchanged"] == done["counts"]["rows"]
    assert await everything(world) == before


EDITS: dict[str, tuple[str, str, str, str, Any, str, str, Any]] = {
    "an asset's bay": ("asset", "标签", "Tag", "E-0002", "Z-9", "车位/货位", "Bay", "Z-9"),
    "an asset's tag": ("asset", "序列号", "Serial number", "SN000003", "NEW-3", "标签", "Tag", "NEW-3"),
    "a customer's name": ("customer", "英文名称", "English name", "Suda Express", "速达快运", "客户名称", "Customer", "速达快运"),
    "a customer's tier": ("customer", "英文名称", "English name", "Shunfa", "watch", "信用等级", "Tier", "watch"),
    "a draft's kilometres": ("rental", "租赁单号", "Rental number", "R-0", 7000, "含里程(公里)", "Kilometres included", 7000),
    "the number of one out": ("rental", "租赁单号", "Rental number", "R-2", "R-2a", "租赁单号", "Rental number", "R-2a"),
    "the note of one that is back": ("rental", "租赁单号", "Rental number", "R-3", "'=回来了", "备注", "Note", "=回来了"),
    "one of two tasks": ("task", "说明", "Note", "第 1 项", "先做", "说明", "Note", "先做"),
}
FIELDS = {
    "Bay": "bay", "Tag": "tag", "Customer": "name", "Tier": "tier", "Kilometres included": "km_included",
    "Rental number": "number", "Note": "note",
}  # fmt: skip


async def test_an_edited_cell_is_that_edit_and_no_other_with_its_history_and_is_taken_back(world: World) -> None:
    desk, _ = await company(world)
    for at, (name, (kind, key_zh, key_en, value, put, head_zh, head_en, now)) in enumerate(EDITS.items()):
        lang, format_ = WAYS[at % len(WAYS)]
        before = await everything(world)
        sheet = Sheet(await desk.exported(kind, lang, format_), format_)
        row = sheet.row(key_zh if lang == "zh" else key_en, value)
        row[sheet.at(head_zh if lang == "zh" else head_en)] = put
        done = await desk.imported(sheet.saved(), kind)
        assert (done["counts"]["changed"], done["counts"]["bad"]) == (1, 0), (name, done["counts"])
        record = row[sheet.at("系统编号" if lang == "zh" else "System id")]
        changed = differing(before, await everything(world))
        assert {place: list(fields) for place, fields in changed.items()} == {f"{kind}/{record}": [FIELDS[head_en]]}, (
            name,
            changed,
        )
        assert changed[f"{kind}/{record}"][FIELDS[head_en]][1] == now
        history = await desk.http.get("/api/v1/history", params={"kind": kind, "id": record})
        told = {one["field"]: one["after"] for one in history.json()["entries"][0]["changes"]}
        assert told.get(FIELDS[head_en]) == now, (name, told)
        await desk.step(done["id"], "undo")
        end = await desk.ends(done["id"])
        assert (end["counts"]["undone"], end["counts"]["left"]) == (1, 0), (name, end["left"])
        assert differing(before, await everything(world)) == {}, name


REFUSED: tuple[tuple[str, str, str, str, str, Any, str], ...] = (
    ("rental", "租赁单号", "R-2", "状态", "已归还", "not_by_sheet", "租出"),
    ("rental", "租赁单号", "R-1", "状态", "租出", "not_by_sheet", "已批准"),
    ("rental", "租赁单号", "R-2", "到期", "2027-08-01", "state", "租出"),
    ("rental", "租赁单号", "R-4", "备注", "补记", "state", "已结束"),
    ("rental", "租赁单号", "R-0", "已收押金(元)", "3000", "not_by_sheet", "已收押金"),
    ("rental", "租赁单号", "R-0", "租赁单号", "R-1", "taken", "R-1"),
    ("rental", "租赁单号", "R-0", "系统编号", "7f0c1c9e-0000-4000-8000-000000000000", "unknown_id", "系统编号"),
    ("customer", "英文名称", "Shunfa", "负责网点", "网点1", "not_by_sheet", "Depot zero"),
    ("task", "说明", "第 2 项", "说明", "又改", "state", "已完成"),
    ("task", "说明", "第 0 项", "任务类型", "维修", "not_by_sheet", "巡检"),
    ("asset", "标签", "E-0003", "标签", "E-0002", "taken", "E-0002"),
)


async def test_what_no_sheet_may_change_is_refused_by_name_and_changes_nothing(world: World) -> None:
    desk, _ = await company(world)
    before = await everything(world)
    for kind, key, value, head, put, code, word in REFUSED:
        sheet = Sheet(await desk.exported(kind), "csv")
        sheet.row(key, value)[sheet.at(head)] = put
        done = await desk.checked(sheet.saved(), kind)
        assert (done["counts"]["changed"], done["counts"]["new"], done["counts"]["bad"]) == (0, 0, 1), (
            value,
            head,
            done["preview"],
        )
        (fault,) = done["preview"]["bad"][0]["faults"]
        assert fault["code"] == code, (value, head, fault)
        assert word in fault["zh"] + fault["en"], fault
        assert "{" not in fault["zh"] + fault["en"]
        await desk.step(done["id"], "run")
        assert (await desk.ends(done["id"]))["counts"]["bad"] == 1
    assert await everything(world) == before


async def test_a_sheet_approves_a_draft_changes_its_assets_and_is_taken_back(world: World) -> None:
    desk, ids = await company(world)
    sheet = Sheet(await desk.exported("rental", "en"), "csv")
    row = sheet.row("Rental number", "R-0")
    row[sheet.at("State")], row[sheet.at("Assets")] = "approved", "E-0002, E-0007"
    clerk = await colleague(world, Role.OPERATIONS, world.a.depots[:1], "ops-a")
    assert (await clerk.bring(sheet.saved(), "rental")).status_code == 403
    before = await records(world, "rental")
    done = await desk.imported(sheet.saved(), "rental")
    assert (done["counts"]["changed"], done["counts"]["bad"]) == (1, 0), done
    rental = (await records(world, "rental"))[ids["draft"]]
    assert (rental["state"], rental["approved_by"]) == ("approved", world.a.manager)
    assert set(rental["assets"]) == {ids["E-0002"], ids["E-0007"]}
    again = await desk.checked(sheet.saved(), "rental")
    assert again["counts"]["unchanged"] == again["counts"]["rows"]
    await desk.step(done["id"], "undo")
    assert (await desk.ends(done["id"]))["counts"]["undone"] == 1
    after = (await records(world, "rental"))[ids["draft"]]
    assert (after["state"], after["assets"]) == ("draft", before[ids["draft"]]["assets"])
    late = Sheet(await desk.exported("rental"), "csv")  # a list from before: the rental has gone on since
    late.row("租赁单号", "R-2")[late.at("状态")] = "已批准"
    found = await desk.checked(late.saved(), "rental")
    assert found["counts"]["unchanged"] == found["counts"]["rows"]
    assert [one["code"] for row in found["preview"]["rows"] for one in row["warnings"]] == ["only_new"]


async def test_another_companys_ids_are_nobodys_here(world: World) -> None:
    desk, _ = await company(world)
    before = await everything(world)
    heads = ["系统编号", "标签", "车位/货位"]
    done = await desk.imported(csv_of([[world.b.van, "", "X-1"], ["' OR 1=1 --", "", "X-1"], [world.a.van, "", "X-1"]], heads))
    assert (done["counts"]["changed"], done["counts"]["bad"]) == (1, 2)
    assert list(differing(before, await everything(world))) == [f"asset/{world.a.van}"]
    rental = [["R-9", world.b.desk, "网点0", "E-0001", "2026-12-01", "2027-02-28"]]
    found = await desk.checked(csv_of(rental, ["单号", "客户", "网点", "车牌", "开始", "到期"]), "rental")
    assert found["preview"]["bad"][0]["faults"][0]["code"] == "unknown_customer"
    for kind in KINDS:
        heads = ["系统编号", "标签" if kind == "asset" else "备注"]
        found = await desk.checked(csv_of([[new_id(), "x"]], heads), kind)
        (fault,) = found["preview"]["bad"][0]["faults"]
        assert (fault["code"], fault["column"]) == ("unknown_id", "record_id")


async def test_either_name_is_known_and_what_two_are_called_is_told(world: World) -> None:
    desk, ids = await company(world)
    heads = ["单号", "客户", "网点", "车牌", "开始", "到期", "价格方案"]
    period = ["Depot zero", "E-0001", "2026-12-01", "2027-02-28", "Monthly"]
    rows = [
        ["R-20", "suda  EXPRESS", *period],
        ["R-21", "速达便利", *period],
        ["R-22", "顺发", *period],
        ["R-23", ids["twin2"], *period],
    ]
    rows.append(["R-24", "shunfa", *period])
    found = await desk.checked(csv_of(rows, heads), "rental")
    assert [row["state"] for row in found["preview"]["rows"]] == ["new", "new", "bad", "new", "new"]
    (fault,) = found["preview"]["bad"][0]["faults"]
    assert (fault["code"], fault["column"]) == ("several", "customer")
    first = found["preview"]["rows"][0]["cells"]
    assert (first["customer"]["text"], first["customer"]["text_en"]) == ("速达便利", "Suda Express")
    assert (first["depot"]["text"], first["depot"]["text_en"]) == ("网点0", "Depot zero")
    assert (first["price_plan"]["text"], first["price_plan"]["text_en"]) == ("月租", "Monthly")
    await desk.step(found["id"], "run")
    await desk.ends(found["id"])
    customers = {one["number"]: one["customer_id"] for one in (await records(world, "rental")).values()}
    assert [customers[f"R-{n}"] for n in (20, 21, 23, 24)] == [ids["en"], ids["en"], ids["twin2"], ids["twin1"]]
    edit = Sheet(await desk.exported("rental", "en"), "csv")
    row = edit.row("Rental number", "R-20")
    assert (row[edit.at("Customer")], row[edit.at("Depot")], row[edit.at("Price plan")]) == (
        "Suda Express",
        "Depot zero",
        "Monthly",
    )
    row[edit.at("Customer")] = "Shunfa"
    cell = next(one for one in (await desk.checked(edit.saved(), "rental"))["preview"]["rows"] if one["title"] == "R-20")["cells"]
    told = cell["customer"]
    assert told["text"] == "Shunfa", "the Chinese name is not his alone"
    assert (told["before"], told["before_en"], told["text_en"]) == ("速达便利", "Suda Express", None)
    english = await desk.checked(csv_of([["Suda Express", "30", "网点0"]], ["客户名称", "账期", "网点"]), "customer")
    assert (english["counts"]["changed"], english["counts"]["new"]) == (1, 0)
