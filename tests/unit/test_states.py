"""The state machines: whole, reachable, drawn; a step not listed is refused by name."""

import pytest

from schemas import drawn
from schemas.errors import ErrorCode
from schemas.states import MACHINES, RENTAL, STAYS, Machine, judge_step
from server.domain import steps
from sync.unit import DEFAULTS, Refusal

EVERY = list(MACHINES.values())


@pytest.mark.parametrize("machine", EVERY, ids=list(MACHINES))
def test_a_machine_is_whole(machine: Machine) -> None:
    states = [state.id for state in machine.states]
    assert len(set(states)) == len(states)
    assert len({step.id for step in machine.steps}) == len(machine.steps)
    assert machine.start in states
    for step in machine.steps:
        assert set(step.sources) <= set(states), step.id
        assert step.target == STAYS or step.target in states, step.id


@pytest.mark.parametrize("machine", EVERY, ids=list(MACHINES))
def test_every_state_is_reached_from_the_start(machine: Machine) -> None:
    reached, grown = {machine.start}, True
    while grown:
        more = {step.target for step in machine.steps if step.target and reached & set(step.sources)} - reached
        reached, grown = reached | more, bool(more)
    assert reached == {state.id for state in machine.states}


@pytest.mark.parametrize("machine", EVERY, ids=list(MACHINES))
def test_every_state_that_is_not_final_is_left_by_a_step(machine: Machine) -> None:
    left = dict.fromkeys((state.id for state in machine.states), False)
    for step in machine.steps:
        for source in step.sources:
            left[source] |= step.target not in (STAYS, source) and step.is_fact == (source in machine.left_by_fact)
    assert [state for state, is_left in left.items() if is_left == (state in machine.final)] == []


def test_a_step_says_where_it_leads_or_what_is_legal_instead() -> None:
    assert judge_step(RENTAL, "draft", "approve") == ("approved", ("edit", "edit_terms", "approve", "cancel"))
    assert judge_step(RENTAL, "out", "extend").target == "out"
    assert judge_step(RENTAL, "closed", "cancel") == (None, ())
    assert judge_step(RENTAL, "closed", "hand_out").target == "out", "a fact is never refused"
    with pytest.raises(KeyError):
        judge_step(RENTAL, "draft", "no_such_step")


def test_records_start_where_their_machine_does() -> None:
    assert DEFAULTS["rental"]["state"] == RENTAL.start
    for kind, field, machine in (
        ("rental_terms", "deposit_state", "deposit"), ("rental_terms", "insurance_state", "insurance"),
        ("contact", "state", "contact"), ("signer_authority", "state", "contact"), ("price_plan", "state", "price_plan"),
    ):  # fmt: skip
        assert DEFAULTS[kind][field] == MACHINES[machine].start


def test_the_drawings_are_of_these_machines() -> None:
    assert drawn.PAGE.read_text(encoding="utf-8") == drawn.page(), "run `python -m schemas.drawn`"


ILLEGAL = [
    (machine, state.id, step.id) for machine in EVERY for state in machine.states for step in machine.steps
    if state.id not in step.sources and not step.is_fact
]  # fmt: skip


@pytest.mark.parametrize(("machine", "state", "step"), ILLEGAL, ids=[f"{one.id}-{state}-{step}" for one, state, step in ILLEGAL])
def test_each_step_out_of_order_is_refused_by_name(machine: Machine, state: str, step: str) -> None:
    with pytest.raises(Refusal) as refused:
        steps.take(machine, state, step)
    assert refused.value.code == ErrorCode.STATE_ILLEGAL
    said = refused.value.detail
    assert (said["machine"], said["state"], said["step"]) == (machine.id, state, step)
    words = {one.id: (one.zh, one.en) for one in machine.states} | {one.id: (one.zh, one.en) for one in machine.steps}
    assert all(all(words[name]) for name in (state, step, *said["legal"])), "there is a word for each in both languages"
    assert step not in said["legal"]
