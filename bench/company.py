"""A company to measure with: vans, technicians, enrolled devices with keys; all of it written through the engine.

Neighbours: the workloads; `server/demo/seed.py` founds the demo company the same way. Invariants: nothing is inserted past
the engine; the last vans are written after the cursors that workload C pulls from.
"""

import asyncio
import base64
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from bench.wire import Heads
from schemas.actions import Action
from schemas.actions.basedata import AssetDefine, DepotDefine, OrganisationDefine, PersonDefine
from schemas.actions.devices import DeviceEnrol
from schemas.ids import SYSTEM_ACTOR
from schemas.people import Role
from schemas.protocol import Receipt, SyncRequest
from server.app import make_house
from server.auth import sessions
from server.http.context import House
from server.packs import shipped_packs
from server.settings import Settings
from server.storage.store import SqlStore
from server.system_device import APP, add_system_device, system_device_id
from sync.device import Device
from sync.journal import derived_id, genesis
from sync.store import DeviceState

AT_ONCE: Final = 500
_ID: Final = re.compile(rb'"id":"([0-9a-f-]{36})"')


@dataclass(frozen=True)
class Size:
    """How much of everything. `new`: records workload C pulls; `entries`: what one device of workload A pushes;
    `fleet` devices of workload D push `each` entries; `sockets` listen in E to `changes` changes; `editors` edit `edited`
    records in F."""

    records: int = 50_000
    new: int = 100
    pulls: int = 200
    entries: int = 10_000
    batch: int = 500
    fleet: int = 50
    each: int = 100
    sockets: int = 200
    changes: int = 30
    editors: int = 10
    edited: int = 100

    @property
    def devices(self) -> int:
        """How many devices the company needs."""
        return max(2, self.fleet, self.sockets, self.editors)


FULL: Final = Size()
SMALL: Final = Size(
    records=400, new=10, pulls=3, entries=40, batch=20, fleet=3, each=10, sockets=4, changes=2, editors=3, edited=4
)
"""For tests: every workload with its own checks, in moments."""


class Key:
    """A device's P-256 key."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.x, self.y = (_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))

    def sign(self, text: bytes) -> str:
        """base64url of r ‖ s."""
        r, s = utils.decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return _base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Enrolled:
    """One device of the company: its key, and the token its requests carry."""

    id: str
    key: Key = field(default_factory=Key)
    token: str = ""

    @property
    def heads(self) -> Heads:
        """What its requests carry."""
        return (("Content-Type", "application/json"), ("X-Handover", "1"), ("Cookie", f"hv_device={self.token}"))


@dataclass
class Company:
    """What the workloads need to know of the company they measure with. `cursors` stand before the newest `size.new` vans,
    `heads` behind them; `wires` are all vans as they lie in their bucket, oldest first, with their versions."""

    size: Size
    organisation: str = derived_id("bench", "organisation")
    depot: str = derived_id("bench", "depot")
    devices: list[Enrolled] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    wires: list[tuple[int, bytes]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def bucket(self) -> str:
        """Where the vans and all field work lie."""
        return f"depot:{self.depot}/field"

    def person(self, number: int) -> str:
        """The id of the technician who holds a device."""
        return derived_id("bench", "person", str(number % self.size.editors))

    def vans(self) -> list[tuple[str, int]]:
        """Every van with its version."""
        return [(van_id(wire), version) for version, wire in self.wires]

    def cursors_of(self, device: Enrolled) -> dict[str, int]:
        """Where a device stands that has everything."""
        return {**self.heads, f"device:{device.id}": 0}

    def journal(self, device: Enrolled) -> Device:
        """A device with an empty journal."""
        return Device(self.organisation, device.id, sign=device.key.sign, random=secrets.token_bytes, app="bench", auth="pin")


def van_id(wire: bytes) -> str:
    """The id of the record in a change."""
    found = _ID.search(wire)
    assert found is not None
    return found[1].decode()


def found(data: Path, size: Size = FULL) -> Company:
    """Write the company into an empty data folder and close it again. `seconds` says how long the engine took."""
    company = Company(size)
    company.devices = [Enrolled(derived_id("bench", "device", str(number))) for number in range(size.devices)]
    house = make_house(Settings(data=data, free_bytes_min=0))
    now_ms = time.time_ns() // 1_000_000
    try:
        house.database.submit(partial(_begin, house, company, now_ms)).result()
        vans = [_van(company, number) for number in range(size.records)]
        began = time.perf_counter()
        _write(house, company, [*_base(company), *vans[: -size.new]], now_ms)
        company.cursors = house.database.submit(partial(_heads, company)).result()
        _write(house, company, vans[-size.new :], now_ms)
        company.seconds = time.perf_counter() - began
        company.heads = house.database.submit(partial(_heads, company)).result()
        company.wires = house.database.submit(partial(_wires, company)).result()
    finally:
        asyncio.run(house.database.close())
    assert len(company.wires) == size.records
    return company


def _begin(house: House, company: Company, now_ms: int, store: SqlStore) -> None:
    organisation = company.organisation
    store.add_organisation(organisation)
    add_system_device(store, house.keys, organisation, company.depot)
    for device in company.devices:
        start, key = genesis(organisation, device.id), device.key
        store.put_device(DeviceState(organisation, device.id, "field", company.depot, None, "active", key.x, key.y, 0, 0, start))
        store.add_epoch(organisation, device.id, 0, 0, start)
        sessions.set_home(store.connection, device.id, organisation)
        device.token = sessions.open_session(store.connection, organisation, now_ms, device=device.id)


def _base(company: Company) -> list[Action]:
    roles, depots = [Role.TECHNICIAN], {company.depot: True}
    people = [
        PersonDefine(id=company.person(number), name=f"测量员 {number}", roles=roles, depot_ids=depots)
        for number in range(company.size.editors)
    ]
    devices = [
        DeviceEnrol(device_id=device.id, depot_id=company.depot, name=f"bench {number}", type="field")
        for number, device in enumerate(company.devices)
    ]
    return [
        OrganisationDefine(id=company.organisation, name="测量 Bench"),
        DepotDefine(id=company.depot, name="测量仓"),
        *people,
        *shipped_packs(company.organisation),
        *devices,
    ]


def _van(company: Company, number: int) -> AssetDefine:
    return AssetDefine(
        id=derived_id("bench", "van", str(number)), label=f"浙A·B{number:05d}", tag=f"HB-{number:05d}", pack="vehicle",
        model="五菱 EV50", colour="white", serial=f"LZWCBAGA{number:09d}", home_depot_id=company.depot,
        depot_id=company.depot, bay=f"B-{number:04d}", state="out", odometer_km=10_000 + number,
    )  # fmt: skip


def _write(house: House, company: Company, actions: Sequence[Action], now_ms: int) -> None:
    for first in range(0, len(actions), AT_ONCE):
        batch = actions[first : first + AT_ONCE]
        house.database.submit(partial(_write_batch, house, company, batch, now_ms)).result()


def _write_batch(house: House, company: Company, actions: Iterable[Action], now_ms: int, store: SqlStore) -> None:
    """One push of the organisation's system device."""
    organisation, device_id = company.organisation, system_device_id(company.organisation)
    state = store.device(organisation, device_id)
    assert state is not None
    keys = house.keys.of(organisation)
    device = Device(
        organisation, device_id, sign=keys.sign_text, random=secrets.token_bytes, app=APP, epoch=state.epoch,
        seq=state.seq, hash=state.hash,
    )  # fmt: skip
    for action in actions:
        args = action.model_dump(mode="json")
        device.record(action.action, args, actor=SYSTEM_ACTOR, now_ms=now_ms, version=action.v)
    pushed = house.engine.push(store, organisation, SyncRequest.model_validate(device.request(now_ms)), now_ms)
    bad = [outcome for outcome in pushed.outcomes if outcome.state != "applied"]
    device.prove(Receipt.model_validate_json(keys.verify_receipt(pushed.receipt)))
    if bad or device.outbox:
        raise RuntimeError(f"the measurement's own base data became {bad[:1]}")


def _heads(company: Company, store: SqlStore) -> dict[str, int]:
    return {bucket: store.bucket_head(company.organisation, bucket) for bucket in ("org/field", company.bucket)}


def _wires(company: Company, store: SqlStore) -> list[tuple[int, bytes]]:
    """Every van as it lies in its bucket: the bare server and the machine's limit serve the same bytes."""
    up_to = store.organisation_version(company.organisation)
    changes = store.changes(company.organisation, company.bucket, 0, company.size.records, up_to)
    return [(change.version, change.wire) for change in changes]
