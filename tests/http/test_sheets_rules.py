"""What the desk may not do by hand no sheet does either: the same rules, the same rights, told row by row."""

from dataclasses import replace
from typing import Any

import pytest

from schemas.actions.basedata import RentalDefine
from schemas.actions.customers import CustomerBlock, CustomerTermsSet
from schemas.actions.rentals import RentalApprove, RentalEdit
from schemas.errors import ErrorCode
from schemas.people import PERMISSIONS, Reach, Role
from server.domain import customers
from server.imports.sheets.kinds import KINDS, RIGHTS
from server.jobs.planning import plan_all
from sync.unit import Refusal, Unit
from tests.http.world import World, new_id
from tests.support.sheets import Desk, colleague, csv_of, office, records, van

pytestmark = pytest.mark.asyncio
HEADS = ["单号", "客户", "网点", "车牌", "开始", "到期", "状态"]


async def company(world: World) -> Desk:
    """Vans in two depots, a customer in each and one who is blocked."""
    desk = await office(world)
    await desk.imported(csv_of([van(1), van(2), van(3, depot="网点1")]))
    names = [["速达", "网点0"], ["黑户", "网点0"], ["外地", "网点1"]]
    await desk.imported(csv_of(names, ["客户名称", "网点"]), "customer")
    blocked = next(one["id"] for one in (await records(world, "customer")).values() if one["name"] == "黑户")
    await world.system(world.a, CustomerBlock(customer_id=blocked, blocked=True, reason="欠款"))
    return desk


def told(row: dict[str, Any]) -> set[str]:
    return {fault["code"] for fault in row["faults"]}


async def test_a_rental_that_the_desk_could_not_make_is_told_before_and_stays_out(world: World) -> None:
    desk = await company(world)
    period = ["2026-12-01 10:00", "2027-02-28"]
    rows: list[list[Any]] = [
        ["R-ok", "速达", "网点0", "E-0001", *period, "已批准"],
        ["R-blocked", "黑户", "网点0", "E-0002", *period, "已批准"],
        ["R-draft", "黑户", "网点0", "E-0002", *period, "草稿"],
        ["R-asset", "速达", "网点0", "E-0003", *period, ""],
        ["R-customer", "外地", "网点0", "E-0002", *period, ""],
        ["R-zero", "速达", "网点0", "E-0002", "2026-12-01 10:00", "2026-12-01 10:00", ""],
        ["R-age", "速达", "网点0", "E-0002", "2026-12-01 10:00", "2198-12-01 10:00", ""],
    ]
    found = await desk.checked(csv_of(rows, HEADS), "rental")
    wrong = {row["title"]: told(row) for row in found["preview"]["bad"]}
    assert wrong == {
        "R-blocked": {"customer_blocked"}, "R-asset": {"asset_elsewhere"}, "R-customer": {"customer_elsewhere"},
        "R-zero": {"ends_before"}, "R-age": {"period_max"},
    }  # fmt: skip
    for row in found["preview"]["bad"]:
        for fault in row["faults"]:
            assert min(len(fault["zh"]), len(fault["en"])) > 5, fault
            assert "{" not in fault["zh"] + fault["en"], fault
    assert "黑户" in next(row for row in found["preview"]["bad"] if row["title"] == "R-blocked")["faults"][0]["zh"]
    await desk.step(found["id"], "run")
    done = await desk.ends(found["id"])
    assert (done["counts"]["new"], done["counts"]["bad"]) == (2, 5)
    by_number = {one["number"]: one for one in (await records(world, "rental")).values()}
    assert {number: one["state"] for number, one in by_number.items()} == {"R-ok": "approved", "R-draft": "draft"}
    assert (by_number["R-ok"]["approved_by"], bool(by_number["R-ok"]["approved_at"])) == (world.a.manager, True)
    assert by_number["R-draft"]["approved_by"] is None


async def test_a_customer_blocked_between_preview_and_run_keeps_his_rental_out(world: World) -> None:
    desk = await company(world)
    found = await desk.checked(
        csv_of([["R-1", "速达", "网点0", "E-0001", "2026-12-01", "2027-02-28", "已批准"]], HEADS), "rental"
    )
    assert found["counts"]["new"] == 1
    customer = next(one["id"] for one in (await records(world, "customer")).values() if one["name"] == "速达")
    await world.system(world.a, CustomerBlock(customer_id=customer, blocked=True, reason="欠款"))
    await desk.step(found["id"], "run")
    assert (await desk.ends(found["id"]))["counts"]["bad"] == 1
    assert await records(world, "rental") == {}


async def test_the_entries_are_refused_even_when_nobody_looked_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await company(world)
    monkeypatch.setitem(KINDS, "rental", replace(KINDS["rental"], check=lambda *_: None))
    rows = [
        ["R-1", "速达", "网点0", "E-0003", "2026-12-01", "2027-02-28", ""],
        ["R-2", "黑户", "网点0", "E-0002", "2026-12-01", "2027-02-28", "已批准"],
        ["R-3", "速达", "网点0", "E-0002", "2026-12-01 10:00", "2026-12-01 10:00", ""],
    ]
    assert (await desk.imported(csv_of(rows, HEADS), "rental"))["counts"]["bad"] == 3
    assert await records(world, "rental") == {}, "no draft is left of what could not be approved"


@pytest.mark.parametrize("is_new", [True, False])
async def test_of_a_row_whose_later_entry_is_refused_nothing_stands(
    world: World, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    """A customer's terms are an entry of their own, after the customer's."""
    desk = await office(world)
    heads = ["客户名称", "英文名称", "网点", "付款期限(天)"]
    good, half = ["好客", "Good", "网点0", "15"], ["半客", "Half", "网点0", "30"]
    if not is_new:
        await desk.imported(csv_of([["好客", "", "网点0", ""], ["半客", "", "网点0", ""]], heads), "customer")
    before = await records(world, "customer")
    real = customers.HANDLERS[CustomerTermsSet.action, CustomerTermsSet.v]

    def refuse(unit: Unit, args: CustomerTermsSet) -> None:
        if args.payment_days == 30:
            raise Refusal(ErrorCode.STATE_ILLEGAL, state="closed")
        real(unit, args)

    monkeypatch.setitem(world.house.engine.handlers, (CustomerTermsSet.action, CustomerTermsSet.v), refuse)
    found = await desk.imported(csv_of([half, good], heads), "customer")
    assert (found["counts"]["bad"], found["counts"]["new"] + found["counts"]["changed"]) == (1, 1)
    after = {one["name"]: one["name_en"] for one in (await records(world, "customer")).values()}
    assert after.get("半客", "") == ""
    assert ("半客" in after, after["好客"]) == (not is_new, "Good")
    assert len(before) == (0 if is_new else 2)
    answer = await desk.http.get(f"/api/v1/sheets/imports/{found['id']}/bad/csv", params={"lang": "zh"})
    told = answer.content.decode("utf-8-sig")
    assert "半客" in told
    assert "好客" not in told
    assert (await desk.step(found["id"], "undo")).status_code == 200
    counts = (await desk.ends(found["id"]))["counts"]
    assert (counts["undone"], counts["left"]) == (1, 0)


async def test_a_change_by_a_sheet_keeps_the_rules_too(world: World) -> None:
    desk = await company(world)
    row = ["R-1", "速达", "网点0", "E-0001", "2026-12-01 10:00", "2027-02-28 10:00", ""]
    await desk.imported(csv_of([row], HEADS), "rental")
    for at, value, code in (
        (1, "外地", "customer_elsewhere"),
        (5, "2026-12-01 10:00", "ends_before"),
        (5, "2190-01-01", "period_max"),
    ):
        found = await desk.checked(csv_of([[*row[:at], value, *row[at + 1 :]]], HEADS), "rental")
        assert [told(one) for one in found["preview"]["bad"]] == [{code}]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SERVICE_DESK, Role.MANAGER])
async def test_whoever_brings_something_in_needs_the_right_to_it(world: World, role: Role) -> None:
    """Cell by cell of the table: what he may do by hand he may by a sheet, and nothing else."""
    await company(world)
    desk = await colleague(world, role, [world.a.depots[0]], f"one-{role}")
    heads = [*HEADS, "已收押金", "保险", "保单号"]
    row = ["速达", "网点0", "E-0001", "2026-12-01", "2027-02-28"]
    rows = [
        ["R-1", *row, "草稿", "", "", ""],
        ["R-2", *row, "已批准", "", "", ""],
        ["R-3", *row, "", "500", "", ""],
        ["R-4", *row, "", "", "已投保", "P-1"],
    ]
    found = await desk.checked(csv_of(rows, heads), "rental")
    asked = {"R-2": "rental.approve", "R-3": "rental.deposit", "R-4": "rental.insurance"}
    forbidden = {number for number, action in asked.items() if role not in PERMISSIONS[action]}
    assert {one["title"]: told(one) for one in found["preview"]["bad"]} == {number: {"no_right"} for number in forbidden}
    await desk.step(found["id"], "run")
    assert (await desk.ends(found["id"]))["counts"]["new"] == 4 - len(forbidden)
    approved = [one for one in (await records(world, "rental")).values() if one["state"] == "approved"]
    me = next(one["id"] for one in (await records(world, "person")).values() if one["name"] == "同事")
    assert [one["approved_by"] for one in approved] == ([] if "R-2" in forbidden else [me])
    terms = await desk.checked(csv_of([["新客户", "网点0", "30"]], ["客户名称", "网点", "账期"]), "customer")
    assert terms["counts"]["bad"] == (role not in PERMISSIONS["customer.terms"])


async def test_every_right_a_row_may_need_is_in_the_table() -> None:
    for action in RIGHTS:
        assert Reach.ORG in PERMISSIONS[action].values(), action


async def deliveries(world: World) -> list[tuple[str, str]]:
    """(due, note) of the deliveries there are, cancelled ones aside."""
    found = (await records(world, "task")).values()
    return sorted((one["due_at"], one["note"]) for one in found if one["type"] == "deliver" and one["state"] != "cancelled")


async def test_one_check_out_makes_one_delivery_whichever_came_first(world: World) -> None:
    desk = await company(world)
    task_heads = ["任务类型", "资产", "完成期限", "租赁单号", "说明"]
    period = ["2026-12-01 09:00", "2027-02-28"]
    start, later = "2026-12-01T01:00:00.000Z", "2026-12-01T03:00:00.000Z"
    # the rental first: the sheet's task is the one its approval planned
    await desk.imported(csv_of([["R-1", "速达", "网点0", "E-0001", *period, "已批准"]], HEADS), "rental")
    assert await deliveries(world) == [(start, "")]
    told = csv_of(
        [["送车", "E-0001", "2026-12-01 11:00", "R-1", "带钥匙"], ["送车", "E-0001", "2026-12-02", "R-1", ""]], task_heads
    )
    done = await desk.imported(told, "task")
    assert (done["counts"]["changed"], done["counts"]["bad"]) == (1, 1)  # twice in one file is told
    assert await deliveries(world) == [(later, "带钥匙")]
    # the sheet first: the approval finds the task that is there
    await desk.imported(csv_of([["R-2", "速达", "网点0", "E-0002", *period, "草稿"]], HEADS), "rental")
    told = csv_of([["送车", "E-0002", "2026-12-01 11:00", "R-2", "先来的"]], task_heads)
    assert (await desk.imported(told, "task"))["counts"]["new"] == 1
    rental = next(one["id"] for one in (await records(world, "rental")).values() if one["number"] == "R-2")
    await world.system(world.a, RentalApprove(rental_id=rental), world.a.manager)
    both = [(later, "先来的"), (later, "带钥匙")]
    assert await deliveries(world) == both
    # and so does the daily round, also of a rental that was there before it
    other = new_id()
    customer = next(one["id"] for one in (await records(world, "customer")).values() if one["name"] == "速达")
    asset = next(one["id"] for one in (await records(world, "asset")).values() if one["tag"] == "E-0001")
    await world.system(world.a, RentalDefine(
        id=other, number="R-3", customer_id=customer, depot_id=world.a.depots[0], asset_ids=[asset],
        starts_at="2027-03-01T01:00:00.000Z", due_at="2027-04-01T01:00:00.000Z",
    ))  # fmt: skip
    told = csv_of([["送车", "E-0001", "2027-03-01 11:00", "R-3", "第三张"]], task_heads)
    assert (await desk.imported(told, "task"))["counts"]["new"] == 1
    assert await plan_all(world.house) == 0
    assert len(await deliveries(world)) == 3
    # what was adopted follows its rental: moved with it, and cancelled with it
    await world.system(world.a, RentalEdit(rental_id=rental, starts_at="2026-12-02T01:00:00.000Z"), world.a.manager)
    assert "先来的" not in {note for _, note in await deliveries(world)}
    await world.system(world.a, RentalApprove(rental_id=rental), world.a.manager)
    assert ("2026-12-02T01:00:00.000Z", "先来的") in await deliveries(world)
    assert len(await deliveries(world)) == 3


async def test_an_approved_import_is_taken_back_with_the_tasks_it_made(world: World) -> None:
    desk = await company(world)
    rows = [[f"R-{n}", "速达", "网点0", f"E-000{n}", "2026-12-01", "2027-02-28", "已批准"] for n in (1, 2)]
    done = await desk.imported(csv_of(rows, HEADS), "rental")
    assert len(await deliveries(world)) == 2
    told = csv_of([["送车", "E-0001", "2026-12-01 11:00", "R-1", "改过"]], ["任务类型", "资产", "完成期限", "租赁单号", "说明"])
    await desk.imported(told, "task")
    await desk.step(done["id"], "undo")
    end = await desk.ends(done["id"])
    assert (end["counts"]["undone"], end["counts"]["left"]) == (1, 1)
    assert end["left"][0]["why"]["zh"] == "已经在别处用到了（任务），没有撤销。"
    assert [one["number"] for one in (await records(world, "rental")).values()] == ["R-1"]
    assert [note for _, note in await deliveries(world)] == ["改过"]
