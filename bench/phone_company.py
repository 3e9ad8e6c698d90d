"""What the phone is measured with: a depot with 5,000 assets, 500 rentals and a day's tasks; another with 10,000 assets.

Neighbours: `phone.py` drives the browser, `company.py` founds the company this stands in. Invariants: everything is written
through the engine · both depots have the same technician with the same PIN, and an invitation each.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from bench.company import AT_ONCE, FULL, Company, found
from schemas.actions import Action
from schemas.actions.basedata import AssetDefine, CustomerDefine, DepotDefine, PersonDefine, RentalDefine, TaskDefine
from schemas.actions.devices import DeviceInvite
from schemas.ids import SYSTEM_ACTOR
from schemas.people import Role
from server.app import make_house
from server.auth import accounts, codes
from server.auth.passwords import hash_secret
from server.founding import shipped_texts
from server.http.context import House
from server.settings import Settings
from server.storage.store import SqlStore
from server.system_device import SystemEntry, record_system_many
from sync import instants
from sync.journal import derived_id

NAME: Final = "测量师傅"
PIN: Final = "471147"
HOUR_MS: Final = 3_600_000
_CUSTOMERS: Final = 60


@dataclass(frozen=True)
class Load:
    """How much lies in the phone's depot; `many` assets in the other one."""

    assets: int = 5_000
    rentals: int = 500
    tasks: int = 60
    many: int = 10_000


@dataclass
class Yard:
    """The company, and the code that enrols a phone in each depot."""

    company: Company
    load: Load
    depot: str = derived_id("bench", "yard")
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def technician(self) -> str:
        """Whose day it is."""
        return derived_id("bench", "yard", "technician")


def found_yard(data: Path, load: Load) -> Yard:
    """Write it into an empty data folder."""
    size = replace(FULL, records=load.many, new=0, assets_only=True, fleet=2, sockets=2, editors=2)
    yard = Yard(found(data, size), load)
    house = make_house(Settings(data=data, free_bytes_min=0))
    now_ms = time.time_ns() // 1_000_000
    try:
        for depot in (yard.depot, yard.company.depot):
            yard.codes[depot] = codes.new_code(yard.company.organisation)
        everything = [*_base(yard), *_invitations(yard, now_ms), *_assets(yard), *_work(yard, now_ms)]
        for first in range(0, len(everything), AT_ONCE):
            house.database.submit(partial(_write, house, yard, everything[first : first + AT_ONCE], now_ms)).result()
        house.database.submit(partial(_pin, yard)).result()
    finally:
        asyncio.run(house.database.close())
    return yard


def _write(house: House, yard: Yard, actions: Sequence[Action], now_ms: int, store: SqlStore) -> None:
    organisation = yard.company.organisation
    entries = [SystemEntry(derived_id("bench", "entry", one.action, one.model_dump_json()), one) for one in actions]
    ended = record_system_many(house.engine, store, organisation, entries, now_ms, SYSTEM_ACTOR)[1]
    if bad := {state for state in ended.values() if state != "applied"}:
        raise RuntimeError(f"the measurement's own data became {sorted(bad)}")


def _pin(yard: Yard, store: SqlStore) -> None:
    accounts.put_account(store.connection, yard.company.organisation, yard.technician, pin_hash=hash_secret(PIN))


def _base(yard: Yard) -> list[Action]:
    depots = {yard.depot: True, yard.company.depot: True}
    return [
        DepotDefine(id=yard.depot, name="测量场"),
        PersonDefine(id=yard.technician, name=NAME, roles=[Role.TECHNICIAN], depot_ids=depots),
        *shipped_texts(lambda use: derived_id("bench", "contract", use)),
        *(CustomerDefine(id=_customer(n), name=f"测量客户 {n:02d}", depot_id=yard.depot) for n in range(_CUSTOMERS)),
    ]


def _invitations(yard: Yard, now_ms: int) -> list[DeviceInvite]:
    return [
        DeviceInvite(
            invitation_id=derived_id("bench", "invitation", code), code_sha256=codes.code_sha256(code), depot_id=depot,
            name="测量手机", expires_at=instants.to_text(now_ms + 2 * HOUR_MS),
        )
        for depot, code in yard.codes.items()
    ]  # fmt: skip


def _assets(yard: Yard) -> list[AssetDefine]:
    """First those that leave on a rental, then those that come back, then what stands there."""
    let, back = yard.load.rentals, yard.load.rentals + yard.load.tasks
    return [
        AssetDefine(
            id=_asset(n), label=f"浙B·P{n:05d}", tag=f"HY-{n:05d}", pack="vehicle", model="五菱 EV50", colour="白色",
            serial=(vin := f"LZWCBAGB{n:09d}"), plate=f"浙B·P{n:05d}", vin=vin, home_depot_id=yard.depot, depot_id=yard.depot,
            bay=f"C-{n:04d}", state="out" if let <= n < back else "available", odometer_km=10_000 + n,
        )
        for n in range(yard.load.assets)
    ]  # fmt: skip


def _work(yard: Yard, now_ms: int) -> list[Action]:
    """Rentals of the next two months, each of which makes a delivery; and what is to be fetched back today, some of it late."""
    rentals = [
        RentalDefine(
            id=derived_id("bench", "yard", "rental", str(n)), number=f"CL-26-{n:04d}", customer_id=_customer(n % _CUSTOMERS),
            depot_id=yard.depot, asset_ids=[_asset(n)], starts_at=instants.to_text(now_ms + (n + 4) * 3 * HOUR_MS),
            due_at=instants.to_text(now_ms + (n + 200) * 3 * HOUR_MS), state="approved",
        )
        for n in range(yard.load.rentals)
    ]  # fmt: skip
    tasks = [
        TaskDefine(
            id=derived_id("bench", "yard", "task", str(n)), type="collect", depot_id=yard.depot,
            asset_id=_asset(yard.load.rentals + n), customer_id=_customer(n % _CUSTOMERS), bay=f"C-{n:04d}",
            due_at=instants.to_text(now_ms + (n - 6) * HOUR_MS // 4), assignee_id=yard.technician if n % 2 == 0 else None,
        )
        for n in range(yard.load.tasks)
    ]  # fmt: skip
    return [*rentals, *tasks]


def _asset(number: int) -> str:
    return derived_id("bench", "yard", "asset", str(number))


def _customer(number: int) -> str:
    return derived_id("bench", "yard", "customer", str(number))
