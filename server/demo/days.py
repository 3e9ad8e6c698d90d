"""What the demo's office has written beside the handovers: people at customers, deposits, policies, a block, repairs. Pure.

Neighbours: `plan.py` has the rentals this is about, `seed.py` writes it: `before` ahead of the handovers (the gate reads it),
`after` behind them. Invariant: nothing here makes a van that the plan hands over unfit to leave.
"""

import json
from dataclasses import dataclass
from typing import Final

from schemas.actions import Action
from schemas.actions.assets import AssetEdit
from schemas.actions.custom_fields import CustomFieldDefine
from schemas.actions.customers import AuthorityGrant, ContactDefine, CustomerBlock, CustomerTermsSet
from schemas.actions.faults import FaultClose, FaultPlan, FaultReport
from schemas.actions.rentals import RentalClose, RentalDeposit, RentalInsurance
from schemas.records.customers import ContactRole, Signing
from schemas.records.rentals import PayMethod
from server.demo import company
from server.demo.company import STAFF, demo_id
from server.demo.plan import DAY_MS, HOUR_MS, ZONE, Plan
from sync import instants

_INSURERS: Final = ("人保财险", "平安产险", "太平洋产险")
_PEOPLE: Final[tuple[tuple[str, ContactRole, str], ...]] = (
    ("孙丽", "owner", "13800010011"),
    ("马骏", "driver", "13800010012"),
    ("朱敏", "finance", "13800010013"),
    ("胡建平", "site_manager", "13800010014"),
    ("郭涛", "driver", "13800010015"),
    ("徐慧", "owner", "13800010016"),
)
"""Invented, like the companies they work for; the numbers belong to nobody. No addresses: the demo writes to no stranger."""
_METHODS: Final[tuple[PayMethod, ...]] = ("wechat", "transfer", "alipay")
_CLOSED: Final = 4
"""Of the rentals that came back, so many are settled and closed; the others wait for it."""


@dataclass(frozen=True)
class Written:
    """One action with its private parts."""

    action: Action
    private: tuple[bytes, ...] = ()


def before(plan: Plan) -> list[Written]:
    """Deposits received and policies taken for whatever leaves, contacts, terms, the block, the company's own field."""
    return [*_money(plan), *_contacts(), *_terms(), *_assets(plan)]


def after(plan: Plan, now_ms: int) -> list[Written]:
    """The first rentals that came back are settled; two faults on their way."""
    closed = [past.rental.id for past in plan.past if past.type == "check_in"][:_CLOSED]
    settled: list[Written] = []
    for rental in closed:
        refund = RentalDeposit(rental_id=rental, step="refund", amount_fen=300_000, method="transfer")
        settled += [Written(refund), Written(RentalClose(rental_id=rental, note="车况已验，押金已退"))]
    return [*settled, *_faults(plan, now_ms)]


def _money(plan: Plan) -> list[Written]:
    found: list[Written] = []
    for number, rental in enumerate(plan.rentals):
        if not rental.deposit_fen or rental.state == "draft":
            continue
        paid = RentalDeposit(
            rental_id=rental.id, step="receive", amount_fen=rental.deposit_fen, method=_METHODS[number % len(_METHODS)]
        )
        policy = RentalInsurance(
            rental_id=rental.id, step="take", insurer=_INSURERS[number % 3], policy_number=f"PZ2026{330100 + number}",
            until=instants.to_text(instants.to_ms(rental.due_at) + 60 * DAY_MS),
        )  # fmt: skip
        found += [Written(paid), Written(policy)] if rental.insurance_required else [Written(paid)]
    return found


def _contacts() -> list[Written]:
    found: list[Written] = []
    for number, (name, role, phone) in enumerate(_PEOPLE):
        customer, contact = demo_id("customer", str(number // 2)), demo_id("contact", str(number))
        person = json.dumps({"name": name, "phone": phone}, ensure_ascii=False).encode()
        found.append(Written(ContactDefine(id=contact, customer_id=customer, role=role, person=0), (person,)))
        if role in ("owner", "driver", "site_manager"):
            may: list[Signing] = ["check_out", "check_in", "extension"] if role == "owner" else ["check_out", "check_in"]
            found.append(Written(AuthorityGrant(id=demo_id("authority", str(number)), contact_id=contact, role=role, may=may)))
    return found


def _terms() -> list[Written]:
    terms = [
        CustomerTermsSet(customer_id=demo_id("customer", str(number)), payment_days=days, credit_limit_fen=limit)
        for number, days, limit in ((0, 30, 5_000_000), (1, 15, 2_000_000), (2, 30, 8_000_000), (5, 7, 1_000_000))
    ]
    block = CustomerBlock(
        customer_id=demo_id("customer", "40"),
        blocked=True,
        reason="两期租金逾期 45 天未付，电话不接",
        notice="付清欠款后恢复租车。",
    )
    return [*map(Written, terms), Written(block)]


def _assets(plan: Plan) -> list[Written]:
    """A field of the company's own, and on what stays at home: a tired battery, an inspection that is overdue."""
    field = CustomFieldDefine(
        custom_field_id=demo_id("custom_field", "telematics"), belongs_to="asset", code="gps_unit", zh="定位终端号",
        en="GPS unit", type="text", order=1,
    )  # fmt: skip
    used = {asset for rental in plan.rentals for asset in rental.asset_ids} | {task.asset_id for task in plan.tasks}
    free = [asset.id for asset in company.assets() if asset.pack == "vehicle" and asset.id not in used]
    overdue = instants.to_text(plan.today_ms - 6 * DAY_MS)
    edits = [
        AssetEdit(asset_id=free[-1], battery_health_pct=76),
        AssetEdit(asset_id=free[-2], inspection_due_at=overdue),
        *(AssetEdit(asset_id=one, custom={"gps_unit": f"GT06-{4100 + number}"}) for number, one in enumerate(free[-6:-2])),
    ]
    return [Written(field), *map(Written, edits)]


def _faults(plan: Plan, now_ms: int) -> list[Written]:
    """One a customer told of through the label, being repaired; one of our own people that is done."""
    wu = next(staff for staff in STAFF if staff.key == "wu")
    asset, other = [past.asset.id for past in plan.past if past.type == "check_in" and not past.found][-2:]
    told, done, task = demo_id("fault", "told"), demo_id("fault", "done"), demo_id("task", "fault")
    left = [json.dumps(part).encode() for part in ({"said": "右侧滑门有时关不严，要用力推"}, {"phone": "13800020077"})]
    report = FaultReport(fault_id=told, asset_id=asset, guess="usable", by="customer", said=0, phone=1)
    due = instants.to_text(now_ms + 26 * HOUR_MS)
    return [
        Written(report, tuple(left)),
        Written(FaultPlan(fault_id=told, task_id=task, due_at=due, zone=ZONE, note="检查滑门导轨和锁扣", assignee_id=wu.id)),
        Written(FaultReport(fault_id=done, asset_id=other, what="雨刮器刮不干净", guess="usable")),
        Written(FaultClose(fault_id=done, state="done", reason="已换雨刮片")),
    ]
