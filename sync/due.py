"""How a rental stands to its due time, by the organisation's calendar. Pure.

The same function exists in `field_app/src/core/due.ts`; `tests/vectors/due.json` holds both equal. Neighbours: the board, the
lists of rentals, the alerts. Invariant: overdue is judged by the instant, everything else by the dates of the zone's calendar.
"""

from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from schemas.limits import DUE_SOON_DAYS
from sync import instants

DueState = Literal["overdue", "today", "soon", "later"]
WATCHED: Final = frozenset({"out"})
"""States of a rental in which its due time is watched."""


class Due(NamedTuple):
    """`days`: dates from today to the due date; negative when it lies behind."""

    state: DueState
    days: int


def due_of(rental_state: str, due_at: str, zone: str, now: str, soon_days: int = DUE_SOON_DAYS) -> Due | None:
    """None while nothing of the rental is out. ZoneInfoNotFoundError for a zone that does not exist."""
    if rental_state not in WATCHED:
        return None
    days = (_date(due_at, zone) - _date(now, zone)).days
    if instants.to_ms(due_at) < instants.to_ms(now):
        return Due("overdue", days)
    return Due("today" if days == 0 else "soon" if days <= soon_days else "later", days)


def _date(at: str, zone: str) -> datetime:
    """Midnight of the instant's date in the zone, without the zone: so that a difference counts dates."""
    local = datetime.fromtimestamp(instants.to_ms(at) / 1000, UTC).astimezone(ZoneInfo(zone))
    return datetime(local.year, local.month, local.day)
