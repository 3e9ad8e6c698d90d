"""`python -m bench.profile A`: the server's side of a workload in this process, without sockets, under cProfile.

The same requests as `python -m bench` sends go straight into the application: routing, decoding, engine, store, commit,
pages, answer; on the event loop and with the collector of cycles as they are where it is served. Prints where the time
went, by time in the function itself, over all threads (event loop, writer, readers).
With `F`, what the devices were told is left unread: `python -m bench` looks whether it is right.
`--records`, `--entries` make it smaller, `--calls` sorts by what a function and all it calls took, `--plain` only takes the time.
"""

import argparse
import asyncio
import cProfile
import io
import pstats
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bench import edits, fleet, pull, push, sheets, wire
from bench.company import FULL, Company, Size, found
from bench.measured import Measured
from bench.pages import Line
from bench.wire import Answer, Request
from server.app import create_app, make_house
from server.process import share_the_heap, spare_the_collector
from server.settings import Settings

LINES: Final = 40
WAITS: Final = (
    "<method 'get' of '_queue.SimpleQueue' objects>", "<method 'poll' of 'select.epoll' objects>",
    "<method 'acquire' of '_thread.lock' objects>",
)  # fmt: skip
"""Threads with nothing to do: left out of the table."""


@dataclass(frozen=True)
class AsgiCaller:
    """Asks an ASGI application in this process."""

    app: Any

    async def ask(self, request: Request) -> Answer:
        """Send, and wait for the whole answer."""
        path, _, query = request.path.partition("?")
        heads = [(name.lower().encode(), value.encode()) for name, value in (("Host", "bench"), *request.heads)]
        heads.append((b"content-length", str(len(request.body)).encode()))
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": request.method,
            "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": heads, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        came: dict[str, Any] = {}
        parts: list[bytes] = []

        answered = asyncio.Event()
        waiting = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if waiting:
                return waiting.pop()
            await answered.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                came.update(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    answered.set()

        began = time.perf_counter()
        await self.app(scope, receive, send)
        seconds = time.perf_counter() - began
        heads_of = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in came["headers"]}
        return Answer(came["status"], heads_of, b"".join(parts), seconds)


@dataclass
class Profilers:
    """One profiler a thread (Python before 3.12), or one for all of them."""

    started: list[cProfile.Profile] = field(default_factory=list)

    def watch_new_threads(self) -> None:
        """Threads started from now on are profiled from their first call."""
        if sys.version_info < (3, 12):
            threading.setprofile(self._on_first_event)

    def _on_first_event(self, *_event: Any) -> None:
        self.start()

    def start(self) -> None:
        """Profile the calling thread."""
        profiler = cProfile.Profile()
        self.started.append(profiler)
        profiler.enable()

    def report(self, sort: str) -> str:
        """The table, once the threads have ended."""
        text = io.StringIO()
        table: Any = pstats.Stats(*self.started, stream=text)
        waits = {key: figures for key, figures in table.stats.items() if key[2] in WAITS}
        for key in waits:
            del table.stats[key]
        table.total_tt -= sum(figures[2] for figures in waits.values())
        table.strip_dirs().sort_stats(sort).print_stats(LINES)
        return text.getvalue()


Drive = Callable[[AsgiCaller], Awaitable[None]]
"""A workload with its requests made, ready to run."""


def _push(company: Company) -> Drive:
    device = company.devices[0]
    made = push.make_push(company, device, company.size.entries)

    async def drive(caller: AsgiCaller) -> None:
        measured = await push.push_ours(caller, Line(device, company.cursors_of(device)), made)
        say(f"{measured.count:,} entries of {made.body_bytes_mean:.0f} bytes in {measured.seconds:.3f} s")

    return drive


def _first(company: Company) -> Drive:
    async def drive(caller: AsgiCaller) -> None:
        for device, zipped in zip(company.devices, (False, True), strict=False):
            measured = await pull.first_ours(caller, company, device, zipped=zipped)
            say(f"{measured.count:,} records{', compressed,' if zipped else ''} in {measured.seconds:.3f} s")

    return drive


def _newest(company: Company) -> Drive:
    async def drive(caller: AsgiCaller) -> None:
        measured = await pull.newest_ours(caller, company, company.devices[0])
        say(f"{measured.count:,} pulls of {company.size.new} records in {measured.seconds:.3f} s, {_each(measured)}")

    return drive


def _fleet(company: Company) -> Drive:
    loads = fleet.make_loads(company)

    async def drive(caller: AsgiCaller) -> None:
        measured = await fleet.fleet_ours([caller] * len(loads), company, loads)
        say(f"{len(loads)} devices, {measured.count:,} records each, in {measured.seconds:.3f} s: {measured.facts}")

    return drive


def _edits(company: Company) -> Drive:
    editors = edits.make_editors(company)

    async def drive(caller: AsgiCaller) -> None:
        measured, _ = await edits.edits_ours([caller] * len(editors), company, editors)
        say(f"{measured.count:,} edits by {len(editors)} devices in {measured.seconds:.3f} s: {measured.facts}")

    return drive


def _sheet(company: Company) -> Drive:
    made = sheets.make_file(company, "csv")

    async def drive(caller: AsgiCaller) -> None:
        measured = await sheets.import_ours(caller, company, made)
        say(f"{measured.count:,} rows in {measured.seconds:.3f} s: {measured.facts}")

    return drive


DRIVES: Final[dict[str, Callable[[Company], Drive]]] = {
    "A": _push,
    "B": _first,
    "C": _newest,
    "D": _fleet,
    "F": _edits,
    "H": _sheet,
}


async def run(data: Path, drive: Drive, profilers: Profilers | None) -> None:
    """Open the installation, drive it, close it."""
    if profilers is not None:
        profilers.watch_new_threads()
    house = make_house(Settings(data=data, free_bytes_min=0))
    app = create_app(house)
    async with app.lifespan():
        spare_the_collector()
        if profilers is not None:
            profilers.start()
        began = time.process_time()
        await drive(AsgiCaller(app))
        say(f"{time.process_time() - began:.3f} s of processor time, the load's included")
        if profilers is not None:
            profilers.started[-1].disable()


def _each(measured: Measured) -> str:
    return f"p50 {measured.percentile_ms(0.5):.2f} ms, p99 {measured.percentile_ms(0.99):.2f} ms"


def say(text: str) -> None:
    """One line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Found, drive, print."""
    options = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    options.add_argument("workload", choices=sorted(DRIVES))
    options.add_argument("--records", type=int, default=5_000)
    options.add_argument("--entries", type=int, default=FULL.entries)
    options.add_argument("--calls", action="store_true")
    options.add_argument("--plain", action="store_true")
    chosen = options.parse_args()
    size: Size = replace(FULL, records=chosen.records, entries=chosen.entries)
    with tempfile.TemporaryDirectory(prefix="handover-profile-") as folder:
        data = Path(folder) / "data"
        share_the_heap()
        company = found(data, size)
        say(f"{size.records:,} records founded through the engine in {company.seconds:.1f} s")
        profilers = None if chosen.plain else Profilers()
        drive = DRIVES[chosen.workload](company)
        wire.run(run(data, drive, profilers))
        if profilers is not None:
            say(profilers.report("cumtime" if chosen.calls else "tottime"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
