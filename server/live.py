"""Live frames: what a commit changed goes to every socket that may see it, and to no other.

Neighbours: `server/http/live.py` opens sockets, `sync.py` and the blobs publish after their commit.
Invariants: publishing never waits for a reader; a socket's queue is bounded, a reader too slow for it gets
one `{"sync": true}` in place of everything it missed; losing a socket loses nothing, since every frame can
be had by a sync. All methods run on the event loop.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from schemas.limits import LIVE_QUEUE_FRAMES_MAX, LIVE_SOCKETS_PER_DEVICE_MAX
from schemas.records import Audience

_RANGE: Final = re.compile(rb'"prev":(-?\d+),"to":(\d+)')
SYNC: Final = '{"sync":true}'
PING: Final = '{"ping":true}'
REVOKED: Final = 4403
REPLACED: Final = 4409
GOING: Final = 1001
ENDED: Final = ("revoked", "replaced", "wiping", "wiped")
"""States in which a device may see nothing."""
_ENDED_WORDS: Final = tuple(f'"{state}"'.encode() for state in ENDED)


class Frame(NamedTuple):
    """One text on its way out, and the bucket it speaks of (None: it speaks of none)."""

    bucket: str | None
    text: str


@dataclass(eq=False)
class Line:
    """One socket's end inside the server. `holder`: the device's or person's id; `buckets`: what it may see."""

    organisation: str
    holder: str
    buckets: frozenset[str]
    number: int = 0
    stale: bool = False
    close_code: int | None = None
    _queue: deque[Frame] = field(default_factory=deque)
    _lagging: bool = False
    _waiter: "asyncio.Future[None] | None" = None

    def offer(self, bucket: str | None, text: str) -> None:
        """Queue a frame; when there is no room, everything queued becomes one sync."""
        if self._lagging or self.close_code is not None:
            return
        if len(self._queue) >= LIVE_QUEUE_FRAMES_MAX:
            self._queue.clear()
            self._lagging = True
            bucket, text = None, SYNC
        self._queue.append(Frame(bucket, text))
        _wake(self._waiter)

    def shut(self, code: int) -> None:
        """Nothing more goes out; the socket is closed with this code."""
        self.close_code = code
        self._queue.clear()
        _wake(self._waiter)

    async def next(self, wait_s: float) -> Frame | None:
        """The next frame, or None: the line was shut, or nothing came within `wait_s` seconds."""
        if not self._queue and self.close_code is None:
            await self._wait(wait_s)
        if self.close_code is not None or not self._queue:
            return None
        frame = self._queue.popleft()
        if not self._queue:
            self._lagging = False
        return frame

    async def _wait(self, wait_s: float) -> None:
        """Until something was queued, the line was shut, or the time is over. A timer of its own: `asyncio.wait_for` would make
        a task for each frame of each socket."""
        loop = asyncio.get_running_loop()
        self._waiter = waiter = loop.create_future()
        timer = loop.call_later(wait_s, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None


class LiveHub:
    """All open lines, by organisation. `count` is told the number of open sockets whenever it changes."""

    def __init__(self, count: Callable[[int], object] | None = None) -> None:
        self._lines: dict[str, set[Line]] = {}
        self._heads: dict[str, dict[str, int]] = {}
        self._count = count or (lambda _number: None)
        self._opened = 0
        self._turns: dict[str, asyncio.Lock] = {}

    def open(self, organisation: str, holder: str, buckets: Iterable[str]) -> Line:
        """A new line; when the holder has too many, its oldest is shut."""
        self._opened += 1
        line = Line(organisation, holder, frozenset(buckets), self._opened)
        lines = self._lines.setdefault(organisation, set())
        mine = [one for one in lines if one.holder == holder and one.close_code is None]
        if len(mine) >= LIVE_SOCKETS_PER_DEVICE_MAX:
            min(mine, key=lambda one: one.number).shut(REPLACED)
        lines.add(line)
        self._count(self.sockets)
        return line

    def close(self, line: Line) -> None:
        """Forget a line."""
        lines = self._lines.get(line.organisation)
        if lines is not None:
            lines.discard(line)
            if not lines:
                del self._lines[line.organisation]
                self._heads.pop(line.organisation, None)
        self._count(self.sockets)

    @property
    def sockets(self) -> int:
        """How many lines are open."""
        return sum(len(lines) for lines in self._lines.values())

    def publish(self, organisation: str, frames: Sequence[tuple[str, bytes]]) -> None:
        """Send (bucket, bytes of a `LiveFrame`) to whoever may see the bucket. Call after the commit, on the loop."""
        lines = self._lines.get(organisation)
        if not lines:
            return
        for bucket, raw in frames:
            self._remember(organisation, bucket, raw)
            text = raw.decode()
            if any(word in raw for word in _ENDED_WORDS):
                for device in _ended_devices(raw):
                    self.revoke(organisation, device)
            # People, depots and roles lie in the organisation's own buckets: who may see what is looked up again.
            rights_may_differ = bucket.startswith("org/")
            for line in lines:
                if rights_may_differ:
                    line.stale = True
                if bucket in line.buckets:
                    line.offer(bucket, text)

    def _remember(self, organisation: str, bucket: str, raw: bytes) -> None:
        """Up to which version the bucket's lines have been told of everything; a frame ahead of that leaves it."""
        found = _RANGE.search(raw)
        if found is None:
            return
        heads, prev = self._heads.setdefault(organisation, {}), int(found[1])
        if prev == -1 or heads.get(bucket, prev) == prev:
            heads[bucket] = int(found[2])

    def listens(self, organisation: str) -> bool:
        """Whether any line is open: nothing need be made for nobody."""
        return organisation in self._lines

    def turn(self, organisation: str) -> asyncio.Lock:
        """Held from reading an organisation's frames to publishing them: they go out in the order they were asked for."""
        return self._turns.setdefault(organisation, asyncio.Lock())

    def organisations(self) -> list[str]:
        """Those with open lines."""
        return list(self._lines)

    def heads(self, organisation: str) -> dict[str, int | None]:
        """Each bucket in which something may matter to an open line (device and person records included, they say who may
        see what), and up to which version its lines have been told; None: not known."""
        homes = {bucket.partition("/")[0] for line in self._lines.get(organisation, ()) for bucket in line.buckets}
        wanted = {f"{home}/{audience}" for home in homes if not home.startswith("device:") for audience in Audience}
        wanted |= {bucket for line in self._lines.get(organisation, ()) for bucket in line.buckets}
        known = self._heads.get(organisation, {})
        return {bucket: known.get(bucket) for bucket in wanted}

    def poke(self, organisation: str, holders: Iterable[str] | None = None) -> None:
        """Ask the given devices (all of the organisation's without any) to sync."""
        wanted = None if holders is None else set(holders)
        for line in self._lines.get(organisation, ()):
            if wanted is None or line.holder in wanted:
                line.offer(None, SYNC)

    def revoke(self, organisation: str, holder: str) -> None:
        """A device or person may see nothing any more: its sockets are closed with 4403."""
        for line in self._lines.get(organisation, ()):
            if line.holder == holder:
                line.shut(REVOKED)

    def shut_all(self) -> None:
        """The server goes down."""
        for lines in self._lines.values():
            for line in lines:
                line.shut(GOING)


def _wake(waiter: "asyncio.Future[None] | None") -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


def _ended_devices(raw: bytes) -> list[str]:
    """Devices a frame says are no longer active."""
    changes = msgspec.json.decode(raw).get("changes", [])
    return [change["id"] for change in changes if change["kind"] == "device" and (change.get("data") or {}).get("state") in ENDED]
