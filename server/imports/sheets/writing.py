"""Writing a list out, as .csv (UTF-8 with its mark, as Excel wants it) or .xlsx.

Neighbours: `export.py`, `samples.py`, `server/http/sheets.py`. Invariants: a text that a spreadsheet might run (it begins
with = + - @ or a tab) gets an apostrophe before it, and the import takes that away again; nothing is kept in memory but what
one call brings. All methods block: call them in a thread.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final, Protocol

from schemas.sheets import SheetFormat

_RUNS: Final = re.compile(r"[=+\-@\t\r']")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_CHARS_MAX: Final = 32_000
MEDIA: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Sheet(Protocol):
    """One list on its way out."""

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Some more rows: text, numbers, truth values, local moments, None."""

    def close(self) -> None:
        """Everything is written."""


def safe(value: Any) -> Any:
    """A value as a cell: text that would run is quoted, control characters are blanks."""
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub(" ", value)[:_CELL_CHARS_MAX]
    return f"'{text}" if _RUNS.match(text) else text


def sheet(file: BinaryIO, format_: SheetFormat, title: str, headers: Sequence[str]) -> Sheet:
    """A new list with its headers."""
    made: Sheet = Csv(file) if format_ == "csv" else Xlsx(file, title, headers)
    made.rows([headers])
    return made


class Csv:
    """Commas, quotes where needed, one line a row."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.write(b"\xef\xbb\xbf")

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Some more rows."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows([_plain(safe(value)) for value in row] for row in rows)
        self._file.write(text.getvalue().encode())

    def close(self) -> None:
        """Nothing is owed."""
        self._file.flush()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    return value


class Xlsx:
    """One sheet, row by row into the archive."""

    def __init__(self, file: BinaryIO, title: str, headers: Sequence[str]) -> None:
        from openpyxl import Workbook  # noqa: PLC0415 - slow to load: only when there is such a file
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
        from openpyxl.styles import Font  # noqa: PLC0415 - as above

        self._file, self._book, self._cell, self._bold = file, Workbook(write_only=True), WriteOnlyCell, Font(bold=True)
        self._sheet: Any = self._book.create_sheet(title[:31])
        self._sheet.freeze_panes = "A2"
        for at, header in enumerate(headers):
            width = max(12, min(40, 2 * len(header) + 4))
            self._sheet.column_dimensions[_letters(at)].width = width
        self._first = True

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Some more rows; the first of all is bold."""
        for row in rows:
            self._sheet.append([self._made(value) for value in row])
            self._first = False

    def _made(self, value: Any) -> Any:
        clean = safe(value)
        if isinstance(clean, str):
            cell = self._cell(self._sheet, value=clean)
            cell.data_type = "s"
            if self._first:
                cell.font = self._bold
            return cell
        if isinstance(clean, datetime):
            cell = self._cell(self._sheet, value=clean)
            cell.number_format = "yyyy-mm-dd hh:mm:ss" if clean.second else "yyyy-mm-dd hh:mm"
            return cell
        return clean

    def close(self) -> None:
        """Write the archive's directory."""
        self._book.save(self._file)


def _letters(at: int) -> str:
    """0 → A, 26 → AA."""
    text = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        text = chr(65 + rest) + text
    return text
