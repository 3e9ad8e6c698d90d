"""One file on its way up: tus 1.0 (creation, checksum), resumed after any cut.

Neighbours: `client.py` runs the lane, `field_app/src/core/blobs.ts` is the same. Invariants: bytes are only read here, never
dropped; the server's offset is the truth; a file is finished only when a PATCH at its end was answered with success.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import httpx

from schemas.errors import ErrorCode
from schemas.limits import BLOB_CHUNK_BYTES
from schemas.local_errors import Code, LocalCode
from sync.device_state import FileRow
from sync.net.http import CHUNK_S, Http
from sync.net.problems import ClientError, problem_in

ENDPOINT: Final = "/api/v1/blobs"
TUS: Final = {"Tus-Resumable": "1.0.0"}
STALLS_MAX: Final = 4
"""Answers in a row that bring a file no further before it waits for the next round."""
_CHUNK_BYTES_MIN: Final = 64 * 1024
FINAL: Final[frozenset[Code]] = frozenset({
    ErrorCode.BLOB_NOT_AN_IMAGE, ErrorCode.BLOB_TOO_MANY_PIXELS, ErrorCode.BLOB_TYPE_REFUSED, ErrorCode.BLOB_TOO_LARGE,
})  # fmt: skip
"""The server has looked at the whole file (or its kind) and will not have it: sending it again changes nothing."""

Note = Callable[[str | None, int], None]
"""Told (address of the upload, offset) whenever they change."""


class Upload:
    """One file's way up."""

    def __init__(self, http: Http, row: FileRow, content: bytes, note: Note) -> None:
        self._http, self._row, self._content, self._note = http, row, content, note
        self._url = row.upload
        self._offset = 0
        self._chunk = BLOB_CHUNK_BYTES
        self._confirmed = False

    async def run(self) -> None:
        """Send it to its end. Returns when the server has taken it; ClientError otherwise, `FINAL` ones for good."""
        if self._url:
            await self._find()
        stalls = 0
        while stalls < STALLS_MAX:
            before = self._offset
            if self._url is None:
                await self._create()
            else:
                await self._patch(self._url)
            self._note(self._url, self._offset)
            if self._confirmed:
                return
            stalls = 0 if self._offset > before else stalls + 1
        raise ClientError(LocalCode.SERVER_AWAY, {"sha256": self._row.sha256, "offset": self._offset})

    async def _create(self) -> None:
        meta = f"sha256 {_b64(self._row.sha256.encode())},type {_b64(self._row.type.encode())}"
        headers = {**TUS, "Upload-Length": str(len(self._content)), "Upload-Metadata": meta}
        answer = await self._http.ask("POST", ENDPOINT, headers=headers)
        location = answer.headers.get("Location")
        if not location:
            raise ClientError(LocalCode.ANSWER_UNREADABLE)
        self._url = urlsplit(location).path
        self._offset = _offset_in(answer) or 0

    async def _find(self) -> None:
        """Where the server is. An upload it no longer knows starts anew."""
        answer = await self._http.ask("HEAD", self._url or "", headers=TUS, accept=(404, 410))
        offset = _offset_in(answer)
        if not answer.is_success or offset is None:
            self._restart()
        else:
            self._offset = offset

    async def _patch(self, url: str) -> None:
        chunk = self._content[self._offset : self._offset + self._chunk]
        headers = {
            **TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(self._offset),
            "Upload-Checksum": f"sha256 {_b64(hashlib.sha256(chunk).digest())}",
        }  # fmt: skip
        try:
            answer = await self._http.ask(
                "PATCH", url, headers=headers, content=chunk, timeout_s=CHUNK_S, accept=(404, 409, 410, 422, 460)
            )
        except ClientError as fault:
            # A chunk that does not fit the time is halved and tried again: a slow network still makes way.
            if fault.code is not LocalCode.SERVER_AWAY or self._chunk <= _CHUNK_BYTES_MIN:
                raise
            self._chunk = max(_CHUNK_BYTES_MIN, self._chunk // 2)
            await self._find()
            return
        self._moved(answer)

    def _moved(self, answer: httpx.Response) -> None:
        offset = _offset_in(answer)
        if answer.is_success and offset is None:
            raise ClientError(LocalCode.ANSWER_UNREADABLE)
        if answer.is_success or (answer.status_code == 409 and offset is not None):
            self._offset = offset or 0
            self._confirmed = answer.is_success and self._offset >= len(self._content)
        elif answer.status_code == 422:
            said = problem_in(422, answer.json())
            if said.code in FINAL:
                raise said
            self._restart()
        elif answer.status_code != 460:
            self._restart()

    def _restart(self) -> None:
        self._url, self._offset = None, 0


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _offset_in(answer: httpx.Response) -> int | None:
    raw = answer.headers.get("Upload-Offset", "")
    return int(raw) if raw.isdecimal() else None
