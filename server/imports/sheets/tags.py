"""The reader of tags: what stands on a label and in its address.

Neighbours: `words.py` has the other readers, `schemas/labels.py` says what a label can carry.
"""

from dataclasses import dataclass

from schemas import limits
from schemas.labels import is_tag
from schemas.sheets import SheetFault
from server.imports.sheets.cells import Cell
from server.imports.sheets.known import Known
from server.imports.sheets.words import Bad, Lang, Text, shown


@dataclass(frozen=True)
class Tag(Text):
    """What stands on a label."""

    chars_max: int = limits.TAG_CHARS_MAX

    def read(self, cell: Cell, known: Known) -> str:
        """Bad for what no label can carry."""
        text = super().read(cell, known)
        if not is_tag(text):
            raise Bad(SheetFault.NOT_A_TAG, value=shown(cell), max=self.chars_max)
        return text

    def hint(self, lang: Lang) -> str:
        """What it is made of."""
        return "文字、数字和 . _ -，不能有空格或 /" if lang == "zh" else "letters, digits and . _ -; no blanks, no /"
