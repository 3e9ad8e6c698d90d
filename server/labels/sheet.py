"""Sheets of labels as PDF, and a picture of the first page, drawn by typst: a QR code that every printer can print, the name, the
tag, whose it is.

Neighbours: `schemas/labels.py` has the sheets, `server/http/labels.py` asks. Invariants: a module of a QR code is a whole
number of dots of a 203-dpi printer and at least two, its quiet zone four modules (ISO/IEC 18004) · what is printed comes in
as data, never as markup · nothing is fetched: the font lies beside.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M

from schemas.labels import Sheet

DOT_TENTHS: Final = 254 / 203
"""A dot of a 203-dpi label printer, in 0.1 mm."""
DOTS_MIN: Final = 2
QUIET_MODULES: Final = 4
PADDING_TENTHS: Final = 15
SMALL_TENTHS: Final = 250
PREVIEW_PIXELS: Final = 1000
"""How wide a picture of a page is."""
FONTS: Final = Path(__file__).parent / "fonts"
_TEMPLATE: Final = Path(__file__).parent / "sheet.typ"


class DoesNotFit(Exception):
    """The address is too long for a code of this size that every printer can print."""


@dataclass(frozen=True)
class Label:
    """What one label says."""

    address: str
    tag: str
    name: str
    note: str
    owner: str


@dataclass(frozen=True)
class Code:
    """A drawn code: SVG, and its side in 0.1 mm, quiet zone included."""

    svg: str
    side: float


def code_of(text: str, room: float) -> Code:
    """The largest code for a text within `room` (0.1 mm). DoesNotFit."""
    for correction in (ERROR_CORRECT_M, ERROR_CORRECT_L):
        code = qrcode.QRCode(error_correction=correction, border=QUIET_MODULES)
        code.add_data(text)
        code.make(fit=True)
        matrix = code.get_matrix()
        dots = int(room / DOT_TENTHS / len(matrix))
        if dots >= DOTS_MIN:
            return Code(_svg(matrix), dots * DOT_TENTHS * len(matrix))
    raise DoesNotFit


def draw(sheet: Sheet, labels: list[Label], start: int, hint: str) -> bytes:
    """The PDF. `start`: places of the first page that are used up; `hint` stands on labels that are large enough. DoesNotFit."""
    import typst  # noqa: PLC0415 - slow to load: only when labels are printed

    data = _data(sheet, labels, start, hint)
    return typst.compile(str(_TEMPLATE), font_paths=[str(FONTS)], sys_inputs={"data": json.dumps(data)})


def preview(sheet: Sheet, labels: list[Label], start: int, hint: str) -> bytes:
    """The first page as PNG, drawn from the same as the PDF. DoesNotFit."""
    import typst  # noqa: PLC0415 - as above

    data = _data(sheet, labels[: sheet.labels - start], start, hint)
    drawn = typst.compile(
        str(_TEMPLATE), font_paths=[str(FONTS)], sys_inputs={"data": json.dumps(data)}, format="png",
        ppi=PREVIEW_PIXELS * 254 / sheet.page_width,
    )  # fmt: skip
    return drawn[0] if isinstance(drawn, list) else drawn


def _data(sheet: Sheet, labels: list[Label], start: int, hint: str) -> dict[str, Any]:
    room = min(sheet.height, sheet.width * 0.55) - 2 * PADDING_TENTHS + 2 * QUIET_MODULES
    return {
        "sheet": {name: getattr(sheet, name) for name in sheet.__dataclass_fields__},
        "padding": PADDING_TENTHS,
        "small": sheet.height < SMALL_TENTHS,
        "hint": hint,
        "labels": [_drawn(one, room, start + number, sheet) for number, one in enumerate(labels)],
        "pages": (start + len(labels) + sheet.labels - 1) // sheet.labels,
    }


def _drawn(label: Label, room: float, place: int, sheet: Sheet) -> dict[str, Any]:
    page, on_page = divmod(place, sheet.labels)
    row, column = divmod(on_page, sheet.columns)
    code = code_of(label.address, room)
    x, y = sheet.left + column * (sheet.width + sheet.gap_x), sheet.top + row * (sheet.height + sheet.gap_y)
    return {
        "page": page, "x": x, "y": y, "code_x": _on_dot(x + PADDING_TENTHS),
        "code_y": _on_dot(y + (sheet.height - code.side) / 2),
        "svg": code.svg, "side": code.side, "tag": label.tag, "name": label.name, "note": label.note, "owner": label.owner,
    }  # fmt: skip


def _on_dot(tenths: float) -> float:
    """The nearest place from the page's corner where a printer has a dot."""
    return round(tenths / DOT_TENTHS) * DOT_TENTHS


def _svg(matrix: list[list[bool]]) -> str:
    """Dark modules as runs along each row."""
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                runs.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = max(end, x + 1)
    size = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#000" d="{"".join(runs)}"/></svg>'
    )
