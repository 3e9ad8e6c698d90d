"""Work that is no handover: what a repair took, what an inspection found line by line, going for what was not returned; and
what was done offline while the office gave it another turn."""

from collections.abc import Mapping

import pytest

from schemas.actions.packs import PackEdit
from schemas.actions.tasks import TaskPlan
from schemas.people import Role
from schemas.records.assets import Check
from server.domain.planning import task_id
from tests.support.stage import MINUTE_MS, Phone, Stage, blob

AT = "2027-01-20T08:00:00.000Z"


@pytest.fixture
def office(stage: Stage) -> Phone:
    return stage.phone(Role.MANAGER, shared=False, type_="office")


def done(phone: Phone, action: str, args: Mapping[str, object], **more: object) -> tuple[str, str | None]:
    phone.stage.now += MINUTE_MS
    recorded = phone.record(action, args, **more)
    phone.push()
    return phone.stage.state(recorded)


def planned(stage: Stage, office: Phone, type_: str, **more: object) -> str:
    task = stage.ids.new()
    args = {"task_id": task, "type": type_, "depot_id": stage.depots[0], "due_at": AT, "asset_id": stage.van, **more}
    assert done(office, "task.plan", args) == ("applied", None)
    return task


def test_a_repair_says_what_it_took_with_photos_of_the_work(stage: Stage, office: Phone) -> None:
    task, phone = planned(stage, office, "repair"), stage.phone()
    assert done(phone, "task.photo", {"task_id": task}, blobs=[blob("after")]) == ("applied", None)
    parts = [{"what": "灯泡", "count": 2, "cost_fen": 3600}, {"what": "保险丝", "count": 1, "cost_fen": None}]
    assert done(phone, "task.done", {"task_id": task, "note": "换了", "parts": parts, "minutes": 45}) == ("applied", None)
    stands = stage.the("task", task)
    assert (stands["result"]["parts"], stands["result"]["minutes"], stands["result"]["note"]) == (parts, 45, "换了")
    assert stands["photos"][blob("after").sha256]["of"] == "after"
    assert done(phone, "task.photo", {"task_id": task}) == ("refused", "step_not_ready")


def test_a_line_that_is_not_ok_fails_the_inspection_and_is_told_to_whoever_repairs_it(stage: Stage, office: Phone) -> None:
    pack = next(one for one in stage.all("pack") if one["code"] == "vehicle")
    lines = [Check(id="brakes", zh="制动", en="Brakes"), Check(id="lamps", zh="灯光", en="Lamps")]
    stage.do(PackEdit(pack_id=pack["id"], checklist=lines))
    task, phone = planned(stage, office, "inspect"), stage.phone()
    checks = {"brakes": {"ok": False, "note": "左前磨到底"}, "lamps": {"ok": True, "note": ""}}
    args = {"task_id": task, "result": "done", "checks": checks, "note": "先别租"}
    assert done(phone, "task.done", args) == ("applied", None)
    assert (stage.the("task", task)["result"]["result"], stage.the("task", task)["result"]["checks"]) == ("failed", checks)
    assert stage.the("asset", stage.van)["state"] == "blocked"
    assert stage.the("task", task_id("repair", task))["note"] == "先别租\n制动：左前磨到底"


def test_all_lines_ok_pass(stage: Stage, office: Phone) -> None:
    task, phone = planned(stage, office, "inspect"), stage.phone()
    assert done(phone, "task.done", {"task_id": task, "checks": {"brakes": {"ok": True, "note": ""}}}) == ("applied", None)
    assert (stage.the("task", task)["result"]["result"], stage.the("asset", stage.van)["state"]) == ("done", "available")


def sought(stage: Stage) -> str:
    """A task to get the van back, as the rule for what is overdue makes it."""
    task = stage.ids.new()
    args = {"task_id": task, "type": "recover", "depot_id": stage.depots[0], "due_at": AT, "asset_id": stage.van}
    stage.do(TaskPlan.model_validate({**args, "rental_id": stage.rental, "cause": "rental_overdue"}))
    return task


def test_going_for_what_was_not_returned_is_told_try_by_try(stage: Stage, office: Phone) -> None:
    task, phone = sought(stage), stage.phone()
    assert done(phone, "task.done", {"task_id": task, "result": "failed"}) == ("refused", "step_not_ready")
    assert done(phone, "task.attempt", {"task_id": task, "found": "nobody", "note": "门锁着"}) == ("applied", None)
    assert stage.the("task", task)["state"] == "started"
    assert done(phone, "task.attempt", {"task_id": task, "found": "gone"}) == ("applied", None)
    assert [one["found"] for one in stage.the("task", task)["attempts"].values()] == ["nobody", "gone"]
    assert done(phone, "task.done", {"task_id": task}) == ("refused", "step_not_ready")
    assert done(phone, "task.done", {"task_id": task, "result": "failed", "note": "找不到"}) == ("applied", None)
    assert (stage.the("task", task)["state"], stage.the("task", task)["result"]["result"]) == ("done", "failed")
    other = planned(stage, office, "repair")
    assert done(phone, "task.attempt", {"task_id": other, "found": "nobody"}) == ("refused", "step_not_ready")


@pytest.mark.parametrize("step", ["cancel", "reassign", "remove"])
def test_what_was_done_offline_stands_though_the_office_gave_it_another_turn(stage: Stage, office: Phone, step: str) -> None:
    task, phone = planned(stage, office, "repair"), stage.phone()
    stage.now += MINUTE_MS
    made = phone.record("task.photo", {"task_id": task}, blobs=[blob("after")])
    ended = phone.record("task.done", {"task_id": task, "minutes": 10})
    to = stage.people[Role.DRIVER, 0]
    more = {"assignee_id": to} if step == "reassign" else {}
    assert done(office, f"task.{step}", {"task_id": task, "reason": "x", **more}) == ("applied", None)
    phone.push()
    assert stage.state(made)[0] == "applied"
    assert stage.state(ended)[0] != "refused"
    stands = stage.the("task", task)
    assert (stands["state"], stands["result"]["by"], stands["result"]["minutes"]) == ("done", phone.actor, 10)
    if step != "remove":
        assert stands["closed"]["by"] == phone.actor


def test_who_knew_that_it_was_cancelled_cannot_finish_it(stage: Stage, office: Phone) -> None:
    task, phone = planned(stage, office, "repair"), stage.phone()
    assert done(office, "task.cancel", {"task_id": task, "reason": "x"}) == ("applied", None)
    assert done(phone, "task.done", {"task_id": task}, seen={task: 10**6}) == ("refused", "state_illegal")
