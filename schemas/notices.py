"""What the office asks of notices: where one is reached, and what has gone out. Neighbour: `server/http/notices.py`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas import limits
from schemas.ids import Uuid
from schemas.protocol import Wire
from schemas.todos import SendChannel

NoticeState = Literal["waiting", "sending", "sent", "failed"]
AddressText = Annotated[str, StringConstraints(max_length=limits.NOTICE_ADDRESS_CHARS_MAX)]


class NoticesAnswer(Wire):
    """Where I am reached, in part; the organisation's robots for who may set them; whether mail can leave at all."""

    email: str | None
    robots: dict[str, str]
    mails: bool


class AddressRequest(Wire):
    """Set an address whole; '' drops it. `secret`: a robot's signing secret."""

    channel: SendChannel
    value: AddressText
    secret: AddressText = ""


class NoticeRow(Wire):
    """One notice. `target`: a person's id, `robot`, or `contact:` and a contact's id. `code`: the provider's last answer.
    `unsure`: it was cut between sending and marking, and may have gone out twice."""

    todo_id: Uuid
    target: str
    channel: SendChannel
    state: NoticeState
    attempts: int
    unsure: bool
    code: str
    at_ms: int
    next_ms: int
    sent_ms: int | None


class OutboxPage(Wire):
    """The newest first; `next`: the row after which the next page begins, as `before` takes it."""

    rows: list[NoticeRow]
    next: str | None


class RetryRequest(Wire):
    """Which failed notice is tried anew."""

    todo_id: Uuid
    target: Annotated[str, StringConstraints(max_length=80)]
    channel: SendChannel = Field()
