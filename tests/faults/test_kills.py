"""`kill -9` under load: what was acknowledged is there, and what `record` returned is there, whichever side died."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sync.journal import extend, genesis
from sync.net import Client
from tests.faults.yard import ServerProcess, Stored, Worker, check, found, yard

RECORDS = """
import asyncio, sys
from sync.net import Client, ClientError

async def main() -> None:
    client = Client.open(sys.argv[1])
    await client.sync()
    handover = client.new_id()

    async def send() -> None:
        while True:
            try:
                await client.sync()
            except ClientError:
                pass
            await asyncio.sleep(0.02)

    sending = asyncio.create_task(send())
    start = client.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": sys.argv[2]})
    print(start.seq, start.hash, flush=True)
    for number in range(100_000):
        args = {"handover_id": handover, "slot": "rear", "reason": "x" * (1 + number % 300)}
        saved = client.record("photo.waive", args)
        print(saved.seq, saved.hash, flush=True)
        await asyncio.sleep(0)
    await sending

asyncio.run(main())
"""


async def work(worker: Worker, until: asyncio.Event) -> None:
    while not until.is_set():
        worker.work()
        await worker.sync()
        await asyncio.sleep(worker.dice.uniform(0, 0.05))


async def kill_server_under_load(
    server: ServerProcess, workers: list[Worker], kills: int, seconds: float, *, checks: bool = True
) -> None:
    """Kill and start the server so often while all work; after each kill its files are read and compared with the log."""
    dice = workers[0].dice
    for _ in range(kills):
        until = asyncio.Event()
        working = [asyncio.create_task(work(worker, until)) for worker in workers]
        await asyncio.sleep(dice.uniform(seconds / 3, seconds))
        await server.kill()
        until.set()
        await asyncio.gather(*working)
        if checks:
            stored = Stored.of(workers[0].company)
            for worker in workers:
                check(stored, worker, all_there=False)
        await server.start()


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_server_killed_under_load_has_everything_it_acknowledged(tmp_path: Path, app_folder: Path) -> None:
    async with yard(tmp_path, app_folder, 3) as (server, workers):
        await kill_server_under_load(server, workers, kills=4, seconds=1.5)
        for worker in workers:
            await worker.finish()
        await server.kill()
        stored = Stored.of(workers[0].company)
        for worker in workers:
            assert worker.acknowledged == max(worker.saved) > 5
            check(stored, worker, all_there=True)
        _the_oracle_bites(stored, workers[0])
        assert server.kills == 5
        assert sum(worker.failures for worker in workers) > 0, "nobody noticed the kills"


def _the_oracle_bites(stored: Stored, worker: Worker) -> None:
    """What it is there to find, done to what was read: each is found."""
    device, last = worker.client.identity.device, max(worker.saved)
    body, hash_ = stored.bodies[device, last]
    assert worker.files, "no file was sent: nothing would be proved of files"
    file = next(iter(worker.files))
    damages: list[tuple[str, Stored]] = [
        ("is not there", replace(stored, bodies={key: one for key, one in stored.bodies.items() if key != (device, last)})),
        ("not the one", replace(stored, bodies={**stored.bodies, (device, last): (body + b" ", hash_)})),
        ("twice", replace(stored, entry_ids=[*stored.entry_ids, stored.entry_ids[0]])),
        ("not on the server", replace(stored, blobs={sha: name for sha, name in stored.blobs.items() if sha != file})),
    ]
    for said, damaged in damages:
        with pytest.raises(AssertionError, match=said):
            check(damaged, worker, all_there=False)


async def kill_client_under_load(folder: Path, van: str, seconds: float) -> dict[int, str]:
    """Let a client record in a process of its own and kill it; what it said it had saved, by number."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RECORDS, str(folder), van, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert child.stdout is not None
    first = await asyncio.wait_for(child.stdout.readline(), 60)
    await asyncio.sleep(seconds)
    child.kill()
    rest = await child.stdout.read()
    await child.wait()
    # The last line may be cut: only whole ones were said.
    lines = (first + rest).decode().split("\n")[:-1]
    return {int(seq): hash_ for seq, hash_ in (line.split() for line in lines)}


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_client_killed_under_load_has_everything_record_returned(tmp_path: Path, app_folder: Path) -> None:
    company = await found(tmp_path / "data", app_folder, 1)
    server = ServerProcess(company.data, app_folder)
    await server.start()
    said: dict[int, str] = {}
    folder = tmp_path / "client"
    try:
        worker = await Worker.enrol(company, server.base, folder, 1)
        await worker.client.close()
        for seconds in (0.3, 0.05, 0.6):
            said |= await kill_client_under_load(folder, company.van, seconds)
            async with Client.open(folder) as client:
                _everything_is_there(client, said)
        async with Client.open(folder) as client:
            written = client.status().written
            # Killed between the disk and the word: one entry a kill is there without having been said.
            assert len(said) > 20
            assert max(said) <= written <= len(said) + 3
            assert (await client.sync(patience_s=20)).proven == written
            device = client.identity.device
        await server.kill()
        stored = Stored.of(company)
        chain = genesis(company.organisation, device)
        for seq in range(1, written + 1):
            chain = extend(chain, seq, stored.bodies[device, seq][0])
            assert said.get(seq, chain) == chain == stored.bodies[device, seq][1]
        assert not stored.incidents & {"declared_loss", "fork", "gap", "damaged_entry"}
    finally:
        await server.kill()


def _everything_is_there(client: Client, said: dict[int, str]) -> None:
    """Each number the process had named: still to be sent, with the very hash, or proven by a receipt."""
    device = client.device
    kept = {row.seq: row.hash for row in device.outbox}
    assert device.lost == {}
    for seq, hash_ in said.items():
        assert kept.get(seq) == hash_ or (seq <= device.proven_n and seq not in kept)
