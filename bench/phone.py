"""Workload I: the phone. The built app in a real Chromium slowed down four times, and what a person in the yard waits for.

Neighbours: `phone_company.py` founds the company, `phone_page.js` is the watch inside the page, `tests/e2e` lends the
hand that knows the screens. Invariants: the browser gets the company from a real server, nothing is put into its store · a
start is a browser started anew on the same profile · a time ends with the frame after what was waited for was drawn · every
wait is bounded.
"""

import asyncio
import io
import os
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from PIL import Image
from playwright.async_api import CDPSession, Locator, Playwright, async_playwright

from bench.measured import Measured, share_of
from bench.phone_company import NAME, PIN, Load, Yard, found_yard
from bench.processes import ours
from server.packs import shipped_packs
from server.setup import environment
from tests.e2e.camera import film_of
from tests.e2e.checkin import Checkin, Names
from tests.e2e.field import FieldApp, hold, press_pin
from tests.e2e.phone import Phone
from tests.e2e.words import Words

SLOWER: Final = 4
"""How much slower than this machine's the page's thread is made: about what a mid-range phone is."""
OPENINGS: Final = 5
SECONDS_MAX: Final = 420
"""Of the whole workload: whatever hangs ends then, with everything it has started."""
WAIT_SECONDS_MAX: Final = 60
_WATCH: Final = Path(__file__).with_name("phone_page.js")
_DOOR: Final = "span.who, [role=group] button.key:not(:disabled)"
"""The people of the phone, or the keys for the PIN of whoever used it last."""
_LIST: Final = "ul.stack > li"
_STROKE_POINTS: Final = 160
_TYPED: Final = ("P0", "48", "浙B", "HY-031", "LZWCBAGB", "B04711", "099", "HB-00042")


@dataclass
class Figures:
    """What has been seen so far, in milliseconds; `slow` names the slowest taps."""

    ready: list[float] = field(default_factory=list)
    today: list[float] = field(default_factory=list)
    thread: list[float] = field(default_factory=list)
    taps: list[tuple[str, float]] = field(default_factory=list)
    shots: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    frame_work: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    key_work: float = 0.0
    vitals: list[dict[str, float]] = field(default_factory=list)
    first_bytes: float = 0.0

    def told(self) -> dict[str, float]:
        """As facts, by name."""
        starts = [a + b for a, b in zip(self.ready, self.today, strict=True)]
        taps = [ms for _, ms in self.taps]
        keys, vitals = self.keys, ("fcp", "lcp", "tbt")
        return {
            "start_ms": median(starts), "start_worst_ms": max(starts),
            "door_ms": median(self.ready), "today_ms": median(self.today), "start_thread_ms": median(self.thread),
            "taps": float(len(taps)), "tap_p50_ms": share_of(taps, 0.5), "tap_p95_ms": share_of(taps, 0.95),
            "tap_worst_ms": max(taps), "shot_p50_ms": share_of(self.shots, 0.5), "shot_worst_ms": max(self.shots),
            "frame_p50_ms": share_of(self.frames, 0.5), "frame_p95_ms": share_of(self.frames, 0.95),
            "frame_work_ms": median(self.frame_work),
            "first_key_ms": keys[0], "key_p50_ms": share_of(keys, 0.5), "key_p95_ms": share_of(keys, 0.95),
            "key_work_ms": self.key_work, "first_bytes": self.first_bytes, "cls": median(one["cls"] for one in self.vitals),
            **{f"{name}_ms": median(one[name] for one in self.vitals) for name in vitals},
        }  # fmt: skip


def measure(folder: Path, load: Load | None = None) -> Measured:
    """The whole workload in a folder of its own."""
    if "HANDOVER_APP" not in os.environ:
        environment.build_app()
    began = time.perf_counter()
    yard = found_yard(folder / "data", load or Load())
    _film(folder / "yard.mjpeg")
    seen = Figures()
    with ours(folder / "data") as running:
        asyncio.run(asyncio.wait_for(_walk(folder, running.base, yard, seen), SECONDS_MAX))
    slowest = sorted(seen.taps, key=lambda tap: -tap[1])[:5]
    said = tuple(f"{name} {ms:.0f} ms" for name, ms in slowest)
    return Measured(
        len(seen.taps), time.perf_counter() - began, tuple(ms / 1000 for _, ms in seen.taps), facts=seen.told(), said=said
    )


async def _walk(folder: Path, base: str, yard: Yard, seen: Figures) -> None:
    async with async_playwright() as playwright:
        await _in_the_yard(playwright, folder, base, yard, seen)
        await _among_many(playwright, folder, base, yard, seen)


async def _in_the_yard(playwright: Playwright, folder: Path, base: str, yard: Yard, seen: Figures) -> None:
    """Enrolled and everything fetched; opened several times; then a van comes back."""
    phone = Phone(playwright, folder / "phone")
    try:
        app = FieldApp(phone)
        seen.first_bytes = await _enrolled(app, base, yard.codes[yard.depot])
        await _end(phone)
        for _ in range(OPENINGS):
            await _opened(app, base, folder, seen)
            if len(seen.ready) < OPENINGS:
                await _end(phone)
        await _come_back(app, yard, seen)
    finally:
        await _end(phone)


async def _among_many(playwright: Playwright, folder: Path, base: str, yard: Yard, seen: Figures) -> None:
    """A phone of the depot with the most assets: the search."""
    phone = Phone(playwright, folder / "second")
    try:
        app = FieldApp(phone)
        await _enrolled(app, base, yard.codes[yard.company.depot])
        session = await _slowed(phone)
        await app.button("today.search").click()
        box = app.page.get_by_role("searchbox")
        before = await _thread_ms(session)
        for text in _TYPED:
            await box.press_sequentially(text, timeout=phone.patience_ms)
            await box.fill("")
        worked = await _thread_ms(session) - before
        seen.keys = (await app.page.evaluate("() => phoneBench.taken()"))["keys"]
        seen.key_work = worked / len(seen.keys)
    finally:
        await _end(phone)


async def _enrolled(app: FieldApp, base: str, code: str) -> float:
    """Enrol, at full speed, until Today stands; returns what the first page took from the network, in bytes."""
    await _begin(app.phone, f"{base}/#enrol={code}")
    await app.enrol_by_link()
    await app.choose(NAME)
    await app.pin(PIN)
    await app.today()
    await app.phone.in_control()
    told: dict[str, float] = await app.page.evaluate("() => phoneBench.vitals()")
    return told["transferred"]


async def _opened(app: FieldApp, base: str, folder: Path, seen: Figures) -> None:
    """A browser started anew: until it can be unlocked, and from its last digit until the day's work stands there."""
    session = await _begin(app.phone, f"{base}/", folder / "yard.mjpeg", slower=SLOWER)
    page = app.page
    await page.wait_for_function("() => window.phoneBench !== undefined")
    seen.ready.append(await _bounded(page.evaluate("selector => phoneBench.shown(selector)", _DOOR)))
    if await page.locator("span.who").count() > 0:
        await app.choose(NAME)
    after = asyncio.ensure_future(page.evaluate("selector => phoneBench.after(selector)", _LIST))
    await app.pin(PIN)
    seen.today.append(await _bounded(after))
    seen.thread.append(await _thread_ms(session))
    seen.vitals.append(await page.evaluate("() => phoneBench.vitals()"))


async def _come_back(app: FieldApp, yard: Yard, seen: Figures) -> None:
    """A van from Today to the receipt, with every touch a clean return needs."""
    page, session = app.page, await _session(app.phone)
    pack = next(one for one in shipped_packs(yard.company.organisation) if one.code == "vehicle")
    names = Names(pack.meters[0].zh, pack.meters[-1].zh, pack.accessories[0].zh, pack.damage_types[0].zh)
    wizard = Checkin(app, names)
    await page.evaluate("() => phoneBench.stills()")
    await page.evaluate("() => phoneBench.taken()")
    await page.get_by_role("button", name=Words("zh", "field")("asset.start")).first.click()
    await wizard.sees(page.get_by_role("group", name=names.odometer))
    await wizard.meters(10_020, 90)
    for number in range(1, wizard.photos + 1):
        await wizard.photo(number)
    await wizard.nothing_new()
    await hold(page, wizard.button("review.hold"))
    await wizard.sees(wizard.heading("customer.title"))
    await wizard.button("customer.agree").click()
    await wizard.by_hand("王磊")
    await _sign(app, session, page.get_by_label(wizard.w("customer.signAs")), seen)
    await wizard.button("customer.finish").click()
    await wizard.sees(wizard.heading("customer.thanks"))
    await _sign(app, session, page.get_by_label(wizard.w("staff.signAs")), seen)
    await press_pin(page, PIN)
    await wizard.sees(wizard.heading("receipt.title"))
    told = await page.evaluate("() => phoneBench.taken()")
    seen.taps, seen.shots = [(name, ms) for name, ms in told["taps"]], told["shots"]


async def _sign(app: FieldApp, session: CDPSession, pad: Locator, seen: Figures) -> None:
    """A long stroke as fast as a digitiser tells it: how far apart the frames are, and what each costs the page's thread."""
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    mouse = app.page.mouse
    await mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.5)
    await mouse.down()
    await app.page.evaluate("() => phoneBench.startFrames()")
    before = await _thread_ms(session)
    for at in range(_STROKE_POINTS):
        along = at / _STROKE_POINTS
        up = (at % 16) / 16 if at // 16 % 2 else 1 - (at % 16) / 16
        await mouse.move(box["x"] + box["width"] * (0.1 + 0.8 * along), box["y"] + box["height"] * (0.2 + 0.6 * up))
    worked = await _thread_ms(session) - before
    frames: list[float] = await app.page.evaluate("() => phoneBench.stopFrames()")
    await mouse.up()
    seen.frames += frames
    seen.frame_work.append(worked / max(1, len(frames)))


async def _begin(phone: Phone, url: str, film: Path | None = None, slower: int = 1) -> CDPSession:
    """Start the browser on an empty page, then open the address with the watch inside and the page's thread slowed down."""
    await phone.start("about:blank", film)
    assert phone.context is not None
    assert phone.page is not None
    await phone.context.add_init_script(path=_WATCH)
    session = await _slowed(phone, slower)
    await phone.page.goto(url, wait_until="commit")
    return session


async def _slowed(phone: Phone, slower: int = SLOWER) -> CDPSession:
    session = await _session(phone)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return session


async def _session(phone: Phone) -> CDPSession:
    """A line to the browser that knows the page's thread's processor time."""
    assert phone.context is not None
    assert phone.page is not None
    session = await phone.context.new_cdp_session(phone.page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


async def _thread_ms(session: CDPSession) -> float:
    """Processor time of the page's thread in its tasks, since the line was opened."""
    found: dict[str, Any] = await session.send("Performance.getMetrics")
    return next(float(one["value"]) * 1000 for one in found["metrics"] if one["name"] == "TaskDuration")


async def _bounded(answer: Awaitable[Any]) -> Any:
    """What the page answers, or TimeoutError."""
    return await asyncio.wait_for(answer, WAIT_SECONDS_MAX)


async def _end(phone: Phone) -> None:
    """The gentle way, within bounds; else by the processes of the profile."""
    try:
        await asyncio.wait_for(phone.close(), 20)
    except TimeoutError:
        phone.kill()


def _film(path: Path) -> None:
    """What the false camera sees: coloured fields, sharp and bright enough for the app."""
    pictures = []
    for number in range(4):
        tile = Image.effect_noise((64, 36), 60 + 10 * number).resize((1280, 720), Image.Resampling.NEAREST)
        out = io.BytesIO()
        tile.save(out, "JPEG", quality=85)
        pictures.append(out.getvalue())
    film_of(path, pictures)
