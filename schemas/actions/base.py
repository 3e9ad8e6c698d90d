"""What every action has: a name, a version, a subject whose depot decides who may do it, and its optimistic effects."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas import limits
from schemas.effects import Effect

Text = Annotated[str, StringConstraints(max_length=limits.TEXT_CHARS_MAX)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=limits.NAME_CHARS_MAX)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=limits.TEXT_CHARS_MAX)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")]
Zone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+\-/]{1,64}$")]
Thousandth = Annotated[int, Field(ge=0, le=1000)]
PrivateIndex = Annotated[int, Field(ge=0, lt=limits.PRIVATE_PARTS_MAX)]


class Action(BaseModel):
    """Base of all actions' arguments.

    `subject` is (kind of record, name of the argument holding its id): the record whose `depot_id` says where the
    action happens. None: it happens in the organisation as a whole.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    action: ClassVar[str]
    v: ClassVar[int] = 1
    subject: ClassVar[tuple[str, str] | None] = None
    effects: ClassVar[tuple[Effect, ...]] = ()
