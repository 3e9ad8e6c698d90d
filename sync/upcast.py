"""Reading an entry's arguments whatever version they were written in: every former version of an action is accepted for ever.

A new version is a new class in `schemas/actions` under the next `v`; the old class stays, and a function here makes the
arguments of version v into those of v + 1. Only the newest version needs a handler. Upcasters work on a parsed copy: the stored
bytes, and so the chain, never change. Neighbours: `judge.py` reads through a `Vocabulary`; `tests/vectors/bodies` keeps one
recorded body of each version, `tests/vectors/schemas.json` the hash of each version's schema
(`tests/unit/test_versions.py` fails when a schema changes under a version that exists).

How to change an action:

1. Copy its class under a new name (`PhotoAdd2`), set `v`, change what must change; both stay in `ACTIONS`. The app writes the
   newest (`python -m schemas.export`), and shows what is still unsent in the old one: see `field_app/src/core/view.ts`.
2. Add `("photo.add", 1): photo_add_1` to `UPCASTERS`: a function from arguments to arguments.
3. Move the handler to the new class.
4. `python -m tests.vectors.bodies` and `python -m tests.vectors.versions` record the new version; nothing old is touched.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.json import encode

from schemas.actions import ACTIONS, Action

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""The arguments of version v, a copy of its own → those of version v + 1."""

UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {}
"""(action, v) → what makes v + 1 of it. Empty while every action stands at its first version."""


@dataclass(frozen=True)
class Vocabulary:
    """The actions an engine understands, and how old ones become new. ValueError when a version cannot be reached."""

    actions: Mapping[tuple[str, int], type[Action]] = field(default_factory=lambda: ACTIONS)
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=lambda: UPCASTERS)

    def __post_init__(self) -> None:
        for name, version in self.actions:
            if (name, version + 1) in self.actions and (name, version) not in self.upcasters:
                raise ValueError(f"{name} has a version {version + 1}, but nothing makes it of version {version}")
        for name, version in self.upcasters:
            if (name, version) not in self.actions or (name, version + 1) not in self.actions:
                raise ValueError(f"the upcaster of {name} v{version} leads from or to a version that is not there")

    def read(self, action: str, version: int, args: Mapping[str, Any]) -> Action | None:
        """The arguments in the action's newest version; None for an action or version nobody knows. Read first by the class
        they were written for: what was wrong then is not made right. pydantic's ValidationError."""
        model = self.actions.get((action, version))
        if model is None:
            return None
        found = model.model_validate_json(encode(args))
        raw = dict(args)
        while (model := self.actions.get((action, version + 1))) is not None:
            raw = self.upcasters[action, version](copy.deepcopy(raw))
            version += 1
            found = model.model_validate_json(encode(raw))
        return found


VOCABULARY: Final = Vocabulary()
