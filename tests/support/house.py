"""People and depots for the walk through the table of rights (`tests/unit/test_permissions.py`)."""

from collections.abc import Callable
from typing import Any

from schemas.actions.basedata import DepotDefine, PersonDefine
from schemas.actions.depots import DepotClose
from schemas.people import Role
from tests.support.stage import Stage


class House:
    """Somebody who works here, somebody who has left; a depot with nothing in it, and one that is closed."""

    def __init__(self, stage: Stage) -> None:
        self.new = stage.ids.new
        self.staff, self.former, self.empty, self.closed = (stage.ids.new() for _ in range(4))
        self.pack = str(stage.all("pack")[0]["id"])
        self.seen = [self.pack, *stage.depots, self.staff, self.former]
        for person, active in ((self.staff, True), (self.former, False)):
            depots = dict.fromkeys(stage.depots, True)
            stage.do(PersonDefine(id=person, name="名", roles=[Role.FINANCE], depot_ids=depots, active=active))
        stage.do(DepotDefine(id=self.empty, name="空"), DepotDefine(id=self.closed, name="旧"), DepotClose(depot_id=self.closed))

    def args(self, depot: str, device: str) -> dict[str, Callable[[], dict[str, Any]]]:
        """Arguments that would be right for whoever may do it."""
        return {
            "person.edit": lambda: {"person_id": self.staff, "name": "新名"},
            "person.leave": lambda: {"person_id": self.staff},
            "person.return": lambda: {"person_id": self.former},
            "person.access": lambda: {"person_id": self.staff, "what": "pin_reset"},
            "pack.copy": lambda: {
                "id": self.new(),
                "from_id": self.pack,
                "code": f"p{self.new()[-8:]}",
                "zh": "新包",
                "en": "New",
            },
            "pack.edit": lambda: {"pack_id": self.pack, "zh": "新名"},
            "depot.edit": lambda: {"depot_id": depot, "name": "新名"},
            "depot.close": lambda: {"depot_id": self.empty},
            "depot.reopen": lambda: {"depot_id": self.closed},
            "device.roster": lambda: {"device_id": device, "by": "chosen"},
        }
