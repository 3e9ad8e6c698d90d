"""The servers under measurement: real processes on free ports, ended by their own handle; what they took.

Neighbours: `runs.py`. Invariants: a server that does not answer in time ends the run with its output; nothing outlives
the block it was started in.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.measured import Usage

START_SECONDS = 60.0
STOP_SECONDS = 20.0
ROOT = Path(__file__).resolve().parent.parent
_SIZES = ("VmRSS:", "VmHWM:")


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    base: str
    pid: int

    def usage(self) -> Usage | None:
        """Memory now and at most, processor time so far; None where the system does not say (it is asked as Linux is)."""
        folder = Path(f"/proc/{self.pid}")
        with contextlib.suppress(OSError, StopIteration):
            status = folder.joinpath("status").read_text(encoding="ascii").splitlines()
            memory, peak = (next(int(line.split()[1]) for line in status if line.startswith(name)) for name in _SIZES)
            after_name = folder.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks = sum(map(int, after_name[11:15]))  # its own, and that of processes it has waited for
            return Usage(memory * 1024, peak * 1024, ticks / os.sysconf("SC_CLK_TCK"))
        return None


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def ours(data: Path) -> Iterator[Running]:
    """Our server over a data folder, started as an installation starts it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "server.cli", "serve", "--host", "127.0.0.1", "--port", str(port)]
    with _started(command, url, data / "server.log", {"HANDOVER_DATA": str(data), "HANDOVER_PUBLIC_URL": url}) as running:
        yield running


@contextlib.contextmanager
def bare(file: Path) -> Iterator[Running]:
    """The bare server over one SQLite file."""
    port = free_port()
    command = [sys.executable, "-m", "bench.bare", "--port", str(port), "--file", str(file)]
    with _started(command, f"http://127.0.0.1:{port}", file.with_suffix(".log"), {}) as running:
        yield running


@contextlib.contextmanager
def _started(command: Sequence[str], base: str, log: Path, more: Mapping[str, str]) -> Iterator[Running]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **more}, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _await_answer(process, base, log)
            yield Running(base, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_SECONDS)


def _await_answer(process: "subprocess.Popen[bytes]", base: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    with httpx.Client(base_url=base, timeout=2) as client:
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if client.get("/healthz").status_code == 200:
                    return
            time.sleep(0.1)
    ended = process.poll()
    raise RuntimeError(
        f"a server did not answer (exit code {ended}):\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )
