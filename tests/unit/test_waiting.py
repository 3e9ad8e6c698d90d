"""Entries without effect are found for a manager: those his word settles, and those that are only kept."""

import json
from typing import Any

import pytest

from schemas import limits
from schemas.actions.devices import DeviceRevoke
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.waiting import WaitingEntry, WaitingPage, WaitingWhich
from server import waiting
from sync.device import Recorded
from tests.support.stage import CheckIn, Phone, Stage
from tests.unit.test_quarantine import admit


def page(stage: Stage, which: WaitingWhich = "decide", after: waiting.Place = waiting.START) -> WaitingPage:
    def job(store: Any) -> WaitingPage:
        devices = [one.id for one in store.records(stage.id, "device")]
        return waiting.page(store, stage.id, devices, which, after)

    return stage.write(job)


def every(stage: Stage, which: WaitingWhich = "decide") -> list[WaitingEntry]:
    """All of them, page by page."""
    found: list[WaitingEntry] = []
    after = waiting.START
    for _ in range(200):
        one = page(stage, which, after)
        found += one.entries
        if one.next is None:
            return found
        device, version = one.next.split(".")
        assert (device, int(version)) > after, "a page goes on, it never stands still"
        after = (device, int(version))
    raise AssertionError("no end")


def start(phone: Phone, *needs: str) -> Recorded:
    args = {
        "handover_id": phone.stage.ids.new(),
        "type": "check_in",
        "asset_id": phone.stage.van,
        "rental_id": phone.stage.rental,
    }
    return phone.record("handover.start", args, needs=list(needs))


def manager(stage: Stage) -> Phone:
    return stage.phone(Role.MANAGER, shared=False, type_="office")


def say(stage: Stage, action: str, entry: str, reason: str = "问过了") -> Recorded:
    boss = manager(stage)
    made = boss.record(action, {"entry_id": entry, "reason": reason})
    boss.push()
    return made


@pytest.fixture
def refused(stage: Stage) -> tuple[Stage, Recorded]:
    """Somebody whose role never allowed it begins a check-in: there is no conflict, and yet a manager may ratify it."""
    phone = stage.phone()
    phone.actor = stage.people[Role.FINANCE, 0]
    entry = CheckIn(phone).start()
    phone.push()
    assert stage.all("conflict") == []
    return stage, entry


def test_what_was_refused_for_want_of_a_right_is_found_with_who_and_when(refused: tuple[Stage, Recorded]) -> None:
    stage, entry = refused
    (found,) = every(stage)
    assert (found.id, found.action, found.actor) == (entry.id, "handover.start", stage.people[Role.FINANCE, 0])
    assert (found.state, found.code) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)
    assert (found.may_ratify, found.may_reject, found.rejected) == (True, True, None)
    assert every(stage, "kept") == []


def test_ratified_it_is_gone_from_the_list(refused: tuple[Stage, Recorded]) -> None:
    stage, entry = refused
    say(stage, "entry.ratify", entry.id)
    assert stage.state(entry) == ("applied", None)
    assert every(stage) == every(stage, "kept") == []


def test_rejected_it_stays_refused_and_its_author_is_told_why(refused: tuple[Stage, Recorded]) -> None:
    stage, entry = refused
    made = say(stage, "entry.reject", entry.id, "财务不做交接")
    assert stage.state(made) == ("applied", None)
    assert every(stage) == []
    (found,) = every(stage, "kept")
    assert (found.state, found.may_reject) == ("refused", False)
    assert found.rejected is not None
    assert (found.rejected.by, found.rejected.reason) == (stage.people[Role.MANAGER, 0], "财务不做交接")
    (told,) = [one for one in stage.all("outcome") if one["seq"] == 1 and one["action"] == "handover.start"]
    assert (told["state"], told["detail"]["rejected"]["reason"]) == ("refused", "财务不做交接")


def test_the_first_rejection_stands_and_a_later_ratification_still_takes_effect(refused: tuple[Stage, Recorded]) -> None:
    stage, entry = refused
    say(stage, "entry.reject", entry.id, "先说的")
    second = say(stage, "entry.reject", entry.id, "后说的")
    assert stage.state(second) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert [one.rejected.reason for one in every(stage, "kept") if one.rejected] == ["先说的"]
    say(stage, "entry.ratify", entry.id)
    assert stage.state(entry) == ("applied", None)


@pytest.mark.parametrize("second", ["entry.ratify", "entry.reject"])
@pytest.mark.parametrize("how", ["waited", "admitted"])
def test_of_two_words_on_one_entry_that_come_into_effect_together_the_first_counts(
    refused: tuple[Stage, Recorded], second: str, how: str
) -> None:
    """Both wait for the same entry, or are admitted at once: the first is carried out before the second is judged."""
    stage, entry = refused
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    other = stage.phone(Role.MANAGER, shared=False, type_="office")
    before = other.record("asset.edit", {"asset_id": stage.van, "colour": "red"})
    if how == "admitted":
        stage.do(DeviceRevoke(device_id=office.id))
    needs = [before.id] if how == "waited" else []
    one = office.record("entry.ratify", {"entry_id": entry.id, "reason": "先说的"}, needs=needs)
    two = office.record(second, {"entry_id": entry.id, "reason": "后说的"}, needs=needs)
    office.push(office.request())
    other.push()
    if how == "admitted":
        admit(stage, office)
    assert stage.state(one) == stage.state(entry) == ("applied", None)
    assert stage.state(two) == ("refused", ErrorCode.STATE_ILLEGAL)


def test_what_waits_for_another_names_it_and_a_manager_may_end_the_waiting(stage: Stage) -> None:
    phone, unknown = stage.phone(), stage.ids.new()
    entry = start(phone, unknown)
    phone.push()
    (found,) = every(stage)
    assert (found.id, found.state, found.code) == (entry.id, "parked", ErrorCode.ENTRY_WAITS)
    assert (found.waits_for, found.needed, found.may_ratify, found.may_reject) == (unknown, None, True, False)
    say(stage, "entry.ratify", entry.id, "等不到了")
    assert stage.state(entry)[0] == "applied"
    assert every(stage) == []


def test_what_no_word_settles_is_only_shown(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    again = handover.start()
    strange = phone.record("of.tomorrow", {})
    phone.push()
    assert every(stage) == []
    found = {one.id: one for one in every(stage, "kept")}
    assert (found[again.id].code, found[strange.id].code) == (ErrorCode.STATE_ILLEGAL, ErrorCode.ACTION_UNKNOWN)
    assert not any(one.may_ratify or one.may_reject for one in found.values())


def test_pages_are_bounded_and_miss_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for _ in range(3):
        phone = stage.phone()
        made += [start(phone, stage.ids.new()) for _ in range(7)]
        phone.push()
    monkeypatch.setattr(limits, "WAITING_PAGE_ENTRIES_MAX", 4)
    assert len(page(stage).entries) == 4
    assert sorted(one.id or "" for one in every(stage)) == sorted(one.id for one in made)
    monkeypatch.setattr(limits, "WAITING_LOOKED_AT_MAX", 3)
    assert page(stage, "kept").entries == []
    assert page(stage, "kept").next is not None, "looked through, nothing found yet, and there is more"
    assert every(stage, "kept") == []


def test_who_decides_reads_what_it_would_do(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = stage.phone()
    known = start(phone, stage.ids.new())
    odd = phone.record("nobody.knows", {"note": "x" * limits.WAITING_ARGS_CHARS_MAX})
    half = stage.ids.new()
    phone.journal.append(half, json.dumps({"id": half, "args": {"note": "\ud800"}}).encode())
    phone.push()
    args = {one.id: one.args for one in [*every(stage), *every(stage, "kept")]}
    assert args[known.id] == json.loads(known.body)["args"]
    assert (args[odd.id], args[half]) == (None, None), "too long to read; half a character, which no answer can carry"
