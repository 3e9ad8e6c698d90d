"""Depots: opened, changed, closed.

Neighbours: `basedata.py` for how records are written as they stand. Invariant: a closed depot holds no asset that still works and
no rental that is not over.
"""

from typing import Any, Final

from schemas.actions.basedata import DepotDefine
from schemas.actions.depots import DepotClose, DepotEdit, DepotReopen
from schemas.errors import ErrorCode
from sync.unit import Handlers, Refusal, Unit

_RENTAL_OVER: Final = frozenset({"closed", "cancelled"})


def define(unit: Unit, args: DepotDefine) -> None:
    """A new depot. The system may write a known one again; the office may not."""
    if unit.device.type != "system" and unit.get("depot", args.id) is not None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="defined")
    values: dict[str, Any] = args.model_dump(mode="json", exclude={"id"})
    unit.write("depot", args.id, values, create=True)


def edit(unit: Unit, args: DepotEdit) -> None:
    """Names and address: what is given changes."""
    unit.need("depot", args.depot_id)
    unit.apply_effects(args)


def close(unit: Unit, args: DepotClose) -> None:
    """Only an empty one closes. Looks through all assets and rentals: a rare step, and the one that must not miss any."""
    if unit.need("depot", args.depot_id).get("closed"):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="closed")
    assets = _here(unit, "asset", args.depot_id, frozenset({"retired"}))
    rentals = _here(unit, "rental", args.depot_id, _RENTAL_OVER)
    if assets or rentals:
        raise Refusal(ErrorCode.DEPOT_NOT_EMPTY, assets=assets, rentals=rentals)
    unit.apply_effects(args)


def reopen(unit: Unit, args: DepotReopen) -> None:
    """It works again."""
    if not unit.need("depot", args.depot_id).get("closed"):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="open")
    unit.apply_effects(args)


def _here(unit: Unit, kind: str, depot: str, over: frozenset[str]) -> int:
    found = unit.store.records(unit.writer.organisation, kind)
    return sum(1 for one in found if one.data["depot_id"] == depot and one.data["state"] not in over)


HANDLERS: Final[Handlers] = {
    (DepotDefine.action, DepotDefine.v): define,
    (DepotEdit.action, DepotEdit.v): edit,
    (DepotClose.action, DepotClose.v): close,
    (DepotReopen.action, DepotReopen.v): reopen,
}
