"""Depots: changed, closed and opened again. `basedata.py` defines one."""

from typing import ClassVar

from schemas.actions.base import Action, Name, Text
from schemas.effects import Effect
from schemas.ids import Uuid


class DepotEdit(Action):
    """What changes of one depot; what is left out stays."""

    action: ClassVar[str] = "depot.edit"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("depot", "$depot_id", {"name": "$name", "name_en": "$name_en", "address": "$address"}),
    )

    depot_id: Uuid
    name: Name | None = None
    name_en: Text | None = None
    address: Text | None = None


class DepotClose(Action):
    """Nothing new is begun there; only one without assets and open rentals closes."""

    action: ClassVar[str] = "depot.close"
    effects: ClassVar[tuple[Effect, ...]] = (Effect("depot", "$depot_id", {"closed": True}),)

    depot_id: Uuid
    reason: Text = ""


class DepotReopen(Action):
    """A closed depot works again."""

    action: ClassVar[str] = "depot.reopen"
    effects: ClassVar[tuple[Effect, ...]] = (Effect("depot", "$depot_id", {"closed": False}),)

    depot_id: Uuid
    reason: Text = ""
