"""Every page of the office, every section of the settings and a record of each kind, in both languages and lights: axe finds
nothing, nothing is cut, nothing goes sideways, no id and no half-made text is shown. What is registered and not walked fails.

Neighbours: `test_screens.py` and the tests of each area (pictures, and what happens on a page). One company and one browser for
all.
"""

import re
from pathlib import Path

import pytest

from tests.e2e.gallery import Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.words import office_words
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600, func_only=True)]

OFFICE = Path(__file__).resolve().parents[2] / "field_app" / "src" / "office"
OWN = {"board", "handovers", "conflicts", "devices"}
"""Pages whose addresses have a shape of their own (`lib/router.ts`)."""
_ODD = r"""() => {
    const odd = [], shown = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = shown.nextNode()); ) {
        const text = node.textContent.trim(), over = node.parentElement;
        if (text === '' || !over.checkVisibility() || over.closest('script, style, .sr')) continue;
        if (/[0-9a-f]{8}-[0-9a-f]{4}-|undefined|\bNaN\b|\[object|\{\w+\}/.test(text)) odd.push(text.slice(0, 80));
        for (const one of text.matchAll(/[\u4e00-\u9fff][A-Z][·•][A-Z0-9]{5,6}|\d{4}-\d\d-\d\d|\d\d:\d\d/g)) {
            const range = document.createRange();
            range.setStart(node, node.textContent.indexOf(one[0]));
            range.setEnd(node, node.textContent.indexOf(one[0]) + one[0].length);
            const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
            // A date within a sentence may be broken like any word.
            if (lines.size > 1 && (text.length <= 24 || !one[0].includes('-'))) odd.push(`broken: ${one[0]}`);
        }
    }
    return odd;
}"""


def registered(file: str, start: str) -> set[str]:
    """The ids of a list in the app's source."""
    return set(re.findall(r"\bid: '(\w+)'", (OFFICE / file).read_text(encoding="utf-8").partition(start)[2]))


def addresses(world: World) -> dict[str, list[str]]:
    """Page → what is looked at of it."""
    first = {kind: world.server.records(kind)[0]["id"] for kind in ("device", "person")}
    out = next(one for one in world.server.records("asset") if one["state"] == "out" and one["open_damages"])
    rentals = {one["state"]: one["id"] for one in world.server.records("rental")}
    blocked = next(one["id"] for one in world.server.records("customer") if one["blocked"])
    handover = next(one["id"] for one in world.server.records("handover") if one["type"] == "check_in")
    device = f"devices/all/{first['device']}"
    return {
        "board": ["board"],
        "handovers": ["handovers", f"handovers/{handover}"],
        "conflicts": [f"conflicts/{tab}" for tab in ("open", "done", "waiting", "incidents")],
        "devices": ["devices/all", "devices/invites", "devices/incidents", device, f"{device}/quarantine", f"{device}/report"],
        "rentals": ["rentals", "rentals/new", *(f"rentals/{rentals[state]}" for state in ("draft", "out", "closed"))],
        "customers": ["customers", f"customers/{blocked}", f"customers/{out['holder_id']}"],
        "planning": [f"planning/{view}" for view in ("board", "week", "month", "list")],
        "assets": ["assets", "assets/new", "assets/archive", f"assets/{out['id']}"],
        "todos": [f"todos/{tab}" for tab in ("mine", "roles", "all", "closed")],
        "faults": [f"faults/{tab}" for tab in ("open", "planned", "closed")],
        "labels": ["labels", f"labels/{out['id']}"],
        "sheets": ["sheets"],
        "audit": ["audit"],
        "people": ["people", f"people/{first['person']}"],
        "settings": [f"settings/{section}" for section in sorted(registered("settings/sections.ts", "SECTIONS"))],
    }


async def test_every_registered_page_stands_up_to_a_strict_look(world: World) -> None:
    walk = addresses(world)
    assert set(walk) == registered("pages.ts", "PAGES") | OWN, "a page is registered and not walked"
    office = OfficeApp(world.office())
    await office.open(world.server.url)
    await office.sign_in("admin", world.password)
    await office.board()
    page, faults = office.page, list[str]()
    for lang in ("zh", "en"):
        await page.evaluate("lang => { localStorage.setItem('handover.lang', lang); location.hash = '#/board'; }", lang)
        await page.reload()
        office.w = office_words(lang)
        await office.board()
        gallery = Gallery(page, lang, {})
        for address in (one for all_ in walk.values() for one in all_):
            await page.evaluate("address => { location.hash = `#/${address}`; }", address)
            await office.sees(page.get_by_role("main").get_by_role("heading"))
            await page.wait_for_function("() => document.querySelector('main [aria-busy=true]') === null")
            await gallery.check(address)
            faults += [f"{lang} {address}: {one}" for one in await page.evaluate(_ODD)]
        faults += gallery.faults
    assert faults == [], "\n".join(dict.fromkeys(faults))
