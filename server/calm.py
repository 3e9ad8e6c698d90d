"""Work nobody waits for gives way to whoever is being answered: the processor's one interpreter does one thing at a time.

Neighbours: `server/http/edge.py` says who is being answered; the trail and the rounds of `server/jobs` read through `Patient`.
Invariant: it only puts off: in a house that is never at rest such work still comes on, a piece every `PATIENCE_S`.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from server.storage.database import Database
from server.storage.store import SqlStore

T = TypeVar("T")
REST_S: Final = 0.25
"""So long nobody must have been answered."""
PATIENCE_S: Final = 5.0


class Calm:
    """Whether requests are being answered. `now`: seconds of a clock that only goes forward."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._answering = 0
        self._rest_since = -REST_S
        self._free = asyncio.Event()
        self._free.set()

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """While this lasts, somebody waits for an answer."""
        self._answering += 1
        self._free.clear()
        try:
            yield
        finally:
            self._answering -= 1
            self._rest_since = self._now()
            if self._answering == 0:
                self._free.set()

    @property
    def at_rest(self) -> bool:
        """Whether nobody waits now or did a moment ago."""
        return self._answering == 0 and self._now() - self._rest_since >= REST_S

    async def wait(self) -> None:
        """Until the house is at rest, but not longer than `PATIENCE_S`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while not self.at_rest:
                    await self._free.wait()
                    await asyncio.sleep(REST_S)


class Patient:
    """The database, read by work that can wait."""

    def __init__(self, database: Database, calm: Calm) -> None:
        self._database = database
        self._calm = calm

    async def read(self, job: Callable[[SqlStore], T]) -> T:
        """As `Database.read`, when the house is at rest."""
        await self._calm.wait()
        return await self._database.read(job)
