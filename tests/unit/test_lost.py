"""A lost device: what it had proven and announced, what is presumed missing, and what becomes of that when it is back."""

from typing import Any

from schemas.actions.basedata import TaskDefine
from schemas.actions.devices import DeviceLost, DeviceRevoke
from schemas.actions.quarantine import KeptEntry, QuarantineAdmit
from schemas.device_reports import DeviceReport
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.protocol import Outcome, SyncRequest
from server import lost
from tests.support.stage import CheckIn, Phone, Stage


def say(stage: Stage, phone: Phone, role: Role = Role.MANAGER, reason: str = "落在客户仓库") -> Outcome:
    office = stage.phone(role, shared=False, type_="office")
    office.do(DeviceLost(device_id=phone.id, reason=reason))
    return office.push().outcomes[0]


def report(stage: Stage, phone: Phone) -> DeviceReport:
    def job(store: Any) -> DeviceReport:
        seen = store.record(stage.id, "device", phone.id)
        return lost.report(store, stage.device_in(store, phone.id), seen, stage.now)

    return stage.write(job)


def announcing(stage: Stage, sent: int, unsent: int) -> tuple[Phone, dict[str, Any]]:
    """A device that has sent some entries and announced more, and the request that brings them."""
    phone = stage.phone()
    for _ in range(sent + unsent):
        CheckIn(phone).start()
    request = phone.request(pending={"entries": unsent, "blobs": 2, "bytes": 900})
    phone.push({**request, "entries": request["entries"][:sent]})
    return phone, request


def test_what_it_announced_and_never_sent_is_presumed_missing(stage: Stage) -> None:
    phone, _ = announcing(stage, 3, 4)
    stage.now += 3_600_000
    assert say(stage, phone).state == "applied"
    found = report(stage, phone)
    assert found.lost is not None
    assert (found.lost.by, found.lost.reason, found.lost.back_at) == (stage.people[Role.MANAGER, 0], "落在客户仓库", None)
    assert (found.proven_seq, found.announced.entries, found.announced.blobs, found.announced.bytes) == (3, 4, 2, 900)
    assert (found.presumed_missing, found.presumed_missing_count, found.final) == ([(4, 7)], 4, True)
    assert found.proven_hash == phone.journal.hashes[3]
    assert found.proven_at == "2027-01-15T08:00:00.000Z"
    assert [one["detail"]["entries"] for one in stage.incidents("device_lost")] == [4]
    assert stage.the("device", phone.id)["state"] == "active", "whether it is shut out is another decision"


def test_when_it_is_back_the_presumption_ends(stage: Stage) -> None:
    phone, request = announcing(stage, 3, 4)
    say(stage, phone)
    stage.now += 60_000
    stage.push({**request, "entries": request["entries"][3:5]})
    found = report(stage, phone)
    assert found.lost is not None
    assert found.lost.back_at == "2027-01-15T08:01:00.000Z"
    assert (found.final, found.arrived, found.presumed_missing) == (False, 2, [(6, 7)])
    assert stage.incidents("device_lost") == []
    phone.push()
    assert (report(stage, phone).presumed_missing_count, report(stage, phone).arrived) == (0, 4)


def test_a_device_that_has_nothing_to_say_is_back_all_the_same(stage: Stage) -> None:
    phone, _ = announcing(stage, 2, 0)
    say(stage, phone)
    assert stage.write(lambda store: stage.engine.look(store, stage.id, _message(phone), stage.now)) is None
    phone.push()
    assert stage.the("device", phone.id)["lost"]["back_at"] is not None
    snapshot = stage.snapshot()["records"]
    phone.push()
    assert stage.snapshot()["records"] == snapshot


def _message(phone: Phone) -> Any:
    return SyncRequest.model_validate(phone.request())


def test_what_lies_aside_or_was_admitted_has_come(stage: Stage) -> None:
    phone, request = announcing(stage, 1, 3)
    say(stage, phone)
    stage.do(DeviceRevoke(device_id=phone.id))
    stage.push({**request, "entries": request["entries"][1:3]})
    found = report(stage, phone)
    assert (found.arrived, found.aside_waiting, found.presumed_missing) == (2, 2, [(4, 4)])
    aside = stage.write(lambda store: store.kept_aside(stage.id, phone.id))
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    named = [KeptEntry(epoch=one.epoch, seq=one.seq, hash=one.hash) for one in aside]
    office.do(QuarantineAdmit(device_id=phone.id, entries=named, reason="x"))
    office.push()
    found = report(stage, phone)
    assert (found.arrived, found.aside_waiting, found.proven_seq) == (2, 0, 1)


def test_its_open_work_and_the_files_that_never_came_are_named(stage: Stage) -> None:
    phone = stage.phone()
    done, begun = CheckIn(phone).whole(), CheckIn(phone)
    begun.start()
    begun.photo("front")
    phone.push()
    task = {"id": stage.ids.new(), "type": "collect", "depot_id": stage.depots[0], "asset_id": stage.van}
    far = {**task, "id": stage.ids.new(), "depot_id": stage.depots[1]}
    stage.do(*(TaskDefine.model_validate({**one, "due_at": "2027-01-15T08:00:00.000Z"}) for one in (task, far)))
    say(stage, phone)
    found = report(stage, phone)
    assert [one.id for one in found.handovers] == [begun.id]
    assert [(one.id, found.tasks_count) for one in found.tasks] == [(task["id"], 1)]
    assert found.files_count == len(found.files) == 6
    assert {handover for one in found.files for _, handover in one.records} == {done.id, begun.id}


def test_said_twice_the_first_stands_and_after_its_return_it_may_be_lost_again(stage: Stage) -> None:
    phone, _ = announcing(stage, 1, 0)
    say(stage, phone)
    first = stage.the("device", phone.id)["lost"]
    outcome = say(stage, phone, reason="又说一次")
    assert (outcome.state, outcome.code, outcome.detail["by"]) == ("refused", ErrorCode.STATE_ILLEGAL, first["by"])
    assert stage.the("device", phone.id)["lost"] == first
    phone.push()
    assert say(stage, phone, reason="又丢了").state == "applied"
    assert stage.the("device", phone.id)["lost"]["back_at"] is None
    assert len(stage.incidents("device_lost")) == 1


def test_only_who_looks_after_devices_says_so_and_nobody_of_his_own(stage: Stage) -> None:
    phone, _ = announcing(stage, 1, 0)
    assert say(stage, phone, Role.SERVICE_DESK).code == ErrorCode.ACTION_FORBIDDEN
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    for device in (office.id, stage.system):
        office.record("device.lost", {"device_id": device, "reason": "x"})
    assert {one.state for one in office.push().outcomes} == {"refused"}


def test_before_anybody_says_so_the_report_says_what_would_be_missing(stage: Stage) -> None:
    phone, _ = announcing(stage, 2, 3)
    found = report(stage, phone)
    assert (found.lost, found.final, found.presumed_missing) == (None, False, [(3, 5)])


def test_in_a_newer_epoch_what_it_announces_now_counts(stage: Stage) -> None:
    """It came back from a backup of the time when it had written two: what was said of later numbers says nothing any more."""
    phone = stage.phone()
    for _ in range(2):
        CheckIn(phone).start()
    phone.push()
    backup = phone.copy()
    for _ in range(7):
        CheckIn(phone).start()
    request = phone.request(pending={"entries": 4, "blobs": 0, "bytes": 0})
    stage.push({**request, "entries": request["entries"][:3]})
    say(stage, phone)
    assert (report(stage, phone).presumed_missing, report(stage, phone).final) == ([(6, 9)], True)
    CheckIn(backup).start()
    fork = backup.push().new_epoch
    assert fork is not None
    backup.journal.adopt(fork)
    CheckIn(backup).start()
    request = backup.request(pending={"entries": 1, "blobs": 0, "bytes": 0})
    stage.push({**request, "entries": request["entries"][:1]})
    found = report(stage, phone)
    assert found.lost is not None
    assert (found.lost.epoch, found.epoch, found.proven_seq, found.final) == (0, 1, 3, False)
    assert (found.announced.entries, found.presumed_missing, found.arrived) == (1, [(4, 4)], 0)


def test_what_was_declared_lost_and_turned_up_is_not_called_lost(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(5):
        CheckIn(phone).start()
    request = phone.request()
    declared = [{"seq": seq, "hash": phone.journal.hashes[seq]} for seq in (2, 4)]
    stage.push({**request, "entries": [one for one in request["entries"] if one["seq"] not in (2, 4)], "lost": declared})
    assert report(stage, phone).declared_lost == [2, 4]
    stage.push({**request, "entries": [one for one in request["entries"] if one["seq"] != 4]})
    assert report(stage, phone).declared_lost == [4]
