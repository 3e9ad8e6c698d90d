"""Rentals: edited, approved, extended, closed, cancelled; swaps; deposit and insurance; made at the counter without the office.

Neighbours: `basedata.py` (`rental.define`), `schemas/states.py` (which step may follow which), `server/domain/rentals.py`.
Invariants: amounts are integer fen · what changes what was agreed takes an approved rental back to the draft.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas import limits
from schemas.actions.base import Action, CustomValues, Moment, Name, Reason, Text, Zone
from schemas.actions.customers import Fen
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.rentals import DepositStep, PayMethod

Km = Annotated[int, Field(ge=0, le=limits.READING_MAX)]
Assets = Annotated[list[Uuid], Field(max_length=limits.RENTAL_ASSETS_MAX)]


class ReservedLine(BaseModel):
    """A rental's line for an asset that has not left yet."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["reserved"] = "reserved"


Lines = Annotated[dict[Uuid, ReservedLine], Field(max_length=limits.RENTAL_ASSETS_MAX)]


class RentalEdit(Action):
    """What is given is changed, the rest is left. Anything but number, note and `custom` is part of what was agreed
    (`edit_terms`). `custom` is merged key by key, None takes a key away. `empty`, `empty_terms`: what holds nothing any more."""

    action: ClassVar[str] = "rental.edit"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "rental",
            "$rental_id",
            {
                "number": "$number",
                "note": "$note",
                "customer_id": "$customer_id",
                "starts_at": "$starts_at",
                "due_at": "$due_at",
                "km_included": "$km_included",
                "$empty": None,
                "custom": "$custom",
            },
        ),
        Effect("rental_terms", "$rental_id", {"price_plan_id": "$price_plan_id", "$empty_terms": None}),
    )

    rental_id: Uuid
    number: Name | None = None
    note: Text | None = None
    customer_id: Uuid | None = None
    starts_at: Moment | None = None
    due_at: Moment | None = None
    km_included: Km | None = None
    price_plan_id: Uuid | None = None
    empty: Literal["km_included"] | None = None
    empty_terms: Literal["price_plan_id"] | None = None
    add: Assets = Field(default_factory=list)
    remove: Assets = Field(default_factory=list)
    custom: CustomValues | None = None


class RentalApprove(Action):
    """What is agreed stands: assets may leave on it."""

    action: ClassVar[str] = "rental.approve"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("rental", "$rental_id", {"state": "approved", "approved_at": "@at", "approved_by": "@actor"}),
    )

    rental_id: Uuid
    note: Text = ""


class RentalRatify(Action):
    """What was let at the counter is approved afterwards, whether it is still out or back."""

    action: ClassVar[str] = "rental.ratify"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("rental", "$rental_id", {"approved_at": "@at", "approved_by": "@actor"}),)

    rental_id: Uuid
    note: Text = ""


class RentalExtend(Action):
    """A later due time, with the reason; the price of the time added as a plan of its own, or as before."""

    action: ClassVar[str] = "rental.extend"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("rental", "$rental_id", {"due_at": "$due_at"}),
        Effect(
            "rental_terms",
            "$rental_id",
            {
                "extensions": {
                    "@id": {
                        "from": "%rental/$rental_id/due_at",
                        "to": "$due_at",
                        "reason": "$reason",
                        "price_plan_id": "$price_plan_id",
                        "by": "@actor",
                        "at": "@at",
                    }
                }
            },
        ),
    )

    rental_id: Uuid
    due_at: Moment
    reason: Reason
    price_plan_id: Uuid | None = None


class RentalCancel(Action):
    """The rental will not take place. Refused while something of it is out."""

    action: ClassVar[str] = "rental.cancel"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("rental", "$rental_id", {"state": "cancelled"}),)

    rental_id: Uuid
    reason: Reason


class RentalClose(Action):
    """Everything is back; nothing more will leave on it. The deposit may still be settled."""

    action: ClassVar[str] = "rental.close"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("rental", "$rental_id", {"state": "closed"}),)

    rental_id: Uuid
    note: Text = ""


class RentalSwap(Action):
    """One asset is to come back and another to go out in its stead: a plan, which the field's handovers carry out."""

    action: ClassVar[str] = "rental.swap"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")

    rental_id: Uuid
    swap_id: Uuid
    back_asset_id: Uuid
    out_asset_id: Uuid
    reason: Reason


class RentalDeposit(Action):
    """One step of the deposit. `amount_fen`: of ask, receive, offset, refund; `at`: when the money moved, if not now."""

    action: ClassVar[str] = "rental.deposit"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "rental_terms",
            "$rental_id",
            {
                "deposit_steps": {
                    "@id": {
                        "step": "$step",
                        "amount_fen": "$amount_fen",
                        "method": "$method",
                        "at": "@at",
                        "paid_at": "$at",
                        "reference": "$reference",
                        "by": "@actor",
                    }
                }
            },
        ),
    )

    rental_id: Uuid
    step: DepositStep
    amount_fen: Fen = 0
    method: PayMethod = "other"
    at: Moment | None = None
    reference: Text = ""


class RentalInsurance(Action):
    """One step of the insurance; `take` names the whole policy: insurer and until when, or that it has no end (`empty`)."""

    action: ClassVar[str] = "rental.insurance"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "rental_terms",
            "$rental_id",
            {"insurer": "$insurer", "policy_number": "$policy_number", "insured_until": "$until", "$empty": None},
        ),
    )

    rental_id: Uuid
    step: Literal["require", "waive", "take", "lapse"]
    insurer: Name | None = None
    policy_number: Name | None = None
    until: Moment | None = None
    empty: Literal["insured_until"] | None = None
    reason: Text = ""


class CounterDeposit(BaseModel):
    """What was paid at the counter."""

    model_config = ConfigDict(extra="forbid")

    received: bool
    amount_fen: Fen
    method: PayMethod = "other"
    reference: Text = ""


class RentalWalkIn(Action):
    """A rental made at the counter, with what this device knew when it was last synced; judged again on arrival.

    `insured`: the customer showed a policy. What forbids it by then makes it a draft that names why (`rental.flags`).
    """

    action: ClassVar[str] = "rental.walk_in"
    subject: ClassVar[tuple[str, str] | None] = ("customer", "customer_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "rental",
            "$id",
            {
                "number": "$number",
                "customer_id": "$customer_id",
                "depot_id": "%customer/$customer_id/depot_id",
                "assets": "$assets",
                "starts_at": "@at",
                "due_at": "$due_at",
                "zone": "$zone",
                "state": "approved",
                "walk_in": True,
                "deposit_ok": "$deposit.received",
                "insurance_ok": "$insured",
            },
            create=True,
        ),
    )

    id: Uuid
    number: Name
    customer_id: Uuid
    assets: Annotated[Lines, Field(min_length=1)]
    due_at: Moment
    zone: Zone = "Asia/Shanghai"
    price_plan_id: Uuid | None = None
    deposit: CounterDeposit | None = None
    insured: bool | None = None


ACTIONS: tuple[Any, ...] = (
    RentalEdit, RentalApprove, RentalRatify, RentalExtend, RentalCancel, RentalClose, RentalSwap, RentalDeposit,
    RentalInsurance, RentalWalkIn,
)  # fmt: skip
