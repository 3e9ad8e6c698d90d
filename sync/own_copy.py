"""Whether a device's own copy of its entries is still what was written. Pure.

Neighbours: `sync/device.py` asks when it opens a store, and when the server says that it got other bytes; `sync/outgoing.py`
declares what was lost. Invariant: a body that no longer gives its hash is never sent as if it were the entry: its number is
declared lost by the hash that survives apart, and what is left of it goes along for people.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from schemas.errors import ErrorCode
from sync.device_state import Recorded
from sync.journal import extend
from sync.replica import Rows, hash_at

_CHANGED: Final = frozenset({ErrorCode.ENTRY_HASH_MISMATCH.value, ErrorCode.ENTRY_PRIVATE_MISMATCH.value})


def sift(device: Rows, entries: Iterable[Recorded], only: frozenset[int] | None = None) -> tuple[list[Recorded], list[Recorded]]:
    """The entries that are as they were written, and those that are not. `only`: the numbers to look at. What is proven is with
    the server and not looked at; what has no hash before it cannot be."""
    good: list[Recorded] = []
    bad: list[Recorded] = []
    for row in entries:
        before = None if row.proven or (only is not None and row.seq not in only) else hash_at(device, row.seq - 1)
        sound = before is None or extend(before, row.seq, row.body) == row.hash
        (good if sound else bad).append(row)
    return good, bad


def doubted(outcomes: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """Numbers of which the server got other bytes than were written: outcomes without an id, whose number is not consumed."""
    return frozenset(said["seq"] for said in outcomes if said["id"] is None and said.get("code") in _CHANGED)
