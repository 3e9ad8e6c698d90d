"""Sample sheets, made from the columns: `python -m server.imports.sheets.samples` writes them to docs/samples, as CSV.

Neighbours: `columns.py` has an example beside each field; the page offers them for download, the guides link them. Invariant:
each can be imported as it is into a company that has what it names.
"""

import io
import sys
from pathlib import Path
from typing import Final

from schemas.sheets import SheetFormat
from server.imports.sheets.kinds import KINDS
from server.imports.sheets.words import LANGS, Lang
from server.imports.sheets.writing import sheet

FOLDER: Final = Path(__file__).resolve().parents[3] / "docs" / "samples"
_SECOND: Final = {
    "label": ("面包车 2 号", "Van 2"),
    "tag": ("YB-0002", "SM-0002"),
    "plate": ("浙A·D5678", "ZJ-D5678"),
    "vin": ("LZWSAMPLE00000002",) * 2,
    "serial": ("S-10002",) * 2,
    "name": ("样例影像工坊",) * 2,
    "name_en": ("Sample Studio",) * 2,
    "number": ("YB-2026-002", "SM-2026-002"),
    "assets": ("YB-0002", "SM-0002"),
    "asset": ("YB-0002", "SM-0002"),
    "rental": ("YB-2026-002", "SM-2026-002"),
}
"""What differs in the second example; the rest repeats the first."""


def sample(kind: str, format_: SheetFormat, lang: Lang) -> bytes:
    """The sheet with its headers and two examples."""
    at = 0 if lang == "zh" else 1
    columns = [column for column in KINDS[kind].columns if column.sample[at]]
    first = [column.sample[at] for column in columns]
    second = [_SECOND.get(column.code, ("", ""))[at] or column.sample[at] for column in columns]
    if kind == "rental":
        first[[column.code for column in columns].index("assets")] = ("YB-0001", "SM-0001")[at]
    file = io.BytesIO()
    made = sheet(
        file, format_, KINDS[kind].zh if lang == "zh" else KINDS[kind].en, [_header(one.zh, one.en, lang) for one in columns]
    )
    made.rows([first, second])
    made.close()
    return file.getvalue()


def _header(zh: str, en: str, lang: Lang) -> str:
    return zh if lang == "zh" else en


def name_of(kind: str, format_: str, lang: str) -> str:
    """The file's name."""
    return f"{kind}-{lang}.{format_}"


def main() -> int:
    """Write them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        for lang in LANGS:
            (FOLDER / name_of(kind, "csv", lang)).write_bytes(sample(kind, "csv", lang))
    return 0


if __name__ == "__main__":
    sys.exit(main())
