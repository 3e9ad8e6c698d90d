"""What every action has: a name, a version, a subject whose depot decides who may do it, and its optimistic effects."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from schemas import limits
from schemas.effects import Effect

Text = Annotated[str, StringConstraints(max_length=limits.TEXT_CHARS_MAX)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=limits.NAME_CHARS_MAX)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=limits.TEXT_CHARS_MAX)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")]


def _is_real(at: str) -> str:
    datetime.fromisoformat(at)
    return at


Moment = Annotated[Instant, AfterValidator(_is_real)]
"""An instant that exists: no 13th month."""
Zone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+\-/]{1,64}$")]
Thousandth = Annotated[int, Field(ge=0, le=1000)]
CustomValue = Annotated[str, StringConstraints(max_length=limits.TEXT_CHARS_MAX)] | bool | int | float | None
CustomValues = Annotated[dict[Code, CustomValue], Field(max_length=limits.CUSTOM_FIELDS_MAX)]
"""Code of a custom field → its value; None takes it away. What a field takes is judged by the server (`domain/custom_fields`)."""
PrivateIndex = Annotated[int, Field(ge=0, lt=limits.PRIVATE_PARTS_MAX)]


class Action(BaseModel):
    """Base of all actions' arguments.

    `subject` is (kind of record, name of the argument holding its id): the record whose `depot_id` says where the
    action happens; of kind `depot`, that depot itself. None: it happens in the organisation as a whole.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    action: ClassVar[str]
    v: ClassVar[int] = 1
    subject: ClassVar[tuple[str, str] | None] = None
    effects: ClassVar[tuple[Effect, ...]] = ()
