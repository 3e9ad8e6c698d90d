"""Whoever reads a whole journal reads it a page at a time, and finds the same however long a page is. On every store."""

from typing import Any

import pytest

from schemas import limits
from schemas.device_reports import DeviceReport
from server import lost
from server.proof import DeviceChain, verify_device
from sync.walk import walk, walk_all
from tests.support.stage import CheckIn, Phone, Stage

ENTRIES = 12
LOST = (4, 9, 12)


class Watched:
    """A store that notes how many entries each question for entries brought."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.brought: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def entries(self, *where: Any) -> Any:
        found = self._store.entries(*where)
        self.brought.append(len(found))
        return found


def long_journal(stage: Stage) -> Phone:
    """Handovers begun, some of which the device has lost; the last is announced and never comes."""
    phone = stage.phone()
    for _ in range(ENTRIES):
        CheckIn(phone).start()
    request = phone.request(pending={"entries": 1, "blobs": 0, "bytes": 0})
    gone = [{"seq": entry["seq"], "hash": entry["hash"]} for entry in request["entries"] if entry["seq"] in LOST]
    stage.push({**request, "entries": [entry for entry in request["entries"] if entry["seq"] not in LOST], "lost": gone})
    return phone


def look(stage: Stage, phone: Phone) -> tuple[DeviceChain, DeviceReport, list[int], list[int]]:
    """The chain, the report, the numbers of the whole journal, and what each question for entries brought."""

    def job(store: Any) -> tuple[DeviceChain, DeviceReport, list[int], list[int]]:
        watched: Any = Watched(store)
        device = stage.device_in(store, phone.id)
        chain = verify_device(watched, device)
        report = lost.report(watched, device, store.record(stage.id, "device", phone.id), stage.now)
        seqs = [entry.seq for entry in walk_all(watched, stage.id, phone.id)]
        return chain, report, seqs, watched.brought

    return stage.write(job)


@pytest.mark.parametrize("size", [1, 3, ENTRIES - len(LOST)])
def test_a_long_journal_is_verified_and_reported_page_by_page(stage: Stage, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    phone = long_journal(stage)
    chain, report, seqs, brought = look(stage, phone)
    assert chain == DeviceChain(checked=ENTRIES - len(LOST), broken_at=None, total=ENTRIES)
    assert seqs == [seq for seq in range(1, ENTRIES + 1) if seq not in LOST]
    assert (report.declared_lost, len(report.handovers)) == (list(LOST), ENTRIES - len(LOST))
    assert brought == [len(seqs)] * 3
    monkeypatch.setattr(limits, "JOURNAL_PAGE_ENTRIES_MAX", size)
    assert look(stage, phone)[:3] == (chain, report, seqs)
    pages = look(stage, phone)[3]
    assert max(pages) == size
    assert sum(pages) == 3 * len(seqs)


def test_a_walk_keeps_to_its_numbers(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = long_journal(stage)
    monkeypatch.setattr(limits, "JOURNAL_PAGE_ENTRIES_MAX", 2)
    assert stage.write(lambda store: [entry.seq for entry in walk(store, stage.id, phone.id, 0, 3, 8)]) == [3, 5, 6, 7, 8]
    assert stage.write(lambda store: list(walk(store, stage.id, phone.id, 1, 1))) == []


def test_a_lost_number_whose_body_came_after_all_is_verified_by_it_once(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(3):
        CheckIn(phone).start()
    request = phone.request()
    lost = [{"seq": 2, "hash": request["entries"][1]["hash"]}]
    stage.push({**request, "entries": [request["entries"][0], request["entries"][2]], "lost": lost})
    assert look(stage, phone)[0] == DeviceChain(checked=2, broken_at=None, total=3)
    stage.push(request)
    assert look(stage, phone)[0] == DeviceChain(checked=3, broken_at=None, total=3)
