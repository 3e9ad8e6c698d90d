"""People at the edge: office login and logout, who am I, PINs on a shared device.

`POST /api/v1/login`, `POST /api/v1/logout`, `GET /api/v1/me`, `POST /api/v1/pin`. Neighbours: `server/auth/*`, `accounts.py` (how
somebody gets a password). Invariants: a wrong user name and a wrong password cannot be told apart, by answer or by time; tries
are counted before the secret is checked, per account and per address; a PIN is checked only for someone on the device's roster.
"""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas import limits
from schemas.errors import ErrorCode
from schemas.people import OFFICE_ROLES
from schemas.protocol import LoginAnswer, LoginRequest, PinRequest
from server.auth import accounts, sessions, throttle
from server.auth.passwords import pin_is_weak
from server.http.access import address_of, cleared, find_device, person_cookie, require_device, require_person, token_in
from server.http.body import read_message
from server.http.context import House
from server.http.problem import Failure
from server.http.roster import organisation_info, roster_of
from server.storage.database import SqlStore

_BODY_BYTES_MAX: Final = 16 * 1024
_ACCOUNT: Final = throttle.Patience(limits.LOGIN_TRIES_MAX, limits.LOGIN_WAIT_SECONDS, limits.LOGIN_WAIT_SECONDS_MAX)
_ADDRESS: Final = throttle.Patience(limits.LOGIN_ADDRESS_TRIES_MAX, limits.LOGIN_WAIT_SECONDS, limits.LOGIN_WAIT_SECONDS_MAX)
_PIN: Final = throttle.Patience(limits.PIN_TRIES_MAX, limits.PIN_WAIT_SECONDS, limits.PIN_WAIT_SECONDS_MAX)
NO_STORE: Final = {"Cache-Control": "no-store"}
Ask = Request[Any, Any, Any]


@dataclass(frozen=True)
class Proven:
    """Somebody has shown the password that counts. What was counted as a try is still to be forgiven."""

    credentials: accounts.Credentials
    account_key: str
    address_key: str

    def person(self, store: SqlStore) -> sessions.PersonPrincipal | None:
        """Who it is, while they work in the office."""
        found = sessions.person_principal(store, self.credentials.organisation, self.credentials.person)
        return found if found is not None and found.roles & OFFICE_ROLES else None

    def forgive(self, store: SqlStore) -> None:
        """The secret was right: in the order they were taken, or two could wait for each other."""
        throttle.give_back(store.connection, self.address_key)
        throttle.clear(store.connection, self.account_key)


async def prove(request: Ask, house: House, who: str | sessions.PersonPrincipal | None, password: str) -> Proven:
    """Check the password of a user name or of whoever is signed in. LOGIN_WRONG for any wrong pair, after the same work;
    TOO_MANY_TRIES with the seconds to wait."""
    name = accounts.fold_username(who) if isinstance(who, str) else f"person {who.person if who else ''}"
    account_key, address_key = f"login:{sessions.token_sha256(name)}", f"address:{address_of(request)}"
    now = house.clock()

    def count(store: SqlStore) -> tuple[int, accounts.Credentials | None, str | None]:
        throttle.forget_old(store.connection, now)
        wait = throttle.take_try(store.connection, address_key, _ADDRESS, now)
        wait = wait or throttle.take_try(store.connection, account_key, _ACCOUNT, now)
        if isinstance(who, sessions.PersonPrincipal):
            known = accounts.of_person(store.connection, who.organisation, who.person)
        else:
            known = accounts.by_username(store.connection, name)
        counts = known.password(accounts.since_of(store, known.organisation, known.person)) if known else None
        return wait, known, counts

    wait, known, stored = await house.database.write(count)
    if wait:
        raise Failure(ErrorCode.TOO_MANY_TRIES, retry_after_s=wait)
    if not await house.passwords.check(stored, password) or known is None:
        raise Failure(ErrorCode.LOGIN_WRONG)
    return Proven(known, account_key, address_key)


@post("/api/v1/login", status_code=200)
async def login(request: Ask, house: NamedDependency[House]) -> Response[bytes]:
    """Sign in to the office. LOGIN_WRONG for any wrong pair, TOO_MANY_TRIES with the seconds to wait; a password somebody else
    gave opens nothing: PASSWORD_GIVEN, or PASSWORD_EXPIRED once it is over."""
    asked = await read_message(request, LoginRequest, _BODY_BYTES_MAX)
    proven = await prove(request, house, asked.username, asked.password)
    now, until = house.clock(), proven.credentials.temporary_until

    def sign_in(store: SqlStore) -> tuple[str, LoginAnswer] | ErrorCode:
        person = proven.person(store)
        if person is None:
            return ErrorCode.LOGIN_WRONG
        proven.forgive(store)
        if until is not None:
            return ErrorCode.PASSWORD_GIVEN if until > now else ErrorCode.PASSWORD_EXPIRED
        sessions.forget_expired(store.connection, now)
        token = sessions.open_session(store.connection, person.organisation, now, person=person.person)
        return token, login_answer(store, house, person)

    done = await house.database.write(sign_in)
    if isinstance(done, ErrorCode):
        raise Failure(done)
    return Response(
        done[1].model_dump_json().encode(),
        media_type="application/json",
        headers=NO_STORE,
        cookies=[person_cookie(house, done[0])],
    )


@post("/api/v1/logout", status_code=204)
async def logout(request: Ask, house: NamedDependency[House]) -> Response[None]:
    """Sign out of the office. The browser's own device token ends with it; its journal and key stay on the device."""
    token = token_in(request, sessions.PERSON_COOKIE)
    device = await find_device(request, house)
    cookies = [cleared(house, sessions.PERSON_COOKIE)]
    device_token = token_in(request, sessions.DEVICE_COOKIE) if device is not None and device.type == "office" else None
    if device_token is not None:
        cookies.append(cleared(house, sessions.DEVICE_COOKIE))

    def job(store: SqlStore) -> None:
        for one in (token, device_token):
            if one is not None:
                sessions.close_session(store.connection, one)

    await house.database.write(job)
    return Response(None, status_code=204, headers=NO_STORE, cookies=cookies)


@get("/api/v1/me")
async def me(request: Ask, house: NamedDependency[House]) -> Response[bytes]:
    """Who is signed in."""
    person = await require_person(request, house)
    answer = await house.database.read(lambda store: login_answer(store, house, person))
    return Response(answer.model_dump_json().encode(), media_type="application/json", headers=NO_STORE)


@post("/api/v1/pin", status_code=204)
async def pin(request: Ask, house: NamedDependency[House]) -> Response[None]:
    """Check a PIN, or set the first one. PIN_WRONG, PIN_WEAK, TOO_MANY_TRIES with the seconds to wait."""
    asked = await read_message(request, PinRequest, _BODY_BYTES_MAX)
    device = await require_device(request, house)
    key = f"pin:{device.device}:{asked.person}"
    now = house.clock()

    def count(store: SqlStore) -> tuple[int, str | None, int]:
        if asked.person not in {one.id for one in roster_of(store, device)}:
            raise Failure(ErrorCode.FORBIDDEN)
        if asked.first and pin_is_weak(asked.pin):
            raise Failure(ErrorCode.PIN_WEAK)
        wait = throttle.take_try(store.connection, key, _PIN, now)
        known = accounts.of_person(store.connection, device.organisation, asked.person)
        since = accounts.since_of(store, device.organisation, asked.person)
        return wait, known.pin(since) if known else None, since

    wait, stored, since = await house.database.write(count)
    if wait:
        raise Failure(ErrorCode.TOO_MANY_TRIES, retry_after_s=wait)
    if asked.first and stored is None:
        fresh = await house.passwords.hash(asked.pin)
        right = await house.database.write(
            lambda store: accounts.set_first_pin(store.connection, device.organisation, asked.person, fresh, now, since)
        )
    else:
        # Setting the first PIN again is answered by checking it: a lost answer may be repeated.
        right = await house.passwords.check(stored, asked.pin)
    if not right:
        raise Failure(ErrorCode.PIN_WRONG)
    await house.database.write(lambda store: throttle.clear(store.connection, key))
    return Response(None, status_code=204, headers=NO_STORE)


def login_answer(store: SqlStore, house: House, person: sessions.PersonPrincipal) -> LoginAnswer:
    """Who is signed in, as they now stand."""
    return LoginAnswer(
        person=person.person,
        name=person.name,
        name_en=person.name_en,
        roles=sorted(person.roles),
        depots=sorted(person.depots),
        organisation=organisation_info(store, house.keys, person.organisation),
    )


ROUTES: Final[list[BaseRouteHandler]] = [login, logout, me, pin]
