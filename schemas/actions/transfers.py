"""Transfers (移交): custody of an asset passes from one colleague to another, perhaps to another depot, without a customer."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, PrivateIndex
from schemas.actions.handovers import PackVersion
from schemas.effects import Effect
from schemas.ids import Sha256, Uuid
from schemas.records.handovers import AcceptanceState


class TransferStart(Action):
    """A transfer of one asset begins: whoever records it gives, `receiver_id` takes, at `to_depot_id` (its own depot: between
    colleagues). `transfer_id` becomes the id of its handover, to which photos, readings and damages belong like to any other."""

    action: ClassVar[str] = "transfer.start"
    subject: ClassVar[tuple[str, str] | None] = ("asset", "asset_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$transfer_id",
            {
                "type": "transfer",
                "asset_id": "$asset_id",
                "depot_id": "%asset/$asset_id/depot_id",
                "from_depot_id": "%asset/$asset_id/depot_id",
                "to_depot_id": "$to_depot_id",
                "receiver_id": "$receiver_id",
                "baseline_id": "$baseline_id",
                "state": "started",
                "actor_id": "@actor",
                "device_id": "@device",
                "started_at": "@at",
                "zone": "@zone",
            },
            create=True,
        ),
    )

    transfer_id: Uuid
    asset_id: Uuid
    to_depot_id: Uuid
    receiver_id: Uuid
    baseline_id: Uuid | None = None


class TransferComplete(Action):
    """The receiver has it, and confirms that by a signature under the document shown.

    `signature_id`, `language`, `document_sha256`, `image_sha256`, `strokes`: as in `signature.capture`; both blobs travel with
    this entry. `entries` names what the transfer is made of."""

    action: ClassVar[str] = "transfer.complete"
    subject: ClassVar[tuple[str, str] | None] = ("handover", "handover_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$handover_id",
            {
                "state": "complete",
                "completed_at": "@at",
                "acceptance": "$acceptance",
                "signatures": {
                    "$signature_id": {
                        "party": "receiver",
                        "decision": "agree",
                        "reservations": [],
                        "note": "",
                        "role": "staff",
                        "authority": "self",
                        "language": "$language",
                        "document_sha256": "$document_sha256",
                        "image_sha256": "$image_sha256",
                        "at": "@at",
                        "entry": "@id",
                        "actor_id": "@actor",
                    }
                },
            },
        ),
        Effect(
            "asset",
            "%handover/$handover_id/asset_id",
            {
                "depot_id": "%handover/$handover_id/to_depot_id",
                "custodian_id": "%handover/$handover_id/receiver_id",
            },
        ),
    )

    handover_id: Uuid
    signature_id: Uuid
    acceptance: AcceptanceState
    language: Literal["zh", "en"]
    document_sha256: Sha256
    image_sha256: Sha256
    strokes: PrivateIndex | None = None
    pack_v: PackVersion = None
    entries: list[Uuid] = Field(max_length=limits.ENTRY_NEEDS_MAX)
