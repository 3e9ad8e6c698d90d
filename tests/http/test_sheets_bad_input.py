"""What companies really send: each odd file gets a clear error or goes in as far as it is good; nothing is lost on the way."""

import csv
import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from schemas import limits
from schemas.actions.custom_fields import CustomFieldDefine
from schemas.errors import MESSAGES, ErrorCode
from tests.http.world import World, new_id
from tests.support.sheets import HEADERS, Desk, csv_of, office, records, van

pytestmark = pytest.mark.asyncio


def workbook(*rows: list[Any], merge: str = "") -> bytes:
    """A workbook of assets."""
    book = Workbook()
    made = book.worksheets[0]
    for row in (HEADERS, *rows):
        made.append(row)
    if merge:
        made.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """The archive with more parts in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name))
        for name, part in parts.items():
            after.writestr(f"xl/{name}.bin", part)
    return out.getvalue()


async def refused(desk: Desk, content: bytes, name: str = "车辆.csv") -> tuple[str, dict[str, Any]]:
    """The code of a file that is not taken, and what is said of it; nothing of it is kept."""
    answer = await desk.bring(content, name=name)
    assert answer.status_code >= 400
    said = answer.json()
    assert (said["zh"], said["en"]) == tuple(MESSAGES[ErrorCode(said["code"])])
    assert (await desk.http.get("/api/v1/sheets/imports")).json()["imports"] == []
    return said["code"], said["detail"]


async def faults(desk: Desk, content: bytes) -> dict[int, set[str]]:
    """Row → what stands against it, or is odd about it, in the preview."""
    found = await desk.checked(content)
    rows = found["preview"]["rows"]
    return {row["row"]: {one["code"] for one in (*row["faults"], *row["warnings"])} for row in rows}


async def test_files_that_cannot_be_used_are_refused_by_name(world: World) -> None:
    desk = await office(world)
    before = await records(world, "asset")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)
    assert (await refused(desk, old, "旧.xls"))[0] == "sheet_old_format"
    assert (await refused(desk, old, "加密.xlsx"))[0] == "sheet_old_format"  # one with a password lies in the same container
    assert (await refused(desk, b"", "空.xlsx"))[0] == "sheet_empty"
    assert (await refused(desk, b"\xef\xbb\xbf\r\n,,\r\n"))[0] == "sheet_empty"
    assert (await refused(desk, workbook()[:900], "断.xlsx"))[0] == "sheet_unreadable"
    assert (await refused(desk, "Name,Tag\nMüller & Söhne,Überführung\n".encode("latin-1")))[0] == "sheet_encoding"
    for encoding in ("big5", "shift_jis", "cp1251", "utf-32"):  # read as the nearest Chinese, they would be rows of nonsense
        text = "Название,Склад\r\n" if encoding == "cp1251" else "名稱,編號\r\n車一號,總部倉庫\r\n"
        assert (await refused(desk, text.encode(encoding, "replace")))[0] == "sheet_encoding", encoding
    cut = csv_of([van(number) for number in range(9)])
    assert (await refused(desk, cut[: cut.rindex("年检".encode()) + 4]))[0] == "sheet_encoding"
    assert (await refused(desk, cut.replace("车辆".encode(), b"\xe8\xbd", 1)))[0] == "sheet_encoding"
    wide = csv_of([[str(number) for number in range(1000)]], [f"列{number}" for number in range(1000)])
    assert await refused(desk, wide) == ("sheet_too_large", {"what": "columns"})
    large = b"x" * (limits.SHEET_BYTES_MAX + 1)
    assert await refused(desk, large) == ("sheet_too_large", {"what": "bytes", "max": limits.SHEET_BYTES_MAX})
    assert await records(world, "asset") == before


async def test_a_zip_bomb_ends_at_its_bound(world: World) -> None:
    desk = await office(world)
    bomb = with_parts(workbook(van(1)), bomb=bytes(limits.SHEET_UNPACKED_BYTES_MAX))
    assert len(bomb) < 1_000_000
    code, detail = await refused(desk, bomb, "炸弹.xlsx")
    assert (code, detail["what"]) == ("sheet_too_large", "unpacked")


async def test_a_file_of_ten_megabytes_says_that_it_has_too_many_rows(world: World) -> None:
    desk = await office(world)
    row = ",".join(str(cell) for cell in van(1))
    content = csv_of([]) + f"{row}\r\n".encode() * (10 * 1024 * 1024 // (len(row.encode()) + 2))
    assert 9_900_000 < len(content) < limits.SHEET_BYTES_MAX
    brought = await desk.bring(content)
    assert brought.status_code == 200, brought.text
    found = brought.json()
    assert found["tabs"][0]["problem"] == "rows"
    answer = (await desk.map(found)).json()
    assert (answer["code"], answer["detail"]) == ("sheet_too_large", {"what": "rows"})


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16", "utf-16-le", "utf-8", "utf-8-sig"])
async def test_every_encoding_that_spreadsheets_write_is_read(world: World, encoding: str) -> None:
    desk = await office(world)
    text = csv_of([van(1, label="镕基 1 号 · 浙A"), van(2)]).decode("utf-8-sig")
    done = await desk.imported(text.encode(encoding))
    assert (done["counts"]["new"], done["counts"]["bad"]) == (2, 0)
    assert "镕基 1 号 · 浙A" in {one["label"] for one in (await records(world, "asset")).values()}


async def test_formulas_and_merged_cells_are_told_and_the_other_rows_go_in(world: World) -> None:
    desk = await office(world)
    content = workbook(van(1), van(2, km="=SUM(1,2)"), van(3, km="#REF!"), van(4), van(5), merge="A5:B5")
    assert await faults(desk, content) == {2: set(), 3: {"formula_empty"}, 4: {"cell_error"}, 5: {"merged"}, 6: set()}
    done = await desk.imported(content)
    assert (done["counts"]["new"], done["counts"]["bad"]) == (3, 2)


async def test_a_macro_workbook_is_read_and_its_macros_are_nothing(world: World) -> None:
    desk = await office(world)
    content = with_parts(workbook(van(1)), vbaProject=b'\xd0\xcf\x11\xe0 Sub Auto_Open() Shell "calc" End Sub')
    brought = await desk.bring(content, name="宏.xlsm")
    assert brought.status_code == 200, brought.text
    assert (await desk.map(brought.json())).json()["counts"]["new"] == 1


async def test_dates_as_text_are_read_where_there_is_one_way_to_read_them(world: World) -> None:
    desk = await office(world)
    good = ["2027年3月31日", "2027.3.31", "2027/03/31", "20270331", "31 March 2027", "Mar 31, 2027", "'2027-03-31", "46477"]
    bad = {
        "31/3/27": "date_ambiguous",
        "3-4-2027": "date_ambiguous",
        "下个月": "date_unreadable",
        "2027-02-30": "date_unreadable",
    }
    rows = [van(number, due=text) for number, text in enumerate((*good, *bad))]
    found = await faults(desk, csv_of(rows))
    assert list(found.values()) == [set()] * len(good) + [{code} for code in bad.values()]
    await desk.imported(csv_of(rows))
    due = {one["inspection_due_at"] for one in (await records(world, "asset")).values() if one["tag"].startswith("E-")}
    assert due == {"2027-03-31T15:59:00.000Z"}


async def test_a_number_twice_is_told_within_the_file_and_against_the_stock(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([van(1), van(2)]))
    rows = [
        van(3, serial="AB-9"), van(4, serial="ab-9"), van(5, serial=" AB-9 "), van(6, serial="ＡＢ-9"),
        van(7, serial="sn000001"), van(8, serial="SN000002 "), van(9),
    ]  # fmt: skip
    found = await faults(desk, csv_of(rows))
    twice, taken = {"twice_in_file"}, {"taken"}
    assert found == {2: set(), 3: twice, 4: twice, 5: twice, 6: taken, 7: taken, 8: set()}
    done = await desk.imported(csv_of(rows))
    assert (done["counts"]["new"], done["counts"]["changed"], done["counts"]["bad"]) == (2, 0, 5)
    serials = [one["serial"] for one in (await records(world, "asset")).values() if one["serial"]]
    assert sorted(serials) == ["AB-9", "SN000001", "SN000002", "SN000009"]


async def test_a_tag_no_label_can_carry_stays_out_and_says_why(world: World) -> None:
    desk = await office(world)
    tags = ["A/01", "A 01", "A%01", "A?01", "A#01", "..", "浙A12345"]
    done = await desk.imported(csv_of([van(n, tag=tag) for n, tag in enumerate(tags)]))
    assert (done["counts"]["new"], done["counts"]["bad"]) == (1, 6)
    assert [one["tag"] for one in (await records(world, "asset")).values() if one["serial"].startswith("SN")] == ["浙A12345"]
    bad = (await desk.http.get(f"/api/v1/sheets/imports/{done['id']}/bad/csv")).text
    assert bad.count("印不成二维码") == 6


async def test_headers_alone_a_header_twice_and_the_header_again_among_the_rows(world: World) -> None:
    desk = await office(world)
    alone = (await desk.bring(csv_of([]))).json()
    assert (await desk.map(alone)).json()["code"] == "sheet_empty"
    twice = (await desk.bring(csv_of([[*van(1), "E-0099"]], [*HEADERS, "标签"]))).json()
    mapping = twice["tabs"][0]["mapping"]
    assert (mapping.count("tag"), mapping[-1]) == (1, None)
    answer = (await desk.map(twice, [*mapping[:-1], "tag"])).json()
    assert (answer["code"], answer["detail"]["twice"]) == ("sheet_unmapped", ["tag"])
    found = await desk.checked(csv_of([van(1), HEADERS, van(2)]))
    assert (found["counts"]["new"], found["counts"]["bad"]) == (2, 1)


async def test_amounts_past_every_bound_stay_out_and_say_which(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([van(1)]))
    await desk.imported(csv_of([["速达", "网点0"]], ["客户名称", "网点"]), "customer")
    rental = ["速达", "网点0", "E-0001", "2026-12-01", "2027-02-28"]
    sheets: dict[str, tuple[list[str], list[Any], tuple[str, ...]]] = {
        "customer": (["客户名称", "网点", "信用额度"], ["顺发", "网点0"], ("信用额度(元)",)),
        "rental": (
            ["单号", "客户", "网点", "车牌", "开始", "到期", "押金", "已收押金"],
            ["R-1", *rental],
            ("押金(元)", "已收押金(元)"),
        ),
    }
    wrong = [10**15, "1,000,000,000,000,000", "￥1000000000000000.00", "1e15", -1, "NaN", "∞", "1.005"]
    for kind, (heads, row, columns) in sheets.items():
        for at, column in enumerate(columns):
            blank = [[""] * at, [""] * (len(columns) - at - 1)]
            rows = [[f"{row[0]}-{number}", *row[1:], *blank[0], value, *blank[1]] for number, value in enumerate(wrong)]
            bad = (await desk.checked(csv_of(rows, heads), kind))["preview"]["bad"]
            told = [(fault["code"], column in fault["zh"]) for one in bad for fault in one["faults"]]
            codes = ["out_of_range"] * 5 + ["not_a_number"] * 3
            assert told == [(code, True) for code in codes], (kind, column)
    assert len(await records(world, "rental")) == 0


async def test_figures_past_every_bound_stay_out(world: World) -> None:
    desk = await office(world)
    rows = [
        van(1, km=10**15),
        van(2, km="1" * 50),
        van(3, km=-1),
        van(4, km="1e300"),
        van(5, km="12.5"),
        van(6, label="长" * 3000),
    ]
    found = await faults(desk, csv_of(rows))
    assert list(found.values()) == [
        {"out_of_range"},
        {"not_a_number"},
        {"out_of_range"},
        {"out_of_range"},
        {"not_whole"},
        {"too_long"},
    ]


RUNS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "'=1"]


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
async def test_what_a_spreadsheet_would_run_is_quoted_wherever_it_goes_out(world: World, format_: str) -> None:
    """In a list, in the rows that stayed out, in the header of a field of the company's own."""
    desk = await office(world)
    field = {"custom_field_id": new_id(), "belongs_to": "asset", "code": "evil", "zh": "=1+1", "en": "=1+1", "type": "text"}
    await world.system(world.a, CustomFieldDefine.model_validate(field))
    rows = [van(number, label=f"车{number}", bay=text) for number, text in enumerate(RUNS)]
    rows += [van(10 + number, label=text, depot="没有的仓") for number, text in enumerate(RUNS)]
    done = await desk.imported(csv_of(rows))
    assert (done["counts"]["new"], done["counts"]["bad"]) == (len(RUNS), len(RUNS))
    bad = (await desk.http.get(f"/api/v1/sheets/imports/{done['id']}/bad/{format_}")).content
    for content in (await desk.exported("asset", "en", format_), bad):
        cells = [cell for row in cells_of(content, format_) for cell in row]
        assert not [cell for cell in cells if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert "'=cmd|' /C calc'!A0" in cells
    told = cells_of(bad, format_)
    assert [(str(row[-2]), "「归属网点」" in str(row[-1]), "没有的仓" in str(row[-1])) for row in told[1:]] == [
        (str(8 + number), True, True) for number in range(len(RUNS))
    ]


def cells_of(content: bytes, format_: str) -> list[list[Any]]:
    """The rows of a file that was taken out, as they are written."""
    if format_ == "csv":
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
    (made,) = load_workbook(io.BytesIO(content)).worksheets
    assert not [cell for row in made.iter_rows() for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in made.iter_rows()]


async def test_a_workbook_of_a_thousand_columns_says_so(world: World) -> None:
    desk = await office(world)
    book = Workbook()
    for _ in range(2):
        book.worksheets[0].append([f"列{number}" for number in range(1000)])
    out = io.BytesIO()
    book.save(out)
    assert await refused(desk, out.getvalue(), "宽.xlsx") == ("sheet_too_large", {"what": "columns"})
