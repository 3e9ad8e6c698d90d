"""PostgreSQL stopped, fallen and started again under load: nothing acknowledged is lost, the server says so and recovers."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from schemas.errors import ErrorCode
from tests.faults.test_kills import work
from tests.faults.yard import Stored, check, yard
from tests.support.postgres import PostgresServer

ANSWER_SECONDS_MAX = 15
END_SECONDS_MAX = 20
STARTER = """
from tests.support.postgres import PostgresServer
server = PostgresServer()
server.start()
print(server._process.pid, server.folder, flush=True)
input()
"""


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer(durable=True)
    server.start()
    yield server
    server.remove()


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_database_that_falls_under_load_loses_nothing_and_is_found_again(
    tmp_path: Path, app_folder: Path, postgres: PostgresServer
) -> None:
    async with yard(tmp_path, app_folder, 3, url=postgres.create()) as (server, workers), httpx.AsyncClient() as anybody:
        for how in (signal.SIGINT, signal.SIGQUIT):  # sessions ended in order; fallen dead in the middle of everything
            until = asyncio.Event()
            working = [asyncio.create_task(work(worker, until)) for worker in workers]
            await asyncio.sleep(1.5)
            await asyncio.to_thread(postgres.stop, how)
            away = await anybody.get(server.base + "/healthz", timeout=ANSWER_SECONDS_MAX)
            assert (away.status_code, away.json()["code"]) == (503, ErrorCode.DATABASE_AWAY)
            assert int(away.headers["retry-after"]) > 0
            refused = await workers[0].sync()
            assert not refused, "nothing is acknowledged without a database"
            await asyncio.to_thread(postgres.start)
            until.set()
            await asyncio.gather(*working)
            back = await anybody.get(server.base + "/healthz", timeout=ANSWER_SECONDS_MAX)
            assert back.status_code == 200, "the same process, nobody started it anew"
            for worker in workers:
                assert await worker.sync()
            stored = await asyncio.to_thread(Stored.of, workers[0].company)
            for worker in workers:
                check(stored, worker, all_there=False)
        for worker in workers:
            await worker.finish()
        stored = await asyncio.to_thread(Stored.of, workers[0].company)
        for worker in workers:
            assert worker.acknowledged == max(worker.saved) > 5
            check(stored, worker, all_there=True)
        assert sum(worker.failures for worker in workers) >= len(workers), "nobody noticed"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_server_for_tests_ends_with_a_test_run_that_is_killed() -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid, folder = starter.stdout.readline().split()
    assert Path(folder).exists()
    starter.kill()
    starter.communicate(timeout=END_SECONDS_MAX)
    until = time.monotonic() + END_SECONDS_MAX
    while Path(folder).exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(folder).exists()
    left = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False, timeout=10).stdout
    assert left.strip() in ("", "Z", "Zs"), "nobody may have asked yet how it ended"
