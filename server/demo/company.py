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
from schemas.people import Role
from sync.journal import derived_id

NAME: Final = "城配车租"
NAME_EN: Final = "Chengpei Van Rental"
ORGANISATION: Final = derived_id("demo", "organisation")
VANS: Final = 93
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
_PAINTS: Final = ("white", "white", "white", "silver", "silver", "blue", "yellow", "green", "grey")
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
    return [
        ContractTextDefine(
            id=demo_id("contract", "check_in", "2026-1"),
            version="2026-1",
            use="check_in",
            zh="本人确认：以上车辆、读数、照片和损坏情况与归还时所见一致。对某一处损坏有异议的，已在该处标明；"
            "有异议不影响归还，费用由双方另行确认。",
            en="I confirm that the vehicle, readings, photos and damages above are as seen at the return. Where I object to a "
            "damage I have marked it; an objection does not prevent the return, and charges are agreed separately.",
        ),
        ContractTextDefine(
            id=demo_id("contract", "check_out", "2026-1"),
            version="2026-1",
            use="check_out",
            zh="本人确认：以上车辆、读数、照片和已有损坏与交付时所见一致，并已收到随车物品。",
            en="I confirm that the vehicle, readings, photos and known damages above are as seen at the hand-over, "
            "and that I have received the accessories.",
        ),
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
    """93 vans, a shelf of camera kits, two machines."""
    rng = random.Random(2026)
    return [*_vans(rng), *_kits(rng), *_machines()]


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
                serial=f"LZWCBAGA{rng.randrange(10**8, 10**9)}",
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
            home_depot_id=BINJIANG,
            depot_id=BINJIANG,
            bay=f"K-{number + 1:02d}",
        )
        for number in range(KITS)
    ]


def _machines() -> list[AssetDefine]:
    return [
        AssetDefine(
            id=demo_id("asset", f"machine-{number}"),
            label=label,
            tag=f"HM-{number + 1:04d}",
            pack="machine",
            model=model,
            colour="yellow",
            serial=serial,
            home_depot_id=XIASHA,
            depot_id=XIASHA,
            bay=f"M-{number + 1:02d}",
        )
        for number, (label, model, serial) in enumerate(
            (("小挖 M-01", "徐工 XE17U", "XUG017U2601"), ("发电机 M-02", "康明斯 50kW", "CMG50K2607"))
        )
    ]
