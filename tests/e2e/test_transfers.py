"""Custody passes from one depot to another without a network: chosen, photographed, resumed after a reload, signed for."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.checkin import Checkout
from tests.e2e.field import draw_signature, hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.guide import picture_for_guide
from tests.e2e.test_checkout import at_today, record
from tests.e2e.test_swap import from_files
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900, func_only=True)]


class Transfer(Checkout):
    """The wizard of one transfer: a check-out's steps, the receiver's signature at its end."""

    rooms = ("checkin", "checkout", "transferring")
    completes = "transfer.complete"


async def arrived(world: World, asset: str, depot: str) -> dict[str, Any]:
    """The asset, once the server has it at the depot."""
    found = record(world, "asset", asset)
    for _ in range(300):
        if found["depot_id"] == depot:
            break
        await asyncio.sleep(0.3)
        found = record(world, "asset", asset)
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_van_goes_to_another_depot(yard: World, lang: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    said, zhou, tang = Words(lang, "transfer"), staff("zhou"), staff("tang")
    home, to = zhou.depots[0], tang.depots[0]
    van = next(
        one for one in yard.server.records("asset")
        if one["pack"] == "vehicle" and one["state"] == "available" and one["depot_id"] == home and not one["open_damages"]
        and not one["accessories_missing"]
    )  # fmt: skip
    app = await at_today(yard, lang)
    page = app.page
    await app.type_asset(van["label"])
    await page.get_by_role("button", name=app.w.whole("handoverType.transfer")).click()
    await app.sees(page.get_by_role("heading", level=1, name=said("transfer.title")))
    depot, receiver = record(yard, "depot", to), tang.name if lang == "zh" else tang.name_en
    begin = page.get_by_role("button", name=said.whole("transfer.begin"))
    await expect(begin).to_be_disabled()
    wizard = Transfer(app, yard.names(lang))
    await wizard.chip(depot["name"] if lang == "zh" else depot["name_en"] or depot["name"]).click()
    await wizard.chip(receiver).click()
    gallery = Gallery(page, f"transfer-{lang}", {"phone": (390, 844), "small": (360, 640)})
    await gallery.look("begin")
    await picture_for_guide(page, f"transfer-{lang}")
    await begin.click()

    await app.sees(page.get_by_role("group", name=wizard.names.odometer))
    await wizard.meters(van["odometer_km"] + 7, 80)
    await from_files(wizard, yard.folder)
    await wizard.nothing_new()
    await page.reload()
    await app.unlock(zhou.name if lang == "zh" else zhou.name_en, yard.pin("zhou"))
    await app.gate()
    await app.finish_open_handover()
    await wizard.sees(wizard.heading("review.title"))
    await hold(page, wizard.button("review.hold"))
    await wizard.sees(wizard.heading("staff.title"))
    await expect(page.get_by_text(said("transfer.fromTo")).first).to_be_visible()
    finish = wizard.button("staff.finish")
    await expect(finish).to_be_disabled()
    await gallery.look("receiver")
    await draw_signature(page, wizard.w("staff.signAs", name=receiver))
    await finish.click()
    await wizard.sees(wizard.heading("receipt.title"))
    await gallery.look("receipt")
    gallery.verdict()

    assert record(yard, "asset", van["id"])["depot_id"] == home, "nothing has left the phone yet"
    await app.phone.offline(False)
    there = await arrived(yard, van["id"], to)
    assert (there["depot_id"], there["custodian_id"], there["state"]) == (to, tang.id, "available")
    handover = record(yard, "handover", there["last_handover_id"])
    assert (handover["type"], handover["actor_id"], handover["receiver_id"]) == ("transfer", zhou.id, tang.id)
    assert (handover["from_depot_id"], handover["depot_id"], len(handover["photos"])) == (home, to, wizard.photos)
    assert handover["flags"] == {}

    # The phone of the depot it left does not hold it any more; its receipt still says what it said.
    await page.get_by_role("link", name=wizard.w("receipt.done")).click()
    await app.today()
    await page.get_by_role("button", name=app.w("today.scan")).click()
    await page.get_by_role("button", name=app.w("scan.type")).click()
    await page.get_by_label(app.w("scan.typeLabel")).fill(van["label"][-5:])
    await expect(page.get_by_role("button", name=re.compile(re.escape(van["label"])))).to_have_count(0, timeout=60_000)
    await page.evaluate("id => { location.hash = `#/handover/${id}`; }", handover["id"])
    await wizard.sees(wizard.heading("receipt.title"))
    await expect(page.get_by_text(van["label"][-6:]).first).to_be_visible()
    await expect(page.get_by_text(handover["id"][-12:])).to_be_visible()
