"""The column types the tables and their migrations share. They mean the same for ever: released revisions use them."""

from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Whole(TypeDecorator[int]):
    """A whole number of 64 bits: BIGINT on PostgreSQL, INTEGER on SQLite (which has only that one)."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite's files of before migrations say INTEGER; new ones say the same."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())
