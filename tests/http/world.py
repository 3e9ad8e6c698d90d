"""Two organisations in one real installation, served over real sockets, with devices that hold real keys."""

import asyncio
import base64
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from schemas.actions import Action
from schemas.actions.basedata import AssetDefine, DepotDefine, OrganisationDefine, PersonDefine
from schemas.actions.devices import DeviceInvite, DeviceRevoke
from schemas.ids import SYSTEM_ACTOR, uuid7
from schemas.people import Role
from server.app import create_app, make_house
from server.auth import accounts, codes
from server.auth.passwords import hash_secret
from server.http.context import House
from server.settings import Settings
from server.storage.store import SqlStore
from server.system_device import add_system_device, record_system
from sync import instants
from sync.device import Device
from tests.support.postgres import url_for

START_MS = 1_800_000_000_000
PASSWORD = "correct horse battery"
STATE_CHANGING = {"X-Handover": "1"}
# Reading the machine's certificates takes longer than most tests; nothing here is encrypted.
TLS = ssl.create_default_context()


class FakeClock:
    def __init__(self) -> None:
        self.now = START_MS

    def __call__(self) -> int:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


def new_id() -> str:
    return uuid7(START_MS, secrets.token_bytes(10))


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Key:
    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.x, self.y = b64url(numbers.x.to_bytes(32, "big")), b64url(numbers.y.to_bytes(32, "big"))

    def sign(self, text: bytes) -> str:
        r, s = utils.decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def jwk(self) -> dict[str, str]:
        return {"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y}


@dataclass
class Company:
    """One organisation: two depots, a manager (all depots), a desk and technicians, one van."""

    id: str = field(default_factory=new_id)
    depots: list[str] = field(default_factory=lambda: sorted([new_id(), new_id()]))
    manager: str = field(default_factory=new_id)
    desk: str = field(default_factory=new_id)
    tech: str = field(default_factory=new_id)
    other_tech: str = field(default_factory=new_id)
    gone: str = field(default_factory=new_id)
    van: str = field(default_factory=new_id)


class World:
    """The installation under test."""

    def __init__(self, house: House, clock: FakeClock, base: str, a: Company | None = None, b: Company | None = None) -> None:
        self.house, self.clock, self.base = house, clock, base
        self.a, self.b = a or Company(), b or Company()
        self.clients: list[httpx.AsyncClient] = []

    async def build(self) -> None:
        for company, letter in ((self.a, "a"), (self.b, "b")):
            await self._build(company, letter)

    async def _build(self, company: Company, letter: str) -> None:
        def begin(store: SqlStore) -> None:
            store.add_organisation(company.id)
            add_system_device(store, self.house.keys, company.id, company.depots[0])

        await self.house.database.write(begin)
        define = [
            OrganisationDefine(id=company.id, name=f"{letter} 租赁", name_en=f"{letter} Rental"),
            *(DepotDefine(id=depot, name=f"网点{n}") for n, depot in enumerate(company.depots)),
            self._person(company.manager, "林", [Role.MANAGER], []),
            self._person(company.desk, "前台", [Role.SERVICE_DESK], company.depots[:1]),
            self._person(company.tech, "伟", [Role.TECHNICIAN], company.depots[:1]),
            self._person(company.other_tech, "芳", [Role.TECHNICIAN], company.depots[1:]),
            self._person(company.gone, "离职", [Role.TECHNICIAN, Role.MANAGER], company.depots[:1], active=False),
            AssetDefine(
                id=company.van, label="浙A·D3K907", tag=f"T-{letter}", pack="vehicle",
                home_depot_id=company.depots[0], depot_id=company.depots[0],
            ),
        ]  # fmt: skip
        for action in define:
            await self.system(company, action)
        hashed = await asyncio.to_thread(hash_secret, PASSWORD)

        def credentials(store: SqlStore) -> None:
            for name in ("manager", "desk", "tech", "gone"):
                accounts.put_account(
                    store.connection, company.id, getattr(company, name), username=f"{name}-{letter}", password_hash=hashed
                )

        await self.house.database.write(credentials)

    @staticmethod
    def _person(person: str, name: str, roles: list[Role], depots: list[str], *, active: bool = True) -> PersonDefine:
        return PersonDefine(id=person, name=name, roles=roles, depot_ids=dict.fromkeys(depots, True), active=active)

    async def system(self, company: Company, action: Action, actor: str = SYSTEM_ACTOR) -> None:
        news = await self.house.database.write(
            lambda store: record_system(self.house.engine, store, company.id, action, self.clock(), actor)
        )
        self.house.hub.publish(company.id, news)

    async def invite(self, company: Company, *, minutes: float = 30, **more: Any) -> str:
        code = codes.new_code(company.id)
        await self.system(
            company,
            DeviceInvite(
                invitation_id=new_id(),
                code_sha256=codes.code_sha256(code),
                depot_id=more.pop("depot", company.depots[0]),
                name="手机 1",
                expires_at=instants.to_text(int(self.clock() + minutes * 60_000)),
                **more,
            ),
        )
        return code

    async def revoke(self, company: Company, device: str) -> None:
        await self.system(company, DeviceRevoke(device_id=device))

    def client(self, **headers: str) -> httpx.AsyncClient:
        made = httpx.AsyncClient(base_url=self.base, headers={**STATE_CHANGING, **headers}, timeout=30, verify=TLS)
        self.clients.append(made)
        return made

    async def enrolled(self, company: Company, **more: Any) -> "Phone":
        phone = Phone(self, company)
        answer = await phone.enrol(await self.invite(company, **more))
        assert answer.status_code == 200, answer.text
        return phone

    async def signed_in(self, username: str) -> httpx.AsyncClient:
        client = self.client()
        answer = await client.post("/api/v1/login", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client


class Phone:
    """A browser with a key, a cookie jar and a journal."""

    def __init__(self, world: World, company: Company) -> None:
        self.world, self.company = world, company
        self.key = Key()
        self.http = world.client()
        self.id = ""
        self.journal: Device | None = None

    def enrolment(self, code: str) -> dict[str, Any]:
        text = f"handover-enrol-v1\n{code}\n{self.key.x}\n{self.key.y}".encode()
        return {"protocol": 1, "code": code, "key": self.key.jwk(), "signature": self.key.sign(text), "platform": "test"}

    async def enrol(self, code: str) -> httpx.Response:
        answer = await self.http.post("/api/v1/enrol", json=self.enrolment(code))
        if answer.status_code == 200:
            self.id = answer.json()["device"]
            self.journal = Device(self.company.id, self.id, sign=self.key.sign, random=secrets.token_bytes, auth="pin")
        return answer

    async def push(self) -> dict[str, Any]:
        assert self.journal is not None
        answer = await self.http.post("/api/v1/sync", json=self.journal.request(self.world.clock()))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def record(self, action: str, args: dict[str, Any], **more: Any) -> None:
        assert self.journal is not None
        self.journal.record(action, args, actor=self.company.tech, now_ms=self.world.clock(), **more)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


RESTING = {"sleep", "wait_for", "Event.wait"}
REST_LOOKS_MAX = 12_000


async def at_rest() -> None:
    """Wait until the rounds that the application begins with are over: each of its tasks waits for its hour, or for a word."""
    for _ in range(REST_LOOKS_MAX):
        if all(map(_rests, asyncio.all_tasks())):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the application does not come to rest")


def _rests(task: "asyncio.Task[Any]") -> bool:
    inner: Any = task.get_coro()
    if "/server/" not in inner.cr_code.co_filename or "/site-packages/" in inner.cr_code.co_filename:
        return True  # not one of the application's
    while getattr(inner, "cr_await", None) is not None and hasattr(inner.cr_await, "cr_code"):
        inner = inner.cr_await
    return inner.__qualname__ in RESTING


@asynccontextmanager
async def serving(data: Path, clock: FakeClock, app_folder: Path, **more: Any) -> AsyncIterator[tuple[House, str]]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    defaults: dict[str, Any] = {"free_bytes_min": 0, "database_url": url_for(data)}
    settings = Settings(data=data, public_url=base, port=port, app=app_folder, **(defaults | more))
    house = make_house(settings, clock)
    server = uvicorn.Server(
        uvicorn.Config(create_app(house), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)
    )
    running = asyncio.create_task(server.serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.01)
    assert server.started
    try:
        yield house, base
    finally:
        house.hub.shut_all()
        server.should_exit = True
        await asyncio.wait_for(running, 20)
