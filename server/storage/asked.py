"""Questions that are asked all the time, put to SQLite by its driver alone: SQLAlchemy needs ten times as long to hand one over
as SQLite to answer it. Any other statement, and every statement on PostgreSQL, goes the usual way.

`prepare` takes statements that live as long as the program, `asked` runs them. Neighbours: `statements.py` prepares its own,
`drafts.py` asks. Invariants: the answer reads like SQLAlchemy's (`mappings`, `scalars`, `first` …), values of the same types ·
no question outside a transaction · what fails, fails as SQLAlchemy's error.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import NoResultFound, OperationalError

from server.storage.failures import TransactionLost

_DIALECT: Final = SQLiteDialect_pysqlite()
Turn = Callable[[Any], Any]


@dataclass(frozen=True)
class _Question:
    """A statement as the driver takes it. `given`: its parameters in order, each a name, or None and a value that is always the
    same; `turned`: how a value of that column becomes what the program knows, where it does not come so."""

    sql: str
    given: tuple[tuple[str | None, Any, Turn | None], ...]
    row: Any
    turned: tuple[tuple[int, Turn], ...]

    def in_order(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters."""
        return [
            fixed if name is None else values[name] if turn is None else turn(values[name]) for name, fixed, turn in self.given
        ]

    def read(self, row: tuple[Any, ...]) -> Any:
        """One row with its columns' names."""
        if self.turned:
            cells = list(row)
            for number, turn in self.turned:
                cells[number] = turn(cells[number])
            return self.row._make(cells)
        return self.row._make(row)


class Rows:
    """An answer, already here whole."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def mappings(self) -> "Rows":
        """Rows as name → value."""
        return Rows([row._asdict() for row in self._rows])

    def scalars(self) -> "Rows":
        """The first column."""
        return Rows([row[0] for row in self._rows])

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """The first column of the only row. NoResultFound without one."""
        if not self._rows:
            raise NoResultFound
        return self._rows[0][0]


_questions: Final[dict[Any, _Question]] = {}


def prepare(statements: Iterable[Any]) -> None:
    """Make the driver's form of those that have one: questions whose parameters do not change their text."""
    for statement in statements:
        if isinstance(statement, Select):
            compiled = statement.compile(dialect=_DIALECT)
            if not compiled.post_compile_params:
                _questions[statement] = _question(statement, compiled)


def _question(statement: Select[Any], compiled: Any) -> _Question:
    given = []
    for name in compiled.positiontup:
        bind = compiled.binds[name]
        turn = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
        fixed = not bind.required
        given.append((None, turn(bind.value) if turn else bind.value, None) if fixed else (name, None, turn))
    columns = list(statement.selected_columns)
    names = [column.key or "" for column in columns]
    turned = [
        (number, turn)
        for number, column in enumerate(columns)
        if (turn := column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)) is not None
    ]
    return _Question(compiled.string, tuple(given), namedtuple("Row", names, rename=True), tuple(turned))


def asked(connection: Connection, statement: Any, values: Mapping[str, Any]) -> Any:
    """The answer to a question: `Rows`, or SQLAlchemy's `CursorResult`."""
    question = _questions.get(statement) if connection.dialect.name == "sqlite" else None
    if question is None:
        return connection.execute(statement, values)
    driver: Any = connection.connection.dbapi_connection
    if not driver.in_transaction:
        raise TransactionLost
    try:
        rows = driver.execute(question.sql, question.in_order(values)).fetchall()
    except sqlite3.Error as problem:
        raise OperationalError(question.sql, None, problem) from problem
    return Rows([question.read(row) for row in rows])
