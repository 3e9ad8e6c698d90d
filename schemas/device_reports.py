"""What the office reads of a device that is shut out or lost: its quarantine, and what is presumed missing with it.

Neighbours: `server/http/quarantine.py`, `protocol.py`. Nothing here is part of an exchange.
"""

from typing import Any, Literal

from pydantic import Field

from schemas.errors import ErrorCode
from schemas.ids import Sha256, Uuid
from schemas.protocol import Pending, ProofBlob, Wire
from schemas.records.devices import OutcomeState

AsideReason = Literal["revoked", "old_epoch", "damaged", "former"]
AsideState = Literal["waiting", "admitted", "dismissed"]


class AsideDecision(Wire):
    """Who decided over an entry kept aside, when and why, and by which entry; `annex` once it is admitted."""

    by: Uuid
    at: str
    reason: str
    entry: Uuid
    annex: int | None = None


class AsideOutcome(Wire):
    """What became of an entry that was admitted."""

    state: OutcomeState
    code: ErrorCode | None = None


class AsideEntry(Wire):
    """One entry kept aside. What its body says of itself is null where it cannot be read; `size` counts the body's bytes.

    `erased`: its private parts are no more.
    """

    epoch: int
    seq: int
    hash: Sha256
    reason: AsideReason
    received_at: str
    skew_ms: int | None
    size: int
    id: str | None = None
    action: str | None = None
    actor: str | None = None
    at: str | None = None
    zone: str | None = None
    blobs: int = 0
    private: int = 0
    erased: bool = False
    state: AsideState
    decision: AsideDecision | None = None
    outcome: AsideOutcome | None = None


class AsidePage(Wire):
    """GET /api/v1/devices/{device}/quarantine?after=…: by epoch, number and hash; `next` asks for what follows."""

    device: Uuid
    waiting: int
    entries: list[AsideEntry]
    next: str | None = None


class AsidePrivate(Wire):
    """A private part: its size without the salt, and its text when it is one and short enough to read."""

    size: int
    text: str | None = None


class AsideBody(Wire):
    """GET /api/v1/devices/{device}/quarantine/{epoch}/{seq}/{hash}: the exact body, and its private parts for whoever may read
    them (null for everybody else)."""

    entry: AsideEntry
    body: str
    private: list[AsidePrivate] | None = None


class LostWord(Wire):
    """That a device is lost: who said so, when, why, by which entry; what it had proven and announced at that moment; `back_at`
    once it has spoken again."""

    by: Uuid
    at: str
    reason: str
    entry: Uuid
    epoch: int
    proven_seq: int
    pending: Pending
    seen_at: str | None = None
    back_at: str | None = None


class AssignedHandover(Wire):
    """A handover begun on the device and not finished, as far as the server knows."""

    id: Uuid
    type: str
    asset_id: Uuid
    rental_id: Uuid | None
    started_at: str


class AssignedTask(Wire):
    """Open work of the device's person, or of its depot when it is shared."""

    id: Uuid
    type: str
    asset_id: Uuid
    rental_id: Uuid | None
    due_at: str
    assignee_id: Uuid | None


class AwaitedFile(ProofBlob):
    """A file that an entry of the device declared and that never came; `records` answer for it."""

    records: list[tuple[str, str]] = Field(default_factory=list)


class DeviceReport(Wire):
    """GET /api/v1/devices/{device}/report, computed from what is stored at `at`.

    Numbers up to `proven_seq` are here. `announced` is what the device said it still had when it was last heard (before it was
    reported lost); `presumed_missing` are the announced numbers that have not come since, by any way: `arrived` have. `final` is
    false once the device has spoken again: what is missing is on its way, not lost.
    """

    device: Uuid
    at: str
    state: str
    lost: LostWord | None
    epoch: int
    proven_seq: int
    proven_hash: Sha256
    proven_at: str | None
    seen_at: str | None
    announced: Pending
    announced_last_seq: int
    presumed_missing: list[tuple[int, int]]
    presumed_missing_count: int
    arrived: int
    aside_waiting: int
    declared_lost: list[int]
    files: list[AwaitedFile]
    files_count: int
    handovers: list[AssignedHandover]
    tasks: list[AssignedTask]
    tasks_count: int
    final: bool


def lost_word(data: dict[str, Any]) -> LostWord | None:
    """What a device's record says of its loss; None when it was never reported."""
    return LostWord.model_validate(data) if data else None
