"""Stock-takes: begun, counted one by one, closed with a look at the differences."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, Name, Text, Zone
from schemas.effects import Effect
from schemas.ids import Uuid

_TASK = ("task", "task_id")
Number = Annotated[int, Field(ge=0, le=limits.STOCK_COUNTED_MAX)]


class StockBegin(Action):
    """A stock-take nobody had planned: its task is there, and begun by whoever stands at the shelves."""

    action: ClassVar[str] = "stock_take.begin"
    subject: ClassVar[tuple[str, str] | None] = ("depot", "depot_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "task",
            "$task_id",
            {
                "type": "stock_take",
                "depot_id": "$depot_id",
                "due_at": "@at",
                "zone": "$zone",
                "assignee_id": "@actor",
                "state": "started",
                "started": {"by": "@actor", "at": "@at"},
            },
            create=True,
        ),
    )

    task_id: Uuid
    depot_id: Uuid
    zone: Zone = "Asia/Shanghai"


class StockCountAdd(Action):
    """Something was found: an asset, or a label that no asset here has. `count_id` is made of the task and of what was found
    (`derived_id("stock_count", task, asset or tag)`)."""

    action: ClassVar[str] = "stock_take.count"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "stock_count",
            "$count_id",
            {
                "depot_id": "%task/$task_id/depot_id",
                "task_id": "$task_id",
                "asset_id": "$asset_id",
                "tag": "$tag",
                "sightings": {"@id": {"by": "@actor", "at": "@at", "bay": "$bay", "how": "$how"}},
            },
            create=True,
        ),
    )

    task_id: Uuid
    count_id: Uuid
    asset_id: Uuid | None = None
    tag: Name | None = None
    bay: Text = ""
    how: Literal["scan", "typed"] = "scan"


class StockCountRetract(Action):
    """One's own count was a mistake: the sighting that entry had added is no more."""

    action: ClassVar[str] = "stock_take.uncount"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("stock_count", "$count_id", {"sightings": {"$sighting": None}}),)

    task_id: Uuid
    count_id: Uuid
    sighting: Uuid


class StockClose(Action):
    """It is over. `missing`, `extra`, `misplaced`: how many differences stood before the eyes of whoever closed it."""

    action: ClassVar[str] = "stock_take.close"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "task",
            "$task_id",
            {"state": "done", "result": {"by": "@actor", "at": "@at", "result": "done", "note": "$note"}},
        ),
    )

    task_id: Uuid
    missing: Number
    extra: Number
    misplaced: Number
    note: Text = ""


ACTIONS: Final[tuple[type[Action], ...]] = (StockBegin, StockCountAdd, StockCountRetract, StockClose)
