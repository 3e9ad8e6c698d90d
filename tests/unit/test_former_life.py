"""What a receipt named as held, and a device that went back to a backup contradicts: told, and kept for a manager to admit."""

import pytest

from schemas import limits
from schemas.actions.quarantine import KeptEntry, QuarantineAdmit
from schemas.people import Role
from sync.device import Recorded
from sync.store import KeptAside
from tests.support.stage import MINUTE_MS, CheckIn, Phone, Stage, unseal
from tests.unit.test_engine_chain import verified, without


def aside(stage: Stage, phone: Phone) -> list[KeptAside]:
    return [one for one in stage.write(lambda store: store.kept_aside(stage.id, phone.id)) if one.reason == "former"]


def gone_back(stage: Stage) -> tuple[Phone, list[Recorded]]:
    """A device that had 5 and 6 held behind a 4 that was lost on the way, named so in a receipt, goes back to a backup made at
    3 and writes on, each entry sent as it is saved: (the device in its new life, what it wrote last in the former one)."""
    phone = stage.phone()
    for _ in range(3):
        CheckIn(phone).start()
    phone.push()
    backup = phone.copy()
    former = [CheckIn(phone).start() for _ in range(3)][1:]
    pushed = stage.push({**without(phone.request(), 4), "gap": True})
    assert unseal(stage.id, pushed.receipt).held == [(5, 6)]
    for _ in range(3):
        CheckIn(backup).start()
        backup.push()
    assert unseal(stage.id, stage.push(backup.request()).receipt).n == 6
    return backup, former


def test_what_was_held_of_a_former_life_is_told_and_waits_for_a_manager(stage: Stage) -> None:
    phone, former = gone_back(stage)
    assert sorted(one["detail"]["seq"] for one in stage.incidents("held_differs")) == [5, 6], "two histories are named"
    waiting = aside(stage, phone)
    assert [(one.epoch, one.seq, one.hash) for one in waiting] == [(0, one.seq, one.hash) for one in former]
    assert [one["detail"] for one in stage.incidents("quarantine")] == [{"waiting": 2}]
    boss = stage.phone(Role.MANAGER, shared=False, type_="office")
    named = [KeptEntry(epoch=one.epoch, seq=one.seq, hash=one.hash) for one in waiting]
    boss.do(QuarantineAdmit(device_id=phone.id, entries=named, reason="恢复备份之前的记录"))
    assert [one.state for one in boss.push().outcomes] == ["applied"]
    assert {stage.state(one) for one in former} == {("applied", None)}
    assert stage.incidents("quarantine") == []
    verified(stage, phone)


def test_behind_a_declared_loss_it_waits_just_so(stage: Stage) -> None:
    """The first entry of the new life is lost in a spoiled store: its hash contradicts what is held behind it."""
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    backup = phone.copy()
    CheckIn(phone).start()
    former = CheckIn(phone).start()
    stage.push({**without(phone.request(), 2), "gap": True})
    then = stage.now
    for _ in range(2):
        CheckIn(backup).start()
    spoiled = {**without(backup.request(), 2), "lost": [{"seq": 2, "hash": backup.journal.hashes[2]}]}
    for _ in range(3):
        stage.now += MINUTE_MS
        stage.push(spoiled)
    assert stage.device(phone.id).seq == 3
    assert [(one.seq, one.hash, one.at_ms) for one in aside(stage, phone)] == [(3, former.hash, then)]
    assert [one["detail"] for one in stage.incidents("held_differs")] == [{"seq": 3}]


@pytest.mark.parametrize("full", [False, True])
def test_it_needs_no_room(stage: Stage, monkeypatch: pytest.MonkeyPatch, full: bool) -> None:
    monkeypatch.setattr(limits, "QUARANTINE_ENTRIES_MAX", 0 if full else 10)
    phone, former = gone_back(stage)
    assert [one.hash for one in aside(stage, phone)] == [one.hash for one in former]


def test_nothing_is_clear_while_something_is_held(stage: Stage) -> None:
    """A backup that knows nothing of what is held behind its own end: all it has is here, and yet not all is."""
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    backup = phone.copy()
    for _ in range(2):
        CheckIn(phone).start()
    stage.push({**without(phone.request(), 2), "gap": True})
    pushed = stage.push(backup.request())
    assert (unseal(stage.id, pushed.receipt).n, unseal(stage.id, pushed.receipt).held) == (1, [(3, 3)])
    assert not pushed.upload_clear
