"""PostgreSQL: many processes, many writers at once, other processes' commits heard.

A job stays the synchronous function it is on SQLite: it runs in a greenlet (`run_sync`) on an event loop of the database's
own thread, so callers with and without a loop are served alike. READ COMMITTED, and the engine locks the organisation's
row before it reads: every statement after the lock sees what the former holder committed, so versions are taken in the
order of their commits and no reader ever sees a hole; organisations do not wait for one another. Readers get one
REPEATABLE READ, READ ONLY snapshot and connections of their own, so that writers in a queue do not keep them out.

Neighbours: `database.py` is the contract, `notices.py` speaks and hears. Invariants: `synchronous_commit` is on, whatever
the server's default is · a job runs again when its transaction was ended from outside before its commit (deadlock, lost
connection), never after the commit was sent · a handler that swallows such an error does not get the rest committed.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.storage.database import Database, Ear, Heard, TransactionLost, Unreachable, Unsuitable
from server.storage.migrations import migrate
from server.storage.notices import Notices
from server.storage.store import SqlStore

T = TypeVar("T")
WRITERS: Final = 8
READERS: Final = 8
CONNECT_TIMEOUT_S: Final = 5
STATEMENT_TIMEOUT_S: Final = 60
OPEN_TIMEOUT_S: Final = 120
CLOSE_TIMEOUT_S: Final = 30
PAUSES_S: Final = (0.0, 0.05, 0.3)
"""Before each try of a job; as many tries as pauses."""
SESSION: Final = {
    "application_name": "handover",
    "synchronous_commit": "on",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
}
ENDED_FROM_OUTSIDE: Final = ("40001", "40P01", "55P03", "57014", "0A000")
"""Serialization, deadlock, lock timeout, cancelled, a plan older than the tables: the same job may succeed now."""
AWAY: Final = ("08", "57P", "53300")
"""Connection lost, server going down or coming up, no connection free."""
HOLDS_PERSONAL_BYTES: Final = ("private_part", "quarantine", "record", "member")
_SEEN: Final = "handover_seen"


class PostgresDatabase(Database):
    """One PostgreSQL database, shared by as many processes as there are."""

    def __init__(self, url: str) -> None:
        connect = partial(
            asyncpg.connect, dsn=url, timeout=CONNECT_TIMEOUT_S, command_timeout=STATEMENT_TIMEOUT_S, server_settings=SESSION
        )
        self.url = url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._writers = _engine(connect, WRITERS)
        self._readers = _engine(connect, READERS, isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._notices = Notices(connect, self._loop)
        self._under_way: set[asyncio.Task[None]] = set()
        self._closed = False

    @classmethod
    def open(cls, url: str) -> "PostgresDatabase":
        """Connect; make the tables or bring them up to date. UnknownSchema, Unsuitable, Unreachable."""
        database = cls(url)
        database._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(database._prepare(), database._loop).result(OPEN_TIMEOUT_S)
        except BaseException:
            database._end()
            raise
        return database

    def submit(self, job: Callable[[SqlStore], T]) -> "Future[T]":
        """Start a job on the database's own loop. A job that has started is carried to its end."""
        return self._start(lambda: self._repeat(lambda: self._write(job)))

    async def read(self, job: Callable[[SqlStore], T]) -> T:
        """Run a reading job on one snapshot."""
        return await asyncio.wrap_future(self._start(lambda: self._repeat(lambda: self._read(job))))

    async def scrub(self) -> None:
        """Vacuum the tables erasures empty: the rows' old versions leave the tables' pages. The write-ahead log keeps them
        until PostgreSQL reuses it."""
        await asyncio.wrap_future(self._start(self._vacuum))

    def listen(self, ear: Ear) -> None:
        """Hear other processes' commits from now on."""
        self._notices.listen(ear)

    async def close(self) -> None:
        """Finish what has started, say what was not yet said, then close."""
        self._closed = True
        ending = asyncio.run_coroutine_threadsafe(self._finish(), self._loop)
        await asyncio.wrap_future(ending)
        await asyncio.to_thread(self._end)

    # --- on the database's own loop -----------------------------------------------------------------------------------
    async def _prepare(self) -> None:
        async def job() -> None:
            async with _connected(self._writers) as connection, connection.begin():
                await connection.run_sync(_check)
                await connection.run_sync(migrate)

        await self._repeat(job)

    async def _write(self, job: Callable[[SqlStore], T]) -> T:
        async with _connected(self._writers) as connection:
            transaction = await connection.begin()
            result, changed = await _watched(connection, partial(_carry_out, job=job))
            try:
                await transaction.commit()
            except Exception as problem:  # whether it arrived is unknown: not repeated here
                raise TransactionLost("commit") from problem
        self._notices.tell(changed)
        return result

    async def _read(self, job: Callable[[SqlStore], T]) -> T:
        async with _connected(self._readers) as connection, connection.begin():
            return await _watched(connection, partial(_look, job=job))

    async def _vacuum(self) -> None:
        async with _connected(self._writers) as connection:
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await alone.execute(text(f"VACUUM {', '.join(HOLDS_PERSONAL_BYTES)}"))

    async def _repeat(self, run: Callable[[], Awaitable[T]]) -> T:
        trouble: BaseException | None = None
        for pause in PAUSES_S:
            await asyncio.sleep(pause)
            try:
                return await run()
            except _Again as again:
                trouble = again.__cause__
        raise Unreachable(_short(trouble)) from trouble

    async def _finish(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=CLOSE_TIMEOUT_S)
        await self._notices.close()
        await self._writers.dispose()
        await self._readers.dispose()

    # --- between the threads ------------------------------------------------------------------------------------------
    def _start(self, run: Callable[[], Awaitable[T]]) -> "Future[T]":
        if self._closed:
            raise RuntimeError("the database is closed")
        future: Future[T] = Future()

        async def carry() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(await run())
            except BaseException as problem:
                future.set_exception(problem)

        def begin() -> None:
            task = self._loop.create_task(carry())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

        self._loop.call_soon_threadsafe(begin)
        return future

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_TIMEOUT_S)
        if not self._loop.is_running():
            self._loop.close()


class _Again(Exception):
    """The transaction was ended from outside before its commit; the cause says by what."""


@dataclass
class _Seen:
    """Statements that failed in a transaction, whether or not somebody swallowed it; and what ended it from outside."""

    begun: bool = False
    failed: bool = False
    ended: BaseException | None = None


class _Store(SqlStore):
    """Remembers which organisations' versions the job has moved."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._first: dict[str, int] = {}
        self.changed: dict[str, Heard] = {}

    def lock_organisation(self, organisation: str) -> int:
        """Lock the row until commit; KeyError if unknown."""
        version = super().lock_organisation(organisation)
        self._first.setdefault(organisation, version)
        return version

    def set_organisation_version(self, organisation: str, version: int) -> None:
        """The new version; the caller holds the lock."""
        super().set_organisation_version(organisation, version)
        first = self._first.get(organisation, version)
        if version > first:
            self.changed[organisation] = Heard(organisation, first, version)


def _carry_out(connection: Connection, job: Callable[[SqlStore], T]) -> tuple[T, list[Heard]]:
    kept, seen = connection.info, _Seen()
    kept[_SEEN] = seen
    store = _Store(connection)
    try:
        result = job(store)
        store.flush()
        _still_open(connection, seen)
        if seen.failed:  # and was swallowed: PostgreSQL would answer a COMMIT of what it gave up with a quiet rollback
            connection.exec_driver_sql("SELECT 1")
    except Exception:
        if seen.ended is not None:
            raise _Again from seen.ended
        raise
    finally:
        del kept[_SEEN]
        changed = list(store.changed.values())
        store.let_go()
    if seen.ended is not None:
        raise _Again from seen.ended
    return result, changed


def _look(connection: Connection, job: Callable[[SqlStore], T]) -> T:
    store = SqlStore(connection)
    try:
        return job(store)
    finally:
        store.let_go()


def _still_open(connection: Connection, seen: _Seen) -> None:
    """No statement runs outside its transaction: it would be committed by itself, and half a push would stay."""
    driver: Any = connection.connection.driver_connection
    if seen.begun and not driver.is_in_transaction():
        raise TransactionLost("ended from inside")


async def _watched(connection: AsyncConnection, job: Callable[[Connection], T]) -> T:
    """Run a job on the connection; what ended its transaction from outside becomes `_Again`."""
    driver = (await connection.get_raw_connection()).driver_connection
    try:
        return await connection.run_sync(job)
    except _Again:
        raise
    except Exception as problem:
        if driver is None or driver.is_closed() or _state(problem).startswith(ENDED_FROM_OUTSIDE + AWAY):
            raise _Again from problem
        if isinstance(problem, TimeoutError):
            raise Unreachable(_short(problem)) from problem
        raise


class _connected:
    """A connection from the pool. No connection is `_Again`: it may come on the next try."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._connection = engine.connect()

    async def __aenter__(self) -> AsyncConnection:
        try:
            return await self._connection.start()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError, NoConnectionFree) as problem:
            raise _Again from problem

    async def __aexit__(self, *_error: object) -> None:
        await self._connection.close()


def _engine(connect: Callable[[], Awaitable[Any]], size: int, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=connect, pool_size=size, max_overflow=0, pool_timeout=20,
        execution_options=options,
    )  # fmt: skip

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def before(connection: Connection, *_rest: Any) -> None:
        seen = connection.info.get(_SEEN)
        if seen is not None:
            _still_open(connection, seen)

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def after(connection: Connection, *_rest: Any) -> None:
        seen = connection.info.get(_SEEN)
        if seen is not None:
            seen.begun = True

    @event.listens_for(engine.sync_engine, "handle_error")
    def remember(context: ExceptionContext) -> None:
        """A rule of ours that catches everything must not hide that the transaction is broken."""
        seen = None if context.connection is None or context.is_disconnect else context.connection.info.get(_SEEN)
        if seen is not None:
            seen.failed = True
            if _state(context.original_exception).startswith(ENDED_FROM_OUTSIDE + AWAY):
                seen.ended = context.sqlalchemy_exception or context.original_exception

    return engine


def _check(connection: Connection) -> None:
    """Text must be UTF-8 and sort by its bytes: keys in the order of a language differ from machine to machine."""
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8" or not connection.execute(text("SELECT 'Z' < 'a' AND 'a_' < 'aa'")).scalar_one():
        raise Unsuitable(f"{encoding}, {connection.execute(text('SELECT current_database()')).scalar_one()}")


def _state(problem: BaseException | None) -> str:
    """The five letters of SQLSTATE, or nothing."""
    while isinstance(problem, DBAPIError):
        problem = problem.orig
    return str(getattr(problem, "sqlstate", None) or "")


def _short(problem: BaseException | None) -> str:
    """What kind of problem it was, without addresses and values."""
    while isinstance(problem, DBAPIError):
        problem = problem.orig
    return f"{type(problem).__name__} {_state(problem)}".strip()
