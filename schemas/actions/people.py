"""People: changed by an administrator, gone and come back, given a way in; erasing a signer's private parts.

Neighbours: `basedata.py` defines a person, `server/http/accounts.py` writes `person.access` with the secret it tells of.
Invariant: no secret, and nothing made from one, stands in an entry.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, Name, Text
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.people import Role

Access = Literal["password_given", "password_chosen", "invited", "username", "pin_reset"]
Roles = Annotated[list[Annotated[Role, Field(strict=False)]], Field(min_length=1, max_length=8)]
Depots = Annotated[dict[Uuid, Literal[True] | None], Field(max_length=limits.DEPOTS_MAX)]


class PersonEdit(Action):
    """What changes of one person; what is left out stays. `depots`: true adds one, null takes one away."""

    action: ClassVar[str] = "person.edit"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("person", "$person_id", {"name": "$name", "name_en": "$name_en", "roles": "$roles", "depot_ids": "$depots"}),
    )

    person_id: Uuid
    name: Name | None = None
    name_en: Text | None = None
    roles: Roles | None = None
    depots: Depots | None = None


class PersonLeave(Action):
    """The person works here no more: no sign-in, no PIN, no entry of theirs takes effect from now on."""

    action: ClassVar[str] = "person.leave"
    effects: ClassVar[tuple[Effect, ...]] = (Effect("person", "$person_id", {"active": False}),)

    person_id: Uuid
    reason: Text = ""


class PersonReturn(Action):
    """The person works here again; password and PIN are to be set anew."""

    action: ClassVar[str] = "person.return"
    effects: ClassVar[tuple[Effect, ...]] = (Effect("person", "$person_id", {"active": True}),)

    person_id: Uuid
    reason: Text = ""


class PersonAccess(Action):
    """What became of a person's way in (written by the system device, in the name of whoever did it)."""

    action: ClassVar[str] = "person.access"

    person_id: Uuid
    what: Access


class PersonErase(Action):
    """Drop what identifies one signer: private bytes, salts, signature image, projection. Every chain still verifies."""

    action: ClassVar[str] = "person.erase"
    subject: ClassVar[tuple[str, str] | None] = ("signer", "signer_id")
    effects: ClassVar[tuple[Effect, ...]] = ()

    signer_id: Uuid
    reason: Text
