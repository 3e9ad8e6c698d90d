"""What the machine itself can do with the same bytes, measured in the same run. No server, no HTTP.

Neighbours: `runs.py`. Invariant: as durable as the servers, batch by batch (one fsync or one FULL commit a batch).
"""

import os
import selectors
import socket
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from bench.company import Kept


def append(folder: Path, batches: Sequence[Sequence[bytes]]) -> float:
    """Seconds to append the batches to a file, fsynced after each."""
    handle = os.open(folder / "append.bin", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        began = time.perf_counter()
        for batch in batches:
            os.write(handle, b"".join(batch))
            os.fsync(handle)
        return time.perf_counter() - began
    finally:
        os.close(handle)


def insert(folder: Path, batches: Sequence[Sequence[bytes]]) -> float:
    """Seconds to insert the batches with `executemany`, one FULL commit each."""
    db = sqlite3.connect(folder / "insert.db", isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB)")
        began = time.perf_counter()
        for batch in batches:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO entry (body) VALUES (?)", ((body,) for body in batch))
            db.execute("COMMIT")
        return time.perf_counter() - began
    finally:
        db.close()


def select(folder: Path, records: Sequence[Kept], after: int, limit: int, rounds: int) -> list[float]:
    """Seconds of each of `rounds` reads of all records after the first `after`, in pages of `limit`, each spliced."""
    db = sqlite3.connect(folder / "select.db", isolation_level=None)
    try:
        db.execute("CREATE TABLE IF NOT EXISTS record (version INTEGER PRIMARY KEY, wire BLOB)")
        db.execute("BEGIN")
        db.executemany("INSERT OR IGNORE INTO record VALUES (?, ?)", enumerate((kept.wire for kept in records), 1))
        db.execute("COMMIT")
        return [_read_pages(db, after, limit) for _ in range(rounds)]
    finally:
        db.close()


def _read_pages(db: sqlite3.Connection, after: int, limit: int) -> float:
    began = time.perf_counter()
    while True:
        rows = db.execute(
            "SELECT version, wire FROM record WHERE version > ? ORDER BY version LIMIT ?", (after, limit)
        ).fetchall()
        if not rows:
            return time.perf_counter() - began
        b",".join([row[1] for row in rows])
        after = rows[-1][0]


def fan_out(sockets: int, text: bytes, rounds: int) -> list[float]:
    """Seconds from the first write of a text to its receipt by each of many loopback sockets, all in this process; `rounds`
    times."""
    pairs = [_pair() for _ in range(sockets)]
    poll = selectors.DefaultSelector()
    try:
        for _, there in pairs:
            poll.register(there, selectors.EVENT_READ)
        return [taken for _ in range(rounds) for taken in _send_to_all(pairs, poll, text)]
    finally:
        poll.close()
        for pair in pairs:
            for end in pair:
                end.close()


def _pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = socket.create_connection(server.getsockname())
        there, _ = server.accept()
    for end in (here, there):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return here, there


def _send_to_all(pairs: Sequence[tuple[socket.socket, socket.socket]], poll: selectors.BaseSelector, text: bytes) -> list[float]:
    missing = {there.fileno(): len(text) for _, there in pairs}
    taken: list[float] = []
    began = time.perf_counter()
    for here, _ in pairs:
        here.sendall(text)
    while len(taken) < len(pairs):
        for key, _ in poll.select():
            assert isinstance(key.fileobj, socket.socket)
            missing[key.fd] -= len(key.fileobj.recv(65_536))
            if missing[key.fd] == 0:
                taken.append(time.perf_counter() - began)
    return taken
