"""What a push, or a file brought in its stead, came to. Neighbours: `engine.py`."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import Command, NewEpoch, Outcome, SyncRequest
from sync.store import Age
from sync.unit import Touched


class PushRefused(Exception):
    """The request as a whole is refused: nothing was stored, the device keeps everything."""

    def __init__(self, code: ErrorCode, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass
class Pushed:
    """What a push came to. `touched`: buckets changed, with their version before. `erased`: blobs whose bytes must leave
    the disk now; `dropped`: private parts were erased, no log may hold them any longer (`server/owed.py`)."""

    receipt: str
    outcomes: list[Outcome]
    upload_clear: bool
    commands: list[Command] = field(default_factory=list)
    new_epoch: NewEpoch | None = None
    touched: Touched = field(default_factory=Touched)
    erased: tuple[str, ...] = ()
    dropped: bool = False
    may_pull: bool = True


@dataclass(frozen=True)
class Retried:
    """What judging again came to: how many entries, and behind which place more may stand; `last` None: none do. The rest as in
    `Pushed`: an erasure may be among them."""

    entries: int
    touched: Touched
    last: Age | None
    erased: tuple[str, ...] = ()
    dropped: bool = False


@dataclass(frozen=True)
class Bearer:
    """Who brings what a device has signed in the device's stead, in a file, and how many of its entries were not here before."""

    person: str
    fresh: int


@dataclass(frozen=True)
class Brought:
    """What a piece of an imported file came to; `new`: entries that were not here before. The rest as in `Pushed`."""

    new: int
    touched: Touched
    erased: tuple[str, ...]
    dropped: bool


def check_order(request: SyncRequest) -> None:
    """PushRefused when what a request brings is out of order, beyond its head, or too much at once."""
    head = request.head
    numbers = [entry.seq for entry in request.entries]
    if any(b <= a for a, b in pairwise(numbers)) or (numbers and numbers[-1] > head.seq):
        raise PushRefused(ErrorCode.ENTRY_ORDER)
    lost = [loss.seq for loss in request.lost]
    if any(b <= a for a, b in pairwise(lost)) or (lost and lost[-1] > head.seq) or not set(lost).isdisjoint(numbers):
        raise PushRefused(ErrorCode.ENTRY_ORDER)
    # One entry alone is always taken, however large (the request has a bound of its own): it is parked, not refused,
    # or it would hold up for ever what stands behind it.
    if len(numbers) > 1 and sum(len(entry.body.encode()) for entry in request.entries) > limits.PUSH_BODY_BYTES_MAX * 2:
        raise PushRefused(ErrorCode.BODY_TOO_LARGE)
