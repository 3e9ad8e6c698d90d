"""The two organisations founded once for each process of tests; every test begins on a copy.

Founding them, migrations before it, took two thirds of what a test's world takes. Neighbours: `world.py` builds, `conftest.py`
hands out. Invariant: what is copied is at rest, its server has ended as it does in the field.
"""

import asyncio
import copy
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.http.world import Company, FakeClock, World, serving
from tests.support.postgres import begin_as

FOUNDING_SECONDS_MAX = 120


@dataclass(frozen=True)
class Founded:
    """An installation at rest: its data folder, and who is in it."""

    data: Path
    companies: tuple[Company, Company]

    def copy_to(self, data: Path) -> tuple[Company, Company]:
        """The same installation in another folder (and, on PostgreSQL, another database), and the companies to play with."""
        shutil.copytree(self.data, data)
        begin_as(self.data, data)
        return copy.deepcopy(self.companies)


def found_in(folder: Path) -> Founded:
    """Found it in an empty folder. To be called from anywhere: it has a thread and a loop of its own."""
    app = write_app(folder / "dist")

    async def found() -> Founded:
        clock = FakeClock()
        async with serving(folder / "data", clock, app) as (house, base):
            world = World(house, clock, base)
            await world.build()
        return Founded(folder / "data", (world.a, world.b))

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, found()).result(FOUNDING_SECONDS_MAX)


def write_app(folder: Path) -> Path:
    """What a built app looks like from outside."""
    (folder / "assets").mkdir(parents=True)
    (folder / "office").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>交接 field</title>" + " " * 2000)
    (folder / "office" / "index.html").write_text("<!doctype html><title>office</title>")
    (folder / "sw.js").write_text("self.x = 1")
    (folder / "assets" / "a-12345678.js").write_text("export const x = 1;" * 200)
    (folder / "assets" / "z.wasm").write_bytes(b"\0asm")
    return folder
