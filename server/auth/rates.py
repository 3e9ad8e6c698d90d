"""How often an address may knock: counts per minute, in memory, for what needs no lock-out that survives a restart.

Neighbours: `server/http/enrolment.py`. Invariants: never more than `_KEYS_MAX` addresses are remembered;
the longest unseen go first.
"""

from collections import OrderedDict
from typing import Final

_KEYS_MAX: Final = 10_000
_MINUTE_MS: Final = 60_000


class RateWindow:
    """Counts in fixed minutes per key."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait_s(self, key: str, per_minute: int, now_ms: int) -> int:
        """Count one; 0 when it is within `per_minute`, else the seconds until the minute is over."""
        minute = now_ms // _MINUTE_MS
        known, count = self._seen.pop(key, (minute, 0))
        count = count + 1 if known == minute else 1
        self._seen[key] = (minute, count)
        if len(self._seen) > _KEYS_MAX:
            self._seen.popitem(last=False)
        if count <= per_minute:
            return 0
        return max(1, ((minute + 1) * _MINUTE_MS - now_ms + 999) // 1000)
