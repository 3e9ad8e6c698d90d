"""The blobs' tables of the store: what is known of a file, who declared it, who has sent it, which record answers for it.

Neighbours: `store.py` puts the parts together; `drafts.py` keeps what is unwritten. Invariants: `blob_missing` holds exactly
what entries of a device declared and that device has not sent, so that a receipt asks one small table · what was rejected
or erased is not missing.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from schemas.protocol import BlobRef
from server.storage import statements as sql
from server.storage.drafts import UNKNOWN, Room
from server.storage.record_part import RecordPart
from sync.body import BodyBlob
from sync.store import BlobState, JournalEntry, as_shown

NOT_AWAITED = ("rejected", "erased")
Links = frozenset[tuple[str, str]]
"""(sha256, device by whose word)."""


class BlobPart(RecordPart):
    """Files and what answers for them."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._blobs: Room[tuple[str, str], BlobState] = Room(self, self._write_blobs)
        self._holders: Room[tuple[str, str, str], bool] = Room(self, self._write_holders)
        self._declared: Room[tuple[str, str, str, str], bool] = Room(self, self._write_declared)
        self._missing: Room[tuple[str, str, str], bool] = Room(self, self._write_missing)
        self._links: Room[tuple[str, str, str, str, str], bool] = Room(self, self._write_links)
        self._linked: dict[tuple[str, str, str], Links] = {}
        self._all_holders: set[tuple[str, str]] = set()

    def forget_more(self) -> None:
        """What is remembered beside the rooms."""
        super().forget_more()
        self._linked.clear()
        self._all_holders.clear()

    def expect_blobs(self, organisation: str, hashes: Collection[str], records: Collection[tuple[str, str]]) -> None:
        """Read what is known of blobs, who has sent them, and what records answer for, together."""
        wanted = {sha256 for sha256 in hashes if (organisation, sha256) not in self._blobs.known}
        by_kind: dict[str, list[str]] = {}
        for kind, record_id in records:
            if (organisation, kind, record_id) not in self._linked:
                self._linked[(organisation, kind, record_id)] = frozenset()
                if self.record(organisation, kind, record_id) is not None:  # nothing answers before it is there
                    by_kind.setdefault(kind, []).append(record_id)
        for kind, ids in by_kind.items():
            for link in self._read(sql.LINKS_OF, organisation=organisation, kind=kind, ids=ids):
                key = (organisation, kind, link.id)
                self._linked[key] = self._linked[key] | {(link.sha256, link.device)}
                wanted.add(link.sha256)
        asked = sorted(wanted)
        for first in range(0, len(asked), sql.AT_ONCE):
            some = asked[first : first + sql.AT_ONCE]
            for sha256 in some:
                self._blobs.known.setdefault((organisation, sha256), None)
            for row in self._read(sql.BLOBS_BY_HASH, organisation=organisation, hashes=some).mappings():
                if (organisation, row["sha256"]) not in self._blobs.unwritten:
                    self._blobs.learn((organisation, row["sha256"]), _blob(row))
            self._all_holders.update((organisation, sha256) for sha256 in some)
            for held in self._read(sql.HOLDERS_OF, organisation=organisation, hashes=some):
                self._holders.learn((organisation, held.device, held.sha256), True)

    def declare_blob(self, organisation: str, device: str, entry: JournalEntry, ref: BlobRef | BodyBlob) -> None:
        """An entry declares a blob: awaited unless something is known of it."""
        known = self.blob(organisation, ref.sha256)
        if known is None:
            known = BlobState(ref.sha256, ref.size, ref.type, ref.role, "awaited")
            self._blobs.put((organisation, ref.sha256), known)
        assert entry.entry_id is not None, "blobs are declared by entries that could be read"
        self._declared.put((organisation, device, ref.sha256, entry.entry_id), True)
        if self._awaits(organisation, device, known):
            self._missing.put((organisation, device, ref.sha256), True)

    def declarers(self, organisation: str, sha256: str) -> list[str]:
        """Devices that declared a blob."""
        return list(self._run(sql.DECLARERS, organisation=organisation, sha256=sha256).scalars())

    def blob(self, organisation: str, sha256: str) -> BlobState | None:
        """What is known of a blob."""
        key = (organisation, sha256)
        found: BlobState | None = self._blobs.known.get(key, UNKNOWN)
        if found is UNKNOWN:
            row = self._one(sql.ONE_BLOB, organisation=organisation, sha256=sha256)
            found = self._blobs.learn(key, None if row is None else _blob(row))
        return found

    def put_blob(self, organisation: str, state: BlobState) -> None:
        """Insert or update."""
        before = self.blob(organisation, state.sha256)
        self._blobs.put((organisation, state.sha256), state)
        if before is not None and before.state != state.state:
            for device in self.declarers(organisation, state.sha256):
                self._missing.put((organisation, device, state.sha256), self._awaits(organisation, device, state))

    def _awaits(self, organisation: str, device: str, state: BlobState) -> bool:
        """Whether a device that declared the blob must send it: nobody's bytes were taken in yet (its own may lie here from
        before its entry, and are then taken in without being sent), or only others'."""
        if state.state == "awaited":
            return True
        return state.state not in NOT_AWAITED and not self.holds_blob(organisation, device, state.sha256)

    def blobs_in_state(self, organisation: str, state: str) -> list[str]:
        """Hashes of all blobs in a state."""
        return list(self._run(sql.BLOBS_IN_STATE, organisation=organisation, state=state).scalars())

    def hold_blob(self, organisation: str, device: str, sha256: str) -> None:
        """The device has sent all of the blob's bytes."""
        self._holders.put((organisation, device, sha256), True)
        known = self.blob(organisation, sha256)
        if known is not None and known.state != "awaited":
            self._missing.put((organisation, device, sha256), False)

    def holds_blob(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether the device has ever sent all of the blob's bytes."""
        key = (organisation, device, sha256)
        found = self._holders.known.get(key, UNKNOWN)
        if found is UNKNOWN and (organisation, sha256) in self._all_holders:
            found = None
        elif found is UNKNOWN:
            row = self._one(sql.HOLDS, organisation=organisation, device=device, sha256=sha256)
            found = self._holders.learn(key, None if row is None else True)
        return bool(found)

    def link_blob(self, organisation: str, sha256: str, kind: str, record_id: str, device: str) -> None:
        """A record answers for a blob, by a device's word."""
        self._links.put((organisation, sha256, kind, record_id, device), True)
        known = self._links_of(organisation, kind, record_id)
        self.change(self._linked, (organisation, kind, record_id), known | {(sha256, device)})

    def _links_of(self, organisation: str, kind: str, record_id: str) -> Links:
        key = (organisation, kind, record_id)
        if key not in self._linked:
            rows = self._run(sql.LINKS_OF, organisation=organisation, kind=kind, ids=[record_id])
            self._linked[key] = frozenset((row.sha256, row.device) for row in rows)
        return self._linked[key]

    def blob_links(self, organisation: str, sha256: str) -> list[tuple[str, str]]:
        """Records that answer for a blob."""
        return [(row.kind, row.id) for row in self._run(sql.LINKS, organisation=organisation, sha256=sha256)]

    def linked_blobs(self, organisation: str, kind: str, record_id: str) -> list[BlobState]:
        """Blobs a record answers for; awaited until the device whose word it is has shown that it has them."""
        shown: dict[str, bool] = {}
        for sha256, device in self._links_of(organisation, kind, record_id):
            shown[sha256] = shown.get(sha256, False) or self.holds_blob(organisation, device, sha256)
        blobs = ((self.blob(organisation, sha256), there) for sha256, there in sorted(shown.items()))
        return [as_shown(blob, there) for blob, there in blobs if blob is not None]

    def missing_blobs(self, organisation: str, device: str, limit: int) -> tuple[list[str], int]:
        """Declared by the device and not yet sent by it."""
        named = list(self._read_with(self._missing, sql.MISSING, organisation=organisation, device=device, limit=limit).scalars())
        if len(named) < limit:
            return named, len(named)
        return named, int(
            self._read_with(self._missing, sql.MISSING_COUNT, organisation=organisation, device=device).scalar_one()
        )

    def declared_by(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether an entry of this device declared the blob."""
        return self._run(sql.DECLARED_BY, organisation=organisation, device=device, sha256=sha256).first() is not None

    def declared_blobs(self, organisation: str, entry_id: str) -> list[BlobState]:
        """Blobs an entry declared."""
        return [_blob(row) for row in self._run(sql.DECLARED_BLOBS, organisation=organisation, entry_id=entry_id).mappings()]

    def blob_visible(self, organisation: str, sha256: str, buckets: frozenset[str]) -> bool:
        """Whether a record that answers for the blob, by a device that has it, lies in one of the buckets."""
        links = self._run(sql.SHOWN_LINKS, organisation=organisation, sha256=sha256).all()
        records = (self.record(organisation, link.kind, link.id) for link in links)
        return any(record is not None and not record.gone and record.buckets & buckets for record in records)

    # --- writing --------------------------------------------------------------------------------------------------------
    def _write_blobs(self, rows: list[tuple[tuple[str, str], BlobState]]) -> None:
        self._many(sql.PUT_BLOB, [{"organisation": organisation, **vars(state)} for (organisation, _), state in rows])

    def _write_holders(self, rows: list[tuple[tuple[str, str, str], bool]]) -> None:
        self._many(sql.HOLD, [_by_device(key) for key, _ in rows])

    def _write_declared(self, rows: list[tuple[tuple[str, str, str, str], bool]]) -> None:
        self._many(sql.DECLARE, [{**_by_device(key[:3]), "entry_id": key[3]} for key, _ in rows])

    def _write_missing(self, rows: list[tuple[tuple[str, str, str], bool]]) -> None:
        self._many(sql.ADD_MISSING, [_by_device(key) for key, missing in rows if missing])
        self._many(sql.DROP_MISSING, [_by_device(key) for key, missing in rows if not missing])

    def _write_links(self, rows: list[tuple[tuple[str, str, str, str, str], bool]]) -> None:
        names = ("organisation", "sha256", "kind", "id", "device")
        self._many(sql.PUT_LINK, [dict(zip(names, key, strict=True)) for key, _ in rows])


def _by_device(key: tuple[str, str, str]) -> dict[str, str]:
    return {"organisation": key[0], "device": key[1], "sha256": key[2]}


def _blob(row: Mapping[str, Any]) -> BlobState:
    return BlobState(row["sha256"], row["size"], row["type"], row["role"], row["state"], row["code"])
