"""GET /t/{tag}, /api/v1/tags/{tag} and POST /api/v1/tags/{tag}/faults: what a label leads to, for anybody, without an account.

Neighbours: `server/labels` has the page and the address, `server/domain/faults.py` the rules. Invariants: nothing of customers,
rentals or people is told · whoever guesses tags is slowed down per address, known or not · photos are examined like every blob,
and one that is none is refused before anything is written · the entry is the system device's own, and what was written and the
number to call back are private parts of it: they may tell who somebody is.
"""

import asyncio
import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import PathParameter, QueryParameter

from schemas import limits
from schemas.actions.faults import FaultReport
from schemas.errors import ErrorCode
from schemas.protocol import BlobRef
from schemas.public import FaultSaid, TagPage
from server import labels
from server.auth.codes import organisation_hint
from server.blobs.examine import examine
from server.http.access import address_of
from server.http.body import read_message
from server.http.context import House
from server.http.patterns import whole
from server.http.problem import Failure
from server.http.sync import JSON
from server.storage.store import SqlStore
from server.system_device import record_system, system_device_id
from sync.fanout import frames

FOLDER: Final = Path(labels.__file__).parent
Tag = Annotated[str, PathParameter(max_length=limits.NAME_CHARS_MAX)]
Version = Annotated[str, PathParameter(pattern=whole("[0-9]{1,3}"))]
Hint = Annotated[str | None, QueryParameter(pattern=whole("[0-9A-HJKMNP-TV-Z]{2}"))]


@dataclass(frozen=True)
class Found:
    """The asset a tag leads to."""

    organisation: str
    asset: str
    page: TagPage


@get("/t/{tag:str}", include_in_schema=False)
async def label_page(tag: Tag) -> Response[bytes]:
    """The page, the same for every tag: what it leads to is asked by the page itself."""
    return Response(_file("report.html"), media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})


@get("/t/report.js/{version:str}", include_in_schema=False)
async def label_script(version: Version) -> Response[bytes]:
    """The page's script."""
    return Response(_file("report.js"), media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@get("/api/v1/tags/{tag:str}")
async def look_up(request: Request[Any, Any, Any], house: NamedDependency[House], tag: Tag, o: Hint = None) -> Response[bytes]:
    """What stands on the thing itself. NOT_FOUND for a tag nobody has; TOO_MANY_TRIES for whoever asks too often."""
    _slow_down(house, f"tag:{address_of(request)}", limits.TAG_LOOKS_PER_MINUTE_MAX)
    found = await house.database.read(lambda store: _find(store, tag, o))
    if found is None:
        raise Failure(ErrorCode.NOT_FOUND)
    return Response(found.page.model_dump_json().encode(), media_type=JSON, headers={"Cache-Control": "no-store"})


@post("/api/v1/tags/{tag:str}/faults", status_code=201)
async def reported(request: Request[Any, Any, Any], house: NamedDependency[House], tag: Tag, o: Hint = None) -> Response[bytes]:
    """A fault of the asset with this label. STATE_ILLEGAL for one that is out of use."""
    _slow_down(house, f"fault:{address_of(request)}", limits.FAULT_TRIES_PER_MINUTE_MAX)
    said = await read_message(request, FaultSaid, limits.FAULT_REQUEST_BYTES_MAX)
    found = await house.database.read(lambda store: _find(store, tag, o))
    if found is None:
        raise Failure(ErrorCode.NOT_FOUND)
    if found.page.retired:
        raise Failure(ErrorCode.STATE_ILLEGAL, status=409)
    _slow_down(house, f"fault:{found.asset}", limits.FAULT_TAG_TRIES_PER_MINUTE_MAX)
    _slow_down(house, f"faults:{found.asset}", limits.FAULT_TAG_TRIES_PER_HOUR_MAX, minutes=60)
    photos = [await _taken_in(house, found.organisation, photo) for photo in said.photos]
    await _write(house, found, said, photos)
    return Response(b'{"ok":true}', status_code=201, media_type=JSON, headers={"Cache-Control": "no-store"})


def _slow_down(house: House, key: str, most: int, minutes: int = 1) -> None:
    wait = house.rates.wait_s(key, most, house.clock() // minutes) * minutes
    if wait:
        raise Failure(ErrorCode.TOO_MANY_TRIES, retry_after_s=wait)


def _find(store: SqlStore, tag: str, hint: str | None) -> Found | None:
    """The one asset with this tag, now or formerly; None when there is none, or several companies have it and no hint says
    whose."""
    found = []
    for organisation in store.organisations():
        if hint is not None and organisation_hint(organisation) != hint:
            continue
        one = _find_in(store, organisation, tag)
        if one is not None:
            found.append(one)
    return found[0] if len(found) == 1 else None


def _find_in(store: SqlStore, organisation: str, tag: str) -> Found | None:
    holder = store.holder(organisation, "asset", "tag", tag)
    former = store.holder(organisation, "former_tag", "tag", tag) if holder is None else None
    if former is not None:
        record = store.record(organisation, "former_tag", former)
        holder = record.data["asset_id"] if record is not None and not record.gone else None
    asset = store.record(organisation, "asset", holder) if holder is not None else None
    if asset is None or asset.gone:
        return None
    data = asset.data
    if not asset.buckets and data["state"] != "retired":
        return None
    replaced = data["tag"] if former is not None else None
    page = TagPage(
        tag=tag, label=data["label"], model=data.get("model", ""), replaced_by=replaced, retired=data["state"] == "retired"
    )
    return Found(organisation, asset.id, page)


async def _taken_in(house: House, organisation: str, text: str) -> BlobRef:
    """A photo examined and put in its place. Failure when it is too large or none."""
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise Failure(ErrorCode.BAD_REQUEST, detail={"faults": ["photos: base64"]}) from problem
    if not 0 < len(content) <= limits.FAULT_PHOTO_BYTES_MAX:
        raise Failure(ErrorCode.BLOB_TOO_LARGE, detail={"bytes_max": limits.FAULT_PHOTO_BYTES_MAX})
    if not await asyncio.to_thread(house.vault.has_room, len(content)):
        raise Failure(ErrorCode.STORAGE_FULL)
    async with house.examinations:
        return await asyncio.to_thread(_examined, house, organisation, content)


def _examined(house: House, organisation: str, content: bytes) -> BlobRef:
    upload = house.new_id()
    path = house.vault.upload_path(upload)
    path.write_bytes(content)
    try:
        verdict = examine(path, "image/jpeg")
        if verdict.code is not None:
            raise Failure(verdict.code)
        sha256 = hashlib.sha256(content).hexdigest()
        if verdict.preview is not None:
            house.vault.write(house.vault.preview_path(organisation, sha256), verdict.preview)
        house.vault.move(path, house.vault.blob_path(organisation, sha256))
    finally:
        house.vault.discard(upload)
    return BlobRef(sha256=sha256, size=len(content), type="image/jpeg", role="photo")


async def _write(house: House, found: Found, said: FaultSaid, photos: list[BlobRef]) -> None:
    now, organisation = house.clock(), found.organisation
    private = [json.dumps({"said": said.what}).encode(), *([json.dumps({"phone": said.phone}).encode()] if said.phone else [])]
    action = FaultReport(
        fault_id=said.id, asset_id=found.asset, guess=said.guess, by="customer", said=0, phone=1 if said.phone else None
    )

    def job(store: SqlStore) -> list[tuple[str, bytes]]:
        store.lock_organisation(organisation)
        known = store.record(organisation, "fault", said.id)
        if known is not None:
            if known.data.get("asset_id") != found.asset:
                raise Failure(ErrorCode.BAD_REQUEST)
            return []
        made = record_system(house.engine, store, organisation, action, now, blobs=photos, private=private)
        for photo in photos:
            device = system_device_id(organisation)
            touched = house.engine.blob_arrived(store, organisation, device, photo.sha256, "received", None, now)
            made += frames(store, organisation, touched)
        return made

    house.hub.publish(organisation, await house.database.write(job))


@lru_cache
def _file(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


ROUTES: Final[list[BaseRouteHandler]] = [label_page, label_script, look_up, reported]
