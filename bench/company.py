"""A company to measure with: vans, check-ins with damages, technicians, enrolled devices; all written through the engine.

Neighbours: the workloads; `server/demo/seed.py` founds the demo company the same way. Invariants: nothing is inserted past
the engine; the newest check-ins are written after the cursors that workload C pulls from.
"""

import asyncio
import base64
import json
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from bench.wire import Heads
from schemas.actions import Action
from schemas.actions.basedata import AssetDefine, DepotDefine, OrganisationDefine, PersonDefine
from schemas.actions.devices import DeviceEnrol
from schemas.ids import SYSTEM_ACTOR, uuid7
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
PER_CHECK_IN: Final = 5
"""Records that a check-in with four damages makes; as many entries make them."""
TOUCHED: Final = PER_CHECK_IN + 1
"""With the van, which keeps what is open on it."""


@dataclass(frozen=True)
class Size:
    """How much of everything. `records` lie in the depot, `new` of them are what workload C pulls; `entries`: what one device
    of workload A pushes; `fleet` devices of workload D push `each` entries; `sockets` listen in E to `changes` changes;
    `editors` edit `edited` records in F. `assets_only`: nothing but vans, as the browser's grid wants them; `sheet_bad` of
    `sheet_rows` rows of H are bad."""

    records: int = 50_000
    new: int = 102
    pulls: int = 200
    entries: int = 10_000
    batch: int = 500
    fleet: int = 50
    each: int = 100
    sockets: int = 200
    changes: int = 30
    editors: int = 10
    edited: int = 100
    assets_only: bool = False
    sheet_rows: int = 5_000
    sheet_bad: int = 200

    @property
    def devices(self) -> int:
        """How many devices the company needs."""
        return max(2, self.fleet, self.sockets, self.editors)

    @property
    def check_ins(self) -> int:
        """How many of the company's vans are being checked in: three of five records belong to these."""
        return 0 if self.assets_only else self.records * 3 // 5 // PER_CHECK_IN

    @property
    def vans(self) -> int:
        """How many vans there are."""
        return self.records - self.check_ins * PER_CHECK_IN


VIEWS: Final = ("left", "right", "front", "rear")
TYPES: Final = ("scratch", "dent", "crack", "stain", "deformation")
FULL: Final = Size()
SMALL: Final = Size(
    records=400,
    new=12,
    pulls=3,
    entries=40,
    batch=20,
    fleet=3,
    each=10,
    sockets=4,
    changes=2,
    editors=6,
    edited=4,
    sheet_rows=60,
    sheet_bad=12,
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


@dataclass(frozen=True)
class Kept:
    """A record as it lies in the depot's bucket."""

    kind: str
    id: str
    version: int
    wire: bytes


@dataclass
class Company:
    """What the workloads need to know of the company they measure with. `office_token`: of its clerk; `cursors` stand
    before the newest `size.new` records, `heads` behind them; `records` are what lies in the depot's bucket, oldest first."""

    size: Size
    organisation: str = derived_id("bench", "organisation")
    depot: str = derived_id("bench", "depot")
    devices: list[Enrolled] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    records: list[Kept] = field(default_factory=list)
    seconds: float = 0.0
    office_token: str = ""

    @property
    def bucket(self) -> str:
        """Where the vans and all field work lie."""
        return f"depot:{self.depot}/field"

    @property
    def newest(self) -> set[str]:
        """Ids of the records behind `cursors`."""
        return {kept.id for kept in self.records if kept.version > self.cursors[self.bucket]}

    def person(self, number: int) -> str:
        """The id of the technician who holds a device."""
        return derived_id("bench", "person", str(number % self.size.editors))

    @property
    def clerk(self) -> str:
        """The id of the person in the office."""
        return derived_id("bench", "clerk")

    def vans(self) -> list[tuple[str, int]]:
        """Every van that nobody is checking in, with its version."""
        taken = {_van_id(number) for number in range(self.size.check_ins)}
        return [(kept.id, kept.version) for kept in self.records if kept.kind == "asset" and kept.id not in taken]

    def cursors_of(self, device: Enrolled) -> dict[str, int]:
        """Where a device stands that has everything."""
        return {**self.heads, f"device:{device.id}": 0}

    def journal(self, device: Enrolled) -> Device:
        """A device with an empty journal."""
        return Device(self.organisation, device.id, sign=device.key.sign, random=secrets.token_bytes, app="bench", auth="pin")


def found(data: Path, size: Size = FULL) -> Company:
    """Write the company into an empty data folder and close it again. `seconds` says how long the engine took."""
    company = Company(size)
    company.devices = [Enrolled(derived_id("bench", "device", str(number))) for number in range(size.devices)]
    surveyor = Enrolled(derived_id("bench", "surveyor"))
    house = make_house(Settings(data=data, free_bytes_min=0))
    now_ms = time.time_ns() // 1_000_000
    system = _system_journal(house, company)
    try:
        house.database.submit(partial(_begin, house, company, surveyor, now_ms)).result()
        for action in [*_base(company, surveyor), *(_van(company, number) for number in range(size.vans))]:
            args = action.model_dump(mode="json")
            system.record(action.action, args, actor=SYSTEM_ACTOR, now_ms=now_ms, version=action.v)
        survey = company.journal(surveyor)
        newest = size.new // TOUCHED
        began = time.perf_counter()
        _push(house, company, system, now_ms)
        check_ins(company, survey, [_van_id(number) for number in range(size.check_ins - newest)], company.person(0), now_ms)
        _push(house, company, survey, now_ms)
        company.cursors = house.database.submit(partial(_heads, company)).result()
        more = [_van_id(number) for number in range(size.check_ins - newest, size.check_ins)]
        check_ins(company, survey, more, company.person(0), now_ms)
        _push(house, company, survey, now_ms)
        company.seconds = time.perf_counter() - began
        company.heads = house.database.submit(partial(_heads, company)).result()
        company.records = house.database.submit(partial(_records, company)).result()
    finally:
        asyncio.run(house.database.close())
    assert len(company.records) == size.records
    assert len(company.newest) == size.new
    return company


def check_ins(company: Company, journal: Device, vans: Sequence[str], actor: str, now_ms: int) -> list[str]:
    """Begin a check-in of each van and pin four damages in it: as many records as entries. Returns the records' ids."""
    made: list[str] = []

    def write(action: str, needs: Sequence[str] = (), **args: Any) -> str:
        return journal.record(action, args, actor=actor, now_ms=now_ms, needs=needs).id

    for number, van in enumerate(vans):
        handover = uuid7(now_ms, secrets.token_bytes(10))
        started = write("handover.start", handover_id=handover, type="check_in", asset_id=van)
        made.append(handover)
        for at in range(PER_CHECK_IN - 1):
            damage = uuid7(now_ms, secrets.token_bytes(10))
            made.append(damage)
            write(
                "damage.record", [started], handover_id=handover, damage_id=damage, view=VIEWS[at], part="door_front",
                x=number * 7 % 1000, y=number * 13 % 1000, type=TYPES[number % len(TYPES)], severity="minor_damage",
                size_mm=5 + number % 400,
            )  # fmt: skip
    return made


def _begin(house: House, company: Company, surveyor: Enrolled, now_ms: int, store: SqlStore) -> None:
    organisation = company.organisation
    store.add_organisation(organisation)
    add_system_device(store, house.keys, organisation, company.depot)
    for device in (*company.devices, surveyor):
        start, key = genesis(organisation, device.id), device.key
        store.put_device(DeviceState(organisation, device.id, "field", company.depot, None, "active", key.x, key.y, 0, 0, start))
        store.add_epoch(organisation, device.id, 0, 0, start)
        sessions.set_home(store.connection, device.id, organisation)
        device.token = sessions.open_session(store.connection, organisation, now_ms, device=device.id)
    company.office_token = sessions.open_session(store.connection, organisation, now_ms, person=company.clerk)


def _base(company: Company, surveyor: Enrolled) -> list[Action]:
    roles, depots = [Role.TECHNICIAN], {company.depot: True}
    people = [
        PersonDefine(id=company.person(number), name=f"测量员 {number}", roles=roles, depot_ids=depots)
        for number in range(company.size.editors)
    ]
    people.append(PersonDefine(id=company.clerk, name="文员", roles=[Role.OPERATIONS], depot_ids=depots))
    devices = [
        DeviceEnrol(device_id=device.id, depot_id=company.depot, name=f"bench {number}", type="field")
        for number, device in enumerate((*company.devices, surveyor))
    ]
    return [
        OrganisationDefine(id=company.organisation, name="测量 Bench"),
        DepotDefine(id=company.depot, name="测量仓"),
        *people,
        *shipped_packs(company.organisation),
        *devices,
    ]


def _van_id(number: int) -> str:
    return derived_id("bench", "van", str(number))


def _van(company: Company, number: int) -> AssetDefine:
    return AssetDefine(
        id=_van_id(number), label=f"浙A·B{number:05d}", tag=f"HB-{number:05d}", pack="vehicle", model="五菱 EV50",
        colour="white", serial=f"LZWCBAGA{number:09d}", home_depot_id=company.depot, depot_id=company.depot,
        bay=f"B-{number:04d}", state="out", odometer_km=10_000 + number,
    )  # fmt: skip


def _system_journal(house: House, company: Company) -> Device:
    """The organisation's system device, before it has written anything."""
    keys = house.keys.of(company.organisation)
    device_id = system_device_id(company.organisation)
    return Device(company.organisation, device_id, sign=keys.sign_text, random=secrets.token_bytes, app=APP)


def _push(house: House, company: Company, journal: Device, now_ms: int) -> None:
    """Everything the journal holds, in as many pushes as it takes."""
    while journal.outbox:
        house.database.submit(partial(_push_some, house, company, journal, now_ms)).result()


def _push_some(house: House, company: Company, journal: Device, now_ms: int, store: SqlStore) -> None:
    request = SyncRequest.model_validate(journal.request(now_ms, limit=AT_ONCE))
    pushed = house.engine.push(store, company.organisation, request, now_ms)
    bad = [outcome for outcome in pushed.outcomes if outcome.state != "applied"]
    receipt = Receipt.model_validate_json(house.keys.of(company.organisation).verify_receipt(pushed.receipt))
    if bad or not journal.prove(receipt):
        raise RuntimeError(f"the measurement's own base data became {bad[:1]}")


def _heads(company: Company, store: SqlStore) -> dict[str, int]:
    return {bucket: store.bucket_head(company.organisation, bucket) for bucket in ("org/field", company.bucket)}


def _records(company: Company, store: SqlStore) -> list[Kept]:
    """What lies in the depot's bucket: the bare server and the machine's limit serve the same bytes."""
    up_to = store.organisation_version(company.organisation)
    page = store.page(company.organisation, company.bucket, 0, up_to, company.size.records, sys.maxsize)
    return [_kept(bytes(wire)) for wire in msgspec.json.decode(b"[" + page.wire + b"]", type=list[msgspec.Raw])]


def _kept(wire: bytes) -> Kept:
    change = json.loads(wire)
    return Kept(change["kind"], change["id"], change["v"], wire)
