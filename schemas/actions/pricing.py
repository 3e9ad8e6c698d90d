"""Price plans (价格方案) and the texts customers sign: made, edited or published by the office.

Neighbours: `schemas/records/rentals.py`, `server/domain/pricing.py`. Invariant: a text that somebody may have signed is never
edited.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, Name, Reason, Text
from schemas.actions.customers import Fen
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.rentals import PriceTier, RateUnit

KmPerDay = Annotated[int, Field(ge=0, le=limits.KM_PER_DAY_MAX)]
Tiers = Annotated[list[PriceTier], Field(min_length=1, max_length=limits.PRICE_TIERS_MAX)]
_MONEY = {
    "tiers": "$tiers",
    "deposit_fen": "$deposit_fen",
    "km_included_per_day": "$km_included_per_day",
    "late_fen_per_day": "$late_fen_per_day",
    "insurance_required": "$insurance_required",
}


class PricePlanDefine(Action):
    """A new price plan."""

    action: ClassVar[str] = "price_plan.define"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("price_plan", "$id", {"zh": "$zh", "en": "$en", "unit": "$unit", **_MONEY}, create=True),
    )

    id: Uuid
    zh: Name
    en: Text = ""
    unit: RateUnit
    tiers: Tiers
    deposit_fen: Fen = 0
    km_included_per_day: KmPerDay | None = None
    late_fen_per_day: Fen = 0
    insurance_required: bool = False


class PricePlanEdit(Action):
    """What is given is changed. Rentals keep the plan as it stood when they were agreed. `empty`: what holds nothing any more."""

    action: ClassVar[str] = "price_plan.edit"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("price_plan", "$plan_id", {"zh": "$zh", "en": "$en", **_MONEY, "$empty": None}),
    )

    plan_id: Uuid
    zh: Name | None = None
    en: Text | None = None
    tiers: Tiers | None = None
    deposit_fen: Fen | None = None
    km_included_per_day: KmPerDay | None = None
    late_fen_per_day: Fen | None = None
    insurance_required: bool | None = None
    empty: Literal["km_included_per_day"] | None = None


class PricePlanRetire(Action):
    """No new rental takes this plan, or may again."""

    action: ClassVar[str] = "price_plan.retire"

    plan_id: Uuid
    retired: bool
    reason: Reason


class ContractTextPublish(Action):
    """A new version of a text to sign: from its arrival on, devices show this one. One clause per line, at most 2,000
    characters."""

    action: ClassVar[str] = "contract_text.publish"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "contract_text",
            "$id",
            {"use": "$use", "version": "$version", "zh": "$zh", "en": "$en", "published_at": "@at", "published_by": "@actor"},
            create=True,
        ),
    )

    id: Uuid
    use: Literal["check_in", "check_out"]
    version: Name
    zh: Reason
    en: Reason


ACTIONS = (PricePlanDefine, PricePlanEdit, PricePlanRetire, ContractTextPublish)
