"""The lists of the office as tables: each column's headers in both languages, where its value stands, how it is shown.

Neighbours: `columns.py` has the columns that an import reads as well, `list_words.py` the words; `export.py` fills the tables.
Invariants: nothing that lies in records of its own because it is personal (signers, contacts) · amounts and terms come from the
record beside, for whoever may read that one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from schemas.sheets import ExportKind, SheetFault
from server.imports.sheets import columns as read
from server.imports.sheets import list_words as words
from server.imports.sheets.cells import Cell
from server.imports.sheets.columns import Column
from server.imports.sheets.known import Known
from server.imports.sheets.naming import DepotName, Named
from server.imports.sheets.own import own_columns, value_in
from server.imports.sheets.words import Bad, Lang, Moment, Reader, Text, Whole, YesNo, shown
from server.jobs.notices import sentence
from sync.store import Store

Data = Mapping[str, Any]
Take = Callable[[Data], Any]


@dataclass(frozen=True)
class Out:
    """One column: its headers, where its value is found in a record, and how it is shown."""

    zh: str
    en: str
    take: Take
    reader: Reader


@dataclass(frozen=True)
class Listed:
    """One list. `looks`: whose names it shows; `beside`: a kind with the same ids whose fields it shows, too."""

    kind: ExportKind
    zh: str
    en: str
    looks: tuple[str, ...]
    columns: tuple[Out, ...]
    beside: str | None = None


def _of(column: Column) -> Out:
    take: Take = (
        (lambda data: list(data["assets"])) if column.field == "asset_ids" else (lambda data: value_in(data, column.field))
    )  # fmt: skip
    return Out(column.zh, column.en, take, column.reader)


def _field(name: str, *deeper: str) -> Take:
    def take(data: Data) -> Any:
        value: Any = data.get(name)
        for step in deeper:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    return take


def _count(name: str) -> Take:
    return lambda data: len(data.get(name) or ())


def _those_of(name: str) -> Take:
    """Of a map of what is there, its keys."""
    return lambda data: [key for key, there in (data.get(name) or {}).items() if there]


@dataclass(frozen=True)
class Several:
    """Several values, each as its own reader shows it."""

    one: Reader

    def read(self, cell: Cell, known: Known) -> Any:
        """Such a column is never brought in."""
        raise Bad(SheetFault.UNKNOWN_WORD, value=shown(cell), known_zh="", known_en="")

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """With commas between."""
        names = [str(name) for one in value or () if (name := self.one.show(one, known, lang)) is not None]
        return ("、" if lang == "zh" else ", ").join(names) or None

    def hint(self, lang: Lang) -> str:
        """Never asked for."""
        return self.one.hint(lang)


class TodoText(Several):
    """What a to-do says, in the reader's language."""

    def __init__(self) -> None:
        super().__init__(_PLAIN)

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """Its sentence."""
        return sentence(value, lang)


class Tiers(Several):
    """From how many days on what is paid."""

    def __init__(self) -> None:
        super().__init__(_PLAIN)

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """Each tier as days: yuan."""
        days = "天起" if lang == "zh" else "+ days"
        return "; ".join(f"{one['from_days']} {days}: {one['fen'] / 100:.2f}" for one in value or ()) or None


_PLAIN, _NUMBER, _MOMENT = Text(10**6), Whole(0, 2**53), Moment()
_ASSET, _CUSTOMER, _RENTAL, _PERSON = Named("asset"), Named("customer"), Named("rental"), Named("person")
_AT_ASSET: Final = Out("资产", "Asset", _field("asset_id"), _ASSET)
_ON_RENTAL: Final = Out("租赁单", "Rental", _field("rental_id"), _RENTAL)
_OF_CUSTOMER: Final = Out("客户", "Customer", _field("customer_id"), _CUSTOMER)
_AT_DEPOT: Final = Out("网点", "Depot", _field("depot_id"), DepotName())
_PHOTOS: Final = Out("照片", "Photos", _count("photos"), _NUMBER)
_NOTE: Final = Out("备注", "Note", _field("note"), _PLAIN)
_REASON: Final = Out("原因", "Reason", _field("reason"), _PLAIN)
_ID: Final = Out("编号", "Id", _field("id"), _PLAIN)
_ZH: Final = Out("名称", "Name", _field("zh"), _PLAIN)
_EN: Final = Out("英文名称", "English name", _field("en"), _PLAIN)

OWN_OF: Final = ("asset", "customer", "rental")
"""Kinds an organisation can give fields of its own."""
LISTS: Final[dict[str, Listed]] = {
    one.kind: one
    for one in (
        Listed("asset", "资产", "Assets", ("asset", "rental"), (
            *map(_of, read.ASSET),
            Out("所在网点", "At depot", _field("depot_id"), DepotName()),
            Out("状态", "State", _field("state"), read.ASSET_STATES),
            Out("已锁定", "Locked", _field("locked"), YesNo()),
            Out("当前租赁单", "On rental", _field("rental_id"), _RENTAL),
            Out("最近交接", "Last hand-over", _field("last_handover_at"), _MOMENT),
        )),
        Listed("customer", "客户", "Customers", (), (
            *(_of(column) for column in read.CUSTOMER if not column.private),
            Out("已拉黑", "Blocked", _field("blocked"), YesNo()),
            Out("拉黑原因", "Why blocked", _field("block_reason"), _PLAIN),
        ), "customer_terms"),
        Listed("rental", "租赁单", "Rentals", ("customer", "asset", "price_plan"), (
            *map(_of, read.RENTAL),
            Out("押金状态", "Deposit state", _field("deposit_state"), read.DEPOSIT_STATES),
            Out("已抵扣押金(元)", "Deposit offset (yuan)", _field("deposit_offset_fen"), read.MONEY),
            Out("已退押金(元)", "Deposit refunded (yuan)", _field("deposit_refunded_fen"), read.MONEY),
        ), "rental_terms"),
        Listed("task", "任务", "Tasks", ("asset", "rental", "person", "customer"), (
            *map(_of, read.TASK),
            _OF_CUSTOMER,
            Out("状态", "State", _field("state"), words.TASK_STATES),
        )),
        Listed("handover", "交接", "Hand-overs", ("asset", "rental", "customer", "person"), (
            Out("类型", "Type", _field("type"), words.HANDOVER_TYPES),
            _AT_ASSET,
            _ON_RENTAL,
            _OF_CUSTOMER,
            _AT_DEPOT,
            Out("状态", "State", _field("state"), words.HANDOVER_STATES),
            Out("验收状态", "Acceptance", _field("acceptance"), words.ACCEPTANCE),
            Out("开始", "Started", _field("started_at"), _MOMENT),
            Out("完成", "Completed", _field("completed_at"), _MOMENT),
            Out("办理人", "Done by", _field("actor_id"), _PERSON),
            Out("里程(公里)", "Odometer (km)", _field("readings", "odometer", "value"), _NUMBER),
            Out("电量(%)", "Charge (%)", _field("readings", "battery", "value"), _NUMBER),
            _PHOTOS,
            Out("损坏", "Damages", _count("damages"), _NUMBER),
            Out("签名", "Signatures", _count("signatures"), _NUMBER),
            Out("应有文件", "Files declared", _field("evidence", "declared"), _NUMBER),
            Out("已收文件", "Files received", _field("evidence", "received"), _NUMBER),
            _NOTE,
            _ID,
        )),
        Listed("damage", "损坏", "Damages", ("asset", "person"), (
            _AT_ASSET,
            _AT_DEPOT,
            Out("部位", "Part", _field("part"), _PLAIN),
            Out("类型", "Type", _field("type"), words.DAMAGE_TYPES),
            Out("程度", "Severity", _field("severity"), words.ACCEPTANCE),
            Out("大小", "Size", _field("size_range"), words.SIZES),
            Out("大小(毫米)", "Size (mm)", _field("size_mm"), _NUMBER),
            Out("状态", "State", _field("state"), words.DAMAGE_STATES),
            Out("发现时间", "Found", _field("found_at"), _MOMENT),
            Out("发现人", "Found by", _field("found_by"), _PERSON),
            _PHOTOS,
            Out("交接编号", "Hand-over id", _field("handover_id"), _PLAIN),
        )),
        Listed("conflict", "冲突", "Conflicts", ("asset", "rental", "person"), (
            Out("规则", "Rule", _field("rule"), words.RULES),
            _AT_ASSET,
            _ON_RENTAL,
            _AT_DEPOT,
            Out("时间", "When", _field("at"), _MOMENT),
            Out("状态", "State", _field("state"), words.CONFLICT_STATES),
            Out("决定", "Decision", _field("choice"), words.CHOICES),
            Out("决定人", "Decided by", _field("decided_by"), _PERSON),
            Out("决定时间", "Decided", _field("decided_at"), _MOMENT),
            _ID,
        )),
        Listed("device", "设备", "Devices", ("person",), (
            Out("名称", "Name", _field("name"), _PLAIN),
            Out("类型", "Type", _field("type"), words.DEVICE_TYPES),
            Out("使用人", "Person", _field("person_id"), _PERSON),
            _AT_DEPOT,
            Out("状态", "State", _field("state"), words.DEVICE_STATES),
            Out("系统", "Platform", _field("platform"), _PLAIN),
            Out("应用版本", "App", _field("app"), _PLAIN),
            Out("登记时间", "Enrolled", _field("enrolled_at"), _MOMENT),
            Out("最近联系", "Last seen", _field("last_seen_at"), _MOMENT),
            Out("未上传记录", "Entries unsent", _field("pending", "entries"), _NUMBER),
            Out("未上传文件", "Files unsent", _field("pending", "blobs"), _NUMBER),
            Out("已收到第几条", "Received up to", _field("proven_seq"), _NUMBER),
            _ID,
        )),
        Listed("person", "人员", "People", (), (
            Out("姓名", "Name", _field("name"), _PLAIN),
            Out("英文名", "English name", _field("name_en"), _PLAIN),
            Out("角色", "Roles", _field("roles"), Several(words.ROLES)),
            Out("网点", "Depots", _those_of("depot_ids"), Several(DepotName())),
            Out("在职", "Works here", _field("active"), YesNo()),
            Out("离职时间", "Left", _field("left_at"), _MOMENT),
        )),
        Listed("fault", "故障", "Faults", ("asset", "person"), (
            _AT_ASSET,
            _AT_DEPOT,
            Out("故障", "What is wrong", lambda data: data.get("what") or data.get("said"), _PLAIN),
            Out("能否使用", "Usable", _field("guess"), words.GUESSES),
            Out("报修方", "Reported by", _field("by"), words.REPORTED_BY),
            Out("报修人", "Colleague", _field("reported_by"), _PERSON),
            Out("报修时间", "Reported", _field("reported_at"), _MOMENT),
            _PHOTOS,
            Out("状态", "State", _field("state"), words.FAULT_STATES),
            Out("结束时间", "Closed", _field("closed", "at"), _MOMENT),
            Out("结束原因", "Why closed", _field("closed", "reason"), _PLAIN),
            Out("维修任务", "Repair task", _field("task_id"), _PLAIN),
            _ID,
        ), beside="fault_words"),
        Listed("former_tag", "旧标签", "Former tags", ("asset", "person"), (
            Out("旧标签", "Former tag", _field("tag"), _PLAIN),
            _AT_ASSET,
            _AT_DEPOT,
            Out("更换时间", "Replaced", _field("replaced_at"), _MOMENT),
            Out("更换人", "Replaced by", _field("replaced_by"), _PERSON),
            _REASON,
        )),
        Listed("todo", "待办", "To-dos", ("person",), (
            Out("类型", "Kind", _field("code"), words.TODO_KINDS),
            Out("内容", "What", lambda data: data, TodoText()),
            _AT_DEPOT,
            Out("负责人", "Owner", _field("owner_id"), _PERSON),
            Out("负责角色", "Role", _field("owner_role"), words.ROLES),
            Out("期限", "Deadline", _field("deadline"), _MOMENT),
            Out("状态", "State", _field("state"), words.TODO_STATES),
            Out("开始", "Opened", _field("opened_at"), _MOMENT),
            Out("结束", "Closed", _field("closed_at"), _MOMENT),
            Out("结束人", "Closed by", _field("closed_by"), _PERSON),
            _REASON,
            _ID,
        )),
        Listed("incident", "异常", "Incidents", ("person", "device"), (
            Out("异常", "Incident", _field("type"), words.INCIDENTS),
            Out("设备", "Device", _field("device_id"), Named("device")),
            _AT_DEPOT,
            Out("时间", "When", _field("at"), _MOMENT),
            Out("状态", "State", _field("state"), words.INCIDENT_STATES),
            Out("处理人", "Closed by", _field("closed_by"), _PERSON),
            Out("处理时间", "Closed", _field("closed_at"), _MOMENT),
            Out("说明", "Note", _field("note"), _PLAIN),
            _ID,
        )),
        Listed("depot", "网点", "Depots", (), (
            Out("名称", "Name", _field("name"), _PLAIN),
            Out("英文名称", "English name", _field("name_en"), _PLAIN),
            Out("地址", "Address", _field("address"), _PLAIN),
            _ID,
        )),
        Listed("price_plan", "价格方案", "Price plans", (), (
            _ZH,
            _EN,
            Out("计价单位", "Per", _field("unit"), words.RATE_UNITS),
            Out("价格(元)", "Price (yuan)", _field("tiers"), Tiers()),
            Out("押金(元)", "Deposit (yuan)", _field("deposit_fen"), read.MONEY),
            Out("每天含里程(公里)", "Km included a day", _field("km_included_per_day"), _NUMBER),
            Out("逾期每天(元)", "Late, a day (yuan)", _field("late_fen_per_day"), read.MONEY),
            Out("需要保险", "Insurance required", _field("insurance_required"), YesNo()),
            Out("状态", "State", _field("state"), words.PLAN_STATES),
        )),
    )
}  # fmt: skip


def of_organisation(listed: Listed, store: Store, organisation: str) -> Listed:
    """The list with the organisation's own fields behind its columns, those included that nobody fills in any more."""
    if listed.kind not in OWN_OF:
        return listed
    own = own_columns(store, organisation, listed.kind, retired=True)
    return replace(listed, columns=(*listed.columns, *map(_of, own)))
