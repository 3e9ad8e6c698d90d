"""A stock-take on the phone: begun at the shelves, scanned and typed, offline and past a restart; the office cancels it
meanwhile, nothing counted is lost; its differences stand on the task in the office."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.camera import film_of_qr
from tests.e2e.field import FieldApp, hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.guide import picture_for_guide
from tests.e2e.office import OfficeApp
from tests.e2e.test_faults import at_office
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
STANDING = ("available", "returned", "blocked")


def here(world: World) -> list[dict[str, Any]]:
    """What should stand in 周师傅's depot."""
    depots = next(one for one in world.server.records("person") if one["id"] == staff("zhou").id)["depot_ids"]
    assets = (one for one in world.server.records("asset") if one["depot_id"] in depots and one["state"] in STANDING)
    return sorted(assets, key=lambda one: str(one["tag"]))


async def type_in(app: FieldApp, asset: dict[str, Any], counted: str) -> None:
    """Count an asset by typing its label; `counted`: what the screen's head says then."""
    field = app.page.get_by_label(app.w("scan.typeLabel"))
    await field.fill(asset["tag"])
    await app.page.get_by_role("button").filter(has_text=asset["tag"]).first.click()
    await app.sees(app.page.get_by_text(counted))
    app.phone.said.append("stock_take.count")


async def cancelled_by_the_office(office: OfficeApp, world: World) -> None:
    """The office cancels the stock-take that is going on."""
    task = next(one for one in world.server.records("task") if one["type"] == "stock_take" and one["state"] == "started")
    await office.page.goto(f"{world.server.url}/office/#/planning/list/{task['id']}")
    await office.page.get_by_role("dialog").get_by_role("button", name=office.w.whole("plan.cancel")).click()
    dialog = office.page.get_by_role("dialog").last
    await dialog.get_by_role("textbox").fill("改到下周")
    await dialog.get_by_role("button", name=office.w.whole("plan.cancel")).click()
    await office.sees(office.text("plan.saved"))


async def test_a_stock_take_goes_on_without_a_network_and_whatever_the_office_does(yard: World) -> None:
    SHOTS.mkdir(exist_ok=True)
    jobs, zhou = Words("zh", "jobs"), staff("zhou")
    assets = here(yard)
    first, others = assets[0], assets[1:4]
    film = film_of_qr(yard.folder / "label.mjpeg", first["tag"])
    app = FieldApp(yard.enrolled_phone(width=360, height=780))
    await app.open(yard.server.url, film)
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.today()

    # begun where one stands; the camera finds the first at once
    await app.page.get_by_text(app.w("today.depot")).click()
    await app.page.get_by_role("button", name=jobs.whole("stock.title")).click()
    await app.page.get_by_role("button", name=jobs("stock.begin")).click()
    await app.sees(app.page.get_by_text(jobs("stock.hit")))
    await app.sees(app.page.get_by_text(f"1 / {len(assets)}"))
    gallery = Gallery(app.page, "stock-field", {"phone": (360, 780), "tablet": (820, 1180)})
    await gallery.look("counting")
    await picture_for_guide(app.page, "stock-zh")

    # without a network, and past a restart of the app: typed, two more
    await app.phone.in_control()
    await app.phone.offline(off=True)
    await app.button("scan.type").click()
    await type_in(app, others[0], f"2 / {len(assets)}")
    await app.page.reload()
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.gate()
    await app.page.get_by_role("button", name=jobs.whole("stock.title")).click()
    await app.sees(app.page.get_by_text(f"2 / {len(assets)}"))
    await app.button("scan.type").click()
    await type_in(app, others[1], f"3 / {len(assets)}")
    await app.page.get_by_label(app.w("scan.typeLabel")).fill("NO-SUCH-1")
    await app.page.get_by_role("button", name=jobs("stock.typeTag")).click()
    await app.sees(app.page.get_by_text(jobs("stock.tagHit", tag="NO-SUCH-1")))

    # the office cancels it meanwhile: said gently, all is kept, and it can still be ended
    office = await at_office(yard, "planning/list")
    await cancelled_by_the_office(office, yard)
    await app.phone.offline(off=False)
    await app.sees(app.page.get_by_text(jobs("stock.cancelled")), 60_000)
    await app.sees(app.page.get_by_text(jobs("stock.kept", n=4)))
    await app.page.get_by_role("button", name=jobs("stock.end")).click()
    await app.page.get_by_role("tab", name=jobs("stock.extra")).click()
    await app.sees(app.page.get_by_text(jobs("stock.tag", tag="NO-SUCH-1")))
    await gallery.look("ending")
    await app.page.get_by_label(jobs("stock.note")).fill("B 区没盘完")
    await hold(app.page, app.page.get_by_role("button", name=jobs("stock.close")))
    await app.sees(app.heading("today.title"))
    gallery.verdict()

    # the office reads what came of it
    await office.page.reload()
    task = next(one for one in yard.server.records("task") if one["type"] == "stock_take")
    await office.page.goto(f"{yard.server.url}/office/#/planning/list/{task['id']}")
    dialog = office.page.get_by_role("dialog")
    await office.sees(dialog.get_by_text("B 区没盘完"), 60_000)
    await office.sees(dialog.get_by_text(office.w("work.of", counted=3, expected=len(assets))))
    await office.sees(dialog.get_by_text(office.w("work.tag", tag="NO-SUCH-1")))
    await expect(dialog.get_by_role("link")).not_to_have_count(0)
    pages = Gallery(office.page, "stock-office", {"desk": (1280, 900), "phone": (360, 780)})
    await pages.look("result")
    pages.verdict()
    counted = {one["asset_id"] for one in yard.server.records("stock_count") if one["sightings"]}
    assert counted == {first["id"], others[0]["id"], others[1]["id"], None}


async def test_a_stock_take_in_english(yard: World) -> None:
    jobs, zhou = Words("en", "jobs"), staff("zhou")
    film = film_of_qr(yard.folder / "label.mjpeg", here(yard)[0]["tag"])
    app = FieldApp(yard.enrolled_phone(width=360, height=780, locale="en-GB"), "en")
    await app.open(yard.server.url, film)
    await app.unlock(zhou.name_en, yard.pin("zhou"))
    await app.today()
    await app.page.get_by_text(app.w("today.depot")).click()
    await app.page.get_by_role("button", name=jobs.whole("stock.title")).click()
    gallery = Gallery(app.page, "stock-en", {"phone": (360, 780)})
    await gallery.look("begin")
    await app.page.get_by_role("button", name=jobs("stock.begin")).click()
    await app.sees(app.page.get_by_text(jobs("stock.hit")))
    await gallery.look("counting")
    await picture_for_guide(app.page, "stock-en")
    gallery.verdict()
