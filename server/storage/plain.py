"""A statement as the driver itself takes it: its text in the dialect's own way of writing parameters, and their order.

For the few statements that carry thousands of rows. Neighbours: `drafts.py` runs them; `statements.py` has them. Invariant: only
statements written as text come here, whose parameters no type of SQLAlchemy's would change on their way.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Dialect, TextClause

Plain = tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]
"""(SQL, what puts a row's named values in the order of its parameters)."""
_known: Final[dict[tuple[TextClause, str, str], Plain]] = {}


def plain(statement: TextClause, dialect: Dialect) -> Plain:
    """The driver's form of a statement, made once for each kind of database."""
    key = (statement, dialect.name, dialect.paramstyle)
    found = _known.get(key)
    if found is None:
        compiled = statement.compile(dialect=dialect)
        found = _known[key] = (compiled.string, _in_order(compiled.positiontup or []))
    return found


def _in_order(names: list[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: tuple(row[name] for name in names)
