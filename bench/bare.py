"""The bare server: what Litestar and SQLite cost alone, durable, without any feature. Its own process: `python -m bench.bare`.

What a competent engineer writes in a hundred lines, and fast: typed msgspec, one insert for a whole push, pages spliced from
stored bytes, no thread between the request and SQLite. Neighbours: the workloads give it the same bytes as ours.
Invariants: as durable as ours (WAL, `synchronous=FULL`, the answer after the commit), a repeated push changes nothing — and
nothing else: no identity, no hash, no signature, no judging, no rights, no merging, no history.
"""

import argparse
import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, WebSocket, get, post, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromQuery

JSON: Final = "application/json"
PAGE: Final = 1000
SCHEMA: Final = """CREATE TABLE IF NOT EXISTS item
    (version INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT, seq INTEGER, wire BLOB, UNIQUE (device, seq))"""


class Entry(msgspec.Struct):
    """One pushed entry."""

    seq: int
    body: str


class Push(msgspec.Struct):
    """One device's entries."""

    device: str
    entries: list[Entry]


class Shelf:
    """One SQLite file: items in the order they came, each as it came."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.execute(SCHEMA)

    def put(self, rows: Iterable[tuple[str, int, bytes]]) -> tuple[int, int]:
        """Insert what is not there yet; returns the newest version before and after the commit."""
        self.db.execute("BEGIN IMMEDIATE")
        before = self.newest()
        self.db.executemany("INSERT OR IGNORE INTO item (device, seq, wire) VALUES (?, ?, ?)", rows)
        after = self.newest()
        self.db.execute("COMMIT")
        return before, after

    def newest(self) -> int:
        """The newest version."""
        return int(self.db.execute("SELECT max(version) FROM item").fetchone()[0] or 0)

    def page(self, after: int, limit: int = PAGE) -> bytes:
        """The items after a version, as JSON."""
        rows = self.db.execute(
            "SELECT version, wire FROM item WHERE version > ? ORDER BY version LIMIT ?", (after, limit)
        ).fetchall()
        to, more = rows[-1][0] if rows else after, b"true" if len(rows) == limit else b"false"
        return b'{"to":%d,"more":%s,"changes":[%s]}' % (to, more, b",".join([row[1] for row in rows]))


def fill(path: Path, wires: list[bytes]) -> None:
    """Write the items it will be asked for, before it is started."""
    shelf = Shelf(path)
    shelf.put(("seed", number, wire) for number, wire in enumerate(wires, 1))
    shelf.db.close()


def make_app(path: Path) -> Litestar:
    """The application: POST /push, GET /pull?after=, GET /healthz, WebSocket /live."""
    shelf, sockets = Shelf(path), set[WebSocket[Any, Any, Any]]()
    decoder = msgspec.json.Decoder(Push)

    @post("/push", status_code=200)
    async def push(request: Request[Any, Any, Any]) -> Response[bytes]:
        message = decoder.decode(await request.body())
        before, _ = shelf.put((message.device, entry.seq, entry.body.encode()) for entry in message.entries)
        if sockets:
            text = shelf.page(before).decode()
            for socket in list(sockets):
                await socket.send_text(text)
        return Response(b'{"n":%d}' % message.entries[-1].seq, media_type=JSON)

    @get("/pull")
    async def pull(request: Request[Any, Any, Any], after: FromQuery[int]) -> Response[bytes]:
        page = shelf.page(after)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(page, media_type=JSON)
        return Response(zlib.compress(page, 1, wbits=31), media_type=JSON, headers={"content-encoding": "gzip"})

    @get("/healthz")
    async def healthz() -> Response[bytes]:
        return Response(b'{"ok":true}', media_type=JSON)

    @websocket("/live")
    async def live(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        sockets.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            sockets.discard(socket)

    return Litestar([push, pull, healthz, live], openapi_config=None, logging_config=None, request_max_body_size=16 * 1024 * 1024)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--file", type=Path, required=True)
    chosen = options.parse_args()
    uvicorn.run(make_app(chosen.file), host="127.0.0.1", port=chosen.port, log_level="warning", access_log=False)
