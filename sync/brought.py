"""What comes in a device's export file instead of its own request: the same way through the engine, piece by piece. Pure.

Neighbours: `engine.py`, `exported.py` (what the device signed), `server/imports/take.py`. Invariants: nothing is taken from a
file that its device did not sign · a file never makes a fork, never says that its device was seen, gives no receipt · whatever
was here before is a repeat, so a file that stopped between two pieces is completed by importing it again · every piece that
brought something says so, in the same transaction.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import Clock, Head, PushedEntry, SyncRequest
from sync import instants
from sync.aside import DAMAGED, Aside
from sync.engine import Engine
from sync.exported import Exported
from sync.journal import extend
from sync.pushed import Bearer, Brought, PushRefused
from sync.store import DeviceState, Store

_UNSIGNED: Final = "A" * 86
"""The form of a head's signature: that of the file stands for it."""


def pieces(entries: Sequence[PushedEntry]) -> Iterator[list[PushedEntry]]:
    """A file's entries in order, as much at once as one transaction takes; one entry at least. Bytes of bodies are counted, as by
    `pushed.check_order`, which refuses twice as much."""
    piece: list[PushedEntry] = []
    size = 0
    for entry in entries:
        here = len(entry.body.encode())
        size += here
        if piece and (len(piece) == limits.IMPORT_PIECE_ENTRIES_MAX or size > limits.PUSH_BODY_BYTES_MAX):
            yield piece
            piece, size = [], here
        piece.append(entry)
    if piece:
        yield piece


def look_over(engine: Engine, store: Store, said: Exported, entries: Sequence[PushedEntry]) -> None:
    """Whether a file may be taken in at all, before anything of it is: PushRefused when not. Writes nothing."""
    device = _device_of(engine, store, said)
    if not device.may_speak or said.epoch < device.epoch:
        return  # kept aside: nothing there contradicts
    losses = store.losses(device.organisation, device.id, device.epoch)
    known = {base: start for epoch, base, start in store.epochs(device.organisation, device.id) if epoch == device.epoch}
    known = {**losses, **known, device.seq: device.hash}
    before: PushedEntry | None = None
    for entry in entries:
        previous = _hash_at(store, device, known, entry.seq - 1)
        if before is not None and before.seq == entry.seq - 1:
            previous = before.hash  # the file is one chain, that has been checked
        stored = _hash_at(store, device, known, entry.seq)
        leads_here = previous is None or extend(previous, entry.seq, entry.body.encode()) == entry.hash
        if stored not in (None, entry.hash) or not leads_here:
            raise PushRefused(ErrorCode.IMPORT_CONTRADICTS, seq=entry.seq)
        before = entry


def bring(
    engine: Engine,
    store: Store,
    said: Exported,
    piece: Sequence[PushedEntry],
    by: str,
    now_ms: int,
    *,
    judge_entries: bool = True,
    checked: bool = False,
) -> Brought:
    """Take in a piece of a device's export file (`pieces`) as if the device had pushed it; `by` is the person who imports it.
    All of the piece, or PushRefused."""
    device = _device_of(engine, store, said)
    fresh = sum(not _is_here(store, device, said.epoch, entry) for entry in piece)
    head = Head(epoch=said.epoch, seq=said.seq, hash=said.hash, signature=_UNSIGNED)
    clock = Clock(wall=instants.to_text(now_ms), mono=0, boot="")
    request = SyncRequest(protocol=1, app="", device=device.id, head=head, entries=list(piece), clock=clock)
    pushed = engine.push(
        store, said.organisation, request, now_ms, judge_entries=judge_entries, checked=checked, bearer=Bearer(by, fresh)
    )  # fmt: skip
    missed = next((entry.seq for entry in piece if not _is_here(store, device, said.epoch, entry)), None)
    if missed is not None:
        strange = any(outcome.seq == missed for outcome in pushed.outcomes)
        raise PushRefused(ErrorCode.IMPORT_CONTRADICTS if strange else ErrorCode.IMPORT_INCOMPLETE, seq=missed)
    return Brought(fresh, pushed.touched, pushed.erased, pushed.dropped)


def states_of(store: Store, said: Exported, entries: Sequence[PushedEntry]) -> Counter[str]:
    """What has become of a file's entries by now: outcome → how many."""
    device = store.device(said.organisation, said.device)
    assert device is not None, "its entries have been taken in"
    aside = Aside(store, device, said.epoch, 0)
    found: Counter[str] = Counter()
    for entry in entries:
        stored = store.entry_at(said.organisation, said.device, said.epoch, entry.seq)
        kept = aside.known(entry) if stored is None or stored.hash != entry.hash else None
        if kept is not None:
            found[aside.outcome(kept).state] += 1
        elif stored is not None:
            found[stored.state] += 1
    return found


def _device_of(engine: Engine, store: Store, said: Exported) -> DeviceState:
    """The device a file is of, once it is known that the device has signed it. That it was revoked, replaced or lost since makes
    no difference: its enrolled key stays known."""
    device = store.device(said.organisation, said.device)
    if device is None:
        raise PushRefused(ErrorCode.DEVICE_UNKNOWN)
    if not engine.verify(device.key_x, device.key_y, said.text(), said.signature):
        raise PushRefused(ErrorCode.IMPORT_UNSIGNED)
    if said.epoch > device.epoch:
        raise PushRefused(ErrorCode.EPOCH_UNKNOWN, epoch=said.epoch, known=device.epoch)
    return device


def _hash_at(store: Store, device: DeviceState, known: dict[int, str], seq: int) -> str | None:
    found = known.get(seq)
    if found is not None:
        return found
    stored = store.entry_at(device.organisation, device.id, device.epoch, seq)
    return None if stored is None else stored.hash


def _is_here(store: Store, device: DeviceState, epoch: int, entry: PushedEntry) -> bool:
    """Whether this very entry is stored, or kept aside as a whole; what became of it does not matter."""
    stored = store.entry_at(device.organisation, device.id, epoch, entry.seq)
    if stored is not None and stored.hash == entry.hash:
        return True
    aside = store.aside_at(device.organisation, device.id, epoch, entry.seq)
    return any(one.hash == entry.hash and one.reason != DAMAGED for one in aside)
