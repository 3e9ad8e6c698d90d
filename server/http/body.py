"""Bodies in and out: requests read within bounds, as sent or gzip, never more than allowed on either side of the inflation;
answers packed for whoever takes them so.

Neighbours: every route that takes JSON, `sync.py` too; `imports.py` and `sheets.py` put a file's pieces aside.
Invariants: no more than `limit` bytes of a body are ever held, announced or not; no event loop waits for an answer to be packed.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar

from litestar import Request
from litestar.exceptions import InternalServerException
from pydantic import BaseModel

from schemas.errors import ErrorCode
from schemas.limits import REQUEST_BYTES_MAX
from server.http.problem import Failure

Model = TypeVar("Model", bound=BaseModel)
PACKED_BYTES_MIN: Final = 1_024
"""Less is not worth packing."""
PACKED_ASIDE_BYTES_MIN: Final = 16_384
"""More is packed in a thread of its own."""
PACK_LEVEL: Final = 1
"""Almost all of what the highest level saves, in an eighth of its time: a first download packs page after page."""


async def read_body(request: Request[Any, Any, Any], limit: int = REQUEST_BYTES_MAX) -> bytes:
    """The whole body, inflated when `Content-Encoding: gzip`. Failure BODY_TOO_LARGE beyond `limit` bytes."""
    announced = request.headers.get("content-length", "0")
    if not (announced.isascii() and announced.isdigit()) or len(announced) > 18:
        raise Failure(ErrorCode.BAD_REQUEST)
    if int(announced) > limit:
        raise Failure(ErrorCode.BODY_TOO_LARGE, detail={"bytes_max": limit})
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Failure(ErrorCode.BAD_REQUEST, status=415, detail={"encodings": ["gzip"]})
    inflater = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    held = bytearray()
    taken = 0
    async for chunk in arriving(request):
        taken += len(chunk)
        if taken > limit:
            raise Failure(ErrorCode.BODY_TOO_LARGE, detail={"bytes_max": limit})
        held += chunk if inflater is None else _inflate(inflater, chunk, limit + 1 - len(held))
        if len(held) > limit:
            raise Failure(ErrorCode.BODY_TOO_LARGE, detail={"bytes_max": limit})
    if inflater is not None and not inflater.eof:
        raise Failure(ErrorCode.BAD_REQUEST, detail={"faults": ["gzip: cut short"]})
    return bytes(held)


async def arriving(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """The body as it comes, piece by piece. One that is cut is the caller's failure, or the network's: BAD_REQUEST; whoever sent
    it hears nothing."""
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException as cut:  # what Litestar makes of a connection that ends before its body
        raise Failure(ErrorCode.BAD_REQUEST, detail={"faults": ["body: cut short"]}) from cut


async def read_message(request: Request[Any, Any, Any], model: type[Model], limit: int = REQUEST_BYTES_MAX) -> Model:
    """The body as a wire message, each field as the type it has. ValidationError (told as BAD_REQUEST) when it does not fit."""
    return model.model_validate_json(await read_body(request, limit), strict=True)


def _inflate(inflater: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    try:
        inflated = inflater.decompress(chunk, max(room, 1)) if chunk else b""
    except zlib.error as problem:
        raise Failure(ErrorCode.BAD_REQUEST, detail={"faults": ["gzip: not readable"]}) from problem
    if inflater.unused_data:
        raise Failure(ErrorCode.BAD_REQUEST, detail={"faults": ["gzip: more behind its end"]})
    return inflated


async def pack_answer(request: Request[Any, Any, Any], raw: bytes) -> tuple[bytes, dict[str, str]]:
    """(body, headers): gzip when the caller says he takes it and it is worth it, else as it is."""
    if len(raw) < PACKED_BYTES_MIN or "gzip" not in request.headers.get("accept-encoding", ""):
        return raw, {}
    packed = _pack(raw) if len(raw) < PACKED_ASIDE_BYTES_MIN else await asyncio.to_thread(_pack, raw)
    return packed, {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}


def _pack(raw: bytes) -> bytes:
    return zlib.compress(raw, PACK_LEVEL, wbits=31)
