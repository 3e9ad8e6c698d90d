"""A phone without a network gives its export file away, the office imports it, and the phone's own upload changes nothing."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.evidence import entries_of
from tests.e2e.field import FieldApp
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.test_gate import begun_offline, device_of, opened_again
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

SIZES = {"desk": (1280, 900), "phone": (390, 844), "tablet": (1024, 768)}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


async def exported(world: World) -> tuple[FieldApp, Path]:
    """A phone behind its gate, and the file it gives away."""
    app, _, _ = await begun_offline(world, photos=2)
    await opened_again(world, app, offline=True)
    await app.gate()
    async with app.page.expect_download() as coming:
        await app.button("common.export").click()
    download = await coming.value
    path = world.folder / download.suggested_filename
    await download.save_as(path)
    return app, path


async def dialog_of(world: World, lang: str) -> tuple[OfficeApp, Locator]:
    """A manager with the import open."""
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    await office.go("devices")
    await office.button("import.open").click()
    return office, office.page.get_by_role("dialog")


async def choose(office: OfficeApp, dialog: Locator, file: Path, key: str = "import.choose") -> None:
    """Pick a file as a person does."""
    async with office.page.expect_file_chooser() as coming:
        await dialog.get_by_role("button", name=office.w(key)).click()
    await (await coming.value).set_files(file)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_file_is_brought_and_the_phone_repeats_it(yard: World, lang: str) -> None:
    app, file = await exported(yard)
    assert re.fullmatch(r"handover-.+\.hvx", file.name)
    office, dialog = await dialog_of(yard, lang)
    SHOTS.mkdir(exist_ok=True)
    gallery = Gallery(office.page, f"office-import-{lang}", SIZES)
    await gallery.look("choose")
    await choose(office, dialog, file)
    said = len(app.phone.said)
    await office.sees(dialog.get_by_text(office.w("import.upTo", n=said)))
    await gallery.look("chosen")

    line = await office.phone.slow(20_000)
    await dialog.get_by_role("button", name=office.w("import.start")).click()
    await expect(dialog.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    await gallery.look("sending")
    await dialog.get_by_role("button", name=office.w("import.stop")).click()
    await office.sees(dialog.get_by_text(office.w("import.stopped")))
    assert entries_of(yard.server, device_of(yard)) == []
    await line.detach()

    await office.phone.offline(True)
    await dialog.get_by_role("button", name=office.w("common.retry")).click()
    await office.sees(dialog.get_by_text(office.w("import.away")))
    await gallery.look("offline")
    await office.phone.offline(False)
    await dialog.get_by_role("button", name=office.w("common.retry")).click()
    await office.sees(dialog.get_by_text(office.w("import.entriesOf", n=said, fresh=said, known=0)))
    await office.sees(dialog.get_by_text(office.w("import.filesOf", n=2, stored=2, rest=0)))
    await gallery.look("done")
    before = entries_of(yard.server, device_of(yard))
    assert [entry.action for entry in before] == [one.split()[0] for one in app.phone.said]

    await dialog.get_by_role("button", name=office.w("import.another")).click()
    await choose(office, dialog, file)
    await dialog.get_by_role("button", name=office.w("import.start")).click()
    await office.sees(dialog.get_by_text(office.w("import.nothingNew")))
    await dialog.get_by_role("link", name=office.w("import.toDevice")).click()
    await office.sees(office.text("incident.imported"))
    await app.phone.offline(False)
    await app.gate_opens()
    assert entries_of(yard.server, device_of(yard)) == before, "its own upload is a repeat"
    gallery.verdict()


async def test_what_is_wrong_with_a_file_is_said(yard: World) -> None:
    _, file = await exported(yard)
    raw = file.read_bytes()
    office, dialog = await dialog_of(yard, "zh")
    gallery = Gallery(office.page, "office-import-wrong", SIZES)
    wrong = yard.folder / "照片.jpg"
    wrong.write_bytes(b"\xff\xd8\xff" + raw[:2000])
    await choose(office, dialog, wrong)
    await office.sees(dialog.get_by_text("import_unreadable"))
    await expect(dialog.get_by_role("button", name=office.w("import.start"))).to_have_count(0)
    wrong.write_bytes(re.sub(rb'"organisation":"........', b'"organisation":"00000000', raw, count=1))
    await choose(office, dialog, wrong, "import.otherFile")
    await office.sees(dialog.get_by_text("import_foreign"))
    wrong.write_bytes(raw[:-1])
    await choose(office, dialog, wrong, "import.otherFile")
    await dialog.get_by_role("button", name=office.w("import.start")).click()
    await office.sees(dialog.get_by_text("import_unreadable"))
    await gallery.look("cut")
    assert entries_of(yard.server, device_of(yard)) == []
    gallery.verdict()
