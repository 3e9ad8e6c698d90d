"""When an entry happened: the device's clock, corrected where it cannot be right. Pure.

Neighbours: `judge.py` and `conflicts.py` write corrected times into records; `server/proof.py` names the suspect ones.
Invariant: the raw time stays in the body; nothing happens later than it was received.
"""

from typing import Final

from schemas.limits import CLOCK_SUSPECT_MS
from sync import instants
from sync.body import Body
from sync.store import JournalEntry

EARLIEST_MS: Final = 0
"""1970: nothing was recorded before."""


def occurred_at(entry: JournalEntry, body: Body) -> str:
    """When it happened: the device's clock, corrected by the known difference when that is implausible, and never later
    than it was received.

    A clock that jumped by thousands of years after the entry was written would move it out of the calendar: then the
    difference says nothing about the entry, and the clock it was written by is believed as far as it can be.
    """
    at = claimed = instants.to_ms(body.at)
    if is_clock_suspect(entry.skew_ms):
        at -= entry.skew_ms or 0
    if at < EARLIEST_MS:
        at = max(claimed, EARLIEST_MS)
    if at > entry.received_ms + CLOCK_SUSPECT_MS:
        at = entry.received_ms
    return body.at if at == claimed else instants.to_text(at)


def is_time_suspect(entry: JournalEntry, claimed: str) -> bool:
    """Whether an entry's own time cannot be right: a clock far off at the push, or a time that had not come yet."""
    if is_clock_suspect(entry.skew_ms):
        return True
    try:
        return instants.to_ms(claimed) > entry.received_ms + CLOCK_SUSPECT_MS
    except (ValueError, OverflowError):
        return True


def is_clock_suspect(skew_ms: int | None) -> bool:
    """Whether a device's clock differed so much at the push that its times are flagged and corrected."""
    return skew_ms is not None and abs(skew_ms) > CLOCK_SUSPECT_MS
