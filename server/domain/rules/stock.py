"""How what was counted differs from what should stand in a depot. Pure.

Neighbours: `server/domain/stock.py` writes it down when a stock-take is closed; `field_app/src/field/stock/differences.ts`
shows the same live, `tests/vectors/stock.json` holds both equal. Invariants: a thing is in one list at most · what is with a
customer or retired is not expected · where nobody said a bay, nothing is misplaced.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

EXPECTED: Final = frozenset({"available", "returned", "blocked"})
"""States of an asset that should stand in its depot."""
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Differences:
    """`expected`, `counted`: how many, the second of the first. `missing`: assets; `extra`: counts; `misplaced`: asset → the bay
    where it was found."""

    expected: int = 0
    counted: int = 0
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    misplaced: dict[str, str] = field(default_factory=dict)


def is_expected(asset: Record | None, depot: str) -> bool:
    """Whether an asset should stand in the depot now."""
    return asset is not None and asset["depot_id"] == depot and asset["state"] in EXPECTED


def last_sighting(count: Record) -> Record | None:
    """Who saw it last, and where; None when all was taken back."""
    seen = [(one["at"], entry, one) for entry, one in count["sightings"].items()]
    return max(seen, key=lambda one: one[:2])[2] if seen else None


def differences(depot: str, assets: Iterable[Record], counts: Iterable[Record]) -> Differences:
    """The differences, each list in order of id. `assets`: all those known here, whatever their depot and state."""
    known = {asset["id"]: asset for asset in assets}
    expected = {one for one, asset in known.items() if is_expected(asset, depot)}
    found: set[str] = set()
    extra: list[str] = []
    misplaced: dict[str, str] = {}
    for count in sorted(counts, key=lambda one: str(one["id"])):
        last, asset_id = last_sighting(count), count["asset_id"]
        if last is None:
            continue
        if asset_id not in expected:
            extra.append(count["id"])
            continue
        found.add(asset_id)
        bay = known[asset_id]["bay"]
        if last["bay"] and bay and last["bay"] != bay:
            misplaced[asset_id] = last["bay"]
    return Differences(len(expected), len(found), sorted(expected - found), extra, dict(sorted(misplaced.items())))
