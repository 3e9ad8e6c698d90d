"""Accounts: user name, password hash and PIN hash of a person. Names, roles and depots are records, not here.

Neighbours: `server/http/people.py`, `accounts.py` and `roster.py` there, the demo and the command line. Works on the
store's connection inside its transaction. Invariants: user names are compared without case and are unique
in the installation · what was set before its person left is worth nothing, also once they are back.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, or_, select, text, update
from sqlmodel import SQLModel

from server.auth.tables import Account
from sync import instants
from sync.store import Store

_ROW = SQLModel.metadata.tables[Account.__tablename__]
_BEGIN: Final = text("INSERT INTO account (organisation, person) VALUES (:organisation, :person) ON CONFLICT DO NOTHING")


@dataclass(frozen=True)
class Credentials:
    """What is stored to check a person against. `since`: what was set before that moment (ms) counts no more."""

    organisation: str
    person: str
    username: str | None
    password_hash: str | None
    pin_hash: str | None
    password_at: int
    pin_at: int
    temporary_until: int | None
    join_until: int | None

    def password(self, since: int) -> str | None:
        """The password's hash while it counts."""
        return self.password_hash if self.password_at >= since else None

    def pin(self, since: int) -> str | None:
        """The PIN's hash while it counts."""
        return self.pin_hash if self.pin_at >= since else None


def since_of(store: Store, organisation: str, person: str) -> int:
    """The moment (ms) from which on what a person proves themselves with counts: when they last left, else ever."""
    record = store.record(organisation, "person", person)
    return left_ms(record.data) if record is not None else 0


def left_ms(person: dict[str, Any]) -> int:
    """When a person's record says they last left, in ms; 0: never."""
    left = person.get("left_at")
    return instants.to_ms(left) if left else 0


def fold_username(username: str) -> str:
    """The form user names are stored and compared in."""
    return username.strip().casefold()


def by_username(connection: Connection, username: str) -> Credentials | None:
    """The account behind a user name."""
    if "\0" in username:  # PostgreSQL's text has no such character, so no account has it
        return None
    return _one(connection, _ROW.c.username == fold_username(username))


def of_person(connection: Connection, organisation: str, person: str) -> Credentials | None:
    """The account of a person."""
    return _one(connection, _mine(organisation, person))


def by_invitation(connection: Connection, join_sha256: str) -> Credentials | None:
    """The account an invitation to choose a password is for, whether it is still good or not."""
    return _one(connection, _ROW.c.join_sha256 == join_sha256)


def people_with_pin(connection: Connection, organisation: str) -> dict[str, int]:
    """The people of an organisation who have set a PIN, and when (ms)."""
    wanted = select(_ROW.c.person, _ROW.c.pin_at).where(_ROW.c.organisation == organisation, _ROW.c.pin_hash.is_not(None))
    return {row.person: int(row.pin_at) for row in connection.execute(wanted)}


def put_account(
    connection: Connection,
    organisation: str,
    person: str,
    *,
    username: str | None = None,
    password_hash: str | None = None,
    pin_hash: str | None = None,
    now_ms: int = 0,
) -> None:
    """Create the account or change what is given; None leaves as it is. IntegrityError when the user name is taken."""
    values = {
        "username": None if username is None else fold_username(username),
        "password_hash": password_hash,
        "pin_hash": pin_hash,
    }
    given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if password_hash is not None:
        given |= {"password_at": now_ms, "temporary_until": None, "join_sha256": None, "join_until": None}
    if pin_hash is not None:
        given["pin_at"] = now_ms
    connection.execute(_BEGIN, {"organisation": organisation, "person": person})
    if given:
        connection.execute(update(_ROW).where(_mine(organisation, person)).values(**given))


def give_password(connection: Connection, organisation: str, person: str, password_hash: str, now_ms: int, until_ms: int) -> None:
    """A password from somebody else: until then it opens nothing but the choice of an own one."""
    put_account(connection, organisation, person, password_hash=password_hash, now_ms=now_ms)
    connection.execute(update(_ROW).where(_mine(organisation, person)).values(temporary_until=until_ms))


def invite(connection: Connection, organisation: str, person: str, join_sha256: str, until_ms: int) -> None:
    """An invitation to choose a password; one from before is worth nothing any more."""
    connection.execute(_BEGIN, {"organisation": organisation, "person": person})
    values = {"join_sha256": join_sha256, "join_until": until_ms}
    connection.execute(update(_ROW).where(_mine(organisation, person)).values(**values))


def use_invitation(connection: Connection, join_sha256: str, password_hash: str, now_ms: int) -> bool:
    """The password chosen by an invitation. False, and nothing changed, when it was used meanwhile or is over."""
    good = (_ROW.c.join_sha256 == join_sha256) & (_ROW.c.join_until > now_ms)
    values = {"password_hash": password_hash, "password_at": now_ms, "temporary_until": None, "join_until": 0}
    return connection.execute(update(_ROW).where(good).values(**values)).rowcount == 1


def end_pin(connection: Connection, organisation: str, person: str) -> None:
    """The person sets a new PIN at the next tablet."""
    connection.execute(update(_ROW).where(_mine(organisation, person)).values(pin_hash=None))


def set_first_pin(connection: Connection, organisation: str, person: str, pin_hash: str, now_ms: int, since: int = 0) -> bool:
    """Set a PIN where none counts. False, and nothing changed, when the person has one already."""
    connection.execute(_BEGIN, {"organisation": organisation, "person": person})
    without = _mine(organisation, person) & or_(_ROW.c.pin_hash.is_(None), _ROW.c.pin_at < since)
    return connection.execute(update(_ROW).where(without).values(pin_hash=pin_hash, pin_at=now_ms)).rowcount == 1


def _mine(organisation: str, person: str) -> ColumnElement[bool]:
    return (_ROW.c.organisation == organisation) & (_ROW.c.person == person)


def _one(connection: Connection, where: ColumnElement[bool]) -> Credentials | None:
    columns = (
        _ROW.c.organisation, _ROW.c.person, _ROW.c.username, _ROW.c.password_hash, _ROW.c.pin_hash, _ROW.c.password_at,
        _ROW.c.pin_at, _ROW.c.temporary_until, _ROW.c.join_until,
    )  # fmt: skip
    row = connection.execute(select(*columns).where(where)).first()
    return None if row is None else Credentials(*row)
