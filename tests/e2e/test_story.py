"""The story: no signal, a van comes back, photos, a damage, the customer signs, the phone dies and comes back; on opening
everything uploads before anything else; the office sees it arrive and can prove that nothing is missing.

The oracle is the test's own log of what the screen said was saved (`Phone.said`) and the server's bytes.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.camera import film_of_qr
from tests.e2e.checkin import Checkin
from tests.e2e.evidence import Entry, entries_of, files_whole, said_of, seen_by_camera
from tests.e2e.field import FieldApp
from tests.e2e.office import OfficeApp
from tests.e2e.world import Van, World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

SHOTS = ("front", "left", "rear", "right", "cabin", "cargo", "dial", "tyre")
DRIVEN_KM = 321
THIN_LINE = 150_000


async def enrol(world: World, app: FieldApp, lang: str) -> None:
    """With the camera, from the terminal's QR code, up to the day's work."""
    film = film_of_qr(world.folder / "enrol.mjpeg", world.server.invitation())
    await app.open(world.server.url, film)
    await app.enrol_scanning()
    await app.unlock(person(lang), world.pin("zhou"))
    await app.today()


def person(lang: str) -> str:
    return staff("zhou").name if lang == "zh" else staff("zhou").name_en


async def again(world: World, app: FieldApp, lang: str, film: Path | None = None, *, offline: bool) -> None:
    """Start the browser again and unlock."""
    await app.open(world.server.url, film, offline=offline)
    await app.unlock(person(lang), world.pin("zhou"))


async def begin(world: World, app: FieldApp, lang: str, van: Van) -> None:
    """Without a network: find the van by its tag, begin the return."""
    await app.phone.close()
    film = film_of_qr(world.folder / "tag.mjpeg", f"{world.server.url}/a/{van.tag}")
    await again(world, app, lang, film, offline=True)
    await app.today()
    await app.scan_asset(van.plate)
    await app.start_return()


def device_of(world: World) -> str:
    (device,) = [one["id"] for one in world.server.records("device") if one["name"].startswith("手机")]
    return str(device)


def check_server(world: World, app: FieldApp, van: Van, before: int, film: Path) -> tuple[list[Entry], dict[str, Any]]:
    """Everything the screen said was saved is there, once, whole, in order, and nothing else."""
    device = device_of(world)
    entries = entries_of(world.server, device)
    shots = {slot: number for number, slot in enumerate(SHOTS, start=1)}
    assert [said_of(entry, shots) for entry in entries] == app.phone.said
    assert {entry.state for entry in entries} == {"applied"}
    assert world.server.chain_holds(device) == len(entries)
    files_whole(world.server, entries)
    photos = [blob["sha256"] for entry in entries if entry.action == "photo.add" for blob in entry.body["blobs"]]
    assert all(seen_by_camera(world.server, sha256, film) for sha256 in photos)
    handovers = world.server.records("handover")
    assert len(handovers) == before + 1
    (handover,) = [one for one in handovers if one["device_id"] == device]
    assert handover["state"] == "complete"
    assert (handover["asset_id"], handover["baseline_id"]) == (van.id, van.baseline)
    assert {photo["sha256"] for photo in handover["photos"].values()} == set(photos)
    assert handover["readings"]["odometer"]["value"] == van.odometer + DRIVEN_KM
    return entries, handover


async def test_a_return_captured_offline_reaches_the_office_whole(world: World) -> None:
    lang = "zh"
    app = FieldApp(world.phone(), lang)
    before = len(world.server.records("handover"))
    van = world.vans_out()[0]
    await enrol(world, app, lang)
    await begin(world, app, lang, van)
    film = world.film(van)
    wizard = await capture_with_a_death(world, app, lang, van, film)
    await customer_with_a_death(world, app, lang, wizard)
    office = OfficeApp(world.office())
    await office.open(world.server.url)
    await office.sign_in("lin", world.password)
    await office.board()
    await upload_with_a_death(world, app, lang)
    entries, handover = check_server(world, app, van, before, film)
    check_records(world, handover)
    await office_proves(office, van, len(entries))


async def test_the_same_on_a_tablet_in_english(world: World) -> None:
    lang = "en"
    app = FieldApp(world.phone(width=1024, height=768, locale="en-GB"), lang)
    before = len(world.server.records("handover"))
    van = world.vans_out()[1]
    await enrol(world, app, lang)
    await begin(world, app, lang, van)
    await app.phone.close()
    film = world.film(van)
    await again(world, app, lang, film, offline=True)
    await app.gate()
    await app.finish_open_handover()
    wizard = Checkin(app, world.names(lang))
    await wizard.meters(van.odometer + DRIVEN_KM, 60)
    for number in range(1, 9):
        await wizard.photo(number)
    await wizard.damage("left")
    await wizard.cable_missing()
    await wizard.confirm_twice("minor_damage")
    customer = await wizard.hand_over("zh")
    await customer.answer_damage(agree=True)
    await customer.sign("王磊")
    await wizard.staff_finishes(world.pin("zhou"))
    await app.phone.offline(False)
    await app.page.get_by_role("link", name=wizard.w("receipt.done")).click()
    await app.gate_opens()
    entries, handover = check_server(world, app, van, before, film)
    parties = {one["party"]: (one["decision"], one["language"]) for one in handover["signatures"].values()}
    assert parties == {"customer": ("agree", "zh"), "staff": ("agree", "zh")}
    office = OfficeApp(world.office(locale="en-GB"), lang)
    await office.open(world.server.url)
    await office.sign_in("lin", world.password)
    await office_proves(office, van, len(entries))


async def capture_with_a_death(world: World, app: FieldApp, lang: str, van: Van, film: Path) -> Checkin:
    """Meters and eight photos; the phone dies the instant after the third was said to be saved."""
    await app.phone.close()
    await again(world, app, lang, film, offline=True)
    await app.gate()
    await app.finish_open_handover()
    wizard = Checkin(app, world.names(lang))
    await wizard.meters(van.odometer + DRIVEN_KM, 60)
    for number in (1, 2, 3):
        await wizard.photo(number)
    app.phone.kill()
    await again(world, app, lang, film, offline=True)
    await app.gate()
    await app.finish_open_handover()
    for number in range(4, 9):
        await wizard.photo(number)
    await wizard.damage("right")
    await wizard.cable_missing()
    await wizard.confirm_twice("minor_damage")
    return wizard


async def customer_with_a_death(world: World, app: FieldApp, lang: str, wizard: Checkin) -> None:
    """The customer reads in English, objects, signs; the phone dies in between and comes back to the locked screen."""
    customer = await wizard.hand_over("en")
    await customer.answer_damage(agree=False)
    await expect(customer.button("customer.reserve")).to_be_visible()
    app.phone.kill()
    await again(world, app, lang, offline=True)
    await app.sees(customer.heading("customer.title"))
    await customer.sign("Wang Lei", reservation=True)
    await customer.leave(world.pin("zhou"))
    await wizard.staff_signs()
    await expect(app.page.get_by_text(wizard.w("receipt.local", entries=len(app.phone.said), photos=10))).to_be_visible()


async def upload_with_a_death(world: World, app: FieldApp, lang: str) -> None:
    """On opening: the gate with figures; no server, the words; then a thin line, death in the middle, and the rest."""
    await app.phone.close()
    world.server.stop()
    await again(world, app, lang, offline=False)
    await app.gate()
    entries = len(app.phone.said)
    await expect(app.page.get_by_text(f"0/{entries}", exact=False).first).to_be_visible()
    await expect(app.page.get_by_text("请连接Wi-Fi重试", exact=True)).to_be_visible()
    await expect(app.text("gate.retryIn")).to_be_visible()
    await app.phone.slow(THIN_LINE)
    world.server.start()
    total = await some_but_not_all(world)
    app.phone.kill()
    assert 0 < files_here(world) < total
    await again(world, app, lang, offline=False)
    await app.gate_opens()


async def some_but_not_all(world: World) -> int:
    """Wait until the server has some of the phone's files; returns how many were declared."""
    for _ in range(600):
        rows = world.server.rows("SELECT count(*) AS n FROM blob_declared WHERE device = ?", device_of(world))
        if rows[0]["n"] and files_here(world) >= 4:
            return int(rows[0]["n"])
        await asyncio.sleep(0.1)
    raise AssertionError("nothing arrives")


def files_here(world: World) -> int:
    """How many of the phone's declared files lie on the disk."""
    rows = world.server.rows("SELECT DISTINCT sha256 FROM blob_declared WHERE device = ?", device_of(world))
    return sum(bool(list((world.server.data / "blobs").glob(f"*/{row['sha256'][:2]}/{row['sha256']}"))) for row in rows)


def check_records(world: World, handover: dict[str, Any]) -> None:
    """Damage, accessory, signatures as they were made."""
    (damage,) = [one for one in world.server.records("damage") if one["handover_id"] == handover["id"]]
    assert (damage["view"], damage["type"], damage["severity"]) == ("right", "scratch", "minor_damage")
    assert handover["acceptance"] == "minor_damage"
    assert handover["accessories"]["charging_cable"]["state"] == "missing"
    by_party = {one["party"]: one for one in handover["signatures"].values()}
    customer, ours = by_party["customer"], by_party["staff"]
    assert (customer["decision"], customer["language"]) == ("reservation", "en")
    assert list(customer["reservations"]) == [damage["id"]]
    assert customer["document_sha256"] == ours["document_sha256"]
    names = [one for one in world.server.records("signer") if one["name"] == "Wang Lei"]
    assert len(names) == 1


async def office_proves(office: OfficeApp, van: Van, entries: int) -> None:
    """It came by itself; photos, damage and proof are on the screen."""
    await office.sees(office.page.get_by_role("link", name=van.plate), 30_000)
    await office.open_handover(van.plate)
    await office.pictures(16)
    await office.sees(office.text("proof.chainOk"))
    await office.sees(office.text("proof.receiptOk"))
    await office.sees(office.text("proof.complete"))
    await office.sees(office.text("proof.entriesOf", first=1, last=entries, count=entries))
