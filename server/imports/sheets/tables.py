"""The tables of spreadsheet imports: how far each has come, what became of each row, how headers were mapped before.

Neighbours: `state.py` reads and writes them. Invariants: a class validates nothing and never travels; every row belongs to one
organisation, which leads every key; times are milliseconds since 1970. Whoever changes a table adds a migration.
"""

from sqlmodel import Field, SQLModel

from server.storage.types import Whole


class SheetImportRow(SQLModel, table=True):
    """One import. `own`: the depots its importer may touch, JSON, null for all; `at_row`: the last row of the sheet that was
    dealt with; `seen_version`: what the importer had before him; `runner` works on it until `lease_ms`."""

    __tablename__ = "sheet_import"

    organisation: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    name: str
    stage: str
    by: str
    own: str
    at_ms: int = Field(sa_type=Whole)
    finished_ms: int | None = Field(default=None, sa_type=Whole)
    undone_by: str | None = None
    file_bytes: int = Field(sa_type=Whole)
    file_kept: bool
    results_kept: bool
    tabs: str
    headers: str
    mapping: str | None = None
    preview: str | None = None
    counts: str
    done: int = Field(sa_type=Whole)
    at_row: int = Field(sa_type=Whole)
    seen_version: int = Field(sa_type=Whole)
    runner: str
    lease_ms: int = Field(sa_type=Whole)


class SheetRowRow(SQLModel, table=True):
    """What became of one row. `entries`: how many were written for it; `before`: JSON of the fields it changed, as they were;
    `cells`: JSON of a bad row as it came; `faults`: JSON; `undo`: null, `undone` or `left`."""

    __tablename__ = "sheet_row"

    organisation: str = Field(primary_key=True)
    import_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=Whole)
    state: str
    title: str
    record_id: str
    entries: int = Field(sa_type=Whole)
    before: str
    cells: str | None = None
    faults: str
    undo: str | None = None


class SheetHeaderRow(SQLModel, table=True):
    """What a header was mapped to before; an empty code: to nothing, on purpose."""

    __tablename__ = "sheet_header"

    organisation: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    header: str = Field(primary_key=True)
    code: str
