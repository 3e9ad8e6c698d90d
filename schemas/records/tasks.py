"""Work given to a person."""

from typing import Annotated, Any, ClassVar, Literal

from schemas.ids import Uuid
from schemas.merge import LAST_WRITER, SERVER
from schemas.records.base import Audience, Placement, Record

TaskType = Literal["deliver", "collect", "inspect", "repair", "stock_take", "recover"]


class Task(Record):
    """One piece of planned work on one asset (任务).

    `changed` is the office's last word on who does it: {what: reassigned | cancelled, by, at, reason, entry, from, to};
    `closed`, when it was done by somebody else or after it was cancelled: {by, what, at, conflict}.
    """

    kind: ClassVar[str] = "task"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    type: Annotated[TaskType, LAST_WRITER]
    depot_id: Annotated[Uuid, LAST_WRITER]
    asset_id: Annotated[Uuid, LAST_WRITER]
    rental_id: Annotated[Uuid | None, LAST_WRITER] = None
    customer_id: Annotated[Uuid | None, LAST_WRITER] = None
    due_at: Annotated[str, LAST_WRITER]
    zone: Annotated[str, LAST_WRITER] = "Asia/Shanghai"
    bay: Annotated[str, LAST_WRITER] = ""
    note: Annotated[str, LAST_WRITER] = ""
    assignee_id: Annotated[Uuid | None, LAST_WRITER] = None
    state: Annotated[Literal["open", "done", "cancelled"], SERVER] = "open"
    done_by_handover: Annotated[Uuid | None, SERVER] = None
    changed: Annotated[dict[str, Any], SERVER] = {}
    closed: Annotated[dict[str, Any], SERVER] = {}
