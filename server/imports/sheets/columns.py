"""Which fields a spreadsheet may bring in: one table per kind, a line per field.

Neighbours: `words.py` has the readers, `kinds.py` says how a row becomes entries, `export.py` writes the same columns out. A
new field is one more line here: its code, its headers in both languages, its reader, the field of the record it fills, what
else people call it, and an example in both languages for the sample sheet.
"""

import re
from dataclasses import dataclass
from typing import Final

from schemas import limits
from schemas.states import DEPOSIT, INSURANCE
from server.imports.sheets.known import plain
from server.imports.sheets.naming import DepotName, Named, NamedMany, PackName, RecordId
from server.imports.sheets.tags import Tag
from server.imports.sheets.words import Amount, Choice, Moment, Reader, Text, Whole


@dataclass(frozen=True)
class Column:
    """One field. `field`: of the record, and of the action that writes it; `also`: what else it is called, with | between;
    `only_new`: an existing record keeps its own, but for a row that carries its id where `by_id`; `moves`: it goes on by itself,
    an older value in a sheet is told and harms nothing; `private`: of a person, never in an entry's body, taken for new rows only
    and not exported; `sample`: (zh, en), empty: the sample leaves it out."""

    code: str
    zh: str
    en: str
    reader: Reader
    field: str
    required: bool = False
    also: str = ""
    only_new: bool = False
    by_id: bool = False
    moves: bool = False
    private: bool = False
    sample: tuple[str, str] = ("", "")


_LONG: Final = Text(limits.TEXT_CHARS_MAX)
_KM: Final = Whole(0, limits.READING_MAX, ("km", "公里", "千米"))
_HOURS: Final = Whole(0, limits.READING_MAX, ("h", "小时", "工时", "hours"))
_DAYS: Final = Whole(0, limits.PAYMENT_DAYS_MAX, ("天", "days"))
MONEY: Final = Amount(limits.MONEY_FEN_MAX)
_MONTHS: Final = Whole(1, limits.INTERVAL_MONTHS_MAX, ("个月", "月", "months"))
ASSET_STATES: Final = Choice(
    {
        "available": ("在库", "available", "可用", "空闲"),
        "out": ("租出", "out", "出租中"),
        "returned": ("已归还", "returned"),
        "blocked": ("停用", "blocked"),
        "retired": ("已退役", "retired", "报废"),
    }
)
CUSTOMER_TYPES: Final = Choice(
    {"company": ("企业", "company", "公司", "单位"), "person": ("个人", "person", "自然人", "individual")}
)
TIERS: Final = Choice({"good": ("优质", "good", "优"), "normal": ("普通", "normal", "一般"), "watch": ("关注", "watch", "观察")})
RENTAL_STATES: Final = Choice(
    {
        "draft": ("草稿", "draft"),
        "approved": ("已批准", "approved", "已审批", "生效"),
        "out": ("租出", "out"),
        "returned": ("已归还", "returned"),
        "closed": ("已结束", "closed"),
        "cancelled": ("已取消", "cancelled"),
    },
    frozenset({"draft", "approved"}),
)
DEPOSIT_STATES: Final = Choice({one.id: (one.zh, one.en) for one in DEPOSIT.states})
INSURANCE_STATES: Final = Choice(
    {one.id: (one.zh, one.en) for one in INSURANCE.states} | {"taken": ("已投保", "Taken", "有保险", "insured"),
     "required": ("需要，未投保", "Required", "需要")},
    frozenset({"required", "taken", "not_required"}),
)  # fmt: skip
TASK_TYPES: Final = Choice(
    {
        "deliver": ("送车", "deliver", "交付", "配送", "delivery"),
        "collect": ("取车", "collect", "收车", "取回", "collection"),
        "inspect": ("巡检", "inspect", "检查", "inspection"),
        "repair": ("维修", "repair", "修理"),
        "stock_take": ("盘点", "stock-take", "stock take"),
        "recover": ("收回", "recover", "recovery"),
    }
)


def _id(kind: str) -> Column:
    """Which record the row is, as an exported list says; no own list has it."""
    return Column("record_id", "系统编号", "System id", RecordId(kind), "id", also="记录编号")


# fmt: off
# A field is a line, or two: the formatter would make ten of it.
ASSET: Final = (
    Column("label", "名称", "Name", Text(), "label", True, "资产名称|设备名称|label|asset|asset name",
           sample=("面包车 1 号", "Van 1")),
    Column("tag", "标签", "Tag", Tag(), "tag", False, "二维码|标签号|资产编号|编号|qr|tag no", sample=("YB-0001", "SM-0001")),
    Column("plate", "车牌", "Plate", Text(), "plate", False, "车牌号|牌照|车牌号码|number plate|registration",
           sample=("浙A·D1234", "ZJ-D1234")),
    Column("vin", "车架号", "VIN", Text(), "vin", False, "车辆识别代号|识别代码|vin码|chassis number",
           sample=("LZWSAMPLE00000001",) * 2),
    Column("serial", "序列号", "Serial number", Text(), "serial", False, "出厂编号|机身号|sn|serial|serial no",
           sample=("S-10001",) * 2),
    Column("pack", "品类", "Category", PackName(), "pack", True, "品类包|类别|类型|pack|type", sample=("车辆", "Vehicle")),
    Column("model", "型号", "Model", Text(), "model", False, "车型|规格型号|规格", sample=("五菱 EV50", "Wuling EV50")),
    Column("colour", "颜色", "Colour", Text(), "colour", False, "color|车身颜色", sample=("白", "white")),
    Column("home_depot", "归属网点", "Home depot", DepotName(), "home_depot_id", True, "网点|仓库|仓|所属网点|depot",
           sample=("下沙仓", "Xiasha depot")),
    Column("bay", "车位/货位", "Bay", Text(), "bay", False, "车位|货位|库位|位置|location", sample=("A-01", "A-01")),
    Column("odometer", "里程(公里)", "Odometer (km)", _KM, "odometer_km", False, "里程|公里数|行驶里程|odometer|mileage|km",
           only_new=True, moves=True, sample=("12,345", "12,345")),
    Column("battery_health", "电池健康(%)", "Battery health (%)", Whole(0, 100, ("%",)), "battery_health_pct", False,
           "电池健康度|电池健康|soh|battery", sample=("96", "96")),
    Column("inspection_due", "下次年检", "Inspection due", Moment(late=True), "inspection_due_at", False,
           "年检到期|检验有效期|年检日期|检验到期|inspection", sample=("2027-03-31", "2027-03-31")),
    Column("inspection_months", "年检间隔(月)", "Inspection every (months)", _MONTHS, "inspection_months", False, "年检间隔",
           sample=("12", "12")),
    Column("service_due", "下次保养", "Service due", Moment(late=True), "service_due_at", False, "保养到期|保养日期|service",
           sample=("2027-01-31", "2027-01-31")),
    Column("service_due_km", "下次保养(公里)", "Service due at (km)", _KM, "service_due_km", False, "下次保养里程",
           sample=("20,000",) * 2),
    Column("service_months", "保养间隔(月)", "Service every (months)", _MONTHS, "service_months", False, "保养间隔",
           sample=("6", "6")),
    Column("service_km", "保养间隔(公里)", "Service every (km)", _KM, "service_km", False, "保养里程间隔",
           sample=("10,000",) * 2),
    Column("service_due_hours", "下次保养(工时)", "Service due at (hours)", _HOURS, "service_due_hours", False, "下次保养工时",
           sample=("500",) * 2),
    Column("service_hours", "保养间隔(工时)", "Service every (hours)", _HOURS, "service_hours", False, "保养工时间隔",
           sample=("250",) * 2),
    Column("kit", "所属套装", "Kit", Named("asset"), "kit_id", False, "套装|kit"),
    _id("asset"),
)

CUSTOMER: Final = (
    Column("name", "客户名称", "Customer", Text(), "name", True, "名称|客户|公司名称|单位名称|name|customer name", only_new=True,
           by_id=True, sample=("样例配送有限公司",) * 2),
    Column("name_en", "英文名称", "English name", Text(), "name_en", False, "英文名|name in english",
           sample=("Sample Delivery Ltd",) * 2),
    Column("type", "客户类型", "Customer type", CUSTOMER_TYPES, "type", False, "类型|type",
           only_new=True, sample=("企业", "company")),
    Column("depot", "负责网点", "Depot", DepotName(), "depot_id", True, "网点|所属网点|仓库", only_new=True,
           sample=("下沙仓", "Xiasha depot")),
    Column("tier", "信用等级", "Tier", TIERS, "tier", False, "等级|客户等级|风险等级|risk tier", sample=("普通", "normal")),
    Column("payment_days", "付款期限(天)", "Payment days", _DAYS, "payment_days", False, "账期|付款天数|账期(天)|payment terms",
           sample=("30", "30")),
    Column("credit_limit", "信用额度(元)", "Credit limit (yuan)", MONEY, "credit_limit_fen", False,
           "信用额度|授信额度|credit limit", sample=("20,000",) * 2),
    Column("contact", "联系人", "Contact", Text(), "_contact", False, "联系人姓名|contact person|contact name", private=True,
           sample=("王样例", "Wang Yangli")),
    Column("phone", "电话", "Phone", Text(40), "_phone", False, "联系电话|手机|手机号|mobile|telephone", private=True,
           sample=("138 0000 0000",) * 2),
    Column("email", "邮箱", "E-mail", Text(), "_email", False, "电子邮箱|电子邮件|email|mail",
           private=True, sample=("a@example.com",) * 2),
    _id("customer"),
)

RENTAL: Final = (
    Column("number", "租赁单号", "Rental number", Text(), "number", True, "单号|合同号|合同编号|number|contract|contract number",
           sample=("YB-2026-001", "SM-2026-001")),
    Column("customer", "客户", "Customer", Named("customer"), "customer_id", True, "客户名称|承租方|customer name",
           sample=("样例配送有限公司",) * 2),
    Column("depot", "网点", "Depot", DepotName(), "depot_id", True, "出车网点|仓库",
           only_new=True, sample=("下沙仓", "Xiasha depot")),
    Column("assets", "资产", "Assets", NamedMany(Named("asset"), limits.SHEET_ASSETS_PER_RENTAL_MAX), "asset_ids", True,
           "车牌|设备|租赁物|asset|vehicles", only_new=True, by_id=True, sample=("YB-0001、YB-0002", "SM-0001, SM-0002")),
    Column("starts", "开始", "Starts", Moment(), "starts_at", True, "起租日|开始日期|起租日期|开始时间|start|start date",
           sample=("2026-12-01 09:00",) * 2),
    Column("due", "到期", "Due", Moment(late=True), "due_at", True, "到期日|结束日期|归还日期|到期日期|end|due date|end date",
           sample=("2027-02-28",) * 2),
    Column("km_included", "含里程(公里)", "Kilometres included", _KM, "km_included", False, "包含里程|含公里数|km included",
           only_new=True, by_id=True, sample=("6,000", "6,000")),
    Column("state", "状态", "State", RENTAL_STATES, "state", False, "租赁状态|status",
           only_new=True, by_id=True, sample=("已批准", "approved")),
    Column("price_plan", "价格方案", "Price plan", Named("price_plan"), "price_plan_id", False, "价格|租金方案|price|rate"),
    Column("deposit", "押金(元)", "Deposit (yuan)", MONEY, "deposit_required_fen", False, "押金|应收押金|保证金|deposit",
           only_new=True, sample=("5,000", "5,000")),
    Column("deposit_received", "已收押金(元)", "Deposit received (yuan)", MONEY, "deposit_received_fen", False,
           "已收押金|实收押金|deposit received", only_new=True, sample=("5,000", "5,000")),
    Column("insurance", "保险", "Insurance", INSURANCE_STATES, "insurance_state", False, "保险状态|投保|insurance state",
           only_new=True, sample=("已投保", "Taken")),
    Column("insurer", "保险公司", "Insurer", Text(), "insurer", False, "承保公司|insurance company",
           only_new=True, sample=("样例保险", "Sample Insurance")),
    Column("policy", "保单号", "Policy number", Text(), "policy_number", False, "保单|保单编号|policy",
           only_new=True, sample=("P-2026-001",) * 2),
    Column("insured_until", "保险到期", "Insured until", Moment(late=True), "insured_until", False,
           "保险有效期|保险到期日|insured to", only_new=True, sample=("2027-12-31",) * 2),
    Column("note", "备注", "Note", _LONG, "note", False, "说明|remarks|notes", sample=("长期客户", "regular customer")),
    _id("rental"),
)

TASK: Final = (
    Column("type", "任务类型", "Task", TASK_TYPES, "type", True, "类型|任务|type|task type", only_new=True,
           sample=("送车", "deliver")),
    Column("asset", "资产", "Asset", Named("asset"), "asset_id", True, "车牌|设备|标签", only_new=True,
           sample=("YB-0001", "SM-0001")),
    Column("due", "完成期限", "Due", Moment(late=True), "due_at", True, "期限|截止|日期|时间|due date|date",
           sample=("2026-12-01 09:00",) * 2),
    Column("depot", "网点", "Depot", DepotName(), "depot_id", False, "负责网点", sample=("下沙仓", "Xiasha depot")),
    Column("rental", "租赁单号", "Rental number", Named("rental"), "rental_id", False, "单号|合同号|rental",
           sample=("YB-2026-001", "SM-2026-001")),
    Column("assignee", "负责人", "Assigned to", Named("person"), "assignee_id", False, "执行人|人员|assignee"),
    Column("bay", "车位/货位", "Bay", Text(), "bay", False, "车位|货位|位置|location", sample=("A-01", "A-01")),
    Column("note", "说明", "Note", _LONG, "note", False, "备注|remarks|notes", sample=("带上新钥匙", "bring the new keys")),
    _id("task"),
)
# fmt: on


_AREAS: Final = "africa|america|antarctica|arctic|asia|atlantic|australia|europe|indian|pacific|etc"
_ZONE: Final = re.compile(rf" ?\((utc|({_AREAS})(/[a-z0-9_+-]+)+)\)$")


def header_key(text: str) -> str:
    """A header as it is compared: without blanks, without marks for what is required, without the zone that an export says."""
    return _ZONE.sub("", plain(text)).replace(" ", "").replace("*", "").replace("_", "").replace(":", "")


def names_of(column: Column) -> set[str]:
    """Every header the column is known by."""
    return {header_key(name) for name in (column.code, column.zh, column.en, *column.zh.split("/"), *column.also.split("|"))}


def by_name(columns: tuple[Column, ...]) -> dict[str, list[str]]:
    """Header as it is compared → the codes of the columns known by it."""
    found: dict[str, list[str]] = {}
    for column in columns:
        for name in names_of(column):
            found.setdefault(name, []).append(column.code)
    return found


def guess(
    columns: tuple[Column, ...], headers: list[str], remembered: dict[str, str], names: dict[str, list[str]] | None = None
) -> list[str | None]:
    """What each header seems to be: as somebody mapped it before, else by its name; each column once, the first header wins.
    `names`: of the columns (`by_name`), where many rows are looked at."""
    names = by_name(columns) if names is None else names
    known = {column.code for column in columns}
    found: list[str | None] = []
    for header in headers:
        key = header_key(header)
        code = remembered.get(key)
        if code is None and key:
            named = names.get(key, [])
            code = next((one for one in named if one not in found), named[0] if named else None)
        found.append(code if code in known and code not in found else None)
    return found
