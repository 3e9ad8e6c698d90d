"""Undoing an import: what it entered leaves again, what it changed is set back; what somebody has touched since, or uses, stays
and is listed.

Neighbours: `run.py` wrote it, `server/domain/sheets.py` takes a record back and decides whether it may go. Invariants: nothing is
taken out of the journal, each compensation is an entry of its own with whoever undoes as its actor · a row is judged in the
transaction that writes its entry, behind the organisation's lock, never by what was read before · a field that is no longer the
import's is not touched, and then nothing of its row is; a rule's own figure is nobody's touch · of a row all that takes it back
stands or nothing: what went in before a refusal is set again, and the reason is told · a stop costs nothing but going on.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from schemas.errors import MESSAGES, ErrorCode
from schemas.sheets import RowFault, SheetFault
from server import owed
from server.domain.sheets import BY_RULE, Place, Stays, is_by_rules, is_only, taken_back
from server.imports.sheets import state
from server.imports.sheets.back import compensation, retract
from server.imports.sheets.desk import Rooms
from server.imports.sheets.kinds import KINDS, Values, entry_id
from server.imports.sheets.own import PREFIX, folded, value_in
from server.imports.sheets.plan import fault_of
from server.imports.sheets.run import Pace, Wrote, end, hold
from server.imports.sheets.state import Import, Result
from server.storage.store import SqlStore
from server.system_device import SystemEntry, record_system_many
from server.trail.words import KIND_WORDS
from sync.engine import Engine
from sync.pushed import Pushed
from sync.store import StoredRecord

_AGAIN: Final = 100
"""From here on the entries of a row are counted that set it again."""
_STATE: Final = {"edited": SheetFault.EDITED_SINCE, "in_use": SheetFault.IN_USE}


async def undo(house: Rooms, one: Import, pace: Pace | None = None) -> None:
    """Go on undoing until nothing is left to do. Lost."""
    pace = pace or Pace()
    while True:
        wrote = await house.database.write(partial(_write_back, house.engine, one, pace.rows, house.clock()))
        if wrote is None:
            break
        one = wrote.one
        pace.took(wrote.seconds, pace.rows)
        for pushed in wrote.pushed:
            await owed.settle(house, one.organisation, pushed)
        await asyncio.sleep(0)
    await house.database.write(partial(end, one, "undone", house.clock()))


def _write_back(engine: Engine, one: Import, rows: int, now_ms: int, store: SqlStore) -> Wrote | None:
    """Undo the next rows in the writer's transaction; None when none are left. Lost."""
    began = time.thread_time()
    store.lock_organisation(one.organisation)  # what is read below stands until the commit
    held = hold(store, one, now_ms)
    batch = state.to_undo(store.connection, one, rows)
    if not batch:
        return None
    leaving = frozenset((one.kind, result.record_id) for result in batch if result.state == "new")
    left: dict[int, RowFault] = {}
    steps: dict[int, list[SystemEntry]] = {}
    stood: dict[int, Values] = {}
    for result in batch:
        stored = store.record(one.organisation, one.kind, result.record_id)
        why = _untouchable(store, one, result, stored, leaving)
        if why is not None or stored is None:
            left[result.number] = why or fault_of(SheetFault.EDITED_SINCE)
            continue
        steps[result.number] = compensation(one, result, stored)
        stood[result.number] = _standing(store, one, result, stored)

    def record(entries: list[SystemEntry]) -> tuple[Pushed | None, dict[str, str]]:
        store.keeps_imported = True
        try:
            return record_system_many(engine, store, one.organisation, entries, now_ms, one.undone_by or one.by)
        finally:
            store.keeps_imported = False

    pushed, ended = record([entry for entries in steps.values() for entry in entries])
    results = [_undone(store, one, result, left.get(result.number), steps.get(result.number, ()), ended) for result in batch]
    halves = [
        result for result in results
        if result.undo == "left" and any(ended.get(entry.id) == "applied" for entry in steps.get(result.number, ()))
    ]  # fmt: skip
    again = record([entry for result in halves for entry in _set_again(store, one, result, stood[result.number])])
    if set(again[1].values()) - {"applied"}:
        raise RuntimeError(f"a row taken back by halves could not be set again: {sorted(set(again[1].values()))}")
    left_now = sum(result.undo == "left" for result in results)
    counts = held.counts.model_copy(
        update={"undone": held.counts.undone + len(results) - left_now, "left": held.counts.left + left_now}
    )
    changed = replace(held, counts=counts, done=held.done + len(batch))
    state.put_results(store.connection, changed, results)
    state.save_progress(store.connection, changed)
    return Wrote(changed, [each for each in (pushed, again[0]) if each is not None], {}, time.thread_time() - began)


def _standing(store: SqlStore, one: Import, result: Result, stored: StoredRecord) -> Values:
    """What stands now in the fields that the row has changed."""
    beside = KINDS[one.kind].beside
    terms = store.record(one.organisation, beside, result.record_id) if beside is not None else None
    data = {**(terms.data if terms is not None else {}), **stored.data}
    return {name: list(data["assets"]) if name == "asset_ids" else value_in(data, name) for name in result.before or {}}


def _set_again(store: SqlStore, one: Import, result: Result, stood: Values) -> list[SystemEntry]:
    """The entries after which a row that was taken back by halves is as the import left it."""
    stored = store.record(one.organisation, one.kind, result.record_id)
    assert stored is not None, "a row that is left is there"
    actions = KINDS[one.kind].edit(result.record_id, stored.data, folded(stood))
    seen = {result.record_id: stored.version}
    return [
        SystemEntry(entry_id(one.id, result.number, _AGAIN + at, undo=True), action, seen) for at, action in enumerate(actions)
    ]


def _untouchable(
    store: SqlStore, one: Import, result: Result, stored: StoredRecord | None, leaving: Collection[Place]
) -> RowFault | None:
    """Why a row is left, or None: somebody wrote one of its fields since, or something else names what is new."""
    if stored is None or stored.gone:
        return fault_of(SheetFault.EDITED_SINCE)
    if result.state == "new":
        places = taken_back(store, one.organisation, retract(one, result), leaving)
        return _stays(places.why, places.kind) if isinstance(places, Stays) else None
    beside = KINDS[one.kind].beside
    terms = store.record(one.organisation, beside, result.record_id) if beside is not None else None
    own = {entry_id(one.id, result.number, number) for number in range(result.entries)}
    is_whole = all(
        _is_own(name, before, stored, terms, own)
        or (name in BY_RULE and name in stored.meta and is_by_rules(store, one.organisation, stored.meta[name]))
        for name, before in (result.before or {}).items()
    )
    return None if is_whole else fault_of(SheetFault.EDITED_SINCE)


def _stays(why: str, kind: str) -> RowFault:
    words = KIND_WORDS[kind]
    return fault_of(_STATE[why], None, {"what": kind, "what_zh": words.zh, "what_en": words.en.lower()})


def _not_back(code: str) -> RowFault:
    """Why what was there before does not come back: in the words of what forbade it."""
    zh, en = MESSAGES[ErrorCode(code)] if code in set(ErrorCode) else (code, code)
    return fault_of(SheetFault.NOT_BACK, None, {"zh": zh, "en": en, "code": code})


def _is_own(name: str, before: Any, stored: StoredRecord, terms: StoredRecord | None, own: set[str]) -> bool:
    """Whether nobody but the import has written the field, or the one of the organisation's own fields."""
    meta = {**(terms.meta if terms is not None else {}), **stored.meta}
    if name == "asset_ids":  # of the rental's lines, those that the import added or took away
        lines = [line for line in meta["assets"].items if (line in stored.data["assets"]) != (line in before)]
        return all(is_only(meta["assets"].items[line], own) for line in lines)
    if name.startswith(PREFIX):
        items = [meta[one].items.get(name.removeprefix(PREFIX)) for one in ("custom", "custom_office") if one in meta]
        written = [item for item in items if item is not None]
        return bool(written) and all(is_only(item, own) for item in written)
    return name in meta and is_only(meta[name], own)


def _undone(
    store: SqlStore, one: Import, result: Result, why: RowFault | None, steps: Sequence[SystemEntry], ended: dict[str, str]
) -> Result:
    refused = next((entry.id for entry in steps if ended.get(entry.id, "applied") != "applied"), None)
    if refused is not None:
        entry = store.entry_by_id(one.organisation, refused)
        detail = entry.detail if entry is not None else {}
        why = (
            _stays(str(detail["state"]), str(detail["kind"])) if detail.get("state") in _STATE else _not_back(ended[refused])
        )  # fmt: skip
    return replace(result, undo="undone") if why is None else replace(result, undo="left", faults=(why,))
