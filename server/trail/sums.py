"""What a sum the server computes is made of: the entries it comes from, as the record keeps them beside it.

Neighbours: `changes.py` asks, `telling.py` says it in words. Pure. Invariant: parts that do not add up to the sum are not told:
they would explain something else.
"""

from typing import Any, Final

from schemas.states import DEPOSIT, judge_step
from schemas.trail import SumPart
from server.domain.rules.rentals import Sums, deposit_step
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


def deposit_state_after(record: StoredRecord, entry: str | None) -> dict[str, str]:
    """{deposit_state: …} as this step of the deposit left it; nothing where the entry is none, or where the steps do not lead to
    the present state: something else was between them."""
    items = record.data.get("deposit_steps") or {}
    if record.kind != "rental_terms" or entry not in items:
        return {}
    steps = sorted(items.items(), key=lambda one: (one[1].get("at") or "", one[0]))
    asked_first = steps[0][1].get("step") == "ask"
    state = DEPOSIT.start if asked_first else "asked"
    sums = Sums(0 if asked_first else record.data.get("deposit_required_fen") or 0, 0, 0, 0)
    found = {}
    for step_of, item in steps:
        step, sums, _ = deposit_step(item.get("step", ""), item.get("amount_fen") or 0, sums)
        target = judge_step(DEPOSIT, state, step).target
        if target is None:
            return {}
        found[step_of] = state = target
    return {"deposit_state": found[entry]} if state == record.data.get("deposit_state") else {}
