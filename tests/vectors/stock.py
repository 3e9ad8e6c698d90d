"""Stock-take vectors: what stands in the records, what was counted, and how they differ. Neighbours:
`server/domain/rules/stock.py`, `field_app/src/field/stock/differences.ts`, `make.py`."""

from dataclasses import asdict
from typing import Any, Final

from server.domain.rules.stock import differences
from server.domain.stock import count_id

_HERE: Final = "d1"
_TASK: Final = "0197f3a0-0000-7000-8000-000000000009"


def _asset(name: str, state: str = "available", bay: str = "A-1", depot: str = _HERE) -> dict[str, Any]:
    return {"id": name, "state": state, "bay": bay, "depot_id": depot}


def _count(name: str, asset: str | None, *seen: tuple[str, str]) -> dict[str, Any]:
    sightings = {f"e{at}{bay}": {"by": "p", "at": f"2027-01-01T00:00:{at}Z", "bay": bay, "how": "scan"} for at, bay in seen}
    return {"id": name, "asset_id": asset, "tag": None if asset else "X", "sightings": sightings}


_ASSETS: Final = [
    _asset("a"), _asset("b", "returned"), _asset("c", "blocked"), _asset("d", "out"), _asset("e", "retired"),
    _asset("f", depot="d2"), _asset("g", bay=""),
]  # fmt: skip
_CASES: Final[tuple[tuple[list[dict[str, Any]], list[dict[str, Any]]], ...]] = (
    ([], []),
    (_ASSETS, []),
    (_ASSETS, [_count("1", "a", ("01.000", "")), _count("2", "b", ("02.000", "")), _count("3", "g", ("03.000", "B-2"))]),
    # elsewhere than it should stand; the last word on where it is counts, and taking it back is no count
    (_ASSETS, [_count("1", "a", ("01.000", "A-1"), ("05.000", "B-2")), _count("2", "c", ("05.000", "B-2"), ("07.000", "A-1"))]),
    (_ASSETS, [_count("1", "a"), _count("9", None)]),
    # out on rent, retired, another depot's, unknown here, no label of ours
    (_ASSETS, [_count("4", "d", ("01.000", "")), _count("3", "e", ("01.000", "")), _count("2", "f", ("01.000", "")),
               _count("1", "z", ("01.000", "")), _count("0", None, ("01.000", ""))]),
    # the same moment twice: the greater entry decides
    (_ASSETS, [_count("1", "a", ("01.000", "B-2"), ("01.000", "A-1"))]),
)  # fmt: skip


def vectors() -> dict[str, Any]:
    """Each case with its answer, and the ids of what is found."""
    cases = [
        {"depot": _HERE, "assets": assets, "counts": counts, "found": asdict(differences(_HERE, assets, counts))}
        for assets, counts in _CASES
    ]
    found = ("0197f3a0-0000-7000-8000-000000000004", "HV-0001", "浙A·1")
    return {"cases": cases, "ids": [{"task": _TASK, "found": one, "id": count_id(_TASK, one)} for one in found]}
