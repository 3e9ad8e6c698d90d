"""A new epoch leads on only the journal that shares its base: nothing that was saved counts as proven by another's."""

import copy
from collections.abc import Callable

import pytest

from schemas.errors import ErrorCode
from schemas.protocol import NewEpoch, Receipt
from sync.device_state import MemoryDeviceStore
from sync.journal import genesis
from sync.replica import HASHES_KEPT, epoch_behind
from tests.support.exchange import Line
from tests.support.stage import CheckIn, Phone, Stage
from tests.unit.test_engine_chain import verified


def start(line: Line) -> str:
    stage = line.stage
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
    saved: str = line.save("handover.start", args).id
    return saved


def backup(line: Line) -> MemoryDeviceStore:
    assert isinstance(line.store, MemoryDeviceStore)
    return copy.deepcopy(line.store)


def twice_restored(stage: Stage) -> tuple[Line, str]:
    """A device that goes back to a backup and does not hear of its fork, then to an older one, where it writes once more."""
    line = Line(stage, stage.phone())
    start(line)
    line.sync()
    older = backup(line)
    for _ in range(3):
        start(line)
    line.sync()
    newer = backup(line)
    start(line)
    line.sync()
    second = Line(stage, line.phone, newer)
    start(second)
    second.lose_answers = 1
    second.exchange()
    assert stage.device(line.phone.id).epoch == 1
    third = Line(stage, line.phone, older)
    return third, start(third)


def test_what_a_second_backup_wrote_is_kept_here_and_put_aside_there(stage: Stage) -> None:
    line, saved = twice_restored(stage)
    received = line.exchange()
    assert (received.new_epoch, received.trouble) == (False, ErrorCode.EPOCH_UNKNOWN)
    line.sync()
    assert [row.id for row in line.device.outbox] == [saved]
    assert line.device.farewell() is None
    aside = stage.write(lambda store: store.aside_at(stage.id, line.phone.id, 0, 2))
    assert [(one.reason, one.seq) for one in aside] == [("old_epoch", 2)]


def test_a_device_does_not_follow_a_base_that_is_not_its_own_whoever_says_so(stage: Stage) -> None:
    line, saved = twice_restored(stage)
    push = line.device.push(stage.now)
    answer = line.ask(push.request)
    answer["commands"] = []
    answer["new_epoch"] = NewEpoch(epoch=1, base_seq=4, base_hash="f" * 64).model_dump(mode="json")
    received = line.device.receive(answer, push, stage.now)
    assert (received.new_epoch, received.again, received.trouble) == (False, False, ErrorCode.EPOCH_UNKNOWN)
    assert (line.device.epoch, [row.id for row in line.device.outbox]) == (0, [saved])
    answer["receipt"] = "x"
    assert not line.device.receive(answer, push, stage.now).new_epoch
    assert [row.id for row in line.device.outbox] == [saved]


def forked_at_three(stage: Stage) -> tuple[Phone, Callable[[int], Phone]]:
    """A copy whose fork after number 3 it was not told of, and what makes copies as they were after another number."""
    phone = stage.phone()
    copies: dict[int, Phone] = {}
    for seq in range(1, 5):
        CheckIn(phone).start()
        copies[seq] = phone.copy()
    phone.push()
    second = copies[3].copy()
    CheckIn(second).start()
    second.push(second.request())
    assert stage.device(phone.id).epoch == 1
    return second, lambda seq: copies[seq].copy()


def wrote(phone: Phone, times: int) -> Phone:
    for _ in range(times):
        CheckIn(phone).start()
    return phone


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda second, at: second, True),
        (lambda second, at: wrote(second, 2), True),
        (lambda second, at: at(3), True),  # at the base, it has not written on yet
        (lambda second, at: wrote(at(3), 1), True),  # from the same backup, another life: it shares the base
        (lambda second, at: at(2), False),  # behind the base: it has not got it
        (lambda second, at: wrote(at(2), 1), False),
        (lambda second, at: wrote(at(1), 4), False),
    ],
)
def test_an_epoch_is_told_again_to_whoever_may_share_its_base(
    stage: Stage, make: Callable[[Phone, Callable[[int], Phone]], Phone], told: bool
) -> None:
    second, at = forked_at_three(stage)
    phone = make(second, at)
    pushed = stage.push(phone.request())
    assert (pushed.new_epoch is not None) == told
    assert [command.type for command in pushed.commands] == ([] if told else ["re_enrol"])
    if told:
        assert pushed.new_epoch == NewEpoch(epoch=1, base_seq=3, base_hash=second.journal.hashes[3])
        assert phone.journal.hashes[3] == second.journal.hashes[3]


def test_a_journal_whose_first_new_entry_is_behind_the_base_is_no_follower_of_it(stage: Stage) -> None:
    """It says of the base itself nothing, only of what stands behind."""
    _, at = forked_at_three(stage)
    other = wrote(at(2), 2)
    request = other.request()
    pushed = stage.push({**request, "entries": [one for one in request["entries"] if one["seq"] == 4]})
    assert (pushed.new_epoch, [command.type for command in pushed.commands]) == (None, ["re_enrol"])


def test_an_epoch_from_the_start_of_the_one_before_is_told_again_to_all_who_speak_in_that(stage: Stage) -> None:
    phone = stage.phone()
    second, third = phone.copy(), phone.copy()
    wrote(phone, 1).push()
    stage.push(wrote(second, 1).request())
    request = wrote(third, 1).request()
    changed = [{**one, "body": one["body"].replace("check_in", "check_oxt")} for one in request["entries"]]
    pushed = stage.push({**request, "entries": changed})  # on its way: its own start is common to all the same
    assert pushed.new_epoch == NewEpoch(epoch=1, base_seq=0, base_hash=genesis(stage.id, phone.id))
    third.journal.adopt(pushed.new_epoch)
    assert third.push().upload_clear
    verified(stage, third)


def test_the_start_of_its_epoch_is_never_forgotten(stage: Stage) -> None:
    """A fork may go back to it, however much is proven since."""
    phone = stage.phone()
    wrote(phone, 2)
    phone.journal.adopt(NewEpoch(epoch=1, base_seq=1, base_hash=phone.journal.hashes[1]))
    start, first = phone.journal.hashes[1], phone.journal.hashes[2]
    for _ in range(HASHES_KEPT + 5):
        phone.journal.append(stage.ids.new(), b"{}")
    end = phone.journal.seq
    receipt = Receipt(
        organisation=stage.id, device=phone.id, epoch=1, n=end, h=phone.journal.hash, held=[], lost=[], missing=[],
        missing_count=0, at="2027-01-15T08:00:00.000Z",
    )  # fmt: skip
    assert phone.journal.prove(receipt) == end - 1
    assert (phone.journal.hashes[1], first in phone.journal.hashes.values()) == (start, False)
    assert len(phone.journal.hashes) == HASHES_KEPT + 1
    forked = receipt.model_copy(update={"epoch": 2, "n": 1, "h": genesis(stage.id, phone.id, 2, start)})
    assert epoch_behind(phone.journal, forked) == NewEpoch(epoch=2, base_seq=1, base_hash=start)
