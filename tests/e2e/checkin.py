"""A hand in the check-in wizard and in customer mode, one method per step, in the order a return has them.

Neighbours: `field.py`. Invariant: every method ends on the screen that comes next, and only then writes into `Phone.said`
what that screen means to be saved.
"""

import re
from dataclasses import dataclass
from typing import Self

from playwright.async_api import Locator, Page, expect

from tests.e2e.field import FieldApp, draw_signature, hold, press_pin
from tests.e2e.words import Words, pattern

PHOTOS = 8


@dataclass(frozen=True)
class Names:
    """A pack's words in one language."""

    odometer: str
    battery: str
    cable: str
    scratch: str


class Checkin:
    """The wizard of one return."""

    rooms: tuple[str, ...] = ("checkin",)
    completes = "return.complete"
    reviewed = "review.secondTitle"

    def __init__(self, app: FieldApp, names: Names, lang: str | None = None) -> None:
        self.app = app
        self.names = names
        self.w = Words(lang or app.lang, *self.rooms)
        self.photos = PHOTOS

    @property
    def page(self) -> Page:
        return self.app.page

    def said(self, what: str) -> None:
        self.app.phone.said.append(what)

    def button(self, key: str, **params: object) -> Locator:
        return self.page.get_by_role("button", name=self.w(key, **params))

    def heading(self, key: str, **params: object) -> Locator:
        return self.page.get_by_role("heading", level=1, name=self.w(key, **params))

    def chip(self, text: str) -> Locator:
        """A radio's words: touched on the label, as a finger does."""
        return self.page.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(text)}\s*$"))

    async def sees(self, locator: Locator, ms: float | None = None) -> None:
        await self.app.sees(locator, ms)

    # --- meters -----------------------------------------------------------------------------------------------------
    async def meters(self, odometer: int, battery: int) -> None:
        """Type the odometer, pick the charge: that records both."""
        pad = self.page.get_by_role("group", name=self.names.odometer)
        for digit in str(odometer):
            await pad.get_by_role("button", name=digit, exact=True).click()
        await self.level(battery).click()
        await self.sees(self._shot(1))
        self.said("reading.record odometer")
        self.said("reading.record battery")

    async def count(self, value: int) -> None:
        """Type the only meter there is."""
        pad = self.page.get_by_role("group", name=self.names.odometer)
        for digit in str(value):
            await pad.get_by_role("button", name=digit, exact=True).click()
        await self.button("meters.record").click()
        await self.sees(self._shot(1))
        self.said("reading.record")

    def level(self, percent: int) -> Locator:
        return self.page.get_by_role("button", name=f"{self.names.battery} {percent}%", exact=True)

    # --- photos -----------------------------------------------------------------------------------------------------
    def _shot(self, number: int) -> Locator:
        return self.page.get_by_role("heading", level=1, name=pattern(rf"^{number} / {self.photos} "))

    async def at_shot(self, number: int) -> None:
        await self.sees(self._shot(number))

    async def photo(self, number: int) -> None:
        """Take one picture of the list; returns in the very moment the screen has moved on."""
        await self.at_shot(number)
        await self.shutter(self._shot(number + 1) if number < self.photos else self.heading("damages.title"))
        self.said(f"photo.add {number}")

    async def shutter(self, after: Locator) -> None:
        """Release; a picture the app finds blurred or dark is kept with a reason."""
        trigger = self.page.get_by_role("button", name=self.w("shots.take"))
        await expect(trigger).to_be_enabled()
        await trigger.click()
        flawed = self.button("shots.useAnyway")
        await self.sees(after.or_(flawed))
        if await flawed.count() > 0:
            await self.chip(self.w.text("shots.over.clear")).click()
            await flawed.click()
            await self.sees(after)

    # --- damages and accessories --------------------------------------------------------------------------------------
    async def damage(self, view: str) -> None:
        """Touch the middle of the drawing, describe what is there; on to the accessories."""
        drawing = await self.side(self.w.text(f"view.{view}"))
        await drawing.click()
        await self.scratched()
        await self.found()

    async def side(self, name: str) -> Locator:
        """Turn the drawing to a side; returns it."""
        await self.page.get_by_role("tab", name=re.compile(rf"^\s*{re.escape(name)}")).click()
        drawing = self.page.get_by_role("group", name=re.compile(re.escape(name)))
        await self.sees(drawing)
        return drawing

    async def pin(self, side: str, part: str) -> None:
        """Touch a part, by its name, and describe what is there."""
        await (await self.side(side)).get_by_role("button", name=part, exact=True).click()
        await self.sees(self.page.get_by_role("heading", level=1, name=part))
        await self.scratched()

    async def found(self) -> None:
        """No more damages."""
        await self.button("damages.continue").click()
        await self.sees(self.heading("accessories.title"))

    async def scratched(self) -> None:
        """A minor scratch, its size and its two pictures; back to the drawing."""
        await self.chip(self.names.scratch).click()
        await self.page.locator("label").filter(has_text=self.w("acceptance.minor_damage")).click()
        await self.chip(self.w.text("sizeRange.5_to_10_cm")).click()
        await self.button("damage.save").click()
        await self.sees(self.heading("damage.wide"))
        self.said("damage.record")
        await self.shutter(self.heading("damage.close"))
        self.said("photo.add damage_wide")
        await self.shutter(self.heading("damages.title"))
        self.said("photo.add damage_close")

    async def cable_missing(self) -> None:
        """One accessory is not there."""
        await self.page.get_by_role("button", name=re.compile(re.escape(self.names.cable))).click()
        dialog = self.page.get_by_role("dialog")
        await dialog.locator("label").filter(has_text=self.w("accessoryState.missing")).click()
        go_on = self.button("accessories.some", n=1)
        await self.sees(go_on)
        self.said("accessory.report")
        await go_on.click()
        await self.sees(self.heading("review.title"))

    async def nothing_new(self) -> None:
        """No new damage, everything there: of a return that is the first word on its state."""
        await self.button("damages.same").click()
        await self.sees(self.heading(self.reviewed))

    async def confirm_twice(self, state: str) -> None:
        """The state of the vehicle: once by choosing, once by holding; the customer's screen follows at once."""
        await self.page.locator("label").filter(has_text=self.w(f"acceptance.{state}")).click()
        await self.button("review.first").click()
        await self.sees(self.heading("review.secondTitle"))
        await self.confirm_again()

    async def confirm_again(self) -> None:
        """The second word, after a return where nothing was found."""
        await hold(self.page, self.button("review.hold"))
        await self.sees(self.heading("customer.title"))

    # --- customer mode ------------------------------------------------------------------------------------------------
    async def aside(self) -> None:
        """Before anybody has touched the customer's screen: the staff's way out of it."""
        await self.button("pass.aside").click()
        await self.sees(self.heading("pass.title"))

    async def hand_over(self, language: str) -> Self:
        """Give the device away; the customer chooses a language on the first screen. Returns the wizard in that language."""
        customer = type(self)(self.app, self.names, language)
        if language != self.w.lang:
            await self.page.get_by_role("button", name={"zh": "中文", "en": "EN English"}[language], exact=True).click()
        await self.sees(customer.heading("customer.title"))
        return customer

    async def answer_damage(self, *, agree: bool) -> None:
        """The customer's word on the one new damage."""
        await self.chip(self.w.text("customer.agreeDamage" if agree else "customer.objectDamage")).click()

    async def sign(self, name: str, *, reservation: bool = False) -> None:
        """Name and signature; ends on the thanks."""
        await self.button("customer.reserve" if reservation else "customer.agree").click()
        await self.sees(self.heading("customer.signReservation" if reservation else "customer.sign"))
        await self.signs(name)

    async def signs(self, name: str) -> None:
        """On the page where the customer signs: name and signature; ends on the thanks."""
        await expect(self.button("customer.finish")).to_be_disabled()
        await self.by_hand(name)
        await draw_signature(self.page, self.w("customer.signAs"))
        await self.button("customer.finish").click()
        await self.sees(self.heading("customer.thanks"))
        self.said("signature.capture customer")

    async def by_hand(self, name: str) -> None:
        """The customer is nobody the office knows, or says so: name, role and for whom."""
        other = self.chip(self.w.text("customer.someoneElse"))
        if await other.count() > 0:
            await other.click()
        await self.page.get_by_label(self.w("customer.name")).fill(name)
        await self.stands_for("driver", "entrusted")

    async def stands_for(self, role: str, authority: str) -> None:
        """The customer says who they are and for whom they sign."""
        await self.chip(self.w.text(f"signerRole.{role}")).click()
        await self.chip(self.w.text(f"authority.{authority}")).click()

    async def leave(self, pin: str) -> None:
        """The staff's PIN alone ends customer mode; the signature is given unlocked, in the staff's own language."""
        await press_pin(self.page, pin)

    async def staff_finishes(self, pin: str) -> None:
        """Under the customer's thanks, still locked: the signature, and the PIN's last digit completes; ends on the receipt."""
        await draw_signature(self.page, self.w("staff.signAs"))
        await press_pin(self.page, pin)
        await self._completed()

    async def staff_signs(self) -> None:
        """The last signature and the completion, unlocked; ends on the receipt."""
        await self.sees(self.heading("staff.title"))
        await draw_signature(self.page, self.w("staff.signAs"))
        await self.button("staff.finish").click()
        await self._completed()

    async def _completed(self) -> None:
        await self.sees(self.heading("receipt.title"))
        self.said("signature.capture staff")
        self.said(self.completes)


class Checkout(Checkin):
    """The wizard of one check-out: the same steps, its own words; the state is confirmed by holding alone."""

    rooms: tuple[str, ...] = ("checkin", "checkout")
    completes = "checkout.complete"
    reviewed = "review.title"

    async def confirm(self, state: str, after: Locator) -> None:
        """Choose the state it leaves in and hold."""
        await self.page.locator("label").filter(has_text=self.w(f"acceptance.{state}")).click()
        await hold(self.page, self.button("review.hold"))
        await self.sees(after)
