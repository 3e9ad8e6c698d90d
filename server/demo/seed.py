"""Write the demo company into an empty installation, all of it through the engine, with progress.

Neighbours: `company.py`, `plan.py`, `days.py`, `tablet.py`; `server/cli.py` calls `seed`. Invariants: done completely or, after a
cut, started over: the mark of completion is the organisation's own record, written last.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from schemas.actions import Action
from schemas.actions.devices import DeviceInvite
from server.auth import accounts, codes
from server.auth.passwords import hash_secret
from server.demo import company, days
from server.demo.company import BINJIANG, ORGANISATION, STAFF, XIASHA, Staff
from server.demo.days import Written
from server.demo.plan import DAY_MS, PastHandover, make_plan
from server.demo.tablet import Picture, Progress, Tablet, draw
from server.http.context import House
from server.packs import shipped_packs
from server.storage.store import SqlStore
from server.system_device import SystemEntry, add_system_device, record_system, record_system_many
from sync import instants
from sync.journal import derived_id

_WORDS: Final = ("pine", "slate", "amber", "cedar", "heron", "maple", "onyx", "reed", "tide", "willow")
_WRITTEN_AT_ONCE: Final = 50
INVITATION_MS: Final = DAY_MS


@dataclass(frozen=True)
class Secrets:
    """The demo people's secrets: made at random at first start, kept in `data/secrets/demo.json`."""

    password: str
    pins: dict[str, str]


def demo_secrets(folder: Path) -> Secrets:
    """Read them, or make them."""
    path = folder / "demo.json"
    if path.exists():
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Secrets(raw["password"], raw["pins"])
    made = Secrets(
        password=f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(9000) + 1000}",
        pins={staff.key: f"{secrets.randbelow(900_000) + 100_000}" for staff in STAFF if staff.pin},
    )
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"password": made.password, "pins": made.pins}, file)
    return made


def is_seeded(store: SqlStore) -> bool:
    """Whether the demo company is complete."""
    return store.record(ORGANISATION, "organisation", ORGANISATION) is not None


def seed(house: House, progress: Progress) -> None:
    """Write the company, its people's accounts and its past. Takes a minute; nothing must be there yet."""
    now_ms = house.clock()
    plan = make_plan(now_ms)
    begin = min(past.at_ms for past in plan.past) - DAY_MS
    house.database.submit(partial(_found, house)).result()
    base: list[Action] = [
        *company.depots(), *company.people(), *shipped_packs(ORGANISATION), *company.contract_texts(),
        *company.price_plans(), *company.customers(), *company.assets(), *plan.rentals, *plan.tasks,
    ]  # fmt: skip
    for first in range(0, len(base), _WRITTEN_AT_ONCE):
        batch = base[first : first + _WRITTEN_AT_ONCE]
        house.database.submit(partial(_write, house, batch, begin)).result()
        progress("base", first + len(batch), len(base))
    _accounts(house, progress)
    house.database.submit(partial(_by_office, house, days.before(plan), begin)).result()
    _past(house, plan.past, begin, progress)
    house.database.submit(partial(_by_office, house, days.after(plan, now_ms), now_ms)).result()
    house.database.submit(partial(_write, house, [company.organisation()], now_ms)).result()


def invite(house: House) -> tuple[str, str]:
    """A fresh invitation for a shared phone at the first depot, good for a day: (code, when it expires)."""
    now_ms = house.clock()
    code = codes.new_code(ORGANISATION)
    expires = instants.to_text(now_ms + INVITATION_MS)
    name = f"手机 XS-{house.database.submit(_next_phone).result():02d}"
    action = DeviceInvite(
        invitation_id=derived_id("demo", "invitation", code),
        code_sha256=codes.code_sha256(code),
        depot_id=XIASHA,
        name=name,
        expires_at=expires,
    )
    house.database.submit(partial(_write, house, [action], now_ms)).result()
    return code, expires


def _next_phone(store: SqlStore) -> int:
    """The number of the first depot's next device in the field, counted on from its tablet."""
    return 1 + sum(one.type == "field" and one.depot == XIASHA for one in store.devices(ORGANISATION))


def _found(house: House, store: SqlStore) -> None:
    store.add_organisation(ORGANISATION)
    add_system_device(store, house.keys, ORGANISATION, XIASHA)


def _write(house: House, actions: list[Action], now_ms: int, store: SqlStore) -> None:
    for action in actions:
        record_system(house.engine, store, ORGANISATION, action, now_ms)


def _by_office(house: House, written: list[Written], now_ms: int, store: SqlStore) -> None:
    """What people of the office did, in as many pushes as it takes; RuntimeError when one of them took no effect."""
    actor = next(staff.id for staff in STAFF if staff.key == "ye")
    entries = [
        SystemEntry(derived_id("demo", "office", str(now_ms), str(number)), one.action, private=one.private)
        for number, one in enumerate(written)
    ]
    for first in range(0, len(entries), _WRITTEN_AT_ONCE):
        batch = entries[first : first + _WRITTEN_AT_ONCE]
        ended = record_system_many(house.engine, store, ORGANISATION, batch, now_ms, actor)[1]
        for entry in batch:
            if ended.get(entry.id) != "applied":
                raise RuntimeError(f"the demo's own {entry.action.action} became {ended.get(entry.id)}")


def _accounts(house: House, progress: Progress) -> None:
    known = demo_secrets(house.settings.secrets)
    password_hash = hash_secret(known.password)
    for number, staff in enumerate(STAFF):
        pin = known.pins.get(staff.key)
        pin_hash = hash_secret(pin) if pin else None
        house.database.submit(partial(_account, staff, password_hash if staff.office else None, pin_hash)).result()
        progress("accounts", number + 1, len(STAFF))


def _account(staff: Staff, password_hash: str | None, pin_hash: str | None, store: SqlStore) -> None:
    username = staff.key if staff.office else None
    accounts.put_account(
        store.connection, ORGANISATION, staff.id, username=username, password_hash=password_hash, pin_hash=pin_hash
    )


def _past(house: House, past: list[PastHandover], begin: int, progress: Progress) -> None:
    tablets = {
        XIASHA: Tablet(house, ORGANISATION, XIASHA, "平板 XS-01"),
        BINJIANG: Tablet(house, ORGANISATION, BINJIANG, "平板 BJ-01"),
    }
    for tablet in tablets.values():
        house.database.submit(partial(tablet.enrol, begin)).result()
    technicians = {depot: [s.id for s in STAFF if "technician" in s.roles and depot in s.depots] for depot in tablets}
    for number, (one, pictures) in enumerate(_drawn(past)):
        depot = one.asset.depot_id
        actor = technicians[depot][number % len(technicians[depot])]
        house.database.submit(partial(_hand_over, tablets[depot], one, pictures, actor)).result()
        progress("handovers", number + 1, len(past))


def _hand_over(tablet: Tablet, past: PastHandover, pictures: list[Picture], actor: str, store: SqlStore) -> None:
    files = tablet.capture(past, pictures, actor)
    received = past.at_ms + 5 * 60_000
    tablet.push(store, received)
    for ref, content in files:
        tablet.deliver(store, ref, content, received)


def _drawn(past: list[PastHandover]) -> Iterator[tuple[PastHandover, list[Picture]]]:
    """Handovers with their pictures, in order; drawing is shared by the machine's processors."""
    workers = min(os.cpu_count() or 1, 4)
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(workers))
        yield from zip(past, pool.map(draw, past, ["城配车租"] * len(past), chunksize=1), strict=True)
