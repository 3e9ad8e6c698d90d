"""What an entry changed is told from the one entry that stood before it: the same as from all of the record's entries, whatever
lost, was refused or ratified, on both databases; and the questions that takes do not grow with the history."""

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from schemas.actions.assets import AssetEdit
from schemas.actions.basedata import PersonDefine, TaskDefine
from schemas.people import Role
from server.storage.database import Database
from server.storage.postgres import PostgresDatabase
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore
from server.trail import page
from server.trail.changes import Reader, compare
from tests.contract.test_trail import catch_up
from tests.support.hosts import DatabaseHost
from tests.support.postgres import fresh
from tests.support.stage import Stage
from tests.support.statements import counted

pytestmark = pytest.mark.asyncio
ALL = page.Filter()


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    opened: Database = PostgresDatabase.open(fresh()) if request.param == "postgres" else SqliteDatabase.open(tmp_path / "one.db")
    yield opened
    await opened.close()


@pytest.fixture
async def company(database: Database) -> Stage:
    return await asyncio.to_thread(Stage, DatabaseHost(database), "trail")


def noted(company: Stage) -> list[str]:
    """Tasks noted by many at once: late, out of order, without having seen one another, without a right and with one again."""
    chance = random.Random(7)
    tasks = [company.ids.new() for _ in range(3)]
    at = "2027-01-15T08:00:00Z"
    company.do(
        *(TaskDefine(id=one, type="collect", depot_id=company.depots[0], asset_id=company.van, due_at=at) for one in tasks)
    )
    phones = [company.phone() for _ in range(3)]
    office = company.phone(Role.MANAGER, shared=False, type_="office")
    for number in range(40):
        company.now += 60_000
        phone = chance.choice(phones)
        task = chance.choice(tasks)
        stored = company.stored("task", task)
        assert stored is not None
        seen = {task: stored.version} if chance.random() < 0.5 else {}
        phone.record("task.note", {"task_id": task, "note": f"{number}"}, seen=seen)
        if chance.random() < 0.4:
            phone.push()
        if number % 10 == 5:
            company.do(AssetEdit(asset_id=company.van, bay=f"B{number}"))
    for phone in phones:
        phone.push()
    gone = {"id": phones[0].actor, "name": "走了", "roles": [Role.TECHNICIAN], "depot_ids": {company.depots[0]: True}}
    company.do(PersonDefine.model_validate({**gone, "active": False}))
    late = phones[0].record("task.note", {"task_id": tasks[0], "note": "离职以后"})
    phones[0].push()
    assert company.state(late)[0] == "refused"
    company.do(AssetEdit(asset_id=company.van, bay="B0"))
    office.record("entry.ratify", {"entry_id": late.id, "reason": "属实"})
    office.push()
    assert company.state(late)[0] in ("applied", "merged")
    office.record("task.note", {"task_id": tasks[0], "note": "以后"}, seen={tasks[0]: 10**6})
    office.push()
    return tasks


async def test_what_stood_before_is_the_same_as_from_the_whole_history(database: Database, company: Stage) -> None:
    tasks = await asyncio.to_thread(noted, company)
    await catch_up(database, company.id)

    def told(store: SqlStore) -> dict[str, tuple[list[Any], list[Any]]]:
        found = {}
        for kind, record_id in [*(("task", one) for one in tasks), ("asset", company.van)]:
            record = store.record(company.id, kind, record_id)
            assert record is not None
            ones, _ = Reader(store, company.id).about(kind, record_id)
            ones = [one for one in ones if not one.near]
            compare(ones, record)
            few = [Reader(store, company.id).changes([(one.place, [record])])[one.place] for one in ones]
            found[record_id] = ([one.changes for one in ones], few)
        return found

    lost = 0
    for whole, few in (await database.read(told)).values():
        assert len(whole) > 3
        assert few == whole
        lost += sum(change.lost is not None for changes in whole for change in changes)
    assert lost > 3, "some of it did not stand"


async def test_the_ratified_counts_from_when_it_is_ratified(database: Database, company: Stage) -> None:
    """Also where the trail knew it as refused."""

    def begins() -> tuple[str, Any]:
        task = company.ids.new()
        at = "2027-01-15T08:00:00Z"
        company.do(TaskDefine(id=task, type="collect", depot_id=company.depots[0], asset_id=company.van, due_at=at, note="起初"))
        phone = company.phone()
        gone = {"id": phone.actor, "name": "走了", "roles": [Role.TECHNICIAN], "depot_ids": {company.depots[0]: True}}
        company.do(PersonDefine.model_validate({**gone, "active": False}))
        company.now += 60_000
        late = phone.record("task.note", {"task_id": task, "note": "离职以后"})
        phone.push()
        assert company.state(late)[0] == "refused"
        return task, late

    def ends(task: str, late: Any) -> tuple[str, str]:
        company.now += 60_000
        office = company.phone(Role.MANAGER, shared=False, type_="office")
        office.record("entry.ratify", {"entry_id": late.id, "reason": "属实"})
        after = office.record("task.note", {"task_id": task, "note": "以后"}, seen={task: 10**6})
        office.push()
        return office.id, after.id

    task, late = await asyncio.to_thread(begins)
    await catch_up(database, company.id)
    office, after = await asyncio.to_thread(ends, task, late)
    await catch_up(database, company.id)
    buckets = frozenset({"org/office", "org/field", *(f"depot:{one}/field" for one in company.depots)})
    for wanted, entry, told in (
        (page.Filter(device=office), after, ("离职以后", "以后")),
        (page.Filter(action="task.note"), late.id, ("起初", "离职以后")),
    ):
        lines = (
            await database.read(partial(page.page, organisation=company.id, buckets=buckets, wanted=wanted, after=None, limit=9))
        ).lines
        (line,) = [line for line in lines if line.id == entry]
        assert [(one.before, one.after) for one in line.changes if one.field == "note"] == [told]


async def test_questions_do_not_grow_with_the_history(database: Database, company: Stage) -> None:
    vans = [company.ids.new() for _ in range(8)]
    buckets = frozenset({"org/office", "org/field", *(f"depot:{one}/field" for one in company.depots)})

    def edits(times: int) -> None:
        for number in range(times):
            company.now += 60_000
            company.do(*(AssetEdit(asset_id=one, bay=f"B{company.now}", battery_health_pct=number % 100) for one in vans))

    async def asked_for(limit: int) -> int:
        await catch_up(database, company.id, 200)
        with counted() as count:
            found = await database.read(lambda store: page.page(store, company.id, buckets, ALL, None, limit))
        assert len(found.lines) == limit
        assert found.lines[0].changes[0].was != "（空）"
        return count.statements

    await asyncio.to_thread(company.do, *(company.asset(one, 0) for one in vans))
    await asyncio.to_thread(edits, 4)
    few = await asked_for(30)
    await asyncio.to_thread(edits, 40)
    many = await asked_for(30)
    assert many <= few <= 30, "eleven times the history"
    assert await asked_for(300) <= 30, "ten times the lines"
