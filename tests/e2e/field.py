"""A hand on the field app's everyday screens: it sees roles, names and words, never the code behind them.

Neighbours: `phone.py` (the browser), `words.py` (what stands on the screen), `checkin.py` (the wizard). Invariant: a step
returns only when the screen shows that it has happened; what the screen said was saved goes into `Phone.said`.
"""

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.e2e.phone import Phone
from tests.e2e.words import Words, field_words

FIRST_LOAD_MS = 90_000


class FieldApp:
    """One device's field app in one language."""

    def __init__(self, phone: Phone, lang: str = "zh") -> None:
        self.phone = phone
        self.lang = lang
        self.w: Words = field_words(lang)

    @property
    def page(self) -> Page:
        """The page that is open now."""
        assert self.phone.page is not None
        return self.phone.page

    async def open(self, url: str, film: Path | None = None, *, offline: bool = False) -> None:
        """Start the browser and open the app."""
        await self.phone.start(url, film, offline=offline)

    # --- looking ----------------------------------------------------------------------------------------------------
    def button(self, key: str, **params: object) -> Locator:
        """The button with these words."""
        return self.page.get_by_role("button", name=self.w(key, **params))

    def heading(self, key: str, **params: object) -> Locator:
        """The screen's title."""
        return self.page.get_by_role("heading", level=1, name=self.w(key, **params))

    def text(self, key: str, **params: object) -> Locator:
        """These words, wherever they stand."""
        return self.page.get_by_text(self.w(key, **params))

    async def sees(self, locator: Locator, ms: float | None = None) -> None:
        """Wait until it is to be seen."""
        await expect(locator.first).to_be_visible(timeout=ms or self.phone.patience_ms)

    # --- coming in --------------------------------------------------------------------------------------------------
    async def enrol_scanning(self) -> None:
        """Enrol by what the camera sees."""
        await self.button("enrol.scan").click()
        await self.page.get_by_role("button", name=self.w.whole("enrol.now")).click()
        await self._welcome()

    async def enrol_by_link(self) -> None:
        """Enrol by the code in the address that was opened."""
        await self.page.get_by_role("button", name=self.w.whole("enrol.now")).click()
        await self._welcome()

    async def enrol_typing(self, code: str) -> None:
        """Enrol by typing the code."""
        await self.button("enrol.type").click()
        await self.page.get_by_label(self.w.whole("enrol.code")).fill(code)
        await self.button("common.continue").click()
        await self.page.get_by_role("button", name=self.w.whole("enrol.now")).click()
        await self._welcome()

    async def _welcome(self) -> None:
        await self.sees(self.heading("welcome.title"), FIRST_LOAD_MS)
        await self.button("welcome.continue").click()
        await self.sees(self.heading("lock.title"))

    async def choose(self, name: str) -> None:
        """Say who one is."""
        await self.page.get_by_role("button", name=re.compile(re.escape(name))).click()

    async def pin(self, pin: str) -> None:
        """Touch the keys."""
        await self.sees(self.page.get_by_role("group", name=self.w("lock.pin")))
        await press_pin(self.page, pin)

    async def unlock(self, name: str, pin: str) -> None:
        """Say who one is and enter the PIN; returns when the pad has gone."""
        await self.choose(name)
        await self.pin(pin)
        pad = self.page.get_by_role("group", name=self.w("lock.pin"))
        await expect(pad).to_have_count(0, timeout=self.phone.patience_ms)

    async def today(self) -> None:
        """Wait until the day's work stands there, from the replica."""
        await self.sees(self.heading("today.title"), FIRST_LOAD_MS)
        await expect(self.text("today.loading")).to_have_count(0, timeout=FIRST_LOAD_MS)

    # --- getting to work --------------------------------------------------------------------------------------------
    async def scan_asset(self, plate: str) -> None:
        """Open the camera from Today; the asset's page comes by itself."""
        await self.button("today.scan").click()
        await self.sees(self.page.get_by_role("heading", level=1, name=plate))

    async def type_asset(self, plate: str) -> None:
        """Open the asset's page by typing the end of its plate."""
        await self.button("today.scan").click()
        await self.button("scan.type").click()
        await self.page.get_by_label(self.w("scan.typeLabel")).fill(plate[-5:])
        await self.page.get_by_role("button", name=re.compile(re.escape(plate))).click()
        await self.sees(self.page.get_by_role("heading", level=1, name=plate))

    async def start_return(self) -> None:
        """Begin the check-in of the asset that is shown; the first meter stands there afterwards."""
        await self.button("asset.start").click()
        await self.sees(self.page.get_by_role("group", name=re.compile(".")))
        self.phone.said.append("handover.start")

    # --- the gate ---------------------------------------------------------------------------------------------------
    async def gate(self) -> None:
        """Wait for the gate."""
        await self.sees(self.heading("gate.title"))

    async def gate_opens(self, ms: float = 60_000) -> None:
        """Wait until it has opened by itself."""
        await self.sees(self.heading("today.title"), ms)

    async def finish_open_handover(self) -> None:
        """From the gate (or Today) back into the handover that was begun."""
        await self.button("gate.finish").click()


async def press_pin(page: Page, pin: str) -> None:
    """Touch six keys, whichever pad shows them."""
    for digit in pin:
        await page.get_by_role("button", name=digit, exact=True).click()


async def hold(page: Page, button: Locator, ms: int = 1_100) -> None:
    """Press and keep pressing."""
    await button.scroll_into_view_if_needed()
    box = await button.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()
    await page.wait_for_timeout(ms)
    await page.mouse.up()


async def draw_signature(page: Page, label: "re.Pattern[str]") -> None:
    """Two strokes on the pad, like a person's."""
    pad = page.get_by_label(label)
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    for points in (((0.2, 0.3), (0.3, 0.7), (0.42, 0.25), (0.5, 0.6)), ((0.55, 0.55), (0.7, 0.3), (0.8, 0.6))):
        for at, (x, y) in enumerate(points):
            await page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=4)
            if at == 0:
                await page.mouse.down()
        await page.mouse.up()
