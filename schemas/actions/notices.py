"""Notices: that an address was set, and that a failed notice is tried anew. What the address is stands in no entry."""

from typing import ClassVar

from schemas.actions.base import Action
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.todos import SendChannel


class NoticeAddressSet(Action):
    """The actor has set (`there`) or dropped an address: the own e-mail, or one of the organisation's robots."""

    action: ClassVar[str] = "notice.address"
    effects: ClassVar[tuple[Effect, ...]] = ()

    channel: SendChannel
    there: bool


class NoticeRetry(Action):
    """The actor has a failed notice tried anew."""

    action: ClassVar[str] = "notice.retry"
    subject: ClassVar[tuple[str, str] | None] = ("todo", "todo_id")
    effects: ClassVar[tuple[Effect, ...]] = ()

    todo_id: Uuid
    channel: SendChannel
