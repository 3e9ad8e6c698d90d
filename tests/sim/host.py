"""The real application behind a pipe, on a simulated clock: `python -m tests.sim.host`, JSON lines in, JSON lines out.

The simulation of the TypeScript core (`field_app/sim`) drives it. Everything is production code — the Litestar application
called through ASGI, engine, handlers, storage, vault — on a fresh folder per `reset`; only clock and randomness are simulated.
One command at a time, each answered by one line: `{"ok": …}` or `{"error": text}`. Bytes travel in base64. Commands are
`{"do": name, …}`; a `?` marks what may be left out:

    reset       seed, assets?: 4             a new installation with the company of `company.py` → organisation, depots, people
                                             {"role/place": id}, assets [[id …] …], rentals, tasks, origin, now
    now         ms                           set the server's clock
    invite      place?: 0, name?, replaces?: device, person?     → code: enrols once, valid for 7 days of the simulated clock
    http        method, path, headers?, body?, cut?: n           one request; with `cut` the connection ends after n bytes of
                                             the body → status, headers [[name, value] …], body; or crashed: true
    record      action, args, actor?         the system device writes an entry (base data, `person.erase` …)
    revoke      device                       the office shuts a device out
    crash_next  when: "before_commit" | "after_commit"           the process dies at the next writing transaction and is
                                             started again
    crash                                    the process dies now and is started again
    faulty      action, times                the action's handler raises so many times; 0 mends it and judges again what it parked
    unknown     action, on: bool             the server does not know this action (an older version), or has been upgraded
    disk_full   on: bool                     no transaction and no file can be written
    snapshot                                 a backup of the whole folder → name
    restore     name                         go back to it
    dump                                     everything stored, for checkers: see `dump.py`
"""

import asyncio
import base64
import contextlib
import errno
import hashlib
import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from schemas.actions import ACTIONS
from schemas.actions.devices import DeviceInvite, DeviceRevoke
from schemas.ids import SYSTEM_ACTOR, uuid7
from schemas.people import Role
from server.app import create_app, make_house, retry_parked
from server.auth import codes
from server.blobs.finish import forget_erased, recover
from server.domain import HANDLERS
from server.http.context import House
from server.settings import Settings
from server.storage.store import SqlStore
from server.system_device import add_system_device, record_system
from sync import instants
from sync.unit import Handler, Unit
from tests.sim.company import START_MS, Company
from tests.sim.dump import dump

T = TypeVar("T")
ORIGIN = "http://handover.sim"
INVITED_MS = 7 * 24 * 3600 * 1000


class Crash(BaseException):
    """The process dies: no handler of the application may catch it."""


class Stream:
    """Bytes that are the same in every run with the same seed."""

    def __init__(self, seed: str) -> None:
        self.seed, self.count = seed, 0

    def bytes(self, length: int | None = None) -> bytes:
        self.count += 1
        return hashlib.shake_128(f"{self.seed}/{self.count}".encode()).digest(32 if length is None else length)

    def text(self, length: int | None = None) -> str:
        return base64.urlsafe_b64encode(self.bytes(length)).rstrip(b"=").decode()

    def hex(self, length: int | None = None) -> str:
        return self.bytes(length).hex()


def memory_folder() -> Path:
    """A place for folders that no disk slows down, where the machine has one."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else Path(tempfile.gettempdir())


class Host:
    """One installation at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.now = START_MS
        self.company = Company("none")
        self.house: House | None = None
        self.app: Any = None
        self.crash_at: str | None = None
        self.disk_full = False
        self.faulty: dict[str, int] = {}
        self.unknown: set[str] = set()

    # --- life ---------------------------------------------------------------------------------------------------------
    @property
    def data(self) -> Path:
        return self.folder / f"data-{self.count}"

    def open_house(self) -> House:
        assert self.house is not None, "reset comes first"
        return self.house

    async def start(self) -> None:
        """What `server.app` does at a start, one step after the other instead of in the background."""
        settings = Settings(data=self.data, public_url=ORIGIN, app=self.data / "app", free_bytes_min=0)
        house = self.house = make_house(settings, lambda: self.now)
        house.engine.handlers = self.handlers()
        self._watch(house)
        self.app = create_app(house)
        await retry_parked(house)
        await recover(house)
        await forget_erased(house)

    async def stop(self) -> None:
        if self.house is not None:
            await self.house.database.close()
            self.house = None

    async def restart(self) -> None:
        self.crash_at = None
        await self.stop()
        await self.start()

    def _watch(self, house: House) -> None:
        """Let transactions crash and disks be full."""
        write = house.database.write

        async def watched(job: Callable[[SqlStore], T]) -> T:
            if self.disk_full:
                raise OSError(errno.ENOSPC, "simulated")
            when, self.crash_at = self.crash_at, None

            def dying(store: SqlStore) -> T:
                done = job(store)
                if when == "before_commit":
                    raise Crash
                return done

            done = await write(dying)
            if when == "after_commit":
                raise Crash
            return done

        house.database.write = watched  # type: ignore[method-assign]
        room = house.vault.has_room
        house.vault.has_room = lambda size: not self.disk_full and room(size)  # type: ignore[method-assign]

    def handlers(self) -> dict[tuple[str, int], Handler]:
        return {key: self._perhaps(key[0], handler) for key, handler in HANDLERS.items() if key[0] not in self.unknown}

    def _perhaps(self, action: str, handler: Handler) -> Handler:
        def run(unit: Unit, args: Any) -> None:
            left = self.faulty.get(action, 0)
            if left > 0:
                self.faulty[action] = left - 1
                raise RuntimeError("simulated fault")
            handler(unit, args)

        return run

    # --- commands -----------------------------------------------------------------------------------------------------
    async def reset(self, seed: str, assets: int = 4) -> dict[str, Any]:
        await self.stop()
        for old in self.folder.iterdir():
            shutil.rmtree(old)
        self.count += 1
        self.now, self.crash_at, self.disk_full = START_MS, None, False
        self.faulty.clear()
        self.unknown.clear()
        self.company = company = Company(seed, assets_per_depot=assets)
        _seed_world(self.data, company)
        await self.start()
        house = self.open_house()

        def found(store: SqlStore) -> None:
            store.add_organisation(company.organisation)
            add_system_device(store, house.keys, company.organisation, company.depots[0])
            for action in company.actions():
                record_system(house.engine, store, company.organisation, action, self.now)

        await house.database.write(found)
        numbers = range(assets)
        return {
            "organisation": company.organisation, "depots": company.depots, "origin": ORIGIN, "now": self.now,
            "people": {f"{role}/{place}": company.person(role, place) for role in Role for place in (0, 1)},
            "assets": [[company.asset(place, n) for n in numbers] for place in (0, 1)],
            "rentals": [[company.rental(place, n) for n in numbers] for place in (0, 1)],
            "tasks": [[company.task(place, n) for n in numbers] for place in (0, 1)],
        }  # fmt: skip

    async def set_now(self, ms: int) -> None:
        self.now = ms

    async def invite(
        self, place: int = 0, name: str = "手机", replaces: str | None = None, person: str | None = None
    ) -> dict[str, str]:
        code = codes.new_code(self.company.organisation)
        action = DeviceInvite(
            invitation_id=uuid7(self.now, secrets.token_bytes(10)), code_sha256=codes.code_sha256(code),
            depot_id=self.company.depots[place], name=name, person_id=person, replaces=replaces,
            expires_at=instants.to_text(self.now + INVITED_MS - 1),
        )  # fmt: skip
        await self.record(action.action, action.model_dump(mode="json"))
        return {"code": code}

    async def record(self, action: str, args: dict[str, Any], actor: str = SYSTEM_ACTOR) -> None:
        house = self.open_house()
        model = ACTIONS[action, 1].model_validate_json(json.dumps(args))
        organisation = self.company.organisation
        news = await house.database.write(lambda store: record_system(house.engine, store, organisation, model, self.now, actor))
        house.hub.publish(organisation, news)

    async def revoke(self, device: str) -> None:
        await self.record(DeviceRevoke.action, {"device_id": device})

    async def crash_next(self, when: str) -> None:
        self.crash_at = when

    async def crash(self) -> None:
        await self.restart()

    async def set_faulty(self, action: str, times: int) -> None:
        self.faulty[action] = times
        if times == 0:
            await retry_parked(self.open_house())

    async def set_unknown(self, action: str, on: bool) -> None:
        (self.unknown.add if on else self.unknown.discard)(action)
        await self.restart()

    async def set_disk_full(self, on: bool) -> None:
        self.disk_full = on

    async def snapshot(self) -> dict[str, str]:
        await self.stop()
        name = f"backup-{secrets.token_hex(4)}"
        shutil.copytree(self.data, self.folder / name)
        await self.start()
        return {"name": name}

    async def restore(self, name: str) -> None:
        await self.stop()
        shutil.rmtree(self.data)
        shutil.copytree(self.folder / name, self.data)
        await self.start()

    async def dump(self) -> dict[str, Any]:
        house, organisation = self.open_house(), self.company.organisation
        return await house.database.read(lambda store: dump(store, house.vault, organisation))

    async def http(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: str = "", cut: int | None = None
    ) -> dict[str, Any]:
        """One request through ASGI."""
        content = base64.b64decode(body)
        if cut is not None:
            content = content[:cut]
        incoming: list[dict[str, Any]] = [{"type": "http.request", "body": content, "more_body": cut is not None}]
        outgoing: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            outgoing.append(message)

        try:
            await self.app(_scope(method, path, {"content-length": str(len(base64.b64decode(body))), **(headers or {})}),
                           receive, send)  # fmt: skip
        except Crash:
            await self.restart()
            return {"crashed": True}
        start = next(one for one in outgoing if one["type"] == "http.response.start")
        answered = b"".join(one.get("body", b"") for one in outgoing if one["type"] == "http.response.body")
        return {
            "status": start["status"],
            "headers": [[name.decode(), value.decode()] for name, value in start["headers"]],
            "body": base64.b64encode(answered).decode(),
        }

    def commands(self) -> dict[str, Callable[..., Any]]:
        return {
            "reset": self.reset, "now": self.set_now, "invite": self.invite, "http": self.http, "record": self.record,
            "revoke": self.revoke, "crash_next": self.crash_next, "crash": self.crash, "faulty": self.set_faulty,
            "unknown": self.set_unknown, "disk_full": self.set_disk_full, "snapshot": self.snapshot,
            "restore": self.restore, "dump": self.dump,
        }  # fmt: skip


def _scope(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    plain, _, query = path.partition("?")
    named = {"host": ORIGIN.removeprefix("http://"), **{name.lower(): value for name, value in headers.items()}}
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": plain, "raw_path": plain.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 50_000), "server": ("handover.sim", 80), "state": {},
    }  # fmt: skip


def _seed_world(data: Path, company: Company) -> None:
    """Make tokens, codes and keys follow from the seed."""
    stream = Stream(company.seed)
    named = cast(Any, secrets)
    named.token_bytes, named.token_urlsafe, named.token_hex = stream.bytes, stream.text, stream.hex
    named.choice = lambda among: among[stream.bytes(1)[0] % len(among)]
    folder = data / "secrets" / company.organisation
    folder.mkdir(parents=True)
    for name in ("sign", "export"):
        number = int.from_bytes(hashlib.sha256(f"{company.seed}/{name}".encode()).digest(), "big") % (2**255) + 1
        key = ec.derive_private_key(number, ec.SECP256R1())
        (folder / f"{name}.pem").write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="handover-sim-", dir=memory_folder()))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


async def serve() -> None:
    """Answer commands until the input ends."""
    with _folder() as folder:
        host = Host(folder)
        commands = host.commands()
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                asked = json.loads(line)
                answer = {"ok": await commands[asked.pop("do")](**asked)}
            except Exception as fault:
                answer = {"error": f"{type(fault).__qualname__}: {fault}"[:2000]}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        await host.stop()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(serve())
