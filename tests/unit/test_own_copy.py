"""What becomes of a device's own copies: of an entry that is no longer what was written, of a file the server may not have."""

import dataclasses
from typing import Any

import pytest

from schemas.people import Role
from schemas.protocol import NewEpoch
from sync.device_state import FileRow, MemoryDeviceStore
from sync.replica import Draft, release_files
from tests.support.exchange import Line
from tests.support.hosts import MemoryHost
from tests.support.stage import Stage, unseal


@pytest.fixture
def line(tmp_path: Any) -> Line:
    stage = Stage(MemoryHost(tmp_path))
    return Line(stage, stage.phone(Role.TECHNICIAN))


@pytest.mark.parametrize("forked", [False, True])
def test_a_damaged_copy_leaves_the_store_once_its_loss_is_covered(line: Line, forked: bool) -> None:
    """Else it passes for a good one when the hash before it is gone: it was sent again, and spoilt an export file."""
    assert isinstance(line.store, MemoryDeviceStore)
    for _ in range(3):
        line.save("handover.start", {"handover_id": line.stage.ids.new(), "type": "check_in", "asset_id": line.stage.van})
    kept = line.store.kept.entries
    kept[1] = dataclasses.replace(kept[1], body=kept[1].body + b" ")
    line.device = line.reopened()
    assert (list(line.device.lost), list(line.device.damaged)) == ([2], [2])
    if forked:
        line.device.adopt(NewEpoch(epoch=1, base_seq=2, base_hash=line.device.hashes[2]))
    else:
        line.sync()
    waiting = [3] if forked else []
    assert ([row.seq for row in line.store.kept.entries], line.device.damaged, line.device.lost) == (waiting, {}, {})
    line.store.kept.hashes.pop(1, None)
    assert [row.seq for row in line.reopened().outbox] == waiting


def test_no_file_is_let_go_while_a_receipt_does_not_name_all_that_is_missing(line: Line) -> None:
    line.save("handover.start", {"handover_id": line.stage.ids.new(), "type": "check_in", "asset_id": line.stage.van})
    line.sync()
    push = line.device.push(line.stage.now)
    receipt = unseal(line.stage.id, line.ask(push.request)["receipt"])
    here = FileRow("ab" * 32, 10, "image/jpeg", "photo", 3, 1, state="done")
    line.device.files[here.sha256] = here
    done = frozenset({here.sha256})
    short = receipt.model_copy(update={"missing": ["cd" * 32], "missing_count": 2})
    draft = Draft(line.device)
    assert (release_files(draft, short, done), draft.changes.files) == (0, {}), "it may be the one that is not named"
    draft = Draft(line.device)
    assert release_files(draft, receipt, done) == 0
    assert draft.changes.files == {here.sha256: None}
