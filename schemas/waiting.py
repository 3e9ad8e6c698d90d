"""What the office reads of entries that did not take effect: those a manager may decide over, and those that are only kept.

Neighbours: `server/http/waiting.py`, `server/waiting.py`. Nothing here is part of an exchange.
"""

from typing import Any, Literal

from pydantic import Field

from schemas.errors import ErrorCode
from schemas.ids import Uuid
from schemas.protocol import Wire

WaitingWhich = Literal["decide", "kept"]
"""decide: a manager's word settles it. kept: nobody's does; the server retries it, somebody has looked at it, or it is kept."""


class WaitingDecision(Wire):
    """Who looked at a refused entry and left it refused, when, and why."""

    by: Uuid
    at: str
    reason: str


class WaitingEntry(Wire):
    """One entry without effect. What its body says of itself is null where it cannot be read. `args`: what it would do, for
    whoever decides over it; null when that is longer than WAITING_ARGS_CHARS_MAX.

    `waits_for`: the entry it needs; `needed` is the state of that one, null where nobody here knows it. `conflict`: the record
    that shows it beside what had been changed. `may_ratify`, `may_reject`: whether `entry.ratify`, `entry.reject` take it.
    """

    device: Uuid
    epoch: int
    seq: int
    id: str | None
    action: str | None
    actor: str | None
    at: str | None
    zone: str | None
    received_at: str
    args: dict[str, Any] | None = None
    state: Literal["parked", "refused"]
    code: ErrorCode | None
    detail: dict[str, Any] = Field(default_factory=dict)
    waits_for: str | None = None
    needed: str | None = None
    conflict: str | None = None
    may_ratify: bool
    may_reject: bool
    rejected: WaitingDecision | None = None


class WaitingPage(Wire):
    """GET /api/v1/waiting?which=…&after=…: by device and version of the outcome. `next` asks for what follows; a page may hold
    nothing and yet have one, since only so much is looked through at once."""

    entries: list[WaitingEntry]
    next: str | None = None
