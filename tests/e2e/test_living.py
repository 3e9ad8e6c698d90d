"""A phone's life between two networks: others answer for the server, its clock is wrong, its store is cleared, its session is
forgotten, a call takes the camera, a new version comes in the middle of work. Each has its behaviour, and nothing is lost.

Neighbours: `test_bad_input.py` (a server that fails), `test_devices.py` (revoked), `test_offline_shell.py` (two tabs),
`test_story.py` (dead battery).
"""

import os
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from server.setup import environment
from tests.e2e.checkin import Checkin
from tests.e2e.evidence import entries_of
from tests.e2e.field import FieldApp
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

API = re.compile(r"/api/v1/")
DAY_MS = 86_400_000


async def at_work(world: World, film: Path | None = None) -> FieldApp:
    """A phone of the yard, unlocked, on today's list."""
    app = FieldApp(world.enrolled_phone())
    await app.open(world.server.url, film)
    await app.unlock(staff("zhou").name, world.pin("zhou"))
    await app.today()
    return app


def recorded(world: World) -> list[str]:
    """What the server has of the phone, in order."""
    device = next(one["id"] for one in world.server.records("device") if one["name"].startswith("手机"))
    return [entry.action for entry in entries_of(world.server, device)]


async def test_a_network_that_wants_a_log_in_is_said_and_costs_only_time(yard: World) -> None:
    app = await at_work(yard)
    context = app.phone.context
    assert context is not None

    async def portal(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body="<html><title>Hotel</title>Please log in</html>")

    await context.route(API, portal)
    await app.type_asset(yard.vans_out()[0].plate)
    await app.start_return()
    await app.page.goto(f"{yard.server.url}/#/today")
    await app.sees(app.page.get_by_text("这个网络要先登录"), 60_000)
    await app.sees(app.page.get_by_text("captive_portal"))
    assert recorded(yard) == []
    await context.unroute(API)
    await app.sees(app.text("truth.ok"), 90_000)
    assert recorded(yard) == ["handover.start"]
    assert await app.page.get_by_text("这个网络要先登录").count() == 0


@pytest.mark.parametrize(("days", "key"), [(3, "clock.ahead"), (-3, "clock.behind")])
async def test_a_wrong_clock_is_said_and_the_records_times_are_put_right(yard: World, days: int, key: str) -> None:
    app = FieldApp(yard.enrolled_phone())
    await app.phone.start("about:blank")
    assert app.phone.context is not None
    shift = f"const real = Date; const by = {days * DAY_MS};"
    await app.phone.context.add_init_script(
        shift
        + "globalThis.Date = class extends real { constructor(...a) { if (a.length) super(...a); else super(real.now() + by); }"
        " static now() { return real.now() + by; } };"
    )
    await app.page.goto(yard.server.url)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.type_asset(yard.vans_out()[0].plate)
    await app.start_return()
    await app.page.goto(f"{yard.server.url}/#/today")
    await app.sees(app.text(key), 60_000)
    await app.sees(app.text("truth.ok"), 60_000)
    (handover,) = [one for one in yard.server.records("handover") if one["state"] != "complete"]
    (entry,) = yard.server.rows(
        "SELECT received_ms FROM journal WHERE action = 'handover.start' ORDER BY received_ms DESC LIMIT 1"
    )
    began = yard.server.rows("SELECT strftime('%s', ?) AS s", handover["started_at"])[0]["s"]
    assert abs(int(began) * 1000 - entry["received_ms"]) < DAY_MS / 2, "the record's time is the server's, not the phone's"


async def test_a_store_the_browser_cleared_is_told_and_a_new_code_makes_it_a_device_again(yard: World) -> None:
    app = await at_work(yard)
    await app.type_asset(yard.vans_out()[0].plate)
    await app.start_return()
    await app.page.goto(f"{yard.server.url}/#/today")
    await app.sees(app.text("truth.ok"), 60_000)
    assert app.phone.context is not None
    session = await app.phone.context.new_cdp_session(app.page)
    await app.page.goto("about:blank")
    await session.send("Storage.clearDataForOrigin", {"origin": yard.server.url, "storageTypes": "indexeddb,local_storage"})
    await app.page.goto(yard.server.url)
    await app.sees(app.page.get_by_text(re.compile("浏览器清除了")), 60_000)
    await app.sees(app.page.get_by_text(re.compile("服务器已签收到第 1 条")))
    assert [one["type"] for one in yard.server.records("incident")] == []
    await app.page.goto(yard.server.invitation())
    await app.page.reload()
    await app.enrol_by_link()
    assert [one["type"] for one in yard.server.records("incident")] == ["eviction"]


async def test_a_session_the_server_forgot_is_renewed_without_a_word(yard: World) -> None:
    app = await at_work(yard)
    yard.server.stop()
    with sqlite3.connect(yard.server.data / "handover.db") as database:
        database.execute("DELETE FROM session")
    yard.server.start()
    await app.type_asset(yard.vans_out()[0].plate)
    await app.start_return()
    await app.page.goto(f"{yard.server.url}/#/today")
    await app.sees(app.text("truth.ok"), 60_000)
    assert recorded(yard) == ["handover.start"]


async def test_a_call_takes_the_camera_and_the_same_shot_goes_on(yard: World) -> None:
    van = yard.vans_out()[0]
    app = await at_work(yard, yard.film(van))
    await app.type_asset(van.plate)
    await app.start_return()
    wizard = Checkin(app, yard.names("zh"))
    await wizard.meters(van.odometer + 11, 90)
    await wizard.photo(1)
    await expect(app.page.get_by_role("button", name=wizard.w("shots.take"))).to_be_enabled()
    await app.page.evaluate(
        "() => { const video = document.querySelector('video');"
        " for (const track of video.srcObject.getTracks()) { track.stop(); track.dispatchEvent(new Event('ended')); } }"
    )
    await app.sees(app.page.get_by_text("相机被其他应用占用或中断"))
    await app.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    await wizard.photo(2)
    assert app.phone.said[-2:] == ["photo.add 1", "photo.add 2"]


async def test_a_new_version_waits_until_the_work_is_done(yard: World, monkeypatch: pytest.MonkeyPatch) -> None:
    app_folder = yard.folder / "dist"
    shutil.copytree(os.environ.get("HANDOVER_APP") or environment.APP / "dist", app_folder)
    yard.server.stop()
    monkeypatch.setenv("HANDOVER_APP", str(app_folder))
    yard.server.start()
    app = await at_work(yard)
    await app.phone.in_control()
    await app.type_asset(yard.vans_out()[0].plate)
    await app.start_return()
    await app.page.evaluate("() => { window.sameDocument = true; }")
    worker = app_folder / "sw.js"
    worker.write_text(worker.read_text(encoding="utf-8") + "\n/* a later version */\n", encoding="utf-8")
    await app.page.evaluate("() => navigator.serviceWorker.getRegistration().then(one => one.update())")
    await app.page.wait_for_function("() => navigator.serviceWorker.getRegistration().then(one => one.waiting !== null)")
    await app.sees(app.page.get_by_role("group", name=yard.names("zh").odometer))
    assert await app.page.evaluate("() => window.sameDocument === true")
    await app.page.goto(f"{yard.server.url}/#/today")
    await app.sees(app.page.get_by_text(app.w("today.goOn")))
    assert await app.page.get_by_text(app.w("app.updateReady")).count() == 0, "work is under way"
    assert await app.page.evaluate("() => window.sameDocument === true")
