"""Rentals from draft to closed: every step by its machine, money beside, the field told what the gate needs. On every store."""

import json
from typing import Any

import pytest

from schemas.errors import ErrorCode
from schemas.people import Role
from server.domain.rules.rentals import Sums, deposit_step, fact_of
from sync.visibility import buckets_of
from tests.support.offline import captured
from tests.support.stage import CheckIn, Phone, Stage
from tests.unit.test_customers import APPLIED, detail, done, office, plan_of

DUE = "2027-02-01T00:00:00.000Z"
LATER = "2027-02-10T00:00:00.000Z"


class Let:
    """A rental of the first depot's van, made by the office."""

    def __init__(self, stage: Stage, **more: Any) -> None:
        self.stage, self.id, self.desk = stage, stage.ids.new(), office(stage)
        args = {
            "id": self.id, "number": "R-1", "customer_id": stage.customer, "depot_id": stage.depots[0],
            "assets": {stage.van: {"state": "reserved"}}, "starts_at": "2027-01-15T00:00:00.000Z", "due_at": DUE,
            "state": "draft", **more,
        }  # fmt: skip
        self.made = done(self.desk, "rental.define", args)

    def step(self, action: str, phone: Phone | None = None, **args: Any) -> Any:
        seen = {self.id: 10**6}
        return done(phone or self.desk, f"rental.{action}", {"rental_id": self.id, **args}, seen=seen)

    def takes(self, action: str, **args: Any) -> None:
        made = self.step(action, **args)
        assert self.stage.state(made) == APPLIED, detail(self.stage, made)

    def refuses(self, action: str, **args: Any) -> dict[str, Any]:
        made = self.step(action, **args)
        assert self.stage.state(made)[0] == "refused"
        return detail(self.stage, made)

    @property
    def now(self) -> dict[str, Any]:
        return self.stage.the("rental", self.id)

    @property
    def terms(self) -> dict[str, Any]:
        return self.stage.the("rental_terms", self.id)

    def hand(self, type_: str, asset: str | None = None) -> None:
        phone = self.stage.phone()
        handover = CheckIn(phone, asset=asset or self.stage.van, type_=type_, rental=self.id).whole()
        phone.push()
        assert self.stage.state(handover.entries[-1]) == APPLIED


def test_from_draft_to_closed(stage: Stage) -> None:
    let = Let(stage)
    assert (stage.state(let.made), let.now["state"]) == (APPLIED, "draft")
    assert let.refuses("close") == {
        "machine": "rental", "state": "draft", "step": "close", "legal": ["edit", "edit_terms", "approve", "cancel"],
    }  # fmt: skip
    let.takes("approve")
    assert (let.now["state"], let.now["approved_by"]) == ("approved", let.desk.actor)
    let.hand("check_out")
    assert let.now["state"] == "out"
    assert let.refuses("cancel", reason="x")["state"] == "out"
    assert let.refuses("close")["step"] == "close"
    let.hand("check_in")
    let.takes("close")
    assert let.now["state"] == "closed"
    assert let.refuses("extend", due_at=LATER, reason="x")["legal"] == []


def test_the_office_makes_drafts_of_its_depot_only(stage: Stage) -> None:
    assert stage.state(Let(stage, state="approved").made) == ("refused", ErrorCode.STATE_ILLEGAL)
    foreign = Let(stage, assets={stage.other_van: {"state": "reserved"}})
    assert detail(stage, foreign.made)["missing"] == ["asset_of_depot"]
    backwards = Let(stage, due_at="2027-01-14T00:00:00.000Z")
    assert detail(stage, backwards.made)["missing"] == ["due_after_start"]
    assert stage.state(Let(stage, due_at="2027-13-14T00:00:00.000Z").made) == ("parked", ErrorCode.ENTRY_UNREADABLE)
    let = Let(stage)
    again = done(let.desk, "rental.define", json.loads(let.made.body)["args"])
    assert stage.state(again) == ("refused", ErrorCode.STATE_ILLEGAL)


def test_nothing_is_approved_for_a_blocked_customer_or_without_assets(stage: Stage) -> None:
    let = Let(stage, assets={})
    done(let.desk, "customer.block", {"customer_id": stage.customer, "blocked": True, "reason": "x"})
    assert let.refuses("approve")["missing"] == ["assets", "customer_blocked"]


def test_what_is_agreed_after_approval_must_be_approved_again(stage: Stage) -> None:
    let = Let(stage)
    let.takes("approve")
    let.takes("edit", note="走东门")
    assert let.now["state"] == "approved"
    let.takes("edit", due_at=LATER)
    assert (let.now["state"], let.now["approved_at"], let.now["due_at"]) == ("draft", None, LATER)


def test_two_due_times_agreed_at_once_are_for_a_person_to_decide(stage: Stage) -> None:
    let = Let(stage)
    one, two = office(stage), office(stage, Role.SERVICE_DESK)
    for phone, due in ((one, LATER), (two, "2027-02-20T00:00:00.000Z")):
        made = done(phone, "rental.edit", {"rental_id": let.id, "due_at": due})
    assert stage.state(made)[0] == "conflict"
    assert "open" in [conflict["state"] for conflict in stage.all("conflict")]


def test_assets_come_and_go_until_they_are_out(stage: Stage) -> None:
    second, third = stage.ids.new(), stage.ids.new()
    stage.do(stage.asset(second, 0), stage.asset(third, 0))
    let = Let(stage)
    let.takes("edit", add=[second, third], remove=[stage.van])
    assert set(let.now["assets"]) == {second, third}
    let.takes("approve")
    let.hand("check_out", second)
    assert (let.now["state"], [line["state"] for line in let.now["assets"].values()]) == ("out", ["out", "reserved"])
    assert let.refuses("edit", add=[stage.van])["step"] == "edit_terms"
    assert let.refuses("edit", remove=[second])["missing"] == ["asset_not_out"]
    let.hand("check_in", second)
    assert let.now["state"] == "out", "one is still awaited"
    let.takes("edit", remove=[third])
    assert let.now["state"] == "returned"


def test_an_extension_is_later_and_remembered(stage: Stage) -> None:
    let = Let(stage)
    let.takes("approve")
    assert let.refuses("extend", due_at=DUE, reason="x")["missing"] == ["due_later"]
    let.takes("extend", due_at=LATER, reason="工期延后")
    assert (let.now["due_at"], let.now["state"]) == (LATER, "approved")
    [extension] = let.terms["extensions"].values()
    assert (extension["from"], extension["to"], extension["reason"]) == (DUE, LATER, "工期延后")
    assert let.refuses("extend", due_at="2047-01-01T00:00:00.000Z", reason="x")["missing"] == ["period_max"]


def test_a_swap_is_a_plan_that_the_field_carries_out(stage: Stage) -> None:
    other, swap = stage.ids.new(), stage.ids.new()
    stage.do(stage.asset(other, 0))
    let = Let(stage)
    let.takes("approve")
    args = {"swap_id": swap, "back_asset_id": stage.van, "out_asset_id": other, "reason": "空调坏了"}
    assert let.refuses("swap", **args)["state"] == "approved"
    let.hand("check_out")
    let.takes("swap", **args)
    assert let.now["swaps"][swap]["state"] == "planned"
    assert let.refuses("swap", **{**args, "swap_id": stage.ids.new()})["missing"] == ["out_is_free", "no_other_swap"]
    let.hand("check_in")
    assert (let.now["state"], let.now["swaps"][swap]["state"]) == ("out", "planned")
    let.hand("check_out", other)
    assert (let.now["state"], let.now["swaps"][swap]["state"]) == ("out", "done")
    let.hand("check_in", other)
    assert let.now["state"] == "returned"


def test_a_planned_swap_ends_when_its_asset_is_taken_off_the_rental(stage: Stage) -> None:
    other, third = stage.ids.new(), stage.ids.new()
    stage.do(stage.asset(other, 0), stage.asset(third, 0))
    let = Let(stage)
    let.takes("approve")
    let.hand("check_out")
    first, second = stage.ids.new(), stage.ids.new()
    let.takes("swap", swap_id=first, back_asset_id=stage.van, out_asset_id=other, reason="空调坏了")
    let.takes("edit", remove=[other])
    assert let.now["swaps"][first]["state"] == "given_up"
    let.takes("swap", swap_id=second, back_asset_id=stage.van, out_asset_id=third, reason="空调坏了")
    assert [swap["state"] for swap in let.now["swaps"].values()] == ["given_up", "planned"]


# --- money and insurance --------------------------------------------------------------------------------------------------
def test_a_deposit_from_asked_to_refunded_to_the_fen(stage: Stage) -> None:
    let = Let(stage, deposit_fen=500_001)
    assert (let.now["deposit_state"], let.now["deposit_ok"]) == ("asked", False)
    let.takes("deposit", step="receive", amount_fen=200_000, method="wechat", reference="42000")
    assert (let.now["deposit_state"], let.now["deposit_ok"]) == ("part_received", False)
    assert let.refuses("deposit", step="hold")["state"] == "part_received"
    let.takes("deposit", step="receive", amount_fen=300_001, method="cash")
    assert (let.now["deposit_state"], let.now["deposit_ok"]) == ("received", True)
    let.takes("deposit", step="hold")
    assert let.refuses("deposit", step="offset", amount_fen=500_002)["missing"] == ["over_balance"]
    let.takes("deposit", step="offset", amount_fen=100_000)
    assert (let.now["deposit_state"], let.now["deposit_ok"]) == ("part_settled", False)
    let.takes("deposit", step="refund", amount_fen=400_001, method="transfer")
    assert let.terms["deposit_state"] == "refunded"
    sums = [let.terms[f"deposit_{name}_fen"] for name in ("required", "received", "offset", "refunded")]
    assert sums == [500_001, 500_001, 100_000, 400_001]
    assert len(let.terms["deposit_steps"]) == 5
    assert let.refuses("deposit", step="refund", amount_fen=1)["legal"] == ["ask", "waive", "receive_part", "receive"]


def test_a_deposit_that_was_refunded_is_received_again_or_waived(stage: Stage) -> None:
    let = Let(stage, deposit_fen=1000)
    for step, amount, state, is_ok in (
        ("receive", 1000, "received", True), ("refund", 1000, "refunded", False), ("receive", 400, "part_received", False),
        ("receive", 600, "received", True), ("offset", 300, "part_settled", False), ("receive", 200, "part_received", False),
        ("receive", 100, "received", True), ("offset", 1000, "offset", False), ("waive", 0, "not_required", True),
        ("ask", 500, "asked", False), ("receive", 500, "received", True), ("refund", 500, "refunded", False),
        ("ask", 700, "asked", False),
    ):  # fmt: skip
        let.takes("deposit", step=step, amount_fen=amount)
        assert (let.now["deposit_state"], let.now["deposit_ok"]) == (state, is_ok), step
    sums = [let.terms[f"deposit_{name}_fen"] for name in ("required", "received", "offset", "refunded")]
    assert sums == [700, 2800, 1300, 1500]


@pytest.mark.parametrize(
    ("step", "amount", "state", "is_ok", "required"),
    [
        ("ask", 400, "received", True, 400), ("ask", 300, "received", True, 300), ("ask", 500, "part_received", False, 500),
        ("ask", 2000, "part_received", False, 2000), ("waive", 0, "received", True, 400),
        ("offset", 100, "part_settled", False, 1000), ("offset", 400, "offset", False, 1000),
    ],
)  # fmt: skip
def test_a_deposit_received_in_part_is_lowered_waived_or_offset(
    stage: Stage, step: str, amount: int, state: str, is_ok: bool, required: int
) -> None:
    let = Let(stage, deposit_fen=1000)
    let.takes("deposit", step="receive", amount_fen=400)
    let.takes("deposit", step=step, amount_fen=amount)
    assert (let.now["deposit_state"], let.now["deposit_ok"], let.terms["deposit_required_fen"]) == (state, is_ok, required)
    if state == "received":
        let.takes("deposit", step="hold")
        let.takes("deposit", step="refund", amount_fen=400)
        assert let.terms["deposit_state"] == "refunded"


def test_what_is_left_of_a_deposit_after_an_offset_is_enough_when_the_rest_is_waived(stage: Stage) -> None:
    let = Let(stage, deposit_fen=1000)
    for step, amount in (("receive", 1000), ("hold", 0), ("offset", 300)):
        let.takes("deposit", step=step, amount_fen=amount)
    let.takes("deposit", step="waive", amount_fen=0)
    assert (let.now["deposit_state"], let.terms["deposit_required_fen"]) == ("received", 700)


def test_a_deposit_received_by_two_people_counts_once(stage: Stage) -> None:
    let = Let(stage, deposit_fen=1000)
    one, two = office(stage), office(stage, Role.FINANCE)
    made = [done(phone, "rental.deposit", {"rental_id": let.id, "step": "receive", "amount_fen": 1000}) for phone in (one, two)]
    assert [stage.state(entry) for entry in made] == [APPLIED, ("refused", ErrorCode.STATE_ILLEGAL)]
    assert let.terms["deposit_received_fen"] == 1000


@pytest.mark.parametrize("amount", [-1, 10**15, 0])
def test_amounts_that_make_no_sense_change_nothing(stage: Stage, amount: int) -> None:
    let = Let(stage)
    made = let.step("deposit", step="ask", amount_fen=amount)
    assert stage.state(made)[0] in ("parked", "refused")
    assert let.now["deposit_state"] == "not_required"


def test_no_amount_lies_where_the_field_can_see_it(stage: Stage) -> None:
    let = Let(stage, deposit_fen=777_777)
    assert "777777" not in json.dumps(let.now)
    assert {bucket.split("/")[1] for bucket in buckets_of("rental_terms", let.terms)} == {"office", "finance"}


def test_insurance_is_required_taken_and_lapses(stage: Stage) -> None:
    let = Let(stage, insurance_required=True)
    assert not let.now["insurance_ok"]
    assert let.refuses("insurance", step="take")["missing"] == ["policy_number"]
    let.takes("insurance", step="take", policy_number="P-1", insurer="人保", until=LATER)
    assert (let.now["insurance_ok"], let.now["insured_until"]) == (True, LATER)
    assert "P-1" not in json.dumps(let.now)
    let.takes("insurance", step="take", policy_number="P-2", empty="insured_until")
    assert (let.now["insured_until"], let.terms["insured_until"], let.terms["insurer"]) == (None, None, "")
    let.takes("insurance", step="take", policy_number="P-3", until=LATER)
    let.takes("insurance", step="take", policy_number="P-4")
    assert (let.now["insured_until"], let.terms["policy_number"]) == (None, "P-4")
    let.takes("insurance", step="lapse")
    assert (let.now["insurance_ok"], let.now["insured_until"]) == (False, None)


def test_a_rental_keeps_the_price_as_it_was_agreed(stage: Stage) -> None:
    finance, plan = office(stage, Role.FINANCE), plan_of(stage)
    done(finance, "price_plan.define", plan)
    let = Let(stage, price_plan_id=plan["id"])
    done(finance, "price_plan.edit", {"plan_id": plan["id"], "deposit_fen": 1})
    assert let.terms["plan"]["deposit_fen"] == 500_000
    done(finance, "price_plan.retire", {"plan_id": plan["id"], "retired": True, "reason": "x"})
    assert detail(stage, Let(stage, price_plan_id=plan["id"]).made)["machine"] == "price_plan"


# --- at the counter ---------------------------------------------------------------------------------------------------------
def walk_in(stage: Stage, **more: Any) -> tuple[Any, str]:
    phone, rental = stage.phone(), stage.ids.new()
    args = {
        "id": rental, "number": "W-1", "customer_id": stage.customer, "assets": {stage.van: {"state": "reserved"}}, "due_at": DUE,
    }  # fmt: skip
    made = phone.record("rental.walk_in", {**args, **more})
    CheckIn(phone, type_="check_out", rental=rental).whole()
    phone.push()
    return made, rental


def test_a_walk_in_made_offline_goes_out_at_once(stage: Stage) -> None:
    finance, plan = office(stage, Role.FINANCE), plan_of(stage, insurance_required=True)
    done(finance, "price_plan.define", plan)
    paid = {"received": True, "amount_fen": 500_000, "method": "cash"}
    made, rental = walk_in(stage, price_plan_id=plan["id"], deposit=paid, insured=True)
    assert stage.state(made) == APPLIED
    known = stage.the("rental", rental)
    assert (known["state"], known["walk_in"], known["deposit_state"], known["insurance_ok"]) == ("out", True, "received", True)
    assert known["approved_by"] is None, "the office has not seen it"
    assert stage.the("rental_terms", rental)["deposit_received_fen"] == 500_000


def test_what_went_out_at_the_counter_is_approved_afterwards_and_not_closed_before(stage: Stage) -> None:
    _, rental = walk_in(stage)
    captured(stage, stage.phone()).phone.push()
    assert stage.the("rental", rental)["state"] == "returned"
    desk = office(stage, Role.SERVICE_DESK)
    early = done(desk, "rental.close", {"rental_id": rental})
    assert detail(stage, early) == {"machine": "rental", "step": "close", "missing": ["ratified"]}
    assert stage.state(done(desk, "rental.ratify", {"rental_id": rental})) == APPLIED
    assert stage.the("rental", rental)["approved_by"] == desk.actor
    again = done(desk, "rental.ratify", {"rental_id": rental})
    assert detail(stage, again)["missing"] == ["walk_in_open"]
    assert stage.state(done(desk, "rental.close", {"rental_id": rental})) == APPLIED


def test_a_rental_the_office_made_is_not_approved_afterwards(stage: Stage) -> None:
    let = Let(stage)
    done(let.desk, "rental.approve", {"rental_id": let.id})
    assert detail(stage, done(let.desk, "rental.ratify", {"rental_id": let.id}))["missing"] == ["walk_in_open"]


def test_somebody_new_at_the_counter_is_a_customer_whose_name_lies_apart(stage: Stage) -> None:
    phone, ids = stage.phone(), stage.ids
    customer, contact, rental = ids.new(), ids.new(), ids.new()
    person = {"id": customer, "name": "个人客户 7F3A", "depot_id": stage.depots[0], "type": "person", "person": 0,
              "contact_id": contact}  # fmt: skip
    said = json.dumps({"name": "王小明", "phone": "13900002222"}, ensure_ascii=False).encode()
    made = phone.record("customer.walk_in", person, private=[said])
    let = phone.record("rental.walk_in", {
        "id": rental, "number": "W-2", "customer_id": customer, "assets": {stage.van: {"state": "reserved"}}, "due_at": DUE,
    })  # fmt: skip
    phone.push()
    assert [stage.state(made), stage.state(let)] == [APPLIED, APPLIED]
    known = stage.the("customer", customer)
    assert (known["shown_as"], known["tier"], known["depot_id"]) == ("王**", "normal", stage.depots[0])
    assert (stage.the("contact", contact)["name"], stage.the("contact", contact)["role"]) == ("王小明", "self")
    assert stage.the("rental", rental)["state"] == "approved"
    assert "王小明" not in made.body.decode()


# --- what is agreed is taken back -------------------------------------------------------------------------------------------
def test_the_kilometres_and_the_price_plan_of_a_rental_are_cleared(stage: Stage) -> None:
    finance, plan = office(stage, Role.FINANCE), plan_of(stage)
    done(finance, "price_plan.define", plan)
    let = Let(stage, price_plan_id=plan["id"], km_included=300)
    done(let.desk, "rental.approve", {"rental_id": let.id})
    cleared = done(let.desk, "rental.edit", {"rental_id": let.id, "empty": "km_included", "empty_terms": "price_plan_id"})
    assert stage.state(cleared) == APPLIED
    assert (let.now["km_included"], let.now["state"]) == (None, "draft"), "what was agreed has changed"
    assert (let.terms["price_plan_id"], let.terms["plan"]) == (None, {})
    untouched = done(let.desk, "rental.edit", {"rental_id": let.id, "km_included": 5})
    assert stage.state(untouched) == APPLIED
    assert let.now["km_included"] == 5


def test_a_field_is_not_given_and_cleared_at_once(stage: Stage) -> None:
    let = Let(stage, km_included=300)
    both = done(let.desk, "rental.edit", {"rental_id": let.id, "km_included": 5, "empty": "km_included"})
    assert detail(stage, both)["missing"] == ["one_of:km_included"]
    assert let.now["km_included"] == 300


def test_a_price_plans_kilometres_are_cleared(stage: Stage) -> None:
    finance, plan = office(stage, Role.FINANCE), plan_of(stage, km_included_per_day=200)
    done(finance, "price_plan.define", plan)
    assert stage.the("price_plan", plan["id"])["km_included_per_day"] == 200
    done(finance, "price_plan.edit", {"plan_id": plan["id"], "empty": "km_included_per_day"})
    assert stage.the("price_plan", plan["id"])["km_included_per_day"] is None


def test_a_walk_in_that_became_forbidden_is_a_draft_that_says_why(stage: Stage) -> None:
    manager = office(stage)
    done(manager, "customer.block", {"customer_id": stage.customer, "blocked": True, "reason": "x"})
    phone, rental = stage.phone(), stage.ids.new()
    made = done(phone, "rental.walk_in", {
        "id": rental, "number": "W-1", "customer_id": stage.customer, "assets": {stage.van: {"state": "reserved"}}, "due_at": DUE,
    })  # fmt: skip
    assert stage.state(made) == APPLIED
    known = stage.the("rental", rental)
    assert (known["state"], known["flags"]) == ("draft", {"walk_in": {"against": ["customer_blocked"]}})


# --- the pure rules ---------------------------------------------------------------------------------------------------------
def test_what_lines_amount_to() -> None:
    def fact(*states: str) -> str | None:
        return fact_of([{"state": state} for state in states])

    assert [fact("out", "returned"), fact("returned", "returned"), fact("returned", "reserved"), fact()] == [
        "hand_out", "take_back", None, None,
    ]  # fmt: skip
    assert [fact("contested"), fact("contested", "returned"), fact("contested", "out")] == [None, "take_back", "hand_out"]


def test_deposit_steps_on_paper() -> None:
    asked = Sums(1000, 0, 0, 0)
    assert deposit_step("receive", 999, asked) == ("receive_part", Sums(1000, 999, 0, 0), [])
    assert deposit_step("receive", 1001, asked) == ("receive", Sums(1000, 1001, 0, 0), [])
    assert deposit_step("refund", 1, asked)[2] == ["over_balance"]
    assert deposit_step("waive", 0, asked) == ("waive", Sums(0, 0, 0, 0), [])
    assert deposit_step("offset", 1000, Sums(1000, 1000, 0, 0)) == ("offset", Sums(1000, 1000, 1000, 0), [])


def test_a_swap_done_in_one_visit_without_a_network_links_both(stage: Stage) -> None:
    other, swap = stage.ids.new(), stage.ids.new()
    stage.do(stage.asset(other, 0))
    let = Let(stage)
    let.takes("approve")
    let.hand("check_out")
    phone = stage.phone(Role.DRIVER)
    args = {"rental_id": let.id, "swap_id": swap, "back_asset_id": stage.van, "out_asset_id": other, "reason": "空调坏了"}
    planned = phone.record("rental.swap", args, seen={let.id: 10**6})
    out = CheckIn(phone, asset=other, type_="check_out", rental=let.id)
    back = CheckIn(phone, type_="check_in", rental=let.id)
    out.start()
    back.captured().complete()
    out.photo("front")
    out.photo("rear")
    out.reading()
    out.sign("customer")
    out.sign("staff")
    out.complete()
    phone.push()
    assert [stage.state(one) for one in (planned, back.entries[-1], out.entries[-1])] == [APPLIED] * 3
    lines = let.now["assets"]
    assert (let.now["state"], let.now["swaps"][swap]["state"], let.now["swaps"][swap]["by"]) == ("out", "done", phone.actor)
    assert (lines[stage.van]["handover_id"], lines[other]["handover_id"]) == (back.id, out.id)
    assert (lines[other]["state"], lines[other]["swap_id"]) == ("out", swap)
    assert stage.the("handover", out.id)["flags"] == {}
    elsewhere = stage.phone(Role.DRIVER, place=1)
    assert stage.state(done(elsewhere, "rental.swap", {**args, "swap_id": stage.ids.new()}))[1] == "action_forbidden"
