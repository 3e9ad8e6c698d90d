"""The phone's own lock on one's own phone: chosen under one's name, without a network, into the app and to the end of a return.

Neighbours: `test_taps.py` counts; `field_app/src/core/phonelock.ts`. The fingerprint is Chromium's virtual authenticator.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, expect

from tests.e2e.checkin import Checkin, Checkout
from tests.e2e.evidence import Entry, entries_of
from tests.e2e.field import FieldApp, press_pin
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.guide import picture_for_guide
from tests.e2e.patience import until
from tests.e2e.test_devices import CODE, devices_page
from tests.e2e.test_taps import VAN, Taps, by_hand, ended, signer_of, slowed, through
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

LOCK = Words("zh", "field", "phonelock")
SIZES = {"phone": (390, 844), "low": (360, 640), "tablet": (1024, 768)}
FINGER = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


class Finger:
    """A reader of fingerprints in the phone, and whose finger lies on it."""

    def __init__(self, session: CDPSession, reader: str) -> None:
        self.session, self.reader = session, reader

    @classmethod
    async def of(cls, page: Page) -> "Finger":
        session = await page.context.new_cdp_session(page)
        await session.send("WebAuthn.enable", {})
        added: dict[str, Any] = await session.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
        return cls(session, str(added["authenticatorId"]))

    async def own(self, own: bool) -> None:
        await self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.reader, "isUserVerified": own})


async def own_phone(world: World, film: Path, key: str = "zhou", depot: str = "") -> tuple[FieldApp, Finger]:
    """A phone that the office gave to one person alone, unlocked by PIN. `depot`: its name, when it is not the office's own."""
    office = await devices_page(world)
    await office.button("device.enrol").first.click()
    dialog = office.page.get_by_role("dialog")
    if depot:
        await dialog.locator("label").filter(has_text=depot).click()
    await dialog.locator("label").filter(has_text=office.w("invite.personal")).click()
    await dialog.get_by_label(office.w("invite.person")).select_option(staff(key).id)
    await dialog.get_by_label(office.w("invite.name")).fill("SM-80")
    await dialog.get_by_role("button", name=office.w("invite.make")).click()
    await office.sees(dialog.get_by_text(office.w("invite.ready")))
    code = CODE.search(await dialog.get_by_text(CODE).first.inner_text())
    assert code is not None
    await office.phone.close()
    app = FieldApp(world.phone())
    await app.open(world.server.url, film)
    finger = await Finger.of(app.page)
    await app.enrol_typing(code.group())
    await app.unlock(staff(key).name, world.pin(key))
    await app.today()
    await app.phone.in_control()
    return app, finger


def unlocks(page: Page) -> Any:
    return page.get_by_role("button", name=LOCK("phonelock.unlock"))


async def finish(wizard: Checkin) -> None:
    """One touch of the reader after the staff's signature."""
    await wizard.page.get_by_role("button", name=LOCK("phonelock.finish")).click()


async def chosen(app: FieldApp) -> None:
    """Turned on under one's own name."""
    page = app.page
    await page.evaluate("() => { location.hash = '#/me'; }")
    await page.get_by_role("button", name=LOCK("phonelock.choose")).click()
    await app.sees(page.get_by_text(LOCK.whole("phonelock.on")))


async def arrived(world: World) -> list[Entry]:
    """What the phone wrote, once the server has all of it."""
    device = next(one["id"] for one in world.server.records("device") if one["name"] == "SM-80")

    def whole() -> list[Entry]:
        entries = entries_of(world.server, device)
        return entries if entries and entries[-1].action == "return.complete" else []

    return await until(whole, "the return has not come")


async def test_a_return_ends_with_a_finger_and_the_pin_always_remains(yard: World) -> None:
    SHOTS.mkdir(exist_ok=True)
    van = yard.vans_out()[0]
    holder = next(one for one in yard.server.records("asset") if one["id"] == van.id)["holder_id"]
    app, finger = await own_phone(yard, yard.film(van))
    page = app.page
    gallery = Gallery(page, "phonelock", SIZES)
    await chosen(app)
    await gallery.look("me")
    await picture_for_guide(page, "phonelock-zh")

    await app.phone.offline(True)
    await page.reload()
    await app.choose(staff("zhou").name)
    await app.sees(unlocks(page))
    await gallery.look("unlock")
    await finger.own(False)
    await unlocks(page).click()
    await app.sees(page.get_by_text(LOCK.whole("phonelock.cancelled")))
    await press_pin(page, yard.pin("zhou"))
    await expect(unlocks(page)).to_have_count(0)
    await page.reload()
    await finger.own(True)
    await app.choose(staff("zhou").name)
    await unlocks(page).click()
    await page.evaluate("() => { location.hash = '#/today'; }")
    await app.today()

    await slowed(app)
    taps = Taps(app, "a clean return, by hand, with the phone's own lock")
    await page.get_by_role("button", name=re.compile(rf"{app.w.text('asset.start')}.*{re.escape(van.plate)}")).click()
    wizard = Checkin(app, yard.names("zh"))
    await through(wizard, taps, van.odometer + 20, signer_of(yard, holder), finish)
    assert taps.told() <= sum(VAN.values()) - 5
    gallery.verdict()

    await app.phone.offline(False)
    entries = await arrived(yard)
    assert {entry.state for entry in entries} == {"applied"}
    assert {entry.body["auth"] for entry in entries} == {"passkey"}


async def test_a_shared_device_offers_the_pin_alone(yard: World) -> None:
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    await Finger.of(app.page)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.page.evaluate("() => { location.hash = '#/me'; }")
    await app.sees(app.heading("me.title"))
    await app.page.wait_for_timeout(1_500)
    await expect(app.page.get_by_role("button", name=LOCK("phonelock.choose"))).to_have_count(0)


KIT_SHOTS = 3
KIT = {"begin": 1, "readings": 3, "confirm": 2, "customer": 1, "staff": 1}
"""Beyond its scans (its label, its pictures)."""


async def kit_let(world: World, app: FieldApp, here: str) -> tuple[str, str]:
    """A camera kit let at the counter to a customer with a known signer; its check-out is ready to begin. Label and signer."""
    w, page = Words("zh", "walkin"), app.page
    free = [one for one in world.server.records("asset") if one["pack"] == "camera_kit" and one["depot_id"] == here]
    kit = next(str(one["label"]) for one in free if one["state"] == "available")
    known = next(one for one in world.server.records("signer_authority") if one["depot_id"] == here)
    customer = next(one for one in world.server.records("customer") if one["id"] == known["customer_id"])
    await app.button("asset.walkIn").click()
    await page.get_by_text(w.whole("walkin.known")).click()
    await page.get_by_label(w("walkin.find")).fill(customer["name"])
    await page.get_by_role("button", name=re.compile(re.escape(customer["name"]))).first.click()
    await page.get_by_label(w("walkin.add")).fill(kit[-4:])
    await page.get_by_role("button", name=re.compile(re.escape(kit))).click()
    await page.get_by_text(w.whole("walkin.days", n=3)).click()
    await page.get_by_role("button", name=w("walkin.make")).click()
    return kit, str(known["shown_as"])


async def counted(wizard: Checkin, digits: str) -> None:
    """The one meter of a kit."""
    for digit in digits:
        await wizard.page.get_by_role("button", name=digit, exact=True).click()
    await wizard.button("meters.record").click()
    await wizard.at_shot(1)


async def test_a_camera_kits_return_is_counted_beyond_its_scans(yard: World) -> None:
    tang = staff("tang")
    app, _ = await own_phone(yard, yard.film(yard.vans_out()[0]), "tang", "滨江仓")
    page = app.page
    await chosen(app)
    await page.evaluate("() => { location.hash = '#/today'; }")
    await app.today()
    kit, signer = await kit_let(yard, app, tang.depots[0])
    begin = page.get_by_role("button", name=Words("zh", "handout").whole("handout.begin"))
    await expect(begin).to_be_enabled()
    await begin.click()
    await slowed(app)
    wizard: Checkin = Checkout(app, yard.names("zh"))
    wizard.photos = KIT_SHOTS
    await counted(wizard, "12345")
    await by_hand(wizard)
    await ended(wizard, Taps(app, "a kit going out"), signer, finish)

    await page.get_by_role("link", name=wizard.w("receipt.done")).click()
    await app.type_asset(kit)
    await page.evaluate("() => { window.taps = 0; }")
    taps = Taps(app, "a clean kit's return, beyond its scans, with the phone's own lock")
    await app.button("asset.start").click()
    wizard = Checkin(app, yard.names("zh"))
    wizard.photos = KIT_SHOTS
    await wizard.sees(page.get_by_role("button", name="1", exact=True))
    await taps.stage("begin")
    await counted(wizard, "60")
    await taps.stage("readings")
    await by_hand(wizard)
    await taps.stage("pictures")
    await ended(wizard, taps, signer, finish)
    assert taps.stages.pop("pictures") == KIT_SHOTS
    assert taps.told(KIT_SHOTS) <= sum(KIT.values())
    assert taps.stages == KIT
