"""A device's journal from one end to the other, a page at a time: however long it is, no more than a page of it is held. Pure.

Neighbours: `released.py`, `server/proof.py`, `server/lost.py`. Invariant: every entry that is there when its page is read comes
once, ascending.
"""

from collections.abc import Iterator

from schemas import limits
from sync.store import JournalEntry, Store


def walk(
    store: Store, organisation: str, device: str, epoch: int, first: int, last: int = limits.SEQ_MAX
) -> Iterator[JournalEntry]:
    """Stored entries of one epoch, first ≤ seq ≤ last."""
    while True:
        page = store.entries(organisation, device, epoch, first, last, limits.JOURNAL_PAGE_ENTRIES_MAX)
        yield from page
        if len(page) < limits.JOURNAL_PAGE_ENTRIES_MAX:
            return
        first = page[-1].seq + 1


def walk_all(store: Store, organisation: str, device: str) -> Iterator[JournalEntry]:
    """All that is stored of a device, epoch by epoch, annexes included and first."""
    for epoch, base, _ in store.epochs(organisation, device):
        yield from walk(store, organisation, device, epoch, max(base, 0) + 1)
