"""Faults from the first word to the last: reported in the field without a network, repaired on the phone, told to whoever
reported it, read as one story on the asset's page; and the public page behind a label, for a label of every kind."""

import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.e2e.field import FieldApp, hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
WRONG = "右后灯不亮"
NARROW = {"phone": (360, 640)}


def picture(folder: Path, name: str = "lamp.jpg") -> Path:
    """A photo with something in it."""
    path = folder / name
    out = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(out, "JPEG")
    path.write_bytes(out.getvalue())
    return path


async def at_office(world: World, address: str, person: str = "ye", lang: str = "zh") -> OfficeApp:
    """Somebody of the office at an address."""
    office = OfficeApp(world.office(locale="zh-CN" if lang == "zh" else "en-GB"), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    await office.page.goto(f"{world.server.url}/office/#/{address}")
    return office


def told(world: World) -> list[dict[str, Any]]:
    """The faults of this test; the demo has some of its own."""
    return [one for one in world.server.records("fault") if one["what"] == WRONG]


async def test_a_fault_reported_offline_is_repaired_and_whoever_reported_it_reads_so(yard: World, tmp_path: Path) -> None:
    SHOTS.mkdir(exist_ok=True)
    zhou, tasks = staff("zhou"), Words("zh", "tasks")
    van = yard.vans_out()[0]
    app = FieldApp(yard.enrolled_phone(width=360, height=780))
    await app.open(yard.server.url)
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.today()

    # reported without a network, with a photo; it stands on the asset at once
    await app.phone.offline(off=True)
    await app.type_asset(van.plate)
    await app.button("fault.title").click()
    sheet = app.page.get_by_role("dialog")
    await sheet.get_by_role("button", name=app.w("fault.save")).click()
    await expect(sheet.get_by_text(app.w("fault.need"))).to_be_visible()
    await sheet.get_by_label(app.w("fault.what")).fill(WRONG)
    await expect(sheet.get_by_text(app.w("fault.need"))).to_have_count(0)
    await sheet.get_by_text(app.w.whole("fault.unusable")).click()
    await sheet.get_by_label(app.w("fault.photos", n=3)).set_input_files(picture(tmp_path))
    await expect(sheet.get_by_text(app.w("fault.picked", n=1))).to_be_visible()
    gallery = Gallery(app.page, "fault-field", {"phone": (360, 780)})
    await gallery.look("sheet")
    await sheet.get_by_role("button", name=app.w("fault.save")).click()
    await expect(sheet).to_have_count(0)
    await app.sees(app.text("fault.open", what=WRONG))
    await app.sees(app.text("fault.waiting"))
    assert told(yard) == []

    # the network is back: the office sees it with its photo, and plans the repair
    office = await at_office(yard, "faults")
    await office.sees(office.text("faults.none"))
    await app.phone.offline(off=False)
    await office.sees(office.page.get_by_text(WRONG), 60_000)
    await office.pictures(1)
    await office.button("faults.plan").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("faults.who")).select_option(label=zhou.name)
    await dialog.get_by_role("button", name=office.w("faults.planAct")).click()
    await app.sees(app.text("fault.planned"), 60_000)

    # done on another person's phone is the usual way; here the same phone, and the office closes nothing
    await app.page.get_by_role("button", name=app.w("common.back")).first.click()
    await app.page.get_by_role("button").filter(has_text=WRONG).first.click()
    job = app.page.get_by_role("dialog")
    await job.get_by_label(tasks("task.remark")).fill("换了灯泡")
    await job.get_by_role("button", name=tasks("task.repaired")).click()
    await office.page.get_by_role("tab", name=office.w("faults.closed")).click()
    ended = office.page.get_by_text("换了灯泡")
    await office.sees(ended, 60_000)
    gallery.verdict()

    # one story on the asset's page
    await office.page.goto(f"{yard.server.url}/office/#/assets/{van.id}")
    story = office.page.get_by_role("article", name=WRONG)
    await office.sees(story.get_by_text(office.w("faults.step.reported", who=zhou.name)))
    await office.sees(story.get_by_text("换了灯泡"))
    await expect(story.get_by_role("listitem")).to_have_count(3)
    await story.scroll_into_view_if_needed()
    pages = Gallery(office.page, "fault-story", {"desk": (1280, 900), "phone": (360, 780)})
    await pages.look("asset")
    pages.verdict()


async def test_a_fault_reported_before_is_closed_with_a_reason_and_told_in_the_field(yard: World) -> None:
    zhou = staff("zhou")
    van = yard.vans_out()[0]
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.today()
    await app.type_asset(van.plate)
    await app.button("fault.title").click()
    sheet = app.page.get_by_role("dialog")
    await sheet.get_by_label(app.w("fault.what")).fill(WRONG)
    await sheet.get_by_role("button", name=app.w("fault.save")).click()
    await app.page.get_by_role("button", name=app.w("common.back")).first.click()
    office = await at_office(yard, "faults")
    await office.sees(office.page.get_by_text(WRONG), 60_000)
    await office.page.get_by_role("button", name=office.w.whole("faults.duplicate")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w.whole("faults.reason")).fill("上周报过，已订灯泡")
    await dialog.get_by_role("button", name=office.w("faults.closedAct")).click()
    await office.sees(office.text("faults.none"))
    await app.sees(app.page.get_by_text("上周报过，已订灯泡"), 60_000)
    await app.page.screenshot(path=SHOTS / "fault-field-news.png")


@pytest.fixture
async def labels(world: World) -> dict[str, str]:
    """Tags of every kind: standing, replaced, of a retired asset, never printed."""
    there = sorted((one for one in world.server.records("asset") if one["state"] == "available"), key=lambda one: one["tag"])
    office = await at_office(world, "labels")
    await office.page.get_by_label(office.w("labels.search")).fill(there[1]["tag"])
    await office.button("labels.retag").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("labels.newTag")).fill("NEW-7")
    await dialog.get_by_label(office.w.whole("faults.reason")).fill("掉了")
    await dialog.get_by_role("button", name=office.w("labels.retagAct")).click()
    await office.sees(office.text("labels.retagDone"))
    await office.page.goto(f"{world.server.url}/office/#/assets/{there[2]['id']}")
    await office.button("asset.retire").first.click()
    reason = office.page.get_by_role("dialog")
    await reason.get_by_role("textbox").first.fill("卖掉了")
    await hold(office.page, reason.get_by_role("button", name=office.w("asset.retire")))
    await record_until(world.server, "asset", lambda one: one["id"] == there[2]["id"] and one["state"] == "retired")
    await office.phone.close()
    return {"standing": there[0]["tag"], "former": there[1]["tag"], "retired": there[2]["tag"], "unknown": "NOBODY-1"}


SAYS = {
    "zh": {"standing": "哪里有问题", "former": "NEW-7", "retired": "已停用", "unknown": "没有登记"},
    "en": {"standing": "What is wrong", "former": "NEW-7", "retired": "out of use", "unknown": "not registered"},
}


async def test_the_page_behind_a_label_of_every_kind(labels: dict[str, str], world: World, tmp_path: Path) -> None:
    for lang, dark in (("zh", False), ("en", True)):
        stranger = world.phone(width=360, height=640, locale="zh-CN" if lang == "zh" else "en-GB", dark=dark)
        page: Page | None = None
        for kind, tag in labels.items():
            address = f"{world.server.url}/t/{tag}"
            page = await stranger.start(address) if page is None else page
            await page.goto(address)
            await expect(page.get_by_text(SAYS[lang][kind]).first).to_be_visible()
            await expect(page.locator("form")).to_be_visible(visible=kind in ("standing", "former"))
            gallery = Gallery(page, f"label-{lang}{'-dark' if dark else ''}", NARROW)
            await gallery.look(kind)
            gallery.verdict()
        assert page is not None
        # the other language, with what was typed; sent too often, it says when to come back and loses nothing
        await page.goto(f"{world.server.url}/t/{labels['standing']}")
        other = "en" if lang == "zh" else "zh"
        await page.locator("#what").fill(WRONG)
        await page.locator("#lang").click()
        await expect(page.get_by_text(SAYS[other]["standing"]).first).to_be_visible()
        await expect(page.locator("#what")).to_have_value(WRONG)
        await page.locator("#lang").click()
        await page.locator("#phone").fill("13800001111")
        await page.locator("#photos").set_input_files(picture(tmp_path))
        await page.locator("#send").click()
        await expect(page.locator("#said")).to_have_class("done")
        await stranger.close()
    wrote = [one["id"] for one in world.server.records("fault_words") if one["said"] == WRONG]
    first = next(one for one in world.server.records("fault") if one["id"] in wrote)
    assert (first["by"], first["has_phone"], len(first["photos"])) == ("customer", True, 1)
    assert "13800001111" not in str(first)
    assert WRONG not in str(first), "what a customer wrote is a private part"
    await what_a_customer_left_is_deleted(world, len(wrote))


async def what_a_customer_left_is_deleted(world: World, reports: int) -> None:
    """Shown where reports are read, and gone everywhere once it is asked for."""
    office = await at_office(world, "faults", "admin")
    written = office.page.get_by_text(WRONG)
    await office.sees(written.first)
    await expect(written).to_have_count(reports)
    await (
        office.page.get_by_role("article")
        .filter(has_text=WRONG)
        .first.get_by_role("button", name=office.w("faults.forget"))
        .click()
    )
    reason = office.page.get_by_role("dialog")
    await reason.get_by_role("textbox").first.fill("本人要求")
    await hold(office.page, reason.get_by_role("button", name=office.w("faults.forget")))
    await office.sees(office.text("faults.wordsGone"), 60_000)
    await expect(written).to_have_count(reports - 1)
    gallery = Gallery(office.page, "faults-gone", {"desk": (1280, 900), "phone": (360, 780)})
    await gallery.look("deleted")
    gallery.verdict()
    await office.phone.close()


async def test_whoever_sends_too_often_is_told_when_to_come_back_and_loses_nothing(world: World) -> None:
    tag = next(one for one in world.server.records("asset") if one["state"] == "available")["tag"]
    stranger = world.phone(width=360, height=640)
    page = await stranger.start(f"{world.server.url}/t/{tag}")
    await page.locator("#what").fill(WRONG)
    # The last thing before it is sent: the bound is by the minute, which may be over soon.
    async with httpx.AsyncClient(base_url=world.server.url, headers={"X-Handover": "1"}, trust_env=False) as anybody:
        for n in range(8):
            said = {"id": f"00000000-0000-4000-8000-00000000000{n}", "what": WRONG}
            code = (await anybody.post(f"/api/v1/tags/{tag}/faults", json=said)).status_code
            if code == httpx.codes.TOO_MANY_REQUESTS:
                break
        assert code == httpx.codes.TOO_MANY_REQUESTS
    await page.locator("#send").click()
    await expect(page.locator("#said")).to_contain_text("秒后再试")
    await expect(page.locator("#what")).to_have_value(WRONG)
    gallery = Gallery(page, "label-zh", NARROW)
    await gallery.look("often")
    gallery.verdict()
