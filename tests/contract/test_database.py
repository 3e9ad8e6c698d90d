"""The writer: what it has acknowledged is committed whole; a transaction the database gave up takes nothing half-done along.

SQLite ends a transaction by itself when the disk is full or fails; whatever runs after that would be committed statement
by statement. `ROLLBACK` behind the writer's back stands for it here; a page limit makes the disk really full.
"""

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from server.storage import sqlite
from server.storage.database import Database, Heard, TransactionLost
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore
from sync.store import StoredRecord


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = SqliteDatabase.open(tmp_path / "x.sqlite")
    yield made
    await made.close()


def adds(name: str) -> Callable[[SqlStore], str]:
    def job(store: SqlStore) -> str:
        store.add_organisation(name)
        return name

    return job


def lost_before_and_after(name: str) -> Callable[[SqlStore], str]:
    def job(store: SqlStore) -> str:
        store.add_organisation(f"{name} before")
        store.connection.exec_driver_sql("ROLLBACK")
        try:
            store.add_organisation(f"{name} after")
        except Exception:
            store.add_organisation(f"{name} later still")
        return name

    return job


def lost_at_the_end(store: SqlStore) -> None:
    store.add_organisation("at the end")
    store.connection.exec_driver_sql("ROLLBACK")


async def test_nothing_of_a_lost_transaction_is_kept_and_nobody_is_told_otherwise(database: Database) -> None:
    for job in (lost_before_and_after("x"), lost_at_the_end):
        with pytest.raises((TransactionLost, SQLAlchemyError)):
            await database.write(job)
    assert await database.read(lambda store: store.organisations()) == []
    assert await database.write(adds("next")) == "next", "the writer goes on"


async def test_jobs_that_share_a_commit_with_a_lost_one_stand(database: Database) -> None:
    def slow(store: SqlStore) -> str:
        """Holds the writer until the others have queued up behind it."""
        gate.result(20)
        return adds("first")(store)

    gate: Future[None] = Future()
    jobs = [database.write(slow), database.write(adds("a")), database.write(lost_before_and_after("x")),
            database.write(adds("b")), database.write(lost_at_the_end), database.write(adds("c"))]  # fmt: skip
    running = [asyncio.ensure_future(job) for job in jobs]
    await asyncio.sleep(0)
    gate.set_result(None)
    results = await asyncio.gather(*running, return_exceptions=True)
    assert [result for result in results if isinstance(result, str)] == ["first", "a", "b", "c"]
    assert sum(isinstance(result, Exception) for result in results) == 2
    assert await database.read(lambda store: store.organisations()) == ["a", "b", "c", "first"]


async def test_a_failing_job_undoes_itself_alone(database: Database) -> None:
    def failing(store: SqlStore) -> None:
        store.add_organisation("half")
        raise ZeroDivisionError

    results = await asyncio.gather(
        database.write(adds("a")), database.write(failing), database.write(adds("b")), return_exceptions=True
    )
    assert [type(result) for result in results] == [str, ZeroDivisionError, str]
    assert await database.read(lambda store: store.organisations()) == ["a", "b"]


async def test_a_full_disk_is_an_error_and_leaves_nothing_half_written(database: Database) -> None:
    def fill(store: SqlStore) -> None:
        pages = store.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        store.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        for number in range(10_000):
            try:
                store.add_organisation(f"{number:0200d}")
            except SQLAlchemyError:
                store.add_organisation("swallowed")
                raise

    with pytest.raises((TransactionLost, SQLAlchemyError)):
        await database.write(fill)
    assert await database.read(lambda store: store.organisations()) == []
    await database.write(lambda store: store.connection.exec_driver_sql("PRAGMA max_page_count = 1073741823").scalar_one())
    assert await database.write(adds("room again")) == "room again"


async def test_what_a_job_has_read_and_written_goes_with_it(database: Database) -> None:
    """Without the collector of cycles, which hardly ever comes by."""
    held: list[weakref.ref[StoredRecord]] = []

    def job(store: SqlStore) -> None:
        if not held:
            store.add_organisation("o")
            store.put_record("o", StoredRecord("depot", "0197f3a0-0000-7000-8000-0000000000fe", 1, {}, {}, frozenset("b")), [])
            store.flush()
        record = store.record("o", "depot", "0197f3a0-0000-7000-8000-0000000000fe")
        assert record is not None
        held.append(weakref.ref(record))

    gc.disable()
    try:
        await database.write(job)
        await database.read(job)
        assert [one() for one in held] == [None, None]
    finally:
        gc.enable()


async def test_a_glance_runs_here_and_sees_all_that_is_committed(database: Database) -> None:
    await database.write(adds("o"))
    seen = await database.glance(lambda store: (store.organisations(), threading.get_ident()))
    assert seen == (["o"], threading.get_ident())
    with pytest.raises(KeyError):
        await database.glance(lambda store: store.organisation_version("nobody"))
    await database.write(adds("p"))
    assert await database.glance(lambda store: store.organisations()) == ["o", "p"], "each on a snapshot of its own"


async def test_the_log_is_brought_in_beside_the_writer(tmp_path: Path) -> None:
    made = SqliteDatabase.open(tmp_path / "z.sqlite")
    await made.write(lambda store: store.connection.exec_driver_sql("CREATE TABLE heap (bytes BLOB)"))

    def heap(store: SqlStore) -> None:
        store.connection.exec_driver_sql("INSERT INTO heap VALUES (zeroblob(4000000))")

    for _ in range(8):
        await made.write(heap)
    for _ in range(400):
        if (tmp_path / "z.sqlite").stat().st_size > 8 * 4_000_000:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("what was committed still lies in the log alone")
    await made.close()


async def test_a_scrub_cuts_the_log_while_it_is_being_brought_in(tmp_path: Path) -> None:
    made = SqliteDatabase.open(tmp_path / "s.sqlite")
    await made.write(lambda store: store.connection.exec_driver_sql("CREATE TABLE heap (bytes BLOB)"))
    for _ in range(12):
        await made.write(lambda store: store.connection.exec_driver_sql("INSERT INTO heap VALUES (zeroblob(3000000))"))
        tidying = asyncio.get_running_loop().run_in_executor(None, made._bring_in, "PASSIVE")
        await made.scrub()
        assert (tmp_path / "s.sqlite-wal").stat().st_size == 0
        await tidying
    await made.close()


async def soon(condition: Callable[[], bool]) -> bool:
    for _ in range(200):
        if condition():
            return True
        await asyncio.sleep(0.02)
    return False


async def test_somebody_elses_commit_is_heard_and_neither_an_own_one_nor_an_erasure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "HEAR_PAUSE_S", 0.05)
    made, other = SqliteDatabase.open(tmp_path / "x.sqlite"), SqliteDatabase.open(tmp_path / "x.sqlite")
    heard: list[Heard | None] = []
    made.listen(heard.append)
    assert await soon(lambda: made._heard is not None)
    for name in ("a", "b"):
        await made.write(adds(name))
        await asyncio.sleep(0.2)
        await made.scrub()
        await asyncio.sleep(0.2)
    await made.write(adds("c"))
    await asyncio.sleep(0.2)
    assert heard == []
    await other.write(adds("d"))
    assert await soon(lambda: heard == [None])
    monkeypatch.setattr(sqlite, "HEAR_PAUSE_S", 60)
    await asyncio.sleep(0.2)
    await other.write(adds("e"))
    await made.scrub()
    assert heard == [None, None], "what was committed before the log was cut is heard"
    await other.write(adds("f"))
    await made.scrub()
    assert heard == [None, None, None]
    await other.close()
    await made.close()


async def test_an_idle_database_that_listens_tidies_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "HEAR_PAUSE_S", 0.01)
    monkeypatch.setattr(sqlite, "TIDY_PAUSE_S", 0.01)
    made = SqliteDatabase.open(tmp_path / "x.sqlite")
    await made.write(adds("a"))
    await asyncio.sleep(0.2)
    tidied: list[str] = []
    bring_in = made._bring_in

    def counted(how: str) -> bool:
        tidied.append(how)
        return bring_in(how)

    monkeypatch.setattr(made, "_bring_in", counted)
    made.listen(lambda _heard: None)
    assert await soon(lambda: made._heard is not None)
    await asyncio.sleep(0.3)
    assert tidied == []
    await made.write(adds("b"))
    assert await soon(lambda: tidied == ["PASSIVE"])
    await made.close()


async def test_a_closed_database_takes_nothing(tmp_path: Path) -> None:
    made = SqliteDatabase.open(tmp_path / "y.sqlite")
    await made.write(adds("kept"))
    await made.close()
    with pytest.raises(RuntimeError, match="closed"):
        made.submit(adds("late"))
    again = SqliteDatabase.open(tmp_path / "y.sqlite")
    assert await again.read(lambda store: store.organisations()) == ["kept"]
    await again.close()
