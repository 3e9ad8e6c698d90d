"""The hash of each version's schema: `python -m tests.vectors.versions` records versions that are new.

A schema that changes under a version that is recorded already is a fault (`tests/unit/test_versions.py`): somebody may have
entries of that version in a journal, or an app that speaks it. Only while nobody has it yet may it be recorded anew, by
`--not-released` and the version's name. Neighbours: `sync/upcast.py` says how a new version is made.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

from schemas import protocol
from schemas.actions import ACTIONS

FILE: Final = Path(__file__).resolve().parent / "schemas.json"
_PROSE: Final = frozenset({"title", "description"})


def _bare(schema: Any, *, names: bool = False) -> Any:
    """A JSON schema without its prose. `names`: the keys are names of fields, not words of the schema."""
    if isinstance(schema, dict):
        kept = ((key, one) for key, one in schema.items() if names or key not in _PROSE)
        return {key: _bare(one, names=not names and key in ("properties", "$defs")) for key, one in kept}
    return [_bare(one) for one in schema] if isinstance(schema, list) else schema


def _hash(schemas: Any) -> str:
    return hashlib.sha256(json.dumps(_bare(schemas), sort_keys=True).encode()).hexdigest()[:32]


def present() -> dict[str, str]:
    """Version → hash of its schema, as the code says now."""
    found = {f"{action}.v{version}": _hash(model.model_json_schema()) for (action, version), model in ACTIONS.items()}
    messages = [
        one for one in vars(protocol).values()
        if isinstance(one, type) and issubclass(one, protocol.Wire) and one is not protocol.Wire
    ]  # fmt: skip
    wire = {model.__name__: model.model_json_schema() for model in messages}
    return dict(sorted({**found, f"protocol.v{protocol.PROTOCOL_VERSION}": _hash(wire)}.items()))


def recorded() -> dict[str, str]:
    """Version → hash, as recorded."""
    known: dict[str, str] = json.loads(FILE.read_text()) if FILE.is_file() else {}
    return known


def record(again: frozenset[str] = frozenset()) -> dict[str, str]:
    """Record versions that are new, and those named in `again`; returns what was recorded."""
    known = recorded()
    fresh = {name: value for name, value in present().items() if name not in known or name in again}
    FILE.write_text(json.dumps(dict(sorted({**known, **fresh}.items())), indent=1) + "\n")
    return fresh


if __name__ == "__main__":
    named = frozenset(sys.argv[2:]) if sys.argv[1:2] == ["--not-released"] else frozenset[str]()
    sys.stdout.write("".join(f"{name} {value}\n" for name, value in record(named).items()))
