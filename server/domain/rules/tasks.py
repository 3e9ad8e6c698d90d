"""A task reassigned or cancelled while it was done offline: the work stands, credited to who did it. Pure."""

from collections.abc import Mapping
from typing import Any


def changed_while_done(task: Mapping[str, Any], actor: str) -> str | None:
    """`cancelled` or `reassigned` when the office had given the task another turn before the work arrived; else None."""
    what = task.get("changed", {}).get("what")
    if task["state"] == "cancelled":
        return "cancelled"
    return (
        "reassigned" if what == "reassigned" and task["assignee_id"] != actor and task["state"] in ("open", "started") else None
    )
