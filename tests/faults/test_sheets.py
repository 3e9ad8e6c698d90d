"""`kill -9` in the middle of an import of a thousand rows, and of its undoing: it goes on by itself, no row twice, none lost."""

import asyncio
import csv
import io
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.system_device import system_device_id
from sync.journal import extend, genesis
from tests.faults.yard import ServerProcess, WallClock
from tests.http.world import PASSWORD, STATE_CHANGING, TLS, World, serving
from tests.support.sheets import Desk, csv_of, office, van

ROWS = 1000
BAD = {300: ("depot", "没有的仓"), 600: ("km", "很多"), 601: ("serial", "SN000003"), 999: ("label", "")}
"""Row → what is wrong with it."""


async def company(data: Path, app_folder: Path) -> World:
    """A company with its packs, on disk."""
    async with serving(data, WallClock(), app_folder, database_url="") as (house, base):
        world = World(house, WallClock(), base)
        await world.build()
        await office(world)
        for client in world.clients:
            await client.aclose()
    return world


async def until(desk: Desk, import_id: str, *, done: int) -> dict[str, Any]:
    """The import once so many rows are dealt with, or it is over."""
    for _ in range(6000):
        found = await desk.look(import_id)
        if found["done"] >= done or found["stage"] in ("done", "undone"):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"it stands still: {found['stage']}, {found['done']} of {ROWS}")


async def killed_at(server: ServerProcess, desk: Desk, import_id: str, done: int, stage: str) -> int:
    """Kill the server once so many rows are dealt with, start it again; how many were dealt with as the page last saw it."""
    found = await until(desk, import_id, done=done)
    assert found["stage"] == stage, "killed too late to be in the middle"
    await server.kill()
    await server.start()
    again = await desk.look(import_id)
    assert again["stage"] in (stage, {"running": "done", "undoing": "undone"}[stage])
    assert again["done"] >= found["done"], "rows that were dealt with are not any more"
    return int(found["done"])


def stored(data: Path, world: World) -> tuple[Counter[str], Counter[str]]:
    """From the files of a dead server: the assets' serials, and the system device's entries by action, their chain proved."""
    connection = sqlite3.connect(f"file:{data / 'handover.db'}?mode=ro", uri=True)
    try:
        asked = "SELECT json_extract(data, '$.serial') FROM record WHERE organisation = ? AND kind = 'asset' AND NOT gone"
        serials = Counter(str(serial) for (serial,) in connection.execute(asked, (world.a.id,)))
        device = system_device_id(world.a.id)
        asked = "SELECT seq, body, hash, action FROM journal WHERE organisation = ? AND device = ? ORDER BY seq"
        before, actions = genesis(world.a.id, device), Counter[str]()
        for number, (seq, body, told, action) in enumerate(connection.execute(asked, (world.a.id, device)), 1):
            assert seq == number, "a number is missing"
            before = extend(before, seq, body)
            assert before == told
            actions[action] += 1
    finally:
        connection.close()
    return serials, actions


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_an_import_killed_in_the_middle_goes_on_and_is_undone_whole(tmp_path: Path, app_folder: Path) -> None:
    data = tmp_path / "data"
    world = await company(data, app_folder)
    _, before = stored(data, world)
    rows = [van(number, **dict([BAD[number]] if number in BAD else [])) for number in range(ROWS)]
    server = ServerProcess(data, app_folder)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.base, headers=STATE_CHANGING, timeout=60, verify=TLS) as http:
            await http.post("/api/v1/login", json={"username": "manager-a", "password": PASSWORD})
            desk = Desk(world, http)
            found = await desk.checked(csv_of(rows))
            assert (await desk.step(found["id"], "run")).status_code == 200
            first = await killed_at(server, desk, found["id"], 150, "running")
            assert await killed_at(server, desk, found["id"], first + 150, "running") > first
            done = await until(desk, found["id"], done=ROWS + 1)
            assert done["counts"] | {"undone": 0, "left": 0} == {
                "rows": ROWS, "new": ROWS - len(BAD), "changed": 0, "unchanged": 0, "bad": len(BAD), "undone": 0, "left": 0,
            }  # fmt: skip
            bad = await http.get(f"/api/v1/sheets/imports/{found['id']}/bad/csv")
            told = list(csv.reader(io.StringIO(bad.content.decode("utf-8-sig"))))[1:]
            assert [int(row[-2]) for row in told] == [number + 2 for number in sorted(BAD)]
            await server.kill()
            serials, entries = stored(data, world)
            assert serials == Counter(row[2] for number, row in enumerate(rows) if number not in BAD) + Counter([""])
            assert (entries - before)["asset.define"] == ROWS - len(BAD)
            await server.start()
            assert (await desk.step(found["id"], "undo")).status_code == 200
            await killed_at(server, desk, found["id"], 150, "undoing")
            undone = await until(desk, found["id"], done=ROWS + 1)
            assert (undone["counts"]["undone"], undone["counts"]["left"]) == (ROWS - len(BAD), 0)
            await server.kill()
            serials, entries = stored(data, world)
            assert serials == Counter([""])
            assert (entries - before)["asset.define"] == entries["record.retract"] == ROWS - len(BAD)
    finally:
        await server.kill()
