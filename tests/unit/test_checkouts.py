"""Check-outs as the field app records them: several under one signature, past a gate that says stop, off a rental meanwhile.

Neighbours: `test_rules.py` has the contradictions of any client, `test_gate_rules.py` the rules of the gate.
"""

from typing import Any

from schemas.actions.gate import GateRuleEdit
from schemas.actions.rentals import RentalEdit
from schemas.conflicts import ConflictRule
from schemas.gate import GateReason, GateWord
from server.domain.gates import rule_id
from server.domain.rules.gate import in_force
from tests.support.offline import captured, last
from tests.support.stage import MINUTE_MS, CheckIn, Stage
from tests.unit.test_conflicts import outcome_of, the_conflict
from tests.unit.test_gate_rules import office

STOP = GateWord(verdict="stop", reasons=[GateReason(rule="asset_locked", level="stop")])


def beside(stage: Stage) -> str:
    """A second asset; the stage's rental is one of both, reserved."""
    other = stage.ids.new()
    stage.do(stage.asset(other, 0))
    stage.rental = stage.ids.new()
    stage.do(stage.rental_of(stage.rental, [stage.van, other]))
    return other


def lines(stage: Stage) -> dict[str, str]:
    """Asset → how it stands on the rental."""
    return {asset: line["state"] for asset, line in stage.the("rental", stage.rental)["assets"].items()}


def test_of_two_assets_one_goes_out_and_the_rental_is_out_in_parts(stage: Stage) -> None:
    other = beside(stage)
    first = captured(stage, stage.phone(), type_="check_out")
    first.phone.push()
    assert lines(stage) == {stage.van: "out", other: "reserved"}
    assert stage.the("rental", stage.rental)["state"] == "out"
    assert stage.the("asset", stage.van)["baseline"] == first.id


def test_why_it_leaves_past_a_stop_is_kept_with_the_breach(stage: Stage) -> None:
    said = STOP.model_dump(mode="json")
    stage.now += MINUTE_MS
    handover = CheckIn(stage.phone(), type_="check_out")
    handover.start(gate=said, gate_reason="办公室电话同意")
    for slot in ("front", "rear"):
        handover.photo(slot)
    handover.reading()
    for party in ("customer", "staff"):
        handover.sign(party)
    done = {"acceptance": "intact", "document_sha256": handover.document.sha256, "entries": []}
    handover.add("checkout.complete", {**done, "gate": said, "gate_reason": "办公室电话同意; 已换电池"})
    stage.do(stage.asset(stage.van, 0, inspection_due_at="2020-01-01T00:00:00.000Z"))
    handover.phone.push()
    gate = stage.the("handover", handover.id)["gate"]
    assert (gate["start"]["verdict"], gate["device"]["verdict"], gate["server"]["verdict"]) == ("stop", "stop", "stop")
    assert gate["reason"] == "办公室电话同意; 已换电池"
    conflict = the_conflict(stage, ConflictRule.BREACH)
    assert conflict["sides"][conflict["standing"]]["values"]["gate_reason"] == gate["reason"]


def test_a_rule_may_be_passed_only_where_the_organisation_says_so(stage: Stage) -> None:
    def passable(code: str) -> bool:
        records: list[dict[str, Any]] = [stage.the("gate_rule", rule_id(stage.id, code))]
        return next(bool(rule["passable"]) for rule in in_force(records) if rule["code"] == code)

    assert not any(rule["passable"] for rule in in_force([]))
    phone = office(stage)
    phone.do(GateRuleEdit(rule_id=rule_id(stage.id, "meter_low"), code="meter_low", passable=True))
    phone.push()
    assert passable("meter_low")
    phone.do(GateRuleEdit(rule_id=rule_id(stage.id, "meter_low"), code="meter_low", passable=False))
    phone.push()
    assert not passable("meter_low")


def test_what_was_taken_off_the_rental_meanwhile_is_a_breach_and_nothing_is_lost(stage: Stage) -> None:
    beside(stage)
    handover = captured(stage, stage.phone(), type_="check_out")
    stage.do(RentalEdit(rental_id=stage.rental, remove=[stage.van]))
    handover.phone.push()
    record = stage.the("handover", handover.id)
    assert (record["state"], record["flags"]["breach"]["reasons"]) == ("complete", ["not_on_rental"])
    assert stage.the("asset", stage.van)["state"] == "out", "the keys are gone"
    conflict = the_conflict(stage, ConflictRule.BREACH)
    assert conflict["state"] == "open"
    assert conflict["sides"][conflict["standing"]]["values"]["rental_id"] == stage.rental
    assert outcome_of(stage, last(handover))["rule"] == "breach"


def test_taken_off_between_beginning_and_end_it_is_a_breach_too(stage: Stage) -> None:
    beside(stage)
    handover = CheckIn(stage.phone(), type_="check_out").captured()
    handover.phone.push()
    stage.do(RentalEdit(rental_id=stage.rental, remove=[stage.van]))
    handover.complete()
    handover.phone.push()
    assert "not_on_rental" in stage.the("handover", handover.id)["flags"]["breach"]["reasons"]
    assert lines(stage)[stage.van] == "out", "where it is stays known"


def test_a_claim_on_another_depots_rental_names_nobody_there(stage: Stage) -> None:
    elsewhere = stage.ids.new()
    stage.do(stage.rental_of(elsewhere, [stage.other_van], place=1))
    handover = captured(stage, stage.phone(), type_="check_out", rental=elsewhere)
    handover.phone.push()
    record = stage.the("handover", handover.id)
    assert (record["state"], record["rental_id"]) == ("complete", None)
    assert record["flags"]["rental_mismatch"] == {"claimed": elsewhere, "left_on": None}
    assert stage.all("conflict") == []
