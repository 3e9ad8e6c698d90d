"""What happens to imports by itself: those to be run are run, one at a time; uploads and results past their time are removed.

Neighbours: `run.py`, `undo.py`; `server/app.py` starts both tasks. Invariants: an import goes on after a stop, by whichever
process finds it first once the lease of the one that stopped is over (with SQLite, where there is one process, at its start) ·
a fault ends that attempt alone and is logged without what stood in a row.
"""

import asyncio
import time
from functools import partial
from typing import Final

import structlog

from schemas import limits
from server.imports.sheets import state
from server.imports.sheets.desk import Rooms
from server.imports.sheets.files import folder_of, remove
from server.imports.sheets.run import Lost, run
from server.imports.sheets.state import Import
from server.imports.sheets.undo import undo
from server.jobs.rounds import every
from server.logs import trail
from server.storage.store import SqlStore

ROUND_SECONDS: Final = 5.0
HOUR_SECONDS: Final = 3600
_DAY_MS: Final = 24 * 3600 * 1000
log = structlog.get_logger("sheets")


async def work(house: Rooms) -> None:
    """Until cancelled: run what is to be run. Where there is one process alone, whoever worked on an import before is gone."""
    if not house.settings.database_url:
        await house.database.write(lambda store: state.release(store.connection))
    while True:
        try:
            while await work_once(house):
                pass
        except Exception as problem:
            log.error("sheets_failed", type=type(problem).__qualname__, at=trail(problem))
        house.sheets.wake.clear()
        try:
            await asyncio.wait_for(house.sheets.wake.wait(), ROUND_SECONDS)
        except TimeoutError:
            continue


async def work_once(house: Rooms) -> bool:
    """Run or undo the oldest import that waits for it; whether there was one."""
    one: Import | None = await house.database.read(lambda store: state.find_working(store.connection, house.clock()))
    if one is not None:
        one = await house.database.write(lambda store: state.claim(store.connection, house.sheets.runner, house.clock()))
    if one is None:
        return False
    try:
        await (run if one.stage == "running" else undo)(house, one)
    except Lost:
        return True
    except FileNotFoundError:  # somebody has removed it from the disk: what went in stays, and can be undone
        await house.database.write(partial(_end_without_file, one, house.clock()))
    await asyncio.to_thread(remove, folder_of(house.settings.data, one.organisation, one.id))
    return True


def _end_without_file(one: Import, now_ms: int, store: SqlStore) -> None:
    present = state.find(store.connection, one.organisation, one.id)
    if present is not None and (present.stage, present.runner) == ("running", one.runner):
        state.change(store.connection, present, stage="done", finished_ms=now_ms, file_kept=False, runner="", lease_ms=0)


async def tidy(house: Rooms) -> None:
    """One round: uploads nobody ran, and results long past, are removed."""
    now = house.clock()
    old = await house.database.read(lambda store: state.with_old_files(store.connection, now - limits.SHEET_FILE_DAYS * _DAY_MS))
    for one in old:
        await asyncio.to_thread(remove, folder_of(house.settings.data, one.organisation, one.id))
        await house.database.write(partial(_past, one))
    await asyncio.to_thread(_sweep, house, await house.database.read(lambda store: state.kept(store.connection)))
    forget = partial(state.forget_results, before_ms=now - limits.SHEET_RESULT_DAYS * _DAY_MS)
    while await house.database.write(lambda store: forget(store.connection)):
        pass


def _sweep(house: Rooms, kept: set[str]) -> None:
    """Remove what a stop has left on the disk of imports that keep no file; what is being uploaded now is younger."""
    for folder in (house.settings.data / "sheets").glob("*/*"):
        if folder.name not in kept and folder.stat().st_mtime < time.time() - HOUR_SECONDS:
            remove(folder)


def _past(one: Import, store: SqlStore) -> None:
    """The upload is removed; an import that was never run goes with it."""
    present = state.find(store.connection, one.organisation, one.id)
    if present is not None and present.stage in ("uploaded", "checked"):
        state.drop(store.connection, present)
    elif present is not None:
        state.change(store.connection, present, file_kept=False)


async def tidy_hourly(house: Rooms) -> None:
    """Until cancelled. The application runs it as a task."""
    await every(HOUR_SECONDS, partial(tidy, house), "sheets_tidy_failed")
