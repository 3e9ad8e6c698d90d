"""Found an organisation on an installation: its first depot, who administers it, the shipped packs and texts, and a way in.

Neighbours: `server/cli.py` (`found`) calls it; the demo's `seed.py` does the same for its own company; everything afterwards is
done in the office. Invariants: all of it is entries of the organisation's system device · all of it or nothing, in one
transaction · the password is made at random and only its hash is kept.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final
from zoneinfo import available_timezones

from sqlalchemy.exc import IntegrityError

from schemas.actions import Action
from schemas.actions.basedata import ContractTextDefine, DepotDefine, OrganisationDefine, PersonDefine
from schemas.people import Role
from server.auth import accounts
from server.auth.passwords import hash_secret
from server.http.context import House
from server.packs import shipped_packs
from server.storage.store import SqlStore
from server.system_device import add_system_device, record_system_all
from sync.journal import derived_id

PASSWORD_BYTES: Final = 9
TEXT_VERSION: Final = "2026-1"


class NameTaken(Exception):
    """Somebody on this installation already has the user name. Nothing was written."""


@dataclass(frozen=True)
class Founding:
    """What must be known to begin: names as people call things, the zone as the IANA says it."""

    name: str
    depot: str
    person: str
    username: str
    name_en: str = ""
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class Founded:
    """The new organisation's id and the administrator's password, told once."""

    organisation: str
    password: str


def found(house: House, wanted: Founding) -> Founded:
    """Write it. `NameTaken`; ValueError when a name or the zone is none; nothing was written then."""
    if wanted.zone not in available_timezones():
        raise ValueError(f"zone: {wanted.zone}")
    organisation = house.new_id()
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    house.database.submit(partial(_write, house, wanted, organisation, hash_secret(password))).result()
    return Founded(organisation, password)


def _write(house: House, wanted: Founding, organisation: str, password_hash: str, store: SqlStore) -> None:
    depot, person = derived_id("found", organisation, "depot"), derived_id("found", organisation, "person")
    now_ms = house.clock()
    store.add_organisation(organisation)
    add_system_device(store, house.keys, organisation, depot)
    base: list[Action] = [
        DepotDefine(id=depot, name=wanted.depot),
        PersonDefine(
            id=person, name=wanted.person, roles=[Role.ADMINISTRATOR, Role.MANAGER], depot_ids={depot: True}
        ),
        *shipped_packs(organisation),
        *shipped_texts(lambda use: derived_id("found", organisation, "text", use)),
        OrganisationDefine(id=organisation, name=wanted.name, name_en=wanted.name_en, zone=wanted.zone),
    ]  # fmt: skip
    record_system_all(house.engine, store, organisation, base, now_ms)
    try:
        accounts.put_account(
            store.connection, organisation, person, username=wanted.username, password_hash=password_hash, now_ms=now_ms
        )
    except IntegrityError as taken:
        raise NameTaken(wanted.username) from taken


def shipped_texts(id_of: Callable[[str], str]) -> list[ContractTextDefine]:
    """What customers sign at a check-out and at a check-in, until the organisation publishes its own."""
    return [
        ContractTextDefine(
            id=id_of("check_in"),
            version=TEXT_VERSION,
            use="check_in",
            zh="本人确认：以上车辆、读数、照片和损坏情况与归还时所见一致。对某一处损坏有异议的，已在该处标明；"
            "有异议不影响归还，费用由双方另行确认。",
            en="I confirm that the vehicle, readings, photos and damages above are as seen at the return. Where I object to a "
            "damage I have marked it; an objection does not prevent the return, and charges are agreed separately.",
        ),
        ContractTextDefine(
            id=id_of("check_out"),
            version=TEXT_VERSION,
            use="check_out",
            zh="本人确认：以上车辆、读数、照片和已有损坏与交付时所见一致，并已收到随车物品。",
            en="I confirm that the vehicle, readings, photos and known damages above are as seen at the hand-over, "
            "and that I have received the accessories.",
        ),
    ]
