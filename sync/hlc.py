"""Hybrid logical clock: 13 digits of milliseconds, a dash, 4 hex digits of counter. Sorts as text.

Kulkarni et al., "Logical Physical Clocks" (2014). A clock far ahead is capped at receipt, or it would win for ever.
"""

from typing import Final

from schemas.limits import HLC_AHEAD_MS_MAX

ZERO: Final = "0000000000000-0000"


def encode(ms: int, counter: int) -> str:
    """Text form. ms 0 … 10^13-1, counter 0 … 65535."""
    if not 0 <= ms < 10**13 or not 0 <= counter < 2**16:
        raise ValueError("hlc out of range")
    return f"{ms:013d}-{counter:04x}"


def decode(text: str) -> tuple[int, int]:
    """(ms, counter) of a text form."""
    return int(text[:13]), int(text[14:], 16)


def tick(last: str, now_ms: int) -> str:
    """The next reading of a device's clock: later than `last`, never behind the wall clock."""
    ms, counter = decode(last)
    if now_ms > ms:
        return encode(now_ms, 0)
    if counter + 1 < 2**16:
        return encode(ms, counter + 1)
    return encode(ms + 1, 0)


def capped(text: str, receipt_ms: int) -> str:
    """What the server uses: no further ahead of the receipt than HLC_AHEAD_MS_MAX."""
    ms, _ = decode(text)
    limit = receipt_ms + HLC_AHEAD_MS_MAX
    return text if ms <= limit else encode(limit, 0)
