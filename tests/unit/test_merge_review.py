"""Fields whose contradictions a person decides (policy `review`): no word that nobody replaced goes without a trace."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.merge import MergePolicy
from sync.merge import Verdict
from tests.support.stage import MINUTE_MS, CheckIn, Stage
from tests.unit.test_conflicts import decide, office, outcome_of
from tests.unit.test_merge import Field, Word, in_any_order, words


def review() -> Field:
    return Field(MergePolicy.REVIEW)


def test_review_keeps_both_and_lets_a_person_decide() -> None:
    field = review()
    assert field.write("minor", "a") is Verdict.SET
    assert field.write("severe", "b", ms=99) is Verdict.CONFLICT
    assert (field.value, field.history) == ("minor", ["severe"])
    assert field.write("severe", "office", seen=field.version) is Verdict.SET


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
def test_who_said_the_same_unknowing_is_contradicted_by_whoever_had_seen_only_the_other(first: str, second: str) -> None:
    field = review()
    field.write("minor", first)
    seen = field.version
    assert field.write("minor", second) is Verdict.SET, "a word of its own, with a version of its own"
    assert field.write("severe", "c", seen=seen) is Verdict.CONFLICT
    assert (field.value, field.raw["d"], field.history) == ("minor", second, ["severe"])
    assert field.write("severe", first) is Verdict.CONFLICT, "not only his own former word stands"
    assert field.write("severe", "c", seen=field.version) is Verdict.SET


def test_the_first_of_those_who_say_the_same_stands() -> None:
    field = review()
    for device in "abc":
        field.write("minor", device)
    assert (field.raw["d"], [one["d"] for one in field.raw["l"]]) == ("a", ["b", "c"])
    field.write("minor", "d", seen=1)
    assert (field.raw["d"], [one["d"] for one in field.raw["l"]]) == ("b", ["c", "d"]), "the one he had seen is replaced"


def test_one_entry_saying_the_same_twice_says_it_once() -> None:
    field = review()
    field.write("minor", "a")
    field.version -= 1
    assert field.write("minor", "a") is Verdict.KEPT


def test_that_there_is_none_is_a_word_too() -> None:
    field = review()
    field.write(None, "a")
    assert field.write(100, "b") is Verdict.CONFLICT
    assert (field.value, field.history) == (None, [100])


@given(said=words(["x", "y", None]), first=st.integers(0, 3))
def test_every_word_that_nobody_replaced_stands_or_is_told_in_any_order(said: list[Word], first: int) -> None:
    def saw(one: int, other: int) -> bool:
        (_, device, _, seen), former = said[one], said[other][1]
        return one > other and (device == former or other < min(seen, first))

    live = [at for at in range(len(said)) if not any(saw(later, at) for later in range(len(said)))]
    for order in in_any_order(said, first):
        field, told = review(), set()
        for at in order:
            value, device, ms, seen = said[at]
            if field.write(value, device, ms, min(seen, first, at) or -1, place=at + 1) is Verdict.CONFLICT:
                told.add(at)
        kept = {order[int(one["e"][1:]) - 1] for one in field.raw.get("k", [])}
        assert {at for at in live if said[at][0] != field.value} <= told & kept, order
        assert field.value in {said[at][0] for at in live}, order


@pytest.mark.parametrize("knew", ["nobody", "the first"])
def test_who_said_the_same_unknowing_is_told_when_a_person_decides_otherwise(stage: Stage, knew: str) -> None:
    """Two give one damage the same severity, a third another one, knowing of none of them or of the first's; the office follows
    him."""
    one, two, three = stage.phone(), stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    damage = handover.damage(severity="minor_damage")
    one.push()
    first, said = stage.stored("damage", damage), json.loads(handover.entries[1].body)["args"]
    assert first is not None
    stage.now += MINUTE_MS
    same = two.record("damage.record", said)
    two.push()
    stage.now += MINUTE_MS
    seen = {damage: first.version} if knew == "the first" else {}
    other = three.record("damage.record", {**said, "severity": "severe_damage"}, seen=seen)
    three.push()
    assert outcome_of(stage, other)["state"] == "conflict"
    assert stage.the("damage", damage)["severity"] == "minor_damage"
    conflict = next(one for one in stage.all("conflict") if one["field"] == "severity")
    stands = same if knew == "the first" else handover.entries[1]
    assert [side["entry"] for side in conflict["sides"]] == [stands.id, other.id]
    decide(office(stage), conflict["id"], choice="side", side=1)
    stored = stage.stored("damage", damage)
    assert stored is not None
    history, standing = stored.meta["severity"].history, stored.data["severity"]
    assert (standing, stored.meta["severity"].live) == ("severe_damage", [])
    assert {one["e"] for one in history} == {stands.id, same.id, other.id}
    if same is not stands:
        assert outcome_of(stage, same)["lost"] == {f"damage/{damage}": ["severity"]}
