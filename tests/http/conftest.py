"""One installation per test: a fresh data folder, a real server on a free port, a clock the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.http.world import FakeClock, World, serving


@pytest.fixture
def app_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "office").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>交接 field</title>" + " " * 2000)
    (folder / "office" / "index.html").write_text("<!doctype html><title>office</title>")
    (folder / "sw.js").write_text("self.x = 1")
    (folder / "assets" / "a-12345678.js").write_text("export const x = 1;" * 200)
    (folder / "assets" / "z.wasm").write_bytes(b"\0asm")
    (tmp_path / "outside.txt").write_text("secret")
    return folder


@pytest.fixture
async def world(tmp_path: Path, app_folder: Path) -> AsyncIterator[World]:
    clock = FakeClock()
    async with serving(tmp_path / "data", clock, app_folder) as (house, base):
        made = World(house, clock, base)
        await made.build()
        yield made
        for client in made.clients:
            await client.aclose()
