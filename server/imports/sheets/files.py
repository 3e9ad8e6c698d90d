"""Uploaded files on the disk, and the process that reads one: `sheets/<organisation>/<import>/upload` and `<number>.jsonl`
beside it.

Neighbours: `reading.py` is that process; `server/http/sheets.py` puts the upload there, `tend.py` removes it. Invariants: a
folder belongs to one import and goes with it; nothing of a file is parsed in the server's own process; a reader that takes
too long is ended. All functions but `read` block: call them in a thread.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from schemas import limits
from schemas.errors import ErrorCode
from schemas.ids import is_uuid
from schemas.sheets import SheetTab
from server.imports.sheets.cells import Cell, text_of
from server.imports.sheets.columns import Column, by_name, guess

_ROOT: Final = Path(__file__).resolve().parents[3]
_HEAD_LINES: Final = 20
_HEAD_SHOWN: Final = 8
_HEAD_CHARS: Final = 60


class SheetRefused(Exception):
    """The file cannot be used, or not so."""

    def __init__(self, code: ErrorCode, **detail: Any) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def folder_of(data: Path, organisation: str, import_id: str) -> Path:
    """Where an import's files lie."""
    assert is_uuid(organisation), "a name of ours"
    assert is_uuid(import_id), "a name of ours"
    return data / "sheets" / organisation / import_id


def make(folder: Path) -> Path:
    """The folder, and where the upload goes in it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / "upload"


def remove(folder: Path) -> None:
    """The folder and all in it."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


async def read(folder: Path) -> list[dict[str, Any]]:
    """Have the upload read; what is said of each sheet. SheetRefused."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.imports.sheets.reading", str(folder / "upload"), str(folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, stdin=asyncio.subprocess.DEVNULL, cwd=_ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "OPENPYXL_LXML": "False", "OPENPYXL_DEFUSEDXML": "True"},
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), limits.SHEET_READ_SECONDS_MAX)
    except TimeoutError:
        raise SheetRefused(ErrorCode.SHEET_TOO_LARGE, what="time", max=limits.SHEET_READ_SECONDS_MAX) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        found = json.loads(said)
    except ValueError:  # ended by the system: out of memory or of time
        raise SheetRefused(ErrorCode.SHEET_TOO_LARGE, what="memory") from None
    if "problem" in found:
        raise SheetRefused(ErrorCode(found["problem"]), **found["detail"])
    tabs: list[dict[str, Any]] = found["tabs"]
    return tabs


def lines(folder: Path, sheet: int) -> Iterator[tuple[int, bool, list[Cell]]]:
    """The rows of a sheet that was read. FileNotFoundError when it is gone."""
    with (folder / f"{sheet}.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row, merged, cells = json.loads(line)
            yield row, merged, cells


def tabs_of(folder: Path, said: list[dict[str, Any]], columns: tuple[Column, ...], remembered: dict[str, str]) -> list[SheetTab]:
    """The sheets of a file, each with its first rows and what its columns seem to be."""
    found: list[SheetTab] = []
    names = by_name(columns)
    for number, tab in enumerate(said):
        head: list[tuple[int, list[str]]] = []
        for row, _, cells in lines(folder, number):
            head.append((row, [text_of(cell)[:_HEAD_CHARS] for cell in cells]))
            if len(head) >= _HEAD_LINES:
                break
        fits = [
            (sum(one is not None for one in guess(columns, texts, remembered, names)), -at) for at, (_, texts) in enumerate(head)
        ]
        best = -max(fits)[1] if fits else 0
        row, texts = head[best] if head else (1, [])
        shown = [line for _, line in head[best : best + _HEAD_SHOWN]]
        mapping = guess(columns, texts, remembered, names)
        rows = max(0, tab["rows"] - best - 1)
        said_of_it = {"name": tab["name"], "merged": tab["merged"], "problem": tab["problem"]}
        found.append(SheetTab.model_validate({**said_of_it, "rows": rows, "header_row": row, "head": shown, "mapping": mapping}))
    return found


def headers(folder: Path, sheet: int, header_row: int) -> list[str]:
    """The headers of a sheet. SheetRefused when there is no such row."""
    for row, _, cells in lines(folder, sheet):
        if row == header_row:
            return [text_of(cell) for cell in cells]
    raise SheetRefused(ErrorCode.SHEET_EMPTY)
