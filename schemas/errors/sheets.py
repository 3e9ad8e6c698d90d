"""Importing a spreadsheet."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.SHEET_UNREADABLE: Sentence(
        "这个文件打不开：它不是完整的 Excel（.xlsx）或 CSV 文件，什么都没有导入。请在 Excel 里打开确认，另存为 .xlsx 后再试。",
        "This file cannot be read: it is no complete Excel (.xlsx) or CSV file; nothing was imported. "
        "Open it in Excel, save it as .xlsx and try again.",
    ),
    ErrorCode.SHEET_OLD_FORMAT: Sentence(
        "这是旧版 .xls 文件，或加了密码的文件，什么都没有导入。请在 Excel 里打开，去掉密码，另存为 .xlsx 后再试。",
        "This is an old .xls file, or one with a password; nothing was imported. "
        "Open it in Excel, remove the password and save it as .xlsx.",
    ),
    ErrorCode.SHEET_ENCODING: Sentence(
        "看不出这个 CSV 文件用的是哪种文字编码，什么都没有导入。请另存为「CSV UTF-8」或 .xlsx 后再试。",
        "The text encoding of this CSV file cannot be told; nothing was imported. Save it as “CSV UTF-8” or .xlsx and try again.",
    ),
    ErrorCode.SHEET_TOO_LARGE: Sentence(
        "文件太大或内容太多，什么都没有导入，文件没有改动。请分成几个文件，逐个导入。",
        "The file is too large or holds too much; nothing was imported. Split it and import the parts one by one.",
    ),
    ErrorCode.SHEET_EMPTY: Sentence(
        "这个文件或工作表里没有内容，什么都没有导入。请确认选对了文件和工作表。",
        "There is nothing in this file or sheet; nothing was imported. Check that you have chosen the right file and sheet.",
    ),
    ErrorCode.SHEET_UNMAPPED: Sentence(
        "还有必填的内容没有对应到表格里的列，或同一项对应了两列；什么都没有导入。请先选好对应的列。",
        "A required field has no column yet, or one field has two; nothing was imported. Choose the columns first.",
    ),
    ErrorCode.SHEET_STEP: Sentence(
        "这次导入现在不能这样做：它可能正在进行，或已经结束。已导入的内容都在。请刷新页面看它的状态。",
        "This import cannot do that now: it may be under way, or over. What was imported stays. Reload the page to see.",
    ),
    ErrorCode.SHEET_FILE_GONE: Sentence(
        "上传的文件已按期限删除，没有再导入任何内容。请重新上传。",
        "The uploaded file has been removed after its time; nothing more was imported. Upload it again.",
    ),
    ErrorCode.SHEETS_TOO_MANY: Sentence(
        "还没有完成的导入太多了，这个文件没有收下。请先完成或放弃一些。",
        "Too many imports are waiting unfinished; this file was not taken. Finish or discard some first.",
    ),
}
