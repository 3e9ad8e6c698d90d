"""Whether a declared loss can be believed. Pure.

Nothing in a request but its head is signed, and the hash of a lost entry has no body to be checked against: one that was
changed on its way would stand for good, and nothing could ever follow from it. Neighbours: `engine.py` asks before it takes
one; `released.py` has the same question for released numbers. Invariant: what is not believed stays on the device, which says
it again.
"""

from collections.abc import Callable

from schemas.protocol import DeclaredLoss, Head
from sync.journal import extend
from sync.released import leads_on
from sync.store import JournalEntry


def contradicted(loss: DeclaredLoss, head: Head, entry_at: Callable[[int], JournalEntry | None]) -> bool:
    """Whether the declared hash is not the signed head's, or what is held behind does not follow from it although that is what
    its device wrote: the entry behind it follows, or the head is it."""
    if loss.seq == head.seq:
        return loss.hash != head.hash
    behind = entry_at(loss.seq + 1)
    if behind is None or extend(loss.hash, behind.seq, behind.body or b"") == behind.hash:
        return False
    if (head.seq, head.hash) == (behind.seq, behind.hash):
        return True
    return entry_at(behind.seq + 1) is not None and leads_on(behind.seq, behind.hash, entry_at)
