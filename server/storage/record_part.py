"""The records' tables of the store: records and the buckets they lie in.

Neighbours: `store.py` puts the parts together; `drafts.py` keeps what is unwritten; `sync/pull.py` reads the changes.
Invariants: a record changed many times in one transaction is written once, as it last stood · a record handed out is
changed by nobody.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from server.storage import statements as sql
from server.storage.drafts import UNKNOWN, Room
from server.storage.lookup_part import LookupPart
from sync.digest import NO_TALLY, NOTHING, Held, Tally, content_hash, shifts
from sync.merge import FieldMeta
from sync.store import BucketState, StoredRecord, WireChange, WirePage, change_wire, held_as, last_within

Key = tuple[str, str, str]
"""(organisation, kind, id)."""
_encode = msgspec.json.encode
_decode = msgspec.json.decode
_FEW: Final = 250
"""Changes read before it is known how many there are."""
_METAS: Final = msgspec.json.Decoder(dict[str, FieldMeta])


class RecordPart(LookupPart):
    """Records and their memberships."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._records: Room[Key, StoredRecord] = Room(self, self._write_records)
        self._left: dict[Key, dict[str, int]] = {}
        self._stood: dict[Key, Held] = {}
        self._heads: dict[tuple[str, str], int] = {}
        self._kinds: dict[tuple[str, str], dict[str, bool]] = {}

    def forget_more(self) -> None:
        """What is remembered beside the rooms."""
        super().forget_more()
        self._stood.clear()
        self._heads.clear()
        self._kinds.clear()

    def expect_records(self, organisation: str, wanted: Collection[tuple[str, str]]) -> None:
        """Read records together, kind by kind."""
        by_kind: dict[str, list[str]] = {}
        for kind, record_id in wanted:
            if (organisation, kind, record_id) not in self._records.known:
                by_kind.setdefault(kind, []).append(record_id)
        for kind, ids in by_kind.items():
            for record_id in ids:
                self._records.learn((organisation, kind, record_id), None)
            for first in range(0, len(ids), sql.AT_ONCE):
                some = ids[first : first + sql.AT_ONCE]
                for row in self._read(sql.RECORDS_BY_ID, organisation=organisation, kind=kind, ids=some).mappings():
                    self._learn_record(organisation, _record(row))

    def record(self, organisation: str, kind: str, record_id: str) -> StoredRecord | None:
        """One record, gone ones included."""
        key = (organisation, kind, record_id)
        found: StoredRecord | None = self._records.known.get(key, UNKNOWN)
        if found is UNKNOWN:
            row = self._one(sql.ONE_RECORD, organisation=organisation, kind=kind, id=record_id)
            found = self._records.learn(key, None) if row is None else self._learn_record(organisation, _record(row))
        return found

    def _learn_record(self, organisation: str, record: StoredRecord) -> StoredRecord:
        """As the database has it; what is unwritten goes before."""
        key = (organisation, record.kind, record.id)
        self._stood[key] = held_as(record)
        if key not in self._records.unwritten:
            self._records.learn(key, record)
        return self._records.known[key] or record

    def put_record(self, organisation: str, record: StoredRecord, left: Iterable[str]) -> None:
        """The record and its memberships."""
        key = (organisation, record.kind, record.id)
        before = self.record(organisation, record.kind, record.id)  # what stood before is taken out of the digests
        self.look_up(organisation, before, record)
        self._records.put(key, record)
        for bucket in record.buckets:
            self._advance(organisation, bucket, record.version)
        for bucket in left:
            self._advance(organisation, bucket, record.version)
            self.change(self._left, key, {**self._left.get(key, {}), bucket: record.version})
        ids = self._kinds.get((organisation, record.kind))
        if ids is not None and record.id not in ids:
            self.change(ids, record.id, True)

    def _advance(self, organisation: str, bucket: str, version: int) -> None:
        if self.bucket_head(organisation, bucket) < version:
            self.change(self._heads, (organisation, bucket), version)

    def records(self, organisation: str, kind: str) -> list[StoredRecord]:
        """All of a small kind."""
        if (organisation, kind) not in self._kinds:
            rows = self._read(sql.ALL_RECORDS, organisation=organisation, kind=kind).mappings()
            ids = {self._learn_record(organisation, _record(row)).id: True for row in rows}
            ids |= {key[2]: True for key in self._records.unwritten if key[:2] == (organisation, kind)}
            self._kinds[(organisation, kind)] = ids
        present = (self.record(organisation, kind, record_id) for record_id in sorted(self._kinds[(organisation, kind)]))
        return [record for record in present if record is not None and not record.gone]

    def page(self, organisation: str, bucket: str, after: int, up_to: int, changes_max: int, bytes_max: int) -> WirePage:
        """Whole versions, spliced by the database itself."""
        where = {"organisation": organisation, "bucket": bucket, "after": after}
        few = min(_FEW, changes_max)
        if up_to - after < few:  # then all of it most likely comes with the first question
            first: Any = self._run(sql.FEW, **where, up_to=up_to, limit=few).first()
            count, to, size, wire = first
            if count < few and (size or 0) <= bytes_max:
                return WirePage(to or after, count, wire or b"")
        span: Any = self._run(sql.SPAN, **where, up_to=up_to, limit=changes_max).first()
        count, to, size = span
        if not count:
            return WirePage(after, 0, b"")
        if size > bytes_max:
            sizes: Any = self._run(sql.SIZES, **where, up_to=to).all()
            to = last_within(sizes, bytes_max)
        spliced: Any = self._run(sql.SPLICED, **where, up_to=to).first()
        return WirePage(to, *spliced)

    def bucket_head(self, organisation: str, bucket: str) -> int:
        """The newest version in a bucket."""
        head = self._heads.get((organisation, bucket))
        if head is None:  # then nothing unwritten lies in this bucket: `put_record` asks first
            head = int(self._read(sql.BUCKET_HEAD, organisation=organisation, bucket=bucket).scalar() or 0)
            self._heads[(organisation, bucket)] = head
        return head

    def bucket_states(self, organisation: str, buckets: Collection[str]) -> dict[str, BucketState]:
        """Digests, horizons and heads, in one question."""
        rows = self._run(sql.BUCKETS, organisation=organisation, buckets=list(buckets)).mappings()
        known = {row["bucket"]: BucketState(_tally(row), row["horizon"], row["head"] or 0) for row in rows}
        return {name: known.get(name) or BucketState(head=self.bucket_head(organisation, name)) for name in buckets}

    def digest_parts(self, organisation: str, bucket: str) -> dict[int, Tally]:
        """The digest by sub-range."""
        rows = self._run(sql.DIGEST_PARTS, organisation=organisation, bucket=bucket).mappings()
        return {row["part"]: _tally(row) for row in rows}

    def members(self, organisation: str, bucket: str, parts: Sequence[int]) -> list[WireChange]:
        """What lies in these sub-ranges now. A sub-range is the end of the id, so the database finds it itself."""
        ends = [f"{part:02x}" for part in parts]
        rows: Any = self._run(sql.MEMBERS, organisation=organisation, bucket=bucket, ends=ends)
        return [WireChange(version, wire) for version, wire in rows]

    # --- what left long ago -----------------------------------------------------------------------------------------------
    def note_age(self, organisation: str, at_ms: int, version: int) -> None:
        """At which version the organisation stood at a moment."""
        self._run(sql.PUT_AGE, organisation=organisation, at_ms=at_ms, version=version)

    def age_before(self, organisation: str, at_ms: int) -> tuple[int, int] | None:
        """The newest note at or before a moment."""
        row = self._run(sql.AGE_BEFORE, organisation=organisation, at=at_ms).first()
        return None if row is None else (row.at_ms, row.version)

    def drop_ages(self, organisation: str, before_ms: int) -> None:
        """Forget the notes of moments before."""
        self._run(sql.DROP_AGES, organisation=organisation, before=before_ms)

    def forget_left(self, organisation: str, up_to: int, limit: int) -> int:
        """Forget what left its bucket long ago."""
        rows = self._run(sql.LEFT_BEFORE, organisation=organisation, up_to=up_to, limit=limit).mappings().all()
        horizons: dict[str, int] = {}
        for row in rows:
            horizons[row["bucket"]] = max(row["version"], horizons.get(row["bucket"], 0))
        self._many(sql.DROP_MEMBER, [{"organisation": organisation, **row} for row in rows])
        self._many(
            sql.RAISE_HORIZON,
            [{"organisation": organisation, "bucket": bucket, "horizon": horizon} for bucket, horizon in horizons.items()],
        )
        return len(rows)

    # --- writing --------------------------------------------------------------------------------------------------------
    def _write_records(self, rows: list[tuple[Key, StoredRecord]]) -> None:
        records: list[dict[str, Any]] = []
        members: list[dict[str, Any]] = []
        parts: dict[tuple[str, str, int], Tally] = {}
        for key, record in rows:
            data = _encode(record.data)
            stands = replace(record, hash="" if record.gone else content_hash(data))
            self.change(self._records.known, key, stands)
            records.append(_row(key[0], stands, data))
            members += self._members(key, stands, data)
            for bucket, part, by in shifts(record.kind, record.id, self._stood.get(key, NOTHING), held_as(stands)):
                place = (key[0], bucket, part)
                parts[place] = parts.get(place, NO_TALLY).joined(by)
            self.change(self._stood, key, held_as(stands))
        self._many(sql.PUT_RECORD, records)
        self._many(sql.PUT_MEMBER, members)
        self._shift(parts)

    def _members(self, key: Key, record: StoredRecord, data: bytes) -> list[dict[str, Any]]:
        names = {"organisation": key[0], "kind": key[1], "id": key[2]}
        lies = {**names, "version": record.version, "gone": False, "wire": _wire(record, data)}
        found = [{**lies, "bucket": bucket} for bucket in record.buckets]
        left = self._left.get(key)
        if left:
            self.change(self._left, key, UNKNOWN)
            outside = ((bucket, version) for bucket, version in left.items() if bucket not in record.buckets)
            found += [
                {**names, "bucket": bucket, "version": version, "gone": True, "wire": gone_wire(key[1], key[2], version)}
                for bucket, version in outside
            ]
        return found

    def _shift(self, parts: dict[tuple[str, str, int], Tally]) -> None:
        """Join what the writes change to the digests of the buckets and of their sub-ranges."""
        wholes: dict[tuple[str, str], Tally] = {}
        for (organisation, bucket, _), by in parts.items():
            wholes[(organisation, bucket)] = wholes.get((organisation, bucket), NO_TALLY).joined(by)
        self._many(sql.SHIFT_PART, [_shifted(*place, by) for place, by in parts.items()])
        self._many(sql.SHIFT_BUCKET, [_shifted(*place, -1, by) for place, by in wholes.items()])


def _shifted(organisation: str, bucket: str, part: int, by: Tally) -> dict[str, Any]:
    return {"organisation": organisation, "bucket": bucket, "part": part, "count": by.count, **_halves(by.hash)}


def _halves(value: int) -> dict[str, int]:
    """128 bits as two signed integers of 64, which every database has."""
    high, low = value >> 64, value & (2**64 - 1)
    return {"high": high - ((high >> 63) << 64), "low": low - ((low >> 63) << 64)}


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(row["count"], ((row["high"] % 2**64) << 64) | (row["low"] % 2**64))


def _row(organisation: str, record: StoredRecord, data: bytes) -> dict[str, Any]:
    return {
        "organisation": organisation, "kind": record.kind, "id": record.id, "version": record.version, "gone": record.gone,
        "data": data, "hash": record.hash, "meta": _encode(record.meta),
        "buckets": " ".join(sorted(record.buckets)),
    }  # fmt: skip


def _record(row: Mapping[str, Any]) -> StoredRecord:
    return StoredRecord(
        row["kind"], row["id"], row["version"], _decode(row["data"]), _METAS.decode(row["meta"]),
        frozenset(row["buckets"].split()), row["gone"], row["hash"] or "",
    )  # fmt: skip


def _wire(record: StoredRecord, data: bytes) -> bytes:
    return change_wire(record.kind, record.id, record.version, record.hash, data)


def gone_wire(kind: str, record_id: str, version: int) -> bytes:
    """The bytes of a `Change` that says: no longer here."""
    return _encode({"kind": kind, "id": record_id, "v": version, "gone": True})
