"""Work that is no handover, on the phone: an inspection by the pack's checklist fails, its repair says what it took; going for
what was not returned; all of it without a network, and read in the office afterwards."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.field import FieldApp
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.guide import picture_for_guide
from tests.e2e.office import OfficeApp
from tests.e2e.test_faults import at_office, picture
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]


def task_of(world: World, type_: str, asset: str) -> dict[str, Any]:
    """The task of a type for an asset."""
    return next(one for one in world.server.records("task") if (one["type"], one["asset_id"]) == (type_, asset))


async def planned(office: OfficeApp, world: World, type_: str, plate: str) -> None:
    """The office plans work for an asset."""
    await office.page.goto(f"{world.server.url}/office/#/planning")
    await office.page.get_by_role("button", name=office.w.whole("plan.new")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w.whole("plan.type")).select_option(value=type_)
    await dialog.get_by_label(office.w("plan.asset")).fill(plate)
    await dialog.get_by_role("button", name=office.w.whole("plan.save")).click()
    await expect(dialog).to_have_count(0)


async def opened(app: FieldApp, plate: str, word: str) -> Locator:
    """The sheet of a task, opened from its card."""
    await app.page.get_by_role("button").filter(has_text=plate).filter(has_text=word).first.click()
    sheet = app.page.get_by_role("dialog")
    await app.sees(sheet)
    return sheet


async def test_an_inspection_fails_line_by_line_and_its_repair_says_what_it_took(yard: World) -> None:
    SHOTS.mkdir(exist_ok=True)
    jobs, tasks, zhou = Words("zh", "jobs"), Words("zh", "tasks"), staff("zhou")
    assert any(one["checklist"] for one in yard.server.records("pack")), "the demo's packs have checklists"
    depots = next(one for one in yard.server.records("person") if one["id"] == zhou.id)["depot_ids"]
    van = next(
        one for one in yard.server.records("asset")
        if one["pack"] == "vehicle" and one["state"] == "available" and one["depot_id"] in depots
    )  # fmt: skip
    office = await at_office(yard, "planning")
    await planned(office, yard, "inspect", van["label"])
    app = FieldApp(yard.enrolled_phone(width=360, height=780))
    await app.open(yard.server.url)
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.today()
    sheet = await opened(app, van["label"], "巡检")
    await app.phone.in_control()
    await app.phone.offline(off=True)

    # line by line, without a network; a reload in the middle loses nothing
    lines = next(one for one in yard.server.records("pack") if one["code"] == "vehicle")["checklist"]
    for line in lines[:2]:
        await sheet.get_by_role("group", name=line["zh"]).get_by_text(jobs.whole("job.ok")).click()
    bad = sheet.get_by_role("group", name=lines[2]["zh"])
    await bad.get_by_text(jobs.whole("job.notOk")).click()
    await sheet.get_by_label(jobs("job.whatWrong")).fill("右大灯不亮")
    await sheet.get_by_label(jobs("job.pick")).first.set_input_files(picture(yard.folder))
    await app.sees(sheet.get_by_role("img"))
    gallery = Gallery(app.page, "task-inspect", {"phone": (360, 780)})
    await gallery.look("checklist")
    await picture_for_guide(app.page, "inspect-zh")
    await app.phone.offline(off=False)
    await app.page.reload()
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.gate_opens()
    sheet = await opened(app, van["label"], "巡检")
    await expect(sheet.get_by_label(jobs("job.whatWrong"))).to_have_value("右大灯不亮")
    await expect(sheet.get_by_role("button", name=tasks.whole("task.passed"))).to_have_count(0)
    await app.phone.offline(off=True)
    await sheet.get_by_role("button", name=tasks("task.failed")).click()
    await expect(sheet).to_have_count(0)
    await app.phone.offline(off=False)

    # the rule makes the repair; it says what it took, with a photo after
    repair = await opened(app, van["label"], "维修")
    await app.sees(repair.get_by_text("右大灯不亮"))
    await repair.get_by_role("button", name=jobs("job.partAdd")).click()
    await repair.get_by_label(jobs.whole("job.part")).fill("大灯灯泡")
    await repair.get_by_label(jobs("job.cost")).fill("36.5")
    await repair.get_by_label(jobs("job.minutes")).fill("25")
    await repair.get_by_label(jobs("job.photosAfter")).set_input_files(picture(yard.folder, "after.jpg"))
    await app.sees(repair.get_by_role("img"))
    await gallery.look("repair")
    await repair.get_by_role("button", name=tasks("task.repaired")).click()
    await expect(repair).to_have_count(0)
    gallery.verdict()

    # one history on the asset's page
    await office.page.goto(f"{yard.server.url}/office/#/assets/{van['id']}")
    story = office.page.get_by_role("article", name="维修")
    await office.sees(story.get_by_text("¥36.50"), 60_000)
    await office.sees(story.get_by_text(office.w("work.minutes", n=25)))
    checked = office.page.get_by_role("article", name="巡检")
    await office.sees(checked.get_by_text("右大灯不亮"))
    await story.scroll_into_view_if_needed()
    pages = Gallery(office.page, "task-office", {"desk": (1280, 900), "phone": (360, 780)})
    await pages.look("history")
    pages.verdict()


async def test_going_for_what_was_not_returned_is_noted_try_by_try(yard: World) -> None:
    jobs, zhou = Words("en", "jobs"), staff("zhou")
    van = yard.vans_out()[0]
    office = await at_office(yard, "planning")
    await planned(office, yard, "recover", van.plate)
    app = FieldApp(yard.enrolled_phone(width=360, height=780, locale="en-GB"), "en")
    await app.open(yard.server.url)
    await app.unlock(zhou.name_en, yard.pin("zhou"))
    await app.today()
    sheet = await opened(app, van.plate, "Recover")
    await app.phone.offline(off=True)
    await expect(sheet.get_by_role("button", name=jobs("job.notFound"))).to_have_count(0)
    await sheet.get_by_role("button", name=jobs("job.attemptSave")).click()
    await app.sees(sheet.get_by_text(jobs("job.attemptWaits")))
    await sheet.get_by_text(jobs.whole("job.found.nobody")).click()
    await sheet.get_by_label(jobs("job.attemptNote")).fill("Gate locked")
    await sheet.get_by_role("button", name=jobs("job.attemptSave")).click()
    await app.sees(sheet.get_by_text("Gate locked"))
    gallery = Gallery(app.page, "task-recover", {"phone": (360, 780)})
    await gallery.look("tries")
    await picture_for_guide(app.page, "recover-en")
    gallery.verdict()

    # having it begins its check-in; not to be found ends the task
    await sheet.get_by_role("button", name=jobs("job.fetch")).click()
    await app.sees(app.button("asset.start"))
    await app.page.get_by_role("button", name=app.w("common.back")).first.click()
    sheet = await opened(app, van.plate, "Recover")
    await sheet.get_by_role("button", name=jobs("job.notFound")).click()
    await expect(sheet).to_have_count(0)
    await app.phone.offline(off=False)
    await office.page.goto(f"{yard.server.url}/office/#/assets/{van.id}")
    await office.sees(office.page.get_by_text("Gate locked"), 60_000)
    task = task_of(yard, "recover", van.id)
    assert (task["state"], task["result"]["result"]) == ("done", "failed")
