"""Two processes on one PostgreSQL and one data folder: what one commits reaches the sockets of the other, once."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from schemas.limits import LOGIN_TRIES_MAX
from tests.http.world import FakeClock, Phone, World, new_id, serving
from tests.support.postgres import fresh


@pytest.fixture
async def pair(tmp_path: Path, app_folder: Path) -> AsyncIterator[tuple[World, World]]:
    clock, url = FakeClock(), fresh()
    async with (
        serving(tmp_path / "data", clock, app_folder, database_url=url) as (house, base),
        serving(tmp_path / "data", clock, app_folder, database_url=url) as (other_house, other_base),
    ):
        here, there = World(house, clock, base), World(other_house, clock, other_base)
        there.a, there.b = here.a, here.b
        await here.build()
        yield here, there
        for client in (*here.clients, *there.clients):
            await client.aclose()


async def opened(world: World, phone: Phone) -> ClientConnection:
    cookie = f"hv_device={phone.http.cookies['hv_device']}"
    socket = await connect(world.base.replace("http", "ws") + "/api/v1/live", additional_headers={"Cookie": cookie})
    assert "hello" in json.loads(await socket.recv())
    return socket


def begins(phone: Phone) -> str:
    handover = new_id()
    phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": phone.company.van})
    return handover


async def heard(socket: ClientConnection, seconds: float = 1.5) -> list[dict[str, Any]]:
    """Everything that comes until nothing has come for a while."""
    found: list[dict[str, Any]] = []
    while True:
        try:
            found.append(json.loads(await asyncio.wait_for(socket.recv(), seconds)))
        except TimeoutError:
            return found


async def test_a_commit_here_reaches_the_sockets_there_once_and_without_a_hole(pair: tuple[World, World]) -> None:
    here, there = pair
    phone, other = await here.enrolled(here.a), await here.enrolled(here.a)
    sockets = [await opened(here, other), await opened(there, other)]
    bucket = f"depot:{here.a.depots[0]}/field"
    begins(phone)
    await phone.push()  # what stands where is not known there yet: told to sync
    first = [[one for one in await heard(socket) if one.get("bucket") == bucket] for socket in sockets]
    assert [len(frames) for frames in first] == [1, 1]
    assert (first[1][0]["prev"], first[1][0]["to"]) == (-1, first[0][0]["to"])
    phone.http.base_url = there.base
    for world in (here, there, here):
        phone.http.base_url = world.base
        begins(phone)
        await phone.push()
    for socket, (before,) in zip(sockets, first, strict=True):
        cursor, seen = before["to"], 0
        for frame in await heard(socket):
            if frame.get("bucket") == bucket and frame["to"] > cursor:
                assert frame["prev"] == cursor, "no hole"
                cursor, seen = frame["to"], seen + sum(change["kind"] == "handover" for change in frame["changes"])
        assert seen == 3
        await socket.close()


async def test_a_device_revoked_here_is_shut_out_there(pair: tuple[World, World]) -> None:
    here, there = pair
    phone, neighbour = await here.enrolled(here.a), await here.enrolled(here.a)
    socket = await opened(there, phone)
    begins(neighbour)
    await neighbour.push()
    await heard(socket, 0.7)
    await here.revoke(here.a, phone.id)
    with contextlib.suppress(ConnectionClosed):
        async for _ in socket:
            pass
    assert socket.close_code == 4403


async def test_one_code_typed_at_two_processes_makes_one_device(pair: tuple[World, World]) -> None:
    here, there = pair
    code = await here.invite(here.a)
    phones = [Phone(world, here.a) for world in (here, there) for _ in range(4)]
    answers = await asyncio.gather(*(phone.enrol(code) for phone in phones))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]


async def test_tries_at_two_processes_are_counted_together(pair: tuple[World, World]) -> None:
    here, there = pair
    clients = [world.client() for world in (here, there) for _ in range(8)]
    wrong = {"username": "manager-a", "password": "x"}
    answers = await asyncio.gather(*(client.post("/api/v1/login", json=wrong) for client in clients))
    statuses = sorted(answer.status_code for answer in answers)
    assert set(statuses) == {401, 429}
    assert statuses.count(401) == LOGIN_TRIES_MAX


async def test_a_user_name_postgresql_cannot_write_is_wrong_and_no_fault(pair: tuple[World, World]) -> None:
    answer = await pair[0].client().post("/api/v1/login", json={"username": "a\0b", "password": "x"})
    assert answer.status_code in (400, 401)
