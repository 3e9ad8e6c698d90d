"""Every kind of planned work reaches the phone at once and is begun or ended there; a service done in the field tells the office
when the next one is due; a second task of a kind is not planned without a word.

Neighbours: `test_planning.py` (the board), `test_checkout.py`, `test_story.py` (what deliveries and returns become),
`test_stock.py` (a stock-take to its end).
"""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.field import FieldApp
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.test_planning import SIZES, planning
from tests.e2e.test_stock import here, type_in
from tests.e2e.words import Words
from tests.e2e.world import Van, World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

AT_ONCE_MS = 30_000
ROUND_MS = 75_000


async def at(page: Page, address: str) -> None:
    await page.evaluate("address => { location.hash = address; }", address)


async def on_the_phone(world: World) -> FieldApp:
    """Zhou's day."""
    SHOTS.mkdir(exist_ok=True)
    app = FieldApp(world.enrolled_phone())
    await app.open(world.server.url)
    await app.unlock(staff("zhou").name, world.pin("zhou"))
    await app.today()
    return app


def card(app: FieldApp, *texts: str) -> Locator:
    """A task on Today."""
    found = app.page.get_by_role("button")
    for text in texts:
        found = found.filter(has_text=text)
    return found.first


def free_vans(world: World) -> list[dict[str, Any]]:
    """Vans that stand in Zhou's depot and are promised to nobody."""
    rentals = [one for one in world.server.records("rental") if one["state"] in ("draft", "approved")]
    promised = {asset for one in rentals for asset in one["assets"]}
    vans = [
        one for one in world.server.records("asset") if one["depot_id"] == staff("zhou").depots[0] and one["pack"] == "vehicle"
    ]
    return [one for one in vans if one["state"] == "available" and one["id"] not in promised and not one["inspection_due_at"]]


async def plan(office: OfficeApp, words: Words, kind: str, plate: str | None, note: str) -> None:
    """By the form, for Zhou."""
    await office.page.get_by_role("button", name=words("plan.new")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(words.whole("plan.type")).select_option(kind)
    if plate is not None:
        await dialog.get_by_label(words("plan.asset")).fill(plate[-5:])
    await dialog.get_by_label(words("plan.assign")).select_option(label=staff("zhou").name)
    await dialog.get_by_label(words("plan.note")).fill(note)
    await dialog.get_by_role("button", name=words.whole("plan.save")).click()
    await expect(dialog).to_have_count(0)


async def ended(world: World, app: FieldApp, kind: str, button: str) -> None:
    """Work ended on the phone, an inspection line by line; the server knows by whom."""
    jobs, tasks = Words("zh", "jobs"), Words("zh", "tasks")
    await card(app, f"事由 {kind}").click()
    sheet = app.page.get_by_role("dialog")
    await app.sees(sheet.get_by_label(tasks("task.remark")))
    for line in await sheet.get_by_text(jobs.whole("job.ok")).all():
        await line.click()
    await sheet.get_by_role("button", name=tasks.whole(button)).click()
    await expect(card(app, f"事由 {kind}")).to_have_count(0)
    done = await record_until(world.server, "task", lambda one: one["note"] == f"事由 {kind}" and one["state"] == "done")
    assert done["result"]["by"] == staff("zhou").id


async def recovered(app: FieldApp, out: Van) -> None:
    """Going for what was not returned leads to its check-in."""
    await card(app, "事由 recover").click()
    await app.page.get_by_role("dialog").get_by_role("button", name=Words("zh", "jobs")("job.fetch")).click()
    await app.sees(app.page.get_by_role("heading", level=1, name=out.plate))
    await expect(app.button("asset.start")).to_be_enabled()
    await app.page.evaluate("() => { location.hash = '#/'; }")
    await app.today()


async def collected(world: World, app: FieldApp, office: OfficeApp) -> None:
    """What the office says of a collection stands on the phone at once, and its check-in begins there."""
    words = Words("zh", "planning")
    due = next(
        one for one in world.server.records("task")
        if one["type"] == "collect" and one["state"] == "open" and one["assignee_id"] == staff("zhou").id
    )  # fmt: skip
    await at(office.page, f"#/planning/list/{due['id']}")
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(words("plan.note")).fill("客户要早点还")
    await dialog.get_by_role("button", name=words.whole("plan.save")).click()
    await expect(card(app, "客户要早点还")).to_be_visible(timeout=AT_ONCE_MS)
    await card(app, "客户要早点还").click()
    await app.start_return()


async def test_every_planned_kind_reaches_the_phone_at_once_and_is_begun_or_ended_there(yard: World) -> None:
    words = Words("zh", "planning")
    app = await on_the_phone(yard)
    page = app.page
    office = await planning(yard, words)
    (inspected, repaired, *_), out = free_vans(yard), yard.vans_out()[0]
    by_hand = {"inspect": inspected["label"], "repair": repaired["label"], "stock_take": None, "recover": out.plate}
    for kind, plate in by_hand.items():
        await plan(office, words, kind, plate, f"事由 {kind}")
        await expect(card(app, f"事由 {kind}"), kind).to_be_visible(timeout=AT_ONCE_MS)

    # a second one of its kind is not planned without a word, and leads to the first
    await office.page.get_by_role("button", name=words("plan.new")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(words("plan.asset")).fill(inspected["label"][-5:])
    await expect(dialog.get_by_text(words("plan.twin", who=staff("zhou").name))).to_be_visible()
    gallery = Gallery(office.page, "planned-twin", SIZES)
    await gallery.look("twin")
    await dialog.get_by_role("button", name=words("plan.twinOpen")).click()
    await expect(office.page.get_by_role("dialog").get_by_label(words("plan.note"))).to_have_value("事由 inspect")
    await office.page.keyboard.press("Escape")
    gallery.verdict()

    # ended on the phone
    await ended(yard, app, "inspect", "task.passed")
    await ended(yard, app, "repair", "task.repaired")
    # begun there
    await card(app, "事由 stock_take").click()
    await app.button("scan.type").click()
    await type_in(app, here(yard)[0], f"1 / {len(here(yard))}")
    await record_until(yard.server, "task", lambda one: one["type"] == "stock_take" and one["state"] == "started")
    await page.evaluate("() => { location.hash = '#/'; }")
    await app.today()

    # a rental that is approved is to be delivered
    draft = next(
        one for one in yard.server.records("rental")
        if one["state"] == "draft" and one["depot_id"] == staff("zhou").depots[0]
    )  # fmt: skip
    label = next(one["label"] for one in yard.server.records("asset") if one["id"] in draft["assets"])
    await at(office.page, f"#/rentals/{draft['id']}")
    await office.page.get_by_role("button", name=re.compile("^批准$")).click()
    await office.page.get_by_role("dialog").get_by_role("button", name=re.compile("批准")).last.click()
    delivery = card(app, label, words.text("taskType.deliver"))
    await expect(delivery).to_be_visible(timeout=AT_ONCE_MS)
    deposit = office.page.get_by_role("region", name=Words("zh", "rentals").whole("let.deposit"))
    terms = next(one for one in yard.server.records("rental_terms") if one["id"] == draft["id"])
    await expect(deposit).to_contain_text(re.compile(rf"还差\s*¥{terms['deposit_required_fen'] / 100:,.2f}"))
    gallery = Gallery(office.page, "planned-deposit", SIZES)
    await gallery.look("rental")
    gallery.verdict()
    await delivery.click()
    await app.sees(page.get_by_role("heading", level=1, name=Words("zh", "handout").whole("handout.title")))
    await expect(page.get_by_text(draft["number"]).first).to_be_visible()
    await page.evaluate("() => { location.hash = '#/'; }")
    await app.today()

    # what is out is recovered, and what is due back collected, from where it stands
    await recovered(app, out)
    await collected(yard, app, office)


async def fact(office: OfficeApp, words: Words, key: str, value: str) -> None:
    """Edited in its place on the asset's page."""
    page, name = office.page, re.escape(words.text(key))
    await page.get_by_role("button", name=re.compile(f"^{name}")).click()
    await page.get_by_label(words.whole(key)).fill(value)
    await page.get_by_role("button", name=words.whole("common.save")).click()
    await expect(page.get_by_label(words.whole(key))).to_have_count(0)


async def test_a_service_done_on_the_phone_tells_the_office_when_the_next_is_due(yard: World) -> None:
    assets, tasks = Words("zh", "assets"), Words("zh", "tasks")
    app = await on_the_phone(yard)
    office = await planning(yard, Words("zh", "planning"))
    van = free_vans(yard)[0]
    shown = max(int(van["odometer_km"]), int(van["readings"].get("odometer", {}).get("value", 0)))
    await at(office.page, f"#/assets/{van['id']}")
    await office.sees(office.page.get_by_role("heading", level=1, name=van["label"]))
    await fact(office, assets, "asset.serviceKm", "10000")
    panel = office.page.get_by_role("region", name=assets.whole("asset.nextService"))
    await expect(panel).to_contain_text(f"{shown + 10_000:,} km")
    await fact(office, assets, "asset.serviceDueKm", str(shown + 100))
    await expect(panel).to_contain_text(assets("asset.serviceLeft", left="100 km"))

    service = card(app, van["label"], tasks.text("task.service"))
    await expect(service).to_be_visible(timeout=ROUND_MS)
    planned = next(one for one in yard.server.records("task") if one["made"].get("cause") == "service_due")
    assert re.search(r"T01:00:00", planned["due_at"]), "nine in the morning in Shanghai"
    await service.click()
    sheet = app.page.get_by_role("dialog")
    await sheet.get_by_label(tasks("task.readingNow")).first.fill(str(shown + 150))
    await sheet.get_by_role("button", name=tasks.whole("task.passed")).click()
    await expect(service).to_have_count(0)
    await expect(panel).to_contain_text(f"{shown + 10_150:,} km", timeout=AT_ONCE_MS)
    gallery = Gallery(office.page, "planned-service", SIZES)
    await panel.scroll_into_view_if_needed()
    await gallery.look("next")
    gallery.verdict()
    assert await office.page.get_by_role("region", name=office.w("own.title")).count() == 0, "nobody contradicted anybody"
