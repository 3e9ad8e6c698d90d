"""Blobs over HTTP: tus 1.0 upload (creation, checksum, termination) and reading back.

`OPTIONS, POST /api/v1/blobs` · `HEAD, PATCH, DELETE /api/v1/blobs/uploads/{id}` · `GET
/api/v1/blobs/{sha256}` and `…/preview`. Neighbours: `server/blobs`. Invariants: an acknowledged offset is
fsynced; the right offset comes with every 409; a chunk whose checksum is wrong leaves no byte; a blob is
shown only to whoever may see a record that answers for it, and "not there" and "not yours" look the same.
"""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import anyio
from litestar import Request, Response, delete, get, patch, post, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers.base import BaseRouteHandler
from litestar.params import PathParameter
from litestar.response import Stream

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import BlobType
from server.auth.sessions import DevicePrincipal
from server.blobs import uploads
from server.blobs.examine import examine
from server.blobs.finish import already_here, finish
from server.blobs.receive import Received, receive
from server.blobs.uploads import UploadRow
from server.http.access import require_device, require_reader
from server.http.context import House
from server.http.patterns import SHA256_WHOLE, UUID_WHOLE
from server.http.problem import Failure, full_disk
from server.storage.database import SqlStore
from server.trail import reads
from sync.store import BlobState

TUS: Final = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
CAPABILITIES: Final = {
    **TUS,
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,checksum,termination",
    "Tus-Checksum-Algorithm": "sha256",
    "Tus-Max-Size": str(limits.BLOB_BYTES_MAX),
}
_OFFSET_TYPE: Final = "application/offset+octet-stream"
_METADATA_CHARS_MAX: Final = 2000
_READ_BYTES: Final = 256 * 1024
_SUFFIX: Final = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/json": "json",
    "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg",
}  # fmt: skip
_BYTES_MAX: Final = {"application": limits.DOCUMENT_BYTES_MAX, "audio": limits.VOICE_BYTES_MAX}
UploadId = Annotated[str, PathParameter(pattern=UUID_WHOLE)]
Sha256Path = Annotated[str, PathParameter(pattern=SHA256_WHOLE)]


@route(["/api/v1/blobs", "/api/v1/blobs/uploads/{upload:str}"], http_method=[HttpMethod.OPTIONS], status_code=204)
async def capabilities() -> Response[None]:
    """What of tus is spoken here."""
    return Response(None, status_code=204, headers=CAPABILITIES)


@post("/api/v1/blobs", status_code=201)
async def create(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[None]:
    """Begin an upload, or go on with the one this device has open for the same file.

    `Upload-Metadata` names `sha256` and `type` (base64 values). `Upload-Offset` in the answer: bytes that need not be sent.
    """
    device = await require_device(request, house, sending=True)
    row = _wanted(request, house, device)

    def job(store: SqlStore) -> tuple[UploadRow, bool] | ErrorCode:
        uploads.one_at_a_time(store.connection, row.organisation, row.device)
        known = uploads.open_one(store.connection, row.organisation, row.device, row.sha256, row.size)
        if known is not None:
            return known, False
        declared = store.declared_by(row.organisation, row.device, row.sha256)
        fresh = UploadRow(**{**row.__dict__, "declared": declared})
        refused = uploads.no_room(store.connection, fresh)
        if refused is not None:
            return refused
        uploads.add(store.connection, fresh)
        return fresh, True

    if not await asyncio.to_thread(house.vault.has_room, row.size):
        raise Failure(ErrorCode.STORAGE_FULL)
    found = await house.database.write(job)
    if isinstance(found, ErrorCode):
        raise Failure(found, retry_after_s=60)
    upload, is_new = found
    offset = upload.size if is_new and await already_here(house, upload) else None
    if offset is not None:
        await house.database.write(lambda store: uploads.settle(store.connection, upload.id, "done", None, house.clock()))
    else:
        offset = await asyncio.to_thread(house.vault.offset, upload.id)
    if offset is None:
        await asyncio.to_thread(house.vault.begin, upload.id)
        offset = 0
    location = f"/api/v1/blobs/uploads/{upload.id}"
    return Response(None, status_code=201, headers={**TUS, "Location": location, "Upload-Offset": str(offset)})


@route("/api/v1/blobs/uploads/{upload:str}", http_method=[HttpMethod.HEAD], status_code=200)
async def progress(request: Request[Any, Any, Any], house: NamedDependency[House], upload: UploadId) -> Response[None]:
    """How far the upload is."""
    device = await require_device(request, house, sending=True)
    row = await _own(house, device, upload)
    offset = await _offset(house, row)
    return Response(None, headers={**TUS, "Upload-Offset": str(offset), "Upload-Length": str(row.size)})


@patch("/api/v1/blobs/uploads/{upload:str}", status_code=204, request_max_body_size=None)
async def append(request: Request[Any, Any, Any], house: NamedDependency[House], upload: UploadId) -> Response[None]:
    """The next bytes. A newer request for the same upload ends this one."""
    device = await require_device(request, house, sending=True)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _OFFSET_TYPE:
        raise Failure(ErrorCode.BAD_REQUEST, status=415, headers=TUS, detail={"content_type": _OFFSET_TYPE})
    claimed = _whole(request, "upload-offset")
    checksum = _checksum(request.headers.get("upload-checksum"))
    async with house.writers.turn(upload) as turn:
        row = await _own(house, device, upload)
        offset = await _offset(house, row)
        if claimed != offset:
            raise Failure(ErrorCode.BLOB_OFFSET_WRONG, headers={**TUS, "Upload-Offset": str(offset)}, detail={"offset": offset})
        if row.state == "rejected" and row.code is not None:
            raise Failure(ErrorCode(row.code), status=422, headers=TUS)
        if row.state != "open":
            return _at(offset)
        if _whole(request, "content-length", 0) > row.size - offset:
            raise Failure(ErrorCode.BLOB_TOO_LARGE, headers=TUS)
        if offset < row.size:
            offset = await _receive(request, house, row, offset, checksum, turn.ended)
        if offset == row.size:
            await _finish(house, row)
        return _at(offset)


@delete("/api/v1/blobs/uploads/{upload:str}", status_code=204)
async def terminate(request: Request[Any, Any, Any], house: NamedDependency[House], upload: UploadId) -> Response[None]:
    """Give an upload up. What is finished stays."""
    device = await require_device(request, house, sending=True)
    async with house.writers.turn(upload):
        row = await _own(house, device, upload)
        await house.database.write(lambda store: uploads.drop(store.connection, row.id))
        await asyncio.to_thread(house.vault.discard, row.id)
    return Response(None, status_code=204, headers=TUS)


@get(["/api/v1/blobs/{sha256:str}", "/api/v1/blobs/{sha256:str}/preview"])
async def read_blob(
    request: Request[Any, Any, Any], house: NamedDependency[House], sha256: Sha256Path
) -> Stream | Response[None]:
    """The exact bytes, or the preview. NOT_FOUND for what is not there, not yet there, or not the caller's to see."""
    reader = await require_reader(request, house)
    preview = request.url.path.endswith("/preview")

    def job(store: SqlStore) -> tuple[BlobState | None, list[tuple[str, str]]]:
        known = store.blob(reader.organisation, sha256)
        visible = known is not None and store.blob_visible(reader.organisation, sha256, reader.buckets)
        return (known, store.blob_links(reader.organisation, sha256)) if visible else (None, [])

    known, links = await house.database.read(job)
    if known is None or known.state != "received" or (preview and not known.type.startswith("image/")):
        raise Failure(ErrorCode.NOT_FOUND)
    etag = f'"{sha256}{"-preview" if preview else ""}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(None, status_code=304, headers=headers)
    path = house.vault.blob_path(reader.organisation, sha256)
    if preview:
        path = await _preview(house, path, reader.organisation, sha256, known.type)
    else:
        headers["Content-Disposition"] = f'attachment; filename="{sha256[:16]}.{_SUFFIX[known.type]}"'
        await reads.note(house, reader, "original", *(links[0] if links else ("", "")), sha256=sha256)
    try:
        headers["Content-Length"] = str((await asyncio.to_thread(path.stat)).st_size)
    except FileNotFoundError as problem:
        raise Failure(ErrorCode.NOT_FOUND) from problem
    return Stream(_pieces(path), headers=headers, media_type="image/jpeg" if preview else known.type)


async def _preview(house: House, original: Path, organisation: str, sha256: str, type_: str) -> Path:
    """The preview's file, drawn now when there is none yet."""
    path = house.vault.preview_path(organisation, sha256)
    if not await asyncio.to_thread(path.exists):
        async with house.examinations:
            verdict = await asyncio.to_thread(examine, original, type_)
        if verdict.preview is None:
            raise Failure(ErrorCode.NOT_FOUND)
        await asyncio.to_thread(house.vault.write, path, verdict.preview)
    return path


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        while piece := await file.read(_READ_BYTES):
            yield piece


async def _receive(
    request: Request[Any, Any, Any], house: House, row: UploadRow, offset: int, checksum: bytes | None, ended: asyncio.Event
) -> int:
    try:
        got: Received = await receive(request.receive, house.vault, row.id, offset, row.size, checksum, ended)
    except OSError as problem:
        if full_disk(problem):
            raise Failure(ErrorCode.STORAGE_FULL, headers={**TUS, "Upload-Offset": str(offset)}) from problem
        raise
    now = house.clock()
    await house.database.write(lambda store: uploads.touch(store.connection, row.id, now))
    if got.code is not None:
        raise Failure(got.code, headers={**TUS, "Upload-Offset": str(got.offset)}, detail={"offset": got.offset})
    return got.offset


async def _finish(house: House, row: UploadRow) -> None:
    done = await finish(house, row)
    if done.code is not None:
        raise Failure(done.code, status=422, headers=TUS)


async def _own(house: House, device: DevicePrincipal, upload: str) -> UploadRow:
    row = await house.database.read(lambda store: uploads.find(store.connection, device.organisation, device.device, upload))
    if row is None:
        raise Failure(ErrorCode.UPLOAD_UNKNOWN, headers=TUS)
    return row


async def _offset(house: House, row: UploadRow) -> int:
    """How far the upload is. One that ended between its last byte and its last word is finished now."""
    if row.state != "open":
        return row.size
    offset = await asyncio.to_thread(house.vault.offset, row.id)
    if offset is not None and offset <= row.size:
        return offset
    done = await finish(house, row)
    if done.code is ErrorCode.BLOB_HASH_MISMATCH:
        raise Failure(ErrorCode.UPLOAD_UNKNOWN, headers=TUS)
    return row.size


def _at(offset: int) -> Response[None]:
    return Response(None, status_code=204, headers={**TUS, "Upload-Offset": str(offset)})


# --- what a request says ----------------------------------------------------------------------------------------------
def _wanted(request: Request[Any, Any, Any], house: House, device: DevicePrincipal) -> UploadRow:
    version = request.headers.get("tus-resumable", "1.0.0")
    if version != "1.0.0":
        raise Failure(ErrorCode.PROTOCOL_UNSUPPORTED, status=412, headers=CAPABILITIES)
    size = _whole(request, "upload-length")
    metadata = _metadata(request.headers.get("upload-metadata", ""))
    sha256, type_ = metadata.get("sha256", ""), metadata.get("type", "")
    bytes_max = _BYTES_MAX.get(type_.partition("/")[0], limits.BLOB_BYTES_MAX)
    if size > bytes_max:
        raise Failure(ErrorCode.BLOB_TOO_LARGE, headers=TUS, detail={"bytes_max": bytes_max})
    if size < 1 or len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise Failure(ErrorCode.BAD_REQUEST, headers=TUS, detail={"faults": ["upload-length or upload-metadata sha256"]})
    if type_ not in get_args(BlobType):
        raise Failure(ErrorCode.BLOB_TYPE_REFUSED, headers=TUS)
    now = house.clock()
    return UploadRow(house.new_id(), device.organisation, device.device, sha256, size, type_, False, "open", None, now, now)


def _whole(request: Request[Any, Any, Any], name: str, default: int | None = None) -> int:
    text = request.headers.get(name)
    if text is None and default is not None:
        return default
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Failure(ErrorCode.BAD_REQUEST, headers=TUS, detail={"faults": [f"{name}: a whole number is needed"]})
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    if len(text) > _METADATA_CHARS_MAX:
        raise Failure(ErrorCode.BAD_REQUEST, headers=TUS)
    found: dict[str, str] = {}
    for pair in text.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as problem:
            raise Failure(ErrorCode.BAD_REQUEST, headers=TUS, detail={"faults": ["upload-metadata: base64"]}) from problem
    return found


def _checksum(text: str | None) -> bytes | None:
    if text is None:
        return None
    algorithm, _, value = text.strip().partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if algorithm != "sha256" or len(digest) != hashlib.sha256().digest_size:
        raise Failure(ErrorCode.BAD_REQUEST, headers=TUS, detail={"faults": ["upload-checksum: sha256 <base64>"]})
    return digest


ROUTES: Final[list[BaseRouteHandler]] = [capabilities, create, progress, append, terminate, read_blob]
