"""A company to measure with: 5,000 vans, one technician, one enrolled device with a key; all written through the engine.

Neighbours: `workloads.py`; `server/demo/seed.py` founds the demo company the same way. Invariants: nothing is inserted
past the engine; the last 100 vans are written after the cursors that workload C pulls from.
"""

import asyncio
import base64
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

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

RECORDS = 5_000
NEW_RECORDS = 100
AT_ONCE = 500


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
class Company:
    """What the workloads need to know of the company they measure with."""

    organisation: str = derived_id("bench", "organisation")
    depot: str = derived_id("bench", "depot")
    technician: str = derived_id("bench", "person")
    device: str = derived_id("bench", "device")
    key: Key = field(default_factory=Key)
    token: str = ""
    cursors: dict[str, int] = field(default_factory=dict)
    wires: list[tuple[int, bytes]] = field(default_factory=list)

    def van(self, number: int) -> str:
        """The id of one van."""
        return derived_id("bench", "van", str(number))

    def journal(self) -> Device:
        """The device with an empty journal."""
        return Device(self.organisation, self.device, sign=self.key.sign, random=secrets.token_bytes, app="bench", auth="pin")


def found(data: Path) -> Company:
    """Write the company into an empty data folder and close it again."""
    company = Company()
    house = make_house(Settings(data=data, free_bytes_min=0))
    now_ms = time.time_ns() // 1_000_000
    try:
        house.database.submit(partial(_begin, house, company, now_ms)).result()
        vans = [_van(company, number) for number in range(RECORDS)]
        _write(house, company, [*_base(company), *vans[:-NEW_RECORDS]], now_ms)
        company.cursors = house.database.submit(partial(_heads, company)).result()
        _write(house, company, vans[-NEW_RECORDS:], now_ms)
        company.wires = house.database.submit(partial(_wires, company)).result()
    finally:
        asyncio.run(house.database.close())
    return company


def _begin(house: House, company: Company, now_ms: int, store: SqlStore) -> None:
    store.add_organisation(company.organisation)
    add_system_device(store, house.keys, company.organisation, company.depot)
    start = genesis(company.organisation, company.device)
    key = company.key
    store.put_device(
        DeviceState(company.organisation, company.device, "field", company.depot, None, "active", key.x, key.y, 0, 0, start)
    )
    store.add_epoch(company.organisation, company.device, 0, 0, start)
    sessions.set_home(store.connection, company.device, company.organisation)
    company.token = sessions.open_session(store.connection, company.organisation, now_ms, device=company.device)


def _base(company: Company) -> list[Action]:
    roles, depots = [Role.TECHNICIAN], {company.depot: True}
    return [
        OrganisationDefine(id=company.organisation, name="测量 Bench"),
        DepotDefine(id=company.depot, name="测量仓"),
        PersonDefine(id=company.technician, name="测量员", roles=roles, depot_ids=depots),
        *shipped_packs(company.organisation),
        DeviceEnrol(device_id=company.device, depot_id=company.depot, name="bench", type="field"),
    ]


def _van(company: Company, number: int) -> AssetDefine:
    return AssetDefine(
        id=company.van(number), label=f"浙A·B{number:05d}", tag=f"HB-{number:05d}", pack="vehicle", model="五菱 EV50",
        colour="white", serial=f"LZWCBAGA{number:09d}", home_depot_id=company.depot, depot_id=company.depot,
        bay=f"B-{number:04d}", state="out", odometer_km=10_000 + number,
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
    if bad or not device.prove(Receipt.model_validate_json(keys.verify_receipt(pushed.receipt))):
        raise RuntimeError(f"the measurement's own base data became {bad[:1]}")


def _buckets(company: Company) -> list[str]:
    return ["org/field", f"depot:{company.depot}/field", f"device:{company.device}"]


def _heads(company: Company, store: SqlStore) -> dict[str, int]:
    return {bucket: store.bucket_head(company.organisation, bucket) for bucket in _buckets(company)}


def _wires(company: Company, store: SqlStore) -> list[tuple[int, bytes]]:
    """Every van as it lies in its bucket: the bare server and the machine's limit serve the same bytes."""
    bucket = f"depot:{company.depot}/field"
    changes = store.changes(company.organisation, bucket, 0, RECORDS, store.organisation_version(company.organisation))
    return [(change.version, change.wire) for change in changes]
