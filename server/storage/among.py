"""One question about many keys: `among(column, "ids")` is true where the column is one of the parameter's values.

SQLAlchemy's own `IN` writes the statement anew for each number of values, which costs more than the question; here the values
travel as one parameter: SQLite reads them from JSON, PostgreSQL as an array. Neighbours: `statements.py`.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, Dialect, String, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class Texts(TypeDecorator[Sequence[str]]):
    """A list of texts as one parameter."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there are arrays."""
        return dialect.type_descriptor(ARRAY(String()) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """The list itself, or its JSON."""
        return value if dialect.name == "postgresql" else json.dumps(value)


class Among(FunctionElement[bool]):
    """The condition, with the column and the parameter as its two clauses."""

    name = "among"
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "Among":
        """Itself. SQLAlchemy would write `… = 1` behind a condition on SQLite, which then finds no index for it and looks
        through everything the organisation has."""
        return self


def among(column: Any, name: str) -> Any:
    """The column is one of the values of parameter `name`, a list of texts."""
    return Among(column, bindparam(name, type_=Texts()))


@compiles(Among, "sqlite")
def _on_sqlite(element: Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # both are SQLAlchemy's own text


@compiles(Among, "postgresql")
def _on_postgresql(element: Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} = ANY ({values})"
