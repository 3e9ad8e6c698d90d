"""Jobs that share a commit share a store: what is on the disk afterwards is to the byte what one after another would have made.

Whoever fails among them fails alone, whether he raises or leaves behind what the database refuses.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from schemas.protocol import SyncRequest
from server.storage import sqlite
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore
from sync.store import DeviceState
from tests.support.hosts import DatabaseHost
from tests.support.stage import CheckIn, Phone, Stage

Job = Callable[[SqlStore], Any]
WAIT_S = 20


def contradicting(stage: Stage) -> list[Phone]:
    """Everybody says something else of the same records, declares files, brings private parts; one sends the same twice."""
    first = stage.phone()
    whole = CheckIn(first)
    whole.whole()
    started = CheckIn(first, stage.van)
    start, damage = started.start(), started.damage()
    first.push()
    phones = [first, *(stage.phone() for _ in range(4))]
    for number, phone in enumerate(phones):
        again = CheckIn(phone, stage.van)
        again.id, again.entries = started.id, [start]
        again.damage(damage, ("minor_damage", "severe_damage")[number % 2])
        again.reading(12_000 + number)
        again.photo("front", name="the same picture everywhere")
        CheckIn(phone, stage.van).whole()
    return [*phones, phones[2]]


def pushing(phone: Phone, *, then: type[Exception] | None = None) -> Job:
    message = SyncRequest.model_validate(phone.request())

    def job(store: SqlStore) -> list[Any]:
        pushed = phone.stage.engine.push(store, phone.stage.id, message, phone.stage.now)
        if then is not None:
            store.devices(phone.stage.id)  # which writes down what there is so far
            raise then
        return [pushed.receipt, pushed.outcomes, pushed.touched]

    return job


def refused_later(store: SqlStore) -> None:
    """Nothing is wrong until it is written."""
    store.put_device(DeviceState("o", "d", "field", "\ud800", None, "active", "x", "y", 0, 0, ""))


def rows(path: Path) -> dict[str, list[Any]]:
    """All tables, each in an order of its own."""
    with sqlite3.connect(path) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}


def at_once(database: SqliteDatabase, jobs: list[Job]) -> list[Any]:
    """All queue up behind one that holds the writer."""
    gate = threading.Event()
    waiting: list[Future[Any]] = [database.submit(lambda _store: gate.wait(WAIT_S)), *map(database.submit, jobs)]
    gate.set()
    return [done.exception(WAIT_S) or done.result(WAIT_S) for done in waiting[1:]]


def run(folder: Path, jobs_of: Callable[[list[Phone]], list[Job]], *, together: bool) -> tuple[list[Any], Any]:
    folder.mkdir()
    database = SqliteDatabase.open(folder / "x.sqlite")
    stage = Stage(DatabaseHost(database), "same")
    jobs = jobs_of(contradicting(stage))
    said = at_once(database, jobs) if together else [result for job in jobs for result in at_once(database, [job])]
    asyncio.run(database.close())
    return said, rows(folder / "x.sqlite")


@pytest.mark.parametrize("rows_max", [1, 60, sqlite.GROUP_ROWS_MAX])
def test_a_shared_commit_leaves_what_single_ones_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:  # fmt: skip
    def jobs_of(phones: list[Phone]) -> list[Job]:
        return [pushing(phone) for phone in phones]

    said, kept = run(tmp_path / "one by one", jobs_of, together=False)
    monkeypatch.setattr(sqlite, "GROUP_ROWS_MAX", rows_max)
    assert run(tmp_path / "together", jobs_of, together=True) == (said, kept)
    states = {outcome.state for one in said for outcome in one[1]}
    assert {"conflict", "merged", "applied"} <= states, "they did meet"


@pytest.mark.parametrize("also_refused", [False, True])
def test_who_fails_in_a_shared_commit_fails_alone(tmp_path: Path, also_refused: bool) -> None:
    def good(phones: list[Phone]) -> list[Job]:
        return [pushing(phone) for phone in phones]

    def mixed(phones: list[Phone]) -> list[Job]:
        jobs = [job for phone in phones for job in (pushing(phone, then=ZeroDivisionError), pushing(phone))]
        return [*jobs[:5], refused_later, *jobs[5:]] if also_refused else jobs

    said, kept = run(tmp_path / "good", good, together=False)
    answers, found = run(tmp_path / "mixed", mixed, together=True)
    failed = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(one) for one in failed] == [ZeroDivisionError] * 3 + [UnicodeEncodeError] * also_refused + [
        ZeroDivisionError
    ] * 3
    assert ([answer for answer in answers if not isinstance(answer, Exception)], found) == (said, kept)


def test_what_a_failed_job_saw_of_its_own_the_next_one_neither_sees_nor_writes(tmp_path: Path) -> None:
    """They share a commit and a store: what the first read was undone with it."""
    database = SqliteDatabase.open(tmp_path / "x.sqlite")
    stage = Stage(DatabaseHost(database), "same")
    phone = stage.phone()

    def fails(store: SqlStore) -> None:
        store.connection.exec_driver_sql("UPDATE device SET state = 'revoked'")
        assert stage.device_in(store, phone.id).state == "revoked"
        raise ZeroDivisionError

    def goes_on(store: SqlStore) -> str:
        device = stage.device_in(store, phone.id)
        store.put_device(device)
        return device.state

    failed, seen = at_once(database, [fails, goes_on])
    kept = stage.device(phone.id).state
    asyncio.run(database.close())
    assert isinstance(failed, ZeroDivisionError)
    assert (seen, kept) == ("active", "active")
