"""Bytes changed on their way or in a device's store: they consume no number, and what is good is taken when it comes. On every
store."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from schemas import limits
from schemas.actions.devices import DeviceRevoke
from schemas.errors import ErrorCode
from sync.brought import states_of
from tests.support.exporting import bring_all, said_of, waiting_of
from tests.support.stage import MINUTE_MS, CheckIn, Phone, Stage, unseal
from tests.unit.test_engine_chain import verified, without


def changed(request: dict[str, Any], seq: int, **fields: Any) -> dict[str, Any]:
    """The request as it arrives when something has changed an entry on its way."""
    entries = [{**entry, **fields} if entry["seq"] == seq else entry for entry in request["entries"]]
    return {**request, "entries": entries}


def body_with(request: dict[str, Any], seq: int, old: str, new: str) -> dict[str, Any]:
    entry = next(entry for entry in request["entries"] if entry["seq"] == seq)
    assert old in entry["body"]
    return changed(request, seq, body=entry["body"].replace(old, new))


def written_later(stage: Stage, request: dict[str, Any]) -> dict[str, Any]:
    """The same content in another request of the device: one the network repeats has the same clock."""
    stage.now += 1000
    return {**request, "clock": {**request["clock"], "mono": stage.now}}


def quarantined(stage: Stage, phone: Phone) -> int:
    return stage.write(lambda store: store.quarantine_count(stage.id, phone.id))


def test_a_byte_changed_on_its_way_consumes_no_number_and_the_good_copy_is_taken(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.reading()
    photo = handover.photo("front")
    damaged = body_with(phone.request(), 2, "12000", "12001")
    pushed = phone.push(damaged)
    assert [(one.seq, one.state, one.code) for one in pushed.outcomes] == [
        (1, "applied", None), (2, "parked", ErrorCode.ENTRY_HASH_MISMATCH),
    ]  # fmt: skip
    assert unseal(stage.id, pushed.receipt).n == 1
    assert not pushed.upload_clear
    assert [one.seq for one in phone.journal.outbox] == [2, 3], "the device keeps what no receipt covers"
    assert quarantined(stage, phone) == 1, "what came is kept aside all the same"
    assert stage.incidents("damaged_entry") == []
    phone.push(damaged)
    assert stage.incidents("damaged_entry") == [], "the network says it again, not the device"
    phone.push(written_later(stage, damaged))
    assert quarantined(stage, phone) == 1
    assert [one["detail"] for one in stage.incidents("damaged_entry")] == [{"seq": 2, "epoch": 0}], "it goes on: somebody is told"
    phone.push()
    assert stage.state(photo) == ("applied", None)
    assert stage.the("handover", handover.id)["readings"]["odometer"]["value"] == 12_000
    assert stage.incidents("damaged_entry") == []
    verified(stage, phone)


def test_a_hash_changed_on_its_way_is_no_fork(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).whole()
    request = phone.request()
    stage.push(request)
    for seq in (3, 1):
        pushed = stage.push(changed(request, seq, hash="0" * 64))
        assert pushed.new_epoch is None
        assert pushed.outcomes[-1].code is ErrorCode.ENTRY_HASH_MISMATCH
    assert stage.incidents("fork") == []
    again = changed(request, 3, hash="0" * 64)
    assert stage.push(again).new_epoch is None, "the network says it again, not the device"
    assert stage.push(written_later(stage, again)).new_epoch is not None, "again the same: the device means it"


@pytest.mark.parametrize("field", ["body", "hash"])
def test_what_was_held_and_does_not_follow_is_let_go_and_taken_anew(stage: Stage, field: str) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    request = phone.request()
    held = without(request, 2)
    held = changed(held, 3, hash="0" * 64) if field == "hash" else body_with(held, 3, "rear", "rare")
    stage.push(without(held, *range(4, 8)))
    pushed = stage.push(without(request, 3))
    assert unseal(stage.id, pushed.receipt).n == 2
    assert unseal(stage.id, pushed.receipt).held == ([(4, 7)] if field == "body" else [])
    assert quarantined(stage, phone) > 0
    phone.push()
    assert phone.journal.outbox == []
    assert {stage.state(entry) for entry in handover.entries} == {("applied", None)}
    assert stage.incidents("held_differs") == stage.incidents("quarantine") == [], "a copy of what has come, no other entry"
    verified(stage, phone)


def test_what_is_left_of_a_damaged_body_is_kept_beside_its_declared_loss(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.reading()
    photo = handover.photo("front")
    request = without(phone.request(), 2)
    request["lost"] = [{"seq": 2, "hash": phone.journal.hashes[2], "body": '{"id": half of it'}]
    assert unseal(stage.id, stage.push(request).receipt).n == 3
    assert stage.state(photo) == ("applied", None)
    assert len(stage.incidents("declared_loss")) == 1
    assert quarantined(stage, phone) == 1
    verified(stage, phone)


def test_a_revoked_device_whose_bytes_were_changed_on_their_way_is_asked_for_the_good_copy(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    phone.push()
    stage.do(DeviceRevoke(device_id=phone.id))
    reading = handover.reading()
    handover.photo("front")
    request = phone.request()
    pushed = stage.push(body_with(request, 2, "12000", "12001"))
    assert [(one.seq, one.state, one.code) for one in pushed.outcomes] == [(2, "parked", ErrorCode.ENTRY_HASH_MISMATCH)]
    assert not pushed.upload_clear, "what was not kept as it was written may not be wiped"
    pushed = stage.push(request)
    assert [one.state for one in pushed.outcomes] == ["quarantined", "quarantined"]
    assert pushed.upload_clear
    aside = stage.write(lambda store: store.aside_at(stage.id, phone.id, 0, 2))
    assert request["entries"][0]["hash"] in {one.hash for one in aside}, reading


def counting(name: str, question: Callable[..., Any], counted: Counter[str]) -> Callable[..., Any]:
    def asked(*args: Any, **more: Any) -> Any:
        counted[name] += 1
        return question(*args, **more)

    return asked


def asked(stage: Stage, monkeypatch: pytest.MonkeyPatch, request: dict[str, Any]) -> Counter[str]:
    """How often a push asks the store about the quarantine, by question."""
    counted = Counter[str]()
    with monkeypatch.context() as patched:
        kind = stage.write(type)
        for name in ("kept_aside", "aside_at", "quarantine_count"):
            patched.setattr(kind, name, counting(name, getattr(kind, name), counted))
        stage.push(request)
    return counted


def test_what_is_left_of_many_losses_is_looked_up_by_number_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request may declare hundreds of losses: the device's quarantine, bodies and all, is not read for each of them."""
    phone = stage.phone()
    for _ in range(40):
        CheckIn(phone).start()
    hashes = phone.journal.hashes
    lost = [{"seq": seq, "hash": hashes[seq], "body": f"half of {seq}"} for seq in range(1, 41)]
    request = {**phone.request(), "entries": []}
    few = asked(stage, monkeypatch, {**request, "lost": lost[:5]})
    more = asked(stage, monkeypatch, {**request, "lost": lost})
    assert quarantined(stage, phone) == 40
    assert (few["kept_aside"], more["kept_aside"]) == (0, 0)
    assert (few["aside_at"], more["aside_at"]) == (5, 35), "known losses are known"
    assert few["quarantine_count"] == more["quarantine_count"]
    again = asked(stage, monkeypatch, {**request, "lost": lost})
    assert (again["kept_aside"], again["aside_at"]) == (0, 0)
    assert quarantined(stage, phone) == 40


def test_what_is_left_of_losses_is_kept_up_to_a_bound(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUARANTINE_ENTRIES_MAX", 3)
    phone = stage.phone()
    for _ in range(5):
        CheckIn(phone).start()
    lost = [{"seq": seq, "hash": phone.journal.hashes[seq], "body": "half"} for seq in range(1, 6)]
    stage.push({**phone.request(), "entries": [], "lost": lost})
    assert quarantined(stage, phone) == 3
    assert len(stage.incidents("declared_loss")) == 5


def test_behind_a_declared_loss_a_byte_changed_on_its_way_is_found_also_when_the_device_is_shut_out(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    stage.do(DeviceRevoke(device_id=phone.id))
    lost, entry = CheckIn(phone).start(), CheckIn(phone).start()
    request = phone.request()
    declared = {**request, "entries": request["entries"][-1:], "lost": [{"seq": lost.seq, "hash": lost.hash}]}
    (outcome,) = stage.push(body_with(declared, entry.seq, '"boot":"', '"boot":"x')).outcomes
    assert (outcome.state, outcome.code) == ("parked", ErrorCode.ENTRY_HASH_MISMATCH)
    (outcome,) = stage.push(declared).outcomes
    assert outcome.state == "quarantined"
    kept = stage.write(lambda store: store.kept_aside(stage.id, phone.id))
    assert [json.loads(one.body)["body"].encode() for one in kept if one.reason == "revoked"] == [entry.body]


def test_a_file_of_a_shut_out_device_brings_what_is_damaged_too(stage: Stage) -> None:
    """A push would wait for the good copy to come again; behind a file nothing comes."""
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.sign("customer")
    handover.photo("front")
    stage.do(DeviceRevoke(device_id=phone.id))
    entries = waiting_of(phone.journal)
    entries[1] = entries[1].model_copy(update={"private": entries[1].private[:1]})
    said = said_of(phone.journal, entries)
    assert bring_all(stage, said, entries) == 3
    assert dict(stage.write(lambda store: states_of(store, said, entries))) == {"quarantined": 3}
    kept = stage.write(lambda store: store.kept_aside(stage.id, phone.id))
    assert [one.seq for one in kept] == [1, 2, 3]


def test_what_ended_by_itself_is_told_anew_when_the_engine_has_it_to_say_again(stage: Stage) -> None:
    """A number declared lost ends the word of its damage; then its body comes after all, damaged as before."""
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.reading()
    damaged = body_with(phone.request(), 2, "12000", "12001")
    stage.push(damaged)
    stage.push(written_later(stage, damaged))
    (told,) = stage.incidents("damaged_entry")
    stage.push({**without(phone.request(), 2), "lost": [{"seq": 2, "hash": phone.journal.hashes[2]}]})
    (ended,) = stage.incidents("damaged_entry", "closed")
    assert (ended["id"], ended["closed_by"]) == (told["id"], None)
    stage.push(written_later(stage, damaged))
    (again,) = stage.incidents("damaged_entry")
    assert (again["id"], again["closed_at"]) == (told["id"], None)


def test_one_damaged_item_stops_no_device_whose_quarantine_is_full(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Private parts that are damaged in its store are taken the second time they come, though there is no room to keep them."""
    monkeypatch.setattr(limits, "QUARANTINE_ENTRIES_MAX", 0)
    phone = stage.phone()
    phone.record("damage.record", {"handover_id": stage.ids.new()}, private=["王芳".encode()])
    behind = CheckIn(phone).start()
    parts = [b64encode(b"0" * 16 + b"changed").decode()]  # so they lie in its store
    for _ in range(2):
        stage.now += MINUTE_MS
        assert stage.entry(behind.id) is None
        pushed = stage.push(changed(phone.request(), 1, private=parts))
    assert [(one.state, one.code) for one in pushed.outcomes] == [
        ("parked", ErrorCode.ENTRY_PRIVATE_MISMATCH),
        ("applied", None),
    ]
    (kept,) = stage.write(lambda store: store.kept_aside(stage.id, phone.id))
    assert len(kept.body) < 200, "what it is known by, and nothing of it"
