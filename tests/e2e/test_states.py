"""Every page of the office while it waits, without a network and when the server fails: it says so in words, what was read before
stays, and trying again brings the page.

Neighbours: `test_every_page.py` names the addresses and walks them when all is well (its lists hold the empty states). Invariant:
what a page asks of the server is held back, refused or cut at the page's own fetch; the records of the replica are its own.
"""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.test_every_page import addresses
from tests.e2e.words import Words
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600, func_only=True)]

SYNC = "/api/v1/sync"
_NET = r"""(() => {
    const real = window.fetch.bind(window);
    const kept = () => JSON.parse(sessionStorage.getItem('net') ?? '{"mode":"plain"}');
    const held = [];
    window.__net = {
        asked: [],
        set: said => {
            window.__net.asked = [];
            sessionStorage.setItem('net', JSON.stringify(said));
            for (const fail of held.splice(0)) fail(new TypeError('Failed to fetch'));
        },
    };
    window.fetch = (input, init) => {
        const url = new URL(input instanceof Request ? input.url : input, location.href).pathname, { mode, sync } = kept();
        if (mode === 'plain' || !url.startsWith('/api/') || url.startsWith('/api/v1/sync') !== (sync ?? false))
            return real(input, init);
        window.__net.asked.push(url);
        if (mode === 'cut') return Promise.reject(new TypeError('Failed to fetch'));
        if (mode === 'broken') return Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 502 }));
        return new Promise((_, fail) => {
            held.push(fail);
            (init?.signal ?? input.signal)?.addEventListener('abort', () => fail(new DOMException('ended', 'AbortError')));
        });
    };
})()"""
_ASKED = "() => window.__net.asked.filter(one => !one.includes('/blobs/')).length > 0"


async def net(page: Page, mode: str, *, sync: bool = False) -> None:
    """The page's requests are `plain`, `held`, `cut` or `broken` from now on; `sync`: those of the replica, not the others."""
    await page.evaluate("said => window.__net.set(said)", {"mode": mode, "sync": sync})


async def shown(page: Page, address: str) -> None:
    """The page, made anew."""
    await page.evaluate("() => { location.hash = '#/board'; }")
    await page.wait_for_function("() => document.querySelector('main [aria-busy=true]') === null")
    await page.evaluate("address => { window.__net.asked = []; location.hash = `#/${address}`; }", address)
    await expect(page.get_by_role("main").get_by_role("heading").first).to_be_visible()


async def at_board(world: World, lang: str, **more: Any) -> OfficeApp:
    """An administrator, at a browser whose network is ours."""
    office = OfficeApp(world.office(locale="zh-CN" if lang == "zh" else "en-GB", **more), lang)
    await office.open(world.server.url)
    assert office.phone.context is not None
    await office.phone.context.add_init_script(_NET)
    await office.page.reload()
    return office


async def test_what_a_page_asks_of_the_server_is_waited_for_missed_and_asked_again(world: World) -> None:
    office = await at_board(world, "zh")
    await office.sign_in("admin", world.password)
    await office.board()
    page, words = office.page, Words("zh", "common", "office", "devices", "sheets", "todos", "trail")
    walk = [one for all_ in addresses(world).values() for one in all_]
    again = re.compile("|".join(words.text(key) for key in ("common.retry", "waiting.refresh", "history.refresh")))
    gallery, asking = Gallery(page, "states", {}), list[str]()
    main = page.get_by_role("main")
    waits = main.locator("[role=status], [aria-busy=true]").filter(has_text=re.compile("正在.*…"))
    for address in walk:
        await net(page, "held")
        await shown(page, address)
        await page.wait_for_timeout(200)
        if await page.evaluate(_ASKED):
            asking.append(address)
            assert await waits.count() > 0, f"{address} does not say that it waits"
        await net(page, "plain")
    assert len(asking) >= 12
    for address, mode in ((one, mode) for one in asking for mode in ("cut", "broken")):
        await net(page, mode)
        await shown(page, address)
        told = main.locator(".notice").filter(has_text="网络" if mode == "cut" else "服务器没有应答").first
        await expect(told, f"{address} {mode}").to_be_visible()
        await expect(told, f"{address} {mode}: what is safe").to_contain_text("记录都安全")
        await expect(waits, f"{address} {mode}: waits no more").to_have_count(0)
        if mode == "cut":
            await gallery.check(f"{address} {mode}")
        await page.screenshot(path=SHOTS / f"states-{mode}-{address.replace('/', '-')[:40]}.png")
        await net(page, "plain")
        await main.get_by_role("button", name=again).first.click()
        await expect(main.locator(".notice").filter(has_text="记录都安全"), f"{address}: asked again").to_have_count(0)
    gallery.verdict()


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_page_stands_without_a_network_and_waits_in_words_for_its_first_records(world: World, lang: str) -> None:
    office = await at_board(world, lang)
    page = office.page
    main = page.get_by_role("main")
    walk = [all_[0] for all_ in addresses(world).values()]
    gallery = Gallery(page, f"first-{lang}", {})
    await net(page, "held", sync=True)
    await office.sign_in("admin", world.password)
    for address in walk:
        await page.evaluate("address => { location.hash = `#/${address}`; }", address)
        await office.sees(main.get_by_text(office.w("office.loading")))
    await gallery.check("loading")
    await page.screenshot(path=SHOTS / f"states-loading-{lang}.png")
    await net(page, "cut", sync=True)
    await page.reload()
    for address in walk:
        await page.evaluate("address => { location.hash = `#/${address}`; }", address)
        await office.sees(main.get_by_text(office.w("office.noData")))
    await gallery.check("no records")
    await page.screenshot(path=SHOTS / f"states-none-{lang}.png")
    await net(page, "plain")
    await page.evaluate("() => { location.hash = '#/board'; }")
    await main.get_by_role("button", name=office.w("common.retryNow")).click()
    await office.board()

    world.server.stop()
    await office.sees(main.get_by_text(office.w("office.notLive")), 60_000)
    for address in walk:
        await page.evaluate("address => { location.hash = `#/${address}`; }", address)
        await office.sees(main.get_by_role("heading"))
        await page.wait_for_function("() => document.querySelector('main [aria-busy=true]') === null")
        if address not in ("handovers",):
            await expect(main.get_by_text(office.w("office.notLive")).first, f"{address} says that it is offline").to_be_visible()
        await page.screenshot(path=SHOTS / f"states-offline-{lang}-{address.replace('/', '-')[:40]}.png")
    gallery.verdict()
