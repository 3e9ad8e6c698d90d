"""Once a day, and at the start: what left its bucket long ago is forgotten.

Neighbours: `sync/tombstones.py` decides what; `server/app.py` runs it beside the other background tasks. Invariants: one
short transaction after the other, so that nobody waits; a fault is logged and tried again the next day.
"""

from functools import partial
from typing import Final, Protocol

import structlog

from schemas.limits import TOMBSTONES_PURGED_MAX
from server.jobs.rounds import every
from server.settings import Clock
from server.storage.database import Database
from server.storage.store import SqlStore
from sync.tombstones import forget

DAY_SECONDS: Final = 24 * 3600
log = structlog.get_logger("jobs")


class Rooms(Protocol):
    """The parts of `server.http.context.House` this module needs."""

    database: Database

    @property
    def clock(self) -> Clock:
        """Milliseconds since 1970."""


async def forget_left(house: Rooms) -> int:
    """One round over all organisations. Returns how many were forgotten."""

    def job(organisation: str, store: SqlStore) -> int:
        return forget(store, organisation, house.clock())

    total = 0
    for organisation in await house.database.read(lambda store: store.organisations()):
        found = TOMBSTONES_PURGED_MAX
        while found == TOMBSTONES_PURGED_MAX:
            found = await house.database.write(partial(job, organisation))
            total += found
    if total:
        log.info("tombstones_forgotten", count=total)
    return total


async def forget_daily(house: Rooms) -> None:
    """Until cancelled. The application runs it as a task."""
    await every(DAY_SECONDS, partial(forget_left, house), "tombstones_failed")
