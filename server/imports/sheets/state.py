"""Reading and writing an import's rows, inside the store's transaction.

Neighbours: `tables.py`; `run.py`, `undo.py`, `server/http/sheets.py` ask. Invariants: a stage changes only from the stage it
follows; what a run has done and how far it is are committed together with the entries it wrote.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update
from sqlmodel import SQLModel

from schemas import limits
from schemas.sheets import RowFault, SheetCounts, SheetImport, SheetLeft, SheetMapping, SheetPreview, SheetStage, SheetTab
from server.imports.sheets.tables import SheetHeaderRow, SheetImportRow, SheetRowRow
from server.storage.asked import asked, prepare
from server.storage.statements import upsert
from sync import instants

_IMPORT = SQLModel.metadata.tables[SheetImportRow.__tablename__]
_ROW = SQLModel.metadata.tables[SheetRowRow.__tablename__]
_HEADER = SQLModel.metadata.tables[SheetHeaderRow.__tablename__]
_PUT_ROW: Final = upsert(_ROW)
_PUT_HEADER: Final = upsert(_HEADER)
_HELD: Final = select(_IMPORT.c.stage, _IMPORT.c.runner, _IMPORT.c.counts, _IMPORT.c.done).where(
    _IMPORT.c.organisation == bindparam("organisation"), _IMPORT.c.id == bindparam("id")
)
_PROGRESS: Final = text(
    "UPDATE sheet_import SET counts = :counts, done = :done, at_row = :at_row, lease_ms = :lease_ms "
    "WHERE organisation = :organisation AND id = :id"
)
prepare([_HELD])
WORKING: Final = ("running", "undoing")


@dataclass(frozen=True)
class Import:
    """One import as it is stored; see `SheetImportRow`."""

    organisation: str
    id: str
    kind: str
    name: str
    stage: SheetStage
    by: str
    own: frozenset[str] | None
    at_ms: int
    file_bytes: int
    tabs: tuple[SheetTab, ...] = ()
    counts: SheetCounts = field(default_factory=SheetCounts)
    headers: tuple[str, ...] = ()
    mapping: SheetMapping | None = None
    preview: SheetPreview | None = None
    finished_ms: int | None = None
    undone_by: str | None = None
    file_kept: bool = True
    results_kept: bool = True
    done: int = 0
    at_row: int = 0
    seen_version: int = 0
    runner: str = ""
    lease_ms: int = 0

    def wire(self, *, whole: bool, may_undo: bool, left: list[SheetLeft] | None = None) -> SheetImport:
        """As it is answered; not `whole`: without what only one shows."""
        waiting = whole and self.stage in ("uploaded", "checked")
        return SheetImport(
            id=self.id, kind=self.kind, name=self.name, stage=self.stage, by=self.by, at=instants.to_text(self.at_ms),
            finished_at=None if self.finished_ms is None else instants.to_text(self.finished_ms), undone_by=self.undone_by,
            file_bytes=self.file_bytes, file_kept=self.file_kept, results_kept=self.results_kept, counts=self.counts,
            done=self.done,
            tabs=list(self.tabs) if waiting else [], mapping=self.mapping if waiting else None,
            preview=self.preview if waiting else None, left=left or [], may_undo=may_undo,
        )  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What became of one row; see `SheetRowRow`."""

    number: int
    state: str
    title: str
    record_id: str = ""
    entries: int = 0
    before: Mapping[str, Any] | None = None
    cells: list[Any] | None = None
    faults: tuple[RowFault, ...] = ()
    undo: str | None = None


def _stored(one: Import) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _IMPORT.columns.keys()},  # noqa: SIM118 - a collection of columns is no mapping
        "own": json.dumps(None if one.own is None else sorted(one.own)),
        "tabs": json.dumps([tab.model_dump() for tab in one.tabs], ensure_ascii=False),
        "headers": json.dumps(one.headers, ensure_ascii=False),
        "counts": one.counts.model_dump_json(),
        "mapping": one.mapping.model_dump_json() if one.mapping else None,
        "preview": one.preview.model_dump_json() if one.preview else None,
    }


def _import(row: Mapping[str, Any]) -> Import:
    own = json.loads(row["own"])
    return Import(**{
        **row,
        "own": None if own is None else frozenset(own),
        "tabs": tuple(SheetTab.model_validate(tab) for tab in json.loads(row["tabs"])),
        "headers": tuple(json.loads(row["headers"])),
        "counts": SheetCounts.model_validate_json(row["counts"]),
        "mapping": SheetMapping.model_validate_json(row["mapping"]) if row["mapping"] else None,
        "preview": SheetPreview.model_validate_json(row["preview"]) if row["preview"] else None,
    })  # fmt: skip


# --- imports ----------------------------------------------------------------------------------------------------------
def add(connection: Connection, one: Import) -> None:
    """A new import."""
    connection.execute(insert(_IMPORT).values(**_stored(one)))


def find(connection: Connection, organisation: str, import_id: str) -> Import | None:
    """One import."""
    row = connection.execute(
        select(_IMPORT).where(_IMPORT.c.organisation == organisation, _IMPORT.c.id == import_id)
    ).mappings().first()  # fmt: skip
    return None if row is None else _import(dict(row))


def save(connection: Connection, one: Import) -> None:
    """The import as it stands now."""
    connection.execute(
        update(_IMPORT).where(_IMPORT.c.organisation == one.organisation, _IMPORT.c.id == one.id).values(**_stored(one))
    )


def held(connection: Connection, one: Import) -> Import | None:
    """The import with its counts and progress as they stand, while it is still this runner's and at this stage."""
    row = asked(connection, _HELD, {"organisation": one.organisation, "id": one.id}).first()
    if row is None or (row.runner, row.stage) != (one.runner, one.stage):
        return None
    return replace(one, counts=SheetCounts.model_validate_json(row.counts), done=row.done)


def save_progress(connection: Connection, one: Import) -> None:
    """How far it is, and until when it is its runner's."""
    names = ("organisation", "id", "done", "at_row", "lease_ms")
    connection.execute(_PROGRESS, {**{name: getattr(one, name) for name in names}, "counts": one.counts.model_dump_json()})


def change(connection: Connection, one: Import, **fields: Any) -> Import:
    """Change some of its fields; the import as it is then."""
    changed = replace(one, **fields)
    save(connection, changed)
    return changed


def drop(connection: Connection, one: Import) -> None:
    """Forget an import that was never run."""
    connection.execute(delete(_IMPORT).where(_IMPORT.c.organisation == one.organisation, _IMPORT.c.id == one.id))


def newest(connection: Connection, organisation: str) -> list[Import]:
    """The newest imports first."""
    rows = connection.execute(
        select(_IMPORT).where(_IMPORT.c.organisation == organisation).order_by(_IMPORT.c.id.desc())
        .limit(limits.SHEET_IMPORTS_LISTED_MAX)
    ).mappings()  # fmt: skip
    return [_import(dict(row)) for row in rows]


def open_count(connection: Connection, organisation: str) -> int:
    """How many wait to be run."""
    waiting = select(func.count()).where(_IMPORT.c.organisation == organisation, _IMPORT.c.stage.in_(("uploaded", "checked")))
    return int(connection.execute(waiting.select_from(_IMPORT)).scalar_one())


def find_working(connection: Connection, now_ms: int) -> Import | None:
    """The oldest that is to be worked on and that nobody works on."""
    waiting = select(_IMPORT).where(_IMPORT.c.stage.in_(WORKING), _IMPORT.c.lease_ms <= now_ms).order_by(_IMPORT.c.id).limit(1)
    row = connection.execute(waiting).mappings().first()
    return None if row is None else _import(dict(row))


def claim(connection: Connection, runner: str, now_ms: int) -> Import | None:
    """The oldest that is to be worked on and that nobody works on; it is the runner's until its lease ends."""
    one = find_working(connection, now_ms)
    if one is None:
        return None
    return change(connection, one, runner=runner, lease_ms=now_ms + limits.SHEET_LEASE_SECONDS * 1000)


def release(connection: Connection) -> None:
    """Whatever is under way is nobody's any more: the next who looks goes on with it."""
    connection.execute(update(_IMPORT).where(_IMPORT.c.stage.in_(WORKING)).values(lease_ms=0))


def with_old_files(connection: Connection, before_ms: int) -> list[Import]:
    """Whose upload is past its time, and is not being worked on."""
    old = select(_IMPORT).where(_IMPORT.c.file_kept.is_(True), _IMPORT.c.at_ms < before_ms, _IMPORT.c.stage.not_in(WORKING))
    return [_import(dict(row)) for row in connection.execute(old.limit(100)).mappings()]


def kept(connection: Connection) -> set[str]:
    """The imports whose upload is still here."""
    return set(connection.execute(select(_IMPORT.c.id).where(_IMPORT.c.file_kept.is_(True))).scalars())


def forget_results(connection: Connection, before_ms: int) -> int:
    """Drop bad rows as they came, of imports finished before; how many imports that were."""
    old = connection.execute(
        select(_IMPORT).where(_IMPORT.c.results_kept.is_(True), _IMPORT.c.finished_ms < before_ms).limit(100)
    ).mappings().all()  # fmt: skip
    for row in old:
        one = change(connection, _import(dict(row)), results_kept=False)
        connection.execute(
            update(_ROW).where(_ROW.c.organisation == one.organisation, _ROW.c.import_id == one.id)
            .values(cells=None, faults="[]", title="")
        )  # fmt: skip
    return len(old)


# --- rows -------------------------------------------------------------------------------------------------------------
def put_results(connection: Connection, one: Import, results: Iterable[Result]) -> None:
    """What became of some rows."""
    rows = [
        {
            "organisation": one.organisation, "import_id": one.id, "number": result.number, "state": result.state,
            "title": result.title[: limits.NAME_CHARS_MAX], "record_id": result.record_id, "entries": result.entries,
            "before": json.dumps(result.before or {}, ensure_ascii=False), "undo": result.undo,
            "cells": None if result.cells is None else json.dumps(result.cells, ensure_ascii=False),
            "faults": json.dumps([fault.model_dump() for fault in result.faults], ensure_ascii=False),
        }
        for result in results
    ]  # fmt: skip
    if rows:
        connection.execute(_PUT_ROW, rows)


def to_undo(connection: Connection, one: Import, limit: int) -> list[Result]:
    """Rows that wrote something and are not undone yet, the last first."""
    wanted = (
        select(_ROW)
        .where(_ROW.c.organisation == one.organisation, _ROW.c.import_id == one.id, _ROW.c.undo.is_(None))
        .where(_ROW.c.state.in_(("new", "changed")))
        .order_by(_ROW.c.number.desc())
        .limit(limit)
    )
    return [_result(dict(row)) for row in connection.execute(wanted).mappings()]


def results(connection: Connection, one: Import, after: int, limit: int, *, state: str | None, undo: str | None) -> list[Result]:
    """Rows in their order behind `after`, of one state or with one end of undoing."""
    wanted = select(_ROW).where(_ROW.c.organisation == one.organisation, _ROW.c.import_id == one.id, _ROW.c.number > after)
    if state is not None:
        wanted = wanted.where(_ROW.c.state == state)
    if undo is not None:
        wanted = wanted.where(_ROW.c.undo == undo)
    return [_result(dict(row)) for row in connection.execute(wanted.order_by(_ROW.c.number).limit(limit)).mappings()]


def _result(row: Mapping[str, Any]) -> Result:
    return Result(
        row["number"], row["state"], row["title"], row["record_id"], row["entries"], json.loads(row["before"]),
        json.loads(row["cells"]) if row["cells"] else None,
        tuple(RowFault.model_validate(fault) for fault in json.loads(row["faults"])), row["undo"],
    )  # fmt: skip


# --- headers ----------------------------------------------------------------------------------------------------------
def remembered(connection: Connection, organisation: str, kind: str) -> dict[str, str]:
    """Header → what it was mapped to the last time."""
    rows = connection.execute(select(_HEADER).where(_HEADER.c.organisation == organisation, _HEADER.c.kind == kind))
    return {row.header: row.code for row in rows}


def remember(connection: Connection, organisation: str, kind: str, headers: Mapping[str, str]) -> None:
    """What each header is, for the next file."""
    rows = [{"organisation": organisation, "kind": kind, "header": header, "code": code} for header, code in headers.items()]
    if rows:
        connection.execute(_PUT_HEADER, rows)
