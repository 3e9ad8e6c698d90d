"""Lock-out that survives restarts: so many tries, then a wait that doubles with every further one.

Neighbours: `server/http/people.py` for logins and PINs. Invariants: a try is counted *before* the secret is
looked at, so a hundred tries at once are counted as a hundred; a success takes its own try back; keys
unused for a day are forgotten.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlmodel import SQLModel

from server.auth.tables import Throttle

_FORGET_MS: Final = 24 * 3600 * 1000
_ROW = SQLModel.metadata.tables[Throttle.__tablename__]
_BEGIN: Final = text(
    "INSERT INTO throttle (key, tries, wait_until, updated_at) VALUES (:key, 0, 0, :now) ON CONFLICT (key) DO NOTHING"
)
_LOCKED: Final = select(_ROW.c.tries, _ROW.c.wait_until, _ROW.c.updated_at).where(_ROW.c.key == bindparam("of")).with_for_update()


@dataclass(frozen=True)
class Patience:
    """How many tries are free, and how long to wait after them (seconds, doubling up to the most)."""

    tries: int
    wait_s: int
    wait_s_max: int


def take_try(connection: Connection, key: str, patience: Patience, now_ms: int) -> int:
    """Count one try. Returns the seconds still to wait: 0 means go ahead, else the try was not counted."""
    connection.execute(_BEGIN, {"key": key, "now": now_ms})  # so that there is a row to lock: tries at once are counted in turn
    row = connection.execute(_LOCKED, {"of": key}).one()
    if row.wait_until > now_ms:
        return -((now_ms - int(row.wait_until)) // 1000)
    before = 0 if row.updated_at < now_ms - _FORGET_MS else int(row.tries)
    tries = before + 1
    wait_until = 0
    if tries >= patience.tries:
        seconds = min(patience.wait_s << min(tries - patience.tries, 30), patience.wait_s_max)
        wait_until = now_ms + seconds * 1000
    values = {"tries": tries, "wait_until": wait_until, "updated_at": now_ms}
    connection.execute(update(_ROW).where(_ROW.c.key == key).values(**values))
    return 0


def clear(connection: Connection, key: str) -> None:
    """The secret was right: the key starts from nothing."""
    connection.execute(delete(_ROW).where(_ROW.c.key == key))


def give_back(connection: Connection, key: str) -> None:
    """The secret was right, but the key is shared (an address): only this try is taken back."""
    row = connection.execute(_LOCKED, {"of": key}).first()
    if row is None:
        return
    if row.tries <= 1:
        clear(connection, key)
    else:
        connection.execute(update(_ROW).where(_ROW.c.key == key).values(tries=row.tries - 1, wait_until=0))


def forget_old(connection: Connection, now_ms: int) -> None:
    """Drop keys nobody has tried for a day."""
    connection.execute(delete(_ROW).where(_ROW.c.updated_at < now_ms - _FORGET_MS, _ROW.c.wait_until < now_ms))
