"""One entry that the database cannot bear: judging again goes on for everybody else, nobody's push fails for it, and the server
ends in order."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from schemas import limits
from server import app
from server.blobs import finish
from server.domain import HANDLERS
from server.jobs import again
from server.jobs.again import end_all_waiting, retry_parked
from sync import again as judging
from sync.device_state import Recorded
from sync.unit import Unit
from tests.http.world import Company, Phone, World, new_id
from tests.protocol.test_sync import begin, handover_of, sync

pytestmark = pytest.mark.asyncio
POISONS = ("unkept", "rolled back")


def poisoned(how: str) -> Any:
    """A handler whose effects the store cannot keep, or one that takes the whole transaction with it."""

    def handler(unit: Unit, args: Any) -> None:
        store: Any = unit.store
        if how == "unkept":
            unit.write("handover", args.handover_id, {"note": "\ud800"})
        else:
            store.connection.exec_driver_sql("ROLLBACK")

    return handler


def broken(_unit: Unit, _args: Any) -> None:
    raise ZeroDivisionError


async def enrolled_later(world: World, company: Company) -> Phone:
    """A phone whose entries are younger than all before: what came in one millisecond stands in the order of random ids."""
    world.clock.forward(0.001)
    return await world.enrolled(company)


async def parked_by_poison(world: World, company: Company, patched: pytest.MonkeyPatch, how: str) -> None:
    phone = await enrolled_later(world, company)
    handover = begin(phone)
    await phone.push()
    patched.setitem(HANDLERS, ("handover.abandon", 1), poisoned(how))
    phone.record("handover.abandon", {"handover_id": handover, "reason": "x"})
    assert (await phone.push())["outcomes"][-1]["code"] == "entry_server_error"


async def parked_by_a_fault(world: World, company: Company, monkeypatch: pytest.MonkeyPatch) -> str:
    phone = await enrolled_later(world, company)
    with monkeypatch.context() as patched:
        patched.setitem(HANDLERS, ("handover.start", 1), broken)
        handover = begin(phone)
        assert (await phone.push())["outcomes"][-1]["code"] == "entry_server_error"
    return handover


@pytest.mark.parametrize("how", POISONS)
async def test_what_breaks_the_transaction_keeps_nobody_else_from_being_judged_at_a_start(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    before = await parked_by_a_fault(world, world.a, monkeypatch)
    await parked_by_poison(world, world.a, monkeypatch, how)
    behind = await parked_by_a_fault(world, world.a, monkeypatch)
    other = await parked_by_a_fault(world, world.b, monkeypatch)
    await retry_parked(world.house)
    for company, handover in ((world.a, before), (world.a, behind), (world.b, other)):
        assert await handover_of(world, company, handover) is not None
    assert await retry_parked(world.house) <= 1, "it alone is still there"


async def test_a_database_that_is_ill_ends_the_round_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        await parked_by_poison(world, world.a, monkeypatch, "rolled back")
    other = await parked_by_a_fault(world, world.b, monkeypatch)
    monkeypatch.setattr(again, "FAILED_IN_A_ROW_MAX", 2)
    with capture_logs() as logs:
        await retry_parked(world.house)
    assert "parked_retried_cut" in {line["event"] for line in logs}
    assert await handover_of(world, world.b, other) is not None, "another organisation's turn comes all the same"


async def test_many_that_break_the_transaction_end_no_round_while_others_can_be_judged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = []
    for _ in range(3):
        await parked_by_poison(world, world.a, monkeypatch, "rolled back")
        behind.append(await parked_by_a_fault(world, world.a, monkeypatch))
    monkeypatch.setattr(again, "FAILED_IN_A_ROW_MAX", 2)
    with capture_logs() as logs:
        await retry_parked(world.house)
    assert "parked_retried_cut" not in {line["event"] for line in logs}
    for handover in behind:
        assert await handover_of(world, world.a, handover) is not None


async def test_behind_what_breaks_the_transaction_portions_are_whole_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await parked_by_poison(world, world.a, monkeypatch, "rolled back")
    for _ in range(4):
        await parked_by_a_fault(world, world.a, monkeypatch)
    monkeypatch.setattr(limits, "WAITING_RETRIED_MAX", 3)
    judge_again, portions = judging.judge_again, []

    def counted(*args: Any, **more: Any) -> Any:
        portions.append(more["limit"])
        return judge_again(*args, **more)

    monkeypatch.setattr(judging, "judge_again", counted)
    await again.judge_again(world.house, world.a.id, judging.parked_for(again.CAUSES_THAT_MAY_BE_GONE))
    assert portions[:5] == [3, 1, 1, 1, 3]


class Waiting:
    """Two entries that wait for what one device is about to declare lost, the first of them poison."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.handover = new_id()

    async def prepare(self, world: World) -> None:
        self.one, two = await world.enrolled(self.company), await world.enrolled(self.company)
        handover = begin(two)
        await two.push()
        assert self.one.journal is not None
        assert two.journal is not None
        start: dict[str, Any] = {"actor": self.company.tech, "now_ms": world.clock()}
        args = {"handover_id": self.handover, "type": "check_in", "asset_id": self.company.van}
        self.lost: Recorded = self.one.journal.record("handover.start", {**args, "handover_id": new_id()}, **start)
        two.journal.record("handover.abandon", {"handover_id": handover, "reason": "x"}, needs=[self.lost.id], **start)
        two.journal.record("handover.start", args, needs=[self.lost.id], **start)
        await two.push()

    async def declare(self) -> int:
        return (await sync(self.one, entries=[], lost=[{"seq": self.lost.seq, "hash": self.lost.hash}])).status_code


@pytest.mark.parametrize("how", POISONS)
async def test_a_strangers_poison_fails_nobodys_push(world: World, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    waiting = Waiting(world.a)
    await waiting.prepare(world)
    monkeypatch.setitem(HANDLERS, ("handover.abandon", 1), poisoned(how))
    assert await waiting.declare() == 200
    assert await waiting.declare() == 200
    await end_all_waiting(world.house)
    assert await handover_of(world, world.a, waiting.handover) is not None


@pytest.mark.parametrize("how", POISONS)
async def test_the_hourly_round_goes_past_what_breaks_it(world: World, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    both = [Waiting(company) for company in (world.a, world.b)]
    for waiting in both:
        await waiting.prepare(world)
        with monkeypatch.context() as patched:
            patched.setattr(limits, "WAITING_RETRIED_MAX", 0)
            assert await waiting.declare() == 200
    monkeypatch.setitem(HANDLERS, ("handover.abandon", 1), poisoned(how))
    await end_all_waiting(world.house)
    for waiting in both:
        assert await handover_of(world, waiting.company, waiting.handover) is not None


async def test_a_background_job_that_died_keeps_the_database_from_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    async def close() -> None:
        closed.append(True)

    async def dies(_house: Any) -> None:
        raise UnicodeError

    monkeypatch.setattr(app, "judge_again_hourly", dies)
    monkeypatch.setattr(world.house.database, "close", close)
    with capture_logs() as logs:
        async with app.create_app(world.house).lifespan():
            await asyncio.sleep(0.05)
    assert closed == [True]
    assert "background_failed" in {line["event"] for line in logs}


async def test_what_was_erased_goes_although_nothing_else_can_be_tidied(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    async def full(_house: Any) -> int:
        raise OSError(28, "No space left on device")

    async def erased(_house: Any) -> None:
        done.append("erased")

    async def scrub() -> None:
        done.append("scrub")

    monkeypatch.setattr(finish, "recover", full)
    monkeypatch.setattr(finish, "clean", full)
    monkeypatch.setattr(finish, "forget_erased", erased)
    monkeypatch.setattr(world.house.database, "scrub", scrub)
    task = asyncio.create_task(finish.tend(world.house))
    await asyncio.sleep(0.1)
    task.cancel()
    await task
    assert done == ["scrub", "erased"]


async def test_a_phone_is_told_of_what_was_judged_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is judged again reaches whoever pulls: the outcome changes."""
    phone: Phone = await world.enrolled(world.a)
    with monkeypatch.context() as patched:
        patched.setitem(HANDLERS, ("handover.start", 1), broken)
        begin(phone)
        await phone.push()
    await retry_parked(world.house)
    pages = (await phone.push())["pages"]
    states = [change["data"]["state"] for page in pages for change in page["changes"] if change["kind"] == "outcome"]
    assert states == ["applied"]
