"""The eight policies: what stands after two values met, in whatever order they came, and that no loser is dropped."""

import copy
import json
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.merge import MergePolicy
from schemas.records import RECORDS
from sync import hlc
from sync.merge import HISTORY_MAX, FieldMeta, Stamp, Verdict, merge_field
from sync.unit import DEFAULTS, POLICIES, RecordWriter, Touched
from tests.support.stage import CheckIn, Stage

P = MergePolicy
Write = tuple[Any, str, int]
"""(value, device, HLC milliseconds)"""


class Field:
    """One field and its memory, through its stored form after every write, as a store keeps it."""

    def __init__(self, policy: MergePolicy, value: Any = None) -> None:
        self.policy, self.value, self.raw, self.version = policy, value, dict[str, Any](), 0

    def write(self, value: Any, device: str = "a", ms: int = 1, seen: int = -1) -> Verdict:
        self.version += 1
        meta = FieldMeta.load(self.raw)
        before, given = copy.deepcopy(self.value), copy.deepcopy(value)
        stamp = Stamp(self.version, hlc.encode(ms, 0), device, f"e{self.version}", seen)
        present = self.value
        self.value, verdict = merge_field(self.policy, present, meta, value, stamp)
        assert present == before, "the value that stood is never changed in place"
        assert value == given
        self.raw = meta.dump()
        assert FieldMeta.load(self.raw).dump() == self.raw
        return verdict

    @property
    def history(self) -> list[Any]:
        return [item["value"] for item in self.raw.get("k", [])]


def test_immutable_is_set_once_and_a_second_value_is_a_conflict() -> None:
    field = Field(P.IMMUTABLE)
    assert field.write(None) is Verdict.SET
    assert field.write(5, "b") is Verdict.SET, "nothing was said before"
    assert field.write(5, "c") is Verdict.KEPT
    assert field.write(6, "d", seen=99) is Verdict.CONFLICT
    assert (field.value, field.history) == (5, [6])


def test_last_writer_lets_whoever_had_seen_it_overwrite_whatever_his_clock_says() -> None:
    field = Field(P.LAST_WRITER)
    field.write("first", "a", ms=100)
    assert field.write("second", "b", ms=1, seen=1) is Verdict.SET
    assert field.write("third", "b", ms=0) is Verdict.SET, "the same device always follows itself"
    assert (field.value, field.history) == ("third", [])


def test_last_writer_compares_clocks_when_neither_had_seen_the_other() -> None:
    field = Field(P.LAST_WRITER)
    field.write("a", "a", ms=10)
    assert field.write("earlier", "b", ms=9) is Verdict.LOST
    assert field.write("later", "b", ms=11) is Verdict.SET
    assert field.write("tie", "a", ms=11) is Verdict.LOST, "ties go by device"
    assert (field.value, field.history) == ("later", ["earlier", "a", "tie"])


def test_review_keeps_both_and_lets_a_person_decide() -> None:
    field = Field(P.REVIEW)
    assert field.write("minor", "a") is Verdict.SET
    assert field.write("minor", "b") is Verdict.KEPT
    assert field.write("severe", "b", ms=99) is Verdict.CONFLICT
    assert (field.value, field.history) == ("minor", ["severe"])
    assert field.write("severe", "office", seen=field.version) is Verdict.SET


def test_server_takes_what_the_server_says() -> None:
    field = Field(P.SERVER)
    for value in (1, 5, 2):
        assert field.write(value, str(value)) is Verdict.SET
    assert field.write(2, "x") is Verdict.KEPT
    assert (field.value, field.history) == (2, [])


def test_an_add_wins_over_a_remove_that_had_not_seen_it() -> None:
    field = Field(P.UNION, {})
    field.write({"photo": 1}, "a")
    assert field.write({"photo": None}, "b") is Verdict.LOST
    assert field.value == {"photo": 1}
    assert [(lost["value"], lost["e"], lost["why"]) for lost in field.raw["i"]["photo"]["k"]] == [(None, "e2", "union")]
    assert field.write({"photo": None}, "b", seen=field.version) is Verdict.SET
    assert field.value == {}
    assert field.write({"photo": 1}, "a") is Verdict.SET, "added again"
    assert field.write({"photo": None}, "a") is Verdict.SET, "whoever added it may take it back"
    assert field.write({"photo": None}, "a") is Verdict.KEPT


def test_a_unions_keys_are_each_their_own() -> None:
    field = Field(P.UNION, {"old": 0})
    assert field.write({"x": 1, "y": 2}, "a", ms=5) is Verdict.SET
    assert field.write({"x": 9, "z": 3}, "b", ms=4) is Verdict.LOST
    assert field.value == {"old": 0, "x": 1, "y": 2, "z": 3}
    assert field.raw["i"]["x"]["k"][0]["value"] == 9, "the value that lost is in its key's history"


def test_history_is_bounded_and_keeps_the_newest() -> None:
    field = Field(P.REVIEW)
    field.write(0, "a")
    for value in range(1, HISTORY_MAX + 6):
        field.write(value, "b")
    assert field.history == list(range(6, HISTORY_MAX + 6))


# --- properties ---------------------------------------------------------------------------------------------------------
numbers = st.lists(st.integers(-1000, 1000), min_size=1, max_size=5)


def final(policy: MergePolicy, writes: list[Write], start: Any = None) -> Any:
    field = Field(policy, copy.deepcopy(start))
    for value, device, ms in writes:
        field.write(value, device, ms)
    return field.value


@pytest.mark.parametrize(("policy", "expected"), [(P.MAX, max), (P.MIN, min), (P.COUNTER, sum)])
@given(values=numbers)
def test_numbers_do_not_care_for_order(policy: MergePolicy, expected: Any, values: list[int]) -> None:
    writes = [(value, f"d{index}", index) for index, value in enumerate(values)]
    for order in permutations(writes):
        assert final(policy, list(order)) == expected(values)


distinct = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=5).map(
    lambda pairs: [(value, f"d{index}", ms) for index, (value, ms) in enumerate(pairs)]
)
"""Writes of different devices that have seen nothing of each other; values and clocks often equal."""


@given(writes=distinct)
def test_concurrent_last_writers_come_to_the_same_in_any_order(writes: list[Write]) -> None:
    expected = max(writes, key=lambda write: (write[2], write[1]))[0]
    for order in permutations(writes):
        assert final(P.LAST_WRITER, list(order)) == expected


Word = tuple[str, str, int, int]
"""(value, device, milliseconds after whatever its writer knew, how many of the first words its writer had seen)."""
words = st.lists(
    st.tuples(st.sampled_from("xy"), st.sampled_from("abc"), st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=6
)  # fmt: skip


def timed(said: list[Word], first: int) -> list[tuple[int, Word]]:
    """The words with their clocks: later than everything their writer had seen or said."""
    clocks: list[tuple[int, Word]] = []
    for at, word in enumerate(said):
        known = [ms for other, (ms, past) in enumerate(clocks) if past[1] == word[1] or other < min(word[3], first, at)]
        clocks.append((max(known, default=0) + word[2], word))
    return clocks


@given(said=words, first=st.integers(0, 3))
def test_words_said_again_come_to_the_same_in_any_order(said: list[Word], first: int) -> None:
    """Some words stand in this order, and were seen or not; the others come in any order that keeps each device's own."""
    clocks = timed(said, first)
    expected = max(clocks, key=lambda one: (one[0], one[1][1]))[1][0]
    rest = clocks[first:]
    for order in permutations(range(len(rest))):
        own = [(rest[at][1][1], at) for at in order]
        if any(a[0] == b[0] and a[1] > b[1] for index, a in enumerate(own) for b in own[index + 1 :]):
            continue
        field, versions = Field(P.LAST_WRITER), [0]
        for ms, (value, device, _, seen) in [*clocks[:first], *(rest[at] for at in order)]:
            had = versions[min(seen, first, len(versions) - 1)]
            kept = field.write(value, device, ms, seen=had or -1) is Verdict.KEPT
            versions.append(versions[-1] if kept else field.version)
        assert field.value == expected, (order, clocks)


@given(writes=distinct, keys=st.lists(st.sampled_from("xyz"), min_size=5, max_size=5))
def test_concurrent_unions_come_to_the_same_in_any_order(writes: list[Write], keys: list[str]) -> None:
    named: list[Write] = [({key: value}, device, ms) for key, (value, device, ms) in zip(keys, writes, strict=False)]
    expected = {
        key: max((ms, device, value[key]) for value, device, ms in named if key in value)[2]
        for key in {key for value, _, _ in named for key in value}
    }
    for order in permutations(named):
        assert final(P.UNION, list(order), {}) == expected


@given(adds=st.lists(st.sampled_from("xyz"), max_size=4), removes=st.lists(st.sampled_from("xyz"), max_size=3))
def test_an_add_wins_in_any_order(adds: list[str], removes: list[str]) -> None:
    writes: list[Write] = [({key: True}, f"a{index}", 1) for index, key in enumerate(adds)]
    writes += [({key: None}, f"r{index}", 9) for index, key in enumerate(removes)]
    for order in permutations(writes[:6]):
        assert set(final(P.UNION, list(order), {})) == {key for value, _, _ in order for key in value if value[key]}


@given(writes=distinct)
def test_no_contradiction_is_dropped(writes: list[Write]) -> None:
    """Every value ever written stands or is in the history, for all policies that choose."""
    for policy in (P.IMMUTABLE, P.LAST_WRITER, P.REVIEW, P.MAX, P.MIN):
        field = Field(policy)
        for value, device, ms in writes:
            field.write(value, device, ms)
        assert {value for value, _, _ in writes} <= {field.value, *field.history}


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=20))
def test_one_device_alone_always_sees_its_last_word(steps: list[tuple[int, bool]]) -> None:
    for policy in (P.LAST_WRITER, P.REVIEW, P.SERVER):
        assert final(policy, [(value, "a", 1) for value, _ in steps]) == steps[-1][0]


# --- clocks -------------------------------------------------------------------------------------------------------------
@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**12), max_size=20))
def test_a_clock_only_goes_forward(start: int, walls: list[int]) -> None:
    last = hlc.encode(start, 0)
    for wall in walls:
        following = hlc.tick(last, wall)
        assert following > last
        assert hlc.decode(following)[0] >= wall
        last = following


def test_a_clock_far_ahead_is_capped_at_the_receipt() -> None:
    assert hlc.capped(hlc.encode(1_000_000, 3), 1_000_000) == hlc.encode(1_000_000, 3)
    assert hlc.capped(hlc.encode(1_060_000, 3), 1_000_000) == hlc.encode(1_060_000, 3)
    assert hlc.capped(hlc.encode(1_060_001, 3), 1_000_000) == hlc.encode(1_060_000, 0)
    assert hlc.tick(hlc.encode(5, 0xFFFF), 1) == hlc.encode(6, 0)
    for ms, counter in ((-1, 0), (10**13, 0), (0, -1), (0, 2**16)):
        with pytest.raises(ValueError, match="out of range"):
            hlc.encode(ms, counter)


# --- on records ---------------------------------------------------------------------------------------------------------
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


def test_a_later_word_on_the_same_value_counts_against_one_in_between() -> None:
    """A says x at 1, B says x at 5, C says y at 3, none having seen another: B spoke last, x stands — in any order."""
    field = Field(P.LAST_WRITER)
    assert field.write("x", "a", ms=1) is Verdict.SET
    assert field.write("x", "b", ms=5) is Verdict.SET
    assert field.write("x", "d", ms=4) is Verdict.KEPT, "said again, but earlier"
    assert field.write("y", "c", ms=3, seen=1) is Verdict.LOST, "seen was only the first saying"


def test_an_equal_value_said_later_takes_a_version_and_one_said_earlier_none(stage: Stage) -> None:
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
    assert (after.version, again.version, after.data) == (before.version + 1, after.version, before.data)
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
