"""Pages and frames: what a replica is told is exactly what the store holds, however it is cut. On every store."""

import json
import random
from functools import partial
from typing import Any

import pytest

from schemas import limits
from schemas.protocol import LiveFrame, Page
from schemas.records import RECORDS
from sync.fanout import frames, note_ends
from sync.judge import engine_stamp
from sync.pull import pull
from sync.unit import RecordWriter, Touched
from sync.visibility import buckets_of
from tests.support.stage import CheckIn, Stage


class Replica:
    """What a device makes of pages and frames, by the rules of the wire alone."""

    def __init__(self) -> None:
        self.cursors: dict[str, int] = {}
        self.held: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}

    def take_page(self, raw: bytes) -> Page:
        page = Page.model_validate_json(raw)
        if page.reset:
            self.held.pop(page.bucket, None)
            self.cursors[page.bucket] = page.after
        assert page.after == self.cursors.get(page.bucket, 0), "a page connects to the cursor"
        assert page.to >= page.after
        self._apply(page)
        return page

    def take_frame(self, raw: bytes) -> bool:
        """Whether it could be applied; if not, the device syncs."""
        frame = LiveFrame.model_validate_json(raw)
        cursor = self.cursors.get(frame.bucket)
        if cursor is not None and cursor >= frame.to:
            return True
        if cursor != frame.prev:
            return False
        self._apply(frame)
        return True

    def _apply(self, message: Page | LiveFrame) -> None:
        held = self.held.setdefault(message.bucket, {})
        for change in message.changes:
            if change.gone:
                held.pop((change.kind, change.id), None)
            else:
                assert change.data is not None
                held[change.kind, change.id] = change.data
        self.cursors[message.bucket] = message.to

    def sync(self, stage: Stage, buckets: frozenset[str], rounds: int = 1000) -> int:
        """Pull until nothing more comes; returns the number of answers."""
        for number in range(1, rounds + 1):
            pulled = stage.write(lambda store: pull(store, stage.id, buckets, self.cursors))
            for gone in pulled.foreign:
                self.held.pop(gone, None)
                self.cursors.pop(gone)
            pages = [self.take_page(page.render()) for page in pulled.pages]
            assert sum(len(page.changes) for page in pages) <= limits.PAGE_CHANGES_MAX + 50, "an answer is bounded"
            if not any(page.more for page in pages):
                return number
        raise AssertionError("the pages never come to an end")


def truth(stage: Stage, bucket: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(kind, one["id"]): one for kind in RECORDS for one in stage.all(kind) if bucket in buckets_of(kind, one)}


def of_field(stage: Stage, place: int = 0) -> frozenset[str]:
    return frozenset({"org/field", f"depot:{stage.depots[place]}/field"})


def busy(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).whole()
    phone.push()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pages_of_any_size_come_to_the_same_replica(stage: Stage, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(limits, "PAGE_CHANGES_MAX", size)
    busy(stage)
    replica = Replica()
    buckets = of_field(stage)
    replica.sync(stage, buckets)
    for bucket in buckets:
        assert replica.held[bucket] == truth(stage, bucket)
    busy(stage)
    replica.sync(stage, buckets)
    for bucket in buckets:
        assert replica.held[bucket] == truth(stage, bucket)
        assert replica.cursors[bucket] == stage.write(lambda store, bucket=bucket: store.bucket_head(stage.id, bucket))  # type: ignore[misc]
    assert stage.write(lambda store: pull(store, stage.id, buckets, replica.cursors)).pages == ()


def test_a_page_ends_on_a_version_however_many_bytes_it_has(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PAGE_BYTES_MAX", 1)
    busy(stage)
    replica = Replica()
    assert replica.sync(stage, of_field(stage)) > 3
    assert replica.held["org/field"] == truth(stage, "org/field")


def many(stage: Stage, count: int) -> Touched:
    """One commit that changes many records."""
    touched = Touched()

    def job(store: Any) -> None:
        writer = RecordWriter(store, stage.id, store.lock_organisation(stage.id) + 1, touched)
        stamp = engine_stamp(writer.version, stage.now)
        for number in range(count):
            writer.write("depot", stage.ids.new(), {"name": f"网点 {number}"}, stamp, create=True)
        store.set_organisation_version(stage.id, writer.version)

    stage.write(job)
    return touched


def test_a_commit_is_never_split_over_two_pages(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PAGE_CHANGES_MAX", 4)
    replica = Replica()
    replica.sync(stage, of_field(stage))
    many(stage, 10)
    pulled = stage.write(lambda store: pull(store, stage.id, frozenset({"org/field"}), replica.cursors))
    (page,) = pulled.pages
    assert page.count == 10
    assert not page.more


def test_a_first_sync_resumes_wherever_it_was_cut(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are lost and repeated, the company works on in between."""
    monkeypatch.setattr(limits, "PAGE_CHANGES_MAX", 3)
    chance = random.Random(5)
    replica = Replica()
    buckets = of_field(stage) | {f"depot:{stage.depots[0]}/office", "org/office"}
    for _ in range(25):
        pulled = stage.write(lambda store: pull(store, stage.id, buckets, replica.cursors))
        if chance.random() < 0.4:
            continue
        for page in pulled.pages:
            replica.take_page(page.render())
        if chance.random() < 0.3:
            busy(stage)
    replica.sync(stage, buckets)
    for bucket in buckets:
        assert replica.held[bucket] == truth(stage, bucket)


def test_a_record_that_moves_is_a_removal_here_and_a_record_there(stage: Stage) -> None:
    here, there = (f"depot:{depot}/field" for depot in stage.depots)
    replica = Replica()
    replica.sync(stage, frozenset({here, there}))
    key = ("asset", stage.van)
    assert key in replica.held[here]
    stage.do(stage.asset(stage.van, 1))
    pulled = stage.write(lambda store: pull(store, stage.id, frozenset({here}), replica.cursors))
    assert [one for page in pulled.pages for one in json.loads(page.render())["changes"]] == [
        {"kind": "asset", "id": stage.van, "v": pulled.pages[0].to, "gone": True}
    ], "who stays behind learns that it went, not where"
    replica.sync(stage, frozenset({here, there}))
    assert key not in replica.held[here]
    assert replica.held[there][key]["depot_id"] == stage.depots[1]
    stage.do(stage.asset(stage.van, 0))
    replica.sync(stage, frozenset({here, there}))
    assert key in replica.held[here]
    assert key not in replica.held[there]
    fresh = Replica()
    fresh.sync(stage, frozenset({here, there}))
    assert {bucket: held for bucket, held in fresh.held.items() if held} == {
        bucket: held for bucket, held in replica.held.items() if held
    }


def test_buckets_gained_start_at_nothing_and_lost_ones_are_named(stage: Stage) -> None:
    replica = Replica()
    replica.sync(stage, of_field(stage, 0))
    lost = f"depot:{stage.depots[0]}/field"
    replica.sync(stage, of_field(stage, 1))
    assert lost not in replica.held
    assert replica.held[f"depot:{stage.depots[1]}/field"] == truth(stage, f"depot:{stage.depots[1]}/field")
    assert stage.write(lambda store: pull(store, stage.id, of_field(stage, 1), {"org/office": 5, "nonsense": 1})).foreign == (
        "nonsense", "org/office",
    )  # fmt: skip


def test_a_cursor_of_a_future_that_was_lost_gets_its_bucket_anew(stage: Stage) -> None:
    replica = Replica()
    buckets = of_field(stage)
    replica.sync(stage, buckets)
    replica.cursors = dict.fromkeys(replica.cursors, 10**6)
    replica.held["org/field"]["asset", "ghost"] = {}
    replica.sync(stage, buckets)
    for bucket in buckets:
        assert replica.held[bucket] == truth(stage, bucket)


def test_frames_alone_keep_a_replica_equal_to_what_pulling_gives(stage: Stage) -> None:
    buckets = of_field(stage) | {f"depot:{stage.depots[0]}/office", "org/office"}
    live = Replica()
    live.sync(stage, buckets)
    for _ in range(3):
        phone = stage.phone()
        live.sync(stage, buckets)
        handover = CheckIn(phone).whole()
        pushed = phone.push()
        made = stage.write(partial(frames, organisation=stage.id, touched=pushed.touched))
        for bucket, raw in made:
            if bucket in buckets:
                assert live.take_frame(raw), "prev is the cursor of whoever is up to date"
                assert live.take_frame(raw), "twice is once"
        assert ("handover", handover.id) in live.held[f"depot:{stage.depots[0]}/field"]
        for bucket in buckets:
            assert live.held.get(bucket, {}) == truth(stage, bucket)
        assert stage.write(lambda store: pull(store, stage.id, buckets, live.cursors)).pages == ()


def test_frames_read_long_after_their_commits_keep_a_replica_equal_too(stage: Stage) -> None:
    buckets = of_field(stage)
    phone, live, late = stage.phone(), Replica(), []
    checkin = CheckIn(phone)
    checkin.start()
    phone.push()
    live.sync(stage, buckets)
    for value in range(3):
        checkin.reading(value)
        pushed = phone.push()
        stage.write(partial(note_ends, organisation=stage.id, touched=pushed.touched))
        late.append(pushed.touched)
    for touched in late:
        made = dict(stage.write(partial(frames, organisation=stage.id, touched=touched)))
        for bucket in made.keys() & buckets:
            assert live.take_frame(made[bucket]), "each goes on where the one before has ended"
    for bucket in buckets:
        assert live.held.get(bucket, {}) == truth(stage, bucket)


def test_a_frame_too_big_says_only_that_there_is_something(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    replica = Replica()
    replica.sync(stage, of_field(stage))
    monkeypatch.setattr(limits, "PAGE_BYTES_MAX", 10)
    for _ in range(2):
        many(stage, 1)
    touched = Touched({"org/field": replica.cursors["org/field"], "nothing": 0})
    made = dict(stage.write(lambda store: frames(store, stage.id, touched)))
    assert set(made) == {"org/field"}
    frame = LiveFrame.model_validate_json(made["org/field"])
    assert (frame.prev, frame.changes) == (-1, [])
    assert not replica.take_frame(made["org/field"])
    replica.sync(stage, of_field(stage))
    assert replica.take_frame(made["org/field"]), "and whoever has synced ignores it"


def test_an_undone_entry_makes_no_frame_for_what_it_had_touched(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    phone.record("handover.abandon", {"handover_id": stage.ids.new(), "reason": "x"})
    pushed = phone.push()
    made = dict(stage.write(lambda store: frames(store, stage.id, pushed.touched)))
    assert f"device:{phone.id}" in made, "its outcome"
    assert f"depot:{stage.depots[0]}/field" not in made
