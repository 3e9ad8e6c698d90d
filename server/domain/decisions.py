"""What a person's decision on a conflict does beyond being recorded, rule by rule.

Neighbours: `conflicts.py` calls this once the decision is known to be the first; `custody.py` and `contradictions.py` write.
Invariants: a decision moves what stands and removes nothing · what has happened since is not undone by a late decision.
"""

from collections.abc import Callable
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from schemas import limits
from schemas.actions.conflicts import ConflictDecide
from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from schemas.records import RECORDS
from server.domain import contradictions, custody, planning, transfers
from sync.conflicts import choose
from sync.unit import Refusal, Unit

Conflict = dict[str, Any]
Chosen = dict[str, Any] | None
"""The side that was chosen; None when both stand, or another value."""


def decide_field(unit: Unit, conflict: Conflict, side: Chosen, args: ConflictDecide) -> None:
    """The value of the chosen side, or another one, stands from now on."""
    kind, name = conflict["subject"]["kind"], conflict["field"]
    if side is not None:
        choose(unit, kind, conflict["subject"]["id"], name, side["values"][name])
    elif args.choice == "value":
        choose(unit, kind, conflict["subject"]["id"], name, _fitting(kind, name, args.value))
    if (kind, name) == ("damage", "severity"):
        custody.note_damage(unit, conflict["subject"]["id"])
        planning.repair_damage(unit, conflict["subject"]["id"])


def _fitting(kind: str, name: str, value: Any) -> Any:
    """The value, if the field may hold it. Refusal otherwise."""
    try:
        return TypeAdapter(RECORDS[kind].model_fields[name].rebuild_annotation()).validate_python(value, strict=True)
    except ValidationError:
        raise Refusal(ErrorCode.STATE_ILLEGAL, field=name) from None


def decide_return(unit: Unit, conflict: Conflict, side: Chosen, _args: ConflictDecide) -> None:
    """The chosen check-in counts as the return, unless the asset has moved on since."""
    asset = unit.need("asset", conflict["asset_id"])
    present = asset["last_return_id"]
    among = [one["handover_id"] for one in conflict["sides"]]
    if side is None or present not in among or side["handover_id"] == present:
        return
    contradictions.link_supplement(unit, side["handover_id"], present, conflict["id"])
    if asset["last_handover_id"] == present and asset["state"] != "out":
        custody.take_back(unit, unit.need("handover", side["handover_id"]), instead_of=present)


def decide_checkout(unit: Unit, conflict: Conflict, side: Chosen, _args: ConflictDecide) -> None:
    """The chosen check-out stands; the asset goes over to its rental, if it is still out on the other."""
    asset = unit.need("asset", conflict["asset_id"])
    present = asset["baseline"]
    among = [one["handover_id"] for one in conflict["sides"]]
    if side is None or present not in among or side["handover_id"] == present:
        return
    still = asset["state"] == "out" and asset["last_handover_id"] == present
    contradictions.make_stand(unit, side["handover_id"], present, conflict["id"], write=still)


def decide_reading(unit: Unit, conflict: Conflict, side: Chosen, args: ConflictDecide) -> None:
    """The chosen reading, or a number read off the photo, is the asset's last reading of that meter."""
    asset, meter = unit.need("asset", conflict["asset_id"]), conflict["field"]
    if side is not None:
        reading = {"value": side["values"][f"readings.{meter}"], "at": side["at"], "entry": side["entry"]}
        reading["handover_id"] = side["handover_id"]
    elif args.choice == "value":
        if not isinstance(args.value, int) or not 0 <= args.value <= limits.READING_MAX:
            raise Refusal(ErrorCode.STATE_ILLEGAL, field=meter)
        reading = {"value": args.value, "at": unit.at, "entry": unit.body.id, "handover_id": None}
    else:
        return
    unit.write("asset", asset["id"], {"readings": {**asset["readings"], meter: reading}})
    if meter == "odometer":
        choose(unit, "asset", asset["id"], "odometer_km", reading["value"])


def decide_damage(unit: Unit, conflict: Conflict, side: Chosen, args: ConflictDecide) -> None:
    """The chosen severity stands for the joined damage; `both`: they are two damages after all."""
    primary = conflict["subject"]["id"]
    if side is not None:
        choose(unit, "damage", primary, "severity", side["values"]["severity"])
    elif args.choice == "value":
        choose(unit, "damage", primary, "severity", _fitting("damage", "severity", args.value))
    else:
        ours = {one["values"].get("damage_id") for one in conflict["sides"]} - {primary}
        cluster = {one: why for one, why in unit.need("damage", primary)["cluster"].items() if one not in ours}
        unit.write("damage", primary, {"cluster": cluster})
        for one in sorted(filter(None, ours)):
            unit.write("damage", one, {"clustered_with": None})
    custody.note_damage(unit, primary)
    planning.repair_damage(unit, primary)


def decide_transfer(unit: Unit, conflict: Conflict, side: Chosen, _args: ConflictDecide) -> None:
    """The transfer counts after all, unless the asset is with a customer or has left the fleet."""
    handover = unit.need("handover", conflict["subject"]["id"])
    asset = unit.need("asset", conflict["asset_id"])
    chosen = side is not None and side["handover_id"] == handover["id"]
    if chosen and asset["state"] not in ("out", "retired") and asset["last_handover_id"] != handover["id"]:
        transfers.hand_on(unit, handover)


DECIDE: Final[dict[ConflictRule, Callable[[Unit, Conflict, Chosen, ConflictDecide], None]]] = {
    ConflictRule.FIELD: decide_field,
    ConflictRule.CHECKED_IN_TWICE: decide_return,
    ConflictRule.CHECKED_OUT_TWICE: decide_checkout,
    ConflictRule.READING_BELOW: decide_reading,
    ConflictRule.DAMAGE_PARALLEL: decide_damage,
    ConflictRule.TRANSFER_CROSSED: decide_transfer,
}
"""Rules whose decision changes records. The others are settled by having been looked at."""
