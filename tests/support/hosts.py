"""Places a store can live, behind one door: a job runs in a transaction of its own and is undone when it fails.

The same suites run on each. A further place (PostgreSQL) is one more class and one more name in `HOSTS`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar, cast

from server.storage.sqlite import SqliteDatabase
from sync.memory_store import MemoryStore
from sync.store import Store

T = TypeVar("T")
JOB_SECONDS_MAX = 60


class AnyStore(Store, Protocol):
    """The contract, and the one thing every store can do besides."""

    def add_organisation(self, organisation: str) -> None: ...


class Host(Protocol):
    """Runs jobs."""

    def write(self, job: Callable[[AnyStore], T]) -> T: ...

    async def close(self) -> None: ...


class MemoryHost:
    def __init__(self, _folder: Path) -> None:
        self.store = MemoryStore()

    def write(self, job: Callable[[AnyStore], T]) -> T:
        with self.store.savepoint():
            return job(self.store)

    async def close(self) -> None:
        """Nothing to close."""


class SqliteHost:
    """The production database: its writer thread, its group commit, its durability."""

    def __init__(self, folder: Path) -> None:
        self.database = SqliteDatabase.open(folder / "handover.sqlite")

    def write(self, job: Callable[[AnyStore], T]) -> T:
        return self.database.submit(lambda store: job(cast(AnyStore, store))).result(JOB_SECONDS_MAX)

    async def close(self) -> None:
        await self.database.close()


HOSTS: dict[str, Callable[[Path], Host]] = {"memory": MemoryHost, "sqlite": SqliteHost}
