"""What the office looks after, in each depot, for the walk through the rights: an open to-do, one that is done, an alert rule.

Neighbour: `tests/unit/test_permissions.py`.
"""

from collections.abc import Callable
from typing import Any

from schemas.actions.alerts import AlertRuleDefine
from schemas.actions.todos import TodoDone, TodoOpen
from schemas.people import Role
from tests.support.stage import Stage

AT = "2027-01-15T08:00:00.000Z"
RULE = {"code": "battery_low", "figure": 80, "owner_role": "operations", "deadline_hours": 72, "channels": []}


class Todos:
    """Made with the stage's own system device. `seen`: ids that whoever acts has seen."""

    def __init__(self, stage: Stage) -> None:
        self.stage, new = stage, stage.ids.new
        self.open, self.done, self.rule = [new(), new()], [new(), new()], new()
        for todos in (self.open, self.done):
            for todo, depot in zip(todos, stage.depots, strict=True):
                stage.do(TodoOpen(todo_id=todo, depot_id=depot, params={"text": "x"}, owner_role=Role.MANAGER, deadline=AT))
        stage.do(*(TodoDone(todo_id=todo) for todo in self.done))
        stage.do(AlertRuleDefine.model_validate({"id": self.rule, **RULE}))
        self.seen = [*self.open, self.rule]

    def args(self, place: int) -> dict[str, Callable[[], dict[str, Any]]]:
        """Arguments that would be right for whoever may do it in that depot."""
        new, depot = self.stage.ids.new, self.stage.depots[place]
        opened = {"depot_id": depot, "params": {"text": "x"}, "owner_role": "manager", "deadline": AT}
        return {
            "todo.open": lambda: {"todo_id": new(), **opened},
            "todo.hand_on": lambda: {"todo_id": self.open[place], "owner_role": "finance"},
            "todo.done": lambda: {"todo_id": self.open[place]},
            "todo.dismiss": lambda: {"todo_id": self.open[place], "reason": "x"},
            "todo.reopen": lambda: {"todo_id": self.done[place]},
            "alert_rule.define": lambda: {"id": new(), **RULE},
            "alert_rule.edit": lambda: {"rule_id": self.rule, "figure": 70},
            "notice.address": lambda: {"channel": "email", "there": True},
            "notice.retry": lambda: {"todo_id": self.open[place], "channel": "email"},
            "person.notify": lambda: {"by_code": {"free": ["in_app"]}},
        }
