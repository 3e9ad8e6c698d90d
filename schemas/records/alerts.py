"""Alert rules: what opens a to-do by itself, as the organisation has set it; and how a person wants to hear of to-dos."""

from typing import Annotated, ClassVar

from schemas.ids import Uuid
from schemas.merge import IMMUTABLE, LAST_WRITER, SERVER
from schemas.people import Role
from schemas.records.base import Audience, Placement, Record
from schemas.todos import AlertCode, NoticeChannel


class AlertRule(Record):
    """One rule (预警规则). `figure` counts what `schemas/alerts.py` says of its code; `deadline_hours` from when it fires;
    `channels` are those a to-do of this rule may go out by, in so far as people want them."""

    kind: ClassVar[str] = "alert_rule"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    code: Annotated[AlertCode, IMMUTABLE]
    on: Annotated[bool, LAST_WRITER] = True
    figure: Annotated[int, LAST_WRITER]
    owner_role: Annotated[Role, LAST_WRITER]
    deadline_hours: Annotated[int, LAST_WRITER]
    channels: Annotated[list[NoticeChannel], LAST_WRITER] = ["in_app"]
    tell_customer: Annotated[bool, LAST_WRITER] = False


class NoticeChoice(Record):
    """How one person wants to hear of to-dos; its id is the person's. `by_code`: the channels per kind of to-do, absent: e-mail
    as soon as there is an address. Quiet hours are minutes of the day in the organisation's zone; equal: none."""

    kind: ClassVar[str] = "notice_choice"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    person_id: Annotated[Uuid, SERVER]
    by_code: Annotated[dict[str, list[NoticeChannel]], LAST_WRITER] = {}
    quiet_from: Annotated[int, LAST_WRITER] = 0
    quiet_until: Annotated[int, LAST_WRITER] = 0
