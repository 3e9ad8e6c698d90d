"""Contradictions become records with both sides, whoever lost is told, and a person decides. On every store."""

import json
from typing import Any

import pytest

from schemas.actions import basedata as define
from schemas.conflicts import CONFLICT_WORDS, ConflictRule
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.records.conflicts import Conflict
from sync.conflicts import conflict_id
from sync.device import Recorded
from tests.support.stage import MINUTE_MS, CheckIn, Phone, Stage


def office(stage: Stage, role: Role = Role.MANAGER, place: int = 0) -> Phone:
    return stage.phone(role, place, shared=False, type_="office")


def decide(phone: Phone, conflict: str, seen: dict[str, int] | None = None, **choice: Any) -> Recorded:
    """A decision, pushed."""
    made = phone.record("conflict.decide", {"conflict_id": conflict, "reason": "看过照片", **choice}, seen=seen)
    phone.push()
    return made


def outcome_of(stage: Stage, recorded: Recorded) -> dict[str, Any]:
    """State and detail of an entry, and that its outcome record says the same."""
    entry = stage.entry(recorded.id)
    assert entry is not None
    record = next(one for one in stage.all("outcome") if (one["device_id"], one["seq"]) == (entry.device, entry.seq))
    assert (record["state"], record["code"], record["detail"]) == (entry.state, entry.code, entry.detail)
    return {"state": entry.state, **entry.detail}


def the_conflict(stage: Stage, rule: ConflictRule) -> dict[str, Any]:
    """The one conflict of a rule; also that the record keeps to its schema."""
    found = [one for one in stage.all("conflict") if one["rule"] == rule]
    assert len(found) == 1, found
    Conflict.model_validate(found[0])
    return found[0]


@pytest.fixture
def severity(stage: Stage) -> tuple[Stage, str, Recorded, Recorded]:
    """Two devices give one damage two severities: (stage, damage, first entry, second entry)."""
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    damage = handover.damage(severity="minor_damage")
    one.push()
    stage.now += MINUTE_MS
    handover.phone = two
    handover.damage(damage, "severe_damage")
    two.push()
    return stage, damage, handover.entries[1], handover.entries[2]


# --- one field, two values -----------------------------------------------------------------------------------------------
def test_both_values_stand_side_by_side_and_the_loser_is_told(severity: tuple[Stage, str, Recorded, Recorded]) -> None:
    stage, damage, first, second = severity
    conflict = the_conflict(stage, ConflictRule.FIELD)
    assert conflict["id"] == conflict_id(stage.id, "field", ("severity", damage, "damage")), "in whatever order it is said"
    assert (conflict["state"], conflict["field"], conflict["standing"]) == ("open", "severity", 0)
    assert conflict["subject"] == {"kind": "damage", "id": damage}
    assert [(side["entry"], side["values"]) for side in conflict["sides"]] == [
        (first.id, {"severity": "minor_damage"}),
        (second.id, {"severity": "severe_damage"}),
    ]
    assert conflict["concerned"] == [stage.people[Role.TECHNICIAN, 0]]
    told = outcome_of(stage, second)
    assert (told["state"], told["conflict"], told["rule"]) == ("conflict", conflict["id"], "field")
    assert stage.state(first) == ("applied", None)


def test_a_conflict_reaches_field_and_office_of_its_depot(severity: tuple[Stage, str, Recorded, Recorded]) -> None:
    stage, *_ = severity
    stored = stage.stored("conflict", the_conflict(stage, ConflictRule.FIELD)["id"])
    assert stored is not None
    assert stored.buckets == {f"depot:{stage.depots[0]}/field", f"depot:{stage.depots[0]}/office"}


@pytest.mark.parametrize(
    ("choice", "stands"),
    [
        ({"choice": "side", "side": 1}, "severe_damage"),
        ({"choice": "side", "side": 0}, "minor_damage"),
        ({"choice": "both"}, "minor_damage"),
        ({"choice": "value", "value": "severe_damage"}, "severe_damage"),
    ],
)
def test_a_person_decides(severity: tuple[Stage, str, Recorded, Recorded], choice: dict[str, Any], stands: str) -> None:
    stage, damage, *_ = severity
    conflict = the_conflict(stage, ConflictRule.FIELD)["id"]
    boss = office(stage)
    assert stage.state(decide(boss, conflict, **choice)) == ("applied", None)
    record = stage.the("conflict", conflict)
    assert (record["state"], record["decided_by"], record["reason"]) == ("decided", boss.actor, "看过照片")
    assert (record["choice"], record["chosen"]) == (choice["choice"], choice.get("side"))
    assert len(record["sides"]) == 2, "a decision removes no side"
    assert stage.the("damage", damage)["severity"] == stands
    stored = stage.stored("damage", damage)
    assert stored is not None
    kept = {item["value"] for item in stored.meta["severity"].history} | {stands}
    assert kept == {"minor_damage", "severe_damage"}, "nothing that was said is lost"


@pytest.mark.parametrize("choice", [{"choice": "side", "side": 7}, {"choice": "side"}, {"choice": "value", "value": "odd"}])
def test_an_impossible_decision_is_refused(severity: tuple[Stage, str, Recorded, Recorded], choice: dict[str, Any]) -> None:
    stage, damage, *_ = severity
    conflict = the_conflict(stage, ConflictRule.FIELD)["id"]
    assert stage.state(decide(office(stage), conflict, **choice)) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert stage.the("conflict", conflict)["state"] == "open"
    assert stage.the("damage", damage)["severity"] == "minor_damage"


def test_a_fact_is_decided_past_its_policy_with_history(stage: Stage) -> None:
    """`part` is immutable: nobody overwrites it, but a person may decide which of two was right."""
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    damage = handover.damage()
    one.push()
    args = json.loads(handover.entries[1].body)["args"]
    stage.now += MINUTE_MS
    two.record("damage.record", {**args, "part": "wheel"})
    two.push()
    conflicts = [one for one in stage.all("conflict") if one["field"] == "part"]
    decide(office(stage, Role.OPERATIONS), conflicts[0]["id"], choice="side", side=1)
    assert stage.the("damage", damage)["part"] == "wheel"
    stored = stage.stored("damage", damage)
    assert stored is not None
    assert [item["value"] for item in stored.meta["part"].history] == ["wheel", "door"]


# --- decided by two people ------------------------------------------------------------------------------------------------
def test_the_first_decision_stands_and_the_second_is_told_who_and_what(severity: tuple[Stage, str, Recorded, Recorded]) -> None:
    stage, damage, *_ = severity
    conflict = the_conflict(stage, ConflictRule.FIELD)["id"]
    boss, chief = office(stage), office(stage, Role.OPERATIONS)
    first = decide(boss, conflict, choice="side", side=1)
    stage.now += MINUTE_MS
    second = decide(chief, conflict, choice="side", side=0)
    assert stage.the("damage", damage)["severity"] == "severe_damage"
    told = outcome_of(stage, second)
    assert (told["state"], told["rule"], told["decided_by"]) == ("conflict", "decided_twice", boss.actor)
    assert told["decided"] == {"choice": "side", "chosen": 1, "value": None, "reason": "看过照片"}
    twice = the_conflict(stage, ConflictRule.DECIDED_TWICE)
    assert [side["entry"] for side in twice["sides"]] == [first.id, second.id]
    assert (twice["state"], twice["standing"], twice["differs"]) == ("noted", 0, ["chosen"])
    assert twice["concerned"] == [boss.actor, chief.actor]


# --- a right revoked while offline ----------------------------------------------------------------------------------------
@pytest.fixture
def revoked(stage: Stage) -> tuple[Stage, CheckIn]:
    """A technician checks a van in offline; meanwhile he leaves the company; then his tablet comes home."""
    stage.do(stage.rental_of(stage.rental, [stage.van]))
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    stage.now += MINUTE_MS
    gone = define.PersonDefine(
        id=phone.actor, name="走了", roles=[Role.TECHNICIAN], depot_ids={stage.depots[0]: True}, active=False
    )
    stage.do(gone)
    phone.push()
    return stage, handover


def test_what_a_revoked_person_recorded_is_kept_for_a_manager(revoked: tuple[Stage, CheckIn]) -> None:
    stage, handover = revoked
    conflict = the_conflict(stage, ConflictRule.RIGHT_REVOKED)
    assert (conflict["state"], conflict["subject"]["kind"]) == ("open", "person")
    mine, theirs = conflict["sides"]
    assert list(mine["values"]["entries"]) == [entry.id for entry in handover.entries]
    assert theirs["values"]["active"] is False
    for entry in handover.entries:
        assert stage.state(entry) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)
        assert outcome_of(stage, entry)["conflict"] == conflict["id"]
    assert stage.record("handover", handover.id) is None


def test_a_manager_ratifies_and_everything_takes_effect(revoked: tuple[Stage, CheckIn]) -> None:
    stage, handover = revoked
    boss = office(stage)
    for entry in handover.entries:
        boss.record("entry.ratify", {"entry_id": entry.id, "reason": "车确实还了"})
    boss.push()
    for entry in handover.entries:
        assert stage.state(entry) == ("applied", None)
        assert outcome_of(stage, entry)["ratified_by"] == boss.actor
    assert stage.the("handover", handover.id)["state"] == "complete"
    assert stage.the("handover", handover.id)["actor_id"] == handover.phone.actor, "credited to who did it"
    assert stage.the("asset", stage.van)["state"] == "returned"
    conflict = the_conflict(stage, ConflictRule.RIGHT_REVOKED)
    assert (conflict["state"], conflict["decided_by"], conflict["chosen"]) == ("decided", boss.actor, 0)


def test_a_manager_rejects_and_it_stays_refused(revoked: tuple[Stage, CheckIn]) -> None:
    stage, handover = revoked
    boss = office(stage)
    for entry in handover.entries:
        boss.record("entry.reject", {"entry_id": entry.id, "reason": "不是真的"})
    boss.push()
    assert {stage.state(entry)[0] for entry in handover.entries} == {"refused"}
    conflict = the_conflict(stage, ConflictRule.RIGHT_REVOKED)
    assert (conflict["state"], conflict["chosen"], conflict["reason"]) == ("decided", 1, "不是真的")


def test_only_what_lacked_a_right_is_ratified(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    again = handover.start()
    phone.push()
    boss = office(stage)
    tries = [boss.record("entry.ratify", {"entry_id": one, "reason": "x"}) for one in (again.id, handover.id)]
    boss.push()
    assert [stage.state(entry)[1] for entry in tries] == [ErrorCode.STATE_ILLEGAL, ErrorCode.RECORD_UNKNOWN]


def test_who_never_had_the_right_makes_no_conflict(stage: Stage) -> None:
    stage.now += MINUTE_MS
    phone = stage.phone()
    phone.actor = stage.people[Role.FINANCE, 0]
    entry = CheckIn(phone).start()
    phone.push()
    assert stage.state(entry)[0] == "refused"
    assert stage.all("conflict") == []


# --- words ------------------------------------------------------------------------------------------------------------------
def test_every_rule_has_its_words_in_both_languages() -> None:
    assert set(CONFLICT_WORDS) == set(ConflictRule)
    for words in CONFLICT_WORDS.values():
        for sentence in (words.rule, words.told):
            assert sentence.zh.endswith("。")
            assert sentence.en.endswith(".")
        assert words.told.zh.count("。") >= 2, "what happened, what is safe, what to do"


# --- sides that come later --------------------------------------------------------------------------------------------------
def two_parts_and_a_third_to_come(stage: Stage) -> tuple[str, dict[str, Any], Phone]:
    """One damage on a door or a wheel, and who says roof, captured between the two, has not sent yet: (damage, conflict, who)."""
    one, two, late = stage.phone(), stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    damage = handover.damage()
    args = json.loads(handover.entries[1].body)["args"]
    stage.now += MINUTE_MS
    late.record("damage.record", {**args, "part": "roof"}, needs=[handover.entries[0].id])
    stage.now += MINUTE_MS
    two.record("damage.record", {**args, "part": "wheel"}, needs=[handover.entries[0].id])
    one.push()
    two.push()
    (conflict,) = [known for known in stage.all("conflict") if known["field"] == "part"]
    return damage, conflict, late


def version_of(stage: Stage, conflict: str) -> dict[str, int]:
    """What somebody who looks at it now says that he has seen."""
    stored = stage.stored("conflict", conflict)
    assert stored is not None
    return {conflict: stored.version}


def test_a_decision_over_fewer_sides_than_there_are_is_refused_and_may_be_said_again(stage: Stage) -> None:
    damage, conflict, late = two_parts_and_a_third_to_come(stage)
    boss = office(stage)
    said = {"conflict_id": conflict["id"], "choice": "side", "side": 1, "reason": "看过照片"}
    hasty = boss.record("conflict.decide", said, seen=version_of(stage, conflict["id"]))
    late.push()
    boss.push()
    assert outcome_of(stage, hasty) == {"state": "refused", "sides": 3}
    assert stage.state(hasty) == ("refused", ErrorCode.CONFLICT_GREW)
    assert (stage.the("conflict", conflict["id"])["state"], stage.the("damage", damage)["part"]) == ("open", "door")
    again = boss.record("conflict.decide", {**said, "side": 2}, seen=version_of(stage, conflict["id"]))
    boss.push()
    assert stage.state(again) == ("applied", None)
    assert stage.the("damage", damage)["part"] == "wheel"


def test_whoever_decides_second_is_told_of_the_first_decision_whatever_he_had_seen(stage: Stage) -> None:
    _, conflict, _ = two_parts_and_a_third_to_come(stage)
    boss, chief = office(stage), office(stage, Role.OPERATIONS)
    said = {"conflict_id": conflict["id"], "choice": "both", "reason": "看过照片"}
    second = chief.record("conflict.decide", said, seen=version_of(stage, conflict["id"]))
    decide(boss, conflict["id"], choice="side", side=1, seen=version_of(stage, conflict["id"]))
    chief.push()
    assert outcome_of(stage, second)["rule"] == "decided_twice"


def test_what_was_chosen_stays_chosen_when_a_side_of_earlier_capture_comes(stage: Stage) -> None:
    damage, conflict, late = two_parts_and_a_third_to_come(stage)
    decide(office(stage), conflict["id"], choice="side", side=1)
    late.push()
    now = stage.the("conflict", conflict["id"])
    parts = [side["values"]["part"] for side in now["sides"]]
    assert parts[:3] == ["door", "roof", "wheel"]
    assert stage.the("damage", damage)["part"] == "wheel"
    assert now["sides"][now["chosen"]]["entry"] == conflict["sides"][1]["entry"]
