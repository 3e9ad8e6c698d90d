"""The type an uploader names: it can turn no declared file into less than it is, whoever sends the bytes and when."""

from typing import Any

import pytest

from schemas.errors import ErrorCode
from server.blobs import finish as finishing
from tests.http.pictures import PDF, photo
from tests.http.test_blobs import declared, evidence, files, sha, upload
from tests.http.test_enrolment import told
from tests.http.world import World


async def test_what_was_received_stays_received_whatever_others_call_it(world: World) -> None:
    content = photo()
    phone, handover = await declared(world, content)
    await upload(phone, content)
    assert (await phone.push())["upload"] == "clear", "the device lets go of its bytes"
    for other in (await world.enrolled(world.a), await world.enrolled(world.a, depot=world.a.depots[1])):
        for named in ("application/json", "image/png"):
            assert (await upload(other, content, named)).status_code == 204
    assert await evidence(world, handover) == {"declared": 1, "received": 1, "rejected": 0}
    assert (await phone.http.get(f"/api/v1/blobs/{sha(content)}")).content == content
    assert not files(world, "quarantine")
    assert await world.house.database.read(lambda store: store.records(world.a.id, "incident")) == []


async def test_what_is_awaited_is_examined_as_what_its_entry_declared(world: World) -> None:
    content = photo()
    phone, handover = await declared(world, content)
    other = await world.enrolled(world.a)
    assert (await upload(other, content, "application/json")).status_code == 204
    assert await evidence(world, handover) == {"declared": 1, "received": 0, "rejected": 0}, "its own device has yet to send it"
    assert (await upload(phone, content)).status_code == 204
    assert await evidence(world, handover) == {"declared": 1, "received": 1, "rejected": 0}


async def test_a_file_declared_while_it_is_examined_is_looked_at_once_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    content, found = photo(), list[str]()
    phone, other = await world.enrolled(world.a), await world.enrolled(world.a)
    announce = finishing._announce

    async def late(*args: Any) -> Any:
        if not found:
            found.append((await declared(world, content, phone=phone))[1])
        return await announce(*args)

    monkeypatch.setattr(finishing, "_announce", late)
    assert (await upload(other, content, "application/json")).status_code == 204
    assert await evidence(world, found[0]) == {"declared": 1, "received": 0, "rejected": 0}
    assert (await upload(phone, content)).status_code == 204
    assert await evidence(world, found[0]) == {"declared": 1, "received": 1, "rejected": 0}


async def test_a_picture_declared_as_another_kind_is_evidence_under_its_true_name(world: World) -> None:
    content = photo()
    phone, handover = await declared(world, content, "image/png")
    told(await upload(phone, content, "image/png"), ErrorCode.BLOB_NOT_AN_IMAGE)
    assert (await upload(phone, content, "image/jpeg")).status_code == 204
    assert await evidence(world, handover) == {"declared": 1, "received": 1, "rejected": 0}


async def test_what_is_neither_is_rejected(world: World) -> None:
    phone, handover = await declared(world, PDF, "image/png")
    told(await upload(phone, PDF, "image/jpeg"), ErrorCode.BLOB_NOT_AN_IMAGE)
    assert await evidence(world, handover) == {"declared": 1, "received": 0, "rejected": 1}
