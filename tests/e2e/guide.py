"""The pictures of the office's guide, all of them, in both languages: `python -m tests.e2e.guide` writes `docs/guide/pictures`.

Neighbours: `world.py`; `docs/guide` names them. `HANDOVER_E2E_SEED` and `HANDOVER_APP` as in `conftest.py`; the first is needed.
Invariants: the demo company as it is, plus one report with a photo and one mail that arrived · no picture weighs
more than a guide may.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from tests.e2e.evidence import stored
from tests.e2e.office import OfficeApp
from tests.e2e.serverside import Server, free_port
from tests.e2e.world import World, copy_data
from tests.support.receivers import Mailbox, receiving

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "guide" / "pictures"
BYTES_MAX = 150_000
DESK, THUMB = (1280, 860), (390, 844)
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
SAID = {"zh": "右后灯不亮", "en": "The right rear lamp is dark"}
ASKED = {"zh": "给客户回电话", "en": "Call the customer back"}
SHEET = "input[type=file]"


@dataclass(frozen=True)
class Subjects:
    """The records that are shown."""

    asset: str
    rental: str
    customer: str
    handover: str


def subjects(world: World) -> Subjects:
    """One of each that has much to show."""
    out = next(one for one in world.server.records("asset") if one["state"] == "out" and one["open_damages"])
    approved = next(one for one in world.server.records("rental") if one["state"] == "approved")
    known = {one["customer_id"] for one in world.server.records("contact")}
    customer = next(one for one in world.server.records("customer") if one["id"] in known)
    handover = max(
        (one for one in world.server.records("handover") if one["type"] == "check_in" and one["damages"]),
        key=lambda one: str(one["started_at"]),
    )
    return Subjects(out["id"], approved["id"], customer["id"], handover["id"])


def plain(shown: Subjects) -> list[tuple[str, str, str]]:
    """(picture, address, person) of every page that is shown as it opens."""
    return [
        ("board", "board", "ye"),
        ("handover", f"handovers/{shown.handover}", "ye"),
        ("rental", f"rentals/{shown.rental}", "ye"),
        ("customer", f"customers/{shown.customer}", "ye"),
        ("lists-customers", "customers", "ye"),
        ("assets-grid", "assets", "ye"),
        ("assets-page", f"assets/{shown.asset}", "ye"),
        ("faults", "faults/open", "ye"),
        ("labels", f"labels/{shown.asset}", "ye"),
        ("plan", "planning/board", "ye"),
        ("sheets-page", "sheets", "ye"),
        ("todos", "todos/all", "ye"),
        ("people", "people", "admin"),
        ("devices", "devices/all", "admin"),
        ("gate", "settings/gate", "admin"),
        ("alerts", "settings/alerts", "admin"),
        ("assets-fields", "settings/fields", "admin"),
        ("audit", "audit", "admin"),
    ]


async def picture_for_guide(page: Page, name: str) -> None:
    """Of a state that only a test's walk comes by: kept where `HANDOVER_GUIDE` names the folder."""
    if "HANDOVER_GUIDE" in os.environ:
        await page.screenshot(path=Path(os.environ["HANDOVER_GUIDE"]) / f"{name}.png", animations="disabled")


async def keep(page: Page, name: str, lang: str) -> None:
    """The picture, in no more colours than its weight allows."""
    await page.evaluate("() => document.fonts.ready")
    await page.wait_for_timeout(800)
    path = PICTURES / f"{name}-{lang}.png"
    await page.screenshot(path=path, animations="disabled")
    with Image.open(path) as whole:
        full = whole.convert("RGB")
    for colours in (256, 128, 64):
        full.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= BYTES_MAX:
            break


@asynccontextmanager
async def office_of(world: World, person: str, lang: str) -> AsyncIterator[OfficeApp]:
    """Somebody's office."""
    office = OfficeApp(world.office(locale=LOCALES[lang], width=DESK[0], height=DESK[1]), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    yield office
    await office.phone.close()


async def go(office: OfficeApp, address: str) -> None:
    await office.page.evaluate("address => { location.hash = `#/${address}`; }", address)
    await office.sees(office.page.get_by_role("main").get_by_role("heading"))
    await office.page.wait_for_timeout(700)


async def report(world: World, tag: str, lang: str) -> None:
    """A fault as a customer tells it by the label."""
    photo = stored(world.server, next(iter(world.server.records("handover")[0]["photos"].values()))["sha256"])
    stranger = world.phone(locale=LOCALES[lang])
    page = await stranger.start(f"{world.server.url}/t/{tag}")
    await page.locator("#what").fill(SAID[lang])
    await page.locator("#photos").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo.read_bytes()})
    await page.locator("#send").click()
    await expect(page.locator("#said")).to_have_class("done")
    await stranger.close()


async def mailed(office: OfficeApp, mailbox: Mailbox, lang: str) -> None:
    """My notices; a to-do of mine that was mailed; what was sent."""
    await go(office, "settings/notices")
    address = office.page.get_by_label(office.w("notices.address"))
    await address.fill("ye@example.com")
    await office.button("notices.keep").click()
    await office.sees(office.page.get_by_text("y•••@example.com"))
    await expect(office.page.get_by_role("region", name=office.w("toast.region")).get_by_role("button")).to_have_count(
        0, timeout=30_000
    )
    await keep(office.page, "notices", lang)
    await go(office, "todos/mine")
    await office.button("todos.new").first.click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("todos.what")).fill(ASKED[lang])
    await dialog.get_by_role("button", name=office.w("common.save")).click()
    before = len(mailbox.mails)
    for _ in range(240):
        if len(mailbox.mails) > before:
            break
        await office.page.wait_for_timeout(250)
    await go(office, "settings/outbox")
    await office.sees(office.text("noticeState.sent"))
    await keep(office.page, "outbox", lang)


async def imported(office: OfficeApp, lang: str) -> None:
    """A sample's columns beside what they are."""
    await go(office, "sheets")
    await office.page.locator(SHEET).set_input_files(ROOT / "docs" / "samples" / f"asset-{lang}.csv")
    await office.sees(office.button("sheets.check"), 60_000)
    await keep(office.page, "sheets", lang)


async def by_thumb(office: OfficeApp, folder: Path, lang: str) -> None:
    """Three screens of a phone beside each other: board, to-dos, what is behind “more”."""
    page, shots = office.page, list[Path]()
    await page.set_viewport_size({"width": THUMB[0], "height": THUMB[1]})
    for name in ("board", "todos/all", "more"):
        if name == "more":
            await page.get_by_role("button", name=office.w("nav.more")).click()
            await page.wait_for_timeout(600)
        else:
            await go(office, name)
        shots.append(folder / f"{len(shots)}.png")
        await page.screenshot(path=shots[-1], animations="disabled")
    gap = 24
    wide = Image.new("RGB", (3 * THUMB[0] + 2 * gap, THUMB[1]), "#c9d2cc")
    for number, shot in enumerate(shots):
        with Image.open(shot) as one:
            wide.paste(one.resize(THUMB), (number * (THUMB[0] + gap), 0))
    wide.quantize(256, dither=Image.Dither.NONE).save(PICTURES / f"phone-{lang}.png", optimize=True)


async def take(world: World, mailbox: Mailbox, folder: Path) -> None:
    """All of them."""
    shown = subjects(world)
    tags = [one["tag"] for one in world.server.records("asset") if one["state"] == "available"]
    for lang, tag in zip(LOCALES, tags, strict=False):
        await report(world, tag, lang)
        for person in ("ye", "admin"):
            async with office_of(world, person, lang) as office:
                for name, address, who in plain(shown):
                    if who == person:
                        await go(office, address)
                        await keep(office.page, name, lang)
                if person == "ye":
                    await imported(office, lang)
                    await mailed(office, mailbox, lang)
                    await by_thumb(office, folder, lang)


async def main() -> None:
    """Take them on a copy of the seeded company."""
    with tempfile.TemporaryDirectory(prefix="handover-guide-") as name:
        folder = Path(name)
        copy_data(Path(os.environ["HANDOVER_E2E_SEED"]), folder / "data")
        async with receiving(Mailbox()) as mailbox, async_playwright() as playwright:
            os.environ["HANDOVER_SMTP_URL"] = f"smtp://127.0.0.1:{mailbox.port}"
            os.environ["HANDOVER_MAIL_FROM"] = "handover@example.com"
            server = Server(folder / "data", free_port())
            server.start()
            world = World(server, folder, playwright)
            try:
                await take(world, mailbox, folder)
            finally:
                await world.end()


if __name__ == "__main__":
    asyncio.run(main())
