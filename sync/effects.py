"""Fill in the templates of an action's declared effects (`schemas/effects.py`). Pure.

The same interpreter exists in `field_app/src/core/effects.ts`; `tests/vectors/effects.json` holds both equal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.effects import Effect

ABSENT: Final = object()
Lookup = Callable[[str, str], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Scene:
    """What templates may refer to: the arguments, the entry's own facts, its blobs, other records."""

    args: Mapping[str, Any]
    entry: Mapping[str, Any]
    blobs: Sequence[Mapping[str, Any]]
    lookup: Lookup


@dataclass(frozen=True)
class Filled:
    """One effect with its templates filled in."""

    kind: str
    id: str
    values: dict[str, Any]
    create: bool


def fill(effects: Sequence[Effect], scene: Scene) -> list[Filled]:
    """The effects that apply: one whose id is absent (an optional argument not given) is left out."""
    filled: list[Filled] = []
    for effect in effects:
        record_id = _text(effect.id, scene)
        if not isinstance(record_id, str):
            continue
        values = _value(effect.values, scene)
        filled.append(Filled(effect.kind, record_id, values, effect.create))
    return filled


def _value(template: Any, scene: Scene) -> Any:
    if isinstance(template, str):
        return _text(template, scene)
    if isinstance(template, dict):
        result: dict[str, Any] = {}
        for raw_key, raw in template.items():
            key = _text(raw_key, scene)
            value = _value(raw, scene)
            if isinstance(key, str) and value is not ABSENT:
                result[key] = value
        return result
    return template


def _text(template: str, scene: Scene) -> Any:
    match template[:1]:
        case "$":
            return _path(scene.args, template[1:])
        case "@" if template.startswith("@blob."):
            _, index, name = template.split(".", 2)
            blobs = scene.blobs
            return blobs[int(index)][name] if int(index) < len(blobs) else ABSENT
        case "@":
            return scene.entry[template[1:]]
        case "%":
            kind, raw_id, name = template[1:].split("/", 2)
            record_id = _text(raw_id, scene)
            record = scene.lookup(kind, record_id) if isinstance(record_id, str) else None
            return _path(record or {}, name)
        case _:
            return template


def _path(source: Mapping[str, Any], dotted: str) -> Any:
    value: Any = source
    for name in dotted.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
        if value is None:
            return ABSENT
    return value
