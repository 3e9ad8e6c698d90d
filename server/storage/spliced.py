"""Many rows' bytes as one value: `spliced(column)` joins them with commas, in the order the rows come in.

A page's thousand changes leave the database as the bytes that travel: rows that are not made in Python cost nothing there, and
a thread that reads does not ask for the interpreter a thousand times. Neighbours: `statements.py`. Invariant: the column holds
JSON in UTF-8, which SQLite may treat as text.
"""

from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class spliced(GenericFunction[bytes]):
    """All values of the column, with commas between; NULL when there are no rows."""

    type = LargeBinary()
    inherit_cache = True


@compiles(spliced, "sqlite")
def _on_sqlite(element: spliced, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(group_concat({compiler.process(element.clauses, **more)}, ',') AS BLOB)"


@compiles(spliced, "postgresql")
def _on_postgresql(element: spliced, compiler: SQLCompiler, **more: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **more)}, ','::bytea)"
