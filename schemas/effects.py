"""Optimistic effects: what an action shows at once on the device that recorded it.

An effect names one record and the values to merge into it. Values are templates, so that the same declaration drives
Python and TypeScript (`sync/effects.py`, `field_app/src/core/effects.ts`):

- `"$name"` — the action's argument `name` (`"$pin.x"` goes deeper); absent or null removes the key it stands under
- `"@name"` — of the entry: `@id @at @zone @actor @device @seq @epoch`; `"@blob.0.sha256"` — of its first blob
- `"%kind/$id_arg/field"` — that field of another record as the device sees it now
- a dict is filled in key by key; a key may itself be a template; anything else stands for itself

How a value meets the one already there is the field's merge policy, nothing else.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Effect:
    """Merge `values` into record `kind` with id `id` (a template); `create` makes it when absent."""

    kind: str
    id: str
    values: dict[str, Any] = field(default_factory=dict)
    create: bool = False
