"""What `sync/store.py` demands, on every store."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest

from schemas.protocol import BlobRef
from sync.digest import Tally, content_hash, item, total
from sync.merge import FieldMeta
from sync.store import BlobState, BucketState, DeviceState, JournalEntry, Store, StoredRecord, age_of
from tests.support.changes import changes
from tests.support.hosts import AnyStore, Host
from tests.support.stage import Ids, blob


class Undo(Exception):
    pass


@pytest.fixture
def organisation(host: Host, request: pytest.FixtureRequest) -> str:
    made = Ids(request.node.nodeid).new()
    host.write(lambda store: store.add_organisation(made))
    return made


def entry(organisation: str, seq: int, **more: object) -> JournalEntry:
    made = JournalEntry(organisation, "d1", 0, seq, f"{seq:064x}", f"body {seq} 交接".encode(), 1000 + seq)
    return replace(made, **more)  # type: ignore[arg-type]


def record(record_id: str, version: int, *buckets: str, **data: object) -> StoredRecord:
    return StoredRecord("asset", record_id, version, {"id": record_id, **data}, {"x": FieldMeta(version)}, frozenset(buckets))


def test_versions_belong_to_an_organisation(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        assert store.lock_organisation(organisation) == 0
        store.set_organisation_version(organisation, 7)
        assert store.organisation_version(organisation) == 7
        with pytest.raises(KeyError):
            store.lock_organisation("nobody")
        with pytest.raises(KeyError):
            store.organisation_version("nobody")

    host.write(job)
    assert host.write(lambda store: store.organisation_version(organisation)) == 7


def test_a_savepoint_undoes_everything_inside_and_nothing_else(host: Host, organisation: str) -> None:
    def change(store: Store, version: int) -> None:
        store.set_organisation_version(organisation, version)
        store.add_entry(entry(organisation, version), [b"salted"])
        store.put_record(organisation, record("f1", version, f"b{version}"), [])
        store.add_wait(organisation, entry(organisation, version), "needed")
        store.put_blob(organisation, BlobState("s1", version, "image/jpeg", "photo", "awaited"))
        store.put_receipt(organisation, "d1", 0, version, f"receipt {version}", 1)

    def seen(store: Store) -> list[object]:
        return [
            store.organisation_version(organisation), store.held_seqs(organisation, "d1", 0),
            store.record(organisation, "asset", "f1"), store.blob(organisation, "s1"),
            store.newest_receipt(organisation, "d1"), store.bucket_head(organisation, "b2"),
            [store.private_parts(one) for one in store.entries(organisation, "d1", 0, 1, 9)],
        ]  # fmt: skip

    def job(store: Store) -> None:
        change(store, 1)
        before = seen(store)
        with suppress(Undo), store.savepoint():
            change(store, 2)
            with suppress(Undo), store.savepoint():
                change(store, 3)
                raise Undo
            assert store.held_seqs(organisation, "d1", 0) == [1, 2], "only the inner one is undone"
            assert store.take_waiting(organisation, "needed")
            raise Undo
        assert seen(store) == before
        assert [one.seq for one in store.take_waiting(organisation, "needed")] == [1]
        with store.savepoint():
            change(store, 4)
        assert store.organisation_version(organisation) == 4

    host.write(job)

    def failing(store: Store) -> None:
        change(store, 5)
        raise Undo

    with pytest.raises(Undo):
        host.write(failing)
    assert host.write(lambda store: store.organisation_version(organisation)) == 4, "a failing transaction leaves nothing"


def test_devices(host: Host, organisation: str) -> None:
    state = DeviceState(organisation, "d1", "field", "p1", None, "active", "x", "y", 0, 0, "h")

    def job(store: Store) -> None:
        assert store.device(organisation, "d1") is None
        store.put_device(state)
        store.put_device(replace(state, seq=5, hash="h5", person="someone", last_seen_ms=9))
        assert store.device(organisation, "d1") == replace(state, seq=5, hash="h5", person="someone", last_seen_ms=9)
        assert store.device("nobody", "d1") is None
        found = store.device(organisation, "d1")
        assert found is not None
        found.seq = 99
        again = store.device(organisation, "d1")
        assert again is not None
        assert again.seq == 5, "what was handed out is not the store's own"

    host.write(job)


def test_entries_come_back_byte_for_byte(host: Host, organisation: str) -> None:
    raw = bytes(range(256))

    def job(store: Store) -> None:
        store.add_entry(entry(organisation, 3, body=raw, skew_ms=-5), [b"\0salt", None])
        for seq in (1, 2, 7):
            store.add_entry(entry(organisation, seq), [])
        found = store.entry_at(organisation, "d1", 0, 3)
        assert found == entry(organisation, 3, body=raw, skew_ms=-5)
        assert store.private_parts(found) == [b"\0salt", None]
        assert store.entry_at(organisation, "d1", 1, 3) is None
        assert store.entry_at(organisation, "d1", 0, 4) is None
        assert [one.seq for one in store.entries(organisation, "d1", 0, 2, 7)] == [2, 3, 7]
        assert [one.seq for one in store.entries(organisation, "d1", 0, 2, 7, limit=2)] == [2, 3]
        assert store.held_seqs(organisation, "d1", 0) == [1, 2, 3, 7]
        assert store.held_seqs("nobody", "d1", 0) == []

    host.write(job)


def test_a_judgement_never_changes_what_was_stored(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        store.add_entry(entry(organisation, 1), [])
        judged = entry(
            organisation, 1, body=b"other", hash="other", received_ms=1, entry_id="e1", action="a", state="parked",
            code="c", version=4, detail={"名": [1, {"x": None}]},
        )  # fmt: skip
        store.save_judgement(judged)
        found = store.entry_at(organisation, "d1", 0, 1)
        assert found == replace(judged, body=entry(organisation, 1).body, hash=entry(organisation, 1).hash, received_ms=1001)
        assert store.held_seqs(organisation, "d1", 0) == []
        store.add_entry(entry(organisation, 2), [])
        store.save_judgement(entry(organisation, 2, entry_id="e1", state="applied", repeat_of=True))
        by_id = store.entry_by_id(organisation, "e1")
        assert by_id is not None
        assert by_id.seq == 1, "never the repeat"
        assert store.entry_by_id("nobody", "e1") is None
        assert store.entry_by_id(organisation, "e2") is None

    host.write(job)


def test_a_held_entry_can_be_let_go_and_its_number_taken_anew(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        store.add_entry(entry(organisation, 3), [b"salted"])
        store.add_entry(entry(organisation, 4), [b"other"])
        store.drop_held(entry(organisation, 3))
        assert store.held_seqs(organisation, "d1", 0) == [4]
        assert store.entry_at(organisation, "d1", 0, 3) is None
        assert store.private_parts(entry(organisation, 3)) == []
        store.add_entry(entry(organisation, 3, hash="a" * 64), [b"right"])
        found = store.entry_at(organisation, "d1", 0, 3)
        assert found is not None
        assert (found.hash, store.private_parts(found)) == ("a" * 64, [b"right"])
        assert store.private_parts(entry(organisation, 4)) == [b"other"]

    host.write(job)


def test_parked_entries_and_waits_come_oldest_first(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        for seq, code in ((4, "b"), (2, "a"), (3, "a"), (1, "c")):
            store.add_entry(entry(organisation, seq), [])
            store.save_judgement(entry(organisation, seq, state="parked", code=code))
            for _ in range(2):
                store.add_wait(organisation, entry(organisation, seq), "needed")
        store.add_entry(entry(organisation, 5), [])
        store.save_judgement(entry(organisation, 5, state="parked", code="a", repeat_of=True))
        assert [one.seq for one in store.parked_for(organisation, ["a", "b"], 10)] == [2, 3, 4]
        assert [one.seq for one in store.parked_for(organisation, ["a", "b"], 2)] == [2, 3]
        assert store.parked_for(organisation, [], 10) == []
        places = [age_of(one) for one in store.parked_for(organisation, ["a", "b"], 10)]
        assert [one.seq for one in store.parked_for(organisation, ["a", "b"], 1, places[0])] == [3]
        assert store.parked_for(organisation, ["a", "b"], 10, places[-1]) == []
        assert [one.seq for one in store.take_waiting(organisation, "needed")] == [1, 2, 3, 4]
        assert store.take_waiting(organisation, "needed") == []

    host.write(job)


def test_epochs_losses_and_quarantine(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        store.add_epoch(organisation, "d1", 1, 5, "g1")
        store.add_epoch(organisation, "d1", 0, 0, "g0")
        assert store.epochs(organisation, "d1") == [(0, 0, "g0"), (1, 5, "g1")]
        store.add_loss(organisation, "d1", 0, 3, "h3", 1)
        assert store.losses(organisation, "d1", 0) == {3: "h3"}
        assert store.losses(organisation, "d1", 1) == {}
        assert store.lacks_declared(organisation)
        store.add_entry(JournalEntry(organisation, "d1", 0, 3, "other", b"{}", 1), [])
        store.add_entry(JournalEntry(organisation, "d2", 0, 3, "h3", b"{}", 1), [])
        assert store.lacks_declared(organisation), "another device's, and other bytes"
        store.add_entry(JournalEntry(organisation, "d1", 1, 3, "h3", b"{}", 1), [])
        assert not store.lacks_declared(organisation)
        for body in (b"one", b"two"):
            store.add_quarantine(organisation, "d1", 0, 6, "h6", body, "revoked", 1)
        store.add_quarantine(organisation, "d1", 0, 6, "other", b"x", "revoked", 1)
        assert store.quarantine_count(organisation, "d1") == 2
        assert [one.hash for one in store.aside_at(organisation, "d1", 0, 6)] == ["h6", "other"]
        assert store.aside_at(organisation, "d1", 1, 6) == []
        kept = [(one.epoch, one.seq, one.hash, one.reason) for one in store.kept_aside(organisation, "d1")]
        assert kept == [(0, 6, "h6", "revoked"), (0, 6, "other", "revoked")]
        assert store.kept_aside(organisation, "d1")[1].body == b"x"
        assert store.kept_aside(organisation, "d2") == []

    host.write(job)


def test_what_lies_aside_is_paged_and_decided(host: Host, organisation: str) -> None:
    decision = {"state": "admitted", "by": "p", "reason": "看过", "annex": -1}

    def job(store: Store) -> None:
        for epoch, seq, name in ((0, 2, "b"), (1, 1, "c"), (0, 2, "a"), (0, 1, "z")):
            store.add_quarantine(organisation, "d1", epoch, seq, name, b"{}", "revoked", 5, -7)
        store.add_quarantine(organisation, "d1", 2, 1, "x", b"{}", "damaged", 5)
        store.add_quarantine(organisation, "d2", 0, 2, "b", b"{}", "revoked", 5)
        store.decide_aside(organisation, "d1", 0, 2, "b", decision)
        assert store.quarantine_count(organisation, "d1") == 4
        assert store.quarantine_count(organisation, "d1", damaged=False) == 3
        assert store.quarantine_count(organisation, "d2") == 1
        first = store.aside_page(organisation, "d1", (-1, 0, ""), 3)
        assert [(one.epoch, one.seq, one.hash) for one in first] == [(0, 1, "z"), (0, 2, "a"), (0, 2, "b")]
        assert (first[2].at_ms, first[2].skew_ms, first[2].decision, first[1].decision) == (5, -7, decision, {})
        assert [one.hash for one in store.aside_page(organisation, "d1", (0, 2, "b"), 3)] == ["c", "x"]
        assert store.aside_page("nobody", "d1", (-1, 0, ""), 3) == []

        with suppress(Undo), store.savepoint():
            store.decide_aside(organisation, "d1", 0, 2, "a", decision)
            raise Undo
        assert [one.decision for one in store.aside_at(organisation, "d1", 0, 2)] == [{}, decision]

    host.write(job)


def test_erased_private_parts_are_gone_wherever_they_lie(host: Host, organisation: str) -> None:
    """In the entry, in its repeats, in a held copy nobody has read yet, in what was kept aside."""
    pushed = {"seq": 9, "hash": "h", "body": "{}", "private": ["c2FsdGVkIG9uZQ=="]}
    aside = json.dumps(pushed).encode()

    def job(store: Store) -> None:
        for seq, entry_id, repeat in ((1, "e1", False), (2, "e1", True), (3, None, False), (4, "e4", False)):
            store.add_entry(entry(organisation, seq), [b"salted one" if seq < 4 else b"salted other", b"salted two"])
            if entry_id:
                store.save_judgement(entry(organisation, seq, entry_id=entry_id, state="applied", repeat_of=repeat))
        store.add_quarantine(organisation, "d1", 0, 9, "h", aside, "old_epoch", 1)
        assert store.drop_private(organisation, "e1") == 7
        for seq in (1, 2, 3):
            assert store.private_parts(entry(organisation, seq)) == [None, None]
        assert store.private_parts(entry(organisation, 4)) == [b"salted other", None]
        assert store.drop_private(organisation, "e1") == 0
        assert store.drop_private(organisation, "unknown") == 0
        assert store.quarantine_count(organisation, "d1") == 1

    host.write(job)


def test_records_lie_in_their_buckets_and_leave_them(host: Host, organisation: str) -> None:
    def begin(store: Store) -> None:
        assert store.record(organisation, "asset", "f1") is None
        store.put_record(organisation, record("f1", 1, "a", "b", name="名", pair=(1, 2)), [])

    host.write(begin)

    def job(store: Store) -> None:
        assert store.record(organisation, "asset", "f1") == record("f1", 1, "a", "b", name="名", pair=[1, 2])
        store.put_record(organisation, record("f1", 2, "b", "c", name="名"), ["a"])
        assert _changes(store, organisation, "a") == [(2, {"kind": "asset", "id": "f1", "v": 2, "gone": True})]
        content = content_hash('{"id":"f1","name":"名"}'.encode())
        whole = {"kind": "asset", "id": "f1", "v": 2, "h": content, "data": {"id": "f1", "name": "名"}}
        assert _changes(store, organisation, "b") == [(2, whole)]
        assert _changes(store, organisation, "c") == [(2, whole)]
        gone = StoredRecord("asset", "f1", 3, {"id": "f1"}, {}, frozenset(), gone=True)
        store.put_record(organisation, gone, ["b", "c"])
        assert store.record(organisation, "asset", "f1") == gone
        assert store.records(organisation, "asset") == []
        assert _changes(store, organisation, "c") == [(3, {"kind": "asset", "id": "f1", "v": 3, "gone": True})]
        assert [store.bucket_head(organisation, name) for name in "abcd"] == [2, 3, 3, 0]
        assert store.bucket_head("nobody", "a") == 0
        states = store.bucket_states(organisation, "dcba")
        assert [(name, state.head) for name, state in states.items()] == [("d", 0), ("c", 3), ("b", 3), ("a", 2)]
        assert states == {name: _state(store, organisation, name) for name in "abcd"}
        assert store.bucket_states(organisation, []) == {}

    host.write(job)


def test_digests_follow_every_write_and_are_undone_with_it(host: Host, organisation: str) -> None:
    one, two = (f"0197f3a0-0000-7000-8000-0000000000{end}" for end in ("fe", "ff"))

    def items(store: Store, *versions: tuple[str, int]) -> Tally:
        stored = [(id_, version, store.record(organisation, "asset", id_)) for id_, version in versions]
        return total(Tally(1, item("asset", id_, version, known.hash)) for id_, version, known in stored if known is not None)

    def job(store: Store) -> None:
        assert _state(store, organisation, "a") == BucketState()
        store.put_record(organisation, record(one, 1, "a", "b"), [])
        store.put_record(organisation, record(two, 1, "a", name="x"), [])
        assert _state(store, organisation, "a").digest == items(store, (one, 1), (two, 1))
        assert store.digest_parts(organisation, "a") == {254: items(store, (one, 1)), 255: items(store, (two, 1))}
        before = [(_state(store, organisation, name), store.digest_parts(organisation, name)) for name in "abc"]
        with suppress(Undo), store.savepoint():
            store.put_record(organisation, record(one, 2, "b", "c"), ["a"])
            assert _state(store, organisation, "a").digest == items(store, (two, 1))
            assert _state(store, organisation, "c").digest == items(store, (one, 2))
            raise Undo
        assert [(_state(store, organisation, name), store.digest_parts(organisation, name)) for name in "abc"] == before
        assert _state(store, "nobody", "a") == BucketState()

    host.write(job)

    def later(store: Store) -> None:
        store.put_record(organisation, record(one, 3, "a"), ["b"])
        ends = [json.loads(member.wire)["id"] for member in store.members(organisation, "a", [254, 255])]
        assert ends == [one, two]
        assert [json.loads(member.wire)["id"] for member in store.members(organisation, "a", [255, 7])] == [two]
        assert store.members(organisation, "b", list(range(256))) == [], "what has left is no member"
        store.put_record(organisation, StoredRecord("asset", one, 4, {"id": one}, {}, frozenset(), gone=True), ["a"])
        assert _state(store, organisation, "a").digest == items(store, (two, 1))
        assert _state(store, organisation, "b").digest == Tally()

    host.write(later)


def _state(store: Store, organisation: str, bucket: str) -> BucketState:
    return store.bucket_states(organisation, [bucket])[bucket]


def _changes(store: Store, organisation: str, bucket: str) -> list[tuple[int, dict[str, object]]]:
    return [(one.version, json.loads(one.wire)) for one in changes(store, organisation, bucket)]


def test_a_version_is_never_split(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        for name, version in (("a", 1), ("b", 2), ("c", 2), ("d", 2), ("e", 3)):
            store.put_record(organisation, record(name, version, "bucket"), [])

        def ids(after: int, limit: int, up_to: int = 9) -> list[str]:
            return [json.loads(one.wire)["id"] for one in changes(store, organisation, "bucket", after, most=limit, up_to=up_to)]

        assert ids(0, 1) == ["a"]
        assert ids(0, 2) == ["a", "b", "c", "d"]
        assert ids(1, 1) == ["b", "c", "d"]
        assert ids(1, 3) == ["b", "c", "d"]
        assert ids(0, 9, up_to=2) == ["a", "b", "c", "d"]
        assert ids(3, 9) == []

    host.write(job)


def test_a_page_holds_whole_versions_within_its_bytes_and_the_first_one_always(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        for name, version in (("b", 1), ("a", 1), ("c", 2), ("d", 3), ("e", 3), ("f", 4)):
            store.put_record(organisation, record(name, version, "bucket", text="x" * 1000), [])
        store.put_record(organisation, record("c", 5), ["bucket"])

        def ids(after: int, size: int) -> list[str]:
            return [json.loads(one.wire)["id"] for one in changes(store, organisation, "bucket", after, size=size)]

        assert ids(0, 1) == ["a", "b"], "by version, kind and id"
        assert ids(0, 3500) == ["a", "b"]
        assert ids(0, 4500) == ["a", "b", "d", "e"]
        assert ids(0, 10**6) == ["a", "b", "d", "e", "f", "c"]
        assert ids(3, 10**6) == ["f", "c"]
        assert json.loads(changes(store, organisation, "bucket", 4)[0].wire) == {"kind": "asset", "id": "c", "v": 5, "gone": True}

    host.write(job)


def test_a_blob_that_came_before_its_entry_is_missing_until_it_is_taken_in(host: Host, organisation: str) -> None:
    ref = blob("early")

    def job(store: AnyStore) -> None:
        store.hold_blob(organisation, "d1", ref.sha256)
        store.declare_blob(organisation, "d1", entry(organisation, 1, entry_id="e1"), ref)
        assert store.missing_blobs(organisation, "d1", 9) == ([ref.sha256], 1)
        store.hold_blob(organisation, "d1", ref.sha256)
        assert store.missing_blobs(organisation, "d1", 9) == ([ref.sha256], 1), "its bytes are nowhere yet that a record shows"
        store.put_blob(organisation, BlobState(ref.sha256, ref.size, ref.type, ref.role, "received"))
        assert store.missing_blobs(organisation, "d1", 9) == ([], 0)

    host.write(job)


def test_blobs(host: Host, organisation: str) -> None:
    one, two, three = blob("one"), blob("two"), blob("three")

    def job(store: AnyStore) -> None:
        def declare(device: str, entry_id: str, *refs: BlobRef) -> None:
            for ref in refs:
                store.declare_blob(organisation, device, entry(organisation, 1, entry_id=entry_id), ref)

        declare("d1", "e1", one, two)
        declare("d1", "e1", one)
        declare("d2", "e2", one, three)
        hashes = sorted(ref.sha256 for ref in (one, two))
        assert store.missing_blobs(organisation, "d1", 9) == (hashes, 2)
        assert store.missing_blobs(organisation, "d1", 1) == (hashes[:1], 2)
        assert store.missing_blobs(organisation, "d3", 9) == ([], 0)
        assert store.declarers(organisation, one.sha256) == ["d1", "d2"]
        assert store.declared_by(organisation, "d2", three.sha256)
        assert not store.declared_by(organisation, "d1", three.sha256)
        assert [found.sha256 for found in store.declared_blobs(organisation, "e1")] == hashes
        received = BlobState(one.sha256, one.size, one.type, one.role, "received")
        store.put_blob(organisation, received)
        declare("d3", "e3", one)
        assert store.blob(organisation, one.sha256) == received, "declaring it again does not make it awaited again"
        assert store.missing_blobs(organisation, "d1", 9) == (hashes, 2), "another's bytes are no evidence of its own"
        store.hold_blob(organisation, "d1", one.sha256)
        assert store.missing_blobs(organisation, "d1", 9) == ([two.sha256], 1)
        assert store.blob("nobody", one.sha256) is None
        for _ in range(2):
            store.link_blob(organisation, one.sha256, "handover", "h1", "d1")
        store.link_blob(organisation, one.sha256, "damage", "m1", "d1")
        store.link_blob(organisation, one.sha256, "handover", "h3", "d2")
        store.hold_blob(organisation, "d1", one.sha256)
        assert store.holds_blob(organisation, "d1", one.sha256)
        assert not store.holds_blob(organisation, "d2", one.sha256)
        assert [found.state for found in store.linked_blobs(organisation, "handover", "h3")] == ["awaited"]
        assert sorted(store.blob_links(organisation, one.sha256)) == [("damage", "m1"), ("handover", "h1"), ("handover", "h3")]
        assert store.linked_blobs(organisation, "handover", "h1") == [received]
        assert store.linked_blobs(organisation, "handover", "h2") == []

    host.write(job)


def test_the_newest_receipt_is_the_one_furthest_on(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        assert store.newest_receipt(organisation, "d1") is None
        for epoch, n, text in ((0, 9, "a"), (1, 5, "b"), (1, 4, "c"), (1, 5, "d")):
            store.put_receipt(organisation, "d1", epoch, n, text, 1)
        assert store.newest_receipt(organisation, "d1") == "d"

    host.write(job)


def test_what_left_a_bucket_is_forgotten_but_never_its_newest_change(host: Host, organisation: str) -> None:
    one, two, three = (f"0197f3a0-0000-7000-8000-0000000000{end}" for end in ("01", "02", "03"))

    def job(store: Store) -> None:
        for version, id_ in enumerate((one, two, three), start=1):
            store.put_record(organisation, record(id_, version, "a"), [])
        for version, id_ in enumerate((one, two, three), start=4):
            store.put_record(organisation, record(id_, version, "b"), ["a"])

    host.write(job)

    def forget(store: Store) -> None:
        assert store.forget_left(organisation, 3, 9) == 0
        assert store.forget_left("nobody", 9, 9) == 0
        assert store.forget_left(organisation, 9, 1) == 1
        assert _state(store, organisation, "a").horizon == 4
        assert store.forget_left(organisation, 9, 9) == 1, "the newest stays: the head must not go back"
        assert _state(store, organisation, "a") == BucketState(Tally(), horizon=5, head=6)
        assert store.bucket_head(organisation, "a") == 6
        assert _state(store, organisation, "b").horizon == 0
        assert [one.version for one in changes(store, organisation, "a")] == [6]
        store.put_record(organisation, record(one, 7, "a", "b"), [])
        assert _state(store, organisation, "a").horizon == 5, "what is written later leaves the horizon"

    host.write(forget)


def test_ages_tell_how_old_a_version_is(host: Host, organisation: str) -> None:
    def job(store: Store) -> None:
        assert store.age_before(organisation, 10) is None
        for at, version in ((10, 1), (20, 5), (20, 6), (30, 7)):
            store.note_age(organisation, at, version)
        assert store.age_before(organisation, 9) is None
        assert store.age_before(organisation, 29) == (20, 6)
        store.drop_ages(organisation, 20)
        assert store.age_before(organisation, 19) is None
        assert store.age_before(organisation, 99) == (30, 7)
        assert store.age_before("nobody", 99) is None

    host.write(job)
