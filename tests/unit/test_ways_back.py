"""Every way an asset comes to be out of use, each with its way back."""

from collections.abc import Callable

import pytest

from schemas.actions.assets import AssetLock
from schemas.actions.tasks import TaskDone, TaskPlan
from schemas.people import Role
from server.domain.planning import task_id
from tests.support.offline import captured, out
from tests.support.stage import MINUTE_MS, CheckIn, Stage

AT = "2027-01-20T08:00:00.000Z"


def state(stage: Stage) -> str:
    return str(stage.the("asset", stage.van)["state"])


def planned(stage: Stage, type_: str = "inspect") -> str:
    task, office = stage.ids.new(), stage.phone(Role.OPERATIONS, shared=False, type_="office")
    args = {"task_id": task, "type": type_, "depot_id": stage.depots[0], "asset_id": stage.van, "due_at": AT}
    made = office.do(TaskPlan.model_validate(args))
    office.push()
    assert stage.state(made) == ("applied", None)
    return task


def service(stage: Stage) -> str:
    """A service that a meter asks for."""
    task = stage.ids.new()
    args = {"task_id": task, "type": "inspect", "depot_id": stage.depots[0], "asset_id": stage.van, "due_at": AT}
    reading = {"meter": "odometer", "value": 1, "due": 2}
    stage.do(TaskPlan.model_validate({**args, "cause": "service_due", "reading": reading}))
    return task


def finish(stage: Stage, task: str, result: str = "done") -> None:
    stage.now += MINUTE_MS
    mechanic = stage.phone()
    made = mechanic.do(TaskDone.model_validate({"task_id": task, "result": result}))
    mechanic.push()
    assert stage.state(made) == ("applied", None)


def fail(stage: Stage) -> str:
    """An inspection that was not passed; the repair it asks for."""
    task = planned(stage)
    finish(stage, task, "failed")
    assert state(stage) == "blocked"
    return task_id("repair", task)


def severely_back(stage: Stage, damage: str | None = "severe_damage") -> CheckIn:
    out(stage)
    back = captured(stage, stage.phone(), acceptance="severe_damage", damage=damage)
    back.phone.push()
    assert state(stage) == "blocked"
    return back


def test_what_failed_its_inspection_may_leave_after_passing_one(stage: Stage) -> None:
    repair = fail(stage)
    finish(stage, planned(stage))
    assert state(stage) == "available"
    assert stage.the("task", repair)["state"] == "open", "what was found is to be looked at by whoever plans"


def test_what_failed_its_inspection_and_was_repaired_is_to_be_checked(stage: Stage) -> None:
    finish(stage, fail(stage))
    assert state(stage) == "returned"
    finish(stage, planned(stage))
    assert state(stage) == "available"


def test_what_failed_again_after_its_repair_comes_back_as_well(stage: Stage) -> None:
    finish(stage, fail(stage))
    finish(stage, fail(stage))
    finish(stage, planned(stage))
    assert state(stage) == "available"


def test_what_failed_its_service_is_to_be_checked_after_passing_one(stage: Stage) -> None:
    finish(stage, service(stage), "failed")
    assert state(stage) == "blocked"
    finish(stage, service(stage))
    assert state(stage) == "returned"
    finish(stage, planned(stage))
    assert state(stage) == "available"


@pytest.mark.parametrize("passed", [planned, service])
def test_severe_damage_keeps_it_out_of_use_until_it_is_repaired(stage: Stage, passed: Callable[[Stage], str]) -> None:
    (damage,) = stage.the("handover", severely_back(stage).id)["damages"]
    finish(stage, passed(stage))
    assert state(stage) == "blocked", "an inspection repairs nothing"
    finish(stage, task_id("repair", damage))
    assert state(stage) == "returned"
    finish(stage, planned(stage))
    assert state(stage) == "available"


@pytest.mark.parametrize(("work", "then"), [("inspect", "available"), ("repair", "returned")])
def test_what_came_back_severe_with_no_damage_named_is_not_out_of_use_for_ever(stage: Stage, work: str, then: str) -> None:
    severely_back(stage, damage=None)
    finish(stage, planned(stage, work))
    assert state(stage) == then


def test_severe_damage_that_two_people_found_is_repaired_as_one(stage: Stage) -> None:
    out(stage)
    early = captured(stage, stage.phone(), acceptance="severe_damage", damage="severe_damage")
    late = captured(stage, stage.phone(), acceptance="severe_damage", damage="severe_damage")
    early.phone.push()
    late.phone.push()
    kept = next(iter(stage.the("handover", early.id)["damages"]))
    joined = next(iter(stage.the("handover", late.id)["damages"]))
    assert stage.the("damage", joined)["clustered_with"] == kept
    finish(stage, task_id("repair", kept))
    assert (state(stage), stage.the("asset", stage.van)["open_damages"]) == ("returned", {})
    assert stage.the("damage", joined)["state"] == "repaired"


def test_what_the_office_has_locked_stays_locked_whatever_it_passes(stage: Stage) -> None:
    office = stage.phone(Role.OPERATIONS, shared=False, type_="office")
    office.do(AssetLock(asset_id=stage.van, locked=True, reason="等保险公司"))
    office.push()
    finish(stage, fail(stage))
    finish(stage, planned(stage))
    asset = stage.the("asset", stage.van)
    assert (asset["state"], asset["locked"]) == ("available", True)
