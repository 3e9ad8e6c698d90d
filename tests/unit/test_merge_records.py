"""Values that meet in records, entry by entry through the engine: what stands, who is told, who had seen what."""

import json
from typing import Any

import pytest

from schemas.actions.devices import DeviceRevoke
from schemas.merge import MergePolicy
from schemas.people import Role
from schemas.records import RECORDS
from sync import hlc
from sync.device import Recorded
from sync.merge import Stamp
from sync.unit import DEFAULTS, POLICIES, RecordWriter, Touched
from tests.support.stage import CheckIn, Phone, Stage
from tests.unit.test_quarantine import admit, aside

P = MergePolicy


def test_every_field_of_every_record_declares_its_policy_and_a_fitting_default() -> None:
    assert set(POLICIES) == set(RECORDS)
    for kind, policies in POLICIES.items():
        for name, policy in policies.items():
            if policy is P.UNION and name in DEFAULTS[kind]:
                assert DEFAULTS[kind][name] == {}, f"{kind}.{name}"


def test_two_people_contradicting_each_other_are_both_kept_and_told(stage: Stage) -> None:
    """Both record the same damage of one handover with another severity: a person decides."""
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    damage = handover.damage(severity="minor_damage")
    one.push()
    handover.phone = two
    handover.damage(damage, "severe_damage")
    pushed = two.push()
    assert [outcome.state for outcome in pushed.outcomes] == ["conflict"]
    assert "severity" in pushed.outcomes[0].detail["conflicts"][f"damage/{damage}"]
    assert stage.the("damage", damage)["severity"] == "minor_damage"
    stored = stage.stored("damage", damage)
    assert stored is not None
    assert [item["value"] for item in stored.meta["severity"].history] == ["severe_damage"]
    assert [one["state"] for one in stage.all("outcome")] == ["conflict"]


def test_whoever_is_overwritten_by_a_later_word_he_had_not_seen_is_told(stage: Stage) -> None:
    """The first one's entry was simply applied; when a later concurrent word wins, his outcome says that his value lost."""
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    damage = handover.damage()
    one.push()
    missing = {"accessory": "keys", "state": "missing"}
    first = handover.add("accessory.report", {**missing, "note": "一把"})
    pushed = one.push()
    assert [outcome.state for outcome in pushed.outcomes] == ["applied"]
    stage.now += 1000
    handover.phone = two
    handover.add("accessory.report", {**missing, "note": "两把"})
    pushed = two.push()
    assert [outcome.state for outcome in pushed.outcomes] == ["applied"]
    assert stage.the("handover", handover.id)["accessories"]["keys"]["note"] == "两把"
    told = stage.entry(first.id)
    assert told is not None
    assert (told.state, told.detail["lost"]) == ("merged", {f"handover/{handover.id}": ["accessories"]})
    outcomes = [(one["device_id"], one["seq"], one["state"]) for one in stage.all("outcome")]
    assert outcomes == [(one.id, first.seq, "merged")]
    assert stage.the("damage", damage)["size_mm"] is None


def test_whoever_had_seen_a_value_takes_nothing_from_anybody_by_changing_it(stage: Stage) -> None:
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    handover.add("accessory.report", {"accessory": "keys", "state": "missing"})
    one.push()
    stored = stage.stored("handover", handover.id)
    assert stored is not None
    handover.phone = two
    handover.add("accessory.report", {"accessory": "keys", "state": "present"}, seen={handover.id: stored.version})
    two.push()
    assert stage.the("handover", handover.id)["accessories"]["keys"]["state"] == "present"
    assert stage.all("outcome") == []


@pytest.mark.parametrize("order", ["ABC", "BAC", "CBA"])
def test_everybody_who_said_what_went_unseen_is_told_in_any_order(stage: Stage, order: str) -> None:
    phones = {name: stage.phone(Role.MANAGER, shared=False, type_="office") for name in "BAC"}
    entries = {}
    for name, colour in (("B", "red"), ("A", "red"), ("C", "blue")):
        entries[name] = phones[name].record("asset.edit", {"asset_id": stage.van, "colour": colour})
        stage.now += 1000
    for name in order:
        phones[name].push()
    assert stage.the("asset", stage.van)["colour"] == "blue"
    told = {name for name, entry in entries.items() if _lost(stage, entry.id) == {f"asset/{stage.van}": ["colour"]}}
    assert told == {"A", "B"}


@pytest.mark.parametrize("order", ["AB", "BA"])
def test_what_somebody_else_added_too_stands_when_it_is_removed_unseen_and_the_remover_is_told(stage: Stage, order: str) -> None:
    phones = {name: stage.phone(Role.MANAGER, shared=False, type_="office") for name in "AB"}
    add = {"asset_id": stage.van, "accessories": {"jack": True}}
    phones["B"].record("asset.edit", add)
    stage.now += 1000
    phones["A"].record("asset.edit", add)
    remove = phones["A"].record("asset.edit", {"asset_id": stage.van, "accessories": {"jack": None}})
    for name in order:
        phones[name].push()
    assert stage.the("asset", stage.van)["accessories"]["jack"] is True
    assert _lost(stage, remove.id) == {f"asset/{stage.van}": ["accessories"]}


@pytest.mark.parametrize("later", [{"jack": True}, {"jack": None}])
def test_what_waited_until_its_device_had_said_something_else_takes_nothing_back(stage: Stage, later: dict[str, Any]) -> None:
    """An edit waits for what nobody has, its device edits the same again, a manager lets the first take effect after all."""
    phone = stage.phone(Role.MANAGER, shared=False, type_="office")
    first = {"jack": None if later["jack"] else True}
    waiting = phone.record("asset.edit", {"asset_id": stage.van, "colour": "red", "accessories": first}, needs=[stage.ids.new()])
    stage.now += 1000
    phone.record("asset.edit", {"asset_id": stage.van, "colour": "blue", "accessories": later})
    phone.push()
    assert stage.state(waiting)[0] == "parked"
    boss = stage.phone(Role.MANAGER, shared=False, type_="office")
    boss.record("entry.ratify", {"entry_id": waiting.id, "reason": "等不到了"})
    boss.push()
    assert stage.the("asset", stage.van)["colour"] == "blue"
    assert stage.the("asset", stage.van)["accessories"].get("jack") == later["jack"]
    assert stage.state(waiting) == ("applied", None)


def test_what_is_admitted_was_said_after_what_its_device_knew(stage: Stage) -> None:
    phone = stage.phone(Role.MANAGER, shared=False, type_="office")
    edit_colour(stage, phone, "red")
    phone.push()
    stage.do(DeviceRevoke(device_id=phone.id))
    later = edit_colour(stage, phone, "blue")
    phone.push(phone.request())
    admit(stage, phone)
    assert stage.the("asset", stage.van)["colour"] == "blue"
    assert stage.state(later) == ("applied", None)


@pytest.mark.parametrize("order", [(0, 2), (2, 0)])
def test_in_any_order_of_admission_the_later_word_stands_and_the_other_is_told(stage: Stage, order: tuple[int, int]) -> None:
    phone = stage.phone(Role.MANAGER, shared=False, type_="office")
    stage.do(DeviceRevoke(device_id=phone.id))
    first = edit_colour(stage, phone, "red", seen={})
    phone.record("asset.edit", {"asset_id": stage.van, "label": "云A 77777"})
    edit_colour(stage, phone, "blue", seen={})
    phone.push(phone.request())
    kept = aside(stage, phone)
    for number in order:
        admit(stage, phone, [kept[number]])
    assert stage.the("asset", stage.van)["colour"] == "blue"
    assert _lost(stage, first.id) == {f"asset/{stage.van}": ["colour"]}


def test_two_copies_of_a_device_know_nothing_of_each_other(stage: Stage) -> None:
    """The second copy goes on in an epoch of its own, the first in the old one: admitted, its word meets the other's."""
    one = stage.phone(Role.MANAGER, shared=False, type_="office")
    edit_colour(stage, one, "white")
    one.push()
    two = one.copy()
    one.record("asset.edit", {"asset_id": stage.van, "label": "云A 77777"})
    one.push()
    two.record("asset.edit", {"asset_id": stage.van, "label": "云A 88888"})
    new_epoch = two.push(two.request()).new_epoch
    assert new_epoch is not None
    two.journal.adopt(new_epoch)
    said = edit_colour(stage, two, "red")
    two.push()
    edit_colour(stage, one, "blue", seen={})
    stage.push(one.request())
    admit(stage, one)
    assert stage.the("asset", stage.van)["colour"] == "blue", "said last"
    assert _lost(stage, said.id) == {f"asset/{stage.van}": ["colour"]}


def edit_colour(stage: Stage, phone: Phone, colour: str, seen: dict[str, int] | None = None) -> Recorded:
    """A second later than all before. `seen`: what stands there now, unless given."""
    stage.now += 1000
    stored = stage.stored("asset", stage.van)
    assert stored is not None
    args = {"asset_id": stage.van, "colour": colour}
    return phone.record("asset.edit", args, seen={stage.van: stored.version} if seen is None else seen)


def _lost(stage: Stage, entry_id: str) -> object:
    entry = stage.entry(entry_id)
    assert entry is not None
    return entry.detail.get("lost")


def test_an_equal_value_said_again_takes_a_version_whatever_its_clock(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    phone.push()
    record_id = handover.id

    def say(name: str, ms: int, device: str) -> None:
        def job(store: Any) -> None:
            writer = RecordWriter(store, stage.id, store.lock_organisation(stage.id) + 1, Touched())
            writer.write("handover", record_id, {"note": name}, Stamp(writer.version, hlc.encode(ms, 0), device, "e"), False)
            store.set_organisation_version(stage.id, writer.version)

        stage.write(job)

    say("x", 1, "a")
    before = stage.stored("handover", record_id)
    say("x", 5, "b")
    after = stage.stored("handover", record_id)
    say("x", 4, "d")
    again = stage.stored("handover", record_id)
    assert before is not None
    assert after is not None
    assert again is not None
    assert (after.version, again.version) == (before.version + 1, before.version + 2), "who has seen it is told from who has not"
    assert again.data == after.data == before.data
    say("y", 3, "c")
    assert stage.the("handover", record_id)["note"] == "x"


@pytest.mark.parametrize(("seen", "state"), [("before", "applied"), ("between", "applied"), ("never", "conflict")])
def test_who_is_concurrent_is_decided_on_the_fields_version(stage: Stage, seen: str, state: str) -> None:
    """The record has moved on since, but not in this field: whoever had seen the field's own value follows it."""
    one, two, three = stage.phone(), stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    damage = handover.damage(severity="minor_damage")
    one.push()
    first = stage.stored("damage", damage)
    handover.phone = two
    handover.photo("damage_close", damage_id=damage)
    two.push()
    moved = stage.stored("damage", damage)
    assert first is not None
    assert moved is not None
    assert moved.version > first.version, "the record has a newer version"
    assert moved.meta["severity"].version == first.version, "its severity has not"
    had = {"before": first.version, "between": moved.version - 1, "never": 0}[seen]
    said = json.loads(handover.entries[1].body)["args"]
    entry = three.record("damage.record", {**said, "severity": "severe_damage"}, seen={damage: had, handover.id: had})
    three.push()
    found = stage.entry(entry.id)
    assert found is not None
    assert found.detail.get("conflicts", {}).get(f"damage/{damage}", []).count("severity") == (state == "conflict")
    assert stage.the("damage", damage)["severity"] == ("minor_damage" if state == "conflict" else "severe_damage")
