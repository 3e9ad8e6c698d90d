"""The eight policies: what stands after two values met, in whatever order they came, and that no loser is dropped."""

import copy
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.merge import MergePolicy
from sync import hlc
from sync.merge import HISTORY_MAX, FieldMeta, Stamp, Verdict, merge_field, place_of

P = MergePolicy
Write = tuple[Any, str, int]
"""(value, device, HLC milliseconds)"""


class Field:
    """One field and its memory, through its stored form after every write, as a store keeps it."""

    def __init__(self, policy: MergePolicy, value: Any = None) -> None:
        self.policy, self.value, self.raw, self.version = policy, value, dict[str, Any](), 0
        self.beaten: list[str] = []

    def write(self, value: Any, device: str = "a", ms: int = 1, seen: int = -1, place: int | None = None) -> Verdict:
        """`place` in the device's journal; without it behind all before."""
        self.version += 1
        meta = FieldMeta.load(self.raw)
        before, given = copy.deepcopy(self.value), copy.deepcopy(value)
        stamp = Stamp(self.version, hlc.encode(ms, 0), device, f"e{self.version}", seen, self.version if place is None else place)
        present = self.value
        self.value, verdict = merge_field(self.policy, present, meta, value, stamp, self.beaten)
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


def test_who_said_the_same_before_it_was_said_again_has_lost_once_it_goes_unseen() -> None:
    field = Field(P.LAST_WRITER)
    field.write("blocked", "a", ms=1)
    assert field.write("blocked", "b", ms=2) is Verdict.SET, "said again, by somebody who had not seen it"
    assert field.history == [], "it has not lost"
    assert field.write("free", "b", ms=3) is Verdict.SET
    assert (field.value, field.history, field.beaten) == ("free", ["blocked"], ["e1"])
    field.write("blocked", "c", ms=4)
    seen = field.version
    field.write("blocked", "d", ms=5)
    assert field.write("gone", "d", ms=6, seen=seen) is Verdict.SET
    assert "e4" not in field.beaten, "seen before it went"


def test_who_said_the_same_with_an_earlier_clock_has_lost_too_once_it_goes_unseen() -> None:
    """A says x at 10, B says x at 5, C says y at 20, none having seen another: in any order A and B are told."""
    for order in permutations([("x", "a", 10), ("x", "b", 5), ("y", "c", 20)]):
        field = Field(P.LAST_WRITER)
        lost = [f"e{field.version}" for value, device, ms in order if field.write(value, device, ms) is Verdict.LOST]
        assert field.value == "y"
        assert {*lost, *field.beaten} == {f"e{at}" for at, (value, _, _) in enumerate(order, 1) if value == "x"}
        assert field.history == ["x", "x"]


def test_a_later_word_on_the_same_value_counts_against_one_in_between() -> None:
    """A says x at 1, B says x at 5, C says y at 3, none having seen another: B spoke last, x stands — in any order."""
    field = Field(P.LAST_WRITER)
    assert field.write("x", "a", ms=1) is Verdict.SET
    assert field.write("x", "b", ms=5) is Verdict.SET
    assert field.write("x", "d", ms=4) is Verdict.SET, "said again, but earlier: x goes on standing by b's word"
    assert field.write("y", "c", ms=3, seen=1) is Verdict.LOST, "seen was only the first saying"


def test_who_changes_what_he_said_himself_takes_nothing_from_himself() -> None:
    field = Field(P.LAST_WRITER)
    field.write("x", "a", ms=1)
    field.write("x", "b", ms=2)
    field.write("y", "a", ms=3)
    assert (field.value, field.history, field.beaten) == ("y", ["x"], ["e2"]), "not his own first word"


@pytest.mark.parametrize("policy", [P.LAST_WRITER, P.REVIEW])
def test_what_a_device_said_before_its_own_later_word_changes_nothing_when_it_is_judged_late(policy: MergePolicy) -> None:
    field = Field(policy)
    field.write("later", "a", ms=1, place=9)
    assert field.write("earlier", "a", ms=5, place=5) is Verdict.SET, "whatever its clock"
    assert (field.value, field.history) == ("later", [])
    assert field.write("of a newer epoch", "a", ms=0, place=place_of(1, 1)) is Verdict.SET
    assert (field.value, field.history) == ("of a newer epoch", [])


@pytest.mark.parametrize("place", [place_of(0, 99), place_of(-1, 2), place_of(-1, 99)])
def test_what_a_copy_of_the_device_said_in_an_epoch_left_since_or_in_an_annex_meets_it_like_a_strangers_word(place: int) -> None:
    field = Field(P.LAST_WRITER)
    field.write("a", "a", ms=5, place=place_of(1, 4))
    assert field.write("too early", "a", ms=4, place=place) is Verdict.LOST
    assert field.write("later", "a", ms=6, place=place + 1) is Verdict.SET
    assert (field.value, field.history, field.beaten) == ("later", ["too early", "a"], ["e1"])
    field = Field(P.REVIEW)
    field.write("a", "a", place=place_of(1, 4))
    assert field.write("b", "a", place=place) is Verdict.CONFLICT


def test_a_removal_judged_late_takes_away_nothing_its_device_added_after_it() -> None:
    field = Field(P.UNION, {})
    field.write({"k": 1}, "b", ms=1)
    field.write({"k": 2}, "a", ms=9, place=9)
    assert (field.value, field.beaten) == ({"k": 2}, ["e1"])
    assert field.write({"k": None}, "a", ms=5, place=5) is Verdict.SET
    assert field.value == {"k": 2}
    assert [one["e"] for one in field.raw["i"]["k"]["k"]] == ["e1"], "who had lost does not stand again"


def test_a_smaller_word_of_ones_own_is_kept_when_a_larger_one_is_judged_late() -> None:
    field = Field(P.MAX)
    field.write(7, "a", place=9)
    assert field.write(9, "a", place=5) is Verdict.SET
    assert (field.value, field.history) == (9, [7])


def test_one_entry_saying_the_same_twice_says_it_once() -> None:
    meta, stamp = FieldMeta(), Stamp(1, hlc.encode(1, 0), "a", "e1")
    assert merge_field(P.LAST_WRITER, None, meta, "x", stamp) == ("x", Verdict.SET)
    assert merge_field(P.LAST_WRITER, "x", meta, "x", stamp) == ("x", Verdict.KEPT)


def test_who_had_seen_a_word_and_says_it_again_speaks_for_it() -> None:
    field = Field(P.LAST_WRITER)
    field.write("x", "a", ms=1)
    field.write("x", "b", ms=2, seen=1)
    field.write("y", "c", ms=3)
    assert (field.value, field.history, field.beaten) == ("y", ["x"], ["e2"])


def test_however_many_say_the_same_no_loser_leaves_the_history_and_all_are_told() -> None:
    field = Field(P.LAST_WRITER)
    field.write("lost", "a", ms=1)
    for number in range(HISTORY_MAX + 5):
        field.write("x", f"d{number:02}", ms=2 + number)
    assert field.history == ["lost"]
    field.write("y", "z", ms=99)
    assert field.beaten == [f"e{version}" for version in range(1, HISTORY_MAX + 7)]


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
    assert field.write({"photo": None}, "a") is Verdict.SET, "a later word like any other"
    assert field.write({"late": None}, "a", place=99) is Verdict.SET, "what it takes away may still come"
    assert field.write({"late": 1}, "a", place=98) is Verdict.SET
    assert field.value == {}


def test_an_add_of_the_same_that_the_remover_had_not_seen_stands_in_any_order() -> None:
    """B adds k, A adds it later without having seen B, A takes it away: B's word stands, and A is told."""
    add_b, add_a, remove = ({"k": True}, "b", 1), ({"k": True}, "a", 5), ({"k": None}, "a", 9)
    for order in ([add_b, add_a, remove], [add_a, add_b, remove], [add_a, remove, add_b]):
        field = Field(P.UNION, {})
        lost = [f"e{field.version}" for value, device, ms in order if field.write(value, device, ms) is Verdict.LOST]
        assert field.value == {"k": True}
        assert [*lost, *field.beaten] == [f"e{order.index(remove) + 1}"]
        assert [(one["value"], one["why"]) for one in field.raw["i"]["k"]["k"]] == [(None, "union")]


def test_an_add_that_had_lost_stands_again_when_what_it_lost_to_is_taken_away() -> None:
    field = Field(P.UNION, {})
    field.write({"k": 1}, "a", ms=1)
    field.write({"k": 2}, "b", ms=2)
    assert (field.value, field.beaten) == ({"k": 2}, ["e1"])
    assert [(one["e"], one["why"]) for one in field.raw["i"]["k"]["k"]] == [("e1", "last_writer")]
    assert field.write({"k": None}, "b", ms=3) is Verdict.LOST, "the first add it had not seen"
    assert field.value == {"k": 1}
    assert [one["e"] for one in field.raw["i"]["k"]["k"]] == ["e3"]


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


Word = tuple[str | None, str, int, int]
"""(value, or None for a removal; device; HLC milliseconds; how many of the first words its writer had seen)."""


def words(values: list[str | None]) -> st.SearchStrategy[list[Word]]:
    one = st.tuples(st.sampled_from(values), st.sampled_from("abc"), st.integers(1, 4), st.integers(0, 3))
    return st.lists(one, min_size=1, max_size=6).map(knowing_no_less)


def knowing_no_less(said: list[Word]) -> list[Word]:
    """A device knows whatever it knew when it spoke before."""
    most: dict[str, int] = {}
    grown = []
    for value, device, ms, seen in said:
        most[device] = max(seen, most.get(device, 0))
        grown.append((value, device, ms, most[device]))
    return grown


def in_any_order(said: list[Word], first: int) -> list[list[int]]:
    """The first words in this order, the others in any: what a device said before its own later word may be judged after it."""
    return [[*range(min(first, len(said))), *order] for order in permutations(range(first, len(said)))]


def check_any_order(said: list[Word], first: int, key: str | None = None) -> None:
    """In every order of arrival the same stands: of the words nobody replaced who knew them, the greatest. Whoever said something
    else, and was not replaced, is told and in the history; nobody is told whom no greater word of somebody else contradicted."""

    def saw(one: int, other: int) -> bool:
        (_, device, _, seen), former = said[one], said[other][1]
        return one > other and (device == former or other < min(seen, first))

    def rank(at: int) -> tuple[bool, int, str]:
        value, device, ms, _ = said[at]
        return value is not None, ms, device

    live = [at for at in range(len(said)) if not any(saw(later, at) for later in range(len(said)))]
    stands = said[max(live, key=rank)][0]
    losers = {at for at in live if said[at][0] != stands}
    contradicted = {
        at for at in range(len(said)) for by in range(len(said))
        if said[by][0] != said[at][0] and rank(by) > rank(at) and not saw(by, at)
    }  # fmt: skip
    for order in in_any_order(said, first):
        field = Field(P.LAST_WRITER if key is None else P.UNION)
        told = set()
        for at in order:
            value, device, ms, seen = said[at]
            one = value if key is None else {key: value}
            if field.write(one, device, ms, min(seen, first, at) or -1, place=at + 1) is Verdict.LOST:
                told.add(at)
        told |= {order[int(entry[1:]) - 1] for entry in field.beaten}
        now = field.value if key is None else field.value.get(key)
        kept = field.raw.get("k", []) if key is None else field.raw["i"][key].get("k", [])
        assert now == stands, order
        assert losers <= told <= contradicted, order
        assert losers <= {order[int(one["e"][1:]) - 1] for one in kept}, order


@given(said=words(["x", "y"]), first=st.integers(0, 3))
def test_words_come_to_the_same_and_the_same_are_told_in_any_order(said: list[Word], first: int) -> None:
    check_any_order(said, first)


@given(said=words(["x", "y", None]), first=st.integers(0, 3))
def test_adds_and_removes_come_to_the_same_and_the_same_are_told_in_any_order(said: list[Word], first: int) -> None:
    check_any_order([("x", "z", 1, 0), *said], first + 1, "k")


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


def test_what_a_device_said_in_an_annex_is_not_known_to_it_in_an_epoch() -> None:
    """It was admitted from a copy of the device, which need not know of it: whoever writes on has not seen it."""
    field = Field(P.LAST_WRITER)
    field.write("admitted", "a", ms=10, place=place_of(-1, 3))
    assert field.write("own", "a", ms=1, place=place_of(0, 5)) is Verdict.LOST
    assert (field.value, field.history) == ("admitted", ["own"])
