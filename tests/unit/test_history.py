"""The history of a record: who changed what from what to what, and whoever lost is shown with what he said."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from schemas.actions.basedata import CustomerDefine, TaskDefine
from schemas.actions.customers import ContactDefine, CustomerTermsSet
from schemas.actions.rentals import RentalDeposit, RentalInsurance
from schemas.people import Role
from schemas.records.customers import Tier
from schemas.trail import FieldChange, HistoryEntry, HistoryPage
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore
from server.trail import history
from server.trail.projection import gather, write
from tests.support.hosts import DatabaseHost
from tests.support.stage import MINUTE_MS, CheckIn, Stage

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase.open(tmp_path / "one.db")
    yield opened
    await opened.close()


@pytest.fixture
async def company(database: SqliteDatabase) -> Stage:
    return await asyncio.to_thread(Stage, DatabaseHost(database), "history")


async def told(
    database: SqliteDatabase,
    stage: Stage,
    kind: str,
    record: str,
    *,
    near: bool = False,
    after: history.Place | None = None,
    buckets: frozenset[str] | None = None,
) -> HistoryPage:
    piece = await database.read(lambda store: gather(store, stage.id))
    await database.write(partial(write, piece))

    def job(store: SqlStore) -> HistoryPage:
        stored = store.record(stage.id, kind, record)
        assert stored is not None
        return history.page(store, stage.id, stored, stored.buckets if buckets is None else buckets, after, near=near)

    return await database.read(job)


def said(entry: HistoryEntry) -> list[tuple[str, object, object, str | None]]:
    return [(one.field, one.before, one.after, one.lost) for one in entry.changes]


def task(stage: Stage) -> str:
    made = stage.ids.new()
    at = "2027-01-15T08:00:00.000Z"
    stage.do(TaskDefine(id=made, type="collect", depot_id=stage.depots[0], asset_id=stage.van, due_at=at, note="后门"))
    stage.now += MINUTE_MS
    return made


def seen(stage: Stage, record: str) -> dict[str, int]:
    stored = stage.stored("task", record)
    assert stored is not None
    return {record: stored.version}


async def test_from_and_to_by_whom_on_which_device(database: SqliteDatabase, company: Stage) -> None:
    made = task(company)
    phone = company.phone()
    phone.record("task.note", {"task_id": made, "note": "侧门"}, seen=seen(company, made))
    await asyncio.to_thread(phone.push)
    page = await told(database, company, "task", made)
    note, define = page.entries
    assert said(note) == [("note", "后门", "侧门", None)]
    assert (note.actor_name, note.device_name, note.action, note.state) == ("technician", "平板", "task.note", "applied")
    assert ("note", None, "后门", None) in said(define)
    assert define.action == "task.define"


async def test_whoever_lost_is_shown_with_what_he_said(database: SqliteDatabase, company: Stage) -> None:
    made = task(company)
    first, second = company.phone(), company.phone()
    first.record("task.note", {"task_id": made, "note": "甲说"}, seen=seen(company, made))
    company.now += MINUTE_MS
    second.record("task.note", {"task_id": made, "note": "乙说"}, seen=seen(company, made))
    await asyncio.to_thread(second.push)
    await asyncio.to_thread(first.push)
    page = await told(database, company, "task", made)
    later, earlier, _ = page.entries
    assert said(later) == [("note", "后门", "乙说", None)]
    assert (earlier.state, said(earlier)) == ("merged", [("note", "乙说", "甲说", "last_writer")])


async def test_an_asset_tells_what_its_handovers_did_to_it_and_the_rest_when_asked(
    database: SqliteDatabase, company: Stage
) -> None:
    phone = company.phone()
    handover = CheckIn(phone).whole()
    await asyncio.to_thread(phone.push)
    page = await told(database, company, "asset", company.van)
    actions = [one.action for one in page.entries]
    assert actions.count("photo.add") == 0
    returned = next(one for one in page.entries if one.action == "return.complete")
    assert ("state", "available", "returned", None) in said(returned)
    everything = await told(database, company, "asset", company.van, near=True)
    assert [one.action for one in everything.entries].count("photo.add") == 2
    photos = await told(database, company, "handover", handover.id)
    added = [change for one in photos.entries if one.action == "photo.add" for change in one.changes]
    assert {change.field for change in added} == {"photos"}
    assert all(change.item is not None and change.before is None for change in added)


async def test_nothing_private_is_told(database: SqliteDatabase, company: Stage) -> None:
    phone = company.phone()
    handover = CheckIn(phone).whole()
    await asyncio.to_thread(phone.push)
    for kind, record in (("handover", handover.id), ("asset", company.van)):
        text = (await told(database, company, kind, record, near=True)).model_dump_json()
        assert "王芳" not in text
        assert "13800001111" not in text


async def test_pages_follow_one_another_and_from_stays_true(
    database: SqliteDatabase, company: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schemas.limits.HISTORY_PAGE_ENTRIES_MAX", 4)
    made, phone = task(company), company.phone()
    known = seen(company, made)
    for number in range(9):
        company.now += MINUTE_MS
        phone.record("task.note", {"task_id": made, "note": str(number)}, seen=known)
    await asyncio.to_thread(phone.push)
    found: list[list[FieldChange]] = []
    after: history.Place | None = None
    for _ in range(3):
        page = await told(database, company, "task", made, after=after)
        found += [one.changes for one in page.entries]
        if page.next is None:
            break
        at, device, epoch, seq = page.next.split(".")
        after = (int(at), device, int(epoch), int(seq))
    assert page.next is None
    notes = [(one.before, one.after) for changes in found for one in changes if one.field == "note"]
    assert notes == [(str(n - 1) if n else "后门", str(n)) for n in range(8, -1, -1)] + [(None, "后门")]


async def test_what_was_refused_changed_nothing_and_is_shown(database: SqliteDatabase, company: Stage) -> None:
    made = task(company)
    desk = company.phone(Role.FINANCE, shared=False, type_="office")
    desk.record("task.cancel", {"task_id": made, "reason": "不去了"})
    await asyncio.to_thread(desk.push)
    page = await told(database, company, "task", made)
    refused = page.entries[0]
    assert (refused.state, refused.code, refused.reason) == ("refused", "action_forbidden", "不去了")
    assert said(refused) == [("state", "open", "cancelled", None)]
    other = company.phone()
    company.now += MINUTE_MS
    other.record("task.note", {"task_id": made, "note": "好"})
    await asyncio.to_thread(other.push)
    assert [one.after for one in (await told(database, company, "task", made)).entries[0].changes] == ["好"]


async def test_a_customer_tells_what_lies_in_its_terms_and_its_contacts(database: SqliteDatabase, company: Stage) -> None:
    customer, contact = company.ids.new(), company.ids.new()
    company.do(CustomerDefine(id=customer, name="诚配", depot_id=company.depots[0]))
    company.now += MINUTE_MS
    company.do(ContactDefine(id=contact, customer_id=customer, role="finance", person=0))
    terms: tuple[tuple[int, int, Tier], ...] = ((30, 1_000_000, "good"), (60, 1_234_567, "watch"))
    for days, limit, tier in terms:
        company.now += MINUTE_MS
        company.do(CustomerTermsSet(customer_id=customer, payment_days=days, credit_limit_fen=limit, tier=tier))
    page = await told(database, company, "customer", customer)
    newest, first, added, made = page.entries
    assert {(one.kind, one.field, one.before, one.after) for one in newest.changes} == {
        ("customer", "tier", "good", "watch"), ("customer_terms", "payment_days", 30, 60),
        ("customer_terms", "credit_limit_fen", 1_000_000, 1_234_567),
    }  # fmt: skip
    said = {one.field: (one.name, one.was, one.now) for one in newest.changes}
    assert said["credit_limit_fen"] == ("信用额度", "¥10,000.00", "¥12,345.67")
    assert [one.before for one in first.changes if one.kind == "customer_terms"] == [None, None]
    assert [(one.kind, one.field, one.after) for one in added.changes if one.field == "role"] == [("contact", "role", "finance")]
    assert made.action == "customer.define"
    assert [one.times.corrected for one in page.entries] == sorted((one.times.corrected for one in page.entries), reverse=True)


async def test_a_part_is_told_only_to_whom_may_see_it(database: SqliteDatabase, company: Stage) -> None:
    customer = company.ids.new()
    company.do(CustomerDefine(id=customer, name="诚配", depot_id=company.depots[0]))
    company.now += MINUTE_MS
    company.do(CustomerTermsSet(customer_id=customer, payment_days=30, tier="good"))
    page = await told(database, company, "customer", customer, buckets=frozenset({f"depot:{company.depots[0]}/field"}))
    assert {one.kind for entry in page.entries for one in entry.changes} == {"customer"}


async def test_each_step_of_a_deposit_tells_the_state_it_left_and_nought_is_no_change(
    database: SqliteDatabase, company: Stage
) -> None:
    rental = company.ids.new()
    company.do(company.rental_of(rental, []).model_copy(update={"deposit_fen": 500_000}))
    for action in (
        RentalDeposit(rental_id=rental, step="receive", amount_fen=200_000),
        RentalDeposit(rental_id=rental, step="receive", amount_fen=300_000),
        RentalDeposit(rental_id=rental, step="hold", amount_fen=0),
    ):
        company.now += MINUTE_MS
        company.do(action)
    held, second, first, _ = (await told(database, company, "rental", rental)).entries
    states = [one.after for entry in (first, second, held) for one in entry.changes if one.field == "deposit_state"]
    assert states == ["part_received", "received", "held"]
    fields = {one.field for entry in (first, second, held) for one in entry.changes}
    assert not fields & {"deposit_offset_fen", "deposit_refunded_fen"}, "nothing was offset or refunded"


async def test_a_rental_tells_its_money(database: SqliteDatabase, company: Stage) -> None:
    rental = company.ids.new()
    company.do(company.rental_of(rental, []).model_copy(update={"deposit_fen": 500_000}))
    for action in (
        RentalDeposit(rental_id=rental, step="receive", amount_fen=500_000, method="wechat"),
        RentalInsurance(rental_id=rental, step="take", policy_number="P-1", insurer="平安"),
    ):
        company.now += MINUTE_MS
        company.do(action)
    taken, paid, made = (await told(database, company, "rental", rental)).entries
    assert ("policy_number", None, "P-1", None) in said(taken)
    assert ("insurance_state", None, "taken", None) in said(taken)
    (step,) = (one for one in paid.changes if one.field == "deposit_steps")
    assert "¥5,000.00" in step.now
    assert "微信" in step.now
    assert "deposit_ok" not in {one.field for one in paid.changes}, "what follows the terms is not told twice"
    assert ("deposit_required_fen", None, 500_000, None) in said(made)
