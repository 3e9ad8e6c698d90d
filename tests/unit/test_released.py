"""Gaps that nobody can fill: a manager releases them, what is held behind takes effect, and what turns up after all does, too."""

from typing import Any

import pytest

from schemas.actions.devices import GapRelease
from schemas.actions.incidents import IncidentClose
from schemas.limits import SEQ_MAX
from schemas.people import Role
from schemas.protocol import NewEpoch, Outcome
from server.proof import DeviceChain, verify_device
from sync.journal import holes
from tests.support.stage import CheckIn, Phone, Stage, unseal


def without(request: dict[str, Any], *seqs: int) -> dict[str, Any]:
    return {**request, "entries": [entry for entry in request["entries"] if entry["seq"] not in seqs]}


def chain(stage: Stage, phone: Phone) -> DeviceChain:
    return stage.write(lambda store: verify_device(store, stage.device_in(store, phone.id)))


def starts(stage: Stage, count: int) -> Phone:
    phone = stage.phone()
    for _ in range(count):
        CheckIn(phone).start()
    return phone


def release(stage: Stage, phone: Phone, until: int, role: Role = Role.MANAGER) -> Outcome:
    office = stage.phone(role, shared=False, type_="office")
    office.do(GapRelease(device_id=phone.id, epoch=stage.device(phone.id).epoch, until=until, reason="平板摔坏"))
    return office.push().outcomes[0]


def end(stage: Stage, pushed: Any) -> tuple[int, list[tuple[int, int]]]:
    receipt = unseal(stage.id, pushed.receipt)
    return receipt.n, receipt.held


def test_what_is_held_takes_effect_and_who_gave_up_what_is_kept(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone, stage.other_van).start()
    handover = CheckIn(phone).whole()
    request = phone.request()
    stage.push(without(request, 1))
    assert stage.device(phone.id).seq == 0
    assert release(stage, phone, 1).state == "applied"
    device = stage.device(phone.id)
    assert (device.seq, device.hash) == (8, phone.journal.hash)
    assert stage.the("asset", stage.van)["state"] == "returned"
    assert stage.state(handover.entries[-1]) == ("applied", None)
    assert stage.incidents("gap") == []
    assert stage.the("device", phone.id)["proven_seq"] == 8
    (given_up,) = stage.all("released_gap")
    assert [(one["first"], one["last"], one["reason"]) for one in given_up["gaps"]] == [(1, 1, "平板摔坏")]
    assert given_up["gaps"][0]["by"] == stage.people[Role.MANAGER, 0]
    assert chain(stage, phone) == DeviceChain(checked=6, broken_at=None, total=8, released=((1, 1),))


def test_what_is_held_or_was_released_is_not_said_to_be_unsent(stage: Stage) -> None:
    """A proof and the device's line name what is not here, as it stands now: nothing held, nothing given up since."""
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    stage.push(without(phone.request(), 2))
    before = stage.proof(handover.id)
    assert (before.gaps, before.pending.entries) == ([(2, 2)], 1)
    release(stage, phone, 2)
    assert stage.proof(handover.id).pending.entries == 0
    line = stage.the("device", phone.id)
    assert (line["proven_seq"], line["pending"]["entries"]) == (7, 0)


def test_the_device_that_has_nothing_of_it_is_clear_again(stage: Stage) -> None:
    phone = starts(stage, 5)
    stage.push(without(phone.request(), 2, 3))
    release(stage, phone, 3)
    phone.journal.outbox = phone.journal.outbox[3:]
    pushed = phone.push()
    assert end(stage, pushed) == (5, [])
    assert pushed.upload_clear
    new = CheckIn(phone).start()
    assert phone.push().upload_clear
    assert stage.state(new) == ("applied", None)


def test_what_is_missing_before_the_first_number_it_brings_holds_back_no_receipt(stage: Stage) -> None:
    """It sends from the first number on that it has: the first is not on the device, and never comes."""
    phone = starts(stage, 6)
    request = phone.request()
    stage.push(without(request, 1, 2, 3))
    release(stage, phone, 3)
    pushed = stage.push(without(request, 1))
    assert end(stage, pushed) == (6, [])
    assert pushed.upload_clear
    assert chain(stage, phone).released == ((1, 1),)


def test_no_receipt_covers_what_the_device_turns_out_to_have(stage: Stage) -> None:
    """The release was wrong: the device has all of it, and sends it piece by piece."""
    phone = starts(stage, 7)
    request = phone.request()
    stage.push(without(request, 2, 3, 4))
    release(stage, phone, 4)
    assert stage.device(phone.id).seq == 7
    pushed = stage.push({**request, "entries": request["entries"][:2]})
    assert end(stage, pushed) == (2, []), "three and four are still on the device"
    assert not pushed.upload_clear
    (outcome,) = [one for one in pushed.outcomes if one.seq == 2]
    assert (outcome.state, outcome.detail) == ("applied", {"released": True})
    assert chain(stage, phone).released == ((3, 4),)
    pushed = phone.push(without(request, 1, 2))
    assert end(stage, pushed) == (7, [])
    assert pushed.upload_clear
    assert phone.journal.outbox == []
    assert chain(stage, phone) == DeviceChain(checked=7, broken_at=None, total=7)
    snapshot = stage.snapshot()
    stage.push(request)
    assert stage.snapshot() == snapshot, "said again, it changes nothing"


def test_a_late_copy_of_an_old_request_is_told_of_no_more_than_it_knows(stage: Stage) -> None:
    phone = starts(stage, 3)
    early = phone.request()
    for _ in range(2):
        CheckIn(phone).start()
    stage.push(without(phone.request(), 2, 3))
    release(stage, phone, 3)
    assert end(stage, stage.push({**early, "entries": []})) == (1, [])
    assert end(stage, stage.push({**early, "entries": early["entries"][:2]})) == (2, [])
    assert end(stage, stage.push(early)) == (3, [])
    assert stage.device(phone.id).epoch == 0
    assert chain(stage, phone).released == ()


def test_a_hash_declared_late_closes_it(stage: Stage) -> None:
    phone = starts(stage, 4)
    request = phone.request()
    stage.push(without(request, 2))
    release(stage, phone, 2)
    wrong = stage.push({**without(request, 2), "lost": [{"seq": 2, "hash": "1" * 64}]})
    assert end(stage, wrong) == (1, [])
    assert chain(stage, phone).released == ((2, 2),), "what stands behind does not follow from it"
    pushed = stage.push({**without(request, 2), "lost": [{"seq": 2, "hash": phone.journal.hashes[2]}]})
    assert (end(stage, pushed), unseal(stage.id, pushed.receipt).lost) == ((4, []), [2])
    assert chain(stage, phone) == DeviceChain(checked=3, broken_at=None, total=4)


def test_another_journal_in_the_gap_is_a_fork_and_costs_no_body(stage: Stage) -> None:
    phone = starts(stage, 1)
    phone.push()
    backup = phone.copy()
    for _ in range(3):
        CheckIn(phone).start()
    stage.push(without(phone.request(), 2, 3))
    release(stage, phone, 3)
    for _ in range(2):
        CheckIn(backup).start()
    pushed = stage.push(backup.request())
    assert isinstance(pushed.new_epoch, NewEpoch)
    assert (pushed.new_epoch.epoch, pushed.new_epoch.base_seq) == (1, 1)
    backup.journal.adopt(pushed.new_epoch)
    assert {outcome.state for outcome in backup.push().outcomes} == {"applied"}
    assert chain(stage, phone).broken_at is None


def test_damaged_bytes_in_the_gap_are_kept_aside(stage: Stage) -> None:
    phone = starts(stage, 3)
    request = phone.request()
    stage.push(without(request, 2))
    release(stage, phone, 2)
    broken = {**request["entries"][1], "body": request["entries"][1]["body"].replace("check_in", "check_im")}
    pushed = stage.push({**request, "entries": [broken]})
    assert end(stage, pushed) == (1, [])
    assert stage.write(lambda store: store.quarantine_count(stage.id, phone.id)) == 1
    assert end(stage, stage.push(request)) == (3, [])


@pytest.mark.parametrize("until", [1, 3, 9])
def test_only_what_is_missing_before_something_held_is_released(stage: Stage, until: int) -> None:
    phone = starts(stage, 3)
    stage.push(without(phone.request(), 2))
    assert release(stage, phone, until).state == "refused"
    assert stage.device(phone.id).seq == 1


def test_a_second_gap_waits_for_a_release_of_its_own(stage: Stage) -> None:
    phone = starts(stage, 6)
    stage.push(without(phone.request(), 2, 5))
    release(stage, phone, 2)
    assert stage.device(phone.id).seq == 4
    assert [one["detail"]["missing"] for one in stage.incidents("gap")] == [[[5, 5]]]
    release(stage, phone, 5)
    assert stage.device(phone.id).seq == 6
    assert chain(stage, phone).released == ((2, 2), (5, 5))


def test_a_gap_of_any_width_is_named_at_once(stage: Stage) -> None:
    phone = stage.phone()
    phone.journal.seq = SEQ_MAX - 10
    CheckIn(phone).start()
    assert end(stage, stage.push(phone.request())) == (0, [(SEQ_MAX - 9, SEQ_MAX - 9)])
    assert [one["detail"]["missing"] for one in stage.incidents("gap")] == [[[1, SEQ_MAX - 10]]]
    assert holes(3, 9, [1, 4, 5, 9]) == [(3, 3), (6, 8)]


@pytest.mark.parametrize("before", [False, True], ids=["said after", "said before"])
def test_what_waits_for_what_was_released_is_judged(stage: Stage, before: bool) -> None:
    phone, other = starts(stage, 3), stage.phone()
    gone = phone.journal.outbox[1].id
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
    built = other.record("handover.start", args, needs=[gone])
    own = phone.record("handover.start", {**args, "handover_id": stage.ids.new()}, needs=[gone])
    if before:
        other.push()
        assert stage.state(built)[0] == "parked"
    stage.push(without(phone.request(), 2))
    release(stage, phone, 2)
    other.push()
    assert stage.state(own) == stage.state(built) == ("applied", None)
    found = stage.entry(own.id)
    assert found is not None
    assert found.detail == {"basis_lost": True}


def test_a_gap_with_nothing_but_declared_losses_behind_it_is_named_and_released_too(stage: Stage) -> None:
    """A device that lost one number whole, and has let go all that came after, before the server went back to a backup."""
    phone = starts(stage, 4)
    journal, request = phone.journal, phone.request()
    lost = [{"seq": seq, "hash": journal.hashes[seq]} for seq in (3, 4)]
    only = {**request, "entries": request["entries"][:1], "lost": lost}
    pushed = stage.push(only)
    assert (end(stage, pushed)[0], pushed.upload_clear) == (1, False)
    (incident,) = stage.incidents("gap")
    assert incident["detail"]["missing"] == [[2, 2]]
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    office.do(IncidentClose(incident_id=incident["id"], note="看过了"))
    assert office.push().outcomes[0].state == "refused"
    assert release(stage, phone, 2).state == "applied"
    assert stage.incidents("gap") == []
    device = stage.device(phone.id)
    assert (device.seq, device.hash) == (4, journal.hash)
    journal.outbox = []
    pushed = phone.push()
    assert (end(stage, pushed)[0], pushed.upload_clear) == (4, True)
    assert chain(stage, phone).broken_at is None
