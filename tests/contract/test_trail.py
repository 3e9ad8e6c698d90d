"""The trail against the journal: nothing is skipped, whoever writes, in whatever order it comes, on both databases."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from schemas.actions.devices import DeviceRevoke, GapRelease
from schemas.actions.quarantine import QuarantineAdmit
from schemas.people import Role
from schemas.protocol import SyncRequest
from server.storage import statements as sql
from server.storage.database import Database
from server.storage.postgres import PostgresDatabase
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore
from server.trail.projection import LINE, SUBJECT, Piece, gather, write
from tests.support.hosts import DatabaseHost
from tests.support.postgres import fresh
from tests.support.stage import CheckIn, Phone, Stage

pytestmark = pytest.mark.asyncio
Entry = tuple[str, int, int]


@pytest.fixture(params=["sqlite", "postgres"])
async def databases(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[Database]]:
    """What two processes would open: on SQLite there is only one."""
    url = fresh() if request.param == "postgres" else ""
    opened: list[Database] = (
        [PostgresDatabase.open(url), PostgresDatabase.open(url)] if url else [SqliteDatabase.open(tmp_path / "one.db")]
    )
    yield opened
    for one in opened:
        await one.close()


@pytest.fixture
async def company(databases: list[Database]) -> Stage:
    return await asyncio.to_thread(Stage, DatabaseHost(databases[0]), "trail")


async def catch_up(database: Database, organisation: str, limit: int = 7) -> None:
    def look(store: SqlStore) -> Piece:
        return gather(store, organisation, limit)

    more = True
    while more:
        piece = await database.read(look)
        if not piece.is_empty:
            await database.write(partial(write, piece))
        more = piece.more


async def seen(database: Database, organisation: str) -> tuple[set[Entry], set[Entry]]:
    """What is judged in the journal, and what stands in the trail."""

    def job(store: SqlStore) -> tuple[set[Entry], set[Entry]]:
        def keys(table: Any, *more: Any) -> set[Entry]:
            asked = select(table.c.device, table.c.epoch, table.c.seq).where(table.c.organisation == organisation, *more)
            return {(row.device, row.epoch, row.seq) for row in store.connection.execute(asked)}

        return keys(sql.JOURNAL, sql.JOURNAL.c.state != "held"), keys(LINE)

    return await database.read(job)


async def subjects(database: Database, organisation: str, kind: str, record: str) -> dict[Entry, bool]:
    asked = select(SUBJECT).where(SUBJECT.c.organisation == organisation, SUBJECT.c.kind == kind, SUBJECT.c.id == record)

    def job(store: SqlStore) -> dict[Entry, bool]:
        return {(row.device, row.epoch, row.seq): row.near for row in store.connection.execute(asked)}

    return await database.read(job)


async def test_nothing_is_skipped_while_many_write(databases: list[Database], company: Stage) -> None:
    phones = [company.phone(place=number % 2) for number in range(6)]
    requests: list[list[dict[str, Any]]] = []
    for phone in phones:
        for _ in range(4):
            CheckIn(phone, company.van if phones.index(phone) % 2 == 0 else company.other_van).captured()
        whole = phone.request()
        cuts = [whole["entries"][first : first + 4] for first in range(0, len(whole["entries"]), 4)]
        requests.append([{**whole, "entries": cut} for cut in cuts])
    ends = threading.Event()

    def sends(mine: list[dict[str, Any]], host: DatabaseHost) -> None:
        for request in mine:
            message = SyncRequest.model_validate(request)
            host.write(partial(company.engine.push, organisation=company.id, request=message, now_ms=company.now))

    async def follows(database: Database) -> None:
        while not ends.is_set():
            await catch_up(database, company.id, 5)

    with ThreadPoolExecutor(len(phones)) as pool:
        hosts = [DatabaseHost(databases[number % len(databases)]) for number in range(len(phones))]
        following = [asyncio.ensure_future(follows(one)) for one in databases]
        sending = [pool.submit(sends, mine, host) for mine, host in zip(requests, hosts, strict=True)]
        for one in sending:
            await asyncio.wrap_future(one)
        ends.set()
        await asyncio.gather(*following)
    await catch_up(databases[-1], company.id)
    journal, trail = await seen(databases[0], company.id)
    assert trail == journal
    assert len([entry for entry in trail if entry[0] == phones[0].id]) == 24


def without(request: dict[str, Any], *seqs: int) -> dict[str, Any]:
    return {**request, "entries": [entry for entry in request["entries"] if entry["seq"] not in seqs]}


async def in_thread(job: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(job)


async def test_what_is_held_comes_when_it_is_judged_and_what_was_given_up_when_it_turns_up(
    databases: list[Database], company: Stage
) -> None:
    database, phone = databases[0], company.phone()
    for _ in range(4):
        CheckIn(phone).start()
    request = phone.request()

    def gapped() -> None:
        company.push(without(request, 2))

    await in_thread(gapped)
    await catch_up(database, company.id)
    assert {seq for device, _, seq in (await seen(database, company.id))[1] if device == phone.id} == {1}

    def given_up() -> None:
        office = company.phone(Role.MANAGER, shared=False, type_="office")
        office.do(GapRelease(device_id=phone.id, epoch=0, until=2, reason="摔坏"))
        office.push()

    await in_thread(given_up)
    await catch_up(database, company.id)
    assert {seq for device, _, seq in (await seen(database, company.id))[1] if device == phone.id} == {1, 3, 4}
    await in_thread(lambda: company.push(request))
    await catch_up(database, company.id)
    journal, trail = await seen(database, company.id)
    assert trail == journal
    assert {seq for device, _, seq in trail if device == phone.id} == {1, 2, 3, 4}
    assert (await database.read(lambda store: gather(store, company.id))).is_empty, "nothing is written again for ever"


async def test_what_waited_is_told_of_what_it_turned_out_to_be_about(databases: list[Database], company: Stage) -> None:
    database, first, second = databases[0], company.phone(), company.phone()
    handover = CheckIn(first).captured()
    begun = first.request()
    handover.phone = second
    ended = handover.complete()
    await in_thread(second.push)
    assert company.state(ended) == ("parked", "entry_waits")
    await catch_up(database, company.id)
    place = (second.id, 0, 1)
    assert place not in await subjects(database, company.id, "asset", company.van)
    await in_thread(lambda: company.push(begun))
    assert company.state(ended) == ("applied", None)
    await catch_up(database, company.id)
    assert (await subjects(database, company.id, "asset", company.van))[place] is False
    assert (await subjects(database, company.id, "rental", company.rental))[place] is True


async def test_what_a_manager_admits_from_quarantine_comes_too(databases: list[Database], company: Stage) -> None:
    database, phone = databases[0], company.phone()
    company.do(DeviceRevoke(device_id=phone.id))
    CheckIn(phone).start()
    await in_thread(phone.push)

    def admitted() -> Phone:
        office = company.phone(Role.MANAGER, shared=False, type_="office")
        sent = {"epoch": 0, "seq": 1, "hash": phone.journal.hashes[1]}
        office.do(QuarantineAdmit.model_validate({"device_id": phone.id, "entries": [sent], "reason": "属实"}))
        office.push()
        return office

    await catch_up(database, company.id)
    await in_thread(admitted)
    await catch_up(database, company.id)
    journal, trail = await seen(database, company.id)
    assert trail == journal
    assert (phone.id, -1, 1) in trail


async def test_an_older_piece_written_late_takes_nothing_back(databases: list[Database], company: Stage) -> None:
    database, phone = databases[-1], company.phone()
    CheckIn(phone).start()
    await in_thread(phone.push)
    old = await database.read(lambda store: gather(store, company.id))
    CheckIn(phone).captured()
    await in_thread(phone.push)
    await catch_up(databases[0], company.id)
    await database.write(partial(write, old))
    assert (await database.read(lambda store: gather(store, company.id))).is_empty
    journal, trail = await seen(database, company.id)
    assert trail == journal
