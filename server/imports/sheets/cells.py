"""A cell between the file and its reading: plain JSON, so that the process that opens files hands over nothing but data.

Neighbours: `reading.py` writes them, `words.py` and `plan.py` read them. Invariants: a cell is None (empty), text, a number,
a truth value or one of the marks below; nothing of a file is ever run, and nothing is longer than SHEET_CELL_CHARS_MAX.
"""

from datetime import datetime
from typing import Any, Final

Cell = Any
"""None · str · int · float · bool · {"d": local moment} · {"e": error shown} · {"f": 1} a formula without a value · {"l": length}
of a text that is too long."""
DATE: Final = "d"
ERROR: Final = "e"
FORMULA: Final = "f"
LONG: Final = "l"
_EXACT_MAX: Final = 10**15
"""A spreadsheet keeps 15 digits of a number; what is longer has been changed."""


def is_mark(cell: Cell, mark: str) -> bool:
    """Whether the cell is that mark."""
    return isinstance(cell, dict) and mark in cell


def is_empty(cell: Cell) -> bool:
    """Whether nothing stands in it; blanks are nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_rounded(cell: Cell) -> bool:
    """Whether it is a number with more digits than a spreadsheet keeps."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _EXACT_MAX


def text_of(cell: Cell) -> str:
    """As a person sees it in the sheet: a whole number without a point, a moment without what is zero."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
        case {"d": str(moment)}:
            return _moment(moment)
        case {"e": error}:
            return str(error)
        case {"l": int(length)}:
            return f"… ({length})"
        case {"f": _}:
            return "="
    return str(cell)


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    day = moment.date().isoformat()
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return day
    return f"{day} {moment:%H:%M}" + (f":{moment:%S}" if moment.second else "")
