"""What judging a batch will ask the store for, said before, so that a store reads it together. Pure.

Neighbours: `judge.py` says it, `store.py:Store.expect` takes it. Invariants: a hint and nothing more: what is not foreseen
is asked for when it is needed, what was foreseen for nothing changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from schemas.actions import ACTIONS
from schemas.ids import is_uuid
from sync.body import Body
from sync.journal import derived_id
from sync.store import Expected

Named = tuple[str, tuple[str, ...]]
"""A kind, and the way to the id among the arguments."""
_ABOUT_THE_WRITER: Final = "person"
_DERIVED: Final = {"signature.capture": ("signer", "signature_id")}
"""Records whose id is derived from their kind and an argument."""


def foresee(bodies: Iterable[Body]) -> Expected:
    """Entries by their own id and by what they need, records their effects name, files they declare."""
    expected = Expected()
    for body in bodies:
        expected.entries.add(body.id)
        expected.entries.update(body.needs)
        expected.records.add((_ABOUT_THE_WRITER, body.actor))
        expected.blobs.update(blob.sha256 for blob in body.blobs)
        for kind, way in named_by(body.action, body.v):
            record_id = _follow(body.args, way)
            if isinstance(record_id, str) and is_uuid(record_id):
                expected.records.add((kind, record_id))
        if body.action in _DERIVED:
            kind, name = _DERIVED[body.action]
            expected.records.add((kind, derived_id(kind, str(body.args.get(name)))))
    return expected


@cache
def named_by(action: str, version: int) -> tuple[Named, ...]:
    """The records that the subject and the declared effects of an action name by its arguments."""
    model = ACTIONS.get((action, version))
    if model is None:
        return ()
    found: dict[Named, None] = {}
    if model.subject is not None:
        found[(model.subject[0], (model.subject[1],))] = None
    for effect in model.effects:
        if effect.id.startswith("$"):
            found[(effect.kind, tuple(effect.id[1:].split(".")))] = None
        for template in _texts(effect.values):
            if template.startswith("%"):
                kind, record_id, _ = template[1:].split("/", 2)
                if record_id.startswith("$"):
                    found[(kind, tuple(record_id[1:].split(".")))] = None
    return tuple(found)


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from _texts(value)


def _follow(args: Mapping[str, Any], way: tuple[str, ...]) -> Any:
    value: Any = args
    for name in way:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
