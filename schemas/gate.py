"""The gate before something leaves (交接门): what a rule may read, how it may compare, and the rules that are shipped.

Neighbours: `schemas/records/gate.py` (what an organisation has changed), `server/domain/rules/gate.py` and
`field_app/src/core/leaving.ts` (the same evaluation twice, held equal by `tests/vectors/gate.json`). Generated into the app.
Invariants: a rule is data, never code · codes are part of the wire contract: added, never renamed · the sentences hold
`{value}`, `{figure}`, `{items}`, `{n}` (how many) and `{at}`, nothing else.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas import limits

GateLevel = Literal["warn", "stop"]
GateVerdict = Literal["go", "warn", "stop"]
GatePath = Literal[
    "customer.blocked", "customer.tier", "rental.state", "rental.deposit_ok", "rental.insurance_ok", "rental.insured_until",
    "rental.due_at",
    "asset.state", "asset.locked", "asset.inspection_due_at", "asset.service_due_at", "asset.service_km",
    "asset.service_hours", "asset.battery_health_pct",
    "asset.odometer_km", "asset.accessories_missing", "asset.kit_missing", "asset.kit_alone", "damages.severe", "damages.open",
    "meters.low",
]  # fmt: skip
GateTest = Literal["is_true", "is_false", "in", "below", "above", "past", "reached", "any"]
GateCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
GateFigure = Annotated[int, Field(ge=0, le=limits.GATE_FIGURE_MAX)]
Word = Annotated[str, StringConstraints(max_length=40)]

PATH_TESTS: Final[dict[GatePath, tuple[GateTest, ...]]] = {
    "customer.blocked": ("is_true", "is_false"),
    "customer.tier": ("in",),
    "rental.state": ("in",),
    "rental.deposit_ok": ("is_false",),
    "rental.insurance_ok": ("is_false",),
    "rental.insured_until": ("past",),
    "rental.due_at": ("past",),
    "asset.state": ("in",),
    "asset.locked": ("is_true", "is_false"),
    "asset.inspection_due_at": ("past",),
    "asset.service_due_at": ("past",),
    "asset.service_km": ("reached",),
    "asset.service_hours": ("reached",),
    "asset.battery_health_pct": ("below", "above"),
    "asset.odometer_km": ("below", "above"),
    "asset.accessories_missing": ("any",),
    "asset.kit_missing": ("any",),
    "asset.kit_alone": ("any",),
    "damages.severe": ("any",),
    "damages.open": ("any",),
    "meters.low": ("any",),
}
"""What may be read, and the comparisons that make sense of it. `past`: before now, or within `figure` days from now; `reached`:
what the meter shows is at its due reading, or within `figure` of it."""


class GateCondition(BaseModel):
    """One comparison of one thing: `values` for `in`, the rule's figure for `below`, `above` and `past`."""

    model_config = ConfigDict(extra="forbid")

    path: GatePath
    test: GateTest
    values: list[Word] = Field(default=[], max_length=limits.GATE_VALUES_MAX)


class ShippedRule(BaseModel):
    """A rule as it is shipped: it fires when any of its conditions does."""

    model_config = ConfigDict(extra="forbid")

    code: GateCode
    when: list[GateCondition]
    level: GateLevel
    figure: int | None = None
    zh: str
    en: str
    passable: bool = False
    """Where it says stop: whether it may leave all the same, with a stated reason."""


class GateReason(BaseModel):
    """Why: the rule that fired, how much it weighs, and what its sentence names (`value`, `figure`, `items`, `at`, `unknown`)."""

    model_config = ConfigDict(extra="forbid")

    rule: GateCode
    level: GateLevel
    params: dict[str, Any] = Field(default={}, max_length=8)


class GateWord(BaseModel):
    """What a gate said at one moment."""

    model_config = ConfigDict(extra="forbid")

    verdict: GateVerdict
    reasons: list[GateReason] = Field(max_length=limits.GATE_RULES_MAX)


def _rule(code: str, level: GateLevel, zh: str, en: str, *when: tuple[GatePath, GateTest, list[str]],
          figure: int | None = None) -> ShippedRule:  # fmt: skip
    conditions = [GateCondition(path=path, test=test, values=values) for path, test, values in when]
    return ShippedRule(code=code, when=conditions, level=level, figure=figure, zh=zh, en=en)


SHIPPED_RULES: Final[tuple[ShippedRule, ...]] = (
    _rule("customer_blocked", "stop", "客户已停用，不能交付。", "The customer is blocked: nothing may be handed over.",
          ("customer.blocked", "is_true", [])),
    _rule("asset_locked", "stop", "资产已锁定或退役，不能交付。", "The asset is locked or retired: it may not leave.",
          ("asset.locked", "is_true", []), ("asset.state", "in", ["retired"])),
    _rule("asset_unavailable", "stop", "资产现在不能交付：它在外或停用中。",
          "The asset is not available: it is out or blocked.", ("asset.state", "in", ["out", "blocked"])),
    _rule("rental_cancelled", "stop", "租赁单已取消。", "The rental is cancelled.", ("rental.state", "in", ["cancelled"])),
    _rule("rental_not_approved", "stop", "租赁单还没有审批通过。", "The rental is not approved yet.",
          ("rental.state", "in", ["draft"])),
    _rule("rental_over", "warn", "租赁单已归还或已结束。", "The rental is returned or closed already.",
          ("rental.state", "in", ["returned", "closed"])),
    _rule("deposit_missing", "stop", "押金还没有收到。", "The deposit has not been received.",
          ("rental.deposit_ok", "is_false", [])),
    _rule("insurance_missing", "stop", "没有有效的保险。", "There is no insurance in force.",
          ("rental.insurance_ok", "is_false", []), ("rental.insured_until", "past", []), figure=0),
    _rule("severe_damage", "stop", "有 {n} 处严重损坏未修复。", "Severe damage not repaired: {n}.",
          ("damages.severe", "any", [])),
    _rule("asset_not_inspected", "warn", "资产归还后还没有验收。", "The asset came back and has not been inspected yet.",
          ("asset.state", "in", ["returned"])),
    _rule("inspection_overdue", "stop", "检验已过期（{at}）。", "The inspection is overdue ({at}).",
          ("asset.inspection_due_at", "past", []), figure=0),
    _rule("service_overdue", "warn", "保养已过期（{at}）。", "The service is overdue ({at}).",
          ("asset.service_due_at", "past", []), figure=0),
    _rule("service_km_reached", "warn", "已到保养里程：现在 {value} 公里，应在 {figure} 公里保养。",
          "The service is due by distance: {value} km shown, due at {figure} km.", ("asset.service_km", "reached", []), figure=0),
    _rule("service_hours_reached", "warn", "已到保养工时：现在 {value} 小时，应在 {figure} 小时保养。",
          "The service is due by hours of work: {value} h shown, due at {figure} h.",
          ("asset.service_hours", "reached", []), figure=0),
    _rule("battery_health_low", "stop", "电池健康度 {value}%，低于 {figure}%。", "Battery health is {value}%, below {figure}%.",
          ("asset.battery_health_pct", "below", []), figure=80),
    _rule("meter_low", "stop", "读数低于交付下限：{items}。", "A reading is below what it must be to leave: {items}.",
          ("meters.low", "any", [])),
    _rule("accessory_missing", "warn", "缺少附件，还没有补上：{items}。", "An accessory is missing and not replaced: {items}.",
          ("asset.accessories_missing", "any", [])),
    _rule("kit_incomplete", "warn", "套装不齐，不在一起交付：{items}。",
          "The kit is not complete; these do not leave with it: {items}.",
          ("asset.kit_missing", "any", [])),
    _rule("kit_alone", "warn", "它属于套装 {items}，套装不在这张租赁单上。",
          "It belongs to the kit {items}, which is not on this rental.", ("asset.kit_alone", "any", [])),
)  # fmt: skip
"""In the order in which they are said."""
