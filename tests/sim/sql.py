"""The simulated server on what ships: the SQL store over a SQLite file, with its write-behind, real transactions and a real end
of the disk.

Neighbours: `server.py` is the same over a store in memory, `world.py` takes either and cannot tell which (the same seed takes
the same course, byte for byte); `server/storage/sqlite.py` runs here in the caller's thread. Invariants: a crash is the loss of
the process: the next one opens copies of the files as they lay on the disk in that very moment, a transaction half written
included · what is read is what another connection sees of it.
"""

import errno
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from server.app import TABLES
from server.storage.database import TransactionLost
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore
from sync.store import DeviceState, JournalEntry, Store
from tests.sim.faults import Fault
from tests.sim.server import Crash, Node
from tests.support.inline import Inline, InlineJobs

T = TypeVar("T")
assert TABLES, "all rooms' tables are registered"
IN_MEMORY = Path("/dev/shm")
NAME = "handover.db"
ENDINGS = ("", "-wal")


def folder() -> Path:
    """A new folder, in memory where the machine has such a place."""
    return Path(tempfile.mkdtemp(prefix="sim-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))


@cache
def empty() -> Path:
    """A file with all tables and nothing in them, as a migration makes it: once for each process."""
    place = folder()
    weakref.finalize(empty, shutil.rmtree, place, ignore_errors=True)
    database = InPlace.open(place / NAME)
    assert isinstance(database, InPlace)
    database.end()
    return place


def copied(source: Path) -> Path:
    """The database's files as they lie on the disk now, in a folder of their own."""
    place = folder()
    for ending in ENDINGS:
        if (found := source / f"{NAME}{ending}").exists():
            shutil.copyfile(found, place / found.name)
    return place


class InPlace(SqliteDatabase):
    """The shipped database, its writer and readers in the caller's thread."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._readers = Inline(1)
        self._writer.run = lambda: None  # type: ignore[method-assign]
        jobs: Any = InlineJobs(self)
        self._jobs = jobs

    def end(self) -> None:
        """Let go of the files."""
        self._jobs.put(None)
        self._writer_engine.dispose()
        self._reader_engine.dispose()


class View:
    """One snapshot of what is committed."""

    def __init__(self, database: InPlace) -> None:
        self.connection: Connection = database._reader_engine.connect()
        self.connection.begin()
        self.store = SqlStore(self.connection)

    @cached_property
    def journal(self) -> list[JournalEntry]:
        return [
            entry
            for state in self.devices
            for epoch, _, _ in self.store.epochs(state.organisation, state.id)
            for entry in self.store.entries(state.organisation, state.id, epoch, 0, 2**40)
        ]

    @cached_property
    def devices(self) -> list[DeviceState]:
        return [state for organisation in self.store.organisations() for state in self.store.devices(organisation)]

    def end(self) -> None:
        self.connection.rollback()
        self.connection.close()


class SqlNode(Node):
    """A server whose database is a file."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.place = copied(empty())
        self.database = InPlace(self.place / NAME)
        self._view: View | None = None
        self._images: list[Path] = []
        self._lost = self.place

    # --- transactions -------------------------------------------------------------------------------------------------
    @property
    def store(self) -> Store:
        """What another connection sees."""
        return self.view.store

    @property
    def view(self) -> View:
        """The newest snapshot."""
        if self._view is None:
            self._view = View(self.database)
        return self._view

    def _look_anew(self) -> None:
        if self._view is not None:
            self._view.end()
            self._view = None

    def _transaction(self, job: Callable[[Store], T]) -> T:
        def run(store: SqlStore) -> T:
            done = job(store)
            if self.chance.hits(Fault.SERVER_CRASH_BEFORE_COMMIT, 0.02):
                store.flush()
                self.lose_process(within=True)
                raise Crash
            return done

        self._look_anew()
        with self._disk():
            try:
                return self.database.submit(run).result()
            except Crash:
                self._reopen()
                raise

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """While the disk is full the file cannot grow: SQLite itself finds that out, wherever it happens to be."""
        if self.full:
            self._grow_to(1)
        try:
            yield
        except (OperationalError, TransactionLost) as fault:
            if not self.full:
                raise
            raise OSError(errno.ENOSPC, str(fault)) from fault
        finally:
            if self.full:
                self._grow_to(2**30)

    def _grow_to(self, pages: int) -> None:
        jobs: Any = self.database._jobs
        jobs.connection.connection.dbapi_connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    def lose_process(self, *, within: bool = False) -> None:
        """Only the files are left, as they are now."""
        self._lost = copied(self.place)
        if not within:
            self._reopen()

    def _reopen(self) -> None:
        self._use(self._lost)

    def _use(self, place: Path) -> None:
        self._look_anew()
        self.database.end()
        shutil.rmtree(self.place)
        self.place = place
        self.database = InPlace(place / NAME)

    def close(self) -> None:
        """Remove the files."""
        self._look_anew()
        self.database.end()
        for place in (self.place, *self._images):
            shutil.rmtree(place, ignore_errors=True)

    # --- life ---------------------------------------------------------------------------------------------------------
    def _image(self) -> Any:
        self._images.append(copied(self.place))
        return self._images[-1]

    def _go_back_to(self, image: Any) -> None:
        self._use(copied(image))

    def journal(self) -> list[JournalEntry]:
        """Every stored entry, as its bytes lie there."""
        return self.view.journal

    def devices(self) -> list[DeviceState]:
        return self.view.devices
