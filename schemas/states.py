"""State machines, declared once: which states a thing can be in, and which step leads from where to where.

Neighbours: `server/domain/steps.py` refuses what is not listed here, by name; `schemas/export.py` gives the same data to the
app, whose buttons offer only legal steps; `schemas/drawn.py` draws `docs/states.md`. Pure.
Invariants: a step's name is unique in its machine · every state can be reached from the start · a step that is a *fact* (the
keys are gone, the thing is back) is never refused: where it leads nowhere, the state stays.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

STAYS: Final = ""
"""The target of a step that leaves the state as it is."""


class State(NamedTuple):
    """One state, in words."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Step:
    """One step: from any of `sources` to `target` (STAYS: no other state). `is_fact`: custody says so, nobody asks for it."""

    id: str
    sources: tuple[str, ...]
    target: str
    zh: str
    en: str
    is_fact: bool = False


@dataclass(frozen=True)
class Machine:
    """The states of one field of one kind of record. `final`: those nobody leaves any more; `left_by_fact`: those the office does
    not leave by a step of its own, because what happens in the field decides."""

    id: str
    zh: str
    en: str
    start: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    final: tuple[str, ...] = ()
    left_by_fact: tuple[str, ...] = ()


class Judged(NamedTuple):
    """The verdict on a step: the state it leads to (None: not legal now) and every step that is legal now."""

    target: str | None
    legal: tuple[str, ...]


def judge_step(machine: Machine, present: str, step: str) -> Judged:
    """Whether `step` may be taken in the state `present`. KeyError for a step the machine does not have."""
    known = {one.id: one for one in machine.steps}[step]
    legal = tuple(one.id for one in machine.steps if present in one.sources and not one.is_fact)
    if present not in known.sources:
        return Judged(None, legal)
    return Judged(known.target or present, legal)


RENTAL: Final = Machine(
    "rental", "租赁单", "Rental", "draft",
    (
        State("draft", "草稿", "Draft"),
        State("approved", "已批准", "Approved"),
        State("out", "已出库", "Out"),
        State("returned", "已全部归还", "Returned"),
        State("closed", "已关闭", "Closed"),
        State("cancelled", "已取消", "Cancelled"),
    ),
    (
        Step("edit", ("draft", "approved", "out", "returned"), STAYS, "改编号与备注", "Edit number and note"),
        Step("edit_terms", ("draft", "approved"), "draft", "改条款与资产", "Change terms or assets"),
        Step("approve", ("draft",), "approved", "批准", "Approve"),
        Step("cancel", ("draft", "approved"), "cancelled", "取消", "Cancel"),
        Step("ratify", ("approved", "out", "returned"), STAYS, "事后批准现场租赁", "Approve a walk-in afterwards"),
        Step("hand_out", ("draft", "approved", "out", "returned", "closed", "cancelled"), "out", "交付一件", "One asset leaves",
             is_fact=True),
        Step("undo_hand_out", ("out",), "approved", "交付被争议，其实未出库", "Contested: nothing is out", is_fact=True),
        Step("extend", ("approved", "out"), STAYS, "续租", "Extend"),
        Step("swap", ("out",), STAYS, "更换设备", "Swap an asset"),
        Step("release", ("out",), STAYS, "放弃未交付的资产", "Give up an asset that never left"),
        Step("take_back", ("draft", "approved", "out"), "returned", "最后一件归还", "The last asset is back", is_fact=True),
        Step("close", ("returned",), "closed", "关闭", "Close"),
    ),
    final=("closed", "cancelled"), left_by_fact=("out",),
)  # fmt: skip

DEPOSIT: Final = Machine(
    "deposit", "押金", "Deposit", "not_required",
    (
        State("not_required", "不需要", "Not required"),
        State("asked", "待收", "Asked"),
        State("part_received", "已收一部分", "Partly received"),
        State("received", "已收", "Received"),
        State("held", "已入账保管", "Held"),
        State("part_settled", "已处理一部分", "Partly settled"),
        State("offset", "已抵扣", "Offset"),
        State("refunded", "已退还", "Refunded"),
    ),
    (
        Step("ask", ("not_required", "asked", "offset", "refunded"), "asked", "要求押金", "Ask"),
        Step("ask_part", ("part_received", "received", "part_settled"), "part_received", "改要求，还差一部分",
             "Ask more than is there"),
        Step("ask_covered", ("part_received", "received", "part_settled"), "received", "改要求，已经够了",
             "Ask what is there already"),
        Step("waive", ("asked", "offset", "refunded"), "not_required", "免押", "Waive"),
        Step("waive_rest", ("part_received", "part_settled"), "received", "免收余款", "Waive the rest"),
        Step("receive_part", ("asked", "part_received", "part_settled", "offset", "refunded"), "part_received", "收一部分",
             "Receive a part"),
        Step("receive", ("asked", "part_received", "part_settled", "offset", "refunded"), "received", "收齐", "Receive"),
        Step("hold", ("received",), "held", "入账保管", "Hold"),
        Step("offset_part", ("part_received", "received", "held", "part_settled"), "part_settled", "抵扣一部分", "Offset a part"),
        Step("offset", ("part_received", "received", "held", "part_settled"), "offset", "抵扣余额", "Offset the rest"),
        Step("refund_part", ("part_received", "received", "held", "part_settled"), "part_settled", "退一部分", "Refund a part"),
        Step("refund", ("part_received", "received", "held", "part_settled"), "refunded", "退还余额", "Refund the rest"),
    ),
)  # fmt: skip

INSURANCE: Final = Machine(
    "insurance", "保险", "Insurance", "not_required",
    (
        State("not_required", "不需要", "Not required"),
        State("required", "需要，未投保", "Required"),
        State("taken", "已投保", "Taken"),
    ),
    (
        Step("require", ("not_required",), "required", "要求投保", "Require"),
        Step("waive", ("required",), "not_required", "免投保", "Waive"),
        Step("take", ("not_required", "required", "taken"), "taken", "登记保单", "Record the policy"),
        Step("lapse", ("taken",), "required", "保单失效", "The policy has lapsed"),
    ),
)  # fmt: skip

CONTACT: Final = Machine(
    "contact", "联系人与签署权限", "Contact and signing authority", "active",
    (State("active", "有效", "Active"), State("ended", "已停用", "Ended")),
    (
        Step("edit", ("active",), STAYS, "修改", "Edit"),
        Step("grant", ("active",), STAYS, "授予签署权限", "Grant authority"),
        Step("end", ("active",), "ended", "停用", "End"),
    ),
    final=("ended",),
)  # fmt: skip

PRICE_PLAN: Final = Machine(
    "price_plan", "价格方案", "Price plan", "active",
    (State("active", "在用", "In use"), State("retired", "已停用", "Retired")),
    (
        Step("edit", ("active",), STAYS, "修改", "Edit"),
        Step("retire", ("active",), "retired", "停用", "Retire"),
        Step("restore", ("retired",), "active", "恢复使用", "Use again"),
    ),
)  # fmt: skip

TASK: Final = Machine(
    "task", "任务", "Task", "proposed",
    (
        State("proposed", "待采纳", "Proposed"),
        State("open", "待办", "Open"),
        State("started", "进行中", "Started"),
        State("done", "已完成", "Done"),
        State("cancelled", "已取消", "Cancelled"),
    ),
    (
        Step("plan", ("proposed",), "open", "安排", "Plan"),
        Step("accept", ("proposed",), "open", "采纳建议", "Take up the proposal"),
        Step("edit", ("proposed", "open", "started"), STAYS, "改时间、库位与备注", "Edit time, bay and note"),
        Step("reassign", ("proposed", "open", "started"), STAYS, "改派", "Reassign"),
        Step("start", ("open",), "started", "开始", "Start"),
        Step("finish", ("open", "started"), "done", "完成", "Finish"),
        Step("hand_over", ("proposed", "open", "started", "cancelled"), "done", "交接完成", "Done by its handover", is_fact=True),
        Step("cancel", ("proposed", "open", "started"), "cancelled", "取消", "Cancel"),
        Step("reopen", ("started", "cancelled"), "open", "恢复待办", "Put back among what is to be done"),
        Step("remove", ("proposed", "open", "started"), STAYS, "删除", "Remove"),
    ),
    final=("done",),
)  # fmt: skip

MACHINES: Final[dict[str, Machine]] = {one.id: one for one in (RENTAL, DEPOSIT, INSURANCE, CONTACT, PRICE_PLAN, TASK)}
