"""Spreadsheets for tests, and the office's way with them: a company's packs and people, upload, map, run, look."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from schemas.people import Role
from server.auth import accounts
from server.auth.passwords import hash_secret
from server.imports.sheets import tend
from server.packs import shipped_packs
from tests.http.world import PASSWORD, World, new_id

HEADERS = ["名称", "标签", "序列号", "品类", "归属网点", "车位/货位", "里程(公里)", "下次年检"]


def csv_of(rows: list[list[Any]], headers: list[str] | None = None) -> bytes:
    """As a company would send it."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADERS if headers is None else headers, *rows])
    return text.getvalue().encode("utf-8-sig")


def van(number: int, **more: Any) -> list[Any]:
    """One row of assets."""
    row = {"label": f"浙A·E{number:04d}", "tag": f"E-{number:04d}", "serial": f"SN{number:06d}", "pack": "车辆", "depot": "网点0",
           "bay": f"A-{number % 90:02d}", "km": 1000 + number, "due": "2027-03-31"} | more  # fmt: skip
    return list(row.values())


class Desk:
    """Somebody of the office with a spreadsheet."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world, self.http = world, http

    async def bring(self, content: bytes, kind: str = "asset", name: str = "车辆.csv") -> httpx.Response:
        return await self.http.post("/api/v1/sheets/imports", params={"kind": kind, "name": name}, content=content)

    async def map(self, found: dict[str, Any], columns: list[str | None] | None = None, sheet: int = 0) -> httpx.Response:
        tab = found["tabs"][sheet]
        body = {"sheet": sheet, "header_row": tab["header_row"], "columns": tab["mapping"] if columns is None else columns}
        return await self.http.post(f"/api/v1/sheets/imports/{found['id']}/mapping", json=body)

    async def checked(self, content: bytes, kind: str = "asset", columns: list[str | None] | None = None) -> dict[str, Any]:
        brought = await self.bring(content, kind)
        assert brought.status_code == 200, brought.text
        mapped = await self.map(brought.json(), columns)
        assert mapped.status_code == 200, mapped.text
        found: dict[str, Any] = mapped.json()
        return found

    async def step(self, import_id: str, what: str) -> httpx.Response:
        return await self.http.post(f"/api/v1/sheets/imports/{import_id}/{what}")

    async def look(self, import_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/api/v1/sheets/imports/{import_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def ends(self, import_id: str) -> dict[str, Any]:
        """Wait for what is under way."""
        for _ in range(2000):
            found = await self.look(import_id)
            if found["stage"] in ("done", "undone"):
                return found
            await asyncio.sleep(0.02)
        raise AssertionError("it does not end")

    async def imported(self, content: bytes, kind: str = "asset", columns: list[str | None] | None = None) -> dict[str, Any]:
        found = await self.checked(content, kind, columns)
        assert (await self.step(found["id"], "run")).status_code == 200
        return await self.ends(found["id"])

    async def exported(self, kind: str, lang: str = "zh", format_: str = "csv") -> bytes:
        answer = await self.http.get(f"/api/v1/sheets/export/{kind}.{format_}", params={"lang": lang})
        assert answer.status_code == 200, answer.text
        return answer.content


async def office(world: World) -> Desk:
    """The first company with its packs; its manager."""
    for pack in shipped_packs(world.a.id):
        await world.system(world.a, pack)
    return Desk(world, await world.signed_in("manager-a"))


async def colleague(world: World, role: Role, depots: list[str], username: str) -> Desk:
    """One more of the first company's office."""
    person = new_id()
    await world.system(world.a, world._person(person, "同事", [role], depots))
    hashed = await asyncio.to_thread(hash_secret, PASSWORD)
    await world.house.database.write(
        lambda store: accounts.put_account(store.connection, world.a.id, person, username=username, password_hash=hashed)
    )
    return Desk(world, await world.signed_in(username))


async def records(world: World, kind: str) -> dict[str, dict[str, Any]]:
    """Everything of a kind in the first company, by id."""
    found = await world.house.database.read(lambda store: store.records(world.a.id, kind))
    return {one.id: one.data for one in found}


def still(monkeypatch: Any) -> Callable[[Any], Awaitable[bool]]:
    """Nothing is run by itself any more; what the test calls to run the next."""
    real = tend.work_once

    async def never(_house: Any) -> bool:
        return False

    monkeypatch.setattr(tend, "work_once", never)
    return real
