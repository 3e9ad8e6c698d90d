"""PostgreSQL: what many writers, ended transactions and broken connections may not do.

Two `PostgresDatabase` on one database stand for two processes: nothing is shared between them but the server.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy.exc import DBAPIError

from server.storage.database import Database, Heard, TransactionLost, Unreachable, Unsuitable
from server.storage.postgres import PostgresDatabase
from server.storage.store import SqlStore
from tests.support.postgres import PostgresServer, fresh, shared

MORE_THAN_32_BITS = 2**40


@pytest.fixture
async def pair() -> AsyncIterator[tuple[PostgresDatabase, PostgresDatabase]]:
    url = fresh()
    made = PostgresDatabase.open(url), PostgresDatabase.open(url)
    for name in ("a", "b"):
        await made[0].write(partial(SqlStore.add_organisation, organisation=name))
    yield made
    for database in made:
        await database.close()


def raises_version(organisation: str) -> Callable[[SqlStore], int]:
    def job(store: SqlStore) -> int:
        version = store.lock_organisation(organisation)
        store.set_organisation_version(organisation, version + 1)
        return version

    return job


async def version(database: Database, organisation: str) -> int:
    return await database.read(lambda store: store.organisation_version(organisation))


async def test_every_version_is_taken_once_whoever_writes(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    taken = await asyncio.gather(*(one.write(raises_version("a")) for _ in range(100) for one in pair))
    assert sorted(taken) == list(range(200))
    assert await version(pair[0], "a") == 200


async def test_one_organisations_lock_holds_up_no_other(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    def hold(store: SqlStore) -> None:
        store.lock_organisation("a")
        store.connection.exec_driver_sql("SELECT pg_sleep(1.5)")

    holding = asyncio.ensure_future(pair[0].write(hold))
    await asyncio.sleep(0.2)
    waiting = asyncio.ensure_future(pair[1].write(raises_version("a")))
    assert await asyncio.wait_for(pair[1].write(raises_version("b")), 1) == 0
    assert await asyncio.wait_for(version(pair[1], "a"), 1) == 0, "readers wait for nobody"
    assert not holding.done()
    assert not waiting.done()
    await holding
    assert await waiting == 0


async def test_a_lock_shows_what_its_former_holder_committed(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    def slow(store: SqlStore) -> None:
        store.lock_organisation("a")
        store.connection.exec_driver_sql("SELECT pg_sleep(0.5)")
        store.add_epoch("a", "d", 0, 0, "g")

    def looks(store: SqlStore) -> tuple[int, int]:
        before = len(store.epochs("a", "d"))
        store.lock_organisation("a")
        return before, len(store.epochs("a", "d"))

    writing = asyncio.ensure_future(pair[0].write(slow))
    await asyncio.sleep(0.2)
    assert await pair[1].write(looks) == (0, 1)
    await writing


async def test_a_reading_job_sees_one_moment(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    def twice(store: SqlStore) -> tuple[int, int]:
        before = store.organisation_version("a")
        store.connection.exec_driver_sql("SELECT pg_sleep(0.5)")
        return before, store.organisation_version("a")

    reading = asyncio.ensure_future(pair[0].read(twice))
    await asyncio.sleep(0.2)
    await pair[1].write(raises_version("a"))
    assert await reading == (0, 0)
    with pytest.raises(Exception, match="read-only"):
        await pair[0].read(lambda store: store.add_organisation("never"))


def locks_both(first: str, second: str, *, swallow: bool) -> Callable[[SqlStore], int]:
    def job(store: SqlStore) -> int:
        store.lock_organisation(first)
        store.connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        try:
            with store.savepoint():
                store.lock_organisation(second)
        except Exception:
            if not swallow:
                raise
        return raises_version(first)(store)

    return job


@pytest.mark.parametrize("swallow", [False, True])
async def test_a_deadlock_is_tried_again_even_if_a_rule_swallows_it(
    pair: tuple[PostgresDatabase, PostgresDatabase], swallow: bool
) -> None:
    await asyncio.gather(
        pair[0].write(locks_both("a", "b", swallow=swallow)), pair[1].write(locks_both("b", "a", swallow=swallow))
    )
    assert (await version(pair[0], "a"), await version(pair[0], "b")) == (1, 1)


async def test_a_failed_statement_that_a_rule_swallows_is_no_quiet_rollback(
    pair: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    def swallows(store: SqlStore) -> None:
        raises_version("a")(store)
        with contextlib.suppress(DBAPIError), store.savepoint():
            store.entry_by_id("a", "\0")

    with pytest.raises(DBAPIError):
        await pair[0].write(swallows)
    assert await version(pair[0], "a") == 0


async def test_a_checked_savepoint_undoes_a_failed_statement_alone(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    def job(store: SqlStore) -> None:
        raises_version("a")(store)
        for refused in ("read", "write"):
            with contextlib.suppress(DBAPIError), store.savepoint(checked=True):
                store.add_epoch("a", "d", 9, 9, "undone")
                if refused == "read":
                    store.entry_by_id("a", "\0")
                store.add_epoch("a", "\0", 0, 0, "g")
        store.add_epoch("a", "d", 1, 1, "kept")

    await pair[0].write(job)
    assert await version(pair[0], "a") == 1
    assert await pair[0].read(lambda store: store.epochs("a", "d")) == [(1, 1, "kept")]


async def test_a_connection_lost_on_the_way_costs_a_second_try(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    tries = 0

    def job(store: SqlStore) -> int:
        nonlocal tries
        tries += 1
        before = raises_version("a")(store)
        store.flush()
        if tries == 1:
            store.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return before

    assert await pair[0].write(job) == 0
    assert (tries, await version(pair[0], "a")) == (2, 1)


async def test_a_commit_whose_answer_is_lost_is_not_repeated_by_itself(
    pair: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    tries = 0

    def job(store: SqlStore) -> None:
        nonlocal tries
        tries += 1
        for statement in (
            "CREATE TABLE fuse (x int)",
            "CREATE FUNCTION burn() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON fuse DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION burn()",
            "INSERT INTO fuse VALUES (1)",
        ):
            store.connection.exec_driver_sql(statement)

    with pytest.raises(TransactionLost) as lost:
        await pair[0].write(job)
    assert not isinstance(lost.value, Unreachable), "nothing is said about whether it was kept"
    assert tries == 1
    assert await pair[0].write(raises_version("a")) == 0


async def test_a_failing_job_undoes_itself_alone(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    def failing(store: SqlStore) -> None:
        raises_version("a")(store)
        raise ZeroDivisionError

    results = await asyncio.gather(
        pair[0].write(raises_version("b")), pair[0].write(failing), pair[0].write(raises_version("b")), return_exceptions=True
    )
    assert [type(result) for result in results] == [int, ZeroDivisionError, int]
    assert (await version(pair[0], "a"), await version(pair[0], "b")) == (0, 2)


async def test_numbers_have_64_bits(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    def job(store: SqlStore) -> dict[int, str]:
        store.lock_organisation("a")
        store.set_organisation_version("a", MORE_THAN_32_BITS)
        store.add_loss("a", "d", MORE_THAN_32_BITS, MORE_THAN_32_BITS, "h", MORE_THAN_32_BITS)
        return store.losses("a", "d", MORE_THAN_32_BITS)

    assert await pair[0].write(job) == {MORE_THAN_32_BITS: "h"}
    assert await version(pair[1], "a") == MORE_THAN_32_BITS


async def test_other_processes_hear_of_commits_and_nobody_hears_itself(
    pair: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    heard: list[list[Heard | None]] = [[], []]
    for database, ear in zip(pair, heard, strict=True):
        database.listen(ear.append)
    await until(lambda: len(listeners(pair[0])) == 2)
    await pair[0].write(raises_version("a"))
    await pair[0].write(lambda store: store.lock_organisation("b"))
    with pytest.raises(ZeroDivisionError):
        await pair[0].write(lambda store: raises_version("b")(store) / 0)
    await pair[1].write(raises_version("a"))
    await until(lambda: bool(heard[0] and heard[1]))
    assert heard == [[Heard("a", 1, 2)], [Heard("a", 0, 1)]]
    for pid in listeners(pair[0]):
        shared().execute(f"SELECT pg_terminate_backend({pid})")
    await until(lambda: heard[0][-1] is None and heard[1][-1] is None)


def listeners(database: PostgresDatabase) -> list[int]:
    found = shared().execute(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'handover notices' "
        f"AND datname = '{urlsplit(database.url).path.lstrip('/')}'"
    )
    return [row["pid"] for row in found]


async def until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come")


def said(tmp_path: Path, url: str, *arguments: str) -> str:
    """What the command line says on its way out."""
    environ = {**os.environ, "DATABASE_URL": url, "HANDOVER_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-m", "server.cli", *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("✗ "), done.stderr
    assert "secret" not in done.stderr + done.stdout
    return done.stderr


def test_the_command_line_says_what_is_wrong_with_the_database_and_never_its_password(tmp_path: Path) -> None:
    away = f"postgresql://me:secret@/none?host={tmp_path}"
    assert "cannot be reached, nothing was changed" in said(tmp_path, away, "verify-journal")
    other = shared().create(encoding="LATIN1", locale="C")
    assert "--encoding=UTF8 --locale=C" in said(tmp_path, other, "verify-journal")
    assert "DATABASE_URL: expected" in said(tmp_path, "mysql://me:secret@host/x", "verify-journal")
    assert "nothing was removed" in said(tmp_path, fresh(), "serve", "--fresh")


async def test_a_database_that_writes_otherwise_is_not_touched() -> None:
    url = shared().create(encoding="LATIN1", locale="C")
    with pytest.raises(Unsuitable):
        await asyncio.to_thread(PostgresDatabase.open, url)
    tables = shared().execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", urlsplit(url).path.lstrip("/"))
    assert tables == []


async def test_a_server_that_is_away_is_said_to_be_and_is_found_again() -> None:
    server = PostgresServer(durable=True)
    try:
        with pytest.raises(Unreachable) as away:
            await asyncio.to_thread(PostgresDatabase.open, server.url("postgres"))
        assert str(server.folder) not in str(away.value)
        server.start()
        database = await asyncio.to_thread(PostgresDatabase.open, server.create())
        await database.write(lambda store: store.add_organisation("a"))
        server.stop()
        for asked in (database.read(lambda store: store.organisations()), database.write(raises_version("a"))):
            with pytest.raises(Unreachable):
                await asked
        server.start()
        assert await database.write(raises_version("a")) == 0
        assert await version(database, "a") == 1
        await database.close()
        with pytest.raises(RuntimeError, match="closed"):
            database.submit(raises_version("a"))
    finally:
        server.remove()
