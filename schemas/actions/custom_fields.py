"""Fields of the organisation's own: defined and retired in the office, without code."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, Code, Name
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.assets import Choice
from schemas.records.custom_fields import CustomKind, CustomType


class CustomFieldDefine(Action):
    """A field, new or as it is called from now on. What it belongs to, its code, its type and whether
    the field needs it (`in_field`, of customers) never change; one that was
    retired is there again."""

    action: ClassVar[str] = "custom_field.define"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "custom_field",
            "$custom_field_id",
            {
                "belongs_to": "$belongs_to",
                "code": "$code",
                "zh": "$zh",
                "en": "$en",
                "type": "$type",
                "choices": "$choices",
                "order": "$order",
                "in_field": "$in_field",
                "active": True,
            },
            create=True,
        ),
    )

    custom_field_id: Uuid
    belongs_to: CustomKind
    code: Code
    zh: Name
    en: Name
    type: CustomType
    choices: list[Choice] = Field(default=[], max_length=limits.CUSTOM_CHOICES_MAX)
    order: Annotated[int, Field(ge=0, le=10_000)] = 0
    in_field: bool = False


class CustomFieldRetire(Action):
    """Nobody fills it in any more; what was written under it stays."""

    action: ClassVar[str] = "custom_field.retire"
    effects: ClassVar[tuple[Effect, ...]] = (Effect("custom_field", "$custom_field_id", {"active": False}),)

    custom_field_id: Uuid
