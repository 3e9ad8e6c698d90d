"""A replica that differs from the server: what a repair takes out, puts right and leaves alone."""

import dataclasses
from typing import Any

from schemas.people import Role
from sync.compare import replace_parts
from sync.device_state import Changes, RecordRow
from sync.digest import part_of
from sync.replica import Draft
from tests.support.exchange import Line
from tests.support.hosts import MemoryHost
from tests.support.stage import Stage


def test_a_row_of_a_time_that_the_server_has_forgotten_does_not_survive_a_repair(tmp_path: Any) -> None:
    """Two restored backups, and its version is beyond every cursor for good (seed 2143 of the simulation)."""
    stage = Stage(MemoryHost(tmp_path))
    line = Line(stage, stage.phone(Role.TECHNICIAN))
    line.sync()
    device = line.device
    bucket = next(name for name in device.cursors if name.startswith("depot:"))
    true = {key: row for key, row in device.records.items() if bucket in row.buckets}
    named, dropped = list(true)[:2]
    ahead: dict[tuple[str, str], RecordRow | None] = {
        key: dataclasses.replace(true[key], v=10**6, data={"id": key[1]}) for key in (named, dropped)
    }
    device.commit(Changes(records=ahead))
    version, parts = device.cursors[bucket], [part_of(named[1]), part_of(dropped[1])]
    row = true[named]
    change = {"kind": row.kind, "id": row.id, "v": row.v, "h": row.h, "data": row.data}
    draft = Draft(device)
    assert replace_parts(draft, {"bucket": bucket, "version": version, "parts": parts, "changes": [change]}, version)
    device.commit(draft.changes)
    assert device.records[named] == row
    assert dropped not in device.records
