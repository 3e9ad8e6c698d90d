"""From a printed label to the repair: the sheet's code is read, opens the public page on a stranger's phone, the report with its
photo appears in the office by itself and becomes a task; and the audit page tells who did what."""

import asyncio
import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.e2e.camera import film_of
from tests.e2e.field import FieldApp
from tests.e2e.gallery import Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
WRONG = "右后灯不亮"


async def at_page(world: World, page: str, key: str, person: str = "admin") -> OfficeApp:
    """An office browser on one of the plain pages."""
    office = OfficeApp(world.office())
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    await office.page.goto(f"{world.server.url}/office/#/{page}")
    await office.sees(office.page.get_by_role("heading", name=office.w.whole(key), level=1))
    return office


def picture(folder: Path) -> Path:
    """A photo with a detail to be found again."""
    path = folder / "lamp.jpg"
    out = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(out, "JPEG")
    path.write_bytes(out.getvalue())
    return path


def decoded(pdf: Path) -> list[str]:
    """What a camera reads of the first page."""
    subprocess.run(["pdftoppm", "-r", "203", "-f", "1", "-l", "1", "-singlefile", "-png", pdf, pdf.with_suffix("")], check=True)
    read = subprocess.run(["zbarimg", "-q", "--raw", pdf.with_suffix(".png")], check=False, capture_output=True, text=True)
    return read.stdout.split()


async def test_from_a_printed_label_to_the_repair(world: World, tmp_path: Path) -> None:
    asset = next(one for one in world.server.records("asset") if one["state"] == "available")
    office = await at_page(world, "labels", "labels.title", "ye")
    seen = Gallery(office.page, "label-office", {"desk": (1440, 900), "phone": (390, 844)})
    await seen.look("labels")
    await office.page.get_by_label(office.w("labels.search")).fill(asset["tag"])
    await office.page.get_by_role("checkbox", name=asset["tag"]).check()
    async with office.page.expect_download() as coming:
        await office.button("labels.print", n=1).click()
    pdf = tmp_path / "labels.pdf"
    await (await coming.value).save_as(pdf)
    address = f"/t/{asset['tag']}"
    (read,) = await asyncio.to_thread(decoded, pdf)
    assert read.endswith(address)

    await office.page.goto(f"{world.server.url}/office/#/faults")
    await office.sees(office.text("faults.none"))
    stranger = world.phone(width=360, height=640)
    page = await stranger.start(f"{world.server.url}{address}")
    await expect(page.get_by_text(asset["label"])).to_be_visible()
    gallery = Gallery(page, "label", {"phone": (360, 640)})
    await gallery.look("report")
    gallery.verdict()
    await page.get_by_label("哪里有问题").fill(WRONG)
    await page.get_by_label("不能用").check()
    await page.get_by_label("照片").set_input_files(picture(tmp_path))
    await page.get_by_label("电话").fill("13800001111")
    await page.get_by_role("button", name="提交报修").click()
    await expect(page.get_by_text("已收到")).to_be_visible()

    await office.sees(office.page.get_by_text(WRONG))
    await office.pictures(1)
    await seen.look("faults")
    seen.verdict()
    await office.button("faults.plan").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=office.w("faults.planAct")).click()
    await office.sees(office.text("faults.none"))
    noted = office.w.text("faults.noteCustomer")
    await record_until(world.server, "task", lambda one: one["asset_id"] == asset["id"] and one["note"] == noted)
    tasks = [one for one in world.server.records("task") if one["type"] == "repair" and one["asset_id"] == asset["id"]]
    assert [one["note"] for one in tasks].count(noted) == 1
    assert WRONG not in str(tasks), "what a customer wrote is copied nowhere"


async def test_the_audit_page_is_filtered(world: World) -> None:
    office = await at_page(world, "audit", "audit.title")
    lines = office.page.locator("main ol > li")
    await office.sees(lines)
    seen = Gallery(office.page, "audit", {"desk": (1440, 900), "phone": (390, 844)})
    await seen.look("audit")
    seen.verdict()
    await office.page.get_by_label(office.w("audit.person")).select_option(label=staff("zhou").name)
    await expect(lines.first).to_contain_text(staff("zhou").name)
    names = await lines.locator(".who b").all_inner_texts()
    assert set(names) == {staff("zhou").name}
    await office.page.get_by_label(office.w("audit.action")).select_option(label=office.w.text("action.photo.add"))
    await expect(lines.first).to_contain_text(office.w.text("action.photo.add"))
    await expect(lines.locator(".what b").filter(has_not_text=office.w.text("action.photo.add"))).to_have_count(0)
    await lines.first.get_by_role("link").first.click()
    await office.sees(office.text("audit.clear"))


async def test_a_lost_label_is_replaced_and_the_asset_tells_who_did_it(world: World) -> None:
    asset = next(one for one in world.server.records("asset") if one["state"] == "available")
    office = await at_page(world, "labels", "labels.title", "ye")
    await office.page.get_by_label(office.w("labels.search")).fill(asset["tag"])
    await office.button("labels.retag").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("labels.newTag")).fill("NEW-7")
    await dialog.get_by_label(office.w.whole("faults.reason")).fill("掉了")
    await dialog.get_by_role("button", name=office.w("labels.retagAct")).click()
    await office.sees(office.text("labels.retagDone"))
    await office.page.goto(f"{world.server.url}/office/#/assets/{asset['id']}")
    change = office.page.locator(".history li").filter(has_text=office.w.text("action.asset.retag"))
    await expect(change).to_contain_text("NEW-7")
    await expect(change).to_contain_text(asset["tag"])
    await expect(change).to_contain_text(staff("ye").name)
    seen = Gallery(office.page, "history", {"desk": (1440, 900), "phone": (390, 844)})
    await change.scroll_into_view_if_needed()
    await seen.look("asset")
    seen.verdict()
    page = await world.phone().start(f"{world.server.url}/t/{asset['tag']}")
    await expect(page.get_by_text("NEW-7")).to_be_visible()


async def test_a_label_is_seen_before_it_is_printed_printed_again_and_read_by_our_scanner(yard: World, tmp_path: Path) -> None:
    van = yard.vans_out()[0]
    office = await at_page(yard, "labels", "labels.title", "ye")
    seen = Gallery(office.page, "label-preview", {"desk": (1440, 900), "phone": (360, 780)})
    await office.page.get_by_label(office.w("labels.search")).fill(van.tag)
    await office.page.get_by_role("checkbox", name=van.tag).check()
    await office.page.get_by_label(office.w.whole("labels.sheet")).select_option("a4_2x7")
    await office.page.get_by_role("button", name=office.w("labels.place", n=3)).click()
    await office.page.get_by_role("button", name=office.w.whole("labels.look")).click()
    dialog = office.page.get_by_role("dialog")
    shown = dialog.get_by_role("img", name=office.w("labels.lookAlt", n=1))
    await office.page.wait_for_function("one => one.naturalWidth === 1000", arg=await shown.element_handle())
    await seen.look("preview")
    await office.page.keyboard.press("Escape")

    # another size; then once more, from the asset's own page
    read: list[str] = []
    for again in (False, True):
        if again:
            await office.page.goto(f"{yard.server.url}/office/#/assets/{van.id}")
            await office.page.get_by_role("link", name=office.w("labels.again")).click()
            await expect(office.page.get_by_role("checkbox", name=van.tag)).to_be_checked()
        await office.page.get_by_label(office.w.whole("labels.sheet")).select_option("roll_50x30")
        async with office.page.expect_download() as coming:
            await office.button("labels.print", n=1).click()
        pdf = tmp_path / f"label-{again}.pdf"
        await (await coming.value).save_as(pdf)
        read += await asyncio.to_thread(decoded, pdf)
    assert len(read) == 2
    assert read[0] == read[1]
    assert read[0].endswith(f"/t/{van.tag}")
    seen.verdict()

    # what was printed, held before the phone's camera, opens the asset
    paper = tmp_path / "label-True.png"
    with Image.open(paper) as label:
        sheet = Image.new("RGB", (1280, 720), "white")
        large = label.convert("RGB").resize((1000, int(1000 * label.height / label.width)))
        sheet.paste(large, (140, (720 - large.height) // 2))
        kept = io.BytesIO()
        sheet.save(kept, "JPEG", quality=90)
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url, film_of(tmp_path / "label.mjpeg", [kept.getvalue()]))
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.scan_asset(van.plate)
