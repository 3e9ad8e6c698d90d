"""Price plans and the texts to sign: made, edited, retired, published.

Neighbours: `deposits.py` (rentals keep the plan as it stood), `rules/terms.py` (which text is in force).
Invariant: a published text is newer than every one before it for its use, and never changed.
"""

from typing import Any, Final

from schemas.actions.pricing import ContractTextPublish, PricePlanDefine, PricePlanEdit, PricePlanRetire
from schemas.errors import ErrorCode
from schemas.states import PRICE_PLAN
from server.domain import steps
from server.domain.rules.terms import in_force, version_order
from sync.unit import Handlers, Refusal, Unit


def define(unit: Unit, args: PricePlanDefine) -> None:
    """A new plan."""
    steps.must_be_new(unit, "price_plan", args.id)
    steps.demand(PRICE_PLAN, "define", _wrong_tiers(args))
    unit.apply_effects(args)


def edit(unit: Unit, args: PricePlanEdit) -> None:
    """What is given is changed; rentals agreed before keep what they have."""
    steps.take(PRICE_PLAN, unit.need("price_plan", args.plan_id)["state"], "edit")
    steps.demand(PRICE_PLAN, "edit", _wrong_tiers(args))
    unit.apply_effects(args)


def retire(unit: Unit, args: PricePlanRetire) -> None:
    """Out of use, or in use again."""
    plan = unit.need("price_plan", args.plan_id)
    state = steps.take(PRICE_PLAN, plan["state"], "retire" if args.retired else "restore")
    unit.write("price_plan", args.plan_id, {"state": state})


def publish(unit: Unit, args: ContractTextPublish) -> None:
    """A new version of a text: newer than the one in force, or nobody would ever be shown it."""
    steps.must_be_new(unit, "contract_text", args.id)
    texts: list[dict[str, Any]] = [one.data for one in unit.store.records(unit.writer.organisation, "contract_text")]
    present = in_force(texts, args.use)
    if present is not None and version_order(args.version) <= version_order(present["version"]):
        raise Refusal(ErrorCode.STEP_NOT_READY, step="publish", missing=["version_newer"], in_force=present["version"])
    unit.apply_effects(args)


def _wrong_tiers(args: PricePlanDefine | PricePlanEdit) -> list[str]:
    """Tiers begin with the first day and rise."""
    days = [tier.from_days for tier in args.tiers or ()]
    if not days:
        return []
    return [] if days[0] == 1 and days == sorted(set(days)) else ["tiers_from_day_1_rising"]


HANDLERS: Final[Handlers] = {
    (PricePlanDefine.action, PricePlanDefine.v): define,
    (PricePlanEdit.action, PricePlanEdit.v): edit,
    (PricePlanRetire.action, PricePlanRetire.v): retire,
    (ContractTextPublish.action, ContractTextPublish.v): publish,
}
