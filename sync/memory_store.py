"""The store's contract (`store.py`) kept in memory, with real savepoints: an undo log, unrolled when one fails.

Neighbours: the engine's tests, the simulator and partners' tools use it where no disk is wanted; `server/storage/store.py`
keeps the same contract on SQL, and `tests/contract` holds the two equal. Invariants: what is put in and what is handed
out are copies, so that nobody changes a stored thing by holding on to it · a change outside a savepoint is final.
"""

import base64
import copy
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import msgspec

from schemas.limits import SEQ_MAX
from schemas.protocol import BlobRef
from schemas.references import REFERENCES
from sync.body import BodyBlob
from sync.digest import NOTHING, Tally, content_hash, part_of, shifts, total
from sync.lookup import keys_of, plain, renamed
from sync.memory_kept import Kept, as_json, gone_wire, read, wire_of
from sync.store import (
    BEFORE_ALL,
    Age,
    BlobState,
    BucketState,
    DeviceState,
    Expected,
    JournalEntry,
    KeptAside,
    StoredRecord,
    WireChange,
    WirePage,
    age_of,
    as_shown,
    held_as,
    last_within,
)

_MISSING: Final = object()
Room = dict[Any, Any]


class MemoryStore:
    """`sync.store.Store` in memory. Not safe to share between threads."""

    def __init__(self) -> None:
        self._rooms: dict[tuple[str | int, ...], Room] = {}
        self._undo: list[tuple[Room, Any, Any]] = []
        self._depth = 0

    @contextmanager
    def savepoint(self, *, checked: bool = False) -> Iterator[None]:
        """Undo everything inside when an exception leaves the block. The outermost one is the transaction. What cannot be
        kept is refused at once, `checked` or not."""
        mark = len(self._undo)
        self._depth += 1
        try:
            yield
        except BaseException:
            while len(self._undo) > mark:
                room, key, before = self._undo.pop()
                if before is _MISSING:
                    del room[key]
                else:
                    room[key] = before
            raise
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._undo.clear()

    def expect(self, organisation: str, expected: Expected) -> None:
        """Nothing to prepare."""

    def _room(self, *name: str | int) -> Room:
        return self._rooms.setdefault(name, {})

    def _put(self, room: Room, key: Any, value: Any) -> None:
        if self._depth:
            self._undo.append((room, key, room.get(key, _MISSING)))
        room[key] = value

    def _drop(self, room: Room, key: Any) -> None:
        if key in room:
            if self._depth:
                self._undo.append((room, key, room[key]))
            del room[key]

    # --- organisation -------------------------------------------------------------------------------------------------
    def add_organisation(self, organisation: str) -> None:
        """A new, empty organisation."""
        self._put(self._room("organisation"), organisation, 0)

    def lock_organisation(self, organisation: str) -> int:
        """The present version; there is nobody to lock out. KeyError if unknown."""
        return self.organisation_version(organisation)

    def organisation_version(self, organisation: str) -> int:
        """The present version. KeyError if unknown."""
        version: int = self._room("organisation")[organisation]
        return version

    def set_organisation_version(self, organisation: str, version: int) -> None:
        """The new version."""
        self._put(self._room("organisation"), organisation, version)

    # --- devices ------------------------------------------------------------------------------------------------------
    def device(self, organisation: str, device: str) -> DeviceState | None:
        """One device, or None."""
        found = self._room("device", organisation).get(device)
        return None if found is None else DeviceState(**vars(found))

    def put_device(self, state: DeviceState) -> None:
        """Insert or update."""
        self._put(self._room("device", state.organisation), state.id, DeviceState(**vars(state)))

    # --- journal ------------------------------------------------------------------------------------------------------
    def add_entry(self, entry: JournalEntry, private: Sequence[bytes | None]) -> None:
        """Store verbatim. KeyError when the number is taken."""
        journal = self._journal(entry)
        if entry.seq in journal:
            raise KeyError(entry.seq)
        self._keep(entry)
        self._put(self._room("private", entry.organisation), _place(entry), tuple(private))

    def _journal(self, entry: JournalEntry) -> Room:
        return self._room("journal", entry.organisation, entry.device, entry.epoch)

    def _keep(self, entry: JournalEntry) -> None:
        self._put(self._journal(entry), entry.seq, _copied(entry))
        held = self._room("held", entry.organisation, entry.device, entry.epoch)
        if entry.state == "held":
            self._put(held, entry.seq, True)
        else:
            self._drop(held, entry.seq)

    def entry_at(self, organisation: str, device: str, epoch: int, seq: int) -> JournalEntry | None:
        """The entry with this number, or None."""
        found = self._room("journal", organisation, device, epoch).get(seq)
        return None if found is None else _copied(found)

    def entry_by_id(self, organisation: str, entry_id: str) -> JournalEntry | None:
        """The effective entry of that id, never a repeat."""
        place = self._room("by_id", organisation).get(entry_id)
        return None if place is None else self.entry_at(organisation, *place)

    def save_judgement(self, entry: JournalEntry) -> None:
        """Everything but body, hash and receipt time."""
        stored = self._journal(entry)[entry.seq]
        judged = replace(
            stored, entry_id=entry.entry_id, action=entry.action, state=entry.state, code=entry.code,
            version=entry.version, detail=entry.detail, repeat_of=entry.repeat_of,
        )  # fmt: skip
        self._keep(judged)
        if entry.entry_id is not None:
            if not entry.repeat_of:
                self._put(self._room("by_id", entry.organisation), entry.entry_id, _place(entry))
            copies = self._room("copies", entry.organisation)
            self._put(copies, entry.entry_id, copies.get(entry.entry_id, frozenset()) | {_place(entry)})

    def drop_held(self, entry: JournalEntry) -> None:
        """Forget a held entry; its number is free again."""
        self._drop(self._journal(entry), entry.seq)
        self._drop(self._room("held", entry.organisation, entry.device, entry.epoch), entry.seq)
        self._drop(self._room("private", entry.organisation), _place(entry))

    def held_seqs(self, organisation: str, device: str, epoch: int) -> list[int]:
        """Numbers stored beyond the contiguous end, ascending."""
        return sorted(self._room("held", organisation, device, epoch))

    def entries(
        self, organisation: str, device: str, epoch: int, first: int, last: int, limit: int = SEQ_MAX
    ) -> list[JournalEntry]:
        """Stored entries first ≤ seq ≤ last, ascending, at most `limit`."""
        journal = self._room("journal", organisation, device, epoch)
        return [_copied(journal[seq]) for seq in sorted(journal) if first <= seq <= last][:limit]

    def epochs(self, organisation: str, device: str) -> list[tuple[int, int, str]]:
        """(epoch, base_seq, genesis hash), ascending."""
        return [(epoch, *start) for epoch, start in sorted(self._room("epoch", organisation, device).items())]

    def add_epoch(self, organisation: str, device: str, epoch: int, base_seq: int, genesis: str) -> None:
        """A new epoch of a device's journal."""
        self._put(self._room("epoch", organisation, device), epoch, (base_seq, genesis))

    def add_wait(self, organisation: str, waiting: JournalEntry, needed: str) -> None:
        """Remember that an entry waits; saying it twice is saying it once."""
        waits = self._room("wait", organisation)
        self._put(waits, needed, waits.get(needed, frozenset()) | {_place(waiting)})

    def take_waiting(self, organisation: str, needed: str) -> list[JournalEntry]:
        """Entries that wait for `needed`, oldest first; the wait is removed."""
        waits = self._room("wait", organisation)
        found = [self.entry_at(organisation, *place) for place in waits.get(needed, ())]
        self._drop(waits, needed)
        return sorted((entry for entry in found if entry is not None), key=age_of)

    def _all_entries(self, organisation: str) -> Iterator[JournalEntry]:
        for name, journal in list(self._rooms.items()):
            if name[:2] == ("journal", organisation):
                yield from journal.values()

    def parked_for(self, organisation: str, codes: Sequence[str], limit: int, after: Age = BEFORE_ALL) -> list[JournalEntry]:
        """Parked entries with one of the codes behind a place, oldest first; none that only repeats another."""
        parked = [one for one in self._all_entries(organisation) if one.state == "parked" and not one.repeat_of]
        found = [one for one in parked if one.code in codes]
        return [_copied(entry) for entry in sorted(found, key=age_of) if age_of(entry) > after][:limit]

    def private_parts(self, entry: JournalEntry) -> list[bytes | None]:
        """Salted bytes of each private part; None where erased."""
        return list(self._room("private", entry.organisation).get(_place(entry), ()))

    def drop_private(self, organisation: str, entry_id: str) -> int:
        """Erase an entry's private parts wherever a copy of them lies; returns how many had bytes."""
        private = self._room("private", organisation)
        own = self._room("copies", organisation).get(entry_id, frozenset())
        parts = {part for place in own for part in private.get(place, ()) if part is not None}
        erased = 0
        for place, kept in list(private.items()):
            left = tuple(None if part in parts else part for part in kept)
            if left != kept:
                erased += sum(part is not None for part in kept) - sum(part is not None for part in left)
                self._put(private, place, left)
        self._scrub(organisation, {base64.b64encode(part).decode() for part in parts})
        return erased

    def _scrub(self, organisation: str, texts: set[str]) -> None:
        for name, aside in list(self._rooms.items()):
            if name[:2] == ("quarantine", organisation):
                for key, kept in list(aside.items()):
                    pushed = json.loads(kept.body)
                    if texts & set(pushed["private"]):
                        erased = {**pushed, "private": [], "erased": True}
                        self._put(aside, key, replace(kept, body=as_json(erased)))

    def add_loss(self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, at_ms: int) -> None:
        """A declared loss; its number is new."""
        self._put(self._room("loss", organisation, device, epoch), seq, (chain_hash, at_ms))

    def losses(self, organisation: str, device: str, epoch: int) -> dict[int, str]:
        """Declared losses: seq → hash."""
        return {seq: loss[0] for seq, loss in self._room("loss", organisation, device, epoch).items()}

    def unfilled_losses(self, organisation: str, device: str, epoch: int, limit: int) -> list[int]:
        """The highest numbers declared lost that hold no entry."""
        where = (organisation, device, epoch)
        return sorted(self._room("loss", *where).keys() - self._room("journal", *where).keys())[-limit:]

    def lacks_declared(self, organisation: str) -> bool:
        """Whether a body declared lost is nowhere in its device's journal."""
        rooms = list(self._rooms.items())
        lost = {(name[2], seq, row[0]) for name, room in rooms if name[:2] == ("loss", organisation) for seq, row in room.items()}
        here = ((entry.device, entry.seq, entry.hash) for entry in self._all_entries(organisation))
        return bool(lost and lost.difference(here))

    def add_quarantine(
        self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, body: bytes, reason: str, at_ms: int,
        skew_ms: int | None = None,
    ) -> None:  # fmt: skip
        """Keep aside; the same (device, epoch, seq, hash) is kept once."""
        kept = KeptAside(epoch, seq, chain_hash, body, reason, at_ms, skew_ms)
        self._put(self._room("quarantine", organisation, device), (epoch, seq, chain_hash), kept)

    def kept_aside(self, organisation: str, device: str) -> list[KeptAside]:
        """All that is kept aside of a device."""
        return [
            replace(one, decision=dict(one.decision)) for _, one in sorted(self._room("quarantine", organisation, device).items())
        ]

    def aside_at(self, organisation: str, device: str, epoch: int, seq: int) -> list[KeptAside]:
        """What is kept aside under one number."""
        here = self._room("quarantine", organisation, device).items()
        return [replace(one, decision=dict(one.decision)) for place, one in sorted(here) if place[:2] == (epoch, seq)]

    def aside_page(self, organisation: str, device: str, after: tuple[int, int, str], limit: int) -> list[KeptAside]:
        """What is kept aside behind a place."""
        here = self._room("quarantine", organisation, device)
        return [replace(here[place], decision=dict(here[place].decision)) for place in sorted(here) if place > after][:limit]

    def decide_aside(
        self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, decision: dict[str, Any]
    ) -> None:
        """Write down what was decided."""
        aside, place = self._room("quarantine", organisation, device), (epoch, seq, chain_hash)
        self._put(aside, place, replace(aside[place], decision=dict(decision)))

    def quarantine_count(self, organisation: str, device: str, *, damaged: bool = True) -> int:
        """How many entries of a device lie aside undecided."""
        aside = self._room("quarantine", organisation, device).values()
        return sum(not one.decision and (damaged or one.reason != "damaged") for one in aside)

    # --- records ------------------------------------------------------------------------------------------------------
    def record(self, organisation: str, kind: str, record_id: str) -> StoredRecord | None:
        """One record, also one that is gone; None if there never was one."""
        found = self._room("record", organisation, kind).get(record_id)
        return None if found is None else read(found)

    def put_record(self, organisation: str, record: StoredRecord, left: Iterable[str]) -> None:
        """Write the record and its memberships."""
        # As JSON, as every other store keeps it: a tuple comes back as a list, and each reader gets one of its own.
        data = as_json(record.data)
        head = replace(record, data={}, meta={}, hash="" if record.gone else content_hash(data))
        room = self._room("record", organisation, record.kind)
        before = held_as(room[record.id].head) if record.id in room else NOTHING
        self._follow_names(organisation, room.get(record.id), record)
        self._put(room, record.id, Kept(head, data, msgspec.json.encode(record.meta), wire_of(head, data)))
        for shift in shifts(record.kind, record.id, before, held_as(head)):
            digest = self._room("digest", organisation, shift.bucket)
            self._put(digest, shift.part, digest.get(shift.part, Tally()).joined(shift.by))
        for gone, buckets in ((False, record.buckets), (True, left)):
            for bucket in buckets:
                self._put(self._room("member", organisation, bucket), (record.kind, record.id), (record.version, gone))

    def records(self, organisation: str, kind: str) -> list[StoredRecord]:
        """All records of a kind that are not gone, by id."""
        room = self._room("record", organisation, kind)
        return [read(room[key]) for key in sorted(room) if not room[key].head.gone]

    def holder(self, organisation: str, kind: str, name: str, value: str) -> str | None:
        """Whose value it is. Looked for among all: what is kept in memory is small."""
        wanted = plain(value)
        found = (one.id for one in self.records(organisation, kind) if keys_of(kind, one.data).get(name) == wanted)
        return next(found, None)

    def naming(self, organisation: str, record_id: str) -> list[tuple[str, str]]:
        """(kind, id) of what names it."""
        return sorted(self._room("named", organisation).get(record_id, ()))

    def _follow_names(self, organisation: str, before: Kept | None, record: StoredRecord) -> None:
        if record.kind not in REFERENCES:
            return
        had = None if before is None or before.head.gone else msgspec.json.decode(before.data)
        room, one = self._room("named", organisation), (record.kind, record.id)
        lost, gained = renamed(record.kind, had, None if record.gone else record.data)
        for named in lost:
            self._put(room, named, room.get(named, frozenset()) - {one})
        for named in gained:
            self._put(room, named, room.get(named, frozenset()) | {one})

    def page(self, organisation: str, bucket: str, after: int, up_to: int, changes_max: int, bytes_max: int) -> WirePage:
        """Changes after < version ≤ up_to, ascending: whole versions within both bounds."""
        members = self._room("member", organisation, bucket)
        found = sorted((version, key, gone) for key, (version, gone) in members.items() if after < version <= up_to)
        if not found:
            return WirePage(after, 0, b"")
        most = found[min(changes_max, len(found)) - 1][0]
        changes = [
            (version, gone_wire(kind, record_id, version) if gone else self._wire_of(organisation, kind, record_id))
            for version, (kind, record_id), gone in found
            if version <= most
        ]
        to = last_within([(version, len(wire)) for version, wire in changes], bytes_max)
        wires = [wire for version, wire in changes if version <= to]
        return WirePage(to, len(wires), b",".join(wires))

    def _wire_of(self, organisation: str, kind: str, record_id: str) -> bytes:
        wire: bytes = self._room("record", organisation, kind)[record_id].wire
        return wire

    def bucket_head(self, organisation: str, bucket: str) -> int:
        """The version of the newest change in the bucket, 0 if none."""
        return max((version for version, _ in self._room("member", organisation, bucket).values()), default=0)

    def bucket_states(self, organisation: str, buckets: Collection[str]) -> dict[str, BucketState]:
        """Each bucket's digest as a whole, its horizon and its head."""
        horizons, head = self._room("horizon", organisation), self.bucket_head
        wholes = {name: total(self._room("digest", organisation, name).values()) for name in buckets}
        return {name: BucketState(whole, horizons.get(name, 0), head(organisation, name)) for name, whole in wholes.items()}

    def digest_parts(self, organisation: str, bucket: str) -> dict[int, Tally]:
        """The bucket's digest by sub-range."""
        return dict(self._room("digest", organisation, bucket))

    def members(self, organisation: str, bucket: str, parts: Sequence[int]) -> list[WireChange]:
        """The records that lie in these sub-ranges of the bucket now, by kind and id."""
        members = self._room("member", organisation, bucket)
        return [
            WireChange(version, self._wire_of(organisation, kind, record_id))
            for (kind, record_id), (version, gone) in sorted(members.items())
            if not gone and part_of(record_id) in parts
        ]

    def note_age(self, organisation: str, at_ms: int, version: int) -> None:
        """At which version the organisation stood at a moment."""
        self._put(self._room("age", organisation), at_ms, version)

    def age_before(self, organisation: str, at_ms: int) -> tuple[int, int] | None:
        """The newest note at or before a moment."""
        return max(((at, version) for at, version in self._room("age", organisation).items() if at <= at_ms), default=None)

    def drop_ages(self, organisation: str, before_ms: int) -> None:
        """Forget the notes of moments before."""
        ages = self._room("age", organisation)
        for at in [at for at in ages if at < before_ms]:
            self._drop(ages, at)

    def forget_left(self, organisation: str, up_to: int, limit: int) -> int:
        """Forget what left its bucket long ago."""
        found = sorted(
            (version, name[2], key)
            for name, members in list(self._rooms.items())
            if name[:2] == ("member", organisation)
            for key, (version, gone) in members.items()
            if gone and version <= up_to and version < self.bucket_head(organisation, str(name[2]))
        )[:limit]
        horizons = self._room("horizon", organisation)
        for version, bucket, key in found:
            self._drop(self._room("member", organisation, bucket), key)
            self._put(horizons, bucket, max(version, horizons.get(bucket, 0)))
        return len(found)

    # --- blobs --------------------------------------------------------------------------------------------------------
    def declare_blob(self, organisation: str, device: str, entry: JournalEntry, ref: BlobRef | BodyBlob) -> None:
        """An entry declares a blob: awaited, unless something is known of it already."""
        if self.blob(organisation, ref.sha256) is None:
            self.put_blob(organisation, BlobState(ref.sha256, ref.size, ref.type, ref.role, "awaited"))
        self._put(self._room("declared", organisation), (ref.sha256, device, entry.entry_id), True)

    def declarers(self, organisation: str, sha256: str) -> list[str]:
        """Devices whose entries declared the blob, ascending."""
        return sorted({device for known, device, _ in self._room("declared", organisation) if known == sha256})

    def blob(self, organisation: str, sha256: str) -> BlobState | None:
        """What is known of a blob."""
        found: BlobState | None = self._room("blob", organisation).get(sha256)
        return found

    def put_blob(self, organisation: str, state: BlobState) -> None:
        """Insert or update."""
        self._put(self._room("blob", organisation), state.sha256, state)

    def hold_blob(self, organisation: str, device: str, sha256: str) -> None:
        """The device has sent all of the blob's bytes."""
        self._put(self._room("held_blob", organisation), (sha256, device), True)

    def holds_blob(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether the device has ever sent all of the blob's bytes."""
        return (sha256, device) in self._room("held_blob", organisation)

    def link_blob(self, organisation: str, sha256: str, kind: str, record_id: str, device: str) -> None:
        """The record answers for the blob, by the device's word."""
        self._put(self._room("link", organisation), (sha256, kind, record_id, device), True)

    def blob_links(self, organisation: str, sha256: str) -> list[tuple[str, str]]:
        """(kind, id) of the records that answer for a blob."""
        links = self._room("link", organisation)
        return sorted({(kind, record_id) for known, kind, record_id, _ in links if known == sha256})

    def linked_blobs(self, organisation: str, kind: str, record_id: str) -> list[BlobState]:
        """Blobs a record answers for, by hash, as they are shown."""
        links = [(sha256, device) for sha256, *record, device in self._room("link", organisation) if record == [kind, record_id]]
        shown = {sha256 for sha256, device in links if self.holds_blob(organisation, device, sha256)}
        return [as_shown(blob, blob.sha256 in shown) for blob in self._blobs(organisation, {sha256 for sha256, _ in links})]

    def missing_blobs(self, organisation: str, device: str, limit: int) -> tuple[list[str], int]:
        """Declared by the device's entries and not yet sent by it."""
        declared = {sha256 for sha256, by, _ in self._room("declared", organisation) if by == device}
        shown = ((blob, self.holds_blob(organisation, device, blob.sha256)) for blob in self._blobs(organisation, declared))
        own = [as_shown(blob, held) for blob, held in shown]
        missing = [blob.sha256 for blob in own if blob.state == "awaited"]
        return missing[:limit], len(missing)

    def declared_by(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether an entry of this device declared the blob."""
        return device in self.declarers(organisation, sha256)

    def declared_blobs(self, organisation: str, entry_id: str) -> list[BlobState]:
        """Blobs an entry declared, by hash."""
        return self._blobs(organisation, {sha256 for sha256, _, by in self._room("declared", organisation) if by == entry_id})

    def _blobs(self, organisation: str, hashes: set[str]) -> list[BlobState]:
        return [self._room("blob", organisation)[sha256] for sha256 in sorted(hashes)]

    # --- receipts -----------------------------------------------------------------------------------------------------
    def put_receipt(self, organisation: str, device: str, epoch: int, n: int, receipt: str, at_ms: int) -> None:
        """Keep the newest receipt for this end of a journal."""
        self._put(self._room("receipt", organisation, device), (epoch, n), (receipt, at_ms))

    def newest_receipt(self, organisation: str, device: str) -> str | None:
        """The receipt for the furthest end, or None."""
        receipts = self._room("receipt", organisation, device)
        return str(receipts[max(receipts)][0]) if receipts else None


def _place(entry: JournalEntry) -> tuple[str, int, int]:
    return (entry.device, entry.epoch, entry.seq)


def _copied(entry: JournalEntry) -> JournalEntry:
    return JournalEntry(**{**vars(entry), "detail": copy.deepcopy(entry.detail) if entry.detail else {}})
