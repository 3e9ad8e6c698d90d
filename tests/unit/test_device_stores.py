"""What a device keeps comes back as it was, in memory and in a file; a commit is whole or has not happened."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sync.device_state import Changes, DeviceStore, FileRow, Kept, MemoryDeviceStore, Recorded, RecordRow
from sync.net.file_store import RECEIPTS_KEPT, FileStore

Opener = Callable[[], DeviceStore]
ENTRY = Recorded("a", 1, "h1", b"\xe4\xba\xa4 body", (b"salt", b""), outcome={"state": "held"})
FILE = FileRow("s1", 10, "image/jpeg", "photo", 3, 1)
ROW = RecordRow("asset", "x", 7, {"label": "浙A·1", "deep": {"n": [1, None]}}, ("org/field", "depot:1/field"), "h" * 16)


@pytest.fixture(params=["memory", "file"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same store again and again, as a program that was ended does."""
    memory = MemoryDeviceStore()
    opened: list[FileStore] = []

    def open_() -> DeviceStore:
        if request.param == "memory":
            return memory
        for store in opened:
            store.close()
        opened.append(FileStore(tmp_path / "device.db"))
        return opened[-1]

    yield open_
    for store in opened:
        store.close()


def filled(store: DeviceStore) -> None:
    store.commit(
        Changes(
            meta={"end": {"epoch": 0, "seq": 2, "hash": "h2"}, "cursors": {"org/field": 3}},
            entries={1: ENTRY, 2: replace(ENTRY, seq=2, id="b", hash="h2", proven=True)},
            hashes={1: "h1", 2: "h2"},
            files={"s1": FILE},
            content={"s1": b"0123456789"},
            records={("asset", "x"): ROW},
            receipt=(2, "jws"),
        )
    )


def test_everything_comes_back(opener: Opener) -> None:
    filled(opener())
    kept = opener().load()
    assert kept == Kept(
        {"end": {"epoch": 0, "seq": 2, "hash": "h2"}, "cursors": {"org/field": 3}},
        [ENTRY, replace(ENTRY, seq=2, id="b", hash="h2", proven=True)],
        {1: "h1", 2: "h2"}, {"s1": FILE}, {("asset", "x"): ROW},
    )  # fmt: skip
    assert opener().content("s1") == b"0123456789"


def test_what_is_removed_is_gone_and_bytes_go_with_their_row(opener: Opener) -> None:
    filled(opener())
    opener().commit(
        Changes(meta={"cursors": {}}, entries={1: None}, hashes={1: None}, files={"s1": None}, records={("asset", "x"): None})
    )
    kept = opener().load()
    assert ([row.seq for row in kept.entries], kept.hashes, kept.files, kept.records) == ([2], {2: "h2"}, {}, {})
    assert (kept.meta["cursors"], opener().content("s1")) == ({}, None)


def test_a_file_declared_again_keeps_its_new_bytes(opener: Opener) -> None:
    filled(opener())
    opener().commit(Changes(files={"s1": replace(FILE, seq=2)}, content={"s1": b"abc"}))
    assert (opener().content("s1"), opener().load().files["s1"].seq) == (b"abc", 2)


def test_a_commit_that_fails_half_way_has_not_happened(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "device.db")
    filled(store)
    before = store.load()
    bad = replace(ENTRY, seq=3, body=None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        store.commit(Changes(meta={"end": {"epoch": 0, "seq": 3, "hash": "h3"}}, entries={3: bad}, hashes={3: "h3"}))
    assert store.load() == before
    store.close()


def test_the_file_is_written_through_to_the_disk_and_held_by_one_program(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "device.db")
    pragma = {name: store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")}
    assert pragma == {"synchronous": 2, "journal_mode": "wal"}
    for n in range(RECEIPTS_KEPT + 5):
        store.commit(Changes(receipt=(n, f"jws {n}")))
    assert store.receipts() == [f"jws {n}" for n in range(5, RECEIPTS_KEPT + 5)]
    store.close()
