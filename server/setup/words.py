"""How the set-up speaks and runs other programs: steps with a number, a name and their time.

Neighbours: every other file of `server.setup`; `failures.py` has the sentences for what goes wrong.
Invariants: a program's output lies whole in `var/log/`; one that outlives its time is ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "var" / "log"
TAIL_LINES = 60
TICK_SECONDS = 2.0
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: its exit code (-1 when its time ran out), seconds, and where its output lies."""

    code: int
    seconds: float
    log: Path

    @property
    def ok(self) -> bool:
        """True when the command ended by itself with code 0."""
        return self.code == 0

    def tail(self, lines: int = TAIL_LINES) -> str:
        """The last lines of the output."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def say(text: str = "", end: str = "\n") -> None:
    """Print at once, whatever the terminal's encoding can show."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


@contextmanager
def step(number: int, total: int, name: str, every: float = TICK_SECONDS) -> Iterator[list[str]]:
    """Print `[n/m] name`, a dot every `every` seconds while it lasts, then its result and seconds.

    The list that is handed over may be given one word for the result (default `ok`).
    """
    say(f"[{number}/{total}] {name} ", end="")
    started = time.monotonic()
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(done, every), daemon=True)
    ticker.start()
    result: list[str] = []
    try:
        yield result
    except BaseException:
        _stop(done, ticker)
        say(" ✗")
        raise
    _stop(done, ticker)
    say(f" {result[0] if result else 'ok'} ({time.monotonic() - started:.1f} s)")


def _tick(done: threading.Event, every: float) -> None:
    while not done.wait(every):
        say(".", end="")


def _stop(done: threading.Event, ticker: threading.Thread) -> None:
    done.set()
    ticker.join()


class Program:
    """A program under way, in a session of its own, all its output going to `var/log/<name>.log`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        seconds: float,
        cwd: Path = ROOT,
        extra_env: Mapping[str, str] | None = None,
    ) -> None:
        """Start it; after `seconds` it and its children are ended by whoever asks for the outcome."""
        LOGS.mkdir(parents=True, exist_ok=True)
        self.seconds = seconds
        self.log = LOGS / f"{name}.log"
        self.started = time.monotonic()
        with self.log.open("wb") as out:
            # A session of its own, so that a time-out reaches the browsers and servers a test run has started.
            self.process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env={**tool_env(), "NO_COLOR": "1", **(extra_env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def lasted(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def outcome(self, wait: float) -> Outcome | None:
        """What it came to; None when it is still at work after `wait` seconds. The code is -1 when its time ran out."""
        left = self.seconds - self.lasted
        try:
            code = self.process.wait(timeout=max(min(wait, left), 0.0))
        except subprocess.TimeoutExpired:
            if left > wait:
                return None
            self.end()
            with self.log.open("ab") as out:
                out.write(f"\nended after {self.seconds:.0f} s: out of time\n".encode())
            code = -1
        return Outcome(code, self.lasted, self.log)

    def end(self) -> None:
        """End exactly the session it leads, gently and then for certain."""
        for sent in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sent)
                self.process.wait(timeout=STOP_SECONDS)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


def execute(
    name: str,
    command: Sequence[str],
    *,
    seconds: float,
    cwd: Path = ROOT,
    extra_env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a command to its end with all output to `var/log/<name>.log`.

    After `seconds` it and its children are ended, and the outcome's code is -1.
    """
    program = Program(name, command, seconds=seconds, cwd=cwd, extra_env=extra_env)
    try:
        while (outcome := program.outcome(seconds)) is None:
            continue
    except BaseException:
        program.end()
        raise
    return outcome


def tool_env() -> dict[str, str]:
    """The inherited environment with the project's own Python and Node first on the path."""
    env = dict(os.environ)
    env["PATH"] = os.pathsep.join([str(ROOT / ".venv" / "bin"), env.get("PATH", os.defpath)])
    env.pop("PYTHONHOME", None)
    env["PYTHONUTF8"] = "1"
    # Compiled once for all the processes of a run, whatever the terminal's own wish.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    home = env.get("HOME", "")
    if not (home and os.access(home, os.W_OK)):
        # npm refuses to work without a place for its cache.
        env["npm_config_cache"] = str(ROOT / ".venv" / "npm-cache")
    return env
