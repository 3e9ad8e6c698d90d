"""Every screen in both languages, in light and dark, on phone, tablet and desk: looked at, photographed, checked by axe."""

import pytest
from playwright.async_api import expect

from tests.e2e.checkin import Checkin
from tests.e2e.field import FieldApp, draw_signature, hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.world import Van, World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

FIELD_SIZES = {"phone": (390, 844), "tablet": (1024, 768)}
OFFICE_SIZES = {"desk": (1280, 900), "phone": (390, 844)}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


def name_of(lang: str) -> str:
    zhou = staff("zhou")
    return zhou.name if lang == "zh" else zhou.name_en


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_coming_in_and_the_everyday_screens(world: World, lang: str) -> None:
    app = FieldApp(world.phone(locale=LOCALES[lang]), lang)
    van = world.vans_out()[0]
    await app.open(world.server.url, world.film(van))
    gallery = Gallery(app.page, f"field-{lang}", FIELD_SIZES, large=True)
    await app.sees(app.heading("enrol.title"))
    await gallery.look("enrol")
    await app.button("enrol.type").click()
    await gallery.look("enrol-type")
    await app.page.get_by_label(app.w.whole("enrol.code")).fill(world.server.invitation().split("#enrol=")[1])
    await app.button("common.continue").click()
    await gallery.look("enrol-confirm")
    await app.page.get_by_role("button", name=app.w.whole("enrol.now")).click()
    await app.sees(app.heading("welcome.title"))
    await gallery.look("welcome")
    await app.button("welcome.continue").click()
    await app.sees(app.heading("lock.title"))
    await gallery.look("lock")
    await app.choose(name_of(lang))
    await gallery.look("pin")
    await app.pin(world.pin("zhou"))
    await app.today()
    await gallery.look("today")
    await everyday(app, gallery, van)
    gallery.verdict()


async def everyday(app: FieldApp, gallery: Gallery, van: Van) -> None:
    """Scan, type, asset, sync centre, me."""
    await app.button("today.scan").click()
    await app.sees(app.text("scan.aim"))
    await gallery.look("scan")
    await app.button("scan.type").click()
    await app.page.get_by_label(app.w("scan.typeLabel")).fill(van.plate[-5:])
    await gallery.look("scan-type")
    await app.page.get_by_role("button", name=van.plate).click()
    await app.sees(app.button("asset.start"))
    await gallery.look("asset")
    for place in ("sync", "me"):
        await app.page.goto(f"{app.page.url.split('#')[0]}#/{place}")
        await app.sees(app.heading(f"{place}.title"))
        await gallery.look(place)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_wizard_and_the_gate(yard: World, lang: str) -> None:
    app = FieldApp(yard.enrolled_phone(locale=LOCALES[lang]), lang)
    van = yard.vans_out()[0]
    await app.open(yard.server.url, yard.film(van, "right"), offline=True)
    await app.unlock(name_of(lang), yard.pin("zhou"))
    await app.today()
    await app.type_asset(van.plate)
    await app.button("asset.start").click()
    gallery = Gallery(app.page, f"checkin-{lang}", FIELD_SIZES, large=True)
    wizard = Checkin(app, yard.names(lang))
    await capture(gallery, wizard, van)
    await customer(yard, gallery, wizard)
    await app.phone.close()
    await app.open(yard.server.url, offline=True)
    await app.unlock(name_of(lang), yard.pin("zhou"))
    await app.gate()
    gallery.page = app.page
    await gallery.look("gate")
    gallery.verdict()


async def capture(gallery: Gallery, wizard: Checkin, van: Van) -> None:
    """From the meters to the double confirmation."""
    pad = wizard.page.get_by_role("group", name=wizard.names.odometer)
    for digit in str(van.odometer + 2_000)[-3:]:
        await pad.get_by_role("button", name=digit, exact=True).click()
    await gallery.look("meters")
    await wizard.level(60).click()
    await wizard.photo(1)
    await gallery.look("shot")
    await wizard.button("shots.skip").click()
    await gallery.look("shot-skip")
    await wizard.page.get_by_role("dialog").get_by_role("button", name=wizard.w("common.close")).click()
    for number in range(2, 9):
        await wizard.photo(number)
    await gallery.look("damages")
    await wizard.page.get_by_role("tab", name=wizard.w("view.right")).click()
    await wizard.page.get_by_role("group", name=wizard.w("view.right")).click()
    await wizard.chip(wizard.names.scratch).click()
    await wizard.page.locator("label").filter(has_text=wizard.w("acceptance.minor_damage")).click()
    await gallery.look("damage")
    await wizard.button("damage.save").click()
    await wizard.sees(wizard.heading("damage.wide"))
    await gallery.look("damage-shot")
    await wizard.shutter(wizard.heading("damage.close"))
    await wizard.shutter(wizard.heading("damages.title"))
    await gallery.look("damages-one")
    await wizard.button("damages.continue").click()
    await wizard.sees(wizard.heading("accessories.title"))
    await gallery.look("accessories")
    await wizard.cable_missing()
    await gallery.look("review")
    await wizard.button("review.first").click()
    await wizard.sees(wizard.heading("review.secondTitle"))
    await gallery.look("review-second")
    await hold(wizard.page, wizard.button("review.hold"))
    await wizard.sees(wizard.heading("customer.title"))
    await gallery.look("given")
    await wizard.aside()
    await gallery.look("pass")


async def customer(yard: World, gallery: Gallery, wizard: Checkin) -> None:
    """Customer mode, the staff's signature, the receipt."""
    await wizard.button("pass.go").click()
    await wizard.sees(wizard.heading("customer.title"))
    await wizard.page.get_by_text(wizard.w("customer.state")).first.click()
    await expect(wizard.button("pass.aside")).to_have_count(0)
    await gallery.look("customer-read")
    await wizard.answer_damage(agree=False)
    await gallery.look("customer-answered")
    await wizard.button("customer.reserve").click()
    await gallery.look("customer-who")
    await wizard.by_hand("Wang Lei")
    await draw_signature(wizard.page, wizard.w("customer.signAs"))
    await gallery.look("customer-sign")
    await wizard.button("customer.finish").click()
    await wizard.sees(wizard.heading("customer.thanks"))
    await gallery.look("customer-thanks")
    await draw_signature(wizard.page, wizard.w("staff.signAs"))
    await gallery.look("staff-signed")
    await wizard.button("customer.again").click()
    await wizard.leave(yard.pin("zhou"))
    await gallery.look("staff")
    await wizard.staff_signs()
    await gallery.look("receipt")


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_office(yard: World, lang: str) -> None:
    office = OfficeApp(yard.office(locale=LOCALES[lang]), lang)
    await office.open(yard.server.url)
    gallery = Gallery(office.page, f"office-{lang}", OFFICE_SIZES)
    await office.sees(office.button("office.signIn"))
    await gallery.look("login")
    await office.sign_in("admin", yard.password)
    await office.board()
    await gallery.look("board")
    await office.go("handovers")
    await office.sees(office.text("list.count"))
    await gallery.look("handovers")
    van = yard.vans_out()[0]
    await office.open_handover(van.plate)
    await office.pictures(8)
    await office.sees(office.text("proof.chainOk"))
    await gallery.look("handover")
    await office.go("devices")
    await office.sees(office.page.get_by_role("row").nth(1))
    await gallery.look("devices")
    await office.page.get_by_role("row").nth(1).click()
    await office.sees(office.text("device.proven"))
    await gallery.look("device")
    await office.page.get_by_role("button", name=office.w("common.close")).first.click()
    await office.button("device.enrol").first.click()
    await gallery.look("invite")
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("invite.name")).fill("SM-79")
    await dialog.get_by_role("button", name=office.w("invite.make")).click()
    await office.sees(dialog.get_by_text(office.w("invite.ready")))
    await gallery.look("invite-code")
    gallery.verdict()
