"""Tasks: planned and done step by step, and those that come by themselves from rentals, handovers, damage and inspections."""

from typing import Any

import pytest

from schemas.actions.assets import AssetEdit
from schemas.actions.organisation import OrganisationPlanning
from schemas.actions.rentals import RentalApprove, RentalCancel, RentalEdit, RentalExtend
from schemas.actions.tasks import TaskAccept, TaskCancel, TaskDone, TaskEdit, TaskPlan, TaskReassign, TaskReopen, TaskStart
from schemas.errors import ErrorCode
from schemas.limits import READING_MAX
from schemas.people import Role
from server.domain.planning import in_the_morning, task_id
from sync import instants
from tests.support.offline import captured, out
from tests.support.stage import MINUTE_MS, CheckIn, Phone, Stage

AT = "2027-01-15T08:00:00.000Z"
LATER = "2027-02-15T08:00:00.000Z"
DAY_MS = 24 * 3600 * 1000


def office(stage: Stage, role: Role = Role.MANAGER) -> Phone:
    return stage.phone(role, shared=False, type_="office")


def said(phone: Phone, action: Any) -> tuple[str, str | None]:
    """What became of an action of somebody's who has seen what is there."""
    stage = phone.stage
    stage.now += MINUTE_MS
    there = [one["id"] for kind in ("task", "rental", "asset") for one in stage.all(kind)]
    made = phone.do(action, seen=dict.fromkeys(there, 10**6))
    phone.push()
    return phone.stage.state(made)


def planned(stage: Stage, type_: str = "inspect", **more: Any) -> str:
    """A task the office has planned for the van."""
    made = stage.ids.new()
    args = {"task_id": made, "type": type_, "depot_id": stage.depots[0], "asset_id": stage.van, "due_at": AT, **more}
    assert said(office(stage), TaskPlan.model_validate(args)) == ("applied", None)
    return made


def refusal(stage: Stage, phone: Phone, action: Any) -> dict[str, Any]:
    made = phone.do(action)
    phone.push()
    entry = stage.entry(made.id)
    assert entry is not None
    assert entry.state == "refused"
    return {"code": entry.code, **entry.detail}


# --- planned by somebody ------------------------------------------------------------------------------------------------
def test_a_task_is_planned_edited_begun_and_done(stage: Stage) -> None:
    task = planned(stage, note="看轮胎", bay="B1")
    desk, phone = office(stage), stage.phone()
    assert said(desk, TaskEdit(task_id=task, due_at=LATER)) == ("applied", None)
    assert said(phone, TaskStart(task_id=task)) == ("applied", None)
    begun = stage.the("task", task)
    assert (begun["state"], begun["due_at"], begun["bay"], begun["note"]) == ("started", LATER, "B1", "看轮胎")
    assert begun["started"]["by"] == phone.actor
    assert said(phone, TaskDone(task_id=task, note="好")) == ("applied", None)
    over = stage.the("task", task)
    assert (over["state"], over["result"]["result"], over["result"]["by"]) == ("done", "done", phone.actor)


def test_what_was_begun_or_cancelled_by_mistake_is_open_again(stage: Stage) -> None:
    task, desk = planned(stage), office(stage)
    assert said(stage.phone(), TaskStart(task_id=task)) == ("applied", None)
    assert said(desk, TaskReopen(task_id=task)) == ("applied", None)
    assert (stage.the("task", task)["state"], stage.the("task", task)["started"]) == ("open", {})
    assert said(desk, TaskCancel(task_id=task, reason="看板")) == ("applied", None)
    assert said(desk, TaskReopen(task_id=task)) == ("applied", None)
    assert (stage.the("task", task)["state"], stage.the("task", task)["changed"]) == ("open", {})
    assert said(stage.phone(), TaskDone(task_id=task)) == ("applied", None)
    assert refusal(stage, desk, TaskReopen(task_id=task))["state"] == "done"


def test_what_its_rental_gave_up_is_not_put_back_by_hand(stage: Stage) -> None:
    rental = drafted(stage)
    desk = office(stage, Role.SERVICE_DESK)
    assert said(desk, RentalApprove(rental_id=rental)) == ("applied", None)
    assert said(desk, RentalCancel(rental_id=rental, reason="不要了")) == ("applied", None)
    found = refusal(stage, desk, TaskReopen(task_id=task_id("deliver", rental, stage.van)))
    assert (found["code"], found["missing"]) == (ErrorCode.STEP_NOT_READY, ["rental"])


def test_a_stock_take_needs_no_asset(stage: Stage) -> None:
    task = planned(stage, "stock_take", asset_id=None)
    assert said(stage.phone(), TaskDone(task_id=task)) == ("applied", None)


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"asset_id": None}, ["asset"]),
        ({"type": "deliver"}, ["rental"]),
        ({"proposed": True}, ["by_system"]),
        ({"cause": "damage"}, ["by_system"]),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_by_name(stage: Stage, more: dict[str, Any], missing: list[str]) -> None:
    args = {"task_id": stage.ids.new(), "type": "inspect", "depot_id": stage.depots[0], "asset_id": stage.van, "due_at": AT}
    found = refusal(stage, office(stage), TaskPlan.model_validate({**args, **more}))
    assert (found["code"], found["missing"]) == (ErrorCode.STEP_NOT_READY, missing)
    assert stage.all("task") == []


def test_an_illegal_step_is_refused_by_name(stage: Stage) -> None:
    task = planned(stage)
    phone = stage.phone()
    assert said(phone, TaskDone(task_id=task)) == ("applied", None)
    found = refusal(stage, phone, TaskStart(task_id=task))
    assert found == {"code": ErrorCode.STATE_ILLEGAL, "machine": "task", "state": "done", "step": "start", "legal": []}


def test_what_changes_hands_is_done_by_its_handover(stage: Stage) -> None:
    out(stage)
    found = refusal(stage, stage.phone(), TaskDone(task_id=task_id("collect", stage.rental, stage.van)))
    assert (found["code"], found["missing"]) == (ErrorCode.STEP_NOT_READY, ["handover"])


def test_a_proposal_waits_until_the_office_takes_it_up(stage: Stage) -> None:
    made = stage.ids.new()
    stage.do(
        TaskPlan(
            task_id=made, type="inspect", depot_id=stage.depots[0], asset_id=stage.van, due_at=AT, cause="inspection_due",
            proposed=True,
        )
    )  # fmt: skip
    assert stage.the("task", made)["state"] == "proposed"
    assert refusal(stage, stage.phone(), TaskStart(task_id=made))["legal"] == [
        "plan",
        "accept",
        "edit",
        "reassign",
        "cancel",
        "remove",
    ]
    somebody = stage.people[Role.TECHNICIAN, 0]
    assert said(office(stage), TaskAccept(task_id=made, assignee_id=somebody)) == ("applied", None)
    assert (stage.the("task", made)["state"], stage.the("task", made)["assignee_id"]) == ("open", somebody)


# --- what follows a rental ----------------------------------------------------------------------------------------------
def drafted(stage: Stage) -> str:
    """A draft for the van, beginning when the rental that has it ends."""
    rental = stage.ids.new()
    times = {"starts_at": "2027-01-20T00:00:00.000Z", "due_at": "2027-02-20T00:00:00.000Z"}
    stage.do(stage.rental_of(rental, [stage.van]).model_copy(update={"state": "draft", **times}))
    return rental


def test_an_approved_rental_is_delivered_and_a_cancelled_one_is_not(stage: Stage) -> None:
    rental = drafted(stage)
    deliver = task_id("deliver", rental, stage.van)
    desk = office(stage, Role.SERVICE_DESK)
    assert stage.record("task", deliver) is None
    assert said(desk, RentalApprove(rental_id=rental)) == ("applied", None)
    task = stage.the("task", deliver)
    assert (task["type"], task["state"], task["due_at"]) == ("deliver", "open", stage.the("rental", rental)["starts_at"])
    assert task["customer_id"] == stage.customer
    assert said(desk, RentalCancel(rental_id=rental, reason="不要了")) == ("applied", None)
    assert stage.the("task", deliver)["state"] == "cancelled"


def test_what_left_is_collected_and_what_came_back_is_not_collected_again(stage: Stage) -> None:
    assert said(office(stage), TaskPlan(task_id=stage.ids.new(), type="stock_take", depot_id=stage.depots[0], due_at=AT))
    out(stage)
    collect = task_id("collect", stage.rental, stage.van)
    assert (stage.the("task", collect)["state"], stage.the("task", collect)["due_at"]) == ("open", "2027-01-20T00:00:00.000Z")
    recover = planned(stage, "recover", rental_id=stage.rental)
    back = captured(stage, stage.phone())
    back.phone.push()
    for done in (collect, recover):
        task = stage.the("task", done)
        assert (task["state"], task["done_by_handover"]) == ("done", back.id)


@pytest.mark.parametrize("by_hand", [False, True])
def test_an_extension_moves_the_collection_and_tells_whoever_had_moved_it(stage: Stage, by_hand: bool) -> None:
    out(stage)
    collect = task_id("collect", stage.rental, stage.van)
    desk = office(stage)
    if by_hand:
        assert said(desk, TaskEdit(task_id=collect, due_at=AT)) == ("applied", None)
    assert said(desk, RentalExtend(rental_id=stage.rental, due_at=LATER, reason="续租")) == ("applied", None)
    assert stage.the("task", collect)["due_at"] == LATER
    told = [(one["code"], one["owner_id"], one["subject"]["id"], one["params"]["was_at"]) for one in stage.all("todo")]
    assert told == ([("task_moved", desk.actor, collect, AT)] if by_hand else [])


def moved_delivery(stage: Stage) -> tuple[Phone, str, str]:
    """An approved rental whose delivery somebody has moved."""
    rental = drafted(stage)
    desk, deliver = office(stage), task_id("deliver", rental, stage.van)
    assert said(desk, RentalApprove(rental_id=rental)) == ("applied", None)
    assert said(desk, TaskEdit(task_id=deliver, due_at=AT)) == ("applied", None)
    return desk, rental, deliver


@pytest.mark.parametrize("how", ["price", "same_time"])
def test_a_delivery_moved_by_hand_stays_there_when_its_rental_is_approved_again(stage: Stage, how: str) -> None:
    desk, rental, deliver = moved_delivery(stage)
    starts_at = stage.the("rental", rental)["starts_at"]
    changes: dict[str, dict[str, Any]] = {
        "price": {"km_included": 900}, "same_time": {"starts_at": instants.to_text(instants.to_ms(starts_at))},
    }  # fmt: skip
    assert said(desk, RentalEdit(rental_id=rental, **changes[how])) == ("applied", None)
    assert stage.the("task", deliver)["state"] == "cancelled", "what changes the terms takes the rental back to the draft"
    assert said(desk, RentalApprove(rental_id=rental)) == ("applied", None)
    task = stage.the("task", deliver)
    assert (task["state"], task["due_at"], task["changed"]) == ("open", AT, {})
    assert stage.all("todo") == []


def test_a_delivery_moved_by_hand_follows_the_rentals_new_time_and_its_planner_is_told(stage: Stage) -> None:
    desk, rental, deliver = moved_delivery(stage)
    new = "2027-01-25T01:00:00.000Z"
    assert said(desk, RentalEdit(rental_id=rental, starts_at=new)) == ("applied", None)
    assert said(desk, RentalApprove(rental_id=rental)) == ("applied", None)
    assert (stage.the("task", deliver)["due_at"], stage.the("task", deliver)["state"]) == (new, "open")
    (todo,) = stage.all("todo")
    assert (todo["owner_id"], todo["params"]["was_at"], todo["params"]["due_at"]) == (desk.actor, AT, new)
    assert said(desk, RentalEdit(rental_id=rental, km_included=5)) == ("applied", None)
    assert said(desk, RentalApprove(rental_id=rental)) == ("applied", None)
    assert len(stage.all("todo")) == 1, "told once"


def test_a_handover_ends_every_task_that_was_planned_for_it(stage: Stage) -> None:
    """Somebody planned by hand, offline perhaps, what the rule had planned already: nobody is left to do it again."""
    rental = drafted(stage)
    assert said(office(stage), RentalApprove(rental_id=rental)) == ("applied", None)
    mine = planned(stage, "deliver", rental_id=rental, note="带说明书")
    left = out(stage, rental=rental)
    for task in (mine, task_id("deliver", rental, stage.van)):
        assert (stage.the("task", task)["state"], stage.the("task", task)["done_by_handover"]) == ("done", left.id)
    recover = [planned(stage, "recover", rental_id=rental) for _ in range(2)]
    back = captured(stage, stage.phone())
    back.phone.push()
    assert {stage.the("task", task)["state"] for task in (*recover, task_id("collect", rental, stage.van))} == {"done"}


def test_a_check_out_closes_its_delivery_without_naming_it(stage: Stage) -> None:
    rental = drafted(stage)
    assert said(office(stage), RentalApprove(rental_id=rental)) == ("applied", None)
    left = out(stage, rental=rental)
    task = stage.the("task", task_id("deliver", rental, stage.van))
    assert (task["state"], task["done_by_handover"]) == ("done", left.id)


# --- what follows damage and inspections --------------------------------------------------------------------------------
def test_severe_damage_is_to_be_repaired_and_repaired_it_may_leave(stage: Stage) -> None:
    out(stage)
    back = captured(stage, stage.phone(), acceptance="severe_damage", damage="severe_damage")
    back.phone.push()
    (damage,) = stage.the("handover", back.id)["damages"]
    repair = task_id("repair", damage)
    task = stage.the("task", repair)
    assert (task["type"], task["state"], task["damage_ids"]) == ("repair", "open", [damage])
    assert stage.the("asset", stage.van)["state"] == "blocked"
    assert said(stage.phone(), TaskDone(task_id=repair)) == ("applied", None)
    assert stage.the("damage", damage)["state"] == "repaired"
    asset = stage.the("asset", stage.van)
    assert (asset["state"], asset["open_damages"]) == ("returned", {}), "it awaits its inspection"
    assert said(stage.phone(), TaskDone(task_id=planned(stage))) == ("applied", None)
    assert stage.the("asset", stage.van)["state"] == "available"


def test_minor_damage_and_what_was_taken_back_need_no_repair(stage: Stage) -> None:
    handover = CheckIn(stage.phone())
    handover.start()
    handover.damage()
    severe = handover.damage(severity="severe_damage")
    handover.phone.push()
    assert [(task["type"], task["damage_ids"]) for task in stage.all("task")] == [("repair", [severe])]
    assert [task["state"] for task in stage.all("task")] == ["open"]
    handover.add("damage.retract", {"damage_id": severe, "reason": "眼花"})
    handover.phone.push()
    assert [task["state"] for task in stage.all("task")] == ["cancelled"]


def test_a_failed_inspection_blocks_and_makes_a_repair_due_in_the_organisations_days(stage: Stage) -> None:
    assert said(office(stage), OrganisationPlanning(organisation_id=stage.id, repair_days=5)) == ("applied", None)
    task = planned(stage)
    assert said(stage.phone(), TaskDone(task_id=task, result="failed", note="刹车")) == ("applied", None)
    repair = stage.the("task", task_id("repair", task))
    assert (repair["state"], repair["note"], repair["made"]["cause"]) == ("open", "刹车", "inspection_failed")
    assert repair["due_at"] == in_the_morning(stage.now + 5 * DAY_MS, "Asia/Shanghai")
    assert stage.the("asset", stage.van)["state"] == "blocked"


def test_a_passed_inspection_is_due_again_after_the_assets_interval(stage: Stage) -> None:
    stage.do(stage.asset(stage.van, 0, inspection_due_at=AT, inspection_months=6))
    assert said(stage.phone(), TaskDone(task_id=planned(stage))) == ("applied", None)
    assert stage.the("asset", stage.van)["inspection_due_at"][:7] == "2027-07"


def in_service(stage: Stage, **more: Any) -> str:
    """A service the system has planned for the van, by what a meter shows."""
    stage.do(stage.asset(stage.van, 0, odometer_km=9_600, service_due_km=10_000, **more))
    made = stage.ids.new()
    plan = {"task_id": made, "type": "inspect", "depot_id": stage.depots[0], "asset_id": stage.van, "due_at": AT}
    reading = {"meter": "odometer", "value": 9_600, "due": 10_000}
    stage.do(TaskPlan.model_validate({**plan, "cause": "service_due", "reading": reading}))
    assert stage.the("task", made)["made"]["reading"] == reading
    return made


@pytest.mark.parametrize(
    ("read", "due", "shows"),
    [
        ({"odometer": 10_240}, 20_240, 10_240),
        ({}, 19_600, 9_600),
        ({"odometer": 9_000}, 19_000, 9_600),  # done before the newest reading: it counts from there, the meter does not fall
    ],
)
def test_a_service_done_is_due_again_after_its_interval_from_the_reading_it_was_done_at(
    stage: Stage, read: dict[str, int], due: int, shows: int
) -> None:
    task = in_service(stage, service_km=10_000, service_months=6, inspection_due_at=LATER, inspection_months=12)
    phone = stage.phone()
    assert said(phone, TaskDone(task_id=task, readings=read)) == ("applied", None)
    van = stage.the("asset", stage.van)
    assert (van["service_due_km"], van["odometer_km"]) == (due, shows)
    assert van["service_due_at"][:7] == instants.to_text(stage.now + 183 * DAY_MS)[:7]
    assert van["inspection_due_at"] == LATER, "a service is no inspection"
    if due == 20_240:
        assert (van["readings"]["odometer"]["value"], van["readings"]["odometer"]["handover_id"]) == (10_240, None)
        left = out(stage)
        assert stage.the("handover", left.id)["gate"]["server"]["verdict"] in ("go", "warn", "stop")


def test_a_service_beyond_what_a_meter_can_show_is_due_by_no_reading_any_more(stage: Stage) -> None:
    task = in_service(stage, service_km=10_000)
    assert said(stage.phone(), TaskDone(task_id=task, readings={"odometer": READING_MAX})) == ("applied", None)
    van = stage.the("asset", stage.van)
    assert (van["odometer_km"], van["service_due_km"]) == (READING_MAX, None)


@pytest.mark.parametrize(
    ("at", "zone", "then"),
    [
        ("2027-01-05T16:42:00.000Z", "Asia/Shanghai", "2027-01-06T01:00:00.000Z"),  # 00:42 there
        ("2027-01-06T15:59:59.000Z", "Asia/Shanghai", "2027-01-06T01:00:00.000Z"),  # the end of the same day
        ("2027-03-28T00:30:00.000Z", "Europe/Berlin", "2027-03-28T07:00:00.000Z"),  # the clocks go forward on it
        ("2027-01-06T23:59:59.000Z", "Nowhere/Land", "2027-01-06T09:00:00.000Z"),
    ],
)
def test_rules_plan_for_the_morning_of_the_day_in_the_organisations_zone(at: str, zone: str, then: str) -> None:
    assert in_the_morning(instants.to_ms(at), zone) == then


def test_a_failed_service_moves_nothing_on(stage: Stage) -> None:
    task = in_service(stage, service_km=10_000)
    assert said(stage.phone(), TaskDone(task_id=task, result="failed", readings={"odometer": 10_001})) == ("applied", None)
    van = stage.the("asset", stage.van)
    assert (van["service_due_km"], van["odometer_km"], van["state"]) == (10_000, 10_001, "blocked")


def test_a_machines_service_goes_by_its_hours(stage: Stage) -> None:
    task = in_service(stage, service_hours=250, service_due_hours=500)
    assert said(stage.phone(), TaskDone(task_id=task, readings={"hours": 510})) == ("applied", None)
    van = stage.the("asset", stage.van)
    assert (van["service_due_hours"], van["readings"]["hours"]["value"]) == (760, 510)
    assert van["service_due_km"] is None, "no interval by distance: what this service was planned for is not due again"


@pytest.mark.parametrize(("days", "is_far"), [(-1, False), (10, False), (20, True)])
def test_a_service_done_without_an_interval_leaves_nothing_due_but_what_is_far(stage: Stage, days: int, is_far: bool) -> None:
    task = in_service(stage, service_due_at=instants.to_text(stage.now + days * DAY_MS), service_due_hours=500)
    assert said(stage.phone(), TaskDone(task_id=task, readings={"odometer": 10_300, "hours": 20})) == ("applied", None)
    van = stage.the("asset", stage.van)
    assert (van["service_due_km"], van["service_due_hours"]) == (None, 500)
    assert (van["service_due_at"] is not None) == is_far


def test_an_interval_given_to_an_asset_begins_at_what_it_shows(stage: Stage) -> None:
    stage.do(stage.asset(stage.van, 0, odometer_km=9_600))
    desk = office(stage, Role.OPERATIONS)
    assert said(desk, AssetEdit(asset_id=stage.van, service_km=5_000, service_months=6)) == ("applied", None)
    van = stage.the("asset", stage.van)
    assert (van["service_due_km"], van["service_due_at"][:7]) == (14_600, instants.to_text(stage.now + 183 * DAY_MS)[:7])
    assert said(desk, AssetEdit(asset_id=stage.van, service_km=8_000)) == ("applied", None)
    assert stage.the("asset", stage.van)["service_due_km"] == 14_600, "what is due stays due"


def test_what_a_repair_replaces_is_not_missing_any_more(stage: Stage) -> None:
    out(stage)
    back = CheckIn(stage.phone())
    back.captured()
    back.add("accessory.report", {"accessory": "spare_key", "state": "missing"})
    back.complete()
    back.phone.push()
    assert said(stage.phone(), TaskDone(task_id=planned(stage, "repair"), replaced=["spare_key"])) == ("applied", None)
    assert stage.the("asset", stage.van)["accessories_missing"] == {}


def test_what_the_office_has_cancelled_does_not_come_back(stage: Stage) -> None:
    """The same cause said again, by a second check-in, makes nothing new."""
    out(stage)
    collect = task_id("collect", stage.rental, stage.van)
    somebody = stage.people[Role.DRIVER, 0]
    assert said(office(stage), TaskReassign(task_id=collect, assignee_id=somebody, reason="顺路")) == ("applied", None)
    assert said(office(stage), RentalExtend(rental_id=stage.rental, due_at=LATER, reason="续租")) == ("applied", None)
    assert stage.the("task", collect)["assignee_id"] == somebody
    assert len(stage.all("task")) == 1
