"""Incidents: a person of the office has looked at one, and says what came of it."""

from typing import ClassVar

from schemas.actions.base import Action, Reason
from schemas.effects import Effect
from schemas.ids import Uuid


class IncidentClose(Action):
    """What the incident tells of needs nothing more from anybody. One that ends by itself cannot be closed."""

    action: ClassVar[str] = "incident.close"
    subject: ClassVar[tuple[str, str] | None] = ("incident", "incident_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("incident", "$incident_id", {"state": "closed", "closed_by": "@actor", "closed_at": "@at", "note": "$note"}),
    )

    incident_id: Uuid
    note: Reason
