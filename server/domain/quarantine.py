"""Quarantine: what a shut-out device or an abandoned epoch sent is admitted or dismissed by a manager.

Neighbours: `sync/aside.py` keeps it, `sync/annex.py` says where what is admitted lies, the judge then judges it, and
`server/http/quarantine.py` lets people look. Invariants: all that is named is decided, or nothing · the first decision stands ·
a decision removes no byte.
"""

from typing import Any, Final

from schemas.actions.quarantine import QuarantineAdmit, QuarantineDismiss
from schemas.errors import ErrorCode
from sync.annex import place
from sync.aside import DAMAGED, action_of
from sync.incidents import note_quarantine
from sync.journal import derived_id
from sync.judge import engine_stamp
from sync.store import DeviceState, KeptAside
from sync.unit import Handlers, Refusal, Unit


def admit(unit: Unit, args: QuarantineAdmit) -> None:
    """They take their places in an annex of their device's journal and are judged, in the order they were written."""
    device = _device(unit, args)
    fresh = _undecided(unit, args, "admitted")
    if any(one.reason == DAMAGED for one in fresh):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=DAMAGED)
    for one, entry in place(unit.store, device.organisation, device.id, fresh):
        _decide(unit, args, one, "admitted", entry.epoch)
        unit.admitted.append(entry)
    note_quarantine(unit.writer, device, unit.entry.received_ms)


def dismiss(unit: Unit, args: QuarantineDismiss) -> None:
    """They stay where they are, for ever. Their device is told, when it may read that at all."""
    device = _device(unit, args)
    for one in _undecided(unit, args, "dismissed"):
        said = _decide(unit, args, one, "dismissed", None)
        values: dict[str, Any] = {
            "device_id": device.id, "epoch": one.epoch, "seq": one.seq, "action": action_of(one), "state": "quarantined",
            "code": ErrorCode.ENTRY_DISMISSED, "detail": {name: said[name] for name in ("by", "at", "reason")},
        }  # fmt: skip
        stamp = engine_stamp(unit.writer.version, unit.entry.received_ms)
        unit.writer.write("outcome", derived_id("outcome", device.id, "aside", str(one.epoch), one.hash), values, stamp, True)
    note_quarantine(unit.writer, device, unit.entry.received_ms)


def _device(unit: Unit, args: QuarantineAdmit | QuarantineDismiss) -> DeviceState:
    if args.device_id == unit.device.id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="own_device")
    device = unit.store.device(unit.writer.organisation, args.device_id)
    if device is None:
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind="device", id=args.device_id)
    return device


def _undecided(unit: Unit, args: QuarantineAdmit | QuarantineDismiss, wanted: str) -> list[KeptAside]:
    """What is named and not decided yet. Refusal when something is not there, or was decided otherwise: the first decision
    stands. What was decided the same way before is left as it is."""
    found: dict[tuple[int, int, str], KeptAside] = {}
    for named in args.entries:
        aside = unit.store.aside_at(unit.writer.organisation, args.device_id, named.epoch, named.seq)
        one = next((one for one in aside if one.hash == named.hash), None)
        if one is None:
            raise Refusal(ErrorCode.RECORD_UNKNOWN, kind="quarantine", id=named.hash)
        state = one.decision.get("state")
        if state not in (None, wanted):
            raise Refusal(ErrorCode.STATE_ILLEGAL, state=state, seq=one.seq, by=one.decision["by"], at=one.decision["at"])
        if state is None:
            found[one.epoch, one.seq, one.hash] = one
    return list(found.values())


def _decide(
    unit: Unit, args: QuarantineAdmit | QuarantineDismiss, one: KeptAside, state: str, annex: int | None
) -> dict[str, Any]:
    decision = {
        "state": state, "by": unit.body.actor, "at": unit.at, "reason": args.reason, "entry": unit.body.id, "annex": annex,
    }  # fmt: skip
    unit.store.decide_aside(unit.writer.organisation, args.device_id, one.epoch, one.seq, one.hash, decision)
    return decision


HANDLERS: Final[Handlers] = {
    (QuarantineAdmit.action, QuarantineAdmit.v): admit,
    (QuarantineDismiss.action, QuarantineDismiss.v): dismiss,
}
