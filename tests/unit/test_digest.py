"""Digests: what a store keeps incrementally is what a device computes from what it holds, and repair mends what differs."""

import json
from functools import partial
from typing import Any

import pytest

from schemas import limits
from schemas.protocol import Change, RepairAnswer
from schemas.records import RECORDS
from sync import digest
from sync.digest import Held, Tally
from sync.pull import digest_parts, pull, repair
from sync.unit import RecordWriter, Touched
from tests.support.changes import changes
from tests.support.hosts import AnyStore
from tests.support.stage import CheckIn, Stage

ID = "0197f3a0-0000-7000-8000-0000000000ff"
Copy = dict[tuple[str, str], Change]


def test_the_order_of_records_does_not_matter_and_taking_away_is_adding_again() -> None:
    records = [("asset", f"{number:032x}", number, "ab") for number in range(600)]
    whole = digest.total(digest.tally(records).values())
    assert whole == digest.total(digest.tally(records[::-1]).values())
    assert whole.count == 600
    assert whole.joined(Tally(-1, digest.item(*records[7]))) == digest.total(digest.tally(records[:7] + records[8:]).values())


def test_every_part_of_an_item_counts() -> None:
    of = digest.item("asset", ID, 1, "ab")
    others = [digest.item("asse", ID, 1, "ab"), digest.item("asset", ID, 2, "ab"), digest.item("asset", ID, 1, "ac")]
    assert len({of, *others}) == 4
    assert digest.part_of(ID) == 255


def test_a_write_shifts_what_it_leaves_what_it_comes_to_and_where_it_stays() -> None:
    before, after = Held(1, "ab", frozenset({"left", "stays"})), Held(2, "cd", frozenset({"stays", "came"}))
    old, new = digest.item("asset", ID, 1, "ab"), digest.item("asset", ID, 2, "cd")
    assert list(digest.shifts("asset", ID, before, after)) == [
        ("came", 255, Tally(1, new)),
        ("left", 255, Tally(-1, old)),
        ("stays", 255, Tally(0, old ^ new)),
    ]  # fmt: skip
    assert list(digest.shifts("asset", ID, before, before)) == []
    assert list(digest.shifts("asset", ID, digest.NOTHING, digest.NOTHING)) == []


def busy(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    phone.push()
    assert stage.record("handover", handover.id) is not None


def buckets_of_all(stage: Stage) -> list[str]:
    def job(store: AnyStore) -> set[str]:
        return {bucket for kind in RECORDS for one in store.records(stage.id, kind) for bucket in one.buckets}

    return sorted(stage.write(job))


def held(stage: Stage, bucket: str) -> Copy:
    """The bucket as a device that has pulled it whole holds it."""
    copy: Copy = {}
    for wire in stage.write(lambda store: changes(store, stage.id, bucket)):
        change = Change.model_validate_json(wire.wire)
        if not change.gone:
            copy[change.kind, change.id] = change
    return copy


def tallied(copy: Copy) -> dict[int, Tally]:
    return digest.tally((one.kind, one.id, one.v, one.h) for one in copy.values())


def test_the_stores_digest_is_that_of_its_records_whatever_happened_to_them(stage: Stage) -> None:
    busy(stage)
    stage.do(stage.asset(stage.van, 1))  # moved away
    stage.do(stage.asset(stage.van, 0))  # and back
    phone = stage.phone()
    refused = CheckIn(phone)
    refused.start()
    phone.record("handover.abandon", {"handover_id": stage.ids.new(), "reason": "x"})  # undone: nothing of it may count
    phone.push()
    busy(stage)
    buckets = buckets_of_all(stage)
    assert len(buckets) > 5
    states = stage.write(lambda store: store.bucket_states(stage.id, list(buckets)))
    for bucket in buckets:
        expected = tallied(held(stage, bucket))
        kept = stage.write(lambda store, bucket=bucket: store.digest_parts(stage.id, bucket))  # type: ignore[misc]
        assert {part: one for part, one in kept.items() if one != Tally()} == expected
        assert states[bucket].digest == digest.total(expected.values())


def test_a_removed_record_counts_nowhere(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    damage = handover.damage()
    phone.push()
    bucket = f"depot:{stage.depots[0]}/field"
    with_it = stage.write(lambda store: store.bucket_states(stage.id, [bucket]))[bucket].digest
    assert ("damage", damage) in held(stage, bucket)

    def remove(store: AnyStore) -> None:
        writer = RecordWriter(store, stage.id, store.lock_organisation(stage.id) + 1, Touched())
        writer.remove("damage", damage)
        store.set_organisation_version(stage.id, writer.version)

    stage.write(remove)
    without = stage.write(lambda store: store.bucket_states(stage.id, [bucket]))[bucket].digest
    assert without.count == with_it.count - 1
    assert without == digest.total(tallied(held(stage, bucket)).values())


def test_every_bucket_that_is_complete_comes_with_its_digest(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(stage)
    buckets = frozenset({"org/field", f"depot:{stage.depots[0]}/field"})
    monkeypatch.setattr(limits, "PAGE_CHANGES_MAX", 3)
    cursors: dict[str, int] = {}
    for _ in range(100):
        pulled = stage.write(partial(pull, organisation=stage.id, buckets=buckets, cursors=cursors))
        unfinished = {page.bucket for page in pulled.pages if page.more}
        assert {one.bucket for one in pulled.digests} == buckets - unfinished
        cursors |= {page.bucket: page.to for page in pulled.pages}
        if not unfinished:
            break
    pulled = stage.write(lambda store: pull(store, stage.id, buckets, cursors))
    assert pulled.pages == ()
    for one in pulled.digests:
        whole = digest.total(tallied(held(stage, one.bucket)).values())
        assert (one.version, one.count, one.hash) == (cursors[one.bucket], whole.count, whole.text())


def mend(stage: Stage, bucket: str, copy: Copy) -> int:
    """What a device does about a difference; returns how many sub-ranges came anew."""
    wanted = stage.write(lambda store: digest_parts(store, stage.id, bucket))
    own = tallied(copy)
    wrong = [part for part, (count, text) in enumerate(wanted.parts) if own.get(part, Tally()) != Tally(count, int(text, 16))]
    left = list(wrong)
    while left:
        raw = stage.write(partial(repair, organisation=stage.id, bucket=bucket, parts=left))
        answer = RepairAnswer.model_validate_json(raw)
        assert answer.parts == left[: len(answer.parts)]
        for key in [key for key in copy if digest.part_of(key[1]) in answer.parts]:
            del copy[key]
        copy |= {(change.kind, change.id): change for change in answer.changes}
        left = left[len(answer.parts) :]
    return len(wrong)


def test_what_differs_is_found_and_mended_and_nothing_else_is_sent(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(stage)
    bucket = f"depot:{stage.depots[0]}/field"
    truth, copy = held(stage, bucket), held(stage, bucket)
    assert mend(stage, bucket, copy) == 0
    keys = sorted(copy)
    missing, other, older = keys[0], keys[1], keys[-1]
    ghost = Change(kind="task", id="0197f3a0-0000-7000-8000-0000000000ee", v=1, h="00", data={})
    del copy[missing]
    copy[other] = copy[other].model_copy(update={"h": "0" * 16})
    copy[older] = copy[older].model_copy(update={"v": 1})
    copy["task", ghost.id] = ghost
    monkeypatch.setattr(limits, "PAGE_CHANGES_MAX", 1)
    parts = {digest.part_of(key[1]) for key in (missing, other, older, ("task", ghost.id))}
    assert mend(stage, bucket, copy) == len(parts)
    assert copy == truth


def test_a_server_restored_and_grown_past_the_cursor_is_found_out(stage: Stage) -> None:
    """Same ids, same versions, other content: neither cursor nor version shows it, the content hash does."""
    host_before = held(stage, "org/field")
    key = next(key for key in sorted(host_before) if key[0] == "depot")
    twin = host_before[key].model_copy(update={"h": digest.content_hash(b'{"name":"other"}')})
    assert digest.total(tallied({**host_before, key: twin}).values()) != digest.total(tallied(host_before).values())
    assert mend(stage, "org/field", {**host_before, key: twin}) == 1


def test_a_change_carries_the_hash_of_exactly_its_data_on_the_wire(stage: Stage) -> None:
    for wire in stage.write(lambda store: changes(store, stage.id, "org/field")):
        data = wire.wire.split(b'"data":', 1)[1][:-1]
        found: dict[str, Any] = json.loads(wire.wire)
        assert found["h"] == digest.content_hash(data)


def test_a_device_that_had_to_mend_is_an_incident_told_once(stage: Stage) -> None:
    phone = stage.phone()
    repairs = [{"bucket": "org/field", "version": 7, "parts": [1, 2, 200]}]
    for _ in range(2):
        stage.push({**phone.request(), "repairs": repairs})
    (incident,) = stage.incidents("divergence")
    assert incident["device_id"] == phone.id
    assert incident["detail"] == {"bucket": "org/field", "version": 7, "parts": 3}


def test_a_repair_says_the_version_of_the_organisation(stage: Stage) -> None:
    """As of then its records are true, though the bucket itself stood still meanwhile: newer rows of other buckets give way or
    stay by it."""
    busy(stage)

    def job(store: AnyStore) -> None:
        quiet = f"depot:{stage.depots[1]}/field"
        version, head = store.organisation_version(stage.id), store.bucket_head(stage.id, quiet)
        assert 0 < head < version
        assert RepairAnswer.model_validate_json(repair(store, stage.id, quiet, [0])).version == version

    stage.write(job)
