"""A day of returns while the browser is killed at random moments, offline and online by turns: whatever a screen had said was
saved is on the server in the end, and a handover goes on no earlier than where it stood.

The oracle is the test's own log (`Phone.said`) and the server's bytes. The robot knows no order: it looks which screen stands
there and does what that screen is for. `HANDOVER_KILLS=50` for the long run (`make soak`), `HANDOVER_SEED` for other moments.
Neighbours: `checkin.py`, `test_story.py` (three deaths at chosen moments).
"""

import asyncio
import contextlib
import os
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Error, Locator

from tests.e2e.checkin import Checkin
from tests.e2e.evidence import entries_of, files_whole, said_of
from tests.e2e.field import FieldApp
from tests.e2e.words import Words
from tests.e2e.world import Van, World, staff

KILLS = int(os.environ.get("HANDOVER_KILLS", "6"))
SEED = int(os.environ.get("HANDOVER_SEED", "20261122"))
SECONDS_A_KILL = 60

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240 + SECONDS_A_KILL * KILLS, func_only=True)]

SHOTS = {slot: at for at, slot in enumerate(("front", "left", "rear", "right", "cabin", "cargo", "dial", "tyre"), start=1)}
SHOT = re.compile(r"^(\d) . 8 ")
LIVES_S = (0.3, 5.0)
"""How long a browser lives once it shows something."""
RANKS = {
    "meters": 0,
    "damages": 9,
    "first": 10,
    "review": 10,
    "customer": 11,
    "sign": 12,
    "thanks": 13,
    "staff": 13,
    "receipt": 14,
}
"""The screens of a return in their order; a shot has its number."""
SAID = {"reading.record battery": 1, "signature.capture customer": 13}
"""How far a return is at least, once this was said; a photo takes it to the next number."""


@dataclass
class Day:
    """One technician's day. `done`: returns that are over, in the order of `vans`; `begun`: how much had been said when the
    present one was begun, since its first word and the last of the one before may go unsaid; `resumed`: where the browser came
    back."""

    world: World
    app: FieldApp
    film: Path
    dice: random.Random
    vans: list[Van]
    kills_left: int
    offline: bool = False
    killed: bool = False
    done: int = 0
    begun: int = 0
    resumed: Counter[str] = field(default_factory=Counter)

    @property
    def wizard(self) -> Checkin:
        return Checkin(self.app, self.world.names("zh"))

    @property
    def reached(self) -> int:
        """How far the present return is said to be."""
        since = self.app.phone.said[self.begun :]
        photos = [int(one.removeprefix("photo.add ")) + 1 for one in since if one.startswith("photo.add ")]
        return max([0, *photos, *(SAID.get(one, 0) for one in since)])

    async def run(self) -> None:
        """Until the kills are used up, or the vans, and no return is half done."""
        while self.kills_left > 0 and self.done < len(self.vans):
            await self.start(offline=self.dice.random() < 0.5)
            death = asyncio.create_task(self.die(self.dice.uniform(*LIVES_S)))
            try:
                while self.done < len(self.vans):
                    await self.step()
            except (Error, AssertionError):
                if not self.killed:
                    raise
            finally:
                death.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await death
        await self.start(offline=False)
        while await self.screen() != "today" or await self.open_handovers().count() > 0:
            await self.step()

    async def die(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self.killed, self.kills_left = True, self.kills_left - 1
        self.app.phone.kill()

    async def start(self, *, offline: bool) -> None:
        self.killed, self.offline = False, offline
        await self.app.open(self.world.server.url, self.film, offline=offline)
        await self.app.unlock(staff("zhou").name, self.world.pin("zhou"))
        stood = await self.screen()
        self.resumed[f"{'offline' if offline else 'online'} at {stood}"] += 1

    def open_handovers(self) -> Locator:
        """On Today: the card of what was begun."""
        return self.app.button("today.begun")

    def screens(self) -> dict[str, Locator]:
        """What a screen is known by."""
        wizard, app = self.wizard, self.app
        return {
            "gate": app.heading("gate.title"), "today": app.heading("today.title"),
            "meters": app.page.get_by_role("group", name=wizard.names.odometer),
            "shot": app.page.get_by_role("heading", level=1, name=SHOT), "damages": wizard.heading("damages.title"),
            "first": app.page.get_by_role("heading", level=1, name=wizard.w.whole("review.title")),
            "review": wizard.heading(wizard.reviewed), "customer": wizard.heading("customer.title"),
            "sign": wizard.heading("customer.sign"), "thanks": wizard.heading("customer.thanks"),
            "staff": wizard.heading("staff.title"), "receipt": wizard.heading("receipt.title"),
            "asset": app.button("asset.start"),
        }  # fmt: skip

    async def screen(self) -> str:
        """Which screen stands there; a return's is never one before what was said."""
        for _ in range(300):
            for name, mark in self.screens().items():
                if await mark.first.is_visible():
                    if name in RANKS or name == "shot":
                        at = await self.number() if name == "shot" else RANKS[name]
                        assert at >= self.reached, f"stands at {name} ({at}), {self.app.phone.said[-1]} was said"
                    return name
            await asyncio.sleep(0.1)
        raise AssertionError("no screen that is known")

    async def step(self) -> None:
        """Do what the present screen is for."""
        name = await self.screen()
        acts: dict[str, Callable[[], Awaitable[None]]] = {
            "gate": self.at_gate, "today": self.at_today, "asset": self.begin, "meters": self.read, "shot": self.shoot,
            "damages": self.wizard.nothing_new, "first": self.confirm,
            "review": self.wizard.confirm_again, "customer": self.agree, "sign": self.sign,
            "thanks": self.finish, "staff": self.wizard.staff_signs, "receipt": self.close,
        }  # fmt: skip
        await acts[name]()

    async def at_gate(self) -> None:
        """With a network it opens by itself, and takes its buttons with it."""
        if not self.offline:
            await self.app.gate_opens()
        elif await self.app.button("gate.finish").count() > 0:
            await self.app.finish_open_handover()
        else:
            await self.online()

    async def online(self) -> None:
        await self.app.phone.offline(False)
        self.offline = False

    async def at_today(self) -> None:
        await self.app.today()
        if await self.open_handovers().count() > 0:
            await self.open_handovers().first.click()
        else:
            await self.app.type_asset(self.vans[self.done].plate)
            await self.app.sees(self.app.text("asset.where"))
            await self.app.page.wait_for_timeout(700)
            if await self.app.button("asset.start").count() == 0:  # it died between the last word and the receipt
                self.done += 1
                await self.app.page.goto(f"{self.world.server.url}/#/today")

    async def begin(self) -> None:
        self.begun = len(self.app.phone.said)
        await self.app.start_return()

    async def read(self) -> None:
        await self.wizard.meters(self.vans[self.done].odometer + 7, 90)

    async def shoot(self) -> None:
        await self.wizard.photo(await self.number())

    async def number(self) -> int:
        """Which shot of the list stands there."""
        found = SHOT.match(await self.screens()["shot"].inner_text())
        assert found is not None
        return int(found[1])

    async def confirm(self) -> None:
        await self.wizard.confirm_twice("intact")

    async def agree(self) -> None:
        await self.wizard.button("customer.agree").click()
        await self.app.sees(self.wizard.heading("customer.sign"))

    async def sign(self) -> None:
        await self.wizard.signs("王磊")

    async def finish(self) -> None:
        await self.wizard.staff_finishes(self.world.pin("zhou"))

    async def close(self) -> None:
        await self.app.page.get_by_role("link", name=Words("zh", "checkin")("receipt.done")).click()
        self.done += 1
        await self.app.sees(self.screens()["today"].or_(self.screens()["gate"]))


def is_part_of(said: list[str], there: list[str]) -> bool:
    """Whether everything that was said is there, in this order."""
    rest = iter(there)
    return all(one in rest for one in said)


async def test_whatever_was_said_to_be_saved_is_there_however_often_the_browser_dies(yard: World) -> None:
    vans = yard.every_van_out()
    app = FieldApp(yard.enrolled_phone())
    day = Day(yard, app, yard.film(vans[0]), random.Random(SEED), vans, KILLS)
    await day.run()
    await app.sees(app.text("truth.ok"), 120_000)
    device = next(one["id"] for one in yard.server.records("device") if one["name"].startswith("手机"))
    entries = entries_of(yard.server, device)
    there = [said_of(entry, SHOTS) for entry in entries]
    deaths, said = KILLS - day.kills_left, len(app.phone.said)
    print(f"\nkills: {deaths}, returns: {day.done}, entries: {len(there)}, said: {said}, {dict(day.resumed)}")
    assert is_part_of(app.phone.said, there)
    assert {entry.state for entry in entries} == {"applied"}
    assert yard.server.chain_holds(device) == len(entries)
    files_whole(yard.server, entries)
    mine = [one for one in yard.server.records("handover") if one["device_id"] == device]
    assert {one["state"] for one in mine} == {"complete"}
    assert len(mine) == day.done
    assert all(len(one["photos"]) == len(SHOTS) for one in mine)
