"""Files on disk: uploads under way, finished blobs, their previews, and what was rejected.

    uploads/<upload>                          grows; its size is the offset
    blobs/<organisation>/<aa>/<sha256>        exact bytes, never changed
    previews/<organisation>/<aa>/<sha256>     JPEG, can be made again
    quarantine/<organisation>/<sha256>        examined and rejected

Neighbours: `finish.py` moves, `server/http/blobs.py` appends and reads. Invariants: what an offset or a
finished blob promises has been fsynced; a file is in its final place whole or not at all; a full disk
leaves nothing half-written. All methods block: call them in a thread.
"""

import contextlib
import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

from schemas.ids import is_uuid
from server.auth.keys import sync_folder

_READ_BYTES: Final = 1024 * 1024


class Vault:
    """All files of one installation. `free_bytes_min`: uploads stop when less than this would be left."""

    def __init__(self, data: Path, free_bytes_min: int) -> None:
        self.data = data
        self.free_bytes_min = free_bytes_min
        for name in ("uploads", "blobs", "previews", "quarantine"):
            (data / name).mkdir(parents=True, exist_ok=True)

    def has_room(self, size: int) -> bool:
        """Whether `size` more bytes fit and leave the reserve free."""
        return shutil.disk_usage(self.data).free >= size + self.free_bytes_min

    # --- uploads ------------------------------------------------------------------------------------------------------
    def begin(self, upload: str) -> None:
        """An empty file, durable by name."""
        path = self._upload(upload)
        path.touch(mode=0o600)
        sync_folder(path.parent)

    def offset(self, upload: str) -> int | None:
        """Bytes received so far; None when there is no such file."""
        try:
            return self._upload(upload).stat().st_size
        except FileNotFoundError:
            return None

    def append(self, upload: str, at: int, chunk: bytes) -> None:
        """Write at offset `at`, which must be the file's end. A failing write leaves the file as it was."""
        with self._upload(upload).open("r+b", buffering=0) as file:
            if file.seek(0, os.SEEK_END) != at:
                raise ValueError("not the end of the upload")
            view = memoryview(chunk)
            try:
                while view:
                    view = view[file.write(view) or 0 :]
            except OSError:
                file.truncate(at)
                raise

    def cut(self, upload: str, at: int) -> None:
        """Drop everything after offset `at`."""
        with contextlib.suppress(FileNotFoundError):
            os.truncate(self._upload(upload), at)

    def settle(self, upload: str) -> int:
        """Make what was received durable; returns the offset it may be acknowledged with."""
        with self._upload(upload).open("rb") as file:
            os.fsync(file.fileno())
            return os.fstat(file.fileno()).st_size

    def discard(self, upload: str) -> None:
        """Remove an upload's file."""
        self._upload(upload).unlink(missing_ok=True)

    # --- finished -----------------------------------------------------------------------------------------------------
    def upload_path(self, upload: str) -> Path:
        """Where an upload's bytes lie."""
        return self._upload(upload)

    def blob_path(self, organisation: str, sha256: str) -> Path:
        """Where a finished blob lies."""
        return self._named("blobs", organisation, sha256)

    def preview_path(self, organisation: str, sha256: str) -> Path:
        """Where a blob's preview lies, when it has one."""
        return self._named("previews", organisation, sha256)

    def quarantine_path(self, organisation: str, sha256: str) -> Path:
        """Where a rejected file lies."""
        _check(organisation, sha256)
        return self.data / "quarantine" / organisation / sha256

    def move(self, source: Path, target: Path) -> None:
        """Put a finished file in its place, durably: bytes first, then the name."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as file:
            os.fsync(file.fileno())
        source.replace(target)
        sync_folder(target.parent)
        sync_folder(target.parent.parent)

    def write(self, target: Path, content: bytes) -> None:
        """A whole file, or none."""
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
        try:
            with aside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)

    def put(self, organisation: str, content: bytes) -> str:
        """Keep bytes the server itself made or imported; returns their SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.blob_path(organisation, sha256)
        if not path.exists():
            self.write(path, content)
        return sha256

    def erase(self, organisation: str, sha256: str) -> None:
        """Remove a blob and its preview for good."""
        for path in (
            self.blob_path(organisation, sha256),
            self.preview_path(organisation, sha256),
            self.quarantine_path(organisation, sha256),
        ):
            if path.exists():
                path.unlink()
                sync_folder(path.parent)

    def _upload(self, upload: str) -> Path:
        if not is_uuid(upload):
            raise ValueError("not an upload id")
        return self.data / "uploads" / upload

    def _named(self, room: str, organisation: str, sha256: str) -> Path:
        _check(organisation, sha256)
        return self.data / room / organisation / sha256[:2] / sha256


def _check(organisation: str, sha256: str) -> None:
    if not is_uuid(organisation) or len(sha256) != 64 or not sha256.isalnum():
        raise ValueError("not a blob's name")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
