"""The upload gate: at an opening, what is unsent goes up before new work begins. Pure.

Neighbours: `sync/device.py` asks at every opening and after every change; `field_app/src/core/gate.ts` is the same. Invariant:
"clear" is the device's own finding — a verified receipt covers its head and none of its files is awaited — never the server's
word alone. What a verified receipt names as held is on the server, too: it counts as unsent until a receipt covers it, but it
does not keep the gate shut.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.device_state import FileRow, Recorded


@dataclass(frozen=True)
class Unsent:
    """What no believed receipt covers. A file the server examined and rejected is no longer awaited."""

    entries: int
    files: int
    bytes: int


def unsent_of(entries: Iterable[Recorded], files: Iterable[FileRow]) -> Unsent:
    """What is not proven: bytes of bodies, and of what is still to send of files."""
    open_entries = [row for row in entries if not row.proven]
    open_files = [row for row in files if row.state != "rejected"]
    size = sum(len(row.body) for row in open_entries) + sum(max(0, row.size - row.sent) for row in open_files)
    return Unsent(len(open_entries), len(open_files), size)


def holds(policy: str, entries: Iterable[Recorded], files: Iterable[FileRow]) -> bool:
    """Whether something is left that the policy wants up before new work."""
    rows = list(entries)
    held = {row.seq for row in rows if row.held}
    awaited = [row for row in files if not (row.state == "done" and row.seq in held)]
    left = unsent_of([row for row in rows if not row.held], awaited)
    return left.entries > 0 or (policy != "records" and left.files > 0)


def is_opening(hidden_since_ms: int | None, now_ms: int, hidden_ms_max: int) -> bool:
    """Whether a return counts as an opening. A clock set back while hidden says nothing: the safe reading is "long"."""
    return hidden_since_ms is not None and (now_ms - hidden_since_ms > hidden_ms_max or now_ms < hidden_since_ms)


def allowed_when_shut(action: str, args: Mapping[str, Any]) -> bool:
    """What may be recorded while the gate is shut: whatever belongs to a handover already begun."""
    return action != "handover.start" and "handover_id" in args
