"""Erasing a signer, whichever way the entry that says so comes to be judged: names, strokes and image leave database and disk;
every chain still verifies."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from schemas import limits
from schemas.actions.basedata import PersonDefine
from schemas.people import Role
from schemas.protocol import BlobRef, OrganisationInfo
from server.auth import accounts
from server.auth.passwords import hash_secret
from server.blobs.finish import forget_erased
from server.domain import HANDLERS
from server.jobs.again import end_all_waiting, retry_parked
from server.proof import verify_device
from server.storage.database import SqlStore
from sync.net.exportfile import export
from tests.http.pictures import photo, signature
from tests.http.test_blobs import declared, files, sha, upload
from tests.http.world import PASSWORD, Phone, World, new_id
from tests.support.postgres import text_in_tables


async def administrator(world: World) -> Phone:
    """An administrator's office browser."""
    person = new_id()
    depots = dict.fromkeys(world.a.depots, True)
    await world.system(world.a, PersonDefine(id=person, name="管理员", roles=[Role.ADMINISTRATOR], depot_ids=depots))
    hashed = await asyncio.to_thread(hash_secret, PASSWORD)
    await world.house.database.write(
        lambda store: accounts.put_account(store.connection, world.a.id, person, username="admin-a", password_hash=hashed)
    )
    office = Phone(world, world.a)
    office.http = await world.signed_in("admin-a")
    assert (await office.enrol("")).status_code == 200
    assert office.journal is not None
    office.journal.auth = "password"
    office.company = type(world.a)(**{**vars(world.a), "tech": person})
    return office


async def signed(world: World) -> tuple[Phone, str]:
    """A phone with one signed handover, everything uploaded; returns it and the signer's id."""
    phone, handover = await declared(world, photo())
    assert (await upload(phone, photo())).status_code == 204
    image = signature()
    args: dict[str, Any] = {
        "handover_id": handover, "signature_id": new_id(), "party": "customer", "decision": "agree", "role": "driver",
        "language": "zh", "document_sha256": "0" * 64, "image_sha256": sha(image), "signer": 0, "strokes": 1,
    }  # fmt: skip
    private = [json.dumps(part).encode() for part in ({"name": "陈某某", "phone": "13900000000"}, {"strokes": [[[1, 2, 3]]]})]
    ref = BlobRef(sha256=sha(image), size=len(image), type="image/png", role="signature")
    phone.record("signature.capture", args, blobs=[ref], private=private)
    assert [outcome["state"] for outcome in (await phone.push())["outcomes"]] == ["applied"]
    assert (await upload(phone, image, "image/png")).status_code == 204
    (signer,) = await world.house.database.read(lambda store: store.records(world.a.id, "signer"))
    return phone, signer.id


def holds(world: World, text: str) -> bool:
    """Whether the database files contain the text anywhere; of PostgreSQL: any row of any table."""
    place = world.house.settings.database
    if isinstance(place, str):
        return text_in_tables(place, text)
    folder = world.house.settings.data
    return any(text.encode() in path.read_bytes() for path in folder.glob("handover.db*"))


async def test_an_administrator_erases_a_signer(world: World) -> None:
    phone, signer = await signed(world)
    before = len(files(world, "blobs"))
    assert holds(world, "陈某某")
    office = await administrator(world)
    office.record("person.erase", {"signer_id": signer, "reason": "应本人要求"})
    assert (await office.push())["outcomes"][-1]["state"] == "applied"

    assert not holds(world, "陈某某"), "neither in the database nor in its log"
    assert len(files(world, "blobs")) == before - 1
    assert len(files(world, "previews")) == 1, "the photo's own preview stays"
    assert await world.house.database.read(lambda store: store.records(world.a.id, "signer")) == []

    def chains(store: SqlStore) -> list[int | None]:
        return [verify_device(store, device).broken_at for device in store.devices(world.a.id)]

    assert await world.house.database.read(chains) == [None, None, None]
    assert (await phone.push())["upload"] == "clear"


async def waits_to_erase(world: World) -> tuple[Phone, Phone, str]:
    """A phone whose signer an office browser wants erased, and the office: its entry waits for another phone's, which nobody
    has; that phone, the office, and the entry waited for."""
    _, signer = await signed(world)
    other, office = await world.enrolled(world.a), await administrator(world)
    assert other.journal is not None
    args = {"handover_id": new_id(), "type": "check_in", "asset_id": world.a.van}
    lost = other.journal.record("handover.start", args, actor=world.a.tech, now_ms=world.clock())
    office.record("person.erase", {"signer_id": signer, "reason": "应本人要求"}, needs=[lost.id])
    assert [(one["state"], one["code"]) for one in (await office.push())["outcomes"]] == [("parked", "entry_waits")]
    return other, office, lost.hash


def exported(world: World, office: Phone, folder: Path) -> bytes:
    """The export file of an office browser."""
    assert office.journal is not None
    keys = world.house.keys.of(world.a.id).public_keys()
    info = OrganisationInfo(id=world.a.id, name="a", name_en="a", zone="Asia/Shanghai", keys=keys)
    export(office.journal, info, folder / "office.hvx", world.clock())
    return (folder / "office.hvx").read_bytes()


def nothing_left(world: World, files_before: int) -> None:
    """The name stands in no file of the database, the drawn image is gone, the photo is not."""
    assert not holds(world, "陈某某"), "neither in the database nor in its log"
    assert not holds(world, base64.b64encode("陈某某".encode()).decode())
    assert len(files(world, "blobs")) == files_before - 1


async def test_an_imported_erasure_erases(world: World, tmp_path: Path) -> None:
    """The office's browser could not send: its file is brought by a manager."""
    _, signer = await signed(world)
    before, office = len(files(world, "blobs")), await administrator(world)
    await office.push()
    office.record("person.erase", {"signer_id": signer, "reason": "应本人要求"})
    manager = await world.signed_in("manager-a")
    answer = await manager.post("/api/v1/imports", content=exported(world, office, tmp_path))
    assert answer.json()["states"] == {"applied": 1}, answer.text
    nothing_left(world, before)


async def test_an_erasure_that_waited_erases_in_the_push_that_ends_its_waiting(world: World) -> None:
    other, _, lost = await waits_to_erase(world)
    before = len(files(world, "blobs"))
    assert other.journal is not None
    request = other.journal.request(world.clock()) | {"entries": [], "lost": [{"seq": 1, "hash": lost}]}
    assert (await other.http.post("/api/v1/sync", json=request)).status_code == 200
    nothing_left(world, before)


async def test_an_erasure_judged_by_the_hour_erases(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A declared loss ended the waiting of more than one transaction may hold: the hourly round judges the rest."""
    other, _, lost = await waits_to_erase(world)
    before = len(files(world, "blobs"))
    assert other.journal is not None
    with monkeypatch.context() as patched:
        patched.setattr(limits, "WAITING_RETRIED_MAX", 0)
        request = other.journal.request(world.clock()) | {"entries": [], "lost": [{"seq": 1, "hash": lost}]}
        assert (await other.http.post("/api/v1/sync", json=request)).status_code == 200
    assert holds(world, "陈某某"), "still waiting"
    assert await end_all_waiting(world.house) == 1
    nothing_left(world, before)


async def test_an_erasure_judged_again_at_the_start_erases(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the server had kept it from being judged."""

    def broken(_unit: Any, _args: Any) -> None:
        raise ZeroDivisionError

    _, signer = await signed(world)
    before, office = len(files(world, "blobs")), await administrator(world)
    office.record("person.erase", {"signer_id": signer, "reason": "应本人要求"})
    with monkeypatch.context() as patched:
        patched.setitem(HANDLERS, ("person.erase", 1), broken)
        assert (await office.push())["outcomes"][-1]["code"] == "entry_server_error"
    await retry_parked(world.house)
    nothing_left(world, before)


async def test_a_signer_without_a_drawn_image_leaves_the_log_as_well(world: World) -> None:
    phone, handover = await declared(world, photo())
    args: dict[str, Any] = {
        "handover_id": handover, "signature_id": new_id(), "party": "customer", "decision": "agree", "role": "driver",
        "language": "zh", "document_sha256": "0" * 64, "image_sha256": "1" * 64, "signer": 0, "strokes": 1,
    }  # fmt: skip
    phone.record("signature.capture", args, private=[json.dumps({"name": "陈某某", "phone": "1"}).encode(), b"{}"])
    assert (await phone.push())["outcomes"][-1]["state"] == "applied"
    (signer,) = await world.house.database.read(lambda store: store.records(world.a.id, "signer"))
    assert holds(world, "陈某某")
    office = await administrator(world)
    office.record("person.erase", {"signer_id": signer.id, "reason": "应本人要求"})
    assert (await office.push())["outcomes"][-1]["state"] == "applied"
    assert not holds(world, "陈某某")


async def test_bytes_a_cut_left_behind_go_at_the_next_start(world: World) -> None:
    phone, _ = await signed(world)
    image = sha(signature())

    def erase(store: SqlStore) -> None:
        known = store.blob(world.a.id, image)
        assert known is not None
        store.put_blob(world.a.id, type(known)(**{**vars(known), "state": "erased"}))

    await world.house.database.write(erase)
    assert world.house.vault.blob_path(world.a.id, image).exists()
    await forget_erased(world.house)
    assert not world.house.vault.blob_path(world.a.id, image).exists()
    assert phone.id
