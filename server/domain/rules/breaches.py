"""A check-out that had become forbidden while offline: recorded all the same (the keys are gone), the reasons named. Pure."""

from collections.abc import Mapping
from typing import Any

from sync import instants

Record = Mapping[str, Any]


def breaches(at: str, asset: Record, rental: Record | None, customer: Record | None, limits: Mapping[str, int],
             readings: Mapping[str, int]) -> list[str]:  # fmt: skip
    """Why the check-out was not allowed, in the order of the table; empty when it was.

    `limits`: meter → the least it must show to leave. `at`: corrected capture time; inspections are due by it.
    """
    found = ["customer_blocked"] if customer is not None and customer["blocked"] else []
    if asset.get("locked") or asset["state"] == "retired":
        found.append("asset_locked")
    if rental is not None and rental["state"] == "cancelled":
        found.append("rental_cancelled")
    found += [f"{meter}_low" for meter, least in limits.items() if meter in readings and readings[meter] < least]
    due = asset.get("inspection_due_at")
    if due and instants.to_ms(due) < instants.to_ms(at):
        found.append("inspection_overdue")
    return found
