"""Tasks for the walk through the table of rights (`tests/unit/test_permissions.py`)."""

from collections.abc import Callable, Sequence
from typing import Any

from schemas.actions.tasks import TaskCancel, TaskPlan
from tests.support.stage import Stage

AT = "2027-01-15T08:00:00.000Z"


class Planned:
    """In each depot a task that waits to be taken up, a stock-take, one that was cancelled, and one to get
    something back."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.proposed, self.counts, self.over, self.lost = ([stage.ids.new() for _ in stage.depots] for _ in range(4))
        for place, depot in enumerate(stage.depots):
            common = {"type": "stock_take", "depot_id": depot, "due_at": AT}
            proposed = {**common, "task_id": self.proposed[place], "proposed": True, "cause": "inspection_due"}
            plans = [proposed, {**common, "task_id": self.counts[place]}, {**common, "task_id": self.over[place]}]
            plans.append({**common, "type": "recover", "task_id": self.lost[place]})
            stage.do(*(TaskPlan.model_validate(plan) for plan in plans), TaskCancel(task_id=self.over[place], reason="x"))

    def args(self, tasks: Sequence[str], place: int) -> dict[str, Callable[[], dict[str, Any]]]:
        """Arguments that would be right for whoever may do it. `tasks`: an open one in each depot."""
        task, stage = tasks[place], self.stage
        new = {"type": "stock_take", "depot_id": stage.depots[place], "due_at": AT}
        return {
            "task.reassign": lambda: {"task_id": task, "reason": "x"},
            "task.cancel": lambda: {"task_id": task, "reason": "x"},
            "task.reopen": lambda: {"task_id": self.over[place]},
            "task.remove": lambda: {"task_id": task, "reason": "x"},
            "task.plan": lambda: {**new, "task_id": stage.ids.new()},
            "task.edit": lambda: {"task_id": task, "bay": "B2"},
            "task.accept": lambda: {"task_id": self.proposed[place]},
            "task.start": lambda: {"task_id": task},
            "task.done": lambda: {"task_id": self.counts[place]},
            "task.photo": lambda: {"task_id": task},
            "task.attempt": lambda: {"task_id": self.lost[place], "found": "nobody"},
            "voice.add": lambda: {"depot_id": stage.depots[place], "about": "task", "about_id": task, "seconds": 7},
            "task.note": lambda: {"task_id": task, "note": "x"},
            "organisation.planning": lambda: {"organisation_id": stage.id, "repair_days": 5},
        }

    def written(self, task: str) -> dict[str, Any]:
        """A task and the entries that wrote it."""
        stored = self.stage.stored("task", task)
        assert stored is not None
        return {
            "kind": "task",
            "record_id": task,
            "entries": sorted({meta.entry for meta in stored.meta.values() if meta.version}),
        }
