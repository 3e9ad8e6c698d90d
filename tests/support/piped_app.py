"""The real application behind a pipe: the simulation of the phone's core (`field_app/sim`) talks to production code.

`python -m tests.support.piped_app` reads one JSON object a line from stdin and writes one a line to stdout. No sockets: each
request is one ASGI call, so enrolment, cookies, exchanges, uploads, live frames and their middleware are all the shipped ones.
The clock is the `now` (ms) of the last command. Bytes travel in base64. Every answer carries `frames`: what live sockets got
because of it, as [socket, text] or [socket, {"close": code}], in the order of the sockets.

    {"op": "reset", "seed", "now", "gate"}                     a fresh company → {organisation, depots, people, pin, assets}
    {"op": "http", "now", "method", "path", "headers", "body", "cut"}    → {status, headers, body}; cut: so many bytes arrive
    {"op": "socket", "now", "cookie"}                          opens the live socket → {socket}
    {"op": "hang_up", "socket"}                                the device's end is gone
    {"op": "system", "now", "action", "args"}                  an entry of the organisation's own device
    {"op": "invite", "now", "replaces"}                        → {code}
    {"op": "import", "now", "file"}                            an export file comes to the office → {code}, null: taken in
    {"op": "roster", "now", "person", "active"}                a person leaves, or is back
    {"op": "expire", "now"}                                    every session ends
    {"op": "restart", "now"}                                   the process ends and starts again over the same data
    {"op": "snapshot"}, {"op": "restore", "now"}               a backup is taken, and put back
    {"op": "known"}                                            ids of stored entries, hashes of received files
    {"op": "dump"}                                             everything the checkers want to see, bytes included

Neighbours: `server/app.py`. Invariants: one command at a time;
randomness comes from the seed, so that a seed takes the same course again (signatures, which use the library's own, aside).
"""

import asyncio
import base64
import gc
import hashlib
import io
import logging
import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog
from argon2 import PasswordHasher
from sqlalchemy import text

from schemas.actions import ACTIONS
from schemas.actions.basedata import AssetDefine, ContractTextDefine, DepotDefine, OrganisationDefine, PersonDefine
from schemas.actions.devices import DeviceInvite
from schemas.people import Role
from server.app import create_app, make_house
from server.auth import accounts, codes
from server.auth.passwords import Passwords
from server.blobs.finish import forget_erased, recover
from server.http.context import House
from server.imports.exportfile import ImportRefused
from server.imports.take import take_in
from server.jobs.again import retry_parked
from server.packs import shipped_packs
from server.settings import Settings
from server.storage.store import SqlStore
from server.system_device import add_system_device, record_system
from sync import instants
from sync.journal import derived_id
from tests.support.inline import Inline, without_threads
from tests.support.piped_dump import dump, known

PIN: Final = "246813"
ORGANISATION: Final = derived_id("simulated", "organisation")
DEPOTS: Final = [derived_id("simulated", "depot", str(number)) for number in range(2)]
PEOPLE: Final = [derived_id("simulated", "person", str(number)) for number in range(3)]
ASSETS: Final = 12
SETTLED_MS_MAX: Final = 20_000
_MEMORY_DISK: Final = Path("/dev/shm")

Answer = dict[str, Any]


class Socket:
    """One live socket: what it was sent since it was last asked."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[str | dict[str, int]] = []
        self.said = asyncio.Event()
        self.closed = False
        self.task: asyncio.Task[None] | None = None

    async def take(self, message: Any) -> None:
        """What the application sends."""
        if message["type"] == "websocket.send":
            self.sent.append(message["text"])
        elif message["type"] == "websocket.close":
            self.sent.append({"close": message.get("code", 1000)})
            self.closed = True
        self.said.set()


class Company:
    """One company in one application, made anew from a template at every reset."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 0
        self.house: House | None = None
        self.app: Any = None
        self.sockets: dict[int, Socket] = {}
        self.opened = 0
        self.marks = 0
        self.passwords = Passwords()

    @property
    def data(self) -> Path:
        """Where the present application keeps its data."""
        return self.folder / "data"

    # --- opening and closing ------------------------------------------------------------------------------------------
    async def open(self) -> None:
        """Start the application over the data folder; what a real start judges and recovers again is done at once."""
        self.house = make_house(Settings(data=self.data, free_bytes_min=0), lambda: self.now)
        self.house.passwords = self.passwords
        without_threads(self.house.database)
        self.app = create_app(self.house)
        await retry_parked(self.house)
        await recover(self.house)
        await forget_erased(self.house)

    async def close(self) -> None:
        """End it; open sockets are told."""
        if self.house is None:
            return
        self.house.hub.shut_all()
        for socket in self.sockets.values():
            if socket.task is not None:
                await asyncio.wait_for(socket.task, SETTLED_MS_MAX / 1000)
        await self.house.database.close()
        self.house = None

    async def found(self) -> None:
        """The template: people, packs, assets, written through the engine as the demo company is."""
        self.now = 1_795_000_000_000
        await self.open()
        house = self._house()

        def begin(store: SqlStore) -> None:
            store.add_organisation(ORGANISATION)
            add_system_device(store, house.keys, ORGANISATION, DEPOTS[0])

        await house.database.write(begin)
        people = [_person(number) for number in range(len(PEOPLE))]
        for action in [
            OrganisationDefine(id=ORGANISATION, name="模拟", name_en="Simulated"),
            *(DepotDefine(id=depot, name=f"网点{number}") for number, depot in enumerate(DEPOTS)),
            *people,
            *shipped_packs(ORGANISATION),
            ContractTextDefine(id=derived_id("simulated", "text"), version="1", use="check_in", zh="归还", en="Return"),
            *(_asset(number) for number in range(ASSETS)),
        ]:
            await self._record(action.action, action.model_dump(mode="json"))
        # The cheapest parameters: how long a PIN's hash takes is not what is simulated.
        pin_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)

        def pins(store: SqlStore) -> None:
            for person in PEOPLE:
                accounts.put_account(store.connection, ORGANISATION, person, pin_hash=pin_hash)

        await house.database.write(pins)
        await self.close()
        _copy(self.data, self.folder / "template")

    async def reset(self, seed: int, now: int, gate: str) -> Answer:
        """A fresh company."""
        await self.close()
        self.sockets, self.opened = {}, 0
        _copy(self.folder / "template", self.data)
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        gc.collect()
        RANDOM.seed(seed)
        self.now = now
        await self.open()
        if gate != "strict":
            await self._record(
                "organisation.define", {"id": ORGANISATION, "name": "模拟", "name_en": "Simulated", "gate_policy": gate}
            )
        assets = [_asset(number).id for number in range(ASSETS)]
        return {"organisation": ORGANISATION, "depots": DEPOTS, "people": PEOPLE, "pin": PIN, "assets": assets}

    async def restart(self) -> Answer:
        """The process ends and starts again."""
        await self.close()
        await self.open()
        return {}

    async def snapshot(self) -> Answer:
        """A backup, as `sqlite3 .backup` and a copy of the files make one."""
        target = self.folder / "backup"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.data, target, ignore=shutil.ignore_patterns("handover.db*"))
        with sqlite3.connect(self.data / "handover.db") as source, sqlite3.connect(target / "handover.db") as copy:
            source.backup(copy)
        source.close()
        copy.close()
        return {}

    async def restore(self) -> Answer:
        """The backup takes the place of the data; without one nothing happens."""
        if not (self.folder / "backup").is_dir():
            return {"restored": False}
        await self.close()
        _copy(self.folder / "backup", self.data)
        await self.open()
        return {"restored": True}

    def _house(self) -> House:
        if self.house is None:
            raise RuntimeError("reset first")
        return self.house

    # --- requests -----------------------------------------------------------------------------------------------------
    async def http(self, command: dict[str, Any]) -> Answer:
        """One request, whole or cut after so many bytes of its body."""
        body = base64.b64decode(command.get("body") or "")
        cut = command.get("cut")
        parts: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]
        if cut is not None:
            parts = [{"type": "http.request", "body": body[:cut], "more_body": True}, {"type": "http.disconnect"}]
        status, headers, chunks = 0, [], bytearray()

        async def receive() -> Any:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in message["headers"]]
            elif message["type"] == "http.response.body":
                chunks.extend(message.get("body", b""))

        extra = [*command.get("headers", {}).items(), ("content-length", str(len(body)))]
        scope = _scope("http", command["path"], extra) | {"method": command["method"]}
        try:
            await self.app(scope, receive, send)
        except Exception:
            if cut is None:
                raise
        return {"status": status, "headers": headers, "body": base64.b64encode(chunks).decode()}

    async def socket(self, cookie: str) -> Answer:
        """Opens the live socket and waits for its first word."""
        self.opened += 1
        socket = self.sockets[self.opened] = Socket(self.opened)
        socket.inbox.put_nowait({"type": "websocket.connect"})
        scope = _scope("websocket", "/api/v1/live", [("cookie", cookie)]) | {"scheme": "ws", "subprotocols": []}
        socket.task = asyncio.create_task(self.app(scope, socket.inbox.get, socket.take))
        await asyncio.wait_for(self._heard(socket), SETTLED_MS_MAX / 1000)
        return {"socket": socket.number}

    async def hang_up(self, number: int) -> Answer:
        """The device's end is gone."""
        socket = self.sockets.pop(number, None)
        if socket is not None and socket.task is not None:
            socket.inbox.put_nowait({"type": "websocket.disconnect", "code": 1006})
            await asyncio.wait_for(socket.task, SETTLED_MS_MAX / 1000)
        return {}

    async def frames(self) -> list[list[Any]]:
        """What the sockets got since the last time: a mark goes down each line, and what lies before it is everything."""
        if not self.sockets:
            return []
        self.marks += 1
        mark = f'{{"mark":{self.marks}}}'
        house = self._house()
        for lines in list(house.hub._lines.values()):
            for line in lines:
                line.offer(None, mark)
        found: list[list[Any]] = []
        for number, socket in sorted(self.sockets.items()):
            await asyncio.wait_for(self._heard(socket, mark), SETTLED_MS_MAX / 1000)
            found += [[number, one] for one in socket.sent if not (isinstance(one, str) and one.startswith('{"mark"'))]
            socket.sent = []
            if socket.closed:
                self.sockets.pop(number)
        return found

    @staticmethod
    async def _heard(socket: Socket, mark: str | None = None) -> None:
        """Waits until a socket was sent the mark, or anything, or has ended."""
        while socket.task is not None and not socket.task.done() and (mark not in socket.sent if mark else not socket.sent):
            socket.said.clear()
            said = asyncio.ensure_future(socket.said.wait())
            await asyncio.wait({socket.task, said}, return_when="FIRST_COMPLETED")
            said.cancel()

    # --- the office ---------------------------------------------------------------------------------------------------
    async def _record(self, action: str, args: dict[str, Any]) -> None:
        house = self._house()
        known = ACTIONS[(action, 1)].model_validate(args)
        news = await house.database.write(lambda store: record_system(house.engine, store, ORGANISATION, known, self.now))
        house.hub.publish(ORGANISATION, news)

    async def system(self, action: str, args: dict[str, Any]) -> Answer:
        """An entry of the organisation's own device."""
        await self._record(action, args)
        return {}

    async def invite(self, replaces: str | None) -> Answer:
        """An invitation's code."""
        code = codes.new_code(ORGANISATION)
        invitation = DeviceInvite(
            invitation_id=self._house().new_id(), code_sha256=codes.code_sha256(code), depot_id=DEPOTS[0], name="手机",
            replaces=replaces, expires_at=instants.to_text(self.now + 3_600_000),
        )  # fmt: skip
        await self._record(invitation.action, invitation.model_dump(mode="json"))
        return {"code": code}

    async def bring(self, raw: bytes) -> Answer:
        """Somebody brings a device's export file to the office."""
        try:
            await take_in(self._house(), ORGANISATION, io.BytesIO(raw), PEOPLE[0])
        except ImportRefused as refused:
            return {"code": refused.code}
        return {"code": None}

    async def roster(self, person: str, *, active: bool) -> Answer:
        """A person leaves the company, or is back in it."""
        await self._record("person.define", _person(PEOPLE.index(person), active=active).model_dump(mode="json"))
        return {}

    async def expire(self) -> Answer:
        """Every session ends."""
        await self._house().database.write(lambda store: store.connection.execute(text("DELETE FROM session")) and None)
        return {}

    # --- what the checkers want to see --------------------------------------------------------------------------------
    async def known(self) -> Answer:
        """Ids of entries the server has, in the journal or in quarantine, and hashes of the files it is done with."""
        return await self._house().database.read(known)

    async def dump(self) -> Answer:
        """Journal, quarantine, losses, files, devices, incidents, buckets: from the tables, not through the engine."""
        house = self._house()
        found = await house.database.read(dump)
        for blob in found["blobs"]:
            path = house.vault.blob_path(ORGANISATION, blob["sha256"])
            blob["found"] = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
        return found


def _person(number: int, *, active: bool = True) -> PersonDefine:
    return PersonDefine(
        id=PEOPLE[number], name=f"人{number}", roles=[Role.TECHNICIAN], depot_ids={DEPOTS[0]: True}, active=active
    )


def _asset(number: int) -> AssetDefine:
    return AssetDefine(
        id=derived_id("simulated", "asset", str(number)), label=f"浙A·S{number:04d}", tag=f"S-{number:04d}",
        pack="machine" if number % 3 else "vehicle", home_depot_id=DEPOTS[0], depot_id=DEPOTS[0], state="out",
    )  # fmt: skip


def _scope(type_: str, path: str, headers: list[tuple[str, str]]) -> dict[str, Any]:
    plain, _, query = path.partition("?")
    return {
        "type": type_, "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
        "path": plain, "raw_path": plain.encode(), "query_string": query.encode(), "root_path": "", "state": {},
        "headers": [(b"host", b"localhost:8000"), *((name.lower().encode(), value.encode("latin-1")) for name, value in headers)],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "extensions": {},
    }  # fmt: skip


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


RANDOM: Final = random.Random(0)


@contextmanager
def seeded() -> Iterator[None]:
    """Ids, codes, tokens and nonces of this process come from `RANDOM`."""
    real, real_too = os.urandom, random._urandom  # type: ignore[attr-defined]
    os.urandom = RANDOM.randbytes
    random._urandom = RANDOM.randbytes  # type: ignore[attr-defined]
    try:
        yield
    finally:
        os.urandom, random._urandom = real, real_too  # type: ignore[attr-defined]


async def obey(company: Company, command: dict[str, Any]) -> Answer:
    """Carry out one command."""
    company.now = command.get("now", company.now)
    op = command["op"]
    doing: dict[str, Callable[[], Any]] = {
        "reset": lambda: company.reset(command["seed"], command["now"], command.get("gate", "strict")),
        "http": partial(company.http, command),
        "socket": lambda: company.socket(command["cookie"]),
        "hang_up": lambda: company.hang_up(command["socket"]),
        "system": lambda: company.system(command["action"], command["args"]),
        "invite": lambda: company.invite(command.get("replaces")),
        "import": lambda: company.bring(base64.b64decode(command["file"])),
        "roster": lambda: company.roster(command["person"], active=command["active"]),
        "expire": company.expire, "restart": company.restart, "snapshot": company.snapshot, "restore": company.restore,
        "known": company.known, "dump": company.dump,
    }  # fmt: skip
    answer: Answer = await doing[op]()
    return answer | {"frames": await company.frames()}


async def serve() -> None:
    """Commands from stdin until it ends."""
    asyncio.get_running_loop().set_default_executor(Inline())
    base = _MEMORY_DISK if _MEMORY_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="handover-sim-", dir=base) as folder, seeded():
        company = Company(Path(folder))
        await company.found()
        gc.freeze()  # what is there from the beginning is never garbage
        gc.disable()
        while line := sys.stdin.buffer.readline():  # nothing goes on between two commands
            try:
                answer = await obey(company, msgspec.json.decode(line))
            except Exception as fault:
                answer = {"fault": f"{type(fault).__name__}: {fault}", "frames": []}
            sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
            sys.stdout.buffer.flush()
        await company.close()


if __name__ == "__main__":
    # Faults are what is simulated: what the server writes about them is of interest to whoever replays a seed alone.
    level = logging.ERROR if os.environ.get("SIM_LOG") else logging.CRITICAL
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr), wrapper_class=structlog.make_filtering_bound_logger(level)
    )
    asyncio.run(serve())
