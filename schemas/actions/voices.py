"""Voice notes: what somebody says beside what was recorded, instead of typing it."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action
from schemas.effects import Effect
from schemas.ids import Uuid

VoiceAbout = Literal["fault", "task", "damage", "handover"]
_VOICES: dict[str, Any] = {"voices": {"@blob.0.sha256": {"entry": "@id", "by": "@actor", "at": "@at", "seconds": "$seconds"}}}


class VoiceAdd(Action):
    """A voice note, the entry's one blob, of role `voice`. `about` and `about_id`: the record that holds it, at this depot;
    whoever sees that record may hear it. Only the record of that kind and id is there, so only one of the effects is seen."""

    action: ClassVar[str] = "voice.add"
    subject: ClassVar[tuple[str, str] | None] = ("depot", "depot_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("fault", "$about_id", _VOICES),
        Effect("task", "$about_id", _VOICES),
        Effect("damage", "$about_id", _VOICES),
        Effect("handover", "$about_id", _VOICES),
    )

    depot_id: Uuid
    about: VoiceAbout
    about_id: Uuid
    seconds: Annotated[int, Field(ge=1, le=limits.VOICE_SECONDS_MAX)]
