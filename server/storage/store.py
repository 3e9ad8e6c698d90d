"""The engine's store (sync/store.py) over a SQLAlchemy Core connection.

Nothing here is SQLite's own: the same statements (`statements.py`) serve PostgreSQL. One instance lives for one
transaction; the records it has read are kept until a savepoint is undone.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, CursorResult
from sqlalchemy.engine import RowMapping

from schemas.protocol import BlobRef
from server.storage import statements as sql
from sync.digest import NOTHING, Shift, Tally, content_hash, shifts
from sync.merge import FieldMeta
from sync.store import (
    BlobState,
    BucketState,
    DeviceState,
    JournalEntry,
    StoredRecord,
    WireChange,
    as_shown,
    change_wire,
    held_as,
)

_encode = msgspec.json.encode
_decode = msgspec.json.decode
_METAS: Final = msgspec.json.Decoder(dict[str, FieldMeta])
_JUDGED: Final = ("organisation", "device", "epoch", "seq", "entry_id", "action", "state", "code", "version", "repeat_of")


class SqlStore:
    """`sync.store.Store` on one connection inside one transaction. `connection` serves tables of other rooms."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._records: dict[tuple[str, str, str], StoredRecord | None] = {}

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo everything inside when an exception leaves the block."""
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            self._records.clear()
            raise

    def _run(self, statement: Any, **values: Any) -> "CursorResult[Any]":
        return self.connection.execute(statement, values)

    def _one(self, statement: Any, **values: Any) -> RowMapping | None:
        return self.connection.execute(statement, values).mappings().first()

    # --- organisation -------------------------------------------------------------------------------------------------
    def add_organisation(self, organisation: str) -> None:
        """A new, empty organisation."""
        self._run(sql.ADD_ORGANISATION, id=organisation, version=0)

    def organisations(self) -> list[str]:
        """All organisations of this installation."""
        return list(self._run(sql.ALL_ORGANISATIONS).scalars())

    def lock_organisation(self, organisation: str) -> int:
        """Lock the row until commit; KeyError if unknown."""
        return self._version(sql.VERSION_LOCKED, organisation)

    def organisation_version(self, organisation: str) -> int:
        """The present version; KeyError if unknown."""
        return self._version(sql.VERSION, organisation)

    def _version(self, statement: Any, organisation: str) -> int:
        version = self._run(statement, id=organisation).scalar()
        if version is None:
            raise KeyError(organisation)
        return int(version)

    def set_organisation_version(self, organisation: str, version: int) -> None:
        """The new version; the caller holds the lock."""
        self._run(sql.SET_VERSION, id=organisation, version=version)

    # --- devices ------------------------------------------------------------------------------------------------------
    def device(self, organisation: str, device: str) -> DeviceState | None:
        """One device."""
        row = self._one(sql.ONE_DEVICE, organisation=organisation, id=device)
        return None if row is None else DeviceState(**row)

    def devices(self, organisation: str) -> list[DeviceState]:
        """All devices of an organisation."""
        return [DeviceState(**row) for row in self._run(sql.ALL_DEVICES, organisation=organisation).mappings()]

    def put_device(self, state: DeviceState) -> None:
        """Insert or update."""
        self._run(sql.PUT_DEVICE, **vars(state))

    # --- journal ------------------------------------------------------------------------------------------------------
    def add_entry(self, entry: JournalEntry, private: Sequence[bytes | None]) -> None:
        """Store verbatim."""
        self._run(sql.ADD_ENTRY, **{**vars(entry), "detail": json.dumps(entry.detail)})
        key = _entry_key(entry)
        rows = [{**key, "number": number, "salted": salted} for number, salted in enumerate(private)]
        if rows:
            self.connection.execute(sql.ADD_PRIVATE, rows)

    def entry_at(self, organisation: str, device: str, epoch: int, seq: int) -> JournalEntry | None:
        """The entry with this number."""
        found = self.entries(organisation, device, epoch, seq, seq)
        return found[0] if found else None

    def entry_by_id(self, organisation: str, entry_id: str) -> JournalEntry | None:
        """The effective entry of that id."""
        row = self._one(sql.ENTRY_BY_ID, organisation=organisation, entry_id=entry_id)
        return None if row is None else _entry(row)

    def save_judgement(self, entry: JournalEntry) -> None:
        """Everything but body, hash and receipt time."""
        values = {name: getattr(entry, name) for name in _JUDGED}
        self._run(sql.SAVE_JUDGEMENT, **values, detail=json.dumps(entry.detail))

    def held_seqs(self, organisation: str, device: str, epoch: int) -> list[int]:
        """Numbers stored beyond the contiguous end."""
        return list(self._run(sql.HELD, organisation=organisation, device=device, epoch=epoch).scalars())

    def entries(self, organisation: str, device: str, epoch: int, first: int, last: int) -> list[JournalEntry]:
        """A range, ascending."""
        rows = self._run(sql.ENTRIES, organisation=organisation, device=device, epoch=epoch, first=first, last=last)
        return [_entry(row) for row in rows.mappings()]

    def epochs(self, organisation: str, device: str) -> list[tuple[int, int, str]]:
        """(epoch, base_seq, genesis), ascending."""
        found = self._run(sql.EPOCHS, organisation=organisation, device=device)
        return [(row.epoch, row.base_seq, row.genesis) for row in found]

    def add_epoch(self, organisation: str, device: str, epoch: int, base_seq: int, genesis: str) -> None:
        """A new epoch."""
        self._run(sql.ADD_EPOCH, organisation=organisation, device=device, epoch=epoch, base_seq=base_seq, genesis=genesis)

    def add_wait(self, organisation: str, waiting: JournalEntry, needed: str) -> None:
        """Remember that an entry waits."""
        self._run(sql.ADD_WAIT, needed=needed, **_entry_key(waiting))

    def take_waiting(self, organisation: str, needed: str) -> list[JournalEntry]:
        """Entries that waited for `needed`; the wait is removed."""
        found = self._run(sql.WAITING, organisation=organisation, needed=needed).all()
        if not found:
            return []
        self._run(sql.DROP_WAITS, organisation=organisation, needed=needed)
        entries = [self.entry_at(organisation, row.device, row.epoch, row.seq) for row in found]
        return sorted((entry for entry in entries if entry), key=lambda entry: (entry.received_ms, entry.device, entry.seq))

    def parked_for(self, organisation: str, codes: Sequence[str], limit: int) -> list[JournalEntry]:
        """Parked entries with one of the codes, oldest first."""
        rows = self._run(sql.PARKED, organisation=organisation, codes=list(codes), limit=limit).mappings()
        return [_entry(row) for row in rows]

    def private_parts(self, entry: JournalEntry) -> list[bytes | None]:
        """Salted bytes, None where erased."""
        return list(self._run(sql.PRIVATE_OF, **_entry_key(entry)).scalars())

    def drop_private(self, organisation: str, entry_id: str) -> int:
        """Erase an entry's private parts in every copy: repeats by its id, held and kept-aside ones by their bytes."""
        rows = self._run(sql.COPIES_OF, organisation=organisation, entry_id=entry_id).mappings().all()
        parts = {part for row in rows for part in self.private_parts(_entry(row)) if part is not None}
        if not parts:
            return 0
        erased = self._run(sql.DROP_PRIVATE, in_organisation=organisation, parts=list(parts)).rowcount
        self._scrub_quarantine(organisation, {base64.b64encode(part).decode() for part in parts})
        return erased

    def _scrub_quarantine(self, organisation: str, texts: set[str]) -> None:
        for row in self._run(sql.ALL_QUARANTINE, organisation=organisation).mappings().all():
            pushed = _decode(row["body"])
            if not texts.isdisjoint(pushed["private"]):
                self._run(sql.PUT_QUARANTINE, **{**row, "body": _encode({**pushed, "private": []})})

    def add_loss(self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, at_ms: int) -> None:
        """A declared loss."""
        self._run(sql.ADD_LOSS, organisation=organisation, device=device, epoch=epoch, seq=seq, hash=chain_hash, at_ms=at_ms)

    def losses(self, organisation: str, device: str, epoch: int) -> dict[int, str]:
        """Declared losses: seq → hash."""
        rows = self._run(sql.LOSSES, organisation=organisation, device=device, epoch=epoch)
        return {row.seq: row.hash for row in rows}

    def add_quarantine(
        self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, body: bytes, reason: str, at_ms: int
    ) -> None:
        """Keep aside, once."""
        self._run(
            sql.PUT_QUARANTINE, organisation=organisation, device=device, epoch=epoch, seq=seq, hash=chain_hash, body=body,
            reason=reason, at_ms=at_ms,
        )  # fmt: skip

    def is_quarantined(self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str) -> bool:
        """Whether this very entry is kept aside already."""
        key = {"organisation": organisation, "device": device, "epoch": epoch, "seq": seq, "hash": chain_hash}
        return self._one(sql.IS_QUARANTINED, **key) is not None

    def quarantine_count(self, organisation: str, device: str) -> int:
        """Entries kept aside of one device."""
        return int(self._run(sql.QUARANTINED, organisation=organisation, device=device).scalar_one())

    # --- records ------------------------------------------------------------------------------------------------------
    def record(self, organisation: str, kind: str, record_id: str) -> StoredRecord | None:
        """One record, gone ones included."""
        key = (organisation, kind, record_id)
        if key not in self._records:
            row = self._one(sql.ONE_RECORD, organisation=organisation, kind=kind, id=record_id)
            self._records[key] = None if row is None else _record(row)
        return self._records[key]

    def put_record(self, organisation: str, record: StoredRecord, left: Iterable[str]) -> None:
        """The record and its memberships."""
        key = {"organisation": organisation, "kind": record.kind, "id": record.id}
        known = self.record(organisation, record.kind, record.id)
        data = _encode(record.data)
        record = replace(record, hash="" if record.gone else content_hash(data))
        self._run(
            sql.PUT_RECORD, **key, version=record.version, gone=record.gone, wire=_wire(record, data), data=data,
            hash=record.hash, meta=_encode(record.meta), buckets=" ".join(sorted(record.buckets)),
        )  # fmt: skip
        self._shift(organisation, shifts(record.kind, record.id, held_as(known) if known else NOTHING, held_as(record)))
        members = [{**key, "bucket": bucket, "version": record.version, "gone": False} for bucket in sorted(record.buckets)]
        members += [{**key, "bucket": bucket, "version": record.version, "gone": True} for bucket in sorted(left)]
        if members:
            self.connection.execute(sql.PUT_MEMBER, members)
        self._records[(organisation, record.kind, record.id)] = record

    def _shift(self, organisation: str, made: Iterable[Shift]) -> None:
        """Join what a write changes to the digests of the buckets and of their sub-ranges."""
        rows = [
            {"organisation": organisation, "bucket": bucket, "part": part, "count": by.count, **_halves(by.hash)}
            for bucket, part, by in made
        ]
        if rows:
            self.connection.execute(sql.SHIFT_PART, rows)
            self.connection.execute(sql.SHIFT_BUCKET, rows)

    def records(self, organisation: str, kind: str) -> list[StoredRecord]:
        """All of a small kind."""
        return [_record(row) for row in self._run(sql.ALL_RECORDS, organisation=organisation, kind=kind).mappings()]

    def changes(self, organisation: str, bucket: str, after: int, limit: int, up_to: int) -> list[WireChange]:
        """Whole versions, about `limit` changes."""
        found = _changes(
            self._run(sql.CHANGES_LIMITED, organisation=organisation, bucket=bucket, after=after, up_to=up_to, limit=limit)
        )
        if len(found) == limit:
            last = found[-1].version
            whole = _changes(self._run(sql.CHANGES, organisation=organisation, bucket=bucket, after=last - 1, up_to=last))
            found = [change for change in found if change.version < last] + whole
        return found

    def bucket_head(self, organisation: str, bucket: str) -> int:
        """The newest version in a bucket."""
        return int(self._run(sql.BUCKET_HEAD, organisation=organisation, bucket=bucket).scalar() or 0)

    def bucket_state(self, organisation: str, bucket: str) -> BucketState:
        """Digest and horizon."""
        row = self._one(sql.ONE_BUCKET, organisation=organisation, bucket=bucket)
        return BucketState() if row is None else BucketState(_tally(row), row["horizon"])

    def digest_parts(self, organisation: str, bucket: str) -> dict[int, Tally]:
        """The digest by sub-range."""
        rows = self._run(sql.DIGEST_PARTS, organisation=organisation, bucket=bucket).mappings()
        return {row["part"]: _tally(row) for row in rows}

    def members(self, organisation: str, bucket: str, parts: Sequence[int]) -> list[WireChange]:
        """What lies in these sub-ranges now. A sub-range is the end of the id, so the database finds it itself."""
        ends = [f"{part:02x}" for part in parts]
        return _changes(self._run(sql.MEMBERS, organisation=organisation, bucket=bucket, ends=ends))

    # --- blobs --------------------------------------------------------------------------------------------------------
    def declare_blob(self, organisation: str, device: str, entry: JournalEntry, ref: BlobRef) -> None:
        """An entry declares a blob: awaited unless something is known of it."""
        if self.blob(organisation, ref.sha256) is None:
            self.put_blob(organisation, BlobState(ref.sha256, ref.size, ref.type, ref.role, "awaited"))
        self._run(sql.DECLARE, organisation=organisation, device=device, sha256=ref.sha256, entry_id=entry.entry_id)

    def declarers(self, organisation: str, sha256: str) -> list[str]:
        """Devices that declared a blob."""
        return list(self._run(sql.DECLARERS, organisation=organisation, sha256=sha256).scalars())

    def blob(self, organisation: str, sha256: str) -> BlobState | None:
        """What is known of a blob."""
        row = self._one(sql.ONE_BLOB, organisation=organisation, sha256=sha256)
        return None if row is None else _blob(row)

    def put_blob(self, organisation: str, state: BlobState) -> None:
        """Insert or update."""
        self._run(sql.PUT_BLOB, organisation=organisation, **vars(state))

    def blobs_in_state(self, organisation: str, state: str) -> list[str]:
        """Hashes of all blobs in a state."""
        return list(self._run(sql.BLOBS_IN_STATE, organisation=organisation, state=state).scalars())

    def hold_blob(self, organisation: str, device: str, sha256: str) -> None:
        """The device has sent all of the blob's bytes."""
        self._run(sql.HOLD, organisation=organisation, device=device, sha256=sha256)

    def holds_blob(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether the device has ever sent all of the blob's bytes."""
        return self._one(sql.HOLDS, organisation=organisation, device=device, sha256=sha256) is not None

    def link_blob(self, organisation: str, sha256: str, kind: str, record_id: str, device: str) -> None:
        """A record answers for a blob, by a device's word."""
        self._run(sql.PUT_LINK, organisation=organisation, sha256=sha256, kind=kind, id=record_id, device=device)

    def blob_links(self, organisation: str, sha256: str) -> list[tuple[str, str]]:
        """Records that answer for a blob."""
        return [(row.kind, row.id) for row in self._run(sql.LINKS, organisation=organisation, sha256=sha256)]

    def linked_blobs(self, organisation: str, kind: str, record_id: str) -> list[BlobState]:
        """Blobs a record answers for; awaited until the device whose word it is has shown that it has them."""
        rows = self._run(sql.LINKED_BLOBS, organisation=organisation, kind=kind, id=record_id).mappings()
        return [as_shown(_blob(row), bool(row["shown"])) for row in rows]

    def missing_blobs(self, organisation: str, device: str, limit: int) -> tuple[list[str], int]:
        """Declared by the device and still awaited."""
        named = list(self._run(sql.MISSING, organisation=organisation, device=device, limit=limit).scalars())
        if len(named) < limit:
            return named, len(named)
        return named, int(self._run(sql.MISSING_COUNT, organisation=organisation, device=device).scalar_one())

    def declared_by(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether an entry of this device declared the blob."""
        return self._one(sql.DECLARED_BY, organisation=organisation, device=device, sha256=sha256) is not None

    def declared_blobs(self, organisation: str, entry_id: str) -> list[BlobState]:
        """Blobs an entry declared."""
        return [_blob(row) for row in self._run(sql.DECLARED_BLOBS, organisation=organisation, entry_id=entry_id).mappings()]

    def blob_visible(self, organisation: str, sha256: str, buckets: frozenset[str]) -> bool:
        """Whether a record that answers for the blob, by a device that has it, lies in one of the buckets."""
        links = self._run(sql.SHOWN_LINKS, organisation=organisation, sha256=sha256).all()
        records = (self.record(organisation, link.kind, link.id) for link in links)
        return any(record is not None and not record.gone and record.buckets & buckets for record in records)

    # --- receipts -----------------------------------------------------------------------------------------------------
    def put_receipt(self, organisation: str, device: str, epoch: int, n: int, receipt: str, at_ms: int) -> None:
        """Keep the newest receipt for this end."""
        self._run(sql.PUT_RECEIPT, organisation=organisation, device=device, epoch=epoch, n=n, receipt=receipt, at_ms=at_ms)

    def newest_receipt(self, organisation: str, device: str) -> str | None:
        """The newest receipt of a device."""
        receipt: str | None = self._run(sql.NEWEST_RECEIPT, organisation=organisation, device=device).scalar()
        return receipt


def _entry_key(entry: JournalEntry) -> dict[str, Any]:
    return {"organisation": entry.organisation, "device": entry.device, "epoch": entry.epoch, "seq": entry.seq}


def _entry(row: RowMapping) -> JournalEntry:
    return JournalEntry(**{**row, "detail": json.loads(row["detail"])})


def _record(row: RowMapping) -> StoredRecord:
    return StoredRecord(
        row["kind"], row["id"], row["version"], _decode(row["data"]), _METAS.decode(row["meta"]),
        frozenset(row["buckets"].split()), row["gone"], row["hash"] or "",
    )  # fmt: skip


def _blob(row: RowMapping) -> BlobState:
    return BlobState(row["sha256"], row["size"], row["type"], row["role"], row["state"], row["code"])


def _changes(rows: Iterable[Any]) -> list[WireChange]:
    return [
        WireChange(version, gone_wire(kind, record_id, version) if gone else wire)
        for version, gone, kind, record_id, wire in rows
    ]


def _wire(record: StoredRecord, data: bytes) -> bytes:
    if record.gone:
        return gone_wire(record.kind, record.id, record.version)
    return change_wire(record.kind, record.id, record.version, record.hash, data)


def _halves(value: int) -> dict[str, int]:
    """128 bits as two signed integers of 64, which every database has."""
    high, low = value >> 64, value & (2**64 - 1)
    return {"high": high - ((high >> 63) << 64), "low": low - ((low >> 63) << 64)}


def _tally(row: RowMapping) -> Tally:
    return Tally(row["count"], ((row["high"] % 2**64) << 64) | (row["low"] % 2**64))


def gone_wire(kind: str, record_id: str, version: int) -> bytes:
    """The bytes of a `Change` that says: no longer here."""
    return _encode({"kind": kind, "id": record_id, "v": version, "gone": True})
