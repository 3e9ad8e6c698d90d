"""A device's rows in one SQLite file: every commit is one transaction on the disk (`synchronous=FULL`) before it returns.

Neighbours: `sync/device_state.py` has the contract, `sync/device.py` commits to it. Invariants: one program at a time (the file
is locked while it is open) · entry, number, chain hash and the bytes of its files are one transaction, and so are page and
cursor · whatever kills the process, the file opens as of the last commit that returned.
"""

import base64
import json
import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from sync.device_state import Changes, FileRow, Kept, Recorded, RecordRow

_LAYOUTS: Final = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE entry (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL, hash TEXT NOT NULL, body BLOB NOT NULL, private TEXT NOT NULL,
        proven INTEGER NOT NULL, held INTEGER NOT NULL, outcome TEXT
    );
    CREATE TABLE hash (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL);
    CREATE TABLE file (sha256 TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE content (sha256 TEXT PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE record (
        kind TEXT NOT NULL, id TEXT NOT NULL, v INTEGER NOT NULL, data TEXT NOT NULL, buckets TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) WITHOUT ROWID;
    CREATE TABLE receipt (number INTEGER PRIMARY KEY, n INTEGER NOT NULL, jws TEXT NOT NULL);
    """,
    """
    ALTER TABLE record ADD COLUMN h TEXT NOT NULL DEFAULT '';
    """,
)
"""Layout by layout, numbered by `user_version`; one that was shipped is never changed."""
RECEIPTS_KEPT: Final = 50
BUSY_MS: Final = 5_000


class FileStore:
    """A device's rows in a file. `after_commit` is told of every commit once it is durable."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it first. sqlite3.OperationalError "locked" while another program holds it."""
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self.after_commit: Callable[[Changes], None] = lambda _changes: None
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
        try:
            self._begin()
        except BaseException:
            self._connection.close()
            raise

    def _begin(self) -> None:
        run = self._connection.execute
        run("PRAGMA locking_mode=EXCLUSIVE")
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        run("BEGIN EXCLUSIVE")  # takes the lock at once: two programs must not write one journal
        try:
            version = _known(int(run("PRAGMA user_version").fetchone()[0]))
            for number, layout in enumerate(_LAYOUTS[version:], version + 1):
                for statement in layout.split(";\n"):
                    if statement.strip():
                        run(statement)
                run(f"PRAGMA user_version={number}")
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def load_value(self, name: str) -> Any:
        """One named value; None when there is none."""
        found = self._connection.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return json.loads(found[0]) if found else None

    def load(self) -> Kept:
        """Everything as last committed."""
        run = self._connection.execute
        return Kept(
            meta={name: json.loads(value) for name, value in run("SELECT name, value FROM meta")},
            entries=[_entry(row) for row in run(_READ_ENTRIES)],
            hashes=dict(run("SELECT seq, hash FROM hash")),
            files={name: FileRow(**json.loads(row)) for name, row in run("SELECT sha256, row FROM file")},
            records={
                (kind, id_): RecordRow(kind, id_, v, json.loads(data), tuple(json.loads(buckets)), h)
                for kind, id_, v, data, buckets, h in run("SELECT kind, id, v, data, buckets, h FROM record")
            },
        )

    def commit(self, changes: Changes) -> None:
        """All of it, on the disk when this returns; or none of it and sqlite3.Error."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            self._write(changes)
            run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise
        self.after_commit(changes)

    def _write(self, changes: Changes) -> None:
        many = self._connection.executemany
        many("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(name, _json(value)) for name, value in changes.meta.items()])
        many("INSERT OR REPLACE INTO entry VALUES (?,?,?,?,?,?,?,?)", map(_entry_row, _kept(changes.entries)))
        many("DELETE FROM entry WHERE seq=?", _gone(changes.entries))
        many("INSERT OR REPLACE INTO hash VALUES (?, ?)", [one for one in changes.hashes.items() if one[1] is not None])
        many("DELETE FROM hash WHERE seq=?", _gone(changes.hashes))
        many("INSERT OR REPLACE INTO file VALUES (?, ?)", [(row.sha256, _json(asdict(row))) for row in _kept(changes.files)])
        many("INSERT OR REPLACE INTO content VALUES (?, ?)", changes.content.items())
        many("DELETE FROM file WHERE sha256=?", _gone(changes.files))
        many("DELETE FROM content WHERE sha256=?", _gone(changes.files))
        many("INSERT OR REPLACE INTO record VALUES (?,?,?,?,?,?)", map(_record_row, _kept(changes.records)))
        many("DELETE FROM record WHERE kind=? AND id=?", [key for key, row in changes.records.items() if row is None])
        if changes.receipt is not None:
            many("INSERT INTO receipt (n, jws) VALUES (?, ?)", [changes.receipt])
            many("DELETE FROM receipt WHERE number <= (SELECT max(number) FROM receipt) - ?", [(RECEIPTS_KEPT,)])

    def content(self, sha256: str) -> bytes | None:
        """The bytes of a file that has not left."""
        found = self._connection.execute("SELECT bytes FROM content WHERE sha256=?", (sha256,)).fetchone()
        return bytes(found[0]) if found else None

    def receipts(self) -> list[str]:
        """The newest believed receipts (JWS), oldest first."""
        return [jws for (jws,) in self._connection.execute("SELECT jws FROM receipt ORDER BY number")]


_READ_ENTRIES: Final = "SELECT seq, id, hash, body, private, proven, held, outcome FROM entry ORDER BY seq"


def _known(version: int) -> int:
    if version > len(_LAYOUTS):
        raise sqlite3.DatabaseError(f"written by a newer version ({version})")
    return version


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _kept(changes: Any) -> Iterable[Any]:
    return [row for row in changes.values() if row is not None]


def _gone(changes: Any) -> list[tuple[Any]]:
    return [(key,) for key, row in changes.items() if row is None]


def _entry_row(row: Recorded) -> tuple[Any, ...]:
    private = _json([base64.b64encode(part).decode() for part in row.private])
    outcome = None if row.outcome is None else _json(row.outcome)
    return (row.seq, row.id, row.hash, row.body, private, row.proven, row.held, outcome)


def _entry(row: tuple[Any, ...]) -> Recorded:
    seq, id_, hash_, body, private, proven, held, outcome = row
    parts = tuple(base64.b64decode(part) for part in json.loads(private))
    return Recorded(id_, seq, hash_, bytes(body), parts, bool(proven), bool(held), json.loads(outcome) if outcome else None)


def _record_row(row: RecordRow) -> tuple[Any, ...]:
    return (row.kind, row.id, row.v, _json(row.data), _json(list(row.buckets)), row.h)
