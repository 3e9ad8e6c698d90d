"""Category packs: a new one made as a copy, changed list by list. `basedata.py` defines the shipped ones."""

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from schemas import limits
from schemas.actions.assets import Hours, Kilometres, Months
from schemas.actions.base import Action, Code, Name
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.assets import Check, Choice, Meter, PackCode, Slot, WearRule

_LISTS = (
    "zh", "en", "diagram", "slots", "meters", "accessories", "damage_types", "checklist", "wear", "service_months", "service_km",
    "service_hours", "inspection_months",
)  # fmt: skip


class PackEdit(Action):
    """What changes of one pack: each list as a whole, so that two who change different ones both do. What is left out stays;
    an interval named in `cleared` is no more. `diagram`: one of the drawings there are."""

    model_config = ConfigDict(extra="forbid", strict=False)

    action: ClassVar[str] = "pack.edit"
    effects: ClassVar[tuple[Effect, ...]] = (Effect("pack", "$pack_id", {name: f"${name}" for name in _LISTS}),)

    pack_id: Uuid
    zh: Name | None = None
    en: Name | None = None
    diagram: Code | None = None
    slots: list[Slot] | None = Field(default=None, max_length=limits.PACK_SLOTS_MAX)
    meters: list[Meter] | None = Field(default=None, max_length=limits.PACK_METERS_MAX)
    accessories: list[Choice] | None = Field(default=None, max_length=limits.PACK_CHOICES_MAX)
    damage_types: list[Choice] | None = Field(default=None, max_length=limits.PACK_CHOICES_MAX)
    checklist: list[Check] | None = Field(default=None, max_length=limits.PACK_CHOICES_MAX)
    wear: list[WearRule] | None = Field(default=None, max_length=limits.PACK_CHOICES_MAX)
    service_months: Months | None = None
    service_km: Kilometres | None = None
    service_hours: Hours | None = None
    inspection_months: Months | None = None
    cleared: list[Literal["service_months", "service_km", "service_hours", "inspection_months"]] = Field(default=[], max_length=4)


class PackCopy(Action):
    """A new pack that begins as another one stands, under a code and names of its own."""

    action: ClassVar[str] = "pack.copy"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "pack",
            "$id",
            {
                "code": "$code",
                **{name: f"%pack/$from_id/{name}" for name in _LISTS[2:]},
                "zh": "$zh",
                "en": "$en",
            },
            create=True,
        ),
    )

    id: Uuid
    from_id: Uuid
    code: PackCode
    zh: Name
    en: Name
