"""The gate (交接门): its rules as the organisation has them, and what it says of a check-out when it arrives.

Neighbours: `rules/gate.py` evaluates (pure), `contradictions.py` records a breach, `schemas/gate.py` has what is shipped.
Invariants: the server's word at arrival counts, what the device had said is kept beside it · what the handover itself found was
shown to those who signed, and forbids nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from schemas import limits
from schemas.actions.gate import GateRuleEdit
from schemas.errors import ErrorCode
from schemas.gate import PATH_TESTS, SHIPPED_RULES, GateWord
from server.domain import custody
from server.domain.rules.gate import gate, in_force
from sync.journal import derived_id
from sync.unit import Handlers, Refusal, Unit

Record = dict[str, Any]
SHIPPED: Final = frozenset(rule.code for rule in SHIPPED_RULES)
SETTLED_ELSEWHERE: Final = "asset_unavailable"
"""Of an asset that is out already the rules for two check-outs speak."""


def rule_id(organisation: str, code: str) -> str:
    """The id of a rule's record; `field_app/src/core/leaving.ts:ruleId` makes the same."""
    return derived_id("gate-rule", organisation, code)


def edit(unit: Unit, args: GateRuleEdit) -> None:
    """A rule weighs otherwise, is switched, reads with another figure, is worded anew; or a new one stands beside the shipped."""
    if args.rule_id != rule_id(unit.writer.organisation, args.code):
        raise Refusal(ErrorCode.STATE_ILLEGAL, field="rule_id")
    if unit.get("gate_rule", args.rule_id) is None and args.code not in SHIPPED:
        lacking = [name for name in ("when", "level", "zh", "en") if getattr(args, name) is None]
        if lacking:
            raise Refusal(ErrorCode.STATE_ILLEGAL, field=lacking[0])
        if len(unit.store.records(unit.writer.organisation, "gate_rule")) + len(SHIPPED) >= limits.GATE_RULES_MAX:
            raise Refusal(ErrorCode.STATE_ILLEGAL, gate_rules_max=limits.GATE_RULES_MAX)
    for condition in args.when or ():
        if condition.test not in PATH_TESTS[condition.path]:
            raise Refusal(ErrorCode.STATE_ILLEGAL, field="when", path=condition.path, test=condition.test)
    unit.apply_effects(args)


def rules_of(unit: Unit) -> list[Record]:
    """The rules as the organisation has them now."""
    return in_force(stored.data for stored in unit.store.records(unit.writer.organisation, "gate_rule"))


def on_arrival(unit: Unit, handover: Record, asset: Record, rental: Record | None, said: GateWord | None,
               reason: str | None = None) -> Record:  # fmt: skip
    """What the gate says of a completed check-out now, written on the handover beside what the device had said, and why it left
    though that was a stop."""
    customer = unit.get("customer", rental["customer_id"] if rental else None)
    meters = custody.pack_of(unit, asset).get("meters", ())
    least = {meter["id"]: meter["min_out"] for meter in meters if meter.get("min_out") is not None}
    readings = {meter: reading["value"] for meter, reading in handover["readings"].items()}
    rules = rules_of(unit)
    if asset["state"] == "out":
        rules = [rule for rule in rules if rule["code"] != SETTLED_ELSEWHERE]
    damages = known_damages(unit, asset, handover["id"])
    found = [unit.get("asset", one) for one in asset.get("kit_members") or ()]
    word = gate(
        asset, rental, customer, damages, rules, handover["completed_at"], limits=least, readings=readings,
        kit=unit.get("asset", asset.get("kit_id")), members=[one for one in found if one is not None],
    )  # fmt: skip
    both = {**handover["gate"], "server": word, **({"device": said.model_dump(mode="json")} if said is not None else {})}
    unit.write("handover", handover["id"], {"gate": both if reason is None else {**both, "reason": reason}})
    return word


def known_damages(unit: Unit, asset: Mapping[str, Any], besides: str) -> list[Record]:
    """The asset's open damages, but for those the handover `besides` has found itself, and those that another device recorded
    without this one knowing: whoever was out with it at the same time is no reason, or the order of arrival would decide."""
    found = [unit.store.record(unit.writer.organisation, "damage", one) for one in asset.get("open_damages") or ()]
    seen = unit.body.seen.get(asset["id"], -1)
    known = [one for one in found if one is not None and not one.gone and one.data["handover_id"] != besides]
    return [one.data for one in known if (made := one.meta["found_by"]).device == unit.device.id or made.version <= seen]


HANDLERS: Final[Handlers] = {(GateRuleEdit.action, GateRuleEdit.v): edit}
