"""Who is asking: cookies in, principals out; cookies set and cleared.

Neighbours: all routes, `live.py` and `sync.py`. Invariants: identity comes from cookies alone, never from a
body; a device that is not active gets through only where a route says so (its push goes to quarantine).
"""

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from schemas import limits
from schemas.errors import ErrorCode
from server.auth.sessions import (
    DEVICE_COOKIE,
    DEVICE_TOKEN_MS,
    PERSON_COOKIE,
    PERSON_TOKEN_MS,
    DevicePrincipal,
    PersonPrincipal,
    Principal,
    principal_of,
)
from server.http.context import House
from server.http.problem import Failure
from server.storage.store import SqlStore

Connection = ASGIConnection[Any, Any, Any, Any]
_TOKEN_CHARS_MAX = 100


def token_in(connection: Connection, cookie: str) -> str | None:
    """The token a cookie carries; None when there is none or it cannot be one."""
    token = connection.cookies.get(cookie)
    return token if token and len(token) <= _TOKEN_CHARS_MAX else None


def address_of(connection: Connection) -> str:
    """Where the request comes from, as the server process sees it (behind a trusted proxy: as the proxy says)."""
    return connection.client.host if connection.client is not None else "local"


def knock(house: House, what: str, connection: Connection) -> None:
    """One more try of an address without a login. Failure TOO_MANY_TRIES when there were too many in this minute."""
    wait = house.rates.wait_s(f"{what}:{address_of(connection)}", limits.ENROL_TRIES_PER_MINUTE_MAX, house.clock())
    if wait:
        raise Failure(ErrorCode.TOO_MANY_TRIES, retry_after_s=wait)


async def find_device(connection: Connection, house: House) -> DevicePrincipal | None:
    """The device the cookie stands for, in whatever state, or None."""
    finder = device_finder(connection, house)
    return None if finder is None else await house.database.glance(finder)


def device_finder(connection: Connection, house: House) -> Callable[[SqlStore], DevicePrincipal | None] | None:
    """The reading job that finds the device the cookie stands for, to be joined with others; None without a cookie."""
    token = token_in(connection, DEVICE_COOKIE)
    if token is None:
        return None
    now = house.clock()

    def job(store: SqlStore) -> DevicePrincipal | None:
        found = principal_of(store, store.connection, token, "device", now)
        return found if isinstance(found, DevicePrincipal) else None

    return job


async def find_person(connection: Connection, house: House) -> PersonPrincipal | None:
    """The person signed in, or None."""
    token = token_in(connection, PERSON_COOKIE)
    if token is None:
        return None
    now = house.clock()
    found = await house.database.glance(lambda store: principal_of(store, store.connection, token, "person", now))
    return found if isinstance(found, PersonPrincipal) else None


async def require_device(connection: Connection, house: House, *, active: bool = True, sending: bool = False) -> DevicePrincipal:
    """The device. Failure NOT_SIGNED_IN without one, DEVICE_REVOKED when it must be active and is not. `sending`: one that is
    being wiped may, too, for what it has not sent; elsewhere it is told so, DEVICE_WIPING."""
    device = await find_device(connection, house)
    if device is None:
        raise Failure(ErrorCode.NOT_SIGNED_IN)
    if active and device.state == "wiping" and not sending:
        raise Failure(ErrorCode.DEVICE_WIPING)
    if active and device.state not in ("active", "wiping"):
        raise Failure(ErrorCode.DEVICE_REVOKED)
    return device


async def require_person(connection: Connection, house: House) -> PersonPrincipal:
    """The person signed in to the office. Failure NOT_SIGNED_IN."""
    person = await find_person(connection, house)
    if person is None:
        raise Failure(ErrorCode.NOT_SIGNED_IN)
    return person


async def require_reader(connection: Connection, house: House) -> Principal:
    """A device that is active, else a person signed in. Failure NOT_SIGNED_IN, or DEVICE_REVOKED."""
    device = await find_device(connection, house)
    if device is not None and device.state == "active":
        return device
    person = await find_person(connection, house)
    if person is not None:
        return person
    raise Failure(ErrorCode.NOT_SIGNED_IN if device is None else ErrorCode.DEVICE_REVOKED)


def device_cookie(house: House, token: str) -> Cookie:
    """Sets the device's token."""
    return _cookie(house, DEVICE_COOKIE, token, DEVICE_TOKEN_MS // 1000)


def person_cookie(house: House, token: str) -> Cookie:
    """Sets the office login's token."""
    return _cookie(house, PERSON_COOKIE, token, PERSON_TOKEN_MS // 1000)


def cleared(house: House, name: str) -> Cookie:
    """Removes a cookie."""
    return _cookie(house, name, "", 0)


def _cookie(house: House, name: str, value: str, max_age_s: int) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=max_age_s,
        path="/",
        httponly=True,
        samesite="strict",
        secure=house.settings.cookie_secure,
    )
