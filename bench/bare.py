"""The bare server: what Litestar and SQLite cost alone, durable, without any feature. Its own process: `python -m bench.bare`.

Neighbours: `workloads.py` gives it the same bytes as ours. Invariants: as durable as ours (WAL, `synchronous=FULL`, the
answer after the commit) — and nothing else: no identity, no hash, no signature, no judging, no rights, no merging.
"""

import argparse
import sqlite3
import threading
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, get, post
from litestar.params import FromQuery

JSON = "application/json"


class Shelf:
    """One SQLite file with entries as they came and records by version."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.Lock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.execute("CREATE TABLE IF NOT EXISTS entry (device TEXT, seq INTEGER, body BLOB, PRIMARY KEY (device, seq))")
        self.db.execute("CREATE TABLE IF NOT EXISTS record (version INTEGER PRIMARY KEY, wire BLOB)")

    def push(self, device: str, entries: list[dict[str, Any]]) -> int:
        """Insert each entry; returns the newest number after the commit."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            for entry in entries:
                row = (device, entry["seq"], entry["body"].encode())
                self.db.execute("INSERT OR IGNORE INTO entry VALUES (?, ?, ?)", row)
            self.db.execute("COMMIT")
            found = self.db.execute("SELECT max(seq) FROM entry WHERE device = ?", (device,)).fetchone()
        return int(found[0] or 0)

    def pull(self, after: int) -> list[bytes]:
        """The records after a version."""
        with self.lock:
            rows = self.db.execute("SELECT wire FROM record WHERE version > ? ORDER BY version LIMIT 1000", (after,))
            return [row[0] for row in rows]


def fill(path: Path, wires: list[tuple[int, bytes]]) -> None:
    """Write the records it will be asked for, before it is started."""
    shelf = Shelf(path)
    shelf.db.execute("BEGIN IMMEDIATE")
    shelf.db.executemany("INSERT INTO record VALUES (?, ?)", wires)
    shelf.db.execute("COMMIT")
    shelf.db.close()


def make_app(path: Path) -> Litestar:
    """The application: POST /push, GET /pull?after=, GET /healthz."""
    shelf = Shelf(path)

    @post("/push", status_code=200)
    async def push(request: Request[Any, Any, Any]) -> Response[bytes]:
        message = msgspec.json.decode(await request.body())
        newest = shelf.push(message["device"], message["entries"])
        return Response(b'{"n":%d}' % newest, media_type=JSON)

    @get("/pull", sync_to_thread=False)
    def pull(after: FromQuery[int]) -> Response[bytes]:
        return Response(b"[" + b",".join(shelf.pull(after)) + b"]", media_type=JSON)

    @get("/healthz", sync_to_thread=False)
    def healthz() -> Response[bytes]:
        return Response(b'{"ok":true}', media_type=JSON)

    return Litestar([push, pull, healthz], openapi_config=None, logging_config=None, request_max_body_size=16 * 1024 * 1024)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--file", type=Path, required=True)
    chosen = options.parse_args()
    uvicorn.run(make_app(chosen.file), host="127.0.0.1", port=chosen.port, log_level="warning", access_log=False)
