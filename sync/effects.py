"""Fill in the templates of an action's declared effects (`schemas/effects.py`). Pure.

The same interpreter exists in `field_app/src/core/effects.ts`; `tests/vectors/effects.json` holds both equal. A template is
read once, into a function of the scene: an entry has some thirty of them, and reading takes longer than filling in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.effects import Effect

ABSENT: Final = object()
Lookup = Callable[[str, str], Mapping[str, Any] | None]


@dataclass(slots=True)
class Scene:
    """What templates may refer to: the arguments, the entry's own facts, its blobs, other records."""

    args: Mapping[str, Any]
    entry: Mapping[str, Any]
    blobs: Sequence[Mapping[str, Any]]
    lookup: Lookup


@dataclass(slots=True)
class Filled:
    """One effect with its templates filled in."""

    kind: str
    id: str
    values: dict[str, Any]
    create: bool


Fill = Callable[[Scene], Any]
_read: Final[dict[int, tuple[Sequence[Effect], list[tuple[Effect, Fill, Fill]]]]] = {}
"""By identity of the declared effects, which are constants of their action."""


def fill(effects: Sequence[Effect], scene: Scene) -> list[Filled]:
    """The effects that apply: one whose id is absent (an optional argument not given) is left out."""
    known = _read.get(id(effects))
    if known is None or known[0] is not effects:
        known = _read[id(effects)] = (effects, [(one, _template(one.id), _template(one.values)) for one in effects])
    filled: list[Filled] = []
    for effect, fill_id, fill_values in known[1]:
        record_id = fill_id(scene)
        if isinstance(record_id, str):
            filled.append(Filled(effect.kind, record_id, fill_values(scene), effect.create))
    return filled


def _template(template: Any) -> Fill:
    if isinstance(template, str):
        return _text(template)
    if isinstance(template, dict):
        return _dict(template)
    return lambda _scene: template


def _dict(template: Mapping[str, Any]) -> Fill:
    parts = [(_text(key), _template(value)) for key, value in template.items()]

    def whole(scene: Scene) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for fill_key, fill_value in parts:
            key = fill_key(scene)
            value = fill_value(scene)
            if value is not ABSENT and isinstance(key, str):
                result[key] = value
        return result

    return whole


def _text(template: str) -> Fill:
    match template[:1]:
        case "$":
            return _path(template[1:])
        case "@" if template.startswith("@blob."):
            _, index, name = template.split(".", 2)
            return _blob(int(index), name)
        case "@":
            name = template[1:]
            return lambda scene: scene.entry[name]
        case "%":
            return _other(*template[1:].split("/", 2))
        case _:
            return lambda _scene: template


def _blob(index: int, name: str) -> Fill:
    return lambda scene: scene.blobs[index][name] if index < len(scene.blobs) else ABSENT


def _path(dotted: str) -> Fill:
    names = dotted.split(".")
    if len(names) > 1:
        return lambda scene: _follow(scene.args, names)
    name = names[0]

    def argument(scene: Scene) -> Any:
        value = scene.args.get(name)
        return ABSENT if value is None else value

    return argument


def _other(kind: str, raw_id: str, dotted: str) -> Fill:
    fill_id, names = _text(raw_id), dotted.split(".")

    def field(scene: Scene) -> Any:
        record_id = fill_id(scene)
        record = scene.lookup(kind, record_id) if isinstance(record_id, str) else None
        return _follow(record or {}, names)

    return field


def _follow(source: Mapping[str, Any], names: Sequence[str]) -> Any:
    value: Any = source
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
        if value is None:
            return ABSENT
    return value
