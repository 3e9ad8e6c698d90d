"""Incidents in the office: missing numbers are released, anything else is closed with a note; the proof names what was given up.

The tablet is a Python device behind a network that swallows its first entry, and that makes it say that it had to mend its copy.
"""

import contextlib
import gzip
import json

import httpx
import pytest
from playwright.async_api import Locator, expect

from sync.net import Client, ClientError
from tests.e2e.field import hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import until
from tests.e2e.tablets import check_in, tablet
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

SIZES = {"desk": (1280, 900), "phone": (390, 844), "tablet": (1024, 768)}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


class Sieve(httpx.AsyncHTTPTransport):
    """A network that swallows some numbers of a journal, and adds to what the device says."""

    def __init__(self) -> None:
        super().__init__()
        self.swallowed: set[int] = set()
        self.repairs: list[dict[str, object]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/sync":
            raw = await request.aread()
            said = json.loads(gzip.decompress(raw) if request.headers.get("content-encoding") == "gzip" else raw)
            said["entries"] = [one for one in said["entries"] if one["seq"] not in self.swallowed]
            said["repairs"], self.repairs = [*said.get("repairs", []), *self.repairs], []
            headers = {
                name: value for name, value in request.headers.items() if name not in ("content-encoding", "content-length")
            }
            content = json.dumps(said).encode()
            request = httpx.Request(request.method, request.url, headers=headers, content=content, extensions=request.extensions)
        return await super().handle_async_request(request)


async def with_a_gap(world: World) -> tuple[Client, Sieve, str]:
    """A tablet whose first entry never arrives; behind it waits a whole check-in. (…, the plate)"""
    sieve = Sieve()
    client = await tablet(world, "zhou", sieve)
    sieve.swallowed, sieve.repairs = {1}, [{"bucket": "org/field", "version": 1, "parts": [3]}]
    first, second = world.vans_out()[:2]
    client.record("handover.start", {"handover_id": client.new_id(), "type": "check_in", "asset_id": second.id})
    check_in(world, client, first, first.odometer + 120, "intact")
    with contextlib.suppress(ClientError):
        await client.sync(patience_s=5)
    return client, sieve, first.plate


def card(office: OfficeApp, kind: str) -> Locator:
    """The card of an incident."""
    return office.page.get_by_role("tabpanel").get_by_role("listitem").filter(has_text=office.w(f"incident.{kind}"))


async def incidents_page(world: World, lang: str, person: str = "ye") -> OfficeApp:
    """Somebody of the office at the list of incidents."""
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    await office.go("devices")
    await office.page.get_by_role("tab", name=office.w("device.tabIncidents")).click()
    return office


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_gap_is_released_and_the_proof_says_so(world: World, lang: str) -> None:
    client, _, plate = await with_a_gap(world)
    assert not [one for one in world.server.records("handover") if one["device_id"] == client.device.id], "all of it waits"
    office = await incidents_page(world, lang)
    SHOTS.mkdir(exist_ok=True)
    gallery = Gallery(office.page, f"office-incidents-{lang}", SIZES)
    gap = card(office, "gap")
    await office.sees(gap)
    await expect(gap.get_by_role("button", name=office.w("incident.close"))).to_have_count(0)
    await gallery.look("list")

    await gap.get_by_role("button", name=office.w("incident.release")).click()
    dialog = office.page.get_by_role("dialog")
    await office.sees(dialog)
    await gallery.look("release")
    held = dialog.get_by_role("button", name=office.w("incident.releaseHold"))
    await hold(office.page, held)
    await office.sees(dialog.get_by_text(office.w("erase.reasonNeeded")))
    await dialog.get_by_label(office.w("incident.releaseAsks")).fill("平板掉进水里，读不出来")
    await hold(office.page, held)
    await expect(dialog).to_have_count(0)
    await office.sees(gap.filter(has_text=office.w("incident.endedItselfAt")))
    assert [one["state"] for one in world.server.records("incident") if one["type"] == "gap"] == ["closed"]

    await office.go("handovers")
    await office.open_handover(plate)
    said = office.text("proof.releasedOne", n=1, reason="平板掉进水里，读不出来")
    await office.sees(said)
    await expect(said).to_contain_text(staff("ye").name if lang == "zh" else staff("ye").name_en)
    await expect(office.text("proof.complete")).to_have_count(0)
    await said.scroll_into_view_if_needed()
    await gallery.look("proof")
    await client.close()
    gallery.verdict()


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_an_incident_is_closed_with_a_note_by_keyboard_and_offline(world: World, lang: str) -> None:
    client, sieve, _ = await with_a_gap(world)
    office = await incidents_page(world, lang)
    gallery = Gallery(office.page, f"office-incident-closed-{lang}", SIZES)
    mended = card(office, "divergence")
    await office.sees(mended)
    await office.phone.offline(True)
    await mended.get_by_role("button", name=office.w("incident.close")).focus()
    await office.page.keyboard.press("Enter")
    dialog = office.page.get_by_role("dialog")
    await office.sees(dialog)
    await gallery.look("close")
    await dialog.get_by_label(office.w("incident.closeAsks")).focus()
    await office.page.keyboard.type("问过周师傅，是换了浏览器")
    await office.page.keyboard.press("Tab")
    await office.page.keyboard.press("Tab")
    await office.page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    who = staff("ye").name if lang == "zh" else staff("ye").name_en
    await office.sees(mended.get_by_text(office.w("incident.closedBy", who=who, note="问过周师傅，是换了浏览器")))
    assert [one["state"] for one in world.server.records("incident") if one["type"] == "divergence"] == ["open"]
    await office.phone.offline(False)
    await arrived(world)
    await gallery.look("closed")
    (closed,) = [one for one in world.server.records("incident") if one["type"] == "divergence"]
    assert (closed["state"], closed["closed_by"], closed["note"]) == ("closed", staff("ye").id, "问过周师傅，是换了浏览器")

    sieve.swallowed = set()
    await client.sync(patience_s=30)
    await office.sees(card(office, "gap").filter(has_text=office.w("incident.endedItselfAt")))
    await client.close()
    gallery.verdict()


async def arrived(world: World) -> None:
    """Wait until the server has the closing."""
    closing = "SELECT 1 FROM journal WHERE action = 'incident.close'"
    await until(lambda: world.server.rows(closing), "the closing has not arrived")


async def test_who_closed_second_is_told(world: World) -> None:
    """Each said it without knowing of the other: the first word to arrive stands, the other is kept and told."""
    client, _, _ = await with_a_gap(world)
    late = await incidents_page(world, "zh")
    await office_closes(late, "我的说法", offline=True)
    early = await incidents_page(world, "zh", "admin")
    await office_closes(early, "先到的说法")
    await arrived(world)
    await late.phone.offline(False)
    bar = late.page.get_by_role("region", name=late.w("own.title"))
    await late.sees(bar, 60_000)
    box = await bar.bounding_box()
    assert box is not None
    assert box["height"] <= 60, "one line, whatever page it stands on"
    await bar.get_by_role("button").click()
    notice = late.page.get_by_role("dialog", name=late.w("own.title"))
    await late.sees(notice.get_by_text(late.w("own.incidentClosed", who=staff("admin").name)), 60_000)
    gallery = Gallery(late.page, "office-own-outcome", SIZES)
    await gallery.look("told")
    await late.page.keyboard.press("Escape")
    await late.sees(card(late, "divergence").get_by_text("先到的说法"))
    await gallery.look("bar")
    await bar.get_by_role("button").click()
    await notice.get_by_role("button", name=late.w("own.seen")).click()
    await expect(notice).to_have_count(0)
    await expect(bar).to_have_count(0)
    await late.page.reload()
    await late.sees(card(late, "divergence"))
    await expect(bar).to_have_count(0)
    await client.close()
    gallery.verdict()


async def office_closes(office: OfficeApp, note: str, *, offline: bool = False) -> None:
    """Somebody says that the device's mending is dealt with."""
    mended = card(office, "divergence")
    await office.sees(mended)
    await office.phone.offline(offline)
    await mended.get_by_role("button", name=office.w("incident.close")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("incident.closeAsks")).fill(note)
    await dialog.get_by_role("button", name=office.w("incident.close")).click()
    await office.sees(mended.get_by_text(note))


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_clock_that_is_wrong_is_told_and_ends_by_itself(world: World, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await tablet(world, "zhou")
    right = client._now
    monkeypatch.setattr(client, "_now", lambda: right() + 3 * 3_600_000)
    van = world.vans_out()[0]
    client.record("handover.start", {"handover_id": client.new_id(), "type": "check_in", "asset_id": van.id})
    await client.sync(patience_s=30)
    office = await incidents_page(world, lang)
    gallery = Gallery(office.page, f"office-incident-clock-{lang}", SIZES)
    wrong = card(office, "clock")
    await office.sees(wrong.get_by_text(office.w("device.clockAhead")))
    await gallery.look("open")
    monkeypatch.setattr(client, "_now", right)
    await client.sync(patience_s=30)
    await office.sees(wrong.filter(has_text=office.w("incident.endedItselfAt")))
    (incident,) = [one for one in world.server.records("incident") if one["type"] == "clock"]
    assert (incident["state"], incident["closed_by"]) == ("closed", None)
    (stored,) = world.server.rows("SELECT state FROM journal WHERE action = 'handover.start' AND device = ?", client.device.id)
    assert stored["state"] == "applied", "an implausible time is flagged, never refused"
    await client.close()
    gallery.verdict()


async def test_who_may_not_sees_no_buttons(world: World) -> None:
    client, _, _ = await with_a_gap(world)
    office = await incidents_page(world, "zh", "lin")
    await office.sees(card(office, "gap"))
    for action in ("incident.close", "incident.release"):
        await expect(office.button(action)).to_have_count(0)
    await client.close()


async def test_what_was_typed_outlives_the_width_of_the_window(world: World) -> None:
    """The panel of a device stands beside the list on a wide window and over it on a narrow one; a question stays."""
    client, _, _ = await with_a_gap(world)
    office = await incidents_page(world, "zh")
    page, note = office.page, "问过周师傅，还没写完"
    await page.set_viewport_size({"width": 1280, "height": 900})
    mended = card(office, "divergence")
    name = str(next(one["name"] for one in world.server.records("device") if one["id"] == client.device.id))
    await mended.get_by_role("button", name=name).click()
    beside, lying = page.get_by_role("complementary", name=name), page.get_by_role("dialog", name=name)
    asked = page.get_by_role("dialog", name=office.w("incident.closeTitle"))
    await beside.get_by_role("button", name=office.w("incident.close")).click()
    field = asked.get_by_label(office.w("incident.closeAsks"))
    await field.fill(note)
    for width in (1000, 1280, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        await expect(beside).to_have_count(1 if width > 1200 else 0)
        await expect(field).to_have_value(note)
        await expect(lying).to_have_count(0)
    await page.set_viewport_size({"width": 1000, "height": 900})
    await page.keyboard.press("Escape")
    await expect(asked).to_have_count(0)
    await office.sees(lying)
    await asked_over(office, lying, "incident.close", asked)
    await asked.get_by_role("button", name=office.w("incident.close")).click()
    await expect(asked).to_have_count(0)
    await arrived(world)
    (closed,) = [one for one in world.server.records("incident") if one["type"] == "divergence"]
    assert (closed["state"], closed["note"]) == ("closed", note), "what was typed before the window changed"
    release = page.get_by_role("dialog", name=office.w("incident.releaseTitle"))
    await asked_over(office, lying, "incident.release", release)
    await client.close()


async def asked_over(office: OfficeApp, panel: Locator, what: str, asked: Locator) -> None:
    """By keyboard: the focus stays in the dialog, Esc closes it alone and gives the focus back; then it is asked once more."""
    page, button = office.page, panel.get_by_role("button", name=office.w(what))
    await button.focus()
    await page.keyboard.press("Enter")
    await office.sees(asked)
    inside = await asked.element_handle()
    for _ in range(8):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "one => [document.body, null].includes(document.activeElement) || one.contains(document.activeElement)", inside
        )
    small = await asked.get_by_role("button").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 48).length"
    )
    assert small == 0, "every button of it is large enough for a finger"
    await page.keyboard.press("Escape")
    await expect(asked).to_have_count(0)
    await expect(panel).to_be_visible()
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await office.sees(asked)
