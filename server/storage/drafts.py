"""What a transaction has read and written and not yet handed to the database: rooms of rows, an undo log, one flush.

Neighbours: `store.py` and its parts keep their tables in rooms. Rows written one by one reach the database together, by
`executemany`, which costs a fraction of as many single statements. Invariants: what a job sees is what it wrote, flushed or
not · what a savepoint undoes is undone in the rooms and, if anything was written to the database inside it, there, too ·
a savepoint costs the database nothing until something is written inside it · nothing is committed unflushed (the database
calls `flush` at the end of each job).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, TextClause
from sqlalchemy.engine import NestedTransaction

from server.storage.asked import asked
from server.storage.plain import plain

K = TypeVar("K")
V = TypeVar("V")
UNKNOWN: Final[Any] = object()
"""In place of a row nobody has asked the database for."""


class Room(Generic[K, V]):
    """Rows of one table as this transaction sees them. `known[key]` is None when the database has no such row.

    `write` hands rows to the database: it gets every row put since the last flush, once, in the order first put.
    """

    def __init__(self, drafts: "Drafts", write: Callable[[list[tuple[K, V]]], None]) -> None:
        self.known: dict[K, V | None] = {}
        self.unwritten: dict[K, bool] = {}
        self.write = write
        self._drafts = drafts
        drafts.rooms.append(self)

    def put(self, key: K, value: V) -> None:
        """A row to be written."""
        change = self._drafts.change
        change(self.known, key, value)
        if key not in self.unwritten:
            change(self.unwritten, key, True)

    def learn(self, key: K, value: V | None) -> V | None:
        """What the database said of a row."""
        self.known[key] = value
        return value

    def flush(self) -> None:
        """Hand over what is unwritten."""
        keys = list(self.unwritten)
        rows = [(key, self.known[key]) for key in keys]
        self._drafts.empty(self.unwritten)
        self.write(rows)  # type: ignore[arg-type]  # what was put is never None


class Drafts:
    """The base of a store: one connection, one transaction, its rooms."""

    def __init__(self, connection: Connection) -> None:
        self.rooms: list[Room[Any, Any]] = []
        self._connection = connection
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        self._levels: list[NestedTransaction | None] = []

    @property
    def connection(self) -> Connection:
        """For tables of other rooms of the house: everything unwritten is written first, and undone by savepoints."""
        self.flush()
        self._cover()
        return self._connection

    def change(self, place: dict[Any, Any], key: Any, value: Any) -> None:
        """Set (or with UNKNOWN, drop) a key of anything this transaction remembers, so that a savepoint can undo it."""
        if self._levels:
            self._undo.append((place, key, place.get(key, UNKNOWN)))
        if value is UNKNOWN:
            place.pop(key, None)
        else:
            place[key] = value

    def empty(self, place: dict[Any, Any]) -> None:
        """Drop every key; one by one only where a savepoint may want them back."""
        if self._levels:
            self._undo += [(place, key, value) for key, value in place.items()]
        place.clear()

    @contextmanager
    def savepoint(self, *, checked: bool = False) -> Iterator[None]:
        """Undo everything inside when an exception leaves the block. `checked`: what the database would refuse it refuses
        here, so that it is undone alone; without, it may refuse at the flush, and the transaction is lost."""
        mark = len(self._undo)
        self._levels.append(None)
        if checked:
            self._cover()  # PostgreSQL gives the whole transaction up at the first statement that fails without one
        try:
            yield
            if checked:
                self.flush()
        except BaseException:
            nested = self._levels.pop()
            if nested is not None:
                nested.rollback()
            self._unroll(mark)
            raise
        nested = self._levels.pop()
        if nested is not None:
            nested.commit()
        if not self._levels:
            self._undo.clear()

    def forget(self) -> None:
        """Ask the database anew for everything that is not unwritten."""
        self.flush()
        for room in self.rooms:
            room.known.clear()
        self.forget_more()

    def forget_more(self) -> None:
        """The same for what the parts remember beside their rooms."""

    @property
    def remembers(self) -> int:
        """How many rows are in memory."""
        return sum(len(room.known) for room in self.rooms)

    def flush(self) -> None:
        """Write what is unwritten."""
        for room in self.rooms:
            if room.unwritten:
                self._cover()
                room.flush()

    def let_go(self) -> None:
        """The transaction is over. Rooms and store name one another: all they hold would stay until the collector of cycles
        comes by, which it does rarely (`server/process.py`). Nothing may be asked of this store any more."""
        for room in self.rooms:
            vars(room).clear()
        self.rooms.clear()
        self._undo.clear()

    def _cover(self) -> None:
        """Before anything is written: a savepoint in the database for each one that is open here and has none."""
        for level, nested in enumerate(self._levels):
            if nested is None:
                self._levels[level] = self._connection.begin_nested()

    def _unroll(self, mark: int) -> None:
        while len(self._undo) > mark:
            place, key, before = self._undo.pop()
            if before is UNKNOWN:
                place.pop(key, None)
            else:
                place[key] = before

    # --- statements -----------------------------------------------------------------------------------------------------
    def _read(self, statement: Any, **values: Any) -> Any:
        """Rows as the database has them: nothing unwritten may matter to this question."""
        return asked(self._connection, statement, values)

    def _read_with(self, room: Room[Any, Any], statement: Any, **values: Any) -> Any:
        """Rows of one room's table, for a question to which no other unwritten row matters."""
        if room.unwritten:
            self._cover()
            room.flush()
        return asked(self._connection, statement, values)

    def _run(self, statement: Any, **values: Any) -> Any:
        """A statement that must see, or that changes, what the database has."""
        return asked(self.connection, statement, values)

    def _many(self, statement: TextClause, rows: Sequence[Mapping[str, Any]]) -> None:
        """One statement for many rows, past SQLAlchemy's own preparing of each, which costs more than the row."""
        if rows:
            sql, in_order = plain(statement, self._connection.dialect)
            self._connection.exec_driver_sql(sql, [in_order(row) for row in rows])

    def _one(self, statement: Any, **values: Any) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = asked(self._connection, statement, values).mappings().first()
        return found
