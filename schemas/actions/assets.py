"""Assets: locked against leaving, and released again, by the office."""

from typing import ClassVar

from schemas.actions.base import Action, Reason
from schemas.effects import Effect
from schemas.ids import Uuid


class AssetLock(Action):
    """The asset may not leave (`locked`), or may again. A check-out made all the same is recorded as a breach."""

    action: ClassVar[str] = "asset.lock"
    subject: ClassVar[tuple[str, str] | None] = ("asset", "asset_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("asset", "$asset_id", {"locked": "$locked"}),)

    asset_id: Uuid
    locked: bool
    reason: Reason
