"""Tasks: planned, edited, given to somebody else, cancelled, removed by the office; begun, done, noted on by the field."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas import limits
from schemas.actions.base import Action, Code, Instant, Name, Reason, Text, Zone
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.tasks import AttemptFound, TaskCause, TaskType

Reading = Annotated[int, Field(ge=0, le=limits.READING_MAX)]
_TASK = ("task", "task_id")


class TaskReading(BaseModel):
    """Why a service is planned by a meter: what it shows, and the reading at which the service is due."""

    model_config = ConfigDict(extra="forbid")

    meter: Code
    value: int = Field(ge=0, le=limits.READING_MAX)
    due: int = Field(ge=0, le=limits.READING_MAX)


class TaskPlan(Action):
    """New work. `reading`: of a service that a meter asks for. `proposed` and a `cause` are for the system's rules: what they
    propose waits for the office to take it up."""

    action: ClassVar[str] = "task.plan"
    subject: ClassVar[tuple[str, str] | None] = ("depot", "depot_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "task",
            "$task_id",
            {
                "type": "$type",
                "depot_id": "$depot_id",
                "asset_id": "$asset_id",
                "rental_id": "$rental_id",
                "customer_id": "$customer_id",
                "due_at": "$due_at",
                "zone": "$zone",
                "bay": "$bay",
                "note": "$note",
                "assignee_id": "$assignee_id",
                "damage_ids": "$damage_ids",
            },
            create=True,
        ),
    )

    task_id: Uuid
    type: TaskType
    depot_id: Uuid
    asset_id: Uuid | None = None
    rental_id: Uuid | None = None
    customer_id: Uuid | None = None
    due_at: Instant
    zone: Zone = "Asia/Shanghai"
    bay: Text = ""
    note: Text = ""
    assignee_id: Uuid | None = None
    damage_ids: list[Uuid] = Field(default=[], max_length=limits.HANDOVER_DAMAGES_MAX)
    cause: TaskCause = "by_hand"
    reading: TaskReading | None = None
    proposed: bool = False


class TaskEdit(Action):
    """When, where, what to know: what is given changes."""

    action: ClassVar[str] = "task.edit"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"due_at": "$due_at", "bay": "$bay", "note": "$note"}),)

    task_id: Uuid
    due_at: Instant | None = None
    bay: Text | None = None
    note: Text | None = None


class TaskAccept(Action):
    """What a rule proposed is to be done."""

    action: ClassVar[str] = "task.accept"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"state": "open", "assignee_id": "$assignee_id"}),)

    task_id: Uuid
    assignee_id: Uuid | None = None


class TaskStart(Action):
    """Somebody is at it."""

    action: ClassVar[str] = "task.start"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("task", "$task_id", {"state": "started", "started": {"by": "@actor", "at": "@at"}}),
    )

    task_id: Uuid


class TaskPart(BaseModel):
    """A part a repair used: what, how many, what they cost together in fen (None: not known here)."""

    model_config = ConfigDict(extra="forbid")

    what: Name
    count: int = Field(default=1, ge=1, le=limits.TASK_PART_COUNT_MAX)
    cost_fen: int | None = Field(default=None, ge=0, le=limits.TASK_PART_FEN_MAX)


class TaskCheck(BaseModel):
    """What an inspection found of one line of the pack's checklist."""

    model_config = ConfigDict(extra="forbid")

    ok: bool
    note: Text = ""


class TaskPhoto(Action):
    """A photo of the work, the entry's one blob: of a line of the checklist, or what was repaired. `of`: attempt, after, or the
    line's id."""

    action: ClassVar[str] = "task.photo"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("task", "$task_id", {"photos": {"@blob.0.sha256": {"entry": "@id", "by": "@actor", "at": "@at", "of": "$of"}}}),
    )

    task_id: Uuid
    of: Code = "after"


class TaskAttempt(Action):
    """Somebody went to get what was not returned, and how it ended; getting it is its check-in."""

    action: ClassVar[str] = "task.attempt"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("task", "$task_id", {"attempts": {"@id": {"by": "@actor", "at": "@at", "found": "$found", "note": "$note"}}}),
    )

    task_id: Uuid
    found: AttemptFound
    note: Text = ""


class TaskDone(Action):
    """An inspection or repair is over. `failed`: the asset did not pass, or what was to be got was not found; a line of the
    checklist that is not ok fails it, too. `parts`, `minutes`: what a repair took. `repaired`: damages that are no more (left
    out: those the task names); `replaced`: accessories that are there again; `readings`: what the meters showed when it was done,
    from which the next service is counted. What changes hands is done by its handover."""

    action: ClassVar[str] = "task.done"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "task",
            "$task_id",
            {
                "state": "done",
                "result": {
                    "by": "@actor",
                    "at": "@at",
                    "result": "$result",
                    "note": "$note",
                    "parts": "$parts",
                    "minutes": "$minutes",
                    "checks": "$checks",
                },
            },
        ),
    )

    task_id: Uuid
    result: Literal["done", "failed"] = "done"
    note: Text = ""
    repaired: list[Uuid] | None = Field(default=None, max_length=limits.HANDOVER_DAMAGES_MAX)
    readings: dict[Code, Reading] = Field(default={}, max_length=limits.PACK_METERS_MAX)
    replaced: list[Code] = Field(default=[], max_length=limits.TASK_ACCESSORIES_MAX)
    parts: list[TaskPart] | None = Field(default=None, max_length=limits.TASK_PARTS_MAX)
    minutes: int | None = Field(default=None, ge=0, le=limits.TASK_MINUTES_MAX)
    checks: dict[Code, TaskCheck] | None = Field(default=None, max_length=limits.TASK_CHECKS_MAX)


class TaskReassign(Action):
    """Somebody else is to do it; null: nobody in particular."""

    action: ClassVar[str] = "task.reassign"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"assignee_id": "$assignee_id"}),)

    task_id: Uuid
    assignee_id: Uuid | None = None
    reason: Reason


class TaskCancel(Action):
    """It is not to be done any more."""

    action: ClassVar[str] = "task.cancel"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"state": "cancelled"}),)

    task_id: Uuid
    reason: Reason


class TaskReopen(Action):
    """It is to be done after all, or nobody is at it: what was begun or cancelled by mistake is open again."""

    action: ClassVar[str] = "task.reopen"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"state": "open"}),)

    task_id: Uuid


class TaskRemove(Action):
    """It was entered by mistake: it leaves every list. An edit made elsewhere without knowing restores it."""

    action: ClassVar[str] = "task.remove"
    subject: ClassVar[tuple[str, str] | None] = _TASK

    task_id: Uuid
    reason: Reason


class TaskNote(Action):
    """What whoever does it wants others to know."""

    action: ClassVar[str] = "task.note"
    subject: ClassVar[tuple[str, str] | None] = _TASK
    effects: ClassVar[tuple[Effect, ...]] = (Effect("task", "$task_id", {"note": "$note"}),)

    task_id: Uuid
    note: Text
