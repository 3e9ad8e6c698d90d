"""The shipped category packs (品类包): vehicle, camera kit, machine. Data, not code: an organisation may change them.

Neighbours: a new organisation gets them as its first entries (`server/demo/seed.py`). Ids are derived from the
organisation, so writing them again changes the same records.
"""

from typing import Final

from schemas.actions.basedata import PackDefine
from schemas.records.assets import Choice, Meter, PackCode, Slot
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


def shipped_packs(organisation: str) -> list[PackDefine]:
    """The three packs for one organisation."""
    return [_vehicle(organisation), _camera_kit(organisation), _machine(organisation)]


def pack_id(organisation: str, code: PackCode) -> str:
    """The id of a shipped pack."""
    return derived_id("pack", organisation, code)


def _vehicle(organisation: str) -> PackDefine:
    return PackDefine(
        id=pack_id(organisation, "vehicle"),
        code="vehicle",
        zh="车辆",
        en="Vehicle",
        diagram="van",
        slots=[
            _slot("front", "前方", "Front", "车牌与两侧大灯入镜", "Plate and both headlamps in the picture", "front"),
            _slot("left", "左侧", "Left", "整个左侧，车头到车尾", "The whole left side", "left"),
            _slot("rear", "后方", "Rear", "车牌与后门入镜", "Plate and rear doors in the picture", "rear"),
            _slot("right", "右侧", "Right", "整个右侧，车头到车尾", "The whole right side", "right"),
            _slot("cabin", "驾驶室", "Cabin", "座椅与中控台", "Seats and console"),
            _slot("cargo", "货厢", "Load space", "从后门向里拍", "From the rear doors inwards"),
            _slot("dial", "仪表", "Dial", "里程与电量要看得清", "Odometer and charge must be readable"),
            _slot("tyre", "轮胎", "Tyre", "右前轮，花纹朝镜头", "Front right wheel, tread to the camera"),
        ],
        meters=[
            Meter(id="odometer", zh="里程", en="Odometer", unit="km", max=2_000_000, slot="dial", monotonic=True),
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
    )


def _camera_kit(organisation: str) -> PackDefine:
    return PackDefine(
        id=pack_id(organisation, "camera_kit"),
        code="camera_kit",
        zh="摄影套装",
        en="Camera kit",
        diagram="kit",
        slots=[
            _slot("front", "开箱", "Open case", "整箱从上往下拍", "The whole case from above"),
            _slot("left", "机身", "Body", "机身与卡口", "Body and mount"),
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
    )


def _machine(organisation: str) -> PackDefine:
    return PackDefine(
        id=pack_id(organisation, "machine"),
        code="machine",
        zh="机械",
        en="Machine",
        diagram="machine",
        slots=[
            _slot("front", "前方", "Front", "整机正面", "The whole machine from the front"),
            _slot("left", "左侧", "Left", "整机左侧", "The whole left side"),
            _slot("dial", "计时表", "Hour meter", "工时要看得清", "Hours must be readable"),
        ],
        meters=[Meter(id="hours", zh="工时", en="Hours", unit="h", max=200_000, slot="dial", monotonic=True)],
        accessories=_choices(("key", "钥匙", "Key"), ("manual", "操作手册", "Manual"), ("bucket", "备用铲斗", "Spare bucket")),
        damage_types=_DAMAGE_TYPES,
    )
