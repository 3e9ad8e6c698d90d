"""The built app's files: found inside one folder, kept in memory plain and compressed.

Neighbours: `static.py` serves them. Invariants: nothing outside the folder is ever read; the memory taken
is bounded; a changed file is read anew.
"""

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.errors import ErrorCode
from server.http.problem import Failure

_FILE_BYTES_MAX: Final = 32 * 1024 * 1024
_KEPT_BYTES_MAX: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class KeptFile:
    """A file's bytes as served. `stamp`: time and size it had when read."""

    stamp: tuple[int, int]
    plain: bytes
    packed: bytes | None
    etag: str


class AppFiles:
    """The files of one folder, kept in memory up to a bound, read again when they change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._kept: OrderedDict[Path, KeptFile] = OrderedDict()
        self._bytes = 0

    def find(self, url_path: str) -> Path | None:
        """The file a path names, the folder's `index.html` for a folder; None when there is none inside."""
        if "\x00" in url_path or "\\" in url_path or len(url_path) > 300:
            return None
        wanted = (self.folder / url_path.lstrip("/")).resolve()
        if wanted.is_dir():
            wanted = wanted / "index.html"
        if not wanted.is_relative_to(self.folder) or not wanted.is_file():
            return None
        return wanted

    def load(self, path: Path) -> KeptFile:
        """The file's bytes, plain and compressed."""
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._kept.get(path)
        if known is not None and known.stamp == stamp:
            return known
        if stat.st_size > _FILE_BYTES_MAX:
            raise Failure(ErrorCode.NOT_FOUND)
        plain = path.read_bytes()
        packed = gzip.compress(plain, 6, mtime=0) if not _packed_already(path) else None
        if packed is not None and len(packed) >= len(plain):
            packed = None
        fresh = KeptFile(stamp, plain, packed, f'"{hashlib.sha256(plain).hexdigest()[:32]}"')
        self._keep(path, fresh)
        return fresh

    def _keep(self, path: Path, fresh: KeptFile) -> None:
        old = self._kept.pop(path, None)
        self._bytes += _weight(fresh) - (_weight(old) if old else 0)
        self._kept[path] = fresh
        while self._bytes > _KEPT_BYTES_MAX and len(self._kept) > 1:
            self._bytes -= _weight(self._kept.popitem(last=False)[1])


def _weight(kept: KeptFile) -> int:
    return len(kept.plain) + len(kept.packed or b"")


def _packed_already(path: Path) -> bool:
    return path.suffix in (".png", ".jpg", ".webp", ".woff2", ".ico", ".gz")
