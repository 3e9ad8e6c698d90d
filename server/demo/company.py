"""The demo company 城配车租: its depots, people, customers and assets, as base-data actions. Pure and deterministic.

Neighbours: `plan.py` gives them rentals and a past, `seed.py` writes everything through the engine. The people and
companies are invented; ids are derived from names, so that every installation shows the same company.
"""

import random
from dataclasses import dataclass
from typing import Final

from schemas.actions.basedata import (
    AssetDefine,
    ContractTextDefine,
    CustomerDefine,
    DepotDefine,
    OrganisationDefine,
    PersonDefine,
)
from schemas.actions.pricing import PricePlanDefine
from schemas.people import Role
from schemas.records.rentals import PriceTier
from server.founding import shipped_texts
from sync.journal import derived_id

NAME: Final = "城配车租"
NAME_EN: Final = "Chengpei Van Rental"
ORGANISATION: Final = derived_id("demo", "organisation")
VANS: Final = 93
CARS: Final = 2
TRUCKS: Final = 2
KITS: Final = 8
CUSTOMERS: Final = 47


def demo_id(*names: str) -> str:
    """The id of something in the demo company."""
    return derived_id("demo", *names)


XIASHA: Final = demo_id("depot", "xiasha")
BINJIANG: Final = demo_id("depot", "binjiang")
DEPOTS: Final = (XIASHA, BINJIANG)


@dataclass(frozen=True)
class Staff:
    """One member of staff; those with a PIN work in the field, those with a user name in the office."""

    key: str
    name: str
    name_en: str
    roles: tuple[Role, ...]
    depots: tuple[str, ...]
    pin: bool = False
    office: bool = False

    @property
    def id(self) -> str:
        """The person's id."""
        return demo_id("person", self.key)


STAFF: Final = (
    Staff("zhou", "周师傅", "Zhou Jianguo", (Role.TECHNICIAN,), (XIASHA,), pin=True),
    Staff("he", "何小林", "He Xiaolin", (Role.TECHNICIAN,), (XIASHA,), pin=True),
    Staff("tang", "唐志远", "Tang Zhiyuan", (Role.TECHNICIAN,), (BINJIANG,), pin=True),
    Staff("gu", "顾红", "Gu Hong", (Role.TECHNICIAN,), (BINJIANG,), pin=True),
    Staff("luo", "罗师傅", "Luo Dawei", (Role.DRIVER,), (XIASHA,), pin=True),
    Staff("shen", "沈强", "Shen Qiang", (Role.DRIVER,), (BINJIANG,), pin=True),
    Staff("lin", "林静", "Lin Jing", (Role.SERVICE_DESK,), (XIASHA, BINJIANG), office=True),
    Staff("qian", "钱敏", "Qian Min", (Role.SERVICE_DESK,), (BINJIANG,), office=True),
    Staff("wu", "吴工", "Wu Haifeng", (Role.OPERATIONS,), (XIASHA, BINJIANG), pin=True, office=True),
    Staff("xu", "许岚", "Xu Lan", (Role.FINANCE,), (XIASHA, BINJIANG), office=True),
    Staff("ye", "叶总", "Ye Chengzhi", (Role.MANAGER,), (XIASHA, BINJIANG), pin=True, office=True),
    Staff("admin", "管理员 小高", "Gao Yuan", (Role.ADMINISTRATOR,), (XIASHA, BINJIANG), office=True),
)

_COMPANY_FIRST: Final = (
    ("速达", "Suda"), ("鲜果", "Fresh Fruit"), ("城东", "East City"), ("云杉", "Yunshan"), ("百川", "Baichuan"),
    ("青禾", "Qinghe"), ("顺丰里", "Shunfengli"), ("宏远", "Hongyuan"), ("小象", "Little Elephant"), ("江南", "Jiangnan"),
    ("晨光", "Chenguang"), ("四季", "Four Seasons"),
)  # fmt: skip
_COMPANY_SECOND: Final = (("便利", "Convenience"), ("配送", "Delivery"), ("影像工坊", "Studio"), ("工程", "Works"))
_PAINTS: Final = ("白色", "白色", "白色", "银色", "银色", "蓝色", "黄色", "绿色", "灰色")
_MODELS: Final = ("五菱 EV50", "开瑞 优优EV", "瑞驰 EC35", "东风 EC36")
_PLATE_LETTERS: Final = "ABDFGHJKLMNPRTW"


def organisation() -> OrganisationDefine:
    """The company itself."""
    return OrganisationDefine(id=ORGANISATION, name=NAME, name_en=NAME_EN, zone="Asia/Shanghai", gate_policy="strict")


def depots() -> list[DepotDefine]:
    """Two depots in Hangzhou."""
    return [
        DepotDefine(id=XIASHA, name="下沙仓", name_en="Xiasha depot", address="杭州市钱塘区下沙 12 号大街 88 号"),
        DepotDefine(id=BINJIANG, name="滨江仓", name_en="Binjiang depot", address="杭州市滨江区江陵路 200 号 B2"),
    ]


def people() -> list[PersonDefine]:
    """Twelve people in the roles of the trade."""
    return [
        PersonDefine(
            id=staff.id,
            name=staff.name,
            name_en=staff.name_en,
            roles=list(staff.roles),
            depot_ids=dict.fromkeys(staff.depots, True),
        )
        for staff in STAFF
    ]


def contract_texts() -> list[ContractTextDefine]:
    """What customers sign at a check-out and at a check-in."""
    return shipped_texts(lambda use: demo_id("contract", use, "2026-1"))


def price_plans() -> list[PricePlanDefine]:
    """What a van, a camera kit, a machine, a car and a truck cost by the day."""
    plans = (
        ("van", "纯电厢货日租", "Electric van by the day", ((1, 22_800), (7, 19_800), (30, 15_900)), 300_000, 200, 30_000, True),
        ("kit", "影像套装日租", "Camera kit by the day", ((1, 48_000), (3, 42_000)), 800_000, None, 60_000, False),
        ("machine", "工程机械日租", "Machine by the day", ((1, 120_000), (30, 98_000)), 2_000_000, None, 150_000, True),
        ("car", "轿车日租", "Car by the day", ((1, 26_800), (7, 23_800)), 500_000, 200, 35_000, True),
        ("truck", "货车日租", "Truck by the day", ((1, 39_800), (7, 35_800)), 800_000, 200, 50_000, True),
    )
    return [
        PricePlanDefine(
            id=demo_id("price_plan", key),
            zh=zh,
            en=en,
            unit="day",
            tiers=[PriceTier(from_days=days, fen=fen) for days, fen in tiers],
            deposit_fen=deposit,
            km_included_per_day=km,
            late_fen_per_day=late,
            insurance_required=insured,
        )
        for key, zh, en, tiers, deposit, km, late, insured in plans
    ]


def customers() -> list[CustomerDefine]:
    """Forty-seven customers: companies and a few persons."""
    found: list[CustomerDefine] = []
    for number in range(CUSTOMERS):
        first, second = _COMPANY_FIRST[number % 12], _COMPANY_SECOND[number // 12]
        found.append(
            CustomerDefine(
                id=demo_id("customer", str(number)),
                name=f"{first[0]}{second[0]}",
                name_en=f"{first[1]} {second[1]}",
                depot_id=DEPOTS[number % 3 == 2],
                tier="watch" if number % 11 == 7 else "good" if number % 5 == 0 else "normal",
                blocked=number == 40,
            )
        )
    return found


def assets() -> list[AssetDefine]:
    """93 vans, a shelf of camera kits, two machines, two cars, two trucks."""
    rng = random.Random(2026)
    return [*_vans(rng), *_kits(rng), *_machines(), *_others(rng)]


def _vans(rng: random.Random) -> list[AssetDefine]:
    plates: list[str] = []
    while len(plates) < VANS:
        plate = f"浙A·{rng.choice(_PLATE_LETTERS)}{rng.randrange(10)}{rng.choice(_PLATE_LETTERS)}{rng.randrange(100, 1000)}"
        if plate not in plates:
            plates.append(plate)
    found = []
    for number, plate in enumerate(plates):
        depot = DEPOTS[number % 3 == 2]
        found.append(
            AssetDefine(
                id=demo_id("asset", f"van-{number}"),
                label=plate,
                tag=f"HV-{number + 1:04d}",
                pack="vehicle",
                model=_MODELS[number % len(_MODELS)],
                colour=_PAINTS[number % len(_PAINTS)],
                serial=(vin := f"LZWCBAGA{rng.randrange(10**8, 10**9)}"),
                plate=plate,
                vin=vin,
                home_depot_id=depot,
                depot_id=depot,
                bay=f"{'ABCD'[number % 4]}-{number // 4 + 1:02d}",
                odometer_km=rng.randrange(8_000, 60_000),
            )
        )
    return found


def _kits(rng: random.Random) -> list[AssetDefine]:
    return [
        AssetDefine(
            id=demo_id("asset", f"kit-{number}"),
            label=f"相机套装 C-{number + 1:02d}",
            tag=f"HK-{number + 1:04d}",
            pack="camera_kit",
            model="Sony FX3 + 24-70",
            serial=f"FX3-{rng.randrange(10**6, 10**7)}",
            home_depot_id=depot,
            depot_id=depot,
            bay=f"K-{number + 1:02d}",
        )
        for number, depot in enumerate([*[BINJIANG] * (KITS - 1), XIASHA])
    ]


def _machines() -> list[AssetDefine]:
    return [
        AssetDefine(
            id=demo_id("asset", f"machine-{number}"),
            label=label,
            tag=f"HM-{number + 1:04d}",
            pack="machine",
            model=model,
            colour="黄色",
            serial=serial,
            home_depot_id=XIASHA,
            depot_id=XIASHA,
            bay=f"M-{number + 1:02d}",
        )
        for number, (label, model, serial) in enumerate(
            (("小挖 M-01", "徐工 XE17U", "XUG017U2601"), ("小挖 M-02", "三一 SY26U", "SY026U2607"))
        )
    ]


def _others(rng: random.Random) -> list[AssetDefine]:
    """What is drawn otherwise than a van: cars and trucks of the first depot."""
    kinds = (("car", "HC", "比亚迪 秦", "LGXCE4CB", CARS), ("truck", "HT", "福田 奥铃", "LVBV3JBB", TRUCKS))
    found: list[AssetDefine] = []
    for pack, mark, model, maker, count in kinds:
        for number in range(count):
            plate = f"浙A·{rng.choice(_PLATE_LETTERS)}{rng.randrange(10_000, 100_000)}"
            found.append(
                AssetDefine(
                    id=demo_id("asset", f"{pack}-{number}"),
                    label=plate,
                    tag=f"{mark}-{number + 1:04d}",
                    pack=pack,
                    model=model,
                    colour=_PAINTS[number],
                    serial=(vin := f"{maker}{rng.randrange(10**8, 10**9)}"),
                    plate=plate,
                    vin=vin,
                    home_depot_id=XIASHA,
                    depot_id=XIASHA,
                    bay=f"E-{len(found) + 1:02d}",
                    odometer_km=rng.randrange(8_000, 60_000),
                )
            )
    return found
