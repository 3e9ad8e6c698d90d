"""Waiting for what comes: asked again until it is so, within a bound that a busy machine does not reach.

Neighbours: `phone.py` sets how long the browser's own questions wait. Invariant: no test waits a fixed time for something to have
happened.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.e2e.serverside import Server

T = TypeVar("T")
SECONDS_MAX = 90.0
STEP_SECONDS = 0.25


async def until(asked: Callable[[], T], why: str) -> T:
    """The first answer that is neither false nor empty. Raises AssertionError with `why` when none comes."""
    deadline = time.monotonic() + SECONDS_MAX
    while not (found := asked()):
        if time.monotonic() > deadline:
            raise AssertionError(why)
        await asyncio.sleep(STEP_SECONDS)
    return found


async def record_until(server: Server, kind: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first record of a kind that is as wanted, once the server has it."""
    return (
        await until(lambda: next((one for one in server.records(kind) if holds(one)), None), f"no {kind} became as wanted") or {}
    )
