"""Live frames: only what one may see, never waiting for a slow reader, ended when rights end."""

import asyncio
import json
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from schemas import limits
from schemas.actions.basedata import AssetDefine
from server.http import live as live_route
from server.live import PING, REVOKED, SYNC, LiveHub
from tests.http.pictures import photo
from tests.http.test_blobs import declared, upload
from tests.http.world import Phone, World, new_id


def socket(world: World, phone: Phone | None, **headers: str) -> connect:
    if phone is not None:
        headers["Cookie"] = f"hv_device={phone.http.cookies['hv_device']}"
    return connect(world.base.replace("http", "ws") + "/api/v1/live", additional_headers=headers, open_timeout=10)


async def next_frame(connection: ClientConnection, seconds: float = 5) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(connection.recv(), seconds))
    return frame


async def until_closed(connection: ClientConnection) -> None:
    """Read on; raises ConnectionClosed at the end."""
    for _ in range(100):
        await next_frame(connection)


def van(world: World, depot: str, label: str) -> AssetDefine:
    return AssetDefine(id=new_id(), label=label, tag=label, pack="vehicle", home_depot_id=depot, depot_id=depot)


async def test_frames_reach_whoever_may_see_the_bucket_and_no_other(world: World) -> None:
    mine, other = await world.enrolled(world.a), await world.enrolled(world.a, depot=world.a.depots[1])
    stranger = await world.enrolled(world.b)
    async with socket(world, mine) as one, socket(world, other) as two, socket(world, stranger) as three:
        version = (await next_frame(one))["hello"]
        assert version > 0
        await next_frame(two)
        await next_frame(three)
        await world.system(world.a, van(world, world.a.depots[0], "V-1"))
        frame = await next_frame(one)
        assert frame["bucket"] == f"depot:{world.a.depots[0]}/field"
        assert frame["prev"] <= version < frame["to"]
        assert frame["changes"][0]["data"]["label"] == "V-1"
        for silent in (two, three):
            with pytest.raises(TimeoutError):
                await next_frame(silent, 0.3)


async def test_an_arrived_photo_is_told_to_colleagues_and_pokes_its_device(world: World) -> None:
    content = photo()
    phone, handover = await declared(world, content)
    colleague = await world.enrolled(world.a)
    async with socket(world, phone) as one, socket(world, colleague) as two:
        await next_frame(one)
        await next_frame(two)
        await upload(phone, content)
        assert [change["id"] for change in (await next_frame(two))["changes"]] == [handover]
        assert "changes" in await next_frame(one)
        assert await next_frame(one) == {"sync": True}


async def test_a_revoked_device_is_cut_off_with_its_code(world: World) -> None:
    phone = await world.enrolled(world.a)
    async with socket(world, phone) as connection:
        await next_frame(connection)
        await world.revoke(world.a, phone.id)
        with pytest.raises(ConnectionClosed):
            await until_closed(connection)
        assert connection.close_code == REVOKED
    async with socket(world, phone) as connection:
        with pytest.raises(ConnectionClosed):
            await next_frame(connection)
        assert connection.close_code == REVOKED


async def test_without_a_cookie_or_from_another_site_there_is_no_socket(world: World) -> None:
    phone = await world.enrolled(world.a)
    async with socket(world, None) as connection:
        with pytest.raises(ConnectionClosed):
            await next_frame(connection)
        assert connection.close_code == live_route.NOT_SIGNED_IN
    with pytest.raises(websockets.exceptions.InvalidStatus):
        async with socket(world, phone, Origin="https://evil.example"):
            pass
    async with socket(world, phone, Origin=world.base) as connection:
        assert "hello" in await next_frame(connection)


async def test_a_device_has_only_so_many_sockets(world: World) -> None:
    phone = await world.enrolled(world.a)
    sockets = [await socket(world, phone) for _ in range(limits.LIVE_SOCKETS_PER_DEVICE_MAX)]
    for one in sockets:
        await next_frame(one)
    async with socket(world, phone) as newest:
        await next_frame(newest)
        with pytest.raises(ConnectionClosed):
            await next_frame(sockets[0])
        assert sockets[0].close_code == 4409
        assert world.house.hub.sockets <= limits.LIVE_SOCKETS_PER_DEVICE_MAX + 1
    for one in sockets:
        await one.close()
    for _ in range(100):
        if world.house.hub.sockets == 0:
            break
        await asyncio.sleep(0.02)
    assert world.house.hub.sockets == 0


async def test_a_person_signed_in_sees_the_office_and_loses_it_with_the_role(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_route, "LIVE_PING_SECONDS", 0.2)
    client = await world.signed_in("desk-a")
    async with socket(world, None, Cookie=f"hv_person={client.cookies['hv_person']}") as connection:
        await next_frame(connection)
        await world.system(world.a, van(world, world.a.depots[0], "V-2"))
        assert (await next_frame(connection))["bucket"].endswith("/office")
        assert await next_frame(connection) == json.loads(PING)
        await world.system(world.a, World._person(world.a.desk, "前台", [], [], active=False))
        with pytest.raises(ConnectionClosed):
            await until_closed(connection)
        assert connection.close_code == REVOKED


async def test_a_slow_reader_gets_one_sync_instead_of_everything(world: World) -> None:
    hub = LiveHub()
    line = hub.open("org", "device", {"b"})
    for n in range(limits.LIVE_QUEUE_FRAMES_MAX + 500):
        hub.publish("org", [("b", b'{"n":%d}' % n)])
    first = await line.next(1)
    assert first is not None
    assert first.text == SYNC
    hub.publish("org", [("b", b'{"n":1}')])
    again = await line.next(1)
    assert again is not None
    assert again.text == '{"n":1}'
    assert await line.next(0.01) is None
