"""The office's assets in a browser: found, edited in their cell, made, locked, retired and brought back, with fields of its own.

Neighbours: `office.py`, `gallery.py`.
"""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.field import hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


async def look(office: OfficeApp, screen: str) -> None:
    """As a strict person does."""
    gallery = Gallery(office.page, f"assets-{office.w.lang}", {"desk": (1280, 900), "phone": (360, 740)})
    await gallery.look(screen)
    gallery.verdict()


async def at_assets(world: World, lang: str = "zh", person: str = "ye") -> OfficeApp:
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    await office.go("assets")
    await office.sees(grid(office))
    return office


def grid(office: OfficeApp) -> Locator:
    return office.page.get_by_role("grid", name=office.w("office.assets"))


async def search(office: OfficeApp, words: str) -> None:
    await office.page.get_by_role("searchbox", name=office.w("grid.search", what=office.w.text("office.assets"))).fill(words)


def row(page: Page, label: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=label, exact=True))


async def test_an_asset_is_found_and_a_cell_of_it_edited_with_the_keyboard_alone(world: World) -> None:
    office = await at_assets(world)
    van = next(one for one in world.server.records("asset") if one["pack"] == "vehicle" and one["state"] == "available")
    await search(office, van["tag"].lower())
    await expect(grid(office)).to_have_attribute("aria-rowcount", "2")
    await look(office, "grid")
    await office.page.keyboard.press("ArrowDown")
    for _ in range(3):
        await office.page.keyboard.press("ArrowRight")
    await office.page.keyboard.press("Enter")
    await office.page.keyboard.press("Control+A")
    await office.page.keyboard.type("五菱 EV60")
    await office.page.keyboard.press("Enter")
    await expect(row(office.page, van["label"])).to_contain_text("五菱 EV60")
    await record_until(world.server, "asset", lambda one: one["id"] == van["id"] and one["model"] == "五菱 EV60")
    await office.page.keyboard.press("Enter")
    await office.page.keyboard.type("nothing")
    await office.page.keyboard.press("Escape")
    await expect(row(office.page, van["label"])).to_contain_text("五菱 EV60")


async def test_an_asset_is_made_locked_retired_found_in_the_archive_and_brought_back(world: World) -> None:
    office = await at_assets(world)
    page, w = office.page, office.w
    await office.page.get_by_role("link", name=w("asset.new")).click()
    await office.button("common.save").click()
    await office.sees(office.text("asset.required"))
    await page.get_by_label(w.whole("asset.label")).fill("新车 01")
    await page.get_by_label(w.whole("asset.tag")).fill("NEW-01")
    await page.get_by_label(w.whole("asset.vin")).fill("LZWVIN0000001")
    await office.button("common.save").click()
    await office.sees(page.get_by_role("heading", name="新车 01"))
    await record_until(world.server, "asset", lambda one: one["label"] == "新车 01")
    await act(office, "lock", "等保险")
    await record_until(world.server, "asset", lambda one: one["label"] == "新车 01" and one["locked"])
    await look(office, "page")
    await act(office, "retire", "卖了", hold_it=True)
    await record_until(world.server, "asset", lambda one: one["label"] == "新车 01" and one["state"] == "retired")
    await page.goto(f"{world.server.url}/office/#/assets/archive")
    await page.get_by_label(w("asset.searchArchive")).fill("vin0000001")
    await office.sees(page.get_by_role("listitem").filter(has_text="新车 01"))
    await look(office, "archive")
    await office.button("asset.restoreLabel", name="新车 01").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(w("asset.why")).fill("又买回来")
    await dialog.get_by_role("button", name=w("asset.restore")).click()
    await record_until(world.server, "asset", lambda one: one["label"] == "新车 01" and one["state"] == "available")
    await page.goto(f"{world.server.url}/office/#/assets")
    await search(office, "new-01")
    await office.sees(row(page, "新车 01"))


async def test_a_field_of_ones_own_is_defined_and_filled_in(world: World) -> None:
    office = await at_assets(world, "en")
    page, w = office.page, office.w
    await page.goto(f"{world.server.url}/office/#/settings/fields")
    await office.button("custom.new").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(w.whole("custom.type")).select_option("choice")
    await dialog.get_by_label(w("custom.zh")).fill("车主")
    await dialog.get_by_label(w("custom.en")).fill("Owner")
    await dialog.get_by_label(w("custom.choices")).fill("自有 / Own\n租赁 / Leased")
    await dialog.get_by_role("button", name=w("common.save")).click()
    await office.sees(page.get_by_role("listitem").filter(has_text="Owner"))
    await look(office, "fields")
    van = next(one for one in world.server.records("asset") if one["state"] == "available")
    await page.goto(f"{world.server.url}/office/#/assets/{van['id']}")
    await page.get_by_role("button", name=re.compile("^Owner")).click()
    await page.get_by_label("Owner", exact=True).select_option(label="Leased")
    await office.button("common.save").click()
    await office.sees(page.get_by_role("button", name=re.compile("^Owner Leased")))
    await record_until(
        world.server, "asset", lambda one: one["id"] == van["id"] and list(one.get("custom", {}).values()) == ["c2"]
    )
    await page.goto(f"{world.server.url}/office/#/assets/new")
    await page.get_by_label(w.whole("asset.label")).fill("New van 02")
    await page.get_by_label(w.whole("asset.tag")).fill("NEW-02")
    await page.get_by_label("Owner", exact=True).select_option(label="Own")
    await office.button("common.save").click()
    await office.sees(page.get_by_role("button", name=re.compile("^Owner Own")))
    await record_until(world.server, "asset", lambda one: one["label"] == "New van 02" and list(one["custom"].values()) == ["c1"])


async def test_on_a_phone_the_grid_is_a_list_of_cards(world: World) -> None:
    office = await at_assets(world, "en")
    await office.page.set_viewport_size({"width": 360, "height": 740})
    await office.sees(grid(office).get_by_role("link").first)
    assert await office.page.evaluate("document.documentElement.scrollWidth") <= 360
    await look(office, "cards")


async def act(office: OfficeApp, step: str, reason: str, *, hold_it: bool = False) -> None:
    """A step with its reason."""
    await office.button(f"asset.{step}").first.click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("asset.why")).fill(reason)
    button = dialog.get_by_role("button", name=office.w(f"asset.{step}"))
    await (hold(office.page, button) if hold_it else button.click())
    await expect(dialog).to_have_count(0)
