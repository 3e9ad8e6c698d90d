"""What a device keeps, as rows; a draft of changes to them; and the contract of the store that saves a draft whole. Pure.

Neighbours: `sync/device.py` holds the rows in memory and commits drafts, `sync/replica.py` writes pages into one, the files on a
disk are `sync/net/file_store.py`; the phone has the same in `field_app/src/core/db.ts`. Invariants: a draft is committed in ONE
transaction or not at all, and memory follows only after the store has said so · bytes of files lie apart from what
describes them.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from schemas.local_errors import Code

K = TypeVar("K")
V = TypeVar("V")
BlobState = Literal["pending", "uploading", "done", "rejected"]


class DeviceError(Exception):
    """Nothing was saved. `code` as in `schemas.errors` and `schemas.local_errors`."""

    def __init__(self, code: Code, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = dict(detail or {})


@dataclass(frozen=True)
class Recorded:
    """One entry that has not left: exact body, chain hash, salted private parts.

    `proven`: a believed receipt covers it; it leaves when the pages that follow are here. `held`: a believed receipt names it as
    held beyond a gap. `outcome`: what the server last said of it (`schemas.protocol.Outcome` as JSON).
    """

    id: str
    seq: int
    hash: str
    body: bytes
    private: tuple[bytes, ...]
    proven: bool = False
    held: bool = False
    outcome: Mapping[str, Any] | None = None

    def wire(self) -> dict[str, Any]:
        """As a `PushedEntry`."""
        parts = [base64.b64encode(part).decode() for part in self.private]
        return {"seq": self.seq, "hash": self.hash, "body": self.body.decode(), "private": parts}


@dataclass(frozen=True)
class Proven:
    """Up to where a believed receipt says the server has the journal: number, chain hash, when (the server's clock)."""

    epoch: int
    n: int
    h: str
    at: str


@dataclass(frozen=True)
class FileRow:
    """One file that has not left. `size` and `sent` in bytes; `priority` 0 goes first; `at_ms` when it was
    recorded; `upload` is the server's address for it;
    `code` says why it was rejected or last failed."""

    sha256: str
    size: int
    type: str
    role: str
    priority: int
    seq: int
    at_ms: int = 0
    state: BlobState = "pending"
    sent: int = 0
    upload: str | None = None
    code: str | None = None

    @property
    def over(self) -> bool:
        """Whether the server is done with it."""
        return self.state in ("done", "rejected")


@dataclass(frozen=True)
class RecordRow:
    """One record of the replica and the buckets it lies in. `h`: the hash of its content as its change brought it."""

    kind: str
    id: str
    v: int
    data: Mapping[str, Any]
    buckets: tuple[str, ...]
    h: str = ""


Key = tuple[str, str]
"""Kind and id of a record."""


@dataclass
class Kept:
    """Everything a device keeps. `meta`: named JSON values; `hashes`: chain hashes of the present epoch by number."""

    meta: dict[str, Any] = field(default_factory=dict)
    entries: list[Recorded] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    files: dict[str, FileRow] = field(default_factory=dict)
    records: dict[Key, RecordRow] = field(default_factory=dict)


@dataclass
class Changes:
    """One transaction's worth of changes. None removes a row. `content`: the bytes of files that are new; the bytes of a file go
    with its row. `receipt`: a believed receipt to keep, as (n, JWS)."""

    meta: dict[str, Any] = field(default_factory=dict)
    entries: dict[int, Recorded | None] = field(default_factory=dict)
    hashes: dict[int, str | None] = field(default_factory=dict)
    files: dict[str, FileRow | None] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    records: dict[Key, RecordRow | None] = field(default_factory=dict)
    receipt: tuple[int, str] | None = None


class DeviceStore(Protocol):
    """Where a device keeps its rows."""

    def load(self) -> Kept:
        """Everything as last committed."""

    def commit(self, changes: Changes) -> None:
        """All of it, durable when this returns; or none of it and an exception."""

    def content(self, sha256: str) -> bytes | None:
        """The bytes of a file that has not left."""


class MemoryDeviceStore:
    """A store that lives as long as the process: for simulations, tests and the demo's tablets."""

    def __init__(self) -> None:
        self.kept = Kept()
        self.bytes: dict[str, bytes] = {}
        self.receipts: dict[int, str] = {}

    def load(self) -> Kept:
        """A copy, so that what is in memory and what is kept never share a row's container."""
        kept = self.kept
        return Kept(dict(kept.meta), list(kept.entries), dict(kept.hashes), dict(kept.files), dict(kept.records))

    def commit(self, changes: Changes) -> None:
        """Cannot fail half-way: every step is an update of a dictionary."""
        self.kept.meta.update(changes.meta)
        self.kept.entries = merged_entries(self.kept.entries, changes.entries)
        update(self.kept.hashes, changes.hashes)
        update(self.kept.files, changes.files)
        update(self.kept.records, changes.records)
        self.bytes.update(changes.content)
        for sha256, row in changes.files.items():
            if row is None:
                self.bytes.pop(sha256, None)
        if changes.receipt is not None:
            self.receipts[changes.receipt[0]] = changes.receipt[1]

    def content(self, sha256: str) -> bytes | None:
        """The bytes of a file that has not left."""
        return self.bytes.get(sha256)


def update(rows: dict[K, V], changes: Mapping[K, V | None]) -> None:
    """Take changed rows over in place; None removes."""
    for key, row in changes.items():
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row


def merged_entries(rows: Iterable[Recorded], changes: Mapping[int, Recorded | None]) -> list[Recorded]:
    """The entries after changes by number, in order; what was not there before comes last."""
    fresh = dict(changes)
    found = []
    for row in rows:
        changed = changes.get(row.seq, row)
        fresh.pop(row.seq, None)
        if changed is not None:
            found.append(changed)
    found += [row for _, row in sorted(fresh.items()) if row is not None]
    return found
