"""What records are found by beside their ids: the values only one may have, the words of the search, whom they name.

Neighbours: `sync/lookup.py` says what is kept of a record, `record_part.py` calls `look_up`, `server/search.py` asks.
Invariants: all three tables follow every write of a record, in its transaction · a record without change to them costs nothing.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from schemas.limits import SEARCH_WORDS_MAX
from server.storage import statements as sql
from server.storage.drafts import UNKNOWN, Drafts, Room
from sync.lookup import SEARCHED, UNIQUE, Words, folded, keys_of, plain, renamed, words_of
from sync.store import StoredRecord

Value = tuple[str, str, str, str]
"""(organisation, kind, name, value as it counts)."""

Naming = tuple[str, str, str, str]
"""(organisation, whom it names, its kind, its id)."""


class LookupPart(Drafts):
    """Unique values, search words, who names whom. What is let go is kept until it is written: a value as the empty id, a
    naming as False."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._values: Room[Value, str] = Room(self, self._write_values)
        self._words: Room[tuple[str, str, str], Words] = Room(self, self._write_words)
        self._naming: Room[Naming, bool] = Room(self, self._write_naming)

    def holder(self, organisation: str, kind: str, name: str, value: str) -> str | None:
        """Whose value it is."""
        counts = plain(value)
        return self._holder((organisation, kind, name, counts)) if counts else None

    def _holder(self, key: Value) -> str | None:
        found = self._values.known.get(key, UNKNOWN)
        if found is UNKNOWN:
            names = dict(zip(("organisation", "kind", "name", "value"), key, strict=True))
            row = self._one(sql.ONE_KEY, **names)
            found = self._values.learn(key, None if row is None else str(row["id"]))
        return found or None

    def look_up(self, organisation: str, before: StoredRecord | None, record: StoredRecord) -> None:
        """A record is about to be written: what it is found by follows."""
        kind = record.kind
        if kind in UNIQUE:
            had, has = keys_of(kind, _content(before)), keys_of(kind, _content(record))
            for name in UNIQUE[kind]:
                if had.get(name) != has.get(name):
                    self._move(organisation, record, name, had.get(name), has.get(name))
        if kind in SEARCHED:
            words = words_of(kind, _content(record))
            if words is not None and words != words_of(kind, _content(before)):
                self._words.put((organisation, kind, record.id), words)
        for names, found in zip((False, True), renamed(kind, _content(before), _content(record)), strict=True):
            for named in found:
                self._naming.put((organisation, named, kind, record.id), names)

    def naming(self, organisation: str, record_id: str) -> list[tuple[str, str]]:
        """(kind, id) of what names it."""
        rows = self._read_with(self._naming, sql.NAMING_IT, organisation=organisation, named=record_id).all()
        return sorted((row.kind, row.id) for row in rows)

    def _move(self, organisation: str, record: StoredRecord, name: str, old: str | None, new: str | None) -> None:
        if old and self._holder((organisation, record.kind, name, old)) == record.id:
            self._values.put((organisation, record.kind, name, old), "")
        if new and self._holder((organisation, record.kind, name, new)) is None:
            self._values.put((organisation, record.kind, name, new), record.id)

    def place_of(self, organisation: str, kind: str, record_id: str) -> tuple[str, str] | None:
        """(title, id) of a record that is searched."""
        row = self._run(sql.ONE_WORDS, organisation=organisation, kind=kind, id=record_id).first()
        return None if row is None else (row.title, record_id)

    def search(
        self, organisation: str, kind: str, words: Collection[str], *, archived: bool, depots: Collection[str] | None,
        after: tuple[str, str], limit: int,
    ) -> list[tuple[str, str]]:  # fmt: skip
        """(title, id) of the records whose text has all the words, behind a place in that order, at most `limit`. `depots`:
        only of these; None: wherever they are."""
        likes = [f"%{_escaped(folded(word))}%" for word in words]
        likes += ["%"] * (SEARCH_WORDS_MAX - len(likes))
        rows: Any = self._run(
            sql.SEARCH if depots is None else sql.SEARCH_IN_DEPOTS, organisation=organisation, kind=kind, archived=archived,
            title=after[0], after=after[1], limit=limit, **({} if depots is None else {"depots": list(depots)}),
            **{f"like{number}": like for number, like in enumerate(likes)},
        )  # fmt: skip
        return [(row.title, row.id) for row in rows]

    # --- writing --------------------------------------------------------------------------------------------------------
    def _write_values(self, rows: list[tuple[Value, str]]) -> None:
        named = [dict(zip(("organisation", "kind", "name", "value"), key, strict=True)) | {"id": holder} for key, holder in rows]
        self._many(sql.DROP_KEY, [{name: one[name] for name in one if name != "id"} for one in named if not one["id"]])
        self._many(sql.PUT_KEY, [one for one in named if one["id"]])

    def _write_naming(self, rows: list[tuple[Naming, bool]]) -> None:
        named = [(dict(zip(("organisation", "named", "kind", "id"), key, strict=True)), names) for key, names in rows]
        self._many(sql.DROP_NAMING, [one for one, names in named if not names])
        self._many(sql.PUT_NAMING, [one for one, names in named if names])

    def _write_words(self, rows: list[tuple[tuple[str, str, str], Words]]) -> None:
        self._many(
            sql.PUT_WORDS,
            [{"organisation": key[0], "kind": key[1], "id": key[2], **vars(words)} for key, words in rows],
        )


def _content(record: StoredRecord | None) -> Mapping[str, Any] | None:
    return None if record is None or record.gone else record.data


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
