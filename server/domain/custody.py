"""What a completed handover makes of asset and rental: who has it, what its meters show, what it is compared with.

Neighbours: `handovers.py` (the actions), `contradictions.py` (what does not fit), `conflicts.py` (what a person decided).
Invariants: a late arrival never takes the place of a later capture · the earlier of two contradicting readings stands.
"""

from collections.abc import Mapping
from typing import Any

from schemas.conflicts import ConflictRule
from schemas.states import RENTAL
from server.domain import planning, steps
from server.domain.rules.readings import contradicts, is_newer
from server.domain.rules.rentals import fact_of, swaps_after
from sync.conflicts import Finding, any_side, contradict, office_side
from sync.unit import Unit

Record = dict[str, Any]


def hand_out(unit: Unit, handover: Record, instead_of: str | None = None) -> None:
    """The asset is out on the handover's rental, and this handover is what its return is compared with. `instead_of`: the
    check-out that stood so far."""
    rental = unit.get("rental", handover["rental_id"])
    values = {
        "state": "out",
        "rental_id": handover["rental_id"],
        "holder_id": rental["customer_id"] if rental else None,
        "baseline": handover["id"],
        **_given_up(unit, handover),
    }
    unit.follow("asset", handover["asset_id"], {**values, **asset_facts(unit, handover, instead_of)})
    mark_rental(unit, handover, "out")


def take_back(unit: Unit, handover: Record, instead_of: str | None = None) -> None:
    """The asset is back: severe damage blocks it, everything else awaits inspection by the office. `instead_of`: the
    check-in that counted so far, whose readings no longer do."""
    state = "blocked" if handover["acceptance"] == "severe_damage" else "returned"
    values = {"state": state, "rental_id": None, "holder_id": None, "last_return_id": handover["id"]}
    values |= _given_up(unit, handover)
    unit.follow("asset", handover["asset_id"], {**values, **asset_facts(unit, handover, instead_of)})
    mark_rental(unit, handover, "returned")


def _given_up(unit: Unit, handover: Record) -> Record:
    """The colleague it was transferred to has it no more once it went to, or came from, a customer."""
    return {} if unit.need("asset", handover["asset_id"]).get("custodian_id") is None else {"custodian_id": None}


def asset_facts(unit: Unit, handover: Record, instead_of: str | None = None) -> Record:
    """What a completed handover says of the asset: last readings, last handover."""
    asset = unit.need("asset", handover["asset_id"])
    readings = dict(asset["readings"])
    rising = {meter["id"] for meter in pack_of(unit, asset).get("meters", ()) if meter["monotonic"]}
    for meter, reading in handover["readings"].items():
        new = {**{name: reading.get(name) for name in ("value", "at", "entry")}, "handover_id": handover["id"]}
        last = readings.get(meter)
        if last is not None and instead_of is not None and last.get("handover_id") == instead_of:
            last = last.get("before")  # as if the one that no longer counts had never come
            readings[meter] = last
        if last is not None and meter in rising and contradicts(last, new):
            _reading_below(unit, asset, meter, last, new, handover)
        elif is_newer(last, new):
            readings[meter] = {**new, "before": last and {name: one for name, one in last.items() if name != "before"}}
    readings = {meter: reading for meter, reading in readings.items() if reading is not None}
    facts: Record = {"readings": readings, "last_handover_id": handover["id"], "last_handover_at": handover["completed_at"]}
    missing = {name: one for name, one in handover["accessories"].items() if one["state"] == "missing"}
    facts["accessories_missing"] = {name: {"handover_id": handover["id"], "at": one["at"]} for name, one in missing.items()}
    if "odometer" in readings:
        facts["odometer_km"] = max(readings["odometer"]["value"], asset["odometer_km"])
    return facts


def note_damage(unit: Unit, damage_id: str) -> None:
    """The asset's own list of what is not repaired follows a damage that was found, weighed anew, taken back or repaired."""
    damage = unit.need("damage", damage_id)
    asset = unit.get("asset", damage["asset_id"])
    if asset is None:
        return
    known = {one: severity for one, severity in (asset.get("open_damages") or {}).items() if one != damage_id}
    if damage["state"] == "open":
        known[damage_id] = damage["severity"]
    unit.write("asset", asset["id"], {"open_damages": known})


def _reading_below(
    unit: Unit, asset: Record, meter: str, last: Mapping[str, Any], new: Mapping[str, Any], handover: Record
) -> None:
    """Both readings are kept; the one that was there stands until a person has looked."""
    name = f"readings.{meter}"
    theirs = any_side(unit, last.get("entry") or "", {name: last["value"]}, last.get("handover_id"))
    theirs = theirs or office_side(last["at"], {name: last["value"]})
    mine = any_side(unit, new["entry"], {name: new["value"]}, handover["id"])
    contradict(
        unit,
        Finding(
            ConflictRule.READING_BELOW, (asset["id"], meter, str(theirs.entry), new["entry"]), asset["depot_id"],
            ("asset", asset["id"]), [theirs, *([mine] if mine else [])], theirs.entry, is_open=True, differs=[name],
            losers=[new["entry"], unit.body.id], field=meter, asset_id=asset["id"], rental_id=handover["rental_id"],
        ),
    )  # fmt: skip


def mark_rental(unit: Unit, handover: Record, state: str) -> None:
    """The rental's line for this asset, and the rental's own state once all its assets agree."""
    rental = unit.get("rental", handover["rental_id"])
    if rental is None:
        return
    line = {**_swap_of(rental, handover), "state": state, "handover_id": handover["id"], "at": handover["completed_at"]}
    assets = {**rental["assets"], handover["asset_id"]: line}
    fact = fact_of(assets.values())
    if fact is None and state == "contested" and "returned" not in {one["state"] for one in assets.values()}:
        fact = "undo_hand_out"  # nothing of it is out after all
    whole = steps.follow(RENTAL, rental["state"], fact) if fact is not None else rental["state"]
    swaps = {"swaps": swaps_after(rental["swaps"], assets)} if rental["swaps"] else {}
    unit.write("rental", rental["id"], {"assets": assets, "state": whole, **swaps})
    planning.follow_rental(unit, rental["id"], handover["asset_id"], handover["id"])


def _swap_of(rental: Record, handover: Record) -> Record:
    """The swap by which the asset goes out, kept on its line."""
    swap_id = rental["assets"].get(handover["asset_id"], {}).get("swap_id")
    return {} if swap_id is None else {"swap_id": swap_id}


def pack_of(unit: Unit, asset: Mapping[str, Any]) -> Record:
    """The asset's category pack; empty when there is none."""
    packs = unit.store.records(unit.writer.organisation, "pack")
    return next((stored.data for stored in packs if stored.data["code"] == asset["pack"]), {})
