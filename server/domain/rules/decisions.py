"""Decided by two people: the first to arrive stands, the second is told who decided and what.

Neighbours: everything a person decides asks here first (`server/domain/conflicts.py`, `todos.py`).
Invariant: the second decision is kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from schemas.conflicts import ConflictRule
from sync.conflicts import Finding, contradict, office_side, own_side, side_of_entry
from sync.unit import Unit

CHOSEN: Final = ("choice", "chosen", "value")
"""What two decisions over a conflict may differ in."""


def is_decided(record: Mapping[str, Any]) -> bool:
    """Whether somebody has decided this before."""
    return bool(record["state"] == "decided")


def decided_before(unit: Unit, kind: str, record: Mapping[str, Any], decision: Mapping[str, Any]) -> bool:
    """True when the record is decided already: the second decision is recorded beside the first, and its author told."""
    if not is_decided(record):
        return False
    tell_second(unit, kind, record, decision, ("decided_by", "decided_at"), CHOSEN)
    return True


def tell_second(
    unit: Unit, kind: str, record: Mapping[str, Any], decision: Mapping[str, Any], fields: tuple[str, str], names: Sequence[str]
) -> None:
    """Record a second decision beside the one that stands, and tell its author. `fields`: which of the record's say by whom and
    when it was decided; `names`: what decisions may differ in."""
    by, at = fields
    first = {name: record[name] for name in decision}
    stored = unit.store.record(unit.writer.organisation, kind, record["id"])
    entry = stored.meta[at].entry if stored is not None else ""
    theirs = side_of_entry(unit.store, unit.writer.organisation, entry, first)
    theirs = theirs or office_side(record[at], first, record[by])
    mine = own_side(unit, decision)
    differs = [name for name in names if first.get(name) != decision.get(name)]
    contradict(
        unit,
        Finding(
            ConflictRule.DECIDED_TWICE, (kind, record["id"], str(theirs.entry)), record["depot_id"], (kind, record["id"]),
            [theirs, mine], theirs.entry, is_open=False, differs=differs, losers=[unit.body.id],
            asset_id=record.get("asset_id"), rental_id=record.get("rental_id"),
        ),
    )  # fmt: skip
    unit.entry.detail |= {"decided_by": record[by], "decided_at": record[at], "decided": first}
