"""A process of its own that opens one uploaded file: `python -m server.imports.sheets.reading FILE FOLDER`.

It writes each sheet's rows that are not empty to FOLDER/<number>.jsonl, `[row, merged, cells]` a line (`cells.py`), and says
on standard output what it found: `{"tabs": […]}` or `{"problem": code, "detail": {…}}`. Neighbours: `files.py` starts it and
bounds its time. Invariants: its memory is bounded by the system; an archive's sizes are added up from its directory and once
more while it is inflated, before anything of it is parsed; entities and document types are refused; values are what the sheet
shows, formulas are never run; files outside FOLDER are never written.
"""

import csv
import io
import json
import math
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any, Final

from schemas import limits
from schemas.errors import ErrorCode

_ZIP: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0"
_CHUNK: Final = 1 << 16
_OVERLAP: Final = 256
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]{0,100}?\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_MERGES_MAX: Final = 5_000
_HEAD_ROWS: Final = 50
"""Rows beside the data: a title, notes, headers."""
_SEPARATORS: Final = ",;\t"
_SHOWN_NAME_CHARS: Final = 100


class Unusable(Exception):
    """The file as a whole cannot be used."""

    def __init__(self, code: ErrorCode, **detail: Any) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass
class Part:
    """What was seen of a sheet's part while it was inflated: formulas, and merged areas as (row, column, last row, last
    column)."""

    formulas: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def swallows(self, row: int, column: int) -> bool:
        """Whether the cell is merged into another that stands before it."""
        return any(
            top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
            for top, left, bottom, right in self.merged
        )

    def touches(self, row: int) -> bool:
        """Whether a merged area crosses the row."""
        return any(top <= row <= bottom for top, _, bottom, _ in self.merged)


@dataclass
class Budget:
    """How many bytes of cells may still be put aside."""

    left: int = limits.SHEET_CELLS_BYTES_MAX


Row = tuple[int, bool, list[Any]]


def main(arguments: list[str]) -> int:
    """Read, write, say. Returns 0 whenever something was said."""
    source, folder = Path(arguments[0]), Path(arguments[1])
    resource.setrlimit(resource.RLIMIT_AS, (limits.SHEET_READ_MEMORY_BYTES_MAX,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.SHEET_READ_SECONDS_MAX,) * 2)
    try:
        said: dict[str, Any] = {"tabs": read_file(source, folder)}
    except Unusable as unusable:
        said = {"problem": unusable.code, "detail": unusable.detail}
    except MemoryError:
        said = {"problem": ErrorCode.SHEET_TOO_LARGE, "detail": {"what": "memory"}}
    except Exception as fault:  # a broken file breaks its reader in more ways than can be listed
        said = {"problem": ErrorCode.SHEET_UNREADABLE, "detail": {"fault": type(fault).__name__}}
    sys.stdout.write(json.dumps(said, ensure_ascii=True))
    return 0


def read_file(source: Path, folder: Path) -> list[dict[str, Any]]:
    """Put every sheet's rows aside; what is said of each. Unusable."""
    with source.open("rb") as file:
        start = file.read(8)
    if not start:
        raise Unusable(ErrorCode.SHEET_EMPTY)
    if start.startswith(_OLD):
        raise Unusable(ErrorCode.SHEET_OLD_FORMAT)
    sheets = _workbook(source) if start.startswith(_ZIP) else [("", Part(), _csv(source.read_bytes()))]
    budget = Budget()
    tabs = [_put_aside(folder / f"{number}.jsonl", name, part, rows, budget) for number, (name, part, rows) in enumerate(sheets)]
    if not any(tab["rows"] for tab in tabs):
        problem = next((tab["problem"] for tab in tabs if tab["problem"]), None)
        if problem is not None:
            raise Unusable(ErrorCode.SHEET_TOO_LARGE, what=problem)
        raise Unusable(ErrorCode.SHEET_EMPTY)
    return tabs


def _put_aside(target: Path, name: str, part: Part, rows: Iterable[Row], budget: Budget) -> dict[str, Any]:
    """Write one sheet's rows; those past a bound are left, and the sheet has a problem."""
    count, problem = 0, None
    with target.open("w", encoding="utf-8") as out:
        for row, merged, cells in rows:
            while cells and cells[-1] is None:
                cells.pop()
            if not cells:
                continue
            if len(cells) > limits.SHEET_COLUMNS_MAX:
                problem = "columns"
            elif count >= limits.SHEET_ROWS_MAX + _HEAD_ROWS:
                problem = "rows"
            line = json.dumps([row, merged, cells], ensure_ascii=False, separators=(",", ":"))
            budget.left -= len(line)
            if budget.left < 0:
                problem = "cells"
            if problem is not None:
                break
            out.write(line + "\n")
            count += 1
    return {"name": name[:_SHOWN_NAME_CHARS], "rows": count, "merged": len(part.merged), "problem": problem}


# --- .xlsx ------------------------------------------------------------------------------------------------------------
def _workbook(source: Path) -> Iterator[tuple[str, Part, Iterator[Row]]]:
    parts = inflate(source)
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to load: only when there is such a file

    with source.open("rb") as once, source.open("rb") as again:  # open files: it refuses names without a suffix it knows
        shown = load_workbook(once, read_only=True, data_only=True, keep_links=False)
        as_written = None
        for number, sheet in enumerate(shown.worksheets[: limits.SHEET_SHEETS_MAX]):
            part = parts.get(str(getattr(sheet, "_worksheet_path", "")).lstrip("/"), Part())
            beside: Any = None
            if part.formulas:
                as_written = as_written or load_workbook(again, read_only=True, data_only=False, keep_links=False)
                beside = as_written.worksheets[number]
            yield sheet.title, part, _rows(sheet, beside, part)


def inflate(source: Path) -> dict[str, Part]:
    """Inflate every part once, throwing it away, within bounds; what was seen in the sheets. Unusable."""
    try:
        with zipfile.ZipFile(source) as archive:
            infos = archive.infolist()
            if any(info.flag_bits & 1 for info in infos):
                raise Unusable(ErrorCode.SHEET_OLD_FORMAT)
            if len(infos) > limits.SHEET_PARTS_MAX:
                raise Unusable(ErrorCode.SHEET_TOO_LARGE, what="parts", max=limits.SHEET_PARTS_MAX)
            if sum(info.file_size for info in infos) > limits.SHEET_UNPACKED_BYTES_MAX:
                raise _bomb()
            if not any(info.filename.lower().endswith("workbook.xml") for info in infos):
                raise Unusable(ErrorCode.SHEET_UNREADABLE, fault="no_workbook")
            found: dict[str, Part] = {}
            taken = 0
            for info in infos:
                with archive.open(info) as packed:
                    taken = _inflate_one(packed, info.filename, found.setdefault(info.filename, Part()), taken)
            return found
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as broken:
        raise Unusable(ErrorCode.SHEET_UNREADABLE, fault=type(broken).__name__) from broken


def _bomb() -> Unusable:
    return Unusable(ErrorCode.SHEET_TOO_LARGE, what="unpacked", max=limits.SHEET_UNPACKED_BYTES_MAX)


def _inflate_one(packed: IO[bytes], name: str, part: Part, taken: int) -> int:
    is_sheet, before = "/worksheets/" in f"/{name}", b""
    areas: set[tuple[int, int, int, int]] = set()
    while chunk := packed.read(_CHUNK):
        taken += len(chunk)
        if taken > limits.SHEET_UNPACKED_BYTES_MAX:
            raise _bomb()
        seen = before + chunk
        if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in seen or b"<!ENTITY" in seen):
            raise Unusable(ErrorCode.SHEET_UNREADABLE, fault="document_type")
        if is_sheet:
            part.formulas |= _FORMULA.search(seen) is not None
            for found in _MERGED.finditer(seen):
                areas.add((int(found[2]), _column(found[1]), int(found[4]), _column(found[3])))
        before = seen[-_OVERLAP:]
        if len(areas) > _MERGES_MAX:
            raise Unusable(ErrorCode.SHEET_TOO_LARGE, what="merged", max=_MERGES_MAX)
    part.merged = sorted(areas)
    return taken


def _column(letters: bytes) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _rows(sheet: Any, beside: Any, part: Part) -> Iterator[Row]:
    """The rows of a sheet as it shows them; `beside`: the same sheet as it is written, where it has formulas."""
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    written: Iterator[Any] | None = None
    if beside is not None:
        beside.reset_dimensions()
        written = iter(beside.iter_rows())
    for number, row in enumerate(sheet.iter_rows(), 1):
        sources = next(written, ()) if written is not None else ()
        merged = part.touches(number) if part.merged else False
        if len(row) > limits.SHEET_COLUMNS_MAX and any(cell.value is not None for cell in row[limits.SHEET_COLUMNS_MAX :]):
            yield number, merged, [1] * (limits.SHEET_COLUMNS_MAX + 1)
            return
        cells = [_cell(cell.value, getattr(cell, "data_type", "n")) for cell in row[: limits.SHEET_COLUMNS_MAX]]
        for at, source in enumerate(sources[: len(cells)]):
            if cells[at] is None and getattr(source, "data_type", "n") == "f":
                cells[at] = {"f": 1}
        if merged:
            cells = [None if part.swallows(number, at) else cell for at, cell in enumerate(cells, 1)]
        yield number, merged, cells


def _cell(value: Any, kind: str) -> Any:
    if kind == "e":
        return {"e": str(value)[:20]}
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else {"e": "#NUM!"}
        case datetime():
            return {"d": value.replace(tzinfo=None, microsecond=0).isoformat()}
        case date():
            return {"d": datetime(value.year, value.month, value.day).isoformat()}
        case time():
            return value.isoformat("minutes")
        case timedelta():
            return str(value)
    return _text(str(value))


def _text(text: str) -> Any:
    """Text within bounds, control characters as blanks; None for nothing."""
    clean = "".join(one if one >= " " or one in "\n\t" else " " for one in text.replace("\r\n", "\n").replace("\r", "\n"))
    clean = "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in clean)
    if len(clean) > limits.SHEET_CELL_CHARS_MAX:
        return {"l": len(clean)}
    return clean if clean.strip() else None


# --- .csv -------------------------------------------------------------------------------------------------------------
def decode(raw: bytes) -> str:
    """The text of a CSV file: UTF-8 with or without its mark, UTF-16, GB18030. Unusable when it is none of them."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in raw[:4000]:
        even, odd = raw[:4000:2].count(0), raw[1:4000:2].count(0)
        encodings = ["utf-16-le" if odd > even else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and (encoding != "gb18030" or _is_chinese(raw, text)):
            return text
    raise Unusable(ErrorCode.SHEET_ENCODING)


_LETTER_PAIR: Final = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xa0]")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_UNASSIGNED: Final = re.compile("[\ue000-\uf8ff]")
_COMMON_PAIR: Final = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")


def _is_chinese(raw: bytes, text: str) -> bool:
    """Whether bytes that can be read as GB18030 are such a text: nearly all its characters in use are pairs of high bytes; in
    Western encodings (Latin-1, Windows-1252) high bytes stand alone between letters, and would be read as rare characters. Big5
    gives characters that nobody has assigned; a UTF-8 file that was cut or damaged is still UTF-8 nearly everywhere."""
    high = len(_HIGH.findall(raw))
    is_damaged = (len(raw) - len(raw.decode("utf-8", "ignore").encode())) * 10 < high
    if is_damaged or _UNASSIGNED.search(text) is not None:
        return False
    common = len(_COMMON_PAIR.findall(raw))
    rare = len(_LETTER_PAIR.findall(_COMMON_PAIR.sub(b"", raw)))
    return common >= rare


def separator_of(text: str) -> str:
    """What separates the columns: the one that most lines of the beginning hold equally often."""
    lines = [line for line in re.sub(r'"[^"]*"', "", text[:20_000]).splitlines()[:20] if line.strip()]
    return max(_SEPARATORS, key=lambda one: (sum(one in line for line in lines), sum(line.count(one) for line in lines)))


def _csv(raw: bytes) -> Iterator[Row]:
    text = decode(raw)
    if text.lstrip()[:1] == "<":
        raise Unusable(ErrorCode.SHEET_OLD_FORMAT)  # a web page under the name of a sheet, as some programs export
    csv.field_size_limit(limits.SHEET_BYTES_MAX)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    for number, line in enumerate(lines, 1):
        yield number, False, [_text(value) for value in line[: limits.SHEET_COLUMNS_MAX + 1]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
