"""Damages: recorded in an open handover, carried forward with the asset until repaired."""

from typing import Final

from schemas.actions.damages import DamageRecord, DamageRetract
from server.domain.handovers import capture
from sync.unit import Handlers, Unit


def record(unit: Unit, args: DamageRecord) -> None:
    """A new finding; the asset's open damages are those of its records of kind `damage`."""
    capture(unit, args)


def retract(unit: Unit, args: DamageRetract) -> None:
    """Taken back while the handover is open: marked retracted, still in the journal."""
    unit.need("damage", args.damage_id)
    capture(unit, args)


HANDLERS: Final[Handlers] = {
    (DamageRecord.action, DamageRecord.v): record,
    (DamageRetract.action, DamageRetract.v): retract,
}
