"""The tables of people's secrets and of sessions. They validate nothing and never travel.

Neighbours: `accounts.py`, `sessions.py`, `throttle.py` read and write them with SQLAlchemy Core inside the
store's transaction; the database creates them with all others from `SQLModel.metadata`. Invariants: no
secret in clear — passwords and PINs as argon2id, tokens and challenges as SHA-256; times are milliseconds
since 1970.
"""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Account(SQLModel, table=True):
    """What one person proves themselves with. User names are unique in the installation, lower case.

    `password_at`, `pin_at`: when each was set; what is older than the day its person left counts no more. `temporary_until`: the
    password was set by somebody else and opens nothing but the choice of an own one. `join_sha256`: of an invitation to choose a
    password, good until `join_until`, 0 once it was used.
    """

    __tablename__ = "account"

    organisation: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    username: str | None = Field(default=None, unique=True)
    password_hash: str | None = None
    pin_hash: str | None = None
    password_at: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    pin_at: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    temporary_until: int | None = Field(default=None, sa_type=BigInteger)
    join_sha256: str | None = Field(default=None, index=True)
    join_until: int | None = Field(default=None, sa_type=BigInteger)


class Throttle(SQLModel, table=True):
    """Failed tries per key (an account, an address, a person on a device) and until when the key must wait."""

    __tablename__ = "throttle"

    key: str = Field(primary_key=True)
    tries: int
    wait_until: int = Field(sa_type=BigInteger)
    updated_at: int = Field(sa_type=BigInteger, index=True)


class Session(SQLModel, table=True):
    """A token someone holds as a cookie. type: `device` or `person`; the other id is null."""

    __tablename__ = "session"

    token_sha256: str = Field(primary_key=True)
    organisation: str
    type: str
    person: str | None = Field(default=None, index=True)
    device: str | None = Field(default=None, index=True)
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger, index=True)


class DeviceHome(SQLModel, table=True):
    """Which organisation a device belongs to, for requests that name the device alone."""

    __tablename__ = "device_home"

    device: str = Field(primary_key=True)
    organisation: str = Field(index=True)


class Challenge(SQLModel, table=True):
    """A random text a device must sign to renew its token; used once."""

    __tablename__ = "challenge"

    challenge_sha256: str = Field(primary_key=True)
    device: str = Field(index=True)
    expires_at: int = Field(sa_type=BigInteger, index=True)
