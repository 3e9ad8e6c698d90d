"""Six writers at once against a reader that polls: never a missed row, whatever moment it asked at."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.yard import ServerProcess, Stored, Worker, check, yard
from tests.support.postgres import fresh

WRITERS = 6
SECONDS = 4.0


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("place", ["sqlite", "postgres"])
async def test_a_polling_reader_never_misses_a_row(tmp_path: Path, app_folder: Path, place: str) -> None:
    url = fresh() if place == "postgres" else ""
    async with (
        yard(tmp_path, app_folder, WRITERS + 1, url=url) as (server, (reader, *writers)),
        _second_process(server, writers) as both,
    ):
        until = asyncio.Event()
        polls = 0

        async def poll() -> None:
            nonlocal polls
            while not until.is_set():
                assert await reader.sync()
                polls += 1

        polling = asyncio.create_task(poll())
        end = time.monotonic() + SECONDS
        await asyncio.gather(*(_write(writer, end) for writer in writers))
        until.set()
        await polling
        assert await reader.sync()
        # Digests would mend what cursors miss, and hide it: nothing may have been mended.
        device = reader.client.device
        assert all(device.agrees(bucket) for bucket in device.digests)
        assert device.repairs == []
        for process in both:
            await process.kill()
        stored = Stored.of(reader.company)
        for writer in writers:
            check(stored, writer, all_there=True)
        seen = {id_ for kind, id_ in device.records if kind == "handover"}
        assert seen == stored.handovers
        assert len(seen) > WRITERS
        assert polls > 5
        assert "divergence" not in stored.incidents


async def _write(writer: Worker, end: float) -> None:
    while time.monotonic() < end:
        writer.work()
        assert await writer.sync()
    await writer.finish()


@asynccontextmanager
async def _second_process(server: ServerProcess, writers: list[Worker]) -> AsyncIterator[list[ServerProcess]]:
    """On PostgreSQL half of the writers write through another process; SQLite serves one."""
    if not server.url:
        yield [server]
        return
    other = ServerProcess(server.data, server.app, url=server.url)
    await other.start()
    for writer in writers[::2]:
        writer.client.move(other.base)
    try:
        yield [server, other]
    finally:
        await other.kill()
