"""The office's devices: invited, seen at work with what they still hold, shut out, replaced."""

import re

import pytest
from playwright.async_api import Locator, Route, expect

from tests.e2e.evidence import entries_of
from tests.e2e.field import FieldApp
from tests.e2e.office import OfficeApp
from tests.e2e.test_gate import begun_offline, device_of, opened_again
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

CODE = re.compile(r"[0-9A-Z]{2}-[0-9A-Z]{5}-[0-9A-Z]{5}")


async def devices_page(yard: World) -> OfficeApp:
    """An administrator at the devices page."""
    office = OfficeApp(yard.office())
    await office.open(yard.server.url)
    await office.sign_in("admin", yard.password)
    await office.board()
    await office.go("devices")
    return office


def row(office: OfficeApp, name: str) -> Locator:
    """A device's line in the table."""
    return office.page.get_by_role("row").filter(has_text=name)


async def invited(office: OfficeApp, name: str) -> str:
    """Fill in what is open, and read the code off the screen."""
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("invite.name")).fill(name)
    await dialog.get_by_role("button", name=office.w("invite.make")).click()
    await office.sees(dialog.get_by_text(office.w("invite.ready")))
    shown = await dialog.get_by_text(CODE).first.inner_text()
    found = CODE.search(shown)
    assert found is not None
    return found.group()


async def test_a_device_is_invited_and_appears(yard: World) -> None:
    office = await devices_page(yard)
    await office.button("device.enrol").first.click()
    code = await invited(office, "SM-77")
    app = FieldApp(yard.phone())
    await app.open(yard.server.url)
    await app.enrol_typing(code)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await office.sees(office.page.get_by_role("dialog").get_by_text(office.w("invite.used", name="SM-77")))
    await office.page.get_by_role("dialog").get_by_role("button", name=office.w("common.close")).click()
    await office.sees(row(office, "SM-77"))


async def test_what_a_phone_still_holds_is_seen(yard: World) -> None:
    app, _, _ = await begun_offline(yard, photos=2)
    name = next(one["name"] for one in yard.server.records("device") if one["id"] == device_of(yard))
    office = await devices_page(yard)
    await office.sees(row(office, name).filter(has_text=office.w("device.nothing")))
    context = app.phone.context
    assert context is not None
    uploads = re.compile(r"/api/v1/blobs(/uploads/.*)?$")

    async def cut(route: Route) -> None:
        await route.abort("connectionfailed")

    await context.route(uploads, cut)
    await app.phone.offline(False)
    await office.sees(row(office, name).filter(has_text=office.w("device.unsentShort", files=2)), 60_000)
    await context.unroute(uploads)
    await opened_again(yard, app, offline=False)
    await app.gate_opens()
    await office.sees(row(office, name).filter(has_text=office.w("device.nothing")), 60_000)


async def test_a_device_shut_out_is_told_and_what_it_sends_is_kept_aside(yard: World) -> None:
    app, _, _ = await begun_offline(yard, photos=1)
    device = device_of(yard)
    name = next(one["name"] for one in yard.server.records("device") if one["id"] == device)
    before = len(yard.server.records("handover"))
    office = await devices_page(yard)
    await row(office, name).click()
    await office.revoke("丢了")
    await office.sees(row(office, name).filter(has_text=office.w("deviceState.revoked")))
    await app.phone.offline(False)
    await app.sees(app.heading("app.revokedTitle"), 90_000)
    rows = yard.server.rows("SELECT seq, reason FROM quarantine WHERE device = ? ORDER BY seq", device)
    assert [line["seq"] for line in rows] == list(range(1, len(app.phone.said) + 1))
    assert {line["reason"] for line in rows} == {"revoked"}
    assert entries_of(yard.server, device) == []
    assert len(yard.server.records("handover")) == before
    await app.phone.close()
    await app.open(yard.server.url)
    await app.sees(app.heading("app.revokedTitle"))
    async with app.page.expect_download():
        await app.button("sync.export").click()


async def test_a_new_phone_takes_an_old_ones_place(yard: World) -> None:
    device = device_of(yard)
    name = next(one["name"] for one in yard.server.records("device") if one["id"] == device)
    office = await devices_page(yard)
    await row(office, name).click()
    await office.button("device.replaceThis").click()
    code = await invited(office, "SM-78")
    app = FieldApp(yard.phone())
    await app.open(yard.server.url)
    await app.enrol_typing(code)
    await office.page.get_by_role("dialog").get_by_role("button", name=office.w("common.close")).click()
    await office.sees(row(office, "SM-78"))
    await office.sees(row(office, name).filter(has_text=office.w("deviceState.replaced")))
    old = FieldApp(yard.enrolled_phone())
    await old.open(yard.server.url)
    await old.sees(old.heading("app.revokedTitle"), 60_000)
    await expect(old.text("lock.title")).to_have_count(0)
