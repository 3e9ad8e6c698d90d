"""One visit: a van comes back and another goes out in its stead, begun together without a network; the rental links both."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.checkin import Checkin, Checkout
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.guide import picture_for_guide
from tests.e2e.test_checkout import at_today, record
from tests.e2e.test_faults import picture
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600, func_only=True)]


async def from_files(wizard: Checkin, folder: Path) -> None:
    """All pictures of the list, each from a file: the camera has its own tests."""
    for number in range(1, wizard.photos + 1):
        await wizard.at_shot(number)
        await wizard.page.locator("input[type=file]:not([capture])").first.set_input_files(picture(folder, f"shot-{number}.jpg"))
        after = wizard.heading("damages.title") if number == wizard.photos else wizard._shot(number + 1)
        await wizard.sees(after)


async def test_one_comes_back_and_another_goes_out_in_one_visit(yard: World) -> None:
    SHOTS.mkdir(exist_ok=True)
    jobs = Words("zh", "jobs")
    van = yard.vans_out()[0]
    rental = record(yard, "asset", van.id)["rental_id"]
    spare = next(
        one for one in yard.server.records("asset")
        if one["pack"] == "vehicle" and one["state"] == "available" and one["depot_id"] == staff("zhou").depots[0]
        and not one["open_damages"] and not one["locked"] and not one["accessories_missing"]
    )  # fmt: skip
    app = await at_today(yard, "zh")
    page = app.page
    await app.type_asset(van.plate)
    await app.button("asset.swap").click()
    await app.sees(page.get_by_role("heading", level=1, name=jobs("swap.title")))
    gallery = Gallery(page, "swap", {"phone": (390, 844), "small": (360, 640)})
    await gallery.look("choose")
    await page.get_by_label(app.w("scan.typeLabel")).fill(spare["label"][-5:])
    await page.get_by_role("button", name=re.compile(re.escape(spare["label"]))).click()
    await page.get_by_role("button", name=jobs("swap.begin")).click()
    await app.sees(page.get_by_text(jobs("swap.whyWaits")))
    await page.get_by_label(jobs("swap.why")).fill("空调坏了")
    await gallery.look("begin")
    await picture_for_guide(page, "swap-zh")
    gallery.verdict()
    await page.get_by_role("button", name=jobs("swap.begin")).click()

    # the one comes back
    back = Checkin(app, yard.names("zh"))
    await app.sees(page.get_by_role("group", name=back.names.odometer))
    await back.meters(van.odometer + 12, 60)
    await from_files(back, yard.folder)
    await back.nothing_new()
    await back.confirm_twice("intact")
    customer = await back.hand_over("zh")
    await customer.sign("王磊")
    await back.staff_finishes(yard.pin("zhou"))

    # its receipt leads on to the other
    following = page.get_by_role("link", name=back.w("receipt.swapNext", asset=spare["label"]))
    await expect(following).to_be_visible()
    await following.click()
    out = Checkout(app, yard.names("zh"))
    await app.sees(page.get_by_role("group", name=out.names.odometer))
    await app.phone.offline(False)
    for _ in range(300):
        now = record(yard, "rental", rental)
        if now["assets"][van.id]["state"] == "returned":
            break
        await asyncio.sleep(0.3)
    (swap,) = now["swaps"].values()
    assert (swap["state"], swap["back"], swap["out"], swap["reason"]) == ("planned", van.id, spare["id"], "空调坏了")
    started = [one for one in yard.server.records("handover") if one["asset_id"] == spare["id"] and one["state"] == "started"]
    assert [one["rental_id"] for one in started] == [rental]
