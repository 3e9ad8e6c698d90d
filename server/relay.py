"""Live frames read after their commit and sent to this process's sockets: of a commit of this process (`relay_commit`), and of
other processes' commits, heard from the database (`relay`).

Neighbours: `server/owed.py` says when, `server/storage/notices.py` hears, `server/live.py` sends; what else
this process commits is published by the request that did it. Invariants: a frame holds every change of its bucket between its
two versions, whoever made it, so that applying it leaves no hole: it starts where this process's sockets were last told up to,
never where a notice says; where that is not known, the frame says only that there is something, and devices sync. Missing a
notice loses nothing.
"""

import asyncio
import contextlib
from functools import partial
from typing import Final, Protocol

import structlog

from schemas.limits import PULL_NEAR_VERSIONS_MAX
from server.live import LiveHub
from server.storage.database import Database, Heard, SqlStore, TransactionLost
from sync.fanout import frames
from sync.unit import Touched

PAUSE_S: Final = 1.0
log = structlog.get_logger("live")


class Rooms(Protocol):
    """The parts of `server.http.context.House` this module needs."""

    database: Database
    hub: LiveHub


async def relay_commit(house: Rooms, organisation: str, touched: Touched) -> None:
    """Tell the open sockets of what a commit has changed, commits in their order. Nothing is read for nobody."""
    if not touched.before or not house.hub.listens(organisation):
        return
    near = all(touched.after[bucket] - before <= PULL_NEAR_VERSIONS_MAX for bucket, before in touched.before.items())
    read = house.database.glance if near else house.database.read
    async with house.hub.turn(organisation):
        try:
            house.hub.publish(organisation, await read(lambda store: frames(store, organisation, touched)))
        except TransactionLost as problem:
            log.warning("relay_cut", type=type(problem).__qualname__)
            house.hub.poke(organisation)


async def relay(house: Rooms) -> None:
    """Until cancelled. The application runs it as a task."""
    loop = asyncio.get_running_loop()
    wake = asyncio.Event()
    waiting: set[str] = set()
    everybody = False

    def note(heard: Heard | None) -> None:
        nonlocal everybody
        if heard is None:
            everybody = True
        else:
            waiting.add(heard.organisation)
        wake.set()

    def ear(heard: Heard | None) -> None:
        with contextlib.suppress(RuntimeError):  # the application's loop has ended
            loop.call_soon_threadsafe(note, heard)

    house.database.listen(ear)
    while True:
        await wake.wait()
        wake.clear()
        if everybody:
            everybody = False
            for organisation in house.hub.organisations():
                house.hub.poke(organisation)
        while waiting:
            organisation = waiting.pop()
            try:
                await _relay_one(house, organisation)
            except TransactionLost as problem:
                log.warning("relay_cut", type=type(problem).__qualname__)
                everybody = True
                wake.set()
                await asyncio.sleep(PAUSE_S)


async def _relay_one(house: Rooms, organisation: str) -> None:
    heads = house.hub.heads(organisation)
    if heads:
        house.hub.publish(organisation, await house.database.read(partial(_frames, organisation, heads)))


def _frames(organisation: str, heads: dict[str, int | None], store: SqlStore) -> list[tuple[str, bytes]]:
    known = {bucket: head for bucket, head in heads.items() if head is not None}
    made = frames(store, organisation, Touched(known))
    for bucket in sorted(heads.keys() - known.keys()):
        head = store.bucket_head(organisation, bucket)
        if head:
            made.append((bucket, b'{"bucket":"%s","prev":-1,"to":%d,"changes":[]}' % (bucket.encode(), head)))
    return made
