"""Decided by two people: the first to arrive stands, the second is told who decided and what.

Neighbours: everything a person decides asks here first (`server/domain/conflicts.py`). Invariant: the second decision is kept.
"""

from collections.abc import Mapping
from typing import Any

from schemas.conflicts import ConflictRule
from sync.conflicts import Finding, contradict, office_side, own_side, side_of_entry
from sync.unit import Unit


def is_decided(record: Mapping[str, Any]) -> bool:
    """Whether somebody has decided this before."""
    return bool(record["state"] == "decided")


def decided_before(unit: Unit, kind: str, record: Mapping[str, Any], decision: Mapping[str, Any]) -> bool:
    """True when the record is decided already: the second decision is recorded beside the first, and its author told."""
    if not is_decided(record):
        return False
    first = {name: record[name] for name in decision}
    stored = unit.store.record(unit.writer.organisation, kind, record["id"])
    entry = stored.meta["decided_at"].entry if stored is not None else ""
    theirs = side_of_entry(unit.store, unit.writer.organisation, entry, first)
    theirs = theirs or office_side(record["decided_at"], first, record["decided_by"])
    mine = own_side(unit, decision)
    differs = [name for name in ("choice", "chosen", "value") if first.get(name) != decision.get(name)]
    contradict(
        unit,
        Finding(
            ConflictRule.DECIDED_TWICE, (kind, record["id"], str(theirs.entry)), record["depot_id"], (kind, record["id"]),
            [theirs, mine], theirs.entry, is_open=False, differs=differs, losers=[unit.body.id],
            asset_id=record.get("asset_id"), rental_id=record.get("rental_id"),
        ),
    )  # fmt: skip
    unit.entry.detail |= {"decided_by": record["decided_by"], "decided_at": record["decided_at"], "decided": first}
    return True
