"""Rentals: made, edited, approved, extended, swapped, cancelled, closed by the office; made at the counter by the field.

Neighbours: `custody.py` (what handovers do to a rental's lines), `deposits.py` (money and insurance), `bookings.py` (what is
promised twice), `rules/rentals.py`.
Invariants: a step that the machine does not list is refused by name · what changes what was agreed takes it back to the draft ·
no amount is written to the rental itself.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from schemas import limits
from schemas.actions.basedata import RentalDefine
from schemas.actions.rentals import (
    RentalApprove,
    RentalCancel,
    RentalClose,
    RentalEdit,
    RentalExtend,
    RentalRatify,
    RentalSwap,
    RentalWalkIn,
)
from schemas.errors import ErrorCode
from schemas.states import RENTAL
from server.domain import bookings, deposits, planning, steps
from server.domain.custom_fields import check_custom
from server.domain.rules.rentals import fact_of, not_to_approve, swaps_after, wrong_period, wrong_place
from sync.unit import Handlers, Refusal, Unit

Record = dict[str, Any]
RESERVED: Final = {"state": "reserved"}
TERMS: Final = ("customer_id", "starts_at", "due_at", "km_included", "price_plan_id")
"""What of a rental is agreed with the customer, beside its assets."""


def define(unit: Unit, args: RentalDefine) -> None:
    """A new rental with its assets reserved; by the office a draft. Those an imported one already had keep their state."""
    steps.must_be_new(unit, "rental", args.id)
    is_system = unit.device.type == "system"
    if not is_system and args.state != "draft":
        raise Refusal(ErrorCode.STATE_ILLEGAL, machine=RENTAL.id, state="draft", step="define", legal=["define:draft"])
    if args.state == "draft":  # whoever makes one: only what the system knows to be past or agreed elsewhere is taken as it is
        customer = unit.need("customer", args.customer_id)
        depots = _depots(unit, [*args.asset_ids, *args.assets])
        steps.demand(RENTAL, "define", wrong_place(args.depot_id, customer, depots))
        steps.demand(RENTAL, "define", wrong_period(args.starts_at, args.due_at))
    check_custom(unit, "rental", args.custom)
    known = unit.get("rental", args.id)
    assets = dict(known["assets"]) if known else {}
    for asset_id in [*args.asset_ids, *args.assets]:
        assets.setdefault(asset_id, RESERVED)
    beside = {"id", "asset_ids", "assets", "price_plan_id", "deposit_fen", "insurance_required"}
    values: Record = args.model_dump(mode="json", exclude=beside)
    unit.write("rental", args.id, {**values, "assets": assets}, create=True)
    if not is_system or args.price_plan_id or args.deposit_fen or args.insurance_required:
        deposits.agree(unit, args.id, args.price_plan_id, args.deposit_fen, args.insurance_required)


def edit(unit: Unit, args: RentalEdit) -> None:
    """What is given is changed. Anything agreed takes an approved rental back to the draft: what leaves is what was approved."""
    rental = unit.need("rental", args.rental_id)
    check_custom(unit, "rental", args.custom)
    emptied = [name for name in (args.empty, args.empty_terms) if name is not None]
    steps.demand(RENTAL, "edit_terms", [f"one_of:{name}" for name in emptied if getattr(args, name) is not None])
    agreed = [name for name in TERMS if getattr(args, name) is not None] + emptied
    releases = bool(args.remove) and not agreed and not args.add and rental["state"] == "out"
    step = "release" if releases else "edit_terms" if agreed or args.add or args.remove else "edit"
    state = steps.take(RENTAL, rental["state"], step)
    customer = unit.need("customer", args.customer_id) if args.customer_id is not None else None
    missing = wrong_place(rental["depot_id"], customer, _depots(unit, args.add))
    if args.starts_at is not None or args.due_at is not None:
        missing += wrong_period(args.starts_at or rental["starts_at"], args.due_at or rental["due_at"])
    steps.demand(RENTAL, step, missing)
    assets = _lines_after(rental, args.add, args.remove, step)
    if state == "draft":
        bookings.tell_approver(unit, rental, "rental_draft_again")
    if args.price_plan_id is not None:
        deposits.agree_plan(unit, args.rental_id, args.price_plan_id)
    elif args.empty_terms is not None:
        deposits.drop_plan(unit, args.rental_id)
    unit.apply_effects(args, leave=("rental_terms",))
    if step == "release" and fact_of(assets.values()) == "take_back":
        state = steps.follow(RENTAL, state, "take_back")
    undone = {"approved_at": None, "approved_by": None} if state == "draft" else {}
    swaps = {"swaps": swaps_after(rental["swaps"], assets)} if rental["swaps"] and args.remove else {}
    unit.write("rental", args.rental_id, {"assets": assets, "state": state, **undone, **swaps})
    for asset_id in args.remove:
        planning.drop_line(unit, args.rental_id, asset_id)
    planning.follow_rental(unit, args.rental_id)


def _lines_after(rental: Record, add: Iterable[str], remove: Iterable[str], step: str) -> Record:
    """The rental's lines with some added and some, which have not left, taken away."""
    assets = dict(rental["assets"])
    for asset_id in remove:
        if assets.get(asset_id, RESERVED)["state"] != "reserved":
            raise Refusal(ErrorCode.STEP_NOT_READY, machine=RENTAL.id, step=step, missing=["asset_not_out"], asset_id=asset_id)
        assets.pop(asset_id, None)
    for asset_id in add:
        assets.setdefault(asset_id, RESERVED)
    steps.demand(RENTAL, step, ["assets_max"] if len(assets) > limits.RENTAL_ASSETS_MAX else [])
    return assets


def approve(unit: Unit, args: RentalApprove) -> None:
    """Assets may leave on it: it has some, a time, and a customer who may have them."""
    rental = unit.need("rental", args.rental_id)
    steps.take(RENTAL, rental["state"], "approve")
    steps.demand(RENTAL, "approve", not_to_approve(rental, unit.need("customer", rental["customer_id"])))
    bookings.demand_reason(unit, "approve", bookings.promised_elsewhere(unit, rental), args.note)
    unit.apply_effects(args)
    bookings.note(unit, args.rental_id, args.note)
    planning.follow_rental(unit, args.rental_id)


def ratify(unit: Unit, args: RentalRatify) -> None:
    """A walk-in nobody of the office had seen: looked at and found right."""
    rental = unit.need("rental", args.rental_id)
    steps.take(RENTAL, rental["state"], "ratify")
    steps.demand(RENTAL, "ratify", ["walk_in_open"] if not rental["walk_in"] or rental["approved_at"] is not None else [])
    unit.apply_effects(args)


def extend(unit: Unit, args: RentalExtend) -> None:
    """A later due time; what was agreed on it stands beside."""
    rental = unit.need("rental", args.rental_id)
    steps.take(RENTAL, rental["state"], "extend")
    steps.demand(RENTAL, "extend", wrong_period(rental["due_at"], args.due_at, "due_later"))
    steps.demand(RENTAL, "extend", wrong_period(rental["starts_at"], args.due_at))
    if args.price_plan_id is not None:
        deposits.need_plan(unit, args.price_plan_id)
    deposits.terms_of(unit, args.rental_id)
    unit.apply_effects(args)
    bookings.note(unit, args.rental_id, args.reason)
    planning.follow_rental(unit, args.rental_id)


def cancel(unit: Unit, args: RentalCancel) -> None:
    """The rental will not take place, unless something of it is out or has been."""
    rental = unit.need("rental", args.rental_id)
    steps.take(RENTAL, rental["state"], "cancel")
    bookings.tell_approver(unit, rental, "rental_cancelled")
    unit.apply_effects(args)
    planning.follow_rental(unit, args.rental_id)


def close(unit: Unit, args: RentalClose) -> None:
    """Everything is back."""
    rental = unit.need("rental", args.rental_id)
    steps.take(RENTAL, rental["state"], "close")
    waiting = sorted(asset for asset, line in rental["assets"].items() if line["state"] in ("out", "reserved"))
    unseen = rental["walk_in"] and rental["approved_at"] is None
    steps.demand(RENTAL, "close", (["assets_returned"] if waiting else []) + (["ratified"] if unseen else []))
    unit.apply_effects(args)


def swap(unit: Unit, args: RentalSwap) -> None:
    """A plan: one asset back, another out. The lines follow when the field has handed them over."""
    rental = unit.need("rental", args.rental_id)
    steps.take(RENTAL, rental["state"], "swap")
    lines, swaps = rental["assets"], swaps_after(rental["swaps"], rental["assets"])
    planned = {asset for one in swaps.values() if one["state"] == "planned" for asset in (one["back"], one["out"])}
    missing = ["back_is_out"] if lines.get(args.back_asset_id, RESERVED)["state"] != "out" else []
    missing += ["out_is_free"] if lines.get(args.out_asset_id, {}).get("state") in ("out", "reserved") else []
    missing += ["no_other_swap"] if planned & {args.back_asset_id, args.out_asset_id} or args.swap_id in swaps else []
    missing += ["swaps_max"] if len(swaps) >= limits.RENTAL_SWAPS_MAX else []
    missing += wrong_place(rental["depot_id"], None, _depots(unit, [args.out_asset_id]))
    steps.demand(RENTAL, "swap", missing)
    plan = {
        "back": args.back_asset_id, "out": args.out_asset_id, "reason": args.reason, "by": unit.body.actor, "at": unit.at,
        "state": "planned",
    }  # fmt: skip
    lines = _lines_after(rental, [], [], "swap") | {args.out_asset_id: {**RESERVED, "swap_id": args.swap_id}}
    unit.write("rental", args.rental_id, {"swaps": {**swaps, args.swap_id: plan}, "assets": lines})
    bookings.note(unit, args.rental_id, args.reason)
    planning.follow_rental(unit, args.rental_id, args.out_asset_id)


def walk_in(unit: Unit, args: RentalWalkIn) -> None:
    """Made at the counter with what was known there: what forbids it by now makes it a draft that names why. It may leave
    before the office has seen it; the office approves it afterwards (`ratify`)."""
    steps.must_be_new(unit, "rental", args.id)
    customer = unit.need("customer", args.customer_id)
    against = _against(unit, customer, args)
    unit.apply_effects(args)
    if against:
        unit.write("rental", args.id, {"state": "draft", "flags": {"walk_in": {"against": against}}})
    plan = deposits.plan_of(unit, args.price_plan_id)
    asked = int(plan.get("deposit_fen", 0)) * len(args.assets)
    paid = args.deposit.amount_fen if args.deposit is not None and args.deposit.received else 0
    deposits.agree(unit, args.id, args.price_plan_id if plan else None, max(asked, paid), bool(plan.get("insurance_required")))
    if args.deposit is not None and paid:
        deposits.receive_at_counter(unit, args.id, args.deposit)
    if args.insured:
        deposits.insured_at_counter(unit, args.id)
    if not against:
        bookings.note(unit, args.id)


def _against(unit: Unit, customer: Record, args: RentalWalkIn) -> list[str]:
    """Why the office must look before anything leaves."""
    found = ["customer_blocked"] if customer["blocked"] else []
    found += ["customer_watched"] if customer["tier"] == "watch" else []
    found += wrong_period(unit.at, args.due_at)
    for asset_id in args.assets:
        asset = unit.get("asset", asset_id)
        if asset is None or asset["depot_id"] != customer["depot_id"]:
            found.append("asset_elsewhere")
        elif asset["locked"] or asset["state"] in ("blocked", "retired"):
            found.append("asset_locked")
        elif asset["state"] == "out" and asset["rental_id"] != args.id:
            found.append("asset_out")
    return sorted(set(found))


def _depots(unit: Unit, assets: Iterable[str]) -> Iterator[str]:
    return (unit.need("asset", asset_id)["depot_id"] for asset_id in assets)


HANDLERS: Final[Handlers] = {
    (RentalDefine.action, RentalDefine.v): define,
    (RentalEdit.action, RentalEdit.v): edit,
    (RentalApprove.action, RentalApprove.v): approve,
    (RentalRatify.action, RentalRatify.v): ratify,
    (RentalExtend.action, RentalExtend.v): extend,
    (RentalCancel.action, RentalCancel.v): cancel,
    (RentalClose.action, RentalClose.v): close,
    (RentalSwap.action, RentalSwap.v): swap,
    (RentalWalkIn.action, RentalWalkIn.v): walk_in,
}
