"""Damages: recorded in an open handover, carried forward with the asset until repaired."""

from typing import Final

from schemas import limits
from schemas.actions.damages import DamageRecord, DamageRetract
from schemas.errors import ErrorCode
from server.domain import custody, planning
from server.domain.contradictions import join_parallel
from server.domain.handovers import capture
from sync.unit import Handlers, Refusal, Unit


def record(unit: Unit, args: DamageRecord) -> None:
    """A new finding; the asset's open damages are those of its records of kind `damage`."""
    known = unit.get("damage", args.damage_id)
    if known is not None and known["handover_id"] != args.handover_id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=known["state"])
    if len(unit.need("handover", args.handover_id)["damages"]) >= limits.HANDOVER_DAMAGES_MAX:
        raise Refusal(ErrorCode.STATE_ILLEGAL, damages_max=limits.HANDOVER_DAMAGES_MAX)
    capture(unit, args)
    custody.note_damage(unit, args.damage_id)
    join_parallel(unit, args.damage_id, unit.need("handover", args.handover_id))
    planning.repair_damage(unit, args.damage_id)


def retract(unit: Unit, args: DamageRetract) -> None:
    """Taken back while the handover that found it is open: marked retracted, still in the journal."""
    damage = unit.need("damage", args.damage_id)
    if damage["handover_id"] != args.handover_id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=damage["state"])
    capture(unit, args)
    custody.note_damage(unit, args.damage_id)
    planning.repair_damage(unit, args.damage_id)


HANDLERS: Final[Handlers] = {
    (DamageRecord.action, DamageRecord.v): record,
    (DamageRetract.action, DamageRetract.v): retract,
}
