"""What the rest of the server asks of a database: writing jobs, reading jobs, an ear for other processes' commits.

Neighbours: `sqlite.py` and `postgres.py` keep the contract, `opening.py` chooses between them, `store.py` is what a job is
handed, `migrations` brings the tables up to date when a database is opened. Invariants: a job is a synchronous function
of a store and may be run more than once, so it changes nothing but the store; what `write` has returned is committed and
on the disk; a job that fails leaves nothing behind; nothing is told of a commit before it has happened.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

from server.storage.failures import TransactionLost, Unreachable
from server.storage.store import SqlStore

__all__ = ["Database", "Heard", "SqlStore", "TransactionLost", "UnknownSchema", "Unreachable", "Unsuitable"]

T = TypeVar("T")


class UnknownSchema(Exception):
    """The database was written by a newer version of the program, or is none of ours; it was not touched."""


class Unsuitable(Exception):
    """The database cannot hold what it must (its encoding, its order of text); it was not touched."""


class Heard(NamedTuple):
    """Another process has committed: the organisation's versions after `after`, up to `to`."""

    organisation: str
    after: int
    to: int


Ear = Callable[[Heard | None], None]
"""Told of other processes' commits, from any thread. None: something may have been missed."""


class Database(ABC):
    """All access to one installation's database. Open it once (`opening.py`); close it at the end."""

    @abstractmethod
    def submit(self, job: Callable[[SqlStore], T]) -> "Future[T]":
        """`write` for callers without an event loop. RuntimeError when the database is closed."""

    async def write(self, job: Callable[[SqlStore], T]) -> T:
        """Run a job in a writing transaction; returns after its commit is on the disk.

        An exception in the job undoes this job alone and is raised here; TransactionLost and Unreachable as they say.
        """
        return await asyncio.wrap_future(self.submit(job))

    @abstractmethod
    async def read(self, job: Callable[[SqlStore], T]) -> T:
        """Run a reading job on one snapshot, which holds everything committed before. Unreachable as it says."""

    async def glance(self, job: Callable[[SqlStore], T]) -> T:
        """`read` for a job that looks at a few rows by their keys, or walks over no more of them than PULL_NEAR_VERSIONS_MAX is
        about. Where handing it to another thread would take longer than the job, it runs at once, and the event loop waits."""
        return await self.read(job)

    @abstractmethod
    async def scrub(self) -> None:
        """What committed jobs have erased leaves the database's files as far as the database can be made to."""

    @abstractmethod
    def listen(self, ear: Ear) -> None:
        """Tell `ear` of commits of other processes, never of this one's."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is queued, then close."""
