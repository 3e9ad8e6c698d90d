"""Workload E: many live sockets, one change after the other; how long from the push's first byte to each socket's receipt.

Neighbours: `wire.py` listens, `company.py` writes the change. Invariants: a change counts for a socket when a text that names it
is there whole; every socket must receive every change, or the run fails; the next change waits until the last one is everywhere.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from bench.company import Company, Enrolled
from bench.measured import Measured
from bench.pages import Line, pack
from bench.push import JSON_HEADS
from bench.wire import Caller, Heads, Listener, Request
from schemas.ids import uuid7

ARRIVAL_SECONDS_MAX: Final = 20.0
PAUSE_SECONDS: Final = 0.02
"""Between changes, so that one is over before the next begins."""


@dataclass(frozen=True)
class Change:
    """A push of one entry, ready; `mark` is the id of the record it makes, which is in its body, too."""

    request: bytes
    mark: bytes


def make_changes(company: Company) -> list[Change]:
    """As many check-ins begun by the first device, one a push; the vans are the last ones of the company."""
    device, now_ms, changes = company.devices[0], time.time_ns() // 1_000_000, []
    journal = company.journal(device)
    for van, _ in company.vans()[-company.size.changes :]:
        handover = uuid7(now_ms, journal.random(10))
        args = {"handover_id": handover, "type": "check_in", "asset_id": van}
        journal.record("handover.start", args, actor=company.person(0), now_ms=now_ms)
        changes.append(Change(pack(journal.request(now_ms)), handover.encode()))
        journal.outbox = []
    return changes


@dataclass
class _Awaited:
    """One change on its way to all sockets."""

    mark: bytes
    sockets: int
    began: float
    arrived: dict[int, float] = field(default_factory=dict)
    everywhere: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, socket: int, now: float, text: bytes) -> None:
        if self.mark in text and socket not in self.arrived:
            self.arrived[socket] = now - self.began
            if len(self.arrived) == self.sockets:
                self.everywhere.set()


@dataclass
class _Audience:
    """All sockets, and the change they wait for."""

    awaited: _Awaited | None = None
    greeted: int = 0

    def on_text(self, socket: int) -> Callable[[float, bytes], None]:
        def take(now: float, text: bytes) -> None:
            self.greeted += 1
            if self.awaited is not None:
                self.awaited.take(socket, now, text)

        return take


async def live_ours(base: str, caller: Caller, company: Company, changes: Sequence[Change]) -> Measured:
    """Against our server; each device has a socket."""
    devices = company.devices[: company.size.sockets]
    line = Line(devices[0], company.cursors_of(devices[0]))

    async def push(change: Change) -> None:
        await line.exchange(caller, change.request)

    measured = await _listen(base, "/api/v1/live", [_cookie(device) for device in devices], push, changes, greeting=True)
    if any(outcome["state"] != "applied" for outcome in line.outcomes()):
        raise RuntimeError("a change was not applied")
    return measured


async def live_bare(base: str, caller: Caller, company: Company, changes: Sequence[Change]) -> Measured:
    """Against the bare server."""

    async def push(change: Change) -> None:
        (await caller.ask(Request("POST", "/push", JSON_HEADS, change.request + b"{}}"))).good()

    return await _listen(base, "/live", [()] * company.size.sockets, push, changes, greeting=False)


async def _listen(
    base: str, path: str, heads: Sequence[Heads], push: Callable[[Change], Awaitable[None]], changes: Sequence[Change], *,
    greeting: bool,
) -> Measured:  # fmt: skip
    audience, times, last = _Audience(), list[float](), 0.0
    async with AsyncExitStack() as stack:
        for number, one in enumerate(heads):
            listener = await Listener.open(base, path, one, audience.on_text(number))
            stack.callback(listener.close)
        await _greeted(audience, len(heads) if greeting else 0)
        cpu = time.process_time()
        for change in changes:
            audience.awaited = awaited = _Awaited(change.mark, len(heads), time.perf_counter())
            await push(change)
            try:
                await asyncio.wait_for(awaited.everywhere.wait(), ARRIVAL_SECONDS_MAX)
            except TimeoutError:
                raise RuntimeError(f"a change reached {len(awaited.arrived)} of {len(heads)} sockets") from None
            times += awaited.arrived.values()
            last += max(awaited.arrived.values())
            await asyncio.sleep(PAUSE_SECONDS)
        cpu = time.process_time() - cpu
    return Measured(len(times), last, tuple(times), facts={"client_cpu_s": cpu})


async def _greeted(audience: _Audience, sockets: int) -> None:
    """Our server greets each socket once it sees what the socket may see."""
    until = time.monotonic() + ARRIVAL_SECONDS_MAX
    while audience.greeted < sockets:
        if time.monotonic() > until:
            raise RuntimeError(f"{audience.greeted} of {sockets} sockets were greeted")
        await asyncio.sleep(0.01)


def _cookie(device: Enrolled) -> Heads:
    return [head for head in device.heads if head[0] == "Cookie"]
