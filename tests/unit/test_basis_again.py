"""An entry judged again, because what it builds on came or was ratified: once, and never past a manager's word."""

from typing import Any

import pytest

from schemas.actions import basedata as define
from schemas.actions.conflicts import EntryRatify, EntryReject
from schemas.errors import ErrorCode
from schemas.people import Role
from sync import conflicts
from sync.again import judge_again, parked_for
from sync.journal import genesis
from sync.judge import Judge
from sync.unit import Unit
from tests.support.stage import CheckIn, Phone, Stage
from tests.unit.test_quarantine import admit, shut_out


@pytest.fixture
def after_a_loss(stage: Stage) -> Stage:
    """Something was declared lost here: nobody waits for what nobody has."""
    declare_a_loss(stage)
    return stage


def declare_a_loss(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    CheckIn(phone).start()
    request = phone.request()
    lost = [{"seq": 1, "hash": request["entries"][0]["hash"]}]
    phone.push({**request, "entries": request["entries"][1:], "lost": lost})


def manager(stage: Stage) -> Phone:
    return stage.phone(Role.MANAGER, shared=False, type_="office")


def detail(stage: Stage, entry_id: str) -> dict[str, Any]:
    found = stage.entry(entry_id)
    assert found is not None
    return found.detail


def test_one_that_lacked_two_is_judged_once_when_both_come_together(after_a_loss: Stage) -> None:
    stage = after_a_loss
    phone = shut_out(stage)
    handover = CheckIn(phone)
    start, reading = handover.start(), handover.reading()
    phone.push()
    two = stage.phone()
    built = two.record("handover.abandon", {"handover_id": handover.id, "reason": "x"}, needs=[start.id, reading.id])
    two.push()
    assert stage.state(built) == ("refused", ErrorCode.RECORD_UNKNOWN)
    judged = []
    real = stage.handlers["handover.abandon", 1]

    def counted(unit: Unit, args: Any) -> None:
        judged.append(unit.body.id)
        real(unit, args)

    stage.handlers["handover.abandon", 1] = counted
    admit(stage, phone)
    assert judged == [built.id]
    assert stage.state(built) == ("applied", None)
    assert stage.the("handover", handover.id)["state"] == "abandoned"


def off_the_list(stage: Stage) -> tuple[Phone, str, Any]:
    """(who holds the basis back, the handover, what somebody off the list built on it)"""
    late, two = stage.phone(), stage.phone()
    handover = CheckIn(late)
    start = handover.start()
    args = {"handover_id": handover.id, "reason": "x"}
    built = two.record("handover.abandon", args, needs=[start.id], actor=stage.people[Role.TECHNICIAN, 1])
    two.push()
    assert stage.state(built) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)
    return late, handover.id, built


def test_what_a_manager_rejected_stays_refused_when_its_basis_comes_whatever_its_author_may_by_then(after_a_loss: Stage) -> None:
    stage = after_a_loss
    late, handover, built = off_the_list(stage)
    office = manager(stage)
    office.do(EntryReject(entry_id=built.id, reason="不是这样"))
    office.push()
    depots = dict.fromkeys(stage.depots[:2], True)
    stage.do(define.PersonDefine(id=stage.people[Role.TECHNICIAN, 1], name="t", roles=[Role.TECHNICIAN], depot_ids=depots))
    late.push()
    assert stage.state(built)[0] == "refused"
    assert detail(stage, built.id)["rejected"]["by"] == office.actor
    assert stage.the("handover", handover)["state"] == "started"


def test_what_a_manager_ratified_keeps_his_right_when_its_basis_comes_later(after_a_loss: Stage) -> None:
    stage = after_a_loss
    late, handover, built = off_the_list(stage)
    office = manager(stage)
    said = office.do(EntryRatify(entry_id=built.id, reason="他在场"))
    office.push()
    assert stage.state(built) == ("refused", ErrorCode.RECORD_UNKNOWN)
    assert detail(stage, built.id) == {
        "basis_lost": True, "kind": "handover", "id": handover, "ratified_by": office.actor, "ratified_in": said.id,
    }  # fmt: skip
    late.push()
    assert (stage.state(built), detail(stage, built.id)) == (("applied", None), {"ratified_by": office.actor})
    assert stage.the("handover", handover)["state"] == "abandoned"


def test_what_was_built_on_a_refused_entry_takes_effect_when_that_is_ratified(stage: Stage) -> None:
    phone, office = stage.phone(), manager(stage)
    handover = CheckIn(phone)
    args = {"handover_id": handover.id, "type": "check_in", "asset_id": stage.van, "rental_id": stage.rental}
    start = phone.record("handover.start", args, actor=stage.people[Role.TECHNICIAN, 1])
    handover.entries.append(start)
    reading, later = handover.reading(), handover.reading(12_500)
    phone.push()
    assert stage.state(start) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)
    assert stage.state(reading) == stage.state(later) == ("refused", ErrorCode.RECORD_UNKNOWN)
    office.do(EntryRatify(entry_id=start.id, reason="替班"))
    office.push()
    assert [stage.state(one) for one in (start, reading, later)] == [("applied", None)] * 3
    assert detail(stage, reading.id) == {}


def test_what_a_manager_ratified_and_a_fault_of_ours_parked_keeps_his_right(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, office = stage.phone(), manager(stage)
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van, "rental_id": stage.rental}
    start = phone.record("handover.start", args, actor=stage.people[Role.TECHNICIAN, 1])
    phone.push()
    assert stage.state(start) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)

    def broken(_unit: Unit, _args: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setitem(stage.handlers, ("handover.start", 1), broken)
        office.do(EntryRatify(entry_id=start.id, reason="替班"))
        office.push()
        assert stage.state(start) == ("parked", ErrorCode.ENTRY_SERVER_ERROR)
    done = stage.write(lambda store: judge_again(stage.engine, store, stage.id, parked_for([ErrorCode.ENTRY_SERVER_ERROR])))
    assert done.touched.after.keys() == done.touched.before.keys() != set(), "live frames say how far they go"
    assert (stage.state(start), detail(stage, start.id)) == (("applied", None), {"ratified_by": office.actor})


def test_what_was_refused_because_its_basis_waited_takes_effect_once_that_does(stage: Stage) -> None:
    """It waited for two, the first of which nobody has."""
    phone, office = stage.phone(), manager(stage)
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van, "rental_id": stage.rental}
    start = phone.record("handover.start", args, needs=[stage.ids.new()])
    built = phone.record(
        "handover.abandon", {"handover_id": args["handover_id"], "reason": "x"}, needs=[stage.ids.new(), start.id]
    )
    phone.push()
    office.do(EntryRatify(entry_id=built.id, reason="他在场"))
    office.push()
    assert stage.state(built) == ("refused", ErrorCode.RECORD_UNKNOWN)
    office.do(EntryRatify(entry_id=start.id, reason="等不到了"))
    office.push()
    assert [stage.state(one) for one in (start, built)] == [("applied", None)] * 2
    assert stage.the("handover", args["handover_id"])["state"] == "abandoned"


def test_ratifying_that_the_store_could_not_keep_ratifies_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, office = stage.phone(), manager(stage)
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
    built = phone.record("handover.start", args, needs=[stage.ids.new()])
    phone.push()
    real = conflicts.settle

    def settle(judge: Judge, unit: Unit) -> None:
        real(judge, unit)
        if unit.body.action == EntryRatify.action:
            raise OSError("the database cannot keep what it wrote")

    monkeypatch.setattr(conflicts, "settle", settle)
    said = office.do(EntryRatify(entry_id=built.id, reason="x"))
    office.push(checked=True)
    assert stage.state(said) == ("parked", ErrorCode.ENTRY_SERVER_ERROR)
    assert stage.state(built) == ("parked", ErrorCode.ENTRY_WAITS)


def test_what_only_repeats_an_entry_that_waited_keeps_no_loss_from_being_declared_and_no_gap_from_being_released(
    stage: Stage,
) -> None:
    """A device that went on in a new epoch sent its waiting entry again; the original has taken effect since."""
    phone, other, third = stage.phone(), stage.phone(), stage.phone()
    start = CheckIn(other)
    start.start()
    waiting = phone.record("handover.abandon", {"handover_id": start.id, "reason": "x"}, needs=[start.entries[0].id])
    kept = list(phone.journal.outbox)
    phone.push()
    twin = phone.copy()
    twin.journal.seq, twin.journal.hash = 0, genesis(stage.id, phone.id)
    twin.journal.append("other", b"{}")
    new_epoch = stage.push({**twin.request(), "entries": []}).new_epoch
    assert new_epoch is not None
    phone.journal.outbox = kept
    phone.journal.adopt(new_epoch)
    assert [(one.state, one.code) for one in phone.push(phone.request()).outcomes] == [("parked", ErrorCode.ENTRY_WAITS)]
    other.push()
    assert stage.state(waiting) == ("applied", None)
    for _ in range(2):
        CheckIn(third).start()
    request = third.request()
    stage.push({**request, "entries": request["entries"][1:]})
    office = manager(stage)
    release = office.record("gap.release", {"device_id": third.id, "epoch": 0, "until": 1, "reason": "没了"})
    office.push()
    assert stage.state(release) == ("applied", None)
    declare_a_loss(stage)
