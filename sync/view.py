"""What a device sees: records of its replica with the effects of its own pending entries laid over them, in order. Pure.

Neighbours: `sync/effects.py` fills in what an action declares, `sync/device.py` asks; `field_app/src/core/view.ts` and `merge.ts`
are the same, `tests/vectors/effects.json` holds both equal. Invariant: the overlay is a function of replica and outbox alone, so
nothing optimistic is stored and nothing optimistic can go stale: laying it anew is the whole rebase.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.actions import ACTIONS
from schemas.merge import MergePolicy
from sync.effects import ABSENT, Filled, Scene, fill
from sync.unit import DEFAULTS, POLICIES

Lookup = Callable[[str, str], Mapping[str, Any] | None]
FACTS: Final = ("id", "at", "zone", "actor", "seq", "epoch")
"""What effects may ask of an entry."""
_ARGUMENTS: Final[dict[tuple[str, int], dict[str, Any]]] = {
    key: {
        name: info.get_default(call_default_factory=True) for name, info in model.model_fields.items() if not info.is_required()
    }
    for key, model in ACTIONS.items()
}


@dataclass(frozen=True)
class Shown:
    """A record touched by pending work. `made_by`: the pending entry that first makes it; None when the server has it."""

    kind: str
    id: str
    data: Mapping[str, Any]
    made_by: str | None


@dataclass
class Overlay:
    """The pending effects over a replica. `base` gives a record as the server last said it."""

    device: str
    base: Lookup
    shown: dict[tuple[str, str], Shown] = field(default_factory=dict)

    def lookup(self, kind: str, record_id: str) -> Mapping[str, Any] | None:
        """A record's content as it is seen now."""
        found = self.shown.get((kind, record_id))
        return found.data if found is not None else self.base(kind, record_id)

    def effects(self, body: Mapping[str, Any]) -> list[Filled]:
        """What an entry declares it shows, filled in. An unknown action shows nothing."""
        key = (body["action"], body["v"])
        model = ACTIONS.get(key)
        if model is None:
            return []
        facts = {name: body[name] for name in FACTS} | {"device": self.device}
        return fill(model.effects, Scene({**_ARGUMENTS[key], **body["args"]}, facts, body["blobs"], self.lookup))

    def add(self, body: Mapping[str, Any]) -> None:
        """Lay one more entry over. An effect on a record that is not there counts only if it makes it."""
        for effect in self.effects(body):
            key = (effect.kind, effect.id)
            present = self.lookup(*key)
            if effect.kind not in POLICIES or (present is None and not effect.create):
                continue
            known = self.shown.get(key)
            made_by = known.made_by if known is not None else (body["id"] if present is None else None)
            self.shown[key] = Shown(effect.kind, effect.id, _merged(present, effect), made_by)

    def add_all(self, bodies: Iterable[Mapping[str, Any]]) -> "Overlay":
        """Lay entries over in order."""
        for body in bodies:
            self.add(body)
        return self


def _merged(present: Mapping[str, Any] | None, effect: Filled) -> dict[str, Any]:
    """The record after an effect; a fresh one starts from its kind's defaults."""
    data = dict(present) if present is not None else {**DEFAULTS[effect.kind], "id": effect.id}
    for name, value in effect.values.items():
        if value is not ABSENT:
            policy = POLICIES[effect.kind].get(name, MergePolicy.LAST_WRITER)
            data[name] = shown_value(policy, data.get(name), value, fresh=present is None)
    return data


def shown_value(policy: MergePolicy, present: Any, incoming: Any, *, fresh: bool) -> Any:
    """How a value meets the one already there on the device that wrote it, which has seen what stands. `fresh`: the record is
    only now being made."""
    match policy:
        case MergePolicy.UNION:
            said = dict(incoming or {})
            kept = {key: value for key, value in (present or {}).items() if key not in said}
            return kept | {key: value for key, value in said.items() if value is not None}
        case MergePolicy.IMMUTABLE:
            return incoming if fresh or present is None else present
        case MergePolicy.MAX | MergePolicy.MIN:
            if fresh or not _is_number(present) or not _is_number(incoming):
                return incoming
            return max(present, incoming) if policy is MergePolicy.MAX else min(present, incoming)
        case MergePolicy.COUNTER:
            return (present if _is_number(present) else 0) + (incoming if _is_number(incoming) else 0)
        case _:
            return incoming


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
