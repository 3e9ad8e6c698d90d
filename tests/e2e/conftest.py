"""What every browser test stands on: the app built, the company seeded once, a world of its own for each test.

Neighbours: `world.py`. Two variables save time while one works on the tests: `HANDOVER_APP` names an app already built,
`HANDOVER_E2E_SEED` a data folder already seeded (it is copied, never touched).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Playwright, async_playwright

from server.setup import environment
from tests.e2e.field import FieldApp
from tests.e2e.phone import Phone
from tests.e2e.serverside import Server, free_port
from tests.e2e.world import World, copy_data, staff
from tests.support.first_start import FirstStart

FAILED = pytest.StashKey[bool]()
SHOTS = Path(__file__).parent / "shots"


@pytest.fixture(scope="session")
def built_app() -> None:
    """The app as it is now, built unless what is there is newer than everything it is made from."""
    if "HANDOVER_APP" in os.environ:
        return
    page = environment.APP / "dist" / "index.html"
    newest = max(path.stat().st_mtime for path in environment.app_sources())
    if not page.exists() or page.stat().st_mtime < newest:
        environment.build_app()


@pytest.fixture(scope="session")
def seeded(request: pytest.FixtureRequest, built_app: None) -> Path:
    """The demo company's data folder, written by the real first start, at rest."""
    if "HANDOVER_E2E_SEED" in os.environ:
        return Path(os.environ["HANDOVER_E2E_SEED"])
    went: FirstStart = request.getfixturevalue("first_start")
    assert went.status == 200, went.log
    return went.data


@dataclass(frozen=True)
class Enrolled:
    """A company at rest with one enrolled phone. Its address is part of what the phone is, so the port stays."""

    data: Path
    profile: Path
    port: int


@pytest.fixture(scope="session")
def enrolled(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Enrolled:
    """A phone enrolled by the link, its replica complete, 周师傅's PIN known to it."""
    folder = tmp_path_factory.mktemp("enrolled")
    copy_data(seeded, folder / "data")
    server = Server(folder / "data", free_port())
    server.start()
    try:
        asyncio.run(_enrol(server, folder / "profile"))
    finally:
        server.stop()
    return Enrolled(folder / "data", folder / "profile", server.port)


async def _enrol(server: Server, profile: Path) -> None:
    async with async_playwright() as playwright:
        app = FieldApp(Phone(playwright, profile))
        try:
            await app.open(server.invitation())
            await app.enrol_by_link()
            await app.unlock(staff("zhou").name, str(server.secrets["pins"]["zhou"]))
            await app.today()
            await app.phone.in_control()
        finally:
            await app.phone.close()


@pytest.fixture
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as one:
        yield one


@pytest.fixture
async def world(seeded: Path, tmp_path: Path, playwright: Playwright, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A server on its own copy of the company. After a failure every open screen lies in `shots/failed`."""
    async for made in _world(seeded, tmp_path, free_port(), playwright, request):
        yield made


@pytest.fixture
async def yard(
    enrolled: Enrolled, tmp_path: Path, playwright: Playwright, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    """Like `world`, with a phone already enrolled."""
    async for made in _world(enrolled.data, tmp_path, enrolled.port, playwright, request):
        made.enrolled = enrolled.profile
        yield made


async def _world(
    data: Path, folder: Path, port: int, playwright: Playwright, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    copy_data(data, folder / "data")
    server = Server(folder / "data", port)
    server.start()
    made = World(server, folder, playwright)
    yield made
    if request.node.stash.get(FAILED, False):
        (SHOTS / "failed").mkdir(parents=True, exist_ok=True)
        await made.last_pictures(SHOTS / "failed", request.node.name)
    await made.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep on the item whether its test failed, for the last pictures."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
