"""Rentals (租赁单) and the text a customer signs.

Neighbours: `customers.py`, `schemas/states.py` (which step may follow which). Invariant: no amount of money lies in a record
the field holds.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas import limits
from schemas.ids import Uuid
from schemas.merge import IMMUTABLE, LAST_WRITER, REVIEW, SERVER, UNION
from schemas.records.base import Audience, Placement, Record

RentalState = Literal["draft", "approved", "out", "returned", "closed", "cancelled"]
DepositState = Literal["not_required", "asked", "part_received", "received", "held", "part_settled", "offset", "refunded"]
DepositStep = Literal["ask", "waive", "receive", "hold", "offset", "refund"]
PayMethod = Literal["cash", "transfer", "wechat", "alipay", "card", "pre_authorised", "other"]
RateUnit = Literal["day", "week", "month"]
InsuranceState = Literal["not_required", "required", "taken"]


class ContractText(Record):
    """One version of the text a customer signs at a handover. Never edited: a new version is a new record."""

    kind: ClassVar[str] = "contract_text"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    version: Annotated[str, LAST_WRITER]
    use: Annotated[Literal["check_in", "check_out"], LAST_WRITER]
    zh: Annotated[str, LAST_WRITER]
    en: Annotated[str, LAST_WRITER]
    published_at: Annotated[str | None, SERVER] = None
    published_by: Annotated[Uuid | None, SERVER] = None


class PriceTier(BaseModel):
    """From so many days on, one unit costs `fen`."""

    model_config = ConfigDict(extra="forbid")

    from_days: int = Field(ge=1, le=limits.RENTAL_DAYS_MAX)
    fen: int = Field(ge=0, le=limits.MONEY_FEN_MAX)


class PricePlan(Record):
    """A list price for one asset. The field holds it, too: at the counter it is told to anybody who asks.

    `deposit_fen` is per asset, `late_fen_per_day` per asset and day begun; amounts in fen of the organisation's currency.
    """

    kind: ClassVar[str] = "price_plan"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    zh: Annotated[str, LAST_WRITER]
    en: Annotated[str, LAST_WRITER] = ""
    unit: Annotated[RateUnit, IMMUTABLE]
    tiers: Annotated[list[PriceTier], REVIEW]
    deposit_fen: Annotated[int, REVIEW] = 0
    km_included_per_day: Annotated[int | None, REVIEW] = None
    late_fen_per_day: Annotated[int, REVIEW] = 0
    insurance_required: Annotated[bool, REVIEW] = False
    state: Annotated[Literal["active", "retired"], SERVER] = "active"


class RentalTerms(Record):
    """What is agreed on a rental and what was paid; id: the rental's. No field device holds it.

    `plan`: the price plan as it stood when it was agreed. `deposit_steps[entry] = {step, amount_fen, method, at, reference,
    by}`; the sums beside it are the server's. `extensions[entry] = {from, to, reason, by, at, price_plan_id?}`.
    """

    kind: ClassVar[str] = "rental_terms"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE, Audience.FINANCE)

    depot_id: Annotated[Uuid, SERVER]
    price_plan_id: Annotated[Uuid | None, REVIEW] = None
    plan: Annotated[dict[str, Any], SERVER] = {}
    deposit_required_fen: Annotated[int, REVIEW] = 0
    deposit_state: Annotated[DepositState, SERVER] = "not_required"
    deposit_received_fen: Annotated[int, SERVER] = 0
    deposit_offset_fen: Annotated[int, SERVER] = 0
    deposit_refunded_fen: Annotated[int, SERVER] = 0
    deposit_steps: Annotated[dict[str, Any], UNION] = {}
    insurance_state: Annotated[InsuranceState, SERVER] = "not_required"
    insurer: Annotated[str, LAST_WRITER] = ""
    policy_number: Annotated[str, LAST_WRITER] = ""
    insured_until: Annotated[str | None, LAST_WRITER] = None
    extensions: Annotated[dict[str, Any], UNION] = {}


class Rental(Record):
    """Customer + assets + period. `assets` maps asset id → {state: reserved | out | returned | contested, handover_id?, at?}.

    What it is let for and what has been paid lies in `rental_terms`, which no field device holds. Here stands only what the
    gate must know of it, written by the server: whether the deposit (`deposit_ok`) and the insurance (`insurance_ok`; proven
    until `insured_until`, None: no end is known) are as agreed, and who approved the rental when. `swaps[id] = {back, out,
    reason, by, at, state: planned | done | given_up}`: one asset is to come back and another to go out in its stead.
    `walk_in`: made at the counter; what stood against it when it arrived is named in `flags.walk_in.against`, and until the
    office has approved it (`approved_at`), also afterwards, it is not closed. `custom`: values of the
    organisation's own fields, by their code.
    """

    kind: ClassVar[str] = "rental"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    number: Annotated[str, LAST_WRITER]
    customer_id: Annotated[Uuid, REVIEW]
    depot_id: Annotated[Uuid, LAST_WRITER]
    assets: Annotated[dict[Uuid, Any], SERVER]
    starts_at: Annotated[str, LAST_WRITER]
    due_at: Annotated[str, REVIEW]
    zone: Annotated[str, LAST_WRITER] = "Asia/Shanghai"
    state: Annotated[RentalState, SERVER] = "draft"
    km_included: Annotated[int | None, REVIEW] = None
    note: Annotated[str, LAST_WRITER] = ""
    swaps: Annotated[dict[Uuid, Any], SERVER] = {}
    walk_in: Annotated[bool, SERVER] = False
    flags: Annotated[dict[str, Any], SERVER] = {}
    approved_at: Annotated[str | None, SERVER] = None
    approved_by: Annotated[Uuid | None, SERVER] = None
    deposit_state: Annotated[DepositState, SERVER] = "not_required"
    deposit_ok: Annotated[bool, SERVER] = True
    insurance_state: Annotated[InsuranceState, SERVER] = "not_required"
    insurance_ok: Annotated[bool, SERVER] = True
    insured_until: Annotated[str | None, SERVER] = None
    custom: Annotated[dict[str, Any], UNION] = {}
