"""Whether a device is told again of the epoch that its contradiction opened: the answer that said so may be lost. Pure.

Neighbours: `engine.py` forks and asks here; `replica.py:epoch_behind` is the device's half. Invariant: only a journal that shares
the base is led into the epoch. A third history (an older backup, another copy) would take what it alone has for what is stored.
"""

from collections.abc import Callable

from schemas.protocol import NewEpoch, SyncRequest
from sync.journal import extend
from sync.store import DeviceState, Store

HashAt = Callable[[int, int], str | None]
"""(number, epoch) → the chain hash that is stored there, None where nothing is known."""


def told_again(store: Store, device: DeviceState, request: SyncRequest, hash_at: HashAt) -> NewEpoch | None:
    """The newest epoch, while the device still speaks in the one before, nothing has come in the new one, and nothing of the
    request says that it has another journal up to the base."""
    epochs = store.epochs(device.organisation, device.id)
    epoch, base, start = epochs[-1]
    held = store.held_seqs(device.organisation, device.id, device.epoch)
    spoken = request.head.epoch
    if not device.may_speak or spoken != epoch - 1 or held or (device.seq, device.hash) != (base, start):
        return None
    base_hash = hash_at(base, spoken)
    begins_there = (spoken, base) in [(known, first) for known, first, _ in epochs]  # as all do who speak in it
    if base_hash is None or not (begins_there or _shares(request, base, base_hash, hash_at)):
        return None
    return NewEpoch(epoch=epoch, base_seq=base, base_hash=base_hash)


def _shares(request: SyncRequest, base: int, base_hash: str, hash_at: HashAt) -> bool:
    """Whether a journal may be the stored one up to a base: it ends there with that hash, or reaches beyond it, what it brings up
    to there is what is stored, and the entry behind it, if it is here, follows."""
    head = request.head
    if head.seq <= base:
        return (head.seq, head.hash) == (base, base_hash)
    brought = [(one.seq, one.hash) for one in request.entries] + [(one.seq, one.hash) for one in request.lost]
    stored = (hash_at(seq, head.epoch) in (None, hash_) for seq, hash_ in brought if seq <= base)
    behind = next((one for one in request.entries if one.seq == base + 1), None)
    follows = behind is None or extend(base_hash, behind.seq, behind.body.encode()) == behind.hash
    return follows and all(stored)
