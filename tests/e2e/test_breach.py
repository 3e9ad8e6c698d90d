"""The phone says go without a network; meanwhile the office forbids it: what left all the same is a breach, seen in the office.

The check-out is captured on a device in Python (`sync/net`), as in `tablets.py`; what the phone says is read there.
"""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.tablets import check_out, tablet
from tests.e2e.test_leaving import at_the_asset, verdict
from tests.e2e.words import Words, office_words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]


def ready(world: World) -> dict[str, Any]:
    """A van at the first depot that nothing speaks against."""
    here = [one for one in world.server.records("asset") if one["depot_id"] == staff("zhou").depots[0]]
    fits = [one for one in here if one["state"] == "available" and one["pack"] == "vehicle" and not one["locked"]]
    found: dict[str, Any] = min((one for one in fits if not one["open_damages"]), key=lambda one: str(one["label"]))
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_what_left_while_the_office_forbade_it_is_a_breach(yard: World, lang: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    leaving, w, van = Words(lang, "leaving"), office_words(lang), ready(yard)
    app = await at_the_asset(yard, van["label"], lang)
    client = await tablet(yard, "zhou")
    await app.phone.offline(True)
    await expect(verdict(app)).to_contain_text(leaving("leaving.go"))
    handover = check_out(yard, client, van)

    office = OfficeApp(yard.office(locale="zh-CN" if lang == "zh" else "en-GB"), lang)
    await office.open(yard.server.url)
    await office.sign_in("ye", yard.password)
    await office.board()
    page = office.page
    await page.evaluate("address => { location.hash = address; }", f"#/assets/{van['id']}")
    await page.get_by_role("button", name=w.whole("asset.lock")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(w("asset.why")).fill("召回")
    await dialog.get_by_role("button", name=w.whole("asset.lock")).click()
    await expect(dialog).to_have_count(0)
    await record_until(yard.server, "asset", lambda one: one["id"] == van["id"] and one["locked"])
    await expect(verdict(app)).not_to_contain_text(leaving("leaving.stop"))  # it cannot know

    await client.sync(patience_s=60)
    await client.close()
    (breach,) = [one for one in yard.server.records("conflict") if one["rule"] == "breach"]
    assert breach["differs"] == ["asset_locked"]
    both = next(one for one in yard.server.records("handover") if one["id"] == handover)["gate"]
    assert (both["device"]["verdict"], both["server"]["verdict"]) == ("go", "stop")
    await office.go("conflicts")
    row = page.get_by_role("button", name=office.w("rule.breach"))
    await office.sees(row)
    await row.first.click()
    await office.sees(page.get_by_text(re.compile(re.escape(w.text("leavingName.asset_locked")))))
    gallery = Gallery(page, f"breach-{lang}", {"desk": (1280, 900), "phone": (360, 780)})
    await gallery.look("office")
    gallery.verdict()
