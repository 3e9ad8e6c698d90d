"""Imports beside other work: only so many in memory at once; open sockets hear of what a command beside the server brings."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import MESSAGES, ErrorCode
from schemas.limits import IMPORT_RETRY_SECONDS, IMPORTS_AT_ONCE_MAX
from server.http import imports
from server.imports import take
from tests.http.test_imports import command, exported, recorded
from tests.http.test_live import next_frame, socket
from tests.http.world import World

pytestmark = pytest.mark.asyncio


async def test_more_imports_than_fit_into_memory_are_sent_away_or_wait(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finds the places taken is told when to come again; who had begun to send before waits with his file on the disk."""
    files = [exported(world, (await recorded(world, world.a))[0], world.a, tmp_path) for _ in range(IMPORTS_AT_ONCE_MAX + 2)]
    manager = await world.signed_in("manager-a")
    here, most, begun, full, on = 0, 0, asyncio.Event(), asyncio.Event(), asyncio.Event()
    take_in, put_aside = take.take_in, imports._put_aside

    async def comes(*args: Any) -> None:
        begun.set()
        await put_aside(*args)

    async def slowly(*args: Any) -> Any:
        nonlocal here, most
        here, most = here + 1, max(most, here + 1)
        if here == IMPORTS_AT_ONCE_MAX:
            full.set()
        await asyncio.wait_for(on.wait(), 20)
        try:
            return await take_in(*args)
        finally:
            here -= 1

    async def late() -> Any:
        yield files[-2][:10]
        await asyncio.wait_for(full.wait(), 20)
        yield files[-2][10:]

    monkeypatch.setattr(imports, "_put_aside", comes)
    monkeypatch.setattr(imports, "take_in", slowly)
    waiting = asyncio.create_task(manager.post("/api/v1/imports", content=late()))
    await asyncio.wait_for(begun.wait(), 20)
    first = [asyncio.create_task(manager.post("/api/v1/imports", content=raw)) for raw in files[:IMPORTS_AT_ONCE_MAX]]
    await asyncio.wait_for(full.wait(), 20)
    refused = await manager.post("/api/v1/imports", content=files[-1])
    assert (refused.status_code, refused.json()["code"]) == (503, "import_busy")
    assert refused.headers["retry-after"] == str(IMPORT_RETRY_SECONDS)
    assert (refused.json()["zh"], refused.json()["en"]) == tuple(MESSAGES[ErrorCode.IMPORT_BUSY])
    on.set()
    for answer in await asyncio.gather(waiting, *first):
        assert (answer.status_code, answer.json()["new"]) == (200, 2), answer.text
    assert most == IMPORTS_AT_ONCE_MAX
    assert (await manager.post("/api/v1/imports", content=files[-1])).json()["new"] == 2


async def test_open_sockets_hear_of_what_a_command_beside_the_server_brings(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, _ = await recorded(world, world.a)
    exported(world, phone, world.a, tmp_path)
    colleague = await world.enrolled(world.a)
    async with socket(world, colleague) as connection:
        await next_frame(connection)  # hello
        file = str(tmp_path / "out.hvx")
        done = await asyncio.to_thread(command, world, monkeypatch, file, "--organisation", world.a.id)
        assert done.exit_code == 0, done.output
        # On SQLite another process's commit says only that there is something; PostgreSQL says where.
        frame = await next_frame(connection, 20)
        while not ({"sync", "bucket"} & frame.keys()):
            frame = await next_frame(connection, 20)
        assert frame.get("sync") is True or frame["to"] > 0
