"""What a device makes of an answer beside its pages: what may leave, what it remembers, what it came to. Pure.

Neighbours: `sync/device.py` commits the draft, `sync/replica.py` has the rules of receipts and pages, `sync/outgoing.py` the
way out. Invariant: nothing leaves but by a believed receipt, and no entry before the last page of its answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.local_errors import Code, LocalCode
from schemas.protocol import Receipt
from sync import instants, replica
from sync.device_state import DeviceError
from sync.outgoing import Push
from sync.replica import Draft

POLICY: Final = {
    "gate": "gate_policy", "opening_hidden_ms": "hidden_ms_max", "grace_hours": "grace_hours", "grace_entries": "grace_entries",
    "files_hours": "files_hours",
}  # fmt: skip
"""Fields of `schemas.protocol.Policy` and where a device keeps them."""


@dataclass(frozen=True)
class Received:
    """What an answer came to. `again`: there is more to send or to fetch; `trouble`: what a person should know although the
    exchange went well; `wipe`: this device may no longer take part; `missed_again`: files the server lost after its "done"."""

    receipt: replica.Believed
    proven_moved: bool
    more_pages: bool
    pages_moved: bool
    new_epoch: bool
    missed_again: int
    again: bool
    trouble: Code | None
    wipe: bool


def let_go(draft: Draft, receipt: Receipt, taken: replica.Taken, push: Push, answer: Mapping[str, Any], now_ms: int) -> int:
    """Let entries and files leave as the receipt allows; how many files the server misses although it had said "done"."""
    if taken.believed not in ("yes", "set_back"):
        return 0
    if not any(page["more"] for page in answer["pages"]):
        replica.release(draft)
    missed = replica.release_files(draft, receipt, push.finished)
    draft.changes.receipt = (receipt.n, answer["receipt"])
    if receipt.n == draft.rows.seq and all(row.state == "rejected" for row in draft.file_rows()):
        draft.changes.meta |= {"full_upload_at": answer["at"], "clear": [receipt.n, now_ms]}
    return missed


def note_answer(draft: Draft, device: Any, answer: Mapping[str, Any], now_ms: int) -> None:
    """Remember when the server was heard, by how much the clocks differ, and how the organisation wants its gate."""
    meta = draft.changes.meta
    meta["heard_at"] = instants.to_text(now_ms)
    meta["skew_ms"] = now_ms - instants.to_ms(answer["at"])
    policy = answer.get("policy") or {}
    for said, name in POLICY.items():
        if policy.get(said, getattr(device, name)) != getattr(device, name):
            meta[name] = policy[said]
    if device.failed:
        meta["failed"] = False


def check_answer(answer: Mapping[str, Any]) -> None:
    """The parts of an answer a device cannot do without; unknown fields are left alone. DeviceError `answer_unreadable`."""
    whole = (
        isinstance(answer, Mapping) and isinstance(answer.get("receipt"), str) and isinstance(answer.get("outcomes"), list)
        and isinstance(answer.get("pages"), list) and isinstance(answer.get("at"), str)
    )  # fmt: skip
    if not whole:
        raise DeviceError(LocalCode.ANSWER_UNREADABLE)
