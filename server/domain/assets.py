"""Assets: locked and released by the office."""

from typing import Final

from schemas.actions.assets import AssetLock
from sync.unit import Handlers, Unit


def lock(unit: Unit, args: AssetLock) -> None:
    """It may not leave, or may again. What left before stays out; what leaves all the same is a breach."""
    unit.need("asset", args.asset_id)
    unit.apply_effects(args)


HANDLERS: Final[Handlers] = {(AssetLock.action, AssetLock.v): lock}
