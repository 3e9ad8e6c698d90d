"""People: erasing a person's private parts."""

from typing import ClassVar

from schemas.actions.base import Action, Text
from schemas.effects import Effect
from schemas.ids import Uuid


class PersonErase(Action):
    """Drop what identifies one signer: private bytes, salts, signature image, projection. Every chain still verifies."""

    action: ClassVar[str] = "person.erase"
    subject: ClassVar[tuple[str, str] | None] = ("signer", "signer_id")
    effects: ClassVar[tuple[Effect, ...]] = ()

    signer_id: Uuid
    reason: Text
