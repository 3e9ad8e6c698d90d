"""Places a store can live, behind one door: a job runs in a transaction of its own and is undone when it fails.

The same suites run on each. A further place is one more class and one more name in `HOSTS`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar, cast

from server.storage.database import Database
from server.storage.postgres import PostgresDatabase
from server.storage.sqlite import SqliteDatabase
from sync.memory_store import MemoryStore
from sync.store import Store
from tests.support.postgres import fresh

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


class DatabaseHost:
    """A production database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def write(self, job: Callable[[AnyStore], T]) -> T:
        return self.database.submit(lambda store: job(cast(AnyStore, store))).result(JOB_SECONDS_MAX)

    async def close(self) -> None:
        await self.database.close()


def sqlite_host(folder: Path) -> Host:
    """Its writer thread, its group commit, its durability."""
    return DatabaseHost(SqliteDatabase.open(folder / "handover.sqlite"))


def postgres_host(_folder: Path) -> Host:
    """A real PostgreSQL over asyncpg."""
    return DatabaseHost(PostgresDatabase.open(fresh()))


HOSTS: dict[str, Callable[[Path], Host]] = {"memory": MemoryHost, "sqlite": sqlite_host, "postgres": postgres_host}
