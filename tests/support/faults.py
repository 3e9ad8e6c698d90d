"""Faults in each depot, and arguments that would be right for whoever may report, plan, close or forget one there."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.support.stage import Stage

AT = "2027-01-15T08:00:00.000Z"


class Faults:
    """An open fault in each depot, whose reporter may be called back."""

    def __init__(self, stage: Stage, vans: Sequence[str]) -> None:
        self.stage, self.vans = stage, vans
        self.open = [self._reported(place) for place in range(len(vans))]

    def _reported(self, place: int) -> str:
        phone, fault = self.stage.phone(place=place), self.stage.ids.new()
        args = {"fault_id": fault, "asset_id": self.vans[place], "what": "x", "phone": 0}
        phone.record("fault.report", args, private=[b'{"phone":"13800001111"}'])
        assert {outcome.state for outcome in phone.push().outcomes} == {"applied"}
        return fault

    def args(self, place: int) -> dict[str, Callable[[], dict[str, Any]]]:
        """Action → what makes its arguments."""
        new, van, fault = self.stage.ids.new, self.vans[place], {"fault_id": self.open[place]}
        return {
            "fault.report": lambda: {"fault_id": new(), "asset_id": van, "what": "x"},
            "fault.plan": lambda: {**fault, "task_id": new(), "due_at": AT},
            "fault.close": lambda: {**fault, "state": "done", "reason": "x"},
            "fault.forget": lambda: {**fault, "reason": "x"},
            "asset.retag": lambda: {"asset_id": van, "tag": new(), "reason": "x"},
        }
