"""Uploads: resumed at the right byte, finished only when whole and real, shown only to whoever may see them."""

import asyncio
import base64
import errno
import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import BlobRef
from server.blobs import finish as finishing
from server.blobs import receive as receiving
from server.storage.store import SqlStore
from tests.http.pictures import PDF, photo, png_header, signature
from tests.http.test_edge import raw
from tests.http.test_enrolment import told
from tests.http.world import FakeClock, Phone, World, new_id, serving

OFFSET_TYPE = {"Content-Type": "application/offset+octet-stream"}


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


async def create(
    phone: Phone, content: bytes, type_: str = "image/jpeg", *, sha256: str | None = None, size: int | str | None = None
) -> httpx.Response:
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content) if size is None else size),
        "Upload-Metadata": f"sha256 {b64(sha256 or sha(content))},type {b64(type_)}",
    }
    return await phone.http.post("/api/v1/blobs", headers=headers)


async def patch(phone: Phone, where: str, at: int, piece: bytes, **headers: str) -> httpx.Response:
    return await phone.http.patch(where, content=piece, headers={**OFFSET_TYPE, "Upload-Offset": str(at), **headers})


async def upload(phone: Phone, content: bytes, type_: str = "image/jpeg", **more: Any) -> httpx.Response:
    made = await create(phone, content, type_, **more)
    assert made.status_code == 201, made.text
    offset = int(made.headers["upload-offset"])
    return await patch(phone, made.headers["location"], offset, content[offset:])


async def declared(world: World, content: bytes, type_: str = "image/jpeg", phone: Phone | None = None) -> tuple[Phone, str]:
    """A phone whose handover has declared a photo; returns it and the handover's id."""
    phone = phone or await world.enrolled(world.a)
    handover = new_id()
    phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": phone.company.van})
    photo_args = {
        "handover_id": handover, "photo_id": new_id(), "slot": "front", "how": "still", "source": "camera",
        "width": 1600, "height": 1200,
    }  # fmt: skip
    ref = BlobRef(sha256=sha(content), size=len(content), type=type_, role="photo")
    phone.record("photo.add", photo_args, blobs=[ref])
    answer = await phone.push()
    assert [outcome["state"] for outcome in answer["outcomes"]] == ["applied", "applied"], answer
    assert answer["upload"] == "required"
    assert phone.journal is not None
    phone.journal.outbox.clear()
    return phone, handover


async def evidence(world: World, handover: str) -> dict[str, int]:
    record = await world.house.database.read(lambda store: store.record(world.a.id, "handover", handover))
    assert record is not None
    counts: dict[str, int] = record.data["evidence"]
    return counts


def files(world: World, room: str) -> list[Path]:
    return [path for path in (world.house.settings.data / room).rglob("*") if path.is_file()]


async def test_a_photo_arrives_piece_by_piece_and_opens_the_gate(world: World) -> None:
    content = photo()
    phone, handover = await declared(world, content)
    made = await create(phone, content)
    where = made.headers["location"]
    assert made.headers["upload-offset"] == "0"
    third = len(content) // 3
    for start in (0, third, 2 * third):
        piece = content[start : start + third if start < 2 * third else None]
        digest = b64(hashlib.sha256(piece).digest())
        answer = await patch(phone, where, start, piece, **{"Upload-Checksum": f"sha256 {digest}"})
        assert answer.status_code == 204, answer.text
        assert answer.headers["upload-offset"] == str(start + len(piece))
    assert await evidence(world, handover) == {"declared": 1, "received": 1, "rejected": 0}
    assert (await phone.push())["upload"] == "clear"
    back = await phone.http.get(f"/api/v1/blobs/{sha(content)}")
    assert back.content == content
    assert back.headers["content-disposition"].startswith("attachment")
    assert back.headers["content-security-policy"] == "default-src 'none'; sandbox"
    preview = await phone.http.get(f"/api/v1/blobs/{sha(content)}/preview")
    with Image.open(io.BytesIO(preview.content)) as small:
        assert max(small.size) == limits.PREVIEW_EDGE_PX
    again = await phone.http.get(f"/api/v1/blobs/{sha(content)}", headers={"If-None-Match": back.headers["etag"]})
    assert again.status_code == 304
    assert not files(world, "uploads")
    head = await phone.http.head(where)
    assert head.headers["upload-offset"] == str(len(content)), "who lost the last answer still learns it"
    assert (await patch(phone, where, len(content), b"")).status_code == 204


async def test_a_wrong_offset_gets_the_right_one(world: World) -> None:
    content = photo()
    phone, _ = await declared(world, content)
    where = (await create(phone, content)).headers["location"]
    assert (await patch(phone, where, 0, content[:1000])).status_code == 204
    for wrong in (0, 999, 1001, len(content)):
        answer = await patch(phone, where, wrong, b"x" * 10)
        assert answer.status_code == 409
        assert told(answer, ErrorCode.BLOB_OFFSET_WRONG)["detail"]["offset"] == 1000
        assert answer.headers["upload-offset"] == "1000"
    assert (await create(phone, content)).headers["location"] == where, "the same file goes on in the same upload"
    assert (await patch(phone, where, 1000, content[1000:])).status_code == 204


async def test_a_damaged_piece_leaves_no_byte(world: World) -> None:
    content = photo()
    phone, _ = await declared(world, content)
    where = (await create(phone, content)).headers["location"]
    wrong = {"Upload-Checksum": f"sha256 {b64(hashlib.sha256(b'other').digest())}"}
    answer = await patch(phone, where, 0, content[:600_000], **wrong)
    assert answer.status_code == 460
    told(answer, ErrorCode.BLOB_CHECKSUM_WRONG)
    assert (await phone.http.head(where)).headers["upload-offset"] == "0"
    told(await patch(phone, where, 0, b"x", **{"Upload-Checksum": "md5 AAAA"}), ErrorCode.BAD_REQUEST)
    assert (await patch(phone, where, 0, content)).status_code == 204


async def test_a_file_that_is_not_what_its_hash_says_is_dropped(world: World) -> None:
    content = photo()
    phone, handover = await declared(world, content)
    damaged = content[:-1] + bytes([content[-1] ^ 1])
    answer = await upload(phone, damaged, sha256=sha(content))
    assert answer.status_code == 422
    told(answer, ErrorCode.BLOB_HASH_MISMATCH)
    assert not files(world, "uploads")
    assert not files(world, "blobs")
    assert (await evidence(world, handover))["received"] == 0
    assert (await upload(phone, content)).status_code == 204


BAD = [
    ("pdf", PDF, "image/jpeg", ErrorCode.BLOB_NOT_AN_IMAGE),
    ("png as jpeg", signature(), "image/jpeg", ErrorCode.BLOB_NOT_AN_IMAGE),
    ("cut jpeg", photo()[:-20_000], "image/jpeg", ErrorCode.BLOB_NOT_AN_IMAGE),
    ("magic only", b"\xff\xd8\xff\xe0", "image/jpeg", ErrorCode.BLOB_NOT_AN_IMAGE),
    ("300 megapixels", png_header(20_000, 15_000), "image/png", ErrorCode.BLOB_TOO_MANY_PIXELS),
    ("huge sides", png_header(2**31 - 1, 2**31 - 1), "image/png", ErrorCode.BLOB_TOO_MANY_PIXELS),
    ("cut png", png_header(4000, 3000), "image/png", ErrorCode.BLOB_NOT_AN_IMAGE),
    ("not json", b"{'a': 1}", "application/json", ErrorCode.BLOB_TYPE_REFUSED),
    ("deep json", b"[" * 200_000, "application/json", ErrorCode.BLOB_TYPE_REFUSED),
]


@pytest.mark.parametrize(("content", "type_", "code"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
async def test_what_is_not_real_is_kept_aside_and_holds_nothing_up(
    world: World, content: bytes, type_: str, code: ErrorCode
) -> None:
    phone, handover = await declared(world, content, type_)
    answer = await upload(phone, content, type_)
    assert answer.status_code == 422
    told(answer, code)
    assert [path.read_bytes() for path in files(world, "quarantine")] == [content]
    assert not files(world, "blobs")
    assert await evidence(world, handover) == {"declared": 1, "received": 0, "rejected": 1}
    assert (await phone.push())["upload"] == "clear", "the gate is not shut for ever"
    incidents = await world.house.database.read(lambda store: store.records(world.a.id, "incident"))
    assert [record.data["type"] for record in incidents] == ["rejected_blob"]
    told(await phone.http.get(f"/api/v1/blobs/{sha(content)}"), ErrorCode.NOT_FOUND)


async def test_a_rejection_whose_answer_was_lost_is_said_again(world: World) -> None:
    phone, _ = await declared(world, PDF)
    where = (await create(phone, PDF)).headers["location"]
    for offset in (0, len(PDF)):
        told(await patch(phone, where, offset, PDF[offset:]), ErrorCode.BLOB_NOT_AN_IMAGE)


async def test_what_is_refused_before_it_begins(world: World) -> None:
    phone = await world.enrolled(world.a)
    for size in ("0", "-1", "1e3", "", "9" * 30):
        told(await create(phone, b"x", size=size), ErrorCode.BAD_REQUEST)
    answer = await create(phone, b"x", size=limits.BLOB_BYTES_MAX + 1)
    assert answer.status_code == 413
    told(answer, ErrorCode.BLOB_TOO_LARGE)
    told(await create(phone, b"x", "application/json", size=limits.DOCUMENT_BYTES_MAX + 1), ErrorCode.BLOB_TOO_LARGE)
    told(await create(phone, b"x", "application/pdf"), ErrorCode.BLOB_TYPE_REFUSED)
    told(await create(phone, b"x", sha256="../../etc/passwd"), ErrorCode.BAD_REQUEST)
    told(
        await phone.http.post("/api/v1/blobs", headers={"Upload-Length": "5", "Upload-Metadata": "sha256 %%"}),
        ErrorCode.BAD_REQUEST,
    )
    told(await phone.http.post("/api/v1/blobs", headers={"Tus-Resumable": "0.2"}), ErrorCode.PROTOCOL_UNSUPPORTED)
    assert (await phone.http.head("/api/v1/blobs/uploads/" + new_id())).status_code == 404
    assert (await phone.http.head("/api/v1/blobs/uploads/x")).status_code == 400
    where = (await create(phone, b"x" * 10)).headers["location"]
    told(await phone.http.patch(where, content=b"x", headers={"Upload-Offset": "0"}), ErrorCode.BAD_REQUEST)
    told(await patch(phone, where, 0, b"x" * 11), ErrorCode.BLOB_TOO_LARGE)
    assert (await phone.http.head(where)).headers["upload-offset"] == "0"
    told(await world.client().post("/api/v1/blobs"), ErrorCode.NOT_SIGNED_IN)
    options = await phone.http.request("OPTIONS", "/api/v1/blobs")
    assert options.status_code == 204
    assert options.headers["tus-extension"] == "creation,checksum,termination"


async def test_a_body_that_goes_on_past_the_announced_size_leaves_nothing(world: World) -> None:
    phone = await world.enrolled(world.a)
    where = (await create(phone, b"x" * 10)).headers["location"]

    async def endless() -> Any:
        for _ in range(50):
            yield b"x" * 100_000

    answer = await phone.http.patch(where, content=endless(), headers={**OFFSET_TYPE, "Upload-Offset": "0"})
    told(answer, ErrorCode.BLOB_TOO_LARGE)
    assert [path.stat().st_size for path in files(world, "uploads")] == [0]


async def cut_request(world: World, phone: Phone, where: str, at: int, piece: bytes, announced: int) -> None:
    """A PATCH whose connection dies before its body is complete."""
    cookie = phone.http.cookies["hv_device"]
    head = (
        f"PATCH {where} HTTP/1.1\r\nHost: x\r\nX-Handover: 1\r\nCookie: hv_device={cookie}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {at}\r\nContent-Length: {announced}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection(*world.base.removeprefix("http://").split(":"))
    writer.write(head.encode() + piece)
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.transport.abort()


async def test_a_cut_connection_keeps_what_came_and_a_newer_request_ends_the_older(world: World) -> None:
    content = photo()
    phone, _ = await declared(world, content)
    where = (await create(phone, content)).headers["location"]
    await cut_request(world, phone, where, 0, content[:300_000], len(content))
    await asyncio.sleep(0.3)
    offset = int((await phone.http.head(where)).headers["upload-offset"])
    assert offset == 300_000

    async def stalling() -> Any:
        yield content[offset : offset + 1000]
        await asyncio.sleep(30)

    stuck = asyncio.create_task(
        phone.http.patch(where, content=stalling(), headers={**OFFSET_TYPE, "Upload-Offset": str(offset)})
    )
    await asyncio.sleep(0.3)
    # The newer one believes in the old offset; the older has added a piece by the time it is ended.
    answer = await asyncio.wait_for(patch(phone, where, offset, content[offset:]), 10)
    told(answer, ErrorCode.BLOB_OFFSET_WRONG)
    offset = int(answer.headers["upload-offset"])
    assert offset == 301_000
    assert (await patch(phone, where, offset, content[offset:])).status_code == 204
    stuck.cancel()
    assert (await phone.http.get(f"/api/v1/blobs/{sha(content)}")).content == content


async def test_an_upload_goes_on_after_the_server_was_restarted(tmp_path: Path, app_folder: Path) -> None:
    content, clock = photo(), FakeClock()
    async with serving(tmp_path / "data", clock, app_folder) as (house, base):
        world = World(house, clock, base)
        await world.build()
        phone, handover = await declared(world, content)
        where = (await create(phone, content)).headers["location"]
        await patch(phone, where, 0, content[:500_000])
        cookie = phone.http.cookies["hv_device"]
    async with serving(tmp_path / "data", clock, app_folder) as (house, base):
        world.house, world.base = house, base
        phone.http = world.client(Cookie=f"hv_device={cookie}")
        offset = int((await phone.http.head(where)).headers["upload-offset"])
        assert offset == 500_000
        # All bytes arrive, but the process ends before it can examine them.
        house.vault.append(where.rsplit("/", 1)[1], offset, content[offset:])
    async with serving(tmp_path / "data", clock, app_folder) as (house, base):
        world.house, world.base = house, base
        for _ in range(100):
            if (await evidence(world, handover))["received"] == 1:
                break
            await asyncio.sleep(0.05)
        assert (await evidence(world, handover))["received"] == 1
    for client in world.clients:
        await client.aclose()


async def test_a_file_that_came_before_its_entry_is_not_sent_twice(world: World) -> None:
    content = photo()
    phone = await world.enrolled(world.a)
    assert (await upload(phone, content)).status_code == 204
    told(await phone.http.get(f"/api/v1/blobs/{sha(content)}"), ErrorCode.NOT_FOUND)
    _, handover = await declared(world, content, phone=phone)
    made = await create(phone, content)
    assert made.headers["upload-offset"] == str(len(content))
    assert (await evidence(world, handover))["received"] == 1


async def test_nobody_learns_from_an_upload_what_others_have(world: World) -> None:
    content = photo()
    phone, _ = await declared(world, content)
    await upload(phone, content)
    colleague = await world.enrolled(world.a)
    stranger = await world.enrolled(world.b)
    for other in (colleague, stranger):
        assert (await create(other, content)).headers["upload-offset"] == "0"
        told(await other.http.delete("/api/v1/blobs/uploads/" + new_id()), ErrorCode.UPLOAD_UNKNOWN)
    assert (await create(phone, content)).headers["upload-offset"] == str(len(content))


async def test_a_blob_is_shown_to_its_depot_and_to_nobody_else(world: World) -> None:
    content = photo()
    phone, _ = await declared(world, content)
    await upload(phone, content)
    path = f"/api/v1/blobs/{sha(content)}"
    readers = {
        "colleague": (await world.enrolled(world.a)).http,
        "manager": await world.signed_in("manager-a"),
        "desk": await world.signed_in("desk-a"),
    }
    for name, client in readers.items():
        assert (await client.get(path)).status_code == 200, name
    others = {
        "other depot": (await world.enrolled(world.a, depot=world.a.depots[1])).http,
        "other organisation": (await world.enrolled(world.b)).http,
        "its manager": await world.signed_in("manager-b"),
    }
    for name, client in others.items():
        for suffix in ("", "/preview"):
            answer = await client.get(path + suffix)
            assert answer.status_code == 404, name
            told(answer, ErrorCode.NOT_FOUND)
    told(await world.client().get(path), ErrorCode.NOT_SIGNED_IN)
    await world.revoke(world.a, phone.id)
    told(await phone.http.get(path), ErrorCode.DEVICE_REVOKED)


async def test_uploads_are_anothers_alone(world: World) -> None:
    phone, other = await world.enrolled(world.a), await world.enrolled(world.a)
    where = (await create(phone, b"x" * 10)).headers["location"]
    told(await patch(other, where, 0, b"x"), ErrorCode.UPLOAD_UNKNOWN)
    told(await other.http.delete(where), ErrorCode.UPLOAD_UNKNOWN)
    assert (await phone.http.delete(where)).status_code == 204
    told(await patch(phone, where, 0, b"x"), ErrorCode.UPLOAD_UNKNOWN)
    assert not files(world, "uploads")


async def test_open_uploads_and_undeclared_bytes_are_bounded(world: World) -> None:
    phone = await world.enrolled(world.a)
    fits = limits.UNDECLARED_BYTES_PER_DEVICE_MAX // limits.BLOB_BYTES_MAX
    for n in range(fits):
        assert (await create(phone, b"", sha256=sha(b"big%d" % n), size=limits.BLOB_BYTES_MAX)).status_code == 201
    told(await create(phone, b"x"), ErrorCode.UPLOADS_TOO_MANY)
    other = await world.enrolled(world.a)
    for n in range(limits.UPLOADS_OPEN_PER_DEVICE_MAX):
        assert (await create(other, b"%d" % n)).status_code == 201
    told(await create(other, b"one more"), ErrorCode.UPLOADS_TOO_MANY)


async def test_idle_uploads_are_cleaned(world: World) -> None:
    phone = await world.enrolled(world.a)
    where = (await create(phone, b"x" * 10)).headers["location"]
    assert await finishing.clean(world.house) == 0
    world.clock.forward((limits.UPLOAD_IDLE_HOURS_MAX * 3600) + 1)
    assert await finishing.clean(world.house) == 1
    assert not files(world, "uploads")
    assert (await phone.http.head(where)).status_code == 404


async def test_a_full_disk_says_so_and_leaves_nothing_half_written(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, app_folder: Path
) -> None:
    content = photo()
    phone, _ = await declared(world, content)
    where = (await create(phone, content)).headers["location"]
    await patch(phone, where, 0, content[:1000])
    real = world.house.vault.append

    def full(upload_id: str, at: int, chunk: bytes) -> None:
        real(upload_id, at, chunk[:10])
        world.house.vault.cut(upload_id, at)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(world.house.vault, "append", full)
    answer = await patch(phone, where, 1000, content[1000:])
    assert answer.status_code == 507
    told(answer, ErrorCode.STORAGE_FULL)
    monkeypatch.undo()
    assert (await phone.http.head(where)).headers["upload-offset"] == "1000"
    monkeypatch.setattr(finishing, "_take_in", _no_space)
    told(await patch(phone, where, 1000, content[1000:]), ErrorCode.STORAGE_FULL)
    monkeypatch.undo()
    assert (await patch(phone, where, len(content), b"")).status_code == 204, "it is finished when there is room again"
    async with serving(tmp_path / "full", world.clock, app_folder, free_bytes_min=2**60) as (house, base):
        tight = World(house, world.clock, base)
        await tight.build()
        told(await create(await tight.enrolled(tight.a), b"x"), ErrorCode.STORAGE_FULL)
        for client in tight.clients:
            await client.aclose()


def _no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_silence_ends_a_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "_SILENCE_SECONDS", 0.2)
    phone = await world.enrolled(world.a)
    where = (await create(phone, b"x" * 10)).headers["location"]
    cookie = phone.http.cookies["hv_device"]
    answer = await raw(
        world.base,
        f"PATCH {where} HTTP/1.1\r\nHost: x\r\nX-Handover: 1\r\nCookie: hv_device={cookie}\r\nConnection: close\r\n"
        "Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 10\r\n\r\nabc".encode(),
    )
    assert b" 409 " in answer.split(b"\r\n")[0]
    assert b"upload-offset: 3" in answer.lower()


async def test_previews_carry_nothing_of_the_original_but_the_picture(world: World) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SECRET-MAKER"
    content = photo(size=(800, 600), exif=exif)
    assert b"SECRET-MAKER" in content
    phone, _ = await declared(world, content)
    await upload(phone, content)
    preview = (await phone.http.get(f"/api/v1/blobs/{sha(content)}/preview")).content
    assert b"SECRET-MAKER" not in preview
    with Image.open(io.BytesIO(preview)) as small:
        assert small.height > small.width
    drawn = signature()
    signed, _ = await declared(world, drawn, "image/png")
    await upload(signed, drawn, "image/png")
    with Image.open(io.BytesIO((await signed.http.get(f"/api/v1/blobs/{sha(drawn)}/preview")).content)) as small:
        corner = small.convert("RGB").getpixel((2, 2))
    assert corner == (255, 255, 255)


def webp() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(out, "WEBP")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "type_"),
    [(webp(), "image/webp"), (b'{"text": "\xe5\xbd\x92\xe8\xbf\x98"}', "application/json")],
    ids=["webp", "json"],
)
async def test_the_other_types_are_taken_too(world: World, content: bytes, type_: str) -> None:
    phone, _ = await declared(world, content, type_)
    assert (await upload(phone, content, type_)).status_code == 204
    answer = await phone.http.get(f"/api/v1/blobs/{sha(content)}")
    assert (answer.content, answer.headers["content-type"]) == (content, type_)
    preview = await phone.http.get(f"/api/v1/blobs/{sha(content)}/preview")
    assert preview.status_code == (200 if type_ == "image/webp" else 404)


async def test_an_erased_blob_never_comes_back(world: World) -> None:
    content = photo()
    phone, handover = await declared(world, content)

    def erase(store: SqlStore) -> None:
        known = store.blob(world.a.id, sha(content))
        assert known is not None
        store.put_blob(world.a.id, replace(known, state="erased"))

    where = (await create(phone, content)).headers["location"]
    await world.house.database.write(erase)
    assert (await patch(phone, where, 0, content)).status_code == 204
    assert not files(world, "blobs")
    assert not files(world, "previews")
    assert (await create(phone, content)).headers["upload-offset"] == str(len(content))
    assert handover
