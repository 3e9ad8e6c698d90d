"""Alert rules edited by managers and administrators; a person's own choice of how to hear of to-dos."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action
from schemas.actions.basedata import Define
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.people import Role
from schemas.todos import AlertCode, NoticeChannel, TodoCode

Channels = Annotated[list[NoticeChannel], Field(max_length=limits.NOTICE_CHANNELS_MAX)]
Hours = Annotated[int, Field(ge=1, le=limits.TODO_DEADLINE_HOURS_MAX)]
Minute = Annotated[int, Field(ge=0, lt=24 * 60)]


class AlertRuleDefine(Define):
    """One rule as it is shipped."""

    action: ClassVar[str] = "alert_rule.define"
    record: ClassVar[str] = "alert_rule"

    code: AlertCode
    on: bool = True
    figure: int = Field(ge=0, le=10_000)
    owner_role: Role
    deadline_hours: Hours
    channels: Channels
    tell_customer: bool = False


class AlertRuleEdit(Action):
    """Change what is given; what is absent stays."""

    action: ClassVar[str] = "alert_rule.edit"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "alert_rule",
            "$rule_id",
            {
                "on": "$on", "figure": "$figure", "owner_role": "$owner_role", "deadline_hours": "$deadline_hours",
                "channels": "$channels", "tell_customer": "$tell_customer",
            },
        ),
    )  # fmt: skip

    rule_id: Uuid
    on: bool | None = None
    figure: Annotated[int, Field(ge=0, le=10_000)] | None = None
    owner_role: Annotated[Role, Field(strict=False)] | None = None
    deadline_hours: Hours | None = None
    channels: Channels | None = None
    tell_customer: bool | None = None


class PersonNotify(Action):
    """How whoever says it wants to hear of to-dos, whole: nobody chooses for somebody else."""

    action: ClassVar[str] = "person.notify"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "notice_choice",
            "@actor",
            {
                "person_id": "@actor", "by_code": "$by_code", "quiet_from": "$quiet_from",
                "quiet_until": "$quiet_until",
            },
            create=True,
        ),
    )  # fmt: skip

    by_code: dict[TodoCode, Channels] = Field(default={}, max_length=limits.NOTICE_CODES_MAX)
    quiet_from: Minute = 0
    quiet_until: Minute = 0
