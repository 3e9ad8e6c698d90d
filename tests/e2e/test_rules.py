"""The office writes a gate rule of its own and a pack of its own, and the phone hears both; a kit lacking a member warns there.

Neighbours: `test_leaving.py` (rules that are shipped).
"""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.patience import record_until
from tests.e2e.test_leaving import at_the_asset, standing, verdict
from tests.e2e.test_policy import settings
from tests.e2e.words import Words, office_words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
SIZES = {"desk": (1280, 900), "phone": (360, 780)}


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_rule_of_ones_own_is_tried_saved_and_heard_on_the_phone_offline(yard: World, lang: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    w, van = office_words(lang), standing(yard)
    app = await at_the_asset(yard, van["label"], lang)
    office = await settings(yard, lang)
    page = office.page
    await page.evaluate("location.hash = '#/settings/gate'")
    await page.get_by_role("button", name=w.whole("ownRule.new")).click()
    form = page.get_by_role("dialog")
    await form.get_by_role("button", name=w.whole("common.save")).click()
    await expect(form.get_by_text(w("ownRule.needWords")).first).to_be_visible()
    await form.get_by_label(w.whole("ownRule.path")).select_option("asset.odometer_km")
    await form.get_by_label(w.whole("ownRule.test")).select_option("above")
    await form.get_by_label(w.whole("leavingRule.figure")).fill("1")
    await form.get_by_text(w.whole("leavingRule.stop")).click()
    await form.get_by_label(w.whole("ownRule.zh")).fill("里程 {value} 太多，先问主管")
    await form.get_by_label(w.whole("ownRule.en")).fill("Driven {value} km: ask the manager first")
    await form.get_by_label(w.whole("ownRule.try")).fill(van["label"][-5:])
    await form.get_by_role("button", name=re.compile(re.escape(van["label"]))).click()
    said = "先问主管" if lang == "zh" else "ask the manager first"
    await expect(form.get_by_role("region", name=w.whole("leaving.title"))).to_contain_text(said)
    await Gallery(page, f"rules-{lang}", SIZES).look("own")
    await form.get_by_role("button", name=w.whole("common.save")).click()
    await expect(form).to_have_count(0)
    await record_until(yard.server, "gate_rule", lambda one: str(one["code"]).startswith("own_"))
    await expect(verdict(app)).to_contain_text(said)
    await app.phone.offline(True)
    await app.page.reload()
    zhou = staff("zhou")
    await app.unlock(zhou.name if lang == "zh" else zhou.name_en, yard.pin("zhou"))
    await expect(verdict(app)).to_contain_text(said)
    await expect(verdict(app)).to_contain_text(Words(lang, "leaving")("leaving.stop"))


async def test_a_new_pack_begins_as_another_and_its_checklist_is_changed(yard: World) -> None:
    w = office_words("zh")
    office = await settings(yard)
    page = office.page
    await page.evaluate("location.hash = '#/settings/packs'")
    await page.get_by_role("button", name=w.whole("packs.copy")).click()
    form = page.get_by_role("dialog")
    await form.get_by_label(w.whole("packs.zh")).fill("冷藏车")
    await form.get_by_label(w.whole("packs.en")).fill("Reefer van")
    await form.get_by_role("button", name=w.whole("packs.copy")).click()
    await expect(form).to_have_count(0)
    made = await record_until(yard.server, "pack", lambda one: one["zh"] == "冷藏车")
    for list_, extra in (("checklist", {}), ("accessories", {}), ("wear", {"packs.wearSize": "20"})):
        card = page.get_by_role("region", name=w.whole(f"packs.list.{list_}"))
        await card.get_by_role("button", name=w.whole("packs.add")).click()
        item = page.get_by_role("dialog")
        await item.get_by_label(w.whole("packs.zh")).fill("制冷机")
        await item.get_by_label(w.whole("packs.en")).fill("Cooling unit")
        for key, value in extra.items():
            await item.get_by_label(w(key)).fill(value)
        await item.get_by_role("button", name=w.whole("packs.keep")).click()
        await card.get_by_role("button", name=w("packs.save", list=w.text(f"packs.list.{list_}"))).click()
    now = await record_until(yard.server, "pack", lambda one: one["id"] == made["id"] and len(one["wear"]) == 1)
    assert [one["en"] for one in now["checklist"]][-1] == "Cooling unit"
    assert [one["en"] for one in now["accessories"]][-1] == "Cooling unit"
    assert now["wear"][0]["size_mm_max"] == 20
