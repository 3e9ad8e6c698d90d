"""To-dos: who may own one, who closes it first, what a repeat changes, and what they say."""

import re
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from schemas.actions.todos import TodoDismiss, TodoDone, TodoHandOn, TodoOpen, TodoReopen
from schemas.ids import SYSTEM_ACTOR
from schemas.people import Role
from schemas.protocol import Outcome
from schemas.records.todos import TodoSubject
from schemas.todos import TODO_SENTENCES, TodoCode
from tests.support.stage import Phone, Stage

DEADLINE = "2027-01-16T08:00:00.000Z"
NOBODY = "00000000-0000-7000-8000-000000000000"


def opened(stage: Stage, **more: Any) -> str:
    todo = stage.ids.new()
    base: dict[str, Any] = {"depot_id": stage.depots[0], "params": {"text": "给客户回电话"}, "owner_role": Role.SERVICE_DESK}
    stage.do(TodoOpen(todo_id=todo, deadline=DEADLINE, **(base | more)))
    return todo


def office(stage: Stage, role: Role = Role.SERVICE_DESK, place: int = 0) -> Phone:
    return stage.phone(role, place, shared=False, type_="office")


def say(phone: Phone, action: Any) -> Outcome:
    phone.do(action)
    return phone.push().outcomes[0]


def test_a_person_opens_one_for_a_colleague_who_hands_it_on_and_it_is_done(stage: Stage) -> None:
    desk, boss = office(stage), office(stage, Role.MANAGER)
    todo, about = stage.ids.new(), TodoSubject(kind="rental", id=stage.rental)
    base: dict[str, Any] = {"depot_id": stage.depots[0], "deadline": DEADLINE, "owner_id": boss.actor, "about": about}
    assert say(desk, TodoOpen(todo_id=todo, params={"text": "看一下押金"}, **base)).state == "applied"
    made = stage.the("todo", todo)
    assert (made["state"], made["owner_id"], made["opened_by"]) == ("open", boss.actor, desk.actor)
    assert made["subject"] == {"kind": "rental", "id": stage.rental}
    later = "2027-01-18T08:00:00.000Z"
    assert say(boss, TodoHandOn(todo_id=todo, owner_id=desk.actor, deadline=later, reason="你来")).state == "applied"
    handed = stage.the("todo", todo)
    assert (handed["state"], handed["owner_id"], handed["deadline"]) == ("open", desk.actor, later)
    (step,) = handed["handed"]
    assert (step["from_id"], step["to_id"], step["by"], step["reason"]) == (boss.actor, desk.actor, boss.actor, "你来")
    assert say(desk, TodoDone(todo_id=todo, note="押金已收")).state == "applied"
    done = stage.the("todo", todo)
    assert (done["state"], done["closed_by"], done["reason"], done["cause_gone"]) == ("done", desk.actor, "押金已收", False)


def test_two_people_close_one_the_first_stands_and_the_second_is_told(stage: Stage) -> None:
    todo, desk, boss = opened(stage), office(stage), office(stage, Role.MANAGER)
    desk.do(TodoDismiss(todo_id=todo, reason="客户已经来了"))
    boss.do(TodoDone(todo_id=todo, note="打过电话"))
    assert boss.push().outcomes[0].state == "applied"
    told = desk.push().outcomes[0]
    assert (told.state, told.detail["rule"], told.detail["decided_by"]) == ("conflict", "decided_twice", boss.actor)
    assert told.detail["decided"]["state"] == "done"
    stands = stage.the("todo", todo)
    assert (stands["state"], stands["closed_by"], stands["reason"]) == ("done", boss.actor, "打过电话")
    (conflict,) = [one for one in stage.all("conflict") if one["subject"] == {"kind": "todo", "id": todo}]
    assert (conflict["state"], conflict["differs"], len(conflict["sides"])) == ("noted", ["state"], 2)


def test_who_says_the_same_twice_contradicts_nobody(stage: Stage) -> None:
    todo, desk = opened(stage), office(stage)
    assert say(desk, TodoDone(todo_id=todo)).state == "applied"
    assert say(desk, TodoDone(todo_id=todo)).state == "applied"
    assert [one for one in stage.all("conflict") if one["subject"]["id"] == todo] == []


def test_two_people_hand_one_on_at_once_and_who_lost_is_told(stage: Stage) -> None:
    todo, desk, boss = opened(stage), office(stage), office(stage, Role.MANAGER)
    desk.do(TodoHandOn(todo_id=todo, owner_role=Role.FINANCE))
    stage.now += 1000
    assert say(boss, TodoHandOn(todo_id=todo, owner_role=Role.OPERATIONS)).state == "applied"
    assert desk.push().outcomes[0].state == "merged"
    assert stage.the("todo", todo)["owner_role"] == "operations"


def test_done_is_taken_back_and_the_rule_leaves_it_alone(stage: Stage) -> None:
    todo, desk = opened(stage, code="return_due", params={"number": "R-1"}, rule="return_due", occasion="x"), office(stage)
    assert say(desk, TodoReopen(todo_id=todo)).code == "state_illegal"
    say(desk, TodoDone(todo_id=todo))
    assert say(desk, TodoReopen(todo_id=todo, reason="还没完")).state == "applied"
    again = stage.the("todo", todo)
    assert (again["state"], again["closed_by"], again["closed_at"], again["kept_open"]) == ("open", None, None, True)


def test_the_system_says_it_as_often_as_it_likes(stage: Stage) -> None:
    todo = opened(stage, code="return_due", params={"number": "R-1"}, rule="return_due", occasion="x")
    before = stage.the("todo", todo)
    same: dict[str, Any] = {"todo_id": todo, "depot_id": stage.depots[0], "deadline": DEADLINE, "owner_role": Role.MANAGER}
    stage.do(TodoOpen(code="return_due", params={"number": "other"}, rule="return_due", occasion="x", **same))
    assert stage.the("todo", todo) == before
    stage.do(TodoDone(todo_id=todo))
    stage.do(TodoDone(todo_id=todo))
    closed = stage.the("todo", todo)
    assert (closed["state"], closed["cause_gone"], closed["closed_by"]) == ("done", True, SYSTEM_ACTOR)


def test_a_person_who_closes_late_what_ended_by_itself_is_told(stage: Stage) -> None:
    todo, desk = opened(stage), office(stage)
    desk.do(TodoDismiss(todo_id=todo, reason="不用了"))
    stage.do(TodoDone(todo_id=todo))
    told = desk.push().outcomes[0]
    assert (told.state, told.detail["rule"]) == ("conflict", "decided_twice")


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.DRIVER])
def test_whoever_cannot_see_it_does_not_own_it(stage: Stage, role: Role) -> None:
    todo, desk = opened(stage), office(stage)
    for wrong in (
        TodoHandOn(todo_id=todo, owner_id=stage.people[role, 0]),
        TodoHandOn(todo_id=todo, owner_role=role),
        TodoHandOn(todo_id=todo, owner_id=stage.people[Role.SERVICE_DESK, 1]),
    ):
        outcome = say(desk, wrong)
        assert (outcome.state, outcome.code) == ("refused", "todo_owner_blind")
    assert say(desk, TodoHandOn(todo_id=todo, owner_id=stage.people[Role.FINANCE, 1])).state == "applied"


def test_people_open_only_their_own_words_under_an_id_of_their_own(stage: Stage) -> None:
    desk, todo = office(stage), opened(stage)
    base: dict[str, Any] = {"depot_id": stage.depots[0], "deadline": DEADLINE, "owner_role": Role.MANAGER}
    known = say(desk, TodoOpen(todo_id=todo, params={"text": "x"}, **base))
    assert (known.state, known.code) == ("refused", "state_illegal")
    rule = say(desk, TodoOpen(todo_id=stage.ids.new(), code="battery_low", params={"text": "x"}, **base))
    assert (rule.state, rule.code) == ("refused", "action_forbidden")
    empty = say(desk, TodoOpen(todo_id=stage.ids.new(), params={"text": "  "}, **base))
    assert (empty.state, empty.code) == ("refused", "state_illegal")
    elsewhere = say(desk, TodoOpen(todo_id=stage.ids.new(), params={"text": "x"}, **{**base, "depot_id": stage.depots[1]}))
    assert (elsewhere.state, elsewhere.code) == ("refused", "action_forbidden")


def test_every_to_do_has_an_owner() -> None:
    with pytest.raises(ValidationError, match="owner"):
        TodoOpen(todo_id=NOBODY, depot_id=NOBODY, deadline=DEADLINE)
    with pytest.raises(ValidationError, match="owner"):
        TodoHandOn(todo_id=NOBODY)


def test_every_code_has_a_sentence_in_both_languages_with_the_same_parameters() -> None:
    assert set(TODO_SENTENCES) == set(get_args(TodoCode))
    for words in TODO_SENTENCES.values():
        named = [set(re.findall(r"{(\w+)}", text)) for text in words]
        assert named[0] == named[1] != set()
