"""A kill marathon: `python -m tests.faults.marathon --minutes N [--seed S]`. Servers and clients are killed for so long.

Neighbours: `test_kills.py` has one round of each; `make soak` runs this. Each round founds a company of its own, kills its server
under the load of several clients, then a client process under its own load, and compares the files left behind with the log.
The last line is the counts; exit code 1 and the seed of the round when one fails.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sync.net import Client
from tests.faults.test_kills import kill_client_under_load, kill_server_under_load
from tests.faults.yard import Stored, Worker, check, yard

CLIENTS = 4
KILLS = 4


async def one_round(folder: Path, seed: int, counts: Counter[str]) -> None:
    """One company, killed and checked."""
    app = folder / "dist"
    app.mkdir()
    (app / "index.html").write_text("<!doctype html>")
    async with yard(folder, app, CLIENTS + 1) as (server, (spare, *workers)):
        for number, worker in enumerate(workers):
            worker.dice.seed(seed * 1000 + number)
        await kill_server_under_load(server, workers, KILLS, 2.0)
        await spare.client.close()
        said: dict[int, str] = {}
        for _ in range(KILLS):
            said |= await kill_client_under_load(spare.client.folder, spare.company.van, workers[0].dice.uniform(0, 1))
        spare.client = Client.open(spare.client.folder)
        await spare.client.sync(patience_s=30)
        for worker in workers:
            await worker.finish()
        await server.kill()
        stored = Stored.of(workers[0].company)
        for worker in workers:
            check(stored, worker, all_there=True)
        _check_spare(spare, stored, said)
        _count(counts, server.kills, workers, said)


def _check_spare(spare: Worker, stored: Stored, said: dict[int, str]) -> None:
    device = spare.client.identity.device
    for seq, hash_ in said.items():
        assert stored.bodies[device, seq][1] == hash_, f"what the killed client had saved as {seq} is not there"


def _count(counts: Counter[str], kills: int, workers: list[Worker], said: dict[int, str]) -> None:
    counts["rounds"] += 1
    counts["server kills"] += kills
    counts["client kills"] += KILLS
    counts["entries"] += sum(len(worker.saved) for worker in workers) + len(said)
    counts["acknowledged"] += sum(worker.acknowledged for worker in workers)
    counts["files"] += sum(len(worker.files) for worker in workers)
    counts["failed exchanges"] += sum(worker.failures for worker in workers)


def main() -> int:
    """Run rounds until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.marathon")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    end, seed, counts = time.monotonic() + asked.minutes * 60, asked.seed, Counter[str]()
    while time.monotonic() < end or not counts:
        with tempfile.TemporaryDirectory() as folder:
            try:
                asyncio.run(one_round(Path(folder), seed, counts))
            except AssertionError as lost:
                sys.stdout.write(f"VIOLATION in round --seed {seed}: {lost}\n")
                return 1
        seed += 1
    said = ", ".join(f"{name} {number}" for name, number in counts.items())
    sys.stdout.write(f"marathon: {said}, violations 0\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
