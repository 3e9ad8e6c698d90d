"""Readings of evidence: who opened what, remembered without making whoever reads wait.

Neighbours: the routes that show evidence call `note`; `catchup.py` writes what has gathered, soon and before the trail is shown.
Invariants: bounded, and when full whoever reads waits rather than goes unnoted · nothing personal: ids and hashes.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from sqlalchemy import insert
from sqlmodel import SQLModel

from schemas.limits import READS_WAITING_MAX
from schemas.trail import ReadWhat
from server.auth.sessions import DevicePrincipal, Principal
from server.settings import Clock
from server.storage.database import Database
from server.storage.store import SqlStore
from server.trail.tables import EvidenceReadRow

READ: Final = SQLModel.metadata.tables[EvidenceReadRow.__tablename__]
_ADD: Final = insert(READ)


@dataclass
class Reads:
    """What was read and is not written yet, oldest first."""

    waiting: deque[dict[str, Any]] = field(default_factory=deque)


class Rooms(Protocol):
    """The parts of `server.http.context.House` this module needs."""

    database: Database
    reads: Reads

    @property
    def clock(self) -> Clock:
        """Milliseconds since 1970."""

    def new_id(self) -> str:
        """A fresh UUIDv7."""


async def note(
    house: Rooms, reader: Principal, what: ReadWhat, kind: str = "", record: str = "", sha256: str = ""
) -> None:  # fmt: skip
    """Remember one reading. A shared device stands for itself: nobody proved who held it."""
    if len(house.reads.waiting) >= READS_WAITING_MAX:
        await write(house)
    device = reader.device if isinstance(reader, DevicePrincipal) else ""
    house.reads.waiting.append(
        {
            "organisation": reader.organisation, "id": house.new_id(), "at_ms": house.clock(), "actor": reader.person or "",
            "device": device, "what": what, "kind": kind, "record": record, "sha256": sha256,
        }
    )  # fmt: skip


async def write(house: Rooms) -> int:
    """Write what has gathered; returns how many. What cannot be written waits on."""
    rows = [house.reads.waiting.popleft() for _ in range(len(house.reads.waiting))]
    if not rows:
        return 0

    def job(store: SqlStore) -> None:
        store.connection.execute(_ADD, rows)

    try:
        await house.database.write(job)
    except BaseException:
        house.reads.waiting.extendleft(reversed(rows))
        raise
    return len(rows)
