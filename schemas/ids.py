"""Identifiers: their shapes, and how a UUIDv7 is made from given time and randomness.

UUIDv7 (RFC 9562) keys sort by time, so an index over them grows at one end. Nothing here reads a clock.
"""

import re
from typing import Annotated, Final

from pydantic import StringConstraints

UUID_PATTERN: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
SHA256_PATTERN: Final = r"^[0-9a-f]{64}$"
BUCKET_PATTERN: Final = r"^(org|depot:[0-9a-f-]{36})/(field|office|finance)$|^device:[0-9a-f-]{36}$"
HLC_PATTERN: Final = r"^[0-9]{13}-[0-9a-f]{4}$"

Uuid = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]
Sha256 = Annotated[str, StringConstraints(pattern=SHA256_PATTERN)]
Bucket = Annotated[str, StringConstraints(pattern=BUCKET_PATTERN)]
HlcText = Annotated[str, StringConstraints(pattern=HLC_PATTERN)]

_UUID = re.compile(UUID_PATTERN)

SYSTEM_ACTOR: Final = "00000000-0000-7000-8000-000000000000"
"""The actor of entries no person caused: enrolments, jobs, rules."""


def uuid7(unix_ms: int, random_bytes: bytes) -> str:
    """A UUIDv7 from milliseconds since 1970 and 10 random bytes (RFC 9562 §5.7)."""
    if len(random_bytes) != 10:
        raise ValueError("uuid7 needs exactly 10 random bytes")
    if not 0 <= unix_ms < 2**48:
        raise ValueError("unix_ms does not fit 48 bits")
    value = unix_ms << 80 | int.from_bytes(random_bytes, "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    value |= 0x7 << 76 | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_uuid(text: str) -> bool:
    """Whether the text is a lower-case UUID with dashes."""
    return _UUID.fullmatch(text) is not None
