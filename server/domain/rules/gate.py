"""May it leave? The rules of the gate (交接门) over what is known of asset, rental, customer and damages. Pure.

Neighbours: `schemas/gate.py` (what a rule may read and compare), `field_app/src/core/leaving.ts` (the same, on the phone),
`server/domain/gates.py` (what follows on arrival). Invariants: the same facts and rules give the same word in both languages
(`tests/vectors/gate.json`) · what is not known stops nothing, it warns where a rule asks for it · no rule is code.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from schemas.gate import SHIPPED_RULES
from server.domain.rules import service
from sync import instants

Record = Mapping[str, Any]
Rule = dict[str, Any]
"""{code, when, level, active, figure, zh, en, passable}"""
DAY_MS: Final = 24 * 3600 * 1000
_UNKNOWN: Final = {"unknown": True}
_FIELDS: Final = {
    "customer": ("blocked", "tier"),
    "rental": ("state", "deposit_ok", "insurance_ok", "insured_until", "due_at"),
    "asset": ("state", "locked", "inspection_due_at", "service_due_at", "battery_health_pct", "odometer_km"),
}


def in_force(records: Iterable[Record]) -> list[Rule]:
    """The shipped rules with what the organisation has changed, in their order, then its own rules by code."""
    changed = {record["code"]: record for record in records}
    rules = [_over(rule.model_dump(mode="json"), changed.pop(rule.code, {})) for rule in SHIPPED_RULES]
    bare: Rule = {"when": [], "level": "warn", "figure": None, "passable": False}
    own = [_over({"code": code, **bare, "zh": code, "en": code}, changed[code]) for code in sorted(changed)]
    return rules + own


def _over(rule: Rule, record: Record) -> Rule:
    said = {
        name: record[name]
        for name in ("when", "level", "active", "figure", "zh", "en", "passable")
        if record.get(name) is not None
    }
    return {**rule, "active": True, **said}


def gate(asset: Record, rental: Record | None, customer: Record | None, damages: Iterable[Record], rules: Sequence[Record],
         now: str, *, limits: Mapping[str, int] | None = None, readings: Mapping[str, int] | None = None,
         kit: Record | None = None, members: Iterable[Record] = ()) -> dict[str, Any]:  # fmt: skip
    """{verdict: go | warn | stop, reasons: [{rule, level, params}]}, in the order of the rules.

    `damages`: the asset's open ones. `limits`: meter → the least it must show to leave, `readings`: what they show now.
    `kit`: the asset it belongs to; `members`: of a kit, those of its members that are known.
    `now`: the moment of leaving, by which things are due.
    """
    facts = _facts(asset, rental, customer, damages, limits or {}, readings or {})
    facts["asset.kit_missing"] = _kit_missing(asset, rental, {member["id"]: member for member in members})
    facts["asset.kit_alone"] = _kit_alone(asset, rental, kit)
    now_ms = instants.to_ms(now)
    reasons = [reason for rule in rules if rule["active"] and (reason := _reason(rule, facts, now_ms)) is not None]
    levels = {reason["level"] for reason in reasons}
    return {"verdict": "stop" if "stop" in levels else "warn" if levels else "go", "reasons": reasons}


def _facts(asset: Record, rental: Record | None, customer: Record | None, damages: Iterable[Record],
           limits: Mapping[str, int], readings: Mapping[str, int]) -> dict[str, Any]:  # fmt: skip
    """Path → value; None when it is not known. Of a record that is not there no path is."""
    known = {"customer": customer, "rental": rental, "asset": asset}
    facts = {f"{kind}.{name}": record.get(name) for kind, record in known.items() if record is not None for name in _FIELDS[kind]}
    standing = [damage for damage in damages if damage["state"] == "open" and not damage.get("clustered_with")]
    facts["damages.open"] = sorted(damage["id"] for damage in standing)
    facts["damages.severe"] = sorted(damage["id"] for damage in standing if damage["severity"] == "severe_damage")
    facts["asset.accessories_missing"] = sorted(asset.get("accessories_missing") or {})
    for meter, every, due in service.METERS:
        facts[f"asset.{every}"] = _against_due(asset, meter, asset.get(due), readings)
    facts["meters.low"] = sorted(meter for meter, least in limits.items() if meter in readings and readings[meter] < least)
    return facts


def _against_due(asset: Record, meter: str, due: int | None, readings: Mapping[str, int]) -> dict[str, int] | None:
    """What a meter shows and at what its service is due; None when either is not known."""
    shown = [one for one in (service.shown(asset, meter), readings.get(meter)) if one is not None]
    return {"value": max(shown), "due": due} if shown and due is not None else None


def _kit_missing(asset: Record, rental: Record | None, members: Mapping[str, Record]) -> list[str]:
    """Labels of the members that do not leave with this kit: not here, not fit to leave, or not on the rental."""
    named = asset.get("kit_members") or {}
    return [str((members.get(one) or named[one]).get("label", "")) for one in sorted(named)
            if not _goes_along(asset, rental, one, members.get(one))]  # fmt: skip


def _goes_along(kit: Record, rental: Record | None, member_id: str, member: Record | None) -> bool:
    if member is None or member["locked"] or member["depot_id"] != kit["depot_id"] or member["state"] in ("blocked", "retired"):
        return False
    if rental is None:
        return bool(member["state"] != "out")
    return _leaves_on(rental, member_id) and (member["state"] != "out" or member["rental_id"] == rental["id"])


def _kit_alone(asset: Record, rental: Record | None, kit: Record | None) -> list[str]:
    """The kit's label, when this member leaves on a rental without it."""
    if kit is None or rental is None or kit["state"] == "retired" or _leaves_on(rental, kit["id"]):
        return []
    return [kit["label"]]


def _leaves_on(rental: Record, asset_id: str) -> bool:
    return (rental.get("assets") or {}).get(asset_id, {}).get("state") in ("reserved", "out")


def _reason(rule: Record, facts: Mapping[str, Any], now_ms: int) -> dict[str, Any] | None:
    """Why this rule fires, by the first of its conditions that does; a known fact speaks before an unknown one."""
    found = [params for one in rule["when"] if one["path"] in facts
             and (params := _fires(one, facts[one["path"]], rule["figure"], now_ms)) is not None]  # fmt: skip
    sure = next((params for params in found if params is not _UNKNOWN), None)
    if sure is not None:
        return {"rule": rule["code"], "level": rule["level"], "params": sure}
    return {"rule": rule["code"], "level": "warn", "params": dict(_UNKNOWN)} if found else None


def _fires(condition: Record, value: Any, figure: int | None, now_ms: int) -> dict[str, Any] | None:
    """What the sentence names when the condition holds; None when it does not."""
    test = condition["test"]
    if value is None:
        return _UNKNOWN if test == "is_false" else None
    if test in ("is_true", "is_false"):
        return {} if value is (test == "is_true") else None
    if test == "in":
        return {"value": value} if value in condition["values"] else None
    if test == "any":
        return {"items": value} if value else None
    if test == "past":
        return {"at": value} if _is_past(value, figure or 0, now_ms) else None
    if test == "reached":
        return {"value": value["value"], "figure": value["due"]} if value["value"] + (figure or 0) >= value["due"] else None
    if figure is None:
        return None
    holds = value < figure if test == "below" else value > figure
    return {"value": value, "figure": figure} if holds else None


def _is_past(at: str, days: int, now_ms: int) -> bool:
    try:
        return instants.to_ms(at) < now_ms + days * DAY_MS
    except (ValueError, OverflowError):
        return False


def names_of(reasons: Iterable[Record]) -> list[str]:
    """What forbade it, as a breach names it: the rule's code; of meters each one (`battery_low`)."""
    named: list[str] = []
    for reason in reasons:
        if reason["level"] == "stop":
            meters = reason["rule"] == "meter_low"
            named += [f"{meter}_low" for meter in reason["params"]["items"]] if meters else [reason["rule"]]
    return named
