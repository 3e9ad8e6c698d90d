"""The upload gate: nothing new begins while anything is unsent, begun work may be finished, and only proof opens it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.e2e.checkin import Checkin
from tests.e2e.evidence import entries_of
from tests.e2e.field import FieldApp
from tests.e2e.patience import until
from tests.e2e.world import Van, World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

SYNC = re.compile(r"/api/v1/sync$")


async def begun_offline(yard: World, *, photos: int) -> tuple[FieldApp, Checkin, Van]:
    """A return begun without a network, some photos taken, the app closed."""
    app = FieldApp(yard.enrolled_phone())
    van = yard.vans_out()[0]
    await app.open(yard.server.url, yard.film(van), offline=True)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.type_asset(van.plate)
    await app.start_return()
    wizard = Checkin(app, yard.names("zh"))
    await wizard.meters(van.odometer + 40, 70)
    for number in range(1, photos + 1):
        await wizard.photo(number)
    return app, wizard, van


async def opened_again(yard: World, app: FieldApp, *, offline: bool) -> None:
    await app.phone.close()
    film = yard.folder / "van.mjpeg"
    await app.open(yard.server.url, film if film.exists() else None, offline=offline)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))


def device_of(yard: World) -> str:
    (device,) = [one["id"] for one in yard.server.records("device") if one["name"].startswith("手机")]
    return str(device)


async def test_nothing_new_while_shut_but_begun_work_is_finished(yard: World) -> None:
    app, wizard, _ = await begun_offline(yard, photos=3)
    other = yard.vans_out()[1]
    await opened_again(yard, app, offline=True)
    await app.gate()
    for address in ("scan", f"asset/{other.id}", "today"):
        await app.page.goto(f"{yard.server.url}/#/{address}")
        await app.gate()
        await expect(app.button("today.scan")).to_have_count(0)
        await expect(app.button("asset.start")).to_have_count(0)
    await app.finish_open_handover()
    for number in range(4, 9):
        await wizard.photo(number)
    await wizard.nothing_new()
    await wizard.confirm_again()
    await wizard.aside()
    await wizard.button("decision.absent").click()
    await app.page.get_by_role("dialog").get_by_role("button", name=wizard.w("pass.record")).click()
    await app.sees(wizard.heading("staff.title"))
    wizard.said("signature.capture customer")
    await wizard.staff_signs()
    await app.page.get_by_role("link", name=wizard.w("receipt.done")).click()
    await app.gate()
    await app.phone.offline(False)
    await app.gate_opens()
    entries = entries_of(yard.server, device_of(yard))
    assert [entry.action for entry in entries] == [said.split()[0] for said in app.phone.said]
    assert {entry.state for entry in entries} == {"applied"}


async def test_everything_can_be_exported_from_behind_the_gate(yard: World) -> None:
    app, _, van = await begun_offline(yard, photos=2)
    await opened_again(yard, app, offline=True)
    await app.gate()
    async with app.page.expect_download() as coming:
        await app.button("common.export").click()
    file = await (await coming.value).path()
    sealed = file.read_bytes()
    assert sealed.startswith(b"HVX2")
    header = json.loads(sealed[8 : 8 + int.from_bytes(sealed[4:8], "big")])
    assert (header["device"], header["seq"]) == (device_of(yard), len(app.phone.said))
    assert van.plate.encode() not in sealed
    assert len(sealed) > 100_000, "two photographs are missing"


def proof_left_out(answer: dict[str, Any]) -> None:
    answer["receipt"] = ""


def one_byte_changed(answer: dict[str, Any]) -> None:
    receipt = answer["receipt"]
    at = len(receipt) // 2
    answer["receipt"] = receipt[:at] + ("A" if receipt[at] != "A" else "B") + receipt[at + 1 :]


@pytest.mark.parametrize("spoil", [proof_left_out, one_byte_changed])
async def test_the_servers_word_alone_does_not_open(yard: World, spoil: Callable[[dict[str, Any]], None]) -> None:
    app, _, _ = await begun_offline(yard, photos=1)
    spoilt = 0

    async def alter(route: Route) -> None:
        nonlocal spoilt
        response = await route.fetch()
        answer = await response.json()
        answer["upload"] = "clear"
        spoil(answer)
        spoilt += 1
        await route.fulfill(response=response, json=answer)

    await opened_again(yard, app, offline=True)
    await app.gate()
    context = app.phone.context
    assert context is not None
    await context.route(SYNC, alter)
    await app.phone.offline(False)
    await until(lambda: spoilt >= 2, "the app asked no second time")
    assert len(entries_of(yard.server, device_of(yard))) == len(app.phone.said), "the entries themselves have arrived"
    await app.gate()
    await expect(app.heading("today.title")).to_have_count(0)
    await context.unroute(SYNC)
    await app.gate_opens(90_000)


async def test_a_return_after_five_hidden_minutes_is_an_opening(yard: World) -> None:
    app, _, _ = await begun_offline(yard, photos=1)
    await app.page.goto(f"{yard.server.url}/#/today")
    await hidden_for(app, minutes=4)
    await app.sees(app.heading("today.title"))
    await hidden_for(app, minutes=6)
    await app.gate()


async def hidden_for(app: FieldApp, minutes: int) -> None:
    """Put the app away and bring it back; the clock goes on meanwhile."""
    await app.page.evaluate(
        """minutes => {
            let state = 'hidden';
            Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => state === 'hidden' });
            document.dispatchEvent(new Event('visibilitychange'));
            const now = Date.now;
            Date.now = () => now() + minutes * 60_000;
            state = 'visible';
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        minutes,
    )
    await app.page.wait_for_timeout(500)
