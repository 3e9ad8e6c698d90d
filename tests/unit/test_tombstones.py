"""The horizon: what left long ago is forgotten; whoever stayed away too long gets the bucket anew, and nobody else does."""

from typing import Any

import pytest

from schemas import limits
from sync.pull import pull
from sync.tombstones import forget
from sync.unit import RecordWriter, Touched
from tests.support.changes import changes
from tests.support.hosts import AnyStore
from tests.support.stage import Stage
from tests.unit.test_pull import Replica, many, truth

DAY_MS = 24 * 3600 * 1000
EACH = 2
"""A depot lies in two buckets: for the field and for the office."""
BUCKETS = frozenset({"org/field"})


def remove(stage: Stage, count: int = 1) -> list[str]:
    """Take the newest depots away, each in a commit of its own."""
    ids = sorted((one["id"] for one in stage.all("depot") if one["id"] not in stage.depots), reverse=True)[:count]

    def job(store: AnyStore) -> None:
        for record_id in ids:
            writer = RecordWriter(store, stage.id, store.lock_organisation(stage.id) + 1, Touched())
            writer.remove("depot", record_id)
            store.set_organisation_version(stage.id, writer.version)

    stage.write(job)
    return ids


def days_pass(stage: Stage, days: int) -> int:
    stage.now += days * DAY_MS
    return stage.write(lambda store: forget(store, stage.id, stage.now))


class Aged(Replica):
    """A replica that keeps floors, as the protocol asks."""

    def __init__(self) -> None:
        super().__init__()
        self.floors: dict[str, int] = {}
        self.resets = 0

    def sync_aged(self, stage: Stage, rounds: int = 100) -> None:
        for _ in range(rounds):
            pulled = stage.write(lambda store: pull(store, stage.id, BUCKETS, self.cursors, self.floors))
            for page in pulled.pages:
                self.resets += page.reset
                if page.reset or not self.cursors.get(page.bucket):
                    self.floors[page.bucket] = page.floor
                self.take_page(page.render())
            if not any(page.more for page in pulled.pages):
                return
        raise AssertionError("the pages never come to an end")


def horizon(stage: Stage) -> int:
    return stage.write(lambda store: store.bucket_states(stage.id, ["org/field"]))["org/field"].horizon


def tombstones(stage: Stage) -> int:
    found = stage.write(lambda store: changes(store, stage.id, "org/field"))
    return sum(b'"gone":true' in one.wire for one in found)


def test_what_left_is_remembered_for_its_time_and_then_forgotten(stage: Stage) -> None:
    many(stage, 3)
    days_pass(stage, 0)
    remove(stage, 2)
    many(stage, 1)
    days_pass(stage, 1)
    assert days_pass(stage, limits.TOMBSTONE_DAYS - 2) == 0
    assert tombstones(stage) == 2
    assert horizon(stage) == 0
    assert days_pass(stage, 1) == 0, "noted a day after the removals: they are younger than the note"
    assert days_pass(stage, 1) == 2 * EACH
    assert tombstones(stage) == 0
    assert days_pass(stage, 1) == 0


def test_a_device_that_stayed_away_too_long_gets_the_bucket_anew_and_others_do_not(stage: Stage) -> None:
    many(stage, 4)
    away, here = Aged(), Aged()
    for replica in (away, here):
        replica.sync_aged(stage)
    removed = remove(stage, 2)
    many(stage, 1)
    here.sync_aged(stage)
    days_pass(stage, 0)
    assert days_pass(stage, limits.TOMBSTONE_DAYS) == 2 * EACH
    many(stage, 1)
    for replica in (away, here):
        replica.sync_aged(stage)
        assert replica.held["org/field"] == truth(stage, "org/field")
    assert ("depot", removed[0]) not in away.held["org/field"]
    assert (away.resets, here.resets) == (1, 0)


def test_a_first_sync_over_a_horizon_comes_to_an_end_page_by_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        many(stage, 2)
    remove(stage, 1)
    many(stage, 1)
    days_pass(stage, 0)
    assert days_pass(stage, limits.TOMBSTONE_DAYS) == EACH
    monkeypatch.setattr(limits, "PAGE_CHANGES_MAX", 1)
    fresh = Aged()
    fresh.sync_aged(stage)
    assert fresh.held["org/field"] == truth(stage, "org/field")
    assert fresh.resets == 0
    assert fresh.floors["org/field"] == horizon(stage) > 0


def test_a_first_sync_that_a_purge_overtakes_begins_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds what has left since, and its tombstone is forgotten."""
    many(stage, 3)
    monkeypatch.setattr(limits, "PAGE_CHANGES_MAX", 1)
    slow = Aged()
    pulled = stage.write(lambda store: pull(store, stage.id, BUCKETS, {}, {}))
    slow.take_page(pulled.pages[0].render())
    slow.floors["org/field"] = pulled.pages[0].floor
    remove(stage, 1)
    many(stage, 1)
    days_pass(stage, 0)
    assert days_pass(stage, limits.TOMBSTONE_DAYS) == EACH
    slow.sync_aged(stage)
    assert slow.resets == 1
    assert slow.held["org/field"] == truth(stage, "org/field")


def test_the_newest_change_of_a_bucket_is_never_forgotten(stage: Stage) -> None:
    """Else its head would go back, and every device would be sent it anew."""
    many(stage, 1)
    remove(stage, 1)
    replica = Aged()
    replica.sync_aged(stage)
    days_pass(stage, 0)
    assert days_pass(stage, limits.TOMBSTONE_DAYS) == 0
    assert stage.write(lambda store: pull(store, stage.id, BUCKETS, replica.cursors, replica.floors)).pages == ()


def test_one_round_is_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.tombstones.TOMBSTONES_PURGED_MAX", 4)
    many(stage, 5)
    remove(stage, 5)
    many(stage, 1)
    days_pass(stage, 0)
    rounds = [days_pass(stage, limits.TOMBSTONE_DAYS), days_pass(stage, 0), days_pass(stage, 0), days_pass(stage, 0)]
    assert rounds == [4, 4, 2, 0]


def test_notes_of_age_do_not_pile_up(stage: Stage) -> None:
    for _ in range(3):
        days_pass(stage, limits.TOMBSTONE_DAYS)

    def notes(store: AnyStore) -> list[Any]:
        return [store.age_before(stage.id, stage.now - days * DAY_MS) for days in (0, limits.TOMBSTONE_DAYS, 10**3)]

    newest, before, older = stage.write(notes)
    assert newest is not None
    assert newest[0] == stage.now
    assert before is not None
    assert older is None
