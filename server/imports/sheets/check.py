"""Planning a whole sheet without writing: what the preview shows, and how many rows become what.

Neighbours: `plan.py` plans a row, `server/http/sheets.py` asks. Invariant: nothing is written; what is shown is what the
records were at one moment, whose version the run remembers as seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas import limits
from schemas.errors import ErrorCode
from schemas.sheets import SheetCounts, SheetMapping, SheetPreview, SheetRow
from server.imports.sheets.columns import Column
from server.imports.sheets.files import SheetRefused, lines
from server.imports.sheets.kinds import KINDS, Kind
from server.imports.sheets.known import learn
from server.imports.sheets.own import with_own
from server.imports.sheets.plan import Planner
from server.imports.sheets.state import Import
from server.storage.store import SqlStore


@dataclass(frozen=True)
class Checked:
    """What a sheet would come to."""

    counts: SheetCounts
    preview: SheetPreview
    version: int


def columns_of(kind: Kind, mapping: SheetMapping) -> list[Column | None]:
    """The columns a mapping names. SheetRefused SHEET_UNMAPPED when one is named twice or not known, or none tells which record
    a row means."""
    by_code = {column.code: column for column in kind.columns}
    codes = [code for code in mapping.columns if code]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    unknown = sorted(set(codes) - set(by_code))
    found = [by_code.get(code) if code else None for code in mapping.columns]
    if twice or unknown or not any(column is not None and column.field in {"id", *kind.keys} for column in found):
        wanted = [column.code for column in kind.columns if column.field in kind.keys]
        raise SheetRefused(ErrorCode.SHEET_UNMAPPED, twice=twice, wanted=wanted)
    return found


def check(store: SqlStore, one: Import, mapping: SheetMapping, columns: Sequence[Column | None], folder: Path) -> Checked:
    """Plan every row. SheetRefused SHEET_EMPTY, SHEET_TOO_LARGE; FileNotFoundError when the file is gone."""
    kind = with_own(KINDS[one.kind], store, one.organisation)
    known = learn(store, one.organisation, one.own, kind.looks, by=one.by)
    planner = Planner(kind, columns, known, one.id)
    counts = dict.fromkeys(("new", "changed", "unchanged", "bad"), 0)
    rows: list[SheetRow] = []
    bad: list[SheetRow] = []
    for line in lines(folder, mapping.sheet):
        if line[0] <= mapping.header_row:
            continue
        plan = planner.plan(store, line)
        counts[plan.state] += 1
        if len(rows) < limits.SHEET_PREVIEW_ROWS:
            rows.append(planner.shown(plan))
        if plan.state == "bad" and len(bad) < limits.SHEET_PREVIEW_ROWS:
            bad.append(planner.shown(plan))
    total = sum(counts.values())
    if total == 0:
        raise SheetRefused(ErrorCode.SHEET_EMPTY)
    if total > limits.SHEET_ROWS_MAX:
        raise SheetRefused(ErrorCode.SHEET_TOO_LARGE, what="rows", max=limits.SHEET_ROWS_MAX)
    return Checked(SheetCounts(rows=total, **counts), SheetPreview(rows=rows, bad=bad), known.version)
