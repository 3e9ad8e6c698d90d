"""How SQLite answers the store's questions about many keys: by the whole key of an index, never by looking through everything an
organisation has (a push would take longer with every entry ever sent)."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from server.storage import statements as sql
from server.storage.sqlite import SqliteDatabase

ABOUT_MANY_KEYS = {
    "ENTRIES_BY_ID": "(organisation=? AND entry_id=?)",
    "WAITING_FOR": "(organisation=? AND needed=?)",
    "RECORDS_BY_ID": "(organisation=? AND kind=? AND id=?)",
    "BLOBS_BY_HASH": "(organisation=? AND sha256=?)",
    "HOLDERS_OF": "(organisation=? AND sha256=?)",
    "LINKS_OF": "(organisation=? AND kind=? AND id=?)",
    "BUCKETS": "(organisation=? AND bucket=?)",
}


@pytest.mark.parametrize("name", ABOUT_MANY_KEYS)
async def test_many_keys_are_looked_up_by_an_index(name: str, tmp_path: Path) -> None:
    database = SqliteDatabase.open(tmp_path / "plans.db")
    await database.close()
    statement = str(getattr(sql, name).compile(dialect=sqlite.dialect()))
    with sqlite3.connect(tmp_path / "plans.db") as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?")).fetchall()
    assert steps[0][3].endswith(ABOUT_MANY_KEYS[name]), steps
