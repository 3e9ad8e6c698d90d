"""What a push, or a file brought in its stead, came to. Neighbours: `engine.py`."""

from dataclasses import dataclass, field
from typing import Any

from schemas.errors import ErrorCode
from schemas.protocol import Command, NewEpoch, Outcome
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
    the disk now."""

    receipt: str
    outcomes: list[Outcome]
    upload_clear: bool
    commands: list[Command] = field(default_factory=list)
    new_epoch: NewEpoch | None = None
    touched: Touched = field(default_factory=Touched)
    erased: tuple[str, ...] = ()
    may_pull: bool = True


@dataclass(frozen=True)
class Retried:
    """What judging again came to: how many entries, and behind which place more may stand; `last` None: none do."""

    entries: int
    touched: Touched
    last: Age | None


@dataclass
class Brought:
    """What an imported file came to; `new`: entries that were not here before; `states`: outcome → how many of all of them."""

    new: int
    states: dict[str, int]
    touched: Touched
    erased: tuple[str, ...]
