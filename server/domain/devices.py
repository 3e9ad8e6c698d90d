"""Devices: invited, enrolled, replaced, revoked, wiped."""

from typing import Final

from schemas import limits
from schemas.actions.devices import DeviceEnrol, DeviceInvite, DeviceRevoke, DeviceWipe
from schemas.errors import ErrorCode
from sync import instants
from sync.unit import Handlers, Refusal, Unit


def invite(unit: Unit, args: DeviceInvite) -> None:
    """A single-use right to enrol at a depot, for one person or for the depot's roster."""
    unit.need("depot", args.depot_id)
    valid_ms = instants.to_ms(args.expires_at) - instants.to_ms(unit.at)
    if valid_ms > limits.INVITATION_MINUTES_MAX * 60_000:
        raise Refusal(ErrorCode.STATE_ILLEGAL, minutes_max=limits.INVITATION_MINUTES_MAX)
    if args.person_id is not None:
        unit.need("person", args.person_id)
    if args.replaces is not None:
        unit.need("device", args.replaces)
    if unit.get("invitation", args.invitation_id) is not None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="invited")
    unit.apply_effects(args)


def enrol(unit: Unit, args: DeviceEnrol) -> None:
    """A device came in. The one it replaces may push to quarantine only, from now on."""
    unit.apply_effects(args)
    if args.invitation_id is not None:
        unit.write("invitation", args.invitation_id, {"used_by": args.device_id, "used_at": unit.at})
    if args.replaces is not None:
        _close(unit, args.replaces, "replaced")


def revoke(unit: Unit, args: DeviceRevoke) -> None:
    """The device is shut out; what it still holds goes to quarantine when it comes."""
    if args.device_id == unit.device.id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="own_device")
    _close(unit, args.device_id, "revoked")


def wipe(unit: Unit, args: DeviceWipe) -> None:
    """A device that still answers is to empty itself, once everything it has is here."""
    if args.device_id == unit.device.id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="own_device")
    state = unit.need("device", args.device_id)["state"]
    if state != "active":
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=state)
    _close(unit, args.device_id, "wiping")


def _close(unit: Unit, device_id: str, state: str) -> None:
    device = unit.need("device", device_id)
    if device["type"] == "system":
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="system")
    unit.write("device", device_id, {"state": state})
    stored = unit.store.device(unit.writer.organisation, device_id)
    if stored is not None:
        stored.state = state
        unit.store.put_device(stored)


HANDLERS: Final[Handlers] = {
    (DeviceInvite.action, DeviceInvite.v): invite,
    (DeviceEnrol.action, DeviceEnrol.v): enrol,
    (DeviceRevoke.action, DeviceRevoke.v): revoke,
    (DeviceWipe.action, DeviceWipe.v): wipe,
}
