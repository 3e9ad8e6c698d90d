"""Annexes: where what a manager admits from quarantine lies in its device's journal, under its own number and hash. Pure.

An annex is a run of admitted entries, one number after the other, under an epoch number below zero. It starts from the hash its
first entry follows from: of the journal, of another annex, or of an entry that still lies aside. So nothing is chained anew, the
end of the journal does not move, and every hash can be recomputed from bytes that are here. Neighbours:
`server/domain/quarantine.py` decides, `judge.py` judges, `server/proof.py` verifies. Invariants: an entry lies in one annex at
most · where an entry goes depends on stored bytes alone · where nobody knows what an entry follows from, its annex starts from ''
and its hash is taken as given.
"""

import json
from base64 import b64decode
from collections.abc import Sequence
from typing import Any, Final

from sync.aside import DAMAGED
from sync.journal import extend
from sync.store import JournalEntry, KeptAside, Store

UNKNOWN_START: Final = ""
Placed = list[tuple[KeptAside, JournalEntry]]


def is_annex(epoch: int) -> bool:
    """Whether an epoch of a journal is an annex."""
    return epoch < 0


def place(store: Store, organisation: str, device: str, kept: Sequence[KeptAside]) -> Placed:
    """Put entries that are kept aside into annexes, in the order they were written; each with what is stored of it now, not
    judged. The caller writes the decisions down, naming the annex."""
    done: Placed = []
    for one in sorted(kept, key=lambda one: (one.epoch, one.seq, one.hash)):
        pushed = json.loads(one.body)
        body = pushed["body"].encode()
        annex = _annex_for(store, organisation, device, one, body, done)
        entry = JournalEntry(organisation, device, annex, one.seq, one.hash, body, one.at_ms, one.skew_ms, state="quarantined")
        store.add_entry(entry, _parts(pushed, body))
        done.append((one, entry))
    return done


def _annex_for(store: Store, organisation: str, device: str, kept: KeptAside, body: bytes, done: Placed) -> int:
    """The annex whose end this entry follows from, else a new one."""
    for before, annex in _before(store, organisation, device, kept, done):
        if extend(before, kept.seq, body) != kept.hash:
            continue
        if annex is not None and store.entry_at(organisation, device, annex, kept.seq) is None:
            return annex
        return _begin(store, organisation, device, kept.seq - 1, before)
    return _begin(store, organisation, device, kept.seq - 1, UNKNOWN_START)


def _before(store: Store, organisation: str, device: str, kept: KeptAside, done: Placed) -> list[tuple[str, int | None]]:
    """Hashes that are known at the number before, each with the annex it lies in."""
    seq = kept.seq - 1
    found: list[tuple[str, int | None]] = [
        (one.hash, entry.epoch) for one, entry in done if (one.epoch, one.seq) == (kept.epoch, seq)
    ]
    stored = store.entry_at(organisation, device, kept.epoch, seq) if seq else None
    if stored is not None:
        found.append((stored.hash, None))
    lost = store.losses(organisation, device, kept.epoch).get(seq)
    if lost is not None:
        found.append((lost, None))
    found += [(start, None) for epoch, base, start in store.epochs(organisation, device) if (epoch, base) == (kept.epoch, seq)]
    aside = store.aside_at(organisation, device, kept.epoch, seq)
    return found + [(one.hash, one.decision.get("annex")) for one in aside if one.reason != DAMAGED]


def _begin(store: Store, organisation: str, device: str, base: int, start: str) -> int:
    annex = min([0, *(epoch for epoch, _, _ in store.epochs(organisation, device))]) - 1
    store.add_epoch(organisation, device, annex, base, start)
    return annex


def _parts(pushed: dict[str, Any], body: bytes) -> list[bytes | None]:
    """The private parts as they came; erased ones, as many as the body names."""
    if pushed.get("erased"):
        return [None] * _named(body)
    parts: list[bytes | None] = []
    for part in pushed["private"]:
        try:
            parts.append(b64decode(part, validate=True))
        except ValueError:
            parts.append(b"")
    return parts


def _named(body: bytes) -> int:
    """How many private parts a body names; none when it cannot be read."""
    try:
        return len(json.loads(body)["private"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0
