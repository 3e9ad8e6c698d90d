"""Deposit (押金) and insurance (保险) of a rental, and the price plan it was agreed on.

Neighbours: `rentals.py`, `rules/rentals.py` (the sums). Invariants: amounts lie in `rental_terms` alone; after every step the
rental is told what the gate must know, and nothing more · integer fen, never more returned than was received.
"""

from typing import Any, Final

from schemas.actions.rentals import CounterDeposit, RentalDeposit, RentalInsurance
from schemas.errors import ErrorCode
from schemas.limits import MONEY_FEN_MAX
from schemas.states import DEPOSIT, INSURANCE, PRICE_PLAN
from server.domain import steps
from server.domain.rules.rentals import Sums, deposit_ok, deposit_step
from sync.unit import Handlers, Refusal, Unit

Record = dict[str, Any]


def terms_of(unit: Unit, rental_id: str) -> Record:
    """What is agreed on the rental; made when there is nothing yet."""
    if unit.get("rental_terms", rental_id) is None:
        unit.write("rental_terms", rental_id, {"depot_id": unit.need("rental", rental_id)["depot_id"]}, create=True)
    return unit.need("rental_terms", rental_id)


def agree(unit: Unit, rental_id: str, plan_id: str | None, deposit_fen: int, insured: bool) -> None:
    """The terms of a new rental."""
    terms_of(unit, rental_id)
    if plan_id is not None:
        agree_plan(unit, rental_id, plan_id)
    if deposit_fen:
        unit.write("rental_terms", rental_id, {"deposit_required_fen": deposit_fen, "deposit_state": "asked"})
    if insured:
        unit.write("rental_terms", rental_id, {"insurance_state": "required"})
    tell_gate(unit, rental_id)


def agree_plan(unit: Unit, rental_id: str, plan_id: str) -> None:
    """The price plan as it stands now; a later edit of the plan changes nothing of what was agreed."""
    plan = need_plan(unit, plan_id)
    terms_of(unit, rental_id)
    unit.write("rental_terms", rental_id, {"price_plan_id": plan_id})
    if unit.need("rental_terms", rental_id)["price_plan_id"] == plan_id:
        unit.write("rental_terms", rental_id, {"plan": {name: plan[name] for name in plan if name != "state"}})


def drop_plan(unit: Unit, rental_id: str) -> None:
    """No price plan is agreed any more, unless a later word says which."""
    terms_of(unit, rental_id)
    unit.write("rental_terms", rental_id, {"price_plan_id": None})
    if unit.need("rental_terms", rental_id)["price_plan_id"] is None:
        unit.write("rental_terms", rental_id, {"plan": {}})


def need_plan(unit: Unit, plan_id: str) -> Record:
    """A price plan in use. Refusal for one retired."""
    plan = unit.need("price_plan", plan_id)
    if plan["state"] != "active":
        raise Refusal(ErrorCode.STATE_ILLEGAL, machine=PRICE_PLAN.id, state=plan["state"], step="agree", legal=["restore"])
    return plan


def plan_of(unit: Unit, plan_id: str | None) -> Record:
    """A price plan, retired since or not; empty when there is none."""
    return unit.get("price_plan", plan_id) or {}


def deposit(unit: Unit, args: RentalDeposit) -> None:
    """One step of the deposit."""
    unit.need("rental", args.rental_id)
    _step(unit, args)
    unit.apply_effects(args)
    tell_gate(unit, args.rental_id)


def _step(unit: Unit, args: RentalDeposit) -> None:
    terms = terms_of(unit, args.rental_id)
    sums = Sums(*(terms[f"deposit_{name}_fen"] for name in Sums._fields))
    step, after, wrong = deposit_step(args.step, args.amount_fen, sums)
    state = steps.take(DEPOSIT, terms["deposit_state"], step)
    steps.demand(DEPOSIT, step, wrong + (["amount_max"] if max(after) > MONEY_FEN_MAX else []))
    values: Record = {f"deposit_{name}_fen": value for name, value in after._asdict().items()}
    unit.write("rental_terms", args.rental_id, {**values, "deposit_state": state})


def receive_at_counter(unit: Unit, rental_id: str, paid: CounterDeposit) -> None:
    """Received by the field with a walk-in."""
    step = {"step": "receive", **paid.model_dump(mode="json", exclude={"received"}), "at": unit.at, "by": unit.body.actor}
    _step(unit, RentalDeposit(rental_id=rental_id, step="receive", amount_fen=paid.amount_fen))
    unit.write("rental_terms", rental_id, {"deposit_steps": {unit.body.id: step}})
    tell_gate(unit, rental_id)


def insured_at_counter(unit: Unit, rental_id: str) -> None:
    """The customer of a walk-in showed a policy: the office writes it down later."""
    unit.write("rental_terms", rental_id, {"insurance_state": "taken"})
    tell_gate(unit, rental_id)


def insure(unit: Unit, args: RentalInsurance) -> None:
    """One step of the insurance."""
    unit.need("rental", args.rental_id)
    terms = terms_of(unit, args.rental_id)
    state = steps.take(INSURANCE, terms["insurance_state"], args.step)
    missing = ["policy_number"] if args.step == "take" and not args.policy_number else []
    missing += ["one_of:until"] if args.until is not None and args.empty is not None else []
    steps.demand(INSURANCE, args.step, missing)
    unit.apply_effects(args)
    if args.step == "take":  # another policy: nothing of the one before says who insures, or until when
        unit.write("rental_terms", args.rental_id, {"insurer": args.insurer or "", "insured_until": args.until})
    unit.write("rental_terms", args.rental_id, {"insurance_state": state})
    tell_gate(unit, args.rental_id)


def tell_gate(unit: Unit, rental_id: str) -> None:
    """What the field must know of the terms, on the rental itself."""
    terms = unit.need("rental_terms", rental_id)
    told = {
        "deposit_state": terms["deposit_state"],
        "deposit_ok": deposit_ok(terms["deposit_state"]),
        "insurance_state": terms["insurance_state"],
        "insurance_ok": terms["insurance_state"] != "required",
        "insured_until": terms["insured_until"] if terms["insurance_state"] == "taken" else None,
    }
    unit.write("rental", rental_id, told)


HANDLERS: Final[Handlers] = {
    (RentalDeposit.action, RentalDeposit.v): deposit,
    (RentalInsurance.action, RentalInsurance.v): insure,
}
