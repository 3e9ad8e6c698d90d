"""A camera kit and a machine leave and come back without a network, each by its own shot list, meters and drawing.

Neighbours: `checkin.py` (the wizard's hand), `test_checkout.py` (the same of a van). Invariant: what is looked at in the end is
the server's records, and what the office draws of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import expect

from server.demo.drawing import Kind, Readings, Subject, View, draw_photo
from server.demo.drawing.diagrams import DIAGRAMS
from tests.e2e.camera import film_of
from tests.e2e.checkin import Checkin, Checkout
from tests.e2e.field import FieldApp
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.guide import picture_for_guide
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.test_checkout import LOCALES, SIZES, record, uploaded
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600, func_only=True)]


@dataclass(frozen=True)
class Way:
    """One kind of thing in one language. `pins`: (side, part) of each damage found, by the drawing's own ids."""

    code: str
    lang: str
    subject: Subject
    views: tuple[View, ...]
    out: int
    back: int
    pins: tuple[tuple[str, str], ...]


KIT = Way(
    "camera_kit", "zh", Subject(Kind.CAMERA_KIT, label="C-08"), (View.TOP,), 12_000, 12_450,
    (("top", "lens_standard"), ("rear", "screen")),
)  # fmt: skip
MACHINE = Way(
    "machine", "en", Subject(Kind.EXCAVATOR, label="M-02"), (View.FRONT, View.LEFT), 1_200, 1_260,
    (("right", "bucket"), ("engine", "radiator")),
)  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


def leaving(world: World, code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The thing of a kind that leaves from the first depot today, and its rental."""
    tasks = [one for one in world.server.records("task") if one["type"] == "deliver"]
    assets = [record(world, "asset", one["asset_id"]) for one in tasks if one["depot_id"] == staff("zhou").depots[0]]
    asset = next(one for one in assets if one["pack"] == code)
    task = next(one for one in tasks if one["asset_id"] == asset["id"])
    return record(world, "rental", task["rental_id"]), asset


def parts_of(code: str) -> dict[str, Any]:
    """Side → its names and parts' names, as the app's drawing has them."""
    return {view.id: view for view in DIAGRAMS[code].views}


def named(sides: dict[str, Any], pins: Sequence[tuple[str, str]], lang: str) -> list[tuple[str, str]]:
    return [
        (getattr(sides[side], lang), next(getattr(part, lang) for part in sides[side].parts if part.id == id_))
        for side, id_ in pins
    ]


async def captured(wizard: Checkin) -> None:
    for number in range(1, wizard.photos + 1):
        await wizard.photo(number)


async def handed_out(
    yard: World, way: Way, app: FieldApp, wizard: Checkout, gallery: Gallery, pins: list[tuple[str, str]]
) -> None:
    """From the first reading to the receipt: one thing is damaged, everything is there."""
    h = Words(way.lang, "handout")
    await app.page.get_by_role("button", name=h.whole("handout.begin")).click()
    await wizard.sees(app.page.get_by_role("group", name=wizard.names.odometer))
    await gallery.look("reading")
    if way.code == "machine":
        await wizard.meters(way.out, 0)
    else:
        await wizard.count(way.out)
    await captured(wizard)
    await gallery.look("damages")
    await wizard.pin(*pins[0])
    await wizard.found()
    await gallery.look("accessories")
    await wizard.button("accessories.all").click()
    await wizard.sees(wizard.heading("review.title"))
    if way.code == "machine":
        await filled_up(wizard, gallery)
    await gallery.look("review")
    await wizard.confirm("minor_damage", wizard.heading("customer.title"))
    customer = await wizard.hand_over(way.lang)
    await gallery.look("customer")
    await customer.answer_damage(agree=True)
    await customer.sign("王小明")
    await customer.staff_finishes(yard.pin("zhou"))
    await gallery.look("receipt")


async def filled_up(wizard: Checkout, gallery: Gallery) -> None:
    """An empty tank stops it at the last page; filled and read again, it may leave."""
    stop = wizard.page.get_by_text(re.compile("低于交付下限|below what it must be to leave"))
    await wizard.sees(stop)
    await expect(wizard.button("review.hold")).to_be_disabled()
    await gallery.look("empty")
    await wizard.page.get_by_role("button", name=re.compile(rf"^{wizard.names.battery}")).first.click()
    await wizard.level(90).click()
    await wizard.button("shots.continue").click()
    await wizard.sees(wizard.heading("damages.title"))
    await wizard.found()
    await wizard.button("accessories.all").click()
    await wizard.sees(wizard.heading("review.title"))
    await expect(stop).to_have_count(0)


async def taken_back(
    yard: World, way: Way, app: FieldApp, wizard: Checkin, gallery: Gallery, pins: list[tuple[str, str]]
) -> None:
    """The same thing comes back: a lower reading is asked about, one more damage, one accessory is missing."""
    page = app.page
    pad = page.get_by_role("group", name=wizard.names.odometer)
    await wizard.sees(pad)
    for digit in str(way.out - 100):
        await pad.get_by_role("button", name=digit, exact=True).click()
    await (wizard.level(0) if way.code == "machine" else wizard.button("meters.record")).click()
    await wizard.sees(page.get_by_text(wizard.w("meters.belowTitle")))
    await gallery.look("below")
    await page.get_by_role("dialog").get_by_role("button", name=wizard.w("meters.again")).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    for _ in str(way.out - 100):
        await page.keyboard.press("Backspace")
    await (wizard.meters(way.back, 60) if way.code == "machine" else wizard.count(way.back))
    await captured(wizard)
    await wizard.sees(page.locator("[data-pin]").or_(page.get_by_text(wizard.w("damages.known", n=1))))
    await wizard.pin(*pins[1])
    await gallery.look("pinned")
    await picture_for_guide(page, f"drawing-{way.code}-{way.lang}")
    await wizard.found()
    await wizard.cable_missing()
    await wizard.confirm_twice("minor_damage")
    customer = await wizard.hand_over(way.lang)
    await customer.answer_damage(agree=True)
    await customer.sign("王小明")
    await customer.staff_finishes(yard.pin("zhou"))
    await gallery.look("back")


@pytest.mark.parametrize("way", [KIT, MACHINE], ids=lambda way: way.code)
async def test_a_thing_of_another_kind_leaves_and_comes_back_without_a_network(yard: World, way: Way) -> None:
    rental, asset = leaving(yard, way.code)
    pack = next(one for one in yard.server.records("pack") if one["code"] == way.code)
    pins = named(parts_of(pack["diagram"]), way.pins, way.lang)
    shots = [draw_photo(way.subject, view, readings=Readings(way.out, 60), seed=9) for view in way.views]
    app = FieldApp(yard.enrolled_phone(locale=LOCALES[way.lang]), way.lang)
    await app.open(yard.server.url, film_of(yard.folder / "thing.mjpeg", shots))
    zhou = staff("zhou")
    await app.unlock(zhou.name if way.lang == "zh" else zhou.name_en, yard.pin("zhou"))
    await app.today()
    await app.page.wait_for_timeout(1_500)
    await app.phone.offline(True)
    page = app.page
    gallery = Gallery(page, f"kind-{way.code}", SIZES)
    await page.get_by_text(app.w("today.depot")).first.click()
    await page.get_by_role("button", name=re.compile(re.escape(asset["label"]))).first.click()
    await app.sees(page.get_by_role("heading", level=1, name=Words(way.lang, "handout").whole("handout.title")))

    checkout = Checkout(app, yard.names(way.lang, way.code))
    checkout.photos = len(pack["slots"])
    await handed_out(yard, way, app, checkout, gallery, pins)
    await app.phone.offline(False)
    assert (await uploaded(yard, rental["id"], 1))["state"] == "out"

    await page.get_by_role("link", name=checkout.w("receipt.done")).click()
    await app.gate_opens()
    await app.phone.offline(True)
    await page.evaluate("id => { location.hash = `#/asset/${id}`; }", asset["id"])
    await app.sees(page.get_by_role("heading", level=1, name=asset["label"]))
    await app.sees(page.locator("[data-pin]"))
    await gallery.look("asset")
    await app.button("asset.start").click()
    checkin = Checkin(app, yard.names(way.lang, way.code))
    checkin.photos = len(pack["slots"])
    await taken_back(yard, way, app, checkin, gallery, pins)
    gallery.verdict()

    await app.phone.offline(False)
    await record_until(yard.server, "asset", lambda one: one["id"] == asset["id"] and one["state"] != "out")
    back = record(yard, "asset", asset["id"])
    assert back["state"] == "returned"
    assert back["readings"][pack["meters"][0]["id"]]["value"] == way.back
    assert list(back["accessories_missing"]) == [pack["accessories"][0]["id"]]
    damages = [one for one in yard.server.records("damage") if one["asset_id"] == asset["id"]]
    assert [(one["diagram"], one["view"], one["part"]) for one in sorted(damages, key=lambda one: str(one["found_at"]))] == [
        (pack["diagram"], *pin) for pin in way.pins
    ]
    office = OfficeApp(yard.office(locale=LOCALES[way.lang]), way.lang)
    await office.open(yard.server.url)
    await office.sign_in("wu", yard.password)
    await office.board()
    await office.page.evaluate("id => { location.hash = `#/handovers/${id}`; }", back["last_return_id"])
    await office.sees(office.page.locator("[data-pin]"))
    desk = Gallery(office.page, f"kind-{way.code}-office", {"desk": (1280, 860), "small": SIZES["small"]})
    await expect(office.page.locator("[data-pin]")).to_have_count(2)
    await office.page.locator("[data-pin]").first.scroll_into_view_if_needed()
    await desk.look("handover")
    desk.verdict()


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_office_chooses_a_drawing_and_earlier_damages_stay_on_theirs(world: World, lang: str) -> None:
    office = OfficeApp(world.office(locale=LOCALES[lang], width=1280, height=900), lang)
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    page = office.page
    await page.evaluate("() => { location.hash = '#/settings/packs'; }")
    packs = {one["code"]: one for one in world.server.records("pack")}
    await page.get_by_label(office.w.whole("packs.choose")).select_option(packs["vehicle"]["id"])
    choices = page.get_by_role("radiogroup", name=office.w("packs.diagram"))
    await expect(choices.locator("label")).to_have_count(len(DIAGRAMS))
    await choices.scroll_into_view_if_needed()
    gallery = Gallery(page, f"packs-{lang}", {"desk": (1280, 900), "small": SIZES["small"]})
    await gallery.look("diagram")
    await picture_for_guide(page, f"packs-diagram-{lang}")
    await choices.locator("label").filter(has_text=getattr(DIAGRAMS["car"], lang)).click()
    await office.sees(office.text("packs.saved"))
    vehicle = packs["vehicle"]["id"]
    await record_until(world.server, "pack", lambda one: one["id"] == vehicle and one["diagram"] == "car")
    handover = next(one for one in world.server.records("handover") if one["type"] == "check_in" and one["damages"])
    await page.evaluate("id => { location.hash = `#/handovers/${id}`; }", handover["id"])
    await office.sees(page.locator("[data-pin]"))
    await expect(page.get_by_text(f"({getattr(DIAGRAMS['van'], lang)})").first).to_be_visible()
    await gallery.look("earlier")
    gallery.verdict()
