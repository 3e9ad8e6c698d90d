"""Which database an installation uses, and opening it.

Neighbours: `server/settings.py` reads `DATABASE_URL` with `parse_place`; `server/app.py` opens. Invariants: a message
never repeats an address, it may hold a password; the tables of every room are registered before a database is opened.
"""

from pathlib import Path
from typing import Final

from server.storage.database import Database
from server.storage.sqlite import SqliteDatabase

Place = Path
"""A SQLite file."""
_SQLITE: Final = "sqlite:///"


def parse_place(url: str) -> Place:
    """The place a `DATABASE_URL` names. `sqlite:///relative.db`, `sqlite:////absolute.db`.
    ValueError for anything else."""
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE) and "?" not in url:
        return Path(url.removeprefix(_SQLITE)).absolute()
    raise ValueError("expected sqlite:///path")


def open_database(place: Place) -> Database:
    """Open or create; the tables are brought up to date. UnknownSchema; OSError or sqlite3's errors when a file cannot be
    used."""
    return SqliteDatabase.open(place)
