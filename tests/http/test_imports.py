"""Export files brought to the office: whole or not at all, before or after the network, the same."""

import hashlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.protocol import BlobRef, OrganisationInfo
from server.imports.exportfile import ImportRefused, check
from sync.net.exportfile import export
from tests.http.pictures import photo
from tests.http.world import Company, Phone, World, new_id

pytestmark = pytest.mark.asyncio


async def recorded(world: World, company: Company) -> tuple[Phone, str]:
    """A device with a handover and a photo that it has not sent; the photo's hash."""
    phone = await world.enrolled(company)
    assert phone.journal is not None
    handover, picture = new_id(), photo(size=(40, 30))
    sha256 = hashlib.sha256(picture).hexdigest()
    phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": company.van})
    args = {
        "handover_id": handover,
        "photo_id": new_id(),
        "slot": "front",
        "how": "still",
        "source": "camera",
        "width": 4,
        "height": 3,
    }
    named = BlobRef.model_validate({"sha256": sha256, "size": len(picture), "type": "image/jpeg", "role": "photo"})
    phone.record("photo.add", args, blobs=[named])
    return phone, sha256


def exported(world: World, phone: Phone, company: Company, folder: Path) -> bytes:
    journal = phone.journal
    assert journal is not None
    keys = world.house.keys.of(company.id).public_keys()
    info = OrganisationInfo(id=company.id, name="a", name_en="a", zone="Asia/Shanghai", keys=keys)
    path = folder / "out.hvx"

    class Pictures:
        def content(self, _sha256: str) -> bytes:
            return photo(size=(40, 30))

    picture = photo(size=(40, 30))
    row = SimpleNamespace(size=len(picture), type="image/jpeg", role="photo")
    named = {hashlib.sha256(picture).hexdigest(): row}
    holder: Any = SimpleNamespace(**vars(journal) | {"files": named, "store": Pictures()})
    export(holder, info, path, world.clock())
    return path.read_bytes()


async def states(world: World, phone: Phone) -> list[tuple[int, str, Any]]:
    def job(store: Any) -> list[tuple[int, str, Any]]:
        found = store.entries(phone.company.id, phone.id, 0, 1, 100)
        return [(entry.seq, entry.state, entry.version) for entry in found]

    return await world.house.database.read(job)


async def test_a_file_brings_what_the_device_could_not_send_and_the_device_repeats_it(world: World, tmp_path: Path) -> None:
    phone, sha256 = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    manager = await world.signed_in("manager-a")
    answer = await manager.post("/api/v1/imports", content=raw)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"device": phone.id, "entries": 2, "new": 2, "files": 1, "stored": 1}
    before = await states(world, phone)
    assert [state for _, state, _ in before] == ["applied", "applied"]
    assert world.house.vault.blob_path(world.a.id, sha256).read_bytes() == photo(size=(40, 30))
    again = await manager.post("/api/v1/imports", content=raw)
    assert again.json() == {"device": phone.id, "entries": 2, "new": 0, "files": 1, "stored": 0}
    pushed = await phone.push()
    assert ([one["state"] for one in pushed["outcomes"]], pushed["upload"]) == (["applied", "applied"], "clear")
    assert await states(world, phone) == before


async def test_a_file_that_comes_after_the_upload_changes_nothing(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    await phone.push()
    before = await states(world, phone)
    manager = await world.signed_in("manager-a")
    answer = (await manager.post("/api/v1/imports", content=raw)).json()
    assert (answer["new"], answer["stored"]) == (0, 1), "the photo had not come"
    assert await states(world, phone) == before


async def test_a_broken_file_is_refused_whole(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    manager = await world.signed_in("manager-a")
    head = 8 + int.from_bytes(raw[4:8], "big")
    for wrong in (
        b"",
        raw[:-1],
        raw + b"x",
        raw[:head],
        b"HVX2" + raw[4:],
        raw[:-5] + b"00000",
        raw[: head + 4] + b"0" + raw[head + 5 :],
    ):
        answer = await manager.post("/api/v1/imports", content=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "import_unreadable")
    assert await states(world, phone) == []
    with pytest.raises(ImportRefused):
        check(io.BytesIO(raw[:-1]), world.house.keys.of(world.a.id))


async def test_only_the_own_organisations_manager_imports(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    for username, code in (("desk-a", "forbidden"), ("manager-b", "import_foreign")):
        answer = await (await world.signed_in(username)).post("/api/v1/imports", content=raw)
        assert answer.json()["code"] == code
    assert (await world.client().post("/api/v1/imports", content=raw)).status_code == 401
    assert await states(world, phone) == []


async def test_a_file_that_contradicts_what_is_here_changes_nothing(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    await phone.push()
    before = await states(world, phone)
    assert phone.journal is not None
    twin_seq, twin_hash = phone.journal.seq, phone.journal.hash
    other, _ = await recorded(world, world.a)
    assert other.journal is not None
    other.journal.id, other.journal.seq = phone.id, twin_seq
    manager = await world.signed_in("manager-a")
    answer = await manager.post("/api/v1/imports", content=exported(world, other, world.a, tmp_path))
    assert (answer.status_code, answer.json()["code"]) == (409, "import_contradicts")
    assert await states(world, phone) == before
    assert (await phone.push())["new_epoch"] is None
    assert phone.journal.hash == twin_hash
