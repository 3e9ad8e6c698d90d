"""Sessions: opaque tokens in cookies, and the principals they stand for.

A token is 256 random bits; the table keeps its SHA-256. Two cookies: `hv_device` (30 days, renewed by
signing a challenge) and `hv_person` (12 hours, office login). Neighbours: `server/http/access.py` reads
cookies, `server/http/enrolment.py` and `people.py` open sessions. Invariants: a principal is built from the
present records each time — a revoked device or a person put inactive is seen at the next request.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Final, Literal

from sqlalchemy import Connection, bindparam, delete, func, insert, select
from sqlmodel import SQLModel

from schemas import limits
from schemas.people import Role
from server.auth.accounts import since_of
from server.auth.tables import Challenge, DeviceHome, Session
from server.storage.asked import asked, prepare
from sync.store import Store
from sync.visibility import Viewer, buckets_for, may_use_device

DEVICE_COOKIE: Final = "hv_device"
PERSON_COOKIE: Final = "hv_person"
DEVICE_TOKEN_MS: Final = limits.DEVICE_TOKEN_DAYS * 24 * 3600 * 1000
PERSON_TOKEN_MS: Final = limits.SESSION_HOURS * 3600 * 1000
_CHALLENGES_PER_DEVICE_MAX: Final = 8
_SESSIONS_PER_HOLDER_MAX: Final = 16
_SESSION = SQLModel.metadata.tables[Session.__tablename__]
_CHALLENGE = SQLModel.metadata.tables[Challenge.__tablename__]
_HOME = SQLModel.metadata.tables[DeviceHome.__tablename__]
_BY_TOKEN: Final = select(_SESSION).where(_SESSION.c.token_sha256 == bindparam("token_sha256"))
prepare([_BY_TOKEN])


@dataclass(frozen=True)
class DevicePrincipal:
    """A device that proved itself. `state`: active, revoked or replaced; `person` when it is one person's own."""

    organisation: str
    device: str
    type: str
    person: str | None
    depot: str
    state: str
    roles: frozenset[Role] = frozenset()
    depots: frozenset[str] = frozenset()
    all_depots: frozenset[str] = frozenset()
    entitled: bool = True

    @property
    def buckets(self) -> frozenset[str]:
        """What it may read; nothing unless it is active and, when it is one person's own, that person still works there."""
        if self.state != "active" or not self.entitled:
            return frozenset()
        return buckets_for(Viewer(self.device, self.type, self.depot, self.roles, self.depots, self.all_depots))


@dataclass(frozen=True)
class PersonPrincipal:
    """A person signed in to the office."""

    organisation: str
    person: str
    name: str
    name_en: str
    roles: frozenset[Role]
    depots: frozenset[str]
    all_depots: frozenset[str]

    @property
    def buckets(self) -> frozenset[str]:
        """What the person may read in the office."""
        viewer = Viewer(self.person, "office", "", self.roles, self.depots, self.all_depots)
        return buckets_for(viewer) - {f"device:{self.person}"}


Principal = DevicePrincipal | PersonPrincipal


def token_sha256(token: str) -> str:
    """What is stored of a token or challenge."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    connection: Connection, organisation: str, now_ms: int, *, device: str | None = None, person: str | None = None
) -> str:
    """A new token for a device or a person (exactly one of them). Its other tokens stay valid, the newest few of them."""
    assert (device is None) != (person is None)
    holder = _SESSION.c.device == device if device else _SESSION.c.person == person
    newest = (
        select(_SESSION.c.token_sha256)
        .where(holder, _SESSION.c.organisation == organisation)
        .order_by(_SESSION.c.created_at.desc())
        .limit(_SESSIONS_PER_HOLDER_MAX - 1)
    )
    surplus = holder & (_SESSION.c.organisation == organisation) & _SESSION.c.token_sha256.not_in(newest)
    connection.execute(delete(_SESSION).where(surplus))
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(_SESSION).values(
            token_sha256=token_sha256(token),
            organisation=organisation,
            type="device" if device else "person",
            person=person,
            device=device,
            created_at=now_ms,
            expires_at=now_ms + (DEVICE_TOKEN_MS if device else PERSON_TOKEN_MS),
        )
    )
    return token


def close_session(connection: Connection, token: str) -> None:
    """The token is worth nothing from now on."""
    connection.execute(delete(_SESSION).where(_SESSION.c.token_sha256 == token_sha256(token)))


def close_device_sessions(connection: Connection, device: str) -> None:
    """All tokens of a device are worth nothing from now on."""
    connection.execute(delete(_SESSION).where(_SESSION.c.device == device))


def close_person_sessions(connection: Connection, organisation: str, person: str) -> None:
    """All office logins of a person are worth nothing from now on."""
    connection.execute(delete(_SESSION).where(_SESSION.c.organisation == organisation, _SESSION.c.person == person))


def forget_expired(connection: Connection, now_ms: int) -> None:
    """Drop sessions and challenges past their time."""
    connection.execute(delete(_SESSION).where(_SESSION.c.expires_at <= now_ms))
    connection.execute(delete(_CHALLENGE).where(_CHALLENGE.c.expires_at <= now_ms))


def principal_of(
    store: Store, connection: Connection, token: str, kind: Literal["device", "person"], now_ms: int
) -> Principal | None:
    """Who holds the token, or None: unknown, expired, of the other kind, from before its person left, or no longer active."""
    row = asked(connection, _BY_TOKEN, {"token_sha256": token_sha256(token)}).first()
    if row is None or row.type != kind or row.expires_at <= now_ms:
        return None
    if kind == "device":
        return device_principal(store, row.organisation, row.device)
    if row.created_at < since_of(store, row.organisation, row.person):
        return None
    return person_principal(store, row.organisation, row.person)


def device_principal(store: Store, organisation: str, device: str) -> DevicePrincipal | None:
    """The device as it now stands; its person's rights when it is one person's own."""
    state = store.device(organisation, device)
    if state is None:
        return None
    shared = DevicePrincipal(organisation, device, state.type, state.person, state.depot, state.state)
    if state.person is None:
        return shared
    person = person_principal(store, organisation, state.person)
    if person is None:
        return replace(shared, entitled=False)
    if state.type == "office":
        return replace(shared, roles=person.roles, depots=person.depots, all_depots=person.all_depots)
    return replace(shared, entitled=may_use_device(person.roles, person.depots, state.depot))


def person_principal(store: Store, organisation: str, person: str) -> PersonPrincipal | None:
    """The person as they now stand; None when unknown or no longer active."""
    record = store.record(organisation, "person", person)
    if record is None or record.gone or not record.data.get("active", True):
        return None
    data = record.data
    return PersonPrincipal(
        organisation,
        person,
        str(data["name"]),
        str(data.get("name_en", "")),
        frozenset(Role(role) for role in data["roles"]),
        frozenset(depot for depot, there in data["depot_ids"].items() if there),
        frozenset(depot.id for depot in store.records(organisation, "depot")),
    )


def set_home(connection: Connection, device: str, organisation: str) -> None:
    """Remember which organisation a new device belongs to."""
    connection.execute(insert(_HOME).values(device=device, organisation=organisation))


def home_of(connection: Connection, device: str) -> str | None:
    """The organisation of a device."""
    return connection.execute(select(_HOME.c.organisation).where(_HOME.c.device == device)).scalar()


def open_challenge(connection: Connection, device: str, now_ms: int) -> str:
    """A text for the device to sign, good for CHALLENGE_SECONDS and one use. Too many open ones: the oldest goes."""
    connection.execute(delete(_CHALLENGE).where(_CHALLENGE.c.expires_at <= now_ms))
    open_now = connection.execute(select(func.count()).where(_CHALLENGE.c.device == device)).scalar_one()
    if open_now >= _CHALLENGES_PER_DEVICE_MAX:
        oldest = select(_CHALLENGE.c.challenge_sha256).where(_CHALLENGE.c.device == device).order_by(_CHALLENGE.c.expires_at)
        connection.execute(delete(_CHALLENGE).where(_CHALLENGE.c.challenge_sha256 == oldest.limit(1).scalar_subquery()))
    challenge = secrets.token_urlsafe(32)
    connection.execute(
        insert(_CHALLENGE).values(
            challenge_sha256=token_sha256(challenge), device=device, expires_at=now_ms + limits.CHALLENGE_SECONDS * 1000
        )
    )
    return challenge


def take_challenge(connection: Connection, device: str, challenge: str, now_ms: int) -> bool:
    """Use up a challenge. False when it is not this device's, used already or expired."""
    gone = connection.execute(
        delete(_CHALLENGE).where(
            _CHALLENGE.c.challenge_sha256 == token_sha256(challenge),
            _CHALLENGE.c.device == device,
            _CHALLENGE.c.expires_at > now_ms,
        )
    )
    return gone.rowcount == 1
