"""A file made while it is asked for: written to the disk piece by piece, sent piece by piece, gone with the answer.

Neighbours: `sheets.py` and `trail.py` fill it. Invariant: nothing of it is kept in memory but the piece at hand.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import BinaryIO, Final, cast

from litestar.response import Stream

from schemas.sheets import SheetFormat
from server.http.context import House
from server.imports.sheets.writing import MEDIA

_READ_BYTES: Final = 256 * 1024


def temporary(house: House) -> BinaryIO:
    """An empty file without a name. Blocks."""
    return cast(BinaryIO, tempfile.TemporaryFile(dir=house.settings.data / "uploads"))


def sent(file: BinaryIO, format_: SheetFormat, name: str) -> Stream:
    """The file piece by piece; it is gone when the answer is."""

    async def pieces() -> AsyncIterator[bytes]:
        try:
            await asyncio.to_thread(file.seek, 0)
            while piece := await asyncio.to_thread(file.read, _READ_BYTES):
                yield piece
        finally:
            file.close()

    return Stream(pieces(), media_type=MEDIA[format_], headers=attached(name))


def attached(name: str) -> dict[str, str]:
    """The head of an answer that is a file of this name, kept by nobody on its way."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
