"""Filling a list: how records become its rows.

Neighbours: `lists.py` has the lists, `writing.py` makes the file, `server/http/sheets.py` answers. Invariants: only records in
buckets the caller may read; names of what is not his are left out; a thousand records are read at a time, each page in a
snapshot of its own · times are those of the organisation's zone, to the minute as the lists on the screen show them.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from server.imports.sheets.known import PAGE, Known
from server.imports.sheets.lists import Data, Listed
from server.imports.sheets.words import Lang, Moment
from server.storage.asked import asked
from server.storage.store import SqlStore

AT_ONCE: Final = 1000


def headers(listed: Listed, lang: Lang, zone: str) -> list[str]:
    """The first row; the zone of all the times in it stands once, with the first of them."""
    names = [column.zh if lang == "zh" else column.en for column in listed.columns]
    first = next((at for at, column in enumerate(listed.columns) if isinstance(column.reader, Moment)), None)
    if first is not None:
        names[first] += f"（{zone}）" if lang == "zh" else f" ({zone})"
    return names


def page(
    listed: Listed, known: Known, buckets: frozenset[str], after: str, lang: Lang, store: SqlStore
) -> tuple[list[list[Any]], str | None]:
    """The rows of the next records behind `after`, by id, as far as the caller may see them; and behind which there are more."""
    where = {"organisation": known.organisation, "kind": listed.kind, "after": after, "limit": AT_ONCE}
    found = asked(store.connection, PAGE, where).all()
    seen = [row for row in found if not buckets.isdisjoint(row.buckets.split())]
    beside = _beside(listed, known.organisation, [row.id for row in seen], buckets, store)
    rows = [
        [column.reader.show(column.take(data), known, lang) for column in listed.columns]
        for row in seen
        for data in ({**beside.get(row.id, {}), **msgspec.json.decode(row.data)},)
    ]
    return rows, found[-1].id if len(found) == AT_ONCE else None


def _beside(
    listed: Listed, organisation: str, ids: Sequence[str], buckets: frozenset[str], store: SqlStore
) -> dict[str, Data]:  # fmt: skip
    """What lies beside these records, read together, for whoever may read that."""
    if listed.beside is None:
        return {}
    store.expect_records(organisation, [(listed.beside, one) for one in ids])
    stored = ((one, store.record(organisation, listed.beside, one)) for one in ids)
    return {
        one: terms.data for one, terms in stored if terms is not None and not terms.gone and not terms.buckets.isdisjoint(buckets)
    }
