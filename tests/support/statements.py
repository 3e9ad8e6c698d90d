"""How many statements a database is asked, also past SQLAlchemy: `server/storage/asked.py` asks the driver."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from server.storage import asked, drafts


@dataclass
class Count:
    """So far."""

    statements: int = 0


@contextmanager
def counted() -> Iterator[Count]:
    """Count inside the block, whatever database and thread."""
    count = Count()
    module: Any = drafts
    through = module.asked

    def by_sqlalchemy(*_: Any) -> None:
        count.statements += 1

    def by_driver(connection: Connection, statement: Any, values: Mapping[str, Any]) -> Any:
        if connection.dialect.name == "sqlite" and statement in asked._questions:
            count.statements += 1
        return through(connection, statement, values)

    event.listen(Engine, "before_cursor_execute", by_sqlalchemy)
    module.asked = by_driver
    try:
        yield count
    finally:
        module.asked = through
        event.remove(Engine, "before_cursor_execute", by_sqlalchemy)
