"""The engine's store (sync/store.py) over a SQLAlchemy Core connection.

Nothing here is SQLite's own: the same statements (`statements.py`) serve PostgreSQL. One instance lives for one
transaction. Its parts: `journal_part.py`, `record_part.py`, `blob_part.py`; here are organisations, devices and receipts.
Invariants: whoever runs a job calls `flush` before the commit (`drafts.py`).
"""

from typing import Any

from sqlalchemy import Connection

from server.storage import statements as sql
from server.storage.blob_part import BlobPart
from server.storage.drafts import UNKNOWN, Room
from server.storage.journal_part import JournalPart
from server.storage.record_part import gone_wire
from sync.store import DeviceState, Expected

__all__ = ["SqlStore", "gone_wire"]


class SqlStore(JournalPart, BlobPart):
    """`sync.store.Store` on one connection inside one transaction. `connection` serves tables of other rooms."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._locked: set[str] = set()
        self._versions: Room[str, int] = Room(self, self._write_versions)
        self._devices: Room[tuple[str, str], DeviceState] = Room(self, self._write_devices)
        self._receipts: Room[tuple[str, str, int, int], tuple[str, int]] = Room(self, self._write_receipts)

    def expect(self, organisation: str, expected: Expected) -> None:
        """Read together what will be asked for."""
        self.expect_entries(organisation, expected.entries)
        self.expect_records(organisation, expected.records)
        self.expect_blobs(organisation, expected.blobs, expected.records)

    # --- organisation -------------------------------------------------------------------------------------------------
    def add_organisation(self, organisation: str) -> None:
        """A new, empty organisation."""
        self._run(sql.ADD_ORGANISATION, id=organisation, version=0)

    def organisations(self) -> list[str]:
        """All organisations of this installation."""
        return list(self._read(sql.ALL_ORGANISATIONS).scalars())

    def lock_organisation(self, organisation: str) -> int:
        """Lock the row until commit; KeyError if unknown. What was read before the lock may have changed since: it is asked
        for anew."""
        if organisation not in self._locked:
            self._locked.add(organisation)
            self.forget()
        return self._version(sql.VERSION_LOCKED, organisation)

    def organisation_version(self, organisation: str) -> int:
        """The present version; KeyError if unknown."""
        known = self._versions.known.get(organisation)
        return self._version(sql.VERSION, organisation) if known is None else known

    def _version(self, statement: Any, organisation: str) -> int:
        stored = self._read(statement, id=organisation).scalar()
        if stored is None:
            raise KeyError(organisation)
        unwritten = self._versions.known.get(organisation) if organisation in self._versions.unwritten else None
        return int(stored) if unwritten is None else unwritten

    def set_organisation_version(self, organisation: str, version: int) -> None:
        """The new version; the caller holds the lock."""
        self._versions.put(organisation, version)

    # --- devices ------------------------------------------------------------------------------------------------------
    def device(self, organisation: str, device: str) -> DeviceState | None:
        """One device."""
        key = (organisation, device)
        found = self._devices.known.get(key, UNKNOWN)
        if found is UNKNOWN:
            row = self._one(sql.ONE_DEVICE, organisation=organisation, id=device)
            found = self._devices.learn(key, None if row is None else DeviceState(**row))
        return None if found is None else DeviceState(**vars(found))

    def devices(self, organisation: str) -> list[DeviceState]:
        """All devices of an organisation, by id."""
        return [DeviceState(**row) for row in self._run(sql.ALL_DEVICES, organisation=organisation).mappings()]

    def put_device(self, state: DeviceState) -> None:
        """Insert or update."""
        self._devices.put((state.organisation, state.id), DeviceState(**vars(state)))

    # --- receipts -----------------------------------------------------------------------------------------------------
    def put_receipt(self, organisation: str, device: str, epoch: int, n: int, receipt: str, at_ms: int) -> None:
        """Keep the newest receipt for this end."""
        self._receipts.put((organisation, device, epoch, n), (receipt, at_ms))

    def newest_receipt(self, organisation: str, device: str) -> str | None:
        """The newest receipt of a device."""
        receipt: str | None = self._run(sql.NEWEST_RECEIPT, organisation=organisation, device=device).scalar()
        return receipt

    # --- writing --------------------------------------------------------------------------------------------------------
    def _write_versions(self, rows: list[tuple[str, int]]) -> None:
        self._many(sql.SET_VERSION, [{"id": organisation, "version": version} for organisation, version in rows])

    def _write_devices(self, rows: list[tuple[tuple[str, str], DeviceState]]) -> None:
        self._many(sql.PUT_DEVICE, [dict(vars(state)) for _, state in rows])

    def _write_receipts(self, rows: list[tuple[tuple[str, str, int, int], tuple[str, int]]]) -> None:
        self._many(
            sql.PUT_RECEIPT,
            [
                {"organisation": organisation, "device": device, "epoch": epoch, "n": n, "receipt": receipt, "at_ms": at_ms}
                for (organisation, device, epoch, n), (receipt, at_ms) in rows
            ],
        )
