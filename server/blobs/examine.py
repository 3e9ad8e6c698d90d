"""Is this file what it says it is? Pictures are really decoded, documents really parsed, recordings walked (`sound.py`); previews
are drawn on the way.

Neighbours: `finish.py` calls `examine` in a worker thread. Invariants: the pixel bound is checked from the
header before anything is decoded; nothing in a file's content is trusted, not its name, not its declared
type; a preview carries no metadata of the original.
"""

import io
import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from schemas.errors import ErrorCode
from schemas.limits import DOCUMENT_BYTES_MAX, PHOTO_PIXELS_MAX, PREVIEW_EDGE_PX
from server.blobs import sound

_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_MAGIC: Final = {"image/jpeg": (b"\xff\xd8\xff", 0), "image/png": (b"\x89PNG\r\n\x1a\n", 0), "image/webp": (b"WEBP", 8)}
_QUALITY: Final = 80
# The bound is ours, checked before decoding; Pillow's own would only add a second, different one.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Verdict:
    """What a file is. `code` None: it is what it says; `preview`: JPEG bytes for pictures; `width`, `height` in pixels."""

    code: ErrorCode | None
    preview: bytes | None = None
    width: int = 0
    height: int = 0


def examine(path: Path, type_: str) -> Verdict:
    """Judge a finished file by its declared media type. OSError only when the disk itself fails."""
    if type_ == "application/json":
        return _document(path)
    if type_ in sound.TYPES:
        return Verdict(None if sound.is_sound(path, type_) else ErrorCode.BLOB_NOT_SOUND)
    if type_ not in _FORMATS:
        return Verdict(ErrorCode.BLOB_TYPE_REFUSED)
    with path.open("rb") as file:
        head = file.read(16)
    magic, at = _MAGIC[type_]
    if head[at : at + len(magic)] != magic:
        return Verdict(ErrorCode.BLOB_NOT_AN_IMAGE)
    return _picture(path, type_)


def _picture(path: Path, type_: str) -> Verdict:
    width = height = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=[_FORMATS[type_]]) as image:
                width, height = image.size
                if width * height > PHOTO_PIXELS_MAX:
                    return Verdict(ErrorCode.BLOB_TOO_MANY_PIXELS, None, width, height)
                preview = _preview(image)
    except MemoryError:
        return Verdict(ErrorCode.BLOB_TOO_MANY_PIXELS, None, width, height)
    except Exception:
        return Verdict(ErrorCode.BLOB_NOT_AN_IMAGE, None, width, height)
    return Verdict(None, preview, width, height)


def _preview(image: Image.Image) -> bytes:
    """Decode all of it; a JPEG of at most PREVIEW_EDGE_PX, upright, on white, without metadata."""
    # libjpeg may decode at a fraction of the size; it still reads the whole file, so a cut one is noticed.
    image.draft("RGB", (PREVIEW_EDGE_PX, PREVIEW_EDGE_PX))
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        upright = Image.new("RGB", layer.size, "white")
        upright.paste(layer, mask=layer.getchannel("A"))
    upright = upright.convert("RGB")
    upright.thumbnail((PREVIEW_EDGE_PX, PREVIEW_EDGE_PX), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=_QUALITY, progressive=True)
    return out.getvalue()


def _document(path: Path) -> Verdict:
    if path.stat().st_size > DOCUMENT_BYTES_MAX:
        return Verdict(ErrorCode.BLOB_TOO_LARGE)
    try:
        json.loads(path.read_bytes().decode())
    except (ValueError, RecursionError):
        return Verdict(ErrorCode.BLOB_TYPE_REFUSED)
    return Verdict(None)
