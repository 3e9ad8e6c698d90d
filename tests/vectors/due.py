"""Due vectors: rentals, zones and moments, and how they stand to their due time. Neighbours: `sync/due.py`, `make.py`."""

from typing import Any, Final

from sync.due import due_of

_CASES: Final[tuple[tuple[str, str, str, str, int], ...]] = (
    # state, due, zone, now, soon_days
    ("out", "2026-11-21T09:00:00.000Z", "Asia/Shanghai", "2026-11-21T09:00:00.000Z", 2),
    ("out", "2026-11-21T09:00:00.000Z", "Asia/Shanghai", "2026-11-21T09:00:00.001Z", 2),
    ("out", "2026-11-21T09:00:00Z", "Asia/Shanghai", "2026-11-23T16:00:00Z", 2),
    ("out", "2026-11-21T15:59:00Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 2),
    ("out", "2026-11-21T16:00:00Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 2),
    ("out", "2026-11-23T15:59:59Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 2),
    ("out", "2026-11-23T16:00:00Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 2),
    ("out", "2026-11-23T16:00:00Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 7),
    ("out", "2026-11-22T02:00:00Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 0),
    ("returned", "2026-11-01T00:00:00Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 2),
    ("approved", "2026-11-01T00:00:00Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 2),
    ("cancelled", "2026-11-01T00:00:00Z", "Asia/Shanghai", "2026-11-21T02:00:00Z", 2),
    # a day of 23 and one of 25 hours
    ("out", "2026-03-29T21:30:00Z", "Europe/Berlin", "2026-03-28T23:30:00Z", 2),
    ("out", "2026-03-29T22:30:00Z", "Europe/Berlin", "2026-03-28T22:30:00Z", 2),
    ("out", "2026-10-25T22:59:00Z", "Europe/Berlin", "2026-10-24T22:00:00Z", 2),
    ("out", "2026-10-25T23:00:00Z", "Europe/Berlin", "2026-10-24T22:00:00Z", 2),
    # far from Greenwich, half an hour off, over a year's end, a leap day
    ("out", "2026-12-31T11:00:00Z", "Pacific/Kiritimati", "2026-12-31T09:59:00Z", 2),
    ("out", "2026-12-31T11:00:00Z", "Pacific/Pago_Pago", "2026-12-31T10:59:00Z", 2),
    ("out", "2027-01-01T18:29:00Z", "Asia/Kolkata", "2026-12-31T18:30:00Z", 2),
    ("out", "2028-03-01T04:00:00Z", "UTC", "2028-02-28T04:00:00Z", 2),
    ("out", "2026-11-21T00:00:00Z", "America/New_York", "2027-11-21T00:00:00Z", 2),
)


def vectors() -> list[dict[str, Any]]:
    """Each case with its answer; null when the due time is not watched."""
    found = []
    for state, due_at, zone, now, soon_days in _CASES:
        due = due_of(state, due_at, zone, now, soon_days)
        asked = {"state": state, "due_at": due_at, "zone": zone, "now": now, "soon_days": soon_days}
        found.append({**asked, "due": None if due is None else due._asdict()})
    return found
