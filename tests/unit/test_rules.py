"""Every row of docs/protocol.md, Domain conflicts, end to end through the engine: what two people in the field can really do.

Each scenario pushes real entries of offline devices in one order or the other and looks at records, outcomes and the conflict.
"""

import json
from typing import Any

import pytest

from schemas.actions import basedata as define
from schemas.actions.assets import AssetLock
from schemas.actions.customers import CustomerBlock
from schemas.actions.rentals import RentalCancel
from schemas.actions.tasks import TaskCancel, TaskReassign, TaskRemove
from schemas.conflicts import ConflictRule
from schemas.people import Role
from sync import instants
from tests.support.offline import captured, last, out, rising
from tests.support.stage import MINUTE_MS, CheckIn, Stage
from tests.unit.test_conflicts import decide, office, outcome_of, the_conflict


# --- the same asset checked in twice ------------------------------------------------------------------------------------
@pytest.mark.parametrize("first_arrives", [0, 1])
def test_checked_in_twice_the_earlier_capture_is_the_return_in_any_order(stage: Stage, first_arrives: int) -> None:
    left = out(stage)
    early = captured(stage, stage.phone(), value=12_100)
    late = captured(stage, stage.phone(), value=12_150, acceptance="severe_damage", damage="severe_damage")
    for handover in ((early, late), (late, early))[first_arrives]:
        handover.phone.push()
    asset = stage.the("asset", stage.van)
    assert (asset["state"], asset["last_return_id"], asset["baseline"]) == ("returned", early.id, left.id)
    assert asset["readings"]["odometer"]["value"] == 12_100
    assert stage.the("rental", stage.rental)["assets"][stage.van]["handover_id"] == early.id
    conflict = the_conflict(stage, ConflictRule.CHECKED_IN_TWICE)
    assert [side["entry"] for side in conflict["sides"]] == [last(early).id, last(late).id]
    assert (conflict["standing"], conflict["state"]) == (0, "open")
    assert conflict["differs"] == ["acceptance", "readings.odometer"]
    assert conflict["sides"][1]["values"]["acceptance"] == "severe_damage"
    second = stage.the("handover", late.id)
    assert (second["state"], second["supplement_of"]) == ("complete", early.id)
    assert len(second["photos"]) == 2, "its evidence is whole"
    assert stage.the("handover", early.id)["supplements"] == {late.id: {"conflict": conflict["id"]}}
    assert outcome_of(stage, last(late))["conflict"] == conflict["id"]
    assert outcome_of(stage, last(late))["state"] == "conflict"
    assert stage.state(last(early))[0] == "applied"
    damage = next(iter(second["damages"]))
    assert stage.the("damage", damage)["state"] == "open", "a damage the second found stays with the van"


def test_checked_in_twice_alike_needs_nobody(stage: Stage) -> None:
    out(stage)
    one, two = captured(stage, stage.phone()), captured(stage, stage.phone())
    for handover in (one, two):
        handover.phone.push()
    assert the_conflict(stage, ConflictRule.CHECKED_IN_TWICE)["state"] == "noted"


def test_checked_in_three_times_is_one_conflict(stage: Stage) -> None:
    out(stage)
    made = [captured(stage, stage.phone(), value=12_000 + n) for n in range(3)]
    for index in (2, 0, 1):
        made[index].phone.push()
    conflict = the_conflict(stage, ConflictRule.CHECKED_IN_TWICE)
    assert [side["entry"] for side in conflict["sides"]] == [last(one).id for one in made]
    assert set(stage.the("handover", made[0].id)["supplements"]) == {made[1].id, made[2].id}
    assert {stage.the("handover", one.id)["supplement_of"] for one in made[1:]} == {made[0].id}
    assert stage.the("asset", stage.van)["last_return_id"] == made[0].id


def test_what_the_office_has_decided_is_not_rewritten_by_an_earlier_capture(stage: Stage) -> None:
    out(stage)
    early = captured(stage, stage.phone(), value=12_050)
    middle = captured(stage, stage.phone(), value=12_100)
    late = captured(stage, stage.phone(), value=12_150)
    middle.phone.push()
    late.phone.push()
    conflict = the_conflict(stage, ConflictRule.CHECKED_IN_TWICE)
    decide(office(stage), conflict["id"], choice="side", side=1)
    assert stage.the("asset", stage.van)["last_return_id"] == late.id
    early.phone.push()
    assert stage.the("asset", stage.van)["last_return_id"] == late.id
    again = the_conflict(stage, ConflictRule.CHECKED_IN_TWICE)
    assert (again["state"], len(again["sides"])) == ("open", 3), "a review is opened"
    assert again["sides"][again["standing"]]["entry"] == last(late).id
    assert outcome_of(stage, last(early))["state"] == "conflict"


def test_a_check_in_that_comes_after_the_next_check_out_returns_nothing(stage: Stage) -> None:
    """The van was returned and has left again with somebody else: the old tablet's check-in is about the old rental."""
    out(stage)
    slow = captured(stage, stage.phone(), value=12_100, acceptance="minor_damage")
    quick = captured(stage, stage.phone(), value=12_100)
    quick.phone.push()
    other = stage.ids.new()
    stage.do(stage.rental_of(other, [stage.van]))
    out(stage, rental=other)
    slow.phone.push()
    asset = stage.the("asset", stage.van)
    assert (asset["state"], asset["rental_id"]) == ("out", other)
    assert stage.the("rental", other)["assets"][stage.van]["state"] == "out"
    record = stage.the("handover", slow.id)
    assert (record["rental_id"], record["supplement_of"]) == (stage.rental, quick.id)
    assert the_conflict(stage, ConflictRule.CHECKED_IN_TWICE)["state"] == "open"


@pytest.mark.parametrize("side", [0, 1])
def test_the_office_decides_which_return_counts(stage: Stage, side: int) -> None:
    out(stage)
    made = [
        captured(stage, stage.phone(), value=12_100),
        captured(stage, stage.phone(), value=12_150, acceptance="severe_damage"),
    ]
    for handover in made:
        handover.phone.push()
    decide(office(stage), the_conflict(stage, ConflictRule.CHECKED_IN_TWICE)["id"], choice="side", side=side)
    asset = stage.the("asset", stage.van)
    assert (asset["last_return_id"], asset["state"]) == (made[side].id, ("returned", "blocked")[side])
    assert asset["readings"]["odometer"]["value"] == (12_100, 12_150)[side]
    assert stage.the("handover", made[1 - side].id)["supplement_of"] == made[side].id
    assert stage.the("handover", made[side].id)["supplement_of"] is None


# --- checked out twice --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("first_arrives", [0, 1])
def test_checked_out_twice_the_earlier_stands_and_the_later_is_contested(stage: Stage, first_arrives: int) -> None:
    other, someone = stage.ids.new(), stage.ids.new()
    stage.do(
        define.CustomerDefine(id=someone, name="别人", depot_id=stage.depots[0]),
        stage.rental_of(other, [stage.van]).model_copy(update={"customer_id": someone}),
    )
    early = captured(stage, stage.phone(), type_="check_out")
    late = captured(stage, stage.phone(), type_="check_out", rental=other)
    for handover in ((early, late), (late, early))[first_arrives]:
        handover.phone.push()
    asset = stage.the("asset", stage.van)
    assert (asset["rental_id"], asset["holder_id"], asset["baseline"]) == (stage.rental, stage.customer, early.id)
    conflict = the_conflict(stage, ConflictRule.CHECKED_OUT_TWICE)
    assert (conflict["state"], conflict["standing"]) == ("open", 0)
    assert [side["values"]["rental_id"] for side in conflict["sides"]] == [stage.rental, other]
    contested = stage.the("handover", late.id)
    assert contested["flags"]["contested"] == {"by": early.id, "conflict": conflict["id"]}
    assert {one["party"] for one in contested["signatures"].values()} == {"customer", "staff"}, "no signature is lost"
    assert "contested" not in stage.the("handover", early.id)["flags"]
    assert stage.the("rental", other)["assets"][stage.van]["state"] == "contested"
    assert stage.the("rental", stage.rental)["assets"][stage.van]["state"] == "out"
    assert (outcome_of(stage, last(late))["state"], outcome_of(stage, last(late))["rule"]) == ("conflict", "checked_out_twice")
    assert stage.state(last(early))[0] == "applied"


def test_the_office_may_give_the_van_to_the_other_customer(stage: Stage) -> None:
    other = stage.ids.new()
    stage.do(stage.rental_of(other, [stage.van]))
    made = [captured(stage, stage.phone(), type_="check_out"), captured(stage, stage.phone(), type_="check_out", rental=other)]
    for handover in made:
        handover.phone.push()
    decide(office(stage), the_conflict(stage, ConflictRule.CHECKED_OUT_TWICE)["id"], choice="side", side=1)
    assert (stage.the("asset", stage.van)["rental_id"], stage.the("asset", stage.van)["baseline"]) == (other, made[1].id)
    assert "contested" in stage.the("handover", made[0].id)["flags"]
    assert "contested" not in stage.the("handover", made[1].id)["flags"]


def test_checked_out_twice_on_one_rental_wrongs_nobody(stage: Stage) -> None:
    for handover in [captured(stage, stage.phone(), type_="check_out") for _ in range(2)]:
        handover.phone.push()
    assert the_conflict(stage, ConflictRule.CHECKED_OUT_TWICE)["state"] == "noted"
    assert stage.the("rental", stage.rental)["assets"][stage.van]["state"] == "out"


# --- found, another rental ----------------------------------------------------------------------------------------------
def test_a_check_in_of_what_was_not_out_is_found(stage: Stage) -> None:
    found = captured(stage, stage.phone())
    found.phone.push()
    conflict = the_conflict(stage, ConflictRule.FOUND)
    assert (conflict["state"], conflict["sides"][conflict["standing"]]["entry"]) == ("noted", last(found).id)
    assert {"asset_state": "available"} in [side["values"] for side in conflict["sides"]]
    told = outcome_of(stage, last(found))
    assert (told["state"], told["rule"]) == ("applied", "found"), "nothing was lost, but somebody is told"
    assert stage.the("asset", stage.van)["state"] == "returned"


def test_a_check_out_that_comes_after_its_return_sends_nothing_away(stage: Stage) -> None:
    left = captured(stage, stage.phone(), type_="check_out")
    back = captured(stage, stage.phone(), value=12_200)
    back.phone.push()
    left.phone.push()
    asset = stage.the("asset", stage.van)
    assert (asset["state"], asset["readings"]["odometer"]["value"]) == ("returned", 12_200)
    assert stage.the("rental", stage.rental)["state"] == "returned"
    conflict = the_conflict(stage, ConflictRule.FOUND)
    assert [last(left).id, last(back).id] == [side["entry"] for side in conflict["sides"] if side["entry"]]


def test_a_check_in_under_another_rental_is_bound_to_the_one_it_left_on(stage: Stage) -> None:
    left = out(stage)
    other = stage.ids.new()
    stage.do(stage.rental_of(other, [stage.van]))
    back = captured(stage, stage.phone(), rental=other)
    back.phone.push()
    conflict = the_conflict(stage, ConflictRule.OTHER_RENTAL)
    assert [side["values"]["rental_id"] for side in conflict["sides"]] == [stage.rental, other]
    assert conflict["sides"][conflict["standing"]]["entry"] == last(left).id
    assert outcome_of(stage, last(back))["rule"] == "other_rental"
    assert stage.the("rental", stage.rental)["state"] == "returned"


# --- breaches -----------------------------------------------------------------------------------------------------------
def forbid(stage: Stage, reason: str) -> None:
    """The office forbids while the tablet is offline."""
    overdue = instants.to_text(stage.now - MINUTE_MS)
    match reason:
        case "customer_blocked":
            stage.do(CustomerBlock(customer_id=stage.customer, blocked=True, reason="欠费"))
        case "asset_locked":
            stage.do(AssetLock(asset_id=stage.van, locked=True, reason="召回"))
        case "rental_cancelled":
            stage.do(RentalCancel(rental_id=stage.rental, reason="客户取消"))
        case "inspection_overdue":
            stage.do(stage.asset(stage.van, 0, inspection_due_at=overdue))
        case "battery_low":
            rising(stage, battery=30)


@pytest.mark.parametrize("reason", ["customer_blocked", "asset_locked", "rental_cancelled", "inspection_overdue", "battery_low"])
def test_a_check_out_that_became_forbidden_is_recorded_as_a_breach(stage: Stage, reason: str) -> None:
    phone = stage.phone()
    handover = CheckIn(phone, type_="check_out")
    handover.captured()
    handover.add("reading.record", {"meter": "battery", "value": 20})
    handover.complete()
    forbid(stage, reason)
    phone.push()
    record = stage.the("handover", handover.id)
    assert (record["state"], record["flags"]["breach"]) == ("complete", {"reasons": [reason]})
    assert stage.the("asset", stage.van)["state"] == "out", "the keys are gone"
    conflict = the_conflict(stage, ConflictRule.BREACH)
    assert (conflict["state"], conflict["differs"]) == ("open", [reason])
    assert conflict["sides"][conflict["standing"]]["entry"] == last(handover).id
    assert len(conflict["sides"]) == (1 if reason == "battery_low" else 2), "who forbade it stands on the other side"
    told = outcome_of(stage, last(handover))
    assert (told["state"], told["rule"], told["conflict"]) == ("conflict", "breach", conflict["id"])


def test_what_is_allowed_is_no_breach(stage: Stage) -> None:
    rising(stage, battery=30)
    handover = CheckIn(stage.phone(), type_="check_out").captured()
    handover.add("reading.record", {"meter": "battery", "value": 30})
    handover.complete()
    handover.phone.push()
    assert stage.all("conflict") == []


def test_what_came_back_intact_may_leave_again(stage: Stage) -> None:
    """Nobody has inspected it yet: the gate warns, and leaving is no breach."""
    out(stage)
    for type_ in ("check_in", "check_out"):
        captured(stage, phone := stage.phone(), type_=type_)
        phone.push()
    assert stage.the("asset", stage.van)["state"] == "out"
    assert stage.all("conflict") == []


# --- readings -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("choice", "stands"), [({"choice": "side", "side": 1}, 11_000), ({"choice": "value", "value": 12_345}, 12_345)]
)
def test_a_reading_below_the_last_is_kept_and_reviewed(stage: Stage, choice: dict[str, Any], stands: int) -> None:
    rising(stage)
    left = out(stage)
    back = captured(stage, stage.phone(), value=11_000)
    back.phone.push()
    asset = stage.the("asset", stage.van)
    assert (asset["readings"]["odometer"]["value"], asset["odometer_km"], asset["state"]) == (12_000, 12_000, "returned")
    conflict = the_conflict(stage, ConflictRule.READING_BELOW)
    assert [side["entry"] for side in conflict["sides"]] == [left.entries[3].id, back.entries[3].id]
    assert [side["values"] for side in conflict["sides"]] == [{"readings.odometer": 12_000}, {"readings.odometer": 11_000}]
    assert (conflict["state"], conflict["standing"]) == ("open", 0)
    for entry in (back.entries[3], last(back)):
        assert outcome_of(stage, entry)["rule"] == "reading_below"
    assert stage.the("handover", back.id)["readings"]["odometer"]["value"] == 11_000
    decide(office(stage), conflict["id"], **choice)
    asset = stage.the("asset", stage.van)
    assert (asset["readings"]["odometer"]["value"], asset["odometer_km"]) == (stands, stands)


def test_an_earlier_reading_that_comes_late_contradicts_nothing_when_it_is_lower(stage: Stage) -> None:
    rising(stage)
    second = stage.ids.new()
    stage.do(stage.rental_of(second, [stage.van]))
    left = captured(stage, stage.phone(), type_="check_out", value=12_000)
    back = captured(stage, stage.phone(), value=12_200)
    back.phone.push()
    left.phone.push()
    assert [one["rule"] for one in stage.all("conflict")] == ["found"]
    assert stage.the("asset", stage.van)["readings"]["odometer"]["value"] == 12_200


# --- the text signed ----------------------------------------------------------------------------------------------------
def test_a_signature_stays_bound_to_the_text_that_was_signed(stage: Stage) -> None:
    old, new = stage.ids.new(), stage.ids.new()
    text = "一、车况如上。\n二、押金七日内退还。"
    stage.do(define.ContractTextDefine(id=old, version="9", use="check_in", zh=text, en="1 As above.\n2 Seven days."))
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.sign("customer")
    args = json.loads(handover.entries[1].body)["args"]
    signed = phone.record(
        "signature.capture", {**args, "signature_id": stage.ids.new(), "terms_id": old, "signer": None, "strokes": None}
    )
    stage.now += MINUTE_MS
    changed = text.replace("七日", "十日")
    stage.do(define.ContractTextDefine(id=new, version="10", use="check_in", zh=changed, en="1 As above.\n2 Ten days."))
    phone.push()
    conflict = the_conflict(stage, ConflictRule.TERMS_DIFFER)
    assert (conflict["state"], conflict["differs"]) == ("open", ["clause.2"])
    assert [side["values"]["version"] for side in conflict["sides"]] == ["9", "10"]
    assert conflict["sides"][conflict["standing"]]["entry"] == signed.id
    assert outcome_of(stage, signed)["rule"] == "terms_differ"
    signatures = stage.the("handover", handover.id)["signatures"].values()
    assert old in [one.get("terms_id") for one in signatures]


# --- damages in parallel ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("second", "state"), [("minor_damage", "noted"), ("severe_damage", "open")])
def test_damage_recorded_in_parallel_on_one_part_is_one_damage(stage: Stage, second: str, state: str) -> None:
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    one.push()
    stage.now += MINUTE_MS
    first = handover.damage()
    handover.photo("damage_close", damage_id=first)
    stage.now += MINUTE_MS
    handover.phone = two
    other = handover.damage(severity=second)
    mine = handover.entries[-1]
    handover.photo("damage_close", damage_id=other)
    one.push()
    two.push()
    assert stage.the("damage", other)["clustered_with"] == first
    joined = stage.the("damage", first)
    conflict = the_conflict(stage, ConflictRule.DAMAGE_PARALLEL)
    assert joined["cluster"] == {other: {"conflict": conflict["id"]}}
    assert len(joined["photos"]) == 2, "both sets of photos"
    assert conflict["state"] == state
    assert outcome_of(stage, mine)["rule"] == "damage_parallel"
    if state == "open":
        decide(office(stage), conflict["id"], choice="side", side=1)
        assert stage.the("damage", first)["severity"] == "severe_damage"
    else:
        decide(office(stage), conflict["id"], choice="both")
        assert stage.the("damage", other)["clustered_with"] is None
        assert stage.the("damage", first)["cluster"] == {}


def test_damages_of_two_check_ins_are_joined_with_them(stage: Stage) -> None:
    out(stage)
    early = captured(stage, stage.phone(), damage="minor_damage")
    late = captured(stage, stage.phone(), damage="minor_damage")
    late.phone.push()
    early.phone.push()
    kept = next(iter(stage.the("handover", early.id)["damages"]))
    joined = next(iter(stage.the("handover", late.id)["damages"]))
    assert stage.the("damage", joined)["clustered_with"] == kept


def test_two_dents_of_one_person_are_two(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.damage()
    handover.damage()
    phone.push()
    assert stage.all("conflict") == []


# --- tasks --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["reassigned", "cancelled"])
def test_a_task_done_offline_stands_though_it_was_changed(stage: Stage, what: str) -> None:
    out(stage)
    task, colleague = stage.ids.new(), stage.people[Role.DRIVER, 0]
    phone = stage.phone()
    at = "2027-01-15T08:00:00.000Z"
    stage.do(
        define.TaskDefine(
            id=task, type="collect", depot_id=stage.depots[0], asset_id=stage.van, due_at=at, assignee_id=phone.actor
        )
    )
    done = captured(stage, phone, task_id=task)
    changed = TaskReassign(task_id=task, assignee_id=colleague, reason="顺路")
    stage.do(changed if what == "reassigned" else TaskCancel(task_id=task, reason="客户延期"))
    phone.push()
    conflict = the_conflict(stage, ConflictRule.TASK_CHANGED)
    record = stage.the("task", task)
    assert (record["state"], record["done_by_handover"]) == ("done", done.id)
    assert (record["closed"]["by"], record["closed"]["what"]) == (phone.actor, what)
    assert (conflict["state"], conflict["differs"]) == ("noted", [what])
    assert phone.actor in conflict["concerned"]
    assert (colleague in conflict["concerned"]) == (what == "reassigned")
    assert outcome_of(stage, last(done))["rule"] == "task_changed"


def test_a_colleague_may_do_a_task_that_nobody_changed(stage: Stage) -> None:
    out(stage)
    task = stage.ids.new()
    at, who = "2027-01-15T08:00:00.000Z", stage.people[Role.DRIVER, 0]
    stage.do(define.TaskDefine(id=task, type="collect", depot_id=stage.depots[0], asset_id=stage.van, due_at=at, assignee_id=who))
    captured(stage, phone := stage.phone(), task_id=task)
    phone.push()
    assert stage.all("conflict") == []
    assert stage.the("task", task)["state"] == "done"


# --- an edit to what was removed ----------------------------------------------------------------------------------------
def test_an_edit_to_a_removed_record_restores_it(stage: Stage) -> None:
    task = stage.ids.new()
    at = "2027-01-15T08:00:00.000Z"
    stage.do(define.TaskDefine(id=task, type="collect", depot_id=stage.depots[0], asset_id=stage.van, due_at=at, bay="B3"))
    phone, boss = stage.phone(), office(stage)
    noted = phone.record("task.note", {"task_id": task, "note": "门口有人等"}, seen={task: 10**6})
    removed = boss.record("task.remove", {"task_id": task, "reason": "重复"})
    boss.push()
    assert stage.record("task", task) is None
    stored = stage.stored("task", task)
    assert stored is not None
    assert stored.buckets == frozenset(), "it has left every list"
    phone.push()
    record = stage.the("task", task)
    assert (record["note"], record["bay"], record["state"]) == ("门口有人等", "B3", "open")
    conflict = the_conflict(stage, ConflictRule.RESTORED)
    assert {side["entry"] for side in conflict["sides"]} == {noted.id, removed.id}
    assert conflict["sides"][conflict["standing"]]["entry"] == noted.id
    assert outcome_of(stage, removed)["state"] == "conflict", "whoever removed it is told"
    assert outcome_of(stage, noted)["rule"] == "restored"


def test_what_never_was_is_not_restored(stage: Stage) -> None:
    phone = stage.phone()
    entry = phone.record("task.note", {"task_id": stage.ids.new(), "note": "x"})
    phone.push()
    assert stage.state(entry)[0] == "refused"
    boss = office(stage)
    remove = TaskRemove(task_id=stage.ids.new(), reason="x")
    gone = boss.do(remove)
    boss.push()
    assert stage.state(gone)[0] == "refused"
