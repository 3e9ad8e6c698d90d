"""One installation per test: a fresh data folder, a real server on a free port, a clock the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.http.founded import Founded, found_in, write_app
from tests.http.world import FakeClock, World, at_rest, serving


@pytest.fixture
def app_folder(tmp_path: Path) -> Path:
    (tmp_path / "outside.txt").write_text("secret")
    return write_app(tmp_path / "dist")


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return found_in(tmp_path_factory.mktemp("founded"))


@pytest.fixture
async def world(founded: Founded, tmp_path: Path, app_folder: Path) -> AsyncIterator[World]:
    clock, data = FakeClock(), tmp_path / "data"
    companies = founded.copy_to(data)
    async with serving(data, clock, app_folder) as (house, base):
        await at_rest()
        made = World(house, clock, base, *companies)
        yield made
        for client in made.clients:
            await client.aclose()
