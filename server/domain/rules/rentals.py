"""What a rental's lines say of the whole, what keeps one from being agreed or approved, and what a deposit's step makes of its
sums. Pure.

Neighbours: `custody.py` asks after every handover, `rentals.py` at every step of the office, `server/imports/sheets/kinds.py` of
every row: one rule for both ways. Invariant: amounts are integer fen.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from schemas import limits
from sync import instants

Line = Mapping[str, Any]


def fact_of(lines: Iterable[Line]) -> str | None:
    """Which fact the lines amount to: `hand_out` while one is out, `take_back` once every one that left is back and none is
    awaited; None: nothing new. A contested line is another's to settle and counts for nothing."""
    states = {line["state"] for line in lines} - {"contested"}
    if "out" in states:
        return "hand_out"
    return "take_back" if states == {"returned"} else None


def swaps_after(swaps: Mapping[str, Line], lines: Mapping[str, Line]) -> dict[str, Any]:
    """Planned swaps whose both halves the field has carried out are done; one whose new asset is on the rental no more is given
    up."""
    found = {}
    for swap_id, swap in swaps.items():
        back, out = (lines.get(swap[name], {}).get("state") for name in ("back", "out"))
        done = back == "returned" and out in ("out", "returned")
        given_up = swap["state"] == "planned" and out is None
        found[swap_id] = {**swap, "state": "done" if done else "given_up" if given_up else swap["state"]}
    return found


def wrong_place(depot_id: str, customer: Line | None, asset_depots: Iterable[str]) -> list[str]:
    """A rental, its customer and its assets belong to one depot: who may see one may see all."""
    if any(depot != depot_id for depot in asset_depots):
        return ["asset_of_depot"]
    return [] if customer is None or customer["depot_id"] == depot_id else ["customer_of_depot"]


def wrong_period(start: str, due: str, name: str = "due_after_start") -> list[str]:
    """It ends after it begins, and within the longest time anything is let for."""
    length = instants.to_ms(due) - instants.to_ms(start)
    if length <= 0:
        return [name]
    return ["period_max"] if length > limits.RENTAL_DAYS_MAX * 86_400_000 else []


def not_to_approve(rental: Line, customer: Line) -> list[str]:
    """What keeps assets from leaving on it: none, no time, a customer who may not have them."""
    missing = [] if rental["assets"] else ["assets"]
    missing += ["customer_blocked"] if customer["blocked"] else []
    return missing + wrong_period(rental["starts_at"], rental["due_at"])


def promised_twice(one: Line, other: Line) -> list[str]:
    """The assets that two rentals both have, or wait for, in overlapping times, when the other is agreed. What ends as the other
    begins does not overlap."""
    if other["state"] not in ("approved", "out"):
        return []
    begins, ends = (instants.to_ms(one[name]) for name in ("starts_at", "due_at"))
    if begins >= instants.to_ms(other["due_at"]) or instants.to_ms(other["starts_at"]) >= ends:
        return []
    waiting = ({asset for asset, line in its["assets"].items() if line["state"] in ("reserved", "out")} for its in (one, other))
    return sorted(set.intersection(*waiting))


class Sums(NamedTuple):
    """Of a deposit, in fen."""

    required: int
    received: int
    offset: int
    refunded: int

    @property
    def balance(self) -> int:
        """What is still in hand."""
        return self.received - self.offset - self.refunded


def deposit_step(step: str, amount: int, sums: Sums) -> tuple[str, Sums, list[str]]:
    """The step of the machine (`receive` or `receive_part`, …), the sums after it, and what is wrong with the amount. What was
    refunded or used may be received once more: what counts is what is in hand; to waive is to ask no more than that."""
    if step == "ask":
        asked = step if sums.balance <= 0 else "ask_covered" if sums.balance >= amount else "ask_part"
        return asked, sums._replace(required=amount), [] if amount > 0 else ["amount"]
    if step == "waive":
        in_hand = max(sums.balance, 0)
        return "waive_rest" if in_hand else step, sums._replace(required=in_hand), []
    if step == "hold":
        return step, sums, []
    wrong = [] if amount > 0 else ["amount"]
    if step == "receive":
        after = sums._replace(received=sums.received + amount)
        return step if after.balance >= sums.required else "receive_part", after, wrong
    over = ["over_balance"] if amount > sums.balance else []
    after = sums._replace(
        **{"offset" if step == "offset" else "refunded": amount + (sums.offset if step == "offset" else sums.refunded)}
    )
    return step if after.balance <= 0 else f"{step}_part", after, wrong + over


def deposit_ok(state: str) -> bool:
    """Whether the gate may let go as far as the deposit is concerned."""
    return state in ("not_required", "received", "held")
