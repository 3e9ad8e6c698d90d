"""The trail's questions about many things at once: what entries are about, and who wrote a field before.

Neighbours: `projection.py` fills the tables, `changes.py` and `page.py` ask. Reading only. Invariants: every row is found by a
key, however long a history is · what is asked for travels as one parameter: a statement is always the same text · the same
rows on SQLite and PostgreSQL.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, TextClause, text
from sqlmodel import SQLModel

from server.trail.tables import TrailFieldRow, TrailSubjectRow

_AT_ONCE: Final = 2000
"""Keys one question names."""
_FIELD: Final = SQLModel.metadata.tables[TrailFieldRow.__tablename__].name
_SUBJECT: Final = SQLModel.metadata.tables[TrailSubjectRow.__tablename__].name
_JSON: Final = {
    "sqlite": ("json_extract(value, '$[{at}]')", "json_extract(value, '$[{at}]')", "json_each(:wanted)"),
    "postgresql": ("value->>{at}", "CAST(value->>{at} AS bigint)", "jsonb_array_elements(CAST(:wanted AS jsonb))"),
}
"""How a text and a number are taken out of a list, and where the lists come from."""


class Wanted(NamedTuple):
    """A field of a record (`item`: of a map, else ''), and before which version."""

    kind: str
    id: str
    field: str
    item: str
    version: int


class Found(NamedTuple):
    """Who wrote it last before: the same field, his version, his place in the trail, his entry's id (None: it cannot be read)."""

    kind: str
    id: str
    field: str
    item: str
    version: int
    at_ms: int
    device: str
    epoch: int
    seq: int
    entry_id: str | None


class About(NamedTuple):
    """A record an entry is about."""

    device: str
    epoch: int
    seq: int
    kind: str
    id: str
    near: bool


def _statements(columns: str, rest: str) -> dict[str, TextClause]:
    """A statement for each kind of database. `columns`: of what is asked for, those that are numbers with a #."""
    made = {}
    for dialect, (as_text, as_number, source) in _JSON.items():
        given = ", ".join(
            f"{(as_number if name.startswith('#') else as_text).format(at=at)} AS {name.removeprefix('#')}"
            for at, name in enumerate(columns.split())
        )
        # Names of our own tables and columns: nothing of them comes from outside.
        made[dialect] = text(f"WITH wanted AS (SELECT {given} FROM {source}) {rest}")  # noqa: S608 - our own names alone
    return made


# The joins to the left keep SQLite from beginning at the tables, of which it would read the whole.
_SAME: Final = " AND ".join(f"{{0}}.{name} = wanted.{name}" for name in ("kind", "id", "field", "item"))
_PRECEDING: Final = _statements(
    "kind id field item #version",
    "SELECT f.kind, f.id, f.field, f.item, f.version, f.at_ms, f.device, f.epoch, f.seq, j.entry_id FROM wanted "  # noqa: S608 - our own names alone
    f"LEFT JOIN {_FIELD} AS f ON f.organisation = :organisation AND {_SAME.format('f')} AND f.version = ("
    f"SELECT max(e.version) FROM {_FIELD} AS e WHERE e.organisation = :organisation AND {_SAME.format('e')} "
    "AND e.version < wanted.version) "
    "LEFT JOIN journal AS j ON j.organisation = f.organisation AND j.device = f.device AND j.epoch = f.epoch AND j.seq = f.seq",
)
_ABOUT: Final = _statements(
    "device #epoch #seq",
    f"SELECT s.device, s.epoch, s.seq, s.kind, s.id, s.near FROM wanted LEFT JOIN {_SUBJECT} AS s "  # noqa: S608 - our own names alone
    "ON s.organisation = :organisation AND s.device = wanted.device AND s.epoch = wanted.epoch AND s.seq = wanted.seq",
)


def preceding(connection: Connection, organisation: str, wanted: Iterable[Wanted]) -> list[Found]:
    """For each field asked for its last writer before that version, where there is one; each once."""
    return list(dict.fromkeys(Found(*row) for row in _asked(connection, _PRECEDING, organisation, sorted(set(wanted)))))


def about(connection: Connection, organisation: str, entries: Sequence[tuple[str, int, int]]) -> list[About]:
    """What entries (device, epoch, seq) are about."""
    return [
        About(row[0], row[1], row[2], row[3], row[4], bool(row[5])) for row in _asked(connection, _ABOUT, organisation, entries)
    ]


def _asked(
    connection: Connection, statement: dict[str, TextClause], organisation: str, wanted: Sequence[Sequence[Any]]
) -> Iterator[Sequence[Any]]:
    """The rows that were found."""
    for first in range(0, len(wanted), _AT_ONCE):
        given = {"organisation": organisation, "wanted": json.dumps(wanted[first : first + _AT_ONCE])}
        yield from (tuple(row) for row in connection.execute(statement[connection.dialect.name], given) if row[0] is not None)
