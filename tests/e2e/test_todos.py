"""To-dos in the office: a late rental opens one by itself, it is handed on and done, and whoever wants to undo it does."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


async def todos(world: World, person: str, lang: str = "zh", tab: str = "mine") -> OfficeApp:
    """Somebody of the office at the to-dos."""
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    await office.page.goto(f"{world.server.url}/office/#/todos/{tab}")
    await office.sees(office.page.get_by_role("heading", name=office.w("todos.title")))
    return office


def card(office: OfficeApp, says: str) -> Locator:
    """The to-do that says this."""
    return office.page.get_by_role("article").filter(has_text=says).first


async def test_a_late_rental_opens_a_to_do_by_itself_which_is_handed_on_and_done(world: World) -> None:
    SHOTS.mkdir(exist_ok=True)
    office = await todos(world, "lin", tab="roles")
    late = office.page.get_by_role("article").filter(has_text=re.compile("已过归还时间")).first
    await office.sees(late, 60_000)
    number = re.search(r"租赁单 (\S+)", await late.inner_text())
    assert number is not None
    await late.get_by_role("button", name=office.w("todos.hand")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("todos.owner")).select_option(label=staff("ye").name)
    await dialog.get_by_label(office.w("todos.note")).fill("请您联系")
    await dialog.get_by_role("button", name=office.w("todos.hand")).click()
    await office.sees(office.text("todos.handed"))

    boss = await todos(world, "ye")
    mine = card(boss, number[1])
    await boss.sees(mine, 60_000)
    await boss.sees(mine.get_by_text("请您联系"))
    await mine.get_by_role("button", name=boss.w.whole("todos.done")).click()
    await expect(mine).to_have_count(0)
    await boss.button("todos.undo").click()
    await boss.sees(card(boss, number[1]))
    await card(boss, number[1]).get_by_role("button", name=boss.w.whole("todos.done")).click()
    await boss.page.get_by_role("tab", name=boss.w("todos.closed")).click()
    await boss.sees(card(boss, number[1]).get_by_text(boss.w("todos.doneBy", who=staff("ye").name)))


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_to_dos_look_right(world: World, lang: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    office = await todos(world, "ye", lang, "mine")
    gallery = Gallery(office.page, f"todos-{lang}", SIZES)
    await gallery.look("none")
    await office.button("todos.new").first.click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("todos.what")).fill(
        "给广告公司回电话，确认周五的摄影套装" if lang == "zh" else "Call the agency back"
    )
    await gallery.look("new")
    await dialog.get_by_role("button", name=office.w("common.save")).click()
    await office.sees(office.page.get_by_role("article"))
    await office.page.get_by_role("tab", name=office.w("todos.all")).click()
    await expect(office.page.get_by_role("article").nth(2)).to_be_visible(timeout=60_000)
    await gallery.look("all")
    assert gallery.faults == []
