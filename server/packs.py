"""The shipped category packs (品类包): vehicle, car, truck, camera kit, machine. Data, not code: an organisation may change them.

Neighbours: a new organisation gets them as its first entries (`server/demo/seed.py`). Ids are derived from the
organisation, so writing them again changes the same records.
"""

from typing import Final

from schemas.actions.basedata import PackDefine
from schemas.records.assets import Check, Choice, Meter, PackCode, Slot
from sync.journal import derived_id

_DAMAGE_TYPES: Final = [
    Choice(id="scratch", zh="划痕", en="Scratch"),
    Choice(id="dent", zh="凹陷", en="Dent"),
    Choice(id="crack", zh="破裂", en="Crack"),
    Choice(id="missing", zh="缺件", en="Missing part"),
    Choice(id="stain", zh="污损", en="Stain"),
    Choice(id="deformation", zh="变形", en="Deformation"),
]


def _slot(slot: str, zh: str, en: str, hint_zh: str, hint_en: str, view: str | None = None) -> Slot:
    return Slot.model_validate({"id": slot, "zh": zh, "en": en, "hint_zh": hint_zh, "hint_en": hint_en, "view": view})


def _choices(*items: tuple[str, str, str]) -> list[Choice]:
    return [Choice(id=item, zh=zh, en=en) for item, zh, en in items]


def _checks(*items: tuple[str, str, str]) -> list[Check]:
    return [Check(id=item, zh=zh, en=en) for item, zh, en in items]


def shipped_packs(organisation: str) -> list[PackDefine]:
    """The packs for one organisation, a vehicle's body each its own: it is drawn as it looks."""
    return [
        _vehicle(organisation), _car(organisation), _truck(organisation), _camera_kit(organisation), _machine(organisation)
    ]  # fmt: skip


def pack_id(organisation: str, code: PackCode) -> str:
    """The id of a shipped pack."""
    return derived_id("pack", organisation, code)


_ROUND: Final = [
    _slot("front", "前方", "Front", "车牌与两侧大灯入镜", "Plate and both headlamps in the picture", "front"),
    _slot("left", "左侧", "Left", "整个左侧，车头到车尾", "The whole left side", "left"),
    _slot("rear", "后方", "Rear", "车牌与后门入镜", "Plate and rear doors in the picture", "rear"),
    _slot("right", "右侧", "Right", "整个右侧，车头到车尾", "The whole right side", "right"),
]
_TYRE: Final = _slot("tyre", "轮胎", "Tyre", "右前轮，花纹朝镜头", "Front right wheel, tread to the camera")
_ODOMETER: Final = Meter(id="odometer", zh="里程", en="Odometer", unit="km", max=2_000_000, slot="dial", monotonic=True)
_VEHICLE_ACCESSORIES: Final = (
    ("keys", "钥匙 2 把", "2 keys"),
    ("licence", "行驶证", "Vehicle licence"),
    ("triangle", "三角警示牌", "Warning triangle"),
    ("extinguisher", "灭火器", "Fire extinguisher"),
    ("jack", "千斤顶", "Jack"),
)


def _vehicle(organisation: str) -> PackDefine:
    return PackDefine(
        id=pack_id(organisation, "vehicle"),
        code="vehicle",
        zh="车辆",
        en="Vehicle",
        diagram="van",
        slots=[
            *_ROUND,
            _slot("cabin", "驾驶室", "Cabin", "座椅与中控台", "Seats and console"),
            _slot("cargo", "货厢", "Load space", "从后门向里拍", "From the rear doors inwards"),
            _slot("dial", "仪表", "Dial", "里程与电量要看得清", "Odometer and charge must be readable"),
            _TYRE,
        ],
        meters=[
            _ODOMETER,
            Meter(id="battery", zh="电量", en="Charge", unit="%", max=100, slot="dial"),
        ],
        accessories=_choices(
            ("keys", "钥匙 2 把", "2 keys"),
            ("licence", "行驶证", "Vehicle licence"),
            ("charging_cable", "充电线", "Charging cable"),
            ("triangle", "三角警示牌", "Warning triangle"),
            ("extinguisher", "灭火器", "Fire extinguisher"),
            ("jack", "千斤顶", "Jack"),
        ),
        damage_types=_DAMAGE_TYPES,
        checklist=_checks(
            ("brakes", "制动", "Brakes"),
            ("steering", "转向", "Steering"),
            ("lamps", "灯光", "Lamps"),
            ("tyres", "轮胎气压与花纹", "Tyres: pressure and tread"),
            ("wipers", "雨刮与玻璃水", "Wipers and washer"),
            ("doors", "车门与锁", "Doors and locks"),
            ("charging", "充电口与充电线", "Charging port and cable"),
            ("kit", "三角牌与灭火器", "Warning triangle and extinguisher"),
        ),
    )


def _fuel(slot: str) -> Meter:
    """What a tank holds; with less than a tenth nothing leaves."""
    return Meter(id="fuel", zh="油量", en="Fuel", unit="%", max=100, slot=slot, min_out=10)


def _car(organisation: str) -> PackDefine:
    return PackDefine(
        id=pack_id(organisation, "car"),
        code="car",
        zh="轿车",
        en="Car",
        diagram="car",
        slots=[
            *_ROUND,
            _slot("cabin", "车内", "Interior", "前后座椅与中控台", "Front and rear seats, console"),
            _slot("boot", "后备厢", "Boot", "打开后从车尾向里拍", "Opened, from the rear inwards"),
            _slot("dial", "仪表", "Dial", "里程与油量要看得清", "Odometer and fuel must be readable"),
            _TYRE,
        ],
        meters=[_ODOMETER, _fuel("dial")],
        accessories=_choices(*_VEHICLE_ACCESSORIES),
        damage_types=_DAMAGE_TYPES,
    )


def _truck(organisation: str) -> PackDefine:
    return PackDefine(
        id=pack_id(organisation, "truck"),
        code="truck",
        zh="货车",
        en="Truck",
        diagram="truck",
        slots=[
            *_ROUND,
            _slot("cabin", "驾驶室", "Cab", "座椅与中控台", "Seats and console"),
            _slot("cargo", "货厢", "Load space", "从后门向里拍", "From the rear doors inwards"),
            _slot("dial", "仪表", "Dial", "里程与油量要看得清", "Odometer and fuel must be readable"),
            _TYRE,
        ],
        meters=[_ODOMETER, _fuel("dial")],
        accessories=_choices(*_VEHICLE_ACCESSORIES, ("ropes", "捆扎带 4 根", "4 lashing straps")),
        damage_types=_DAMAGE_TYPES,
    )


def _camera_kit(organisation: str) -> PackDefine:
    return PackDefine(
        id=pack_id(organisation, "camera_kit"),
        code="camera_kit",
        zh="摄影套装",
        en="Camera kit",
        diagram="kit",
        slots=[
            _slot("front", "开箱", "Open case", "整箱从上往下拍", "The whole case from above", "top"),
            _slot("left", "机身", "Body", "机身与卡口", "Body and mount", "front"),
            _slot("right", "镜头", "Lenses", "前后镜片", "Front and rear glass"),
        ],
        meters=[Meter(id="shutter", zh="快门数", en="Shutter count", unit="次", max=2_000_000, monotonic=True)],
        accessories=_choices(
            ("batteries", "电池 3 块", "3 batteries"),
            ("charger", "充电器", "Charger"),
            ("cards", "存储卡 2 张", "2 memory cards"),
            ("strap", "背带", "Strap"),
        ),
        damage_types=_DAMAGE_TYPES,
        checklist=_checks(
            ("power", "开机与电池", "Power and battery"),
            ("sensor", "感光元件清洁", "Sensor is clean"),
            ("mount", "卡口与镜头", "Mount and lenses"),
            ("cards", "存储卡槽", "Card slots"),
            ("case", "箱子与锁扣", "Case and latches"),
        ),
    )


def _machine(organisation: str) -> PackDefine:
    return PackDefine(
        id=pack_id(organisation, "machine"),
        code="machine",
        zh="机械",
        en="Machine",
        diagram="machine",
        slots=[
            _slot("front", "前方", "Front", "整机正面", "The whole machine from the front", "front"),
            _slot("left", "左侧", "Left", "整机左侧", "The whole left side", "left"),
            _slot("rear", "后方", "Rear", "整机后面", "The whole machine from behind", "rear"),
            _slot("right", "右侧", "Right", "整机右侧", "The whole right side", "right"),
            _slot("engine", "发动机舱", "Engine bay", "打开盖板拍", "With the cover open", "engine"),
            _slot("dial", "计时表", "Hour meter", "工时要看得清", "Hours must be readable", "cab"),
        ],
        meters=[Meter(id="hours", zh="工时", en="Hours", unit="h", max=200_000, slot="dial", monotonic=True), _fuel("dial")],
        accessories=_choices(("key", "钥匙", "Key"), ("manual", "操作手册", "Manual"), ("bucket", "备用铲斗", "Spare bucket")),
        damage_types=_DAMAGE_TYPES,
        checklist=_checks(
            ("brakes", "制动", "Brakes"),
            ("hydraulics", "液压与油管", "Hydraulics and hoses"),
            ("oil", "机油与冷却液", "Oil and coolant"),
            ("tracks", "履带或轮胎", "Tracks or tyres"),
            ("horn", "喇叭与倒车警示", "Horn and reversing alarm"),
            ("stop", "急停按钮", "Emergency stop"),
        ),
    )
