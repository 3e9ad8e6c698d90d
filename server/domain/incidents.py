"""Incidents: closed by whoever has looked into them.

Neighbours: `sync/incidents.py` opens them, and closes those that end by themselves. Invariant: a gap that can still be filled,
declared lost or released, or a quarantine that waits, is not closed by a note: what lies there would be forgotten.
"""

from typing import Any, Final

from schemas.actions.incidents import IncidentClose
from schemas.errors import ErrorCode
from sync.released import behind_gap
from sync.unit import Handlers, Refusal, Unit


def close(unit: Unit, args: IncidentClose) -> None:
    """A person says what came of it. The first to say so stands: whoever comes second is told who it was, and when."""
    incident = unit.need("incident", args.incident_id)
    if incident["state"] != "open":
        raise Refusal(ErrorCode.INCIDENT_CLOSED, closed_by=incident["closed_by"], closed_at=incident["closed_at"])
    if incident["type"] == "gap" and _waits(unit, incident):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="gap")
    if incident["type"] == "quarantine":
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="quarantine")
    unit.apply_effects(args)


def _waits(unit: Unit, gap: dict[str, Any]) -> bool:
    """Whether something still stands behind the gap, in the epoch its device speaks now."""
    organisation = unit.writer.organisation
    device = unit.store.device(organisation, gap["device_id"])
    if device is None or device.epoch != gap["detail"].get("epoch"):
        return False
    losses = unit.store.losses(organisation, device.id, device.epoch)
    return bool(behind_gap(unit.store.held_seqs(organisation, device.id, device.epoch), losses, device.seq))


HANDLERS: Final[Handlers] = {(IncidentClose.action, IncidentClose.v): close}
