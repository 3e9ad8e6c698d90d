"""What the classes describe and what the migrations make is one and the same; a folder of before keeps what is in it."""

import asyncio
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

from server.app import TABLES
from server.storage import migrations
from server.storage.database import UnknownSchema
from server.storage.opening import open_database
from server.storage.postgres import PostgresDatabase
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore
from sync.digest import content_hash, tally, total
from sync.store import StoredRecord, change_wire
from tests.support.postgres import fresh, shared

assert TABLES, "all rooms' tables are registered"
FORMER = Path(__file__).with_name("former_schema.sql")


FORMER_RECORDS = [
    ("0197f3a0-0000-7000-8000-0000000000fe", 3, False, b'{"kind":"depot"}', b'{"name":"a"}', "org/field org/office"),
    ("0197f3a0-0000-7000-8000-0000000000ff", 4, False, b'{"kind":"depot"}', b'{"name":"b"}', "org/field"),
    ("0197f3a0-0000-7000-8000-0000000000fd", 5, True, b'{"kind":"depot"}', b"{}", ""),
]

FORMER_MEMBERS = [
    *((bucket, id_, version, False) for id_, version, _, _, _, buckets in FORMER_RECORDS for bucket in buckets.split()),
    ("org/field", FORMER_RECORDS[2][0], 5, True),
]


def differences(connection: Connection) -> list[object]:
    """What a migration would still have to do."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, SQLModel.metadata))


def former_folder(path: Path) -> None:
    with sqlite3.connect(path) as old:
        old.executescript(FORMER.read_text("utf-8"))
        old.execute("INSERT INTO organisation VALUES ('org', 7)")
        old.execute("INSERT INTO journal VALUES ('org','d',0,1,'h',x'00ff',1800000000000,-5,'e','a','applied',NULL,7,'{}',0)")
        old.executemany("INSERT INTO record VALUES ('org','depot',?,?,?,?,?,'{}',?)", FORMER_RECORDS)
        old.executemany("INSERT INTO member VALUES ('org',?,'depot',?,?,?)", FORMER_MEMBERS)
        old.execute("INSERT INTO blob_declared VALUES ('org','d','s','e')")
        old.execute("INSERT INTO blob_held VALUES ('org','d','s')")
        old.execute("INSERT INTO account VALUES ('org', 'p', 'lin', 'hash', NULL)")
    old.close()


@pytest.mark.parametrize("place", ["sqlite", "postgres"])
async def test_the_tables_made_are_the_tables_described(tmp_path: Path, place: str) -> None:
    database = open_database(tmp_path / "new.db" if place == "sqlite" else shared().create())
    assert await database.read(lambda store: differences(store.connection)) == []
    await database.close()


async def test_two_processes_that_open_an_empty_database_at_once_make_one_set_of_tables() -> None:
    url = shared().create()
    opened = await asyncio.gather(*(asyncio.to_thread(PostgresDatabase.open, url) for _ in range(3)))
    for database in opened:
        assert await database.read(lambda store: differences(store.connection)) == []
        await database.close()


@pytest.mark.parametrize("made", ["CREATE TABLE alien (id int)", "UPDATE alembic_version SET version_num = '9999'"])
async def test_a_postgresql_database_of_a_newer_version_or_of_others_is_not_touched(made: str) -> None:
    url = fresh() if made.startswith("UPDATE") else shared().create()
    name = urlsplit(url).path.lstrip("/")
    shared().execute(made, name)
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    before = shared().execute(tables, name)
    with pytest.raises(UnknownSchema):
        await asyncio.to_thread(PostgresDatabase.open, url)
    assert shared().execute(tables, name) == before


def check_digests(path: Path) -> None:
    """The records of before count as they would have had they been written today, and their bytes say so."""
    with sqlite3.connect(path) as after:
        wires = dict(after.execute("SELECT id, wire FROM member WHERE gone = 0 AND bucket = 'org/field'"))
        places = after.execute("SELECT bucket, id, version, gone FROM member").fetchall()
        bucket = after.execute("SELECT count, high, low FROM bucket WHERE bucket = 'org/field'").fetchone()
        parts = after.execute("SELECT part, count FROM digest WHERE bucket = 'org/office'").fetchall()
        gone = after.execute("SELECT m.wire, r.hash FROM member m JOIN record r ON r.id = m.id WHERE m.gone = 1").fetchone()
        files = [after.execute(f"SELECT device, sha256 FROM {table}").fetchall() for table in ("blob_declared", "blob_held")]
    after.close()
    hashes = {id_: content_hash(data) for id_, _, there, _, data, _ in FORMER_RECORDS if not there}
    assert wires == {
        id_: change_wire("depot", id_, version, hashes[id_], data)
        for id_, version, there, _, data, _ in FORMER_RECORDS
        if not there
    }
    whole = total(tally(("depot", id_, version, hashes[id_]) for id_, version, there, *_ in FORMER_RECORDS if not there).values())
    assert (bucket[0], f"{bucket[1] % 2**64:016x}{bucket[2] % 2**64:016x}") == (whole.count, whole.text())
    assert parts == [(254, 1)]
    assert sorted(places) == sorted(FORMER_MEMBERS)
    assert gone == (b'{"kind":"depot","id":"%s","v":5,"gone":true}' % FORMER_RECORDS[2][0].encode(), None)
    assert files == [[("d", "s")], [("d", "s")]]


async def test_a_folder_of_before_keeps_its_data_and_gets_the_same_tables(tmp_path: Path) -> None:
    former_folder(tmp_path / "old.db")
    for _ in range(2):
        database = SqliteDatabase.open(tmp_path / "old.db")

        def kept(store: SqlStore) -> tuple[object, ...]:
            (entry,) = store.entries("org", "d", 0, 1, 9)
            name = store.connection.exec_driver_sql("SELECT username FROM account").scalar_one()
            return store.organisation_version("org"), entry.body, entry.received_ms, entry.skew_ms, entry.repeat_of, name

        assert await database.read(kept) == (7, b"\0\xff", 1_800_000_000_000, -5, False, "lin")
        assert await database.read(lambda store: differences(store.connection)) == []
        assert await database.write(lambda store: store.lock_organisation("org")) == 7
        await database.close()
    check_digests(tmp_path / "old.db")
    with sqlite3.connect(tmp_path / "old.db") as after:
        assert after.execute("PRAGMA user_version").fetchone() == (2,), "the program of before refuses it"
    after.close()


@pytest.mark.parametrize("version", [0, 2, 999])
def test_tables_without_a_revision_and_not_of_before_are_not_touched(tmp_path: Path, version: int) -> None:
    path = tmp_path / "other.db"
    former_folder(path)
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version = {version}")
    other.close()
    refused(path)


async def test_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    await SqliteDatabase.open(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    refused(path)


def refused(path: Path) -> None:
    with sqlite3.connect(path) as before:
        content = list(before.iterdump())
    before.close()
    with pytest.raises(UnknownSchema):
        SqliteDatabase.open(path)
    with sqlite3.connect(path) as after:
        assert list(after.iterdump()) == content
    after.close()


def test_revisions_are_one_line_numbered_in_order() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    names = [revision.revision for revision in script.walk_revisions()][::-1]
    assert names == [f"{number:04d}" for number in range(1, len(names) + 1)]
    assert script.get_heads() == [names[-1]]


async def test_who_names_whom_is_known_of_what_was_there_before(tmp_path: Path) -> None:
    """The table as a later revision found it: dropped, and made again from the records."""
    path = tmp_path / "before.db"
    database = SqliteDatabase.open(path)
    records: dict[str, dict[str, object]] = {
        "rental": {"customer_id": "c0", "assets": {"a0": {}}, "swaps": {"55": {"back": "a0", "out": "b0"}}},
        "todo": {"subject": {"kind": "asset", "id": "a0"}},
        "task": {"asset_id": "a0", "rental_id": None},
        "depot": {"name": "a0"},
    }

    def put(store: SqlStore) -> None:
        store.add_organisation("org")
        for at, (kind, data) in enumerate(records.items()):
            store.put_record("org", StoredRecord(kind, f"1{at}", 1, {"id": f"1{at}", **data}, {}, frozenset()), [])
        store.put_record("org", StoredRecord("task", "20", 1, {"id": "20", "asset_id": "a0"}, {}, frozenset(), gone=True), [])

    def named(store: SqlStore) -> list[list[tuple[str, str]]]:
        return [store.naming("org", one) for one in ("a0", "b0", "c0")]

    await database.write(put)
    before = await database.read(named)
    assert before == [[("rental", "10"), ("task", "12"), ("todo", "11")], [("rental", "10")], [("rental", "10")]]
    await database.close()
    with sqlite3.connect(path) as old:
        old.executescript("DROP TABLE record_naming; DROP TABLE trail_field; UPDATE alembic_version SET version_num = '0011'")
    old.close()
    database = SqliteDatabase.open(path)
    assert await database.read(named) == before
    await database.close()


async def test_the_trail_is_written_anew_where_it_did_not_know_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "before.db"
    await SqliteDatabase.open(path).close()
    with sqlite3.connect(path) as old:
        old.execute("INSERT INTO trail_place VALUES ('org', 'd', 0, 9)")
        old.execute("INSERT INTO trail_hole VALUES ('org', 'd', 0, 4, 4)")
        old.execute("INSERT INTO evidence_read VALUES ('org', 'r', 1, '', '', 'proof', '', '', '')")
        old.executescript("DROP TABLE trail_field; UPDATE alembic_version SET version_num = '0012'")
    old.close()
    database = SqliteDatabase.open(path)

    def count(store: SqlStore) -> list[int]:
        return [
            store.connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in ("trail_place", "trail_hole", "evidence_read")
        ]

    assert await database.read(count) == [0, 0, 1]
    await database.close()
