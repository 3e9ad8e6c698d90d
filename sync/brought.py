"""What comes in a device's export file instead of its own request: the same way through the engine, all of it or nothing. Pure.

Neighbours: `engine.py`, `server/imports/take.py`. Invariants: a file never makes a fork, never says that its device was seen,
gives no receipt · whatever was here before is a repeat.
"""

from collections import Counter
from typing import Final

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import Clock, Head, PushedEntry, SyncRequest
from sync import instants
from sync.aside import DAMAGED
from sync.engine import Engine, _Push
from sync.incidents import Incidents
from sync.judge import Judge
from sync.pushed import Brought, PushRefused
from sync.store import DeviceState, Store
from sync.unit import Touched

_UNSIGNED: Final = "A" * 86
"""The form of a signature; nothing verifies it here."""


def bring(
    engine: Engine,
    store: Store,
    organisation: str,
    device_id: str,
    end: tuple[int, int, str],
    entries: list[PushedEntry],
    by: str,
    now_ms: int,
) -> Brought:
    """Take in what a device's export file holds, as if it had pushed it: `end` is the file's (epoch, number, hash), `by` the
    person who answers for it in the place of the device's signature. All of it, or PushRefused."""
    judge = Judge(
        store, organisation, engine.handlers, store.lock_organisation(organisation), Touched(), engine.on_fault,
        vocabulary=engine.vocabulary,
    )  # fmt: skip
    device = store.device(organisation, device_id)
    if device is None:
        raise PushRefused(ErrorCode.DEVICE_UNKNOWN)
    epoch, seq, chain_hash = end
    if epoch > device.epoch:
        raise PushRefused(ErrorCode.EPOCH_UNKNOWN, epoch=epoch, known=device.epoch)
    known = [store.entry_at(organisation, device_id, epoch, entry.seq) is not None for entry in entries]
    states: dict[int, str] = {}
    for first in range(0, len(entries), limits.PUSH_ENTRIES_MAX):
        some = entries[first : first + limits.PUSH_ENTRIES_MAX]
        head = Head(epoch=epoch, seq=seq, hash=chain_hash, signature=_UNSIGNED)
        clock = Clock(wall=instants.to_text(now_ms), mono=0, boot="")
        request = SyncRequest(protocol=1, app="", device=device_id, head=head, entries=some, clock=clock)
        pushed = _Push(engine, judge, device, request, now_ms, True, by=by).run()
        if missed := [entry.seq for entry in some if not _is_here(store, device, epoch, entry)]:
            raise PushRefused(ErrorCode.IMPORT_CONTRADICTS, seq=missed[0])
        states |= {outcome.seq: outcome.state for outcome in pushed.outcomes}
    new = [entry.seq for entry, was in zip(entries, known, strict=True) if not was]
    if new:
        incidents = Incidents(judge, device, now_ms)
        incidents.open("imported", f"{epoch}/{seq}", {"by": by, "epoch": epoch, "seq": seq, "entries": len(new)})
        incidents.proven()
    store.put_device(device)
    engine.go_on(judge)
    store.set_organisation_version(organisation, judge.version)
    for entry in entries:  # what waited for another, or was held, may have been judged since
        stored = store.entry_at(organisation, device_id, epoch, entry.seq)
        states[entry.seq] = stored.state if stored is not None else states[entry.seq]
    counts = Counter(states[entry.seq] for entry in entries)
    return Brought(len(new), dict(sorted(counts.items())), judge.touched, tuple(judge.erased))


def _is_here(store: Store, device: DeviceState, epoch: int, entry: PushedEntry) -> bool:
    """Whether this very entry is stored, or kept aside as a whole; what became of it does not matter."""
    stored = store.entry_at(device.organisation, device.id, epoch, entry.seq)
    if stored is not None:
        return stored.hash == entry.hash
    aside = store.aside_at(device.organisation, device.id, epoch, entry.seq)
    return any(one.hash == entry.hash and one.reason != DAMAGED for one in aside)
