"""Declared losses: whether one can be believed, and what it does. Pure.

Nothing in a request but its head is signed, and the hash of a lost entry has no body to be checked against: one that was
changed on its way would stand for good, and nothing could ever follow from it. Neighbours: `engine.py` asks before it takes
one; `released.py` has the same question for released numbers. Invariant: what is not believed, the hash and what is held behind
it, stays on the device, which says it again.
"""

from collections.abc import Callable

from schemas.protocol import DeclaredLoss, Head, SyncRequest
from sync.incidents import Incidents
from sync.journal import extend
from sync.judge import Judge
from sync.store import DeviceState, JournalEntry


def contradicted(loss: DeclaredLoss, head: Head, behind: JournalEntry | None) -> bool:
    """Whether the declared hash is not the signed head's, or the entry held `behind` it does not follow from it: one of the two
    was changed on its way."""
    if loss.seq == head.seq:
        return loss.hash != head.hash
    return behind is not None and extend(loss.hash, behind.seq, behind.body or b"") != behind.hash


def contradiction(request: SyncRequest, start: int, end: int, hash_at: Callable[[int], str | None]) -> int | None:
    """The base of a fork when declared losses name other hashes than are stored under their numbers (behind `start`, up to
    `end`): a restored backup whose first new bodies are lost. None when none does, or when nothing bears the last of them out,
    neither the signed head nor an entry that follows from it."""
    following = {one.seq: one for one in request.entries}
    base: int | None = None
    for loss in sorted(request.lost, key=lambda one: one.seq):
        if not start < loss.seq <= end or hash_at(loss.seq) in (None, loss.hash):
            continue
        base = loss.seq - 1 if base is None else base
        behind = following.get(loss.seq + 1)
        if (loss.seq, loss.hash) == (request.head.seq, request.head.hash) or (
            behind is not None and extend(loss.hash, behind.seq, behind.body.encode()) == behind.hash
        ):
            return base
        if behind is not None:
            base = None
    return None


def declare(judge: Judge, device: DeviceState, loss: DeclaredLoss, incidents: Incidents, now_ms: int) -> None:
    """The hash fills its number and the office is told, unless the body is here, in an epoch before a fork."""
    store = judge.store
    store.add_loss(device.organisation, device.id, device.epoch, loss.seq, loss.hash, now_ms)
    for epoch, _, _ in store.epochs(device.organisation, device.id):
        entry = store.entry_at(device.organisation, device.id, epoch, loss.seq)
        if entry is not None and entry.hash == loss.hash:
            return
    judge.given_up = True
    incidents.open("declared_loss", f"{device.epoch}/{loss.seq}", {"seq": loss.seq, "epoch": device.epoch})
