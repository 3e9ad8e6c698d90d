"""Handovers: start, photos, readings, accessories, completion of a check-out (交付) or a check-in (归还)."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas import limits
from schemas.actions.base import Action, Code, Instant, Text
from schemas.effects import Effect
from schemas.gate import GateWord
from schemas.ids import Sha256, Uuid
from schemas.records.handovers import AcceptanceState, RentedType

_HANDOVER = ("handover", "handover_id")


PackVersion = Annotated[int, Field(ge=0, le=limits.SEQ_MAX)] | None
"""The version of the category pack the handover was made by: what is demanded since then is not demanded of it."""


class HandoverStart(Action):
    """A check-out or check-in of one asset begins. `baseline_id` is the handover its photos are compared with. Of a check-out,
    `gate` is what the gate said on the device, and `gate_reason` why it is begun though that was a stop."""

    action: ClassVar[str] = "handover.start"
    subject: ClassVar[tuple[str, str] | None] = ("asset", "asset_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$handover_id",
            {
                "type": "$type",
                "asset_id": "$asset_id",
                "rental_id": "$rental_id",
                "customer_id": "%rental/$rental_id/customer_id",
                "depot_id": "%asset/$asset_id/depot_id",
                "task_id": "$task_id",
                "baseline_id": "$baseline_id",
                "state": "started",
                "actor_id": "@actor",
                "device_id": "@device",
                "started_at": "@at",
                "zone": "@zone",
                "gate": {"start": "$gate", "reason": "$gate_reason"},
            },
            create=True,
        ),
    )

    handover_id: Uuid
    type: RentedType
    asset_id: Uuid
    rental_id: Uuid | None = None
    task_id: Uuid | None = None
    baseline_id: Uuid | None = None
    gate: GateWord | None = None
    gate_reason: Text | None = None


class HandoverAbandon(Action):
    """The handover is given up; what was captured stays."""

    action: ClassVar[str] = "handover.abandon"
    subject: ClassVar[tuple[str, str] | None] = _HANDOVER
    effects: ClassVar[tuple[Effect, ...]] = (Effect("handover", "$handover_id", {"state": "abandoned"}),)

    handover_id: Uuid
    reason: Text


class Quality(BaseModel):
    """What the device measured on the shot: sharpness (variance of the Laplacian) and mean brightness 0–255."""

    model_config = ConfigDict(extra="forbid")

    sharpness: float
    brightness: float
    override: Text | None = None


class Position(BaseModel):
    """Where the device was when the photo was taken, as the platform gave it: degrees, metres of accuracy."""

    model_config = ConfigDict(extra="forbid")

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    accuracy_m: int = Field(ge=0, le=limits.ACCURACY_MAX_M)


class PhotoAdd(Action):
    """One photo. Its bytes are the entry's first blob, hashed as the browser first yielded them. `position` is absent where the
    person did not allow it, and of a chosen file; `file_time` is what a chosen file says of itself (local time, with its offset
    where the file has one) and proves nothing."""

    action: ClassVar[str] = "photo.add"
    subject: ClassVar[tuple[str, str] | None] = _HANDOVER
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$handover_id",
            {
                "photos": {
                    "$photo_id": {
                        "slot": "$slot",
                        "damage_id": "$damage_id",
                        "sha256": "@blob.0.sha256",
                        "size": "@blob.0.size",
                        "type": "@blob.0.type",
                        "how": "$how",
                        "source": "$source",
                        "width": "$width",
                        "height": "$height",
                        "position": "$position",
                        "file_time": "$file_time",
                        "at": "@at",
                        "entry": "@id",
                    }
                }
            },
        ),
        Effect("damage", "$damage_id", {"photos": {"$photo_id": {"slot": "$slot", "sha256": "@blob.0.sha256"}}}),
    )

    handover_id: Uuid
    photo_id: Uuid
    slot: Code
    damage_id: Uuid | None = None
    how: Literal["still", "frame", "file"]
    source: Literal["camera", "gallery"]
    width: int = Field(ge=1, le=65535)
    height: int = Field(ge=1, le=65535)
    quality: Quality | None = None
    position: Position | None = None
    file_time: str | None = Field(default=None, pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d)?$")


class PhotoRetract(Action):
    """A photo is replaced or was a mistake: it leaves the handover's set; its bytes stay."""

    action: ClassVar[str] = "photo.retract"
    subject: ClassVar[tuple[str, str] | None] = _HANDOVER
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("handover", "$handover_id", {"photos": {"$photo_id": None}}),
        Effect("damage", "$damage_id", {"photos": {"$photo_id": None}}),
    )

    handover_id: Uuid
    photo_id: Uuid
    damage_id: Uuid | None = None


class PhotoWaive(Action):
    """A photo the pack demands cannot be taken: the stated reason stands in its place."""

    action: ClassVar[str] = "photo.waive"
    subject: ClassVar[tuple[str, str] | None] = _HANDOVER
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("handover", "$handover_id", {"waived": {"$slot": {"reason": "$reason", "at": "@at"}}}),
    )

    handover_id: Uuid
    slot: Code
    reason: Text = Field(min_length=1)


class ReadingRecord(Action):
    """One meter reading, in the unit the pack names (km, %, h)."""

    action: ClassVar[str] = "reading.record"
    subject: ClassVar[tuple[str, str] | None] = _HANDOVER
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$handover_id",
            {"readings": {"$meter": {"value": "$value", "at": "@at", "photo_id": "$photo_id", "entry": "@id"}}},
        ),
    )

    handover_id: Uuid
    meter: Code
    value: int = Field(ge=0, le=limits.READING_MAX)
    photo_id: Uuid | None = None


class AccessoryReport(Action):
    """An accessory differs from what should be there (exceptions only; `present` takes an exception back)."""

    action: ClassVar[str] = "accessory.report"
    subject: ClassVar[tuple[str, str] | None] = _HANDOVER
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$handover_id",
            {"accessories": {"$accessory": {"state": "$state", "note": "$note", "at": "@at"}}},
        ),
    )

    handover_id: Uuid
    accessory: Code
    state: Literal["present", "missing", "damaged"]
    note: Text = ""


class CheckoutComplete(Action):
    """The asset has left. `entries` names what the check-out is made of; `gate`: what the gate said on the device, and
    `gate_reason` why it left though that was a stop."""

    action: ClassVar[str] = "checkout.complete"
    subject: ClassVar[tuple[str, str] | None] = _HANDOVER
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$handover_id",
            {"state": "complete", "completed_at": "@at", "acceptance": "$acceptance"},
        ),
        Effect(
            "asset",
            "%handover/$handover_id/asset_id",
            {"state": "out", "rental_id": "%handover/$handover_id/rental_id", "baseline": "$handover_id"},
        ),
        Effect("task", "%handover/$handover_id/task_id", {"state": "done", "done_by_handover": "$handover_id"}),
    )

    handover_id: Uuid
    acceptance: AcceptanceState
    document_sha256: Sha256
    pack_v: PackVersion = None
    entries: list[Uuid] = Field(max_length=limits.ENTRY_NEEDS_MAX)
    gate: GateWord | None = None
    gate_reason: Text | None = None


class DoubleConfirmation(BaseModel):
    """The two moments at which the person confirmed the state (车辆归还状态)."""

    model_config = ConfigDict(extra="forbid")

    first_at: Instant
    second_at: Instant


class ReturnComplete(Action):
    """The asset is back. The acceptance state was confirmed twice; `entries` names what the check-in is made of."""

    action: ClassVar[str] = "return.complete"
    subject: ClassVar[tuple[str, str] | None] = _HANDOVER
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$handover_id",
            {"state": "complete", "completed_at": "@at", "acceptance": "$acceptance"},
        ),
        Effect("asset", "%handover/$handover_id/asset_id", {"state": "returned", "rental_id": None}),
        Effect("task", "%handover/$handover_id/task_id", {"state": "done", "done_by_handover": "$handover_id"}),
    )

    handover_id: Uuid
    acceptance: AcceptanceState
    confirmed: DoubleConfirmation
    document_sha256: Sha256
    pack_v: PackVersion = None
    entries: list[Uuid] = Field(max_length=limits.ENTRY_NEEDS_MAX)
