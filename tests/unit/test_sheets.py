"""What stands in a cell, read one way only or refused with a reason; what is written out reads back as it was."""

import csv
import io
import json
import struct
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import limits
from schemas.errors import ErrorCode
from schemas.sheets import FAULTS, SheetFault
from server.imports.sheets import reading
from server.imports.sheets.cells import DATE, text_of
from server.imports.sheets.columns import guess, header_key
from server.imports.sheets.kinds import KINDS
from server.imports.sheets.known import Known, Names
from server.imports.sheets.naming import DepotName
from server.imports.sheets.plan import fault_of
from server.imports.sheets.reading import Unusable, decode, inflate, read_file, separator_of
from server.imports.sheets.words import Amount, Bad, Choice, Moment, Text, Whole, YesNo
from server.imports.sheets.writing import safe, sheet
from sync import instants

ZONE = ZoneInfo("Asia/Shanghai")
DEPOTS = {"d-1": ("下沙仓", "Xiasha depot"), "d-2": ("滨江仓", "Binjiang depot")}
KNOWN = Known("org", ZONE, 0, None, DEPOTS, {"vehicle": ("车辆", "Vehicle")}, {"asset": Names("asset")})
LETTERS = st.characters(blacklist_categories=("Cs", "Cc"))


def reason(reader: Any, cell: Any) -> SheetFault:
    with pytest.raises(Bad) as bad:
        reader.read(cell, KNOWN)
    found: SheetFault = bad.value.code
    return found


# --- values -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-11-22", "2026-11-22T00:00:00"), ("2026/11/22", "2026-11-22T00:00:00"), ("2026.11.22", "2026-11-22T00:00:00"),
        ("2026年11月22日", "2026-11-22T00:00:00"), ("２０２６年１１月２２日", "2026-11-22T00:00:00"),
        ("2026 年 1 月 2 号", "2026-01-02T00:00:00"), ("20261122", "2026-11-22T00:00:00"),
        ("22 Nov 2026", "2026-11-22T00:00:00"), ("November 22, 2026", "2026-11-22T00:00:00"),
        ("22-Nov-2026", "2026-11-22T00:00:00"), ("2026-11-22 18:30", "2026-11-22T18:30:00"),
        ("2026/11/22 8:05:09", "2026-11-22T08:05:09"), ("2026年11月22日18时30分", "2026-11-22T18:30:00"),
        ("46348", "2026-11-22T00:00:00"), (46348, "2026-11-22T00:00:00"), (46348.75, "2026-11-22T18:00:00"),
        (20261122, "2026-11-22T00:00:00"), ({"d": "2026-11-22T18:30:00"}, "2026-11-22T18:30:00"),
    ],
)  # fmt: skip
def test_a_date_that_can_be_read_in_one_way_is_read(text: Any, local: str) -> None:
    expected = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    assert instants.to_ms(Moment().read(text, KNOWN)) == int(expected.timestamp()) * 1000


def test_an_instant_with_its_zone_stays_that_instant() -> None:
    assert Moment().read("2026-11-22T10:00:00Z", KNOWN) == "2026-11-22T10:00:00.000Z"
    assert Moment(late=True).read("2026-11-22", KNOWN) == "2026-11-22T15:59:00.000Z"


def test_a_midnight_that_went_out_as_a_day_comes_back_unchanged() -> None:
    due, midnight = Moment(late=True), "2026-11-21T16:00:00.000Z"
    said = due.read({DATE: due.show(midnight, KNOWN, "zh").isoformat()}, KNOWN)
    assert said != midnight
    assert due.is_same(said, midnight, KNOWN)
    assert not due.is_same(due.read("2026-11-23", KNOWN), midnight, KNOWN)
    assert not due.is_same("2026-11-22T15:00:00.000Z", midnight, KNOWN)
    assert not Moment().is_same(said, midnight, KNOWN)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("22.11.2026", "date_ambiguous"), ("11/22/2026", "date_ambiguous"), ("1-2-2026", "date_ambiguous"),
        ("26-11-22", "date_ambiguous"), ("2026-02-30", "date_unreadable"), ("2026-13-01", "date_unreadable"),
        ("明天", "date_unreadable"), ("2026-11-22 25:00", "date_unreadable"), (True, "date_unreadable"),
        ("2026-11-22 下午", "date_unreadable"), (-3, "date_unreadable"), (9_999_999_999, "date_unreadable"),
        ("1800-01-01", "out_of_range"), ({"d": "9999-12-31T00:00:00"}, "out_of_range"),
    ],
)  # fmt: skip
def test_a_date_that_would_have_to_be_guessed_is_refused(text: Any, code: str) -> None:
    assert reason(Moment(), text) == code


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1,234.50", 123450), ("￥1,234.50", 123450), ("¥1234.5", 123450), ("１，２３４．５０ 元", 123450), ("RMB 12", 1200),
        (1234.5, 123450), (0.1 + 0.2, 30), (7, 700), ("0", 0), ("99999999999.99", 9_999_999_999_999),
    ],
)  # fmt: skip
def test_an_amount_is_read_to_the_fen(cell: Any, fen: int) -> None:
    assert Amount().read(cell, KNOWN) == fen


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (10**15, "out_of_range"), ("1000000000000000", "out_of_range"), ("1e15", "out_of_range"), (-1, "out_of_range"),
        ("1.234,50", "not_a_number"), ("1,23,4", "not_a_number"), ("十", "not_a_number"), ("1.005", "not_a_number"),
        ("=1+1", "not_a_number"), (True, "not_a_number"), ("9" * 60, "not_a_number"), ("1e999", "out_of_range"),
    ],
)  # fmt: skip
def test_an_amount_that_is_none_or_too_much_is_refused(cell: Any, code: str) -> None:
    assert reason(Amount(), cell) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [("1.5", "not_whole"), (2.5, "not_whole"), (10**15, "out_of_range"), ("很多", "not_a_number"), (False, "not_a_number")],
)
def test_a_whole_number_is_whole(cell: Any, code: str) -> None:
    assert reason(Whole(0, 10**8), cell) == code
    for good in ("12,345 公里", "12345km", 12345, 12345.0, "１２３４５"):
        assert Whole(0, 10**8, ("km", "公里")).read(good, KNOWN) == 12345


@pytest.mark.parametrize("word", ["是", "有", "YES", "y", "True", "1", 1, "√", True])
def test_yes_in_every_way_it_is_written(word: Any) -> None:
    assert YesNo().read(word, KNOWN) is True


@pytest.mark.parametrize("word", ["否", "无", "No", "n", "false", "0", 0, "×", False])
def test_no_in_every_way_it_is_written(word: Any) -> None:
    assert YesNo().read(word, KNOWN) is False


def test_what_is_neither_yes_nor_no_is_refused() -> None:
    assert reason(YesNo(), "maybe") == SheetFault.NOT_YES_OR_NO


def test_a_number_that_the_spreadsheet_has_rounded_is_no_text() -> None:
    assert reason(Text(), 330106199001011234) == SheetFault.ROUNDED
    assert Text().read(123456789012345, KNOWN) == "123456789012345"
    assert Text().read(12.0, KNOWN) == "12"


def test_an_unknown_depot_is_refused_with_those_there_are() -> None:
    with pytest.raises(Bad) as bad:
        DepotName().read("没有的仓", KNOWN)
    fault = fault_of(bad.value.code, None, bad.value.detail)
    assert "下沙仓、滨江仓" in fault.zh
    assert "Xiasha depot, Binjiang depot" in fault.en
    for name in ("下沙仓", " xiasha  DEPOT ", "d-1"):
        assert DepotName().read(name, KNOWN) == "d-1"


def test_every_fault_has_both_sentences() -> None:
    assert set(FAULTS) == set(SheetFault)


@pytest.mark.parametrize("code", list(SheetFault))
def test_every_fault_of_a_cell_says_its_column_in_both_languages(code: SheetFault) -> None:
    known = ("value", "min", "max", "row", "days")
    both = ("known", "now", "state", "what")
    detail = {
        **dict.fromkeys(known, "7"),
        **{f"{name}_{lang}": "7" for name in both for lang in ("zh", "en")},
        "zh": "7",
        "en": "7",
    }
    fault = fault_of(code, KINDS["asset"].columns[0], detail)
    assert (fault.column, "名称" in fault.zh, "Name" in fault.en) == ("label", True, True), fault
    assert not {"{", "}"} & set(fault.zh + fault.en), fault


# --- what is written reads back ------------------------------------------------------------------------------------------
@given(st.text(LETTERS, min_size=1, max_size=60))
def test_a_text_comes_back_as_it_was(text: str) -> None:
    kept = text.strip()
    if kept:
        assert Text().read(safe(kept), KNOWN) == kept


@given(st.integers(0, limits.SHEET_AMOUNT_FEN_MAX))
def test_an_amount_comes_back_as_it_was(fen: int) -> None:
    assert Amount().read(Amount().show(fen, KNOWN, "zh"), KNOWN) == fen


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 30)), st.booleans())
def test_a_moment_goes_out_to_the_minute_and_comes_back_unchanged(moment: datetime, late: bool) -> None:
    instant = instants.to_text(int(moment.replace(tzinfo=UTC).timestamp() * 1000))
    shown = Moment(late).show(instant, KNOWN, "zh")
    assert shown.second == 0
    if late and (shown.hour, shown.minute, shown.second) == (0, 0, 0):
        return  # a day alone means its end
    if shown.replace(tzinfo=ZONE, fold=1).utcoffset() != shown.replace(tzinfo=ZONE, fold=0).utcoffset():
        return  # the hour that a clock shows twice
    said = Moment(late).read({"d": shown.isoformat()}, KNOWN)
    assert Moment(late).is_same(said, instant, KNOWN)
    assert not Moment(late).is_same(said, instants.to_text(instants.to_ms(instant) + 60_000), KNOWN)


@given(st.sampled_from(["good", "normal", "watch"]), st.sampled_from(["zh", "en"]))
def test_a_word_comes_back_in_either_language(code: str, lang: Any) -> None:
    tiers: Choice = next(one.reader for one in KINDS["customer"].columns if one.code == "tier")  # type: ignore[assignment]
    assert tiers.read(tiers.show(code, KNOWN, lang), KNOWN) == code
    assert reason(tiers, "excellent!") == SheetFault.UNKNOWN_WORD


@given(st.lists(st.lists(st.text(LETTERS, max_size=20), min_size=3, max_size=3), max_size=8))
def test_a_csv_holds_what_was_written_and_nothing_that_would_run(rows: list[list[str]]) -> None:
    file = io.BytesIO()
    made = sheet(file, "csv", "x", ["a", "b", "c"])
    made.rows(rows)
    made.close()
    raw = file.getvalue()
    assert raw.startswith(b"\xef\xbb\xbf")
    back = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert len(back) == len(rows) + 1
    for line in back[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line)


@pytest.mark.parametrize("text", ["=1+1", "+8613800000000", "-1", "@SUM(A1)", "\t=1", "'=1"])
def test_what_would_run_is_quoted_and_unquoted(text: str) -> None:
    assert safe(text).startswith("'")
    assert Text().read(safe(text), KNOWN) == text.strip() or text.startswith("\t")


# --- headers ----------------------------------------------------------------------------------------------------------
def test_headers_are_known_in_both_languages_once_each() -> None:
    columns = KINDS["asset"].columns
    assert guess(columns, ["车牌号*", "所属 网点", "SN", "Category", "车牌", "随便"], {}) == [
        "plate", "home_depot", "serial", "pack", None, None,
    ]  # fmt: skip
    assert guess(columns, ["随便", "车牌"], {"随便": "label", "车牌": ""}) == ["label", None]


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_header_we_write_is_known_again(kind: str, lang: str) -> None:
    columns = KINDS[kind].columns
    assert guess(columns, [getattr(one, lang) for one in columns], {}) == [one.code for one in columns]


# --- files ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_is_read_in_the_encodings_and_with_the_separators_there_are(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [["车牌", "网点", "备注"], ["浙A·D1234", "下沙仓", f'带"引号"{separator}和分隔'], ["", "", ""], ["浙B", "", "x\ny"]]
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(lines)
    source = tmp_path / "upload"
    source.write_bytes(text.getvalue().encode(encoding))
    tabs = read_file(source, tmp_path)
    assert tabs == [{"name": "", "rows": 3, "merged": 0, "problem": None}]
    read = [json.loads(line) for line in (tmp_path / "0.jsonl").read_text("utf-8").splitlines()]
    assert read[0] == [1, False, lines[0]]
    assert read[1][2][2] == lines[1][2]
    assert read[2] == [4, False, ["浙B", None, "x\ny"]]


def refused(source: Path, content: bytes) -> ErrorCode:
    source.write_bytes(content)
    with pytest.raises(Unusable) as unusable:
        read_file(source, source.parent)
    return unusable.value.code


def test_what_is_no_sheet_is_refused_by_name(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    assert refused(source, b"") == ErrorCode.SHEET_EMPTY
    assert refused(source, b"\n\n ,, \n") == ErrorCode.SHEET_EMPTY
    assert refused(source, b"\xd0\xcf\x11\xe0" + bytes(600)) == ErrorCode.SHEET_OLD_FORMAT
    assert refused(source, b"<html><table><tr><td>1") == ErrorCode.SHEET_OLD_FORMAT
    assert refused(source, b"a,b\n\xff\xff\x81\n") == ErrorCode.SHEET_ENCODING
    assert refused(source, b"\x00\x01\x02binary\x00\x00") == ErrorCode.SHEET_ENCODING
    assert refused(source, b"PK\x03\x04 and nothing more") == ErrorCode.SHEET_UNREADABLE


def archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return path


def test_a_bomb_is_refused_by_its_directory_and_by_what_comes_out_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHEET_UNPACKED_BYTES_MAX", 1_000_000)
    bomb = archive(tmp_path / "bomb", {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(2_000_000)})
    with pytest.raises(Unusable) as honest:
        inflate(bomb)
    assert (honest.value.code, honest.value.detail["what"]) == (ErrorCode.SHEET_TOO_LARGE, "unpacked")
    raw = bytearray(bomb.read_bytes())
    for at in range(len(raw) - 4):  # every place that says how large it is says it is small
        if raw[at : at + 4] == struct.pack("<I", 2_000_000):
            raw[at : at + 4] = struct.pack("<I", 10)
    bomb.write_bytes(bytes(raw))
    with pytest.raises(Unusable):
        inflate(bomb)
    many = archive(tmp_path / "many", {f"xl/{n}": b"" for n in range(limits.SHEET_PARTS_MAX + 1)})
    with pytest.raises(Unusable) as parts:
        inflate(many)
    assert parts.value.detail["what"] == "parts"


def test_entities_and_document_types_are_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    path = archive(tmp_path / "entities", {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": bomb})
    with pytest.raises(Unusable) as unusable:
        inflate(path)
    assert unusable.value.code == ErrorCode.SHEET_UNREADABLE


def test_merged_areas_and_formulas_are_seen_while_a_sheet_is_inflated(tmp_path: Path) -> None:
    part = b'<worksheet><row><c><f>A1+1</f></c></row><mergeCells><mergeCell ref="B2:C4"/></mergeCells></worksheet>'
    path = archive(tmp_path / "merged", {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": part})
    found = inflate(path)["xl/worksheets/sheet1.xml"]
    assert found.formulas
    assert found.merged == [(2, 2, 4, 3)]
    assert not found.swallows(2, 2)
    assert found.swallows(3, 3)
    assert [row for row in range(1, 7) if found.touches(row)] == [2, 3, 4]


def test_a_sheet_is_read_up_to_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "upload"
    source.write_text("a\n" + "1\n" * (limits.SHEET_ROWS_MAX + 100))
    assert read_file(source, tmp_path)[0]["problem"] == "rows"
    source.write_text(",".join("x" for _ in range(limits.SHEET_COLUMNS_MAX + 1)) + "\n1\n")
    tmp_path.joinpath("0.jsonl").unlink()
    with pytest.raises(Unusable):
        read_file(source, tmp_path)  # its first row is too wide: nothing of it is read
    source.write_text("a,b\n" + "y" * 3000 + ",1\n")
    assert read_file(source, tmp_path)[0]["rows"] == 2
    assert json.loads((tmp_path / "0.jsonl").read_text().splitlines()[1])[2] == [{"l": 3000}, "1"]
    monkeypatch.setattr(reading, "Budget", partial(reading.Budget, 40))
    source.write_text("aaaaaaaaaaaa\nbbbbbbbbbbbbb\ncccccccccccc\n")
    assert read_file(source, tmp_path)[0]["problem"] == "cells"


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(raw: bytes) -> None:
    try:
        text = decode(raw)
    except Unusable:
        return
    assert separator_of(text) in ",;\t"
    assert text_of(text) == text


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+8"])
def test_a_header_is_known_with_the_zone_that_an_export_says(zone: str) -> None:
    for header in (f"开始（{zone}）", f"开始 ({zone})"):
        assert header_key(header) == header_key("开始")
    assert header_key("速度(km/h)") != header_key("速度")
    assert header_key("里程(公里)") != header_key("里程")
    assert header_key("Credit limit (yuan)") != header_key("Credit limit")
