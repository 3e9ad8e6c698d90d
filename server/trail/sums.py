"""What a sum the server computes is made of: the entries it comes from, as the record keeps them beside it.

Neighbours: `changes.py` asks, `telling.py` says it in words. Pure. Invariant: parts that do not add up to the sum are not told:
they would explain something else.
"""

from typing import Any, Final

from schemas.trail import SumPart
from sync.store import StoredRecord

_SUMS: Final = {
    ("rental_terms", "deposit_received_fen"): ("deposit_steps", "receive"),
    ("rental_terms", "deposit_offset_fen"): ("deposit_steps", "offset"),
    ("rental_terms", "deposit_refunded_fen"): ("deposit_steps", "refund"),
}
"""A sum → the map whose items (by entry: {step, amount_fen, by, at}) it is made of, and of which steps."""


def parts_of_sum(record: StoredRecord, name: str, value: Any) -> list[SumPart]:
    """The parts of a field's present value, oldest first; none for what is no sum, or another value."""
    source = _SUMS.get((record.kind, name))
    if source is None or value != record.data.get(name):
        return []
    items = record.data.get(source[0]) or {}
    parts = [
        SumPart(entry=entry, step=one["step"], amount_fen=one.get("amount_fen") or 0, by=one.get("by"), at=one.get("at"))
        for entry, one in items.items()
        if isinstance(one, dict) and one.get("step") == source[1]
    ]
    parts.sort(key=lambda one: (one.at or "", one.entry))
    return parts if sum(one.amount_fen for one in parts) == value else []
