"""Work given to a person."""

from typing import Annotated, Any, ClassVar, Literal

from schemas.ids import Uuid
from schemas.merge import LAST_WRITER, SERVER, UNION
from schemas.records.base import Audience, Placement, Record

TaskType = Literal["deliver", "collect", "inspect", "repair", "stock_take", "recover"]
TaskState = Literal["proposed", "open", "started", "done", "cancelled"]
TaskCause = Literal[
    "by_hand", "rental_approved", "checked_out", "damage", "inspection_failed", "inspection_due", "service_due", "rental_overdue"
]
"""Why a task is there: somebody planned it, or a rule did."""


AttemptFound = Literal["nobody", "refused", "promised", "gone"]
"""How an attempt to get an asset back ended: nobody was there, it was refused, promised for later, or is not there any more."""


class Task(Record):
    """One piece of planned work on one asset (任务); a stock-take has none.

    A `proposed` one waits for the office to take it up. `changed` is the office's last word on who does it: {what: reassigned |
    cancelled, by, at, reason, entry, from, to}; `closed`, when it was done by somebody else or after it was cancelled: {by, what,
    at, conflict}. `made`: {cause, of, due_at, moved: {by, at}, reading: {meter, value, due}} of one that a rule made, for it to
    follow what it was made for, `reading` of a service a meter asked for; `damage_ids` are to be repaired, `fault_ids` end with
    it; `photos`: {sha256: {entry, by, at, of}} of the work, `attempts`: {entry: {by, at, found, note}} to get back what was not
    returned; `result`: {by, at, result: done | failed, note, parts: [{what, count, cost_fen}], minutes,
    checks: {line: {ok, note}}}, of a stock-take its figures.
    """

    kind: ClassVar[str] = "task"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    type: Annotated[TaskType, LAST_WRITER]
    depot_id: Annotated[Uuid, LAST_WRITER]
    asset_id: Annotated[Uuid | None, LAST_WRITER] = None
    rental_id: Annotated[Uuid | None, LAST_WRITER] = None
    customer_id: Annotated[Uuid | None, LAST_WRITER] = None
    due_at: Annotated[str, LAST_WRITER]
    zone: Annotated[str, LAST_WRITER] = "Asia/Shanghai"
    bay: Annotated[str, LAST_WRITER] = ""
    note: Annotated[str, LAST_WRITER] = ""
    assignee_id: Annotated[Uuid | None, LAST_WRITER] = None
    state: Annotated[TaskState, SERVER] = "open"
    done_by_handover: Annotated[Uuid | None, SERVER] = None
    changed: Annotated[dict[str, Any], SERVER] = {}
    closed: Annotated[dict[str, Any], SERVER] = {}
    made: Annotated[dict[str, Any], SERVER] = {}
    damage_ids: Annotated[list[Uuid], SERVER] = []
    fault_ids: Annotated[list[Uuid], SERVER] = []
    photos: Annotated[dict[str, Any], UNION] = {}
    voices: Annotated[dict[str, Any], UNION] = {}
    attempts: Annotated[dict[Uuid, Any], UNION] = {}
    started: Annotated[dict[str, Any], SERVER] = {}
    result: Annotated[dict[str, Any], SERVER] = {}
