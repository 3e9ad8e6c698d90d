"""One writer per upload: a newer request ends the older and waits until it has let go.

Neighbours: `server/http/blobs.py`. Invariants: at most one task touches an upload's file at any time. In
memory: one process serves one installation's uploads.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class Turn:
    """One request's time with an upload. `ended` is set when a newer one wants it."""

    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class _Queue:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: list[Turn] = field(default_factory=list)


class Writers:
    """Who is writing which upload."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def turn(self, upload: str) -> AsyncIterator[Turn]:
        """End whoever has the upload and take it. Of many that wait, the newest gets it; the others find themselves ended."""
        line = self._queues.setdefault(upload, _Queue())
        mine = Turn()
        for older in line.turns:
            older.ended.set()
        line.turns.append(mine)
        try:
            async with line.lock:
                yield mine
        finally:
            line.turns.remove(mine)
            if not line.turns:
                del self._queues[upload]
