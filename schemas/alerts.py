"""The alert rules as they are shipped: what each looks at, within which bounds its figure may be moved, whose work it makes.

Neighbours: `schemas/records/alerts.py` holds them as an organisation has set them, `server/notify/causes.py` evaluates them, the
app gets `ALERT_FIGURES` by generation. Invariant: a figure is a setting, never a constant in code.
"""

from typing import Final, NamedTuple

from schemas.people import Role
from schemas.todos import AlertCode, NoticeChannel


class Figure(NamedTuple):
    """Bounds of a rule's figure and what it means: `days` ahead, `hours` late, `percent` of health, `services` in a row."""

    unit: str
    least: int
    most: int


class Shipped(NamedTuple):
    """A rule as every organisation starts with it."""

    figure: int
    owner_role: Role
    deadline_hours: int
    channels: tuple[NoticeChannel, ...] = ("in_app", "email")
    tell_customer: bool = False


ALERT_FIGURES: Final[dict[AlertCode, Figure]] = {
    "return_due": Figure("days", 1, 60),
    "return_overdue": Figure("hours", 0, 720),
    "battery_low": Figure("percent", 1, 100),
    "service_missed": Figure("services", 1, 10),
}
SHIPPED_ALERTS: Final[dict[AlertCode, Shipped]] = {
    "return_due": Shipped(2, Role.SERVICE_DESK, 24),
    "return_overdue": Shipped(0, Role.SERVICE_DESK, 4, tell_customer=True),
    "battery_low": Shipped(80, Role.OPERATIONS, 72),
    "service_missed": Shipped(2, Role.OPERATIONS, 72),
}
