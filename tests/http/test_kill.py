"""The server's process dies without a word in the middle of an upload: nothing acknowledged is lost, the upload goes on."""

import asyncio
import hashlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.http.pictures import photo
from tests.http.test_blobs import OFFSET_TYPE, create, declared, evidence, patch
from tests.http.world import START_MS, TLS, FakeClock, World, free_port, serving
from tests.support.postgres import url_for

PROGRAM = """
import sys, uvicorn
from pathlib import Path
from server.app import create_app, make_house
from server.settings import Settings
data, app, port, now, url = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
address = f"http://127.0.0.1:{port}"
house = make_house(Settings(data=data, app=app, public_url=address, free_bytes_min=0, database_url=url), lambda: now)
uvicorn.run(create_app(house), host="127.0.0.1", port=port, log_level="warning")
"""


@asynccontextmanager
async def process(data: Path, app_folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The server as a process of its own; killed at the end, and whenever the test likes."""
    port = free_port()
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(data), str(app_folder), str(port), str(START_MS + 1000), url_for(data)
    )
    base = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=base, verify=TLS) as client:
            for _ in range(900):
                try:
                    if (await client.get("/healthz")).status_code == 200:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
            else:
                raise AssertionError("the server did not start")
        yield running, base
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGKILL)
        await running.wait()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_kill_between_and_within_pieces(tmp_path: Path, app_folder: Path) -> None:
    content, data, clock = photo(quality=98), tmp_path / "data", FakeClock()
    digest = hashlib.sha256(content).hexdigest()
    async with serving(data, clock, app_folder) as (house, base):
        world = World(house, clock, base)
        await world.build()
        phone, handover = await declared(world, content)
        where = (await create(phone, content)).headers["location"]
        cookie = phone.http.cookies["hv_device"]
    acknowledged = 0
    for step in range(3):
        async with process(data, app_folder) as (running, base):
            world.base = base
            phone.http = world.client(Cookie=f"hv_device={cookie}")
            offset = int((await phone.http.head(where)).headers["upload-offset"])
            assert offset >= acknowledged, "an acknowledged byte is gone"
            piece = content[offset : offset + 150_000]
            answer = await patch(phone, where, offset, piece)
            assert answer.status_code == 204
            acknowledged = int(answer.headers["upload-offset"])
            await _die_during_a_request(phone, running, where, acknowledged, content, step)
    async with process(data, app_folder) as (_, base):
        world.base = base
        phone.http = world.client(Cookie=f"hv_device={cookie}")
        offset = int((await phone.http.head(where)).headers["upload-offset"])
        assert acknowledged <= offset < len(content)
        assert (await patch(phone, where, offset, content[offset:])).status_code == 204
        back = await phone.http.get(f"/api/v1/blobs/{digest}")
        assert hashlib.sha256(back.content).hexdigest() == digest
    async with serving(data, clock, app_folder) as (house, base):
        world.house, world.base = house, base
        assert await evidence(world, handover) == {"declared": 1, "received": 1, "rejected": 0}
    for client in world.clients:
        await client.aclose()


async def _die_during_a_request(
    phone: Any, running: asyncio.subprocess.Process, where: str, offset: int, content: bytes, step: int
) -> None:
    """Send a part of a piece, then kill the process while the request is open."""

    async def part() -> AsyncIterator[bytes]:
        yield content[offset : offset + 20_000 * (step + 1)]
        await asyncio.sleep(0.05 * step)
        running.send_signal(signal.SIGKILL)
        await asyncio.sleep(0.2)

    try:
        await phone.http.patch(where, content=part(), headers={**OFFSET_TYPE, "Upload-Offset": str(offset)})
    except httpx.TransportError:
        return
    raise AssertionError("a dead process answered")
