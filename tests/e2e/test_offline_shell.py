"""The shell: installable, open without any network after the first load, one tab leading and the others following."""

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.field import FieldApp
from tests.e2e.office import OfficeApp
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]


async def test_it_can_be_installed(yard: World) -> None:
    manifest_is_whole(yard.server.url)
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    await app.sees(app.heading("lock.title"))
    await app.page.wait_for_load_state("load")
    assert app.phone.context is not None
    session = await app.phone.context.new_cdp_session(app.page)
    problems = await session.send("Page.getInstallabilityErrors")
    assert [one["errorId"] for one in problems["installabilityErrors"] if one["errorId"] != "in-incognito"] == []


def manifest_is_whole(url: str) -> None:
    """The manifest names what an installation needs, and its icons are there."""
    manifest = httpx.get(f"{url}/manifest.webmanifest").raise_for_status().json()
    assert {"name", "short_name", "start_url", "display", "icons"} <= manifest.keys()
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        answer = httpx.get(f"{url}/{icon['src'].lstrip('/')}").raise_for_status()
        assert answer.headers["content-type"].startswith("image/")


async def test_both_doors_open_without_a_server(yard: World) -> None:
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    await app.sees(app.heading("lock.title"))
    office = OfficeApp(yard.office())
    await office.open(yard.server.url)
    await office.sign_in("lin", yard.password)
    await office.board()
    await office.phone.in_control()
    await app.phone.close()
    await office.phone.close()
    yard.server.stop()
    await app.open(yard.server.url, offline=True)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.sees(app.text("truth.offlineOk"))
    await office.phone.start(f"{yard.server.url}/office/", offline=True)
    await office.board()
    await office.go("handovers")
    await office.sees(office.text("list.count"))


async def test_a_second_tab_follows_the_first(yard: World) -> None:
    app = FieldApp(yard.enrolled_phone())
    van = yard.vans_out()[0]
    await app.open(yard.server.url)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    first, context = app.page, app.phone.context
    assert context is not None
    second = await context.new_page()
    await second.goto(yard.server.url)
    app.phone.page = second
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.type_asset(van.plate)
    await app.start_return()
    await expect(first.get_by_text(app.w("today.goOn"))).to_be_visible()
    await app.sees(app.text("truth.ok"))
    await first.close()
    await second.goto(f"{yard.server.url}/#/sync")
    await app.sees(app.text("truth.ok"))
