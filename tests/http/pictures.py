"""Files to send: honest pictures, and files that only pretend."""

import io
import random
import struct
import zlib

from PIL import Image


def photo(seed: int = 1, size: tuple[int, int] = (1600, 1200), quality: int = 90, **save: object) -> bytes:
    """A JPEG of coarse noise: real enough to be large, different for each seed."""
    small = Image.frombytes("RGB", (160, 120), random.Random(seed).randbytes(160 * 120 * 3))
    out = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(out, "JPEG", quality=quality, **save)
    return out.getvalue()


def signature() -> bytes:
    """A small PNG with transparency."""
    image = Image.new("RGBA", (400, 160), (0, 0, 0, 0))
    image.paste((10, 10, 60, 255), (20, 60, 300, 70))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is large; decoding it would need width × height × 3 bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


PDF = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n" * 20
