"""What two people of the office agree without knowing of each other: one asset for two customers, an approval that is undone."""

from typing import Any

import pytest

from schemas.conflicts import ConflictRule
from schemas.people import Role
from server.domain.rules.rentals import promised_twice
from tests.support.stage import Stage
from tests.unit.test_customers import APPLIED, detail, done, office
from tests.unit.test_rentals import DUE, LATER, Let


def free(stage: Stage) -> str:
    """An asset no rental has."""
    asset = stage.ids.new()
    stage.do(stage.asset(asset, 0))
    return asset


def let(stage: Stage, asset: str, number: str, **more: Any) -> Let:
    return Let(stage, number=number, assets={asset: {"state": "reserved"}}, **more)


def promised(stage: Stage) -> list[dict[str, Any]]:
    return [one for one in stage.all("conflict") if one["rule"] == ConflictRule.PROMISED_TWICE]


def approve(rental: Let, phone: Any = None, note: str = "", seen: tuple[str, ...] = ()) -> Any:
    args = {"rental_id": rental.id, "note": note}
    return done(phone or rental.desk, "rental.approve", args, seen=dict.fromkeys((rental.id, *seen), 10**6))


def test_two_offices_approve_one_asset_for_two_customers(stage: Stage) -> None:
    asset = free(stage)
    one, two = let(stage, asset, "R-1"), let(stage, asset, "R-2")
    first = approve(one, office(stage, Role.SERVICE_DESK))
    second = approve(two)
    assert [rental.now["state"] for rental in (one, two)] == ["approved", "approved"], "both stand"
    (conflict,) = promised(stage)
    assert (conflict["state"], conflict["asset_id"], conflict["standing"]) == ("open", asset, None)
    assert [side["values"]["rental_id"] for side in conflict["sides"]] == [one.id, two.id]
    assert {side["actor_id"] for side in conflict["sides"]} == {stage.people[Role.SERVICE_DESK, 0], two.desk.actor}
    assert detail(stage, second)["rule"] == "promised_twice", "who came second reads it"
    assert (stage.state(first)[0], detail(stage, first)["conflict"]) == ("conflict", conflict["id"]), "who was first is told"


def test_whoever_knows_says_why_or_is_refused_and_reads_who_has_it_when(stage: Stage) -> None:
    asset = free(stage)
    one, two = let(stage, asset, "R-1"), let(stage, asset, "R-2")
    approve(one)
    refused = approve(two, seen=(one.id,))
    assert stage.state(refused) == ("refused", "step_not_ready")
    said = detail(stage, refused)
    assert said["missing"] == ["assets_free"]
    assert said["held"] == [{
        "rental_id": one.id, "number": "R-1", "assets": [asset], "starts_at": one.now["starts_at"], "due_at": DUE,
    }]  # fmt: skip
    assert two.now["state"] == "draft"
    assert stage.state(approve(two, note="R-1 上午就还", seen=(one.id,))) == APPLIED
    (conflict,) = promised(stage)
    assert conflict["state"] == "noted"
    assert [side["values"].get("reason") for side in conflict["sides"]] == [None, "R-1 上午就还"]


def test_who_approved_both_on_one_device_knew(stage: Stage) -> None:
    asset = free(stage)
    one, two = let(stage, asset, "R-1"), let(stage, asset, "R-2")
    approve(one, two.desk)
    assert stage.state(approve(two))[0] == "refused"


@pytest.mark.parametrize(("starts", "due", "clashes"), [
    ("2027-02-01T00:00:00.000Z", "2027-02-05T00:00:00.000Z", False),
    ("2027-01-10T00:00:00.000Z", "2027-01-15T08:00:00.000+08:00", False),
    ("2027-01-31T23:59:00.000Z", "2027-02-05T00:00:00.000Z", True),
])  # fmt: skip
def test_what_ends_as_the_other_begins_is_no_contradiction(stage: Stage, starts: str, due: str, clashes: bool) -> None:
    asset = free(stage)
    approve(let(stage, asset, "R-1"))
    approve(let(stage, asset, "R-2", starts_at=starts, due_at=due))
    assert bool(promised(stage)) is clashes


def test_an_extension_into_anothers_time_is_told(stage: Stage) -> None:
    asset = free(stage)
    one = let(stage, asset, "R-1")
    two = let(stage, asset, "R-2", starts_at=DUE, due_at="2027-02-20T00:00:00.000Z")
    approve(one), approve(two)
    assert promised(stage) == []
    one.takes("extend", due_at=LATER, reason="客户要求")
    (conflict,) = promised(stage)
    assert (conflict["state"], conflict["subject"]) == ("open", {"kind": "rental", "id": one.id})


def test_what_is_back_or_cancelled_or_a_draft_is_promised_no_more(stage: Stage) -> None:
    asset = free(stage)
    one, two, three = (let(stage, asset, number) for number in ("R-1", "R-2", "R-3"))
    approve(one)
    one.hand("check_out", asset)
    one.hand("check_in", asset)
    approve(two)
    two.takes("cancel", reason="不要了")
    approve(three)
    assert promised(stage) == []


def test_an_asset_let_at_the_counter_was_promised(stage: Stage) -> None:
    asset = free(stage)
    approve(let(stage, asset, "R-1"))
    phone, rental = stage.phone(), stage.ids.new()
    assets = {asset: {"state": "reserved"}}
    args = {"id": rental, "number": "W-1", "customer_id": stage.customer, "assets": assets, "due_at": LATER}
    made = done(phone, "rental.walk_in", args)
    assert detail(stage, made)["rule"] == "promised_twice"
    assert stage.the("rental", rental)["state"] == "approved", "it is on its way already"


def test_the_rule_on_paper() -> None:
    times = {"starts_at": "2027-01-15T00:00:00.000Z", "due_at": DUE}
    mine = {**times, "state": "draft", "assets": {"a": {"state": "reserved"}, "b": {"state": "out"}, "c": {"state": "returned"}}}
    theirs = {**times, "state": "out", "assets": {one: {"state": "reserved"} for one in "abc"}}
    assert promised_twice(mine, theirs) == ["a", "b"]
    assert [promised_twice(mine, {**theirs, "state": one}) for one in ("draft", "returned", "cancelled")] == [[], [], []]


# --- an approval undone -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("action", "args", "code"), [
    ("rental.edit", {"due_at": LATER}, "rental_draft_again"),
    ("rental.cancel", {"reason": "客户不要了"}, "rental_cancelled"),
])  # fmt: skip
def test_whoever_approved_is_told_that_a_late_word_undid_it(stage: Stage, action: str, args: dict[str, Any], code: str) -> None:
    rental = let(stage, free(stage), "R-1")
    desk, manager = office(stage, Role.SERVICE_DESK), office(stage)
    before = stage.stored("rental", rental.id)
    assert before is not None
    stage.now += 1000
    late = desk.record(action, {"rental_id": rental.id, **args}, seen={rental.id: before.version})
    assert stage.state(done(manager, "rental.approve", {"rental_id": rental.id}, seen={rental.id: before.version})) == APPLIED
    desk.push()
    assert stage.state(late)[0] == "applied"
    (todo,) = [one for one in stage.all("todo") if one["code"] == code]
    assert (todo["owner_id"], todo["subject"]) == (manager.actor, {"kind": "rental", "id": rental.id})
    assert todo["params"]["number"] == "R-1"


def test_who_had_seen_the_approval_or_gave_it_is_told_nothing(stage: Stage) -> None:
    seen, own = (let(stage, free(stage), number) for number in ("R-1", "R-2"))
    seen.takes("approve")
    own.takes("approve")
    assert seen.stage.state(seen.step("edit", office(stage, Role.SERVICE_DESK), due_at=LATER)) == APPLIED
    done(own.desk, "rental.edit", {"rental_id": own.id, "due_at": LATER})
    assert stage.all("todo") == []
