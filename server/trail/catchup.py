"""The trail brought up to the journal: in the background every few seconds, and before it is shown.

Neighbours: `projection.py` says what a piece is, `reads.py` what was read; `server/app.py` runs `follow` as a task.
Invariants: one short transaction after the other, so that nobody who pushes waits for long · one at a time in a process:
others would only find the same · in the background nobody is answered later for it.
"""

import asyncio
from functools import partial
from typing import Protocol

import structlog

from schemas.limits import TRAIL_PIECES_AT_ONCE_MAX, TRAIL_ROUND_SECONDS
from server.calm import Calm
from server.jobs.rounds import every
from server.storage.store import SqlStore
from server.trail import reads
from server.trail.projection import Piece, gather, write

log = structlog.get_logger("trail")


class Rooms(reads.Rooms, Protocol):
    """The parts of `server.http.context.House` this module needs."""

    trail_turn: asyncio.Lock
    calm: Calm


async def catch_up(house: Rooms, organisation: str, pieces_max: int = TRAIL_PIECES_AT_ONCE_MAX) -> bool:
    """Write what is new, at most so many pieces. Whether all of it is there now."""

    def look(store: SqlStore) -> Piece:
        return gather(store, organisation)

    async with house.trail_turn:
        for _ in range(pieces_max):
            piece = await house.database.read(look)
            if not piece.is_empty:
                await house.database.write(partial(write, piece))
            if not piece.more:
                return True
    return False


async def one_round(house: Rooms) -> None:
    """All organisations, to the end."""
    await reads.write(house)
    for organisation in await house.database.read(lambda store: store.organisations()):
        whole = False
        while not whole:
            await house.calm.wait()
            whole = await catch_up(house, organisation, 1)


async def follow(house: Rooms) -> None:
    """Until cancelled. The application runs it as a task."""
    await every(TRAIL_ROUND_SECONDS, partial(one_round, house), "trail_failed")
