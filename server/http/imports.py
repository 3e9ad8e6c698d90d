"""POST /api/v1/imports: a device's export file, brought by a manager.

Neighbours: `server/imports`. Invariants: only whoever may export may import (`read.export`), only for the own organisation;
the file is put aside on the disk while it comes, bounded, never into the reserve, and gone when the answer is; no more
of them than IMPORTS_AT_ONCE_MAX are read into memory at once.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas.errors import ErrorCode
from schemas.limits import IMPORT_BYTES_MAX, IMPORT_RETRY_SECONDS
from schemas.people import reach_of
from server.blobs.vault import Vault
from server.http.access import require_person
from server.http.body import arriving
from server.http.context import House
from server.http.problem import Failure
from server.http.sync import JSON
from server.imports.exportfile import ImportRefused
from server.imports.take import take_in

_WRITE_BYTES: Final = 1024 * 1024


@post("/api/v1/imports", status_code=200, request_max_body_size=IMPORT_BYTES_MAX)
async def bring(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Take the file in. IMPORT_TOO_LARGE, IMPORT_UNREADABLE, IMPORT_FOREIGN, IMPORT_VERSION, IMPORT_UNSIGNED, IMPORT_CONTRADICTS,
    IMPORT_BUSY, DEVICE_UNKNOWN, EPOCH_UNKNOWN, STORAGE_FULL: nothing taken. IMPORT_INCOMPLETE, IMPORT_NO_ROOM: what was taken
    stays."""
    person = await require_person(request, house)
    if reach_of("read.export", person.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    if house.imports.locked():
        raise Failure(ErrorCode.IMPORT_BUSY, retry_after_s=IMPORT_RETRY_SECONDS)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > IMPORT_BYTES_MAX:
        raise _too_large()
    if announced.isdecimal() and not await asyncio.to_thread(house.vault.has_room, int(announced)):
        raise Failure(ErrorCode.STORAGE_FULL)
    file = await asyncio.to_thread(_temporary, house.vault.data / "uploads")
    try:
        await _put_aside(request, file, house.vault)
        async with house.imports:  # who came while there was room, and is here only now, waits with his file on the disk
            answer = await take_in(house, person.organisation, file, person.person)
    except ImportRefused as refused:
        raise Failure(refused.code, detail=refused.detail) from refused
    finally:
        await asyncio.to_thread(file.close)
    return Response(answer.model_dump_json().encode(), media_type=JSON)


def _too_large() -> Failure:
    return Failure(ErrorCode.IMPORT_TOO_LARGE, detail={"what": "bytes", "max": IMPORT_BYTES_MAX})


def _temporary(folder: Path) -> BinaryIO:
    return cast(BinaryIO, tempfile.TemporaryFile(dir=folder))


async def _put_aside(request: Request[Any, Any, Any], file: BinaryIO, vault: Vault) -> None:
    """Write the body to the disk, by a thread: a slow disk holds up this request only. IMPORT_TOO_LARGE; STORAGE_FULL when it
    would eat the reserve, whatever length was announced; OSError."""

    def write(raw: bytes) -> None:
        if not vault.has_room(len(raw)):
            raise Failure(ErrorCode.STORAGE_FULL)
        file.write(raw)
        file.flush()  # what lies in memory would not be counted

    waiting, taken = bytearray(), 0
    async for chunk in arriving(request):
        taken += len(chunk)
        if taken > IMPORT_BYTES_MAX:
            raise _too_large()
        waiting += chunk
        if len(waiting) >= _WRITE_BYTES:
            await asyncio.to_thread(write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(write, bytes(waiting))


ROUTES: Final[list[BaseRouteHandler]] = [bring]
