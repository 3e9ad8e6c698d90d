"""A prepared question gives what the same statement gives through SQLAlchemy: names, values and their types."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select

from schemas.limits import SEARCH_WORDS_MAX
from server.storage import statements as sql
from server.storage.asked import Rows, asked
from server.storage.database import TransactionLost
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore
from sync.store import JournalEntry, StoredRecord

VALUES: dict[str, Any] = {
    "id": "o", "organisation": "o", "device": "d", "epoch": 0, "seq": 1, "first": 1, "last": 9, "ids": ["e1", "r1"],
    "entry_id": "e1", "codes": ["c"], "limit": 9, "kind": "asset", "bucket": "b", "buckets": ["b", "no"], "after": 0,
    "up_to": 9, "at": 9,
    "sha256": "s", "hashes": ["s"], "state": "awaited", "after_ms": 0, "named": "n", "after_device": "", "after_epoch": 0,
    "after_seq": 0, "after_hash": "", "name": "tag", "value": "HV-0001",
    "archived": False, "title": "", "depots": ["dp"], **{f"like{number}": "%" for number in range(SEARCH_WORDS_MAX)},
}  # fmt: skip
OWN: dict[str, dict[str, Any]] = {"SEARCH": {"after": ""}, "SEARCH_IN_DEPOTS": {"after": ""}}
"""Where a name means something else: behind an id, not behind a version."""
QUESTIONS = sorted(
    name for name, statement in vars(sql).items() if isinstance(statement, Select) and name not in ("MEMBERS", "T")
)


async def test_every_prepared_question_is_answered_as_by_sqlalchemy(tmp_path: Path) -> None:
    database = SqliteDatabase.open(tmp_path / "asked.db")

    def fill(store: SqlStore) -> None:
        store.add_organisation("o")
        judged = JournalEntry("o", "d", 0, 1, "h", b"{}", 1, entry_id="e1", state="parked", code="c", detail={"n": 1})
        store.add_entry(judged, [b"salted"])
        store.put_record("o", StoredRecord("asset", "0197f3a0-0000-7000-8000-0000000000fe", 1, {}, {}, frozenset("b")), [])

    await database.write(fill)

    def compare(store: SqlStore) -> list[str]:
        connection, wrong = store.connection, []
        for name in QUESTIONS:
            statement = getattr(sql, name)
            values = VALUES | OWN.get(name, {})
            quick, usual = asked(connection, statement, values), connection.execute(statement, values)
            assert isinstance(quick, Rows), f"{name} is not prepared"
            rows = usual.all()
            same = [list(row) for row in quick.all()] == [list(row) for row in rows]
            types = [[type(cell) for cell in row] for row in quick] == [[type(cell) for cell in row] for row in rows]
            pairs = [
                pair for ours, row in zip(quick.mappings(), rows, strict=True) for pair in zip(ours, row._mapping, strict=True)
            ]
            named = all(ours == theirs or ours.startswith("_") for ours, theirs in pairs)  # a column nobody has named
            if not (same and types and named):
                wrong.append(name)
        return wrong

    assert await database.read(compare) == []
    await database.close()


async def test_no_question_is_asked_outside_a_transaction(tmp_path: Path) -> None:
    database = SqliteDatabase.open(tmp_path / "asked.db")

    def job(store: SqlStore) -> None:
        store.connection.exec_driver_sql("ROLLBACK")
        asked(store.connection, sql.VERSION, {"id": "o"})

    with pytest.raises(TransactionLost):
        await database.read(job)
    assert await database.read(lambda store: store.organisations()) == [], "the next job is not troubled"
    await database.close()
