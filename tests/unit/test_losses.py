"""However much a device has declared lost: what it costs everybody else is bounded. On every store."""

from typing import Any

import pytest

from schemas import limits
from schemas.protocol import NewEpoch, SyncRequest
from tests.support.stage import CheckIn, Phone, Stage, unseal


class Asked:
    """A store that counts the questions put to it."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        self.count += 1
        return getattr(self._store, name)


def test_declared_losses_make_a_receipt_neither_long_nor_dear(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECEIPT_LOST_MAX", 3)

    def looked(lost: set[int]) -> tuple[list[int], int]:
        phone = stage.phone()
        for _ in range(12):
            CheckIn(phone).start()
        request = phone.request()
        declared = [{"seq": seq, "hash": phone.journal.hashes[seq]} for seq in sorted(lost)]
        phone.push({**request, "entries": [one for one in request["entries"] if one["seq"] not in lost], "lost": declared})
        idle = {**phone.request(), "entries": [], "lost": []}
        phone.push(idle)
        message = SyncRequest.model_validate(idle)

        def job(store: Any) -> tuple[list[int], int]:
            asked: Any = Asked(store)
            seen = stage.engine.look(asked, stage.id, message, stage.now)
            assert seen is not None
            return unseal(stage.id, seen.receipt).lost, asked.count

        return stage.write(job)

    (named, questions), (all_named, many) = looked({4}), looked(set(range(2, 11)))
    assert (named, all_named) == ([4], [8, 9, 10])
    assert many == questions


def restored_and_damaged(stage: Stage, lost: int, written: int, since: int = 3) -> Phone:
    """A device that went back to a backup, went on writing, and lost the bodies of its first new entries: the server has other
    entries, `since` the backup, under their numbers."""
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    backup = phone.copy()
    for _ in range(since):
        CheckIn(phone).start()
    phone.push()
    for _ in range(written):
        CheckIn(backup).start()
    for row in list(backup.journal.outbox)[:lost]:
        backup.journal.outbox.remove(row)
        backup.journal.lost[row.seq] = row.hash
    return backup


@pytest.mark.parametrize(("lost", "written"), [(1, 3), (2, 3), (1, 5), (3, 5), (1, 1), (2, 2)])
def test_a_declared_loss_may_be_what_contradicts(stage: Stage, lost: int, written: int) -> None:
    backup = restored_and_damaged(stage, lost, written)
    pushed = backup.push()
    assert pushed.new_epoch == NewEpoch(epoch=1, base_seq=1, base_hash=backup.journal.hashes[1])
    backup.journal.adopt(pushed.new_epoch)
    again = backup.push()
    assert (again.new_epoch, again.upload_clear) == (None, True)
    assert [outcome.state for outcome in again.outcomes] == ["applied"] * (written - lost)
    numbers = list(range(2, 2 + lost))
    assert unseal(stage.id, again.receipt).lost == numbers
    named = sorted((one["detail"]["epoch"], one["detail"]["seq"]) for one in stage.incidents("declared_loss"))
    assert named == [(1, seq) for seq in numbers]


def test_a_fork_begins_behind_a_declared_hash_that_was_changed_on_its_way(stage: Stage) -> None:
    """Of the changed one the server has the true hash, and what follows from it; only the other is what contradicts."""
    phone = stage.phone()
    for _ in range(4):
        CheckIn(phone).start()
    backup = phone.copy()
    phone.push()
    for _ in range(3):
        CheckIn(phone).start()
    phone.push()
    CheckIn(backup).start()
    for row in [one for one in backup.journal.outbox if one.seq in (2, 5)]:
        backup.journal.outbox.remove(row)
        backup.journal.lost[row.seq] = row.hash
    request = backup.request()
    changed = [{**one, "hash": "0" * 64} if one["seq"] == 2 else one for one in request["lost"]]
    pushed = stage.push({**request, "lost": changed})
    assert pushed.new_epoch == NewEpoch(epoch=1, base_seq=4, base_hash=backup.journal.hashes[4])


def test_a_declared_hash_changed_on_its_way_makes_no_fork(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(3):
        CheckIn(phone).start()
    request = phone.request()
    stage.push(request)  # the answer is lost, then the body of the second
    phone.journal.outbox = [row for row in phone.journal.outbox if row.seq != 2]
    phone.journal.lost[2] = phone.journal.hashes[2]
    request = phone.request()
    changed = [{**one, "hash": "0" * 64} for one in request["lost"]]
    pushed = stage.push({**request, "lost": changed})
    assert pushed.new_epoch is None
    assert phone.push().new_epoch is None
    assert phone.journal.proven_n == 3


def test_a_restored_backup_that_lost_its_first_new_number_whole_is_found_out(stage: Stage) -> None:
    """Neither the body nor the hash is left of the number that would have contradicted: what stands behind follows from nothing
    here. Once it may have been changed on its way; when it comes just so again, it is another branch."""
    backup = restored_and_damaged(stage, lost=1, written=3, since=1)
    gone = backup.journal.lost.popitem()[0]
    del backup.journal.hashes[gone]
    assert backup.request()["gap"] is True
    before = [(one.seq, one.state) for one in backup.push().outcomes]
    assert before == [(3, "parked")]
    stage.now += 1000
    pushed = backup.push()
    assert pushed.new_epoch is not None
    assert pushed.new_epoch.base_seq == 0
    backup.journal.adopt(pushed.new_epoch)
    again = backup.push()
    assert (again.new_epoch, again.upload_clear) == (None, True)
    assert [outcome.state for outcome in again.outcomes] == ["applied"] * 2
    assert [one["detail"] for one in stage.incidents("declared_loss")] == [{"seq": gone, "epoch": 1}]


def test_a_first_new_entry_changed_on_its_way_twice_makes_no_fork(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    CheckIn(phone).start()
    for wrong in ("0" * 64, "1" * 64):
        stage.now += 1000
        request = phone.request()
        changed = [{**one, "hash": wrong} for one in request["entries"]]
        assert stage.push({**request, "entries": changed}).new_epoch is None
    assert phone.push().upload_clear


def test_a_device_two_epochs_behind_is_not_led_into_the_newest(stage: Stage) -> None:
    """Three copies of one store: whoever still speaks in the first epoch has missed a whole one."""
    first = stage.phone()
    CheckIn(first).start()
    first.push()
    second, third = first.copy(), first.copy()
    CheckIn(first).start()
    first.push()
    for copy in (second, third):
        CheckIn(copy).start()
    told = second.push().new_epoch
    assert told == NewEpoch(epoch=1, base_seq=1, base_hash=first.journal.hashes[1])
    for copy in (second, third):
        copy.journal.adopt(told)
    second.push()
    newest = third.push().new_epoch
    assert newest is not None
    assert (newest.epoch, newest.base_seq) == (2, 1), "nothing has come in it yet"
    CheckIn(first).start()
    pushed = stage.push(first.request())
    assert (pushed.new_epoch, [command.type for command in pushed.commands]) == (None, ["re_enrol"])
    assert [outcome.state for outcome in pushed.outcomes] == ["quarantined"]
