"""A company in a data folder, its server as a process that may be killed at any moment, clients that work — and the oracle.

The oracle trusts nobody: it knows what `record` returned (the test's own log), which receipts it has verified itself with the
organisation's public key, and the bytes it reads from the server's database file and blob folder when the process is dead.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from schemas.protocol import PublicKey, Receipt
from sync.device_state import Recorded
from sync.journal import extend, genesis
from sync.net import Client, ClientError
from sync.net.keys import unseal
from tests.http.pictures import photo
from tests.http.world import TLS, FakeClock, World, free_port, serving
from tests.support.postgres import rows as read_rows

PIN = "246810"
START_SECONDS_MAX = 60
PROGRAM = """
import resource, signal, sys, uvicorn
from pathlib import Path
from server.app import create_app, make_house
from server.settings import Settings
data, app, port, most, url = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
if most:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # too large a file is an error of the call, not the end of the process
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
address = f"http://127.0.0.1:{port}"
house = make_house(Settings(data=data, app=app, public_url=address, free_bytes_min=0, database_url=url))
uvicorn.run(create_app(house), host="127.0.0.1", port=port, log_level="critical")
"""


class WallClock(FakeClock):
    """The real time: server processes have no other."""

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000


class ServerProcess:
    """The server on one port, started and killed as often as the test likes."""

    def __init__(self, data: Path, app_folder: Path, *, file_bytes_max: int = 0, url: str = "") -> None:
        self.data, self.app, self.port, self.url = data, app_folder, free_port(), url
        self.file_bytes_max = file_bytes_max
        self.base = f"http://127.0.0.1:{self.port}"
        self.kills = 0
        self._running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self._running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, str(self.data), str(self.app), str(self.port), str(self.file_bytes_max),
            self.url,
        )  # fmt: skip
        end = time.monotonic() + START_SECONDS_MAX
        async with httpx.AsyncClient(base_url=self.base, timeout=2, verify=TLS) as client:
            while time.monotonic() < end:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get("/healthz")).status_code == 200:
                        return
                assert self._running.returncode is None, "the server did not start"
                await asyncio.sleep(0.05)
        raise AssertionError("the server did not start in time")

    async def kill(self) -> None:
        """SIGKILL: not a word of goodbye."""
        if self._running is None:
            return
        if self._running.returncode is None:
            self._running.send_signal(signal.SIGKILL)
            self.kills += 1
        await self._running.wait()
        self._running = None


@dataclass
class Company:
    """What was founded in a data folder, or (`url`) on PostgreSQL. `codes`: enrolment codes not used yet."""

    data: Path
    organisation: str
    van: str
    keys: list[PublicKey]
    codes: list[str]
    url: str = ""


async def found(data: Path, app_folder: Path, devices: int, url: str = "") -> Company:
    """Write a company and invitations for so many devices into a fresh data folder."""
    clock = WallClock()
    async with serving(data, clock, app_folder, database_url=url) as (house, base):
        world = World(house, clock, base)
        await world.build()
        invited = [await world.invite(world.a) for _ in range(devices)]
        keys = house.keys.of(world.a.id).public_keys()
        for client in world.clients:
            await client.aclose()
    return Company(data, world.a.id, world.a.van, keys, invited, url)


@dataclass
class Worker:
    """One client at work, and the test's own log of it: what `record` returned, what a receipt has proved."""

    client: Client
    company: Company
    dice: random.Random
    saved: dict[int, tuple[bytes, str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    acknowledged: int = 0
    failures: int = 0
    handover: str = ""

    @classmethod
    async def enrol(cls, company: Company, base: str, folder: Path, seed: int) -> "Worker":
        """Enrol a fresh client and sign its person in."""
        client = await Client.enrol(base, company.codes.pop(), folder)
        await client.sign_in("伟", PIN)
        return cls(client, company, random.Random(seed))

    def note(self, saved: Recorded) -> None:
        """`record` has returned: from now on this must never be missing."""
        self.saved[saved.seq] = (saved.body, saved.hash)

    def work(self) -> None:
        """Record a little of a field day."""
        client, dice = self.client, self.dice
        if not self.handover or dice.random() < 0.4:
            self.handover = client.new_id()
            args = {"handover_id": self.handover, "type": "check_in", "asset_id": self.company.van}
            self.note(client.record("handover.start", args))
        for _ in range(dice.randrange(4)):
            args = {"handover_id": self.handover, "slot": "rear", "reason": "墙" * dice.randrange(1, 40)}
            self.note(client.record("photo.waive", args))
        if dice.random() < 0.3:
            self._photo()

    def _photo(self) -> None:
        path = self.client.folder / "shot.jpg"
        path.write_bytes(photo(seed=self.dice.randrange(2**30), size=(320, 240)))
        file = self.client.attach(path)
        args = {
            "handover_id": self.handover, "photo_id": self.client.new_id(), "slot": "front", "how": "file", "source": "gallery",
            "width": 320, "height": 240,
        }  # fmt: skip
        self.note(self.client.record("photo.add", args, blobs=[file]))
        self.files.add(file.ref().sha256)

    async def sync(self) -> bool:
        """One attempt; whether it came to its end. What is acknowledged is taken from receipts this test verifies itself."""
        try:
            await self.client.sync()
        except ClientError as fault:
            if not fault.temporary:
                raise
            self.failures += 1
            return False
        finally:
            self.acknowledge()
        return True

    def acknowledge(self) -> None:
        """Read the newest receipt and check it by the organisation's key and the test's own log, not by the client's word."""
        for jws in self.client.receipts()[-1:]:
            receipt = Receipt.model_validate_json(unseal(self.company.keys, jws))
            assert receipt.device == self.client.identity.device
            assert receipt.n >= self.acknowledged, "a receipt went back"
            if receipt.n:
                assert receipt.h == self.saved[receipt.n][1], "a receipt over another chain"
            self.acknowledged = receipt.n

    async def finish(self, tries: int = 100) -> None:
        """Send everything, however often it takes."""
        for _ in range(tries):
            if await self.sync() and self.client.status().unsent_entries == self.client.status().unsent_files == 0:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.client.status()} after {tries} tries")


@dataclass
class Stored:
    """What lies in a server's files, read while nobody runs it."""

    bodies: dict[tuple[str, int], tuple[bytes, str]]
    entry_ids: list[str]
    handovers: set[str]
    blobs: dict[str, str]
    incidents: set[str]

    @classmethod
    def of(cls, company: Company) -> "Stored":
        """Read database and blob folder."""
        journal = "SELECT device, seq, body, hash, entry_id, state FROM journal"
        folded = "SELECT kind, id, data FROM record WHERE kind IN ('handover', 'incident')"
        if company.url:
            rows, records = read_rows(company.url, journal), read_rows(company.url, folded)
        else:
            database = sqlite3.connect(f"file:{company.data / 'handover.db'}?mode=ro", uri=True)
            with contextlib.closing(database):
                rows, records = database.execute(journal).fetchall(), database.execute(folded).fetchall()
        folder = company.data / "blobs"
        paths = [Path(place) / name for place, _, names in os.walk(folder) for name in names]
        return cls(
            {(device, seq): (bytes(body), hash_) for device, seq, body, hash_, _, _ in rows},
            [entry for *_, entry, _state in rows if entry],
            {id_ for kind, id_, _ in records if kind == "handover"},
            {hashlib.sha256(path.read_bytes()).hexdigest(): path.name for path in paths},
            {json.loads(data)["type"] for kind, _, data in records if kind == "incident"},
        )


def check(stored: Stored, worker: Worker, *, all_there: bool) -> None:
    """Nothing acknowledged is missing or changed; the chain follows from the stored bytes; nothing is there twice."""
    device, organisation = worker.client.identity.device, worker.company.organisation
    upto = max(worker.saved, default=0) if all_there else worker.acknowledged
    chain = genesis(organisation, device)
    for seq in range(1, upto + 1):
        assert (device, seq) in stored.bodies, f"entry {seq} of {device} is not there"
        body, hash_ = stored.bodies[device, seq]
        assert body == worker.saved[seq][0], f"entry {seq} of {device} is not the one that was recorded"
        chain = extend(chain, seq, body)
        assert chain == hash_ == worker.saved[seq][1]
    assert len(stored.entry_ids) == len(set(stored.entry_ids)), "an entry took effect twice"
    begun = [json.loads(body) for body, _ in worker.saved.values()]
    if all_there:
        wanted = {one["args"]["handover_id"] for one in begun if one["action"] == "handover.start"}
        assert wanted <= stored.handovers
        assert not stored.incidents & {"declared_loss", "fork", "gap", "damaged_entry", "eviction"}, stored.incidents
    let_go = worker.files - set(worker.client.device.files)
    assert let_go <= set(stored.blobs), "bytes the client let go of are not on the server"
    if all_there:
        assert not worker.client.device.files


@asynccontextmanager
async def yard(
    tmp_path: Path,
    app_folder: Path,
    clients: int,
    *,
    through: str = "",
    file_bytes_max: int = 0,
    data: Path | None = None,
    url: str = "",
) -> AsyncIterator[tuple[ServerProcess, list[Worker]]]:
    """A server process and so many enrolled workers. `through`: an address they use instead of the server's own."""
    company = await found(data or tmp_path / "data", app_folder, clients, url)
    server = ServerProcess(company.data, app_folder, file_bytes_max=file_bytes_max, url=url)
    await server.start()
    workers: list[Worker] = []
    try:
        for number in range(clients):
            workers.append(await Worker.enrol(company, through or server.base, tmp_path / f"client-{number}", number))
        yield server, workers
    finally:
        await server.kill()
        for worker in workers:
            await worker.client.close()
