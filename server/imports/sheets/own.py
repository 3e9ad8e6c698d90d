"""The organisation's own fields as columns: read as their type says, written back the same.

Neighbours: `columns.py` has the columns every organisation has, `kinds.py` and `export.py` put these behind them. Invariants:
a kind has them as soon as its actions take `custom` · a retired field is shown and not brought in · in a row's values they
stand by `custom.<code>`, in entries and records in the map `custom`, of a customer also in `custom_office` of its terms.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from server.imports.sheets.columns import Column
from server.imports.sheets.kinds import Kind
from server.imports.sheets.words import Choice, Day, Number, Reader, Text, YesNo
from sync.store import Store
from sync.unit import POLICIES

PREFIX: Final = "custom."
_READERS: Final[dict[str, Reader]] = {"text": Text(), "number": Number(), "date": Day(), "yes_no": YesNo()}


def own_columns(store: Store, organisation: str, kind: str, *, retired: bool = False) -> tuple[Column, ...]:
    """The columns of a kind's own fields, in their order; `retired`: with those nobody fills in any more."""
    if "custom" not in POLICIES[kind]:
        return ()
    found = [one.data for one in store.records(organisation, "custom_field")]
    fields = [one for one in found if one["belongs_to"] == kind and (one["active"] or retired)]
    fields.sort(key=lambda one: (one["order"], one["code"]))
    return tuple(Column(PREFIX + one["code"], one["zh"], one["en"], _reader(one), PREFIX + one["code"]) for one in fields)


def _reader(field: Mapping[str, Any]) -> Reader:
    if field["type"] == "choice":
        return Choice({one["id"]: (one["zh"], one["en"]) for one in field["choices"]})
    return _READERS[field["type"]]


def with_own(kind: Kind, store: Store, organisation: str) -> Kind:
    """The kind with the organisation's own fields behind its columns."""
    return replace(kind, columns=(*kind.columns, *own_columns(store, organisation, kind.kind)))


def value_in(data: Mapping[str, Any], name: str) -> Any:
    """A field of a record, or one of its own fields; None where it has none."""
    if name.startswith(PREFIX):
        return {**(data.get("custom_office") or {}), **(data.get("custom") or {})}.get(name.removeprefix(PREFIX))
    return data.get(name)


def folded(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as an action takes them: own fields in their map."""
    own = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
    rest = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
    return {**rest, "custom": own} if own else rest
