"""The gate before something leaves: its rules changed by the office, its word on arrival, what it reads of damages.

The evaluation itself is held by `tests/vectors/gate.json`; here it is met through the engine.
"""

from typing import Any

import pytest

from schemas.actions.assets import AssetLock
from schemas.actions.gate import GateRuleEdit
from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from schemas.gate import PATH_TESTS, SHIPPED_RULES, GateReason, GateWord
from schemas.people import Role
from server.domain.gates import rule_id
from server.domain.rules.gate import in_force
from tests.support.offline import captured, out
from tests.support.stage import CheckIn, Phone, Stage
from tests.unit.test_conflicts import outcome_of, the_conflict

TELLS = {
    "when": [{"path": "customer.tier", "test": "in", "values": ["normal"]}],
    "level": "stop",
    "zh": "先问主管",
    "en": "Ask first",
}


def office(stage: Stage, role: Role = Role.MANAGER) -> Phone:
    return stage.phone(role, shared=False, type_="office")


def edit(phone: Phone, code: str, **said: Any) -> tuple[str, str | None]:
    """A rule changed by somebody; what became of it."""
    rule = GateRuleEdit.model_validate({"rule_id": rule_id(phone.stage.id, code), "code": code, **said})
    made = phone.do(rule)
    phone.push()
    return phone.stage.state(made)


def leaves(stage: Stage, said: GateWord | None = None, **more: Any) -> CheckIn:
    """A check-out captured on a phone, with what the gate said there; not pushed yet."""
    handover = CheckIn(stage.phone(), type_="check_out")
    handover.captured()
    gate = said.model_dump(mode="json") if said else None
    document = handover.document
    handover.add(
        "checkout.complete",
        {"acceptance": "intact", "document_sha256": document.sha256, "entries": [], "gate": gate, **more},
    )
    return handover


def word(stage: Stage, handover: CheckIn) -> dict[str, Any]:
    found: dict[str, Any] = stage.the("handover", handover.id)["gate"]
    return found


# --- the word on arrival ------------------------------------------------------------------------------------------------
def test_both_words_are_kept_and_the_servers_counts(stage: Stage) -> None:
    """The office locked the van while the phone was offline: the phone said go, the server says stop."""
    handover = leaves(stage, GateWord(verdict="go", reasons=[]))
    stage.do(AssetLock(asset_id=stage.van, locked=True, reason="召回"))
    handover.phone.push()
    both = word(stage, handover)
    assert both["device"] == {"verdict": "go", "reasons": []}
    assert both["server"]["verdict"] == "stop"
    assert [reason["rule"] for reason in both["server"]["reasons"] if reason["level"] == "stop"] == ["asset_locked"]
    assert the_conflict(stage, ConflictRule.BREACH)["differs"] == ["asset_locked"]


def test_what_only_the_device_forbade_is_kept_and_is_no_breach(stage: Stage) -> None:
    said = GateWord(verdict="stop", reasons=[GateReason(rule="customer_blocked", level="stop")])
    handover = leaves(stage, said)
    handover.phone.push()
    both = word(stage, handover)
    assert both["device"]["verdict"] == "stop"
    assert both["server"]["verdict"] != "stop"
    assert stage.all("conflict") == []


def test_a_rule_changed_on_the_way_counts_as_the_server_has_it(stage: Stage) -> None:
    """A rule of the organisation's own, made while the phone was offline."""
    handover = leaves(stage, GateWord(verdict="go", reasons=[]))
    assert edit(office(stage), "ask_first", **TELLS) == ("applied", None)
    handover.phone.push()
    assert word(stage, handover)["server"]["verdict"] == "stop"
    conflict = the_conflict(stage, ConflictRule.BREACH)
    assert conflict["differs"] == ["ask_first"]
    assert outcome_of(stage, handover.entries[-1])["rule"] == "breach"


@pytest.mark.parametrize("said", [{"active": False}, {"level": "warn"}])
def test_a_rule_that_is_off_or_only_warns_forbids_nothing(stage: Stage, said: dict[str, Any]) -> None:
    assert edit(office(stage), "asset_locked", **said) == ("applied", None)
    stage.do(AssetLock(asset_id=stage.van, locked=True, reason="召回"))
    handover = leaves(stage)
    handover.phone.push()
    assert stage.all("conflict") == []
    warned = [reason["rule"] for reason in word(stage, handover)["server"]["reasons"]]
    assert ("asset_locked" in warned) == ("level" in said)


# --- damages and accessories --------------------------------------------------------------------------------------------
def test_severe_damage_that_was_known_forbids_leaving(stage: Stage) -> None:
    out(stage)
    back = captured(stage, stage.phone(), acceptance="minor_damage", damage="severe_damage")
    back.phone.push()
    (damage,) = stage.the("handover", back.id)["damages"]
    assert stage.the("asset", stage.van)["open_damages"] == {damage: "severe_damage"}
    left = captured(stage, back.phone, type_="check_out")
    left.phone.push()
    conflict = the_conflict(stage, ConflictRule.BREACH)
    assert conflict["differs"] == ["severe_damage"]
    assert [side["values"].get("severity") for side in conflict["sides"]] == ["severe_damage", None], "who found it stands there"
    assert conflict["sides"][conflict["standing"]]["entry"] == left.entries[-1].id


def test_damage_that_whoever_left_had_not_seen_is_no_breach(stage: Stage) -> None:
    """Else the order in which two devices' work arrives would decide."""
    captured(stage, one := stage.phone(), acceptance="minor_damage", damage="severe_damage")
    one.push()
    captured(stage, two := stage.phone(), type_="check_out")
    two.push()
    assert [one for one in stage.all("conflict") if one["rule"] == ConflictRule.BREACH] == []


def test_what_the_check_out_itself_found_was_signed_for(stage: Stage) -> None:
    captured(stage, phone := stage.phone(), type_="check_out", damage="severe_damage")
    phone.push()
    assert stage.all("conflict") == []
    assert set(stage.the("asset", stage.van)["open_damages"].values()) == {"severe_damage"}


def test_damage_taken_back_is_not_the_assets_any_more(stage: Stage) -> None:
    handover = CheckIn(stage.phone())
    handover.start()
    damage = handover.damage(severity="severe_damage")
    handover.add("damage.retract", {"damage_id": damage, "reason": "眼花"})
    handover.phone.push()
    assert stage.the("asset", stage.van)["open_damages"] == {}


def test_a_missing_accessory_warns_until_a_handover_finds_it(stage: Stage) -> None:
    out(stage)
    back = CheckIn(stage.phone())
    back.captured()
    back.add("accessory.report", {"accessory": "spare_key", "state": "missing"})
    back.complete()
    back.phone.push()
    assert set(stage.the("asset", stage.van)["accessories_missing"]) == {"spare_key"}
    left = leaves(stage)
    left.phone.push()
    reasons = {reason["rule"]: reason for reason in word(stage, left)["server"]["reasons"]}
    assert (reasons["accessory_missing"]["level"], reasons["accessory_missing"]["params"]) == ("warn", {"items": ["spare_key"]})
    assert stage.the("asset", stage.van)["accessories_missing"] == {}, "nobody said again that it is missing"


# --- changing the rules -------------------------------------------------------------------------------------------------
def test_two_managers_changing_two_fields_of_a_rule_merge(stage: Stage) -> None:
    one, two = office(stage), office(stage, Role.ADMINISTRATOR)
    code = "battery_health_low"
    named = {"rule_id": rule_id(stage.id, code), "code": code}
    made = [one.do(GateRuleEdit.model_validate({**named, "figure": 85})),
            two.do(GateRuleEdit.model_validate({**named, "level": "warn"}))]  # fmt: skip
    one.push()
    two.push()
    assert [stage.state(entry) for entry in made] == [("applied", None)] * 2
    rule = next(rule for rule in in_force(stage.all("gate_rule")) if rule["code"] == code)
    assert (rule["figure"], rule["level"], rule["active"]) == (85, "warn", True)
    assert rule["zh"] == next(one.zh for one in SHIPPED_RULES if one.code == code), "what nobody changed stands as shipped"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("own", {"level": "stop", "zh": "中", "en": "en"}),
        ("own", {**TELLS, "zh": None}),
        ("own", {**TELLS, "when": [{"path": "customer.tier", "test": "below"}]}),
        ("asset_locked", {"when": [{"path": "asset.locked", "test": "past"}]}),
    ],
)
def test_a_rule_that_says_nothing_sensible_is_refused(stage: Stage, code: str, said: dict[str, Any]) -> None:
    assert edit(office(stage), code, **said) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert stage.all("gate_rule") == []


def test_a_rules_id_is_its_code(stage: Stage) -> None:
    phone = office(stage)
    made = phone.do(GateRuleEdit(rule_id=stage.ids.new(), code="asset_locked", level="warn"))
    phone.push()
    assert stage.state(made) == ("refused", ErrorCode.STATE_ILLEGAL)


def test_every_shipped_rule_compares_what_makes_sense() -> None:
    for rule in SHIPPED_RULES:
        assert rule.when, rule.code
        assert all(condition.test in PATH_TESTS[condition.path] for condition in rule.when), rule.code
        reads_figure = any(condition.test in ("below", "above", "past", "reached") for condition in rule.when)
        assert reads_figure == (rule.figure is not None)
