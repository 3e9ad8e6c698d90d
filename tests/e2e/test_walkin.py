"""A technician without signal lets a van to somebody new at the counter; the office sees it and approves it afterwards.

Neighbours: `field.py`, `office.py`. Invariant: what is looked at in the end is the server's records; a person's name lies in none
that the field holds.
"""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.field import FieldApp
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
SMALL = {"small": (360, 740)}


async def arrived(world: World) -> dict[str, Any]:
    """The walk-in, once the server has it."""
    for _ in range(200):
        for one in world.server.records("rental"):
            if one["walk_in"]:
                return one
        await asyncio.sleep(0.3)
    raise AssertionError("no walk-in has come")


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_let_at_the_counter_without_a_network_and_approved_afterwards(yard: World, lang: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    zhou, w, leaving = staff("zhou"), Words(lang, "walkin"), Words(lang, "leaving")
    waiting = {asset for one in yard.server.records("rental") if one["state"] in ("draft", "approved") for asset in one["assets"]}
    vans = [one for one in yard.server.records("asset") if one["pack"] == "vehicle" and one["depot_id"] == zhou.depots[0]]
    free = next(one for one in vans if one["state"] == "available" and one["id"] not in waiting)
    app = FieldApp(yard.enrolled_phone(locale="zh-CN" if lang == "zh" else "en-GB", width=360, height=740), lang)
    await app.open(yard.server.url)
    await app.unlock(zhou.name if lang == "zh" else zhou.name_en, yard.pin("zhou"))
    await app.today()
    await app.page.wait_for_timeout(1_500)
    await app.phone.offline(True)
    page = app.page
    await app.button("asset.walkIn").click()
    await app.sees(page.get_by_role("heading", level=1, name=w.whole("walkin.title")))
    await page.get_by_role("button", name=w("walkin.make")).click()
    await expect(page.get_by_text(w("walkin.needCustomer")).first).to_be_visible()
    await page.get_by_text(w.whole("walkin.fresh")).click()
    await page.get_by_text(w.whole("walkin.person")).click()
    await page.get_by_label(w.whole("walkin.personName")).fill("王小明")
    await page.get_by_label(w("walkin.phone")).fill("13900002222")
    await page.get_by_label(w("walkin.add")).fill(free["label"][-5:])
    await page.get_by_role("button", name=re.compile(re.escape(free["label"]))).click()
    await page.get_by_text(w.whole("walkin.days", n=3)).click()
    gallery = Gallery(page, f"walkin-{lang}", SMALL)
    await gallery.look("filled")
    await page.get_by_role("button", name=w("walkin.make")).click()
    await app.sees(page.get_by_role("heading", level=1, name=Words(lang, "handout").whole("handout.title")))
    verdict = page.get_by_role("region", name=leaving.whole("leaving.title"))
    await expect(verdict).to_be_visible()
    await expect(page.get_by_text(re.compile("^W-"))).to_be_visible()
    await expect(page.get_by_text(free["label"]).first).to_be_visible()
    await gallery.look("handout")
    gallery.verdict()
    assert not any(one["walk_in"] for one in yard.server.records("rental"))

    await app.phone.offline(False)
    rental = await arrived(yard)
    customer = next(one for one in yard.server.records("customer") if one["id"] == rental["customer_id"])
    assert (rental["state"], rental["approved_by"], list(rental["assets"])) == ("approved", None, [free["id"]])
    assert (customer["type"], customer["shown_as"]) == ("person", "王**")
    assert [one["name"] for one in yard.server.records("contact") if one["customer_id"] == customer["id"]] == ["王小明"]

    office = OfficeApp(yard.office(locale="zh-CN" if lang == "zh" else "en-GB"), lang)
    await office.open(yard.server.url)
    await office.sign_in("ye", yard.password)
    await office.board()
    await office.page.evaluate("address => { location.hash = address; }", f"#/rentals/{rental['id']}")
    await office.sees(office.text("let.walkInUnseen"))
    step = re.compile("事后批准" if lang == "zh" else "Approve a walk-in afterwards")
    await office.page.get_by_role("button", name=step).click()
    await office.page.get_by_role("dialog").get_by_role("button", name=step).last.click()
    await expect(office.text("let.walkInUnseen")).to_have_count(0)
    for _ in range(100):
        if (await arrived(yard))["approved_by"] is not None:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("it was never approved")
