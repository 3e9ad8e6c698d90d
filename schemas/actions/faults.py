"""Faults: reported by staff or through an asset's label, made a repair task, closed; a lost label's tag replaced."""

from typing import ClassVar, Literal

from schemas import limits
from schemas.actions.base import Action, Instant, Name, PrivateIndex, Reason, Text, Zone
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.faults import FaultBy, FaultGuess

_FAULT = ("fault", "fault_id")


class FaultReport(Action):
    """Something is wrong with an asset. Photos are the entry's blobs, at most FAULT_PHOTOS_MAX; `phone` names the private part
    `{"phone": …}` of whoever may be called back. Through a label it is the system device that writes it, and what the customer
    wrote is the private part `{"said": …}` that `said` names, in the place of `what`."""

    action: ClassVar[str] = "fault.report"
    subject: ClassVar[tuple[str, str] | None] = ("asset", "asset_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "fault",
            "$fault_id",
            {
                "asset_id": "$asset_id",
                "depot_id": "%asset/$asset_id/depot_id",
                "what": "$what",
                "guess": "$guess",
                "by": "$by",
                "photos": {f"@blob.{number}.sha256": {"entry": "@id"} for number in range(limits.FAULT_PHOTOS_MAX)},
                "state": "open",
                "reported_at": "@at",
                "reported_by": "@actor",
            },
            create=True,
        ),
    )

    fault_id: Uuid
    asset_id: Uuid
    what: Text = ""
    guess: FaultGuess = "unsure"
    by: FaultBy = "staff"
    phone: PrivateIndex | None = None
    said: PrivateIndex | None = None


class FaultPlan(Action):
    """The fault becomes a repair task."""

    action: ClassVar[str] = "fault.plan"
    subject: ClassVar[tuple[str, str] | None] = _FAULT
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("fault", "$fault_id", {"state": "planned", "task_id": "$task_id"}),
        Effect(
            "task",
            "$task_id",
            {
                "type": "repair",
                "asset_id": "%fault/$fault_id/asset_id",
                "depot_id": "%fault/$fault_id/depot_id",
                "due_at": "$due_at",
                "zone": "$zone",
                "note": "$note",
                "assignee_id": "$assignee_id",
                "state": "open",
            },
            create=True,
        ),
    )

    fault_id: Uuid
    task_id: Uuid
    due_at: Instant
    zone: Zone = "Asia/Shanghai"
    note: Text = ""
    assignee_id: Uuid | None = None


class FaultClose(Action):
    """It is repaired, there was nothing to repair, or it has been reported before. Its repair task ends with it."""

    action: ClassVar[str] = "fault.close"
    subject: ClassVar[tuple[str, str] | None] = _FAULT
    effects: ClassVar[tuple[Effect, ...]] = (Effect("fault", "$fault_id", {"state": "$state"}),)

    fault_id: Uuid
    state: Literal["done", "rejected", "duplicate"]
    reason: Reason


class FaultForget(Action):
    """Drop the phone number and the words of whoever reported it: private bytes, salts, projections. The chain still verifies."""

    action: ClassVar[str] = "fault.forget"
    subject: ClassVar[tuple[str, str] | None] = _FAULT

    fault_id: Uuid
    reason: Reason


class AssetRetag(Action):
    """A lost or damaged label is replaced by one with another tag. The old one is kept as a former tag of the asset."""

    action: ClassVar[str] = "asset.retag"
    subject: ClassVar[tuple[str, str] | None] = ("asset", "asset_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("asset", "$asset_id", {"tag": "$tag"}),)

    asset_id: Uuid
    tag: Name
    reason: Reason
