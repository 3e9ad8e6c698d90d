"""Released gaps: numbers that nobody can fill or declare, given up by a manager so that what is held behind them is judged. Pure.

Neighbours: `server/domain/devices.py` writes the record `released_gap`; `fold.py` goes over it by the stored hash of the entry
behind; `engine.py` takes in what turns up after all; `server/proof.py` names what is still missing. Invariants: the end of a
journal never rests inside a gap, since there is no hash · a receipt never covers a missing number for a device that has just
shown that it still has some of them · a gap that is filled is whole again.
"""

from collections.abc import Callable, Iterable, Sequence

from schemas.protocol import PushedEntry
from sync.journal import derived_id, extend, holes
from sync.store import DeviceState, JournalEntry, Store
from sync.walk import walk

Ranges = list[tuple[int, int]]
HashAt = Callable[[int], str | None]
EntryAt = Callable[[int], JournalEntry | None]


def release_id(organisation: str, device: str, epoch: int) -> str:
    """The id of the record that names what was released of one epoch of a device's journal."""
    return derived_id("released_gap", organisation, device, str(epoch))


def released(store: Store, organisation: str, device: str, epoch: int) -> Ranges:
    """What managers released, ascending, as it was said: numbers inside may have been there, or have come since."""
    stored = store.record(organisation, "released_gap", release_id(organisation, device, epoch))
    if stored is None or stored.gone:
        return []
    return sorted((one["first"], one["last"]) for one in stored.data["gaps"])


def is_released(store: Store, organisation: str, device: str, epoch: int, seq: int) -> bool:
    """Whether a manager gave this number up."""
    return any(first <= seq <= last for first, last in released(store, organisation, device, epoch))


def still_missing(store: Store, organisation: str, device: str, epoch: int) -> Ranges:
    """Released numbers of which neither a body nor a declared hash is here, as closed ranges."""
    found: Ranges = []
    losses = store.losses(organisation, device, epoch)
    for first, last in released(store, organisation, device, epoch):
        here = {entry.seq for entry in walk(store, organisation, device, epoch, first, last)}
        found += holes(first, last, sorted(here | {seq for seq in losses if first <= seq <= last}))
    return found


def behind_gap(held: Iterable[int], lost: Iterable[int], end: int) -> list[int]:
    """What stands beyond a missing number, ascending: entries that are held, and numbers that were declared lost."""
    return sorted({*held, *(seq for seq in lost if seq > end)})


def next_behind(ranges: Sequence[tuple[int, int]], seq: int, known: Iterable[int]) -> int | None:
    """The first known number behind `seq`, when every number from `seq` up to it was released; else None."""
    behind = min((number for number in known if number > seq), default=None)
    reach = seq - 1
    for first, last in ranges:
        if first <= reach + 1:
            reach = max(reach, last)
    return behind if behind is not None and reach >= behind - 1 else None


def contradiction(entries: Iterable[PushedEntry], hash_at: HashAt, entry_at: EntryAt) -> int | None:
    """The base of a fork when late entries (in order, all of released numbers) lead elsewhere than to what stands behind the
    gap; None when they fit, or do not even follow from what stands before it (those are kept aside, they prove nothing)."""
    late: dict[int, str] = {}
    for pushed in entries:
        before = hash_at(pushed.seq - 1) or late.get(pushed.seq - 1)
        if before is None or extend(before, pushed.seq, pushed.body.encode()) != pushed.hash:
            continue
        late[pushed.seq] = pushed.hash
        if not leads_on(pushed.seq, pushed.hash, entry_at):
            base = pushed.seq - 1
            while hash_at(base) is None:
                base -= 1
            return base
    return None


def leads_on(seq: int, chain_hash: str, entry_at: EntryAt) -> bool:
    """Whether the entry behind, if there is one, follows from this hash."""
    behind = entry_at(seq + 1)
    return behind is None or extend(chain_hash, seq + 1, behind.body or b"") == behind.hash


def short_of(missing: Ranges, device: DeviceState, low: int, head: int) -> int:
    """How far a receipt may go for a device that has just sent number `low`, or has it as its head: up to what is still
    missing from there on. It may have more of it, and must keep it until it is here."""
    first = min((first for first, last in missing if last >= low), default=device.seq + 1)
    return min(first - 1, head, device.seq)
