"""Something is said instead of typed: without a network, then heard in the office beside the fault; a refused microphone costs
nothing."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.field import FieldApp
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.test_faults import at_office
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
_HEARD = "() => [...document.querySelectorAll('audio')].some(one => one.currentTime > 0)"

_DENY = """() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
}"""


async def heard(page: Page) -> None:
    """Wait until a voice note has really been playing."""
    await page.wait_for_function(_HEARD, timeout=60_000)


async def test_a_fault_is_said_offline_and_heard_in_the_office(yard: World) -> None:
    SHOTS.mkdir(exist_ok=True)
    zhou, words = staff("zhou"), Words("zh", "voice")
    van = yard.vans_out()[0]
    app = FieldApp(yard.enrolled_phone(width=360, height=640))
    await app.open(yard.server.url)
    await app.unlock(zhou.name, yard.pin("zhou"))
    await app.today()
    await app.phone.in_control()
    await app.phone.offline(off=True)
    await app.type_asset(van.plate)
    await app.button("fault.title").click()
    sheet = app.page.get_by_role("dialog")

    # the microphone is not allowed: said so, and typing goes on
    await app.page.evaluate(_DENY)
    await sheet.get_by_role("button", name=words("voice.begin")).click()
    await app.sees(sheet.get_by_text(words("voice.denied")))
    await app.page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")

    # said, heard on the phone, saved with the report
    await sheet.get_by_role("button", name=words("voice.begin")).click()
    await app.sees(sheet.get_by_text(words("voice.running", time="0:02")))
    await sheet.get_by_role("button", name=words("voice.stop")).click()
    play = sheet.get_by_role("button", name=words("voice.play"))
    await app.sees(play)
    gallery = Gallery(app.page, "voice", {"phone": (360, 640)}, large=True)
    await gallery.look("said")
    await play.click()
    await heard(app.page)
    await sheet.get_by_role("button", name=app.w("fault.save")).click()
    await expect(sheet).to_have_count(0)
    await app.sees(app.text("fault.open", what=words.text("voice.inPlace")))
    await app.sees(app.page.get_by_role("button", name=words("voice.play")))

    # the network is back: the office hears it
    office = await at_office(yard, "faults")
    await app.phone.offline(off=False)
    there = office.page.get_by_role("button", name=words("voice.play"))
    await office.sees(there, 60_000)
    await app.sees(app.text("truth.ok"), 60_000)
    await there.first.click()
    await heard(office.page)
    pages = Gallery(office.page, "voice-office", {"desk": (1280, 900)})
    await pages.look("faults")
    await app.page.get_by_role("button", name=words("voice.play")).first.click()
    await heard(app.page)
    gallery.verdict()
    pages.verdict()
