"""The Python device against the real engine: saving, replica, receipts, epochs, gate — in memory, one exchange at a time."""

import dataclasses
import json
from typing import Any

import pytest

from schemas.actions.devices import DeviceRevoke, DeviceWipe
from schemas.errors import ErrorCode
from schemas.local_errors import LocalCode
from schemas.people import Role
from sync import gate
from sync.device import Device, DeviceError, NewFile
from sync.device_state import Changes, FileRow, MemoryDeviceStore, Recorded
from tests.support.exchange import Line
from tests.support.hosts import MemoryHost
from tests.support.stage import Stage, seal

JPEG = b"\xff\xd8\xff\xe0 not looked at here"


@pytest.fixture
def stage(tmp_path: Any) -> Stage:
    return Stage(MemoryHost(tmp_path))


@pytest.fixture
def line(stage: Stage) -> Line:
    return Line(stage, stage.phone(Role.TECHNICIAN))


def start(line: Line, **more: Any) -> str:
    handover = line.stage.ids.new()
    line.save("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": line.stage.van, **more})
    return handover


def shown(line: Line, kind: str, record: str) -> Any:
    found = line.device.view().lookup(kind, record)
    return None if found is None else dict(found)


def test_what_is_saved_is_shown_at_once_and_stays_shown_through_every_exchange(line: Line) -> None:
    line.sync()
    handover = start(line)
    line.save("reading.record", {"handover_id": handover, "meter": "odometer", "value": 7})
    optimistic = shown(line, "handover", handover)
    assert optimistic["state"] == "started"
    assert optimistic["readings"]["odometer"]["value"] == 7
    line.sync()
    assert line.device.outbox == []
    assert line.device.view().shown == {}
    assert shown(line, "handover", handover)["readings"]["odometer"]["value"] == 7


def test_the_replica_is_what_the_server_holds_for_its_buckets(line: Line) -> None:
    handover = start(line)
    line.sync()
    line.save("handover.abandon", {"handover_id": handover})
    line.sync()
    assert {key: row.data for key, row in line.device.records.items()} == line.server_records()
    assert ("handover", handover) in line.device.records


def test_an_entry_names_what_it_builds_on_and_what_its_writer_saw(line: Line) -> None:
    line.sync()
    handover = start(line)
    body = json.loads(line.save("photo.waive", {"handover_id": handover, "slot": "rear", "reason": "墙"}).body)
    maker = line.device.outbox[0].id
    assert (body["needs"], body["seen"]) == ([maker], {})
    line.sync()
    body = json.loads(line.save("photo.waive", {"handover_id": handover, "slot": "front", "reason": "墙"}).body)
    assert body["needs"] == []
    assert body["seen"] == {handover: line.device.records["handover", handover].v}


def test_an_entry_leaves_only_with_the_last_page(line: Line) -> None:
    handover = start(line)
    push = line.device.push(line.stage.now)
    answer = line.ask(push.request)
    answer["pages"][0]["more"] = True
    received = line.device.receive(answer, push, line.stage.now)
    assert (received.receipt, received.again) == ("yes", True)
    assert [row.proven for row in line.device.outbox] == [True]
    assert line.device.unsent().entries == 0
    line.sync()
    assert line.device.outbox == []
    assert shown(line, "handover", handover)["state"] == "started"


def test_a_lost_answer_changes_nothing_and_the_repeat_nothing_twice(line: Line) -> None:
    start(line)
    line.lose_answers = 2
    assert line.exchange() is None
    assert line.exchange() is None
    assert len(line.device.outbox) == 1
    before = line.stage.snapshot()
    line.sync()
    assert line.stage.snapshot()["version"] == before["version"]
    assert line.device.outbox == []


def test_a_forged_receipt_removes_nothing_but_the_pages_are_taken(line: Line) -> None:
    start(line)
    push = line.device.push(line.stage.now)
    answer = line.ask(push.request)
    answer["receipt"] = answer["receipt"][:-4] + "AAAA"
    with pytest.raises(AssertionError):
        line.device.receive(answer, push, line.stage.now)

    def refuse(_jws: str) -> bytes:
        raise ValueError

    line.device.unseal = refuse
    received = line.device.receive(answer, push, line.stage.now)
    assert (received.trouble, received.receipt) == (LocalCode.RECEIPT_INVALID, "no")
    assert len(line.device.outbox) == 1
    assert line.device.cursors


@pytest.mark.parametrize("field", [{"h": "0" * 64}, {"device": "0197f3a0-0000-7000-8000-000000000001"}, {"n": 9}])
def test_a_receipt_over_another_chain_or_device_proves_nothing(line: Line, field: dict[str, Any]) -> None:
    start(line)
    push = line.device.push(line.stage.now)
    answer = line.ask(push.request)
    assert line.device.unseal is not None
    payload = json.loads(line.device.unseal(answer["receipt"])) | field
    answer["receipt"] = seal(line.stage.id, json.dumps(payload).encode())
    received = line.device.receive(answer, push, line.stage.now)
    assert (received.receipt, received.trouble) == ("no", LocalCode.RECEIPT_INVALID)
    assert len(line.device.outbox) == 1


def test_a_late_answer_takes_nothing_back(line: Line) -> None:
    start(line)
    push = line.device.push(line.stage.now)
    late = line.ask(push.request)
    start(line)
    line.sync()
    proven = line.device.proven
    received = line.device.receive(late, push, line.stage.now)
    assert received.receipt == "no"
    assert line.device.proven == proven


def test_what_a_store_refuses_has_not_happened_in_memory_either(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.sync()
    handover = start(line)
    before = dataclasses.replace(line.device, outbox=list(line.device.outbox), hashes=dict(line.device.hashes))

    def full(_self: MemoryDeviceStore, _changes: Changes) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(MemoryDeviceStore, "commit", full)
    with pytest.raises(OSError, match="no space"):
        line.save("photo.waive", {"handover_id": handover, "slot": "rear", "reason": "墙"})
    with pytest.raises(OSError, match="no space"):
        line.exchange()
    after = line.device
    assert (after.seq, after.hash, after.clock, after.outbox) == (before.seq, before.hash, before.clock, before.outbox)
    assert (after.cursors, after.proven, after.hashes) == (before.cursors, before.proven, before.hashes)
    monkeypatch.undo()
    line.sync()
    assert line.device.outbox == []


def test_everything_is_there_after_a_restart(line: Line) -> None:
    handover = start(line)
    line.sync()
    line.save("photo.waive", {"handover_id": handover, "slot": "rear", "reason": "墙"})
    again = line.reopened()
    for name in ("seq", "hash", "epoch", "outbox", "hashes", "cursors", "records", "proven", "clock", "skew_ms"):
        assert getattr(again, name) == getattr(line.device, name), name
    line.device = again
    line.sync()
    assert line.device.outbox == []
    assert line.stage.device(line.phone.id).seq == 2


def test_a_body_that_was_lost_or_damaged_is_declared_and_the_chain_goes_on(line: Line) -> None:
    assert isinstance(line.store, MemoryDeviceStore)
    for _ in range(4):
        start(line)
    kept = line.store.kept.entries
    line.store.kept.entries = [kept[0], dataclasses.replace(kept[2], body=kept[2].body + b" "), kept[3]]
    line.device = line.reopened()
    assert sorted(line.device.lost) == [2, 3]
    line.sync()
    assert line.stage.device(line.phone.id).hash == line.device.hash
    assert sorted(one["detail"]["seq"] for one in line.stage.incidents("declared_loss")) == [2, 3]
    assert (line.device.lost, line.device.holds_gate()) == ({}, False)
    assert (line.reopened().lost, line.reopened().holds_gate()) == ({}, False)


def test_a_restored_copy_forks_and_goes_on_in_a_new_epoch_with_the_same_bodies(line: Line) -> None:
    start(line)
    line.sync()
    assert isinstance(line.store, MemoryDeviceStore)
    backup = MemoryDeviceStore()
    backup.kept, backup.bytes = line.store.load(), dict(line.store.bytes)
    start(line)
    line.sync()
    line.store = backup
    line.device = line.reopened()
    handovers = [start(line), start(line)]
    bodies = [row.body for row in line.device.outbox]
    received = line.exchange()
    assert received.new_epoch
    assert (line.device.epoch, [row.body for row in line.device.outbox]) == (1, bodies)
    line.sync()
    assert line.device.outbox == []
    assert all(("handover", handover) in line.device.records for handover in handovers)
    assert line.reopened().epoch == 1


def test_a_new_epoch_is_understood_from_the_receipt_when_its_announcement_was_lost(line: Line) -> None:
    start(line)
    line.sync()
    assert isinstance(line.store, MemoryDeviceStore)
    backup = MemoryDeviceStore()
    backup.kept = line.store.load()
    start(line)
    line.sync()
    line.store = backup
    line.device = line.reopened()
    start(line)
    push = line.device.push(line.stage.now)
    line.ask(push.request)
    answer = line.ask(push.request)
    answer["new_epoch"] = None
    assert line.device.receive(answer, push, line.stage.now).new_epoch
    line.sync()
    assert (line.device.epoch, line.device.outbox) == (1, [])


def test_a_server_restored_from_a_backup_is_sent_everything_again(line: Line) -> None:
    start(line)
    line.sync()
    host = line.stage.host
    assert isinstance(host, MemoryHost)
    snapshot = json.loads(json.dumps(line.device.proven.n)) if line.device.proven else 0
    answers = []
    for _ in range(2):
        start(line)
        push = line.device.push(line.stage.now)
        answers.append(line.ask(push.request))
        line.device.receive(answers[-1], push, line.stage.now)
    assert line.device.proven_n == snapshot + 2
    # The server's word after its restoration: signed, on our chain, and further back than it had proved.
    push = line.device.push(line.stage.now)
    assert line.device.unseal is not None
    payload = json.loads(line.device.unseal(answers[-1]["receipt"])) | {"n": 1, "h": line.device.hashes[1]}
    answer = {**answers[-1], "receipt": seal(line.stage.id, json.dumps(payload).encode()), "pages": [], "outcomes": []}
    received = line.device.receive(answer, push, line.stage.now)
    assert (received.receipt, received.again) == ("set_back", True)
    assert [loss["seq"] for loss in line.device.push(line.stage.now).request["lost"]] == [2, 3]
    assert line.device.holds_gate()


def test_the_gate_shuts_at_an_opening_with_anything_unsent_and_opens_on_proof(line: Line) -> None:
    line.sync()
    handover = start(line)
    assert not line.device.shut, "no opening in between"
    line.device = line.reopened()
    assert line.device.shut
    with pytest.raises(DeviceError) as refused:
        start(line)
    assert refused.value.code == LocalCode.GATE_CLOSED
    line.save("photo.waive", {"handover_id": handover, "slot": "rear", "reason": "墙"})
    line.sync()
    assert not line.device.shut
    start(line)


def waiting(line: Line) -> None:
    """A device that comes back with something unsent, and whose first attempt failed."""
    line.sync()
    start(line)
    line.device = line.reopened()
    assert line.device.shut
    line.device.note_failure()


def test_in_grace_new_work_goes_on_for_so_many_entries_and_says_so(line: Line) -> None:
    waiting(line)
    with pytest.raises(DeviceError):
        start(line)
    line.device.gate_policy, line.device.grace_hours, line.device.grace_entries = "grace", 1, 3
    start(line)
    start(line)
    with pytest.raises(DeviceError) as refused:
        start(line)
    assert refused.value.code == LocalCode.GATE_CLOSED
    gates = [json.loads(row.body)["gate"] for row in line.device.outbox]
    assert gates == ["clear", "grace", "grace"]
    line.sync()
    assert (line.device.shut, line.device.failed) == (False, False)
    assert line.device.outbox == []


def test_grace_ends_with_its_hours_and_needs_an_attempt_that_failed(line: Line) -> None:
    waiting(line)
    line.device.gate_policy, line.device.grace_hours, line.device.grace_entries = "grace", 1, 100
    line.stage.now += 3_600_001
    with pytest.raises(DeviceError):
        start(line)
    line.stage.now -= 3_600_001
    line.device.failed = False
    with pytest.raises(DeviceError):
        start(line)
    assert not gate.grace("grace", 1, 100, gate.Since(1, -1)), "a clock set back says nothing of how long it was"
    assert not gate.grace("strict", 1, 100, gate.Since(1, 0))


def test_under_records_only_files_that_have_waited_too_long_hold_the_gate(line: Line) -> None:
    entries: list[Recorded] = []
    file = FileRow("ab" * 32, 10, "image/jpeg", "photo", 3, 1, at_ms=1_000)
    late = 1_000 + 24 * 3_600_000
    assert not gate.holds(gate.Rule("records", 24, late), entries, [file])
    assert gate.holds(gate.Rule("records", 24, late + 1), entries, [file])
    assert not gate.holds(gate.Rule("records", 0, late + 1), entries, [file]), "no deadline was told"
    assert gate.holds(gate.Rule("strict", 24, 0), entries, [file])
    assert gate.holds(gate.Rule("records", 24, 0), [Recorded("a", 1, "h", b"{}", ())], [])


def test_bytes_changed_on_their_way_are_sent_again_and_a_damaged_copy_is_declared(line: Line) -> None:
    for _ in range(2):
        start(line)
    push = line.device.push(line.stage.now)
    answer = line.ask(push.request)
    proven_nothing = json.loads(line.unsealed(answer["receipt"])) | {"n": 0, "h": line.device.hashes[0]}
    changed: list[dict[str, Any]] = [
        {"seq": seq, "epoch": 0, "id": None, "state": "parked", "version": None, "code": "entry_hash_mismatch", "detail": {}}
        for seq in (1, 2)
    ]
    answer |= {"outcomes": changed, "receipt": seal(line.stage.id, json.dumps(proven_nothing).encode())}
    damaged = line.device.outbox[1]
    line.device.outbox[1] = dataclasses.replace(damaged, body=damaged.body + b"?")
    received = line.device.receive(answer, push, line.stage.now)
    assert received.trouble == ErrorCode.ENTRY_HASH_MISMATCH
    request = line.device.push(line.stage.now).request
    assert [entry["seq"] for entry in request["entries"]] == [1]
    assert request["lost"] == [{"seq": 2, "hash": damaged.hash, "body": (damaged.body + b"?").decode()}]


def test_files_are_kept_until_a_receipt_asked_for_after_the_last_byte_misses_them_no_more(line: Line) -> None:
    handover = start(line)
    args = {
        "handover_id": handover, "photo_id": line.stage.ids.new(), "slot": "front", "how": "still", "source": "camera",
        "width": 4, "height": 4,
    }  # fmt: skip
    line.save("photo.add", args, files=[NewFile(JPEG, "image/jpeg", "photo")])
    (row,) = line.device.files.values()
    assert line.store.content(row.sha256) == JPEG
    assert line.device.next_file() is None, "its entry goes first"
    line.sync()
    assert line.device.next_file() == row
    line.device.note_file(row.sha256, state="done", sent=row.size)
    line.sync()
    assert line.device.files[row.sha256].state == "pending", "the server misses it still"
    state = line.stage.write(
        lambda store: line.stage.engine.blob_arrived(
            store, line.stage.id, line.phone.id, row.sha256, "received", None, line.stage.now
        )
    )
    assert state is not None
    line.device.note_file(row.sha256, state="done", sent=row.size)
    line.sync()
    assert (line.device.files, line.store.content(row.sha256)) == ({}, None)
    assert line.device.full_upload_at is not None


def test_a_frame_is_applied_when_it_follows_ignored_when_old_and_a_hole_is_an_exchange(line: Line) -> None:
    line.sync()
    bucket = f"device:{line.phone.id}"
    cursor = line.device.cursors.get(bucket, 0)
    record = {"kind": "outcome", "id": line.stage.ids.new(), "v": cursor + 5, "data": {"state": "parked"}}
    frame = {"bucket": bucket, "prev": cursor, "to": cursor + 5, "changes": [record]}
    line.device.cursors[bucket] = cursor
    assert line.device.frame({**frame, "prev": cursor + 1}) == "gap"
    assert line.device.frame(frame) == "applied"
    assert line.device.frame(frame) == "stale"
    assert line.device.frame({**frame, "bucket": "org/nobody"}) == "gap"
    assert line.reopened().cursors[bucket] == cursor + 5


def test_a_bucket_that_is_lost_goes_without_touching_unsent_work(line: Line) -> None:
    line.sync()
    start(line)
    push = line.device.push(line.stage.now)
    answer = line.ask(push.request)
    assert line.device.unseal is not None
    payload = json.loads(line.device.unseal(answer["receipt"])) | {"n": 0, "h": line.device.hashes[0]}
    gone = [bucket for bucket in line.device.cursors if bucket.startswith("depot:")]
    answer |= {"gone_buckets": gone, "pages": [], "receipt": seal(line.stage.id, json.dumps(payload).encode())}
    line.device.receive(answer, push, line.stage.now)
    assert not any(set(row.buckets) & set(gone) for row in line.device.records.values())
    assert len(line.device.outbox) == 1
    line.sync()
    assert {key: row.data for key, row in line.device.records.items()} == line.server_records()


def test_an_answer_without_its_parts_changes_nothing(line: Line) -> None:
    push = line.device.push(line.stage.now)
    with pytest.raises(DeviceError) as refused:
        line.device.receive({"receipt": 1}, push, line.stage.now)
    assert refused.value.code == LocalCode.ANSWER_UNREADABLE


def test_a_device_shut_out_drops_its_replica_and_keeps_its_work(line: Line) -> None:
    line.sync()
    start(line)
    line.device.revoke()
    assert (line.device.records, line.device.cursors, len(line.device.outbox)) == ({}, {}, 1)
    assert line.reopened().revoked
    with pytest.raises(DeviceError):
        start(line)


def test_too_much_for_one_entry_is_refused_whole(line: Line) -> None:
    handover = start(line)
    with pytest.raises(DeviceError) as refused:
        line.save("photo.waive", {"handover_id": handover, "slot": "rear", "reason": "x" * 300_000})
    assert (refused.value.code, line.device.seq) == (LocalCode.TOO_MUCH, 1)
    with pytest.raises(DeviceError):
        line.save("photo.waive", {"handover_id": handover, "slot": "rear", "reason": ""}, private=[b"x"] * 9)


def test_what_counts_as_an_opening() -> None:
    assert gate.is_opening(0, 300_001, 300_000)
    assert not gate.is_opening(0, 300_000, 300_000)
    assert gate.is_opening(500_000, 0, 300_000), "a clock set back says nothing"
    assert not gate.is_opening(None, 10**9, 300_000)
    assert not gate.allowed_when_shut("handover.start", {"handover_id": "x"})
    assert gate.allowed_when_shut("photo.add", {"handover_id": "x"})
    assert not gate.allowed_when_shut("device.invite", {})
    assert not gate.allowed_when_shut("stock_take.begin", {"task_id": "x"})
    assert all(gate.allowed_when_shut(f"stock_take.{step}", {"task_id": "x"}) for step in ("count", "uncount", "close"))


def test_a_plain_journal_still_works_without_store_or_replica(stage: Stage) -> None:
    device = Device(stage.id, stage.van, sign=lambda _text: "x" * 86, random=stage.ids.bytes)
    device.record("a.b", {}, actor=stage.van, now_ms=stage.now)
    assert device.request(stage.now)["entries"][0]["seq"] == 1


@pytest.mark.parametrize("name", ["seq", "epoch", "actor", "args", "blobs", "v"])
def test_a_body_without_one_of_its_names_shows_nothing_and_stops_nobody(line: Line, name: str) -> None:
    """Changed in a damaged store, where nobody has what it follows from (seed 80312 of the simulation)."""
    start(line)
    (row,) = line.device.outbox
    line.device.append("broken", row.body.replace(f'"{name}":'.encode(), f'"{name}x":'.encode()))
    assert len(line.device.shown("handover")) == 1


def test_a_device_being_wiped_drops_its_replica_records_nothing_new_and_sends_what_it_has(line: Line) -> None:
    line.sync()
    handover = start(line)
    line.stage.do(DeviceWipe(device_id=line.phone.id))
    received = line.exchange()
    assert (received.wipe, received.trouble) == (False, ErrorCode.DEVICE_WIPING)
    assert line.device.records == {}
    assert line.stage.record("handover", handover) is not None, "what was unsent is there"
    assert line.device.outbox == []
    for device in (line.device, line.reopened()):
        assert device.wiping
        with pytest.raises(DeviceError) as refused:
            device.save("handover.abandon", {"handover_id": handover}, actor=line.phone.actor, now_ms=line.stage.now)
        assert refused.value.code == ErrorCode.DEVICE_WIPING
    line.stage.do(DeviceRevoke(device_id=line.phone.id))
    assert line.exchange().wipe


def test_a_device_restored_a_second_time_keeps_its_work_and_is_to_be_enrolled_anew(stage: Stage, line: Line) -> None:
    """It speaks in an epoch that has been left: what it sends lies in quarantine, and stays on it (seed 19 of the simulation)."""
    store = line.store
    assert isinstance(store, MemoryDeviceStore)
    line.sync()
    backup = store.load()
    for _ in range(2):
        start(line)
        line.sync()
        store.kept = dataclasses.replace(backup, meta=dict(backup.meta), entries=list(backup.entries), hashes=dict(backup.hashes))
        line.device = line.reopened()
    work = start(line)
    received = line.exchange()
    assert received.trouble is ErrorCode.EPOCH_UNKNOWN
    assert [json.loads(row.body)["args"]["handover_id"] for row in line.device.outbox] == [work]
    assert stage.write(lambda store: store.quarantine_count(stage.id, line.phone.id)) == 1
    assert stage.record("handover", work) is None
