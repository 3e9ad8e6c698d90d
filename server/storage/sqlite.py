"""SQLite: one writer thread with group commit, snapshot readers. The default, zero set-up; one server process only.

Neighbours: `database.py` is the contract. Invariants: `synchronous=FULL` and WAL, so what `write` has returned is on the
disk; `BEGIN IMMEDIATE` for every writing transaction (the driver's own default loses updates silently). Jobs that queue up
while a commit is on its way share the next one, and one store: what one has read the next need not ask for, and a record that
all of them change is written once. Each runs in a savepoint of its own, so a failing job undoes only itself. The
log is brought into the database beside the writer, by a thread and a connection of its own: a commit waits for one write to the
disk, not for the log's tidying as well. A command beside the server (`handover import`) may write the same file: the writer asks
SQLite once a second whether anybody else has committed.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from server.storage.database import Database, Ear, TransactionLost
from server.storage.migrations import migrate
from server.storage.store import SqlStore

T = TypeVar("T")
log = structlog.get_logger("storage")
BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
GROUP_JOBS_MAX: Final = 64
GROUP_ROWS_MAX: Final = 6_000
"""A group that remembers more rows than that writes them and begins to remember anew."""
TIDY_PAUSE_S: Final = 0.25
"""Between two tidyings of the log while commits go on."""
CUT_TRIES: Final = 5
HEAR_PAUSE_S: Final = 1.0
"""Between two questions whether another process has committed."""
TIDY_AT: Final = "wal_autocheckpoint=16384"
"""Pages, 64 MiB: a log that has grown so long is brought in by the writer itself."""
READERS: Final = 4
WRITER_CACHE_KB: Final = 12_000
READER_CACHE_KB: Final = 3_000
"""SQLite's own, for each connection; the system's cache of the file stands behind it. More makes nothing faster that was
measured, and stays taken for ever."""
CLOSE_TIMEOUT_S: Final = 30


@dataclass
class _Job:
    run: Callable[[SqlStore], Any]
    future: "Future[Any]"
    writes: bool = True
    result: Any = None
    error: BaseException | None = None


class SqliteDatabase(Database):
    """One file, one writer, several readers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writer_engine = _sync_engine(path, BEGIN_WRITING, WRITER_CACHE_KB)
        _guard(self._writer_engine)
        self._reader_engine = _sync_engine(path, "BEGIN", READER_CACHE_KB)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._reader = threading.local()
        self._reading: list[Connection] = []
        self._committed, self._ending = threading.Event(), threading.Event()
        self._tidying = threading.Lock()
        self._tidier = threading.Thread(target=self._tidy_loop, name="tidier", daemon=True)
        self._writer = threading.Thread(target=self._write_loop, name="writer", daemon=True)
        self._ears: list[Ear] = []
        self._heard: int | None = None
        self._cutting = self._closed = False

    @classmethod
    def open(cls, path: Path) -> "SqliteDatabase":
        """Open or create. UnknownSchema when a newer version wrote the file, or it is none of ours."""
        path.parent.mkdir(parents=True, exist_ok=True)
        database = cls(path)
        try:
            with database._writer_engine.begin() as connection:
                migrate(connection)
        except BaseException:
            database._writer_engine.dispose()
            raise
        database._writer.start()
        database._tidier.start()
        return database

    def submit(self, job: Callable[[SqlStore], T]) -> "Future[T]":
        """Queue a job for the writer thread."""
        return self._queue(job)

    def _queue(self, job: Callable[[SqlStore], T], *, writes: bool = True) -> "Future[T]":
        if self._closed:
            raise RuntimeError("the database is closed")
        future: Future[T] = Future()
        self._jobs.put(_Job(job, future, writes))
        return future

    async def read(self, job: Callable[[SqlStore], T]) -> T:
        """Run a reading job on a snapshot, in a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    async def glance(self, job: Callable[[SqlStore], T]) -> T:
        """Run a short reading job on a snapshot, here and now: a reader of SQLite waits for no writer."""
        return self._read(job)

    async def scrub(self) -> None:
        """Bring the write-ahead log into the database and cut it: what was erased is in neither afterwards (deleted content
        is overwritten with zeros, `secure_delete`)."""
        await asyncio.get_running_loop().run_in_executor(self._readers, self._truncate_log)

    def listen(self, ear: Ear) -> None:
        """From now on. SQLite says only that somebody else has committed, not what: `ear` is told None."""
        self._ears.append(ear)
        if len(self._ears) == 1:
            threading.Thread(target=self._hear_loop, name="listener", daemon=True).start()

    def _hear_loop(self) -> None:
        while not self._ending.is_set():
            self._ask()
            self._ending.wait(HEAR_PAUSE_S)

    def _ask(self) -> None:
        """Has anybody else committed? The ears are told before this returns; without ears nobody asks."""
        if not self._ears or self._closed:
            return
        try:
            asked = self._queue(self._listen_once, writes=False)
        except RuntimeError:
            return  # it has just been closed
        while not wait([asked], HEAR_PAUSE_S / 10).done and not self._ending.is_set():
            pass

    def _listen_once(self, store: SqlStore) -> None:
        """On the writer's own connection, for which its own commits do not count; nothing is written for it."""
        if self._cutting:
            return
        before, self._heard = self._heard, _foreign_commits(store)
        if before not in (None, self._heard):
            for ear in self._ears:
                ear(None)

    def _truncate_log(self) -> None:
        """A log that was cut looks to the writer as if somebody else had committed: whoever has is heard before, and what the cut
        did is not."""
        self._ask()
        self._cutting = True
        try:
            if not any(self._bring_in("TRUNCATE") for _ in range(CUT_TRIES)):
                log.error("log_not_cut")  # what was erased goes with the next cut, or when the database is closed
        finally:
            self._heard, self._cutting = None, False
        self._ask()

    def _bring_in(self, how: str) -> bool:
        """Whether all of it was done. One at a time: SQLite turns a second one away at once, whatever its time-out."""
        raw = self._reader_engine.raw_connection()
        try:
            with self._tidying:
                busy, _, _ = raw.cursor().execute(f"PRAGMA wal_checkpoint({how})").fetchone()
            return not busy
        finally:
            raw.close()

    def _tidy_loop(self) -> None:
        """Nobody waits for this: what fails now (a full disk) is tried again after the next commit, and the log keeps it all."""
        while not self._ending.is_set():
            self._committed.wait()
            self._committed.clear()
            try:
                self._bring_in("PASSIVE")
            except sqlite3.Error as failed:
                log.warning("log_not_tidied", type=type(failed).__name__, error=failed.sqlite_errorname)
            self._ending.wait(TIDY_PAUSE_S)

    async def close(self) -> None:
        """Finish what is queued, then close."""
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join, CLOSE_TIMEOUT_S)
        self._ending.set()
        self._committed.set()
        await asyncio.to_thread(self._tidier.join, CLOSE_TIMEOUT_S)
        self._readers.shutdown()
        for connection in self._reading:
            connection.close()
        self._writer_engine.dispose()
        self._reader_engine.dispose()

    def _read(self, job: Callable[[SqlStore], T]) -> T:
        """On the thread's own connection: taking one from the pool costs more than a question."""
        connection: Connection | None = getattr(self._reader, "connection", None)
        if connection is None:
            connection = self._reader.connection = self._reader_engine.connect()
            self._reading.append(connection)
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN")
        store = SqlStore(connection)
        try:
            return job(store)
        finally:
            store.let_go()
            connection.rollback()
            driver.rollback()

    # --- the writer thread --------------------------------------------------------------------------------------------
    def _write_loop(self) -> None:
        with self._writer_engine.connect() as connection:
            while (group := self._next_group()) is not None:
                self._commit(connection, group)

    def _next_group(self) -> list[_Job] | None:
        """Whatever has queued up, at least one job; None when closing."""
        group: list[_Job] = []
        while len(group) < GROUP_JOBS_MAX:
            try:
                job = self._jobs.get(block=not group)
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                return group or None
            if job.future.set_running_or_notify_cancel():
                group.append(job)
        return group

    def _commit(self, connection: Connection, group: list[_Job]) -> None:
        try:
            with connection.begin():
                store = SqlStore(connection)
                try:
                    for job in group:
                        _run(store, job)
                    store.flush()
                finally:
                    store.let_go()
                _still_open(connection)
        except BaseException as broken:
            if len(group) == 1:
                group[0].future.set_exception(broken)
                return
            for job in group:  # the shared transaction is gone: each gets one of its own
                self._commit(connection, [job])
            return
        if any(job.writes for job in group):
            self._committed.set()
        for job in group:
            if job.error is not None:
                job.future.set_exception(job.error)
            else:
                job.future.set_result(job.result)


def _run(store: SqlStore, job: _Job) -> None:
    job.result = job.error = None
    try:
        with store.savepoint():
            job.result = job.run(store)
    except (SQLAlchemyError, TransactionLost):
        raise  # the transaction itself may be broken: let the group be taken apart
    except Exception as error:
        job.error = error
        store.forget()  # nothing that was seen while it ran is there any more; what others have not written yet goes first
    if store.remembers > GROUP_ROWS_MAX:
        store.forget()


def _foreign_commits(store: SqlStore) -> int:
    """A number that changes when a connection other than this one commits."""
    return int(store.connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def _sync_engine(path: Path, begin: str, cache_kb: int) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False, "timeout": 30})
    _prepare(engine, begin, cache_kb)
    return engine


def _still_open(connection: Connection) -> None:
    if not getattr(connection.connection.dbapi_connection, "in_transaction", False):
        raise TransactionLost


def _guard(engine: Engine) -> None:
    """No statement runs outside its transaction. SQLite ends one by itself when the disk fails; what came after would be
    committed statement by statement, and half a push would stay."""

    @event.listens_for(engine, "before_cursor_execute")
    def before(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement != BEGIN_WRITING:
            _still_open(connection)


def _prepare(engine: Engine, begin: str, cache_kb: int) -> None:
    """Set durability on each new connection, and begin transactions ourselves."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", f"cache_size=-{cache_kb}", TIDY_AT):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if not driver.in_transaction:  # a reader's has begun already
            connection.exec_driver_sql(begin)
