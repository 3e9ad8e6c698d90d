"""Readers: what may stand in a cell of each sort of column, read into a field's value, and shown again as a cell.

Neighbours: `columns.py` chooses a reader for each column, `cells.py` has the cells. Pure but for the names it looks up in
`known.py`. Invariants: whatever `show` gives, `read` takes back to the same value; what cannot be understood without a guess
is Bad, with a reason, never guessed.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, Protocol
from zoneinfo import ZoneInfo

from schemas import limits
from schemas.sheets import SheetFault
from server.imports.sheets.cells import DATE, Cell, is_mark, is_rounded, text_of
from server.imports.sheets.known import Known, plain
from sync import instants

Lang = Literal["zh", "en"]
LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
VALUE_CHARS: Final = 60
"""So much of a value is repeated in a sentence."""
_ESCAPED: Final = re.compile(r"'(?=[=+\-@\t\r'])")


def unquoted(text: str) -> str:
    """Without blanks around it, and without the mark that an export puts before what a spreadsheet might run."""
    return _ESCAPED.sub("", text.strip(), count=1)


_FIRST_DAY: Final = datetime(1899, 12, 30)
_YEARS: Final = (1970, 2199)


class Bad(Exception):
    """The cell cannot be what its column wants."""

    def __init__(self, code: SheetFault, **detail: Any) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class Reader(Protocol):
    """One sort of column."""

    def read(self, cell: Cell, known: Known) -> Any:
        """The value of a cell that is not empty. Bad."""

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """A value as a cell of an export: text, a number, a local `datetime`, None for nothing."""

    def hint(self, lang: Lang) -> str:
        """What may stand in the column, in a few words."""


def same(new: Any, present: Any) -> bool:
    """Whether a value that was read says what stands there: moments to the second, texts without blanks around them."""
    if isinstance(new, str) and isinstance(present, str):
        if _INSTANT.fullmatch(new) and _INSTANT.fullmatch(present):
            return new[:19] == present[:19]
        return new == present.strip()
    if new in ("", None) and present in ("", None):
        return True
    return bool(new == present)


_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def shown(cell: Cell) -> str:
    """A cell as it is repeated in a sentence."""
    return text_of(cell)[:VALUE_CHARS]


def wide(text: str) -> str:
    """Full-width digits and letters as plain ones, without blanks around them."""
    return unicodedata.normalize("NFKC", text).strip()


@dataclass(frozen=True)
class Text:
    """Words as they stand."""

    chars_max: int = limits.NAME_CHARS_MAX

    def read(self, cell: Cell, known: Known) -> str:
        """Without blanks around it, and without the mark that an export puts before what a spreadsheet might run."""
        if is_rounded(cell):
            raise Bad(SheetFault.ROUNDED, value=shown(cell))
        text = unquoted(text_of(cell)) if isinstance(cell, str) else text_of(cell)
        if len(text) > self.chars_max:
            raise Bad(SheetFault.TOO_LONG, max=self.chars_max)
        return text

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """As it is."""
        return value or None

    def hint(self, lang: Lang) -> str:
        """Its bound."""
        return f"最多 {self.chars_max} 个字" if lang == "zh" else f"at most {self.chars_max} characters"


def decimal_of(cell: Cell, units: tuple[str, ...] = ()) -> Decimal:
    """The number in a cell: a number, or text like 1,234.50, ￥12, 1 200 km. Bad."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise Bad(SheetFault.NOT_A_NUMBER, value=shown(cell))
    if not isinstance(cell, str):
        return Decimal(repr(cell))
    text = wide(cell).casefold().removeprefix("'")
    for unit in units:
        text = text.removeprefix(unit).removesuffix(unit).strip()
    text = text.replace("\u2212", "-").replace(" ", "")
    if not re.fullmatch(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d{1,3})?", text) or len(text) > 40:
        raise Bad(SheetFault.NOT_A_NUMBER, value=shown(cell))
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation as wrong:
        raise Bad(SheetFault.NOT_A_NUMBER, value=shown(cell)) from wrong


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int
    units: tuple[str, ...] = ()

    def read(self, cell: Cell, known: Known) -> int:
        """1,200 and 1200.0 are whole."""
        number = decimal_of(cell, self.units)
        if not self.least <= number <= self.most:
            raise Bad(SheetFault.OUT_OF_RANGE, value=shown(cell), min=self.least, max=self.most)
        if number != int(number):
            raise Bad(SheetFault.NOT_WHOLE, value=shown(cell))
        return int(number)

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """As a number."""
        return value

    def hint(self, lang: Lang) -> str:
        """Its bounds."""
        return f"整数，{self.least} 到 {self.most}" if lang == "zh" else f"whole number, {self.least} to {self.most}"


@dataclass(frozen=True)
class Number:
    """A number, whole or not."""

    most: int = limits.CUSTOM_NUMBER_MAX

    def read(self, cell: Cell, known: Known) -> int | float:
        """1,234.5 and 12."""
        number = decimal_of(cell)
        if abs(number) > self.most:
            raise Bad(SheetFault.OUT_OF_RANGE, value=shown(cell), min=-self.most, max=self.most)
        return int(number) if number == int(number) else float(number)

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """As it is."""
        return value

    def hint(self, lang: Lang) -> str:
        """What it is."""
        return "数字" if lang == "zh" else "number"


@dataclass(frozen=True)
class Amount:
    """Money in yuan, kept in fen."""

    most_fen: int = limits.SHEET_AMOUNT_FEN_MAX

    def read(self, cell: Cell, known: Known) -> int:
        """￥1,234.50 → 123450. Fractions of a fen are no money."""
        number = decimal_of(cell, ("人民币", "rmb", "cny", "¥", "￥", "$", "元", "yuan"))
        if not 0 <= number * 100 <= self.most_fen:
            raise Bad(SheetFault.OUT_OF_RANGE, value=shown(cell), min=0, max=self.most_fen // 100)
        fen = (number * 100).quantize(Decimal(1))
        if abs(number * 100 - fen) > (Decimal("0.0001") if isinstance(cell, float) else 0):
            raise Bad(SheetFault.NOT_A_NUMBER, value=shown(cell))
        return int(fen)

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """In yuan, exactly: a spreadsheet keeps 15 digits."""
        return None if value is None else float(Decimal(value) / 100)

    def hint(self, lang: Lang) -> str:
        """How it is written."""
        return "金额，如 1,234.50" if lang == "zh" else "amount, like 1,234.50"


_YES: Final = frozenset({"是", "有", "对", "√", "✓", "✔", "启用", "yes", "y", "true", "t", "1", "on"})
_NO: Final = frozenset({"否", "无", "没有", "错", "×", "✗", "✘", "x", "停用", "no", "n", "false", "f", "0", "off"})


@dataclass(frozen=True)
class YesNo:
    """是 or 否."""

    def read(self, cell: Cell, known: Known) -> bool:
        """Words, signs, 1 and 0."""
        if isinstance(cell, bool):
            return cell
        word = wide(text_of(cell)).casefold()
        if word not in _YES | _NO:
            raise Bad(SheetFault.NOT_YES_OR_NO, value=shown(cell))
        return word in _YES

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """In words."""
        return None if value is None else ("否", "是")[bool(value)] if lang == "zh" else ("no", "yes")[bool(value)]

    def hint(self, lang: Lang) -> str:
        """Both."""
        return "是 或 否" if lang == "zh" else "yes or no"


_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(.*)", re.DOTALL)
_PACKED: Final = re.compile(r"(\d{4})(\d\d)(\d\d)()")
_ENGLISH: Final = re.compile(r"(?:(\d{1,2})[\s-]+([a-z]{3,9})\.?|([a-z]{3,9})\.?\s+(\d{1,2}),?)[\s,-]+(\d{4})(.*)", re.DOTALL)
_YEAR_LAST: Final = re.compile(
    r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{2,4}.*|\d{2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}.*", re.DOTALL
)
_TIME: Final = re.compile(r"[t\s]*(\d{1,2})\s*[:时点]\s*(\d{1,2})\s*分?(?::?\s*(\d{1,2})(?:\.\d+)?\s*秒?)?\s*(z)?")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Moment:
    """A moment in the organisation's time zone, kept as an instant. `late`: a day alone means its end."""

    late: bool = False

    def read(self, cell: Cell, known: Known) -> str:
        """A date of the sheet, its serial number, or text that can be read in one way only."""
        if is_mark(cell, DATE):
            moment, whole_day = datetime.fromisoformat(cell["d"]), cell["d"].endswith("T00:00:00")
        elif isinstance(cell, int | float) and not isinstance(cell, bool):
            moment, whole_day = _of_serial(cell)
        elif isinstance(cell, str):
            moment, whole_day = _of_text(cell)
        else:
            raise Bad(SheetFault.DATE_UNREADABLE, value=shown(cell))
        if not _YEARS[0] <= moment.year <= _YEARS[1]:
            raise Bad(SheetFault.OUT_OF_RANGE, value=shown(cell), min=_YEARS[0], max=_YEARS[1])
        if whole_day and self.late:
            moment = moment.replace(hour=23, minute=59)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=known.zone)
        return instants.to_text(int(moment.timestamp()) * 1000)

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """Local, to the minute."""
        moment = None if not value else local(value, known.zone)
        return None if moment is None else moment.replace(second=0)

    def is_same(self, said: Any, present: Any, known: Known) -> bool:
        """Whether what was read says what stands there. A sheet shows minutes; a midnight stands in it as a day, and comes back
        as its end."""
        if same(said, present) or not (said and present):
            return same(said, present)
        here, there = local(said, known.zone), self.show(present, known, "en")
        is_end_of_day = self.late and there is not None and there.time() == time(0)
        return here is not None and here in (there, there.replace(hour=23, minute=59) if is_end_of_day else there)

    def hint(self, lang: Lang) -> str:
        """How it is written."""
        return "日期，如 2026-11-22 或 2026-11-22 18:30" if lang == "zh" else "date, like 2026-11-22 or 2026-11-22 18:30"


@dataclass(frozen=True)
class Day:
    """A day without a time, as `2026-11-22`."""

    def read(self, cell: Cell, known: Known) -> str:
        """A date of the sheet, or text that can be read in one way only."""
        return str(local(Moment().read(cell, known), known.zone))[:10]

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """As it is kept."""
        return value or None

    def hint(self, lang: Lang) -> str:
        """How it is written."""
        return "日期，如 2026-11-22" if lang == "zh" else "date, like 2026-11-22"


def local(instant: str, zone: ZoneInfo) -> datetime | None:
    """An instant as the clock on the wall showed it; None for what is no instant."""
    try:
        return datetime.fromtimestamp(instants.to_ms(instant) // 1000, UTC).astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _of_serial(number: float) -> tuple[datetime, bool]:
    packed = _PACKED.fullmatch(str(int(number))) if abs(number) < 10**9 and number == int(number) else None
    if packed and _YEARS[0] <= int(packed[1]) <= _YEARS[1]:
        return _made(packed, str(int(number)))
    if not 1 <= number < 2_958_466:
        raise Bad(SheetFault.DATE_UNREADABLE, value=shown(number))
    moment = _FIRST_DAY + timedelta(seconds=round(number * 86_400))
    return moment, number == int(number)


def _of_text(text: str) -> tuple[datetime, bool]:
    plain_text = wide(text).casefold().removeprefix("'").strip()
    if re.fullmatch(r"\d{1,7}(\.\d+)?", plain_text):
        return _of_serial(float(plain_text))
    found = _DATE.fullmatch(plain_text) or _PACKED.fullmatch(plain_text)
    if found is not None:
        return _made(found, text)
    english = _ENGLISH.fullmatch(plain_text)
    if english is not None:
        day, month = (english[1], english[2]) if english[1] else (english[4], english[3])
        if month[:3] in _MONTHS:
            return _day(int(english[5]), _MONTHS.index(month[:3]) + 1, int(day), english[6], text)
    if _YEAR_LAST.fullmatch(plain_text):
        raise Bad(SheetFault.DATE_AMBIGUOUS, value=shown(text))
    raise Bad(SheetFault.DATE_UNREADABLE, value=shown(text))


def _made(found: re.Match[str], text: str) -> tuple[datetime, bool]:
    return _day(int(found[1]), int(found[2]), int(found[3]), found[4], text)


def _day(year: int, month: int, day: int, rest: str, text: str) -> tuple[datetime, bool]:
    time = _TIME.fullmatch(rest.strip()) if rest.strip() else None
    if rest.strip() and time is None:
        raise Bad(SheetFault.DATE_UNREADABLE, value=shown(text))
    hour, minute, second = (int(part or 0) for part in time.group(1, 2, 3)) if time else (0, 0, 0)
    try:
        made = datetime(year, month, day, hour, minute, second, tzinfo=UTC if time and time[4] else None)
    except ValueError as wrong:
        raise Bad(SheetFault.DATE_UNREADABLE, value=shown(text)) from wrong
    return made, time is None


@dataclass(frozen=True)
class Choice:
    """One of a few words. `words`: code → (zh, en, what else people write)."""

    words: dict[str, tuple[str, ...]]
    only: frozenset[str] = field(default_factory=frozenset)
    """What a sheet may say of them; empty: all."""

    def read(self, cell: Cell, known: Known) -> str:
        """The code of a word."""
        word = plain(text_of(cell))
        for code, names in self.words.items():
            if word in {plain(name) for name in (code, *names)} and (not self.only or code in self.only):
                return code
        allowed = [names for code, names in self.words.items() if not self.only or code in self.only]
        raise Bad(
            SheetFault.UNKNOWN_WORD, value=shown(cell), known_zh="、".join(names[0] for names in allowed),
            known_en=", ".join(names[1] for names in allowed),
        )  # fmt: skip

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """The word; what is not known as it is."""
        names = self.words.get(str(value))
        return value or None if names is None else names[0 if lang == "zh" else 1]

    def hint(self, lang: Lang) -> str:
        """All of them."""
        allowed = [names for code, names in self.words.items() if not self.only or code in self.only]
        return "、".join(names[0] for names in allowed) if lang == "zh" else ", ".join(names[1] for names in allowed)
