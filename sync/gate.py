"""The upload gate: at an opening, what is unsent goes up before new work begins. Pure.

Neighbours: `sync/device.py` asks at every opening and after every change; `field_app/src/core/gate.ts` is the same. Invariant:
"clear" is the device's own finding — a verified receipt covers its head and none of its files is awaited — never the server's
word alone. What a verified receipt names as held is on the server, too: it counts as unsent until a receipt covers it, but it
does not keep the gate shut.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync.device_state import FileRow, Recorded

_HOUR_MS: Final = 3_600_000
_COUNTING: Final = frozenset({"stock_take.count", "stock_take.uncount", "stock_take.close"})
"""What goes on with a stock-take already begun."""


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


@dataclass(frozen=True)
class Rule:
    """What shuts the gate: the policy, and under `records` after how many hours a file does, too. `now_ms`: by the device."""

    policy: str
    files_hours: int
    now_ms: int


@dataclass(frozen=True)
class Since:
    """What has come since the last full upload, the entry about to be written included."""

    entries: int
    ms: int


def holds(rule: Rule, entries: Iterable[Recorded], files: Iterable[FileRow]) -> bool:
    """Whether something is left that the policy wants up before new work."""
    rows = list(entries)
    held = {row.seq for row in rows if row.held}
    awaited = [row for row in files if not (row.state == "done" and row.seq in held)]
    if rule.policy == "records":
        late = rule.now_ms - rule.files_hours * _HOUR_MS if rule.files_hours else None
        awaited = [row for row in awaited if late is not None and row.at_ms < late]
    left = unsent_of([row for row in rows if not row.held], awaited)
    return left.entries > 0 or left.files > 0


def grace(policy: str, hours: int, entries: int, since: Since) -> bool:
    """Whether new work may go on although the gate is shut, as the policy allows it after a failed attempt. A clock set back says
    nothing of how long it was: the safe reading is "long"."""
    return policy == "grace" and since.entries <= entries and 0 <= since.ms <= hours * _HOUR_MS


def is_opening(hidden_since_ms: int | None, now_ms: int, hidden_ms_max: int) -> bool:
    """Whether a return counts as an opening. A clock set back while hidden says nothing: the safe reading is "long"."""
    return hidden_since_ms is not None and (now_ms - hidden_since_ms > hidden_ms_max or now_ms < hidden_since_ms)


def allowed_when_shut(action: str, args: Mapping[str, Any]) -> bool:
    """What may be recorded while the gate is shut: whatever belongs to a handover or a stock-take already begun."""
    if action in _COUNTING:
        return True
    return action != "handover.start" and "handover_id" in args
