"""Base data: records written as their arguments stand."""

from typing import Any, Final

from schemas.actions import basedata as actions
from schemas.actions.basedata import Define
from sync.unit import Handlers, Unit


def define(unit: Unit, args: Define) -> None:
    """Write the arguments into the record of the same id; fields that stand at their default are written, too."""
    values: dict[str, Any] = args.model_dump(mode="json", exclude={"id"})
    unit.write(args.record, args.id, values, create=True)


_PLAIN: Final = (
    actions.OrganisationDefine, actions.PackDefine, actions.ContractTextDefine, actions.TaskDefine,
)  # fmt: skip

HANDLERS: Final[Handlers] = {(model.action, model.v): define for model in _PLAIN}
