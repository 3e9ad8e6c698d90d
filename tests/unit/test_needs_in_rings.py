"""Entries that need one another, or themselves: judging ends, and no transaction is held by them."""

import pytest

from schemas.people import Role
from sync.device_state import Recorded
from sync.judge import Judge
from sync.store import DeviceState, JournalEntry
from tests.support.stage import CheckIn, Phone, Stage

JUDGED_MAX = 100


@pytest.fixture(autouse=True)
def _bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring that is judged round and round would hold the whole run."""
    judge_one = Judge._judge_one
    judged: list[JournalEntry] = []

    def counted(judge: Judge, device: DeviceState, entry: JournalEntry) -> None:
        judged.append(entry)
        assert len(judged) <= JUDGED_MAX, "judged again and again"
        judge_one(judge, device, entry)

    monkeypatch.setattr(Judge, "_judge_one", counted)


def reading(phone: Phone, entry_id: str, *needs: str) -> Recorded:
    """A reading of a handover nobody knows: refused as soon as it is judged."""
    args = {"handover_id": phone.stage.ids.new(), "meter": "odometer", "value": 1}
    return phone.record("reading.record", args, needs=list(needs), entry_id=entry_id)


def states(stage: Stage, ring: list[str]) -> set[str]:
    return {entry.state for one in ring if (entry := stage.entry(one)) is not None}


def push_with_a_loss(phone: Phone, lost: Recorded) -> None:
    request = phone.request()
    phone.push({**request, "entries": request["entries"][1:], "lost": [{"seq": lost.seq, "hash": lost.hash}]})


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_ring_behind_a_loss_is_refused_once(stage: Stage, length: int) -> None:
    phone = stage.phone()
    first = CheckIn(phone).start()
    ring = [stage.ids.new() for _ in range(length)]
    for at, entry_id in enumerate(ring):
        reading(phone, entry_id, ring[at - 1])
    push_with_a_loss(phone, first)
    assert states(stage, ring) == {"refused"}
    behind = CheckIn(phone).start()
    phone.push()
    assert stage.state(behind) == ("applied", None)


@pytest.mark.parametrize("devices", [1, 2])
def test_a_ring_waits_until_a_manager_ends_it_anywhere(stage: Stage, devices: int) -> None:
    phones = [stage.phone() for _ in range(devices)]
    ring = [stage.ids.new() for _ in range(3)]
    for at, entry_id in enumerate(ring):
        reading(phones[at % devices], entry_id, ring[at - 1])
    for phone in phones:
        phone.push()
    assert states(stage, ring) == {"parked"}
    boss = stage.phone(Role.MANAGER, shared=False, type_="office")
    boss.record("entry.ratify", {"entry_id": ring[0], "reason": "看过"})
    boss.push()
    assert states(stage, ring) == {"refused"}


def test_what_needs_itself_is_judged_as_what_needs_nothing(stage: Stage) -> None:
    phone = stage.phone()
    check_in = CheckIn(phone)
    entry_id = stage.ids.new()
    args = {"handover_id": check_in.id, "type": "check_in", "asset_id": stage.van, "rental_id": stage.rental}
    phone.record("handover.start", args, needs=[entry_id], entry_id=entry_id)
    phone.push()
    assert states(stage, [entry_id]) == {"applied"}
