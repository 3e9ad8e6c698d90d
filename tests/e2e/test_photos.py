"""Photos: the shutter's pace, the shutter that releases by itself, a file from the gallery, a copy that is shared, a full phone.

Neighbours: `camera.py` (films that hold each view), `checkin.py`, `evidence.py` (what the server has). Times are printed, never
asserted.
"""

import hashlib
import io
import itertools
import re
import statistics
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.e2e.camera import film_held
from tests.e2e.checkin import PHOTOS, Checkin
from tests.e2e.evidence import ALIKE, Entry, entries_of, files_whole, likeness, stored, thumbnail
from tests.e2e.field import FieldApp
from tests.e2e.patience import until
from tests.e2e.words import Words
from tests.e2e.world import Van, World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

THROTTLE = 4
EXIF_IFD, TIME_ORIGINAL = 0x8769, 0x9003
REFUSED = re.compile("这台设备的存储空间不够")
FULL = """() => {
    window.full = true;
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) {
        if (window.full && this.name === 'bytes') throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, given);
    };
}"""
TIMED = """() => {
    window.shots = [];
    let at = null;
    addEventListener('click', event => { if (event.target.closest('button.shutter')) at = performance.now(); }, true);
    new MutationObserver(() => {
        if (at === null || document.querySelector('button.shutter:not([aria-busy=true])') === null) return;
        if (document.querySelector('h1').textContent === window.title) return;
        window.title = document.querySelector('h1').textContent;
        window.shots.push(performance.now() - at);
        at = null;
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    window.title = document.querySelector('h1').textContent;
}"""


async def at_photos(world: World, van: Van, film: Path, lang: str = "zh", **more: Any) -> Checkin:
    """An unlocked phone in the shot list of a return."""
    phone = world.enrolled_phone(locale="zh-CN" if lang == "zh" else "en-GB", **more)
    app = FieldApp(phone, lang)
    await app.open(world.server.url, film)
    await app.unlock(staff("zhou").name, world.pin("zhou"))
    await app.today()
    await app.type_asset(van.plate)
    await app.start_return()
    wizard = Checkin(app, world.names(lang), lang)
    await wizard.meters(van.odometer + 20, 90)
    return wizard


def words(lang: str) -> Words:
    """The texts of photos once taken."""
    return Words(lang, "photos")


def photos_of(world: World) -> list[Entry]:
    """The photos' entries of the phone, in their order."""
    device = next(one["id"] for one in world.server.records("device") if one["name"].startswith("手机"))
    return [entry for entry in entries_of(world.server, device) if entry.action == "photo.add"]


async def arrived(world: World, count: int) -> list[Entry]:
    """The photos' entries once the server has them with all their files."""

    def all_there() -> list[Entry]:
        shots = photos_of(world)
        files = [blob["sha256"] for shot in shots for blob in shot.body["blobs"]]
        return shots if len(shots) >= count and all(world.server.stored_sha256(one) for one in files) else []

    return await until(all_there, f"fewer than {count} photos are there")


async def test_the_shutter_is_ready_again_soon(yard: World) -> None:
    van = yard.vans_out()[0]
    wizard = await at_photos(yard, van, yard.film(van))
    page = wizard.page
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    await page.evaluate(TIMED)
    for number in range(1, PHOTOS):
        await wizard.photo(number)
    times = [round(one) for one in await page.evaluate("window.shots")]
    print(f"\nshutter to next shot at {THROTTLE}x: median {statistics.median(times)} ms of {times}")
    assert len(times) >= PHOTOS - 2, "most shots moved on by themselves"
    assert any("media.worker" in worker.url for worker in page.workers), "pictures are worked on beside the screen"


async def test_the_shutter_releases_by_itself_at_each_view(yard: World) -> None:
    van = yard.vans_out()[0]
    views = yard.pictures(van)[:PHOTOS]
    wizard = await at_photos(yard, van, film_held(yard.folder / "held.mjpeg", views))
    page, w = wizard.page, wizard.w
    await page.wait_for_timeout(2_500)
    await wizard.at_shot(1)
    switch = page.get_by_role("switch", name=w("auto.name"))
    await expect(switch).to_have_attribute("aria-checked", "false")
    await switch.click()
    await wizard.at_shot(3)
    await page.get_by_role("button", name=w("auto.pause")).click()
    await expect(page.get_by_text(w("auto.paused"))).to_be_visible()
    paused = await page.get_by_role("heading", level=1).inner_text()
    await page.wait_for_timeout(4_500)
    assert await page.get_by_role("heading", level=1).inner_text() == paused, "a touch on the picture pauses"
    await page.get_by_role("button", name=w("auto.goOn")).click()
    await wizard.sees(wizard.heading("damages.title"), 120_000)
    shots = await arrived(yard, PHOTOS)
    assert files_whole(yard.server, shots) == PHOTOS
    pictures = [thumbnail(stored(yard.server, shot.body["blobs"][0]["sha256"]).read_bytes()) for shot in shots]
    alike = [round(likeness(one, after), 2) for one, after in itertools.pairwise(pictures)]
    print(f"\nlikeness of each shot with the one before: {alike}")
    assert max(alike) < ALIKE, "each is another view than the one before"
    assert {shot.body["args"]["source"] for shot in shots} == {"camera"}


def with_time(picture: bytes) -> bytes:
    """The picture as a phone's gallery has it: it says itself when it was taken."""
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[TIME_ORIGINAL] = "2026:03:05 14:02:09"
    made = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(made, "JPEG", exif=exif, quality=90)
    return made.getvalue()


async def test_a_file_from_the_gallery_is_never_called_live(yard: World) -> None:
    van = yard.vans_out()[0]
    wizard = await at_photos(yard, van, yard.film(van))
    page, w = wizard.page, wizard.w
    picture = with_time(yard.pictures(van)[0])
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": picture}
    )
    await wizard.at_shot(2)
    await page.get_by_role("group", name=w("shots.list")).get_by_role("button").first.click()
    await expect(
        page.get_by_text(re.compile(re.escape(words("zh").text("photo.fromGallery")) + ".*2026-03-05 14:02:09"))
    ).to_be_visible()
    (shot,) = await arrived(yard, 1)
    assert shot.body["args"]["source"] == "gallery"
    assert shot.body["args"]["how"] == "file"
    assert shot.body["args"]["file_time"] == "2026-03-05T14:02:09"
    assert "position" not in shot.body["args"]
    assert yard.server.stored_sha256(hashlib.sha256(picture).hexdigest()), "its bytes are the file's own"


async def test_a_shared_copy_says_what_it_shows_and_leaves_the_original_alone(yard: World, tmp_path: Path) -> None:
    van = yard.vans_out()[0]
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.type_asset(van.plate)
    page, w = app.page, words("zh")
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (yard.server.data / "blobs").glob("*/*/*")}
    await page.get_by_role("button", name=w("photo.open")).first.click()
    dialog = page.get_by_role("dialog")
    await app.sees(dialog.get_by_role("img"))
    sha = re.search(r"[0-9a-f]{16}", await dialog.inner_text())
    assert sha is not None
    async with page.expect_download() as saved:
        await dialog.get_by_role("button", name=w("photo.share")).click()
    download = await saved.value
    assert van.plate[-5:] in download.suggested_filename
    copy = tmp_path / "copy.jpg"
    await download.save_as(copy)
    (original,) = [path for path in (yard.server.data / "blobs").glob("*/*/*") if path.name.startswith(sha[0])]
    with Image.open(copy) as given, Image.open(original) as kept:
        assert not given.getexif()
        assert given.width == kept.width
        assert given.height > kept.height, "the words stand under the picture, not over it"
        shown = given.convert("RGB").crop((0, 0, kept.width, kept.height))
        made = io.BytesIO()
        shown.save(made, "JPEG", quality=95)
        assert likeness(thumbnail(made.getvalue()), thumbnail(original.read_bytes())) > ALIKE
        band = given.convert("L").crop((0, kept.height, given.width, given.height)).tobytes()
        assert min(band) < 60, "the band is dark"
        assert max(band) > 200, "and there are words on it"
    after = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (yard.server.data / "blobs").glob("*/*/*")}
    assert after == before


KEPT = """async () => {
    const found = { bytes: 0, strangers: 0 };
    for (const { name } of await indexedDB.databases()) {
        const db = await new Promise(done => { const ask = indexedDB.open(name); ask.onsuccess = () => done(ask.result); });
        if (db.objectStoreNames.contains('bytes')) {
            const tx = db.transaction(['bytes', 'previews', 'blobs']);
            const keys = store => new Promise(done => {
                const ask = tx.objectStore(store).getAllKeys(); ask.onsuccess = () => done(ask.result);
            });
            const [bytes, previews, blobs] = await Promise.all(['bytes', 'previews', 'blobs'].map(keys));
            found.bytes += bytes.length;
            found.strangers += previews.filter(sha => !blobs.includes(sha)).length;
        }
        db.close();
    }
    return found;
}"""


async def test_a_full_phone_refuses_a_new_photo_before_an_old_one_is_at_risk(yard: World) -> None:
    """The disk's refusal is the platform's own exception, thrown by the test: Chromium no longer says what is left, and holds no
    IndexedDB to a quota that was set by `Storage.overrideQuotaForOrigin`."""
    van = yard.vans_out()[0]
    wizard = await at_photos(yard, van, yard.film(van))
    page, app = wizard.page, wizard.app
    w = words("zh")
    await app.phone.offline(True)
    await wizard.photo(1)
    await page.evaluate(FULL)
    await wizard.button("shots.take").click()
    await app.sees(page.get_by_text(REFUSED))
    await wizard.at_shot(2)
    assert await page.evaluate(KEPT) == {"bytes": 1, "strangers": 0}, "what can be fetched again goes first, nothing of one's own"
    await page.evaluate("() => { location.hash = '#/sync'; }")
    await app.sees(page.get_by_text(w("room.full.what")))
    await app.sees(page.get_by_text(w("room.low.safe")))
    await page.evaluate("() => { window.full = false; }")
    await page.go_back()
    await wizard.photo(2)
    taken = 2
    await page.evaluate("() => { location.hash = '#/sync'; }")
    await app.sees(page.get_by_text(w("room.title")))
    await expect(page.get_by_text(w("room.full.what"))).to_have_count(0)
    await app.phone.offline(False)
    assert files_whole(yard.server, await arrived(yard, taken)) == taken
    for _ in range(120):
        if (await page.evaluate(KEPT))["bytes"] == 0:
            return
        await page.wait_for_timeout(500)
    raise AssertionError("originals the server has signed for stay on the phone")
