"""Damage recorded in parallel on the same part: one damage with both sets of photos; a differing severity is reviewed. Pure."""

from collections.abc import Mapping
from typing import Any

Damage = Mapping[str, Any]


def is_parallel(known: Damage, new: Damage, known_device: str, new_device: str, had_seen: bool) -> bool:
    """Whether two people recorded the same finding without knowing of each other: same asset, view and part, two devices,
    neither taken back. One device's two dents on a door are two damages."""
    same = all(known[name] == new[name] for name in ("asset_id", "view", "part"))
    free = known["state"] == new["state"] == "open" and not new.get("clustered_with") and known["id"] != new["id"]
    return same and free and known_device != new_device and not had_seen


def differences(known: Damage, new: Damage) -> tuple[str, ...]:
    """What a person must look at."""
    return ("severity",) if known["severity"] != new["severity"] else ()
