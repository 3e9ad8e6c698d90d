"""Devices: invited, enrolled, replaced, given to people, revoked, wiped, lost."""

from typing import Final

from schemas import limits
from schemas.actions.devices import DeviceEnrol, DeviceInvite, DeviceLost, DeviceRevoke, DeviceRoster, DeviceWipe, GapRelease
from schemas.errors import ErrorCode
from sync import instants
from sync.incidents import write_incident
from sync.journal import derived_id
from sync.released import behind_gap, release_id
from sync.unit import Handlers, Refusal, Unit
from sync.visibility import may_use_device


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


def set_roster(unit: Unit, args: DeviceRoster) -> None:
    """Who may use a shared tablet. The tablet itself hears of it in its own bucket; what somebody taken off the list has captured
    before it heard is refused, kept, and may be ratified."""
    device = unit.need("device", args.device_id)
    if device["person_id"] is not None or device["type"] not in ("field", "client"):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="not_shared")
    for person_id, there in args.people.items():
        if there is None:
            continue
        person = unit.need("person", person_id)
        depots = [depot for depot, works in person["depot_ids"].items() if works]
        if not person["active"] or not may_use_device(person["roles"], depots, device["depot_id"]):
            raise Refusal(ErrorCode.ROSTER_UNFIT, person=person_id)
    unit.apply_effects(args)
    now = unit.need("device", args.device_id)
    if len(now.get("roster", {})) > limits.ROSTER_PEOPLE_MAX:
        raise Refusal(ErrorCode.STATE_ILLEGAL, people_max=limits.ROSTER_PEOPLE_MAX)
    told = {"device_id": args.device_id, "by": now.get("roster_by", "depot"), "people": now.get("roster", {})}
    unit.write("roster", derived_id("roster", args.device_id), told, create=True)


def lost(unit: Unit, args: DeviceLost) -> None:
    """What the device had proven and announced is written down as it stands. It may be reported again once it has been back."""
    if args.device_id == unit.device.id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="own_device")
    known = unit.need("device", args.device_id)
    device = unit.store.device(unit.writer.organisation, args.device_id)
    if device is None or known["type"] == "system" or known["state"] == "wiped":
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=known["state"])
    if known.get("lost") and known["lost"]["back_at"] is None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="lost", by=known["lost"]["by"], at=known["lost"]["at"])
    word = {
        "by": unit.body.actor, "at": unit.at, "reason": args.reason, "entry": unit.body.id, "epoch": device.epoch,
        "proven_seq": device.seq, "pending": known["pending"], "seen_at": known["last_seen_at"], "back_at": None,
    }  # fmt: skip
    unit.write("device", args.device_id, {"lost": word})
    detail = {"proven_seq": device.seq, "epoch": device.epoch, **known["pending"]}
    write_incident(unit.writer, device, "device_lost", "", detail, unit.entry.received_ms, anew=True)


def release(unit: Unit, args: GapRelease) -> None:
    """Nobody will fill or declare what is missing: it is written down who gave it up and why, and what is held behind goes on."""
    organisation = unit.writer.organisation
    if args.device_id == unit.device.id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="own_device")
    device = unit.store.device(organisation, args.device_id)
    if device is None:
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind="device", id=args.device_id)
    losses = unit.store.losses(organisation, device.id, device.epoch)
    behind = behind_gap(unit.store.held_seqs(organisation, device.id, device.epoch), losses, device.seq)
    if args.epoch != device.epoch or not behind or not device.seq < args.until < behind[-1]:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="no_gap")
    record_id = release_id(organisation, device.id, device.epoch)
    known = unit.get("released_gap", record_id)
    gaps = list(known["gaps"]) if known else []
    if len(gaps) >= limits.RELEASED_GAPS_MAX:
        raise Refusal(ErrorCode.STATE_ILLEGAL, gaps_max=limits.RELEASED_GAPS_MAX)
    gaps.append({"first": device.seq + 1, "last": args.until, "by": unit.body.actor, "at": unit.at, "reason": args.reason,
                 "entry": unit.body.id})  # fmt: skip
    values = {"depot_id": device.depot, "device_id": device.id, "epoch": device.epoch, "gaps": gaps}
    unit.write("released_gap", record_id, values, create=True)
    unit.freed.append(device.id)


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
    (DeviceRoster.action, DeviceRoster.v): set_roster,
    (DeviceLost.action, DeviceLost.v): lost,
    (GapRelease.action, GapRelease.v): release,
}
