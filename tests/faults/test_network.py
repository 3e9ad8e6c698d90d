"""A network that stalls, cuts, loses, repeats and delivers late: everything arrives, once, byte for byte."""

import asyncio
from pathlib import Path

import pytest

import sync.net.client
from tests.faults.proxy import FAULTS, Proxy
from tests.faults.yard import ServerProcess, Stored, Worker, check, found


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_everything_arrives_once_through_a_bad_network(
    tmp_path: Path, app_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync.net.client, "SYNC_S", 1.0)  # the stalls are meant to outlast the client's patience
    company = await found(tmp_path / "data", app_folder, 2)
    server = ServerProcess(company.data, app_folder)
    await server.start()
    proxy = Proxy(server.port, seed=11)
    base = await proxy.open()
    workers: list[Worker] = []
    try:
        for number in range(2):
            worker = await Worker.enrol(company, server.base, tmp_path / f"client-{number}", number)
            worker.client.move(base)
            workers.append(worker)
        await asyncio.gather(*(_struggle(worker, proxy) for worker in workers))
        proxy.heal()
        await proxy.close()
        proxy = Proxy(server.port, seed=0)
        proxy.heal()
        base = await proxy.open()
        for worker in workers:
            worker.client.move(base)
            await worker.finish()
        await server.kill()
        stored = Stored.of(company)
        for worker in workers:
            assert worker.acknowledged == max(worker.saved)
            assert worker.failures > 0
            check(stored, worker, all_there=True)
    finally:
        await proxy.close()
        await server.kill()
        for worker in workers:
            await worker.client.close()


async def _struggle(worker: Worker, proxy: Proxy) -> None:
    """Work until the network has shown all it can do."""
    for _ in range(400):
        worker.work()
        await worker.sync()
        if all(proxy.counts[fault] >= 2 for fault in FAULTS):
            return
    raise AssertionError(f"not every fault came: {proxy.counts}")
