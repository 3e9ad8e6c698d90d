"""The first start of a deployment: the compose file's own command and environment on an empty folder, until it serves, then the
end it is given. What it has written is the demo company, at rest.

Neighbours: `tests/conftest.py` runs it once for all tests of a process; `tests/architecture/test_compose.py` looks at how it
went, `tests/e2e` works on copies of the data. Invariant: only the port and the data folder differ from the compose file.
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 500


@dataclass(frozen=True)
class FirstStart:
    """How it went: the health check's status (0: it ended or stayed silent), the exit code after SIGTERM, all it said."""

    data: Path
    status: int
    code: int
    log: str


def compose() -> dict[str, Any]:
    """The compose file."""
    loaded = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def first_start(folder: Path) -> FirstStart:
    """Start on `folder/data`, wait until it serves, stop it within the compose file's time of grace."""
    service = compose()["services"]["handover"]
    port = free_port()
    command = [sys.executable if part == "python" else part for part in service["command"]]
    command[command.index("--port") + 1] = str(port)
    env = {**os.environ, **filled(service["environment"]), "HANDOVER_DATA": str(folder / "data")}
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        status = answer(f"http://127.0.0.1:{port}/healthz", server)
        server.terminate()
        code = server.wait(timeout=int(service["stop_grace_period"].removesuffix("s")))
    finally:
        if server.poll() is None:
            server.kill()
            server.wait(timeout=10)
    return FirstStart(folder / "data", status, code, log.read_text(encoding="utf-8", errors="replace"))


def filled(environment: dict[str, str]) -> dict[str, str]:
    """As compose fills it in when nothing is set: `${NAME:-default}` becomes the default."""
    return {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for name, value in environment.items()}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str, server: "subprocess.Popen[bytes]") -> int:
    """The status once the server answers; 0 when it ended or stayed silent."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return int(response.status)
        except OSError:
            time.sleep(0.2)
    return 0
