"""The company the tests play in: seeded once, copied for every test, a server process for each copy.

Neighbours: `conftest.py` hands it out; `serverside.py`, `phone.py`. Invariants: a copy shares only immutable files (photos)
with the original; every browser and server a world has started is ended with it; every browser's complaints are looked at.
"""

import contextlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Error, Playwright

from server.demo.company import STAFF, Staff
from tests.e2e.camera import film_of
from tests.e2e.checkin import Names
from tests.e2e.evidence import stored
from tests.e2e.phone import Phone, as_office
from tests.e2e.serverside import Server

_IMMUTABLE = ("blobs", "previews")


@dataclass(frozen=True)
class Van:
    """A van that is out with a customer, as the database has it."""

    id: str
    plate: str
    tag: str
    odometer: int
    baseline: str


def _van(asset: dict[str, Any]) -> Van:
    reading = int(asset["readings"]["odometer"]["value"])
    return Van(asset["id"], asset["label"], asset["tag"], reading, asset["baseline"])


@dataclass
class World:
    """One server with its data, and the browsers of one test."""

    server: Server
    folder: Path
    playwright: Playwright
    enrolled: Path | None = None
    phones: list[Phone] = field(default_factory=list)

    def phone(self, **more: Any) -> Phone:
        """A phone of its own, not enrolled."""
        phone = Phone(self.playwright, self.folder / f"phone-{len(self.phones)}", **more)
        self.phones.append(phone)
        return phone

    def enrolled_phone(self, **more: Any) -> Phone:
        """The phone that was enrolled before the test began, with its replica and one person's PIN."""
        assert self.enrolled is not None
        phone = self.phone(**more)
        shutil.copytree(self.enrolled, phone.profile, symlinks=True, ignore=shutil.ignore_patterns("Singleton*"))
        return phone

    def office(self, **more: Any) -> Phone:
        """An office computer of its own."""
        phone = as_office(self.playwright, self.folder / f"office-{len(self.phones)}", **more)
        self.phones.append(phone)
        return phone

    def pin(self, person: str) -> str:
        """A person's PIN, as the terminal printed it."""
        return str(self.server.secrets["pins"][person])

    @property
    def password(self) -> str:
        """The office's password, as the terminal printed it."""
        return str(self.server.secrets["password"])

    def every_van_out(self, person: str = "zhou") -> list[Van]:
        """Vans a customer has, of the depot this person works in; those to be collected today first."""
        today = self.vans_out(person)
        depot = next(one["depot_id"] for one in self.server.records("asset") if one["id"] == today[0].id)
        others = [
            _van(one)
            for one in self.server.records("asset")
            if one["state"] == "out" and one["pack"] == "vehicle" and one["depot_id"] == depot
        ]
        return [*today, *(one for one in others if one not in today)]

    def vans_out(self, person: str = "zhou") -> list[Van]:
        """Vans this person is to collect, in the order of the day."""
        assets = {one["id"]: one for one in self.server.records("asset")}
        tasks = sorted(self.server.records("task"), key=lambda one: str(one["due_at"]))
        mine = [one for one in tasks if one["type"] == "collect" and one["assignee_id"] == staff(person).id]
        return [_van(asset) for asset in (assets[task["asset_id"]] for task in mine) if asset["state"] == "out"]

    def pictures(self, van: Van, slot: str | None = None) -> list[bytes]:
        """The pictures of this van's check-out, or only the one of a slot."""
        handover = next(one for one in self.server.records("handover") if one["id"] == van.baseline)
        shots = [photo for photo in handover["photos"].values() if slot in (None, photo["slot"])]
        return [stored(self.server, photo["sha256"]).read_bytes() for photo in shots]

    def film(self, van: Van, slot: str | None = None) -> Path:
        """What the camera sees of this van now: the very pictures of its check-out, or only the one of a slot."""
        return film_of(self.folder / "van.mjpeg", self.pictures(van, slot))

    def names(self, lang: str, code: str = "vehicle") -> Names:
        """A pack's words. A pack with one meter has it twice; the accessory is the charging cable, else the first."""
        pack = next(one for one in self.server.records("pack") if one["code"] == code)
        meters, accessories = pack["meters"], pack["accessories"]
        cable = next((each for each in accessories if each["id"] == "charging_cable"), accessories[0])
        scratch = next(each for each in pack["damage_types"] if each["id"] == "scratch")
        return Names(meters[0][lang], meters[-1][lang], cable[lang], scratch[lang])

    async def last_pictures(self, folder: Path, test: str) -> None:
        """What every open browser shows now."""
        for phone in self.phones:
            if phone.page is not None:
                with contextlib.suppress(Error):
                    await phone.page.screenshot(path=folder / f"{test}-{phone.profile.name}.png", timeout=5_000)

    async def end(self) -> None:
        """End every browser and the server; a browser that complained fails the test."""
        try:
            for phone in self.phones:
                await phone.close()
        finally:
            self.server.stop()
        assert {str(phone.profile.name): phone.errors for phone in self.phones if phone.errors} == {}


def staff(key: str) -> Staff:
    """One of the demo's people."""
    return next(one for one in STAFF if one.key == key)


def copy_data(source: Path, target: Path) -> None:
    """A data folder of one's own; what never changes is linked."""
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.is_dir():
            link = entry.name in _IMMUTABLE
            shutil.copytree(entry, target / entry.name, copy_function=os.link if link else shutil.copy2)
        else:
            shutil.copy2(entry, target / entry.name)
