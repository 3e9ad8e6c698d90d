"""The rows of uploads: who sends what, how far along, what came of it. Runs inside the store's transaction.

Neighbours: `server/http/blobs.py`, `finish.py`. Invariants: a device sees its own uploads only; open
uploads and bytes that no entry declared are bounded per device.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlmodel import SQLModel

from schemas import limits
from schemas.errors import ErrorCode
from server.blobs.tables import Upload
from server.storage.statements import DEVICE

_ROW = SQLModel.metadata.tables[Upload.__tablename__]
IDLE_MS = limits.UPLOAD_IDLE_HOURS_MAX * 3600 * 1000
_CLEANED_AT_ONCE = 500


@dataclass(frozen=True)
class UploadRow:
    """One upload as stored."""

    id: str
    organisation: str
    device: str
    sha256: str
    size: int
    type: str
    declared: bool
    state: str
    code: str | None
    created_at: int
    touched_at: int


def find(connection: Connection, organisation: str, device: str, upload: str) -> UploadRow | None:
    """The device's own upload of that id."""
    row = connection.execute(
        select(_ROW).where(_ROW.c.id == upload, _ROW.c.organisation == organisation, _ROW.c.device == device)
    ).first()
    return None if row is None else UploadRow(*row)


def open_one(connection: Connection, organisation: str, device: str, sha256: str, size: int) -> UploadRow | None:
    """The device's open upload of the same file: creating it again goes on with that one."""
    row = connection.execute(
        select(_ROW).where(
            _ROW.c.organisation == organisation,
            _ROW.c.device == device,
            _ROW.c.sha256 == sha256,
            _ROW.c.size == size,
            _ROW.c.state == "open",
        )
    ).first()
    return None if row is None else UploadRow(*row)


def one_at_a_time(connection: Connection, organisation: str, device: str) -> None:
    """Let nobody else begin an upload of this device before the commit: what is open is counted below."""
    connection.execute(select(DEVICE.c.id).where(DEVICE.c.organisation == organisation, DEVICE.c.id == device).with_for_update())


def no_room(connection: Connection, row: UploadRow) -> ErrorCode | None:
    """Why the device may not open this one as well, or None."""
    mine = (_ROW.c.organisation == row.organisation) & (_ROW.c.device == row.device)
    open_now = connection.execute(select(func.count()).where(mine, _ROW.c.state == "open")).scalar_one()
    if open_now >= limits.UPLOADS_OPEN_PER_DEVICE_MAX:
        return ErrorCode.UPLOADS_TOO_MANY
    if not row.declared:
        loose = select(func.coalesce(func.sum(_ROW.c.size), 0)).where(mine, _ROW.c.declared.is_(False))
        if connection.execute(loose).scalar_one() + row.size > limits.UNDECLARED_BYTES_PER_DEVICE_MAX:
            return ErrorCode.UPLOADS_TOO_MANY
    return None


def add(connection: Connection, row: UploadRow) -> None:
    """A new upload."""
    connection.execute(insert(_ROW).values(**row.__dict__))


def settle(connection: Connection, upload: str, state: str, code: str | None, now_ms: int) -> None:
    """What came of an upload: done or rejected."""
    connection.execute(update(_ROW).where(_ROW.c.id == upload).values(state=state, code=code, touched_at=now_ms))


def touch(connection: Connection, upload: str, now_ms: int) -> None:
    """The upload is not idle."""
    connection.execute(update(_ROW).where(_ROW.c.id == upload).values(touched_at=now_ms))


def drop(connection: Connection, upload: str) -> None:
    """Forget an upload."""
    connection.execute(delete(_ROW).where(_ROW.c.id == upload))


def unfinished(connection: Connection, limit: int) -> list[UploadRow]:
    """Open uploads, oldest first."""
    rows = connection.execute(select(_ROW).where(_ROW.c.state == "open").order_by(_ROW.c.id).limit(limit))
    return [UploadRow(*row) for row in rows]


def take_idle(connection: Connection, now_ms: int) -> list[str]:
    """Forget uploads nobody has touched for UPLOAD_IDLE_HOURS_MAX; returns their ids, whose files may go."""
    idle = select(_ROW.c.id).where(_ROW.c.touched_at < now_ms - IDLE_MS).limit(_CLEANED_AT_ONCE)
    found = list(connection.execute(idle).scalars())
    if found:
        connection.execute(delete(_ROW).where(_ROW.c.id.in_(found)))
    return found
