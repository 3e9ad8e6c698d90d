"""Finding one's way in the office by keyboard and by thumb: groups, what waits, the page one is on; passing messages in a row."""

import pytest
from playwright.async_api import expect

from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.words import Words
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

GROUPS = ("today", "field", "business", "running")
FRONT = ("office.board", "todos.title", "office.handovers", "office.rentals")


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_page_is_found_by_its_group_the_keyboard_and_the_thumb(world: World, lang: str) -> None:
    words = Words(lang, "office", "todos", "planning", "rentals", "people")
    office = OfficeApp(world.office(locale={"zh": "zh-CN", "en": "en-GB"}[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    page = office.page
    nav = page.get_by_role("navigation", name=words("nav.main"))
    for group in GROUPS:
        await expect(nav.get_by_role("group", name=words.whole(f"nav.{group}"))).to_be_visible()
    pages = await nav.get_by_role("link").count()

    # by the keyboard: past the navigation in one step, or through it
    await page.reload()
    await office.board()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name=words("nav.skip"))).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    customers = nav.get_by_role("link", name=words.whole("office.customers"))
    await customers.focus()
    await page.keyboard.press("Enter")
    await office.sees(page.get_by_role("heading", level=1, name=words("cust.title")))
    await expect(customers).to_have_attribute("aria-current", "page")
    gallery = Gallery(page, f"office-nav-{lang}", {"desk": (1280, 900), "tablet": (820, 1100), "phone": (390, 844)})
    await gallery.look("customers")

    # by the thumb: four at the bottom, the others in their groups behind "more"
    await page.set_viewport_size({"width": 360, "height": 740})
    for key in FRONT:
        await expect(nav.get_by_role("link", name=words(key))).to_be_visible()
    more = nav.get_by_role("button", name=words("nav.more"))
    await expect(more).to_have_attribute("aria-current", "true")
    await more.click()
    rest = page.get_by_role("dialog").get_by_role("navigation")
    await expect(rest.get_by_role("link")).to_have_count(pages - len(FRONT))
    await gallery.look("more")
    await page.set_viewport_size({"width": 360, "height": 740})
    await rest.get_by_role("link", name=words.whole("office.people")).click()
    await office.sees(page.get_by_role("heading", level=1, name=words("office.people")))
    await expect(page.get_by_role("dialog")).to_have_count(0)
    gallery.verdict()


async def test_passing_messages_stand_under_each_other_and_one_can_be_taken_back(world: World) -> None:
    words = Words("zh", "office", "todos")
    office = OfficeApp(world.office(), "zh")
    await office.open(world.server.url)
    await office.sign_in("lin", world.password)
    await office.board()
    page = office.page
    # what waits stands beside the word, and in it for whoever does not see
    link = page.get_by_role("navigation", name=words("nav.main")).get_by_role("link", name=words("todos.title"))
    await expect(link).to_have_accessible_name(words("nav.count"))
    await link.click()
    await page.goto(f"{world.server.url}/office/#/todos/roles")
    cards = page.get_by_role("main").get_by_role("article")
    await office.sees(cards)
    before = await cards.count()
    for _ in range(2):
        await cards.first.get_by_role("button", name=words.whole("todos.done")).click()
    messages = page.get_by_role("region", name=words("toast.region"))
    undo = messages.get_by_role("button", name=words.whole("todos.undo"))
    await expect(undo).to_have_count(2)
    upper, lower = await undo.first.bounding_box(), await undo.last.bounding_box()
    assert upper is not None
    assert lower is not None
    assert upper["y"] + upper["height"] <= lower["y"]
    assert min(upper["height"], upper["width"]) >= 48
    await undo.first.click()
    await expect(cards).to_have_count(before - 1)
