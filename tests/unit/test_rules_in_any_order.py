"""Two devices did the same thing offline: whatever reaches the server first, the same stands and nothing either said is lost."""

from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records.conflicts import Conflict
from tests.support.hosts import Host
from tests.support.offline import captured, last, out, rising
from tests.support.stage import CheckIn, Stage

names = count()
inspections = st.fixed_dictionaries(
    {"value": st.sampled_from([12_000, 12_100, 12_200]),
     "acceptance": st.sampled_from(["intact", "minor_damage", "severe_damage"]),
     "damage": st.sampled_from([None, "minor_damage", "severe_damage"])}
)  # fmt: skip
turns = st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=12)
"""Who pushes next, and how many entries."""


def arrive(pair: tuple[CheckIn, CheckIn], order: list[tuple[bool, int]]) -> None:
    """Both journals reach the server in pieces, interleaved; whatever is left comes at the end, with a repeat of it all."""
    for second, size in order:
        phone = pair[second].phone
        if phone.journal.outbox:
            phone.push(phone.journal.request(phone.stage.now, limit=size))
    for handover in pair:
        request = handover.phone.request()
        handover.phone.push(request)
        handover.phone.stage.push(request)


def what_stands(stage: Stage, pair: tuple[CheckIn, CheckIn]) -> dict[str, Any]:
    """Everything that may not depend on the order of arrival, with the two handovers named 0 and 1."""
    number = {one.id: index for index, one in enumerate(pair)}
    asset, rental = stage.the("asset", stage.van), stage.the("rental", stage.rental)
    records = [stage.the("handover", one.id) for one in pair]
    damages = {one["id"]: number[one["handover_id"]] for one in stage.all("damage")}
    conflicts = [
        (one["rule"], one["state"], one["standing"], one["differs"], [number.get(side["handover_id"]) for side in one["sides"]])
        for one in stage.all("conflict")
    ]
    return {
        "asset": [asset["state"], asset["rental_id"] == stage.rental, asset["readings"]["odometer"]["value"]],
        "counts": [number.get(asset["last_return_id"]), number.get(asset["baseline"])],
        "rental": [rental["state"], rental["assets"][stage.van]["state"]],
        "conflicts": sorted(conflicts, key=repr),
        "supplements": [(number.get(one["supplement_of"]), sorted(number[key] for key in one["supplements"])) for one in records],
        "flags": [sorted(one["flags"]) for one in records],
        "clusters": sorted((damages[one["id"]], damages.get(one["clustered_with"] or "")) for one in stage.all("damage")),
        "told": [stage.state(last(one))[0] for one in pair],
    }  # fmt: skip


def played(host: Host, type_: str, both: list[dict[str, Any]], order: list[tuple[bool, int]]) -> dict[str, Any]:
    """A company, two handovers made offline, this order of arrival: what stands. Nothing either said is lost."""
    stage = Stage(host, f"any order {id(host)} {next(names)}")
    rising(stage)
    rental = None
    if type_ == "check_in":
        out(stage)
    else:
        rental = stage.ids.new()
        stage.do(stage.rental_of(rental, [stage.van]))
    phones = (stage.phone(), stage.phone())
    pair = (
        captured(stage, phones[0], type_=type_, **both[0]),
        captured(stage, phones[1], type_=type_, rental=rental, **both[1]),
    )
    arrive(pair, order)
    rule = "checked_in_twice" if type_ == "check_in" else "checked_out_twice"
    found = [Conflict.model_validate(one) for one in stage.all("conflict") if one["rule"] == rule]
    assert [[side.entry for side in one.sides] for one in found] == [[last(one).id for one in pair]], "both sides are named"
    for said, handover in zip(both, pair, strict=True):
        record = stage.the("handover", handover.id)
        assert (record["state"], record["acceptance"]) == ("complete", said["acceptance"])
        assert (len(record["photos"]), len(record["signatures"])) == (2, 2)
        assert record["readings"]["odometer"]["value"] == said["value"]
        assert [stage.the("damage", one)["severity"] for one in record["damages"]] == [said["damage"]] * bool(said["damage"])
    return what_stands(stage, pair)


@settings(max_examples=10)
@given(both=st.lists(inspections, min_size=2, max_size=2), order=turns, type_=st.sampled_from(["check_in", "check_out"]))
def test_the_order_of_arrival_decides_nothing(
    host: Host, both: list[dict[str, Any]], order: list[tuple[bool, int]], type_: str
) -> None:
    """In one company the first device arrives whole and then the second, in another they come in any pieces."""
    assert played(host, type_, both, order) == played(host, type_, both, [(False, 99)])
