"""Erasing a signer over HTTP: names, strokes and image leave database and disk; every chain still verifies."""

import asyncio
import json
from typing import Any

from schemas.actions.basedata import PersonDefine
from schemas.people import Role
from schemas.protocol import BlobRef
from server.auth import accounts
from server.auth.passwords import hash_secret
from server.blobs.finish import forget_erased
from server.proof import verify_device
from server.storage.database import SqlStore
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
