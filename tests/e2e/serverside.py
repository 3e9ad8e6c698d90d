"""A real server process with the demo company, and what its disk and database say — the oracle that is not the app.

Invariants: a free port, a bounded start, ended by the pid it was started with; the database is read with sqlite3 directly,
never through the code under test. A server is a process of its own with the command line a person would give; it is forked from
one that has read the program already, since reading it took half of what a test's world takes.
"""

import hashlib
import json
import multiprocessing
import os
import socket
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx

from server.cli import cli

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 600
STOP_SECONDS = 15
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", "uvloop", "httptools", "tests.e2e.serverside"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def pair_of_ports() -> int:
    """A free port behind which there is another."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def _run(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """What the forked process does: `handover …`, as if it had been started so."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    sys.argv = ["handover", *arguments]
    cli()


@dataclass
class Server:
    """One running server. `kill` is kill -9; `start` starts it again on the same data and port. `lan`: the address it serves a
    local network under, with a certificate of its own."""

    data: Path
    port: int
    process: ForkServerProcess | None = None
    lan: str = ""

    @property
    def url(self) -> str:
        return f"https://{self.lan}:{self.port}" if self.lan else f"http://localhost:{self.port}"

    def start(self) -> None:
        near = ["--lan", self.lan] if self.lan else ["--host", "127.0.0.1"]
        arguments = ["serve", "--demo", "--port", str(self.port), *near]
        environment = {**os.environ, "HANDOVER_DATA": str(self.data)}
        self.process = FORKS.Process(target=_run, args=(arguments, environment, self.data.parent / "server.log"), daemon=True)
        self.process.start()
        deadline = time.monotonic() + START_SECONDS
        with httpx.Client(base_url=self.url, timeout=2, verify=False) as client:
            while time.monotonic() < deadline:
                if self.process.exitcode is not None:
                    raise RuntimeError(f"the server ended: {self.log_tail()}")
                try:
                    if client.get("/healthz").status_code == 200:
                        return
                except httpx.TransportError:
                    time.sleep(0.2)
        raise RuntimeError(f"the server did not answer: {self.log_tail()}")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join(STOP_SECONDS)
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.join(STOP_SECONDS)
            self.kill()

    def log_tail(self) -> str:
        return (self.data.parent / "server.log").read_text(errors="replace")[-3000:]

    # --- what a person was told at the start -----------------------------------------------------------------------
    @property
    def secrets(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "secrets" / "demo.json").read_text())
        return found

    def invitation(self) -> str:
        """The enrolment link the terminal shows (the newest)."""
        lines = (self.data.parent / "server.log").read_text(errors="replace").splitlines()
        return next(line.strip() for line in reversed(lines) if "/#enrol=" in line)

    # --- what the disk says ----------------------------------------------------------------------------------------
    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        connection = sqlite3.connect(f"file:{self.data / 'handover.db'}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(row["data"]) for row in self.rows("SELECT data FROM record WHERE kind = ? AND gone = 0", kind)]

    def stored_sha256(self, sha256: str) -> str | None:
        """The SHA-256 of the bytes on the disk under that name, computed now; None when there are none."""
        found = list((self.data / "blobs").glob(f"*/{sha256[:2]}/{sha256}"))
        return hashlib.sha256(found[0].read_bytes()).hexdigest() if found else None

    def chain_holds(self, device: str) -> int:
        """Recompute a device's chain from the stored bodies, independently of the engine; returns its length."""
        (epoch,) = self.rows("SELECT * FROM epoch WHERE device = ? AND epoch = 0", device)
        previous = hashlib.sha256(f"hv1-genesis\n{epoch['organisation']}\n{device}\n0".encode()).hexdigest()
        assert previous == epoch["genesis"]
        count = 0
        for row in self.rows("SELECT seq, hash, body FROM journal WHERE device = ? AND epoch = 0 ORDER BY seq", device):
            count += 1
            assert row["seq"] == count, f"number {count} is missing"
            inner = hashlib.sha256(row["body"]).digest()
            previous = hashlib.sha256(b"hv1" + bytes.fromhex(previous) + count.to_bytes(8, "big") + inner).hexdigest()
            assert previous == row["hash"], f"entry {count} differs from its hash"
        return count
