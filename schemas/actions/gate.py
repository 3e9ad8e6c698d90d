"""The gate's rules: weighed, switched and worded by the office."""

from typing import ClassVar

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, Name
from schemas.effects import Effect
from schemas.gate import GateCode, GateCondition, GateFigure, GateLevel
from schemas.ids import Uuid


class GateRuleEdit(Action):
    """What is given changes, what is left out stays. A code nobody has shipped is a rule of the organisation's own: it needs
    its conditions, level and both sentences."""

    action: ClassVar[str] = "gate_rule.edit"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "gate_rule",
            "$rule_id",
            {
                "code": "$code",
                "when": "$when",
                "level": "$level",
                "active": "$active",
                "figure": "$figure",
                "zh": "$zh",
                "en": "$en",
                "passable": "$passable",
            },
            create=True,
        ),
    )

    rule_id: Uuid
    code: GateCode
    when: list[GateCondition] | None = Field(default=None, min_length=1, max_length=limits.GATE_CONDITIONS_MAX)
    level: GateLevel | None = None
    active: bool | None = None
    figure: GateFigure | None = None
    zh: Name | None = None
    en: Name | None = None
    passable: bool | None = None
