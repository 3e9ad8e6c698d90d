"""How strictly devices upload before new work: chosen in the office, told to the phones, seen and kept there; and a device wiped.

The gate, its strip and the wiping screen are tested to the last detail with the core (`field_app/src/core/test`); here they
are looked at, in a browser, behind a real server.
"""

import re

import pytest
from playwright.async_api import Locator, Route, expect

from tests.e2e.checkin import Checkin
from tests.e2e.evidence import entries_of
from tests.e2e.field import FieldApp, hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.test_gate import begun_offline, device_of
from tests.e2e.world import Van, World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

OFFICE_SIZES = {"desk": (1280, 900), "phone": (390, 844), "tablet": (1024, 768)}
FIELD_SIZES = {"phone": (390, 844), "tablet": (1024, 768)}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
FILES = re.compile(r"/api/v1/blobs(/uploads/.*)?$")


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


async def cut(route: Route) -> None:
    """A line on which no file gets through."""
    await route.abort("connectionfailed")


async def settings(world: World, lang: str = "zh", person: str = "ye") -> OfficeApp:
    """Somebody of the office at the settings of the upload."""
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    await office.go("settings")
    await office.page.get_by_role("tab", name=office.w("policy.title")).click()
    return office


def choice(office: OfficeApp, gate: str) -> Locator:
    """The card of a policy."""
    return office.page.get_by_role("radio", name=office.w(f"policy.{gate}"))


async def choose(office: OfficeApp, world: World, gate: str, **figures: int) -> None:
    """Say how it is to be from now on; returns when the server has it."""
    await choice(office, gate).check(force=True)
    for name, value in figures.items():
        await office.page.get_by_label(office.w(f"policy.{name}")).fill(str(value))
    await office.button("policy.save").click()
    await office.sees(office.text("policy.saved"))

    def as_chosen(known: dict[str, object]) -> bool:
        return known["gate_policy"] == gate and all(known[name] == value for name, value in figures.items())

    await record_until(world.server, "organisation", as_chosen)


def strip(app: FieldApp) -> Locator:
    """What stands in sight while the gate is open although something is unsent."""
    said = "|".join(app.w(f"gate.{key}").pattern for key in ("grace", "follow", "followLater"))
    return app.page.get_by_role("status").filter(has_text=re.compile(said))


async def in_sight(wizard: Checkin) -> None:
    """Strip and shutter are both wholly on the screen."""
    await expect(strip(wizard.app)).to_be_in_viewport(ratio=1)
    await expect(wizard.page.get_by_role("button", name=wizard.w("shots.take"))).to_be_in_viewport(ratio=1)


async def online_once(world: World, lang: str = "zh") -> FieldApp:
    """An enrolled phone that has been online: it knows the policy and has nothing unsent."""
    app = FieldApp(world.enrolled_phone(locale=LOCALES[lang]), lang)
    await app.open(world.server.url, world.film(world.vans_out()[0]))
    zhou = staff("zhou")
    await app.unlock(zhou.name if lang == "zh" else zhou.name_en, world.pin("zhou"))
    await app.today()
    await app.page.wait_for_timeout(1_500)
    return app


async def begin(app: FieldApp, world: World, van: Van, photos: int) -> Checkin:
    """A return begun, its meters and some photos taken."""
    await app.type_asset(van.plate)
    await app.start_return()
    wizard = Checkin(app, world.names(app.lang))
    await wizard.meters(van.odometer + 40, 70)
    for number in range(1, photos + 1):
        await wizard.photo(number)
    return wizard


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_policy_is_chosen_in_the_settings(world: World, lang: str) -> None:
    office = await settings(world, lang)
    gallery = Gallery(office.page, f"office-settings-{lang}", OFFICE_SIZES)
    await expect(choice(office, "strict")).to_be_checked()
    await gallery.look("strict")
    await office.button("policy.save").click()
    await office.sees(office.text("policy.same"))
    await choice(office, "records").check(force=True)
    await gallery.look("records")
    await choice(office, "grace").focus()
    await office.page.keyboard.press("Space")
    hours = office.page.get_by_label(office.w("policy.grace_hours"))
    await hours.fill("999")
    await office.button("policy.save").click()
    await office.sees(office.text("policy.wrong", max=168))
    await gallery.look("grace-wrong")
    await hours.fill("6")
    await office.sees(office.text("policy.graceMeans1", hours=6))
    await choose(office, world, "grace", grace_hours=6, grace_entries=80)
    await expect(choice(office, "grace")).to_be_checked()
    await gallery.look("grace")
    gallery.verdict()


async def test_who_may_not_change_it_reads_it(world: World) -> None:
    office = await settings(world, "zh", "lin")
    await office.sees(office.text("policy.notYours"))
    await expect(office.button("policy.save")).to_have_count(0)
    await expect(choice(office, "grace")).to_be_disabled()


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_records_first_photos_follow_in_sight(yard: World, lang: str) -> None:
    office = await settings(yard)
    await choose(office, yard, "records", files_hours=5)
    app = await online_once(yard, lang)
    context = app.phone.context
    assert context is not None
    await context.route(FILES, cut)
    van, other = yard.vans_out()[:2]
    wizard = await begin(app, yard, van, photos=2)
    for _ in range(60):
        if len(entries_of(yard.server, device_of(yard))) == len(app.phone.said):
            break
        await app.page.wait_for_timeout(500)
    gallery = Gallery(app.page, f"field-follow-{lang}", FIELD_SIZES)
    await app.page.reload()
    await app.unlock(staff("zhou").name if lang == "zh" else staff("zhou").name_en, yard.pin("zhou"))
    await app.sees(strip(app))
    await expect(strip(app)).to_contain_text(app.w("gate.followLater", n=2))
    await in_sight(wizard)
    await gallery.look("wizard")
    await app.page.goto(f"{yard.server.url}/#/today")
    await app.today()
    await app.sees(strip(app))
    await gallery.look("today")
    await app.page.goto(f"{yard.server.url}/#/asset/{other.id}")
    await app.sees(app.button("asset.start"))
    await gallery.look("asset")
    await app.page.goto(f"{yard.server.url}/#/sync")
    await app.sees(app.heading("sync.title"))
    await gallery.look("sync")
    await context.unroute(FILES)
    await expect(strip(app)).to_have_count(0, timeout=90_000)
    gallery.verdict()


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_grace_ends_and_cannot_be_dismissed(yard: World, lang: str) -> None:
    office = await settings(yard)
    await choose(office, yard, "grace", grace_hours=3, grace_entries=9)
    app = await online_once(yard, lang)
    await app.phone.offline(True)
    van, other = yard.vans_out()[:2]
    await begin(app, yard, van, photos=1)
    gallery = Gallery(app.page, f"field-grace-{lang}", FIELD_SIZES)
    await app.phone.close()
    await app.open(yard.server.url, yard.film(van), offline=True)
    gallery.page = app.page
    await app.unlock(staff("zhou").name if lang == "zh" else staff("zhou").name_en, yard.pin("zhou"))
    await app.sees(strip(app), 60_000)
    await expect(strip(app)).to_contain_text(app.w("gate.grace", left=5, entries=4))
    await app.today()
    await gallery.look("today")
    wizard = await begin(app, yard, other, photos=1)
    await in_sight(wizard)
    await gallery.look("wizard")
    assert await strip(app).get_by_role("button").count() == 0
    await app.page.goto(f"{yard.server.url}/#/today")
    await expect(strip(app)).to_contain_text(app.w("gate.grace", left=1, entries=8))
    await app.phone.offline(False)
    await expect(strip(app)).to_have_count(0, timeout=90_000)
    entries = entries_of(yard.server, device_of(yard))
    assert [entry.body["gate"] for entry in entries] == ["clear"] * 4 + ["grace"] * 4
    assert {entry.state for entry in entries} == {"applied"}
    assert not [one for one in yard.server.records("incident") if one["type"] == "gate_breach"]
    gallery.verdict()


async def test_a_device_is_wiped_once_everything_is_up(yard: World) -> None:
    app, _, _ = await begun_offline(yard, photos=2)
    device = device_of(yard)
    name = next(one["name"] for one in yard.server.records("device") if one["id"] == device)
    office = await settings(yard)
    await office.go("devices")
    row = office.page.get_by_role("row").filter(has_text=name)
    await row.click()
    await office.button("device.wipe").first.click()
    dialog = office.page.get_by_role("dialog")
    at_the_office = Gallery(office.page, "office-wipe", OFFICE_SIZES)
    await at_the_office.look("asked")
    held = dialog.get_by_role("button", name=office.w("device.wipeHold"))
    await hold(office.page, held, 300)
    await expect(dialog).to_be_visible()
    await hold(office.page, held)
    await office.sees(dialog.get_by_text(office.w("erase.reasonNeeded")))
    assert {one["state"] for one in yard.server.records("device") if one["id"] == device} == {"active"}
    await dialog.get_by_label(office.w("device.wipeReason")).fill("换人，平板收回")
    await hold(office.page, held)
    await office.sees(row.filter(has_text=office.w("deviceState.wiping")))
    await at_the_office.look("wiping")

    context = app.phone.context
    assert context is not None
    await context.route(FILES, cut)
    await app.phone.offline(False)
    await app.sees(app.heading("wiping.title"), 90_000)
    await app.sees(app.text("revoked.amount", photos=2))
    assert await app.page.evaluate("localStorage.getItem('handover.lastPerson')"), "until then it knows who was here last"
    on_the_phone = Gallery(app.page, "field-wiping", FIELD_SIZES)
    await on_the_phone.look("sending")
    await opened_wiping(yard, app)
    await app.phone.offline(True)
    await app.sees(app.button("common.retryNow"), 60_000)
    on_the_phone.page = app.page
    await on_the_phone.look("offline")
    async with app.page.expect_download() as coming:
        await app.button("common.export").click()
    assert (await (await coming.value).path()).read_bytes().startswith(b"HVX2"), "a way out where no network comes back"
    await app.phone.offline(False)
    await app.sees(app.heading("enrol.title"), 90_000)
    await app.sees(app.text("enrol.wiped", name=name))
    await app.sees(app.text("enrol.wipedSafe", n=len(app.phone.said)))
    await app.sees(app.text("enrol.wipedTodo"), 30_000)
    await on_the_phone.look("gone")
    await app.page.reload()
    await app.sees(app.text("enrol.wiped", name=name))
    await office.sees(row.filter(has_text=office.w("deviceState.wiped")), 60_000)
    await at_the_office.look("wiped")
    entries = entries_of(yard.server, device)
    assert [entry.action for entry in entries] == [said.split()[0] for said in app.phone.said]
    assert {entry.state for entry in entries} == {"applied"}
    await expect(app.page.get_by_role("heading", name=app.w("enrol.title"))).to_be_visible()
    await nothing_left(app, device)
    (told,) = [one for one in yard.server.records("incident") if one["type"] == "wiped"]
    assert (told["device_id"], told["detail"]["proven_seq"]) == (device, len(app.phone.said))
    at_the_office.verdict()
    on_the_phone.verdict()


async def nothing_left(app: FieldApp, device: str) -> None:
    """No journal, no id: of what screens keep, only the language and the look, which says nothing of anybody after a wipe."""
    names = await app.page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))")
    assert names == ["handover-field"], names
    root = await app.page.evaluate(
        """() => new Promise((done, failed) => {
            const asked = indexedDB.open('handover-field');
            asked.onerror = () => failed(asked.error);
            asked.onsuccess = () => {
                const keys = asked.result.transaction('meta').objectStore('meta').getAllKeys();
                keys.onsuccess = () => { asked.result.close(); done(keys.result); };
            };
        })"""
    )
    assert root == ["wiped"], root
    kept = await app.page.evaluate("({ ...localStorage, ...sessionStorage })")
    assert set(kept) <= {"handover.lang", "handover.look"}, kept
    assert kept.get("handover.look", "light normal") == "light normal", kept
    caches = await app.page.evaluate("caches.keys()")
    assert all(one.startswith("workbox-precache") for one in caches), caches
    assert device not in str((kept, app.page.url))


async def opened_wiping(yard: World, app: FieldApp) -> None:
    """The app started anew in the middle of it: nobody is asked for a PIN, nothing of the company is shown."""
    await app.phone.close()
    await app.open(yard.server.url, offline=True)
    await app.sees(app.heading("wiping.title"), 60_000)
    await expect(app.text("lock.title")).to_have_count(0)
