"""Instants as text and milliseconds: `2026-11-21T09:52:00.000Z` ↔ ms since 1970. Pure: nobody asks what time it is."""

from datetime import UTC, datetime


def to_text(ms: int) -> str:
    """UTC with milliseconds and Z."""
    whole, part = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(whole, UTC).isoformat()[:19]}.{part:03d}Z"


def to_ms(text: str) -> int:
    """Milliseconds since 1970. ValueError when it is no instant (a 13th month, for example)."""
    moment = datetime.fromisoformat(text)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def skew(wall: str, now_ms: int) -> int | None:
    """Device minus server in ms; None when the device's clock shows no instant at all (clocks lie: that stops nothing)."""
    try:
        return to_ms(wall) - now_ms
    except (ValueError, OverflowError):
        return None
