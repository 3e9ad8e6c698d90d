"""Stock-takes in each depot for the walk through the table of rights (`tests/unit/test_permissions.py`)."""

from collections.abc import Callable
from typing import Any

from schemas.actions.tasks import TaskPlan
from server.domain.stock import count_id
from tests.support.stage import Stage

AT = "2027-01-15T08:00:00.000Z"


class StockTakes:
    """In each depot a planned stock-take in which a label nobody knows has been counted."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.planned = [self._planned(place) for place in range(len(stage.depots))]

    def _planned(self, place: int) -> str:
        task = self.stage.ids.new()
        plan = {"task_id": task, "type": "stock_take", "depot_id": self.stage.depots[place], "due_at": AT}
        self.stage.do(TaskPlan.model_validate(plan))
        phone = self.stage.phone(place=place)
        phone.record("stock_take.count", {"task_id": task, "count_id": count_id(task, "X-1"), "tag": "X-1"})
        assert {outcome.state for outcome in phone.push().outcomes} == {"applied"}
        return task

    def args(self, place: int) -> dict[str, Callable[[], dict[str, Any]]]:
        """Action → what makes its arguments."""
        new, task = self.stage.ids.new, self.planned[place]
        return {
            "stock_take.begin": lambda: {"task_id": new(), "depot_id": self.stage.depots[place]},
            "stock_take.count": lambda: {"task_id": task, "count_id": count_id(task, "X-2"), "tag": "X-2"},
            "stock_take.uncount": lambda: {"task_id": task, "count_id": count_id(task, "X-1"), "sighting": new()},
            "stock_take.close": lambda: {"task_id": task, "missing": 1, "extra": 1, "misplaced": 0},
        }
