"""Accounts: user name, password hash and PIN hash of a person. Names, roles and depots are records, not here.

Neighbours: `server/http/people.py`, `server/http/enrolment.py`, the demo and the command line. Works on the
store's connection inside its transaction. Invariants: user names are compared without case and are unique
in the installation.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, select, text, update
from sqlmodel import SQLModel

from server.auth.tables import Account

_ROW = SQLModel.metadata.tables[Account.__tablename__]
_BEGIN: Final = text("INSERT INTO account (organisation, person) VALUES (:organisation, :person) ON CONFLICT DO NOTHING")


@dataclass(frozen=True)
class Credentials:
    """What is stored to check a person against."""

    organisation: str
    person: str
    password_hash: str | None
    pin_hash: str | None


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
    return _one(connection, (_ROW.c.organisation == organisation) & (_ROW.c.person == person))


def people_with_pin(connection: Connection, organisation: str) -> frozenset[str]:
    """Ids of the people of an organisation who have set a PIN."""
    found = connection.execute(select(_ROW.c.person).where(_ROW.c.organisation == organisation, _ROW.c.pin_hash.is_not(None)))
    return frozenset(found.scalars())


def put_account(
    connection: Connection,
    organisation: str,
    person: str,
    *,
    username: str | None = None,
    password_hash: str | None = None,
    pin_hash: str | None = None,
) -> None:
    """Create the account or change what is given; None leaves as it is. IntegrityError when the user name is taken."""
    values = {
        "username": None if username is None else fold_username(username),
        "password_hash": password_hash,
        "pin_hash": pin_hash,
    }
    given = {name: value for name, value in values.items() if value is not None}
    connection.execute(_BEGIN, {"organisation": organisation, "person": person})
    if given:
        mine = (_ROW.c.organisation == organisation) & (_ROW.c.person == person)
        connection.execute(update(_ROW).where(mine).values(**given))


def set_first_pin(connection: Connection, organisation: str, person: str, pin_hash: str) -> bool:
    """Set a PIN where there is none. False, and nothing changed, when the person has one already."""
    connection.execute(_BEGIN, {"organisation": organisation, "person": person})
    without = (_ROW.c.organisation == organisation) & (_ROW.c.person == person) & _ROW.c.pin_hash.is_(None)
    return connection.execute(update(_ROW).where(without).values(pin_hash=pin_hash)).rowcount == 1


def _one(connection: Connection, where: ColumnElement[bool]) -> Credentials | None:
    columns = (_ROW.c.organisation, _ROW.c.person, _ROW.c.password_hash, _ROW.c.pin_hash)
    row = connection.execute(select(*columns).where(where)).first()
    return None if row is None else Credentials(*row)
