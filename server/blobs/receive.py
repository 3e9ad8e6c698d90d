"""One PATCH's bytes on their way to the upload's file.

Neighbours: `server/http/blobs.py`. Invariants: never more than `_PIECE_BYTES` plus one network chunk in
memory; with a checksum, all bytes stay or none; without one, what came before a cut connection stays; a
full disk leaves the file at the offset it began with or at a whole piece.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Final

from litestar.types import Receive

from schemas.errors import ErrorCode
from server.blobs.vault import Vault

_PIECE_BYTES: Final = 256 * 1024
_SILENCE_SECONDS: Final = 60


@dataclass(frozen=True)
class Received:
    """The upload's offset afterwards, fsynced; and why the request failed, if it did."""

    offset: int
    code: ErrorCode | None = None


class _Cut(Exception):
    """The request ended before its body: connection lost, silence, or a newer request wants the upload."""


async def receive(
    source: Receive, vault: Vault, upload: str, start: int, size: int, checksum: bytes | None, ended: asyncio.Event
) -> Received:
    """Append a request's body to the upload from `start`. OSError from the disk is passed on, the file cut back."""
    digest = hashlib.sha256()
    offset, piece, more = start, bytearray(), True
    code: ErrorCode | None = None
    try:
        while more:
            try:
                chunk, more = await _next(source, ended)
            except _Cut:
                code, more = ErrorCode.BLOB_OFFSET_WRONG, False
                chunk = b""
            if offset + len(piece) + len(chunk) > size:
                code, more, chunk = ErrorCode.BLOB_TOO_LARGE, False, b""
                piece.clear()
                offset = start
                await asyncio.to_thread(vault.cut, upload, start)
                break
            piece += chunk
            digest.update(chunk)
            if len(piece) >= _PIECE_BYTES or not more:
                await asyncio.to_thread(vault.append, upload, offset, bytes(piece))
                offset += len(piece)
                piece.clear()
    except OSError:
        if checksum is not None:
            await asyncio.to_thread(vault.cut, upload, start)
        raise
    except asyncio.CancelledError:
        if checksum is not None:
            vault.cut(upload, start)
        raise
    if checksum is not None and (code is not None or digest.digest() != checksum):
        await asyncio.to_thread(vault.cut, upload, start)
        code = code or ErrorCode.BLOB_CHECKSUM_WRONG
    return Received(await asyncio.to_thread(vault.settle, upload), code)


async def _next(source: Receive, ended: asyncio.Event) -> tuple[bytes, bool]:
    """The next chunk and whether more follows. `_Cut` when there will be none."""
    waiting = asyncio.ensure_future(source())
    stop = asyncio.ensure_future(ended.wait())
    try:
        done, _ = await asyncio.wait({waiting, stop}, timeout=_SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if stop in done or waiting not in done:
            raise _Cut
        message = waiting.result()
    finally:
        for task in (waiting, stop):
            if not task.done():
                task.cancel()
    if message["type"] != "http.request":
        raise _Cut
    return message["body"], message.get("more_body", False)
