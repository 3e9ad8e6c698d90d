"""The whole application without a socket, on a loop of its own: what no client library and no decent server would send gets in.

Neighbours: `tests/http/world.py` builds the two organisations. Invariants: the production `create_app` answers, with all its
background work; a test in its own thread (hypothesis, schemathesis) asks and waits; every caller comes from another address, so
that the bounds on tries do not hide what is behind them.
"""

import asyncio
import itertools
import json
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from litestar import Litestar

from schemas.errors import MESSAGES, ErrorCode
from server.app import create_app, make_house
from server.http.context import House
from server.settings import Settings
from tests.http.world import FakeClock, Phone, World
from tests.support.postgres import url_for

T = TypeVar("T")
ANSWER_SECONDS_MAX = 60
BASE = "http://handover.test"
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Told:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class InWorld(World):
    """Two organisations whose clients reach the application directly."""

    def __init__(self, house: House, clock: FakeClock, app: Litestar) -> None:
        super().__init__(house, clock, BASE)
        self.app: Any = app

    def client(self, **headers: str) -> httpx.AsyncClient:
        made = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url=self.base,
            headers={"X-Handover": "1", **headers}, timeout=ANSWER_SECONDS_MAX,
        )  # fmt: skip
        self.clients.append(made)
        return made


class Ground:
    """The application, its world, and how to throw something at it."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.callers = itertools.count(1)
        app_folder = folder / "dist"
        app_folder.mkdir(parents=True)
        (app_folder / "index.html").write_text("<!doctype html><title>交接</title>")
        self.call(self._open(folder, app_folder))

    async def _open(self, folder: Path, app_folder: Path) -> None:
        data = folder / "data"
        settings = Settings(data=data, public_url=BASE, app=app_folder, free_bytes_min=0, database_url=url_for(data))
        clock = FakeClock()
        self.house = make_house(settings, clock)
        self.app = create_app(self.house)
        self.world = InWorld(self.house, clock, self.app)
        self._ended, opened = asyncio.Event(), asyncio.Event()
        self._living = asyncio.create_task(self._live(opened))  # one task opens and closes what the application lives in
        await opened.wait()
        await self.world.build()

    async def _live(self, opened: asyncio.Event) -> None:
        async with self.app.lifespan():
            opened.set()
            await self._ended.wait()

    def close(self) -> None:
        async def end() -> None:
            for client in self.world.clients:
                await client.aclose()
            self._ended.set()
            await self._living

        self.call(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run on the application's loop, from any other thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(ANSWER_SECONDS_MAX)

    def phone(self) -> Phone:
        """A fresh device of the first organisation."""

        async def enrol() -> Phone:
            self.house.rates = type(self.house.rates)()
            return await self.world.enrolled(self.world.a)

        return self.call(enrol())

    def signed_in(self, username: str) -> str:
        """The cookie of somebody of an office who has signed in."""

        async def sign_in() -> str:
            self.house.rates = type(self.house.rates)()
            client = await self.world.signed_in(username)
            return f"hv_person={client.cookies['hv_person']}"

        return self.call(sign_in())

    def ask(
        self, method: str, target: str, headers: Headers = (), body: bytes | Sequence[bytes] = b"", *, cut: bool = False
    ) -> Told:
        """One request as these bytes say it, lies included. `cut`: the connection ends where the body would go on."""
        return self.call(self._ask(method, target, headers, [body] if isinstance(body, bytes) else list(body), cut))

    async def _ask(self, method: str, target: str, headers: Headers, chunks: list[bytes], cut: bool) -> Told:
        path, _, query = target.partition("?")
        number = next(self.callers)
        scope: Any = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": httpx.URL(BASE + path).path if path.isascii() else path, "root_path": "",
            "raw_path": path.encode("utf-8", "replace"), "query_string": query.encode("utf-8", "replace"),
            "server": ("handover.test", 80), "client": (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 40_000),
            "headers": [
                (b"host", b"handover.test"),
                *((name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers),
            ],
        }  # fmt: skip
        arriving = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        arriving.append({"type": "http.disconnect"} if cut else {"type": "http.request", "body": b"", "more_body": False})
        said: list[Any] = []

        async def receive() -> Any:
            return arriving.pop(0) if arriving else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            said.append(message)

        app: Any = self.app
        await asyncio.wait_for(app(scope, receive, send), ANSWER_SECONDS_MAX)
        assert said, "no answer at all"
        assert said[0]["type"] == "http.response.start"
        found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in said[0]["headers"]}
        return Told(said[0]["status"], found, b"".join(message.get("body", b"") for message in said[1:]))

    def holds(self, answer: Told) -> None:
        """What every answer keeps to: no fault of ours, and a refusal has a stable code and both sentences."""
        assert answer.status < 500, (answer.status, answer.body[:500])
        if answer.status >= 400 and answer.body:
            problem = answer.json()
            code = ErrorCode(problem["code"])
            assert (problem["zh"], problem["en"]) == tuple(MESSAGES[code])
            assert answer.headers["content-type"].startswith("application/json")

    def stands(self) -> None:
        """The server still answers."""
        assert self.ask("GET", "/healthz").json() == {"ok": True}


def cookie(phone: Phone) -> str:
    return f"hv_device={phone.http.cookies['hv_device']}"


def headers_of(phone: Phone, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """What a device's request carries."""
    return [("x-handover", "1"), ("cookie", cookie(phone)), ("content-type", "application/json"), *more]
