"""Which fields of a record name an asset, a customer, a rental or a task: read off the schemas, kept in no list of its own.

Neighbours: `schemas/records` declares the fields; `sync/lookup.py` and the stores keep who names whom, `server/domain` asks
before something is taken back. A field counts when its type holds ids (`Uuid`) and it is called after the kind (`asset_id`,
`fault_ids`, `assets`), or is a subject with a kind of its own, or stands in `_CALLED`. Invariant: a new field that names one of
these kinds counts from the day it is declared (a test walks all of them).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, StringConstraints

from schemas.ids import UUID_PATTERN
from schemas.records import RECORDS

NAMED: Final = ("asset", "customer", "rental", "task")
"""Kinds of which it is kept who names them: what an import may enter, and so take back."""
_CALLED: Final = {"kit_id": "asset", "holder_id": "customer", "swaps": "asset", "missing": "asset", "misplaced": "asset"}
"""Fields that are not called after the kind they name."""
MIRRORED: Final = frozenset({"kit_members"})
"""Fields the server keeps in step with what others say of the record: they name nobody by themselves."""
_INSIDE: Final = {"swaps": ("back", "out")}
"""Fields whose items name others inside them, not by their keys."""


def holds_ids(annotation: Any, metadata: tuple[Any, ...] = ()) -> bool:
    """Whether a type has a place for an id: itself, as an item or key, or in a field of a model within."""
    if any(isinstance(one, StringConstraints) and one.pattern == UUID_PATTERN for one in metadata):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(holds_ids(field.annotation, tuple(field.metadata)) for field in annotation.model_fields.values())
    more = tuple(getattr(annotation, "__metadata__", ()))
    return (bool(more) and holds_ids(None, more)) or any(holds_ids(one) for one in get_args(annotation) if one is not annotation)


def is_subject(annotation: Any) -> bool:
    """Whether a field is a subject: a model that says kind and id, or nothing."""
    models = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type) and issubclass(one, BaseModel)]
    return any({"kind", "id"} <= set(model.model_fields) for model in models)


def kind_called(name: str) -> str | None:
    """The kind of NAMED a field is called after; None when it is none of them."""
    if name in MIRRORED:
        return None
    base = name.removesuffix("_ids").removesuffix("_id")
    called = (one for one in NAMED if (name != base and f"_{base}".endswith(f"_{one}")) or name == f"{one}s")
    return _CALLED.get(name) or next(called, None)


def _fields_of(kind: str) -> Iterator[str]:
    for name, field in RECORDS[kind].model_fields.items():
        if name == "id" or not holds_ids(field.annotation, tuple(field.metadata)):
            continue
        if kind_called(name) is not None or is_subject(field.annotation):
            yield name


REFERENCES: Final[dict[str, tuple[str, ...]]] = {kind: found for kind in RECORDS if (found := tuple(_fields_of(kind)))}
"""Kind → its fields that may name a record of NAMED."""


def named_in(kind: str, data: Mapping[str, Any] | None) -> frozenset[str]:
    """The ids a record of the kind names."""
    found: set[str] = set()
    for name in REFERENCES.get(kind, ()) if data is not None else ():
        found.update(_ids_of(name, data.get(name) if data is not None else None))
    return frozenset(found)


def _ids_of(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and name in _INSIDE:
        yield from (str(item[at]) for item in value.values() for at in _INSIDE[name] if item and item.get(at))
    elif isinstance(value, Mapping) and set(value) == {"kind", "id"}:
        if value["kind"] in NAMED:
            yield str(value["id"])
    elif isinstance(value, Mapping | list | tuple):
        yield from map(str, value)
