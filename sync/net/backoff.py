"""How long to wait before trying again. Neighbours: `client.py`, `live.py`."""

import secrets

from schemas.limits import RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN


def back_off_s(failures: int, at_least_s: int | None = None) -> float:
    """Doubling with jitter between half and full, never shorter than the server asked. s."""
    full: float = min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN << min(10, max(0, failures - 1))) / 1000
    return max(full * (0.5 + secrets.randbelow(1000) / 2000), float(at_least_s or 0))
