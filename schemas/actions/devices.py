"""Devices: invited by the office, enrolled by the system, revoked by the office."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, Instant, Name, Reason, Text
from schemas.effects import Effect
from schemas.ids import Sha256, Uuid
from schemas.records.devices import RosterBy


class DeviceInvite(Action):
    """A single-use right to enrol. The code itself never leaves the office's screen; its SHA-256 does."""

    action: ClassVar[str] = "device.invite"
    subject: ClassVar[tuple[str, str] | None] = None
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "invitation",
            "$invitation_id",
            {
                "depot_id": "$depot_id",
                "code_sha256": "$code_sha256",
                "person_id": "$person_id",
                "name": "$name",
                "replaces": "$replaces",
                "expires_at": "$expires_at",
                "made_by": "@actor",
            },
            create=True,
        ),
    )

    invitation_id: Uuid
    code_sha256: Sha256
    depot_id: Uuid
    name: Name
    person_id: Uuid | None = None
    replaces: Uuid | None = None
    expires_at: Instant


class DeviceEnrol(Action):
    """A device came in through an invitation or a password (written by the system device)."""

    action: ClassVar[str] = "device.enrol"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "device",
            "$device_id",
            {
                "depot_id": "$depot_id",
                "name": "$name",
                "type": "$type",
                "person_id": "$person_id",
                "platform": "$platform",
                "enrolled_at": "@at",
            },
            create=True,
        ),
    )

    device_id: Uuid
    depot_id: Uuid
    name: Name
    type: Literal["field", "office", "client", "system"]
    person_id: Uuid | None = None
    invitation_id: Uuid | None = None
    replaces: Uuid | None = None
    platform: Text = ""


class DeviceRevoke(Action):
    """The device may no longer pull; what it still pushes goes to quarantine."""

    action: ClassVar[str] = "device.revoke"
    subject: ClassVar[tuple[str, str] | None] = ("device", "device_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("device", "$device_id", {"state": "revoked"}),)

    device_id: Uuid
    reason: Text = ""


class DeviceWipe(Action):
    """The device drops what it holds at once, uploads what it has not sent, and then destroys its journal and its key."""

    action: ClassVar[str] = "device.wipe"
    subject: ClassVar[tuple[str, str] | None] = ("device", "device_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("device", "$device_id", {"state": "wiping"}),)

    device_id: Uuid
    reason: Text = ""


class DeviceRoster(Action):
    """Who may use a shared tablet: everybody of its depot whose role works there, or of those only the `people` chosen. Of these,
    true adds one, null takes one away."""

    action: ClassVar[str] = "device.roster"
    subject: ClassVar[tuple[str, str] | None] = ("device", "device_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("device", "$device_id", {"roster_by": "$by", "roster": "$people"}),)

    device_id: Uuid
    by: RosterBy | None = None
    people: dict[Uuid, Literal[True] | None] = Field(default={}, max_length=limits.ROSTER_PEOPLE_MAX)


class DeviceLost(Action):
    """Nobody knows where the device is. What it had proven and announced is written down; whether it is to be revoked or wiped
    besides is another decision."""

    action: ClassVar[str] = "device.lost"
    subject: ClassVar[tuple[str, str] | None] = ("device", "device_id")

    device_id: Uuid
    reason: Reason


class GapRelease(Action):
    """Numbers missing of a device's journal, up to `until`, are given up: what is held behind them is judged."""

    action: ClassVar[str] = "gap.release"
    subject: ClassVar[tuple[str, str] | None] = ("device", "device_id")

    device_id: Uuid
    epoch: int = Field(ge=0, le=limits.SEQ_MAX)
    until: int = Field(ge=1, le=limits.SEQ_MAX)
    reason: Reason
