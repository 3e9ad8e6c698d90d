"""Running an import: batch by batch, each a transaction that holds the entries, what became of the rows and how far it is.

Neighbours: `plan.py` plans each row anew in that transaction, `undo.py` takes an import back, `tend.py` calls both.
Invariants: a stop at any point costs nothing but going on behind the last committed batch, and no row is written twice (its
ids follow from import and row) · of a row all its entries stand or none · whoever else works on the import ends this run ·
others' jobs get in between two batches, and a batch is made smaller when it held the writer for long · good rows go in, bad
ones stay out with their reasons.
"""

import asyncio
import time
from collections import ChainMap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from schemas import limits
from schemas.errors import MESSAGES, ErrorCode
from schemas.sheets import SheetCounts, SheetFault, SheetStage
from server import owed
from server.imports.sheets import state
from server.imports.sheets.back import compensation
from server.imports.sheets.check import columns_of
from server.imports.sheets.desk import Rooms
from server.imports.sheets.files import folder_of, lines
from server.imports.sheets.kinds import KINDS, entry_id
from server.imports.sheets.known import learn
from server.imports.sheets.own import with_own
from server.imports.sheets.plan import Line, Plan, Planner, fault_of
from server.imports.sheets.state import Import, Result
from server.storage.store import SqlStore
from server.system_device import SystemEntry, record_system_many
from sync.engine import Engine
from sync.pushed import Pushed

BATCH_SECONDS: Final = 0.05
"""Of the writer's own work; a batch that took longer is followed by a smaller one."""
_BATCH_ROWS: Final = 40
_BATCH_ROWS_MIN: Final = 10
_BATCH_CHARS_MAX: Final = 200_000


class Lost(Exception):
    """Somebody else works on this import, or it is at another stage."""


@dataclass
class Pace:
    """How many rows the next batch holds, from how long the last ones took."""

    rows: int = _BATCH_ROWS
    longest_s: float = 0.0

    def took(self, seconds: float, rows: int) -> None:
        """A batch of `rows` held the writer for so long."""
        self.longest_s = max(self.longest_s, seconds)
        if seconds > BATCH_SECONDS:
            self.rows = max(_BATCH_ROWS_MIN, int(rows * BATCH_SECONDS / seconds))
        elif rows >= self.rows:
            self.rows = min(limits.SHEET_BATCH_ROWS_MAX, self.rows + 10)


@dataclass
class Wrote:
    """What one batch came to."""

    one: Import
    pushed: list[Pushed]
    seen: dict[tuple[str, str], int]
    seconds: float


def hold(store: SqlStore, one: Import, now_ms: int) -> Import:
    """The import as it stands, still this runner's and at this stage. Lost."""
    present = state.held(store.connection, one)
    if present is None:
        raise Lost
    return replace(present, lease_ms=now_ms + limits.SHEET_LEASE_SECONDS * 1000)


async def run(house: Rooms, one: Import, pace: Pace | None = None) -> None:
    """Go on with an import until its last row. Lost; FileNotFoundError when the upload is gone."""
    pace = pace or Pace()
    mapping = one.mapping
    assert mapping is not None, "what is run was mapped"
    folder = folder_of(house.settings.data, one.organisation, one.id)
    kind = await house.database.read(lambda store: with_own(KINDS[one.kind], store, one.organisation))
    known = await house.database.read(lambda store: learn(store, one.organisation, one.own, kind.looks, by=one.by))
    planner = Planner(kind, columns_of(kind, mapping), known, one.id)
    rest = await asyncio.to_thread(_rest, planner, folder, one)
    while rest:
        batch = _batch(rest, pace.rows)
        wrote = await house.database.write(partial(_write, house.engine, one, planner, batch, house.clock()))
        one = wrote.one
        planner.seen.update(wrote.seen)
        pace.took(wrote.seconds, len(batch))
        for pushed in wrote.pushed:
            await owed.settle(house, one.organisation, pushed)
        await asyncio.sleep(0)  # whoever waits for the writer, or for this loop, comes first
    await house.database.write(partial(end, one, "done", house.clock()))


def _rest(planner: Planner, folder: Path, one: Import) -> list[Line]:
    """The rows still to be dealt with, the last first; what the others are called is remembered."""
    assert one.mapping is not None
    left: list[Line] = []
    for line in lines(folder, one.mapping.sheet):
        if line[0] <= one.mapping.header_row:
            continue
        if line[0] <= one.at_row:
            planner.pass_over(line)
        else:
            left.append(line)
    left.reverse()
    return left


def _batch(rest: list[Line], rows: int) -> list[Line]:
    batch: list[Line] = []
    size = 0
    while rest and len(batch) < rows and size < _BATCH_CHARS_MAX:
        batch.append(rest.pop())
        size += sum(len(cell) for cell in batch[-1][2] if isinstance(cell, str))
    return batch


def _write(engine: Engine, one: Import, planner: Planner, batch: list[Line], now_ms: int, store: SqlStore) -> Wrote:
    """One batch, in the writer's transaction. It may be run more than once: what it learns of the rows is handed back. Lost."""
    began = time.thread_time()
    held = hold(store, one, now_ms)
    planner.known.refresh(store)
    seen: dict[tuple[str, str], int] = {}
    trial = replace(planner, seen=ChainMap(seen, planner.seen))
    plans = [trial.plan(store, line) for line in batch]
    entries = [
        SystemEntry(entry_id(one.id, plan.row, number), made.action, {plan.record_id: one.seen_version}, made.private)
        for plan in plans
        for number, made in enumerate(plan.made)
    ]
    pushed, ended = record_system_many(engine, store, one.organisation, entries, now_ms, one.by)
    taken_back = _take_back(engine, one, plans, ended, now_ms, store)
    results = [_result(one, plan, line, ended) for plan, line in zip(plans, batch, strict=True)]
    counts = _counted(held.counts, results)
    changed = replace(held, counts=counts, done=held.done + len(batch), at_row=batch[-1][0])
    state.put_results(store.connection, changed, results)
    state.save_progress(store.connection, changed)
    return Wrote(changed, [one for one in (pushed, taken_back) if one is not None], seen, time.thread_time() - began)


def _ended(one: Import, plan: Plan, ended: dict[str, str]) -> list[str]:
    """How each entry of a row ended: `applied`, or the code of what forbade it."""
    return [ended.get(entry_id(one.id, plan.row, number), "applied") for number in range(len(plan.made))]


def _take_back(
    engine: Engine, one: Import, plans: list[Plan], ended: dict[str, str], now_ms: int, store: SqlStore
) -> Pushed | None:
    """Rows of which a later entry was refused do not stay by halves: what went in of them is taken back."""
    entries: list[SystemEntry] = []
    for plan in plans:
        codes = _ended(one, plan, ended)
        went_in = {made.action.action for made, code in zip(plan.made, codes, strict=True) if code == "applied"}
        stored = store.record(one.organisation, one.kind, plan.record_id)
        if went_in and set(codes) != {"applied"} and stored is not None and not stored.gone:
            result = Result(plan.row, plan.state, plan.title, plan.record_id, len(plan.made), plan.before)
            entries += [entry for entry in compensation(one, result, stored)
                        if plan.state == "new" or entry.action.action in went_in]  # fmt: skip
    if not entries:
        return None
    store.keeps_imported = True
    try:
        pushed, ended = record_system_many(engine, store, one.organisation, entries, now_ms, one.by)
    finally:
        store.keeps_imported = False
    if set(ended.values()) - {"applied"}:
        raise RuntimeError(f"a row that was refused in part could not be taken back: {sorted(set(ended.values()))}")
    return pushed


def _result(one: Import, plan: Plan, line: Line, ended: dict[str, str]) -> Result:
    """What became of a row: as planned, unless an entry of it was refused."""
    refused = next((code for code in _ended(one, plan, ended) if code != "applied"), None)
    if refused is not None:
        zh, en = MESSAGES[ErrorCode(refused)] if refused in set(ErrorCode) else (refused, refused)
        plan.faults.append(fault_of(SheetFault.REFUSED, None, {"zh": zh, "en": en, "code": refused}))
        plan.state = "bad"
    cells = list(line[2]) if plan.state == "bad" else None
    entries = 0 if plan.state == "bad" else len(plan.made)
    return Result(
        plan.row, plan.state, plan.title, plan.record_id if entries else "", entries, plan.before, cells, tuple(plan.faults)
    )  # fmt: skip


def _counted(counts: SheetCounts, results: Iterable[Result]) -> SheetCounts:
    fresh = counts.model_dump()
    for result in results:
        fresh[result.state] += 1
    return SheetCounts(**fresh)


def end(one: Import, stage: SheetStage, now_ms: int, store: SqlStore) -> None:
    """The last row is dealt with. Lost."""
    held = hold(store, one, now_ms)
    state.change(store.connection, held, stage=stage, finished_ms=now_ms, file_kept=False, runner="", lease_ms=0)
