"""A background job's rounds: one at the start, then one every so often.

Neighbours: `tombstones.py`, `again.py`, `server/blobs/finish.py` say what a round is; `server/app.py` runs them as tasks.
Invariant: one that fails is logged, and the next one comes all the same.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from server.logs import trail

log = structlog.get_logger("jobs")


async def every(seconds: float, one_round: Callable[[], Awaitable[object]], failed: str) -> None:
    """Until cancelled. `failed`: the event a round that raised is logged as."""
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await guarded(one_round, failed)
            await asyncio.sleep(seconds)


async def guarded(part: Callable[[], Awaitable[object]], failed: str) -> None:
    """Run one part of a round; what it raises is logged as the event `failed`, and the next part comes all the same."""
    try:
        await part()
    except Exception as problem:
        log.error(failed, type=type(problem).__qualname__, at=trail(problem))
