"""Stock-takes: what several people count offline adds up; nothing counted is lost, whatever became of the task meanwhile."""

from collections.abc import Mapping

import pytest

from schemas.people import Role
from server.domain.stock import count_id
from tests.support.stage import MINUTE_MS, CheckIn, Phone, Stage

AT = "2027-01-20T08:00:00.000Z"


@pytest.fixture
def office(stage: Stage) -> Phone:
    return stage.phone(Role.MANAGER, shared=False, type_="office")


def done(phone: Phone, action: str, args: Mapping[str, object], **more: object) -> tuple[str, str | None]:
    phone.stage.now += MINUTE_MS
    recorded = phone.record(action, args, **more)
    phone.push()
    return phone.stage.state(recorded)


def planned(stage: Stage, office: Phone, **more: object) -> str:
    task = stage.ids.new()
    args = {"task_id": task, "type": "stock_take", "depot_id": stage.depots[0], "due_at": AT, **more}
    assert done(office, "task.plan", args) == ("applied", None)
    return task


def shelved(stage: Stage, bay: str, place: int = 0, **more: object) -> str:
    asset = stage.ids.new()
    stage.do(stage.asset(asset, place, bay=bay, **more))
    return asset


def of(task: str, asset: str | None = None, tag: str | None = None, bay: str = "") -> dict[str, object]:
    found = {"asset_id": asset} if asset is not None else {"tag": tag}
    return {"task_id": task, "count_id": count_id(task, asset or tag or ""), "bay": bay, **found}


def closing(task: str, **more: int) -> dict[str, object]:
    return {"task_id": task, "missing": 0, "extra": 0, "misplaced": 0, **more}


def test_two_people_count_apart_and_what_they_counted_adds_up(stage: Stage, office: Phone) -> None:
    first, second, both = (shelved(stage, "A-1") for _ in range(3))
    task, one, other = planned(stage, office), stage.phone(), stage.phone()
    for phone, assets in ((one, (first, both)), (other, (second, both))):  # both offline
        for asset in assets:
            stage.now += MINUTE_MS
            phone.record("stock_take.count", of(task, asset))
    for phone in (other, one):
        assert {outcome.state for outcome in phone.push().outcomes} == {"applied"}
    counts = {one["asset_id"]: one for one in stage.all("stock_count")}
    assert set(counts) == {first, second, both}
    assert len(counts[both]["sightings"]) == 2
    assert (stage.the("task", task)["state"], stage.the("task", task)["started"]["by"]) == ("started", other.actor)
    assert done(one, "stock_take.close", closing(task, missing=1)) == ("applied", None)
    take = stage.the("stock_take", task)
    assert (take["expected"], take["counted"], list(take["missing"]), take["extra"]) == (4, 3, [stage.van], {})
    assert take["looked"] == {"missing": 1, "extra": 0, "misplaced": 0}
    result = stage.the("task", task)["result"]
    assert (result["by"], result["expected"], result["counted"], result["missing"]) == (one.actor, 4, 3, 1)


def test_what_should_not_be_here_and_what_stands_elsewhere_is_named(stage: Stage, office: Phone) -> None:
    out, wrong = shelved(stage, "A-1", state="out"), shelved(stage, "A-1")
    foreign = shelved(stage, "Z", place=1)
    tag = stage.the("asset", foreign)["tag"]
    task, phone = planned(stage, office), stage.phone()
    assert done(phone, "stock_take.count", of(task, out)) == ("applied", None)
    assert done(phone, "stock_take.count", of(task, wrong, bay="B-7")) == ("applied", None)
    assert done(phone, "stock_take.count", of(task, tag=tag)) == ("applied", None)
    assert done(phone, "stock_take.count", of(task, tag="NO-ONE")) == ("applied", None)
    assert done(phone, "stock_take.close", closing(task)) == ("applied", None)
    take = stage.the("stock_take", task)
    assert {(one["asset_id"], one["state"]) for one in take["extra"].values()} == {
        (out, "out"), (foreign, "available"), (None, None),
    }  # fmt: skip
    assert take["extra"][count_id(task, tag)]["depot_id"] == stage.depots[1]
    assert (take["misplaced"][wrong]["bay"], take["misplaced"][wrong]["was"]) == ("B-7", "A-1")
    assert take["totals"] == {"missing": 1, "extra": 3, "misplaced": 1}


def test_what_is_missing_says_who_had_it_last(stage: Stage, office: Phone) -> None:
    phone = stage.phone()
    back = CheckIn(phone).captured()
    back.complete()
    phone.push()
    task = planned(stage, office)
    assert done(phone, "stock_take.close", closing(task, missing=1)) == ("applied", None)
    last = stage.the("stock_take", task)["missing"][stage.van]
    assert (last["handover_id"], last["by"], last["type"]) == (back.id, phone.actor, "check_in")


def test_a_count_by_mistake_is_taken_back_by_whoever_made_it_alone(stage: Stage, office: Phone) -> None:
    task, phone = planned(stage, office), stage.phone()
    stage.now += MINUTE_MS
    made = phone.record("stock_take.count", of(task, stage.van))
    phone.push()
    back = {"task_id": task, "count_id": count_id(task, stage.van), "sighting": made.id}
    other = stage.phone(Role.DRIVER)
    assert done(other, "stock_take.uncount", back) == ("refused", "action_forbidden")
    assert done(phone, "stock_take.uncount", back) == ("applied", None)
    assert stage.the("stock_count", count_id(task, stage.van))["sightings"] == {}
    assert done(phone, "stock_take.close", closing(task, missing=1)) == ("applied", None)
    assert list(stage.the("stock_take", task)["missing"]) == [stage.van]


def test_what_comes_after_the_closing_is_in_the_result(stage: Stage, office: Phone) -> None:
    task, one, late = planned(stage, office), stage.phone(), stage.phone()
    made = late.record("stock_take.count", of(task, stage.van))
    late.record("stock_take.count", of(task, tag="NO-ONE"))
    assert done(one, "stock_take.close", closing(task, missing=1)) == ("applied", None)
    assert {outcome.state for outcome in late.push().outcomes} == {"applied"}
    take = stage.the("stock_take", task)
    assert (take["counted"], take["missing"], list(take["extra"]), take["late"]) == (1, {}, [count_id(task, "NO-ONE")], 2)
    assert stage.the("task", task)["result"]["missing"] == 0
    back = {"task_id": task, "count_id": count_id(task, stage.van), "sighting": made.id}
    assert done(late, "stock_take.uncount", back) == ("applied", None)
    assert (stage.the("stock_take", task)["counted"], list(stage.the("stock_take", task)["missing"])) == (0, [stage.van])


@pytest.mark.parametrize("step", ["cancel", "reassign", "remove"])
def test_counting_offline_stands_though_the_office_gave_the_task_another_turn(stage: Stage, office: Phone, step: str) -> None:
    task, phone = planned(stage, office), stage.phone()
    stage.now += MINUTE_MS
    phone.record("stock_take.count", of(task, stage.van))
    more = {"assignee_id": stage.people[Role.DRIVER, 0]} if step == "reassign" else {}
    assert done(office, f"task.{step}", {"task_id": task, "reason": "x", **more}) == ("applied", None)
    ended = phone.record("stock_take.close", closing(task))
    assert next(outcome.state for outcome in phone.push().outcomes) == "applied"
    assert stage.state(ended)[0] != "refused"
    assert (stage.the("stock_take", task)["counted"], stage.the("task", task)["state"]) == (1, "done")
    if step != "remove":
        assert stage.the("task", task)["closed"]["by"] == phone.actor


def test_it_is_begun_where_one_stands_and_ended_by_nothing_else(stage: Stage) -> None:
    task, phone = stage.ids.new(), stage.phone()
    begin = {"task_id": task, "depot_id": stage.depots[0]}
    assert done(stage.phone(Role.DRIVER), "stock_take.begin", begin) == ("refused", "action_forbidden")
    assert done(phone, "stock_take.begin", begin) == ("applied", None)
    made = stage.the("task", task)
    assert (made["type"], made["state"], made["assignee_id"]) == ("stock_take", "started", phone.actor)
    assert done(phone, "stock_take.begin", begin) == ("refused", "state_illegal")
    assert done(phone, "stock_take.count", {**of(task, stage.van), "count_id": stage.ids.new()}) == ("refused", "step_not_ready")
    assert done(phone, "stock_take.close", closing(task)) == ("applied", None)
    assert done(phone, "stock_take.close", closing(task)) == ("refused", "state_illegal")
