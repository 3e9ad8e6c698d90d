"""Voice notes over HTTP: taken when they are sound, kept aside when not, bounded, heard by whoever sees the fault."""

import pytest

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import BlobRef, BlobType
from tests.http.test_blobs import create, files, sha, upload
from tests.http.test_enrolment import told
from tests.http.world import Phone, World, new_id
from tests.support import sounds


async def spoken(world: World, content: bytes, type_: BlobType = "audio/webm") -> Phone:
    """A phone that has reported a fault and said something of it."""
    phone, fault = await world.enrolled(world.a), new_id()
    phone.record("fault.report", {"fault_id": fault, "asset_id": phone.company.van, "what": "x"})
    args = {"depot_id": world.a.depots[0], "about": "fault", "about_id": fault, "seconds": 3}
    phone.record("voice.add", args, blobs=[BlobRef(sha256=sha(content), size=len(content), type=type_, role="voice")])
    answer = await phone.push()
    assert [outcome["state"] for outcome in answer["outcomes"]] == ["applied", "applied"], answer
    assert phone.journal is not None
    phone.journal.outbox.clear()
    return phone


@pytest.mark.parametrize(("type_", "content"), sounds.REAL)
async def test_a_voice_note_comes_back_as_it_was_and_as_nothing_that_runs(world: World, type_: BlobType, content: bytes) -> None:
    phone = await spoken(world, content, type_)
    assert (await upload(phone, content, type_)).status_code == 204
    back = await (await world.signed_in("manager-a")).get(f"/api/v1/blobs/{sha(content)}")
    assert (back.content, back.headers["content-type"]) == (content, type_)
    assert back.headers["content-disposition"].startswith("attachment")
    assert back.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert back.headers["x-content-type-options"] == "nosniff"
    told(await phone.http.get(f"/api/v1/blobs/{sha(content)}/preview"), ErrorCode.NOT_FOUND)


async def test_what_is_no_recording_is_kept_aside_and_holds_nothing_up(world: World) -> None:
    content = b"<script>alert(1)</script>"
    phone = await spoken(world, content)
    answer = await upload(phone, content, "audio/webm")
    assert answer.status_code == 422
    told(answer, ErrorCode.BLOB_NOT_SOUND)
    assert [path.read_bytes() for path in files(world, "quarantine")] == [content]
    assert (await phone.push())["upload"] == "clear"
    told(await phone.http.get(f"/api/v1/blobs/{sha(content)}"), ErrorCode.NOT_FOUND)


async def test_one_that_is_too_large_is_refused_before_it_begins(world: World) -> None:
    phone = await world.enrolled(world.a)
    for type_ in ("audio/webm", "audio/mp4", "audio/ogg"):
        told(await create(phone, b"x", type_, size=limits.VOICE_BYTES_MAX + 1), ErrorCode.BLOB_TOO_LARGE)
    told(await create(phone, b"x", "audio/mpeg"), ErrorCode.BLOB_TYPE_REFUSED)


async def test_it_is_heard_by_whoever_sees_the_fault_and_by_nobody_else(world: World) -> None:
    content = sounds.webm()
    phone = await spoken(world, content)
    await upload(phone, content, "audio/webm")
    path = f"/api/v1/blobs/{sha(content)}"
    for client in ((await world.enrolled(world.a)).http, await world.signed_in("desk-a")):
        assert (await client.get(path)).status_code == 200
    others = {
        "other depot": (await world.enrolled(world.a, depot=world.a.depots[1])).http,
        "other organisation": (await world.enrolled(world.b)).http,
        "its manager": await world.signed_in("manager-b"),
    }
    for name, client in others.items():
        answer = await client.get(path)
        assert answer.status_code == 404, name
        told(answer, ErrorCode.NOT_FOUND)
    told(await world.client().get(path), ErrorCode.NOT_SIGNED_IN)


async def test_another_organisation_adds_nothing_to_a_fault_by_naming_it(world: World) -> None:
    phone, fault = await world.enrolled(world.a), new_id()
    phone.record("fault.report", {"fault_id": fault, "asset_id": phone.company.van, "what": "x"})
    await phone.push()
    foreign = await world.enrolled(world.b)
    content = sounds.webm()
    ref = BlobRef(sha256=sha(content), size=len(content), type="audio/webm", role="voice")
    for depot in (world.a.depots[0], world.b.depots[0]):
        args = {"depot_id": depot, "about": "fault", "about_id": fault, "seconds": 3}
        foreign.record("voice.add", args, blobs=[ref])
    assert {outcome["state"] for outcome in (await foreign.push())["outcomes"]} == {"refused"}
    record = await world.house.database.read(lambda store: store.record(world.a.id, "fault", fault))
    assert record is not None
    assert record.data["voices"] == {}


async def test_the_microphone_is_for_the_app_itself_alone(world: World) -> None:
    headers = (await world.client().get("/")).headers
    assert "microphone=(self)" in headers["permissions-policy"]
    assert "media-src 'self' blob:" in headers["content-security-policy"]
