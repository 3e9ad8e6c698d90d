"""Spreadsheets on the wire: what may be brought in and taken out, an import's stages, and what can be wrong with a row.

Neighbours: `server/imports/sheets` reads and runs, `server/http/sheets.py` answers, the office's page `#/sheets` shows.
Nothing here is part of an exchange. Invariants: a fault's code is stable, its sentence says what is wrong and what to do, in
both languages.
"""

from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import Field

from schemas import limits
from schemas.errors import Sentence
from schemas.ids import Uuid
from schemas.protocol import Wire

SheetKind = Literal["asset", "customer", "rental", "task"]
"""What a spreadsheet may bring in."""
ExportKind = Literal[
    "asset", "customer", "rental", "task", "handover", "damage", "conflict", "device", "person", "fault", "former_tag", "todo",
    "incident", "depot", "price_plan",
]  # fmt: skip
"""What can be taken out."""
SheetFormat = Literal["xlsx", "csv"]
SheetStage = Literal["uploaded", "checked", "running", "done", "undoing", "undone"]
RowState = Literal["new", "changed", "unchanged", "bad"]
UndoState = Literal["undone", "left"]


class SheetFault(StrEnum):
    """Why a row stays out, or what is odd about it."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    NOT_A_TAG = "not_a_tag"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"
    DATE_UNREADABLE = "date_unreadable"
    DATE_AMBIGUOUS = "date_ambiguous"
    NOT_YES_OR_NO = "not_yes_or_no"
    UNKNOWN_WORD = "unknown_word"
    UNKNOWN_DEPOT = "unknown_depot"
    UNKNOWN_PACK = "unknown_pack"
    UNKNOWN_CUSTOMER = "unknown_customer"
    UNKNOWN_ASSET = "unknown_asset"
    UNKNOWN_RENTAL = "unknown_rental"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_PLAN = "unknown_plan"
    UNKNOWN_ID = "unknown_id"
    SEVERAL = "several"
    OTHER_DEPOT = "other_depot"
    TWICE_IN_FILE = "twice_in_file"
    TAKEN = "taken"
    TOO_MANY = "too_many"
    FORMULA_EMPTY = "formula_empty"
    CELL_ERROR = "cell_error"
    ROUNDED = "rounded"
    ONLY_NEW = "only_new"
    NOT_BY_SHEET = "not_by_sheet"
    ENDS_BEFORE = "ends_before"
    PERIOD_MAX = "period_max"
    CUSTOMER_BLOCKED = "customer_blocked"
    CUSTOMER_ELSEWHERE = "customer_elsewhere"
    ASSET_ELSEWHERE = "asset_elsewhere"
    NO_RIGHT = "no_right"
    STATE = "state"
    REFUSED = "refused"
    MERGED = "merged"
    EDITED_SINCE = "edited_since"
    IN_USE = "in_use"
    NOT_BACK = "not_back"
    ERASED = "erased"


FAULTS: Final[dict[SheetFault, Sentence]] = {
    SheetFault.REQUIRED: Sentence("「{column_zh}」没有填。请填上。", "“{column_en}” is empty. Fill it in."),
    SheetFault.TOO_LONG: Sentence(
        "「{column_zh}」太长：最多 {max} 个字。请缩短。", "“{column_en}” is too long: at most {max} characters. Shorten it."
    ),
    SheetFault.NOT_A_TAG: Sentence(
        "「{column_zh}」的「{value}」印不成二维码：只能用文字、数字和 . _ -，"
        "以文字或数字开头，最多 {max} 个字，不能有空格或 / % ? # 等符号。",
        "“{value}” in “{column_en}” cannot stand on a label: use letters, digits and . _ -, beginning with a letter or digit, at "
        "most {max}, without blanks or signs like / % ? #.",
    ),
    SheetFault.NOT_A_NUMBER: Sentence(
        "「{column_zh}」的「{value}」不是数字。请只填数字。", "“{value}” in “{column_en}” is no number. Enter a number only."
    ),
    SheetFault.NOT_WHOLE: Sentence(
        "「{column_zh}」的「{value}」要是整数。", "“{value}” in “{column_en}” must be a whole number."
    ),
    SheetFault.OUT_OF_RANGE: Sentence(
        "「{column_zh}」的「{value}」超出范围：应在 {min} 到 {max} 之间。",
        "“{value}” in “{column_en}” is out of range: {min} to {max}.",
    ),
    SheetFault.DATE_UNREADABLE: Sentence(
        "「{column_zh}」的「{value}」看不懂是哪一天。请写成 2026-11-22。",
        "“{value}” in “{column_en}” cannot be read as a date. Write it like 2026-11-22.",
    ),
    SheetFault.DATE_AMBIGUOUS: Sentence(
        "「{column_zh}」的「{value}」分不清哪个是月、哪个是日。请写成 2026-11-22。",
        "In “{value}” in “{column_en}” day and month cannot be told apart. Write it like 2026-11-22.",
    ),
    SheetFault.NOT_YES_OR_NO: Sentence(
        "「{column_zh}」的「{value}」不是「是」或「否」。", "“{value}” in “{column_en}” is neither yes nor no."
    ),
    SheetFault.UNKNOWN_WORD: Sentence(
        "「{column_zh}」的「{value}」不认识。可以填：{known_zh}。",
        "“{value}” in “{column_en}” is not known. Use one of: {known_en}.",
    ),
    SheetFault.UNKNOWN_DEPOT: Sentence(
        "没有叫「{value}」的网点。现有：{known_zh}。", "There is no depot “{value}”. There are: {known_en}."
    ),
    SheetFault.UNKNOWN_PACK: Sentence(
        "没有叫「{value}」的品类包。现有：{known_zh}。", "There is no category pack “{value}”. There are: {known_en}."
    ),
    SheetFault.UNKNOWN_CUSTOMER: Sentence(
        "没有叫「{value}」的客户。请先导入或新建这个客户。", "There is no customer “{value}”. Import or add the customer first."
    ),
    SheetFault.UNKNOWN_ASSET: Sentence(
        "没有标签、编号或名称是「{value}」的资产。请先导入资产，或改正。",
        "There is no asset with the tag, serial or name “{value}”. Import the assets first, or correct it.",
    ),
    SheetFault.UNKNOWN_RENTAL: Sentence(
        "没有单号是「{value}」的租赁单。请先导入租赁单，或改正。",
        "There is no rental “{value}”. Import the rentals first, or correct it.",
    ),
    SheetFault.UNKNOWN_PERSON: Sentence("没有叫「{value}」的同事。", "There is no colleague “{value}”."),
    SheetFault.UNKNOWN_PLAN: Sentence(
        "没有叫「{value}」的价格方案。请先在设置里新建，或改正。",
        "There is no price plan “{value}”. Add it under Settings first, or correct it.",
    ),
    SheetFault.UNKNOWN_ID: Sentence(
        "这里没有系统编号是「{value}」的记录，可能已经移除，或不是本公司的。要新建，请清空这一格；要修改，请重新导出再改。",
        "There is no record with the system id “{value}” here: it was removed, or is not your company's. Empty the cell to add a "
        "new one; export again to change one.",
    ),
    SheetFault.SEVERAL: Sentence(
        "「{value}」有好几个，分不清是哪一个。请改用唯一的名称、标签、编号，或导出表里的系统编号。",
        "There are several “{value}”: which one is meant? Use a name, tag or number that only one has, or its system id from the "
        "exported list.",
    ),
    SheetFault.OTHER_DEPOT: Sentence(
        "这一行属于别的网点，您不能改。请由那个网点的人或主管导入。",
        "This row belongs to another depot, which is not yours. Let that depot or a manager import it.",
    ),
    SheetFault.TWICE_IN_FILE: Sentence(
        "与第 {row} 行重复：「{column_zh}」都是「{value}」。请只留一行。",
        "The same as row {row}: both have “{value}” in “{column_en}”. Keep one of them.",
    ),
    SheetFault.TAKEN: Sentence(
        "「{column_zh}」的「{value}」已经用在另一项上。请核对。",
        "“{value}” in “{column_en}” already belongs to another one. Check it.",
    ),
    SheetFault.TOO_MANY: Sentence("「{column_zh}」太多了：最多 {max} 个。", "Too many in “{column_en}”: at most {max}."),
    SheetFault.FORMULA_EMPTY: Sentence(
        "「{column_zh}」是公式，但文件里没有算好的结果。请在 Excel 里打开、保存一次，或把公式换成数值。",
        "“{column_en}” is a formula without a result in the file. Open and save it in Excel once, "
        "or replace the formula by its value.",
    ),
    SheetFault.CELL_ERROR: Sentence(
        "「{column_zh}」在表格里显示错误 {value}。请改正公式。",
        "“{column_en}” shows the error {value} in the sheet. Correct the formula.",
    ),
    SheetFault.ROUNDED: Sentence(
        "「{column_zh}」的「{value}」是超过 15 位的数字，Excel 已经把后面的数字改掉了。请把这一列设成「文本」，重新填写。",
        "“{value}” in “{column_en}” has more than 15 digits, and Excel has changed the last ones. "
        "Format the column as text and enter it again.",
    ),
    SheetFault.ONLY_NEW: Sentence(
        "「{column_zh}」只在新建时写入；这一项已经在系统里，保持不变。",
        "“{column_en}” is taken for new rows only; this one exists already, and its value stays.",
    ),
    SheetFault.NOT_BY_SHEET: Sentence(
        "「{column_zh}」不能从表格里改：现在是「{now_zh}」。请把这一格改回去或清空；要改它，请在页面上办理。",
        "“{column_en}” cannot be changed from a sheet: it is “{now_en}” now. Set the cell back or empty it, and change it on its "
        "page.",
    ),
    SheetFault.ENDS_BEFORE: Sentence("结束不晚于开始。请核对两个时间。", "It does not end after it begins. Check the two times."),
    SheetFault.PERIOD_MAX: Sentence(
        "租期太长：最多 {days} 天。请核对开始和到期。", "The period is too long: at most {days} days. Check start and due."
    ),
    SheetFault.CUSTOMER_BLOCKED: Sentence(
        "客户「{value}」在黑名单上，不能批准租赁。请改为草稿，或先移出黑名单。",
        "The customer “{value}” is blocked: the rental cannot be approved. Make it a draft, or unblock the customer first.",
    ),
    SheetFault.CUSTOMER_ELSEWHERE: Sentence(
        "客户「{value}」不属于这个网点。租赁单、客户和资产要在同一个网点。",
        "The customer “{value}” belongs to another depot. Rental, customer and assets must be of one depot.",
    ),
    SheetFault.ASSET_ELSEWHERE: Sentence(
        "资产「{value}」不在这个网点。租赁单、客户和资产要在同一个网点。",
        "The asset “{value}” is at another depot. Rental, customer and assets must be of one depot.",
    ),
    SheetFault.NO_RIGHT: Sentence(
        "「{column_zh}」这样填需要您没有的权限，在页面上也一样。请改正，或由有权限的同事导入这一行。",
        "What stands in “{column_en}” needs a right that your role does not have, as it does by hand. Correct it, or let a "
        "colleague who has the right import this row.",
    ),
    SheetFault.STATE: Sentence(
        "现在的状态是「{state_zh}」，「{column_zh}」不能再从表格里改。请把这一格改回去或清空。",
        "It is “{state_en}” now: “{column_en}” cannot be changed from a sheet any more. Set the cell back or empty it.",
    ),
    SheetFault.REFUSED: Sentence(
        "系统没有接受这一行：{zh}",
        "This row was not accepted: {en}",
    ),
    SheetFault.MERGED: Sentence(
        "这一行有合并的单元格：只有左上角那一格有内容，其余按空白处理。",
        "Cells of this row are merged: only the first of them has the value, the others count as empty.",
    ),
    SheetFault.EDITED_SINCE: Sentence(
        "导入之后有人改过，没有动它。请自己核对。", "It was edited after the import and was left as it is. See to it yourself."
    ),
    SheetFault.NOT_BACK: Sentence(
        "恢复不了原样，这一行整行保持导入后的样子。原因：{zh}",
        "What was there before cannot come back, and the whole row stays as it was imported. Why: {en}",
    ),
    SheetFault.ERASED: Sentence(
        "这一行提到了一个人，他的资料已按要求删除，所以这一行的内容也删除了。需要时请看原来的表格。",
        "This row named a person whose data was erased on request, so what stood in it is erased, too. See the original sheet.",
    ),
    SheetFault.IN_USE: Sentence(
        "已经在别处用到了（{what_zh}），没有撤销。", "It is used elsewhere by now ({what_en}) and was left as it is."
    ),
}


class RowFault(Wire):
    """One thing about a row. `column`: the code of the field, null for the row as a whole; `detail` fills the sentence."""

    code: SheetFault
    column: str | None = None
    zh: str
    en: str
    detail: dict[str, Any] = Field(default_factory=dict)


class SheetColumn(Wire):
    """A field that a column of a sheet may fill. `hint`: what may stand in it."""

    code: str
    zh: str
    en: str
    required: bool
    hint_zh: str
    hint_en: str


class SheetWhat(Wire):
    """One kind of list. `may_import`, `may_export`: the caller's right; `columns`: empty where nothing is imported."""

    kind: ExportKind
    zh: str
    en: str
    may_import: bool
    may_export: bool
    columns: list[SheetColumn]


class SheetKinds(Wire):
    """GET /api/v1/sheets/kinds."""

    kinds: list[SheetWhat]


class SheetTab(Wire):
    """One sheet of a file. `head`: its first rows as text, `header_row` the one (from 1) that looks like the headers; `mapping`
    what its columns seem to be, by header. `problem`: why it cannot be chosen."""

    name: str
    rows: int
    header_row: int
    head: list[list[str]]
    mapping: list[str | None]
    merged: int = 0
    problem: Literal["rows", "columns", "cells"] | None = None


class SheetMapping(Wire):
    """POST …/mapping: which sheet, which row (from 1) holds the headers, and per column of the sheet the field's code or null."""

    sheet: int = Field(ge=0, lt=limits.SHEET_SHEETS_MAX)
    header_row: int = Field(ge=1, le=limits.SHEET_ROWS_MAX)
    columns: list[str | None] = Field(max_length=limits.SHEET_COLUMNS_MAX)


class SheetCounts(Wire):
    """Rows by what they become, or have become. `undone`, `left`: of an undoing."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    undone: int = 0
    left: int = 0


class SheetCell(Wire):
    """A value as it would be. `before`: what stands there now, where that differs; `text_en`, `before_en`: in English, where
    that reads otherwise."""

    text: str
    before: str | None = None
    text_en: str | None = None
    before_en: str | None = None


class SheetRow(Wire):
    """A row as it would become. `row`: its number in the sheet; `cells` by field."""

    row: int
    state: RowState
    title: str
    cells: dict[str, SheetCell]
    faults: list[RowFault]
    warnings: list[RowFault]


class SheetPreview(Wire):
    """The first rows, and the first of those that stay out."""

    rows: list[SheetRow]
    bad: list[SheetRow]


class SheetLeft(Wire):
    """A row that undoing has left as it is."""

    row: int
    title: str
    record_id: Uuid
    why: RowFault


class SheetImport(Wire):
    """One import. `done` of `counts.rows` rows have been looked at by the run (or its undoing); `tabs`, `mapping` and
    `preview` while it has not been run; `left`: the first rows that its undoing left. `file_kept`: whether the upload is
    still here."""

    id: Uuid
    kind: SheetKind
    name: str
    stage: SheetStage
    by: Uuid
    at: str
    finished_at: str | None = None
    undone_by: Uuid | None = None
    file_bytes: int
    file_kept: bool
    counts: SheetCounts
    done: int
    tabs: list[SheetTab] = Field(default_factory=list)
    mapping: SheetMapping | None = None
    preview: SheetPreview | None = None
    left: list[SheetLeft] = Field(default_factory=list)
    results_kept: bool = True
    may_undo: bool = False


class SheetImports(Wire):
    """GET /api/v1/sheets/imports: the newest first, without what only one shows."""

    imports: list[SheetImport]
