"""What an entry builds on, and whether anybody can still have it. Pure.

Neighbours: `judge.py` asks for every entry with `needs`; `released.py` and the declared losses say what is given up; a manager
ends the waiting for anything else (`entry.ratify`). Invariants: nobody waits for what can never come · judged without its
basis, an entry says so, and a refused one is judged again should it turn up after all.
"""

from schemas import limits
from schemas.errors import ErrorCode
from sync.released import still_missing
from sync.store import Age, JournalEntry, Store, age_of


def is_anything_gone(store: Store, organisation: str) -> bool:
    """Whether a number of any device was declared lost or released, and has not turned up. An id names no device: what nobody
    here knows can then be that one. (A device only knows another's entry through this server. What is unknown here was
    forgotten by it: it went back to a backup, and every device sends again what it still has and declares the rest.)"""
    return store.lacks_declared(organisation) or any(
        still_missing(store, organisation, one.data["device_id"], one.data["epoch"])
        for one in store.records(organisation, "released_gap")
    )


def waiting_for_nothing(store: Store, organisation: str, after: Age, limit: int) -> list[JournalEntry]:
    """Entries behind a place that wait for what nobody here knows, oldest first, at most `limit`, however many stand before them
    that wait for what is known."""
    found: list[JournalEntry] = []
    while len(found) < limit:
        parked = store.parked_for(organisation, [ErrorCode.ENTRY_WAITS], limits.WAITING_LOOKED_AT_MAX, after)
        found += [entry for entry in parked if store.entry_by_id(organisation, entry.detail["waits_for"]) is None]
        if len(parked) < limits.WAITING_LOOKED_AT_MAX:
            break
        after = age_of(parked[-1])
    return found[:limit]
