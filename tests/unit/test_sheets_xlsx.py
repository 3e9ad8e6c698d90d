"""Real .xlsx files, written and read by the library: what a sheet shows is what is read."""

import io
import json
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from schemas import limits
from schemas.errors import ErrorCode
from server.imports.sheets import samples
from server.imports.sheets.kinds import KINDS
from server.imports.sheets.reading import Unusable, read_file
from server.imports.sheets.writing import sheet

EMPTY = rb"</f><v\s*/>|</f><v></v>"


def put(path: Path, fill: Any) -> Path:
    """A workbook of one sheet, 表."""
    book = Workbook()
    made = book.worksheets[0]
    made.title = "表"
    fill(made)
    book.save(path)
    return path


def calculated(path: Path, value: str) -> None:
    """Put the value that a spreadsheet would have worked out beside every formula, as it does when it saves."""
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name, content in parts.items():
            if "worksheets/sheet" in name:
                assert len(re.findall(EMPTY, content)) == 1
            after.writestr(name, re.sub(EMPTY, f"</f><v>{value}</v>".encode(), content))


def rows_of(path: Path, number: int = 0) -> list[Any]:
    read_file(path, path.parent)
    return [json.loads(line) for line in (path.parent / f"{number}.jsonl").read_text("utf-8").splitlines()]


def test_a_formula_is_what_it_shows_and_one_without_a_value_is_marked(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        made.append(["名称", "里程"])
        made.append(["甲", "=SUM(40,2)"])

    path = put(tmp_path / "upload", fill)
    assert rows_of(path)[1] == [2, False, ["甲", {"f": 1}]]
    calculated(path, "42")
    assert rows_of(path)[1] == [2, False, ["甲", 42]]


def test_of_a_merged_area_only_its_first_cell_has_something(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        made.append(["2026 年车辆表"])
        made.merge_cells("A1:C1")
        made.append(["名称", "网点", "车位"])
        made.append(["甲", "下沙仓", "A-1"])
        made.append(["乙", None, "A-2"])
        made.merge_cells("B3:B4")

    path = put(tmp_path / "upload", fill)
    assert read_file(path, tmp_path) == [{"name": "表", "rows": 4, "merged": 2, "problem": None}]
    assert rows_of(path) == [
        [1, True, ["2026 年车辆表"]], [2, False, ["名称", "网点", "车位"]],
        [3, True, ["甲", "下沙仓", "A-1"]], [4, True, ["乙", None, "A-2"]],
    ]  # fmt: skip


def test_values_come_as_they_are_typed(tmp_path: Path) -> None:
    values: list[Any] = [
        datetime(2026, 11, 22, 18, 30), date(2026, 11, 22), time(8, 5), timedelta(hours=30), 12, 12.5, True, "浙A·D1234", "  ",
        "#N/A", "a\tb", "x" * (limits.SHEET_CELL_CHARS_MAX + 1), "end",
    ]  # fmt: skip

    def fill(made: Any) -> None:
        made.append(values)
        made["J1"].data_type = "e"

    cells = rows_of(put(tmp_path / "upload", fill))[0][2]
    assert cells == [
        {"d": "2026-11-22T18:30:00"}, {"d": "2026-11-22T00:00:00"}, "08:05", cells[3], 12, 12.5, True, "浙A·D1234", None,
        {"e": "#N/A"}, "a\tb", {"l": limits.SHEET_CELL_CHARS_MAX + 1}, "end",
    ]  # fmt: skip


def test_sheets_are_told_apart_and_empty_rows_keep_their_numbers(tmp_path: Path) -> None:
    book = Workbook()
    first = book.worksheets[0]
    first.title = "说明"
    second = book.create_sheet("车辆")
    second["B5"] = "名称"
    second["B9"] = "甲"
    path = tmp_path / "upload"
    book.save(path)
    assert [(tab["name"], tab["rows"]) for tab in read_file(path, tmp_path)] == [("说明", 0), ("车辆", 2)]
    assert rows_of(path, 1) == [[5, False, [None, "名称"]], [9, False, [None, "甲"]]]


def test_a_workbook_without_anything_or_with_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as empty:
        read_file(put(tmp_path / "upload", lambda made: None), tmp_path)
    assert empty.value.code == ErrorCode.SHEET_EMPTY

    def wide(made: Any) -> None:
        made.append(["名称"])
        made.cell(2, limits.SHEET_COLUMNS_MAX + 1, "far away")

    assert read_file(put(tmp_path / "upload", wide), tmp_path)[0]["problem"] == "columns"


def test_what_is_written_is_text_and_never_a_formula(tmp_path: Path) -> None:
    texts = ["=1+1", "+86138", "-1", "@SUM(A1)", "\t=1", "'quoted", "plain", "浙A·D1234", "0012", "bad\x07bell"]
    file = io.BytesIO()
    made = sheet(file, "xlsx", "资产", ["名称", "=HYPERLINK(1)"])
    made.rows([[text, None] for text in texts])
    made.rows([[datetime(2026, 11, 22, 18, 30), 12], [True, 12.5]])
    made.close()
    written = load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
    assert written.title == "资产"
    assert [cell.data_type for cell in written["A"][: len(texts) + 1]] == ["s"] * (len(texts) + 1)
    assert written["B1"].value == "'=HYPERLINK(1)"
    assert [cell.value for cell in written["A"][1 : len(texts) + 1]] == [
        "'=1+1", "'+86138", "'-1", "'@SUM(A1)", "'\t=1", "''quoted", "plain", "浙A·D1234", "0012", "bad bell",
    ]  # fmt: skip
    path = tmp_path / "upload"
    path.write_bytes(file.getvalue())
    assert rows_of(path)[-2:] == [[12, False, [{"d": "2026-11-22T18:30:00"}, 12]], [13, False, [True, 12.5]]]


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_sample_workbook_opens(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(samples.sample(kind, "xlsx", "zh"))
    rows = rows_of(path)
    assert len(rows) == 3
    assert None not in rows[0][2]
