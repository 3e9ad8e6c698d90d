"""The engine's store (sync/store.py) over a SQLAlchemy Core connection.

Nothing here is SQLite's own: the same statements serve PostgreSQL. One instance lives for one transaction.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, exists, func, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlmodel import SQLModel

from schemas.protocol import BlobRef
from server.storage.tables import (
    BlobDeclaredRow,
    BlobLinkRow,
    BlobRow,
    DeviceRow,
    EpochRow,
    JournalRow,
    LossRow,
    MemberRow,
    OrganisationRow,
    PrivateRow,
    QuarantineRow,
    ReceiptRow,
    RecordRow,
    WaitRow,
)
from sync.store import BlobState, DeviceState, JournalEntry, StoredRecord, WireChange

T: Final = SQLModel.metadata.tables
ORGANISATION, DEVICE, EPOCH = T["organisation"], T["device"], T["epoch"]
JOURNAL, PRIVATE, WAIT, LOSS, QUARANTINE = (
    T["journal"],
    T["private_part"],
    T["wait"],
    T["declared_loss"],
    T["quarantine"],
)
RECORD, MEMBER = T["record"], T["member"]
BLOB, DECLARED, LINK, RECEIPT = T["blob"], T["blob_declared"], T["blob_link"], T["receipt"]

_encode = msgspec.json.encode
_decode = msgspec.json.decode


class SqlStore:
    """`sync.store.Store` on one connection inside one transaction. `connection` serves tables of other rooms."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo everything inside when an exception leaves the block."""
        with self.connection.begin_nested():
            yield

    def _one(self, statement: Any) -> RowMapping | None:
        return self.connection.execute(statement).mappings().first()

    def _replace(self, table: Any, keys: dict[str, Any], values: dict[str, Any]) -> None:
        """Update the row with these keys, or insert it."""
        where = [table.c[name] == value for name, value in keys.items()]
        if values and self.connection.execute(update(table).where(*where).values(**values)).rowcount:
            return
        if not values and self._one(select(table.c[next(iter(keys))]).where(*where)) is not None:
            return
        self.connection.execute(insert(table).values(**keys, **values))

    # --- organisation -------------------------------------------------------------------------------------------------
    def add_organisation(self, organisation: str) -> None:
        """A new, empty organisation."""
        self.connection.execute(insert(ORGANISATION).values(id=organisation, version=0))

    def organisations(self) -> list[str]:
        """All organisations of this installation."""
        return list(self.connection.execute(select(ORGANISATION.c.id)).scalars())

    def lock_organisation(self, organisation: str) -> int:
        """Lock the row until commit; KeyError if unknown."""
        row = self._one(select(ORGANISATION.c.version).where(ORGANISATION.c.id == organisation).with_for_update())
        if row is None:
            raise KeyError(organisation)
        return int(row["version"])

    def organisation_version(self, organisation: str) -> int:
        """The present version; KeyError if unknown."""
        row = self._one(select(ORGANISATION.c.version).where(ORGANISATION.c.id == organisation))
        if row is None:
            raise KeyError(organisation)
        return int(row["version"])

    def set_organisation_version(self, organisation: str, version: int) -> None:
        """The new version; the caller holds the lock."""
        self.connection.execute(update(ORGANISATION).where(ORGANISATION.c.id == organisation).values(version=version))

    # --- devices ------------------------------------------------------------------------------------------------------
    def device(self, organisation: str, device: str) -> DeviceState | None:
        """One device."""
        row = self._one(select(DEVICE).where(DEVICE.c.organisation == organisation, DEVICE.c.id == device))
        return None if row is None else DeviceState(**row)

    def devices(self, organisation: str) -> list[DeviceState]:
        """All devices of an organisation."""
        rows = self.connection.execute(select(DEVICE).where(DEVICE.c.organisation == organisation).order_by(DEVICE.c.id))
        return [DeviceState(**row) for row in rows.mappings()]

    def put_device(self, state: DeviceState) -> None:
        """Insert or update."""
        values = dict(vars(state))
        keys = {name: values.pop(name) for name in ("organisation", "id")}
        self._replace(DEVICE, keys, values)

    # --- journal ------------------------------------------------------------------------------------------------------
    def add_entry(self, entry: JournalEntry, private: Sequence[bytes | None]) -> None:
        """Store verbatim."""
        self.connection.execute(insert(JOURNAL).values(**_entry_row(entry)))
        key = {
            "organisation": entry.organisation,
            "device": entry.device,
            "epoch": entry.epoch,
            "seq": entry.seq,
        }
        rows = [{**key, "number": number, "salted": salted} for number, salted in enumerate(private)]
        if rows:
            self.connection.execute(insert(PRIVATE), rows)

    def entry_at(self, organisation: str, device: str, epoch: int, seq: int) -> JournalEntry | None:
        """The entry with this number."""
        found = self.entries(organisation, device, epoch, seq, seq)
        return found[0] if found else None

    def entry_by_id(self, organisation: str, entry_id: str) -> JournalEntry | None:
        """The effective entry of that id."""
        where = (
            JOURNAL.c.organisation == organisation,
            JOURNAL.c.entry_id == entry_id,
            JOURNAL.c.repeat_of.is_(False),
        )
        row = self._one(select(JOURNAL).where(*where))
        return None if row is None else _entry(row)

    def save_judgement(self, entry: JournalEntry) -> None:
        """Everything but body, hash and receipt time."""
        self.connection.execute(
            update(JOURNAL)
            .where(*_entry_key(JOURNAL, entry))
            .values(
                entry_id=entry.entry_id, action=entry.action, state=entry.state, code=entry.code, version=entry.version,
                detail=json.dumps(entry.detail), repeat_of=entry.repeat_of,
            )
        )  # fmt: skip

    def held_seqs(self, organisation: str, device: str, epoch: int) -> list[int]:
        """Numbers stored beyond the contiguous end."""
        where = (
            JOURNAL.c.organisation == organisation, JOURNAL.c.device == device, JOURNAL.c.epoch == epoch,
            JOURNAL.c.state == "held",
        )  # fmt: skip
        return list(self.connection.execute(select(JOURNAL.c.seq).where(*where).order_by(JOURNAL.c.seq)).scalars())

    def entries(self, organisation: str, device: str, epoch: int, first: int, last: int) -> list[JournalEntry]:
        """A range, ascending."""
        where = (
            JOURNAL.c.organisation == organisation, JOURNAL.c.device == device, JOURNAL.c.epoch == epoch,
            JOURNAL.c.seq >= first, JOURNAL.c.seq <= last,
        )  # fmt: skip
        rows = self.connection.execute(select(JOURNAL).where(*where).order_by(JOURNAL.c.seq)).mappings()
        return [_entry(row) for row in rows]

    def epochs(self, organisation: str, device: str) -> list[tuple[int, int, str]]:
        """(epoch, base_seq, genesis), ascending."""
        where = (EPOCH.c.organisation == organisation, EPOCH.c.device == device)
        found = self.connection.execute(
            select(EPOCH.c.epoch, EPOCH.c.base_seq, EPOCH.c.genesis).where(*where).order_by(EPOCH.c.epoch)
        )
        return [(row.epoch, row.base_seq, row.genesis) for row in found]

    def add_epoch(self, organisation: str, device: str, epoch: int, base_seq: int, genesis: str) -> None:
        """A new epoch."""
        values = {"organisation": organisation, "device": device, "epoch": epoch}
        self.connection.execute(insert(EPOCH).values(**values, base_seq=base_seq, genesis=genesis))

    def add_wait(self, organisation: str, waiting: JournalEntry, needed: str) -> None:
        """Remember that an entry waits."""
        key = {"organisation": organisation, "needed": needed, "device": waiting.device}
        self._replace(WAIT, {**key, "epoch": waiting.epoch, "seq": waiting.seq}, {})

    def take_waiting(self, organisation: str, needed: str) -> list[JournalEntry]:
        """Entries that waited for `needed`; the wait is removed."""
        where = (WAIT.c.organisation == organisation, WAIT.c.needed == needed)
        found = self.connection.execute(select(WAIT.c.device, WAIT.c.epoch, WAIT.c.seq).where(*where)).all()
        if not found:
            return []
        self.connection.execute(delete(WAIT).where(*where))
        entries = [self.entry_at(organisation, row.device, row.epoch, row.seq) for row in found]
        return sorted(
            (entry for entry in entries if entry),
            key=lambda entry: (entry.received_ms, entry.device, entry.seq),
        )

    def parked_for(self, organisation: str, codes: Sequence[str], limit: int) -> list[JournalEntry]:
        """Parked entries with one of the codes, oldest first."""
        where = (
            JOURNAL.c.organisation == organisation,
            JOURNAL.c.state == "parked",
            JOURNAL.c.code.in_(codes),
        )
        order = (JOURNAL.c.received_ms, JOURNAL.c.device, JOURNAL.c.seq)
        rows = self.connection.execute(select(JOURNAL).where(*where).order_by(*order).limit(limit)).mappings()
        return [_entry(row) for row in rows]

    def private_parts(self, entry: JournalEntry) -> list[bytes | None]:
        """Salted bytes, None where erased."""
        statement = select(PRIVATE.c.salted).where(*_entry_key(PRIVATE, entry)).order_by(PRIVATE.c.number)
        return list(self.connection.execute(statement).scalars())

    def drop_private(self, organisation: str, entry_id: str) -> int:
        """Erase an entry's private parts in every copy: repeats by its id, held and kept-aside ones by their bytes."""
        where = (JOURNAL.c.organisation == organisation, JOURNAL.c.entry_id == entry_id)
        entries = [_entry(row) for row in self.connection.execute(select(JOURNAL).where(*where)).mappings().all()]
        parts = {part for entry in entries for part in self.private_parts(entry) if part is not None}
        if not parts:
            return 0
        own = (PRIVATE.c.organisation == organisation, PRIVATE.c.salted.in_(parts))
        erased = self.connection.execute(update(PRIVATE).where(*own).values(salted=None)).rowcount
        self._scrub_quarantine(organisation, {base64.b64encode(part).decode() for part in parts})
        return erased

    def _scrub_quarantine(self, organisation: str, texts: set[str]) -> None:
        for row in self.connection.execute(select(QUARANTINE).where(QUARANTINE.c.organisation == organisation)).mappings().all():
            pushed = _decode(row["body"])
            if texts.isdisjoint(pushed["private"]):
                continue
            where = [column == row[column.name] for column in QUARANTINE.primary_key.columns]
            self.connection.execute(update(QUARANTINE).where(*where).values(body=_encode({**pushed, "private": []})))

    def add_loss(self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, at_ms: int) -> None:
        """A declared loss."""
        key = {"organisation": organisation, "device": device, "epoch": epoch, "seq": seq}
        self.connection.execute(insert(LOSS).values(**key, hash=chain_hash, at_ms=at_ms))

    def losses(self, organisation: str, device: str, epoch: int) -> dict[int, str]:
        """Declared losses: seq → hash."""
        where = (LOSS.c.organisation == organisation, LOSS.c.device == device, LOSS.c.epoch == epoch)
        return {row.seq: row.hash for row in self.connection.execute(select(LOSS.c.seq, LOSS.c.hash).where(*where))}

    def add_quarantine(
        self,
        organisation: str,
        device: str,
        epoch: int,
        seq: int,
        chain_hash: str,
        body: bytes,
        reason: str,
        at_ms: int,
    ) -> None:
        """Keep aside, once."""
        key = {"organisation": organisation, "device": device, "epoch": epoch, "seq": seq, "hash": chain_hash}
        self._replace(QUARANTINE, key, {"body": body, "reason": reason, "at_ms": at_ms})

    def is_quarantined(self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str) -> bool:
        """Whether this very entry is kept aside already."""
        key = {"organisation": organisation, "device": device, "epoch": epoch, "seq": seq, "hash": chain_hash}
        where = [QUARANTINE.c[name] == value for name, value in key.items()]
        return self._one(select(QUARANTINE.c.seq).where(*where)) is not None

    def quarantine_count(self, organisation: str, device: str) -> int:
        """Entries kept aside of one device."""
        where = (QUARANTINE.c.organisation == organisation, QUARANTINE.c.device == device)
        return int(self.connection.execute(select(func.count()).select_from(QUARANTINE).where(*where)).scalar_one())

    # --- records ------------------------------------------------------------------------------------------------------
    def record(self, organisation: str, kind: str, record_id: str) -> StoredRecord | None:
        """One record, gone ones included."""
        where = (RECORD.c.organisation == organisation, RECORD.c.kind == kind, RECORD.c.id == record_id)
        row = self._one(select(RECORD).where(*where))
        return None if row is None else _record(row)

    def put_record(self, organisation: str, record: StoredRecord, left: Iterable[str]) -> None:
        """The record and its memberships."""
        key = {"organisation": organisation, "kind": record.kind, "id": record.id}
        values = {
            "version": record.version, "gone": record.gone, "wire": _wire(record), "data": _encode(record.data),
            "meta": _encode(record.meta), "buckets": " ".join(sorted(record.buckets)),
        }  # fmt: skip
        self._replace(RECORD, key, values)
        for bucket in record.buckets:
            self._replace(MEMBER, {**key, "bucket": bucket}, {"version": record.version, "gone": False})
        for bucket in left:
            self._replace(MEMBER, {**key, "bucket": bucket}, {"version": record.version, "gone": True})

    def records(self, organisation: str, kind: str) -> list[StoredRecord]:
        """All of a small kind."""
        where = (RECORD.c.organisation == organisation, RECORD.c.kind == kind, RECORD.c.gone.is_(False))
        rows = self.connection.execute(select(RECORD).where(*where).order_by(RECORD.c.id)).mappings()
        return [_record(row) for row in rows]

    def changes(self, organisation: str, bucket: str, after: int, limit: int, up_to: int) -> list[WireChange]:
        """Whole versions, about `limit` changes."""
        found = self._changes(organisation, bucket, after, up_to, limit)
        if len(found) == limit:
            last = found[-1].version
            whole = self._changes(organisation, bucket, last - 1, last, None)
            found = [change for change in found if change.version < last] + whole
        return found

    def _changes(self, organisation: str, bucket: str, after: int, up_to: int, limit: int | None) -> list[WireChange]:
        same = (
            RECORD.c.organisation == MEMBER.c.organisation,
            RECORD.c.kind == MEMBER.c.kind,
            RECORD.c.id == MEMBER.c.id,
        )
        statement = (
            select(MEMBER.c.version, MEMBER.c.gone, MEMBER.c.kind, MEMBER.c.id, RECORD.c.wire)
            .join(RECORD, same[0] & same[1] & same[2])
            .where(MEMBER.c.organisation == organisation, MEMBER.c.bucket == bucket)
            .where(MEMBER.c.version > after, MEMBER.c.version <= up_to)
            .order_by(MEMBER.c.version, MEMBER.c.kind, MEMBER.c.id)
        )
        rows = self.connection.execute(statement if limit is None else statement.limit(limit))
        return [
            WireChange(version, gone_wire(kind, record_id, version) if gone else wire)
            for version, gone, kind, record_id, wire in rows
        ]

    def bucket_head(self, organisation: str, bucket: str) -> int:
        """The newest version in a bucket."""
        where = (MEMBER.c.organisation == organisation, MEMBER.c.bucket == bucket)
        return int(self.connection.execute(select(func.max(MEMBER.c.version)).where(*where)).scalar() or 0)

    # --- blobs --------------------------------------------------------------------------------------------------------
    def declare_blob(self, organisation: str, device: str, entry: JournalEntry, ref: BlobRef) -> None:
        """An entry declares a blob: awaited unless it is already here."""
        if self.blob(organisation, ref.sha256) is None:
            values = {"size": ref.size, "type": ref.type, "role": ref.role, "state": "awaited"}
            self.connection.execute(insert(BLOB).values(organisation=organisation, sha256=ref.sha256, **values))
        key = {
            "organisation": organisation,
            "device": device,
            "sha256": ref.sha256,
            "entry_id": entry.entry_id,
        }
        self._replace(DECLARED, key, {})

    def declarers(self, organisation: str, sha256: str) -> list[str]:
        """Devices that declared a blob."""
        where = (DECLARED.c.organisation == organisation, DECLARED.c.sha256 == sha256)
        return list(
            self.connection.execute(select(DECLARED.c.device).where(*where).distinct().order_by(DECLARED.c.device)).scalars()
        )

    def blob(self, organisation: str, sha256: str) -> BlobState | None:
        """What is known of a blob."""
        row = self._one(select(BLOB).where(BLOB.c.organisation == organisation, BLOB.c.sha256 == sha256))
        return None if row is None else _blob(row)

    def put_blob(self, organisation: str, state: BlobState) -> None:
        """Insert or update."""
        values = dict(vars(state))
        self._replace(BLOB, {"organisation": organisation, "sha256": values.pop("sha256")}, values)

    def link_blob(self, organisation: str, sha256: str, kind: str, record_id: str) -> None:
        """A record answers for a blob."""
        self._replace(LINK, {"organisation": organisation, "sha256": sha256, "kind": kind, "id": record_id}, {})

    def blob_links(self, organisation: str, sha256: str) -> list[tuple[str, str]]:
        """Records that answer for a blob."""
        where = (LINK.c.organisation == organisation, LINK.c.sha256 == sha256)
        return [(row.kind, row.id) for row in self.connection.execute(select(LINK.c.kind, LINK.c.id).where(*where))]

    def linked_blobs(self, organisation: str, kind: str, record_id: str) -> list[BlobState]:
        """Blobs a record answers for."""
        statement = (
            select(BLOB)
            .join(LINK, (LINK.c.organisation == BLOB.c.organisation) & (LINK.c.sha256 == BLOB.c.sha256))
            .where(LINK.c.organisation == organisation, LINK.c.kind == kind, LINK.c.id == record_id)
            .order_by(BLOB.c.sha256)
        )
        return [_blob(row) for row in self.connection.execute(statement).mappings()]

    def missing_blobs(self, organisation: str, device: str, limit: int) -> tuple[list[str], int]:
        """Declared by the device and still awaited."""
        declared = exists().where(
            DECLARED.c.organisation == BLOB.c.organisation,
            DECLARED.c.sha256 == BLOB.c.sha256,
            DECLARED.c.device == device,
        )
        where = (BLOB.c.organisation == organisation, BLOB.c.state == "awaited", declared)
        named = list(self.connection.execute(select(BLOB.c.sha256).where(*where).order_by(BLOB.c.sha256).limit(limit)).scalars())
        if len(named) < limit:
            return named, len(named)
        return named, int(self.connection.execute(select(func.count()).select_from(BLOB).where(*where)).scalar_one())

    def declared_by(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether an entry of this device declared the blob."""
        where = (
            DECLARED.c.organisation == organisation,
            DECLARED.c.device == device,
            DECLARED.c.sha256 == sha256,
        )
        return self._one(select(DECLARED.c.sha256).where(*where)) is not None

    def declared_blobs(self, organisation: str, entry_id: str) -> list[BlobState]:
        """Blobs an entry declared."""
        statement = (
            select(BLOB)
            .join(
                DECLARED,
                (DECLARED.c.organisation == BLOB.c.organisation) & (DECLARED.c.sha256 == BLOB.c.sha256),
            )
            .where(DECLARED.c.organisation == organisation, DECLARED.c.entry_id == entry_id)
            .order_by(BLOB.c.sha256)
        )
        return [_blob(row) for row in self.connection.execute(statement).mappings()]

    def blob_visible(self, organisation: str, sha256: str, buckets: frozenset[str]) -> bool:
        """Whether a record that answers for the blob lies in one of the buckets."""
        for kind, record_id in self.blob_links(organisation, sha256):
            record = self.record(organisation, kind, record_id)
            if record is not None and not record.gone and record.buckets & buckets:
                return True
        return False

    # --- receipts -----------------------------------------------------------------------------------------------------
    def put_receipt(self, organisation: str, device: str, epoch: int, n: int, receipt: str, at_ms: int) -> None:
        """Keep the newest receipt for this end."""
        key = {"organisation": organisation, "device": device, "epoch": epoch, "n": n}
        self._replace(RECEIPT, key, {"receipt": receipt, "at_ms": at_ms})

    def newest_receipt(self, organisation: str, device: str) -> str | None:
        """The newest receipt of a device."""
        where = (RECEIPT.c.organisation == organisation, RECEIPT.c.device == device)
        order = (RECEIPT.c.epoch.desc(), RECEIPT.c.n.desc())
        return self.connection.execute(select(RECEIPT.c.receipt).where(*where).order_by(*order).limit(1)).scalar()


TABLES: Final = (
    OrganisationRow, DeviceRow, EpochRow, JournalRow, PrivateRow, WaitRow, LossRow, QuarantineRow, RecordRow, MemberRow,
    BlobRow, BlobDeclaredRow, BlobLinkRow, ReceiptRow,
)  # fmt: skip


def _entry_key(table: Any, entry: JournalEntry) -> tuple[Any, ...]:
    return (
        table.c.organisation == entry.organisation, table.c.device == entry.device,
        table.c.epoch == entry.epoch, table.c.seq == entry.seq,
    )  # fmt: skip


def _entry_row(entry: JournalEntry) -> dict[str, Any]:
    return {**vars(entry), "detail": json.dumps(entry.detail)}


def _entry(row: RowMapping) -> JournalEntry:
    return JournalEntry(**{**row, "detail": json.loads(row["detail"])})


def _record(row: RowMapping) -> StoredRecord:
    return StoredRecord(
        row["kind"], row["id"], row["version"], _decode(row["data"]), _decode(row["meta"]),
        frozenset(row["buckets"].split()), row["gone"],
    )  # fmt: skip


def _blob(row: RowMapping) -> BlobState:
    return BlobState(row["sha256"], row["size"], row["type"], row["role"], row["state"], row["code"])


def _wire(record: StoredRecord) -> bytes:
    if record.gone:
        return gone_wire(record.kind, record.id, record.version)
    return _encode({"kind": record.kind, "id": record.id, "v": record.version, "data": record.data})


def gone_wire(kind: str, record_id: str, version: int) -> bytes:
    """The bytes of a `Change` that says: no longer here."""
    return _encode({"kind": kind, "id": record_id, "v": version, "gone": True})
