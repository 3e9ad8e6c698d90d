"""Erasing a person reaches what imports have put aside: rows that stayed out, titles, and uploads that still wait.

Neighbours: `server/storage/journal_part.py` asks when it drops private parts, in the same transaction; `tend.py` sweeps the files
of an import that is gone from the disk. Invariants: what is matched is forgotten whole, and says so instead of its reasons · a
row too many rather than one too few: whoever still needs it has the sheet it came from.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, or_, select, update
from sqlmodel import SQLModel

from schemas.sheets import FAULTS, RowFault, SheetFault
from server.imports.sheets.tables import SheetImportRow, SheetRowRow

_IMPORT = SQLModel.metadata.tables[SheetImportRow.__tablename__]
_ROW = SQLModel.metadata.tables[SheetRowRow.__tablename__]
_SALT_BYTES: Final = 16
_NAMED_BY: Final = ("name", "email")
_BETWEEN: Final = re.compile(r"[\s\-()./]+")
_COUNTRY: Final = re.compile(r"^(\+|00)86")
_CONTAINED_CHARS_MIN: Final = 2
_PHONE_DIGITS_MIN: Final = 7


def forget(connection: Connection, organisation: str, parts: Iterable[bytes]) -> None:
    """Forget every row and every waiting upload that names one of the persons of these private parts (salted)."""
    words = {word for part in parts for word in _words(part[_SALT_BYTES:])}
    if not words:
        return
    kept = and_(_IMPORT.c.organisation == _ROW.c.organisation, _IMPORT.c.id == _ROW.c.import_id, _IMPORT.c.results_kept.is_(True))
    asked = (
        select(_ROW.c.import_id, _ROW.c.number, _ROW.c.title, _ROW.c.cells, _ROW.c.faults)
        .join(_IMPORT, kept)
        .where(_ROW.c.organisation == organisation, or_(_ROW.c.cells.is_not(None), _ROW.c.title != ""))
    )
    for row in connection.execute(asked).all():
        cells = json.loads(row.cells) if row.cells else []
        if _names(words, [row.title, *cells]):
            values = {"title": ""} if row.cells is None else {"title": "", "cells": "[]", "faults": _FORGOTTEN}
            one = (_ROW.c.organisation == organisation, _ROW.c.import_id == row.import_id, _ROW.c.number == row.number)
            connection.execute(update(_ROW).where(*one).values(**values))
    _drop_waiting(connection, organisation, words)


def _drop_waiting(connection: Connection, organisation: str, words: set[str]) -> None:
    """Uploads that were not run: an importer uploads his sheet again, without the person."""
    waiting = (_IMPORT.c.organisation == organisation, _IMPORT.c.stage.in_(("uploaded", "checked")))
    for row in connection.execute(select(_IMPORT.c.id, _IMPORT.c.tabs, _IMPORT.c.preview).where(*waiting)).all():
        if _names(words, [row.tabs, row.preview]):
            connection.execute(delete(_IMPORT).where(_IMPORT.c.organisation == organisation, _IMPORT.c.id == row.id))


def _words(part: bytes) -> Iterable[str]:
    """What a private part calls its person, as it is compared."""
    try:
        said = json.loads(part)
    except (ValueError, RecursionError):
        return
    if not isinstance(said, dict):
        return
    for name in _NAMED_BY:
        if isinstance(said.get(name), str) and (word := _plain(said[name])):
            yield word
    phone = _COUNTRY.sub("", _plain(str(said.get("phone") or "")))
    if sum(one.isdigit() for one in phone) >= _PHONE_DIGITS_MIN:
        yield phone


def _plain(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _names(words: set[str], texts: Iterable[Any]) -> bool:
    plain = [_plain(str(text)) for text in texts if text is not None]
    return any(word == text or (len(word) >= _CONTAINED_CHARS_MIN and word in text) for word in words for text in plain)


_SAID: Final = FAULTS[SheetFault.ERASED]
_FORGOTTEN: Final = json.dumps([RowFault(code=SheetFault.ERASED, zh=_SAID.zh, en=_SAID.en).model_dump()], ensure_ascii=False)
