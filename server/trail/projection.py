"""The journal written into the trail, a bounded piece at a time, outside everybody's transaction.

How it finds what is new: each epoch of a device's journal grows at its end alone and is judged in order, so the place reached in
each of them (`trail_place`) says what is still to be written; where the end went over numbers that are not there, they are
remembered (`trail_hole`) and looked for again, as is what has no effect yet. Neighbours: `catchup.py` runs it; `about.py`
reads an entry. Invariants: an entry that is judged comes into the trail whoever wrote it, in whatever process · writing a piece
twice, or an older one after a newer, does no harm · a place moves on in the transaction that writes what lies before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, text
from sqlmodel import SQLModel

from schemas import limits
from server.storage import statements as sql
from server.storage.store import SqlStore
from server.trail.about import Said, fields_in, said_by
from server.trail.tables import TrailFieldRow, TrailHoleRow, TrailPlaceRow, TrailRow, TrailSubjectRow
from sync import instants
from sync.journal import holes
from sync.store import JournalEntry

T: Final = SQLModel.metadata.tables
PLACE, HOLE = T[TrailPlaceRow.__tablename__], T[TrailHoleRow.__tablename__]
LINE, SUBJECT, FIELD = (T[row.__tablename__] for row in (TrailRow, TrailSubjectRow, TrailFieldRow))
_MAY_COME: Final = ("parked", "refused")
"""What has no effect yet: what it waits for may turn up, or a manager ratify it."""
Epoch = tuple[str, int]
"""(device, epoch)."""

_END: Final = (
    select(func.max(sql.JOURNAL.c.seq))
    .where(*(sql.JOURNAL.c[name] == sql.EPOCH.c[name] for name in ("organisation", "device", "epoch")))
    .scalar_subquery()
)
_ENDS: Final = (
    select(sql.EPOCH.c.device, sql.EPOCH.c.epoch, sql.EPOCH.c.base_seq, PLACE.c.seq.label("place"), _END.label("end"))
    .outerjoin(
        PLACE,
        (PLACE.c.organisation == sql.EPOCH.c.organisation)
        & (PLACE.c.device == sql.EPOCH.c.device)
        & (PLACE.c.epoch == sql.EPOCH.c.epoch),
    )
    .where(sql.EPOCH.c.organisation == bindparam("organisation"))
    .order_by(sql.EPOCH.c.device, sql.EPOCH.c.epoch)
)
_TURNED_UP: Final = (
    select(HOLE.c.device, HOLE.c.epoch, HOLE.c.first, HOLE.c.last, sql.JOURNAL.c.seq)
    .join(
        sql.JOURNAL,
        (sql.JOURNAL.c.organisation == HOLE.c.organisation)
        & (sql.JOURNAL.c.device == HOLE.c.device)
        & (sql.JOURNAL.c.epoch == HOLE.c.epoch)
        & (sql.JOURNAL.c.seq >= HOLE.c.first)
        & (sql.JOURNAL.c.seq <= HOLE.c.last),
    )
    .where(HOLE.c.organisation == bindparam("organisation"), sql.JOURNAL.c.state.not_in([*_MAY_COME, "held"]))
    .order_by(HOLE.c.device, HOLE.c.epoch, HOLE.c.first, sql.JOURNAL.c.seq)
    .limit(bindparam("limit"))
)
_PUT_LINE: Final = sql.upsert(LINE)
_PUT_SUBJECT: Final = sql.upsert(SUBJECT)
_PUT_FIELD: Final = sql.upsert(FIELD)
_PUT_HOLE: Final = sql.upsert(HOLE)
_DROP_HOLE: Final = delete(HOLE).where(
    HOLE.c.organisation == bindparam("of"), HOLE.c.device == bindparam("from_device"), HOLE.c.epoch == bindparam("in_epoch"),
    HOLE.c.first == bindparam("from_seq"),
)  # fmt: skip
_RAISE_PLACE: Final = text(
    "INSERT INTO trail_place (organisation, device, epoch, seq) VALUES (:organisation, :device, :epoch, :seq) "
    "ON CONFLICT (organisation, device, epoch) DO UPDATE SET seq = excluded.seq WHERE trail_place.seq < excluded.seq"
)


@dataclass
class Piece:
    """What one look at the journal found: rows to write, places to move to, holes to remember and to forget. `more`: it found
    as much as fits."""

    organisation: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    subjects: list[dict[str, Any]] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    places: dict[Epoch, int] = field(default_factory=dict)
    holes: list[tuple[Epoch, int, int]] = field(default_factory=list)
    filled: list[tuple[Epoch, int]] = field(default_factory=list)
    more: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.lines and not self.places


def gather(store: SqlStore, organisation: str, limit: int = limits.TRAIL_PIECE_ENTRIES_MAX) -> Piece:
    """What is in the journal and not yet in the trail, at most `limit` entries of it. Reads alone."""
    piece = Piece(organisation)
    _look_into_holes(store, piece, limit)
    for row in store.connection.execute(_ENDS, {"organisation": organisation}):
        done = max(row.base_seq, 0) if row.place is None else row.place
        if row.end is None or row.end <= done:
            continue
        room = limit - len(piece.lines)
        if room <= 0:
            piece.more = True
            break
        found = store.entries(organisation, row.device, row.epoch, done + 1, limits.SEQ_MAX, room)
        piece.more |= len(found) == room
        for entry in found:
            if entry.state in ("held", "quarantined"):
                break
            if entry.seq > done + 1:
                piece.holes.append(((row.device, row.epoch), done + 1, entry.seq - 1))
            _take(store, piece, entry)
            done = piece.places[(row.device, row.epoch)] = entry.seq
    return piece


def write(piece: Piece, store: SqlStore) -> None:
    """Write a piece. The order of rows is the same in every process, so that none waits for another in a ring."""
    organisation, connection = piece.organisation, store.connection

    def put(statement: Any, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            connection.execute(statement, rows)

    for (device, epoch), first in piece.filled:
        connection.execute(_DROP_HOLE, {"of": organisation, "from_device": device, "in_epoch": epoch, "from_seq": first})
    put(_PUT_LINE, piece.lines)
    put(_PUT_SUBJECT, piece.subjects)
    put(_PUT_FIELD, piece.fields)
    put(
        _PUT_HOLE,
        [
            {"organisation": organisation, "device": device, "epoch": epoch, "first": first, "last": last}
            for (device, epoch), first, last in piece.holes
        ],
    )
    put(
        _RAISE_PLACE,
        [
            {"organisation": organisation, "device": device, "epoch": epoch, "seq": seq}
            for (device, epoch), seq in piece.places.items()
        ],
    )


def _look_into_holes(store: SqlStore, piece: Piece, limit: int) -> None:
    """Numbers that were missing, or could not be judged, and are there now."""
    asked = {"organisation": piece.organisation, "limit": limit}
    found: dict[tuple[Epoch, int, int], list[int]] = {}
    for row in store.connection.execute(_TURNED_UP, asked):
        found.setdefault(((row.device, row.epoch), row.first, row.last), []).append(row.seq)
    for (epoch, first, last), seqs in found.items():
        piece.filled.append((epoch, first))
        piece.holes += [(epoch, start, end) for start, end in holes(first, last, seqs)]
        for seq in seqs:
            entry = store.entry_at(piece.organisation, *epoch, seq)
            assert entry is not None, "it was seen in this very snapshot"
            _take(store, piece, entry)
    piece.more |= sum(map(len, found.values())) >= limit


def _take(store: SqlStore, piece: Piece, entry: JournalEntry) -> None:
    said = said_by(entry, lambda kind, record_id: _data(store, piece.organisation, kind, record_id))
    at_ms = entry.received_ms if said.at is None else instants.to_ms(said.at)
    key = {"organisation": piece.organisation, "device": entry.device, "epoch": entry.epoch, "seq": entry.seq, "at_ms": at_ms}
    body = said.body
    piece.lines.append({**key, "actor": body.actor if body else "", "action": body.action if body else entry.action})
    piece.subjects += [
        {**key, "kind": kind, "id": record_id, "near": near} for (kind, record_id), near in sorted(said.subjects.items())
    ]
    _take_fields(piece, entry, said, at_ms)
    if entry.state in _MAY_COME:
        piece.holes.append(((entry.device, entry.epoch), entry.seq, entry.seq))


def _take_fields(piece: Piece, entry: JournalEntry, said: Said, at_ms: int) -> None:
    if entry.version is None or entry.repeat_of:
        return
    place = {"at_ms": at_ms, "device": entry.device, "epoch": entry.epoch, "seq": entry.seq, "version": entry.version}
    for (kind, record_id), written in sorted(said.values.items()):
        key = {"organisation": piece.organisation, "kind": kind, "id": record_id}
        piece.fields += [{**key, **place, "field": name, "item": item or ""} for name, item, _ in fields_in(kind, written)]


def _data(store: SqlStore, organisation: str, kind: str, record_id: str) -> dict[str, Any] | None:
    """A record as it stands, also one that is gone as far as it is remembered."""
    stored = store.record(organisation, kind, record_id)
    return None if stored is None else stored.data
