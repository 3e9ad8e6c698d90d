"""How many touches a handover takes: every pointer-down outside a signature, counted in the page, and the seconds that makes.

Neighbours: `checkin.py`. The figures are printed by stage (`pytest -s`) with fixed human pauses and what the app itself took in
Chromium slowed down four times; asserted are the touches, never a time.
"""

import re
import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.e2e.camera import film_held
from tests.e2e.checkin import Checkin, Checkout
from tests.e2e.field import FieldApp, draw_signature, hold
from tests.e2e.test_checkout import waiting
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

COUNT = """() => {
    window.taps = 0;
    addEventListener('pointerdown', event => { if (event.target.tagName !== 'CANVAS') window.taps += 1; }, true);
}"""
TAP_S, PHOTO_S, SIGNATURE_S = 1.0, 2.5, 6.0
PHOTOS = 8
MOST = 14
"""Of a clean return of a van, all its pictures among them."""
VAN = {"begin": 1, "readings": 3, "photos": PHOTOS, "confirm": 2, "customer": 1, "staff": 6}
"""By hand with the PIN. Two digits and the charge; nothing new, and the hold; one's own name under what one drew; six digits."""
SLOWER = 4

Hand = Callable[[Checkin], Awaitable[None]]
"""How somebody does one stage: the pictures, the end."""


class Taps:
    """Touches and the app's own time since the last stage."""

    def __init__(self, app: FieldApp, name: str) -> None:
        self.app, self.name, self.seen = app, name, 0
        self.stages: dict[str, int] = {}
        self.own_s = 0.0
        self._since = time.monotonic()

    @property
    def page(self) -> Page:
        return self.app.page

    async def stage(self, name: str, hand_s: float = 0) -> None:
        """`hand_s`: of the time since the last stage, what the test's own hand took to hold or to draw."""
        self.own_s += time.monotonic() - self._since - hand_s
        now = int(await self.page.evaluate("window.taps"))
        self.stages[name], self.seen = now - self.seen, now
        self._since = time.monotonic()

    def told(self, photos: int = PHOTOS) -> int:
        """Prints them; returns how many touches it took."""
        total = sum(self.stages.values())
        others = total - self.stages.get("photos", 0)
        paused = others * TAP_S + photos * PHOTO_S + 2 * SIGNATURE_S
        print(f"\ntaps of {self.name}: {total} = " + ", ".join(f"{name} {n}" for name, n in self.stages.items()))
        print(f"seconds of {self.name}: {paused:.1f} of pauses + at most {self.own_s:.1f} of app and test at 1/{SLOWER} speed")
        return total


async def timed(work: Awaitable[None]) -> float:
    """Do it; how many seconds it took."""
    since = time.monotonic()
    await work
    return time.monotonic() - since


async def slowed(app: FieldApp) -> None:
    """A mid-range phone's speed, and a count of every touch from now on."""
    assert app.phone.context is not None
    session = await app.phone.context.new_cdp_session(app.page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await app.page.evaluate(COUNT)


async def readings(wizard: Checkin, odometer: int) -> None:
    """The last two digits, and the charge, which records both."""
    pad = wizard.page.get_by_role("group", name=wizard.names.odometer)
    for digit in f"{odometer:05d}"[-2:]:
        await pad.get_by_role("button", name=digit, exact=True).click()
    await wizard.level(90).click()
    await wizard.at_shot(1)


async def confirmed(wizard: Checkin) -> float:
    """Nothing new and the hold; the customer's screen stands there then. Returns the seconds of holding."""
    await wizard.nothing_new()
    held = await timed(hold(wizard.page, wizard.button("review.hold")))
    await wizard.sees(wizard.heading("customer.title"))
    return held


async def customer_signs(wizard: Checkin, signer: str | None) -> float:
    """Sign and touch one's own name; returns the seconds of drawing. `signer`: the masked name of a known one; else by hand."""
    page = wizard.page
    if signer is None:
        await wizard.button("customer.agree").click()
        await wizard.by_hand("王磊")
        drawn = await timed(draw_signature(page, wizard.w("customer.signAs")))
        await wizard.button("customer.finish").click()
    else:
        drawn = await timed(draw_signature(page, re.compile(rf"^{wizard.w.text('customer.signature')}\. ")))
        await wizard.button("customer.iAgree", name=signer).first.click()
    await wizard.sees(wizard.heading("customer.thanks"))
    return drawn


async def by_hand(wizard: Checkin) -> None:
    """A touch for each picture."""
    for number in range(1, wizard.photos + 1):
        await wizard.photo(number)


async def by_itself(wizard: Checkin) -> None:
    """The automatic shutter, turned on; it stays on for the next time."""
    await wizard.page.get_by_role("switch", name=wizard.w("auto.name")).click()
    await wizard.sees(wizard.heading("damages.title"), 150_000)


async def through(wizard: Checkin, taps: Taps, odometer: int, signer: str | None, finish: Hand, shots: Hand = by_hand) -> None:
    """A clean van from the first reading to the receipt, with the fewest touches the screens allow."""
    await wizard.sees(wizard.page.get_by_role("group", name=wizard.names.odometer))
    await taps.stage("begin")
    await readings(wizard, odometer)
    await taps.stage("readings")
    await shots(wizard)
    await taps.stage("photos")
    await ended(wizard, taps, signer, finish)


async def ended(wizard: Checkin, taps: Taps, signer: str | None, finish: Hand) -> None:
    """Everything after the last picture."""
    await taps.stage("confirm", await confirmed(wizard))
    await taps.stage("customer", await customer_signs(wizard, signer))
    drawn = await timed(draw_signature(wizard.page, wizard.w("staff.signAs")))
    await finish(wizard)
    await wizard.sees(wizard.heading("receipt.title"))
    await taps.stage("staff", drawn)


def by_pin(world: World) -> Hand:
    """The last of six digits completes."""

    async def finish(wizard: Checkin) -> None:
        for digit in world.pin("zhou"):
            await wizard.page.get_by_role("button", name=digit, exact=True).click()

    return finish


def signer_of(world: World, customer: str | None) -> str | None:
    """The masked name of somebody who may sign for the customer."""
    known = [one for one in world.server.records("signer_authority") if one["customer_id"] == customer]
    return next((str(one["shown_as"]) for one in known if one["state"] == "active"), None)


async def on_today(world: World) -> FieldApp:
    """The camera sees one side of the van after the other, each held for a while."""
    app = FieldApp(world.enrolled_phone())
    views = world.pictures(world.vans_out()[0])[:PHOTOS]
    await app.open(world.server.url, film_held(world.folder / "held.mjpeg", views))
    await app.unlock(staff("zhou").name, world.pin("zhou"))
    await app.today()
    return app


async def test_a_clean_return_and_a_clean_check_out_are_counted(yard: World) -> None:
    van = yard.vans_out()[0]
    app = await on_today(yard)
    page = app.page
    await slowed(app)
    back = Taps(app, "a clean return, by the automatic shutter, with the PIN")
    holder = next(one for one in yard.server.records("asset") if one["id"] == van.id)["holder_id"]
    signer = signer_of(yard, holder)
    assert signer is not None
    await page.get_by_role("button", name=re.compile(rf"{app.w.text('asset.start')}.*{re.escape(van.plate)}")).click()
    await through(Checkin(app, yard.names("zh")), back, van.odometer + 20, signer, by_pin(yard), by_itself)
    assert back.told() <= MOST
    assert {name: n for name, n in back.stages.items() if n > VAN[name]} == {}

    _, going = waiting(yard)
    await page.get_by_role("link", name=Words("zh", "checkin")("receipt.done")).click()
    await app.today()
    await page.get_by_text(app.w("today.depot")).first.click()
    await page.evaluate("() => { window.taps = 0; localStorage.removeItem('handover.autoshutter'); }")
    out = Taps(app, "a clean check-out, by hand, with the PIN")
    await page.get_by_role("button", name=re.compile(re.escape(going["label"]))).first.click()
    begin = page.get_by_role("button", name=Words("zh", "handout").whole("handout.begin"))
    await expect(begin).to_be_enabled()
    await begin.click()
    await through(Checkout(app, yard.names("zh")), out, 12_020, None, by_pin(yard))
    assert out.told() <= sum(VAN.values()) + 7, "two to begin, an odometer never read before, a driver the office does not know"
