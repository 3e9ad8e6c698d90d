"""A tablet is lost, shut out, and turns up: the office sees what is presumed missing, looks at what came after all, and decides.

The tablet is a device in Python (`sync/net`) behind a line the test holds; the office is a browser. How a phone takes its being
shut out is `test_devices.py`.
"""

import gzip
import json
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Locator, expect

from sync.net import ClientError
from tests.e2e.field import hold
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.tablets import check_in, tablet
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

SENT = 3


class FailingLine(httpx.AsyncBaseTransport):
    """Once `thin`, one more request arrives, with its first entries only; then nothing does."""

    def __init__(self) -> None:
        self.inner = httpx.AsyncHTTPTransport()
        self.thin = self.cut = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("cut", request=request)
        if self.thin and request.url.path == "/api/v1/sync":
            self.cut = True
            raw = await request.aread()
            said = json.loads(gzip.decompress(raw) if request.headers.get("content-encoding") == "gzip" else raw)
            body = json.dumps({**said, "entries": said["entries"][:SENT]}, ensure_ascii=False).encode()
            headers = {**request.headers, "content-length": str(len(body))}
            headers.pop("content-encoding", None)
            request = httpx.Request(request.method, request.url, headers=headers, content=body)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


def row(office: OfficeApp, name: str) -> Locator:
    return office.page.get_by_role("row").filter(has_text=name)


async def decide(office: OfficeApp, how: str, reason: str) -> None:
    await office.page.get_by_role("button", name=office.w.whole(f"aside.{how}")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w(f"aside.{how}Reason")).fill(reason)
    await hold(office.page, dialog.get_by_role("button", name=office.w(f"aside.{how}Hold")))
    await expect(dialog).to_have_count(0)


async def report_lost(office: OfficeApp, reason: str) -> None:
    """Say that the device whose panel is open is lost."""
    await office.button("device.lostSay").first.click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("device.lostReason")).fill(reason)
    await dialog.get_by_role("button", name=office.w("device.lostHold")).click()


async def on_paper(office: OfficeApp) -> None:
    """The report as it is printed from a dark screen: alone and whole."""
    await office.page.emulate_media(media="print")
    await office.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    await expect(office.page.get_by_role("button", name=office.w("report.print"))).to_be_hidden()
    await expect(office.page.get_by_role("navigation")).to_be_hidden()
    await office.sees(office.page.get_by_role("heading", name=office.w("report.missing")))
    await office.page.screenshot(path=SHOTS / "office-lost-zh-paper.png", full_page=True)
    await office.page.emulate_media(media="screen")
    await office.page.evaluate("document.documentElement.dataset.theme = 'light'")


async def not_squeezed(office: OfficeApp) -> None:
    """On a phone, too, what to decide is read in one line."""
    await office.page.set_viewport_size({"width": 390, "height": 844})
    for name in ("aside.dismiss", "aside.admit"):
        words = await office.page.get_by_role("button", name=office.w.whole(name)).bounding_box()
        assert words is not None, name
        assert words["width"] > 120, f"{name} is squeezed"
    await office.page.set_viewport_size({"width": 1280, "height": 900})


async def test_lost_shut_out_turned_up_and_decided(world: World) -> None:
    van = world.vans_out()[0]
    line = FailingLine()
    client = await tablet(world, "zhou", line)
    handover = check_in(world, client, van, van.odometer + 120, "intact")
    by_mistake = client.new_id()
    client.record("handover.start", {"handover_id": by_mistake, "type": "check_in", "asset_id": van.id})
    saved = client.status().unsent_entries
    line.thin = True
    with pytest.raises((ClientError, httpx.HTTPError)):
        await client.sync()
    device = client.status().device
    name = next(one["name"] for one in world.server.records("device") if one["id"] == device)

    office = OfficeApp(world.office())
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    SHOTS.mkdir(exist_ok=True)
    gallery = Gallery(office.page, "office-lost-zh", {"desk": (1280, 900), "phone": (390, 844), "tablet": (1024, 768)})
    await office.go("devices")
    await row(office, name).click()
    await report_lost(office, "落在客户仓库")
    await office.sees(office.page.get_by_text(office.w("device.lostSince")))
    await gallery.look("device")
    await office.page.get_by_role("link", name=office.w("report.open")).first.click()
    await office.sees(office.page.get_by_text(office.w("report.missingText", numbers=f"{SENT + 1}–{saved}")))
    await office.sees(office.page.get_by_text("落在客户仓库"))
    await gallery.look("report")
    await on_paper(office)

    await office.page.get_by_role("link", name=office.w("aside.back")).click()
    await row(office, name).click()
    await office.revoke("丢了")
    line.thin = line.cut = False
    with pytest.raises(ClientError):
        await client.sync(patience_s=10)
    await office.page.get_by_role("link", name=office.w("report.open")).first.click()
    await office.sees(office.page.get_by_text(office.w("report.backText")))
    await office.sees(office.page.get_by_text(office.w("report.arrived", n=saved - SENT)))
    await gallery.look("back")

    await office.page.get_by_role("link", name=office.w("aside.open")).click()
    last = office.page.get_by_role("article").last
    await office.sees(last)
    await expect(office.page.get_by_role("article")).to_have_count(saved - SENT)
    await last.get_by_role("button", expanded=False).click()
    await office.sees(last.get_by_text(van.id))
    await gallery.look("aside")
    await not_squeezed(office)
    await last.get_by_role("checkbox").check()
    await decide(office, "dismiss", "点错了，重复")
    await office.sees(last.get_by_text(office.w("asideState.dismissed")))
    assert [one for one in world.server.records("handover") if one["id"] == by_mistake] == []

    await office.page.get_by_label(office.w("aside.selectAll")).check()
    await decide(office, "admit", "客户确认过")
    admitted = office.page.get_by_role("article").filter(has_text=office.w("asideState.admitted"))
    await expect(admitted).to_have_count(saved - SENT - 1)
    await gallery.look("decided")
    (done,) = [one for one in world.server.records("handover") if one["id"] == handover]
    assert done["state"] == "complete"
    epochs = world.server.rows("SELECT epoch, count(*) AS n FROM journal WHERE device = ? GROUP BY epoch ORDER BY epoch", device)
    assert [tuple(one) for one in epochs] == [(-1, saved - SENT - 1), (0, SENT)]
    assert world.server.chain_holds(device) == SENT
    await client.close()
    gallery.verdict()
    await in_english(world, device)


async def in_english(world: World, device: str) -> None:
    """The same pages in the other language, opened by their addresses."""
    office = OfficeApp(world.office(locale="en-US"), "en")
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    gallery = Gallery(office.page, "office-lost-en", {"desk": (1280, 900), "phone": (390, 844)})
    for view, words in (("quarantine", "aside.lead"), ("report", "report.back")):
        await office.page.goto(f"{world.server.url}/office/#/devices/all/{device}/{view}")
        await office.sees(office.text(words))
        await gallery.look(view)
    await office.page.goto(f"{world.server.url}/office/#/devices/all/{uuid4()}")
    await office.sees(office.text("device.unknown"))
    await gallery.look("unknown")
    gallery.verdict()
