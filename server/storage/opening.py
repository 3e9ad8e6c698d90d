"""Which database an installation uses, and opening it.

Neighbours: `server/settings.py` reads `DATABASE_URL` with `parse_place`; `server/app.py` opens. Invariants: a message
never repeats an address, it may hold a password; the tables of every room are registered before a database is opened.
"""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from server.storage.database import Database
from server.storage.sqlite import SqliteDatabase

Place = Path | str
"""A SQLite file, or the address of a PostgreSQL database (`postgresql://…`, as libpq reads it)."""
_SQLITE: Final = "sqlite:///"
_POSTGRES: Final = ("postgresql", "postgres")


def parse_place(url: str) -> Place:
    """The place a `DATABASE_URL` names. `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://user@host/name`.
    ValueError for anything else."""
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE) and "?" not in url:
        return Path(url.removeprefix(_SQLITE)).absolute()
    if urlsplit(url).scheme in _POSTGRES:
        return url
    raise ValueError("expected sqlite:///path or postgresql://user@host/name")


def open_database(place: Place) -> Database:
    """Open or create; the tables are brought up to date. UnknownSchema, Unsuitable, Unreachable; OSError or sqlite3's
    errors when a file cannot be used."""
    if isinstance(place, Path):
        return SqliteDatabase.open(place)
    from server.storage.postgres import PostgresDatabase  # noqa: PLC0415 - its driver stays loaded, and most have no use for it

    return PostgresDatabase.open(place)
