"""The next request of a device: every body the server is not known to have, in order and within the bounds of one push. Pure.

Neighbours: `sync/device.py` holds what is sent, `schemas.protocol.SyncRequest` is its shape; `field_app/src/core/sync.ts` builds
the same. Invariants: entries travel as the exact text written; a number without a body is declared lost by its hash, never
skipped in silence, and no push reaches beyond the last it can declare.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from schemas import limits
from schemas.protocol import PROTOCOL_VERSION
from sync import gate, instants
from sync.journal import head_text
from sync.replica import Rows

Reason = Literal["open", "foreground", "save", "poke", "retry", "idle"]


class Sender(Rows, Protocol):
    """What a request says of a device besides its rows; `sync.device.Device` is one."""

    app: str
    boot: str
    hash: str

    @property
    def proven_n(self) -> int:
        """The last number a believed receipt of the present epoch covers."""

    @property
    def sign(self) -> Callable[[bytes], str]:
        """base64url of r ‖ s over a text."""


@dataclass(frozen=True)
class Push:
    """One request and what must be remembered of the moment it was written. `asked`: (epoch, n) proven then; `finished`: files
    the server was done with; `more`: entries remain beyond it; `gap`: a number is missing of which not even the hash is here."""

    request: dict[str, Any]
    asked: tuple[int, int]
    finished: frozenset[str]
    more: bool
    gap: bool


def push_of(device: Sender, now_ms: int, *, reason: Reason, limit: int, bytes_max: int, mono_ms: int) -> Push:
    """The next request. `limit` entries and `bytes_max` bytes of bodies at most; one entry alone always goes."""
    waiting = [row for row in device.outbox if not (row.proven or row.held)]
    entries: list[dict[str, Any]] = []
    size = 0
    for row in waiting[:limit]:
        size += len(row.body) + sum(len(part) * 4 // 3 for part in row.private)
        if entries and size > bytes_max:
            break
        entries.append(row.wire())
    last = device.seq if len(entries) == len(waiting) else entries[-1]["seq"]
    lost, until = _losses(device, last)
    message = head_text(device.organisation, device.id, device.epoch, device.seq, device.hash)
    unsent = gate.unsent_of(device.outbox, device.files.values())
    here = sum(row.seq > device.proven_n for row in device.outbox) + sum(seq > device.proven_n for seq in device.lost)
    gap = here < device.seq - device.proven_n
    request = {
        "protocol": PROTOCOL_VERSION, "app": device.app, "device": device.id,
        "head": {"epoch": device.epoch, "seq": device.seq, "hash": device.hash, "signature": device.sign(message)},
        "entries": [entry for entry in entries if entry["seq"] <= until], "lost": lost, "gap": gap,
        "pending": {
            "entries": unsent.entries, "blobs": sum(not row.over for row in device.files.values()), "bytes": unsent.bytes,
        },
        "cursors": dict(device.cursors), "floors": dict(device.floors), "repairs": list(device.repairs),
        "clock": {"wall": instants.to_text(now_ms), "mono": mono_ms, "boot": device.boot}, "reason": reason,
    }  # fmt: skip
    finished = frozenset(row.sha256 for row in device.files.values() if row.over)
    return Push(request, (device.epoch, device.proven_n), finished, until < device.seq, gap)


def _losses(device: Sender, last: int) -> tuple[list[dict[str, Any]], int]:
    """What is to be declared up to `last`, and up to where this push may then reach: further losses go with the next."""
    wanted = [seq for seq in sorted(device.lost) if device.proven_n < seq <= last]
    lost = [{"seq": seq, "hash": device.lost[seq], **_left_of(device, seq)} for seq in wanted[: limits.LOSSES_MAX]]
    return lost, last if len(wanted) <= limits.LOSSES_MAX else wanted[limits.LOSSES_MAX] - 1


def _left_of(device: Sender, seq: int) -> dict[str, str]:
    """What a damaged store still gives back of a body: kept aside by the server, for people."""
    left = device.damaged.get(seq)
    return {} if left is None else {"body": left[: limits.ENTRY_BODY_BYTES_MAX].decode(errors="replace")}
