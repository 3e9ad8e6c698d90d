"""Faults and replaced labels: reported once, planned as a repair, closed; a tag leads to one asset for ever."""

from collections.abc import Mapping

import pytest

from schemas.actions.basedata import AssetDefine
from schemas.actions.faults import AssetRetag, FaultClose, FaultForget, FaultPlan, FaultReport
from schemas.people import Role
from tests.support.stage import MINUTE_MS, Phone, Stage, blob

AT = "2027-01-20T08:00:00.000Z"


@pytest.fixture
def office(stage: Stage) -> Phone:
    return stage.phone(Role.MANAGER, shared=False, type_="office")


def done(phone: Phone, action: str, args: Mapping[str, object], **more: object) -> tuple[str, str | None]:
    stage = phone.stage
    stage.now += MINUTE_MS
    seen = {str(args[name]): 10**6 for name in ("asset_id", "fault_id") if name in args}
    recorded = phone.record(action, args, **{"seen": seen, **more})
    phone.push()
    return phone.stage.state(recorded)


def reported(stage: Stage, phone: Phone | None = None, **more: object) -> str:
    phone, fault = phone or stage.phone(), stage.ids.new()
    said = FaultReport(fault_id=fault, asset_id=stage.van, what="右后灯不亮", guess="usable").model_dump(mode="json")
    assert done(phone, "fault.report", {**said, **more}, blobs=[blob("a"), blob("b")]) == ("applied", None)
    return fault


def test_a_fault_is_reported_with_its_photos_where_the_asset_is(stage: Stage) -> None:
    fault = stage.the("fault", reported(stage))
    assert (fault["asset_id"], fault["depot_id"], fault["what"], fault["guess"]) == (
        stage.van, stage.depots[0], "右后灯不亮", "usable",
    )  # fmt: skip
    assert (fault["by"], fault["state"], fault["has_phone"]) == ("staff", "open", False)
    assert set(fault["photos"]) == {blob("a").sha256, blob("b").sha256}


def test_it_is_reported_once_and_nobody_of_the_staff_speaks_for_a_customer(stage: Stage) -> None:
    phone = stage.phone()
    fault = reported(stage, phone)
    again = {"fault_id": fault, "asset_id": stage.van, "what": "x"}
    assert done(phone, "fault.report", again) == ("refused", "state_illegal")
    other = {"fault_id": stage.ids.new(), "asset_id": stage.van, "what": "x", "by": "customer"}
    assert done(phone, "fault.report", other) == ("refused", "state_illegal")
    assert done(phone, "fault.report", {**other, "by": "staff"}, blobs=[blob(str(n)) for n in range(4)])[0] == "refused"


def test_it_becomes_a_repair_and_is_closed_with_a_reason(stage: Stage, office: Phone) -> None:
    fault, task = reported(stage), stage.ids.new()
    wanted = FaultPlan(fault_id=fault, task_id=task, due_at=AT, note="右后灯").model_dump(mode="json")
    assert done(office, "fault.plan", wanted) == ("applied", None)
    made = stage.the("task", task)
    assert (made["type"], made["asset_id"], made["depot_id"], made["note"], made["state"]) == (
        "repair", stage.van, stage.depots[0], "右后灯", "open",
    )  # fmt: skip
    planned = stage.the("fault", fault)
    assert (planned["state"], planned["task_id"]) == ("planned", task)
    assert done(office, "fault.plan", {**wanted, "task_id": stage.ids.new()}) == ("refused", "state_illegal")
    closing = FaultClose(fault_id=fault, state="done", reason="换了灯泡").model_dump(mode="json")
    assert done(office, "fault.close", closing) == ("applied", None)
    closed = stage.the("fault", fault)["closed"]
    assert (closed["state"], closed["reason"], closed["by"]) == ("done", "换了灯泡", office.actor)
    assert done(office, "fault.close", closing) == ("refused", "state_illegal")


def planned(stage: Stage, office: Phone, what: str = "右后灯不亮") -> tuple[str, str]:
    """A fault and the repair it became."""
    fault, task = reported(stage, what=what), stage.ids.new()
    assert done(office, "fault.plan", {"fault_id": fault, "task_id": task, "due_at": AT}) == ("applied", None)
    return fault, task


def test_a_repair_done_in_the_field_ends_its_fault_and_says_who_and_what(stage: Stage, office: Phone) -> None:
    fault, task = planned(stage, office)
    assert stage.the("fault", fault)["planned"]["by"] == office.actor
    mechanic = stage.phone()
    assert done(mechanic, "task.done", {"task_id": task, "note": "换了灯泡"}) == ("applied", None)
    ended = stage.the("fault", fault)
    assert (ended["state"], ended["closed"]["state"]) == ("done", "done")
    assert (ended["closed"]["by"], ended["closed"]["reason"]) == (mechanic.actor, "换了灯泡")


def test_a_repair_given_up_leaves_its_fault_waiting(stage: Stage, office: Phone) -> None:
    for action, more in (
        ("task.cancel", {"reason": "没人"}),
        ("task.remove", {"reason": "没人"}),
        ("task.done", {"result": "failed"}),
    ):
        fault, task = planned(stage, office)
        who = stage.phone() if action == "task.done" else office
        assert done(who, action, {"task_id": task, **more}) == ("applied", None)
        waits = stage.the("fault", fault)
        assert (waits["state"], waits["task_id"], waits["planned"]) == ("open", None, {})
        assert done(office, "fault.plan", {"fault_id": fault, "task_id": stage.ids.new(), "due_at": AT}) == ("applied", None)


@pytest.mark.parametrize("step", ["task.cancel", "task.remove"])
@pytest.mark.parametrize("again", [False, True])
def test_a_repair_done_offline_while_it_was_given_up_ends_its_fault(stage: Stage, office: Phone, step: str, again: bool) -> None:
    fault, task = planned(stage, office)
    mechanic, other = stage.phone(), stage.ids.new()
    made = mechanic.record("task.done", {"task_id": task, "note": "换了灯泡"})
    assert done(office, step, {"task_id": task, "reason": "没人"}) == ("applied", None)
    if again:
        assert done(office, "fault.plan", {"fault_id": fault, "task_id": other, "due_at": AT}) == ("applied", None)
    mechanic.push()
    entry = stage.entry(made.id)
    assert entry is not None
    assert entry.detail["rule"] == ("restored" if step == "task.remove" else "task_changed")
    ended = stage.the("fault", fault)
    assert (ended["state"], ended["closed"]["by"], ended["closed"]["reason"]) == ("done", mechanic.actor, "换了灯泡")
    if again:
        spared = stage.the("task", other)
        assert (spared["state"], spared["changed"]["by"]) == ("cancelled", mechanic.actor), "nobody need go for it again"


def test_a_repair_put_back_has_its_fault_again(stage: Stage, office: Phone) -> None:
    fault, task = planned(stage, office)
    assert done(office, "task.cancel", {"task_id": task, "reason": "没人"}) == ("applied", None)
    assert done(office, "task.reopen", {"task_id": task}) == ("applied", None)
    assert (stage.the("fault", fault)["state"], stage.the("fault", fault)["task_id"]) == ("planned", task)


@pytest.mark.parametrize(("state", "becomes"), [("done", "done"), ("rejected", "cancelled"), ("duplicate", "cancelled")])
def test_a_fault_closed_by_the_office_ends_its_repair(stage: Stage, office: Phone, state: str, becomes: str) -> None:
    fault, task = planned(stage, office)
    assert done(office, "fault.close", {"fault_id": fault, "state": state, "reason": "上周报过"}) == ("applied", None)
    assert (stage.the("fault", fault)["state"], stage.the("task", task)["state"]) == (state, becomes)
    mechanic = stage.phone()
    assert done(mechanic, "task.done", {"task_id": task}, seen={task: 10**6})[0] == "refused"
    assert stage.the("fault", fault)["closed"]["by"] == office.actor


def test_a_task_that_is_there_is_not_overwritten(stage: Stage, office: Phone) -> None:
    first, second, task = reported(stage), reported(stage), stage.ids.new()
    assert done(office, "fault.plan", {"fault_id": first, "task_id": task, "due_at": AT}) == ("applied", None)
    assert done(office, "fault.plan", {"fault_id": second, "task_id": task, "due_at": AT}) == ("refused", "state_illegal")


def test_a_phone_number_is_private_and_can_be_erased(stage: Stage) -> None:
    phone, fault = stage.phone(), stage.ids.new()
    args = {"fault_id": fault, "asset_id": stage.van, "what": "漏油", "phone": 0}
    made = phone.record("fault.report", args, private=[b'{"phone":"13800002222"}'])
    phone.push()
    assert "13800002222" not in made.body.decode()
    (reporter,) = stage.all("fault_reporter")
    assert (reporter["fault_id"], reporter["phone"]) == (fault, "13800002222")
    stored = stage.stored("fault_reporter", reporter["id"])
    assert stored is not None
    assert stored.buckets == {f"depot:{stage.depots[0]}/office"}
    stage.do(FaultForget(fault_id=fault, reason="本人要求"))
    assert stage.all("fault_reporter") == []
    assert not stage.the("fault", fault)["has_phone"]
    entry = stage.entry(made.id)
    assert entry is not None
    assert stage.write(lambda store: store.private_parts(entry)) == [None]


def test_what_a_customer_wrote_is_private_and_can_be_erased(stage: Stage) -> None:
    """With the number in the same report; what a colleague wrote stays where it was."""
    fault = stage.ids.new()
    args = {"fault_id": fault, "asset_id": stage.van, "said": 0, "phone": 1}
    parts = ['{"said":"漏油，我是王芳"}'.encode(), b'{"phone":"13800002222"}']
    phone = stage.phone()
    made = phone.record("fault.report", args, private=parts)
    phone.push()
    assert stage.state(made) == ("applied", None)
    assert "王芳" not in made.body.decode()
    assert stage.the("fault", fault)["what"] == ""
    assert stage.the("fault_words", fault)["said"] == "漏油，我是王芳"
    stored = stage.stored("fault_words", fault)
    assert stored is not None
    assert stored.buckets == {f"depot:{stage.depots[0]}/{one}" for one in ("office", "field")}
    stage.do(FaultForget(fault_id=fault, reason="本人要求"))
    assert (stage.all("fault_words"), stage.all("fault_reporter")) == ([], [])
    entry = stage.entry(made.id)
    assert entry is not None
    assert stage.write(lambda store: store.private_parts(entry)) == [None, None]
    manager = stage.phone(Role.ADMINISTRATOR, shared=False, type_="office")
    assert done(manager, "fault.forget", {"fault_id": fault, "reason": "x"}) == ("refused", "state_illegal")


def test_a_fault_of_which_nothing_is_said_is_refused(stage: Stage) -> None:
    args = {"fault_id": stage.ids.new(), "asset_id": stage.van}
    assert done(stage.phone(), "fault.report", args) == ("refused", "state_illegal")


def retag(stage: Stage, asset: str, tag: str) -> dict[str, object]:
    return AssetRetag(asset_id=asset, tag=tag, reason="标签掉了").model_dump(mode="json")


def test_a_replaced_tag_is_kept_and_belongs_to_its_asset(stage: Stage, office: Phone) -> None:
    old = stage.the("asset", stage.van)["tag"]
    assert done(office, "asset.retag", retag(stage, stage.van, "NEW-1")) == ("applied", None)
    assert stage.the("asset", stage.van)["tag"] == "NEW-1"
    (former,) = stage.all("former_tag")
    assert (former["tag"], former["asset_id"], former["reason"]) == (old, stage.van, "标签掉了")
    assert done(office, "asset.retag", retag(stage, stage.other_van, old)) == ("refused", "value_taken")
    assert done(office, "asset.edit", {"asset_id": stage.other_van, "tag": old.lower()}) == ("refused", "value_taken")
    assert done(office, "asset.retag", retag(stage, stage.other_van, "new-1")) == ("refused", "value_taken")
    assert done(office, "asset.retag", retag(stage, stage.van, " new-1 ")) == ("refused", "state_illegal")
    define = AssetDefine(id=stage.ids.new(), label="x", tag=old, pack="vehicle", home_depot_id=stage.depots[0],
                         depot_id=stage.depots[0])  # fmt: skip
    assert done(office, "asset.define", define.model_dump(mode="json")) == ("refused", "value_taken")


def test_a_word_that_lost_replaces_nothing(stage: Stage, office: Phone) -> None:
    late = office.record("asset.retag", retag(stage, stage.van, "LATE"))
    stage.now += MINUTE_MS
    other = stage.phone(Role.MANAGER, shared=False, type_="office")
    assert done(other, "asset.retag", retag(stage, stage.van, "FIRST")) == ("applied", None)
    office.push()
    assert stage.state(late) == ("merged", None)
    assert stage.the("asset", stage.van)["tag"] == "FIRST"
    assert [one["tag"] for one in stage.all("former_tag")] == [f"T-{stage.van[-4:]}"]


def test_a_found_label_may_come_back_to_its_own_asset(stage: Stage, office: Phone) -> None:
    old = stage.the("asset", stage.van)["tag"]
    assert done(office, "asset.retag", retag(stage, stage.van, "NEW-1")) == ("applied", None)
    assert done(office, "asset.retag", retag(stage, stage.van, old)) == ("applied", None)
    assert [one["tag"] for one in stage.all("former_tag")] == ["NEW-1"]
    assert stage.the("asset", stage.van)["tag"] == old
