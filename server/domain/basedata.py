"""Base data: records written as their arguments stand, and what follows for rentals' assets."""

from typing import Any, Final

from schemas.actions import basedata as actions
from schemas.actions.basedata import Define, RentalDefine
from sync.unit import Handlers, Unit


def define(unit: Unit, args: Define) -> None:
    """Write the arguments into the record of the same id; fields that stand at their default are written, too."""
    values: dict[str, Any] = args.model_dump(mode="json", exclude={"id"})
    unit.write(args.record, args.id, values, create=True)


def define_rental(unit: Unit, args: RentalDefine) -> None:
    """A rental starts with its assets reserved; those it already had keep their state."""
    known = unit.get("rental", args.id)
    assets = dict(known["assets"]) if known else {}
    for asset_id in args.asset_ids:
        assets.setdefault(asset_id, {"state": "reserved"})
    values: dict[str, Any] = args.model_dump(mode="json", exclude={"id", "asset_ids"})
    unit.write("rental", args.id, {**values, "assets": assets}, create=True)


_PLAIN: Final = (
    actions.OrganisationDefine, actions.DepotDefine, actions.PersonDefine, actions.PackDefine, actions.AssetDefine,
    actions.CustomerDefine, actions.ContractTextDefine, actions.TaskDefine,
)  # fmt: skip

HANDLERS: Final[Handlers] = {
    **{(model.action, model.v): define for model in _PLAIN},
    (RentalDefine.action, RentalDefine.v): define_rental,
}
