"""A hand in the office: sign-in, board, handover viewer, devices.

Neighbours: `phone.py`, `words.py`. Invariant: like `field.py`, it knows roles and words only.
"""

import re

from playwright.async_api import Locator, Page, expect

from tests.e2e.field import hold
from tests.e2e.phone import Phone
from tests.e2e.words import Words, office_words

FIRST_LOAD_MS = 90_000


class OfficeApp:
    """One office browser in one language."""

    def __init__(self, phone: Phone, lang: str = "zh") -> None:
        self.phone = phone
        self.w: Words = office_words(lang)

    @property
    def page(self) -> Page:
        """The page that is open now."""
        assert self.phone.page is not None
        return self.phone.page

    def text(self, key: str, **params: object) -> Locator:
        """These words, wherever they stand."""
        return self.page.get_by_text(self.w(key, **params))

    def button(self, key: str, **params: object) -> Locator:
        """The button with these words."""
        return self.page.get_by_role("button", name=self.w(key, **params))

    async def sees(self, locator: Locator, ms: float | None = None) -> None:
        """Wait until it is to be seen."""
        await expect(locator.first).to_be_visible(timeout=ms or self.phone.patience_ms)

    async def open(self, url: str) -> None:
        """Start the browser on the office's address."""
        await self.phone.start(f"{url}/office/")

    async def sign_in(self, name: str, password: str) -> None:
        """Fill in and send; says nothing about whether it works."""
        await self.page.get_by_label(self.w.whole("office.name")).fill(name)
        await self.page.get_by_label(self.w.whole("office.password")).fill(password)
        await self.button("office.signIn").click()

    async def board(self) -> None:
        """Wait for the board, filled."""
        await self.sees(self.page.get_by_role("heading", name=self.w("board.now")), FIRST_LOAD_MS)

    async def go(self, place: str) -> None:
        """Follow the navigation."""
        nav = self.page.get_by_role("navigation", name=self.w("nav.main"))
        await nav.get_by_role("link", name=self.w(f"office.{place}")).click()

    async def open_handover(self, plate: str, ms: float = 60_000) -> None:
        """Open the newest handover of an asset from the list, when it has come."""
        row = self.page.get_by_role("link", name=re.compile(re.escape(plate))).first
        await self.sees(row, ms)
        await row.click()
        await self.sees(self.page.get_by_role("heading", name=re.compile(re.escape(plate))))

    async def pictures(self, at_least: int) -> int:
        """How many photographs are really decoded on the page; waits for `at_least`."""
        found = "[...document.querySelectorAll('main img')].filter(one => one.complete)"
        enough = f"least => {found}.filter(one => one.naturalWidth > 0).length >= least"
        await self.page.wait_for_function(enough, arg=at_least, timeout=self.phone.patience_ms)
        assert await self.page.evaluate(f"{found}.filter(one => one.naturalWidth === 0).length") == 0
        return int(await self.page.evaluate(f"{found}.length"))

    async def revoke(self, reason: str) -> None:
        """Shut out the device whose panel is open."""
        await self.button("device.revoke").first.click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label(self.w("device.revokeReason")).fill(reason)
        await hold(self.page, dialog.get_by_role("button", name=self.w("device.revokeHold")))
        await expect(dialog).to_have_count(0)
