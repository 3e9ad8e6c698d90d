"""Custody passes between colleagues and depots: what moves, who may, what comes too late. On every store."""

from typing import Any

import pytest

from schemas.actions.assets import AssetEdit
from schemas.actions.depots import DepotClose
from schemas.actions.faults import FaultReport
from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from schemas.people import Role
from server.proof import _entries_of
from sync.visibility import buckets_of
from tests.support.stage import MINUTE_MS, CheckIn, Phone, Stage
from tests.unit.test_conflicts import decide, office, outcome_of, the_conflict

WHERE = ("depot_id", "custodian_id", "state")


def receiver(stage: Stage, place: int = 1) -> str:
    return stage.people[Role.DRIVER, place]


def transferring(phone: Phone, place: int = 1, **more: Any) -> CheckIn:
    """Everything but the receiver's word."""
    made = CheckIn(phone, type_="transfer", **more)
    made.hand_on(receiver(phone.stage, place), place)
    made.photo("front")
    made.photo("rear")
    made.reading(12_345)
    return made


def where(stage: Stage) -> tuple[Any, ...]:
    asset = stage.the("asset", stage.van)
    return tuple(asset[name] for name in WHERE)


def test_an_asset_goes_to_another_depot_with_all_that_is_known_of_it(stage: Stage) -> None:
    phone = stage.phone()
    fault = stage.ids.new()
    stage.do(AssetEdit(asset_id=stage.van, bay="A-1"))
    args = {"fault_id": fault, "asset_id": stage.van, "what": "左后轮胎气压低", "guess": "usable", "by": "staff"}
    phone.record("fault.report", FaultReport.model_validate(args).model_dump(mode="json"))
    made = transferring(phone)
    damage = made.damage()
    made.taken("minor_damage")
    assert {outcome.state for outcome in phone.push().outcomes} == {"applied"}

    to = stage.depots[1]
    assert where(stage) == (to, receiver(stage), "available")
    asset = stage.the("asset", stage.van)
    assert (asset["last_handover_id"], asset["odometer_km"], asset["bay"]) == (made.id, 12_345, "")
    handover = stage.the("handover", made.id)
    assert (handover["type"], handover["state"], handover["acceptance"]) == ("transfer", "complete", "minor_damage")
    assert (handover["from_depot_id"], handover["to_depot_id"], handover["depot_id"]) == (stage.depots[0], to, to)
    assert (handover["actor_id"], handover["receiver_id"]) == (phone.actor, receiver(stage))
    assert [one["party"] for one in handover["signatures"].values()] == ["receiver"]
    assert handover["evidence"]["declared"] == 4
    assert handover["flags"] == {}
    assert {stage.the(kind, one)["depot_id"] for kind, one in (("damage", damage), ("fault", fault))} == {to}
    stored = stage.stored("asset", stage.van)
    assert stored is not None
    assert stored.buckets == buckets_of("asset", asset)
    assert all(stage.depots[0] not in bucket for bucket in stored.buckets)


def test_between_colleagues_of_one_depot_only_the_holder_changes_and_a_customer_ends_it(stage: Stage) -> None:
    phone = stage.phone()
    transferring(phone, place=0).taken()
    phone.push()
    assert where(stage) == (stage.depots[0], receiver(stage, 0), "available")
    stage.now += MINUTE_MS
    CheckIn(phone, type_="check_out").whole()
    phone.push()
    assert where(stage) == (stage.depots[0], None, "out")


def test_severe_damage_found_on_the_way_blocks_it(stage: Stage) -> None:
    phone = stage.phone()
    transferring(phone).taken("severe_damage")
    phone.push()
    assert where(stage) == (stage.depots[1], receiver(stage), "blocked")


def test_without_its_evidence_it_is_not_complete(stage: Stage) -> None:
    phone = stage.phone()
    made = CheckIn(phone, type_="transfer")
    made.hand_on(receiver(stage), 1)
    last = made.taken()
    phone.push()
    assert stage.state(last) == ("refused", ErrorCode.HANDOVER_INCOMPLETE)
    assert where(stage)[0] == stage.depots[0]
    assert stage.the("handover", made.id)["state"] == "started"
    made.photo("front")
    made.photo("rear")
    made.reading()
    other = CheckIn(phone, type_="check_in")
    other.id, other.entries = made.id, made.entries
    wrong = made.complete(action="return.complete")
    last = made.taken()
    phone.push()
    assert (stage.state(wrong)[0], stage.state(last)[0]) == ("refused", "applied")


@pytest.mark.parametrize("named", ["depot", "person", "oneself"])
def test_it_goes_to_a_depot_and_a_colleague_of_this_organisation(stage: Stage, named: str) -> None:
    phone = stage.phone()
    args = {"transfer_id": stage.ids.new(), "asset_id": stage.van, "to_depot_id": stage.depots[1], "receiver_id": receiver(stage)}
    changed = {"depot": {"to_depot_id": stage.ids.new()}, "person": {"receiver_id": stage.ids.new()},
               "oneself": {"receiver_id": phone.actor}}[named]  # fmt: skip
    made = phone.record("transfer.start", {**args, **changed})
    phone.push()
    code = ErrorCode.STATE_ILLEGAL if named == "oneself" else ErrorCode.RECORD_UNKNOWN
    assert stage.state(made) == ("refused", code)


def test_nobody_of_another_depot_gives_it_away(stage: Stage) -> None:
    phone = stage.phone(place=1)
    made = phone.record("transfer.start", {"transfer_id": stage.ids.new(), "asset_id": stage.van,
                                           "to_depot_id": stage.depots[1], "receiver_id": receiver(stage)})  # fmt: skip
    phone.push()
    assert stage.state(made) == ("refused", ErrorCode.ACTION_FORBIDDEN)


def test_what_is_with_a_customer_by_then_stays_with_him_and_a_person_looks(stage: Stage) -> None:
    one, two = stage.phone(), stage.phone()
    made = transferring(one)
    CheckIn(two, type_="check_out").whole()
    two.push()
    stage.now += MINUTE_MS
    last = made.taken()
    one.push()
    assert where(stage) == (stage.depots[0], None, "out")
    conflict = the_conflict(stage, ConflictRule.TRANSFER_CROSSED)
    assert (conflict["state"], conflict["differs"], len(conflict["sides"])) == ("open", ["depot_id"], 2)
    assert outcome_of(stage, last)["state"] == "conflict"
    handover = stage.the("handover", made.id)
    assert (handover["state"], handover["flags"]) == ("complete", {"crossed": {"conflict": conflict["id"]}})
    mine = next(at for at, side in enumerate(conflict["sides"]) if side["entry"] == last.id)
    decide(office(stage), conflict["id"], choice="side", side=mine)
    assert where(stage) == (stage.depots[0], None, "out"), "while a customer has it no decision moves it"


def test_one_that_comes_late_moves_nothing_until_a_person_says_so(stage: Stage) -> None:
    one, two = stage.phone(), stage.phone()
    made = transferring(one)
    last = made.taken()
    stage.now += MINUTE_MS
    CheckIn(two, type_="check_in").whole()
    two.push()
    one.push()
    assert where(stage) == (stage.depots[0], None, "returned")
    conflict = the_conflict(stage, ConflictRule.TRANSFER_CROSSED)
    mine = next(at for at, side in enumerate(conflict["sides"]) if side["entry"] == last.id)
    decide(office(stage), conflict["id"], choice="side", side=mine)
    assert where(stage) == (stage.depots[1], receiver(stage), "returned")
    assert the_conflict(stage, ConflictRule.TRANSFER_CROSSED)["state"] == "decided"


def test_what_the_office_moved_meanwhile_goes_where_it_was_transferred_and_all_are_told(stage: Stage) -> None:
    phone = stage.phone()
    made = transferring(phone)
    phone.push()
    stage.do(AssetEdit(asset_id=stage.van, depot_id=stage.depots[1]))
    stage.now += MINUTE_MS
    made.entries = made.entries[:1]
    made.phone = phone
    last = made.taken()
    phone.push()
    assert where(stage) == (stage.depots[1], receiver(stage), "available")
    assert the_conflict(stage, ConflictRule.TRANSFER_CROSSED)["state"] == "noted"
    assert outcome_of(stage, last)["state"] in ("conflict", "merged", "applied")


def test_a_depot_that_was_closed_meanwhile_holds_nothing(stage: Stage) -> None:
    phone = stage.phone()
    stage.do(AssetEdit(asset_id=stage.other_van, depot_id=stage.depots[0]))
    made = transferring(phone)
    phone.push()
    stage.do(DepotClose(depot_id=stage.depots[1]))
    made.taken()
    phone.push()
    assert where(stage)[0] == stage.depots[0]
    assert the_conflict(stage, ConflictRule.TRANSFER_CROSSED)["state"] == "open"


def test_its_proof_holds_every_entry_also_the_one_that_began_it(stage: Stage) -> None:
    phone = stage.phone()
    made = transferring(phone)
    made.taken()
    phone.push()
    handover = stage.the("handover", made.id)
    found = stage.write(lambda store: _entries_of(store, stage.id, handover))
    assert {entry.entry_id for entry in found} == {entry.id for entry in made.entries}
    assert stage.proof(made.id) is not None
