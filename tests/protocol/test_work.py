"""Repairs and stock-takes over the wire: no other depot or company has a say, and what is badly said changes nothing."""

from typing import Any, Literal

import pytest

from schemas import limits
from schemas.actions.tasks import TaskPlan
from schemas.protocol import SyncAnswer
from server.domain.stock import count_id
from tests.http.world import Company, Phone, World, new_id
from tests.protocol.test_transfers import with_pack

pytestmark = pytest.mark.asyncio

AT = "2027-01-20T08:00:00.000Z"
LAMP = {"what": "灯泡", "count": 2, "cost_fen": 3600}
NOTHING = {"missing": 0, "extra": 0, "misplaced": 0}


async def planned(world: World, company: Company, type_: Literal["repair", "stock_take"], **more: Any) -> str:
    """A task at the company's first depot, planned by the office."""
    await with_pack(world, company)
    task = new_id()
    await world.system(company, TaskPlan(task_id=task, type=type_, depot_id=company.depots[0], due_at=AT, **more))
    return task


def say(phone: Phone, action: str, args: dict[str, Any], actor: str | None = None) -> None:
    assert phone.journal is not None
    phone.journal.record(action, args, actor=actor or phone.company.tech, now_ms=phone.world.clock())


async def outcomes(phone: Phone) -> list[tuple[str, str | None]]:
    answer = SyncAnswer.model_validate(await phone.push())
    return [(outcome.state, outcome.code) for outcome in answer.outcomes]


async def stored(world: World, kind: str) -> list[dict[str, Any]]:
    found = await world.house.database.read(lambda store: store.records(world.a.id, kind))
    return [one.data for one in found]


async def the_task(world: World, task: str) -> dict[str, Any]:
    return next(one for one in await stored(world, "task") if one["id"] == task)


def counted(task: str, asset: str, **more: Any) -> dict[str, Any]:
    return {"task_id": task, "count_id": count_id(task, asset), "asset_id": asset, **more}


async def test_a_repair_is_finished_by_its_own_depot_alone_and_once(world: World) -> None:
    task = await planned(world, world.a, "repair", asset_id=world.a.van)
    here, there = await world.enrolled(world.a), await world.enrolled(world.a, depot=world.a.depots[1])
    stranger = await world.enrolled(world.b)
    done = {"task_id": task, "parts": [LAMP], "minutes": 45}
    say(there, "task.done", done, actor=world.a.other_tech)
    assert await outcomes(there) == [("refused", "action_forbidden")]
    say(stranger, "task.done", done)
    ((state, code),) = await outcomes(stranger)
    assert (state, code) in {("refused", "record_unknown"), ("refused", "action_forbidden")}
    assert (await the_task(world, task))["state"] == "open"
    say(here, "task.done", done)
    assert here.journal is not None
    request = here.journal.request(world.clock())
    for _ in range(3):
        assert (await here.http.post("/api/v1/sync", json=request)).status_code == 200
    stands = await the_task(world, task)
    assert (stands["state"], stands["result"]["parts"], stands["result"]["minutes"]) == ("done", [LAMP], 45)


@pytest.mark.parametrize(
    "bad",
    [
        {"parts": [{**LAMP, "count": 0}]},
        {"parts": [{**LAMP, "cost_fen": -1}]},
        {"parts": [{**LAMP, "what": ""}]},
        {"parts": [{**LAMP, "price": 1}]},
        {"parts": [LAMP] * (limits.TASK_PARTS_MAX + 1)},
        {"minutes": limits.TASK_MINUTES_MAX + 1},
        {"minutes": -1},
    ],
    ids=["none of it", "less than free", "nameless", "a field nobody knows", "too many", "too long", "before it began"],
)
async def test_a_repair_badly_told_is_kept_and_finishes_nothing(world: World, bad: dict[str, Any]) -> None:
    task = await planned(world, world.a, "repair", asset_id=world.a.van)
    phone = await world.enrolled(world.a)
    say(phone, "task.done", {"task_id": task, **bad})
    assert await outcomes(phone) == [("parked", "entry_unreadable")]
    assert (await the_task(world, task))["state"] == "open"
    say(phone, "task.done", {"task_id": task, "parts": [LAMP]})
    assert (await outcomes(phone))[-1] == ("applied", None), "the journal goes on after it"


async def test_nobody_counts_in_another_depot_or_company(world: World) -> None:
    task = await planned(world, world.a, "stock_take")
    there, stranger = await world.enrolled(world.a, depot=world.a.depots[1]), await world.enrolled(world.b)
    for action, args in (("stock_take.count", counted(task, world.a.van)), ("stock_take.close", {"task_id": task, **NOTHING})):
        say(there, action, args, actor=world.a.other_tech)
        say(stranger, action, args)
    assert await outcomes(there) == [("refused", "action_forbidden")] * 2
    assert {state for state, _ in await outcomes(stranger)} == {"refused"}
    assert (await stored(world, "stock_count"), (await the_task(world, task))["state"]) == ([], "open")


async def test_the_differences_are_the_servers_whatever_the_phone_counted_up(world: World) -> None:
    task = await planned(world, world.a, "stock_take")
    phone = await world.enrolled(world.a)
    say(phone, "stock_take.close", {"task_id": task, "missing": 0, "extra": 7, "misplaced": 0})
    assert await outcomes(phone) == [("applied", None)]
    (take,) = await stored(world, "stock_take")
    assert (list(take["missing"]), take["extra"], take["looked"]["extra"]) == ([world.a.van], {}, 7)


@pytest.mark.parametrize("what", ["neither", "both", "not its id", "less than none", "nobody's asset"])
async def test_a_count_badly_told_counts_nothing(world: World, what: str) -> None:
    task = await planned(world, world.a, "stock_take")
    phone, van = await world.enrolled(world.a), world.a.van
    good = counted(task, van)
    action, args = {
        "neither": ("stock_take.count", {key: value for key, value in good.items() if key != "asset_id"}),
        "both": ("stock_take.count", {**good, "tag": "T-a"}),
        "not its id": ("stock_take.count", {**good, "count_id": new_id()}),
        "less than none": ("stock_take.close", {"task_id": task, **NOTHING, "missing": -1}),
        "nobody's asset": ("stock_take.count", counted(task, world.b.van)),
    }[what]
    say(phone, action, args)
    ((state, _),) = await outcomes(phone)
    assert state == ("parked" if what == "less than none" else "refused")
    assert not [one for one in await stored(world, "stock_count") if one["sightings"]]
    assert (await the_task(world, task))["state"] == "open"
