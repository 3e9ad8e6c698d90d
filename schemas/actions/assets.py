"""Assets: edited, retired and restored, locked against leaving and released again, by the office."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, Code, CustomValues, Instant, Name, Reason, Text
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.assets import PackCode

_ASSET = ("asset", "asset_id")
AssetEmptied = Literal[
    "battery_health_pct", "service_due_at", "service_due_km", "service_due_hours", "service_months", "service_km",
    "service_hours", "inspection_months", "inspection_due_at", "kit_id",
]  # fmt: skip
Months = Annotated[int, Field(ge=1, le=limits.INTERVAL_MONTHS_MAX)]
Kilometres = Annotated[int, Field(ge=0, le=limits.READING_MAX)]
Hours = Annotated[int, Field(ge=0, le=limits.READING_MAX)]
"""Hours of work, as a machine's meter counts them."""
Percent = Annotated[int, Field(ge=0, le=100)]
Accessories = Annotated[dict[Code, bool | None], Field(max_length=limits.ACCESSORIES_MAX)]
EDITED: Final = (
    "label", "tag", "pack", "model", "colour", "serial", "plate", "vin", "home_depot_id", "depot_id", "bay",
    "battery_health_pct", "service_due_at", "service_due_km", "service_due_hours", "service_months", "service_km",
    "service_hours", "inspection_months", "inspection_due_at", "accessories", "kit_id", "custom",
)  # fmt: skip
"""The fields an office edits; each is an optional argument of `asset.edit`."""


class AssetEdit(Action):
    """Fields of an asset as the office says they are; what is absent stays. `empty`: one field that holds nothing any more;
    `accessories` and `custom` are merged key by key, None takes a key away."""

    action: ClassVar[str] = "asset.edit"
    subject: ClassVar[tuple[str, str] | None] = _ASSET
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("asset", "$asset_id", {**{name: f"${name}" for name in EDITED}, "$empty": None}),
    )

    asset_id: Uuid
    label: Name | None = None
    tag: Name | None = None
    pack: PackCode | None = None
    model: Text | None = None
    colour: Text | None = None
    serial: Text | None = None
    plate: Text | None = None
    vin: Text | None = None
    home_depot_id: Uuid | None = None
    depot_id: Uuid | None = None
    bay: Text | None = None
    battery_health_pct: Percent | None = None
    service_due_at: Instant | None = None
    service_due_km: Kilometres | None = None
    service_due_hours: Hours | None = None
    service_months: Months | None = None
    service_km: Kilometres | None = None
    service_hours: Hours | None = None
    inspection_months: Months | None = None
    inspection_due_at: Instant | None = None
    accessories: Accessories | None = None
    kit_id: Uuid | None = None
    custom: CustomValues | None = None
    empty: AssetEmptied | None = None


class AssetRetire(Action):
    """The asset leaves the fleet: sold, lost, worn out. It stays in the archive, found by search. Refused while it is out."""

    action: ClassVar[str] = "asset.retire"
    subject: ClassVar[tuple[str, str] | None] = _ASSET
    effects: ClassVar[tuple[Effect, ...]] = (Effect("asset", "$asset_id", {"state": "retired"}),)

    asset_id: Uuid
    reason: Reason


class AssetRestore(Action):
    """A retired asset is in the fleet again."""

    action: ClassVar[str] = "asset.restore"
    subject: ClassVar[tuple[str, str] | None] = _ASSET
    effects: ClassVar[tuple[Effect, ...]] = (Effect("asset", "$asset_id", {"state": "available"}),)

    asset_id: Uuid
    reason: Reason


class AssetLock(Action):
    """The asset may not leave (`locked`), or may again. A check-out made all the same is recorded as a breach."""

    action: ClassVar[str] = "asset.lock"
    subject: ClassVar[tuple[str, str] | None] = _ASSET
    effects: ClassVar[tuple[Effect, ...]] = (Effect("asset", "$asset_id", {"locked": "$locked"}),)

    asset_id: Uuid
    locked: bool
    reason: Reason
