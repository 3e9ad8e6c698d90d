"""Planned work: what the office gives to somebody stands on that phone at once, and what is taken away is said."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.field import FieldApp
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

SIZES = {"desk": (1280, 900), "phone": (360, 780)}


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


async def planning(world: World, words: Words, person: str = "ye") -> OfficeApp:
    """Somebody of the office at the plan."""
    office = OfficeApp(world.office(locale="zh-CN" if words.lang == "zh" else "en-GB"), words.lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    nav = office.page.get_by_role("navigation", name=office.w("nav.main"))
    await nav.get_by_role("link", name=words("plan.title")).click()
    await office.sees(office.page.get_by_role("heading", level=1, name=words("plan.title")))
    return office


async def test_a_task_given_on_the_board_stands_on_the_phone_and_one_taken_away_is_said(yard: World) -> None:
    words, on_phone = Words("zh", "planning"), Words("zh", "tasks")
    zhou, other = staff("zhou"), staff("he")
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.today()
    office = await planning(yard, words)
    gallery = Gallery(office.page, "office-planning-zh", SIZES)
    await gallery.look("board")

    # given: an inspection planned by hand for this very person
    plate = yard.vans_out()[0].plate
    await office.page.get_by_role("button", name=words("plan.new")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(words("plan.asset")).fill(plate[-5:])
    await dialog.get_by_label(words("plan.assign")).select_option(label=zhou.name)
    await dialog.get_by_label(words("plan.note")).fill("看看轮胎")
    await gallery.look("new")
    await dialog.get_by_role("button", name=words.whole("plan.save")).click()
    await expect(dialog).to_have_count(0)
    card = app.page.get_by_role("button").filter(has_text="看看轮胎")
    await expect(card).to_be_visible()

    # begun on the phone: the office sees it
    await card.click()
    await app.page.get_by_role("button", name=on_phone.whole("task.start")).click()
    await expect(app.page.get_by_role("dialog")).to_contain_text(plate)
    await app.page.keyboard.press("Escape")
    row = office.page.get_by_role("region", name=zhou.name)
    await expect(row).to_contain_text(words("plan.state.started"))

    # taken away by the keyboard alone: the phone says to whom
    chip = row.get_by_role("button").filter(has_text=words("plan.state.started"))
    await chip.focus()
    await office.page.keyboard.press("Enter")
    await dialog.get_by_label(words("plan.assign")).select_option(label=other.name)
    await dialog.get_by_role("button", name=words.whole("plan.save")).press("Enter")
    await expect(card).to_have_count(0)
    await expect(app.page.get_by_text(on_phone("task.reassignedFrom", name=other.name))).to_be_visible()
    for view in ("week", "month"):
        await office.page.get_by_role("tab", name=words.whole(f"plan.{view}")).click()
        await office.sees(office.page.get_by_role("button", name=words("plan.on")))
        await gallery.look(view)
    gallery.verdict()


async def planned_by_hand(office: OfficeApp, words: Words, plate: str, note: str, who: str | None = None) -> None:
    """An inspection for today or tomorrow, as the form gives it."""
    await office.page.get_by_role("button", name=words("plan.new")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(words("plan.asset")).fill(plate[-5:])
    if who is not None:
        await dialog.get_by_label(words("plan.assign")).select_option(label=who)
    await dialog.get_by_label(words("plan.note")).fill(note)
    await dialog.get_by_role("button", name=words.whole("plan.save")).click()
    await expect(dialog).to_have_count(0)


async def noted(world: World, note: str) -> dict[str, Any]:
    """The task with this note, when the server has it."""
    return await record_until(world.server, "task", lambda one: bool(one["note"] == note))


def cell(office: OfficeApp, person: str, column: str) -> Locator:
    """A cell of the board."""
    return office.page.locator(f'[data-drop="{staff(person).id}|{column}"]')


async def to_another_state(office: OfficeApp, words: Words, card: Locator) -> None:
    """Carried to where it is cancelled; put back."""
    await card.hover()
    await office.page.mouse.down()
    await office.page.mouse.move(500, 300, steps=3)
    zone = office.page.locator('[data-drop="!cancel"]')
    to = await zone.bounding_box()
    assert to is not None
    await office.page.mouse.move(to["x"] + 40, to["y"] + 30, steps=4)
    await expect(zone).to_have_class(re.compile("target"))
    await office.page.mouse.up()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("客户不要了")
    await dialog.get_by_role("button", name=words.whole("plan.cancel")).click()
    await expect(card).to_have_count(0)
    await office.page.get_by_role("button", name=words.whole("plan.undo")).last.click()
    await expect(card).to_be_visible()


async def offline_by_keys(office: OfficeApp, task: str) -> None:
    """Without a network, a day on and to Zhou's row; the focus stays on the card."""
    zhou, card = staff("zhou"), office.page.locator(f'[data-task="{task}"]')
    await office.phone.offline(off=True)
    await card.focus()
    await office.page.keyboard.press("Shift+ArrowRight")
    await expect(card).to_be_focused()
    for _ in range(12):
        if await office.page.locator(f'[data-drop^="{zhou.id}|"] [data-task="{task}"]').count():
            break
        row = await office.page.evaluate("document.activeElement.closest('[data-drop]').dataset.drop")
        people = await office.page.evaluate("[...document.querySelectorAll('h2[data-drop]')].map(one => one.dataset.drop)")
        down = people.index(f"{zhou.id}|") > people.index(f"{row.split('|')[0]}|")
        await office.page.keyboard.press(f"Shift+Arrow{'Down' if down else 'Up'}")
        await expect(card).to_be_focused()
    await office.page.wait_for_timeout(500)


async def test_a_card_is_carried_to_another_person_and_day_and_back_by_mouse_keys_and_offline(yard: World) -> None:
    words = Words("zh", "planning")
    zhou, other = staff("zhou"), staff("he")
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.today()
    office = await planning(yard, words)
    plate = yard.vans_out()[0].plate
    await planned_by_hand(office, words, plate, "看看轮胎", other.name)
    known = await noted(yard, "看看轮胎")
    card = office.page.locator(f'[data-task="{known["id"]}"]')
    on_phone = app.page.get_by_role("button").filter(has_text="看看轮胎")
    await expect(on_phone).to_have_count(0)

    # by the mouse: another person, another day; the phone has it at once, and a screen reader is told
    await card.scroll_into_view_if_needed()
    await office.page.wait_for_timeout(300)
    box = await card.bounding_box()
    assert box is not None
    await office.page.mouse.move(box["x"] + 20, box["y"] + 20)
    await office.page.mouse.down()
    await office.page.mouse.move(box["x"] + 40, box["y"] + 40, steps=4)
    target = cell(office, "zhou", "day2")
    await target.scroll_into_view_if_needed()
    to = await target.bounding_box()
    assert to is not None
    await office.page.mouse.move(to["x"] + 30, max(to["y"] + 30, 120), steps=6)
    await expect(target).to_have_class(re.compile("target"))
    await office.page.screenshot(path=SHOTS / "office-planning-zh-carried.png")
    await office.page.mouse.up()
    await expect(target.locator(f'[data-task="{known["id"]}"]')).to_be_visible()
    await expect(office.page.get_by_role("dialog")).to_have_count(0)
    await expect(on_phone).to_be_visible()
    said = office.page.locator("[aria-live=polite]").get_by_text(zhou.name)
    await expect(said).to_be_visible()

    # taken back
    await office.page.get_by_role("button", name=words.whole("plan.undo")).click()
    await expect(on_phone).to_have_count(0)
    await expect(office.page.locator(f'[data-drop^="{other.id}|"] [data-task="{known["id"]}"]')).to_be_visible()

    await to_another_state(office, words, card)
    # let go where nothing takes it, and given up with Esc: nothing happens
    entries = len(yard.server.records("task"))
    await card.hover()
    await office.page.mouse.down()
    await office.page.mouse.move(500, 400, steps=3)
    await office.page.keyboard.press("Escape")
    await office.page.mouse.up()
    await expect(card).not_to_have_class(re.compile("away"))
    assert len(yard.server.records("task")) == entries

    await offline_by_keys(office, known["id"])
    await expect(on_phone).to_have_count(0)
    await office.phone.offline(off=False)
    await expect(on_phone).to_be_visible(timeout=60_000)


async def test_a_finger_carries_a_card_on_a_narrow_screen_and_still_scrolls(world: World) -> None:
    words = Words("zh", "planning")
    office = OfficeApp(world.office(width=360, height=780))
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    await office.page.goto(f"{world.server.url}/office/#/planning")
    await planned_by_hand(office, words, world.vans_out()[0].plate, "看看轮胎", staff("he").name)
    known = await noted(world, "看看轮胎")
    card = office.page.locator(f'[data-task="{known["id"]}"]')
    await card.scroll_into_view_if_needed()
    box = await card.bounding_box()
    assert office.phone.context is not None
    assert box is not None
    finger = await office.phone.context.new_cdp_session(office.page)
    x, y = box["x"] + 60, box["y"] + 20

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    # a quick stroke scrolls and carries nothing
    await touch("touchStart", (x, y))
    for step in range(1, 6):
        await touch("touchMove", (x, y - 20 * step))
    await touch("touchEnd")
    await expect(office.page.locator(".carried.plate")).to_have_count(0)
    # held, it is carried to a day at the lower edge
    await card.scroll_into_view_if_needed()
    box = await card.bounding_box()
    assert box is not None
    x, y = box["x"] + 60, box["y"] + 20
    await touch("touchStart", (x, y))
    await office.page.wait_for_timeout(600)
    await expect(office.page.locator(".carried.plate")).to_be_visible()
    day = office.page.locator('.days [data-drop="|day3"]')
    to = await day.bounding_box()
    assert to is not None
    await touch("touchMove", (to["x"] + 20, to["y"] + 20))
    await expect(day).to_have_class(re.compile("target"))
    await office.page.screenshot(path=SHOTS / "office-planning-phone-carried.png")
    await touch("touchEnd")
    await expect(cell(office, "he", "day3").locator(f'[data-task="{known["id"]}"]')).to_be_visible()
    await expect(office.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_plan_looks_right_full_empty_and_offline(world: World, lang: str) -> None:
    words = Words(lang, "planning")
    office = await planning(world, words)
    gallery = Gallery(office.page, f"plan-{lang}", SIZES)
    await office.sees(office.page.locator("[data-task]"))
    for view in ("board", "week", "month"):
        await office.page.get_by_role("tab", name=words.whole(f"plan.{view}")).click()
        await office.sees(office.page.locator("[data-task]"))
        if view == "month":
            await office.phone.offline(off=True)
        await gallery.look(view)
    await office.page.get_by_label(words.whole("plan.type")).select_option("stock_take")
    await office.sees(office.page.get_by_text(words("plan.empty")))
    await gallery.look("empty-offline")
    gallery.verdict()
