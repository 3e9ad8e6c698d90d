"""Damages: pinned on a part of the diagram, with type, severity and size; taken back by a compensating entry."""

from typing import ClassVar

from pydantic import Field

from schemas.actions.base import Action, Code, Text, Thousandth
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.handovers import Severity, SizeRange


class DamageRecord(Action):
    """A new finding on an asset during a handover. x, y in thousandths of the view's width and height.

    `size_mm` only when somebody measured; a size chosen by eye is a range and stays one. `diagram`: the drawing it was pinned
    on; without one it was placed by the shot list, or by a device that knew one drawing only."""

    action: ClassVar[str] = "damage.record"
    subject: ClassVar[tuple[str, str] | None] = ("handover", "handover_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "damage",
            "$damage_id",
            {
                "asset_id": "%handover/$handover_id/asset_id",
                "depot_id": "%handover/$handover_id/depot_id",
                "handover_id": "$handover_id",
                "diagram": "$diagram",
                "view": "$view",
                "part": "$part",
                "x": "$x",
                "y": "$y",
                "type": "$type",
                "severity": "$severity",
                "size_mm": "$size_mm",
                "size_range": "$size_range",
                "state": "open",
                "found_at": "@at",
                "found_by": "@actor",
            },
            create=True,
        ),
        Effect("handover", "$handover_id", {"damages": {"$damage_id": {}}}),
    )

    handover_id: Uuid
    damage_id: Uuid
    diagram: Code | None = None
    view: Code
    part: Code
    x: Thousandth
    y: Thousandth
    type: Code
    severity: Severity
    size_mm: int | None = Field(default=None, ge=1, le=20_000)
    size_range: SizeRange | None = None


class DamageRetract(Action):
    """The finding was a mistake. It stays in the journal; the damage is marked retracted."""

    action: ClassVar[str] = "damage.retract"
    subject: ClassVar[tuple[str, str] | None] = ("handover", "handover_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("damage", "$damage_id", {"state": "retracted"}),
        Effect("handover", "$handover_id", {"damages": {"$damage_id": None}}),
    )

    handover_id: Uuid
    damage_id: Uuid
    reason: Text = ""
