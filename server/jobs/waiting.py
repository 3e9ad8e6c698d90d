"""At the start and once an hour: what waits for something that nobody has is judged without it, when a declared loss ended the
waiting of more entries than one transaction may hold.

Neighbours: `sync/waiting.py` judges one portion; `server/app.py` runs it beside the other background tasks. Invariants: one
short transaction after the other, so that nobody waits; what each of them owes (`server/owed.py`) is done before the next; a
fault is logged and tried again an hour later.
"""

from functools import partial
from typing import Final, Protocol

import structlog

from server import owed
from server.jobs.rounds import every
from sync.engine import Engine
from sync.waiting import end_waiting

HOUR_SECONDS: Final = 3600
log = structlog.get_logger("jobs")


class Rooms(owed.Rooms, Protocol):
    """The parts of `server.http.context.House` this module needs."""

    engine: Engine


async def end_all_waiting(house: Rooms) -> int:
    """One round over all organisations. Returns how many entries were judged."""
    total = 0
    for organisation in await house.database.read(lambda store: store.organisations()):
        more = True
        while more:
            done = await house.database.write(partial(end_waiting, house.engine, organisation=organisation))
            await owed.settle(house, organisation, done)
            total, more = total + done.entries, done.last is not None
    if total:
        log.info("waiting_ended", count=total)
    return total


async def end_waiting_hourly(house: Rooms) -> None:
    """Until cancelled. The application runs it as a task."""
    await every(HOUR_SECONDS, partial(end_all_waiting, house), "end_waiting_failed")
