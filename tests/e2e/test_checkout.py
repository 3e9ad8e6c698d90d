"""A technician hands a van over without signal, from the gate to the receipt; later three vans go out in two parts.

Neighbours: `checkin.py` (the wizard's hand), `test_story.py` (the way back). Invariant: what is looked at in the end is the
server's entries and records, and what the office shows of them.
"""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.checkin import Checkin, Checkout
from tests.e2e.field import FieldApp, hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.guide import picture_for_guide
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until, until
from tests.e2e.test_leaving import weigh
from tests.e2e.test_policy import settings
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600, func_only=True)]

LOCALES = {"zh": "zh-CN", "en": "en-GB"}
SIZES = {"phone": (390, 844), "small": (360, 640), "tablet": (1024, 768)}


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


def waiting(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first approved rental of one van at the first depot, and the van."""
    rentals = [one for one in world.server.records("rental") if one["state"] == "approved"]
    here = [one for one in rentals if one["depot_id"] == staff("zhou").depots[0]]
    rental = min(here, key=lambda one: str(one["number"]))
    (asset_id,) = rental["assets"]
    return rental, record(world, "asset", asset_id)


def record(world: World, kind: str, id_: str) -> dict[str, Any]:
    """One record as the server has it."""
    found: dict[str, Any] = next(one for one in world.server.records(kind) if one["id"] == id_)
    return found


async def at_today(world: World, lang: str, film_of: int = 0) -> FieldApp:
    """The enrolled phone on the day's work, then without a network; its camera sees a van."""
    app = FieldApp(world.enrolled_phone(locale=LOCALES[lang]), lang)
    await app.open(world.server.url, world.film(world.vans_out()[film_of]))
    zhou = staff("zhou")
    await app.unlock(zhou.name if lang == "zh" else zhou.name_en, world.pin("zhou"))
    await app.today()
    await app.page.wait_for_timeout(1_500)
    await app.phone.offline(True)
    return app


async def uploaded(world: World, rental: str, out: int) -> dict[str, Any]:
    """The rental, once the server knows of so many assets that are out on it."""

    def as_many(found: dict[str, Any]) -> bool:
        return bool(found["id"] == rental) and sum(line["state"] == "out" for line in found["assets"].values()) == out

    return await record_until(world.server, "rental", as_many)


async def capture(wizard: Checkout, odometer: int) -> None:
    """Meters and all pictures; ends at the damages."""
    await wizard.meters(odometer, 90)
    for number in range(1, 9):
        await wizard.photo(number)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_handed_over_without_a_network_and_found_again_by_the_return(yard: World, lang: str) -> None:
    h = Words(lang, "handout")
    rental, van = waiting(yard)
    app = await at_today(yard, lang)
    page = app.page
    gallery = Gallery(page, f"checkout-{lang}", SIZES)
    await page.get_by_text(app.w("today.depot")).first.click()
    await page.get_by_role("button", name=re.compile(re.escape(van["label"]))).first.click()
    await app.sees(page.get_by_role("heading", level=1, name=h.whole("handout.title")))
    await expect(page.get_by_text(rental["number"])).to_be_visible()
    await gallery.look("begin")
    await picture_for_guide(page, f"handout-{lang}")
    await page.get_by_role("button", name=h.whole("handout.begin")).click()

    wizard = Checkout(app, yard.names(lang))
    odometer = int(van["readings"].get("odometer", {}).get("value", 12_000)) + 3
    pad = page.get_by_role("group", name=wizard.names.odometer)
    await app.sees(pad)
    await gallery.look("odometer")
    await capture(wizard, odometer)
    await gallery.look("damages")
    await wizard.damage("left")
    await wizard.cable_missing()
    await gallery.look("review")
    await picture_for_guide(page, f"handout-review-{lang}")
    # A reload comes back to this very step.
    await page.reload()
    zhou = staff("zhou")
    await app.unlock(zhou.name if lang == "zh" else zhou.name_en, yard.pin("zhou"))
    await app.gate()
    await app.finish_open_handover()
    await app.sees(wizard.heading("review.title"))
    await wizard.confirm("minor_damage", wizard.heading("customer.title"))
    await gallery.look("given")
    customer = await wizard.hand_over(lang)
    await gallery.look("customer")
    await customer.answer_damage(agree=True)
    await customer.sign("王小明")
    await picture_for_guide(page, f"handout-thanks-{lang}")
    await customer.leave(yard.pin("zhou"))
    await gallery.look("staff")
    await wizard.staff_signs()
    await gallery.look("receipt")
    gallery.verdict()

    await app.phone.offline(False)
    found = await uploaded(yard, rental["id"], 1)
    assert found["state"] == "out"
    (out,) = [one for one in yard.server.records("handover") if one["asset_id"] == van["id"] and one["type"] == "check_out"]
    assert (out["state"], out["acceptance"], out["rental_id"]) == ("complete", "minor_damage", rental["id"])
    assert {one["party"]: one["decision"] for one in out["signatures"].values()} == {"customer": "agree", "staff": "agree"}
    assert out["gate"]["start"]["verdict"] in ("go", "warn")
    assert out["gate"]["server"]["verdict"] in ("go", "warn")
    task = next(one for one in yard.server.records("task") if one["asset_id"] == van["id"] and one["type"] == "deliver")
    assert (task["state"], task["done_by_handover"]) == ("done", out["id"])
    await in_the_office(yard, lang, rental, van)
    await comes_back(yard, app, lang, van, out)


async def in_the_office(world: World, lang: str, rental: dict[str, Any], van: dict[str, Any]) -> None:
    """The office shows the rental and its van as out."""
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    await office.page.evaluate("address => { location.hash = address; }", f"#/rentals/{rental['id']}")
    await office.sees(office.page.get_by_text(van["label"]))
    await office.sees(office.text("lineState.out"))


async def comes_back(world: World, app: FieldApp, lang: str, van: dict[str, Any], out: dict[str, Any]) -> None:
    """The return finds this check-out: its readings, its pictures, what was missing, what was damaged."""
    w = Words(lang, "checkin")
    page = app.page
    await page.get_by_role("link", name=w("receipt.done")).click()
    await app.gate_opens()
    await app.type_asset(van["label"])
    await app.button("asset.start").click()
    km = int(out["readings"]["odometer"]["value"])
    await app.sees(page.get_by_text(re.compile(f"{km:,}")))
    wizard = Checkin(app, world.names(lang))
    await wizard.meters(km + 120, 60)
    ghost = page.get_by_text(w("shots.align"))
    await app.sees(ghost)
    for number in range(1, 9):
        await wizard.photo(number)
    await app.sees(page.get_by_text(w("damages.known", n=1)))
    await wizard.button("damages.none").click()
    await app.sees(page.get_by_text(w("accessories.before", state=w.text("accessoryState.missing"))))
    await wizard.button("accessories.some", n=1).click()
    await app.sees(wizard.heading("review.title"))

    def returned(one: dict[str, Any]) -> bool:
        return one["asset_id"] == van["id"] and one["baseline_id"] == out["id"] and bool(one["accessories"])

    back = await record_until(world.server, "handover", returned)
    assert (back["type"], back["rental_id"]) == ("check_in", out["rental_id"])
    assert {name: one["state"] for name, one in back["accessories"].items()} == {"charging_cable": "missing"}


async def arrives_in_parts(yard: World, free: list[dict[str, Any]]) -> None:
    """Two are out under one document and one signature, all their files there; the third still waits."""
    made = await record_until(yard.server, "rental", lambda one: bool(one["walk_in"]))
    rental = await uploaded(yard, made["id"], 2)
    assert rental["state"] == "out"
    assert rental["assets"][free[2]["id"]]["state"] == "reserved"
    outs = [one for one in yard.server.records("handover") if one["rental_id"] == rental["id"]]
    assert {one["state"] for one in outs} == {"complete"}
    documents = {one["document_sha256"] for out in outs for one in out["signatures"].values()}
    images = {one["image_sha256"] for out in outs for one in out["signatures"].values() if one["party"] == "customer"}
    assert (len(outs), len(documents), len(images)) == (2, 1, 1)

    def all_files() -> bool:
        sums = [one["evidence"] for one in yard.server.records("handover") if one["rental_id"] == rental["id"]]
        return all(one["received"] == one["declared"] > 0 for one in sums)

    await until(all_files, "a file of the check-out is missing")


async def test_two_of_three_go_out_with_one_signature_and_the_third_later(yard: World) -> None:
    lang = "zh"
    h, w = Words(lang, "handout"), Words(lang, "walkin")
    zhou = staff("zhou")
    rentals = [one for one in yard.server.records("rental") if one["state"] in ("draft", "approved")]
    promised = {asset for one in rentals for asset in one["assets"]}
    here = [one for one in yard.server.records("asset") if one["pack"] == "vehicle" and one["depot_id"] == zhou.depots[0]]
    free = [one for one in here if one["state"] == "available" and one["id"] not in promised][:3]
    assert len(free) == 3
    app = await at_today(yard, lang)
    page = app.page
    await app.button("asset.walkIn").click()
    await page.get_by_text(w.whole("walkin.fresh")).click()
    await page.get_by_text(w.whole("walkin.person")).click()
    await page.get_by_label(w.whole("walkin.personName")).fill("王小明")
    await page.get_by_label(w("walkin.phone")).fill("13900002222")
    for van in free:
        await page.get_by_label(w("walkin.add")).fill(van["label"][-5:])
        await page.get_by_role("button", name=re.compile(re.escape(van["label"]))).click()
    await page.get_by_role("button", name=w("walkin.make")).click()
    await app.sees(page.get_by_role("heading", level=1, name=h.whole("handout.title")))
    gallery = Gallery(page, "checkout-parts", SIZES)
    await page.get_by_role("checkbox", name=re.compile(re.escape(free[1]["label"]))).check(force=True)
    await app.sees(page.get_by_text(h("handout.partly", n=2, rest=1)))
    await gallery.look("begin")
    await picture_for_guide(page, "handout-parts-zh")
    await page.get_by_role("button", name=h("handout.beginSome", n=2)).click()
    wizard = Checkout(app, yard.names(lang))
    first = wizard.page.get_by_role("group", name=wizard.names.odometer)
    for at, van in enumerate(free[:2]):
        await app.sees(first)
        await app.sees(page.get_by_text(f"{at + 1} / 2"))
        await capture(wizard, int(van["readings"].get("odometer", {}).get("value", 12_000)) + 1)
        await wizard.nothing_new()
        await wizard.confirm("intact", wizard.heading("customer.title") if at else first)
    await gallery.look("given")
    customer = await wizard.hand_over(lang)
    for van in free[:2]:
        await app.sees(page.get_by_text(van["label"]))
    await gallery.look("customer")
    await customer.sign("王小明")
    await wizard.staff_finishes(yard.pin("zhou"))
    await gallery.look("receipt")
    gallery.verdict()

    await app.phone.offline(False)
    await arrives_in_parts(yard, free)
    await page.get_by_role("link", name=wizard.w("receipt.done")).click()
    await app.gate_opens()
    await app.type_asset(free[2]["label"])
    await app.button("asset.handOut").click()
    await app.sees(page.get_by_role("checkbox", name=re.compile(re.escape(free[2]["label"]))))
    await expect(page.get_by_text(h.whole("handout.out"))).to_have_count(2)


async def reasoned(office: OfficeApp, act: str, why: str, text: str, sure: str | None = None) -> None:
    """Press a button of the office that asks for a reason, and give one. `sure`: what the sheet's own button says."""
    await office.page.get_by_role("button", name=re.compile(f"^{act}$")).click()
    name = re.compile(f"^{sure or act}$")
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w(why)).fill(text)
    await dialog.get_by_role("button", name=name).click()
    await expect(dialog).to_have_count(0)


async def test_a_stop_is_passed_only_where_the_rule_lets_it_and_a_rental_cancelled_meanwhile_is_told(yard: World) -> None:
    lang = "zh"
    h, leaving, w = Words(lang, "handout"), Words(lang, "leaving"), Words(lang, "checkin", "checkout")
    rental, van = waiting(yard)
    app = await at_today(yard, lang)
    await app.phone.offline(False)
    page = app.page
    await app.type_asset(van["label"])
    await app.button("asset.handOut").click()
    begin = page.get_by_role("button", name=h.whole("handout.begin"))
    await expect(begin).to_be_enabled()
    office = await settings(yard)
    await office.page.evaluate("address => { location.hash = address; }", f"#/assets/{van['id']}")
    await reasoned(office, Words(lang, "assets").text("asset.lock"), "asset.why", "召回")
    await app.sees(page.get_by_text(h("handout.stopped")))
    await expect(begin).to_be_disabled()
    gallery = Gallery(page, "checkout-stop", SIZES)
    await gallery.look("stopped")
    await office.go("settings")
    await office.page.get_by_role("tab", name=leaving("leavingRule.title")).click()
    await weigh(office, leaving, "asset_locked", "pass")
    why = page.get_by_text(h.whole("handout.why.office"))
    await app.sees(why)
    await why.click()
    await gallery.look("reason")
    await hold(page, page.get_by_role("button", name=h("handout.pass")))
    await app.sees(page.get_by_text(h("handout.passed")))
    await begin.click()

    wizard = Checkout(app, yard.names(lang))
    await app.sees(page.get_by_role("group", name=wizard.names.odometer))
    await capture(wizard, int(van["readings"].get("odometer", {}).get("value", 12_000)) + 3)
    await wizard.nothing_new()
    await wizard.confirm("intact", wizard.heading("customer.title"))
    await wizard.aside()
    await office.page.evaluate("address => { location.hash = address; }", f"#/rentals/{rental['id']}")
    await reasoned(office, "取消", "cust.why", "客户改期", office.w.text("let.cancelAct"))
    await app.sees(page.get_by_text(w("changed.rental", number=rental["number"])))
    await gallery.look("cancelled")
    gallery.verdict()
    await wizard.button("pass.go").click()
    customer = await wizard.hand_over(lang)
    await customer.sign("王小明")
    await wizard.staff_finishes(yard.pin("zhou"))
    await uploaded(yard, rental["id"], 1)
    (out,) = [one for one in yard.server.records("handover") if one["asset_id"] == van["id"] and one["type"] == "check_out"]
    assert out["gate"]["reason"] == h.text("handout.why.office")
    assert sorted(out["flags"]["breach"]["reasons"]) == ["asset_locked", "rental_cancelled"]
    await page.get_by_role("link", name=wizard.w("receipt.done")).click()
    await app.today()
    await page.evaluate("location.hash = '#/sync'")
    await app.sees(page.get_by_text(re.compile("已不允许交付|不允许")))
