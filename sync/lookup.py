"""What records are found by beside their ids: values that only one may have, the words a search looks through, whom they
name. Pure.

Neighbours: `schemas/records` declares `unique`, `searched` and `archived` on a kind, `schemas/references.py` finds what names
what; the stores keep what is computed here; `server/search.py` asks. Invariants: two values that a person would call the same
are one here · an empty value is nobody's.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.records import RECORDS, Placement
from schemas.references import REFERENCES, named_in

UNIQUE: Final = {kind: model.unique for kind, model in RECORDS.items() if model.unique}
SEARCHED: Final = {kind: model.searched for kind, model in RECORDS.items() if model.searched}
_BETWEEN: Final = dict.fromkeys(map(ord, "·•・‧∙."))


@dataclass(frozen=True)
class Words:
    """A record as search sees it: whose depot, whether it is archived, what lists order it by, what is looked through."""

    depot: str
    archived: bool
    title: str
    text: str


def plain(value: str) -> str:
    """A number as it counts: width, case, spaces and the dot of a plate make no difference; a hyphen does."""
    return "".join(folded(value).translate(_BETWEEN).split())


def folded(value: str) -> str:
    """Text as search compares it: one width, one case."""
    return unicodedata.normalize("NFKC", value).casefold()


def keys_of(kind: str, data: Mapping[str, Any] | None) -> dict[str, str]:
    """Unique field → the value as it counts, of those that have one."""
    found = {name: plain(str((data or {}).get(name) or "")) for name in UNIQUE.get(kind, ())}
    return {name: value for name, value in found.items() if value}


def words_of(kind: str, data: Mapping[str, Any] | None) -> Words | None:
    """What search is to know of a record; None of a kind that is not searched, or of nothing."""
    names = SEARCHED.get(kind)
    if names is None or data is None or names[0] not in data:
        return None
    archived = RECORDS[kind].archived
    depot = str(data["depot_id"]) if RECORDS[kind].placement is Placement.DEPOT else ""
    texts = [folded(str(data.get(name) or "")) for name in names]
    gone = archived is not None and data.get(archived[0]) in archived[1]
    return Words(depot, gone, texts[0], "\n".join(text for text in texts if text))


def renamed(
    kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[frozenset[str], frozenset[str]]:  # fmt: skip
    """Whom a record names no more, and whom it names now and did not; None stands for nothing, or for a record that is gone."""
    fields = REFERENCES.get(kind)
    if fields is None or (before is not None and after is not None and all(before.get(one) == after.get(one) for one in fields)):
        return _NOBODY, _NOBODY
    had, has = named_in(kind, before), named_in(kind, after)
    return had - has, has - had


_NOBODY: Final[frozenset[str]] = frozenset()
