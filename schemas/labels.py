"""Labels: the sheets there are, and what is asked of the printing route.

Neighbours: `server/labels` draws, `server/http/labels.py` answers; the office's page takes the sheets by generation. Measures in
tenths of a millimetre. A sheet's sizes are the makers' own; nothing here is part of an exchange.
"""

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from schemas import limits
from schemas.ids import Uuid
from schemas.protocol import Wire

SheetCode = Literal["a4_3x8", "a4_2x7", "a4_5x13", "roll_50x30"]


@dataclass(frozen=True)
class Sheet:
    """Columns and rows of labels on a page, a label's size, the page's, the distance from the edge and between labels; all
    lengths in 0.1 mm. A roll is a page of one label."""

    columns: int
    rows: int
    width: int
    height: int
    page_width: int
    page_height: int
    left: int
    top: int
    gap_x: int = 0
    gap_y: int = 0

    @property
    def labels(self) -> int:
        """On one page."""
        return self.columns * self.rows


SHEETS: Final[dict[SheetCode, Sheet]] = {
    "a4_3x8": Sheet(3, 8, 700, 370, 2100, 2970, 0, 5),
    "a4_2x7": Sheet(2, 7, 991, 381, 2100, 2970, 46, 151, gap_x=25),
    "a4_5x13": Sheet(5, 13, 381, 212, 2100, 2970, 47, 107, gap_x=25),
    "roll_50x30": Sheet(1, 1, 500, 300, 500, 300, 0, 0),
}


TAG_MARKS: Final = "._-"
"""What may stand in a tag beside letters and digits of any script, though not at its beginning."""


def is_tag(text: str) -> bool:
    """Whether a label can carry this: it stands as one step in the path of an address, and our scanner knows it by its shape.
    A `/`, a blank, `%`, `?` or `#` would lead a phone's camera elsewhere."""
    fits = 0 < len(text) <= limits.TAG_CHARS_MAX and text[0].isalnum()
    return fits and all(one.isalnum() or one in TAG_MARKS for one in text)


class LabelsAsked(Wire):
    """POST /api/v1/labels: a PDF of these assets' labels, in this order. `start`: how many labels of the first page are used
    up. `preview`: a picture (PNG) of the first page in its place."""

    assets: list[Uuid] = Field(min_length=1, max_length=limits.LABELS_MAX)
    sheet: SheetCode
    start: int = Field(default=0, ge=0, lt=limits.SHEET_LABELS_MAX)
    language: Literal["zh", "en"] = "zh"
    preview: bool = False
