"""People at the edge: office login and logout, who am I, PINs on a shared device.

`POST /api/v1/login`, `POST /api/v1/logout`, `GET /api/v1/me`, `POST /api/v1/pin`. Neighbours:
`server/auth/*`. Invariants: a wrong user name and a wrong password cannot be told apart, by answer or by
time; tries are counted before the secret is checked, per account and per address; a PIN is checked only for
someone on the device's roster.
"""

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
_NO_STORE: Final = {"Cache-Control": "no-store"}


@post("/api/v1/login", status_code=200)
async def login(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Sign in to the office. LOGIN_WRONG for any wrong pair, TOO_MANY_TRIES with the seconds to wait."""
    asked = await read_message(request, LoginRequest, _BODY_BYTES_MAX)
    name = accounts.fold_username(asked.username)
    account_key, address_key = f"login:{sessions.token_sha256(name)}", f"address:{address_of(request)}"
    now = house.clock()

    def count(store: SqlStore) -> tuple[int, accounts.Credentials | None]:
        throttle.forget_old(store.connection, now)
        wait = throttle.take_try(store.connection, address_key, _ADDRESS, now)
        wait = wait or throttle.take_try(store.connection, account_key, _ACCOUNT, now)
        return wait, accounts.by_username(store.connection, name)

    wait, known = await house.database.write(count)
    if wait:
        raise Failure(ErrorCode.TOO_MANY_TRIES, retry_after_s=wait)
    right = await house.passwords.check(known.password_hash if known else None, asked.password)

    def sign_in(store: SqlStore) -> tuple[str, LoginAnswer] | None:
        person = sessions.person_principal(store, known.organisation, known.person) if known else None
        if person is None or not person.roles & OFFICE_ROLES:
            return None
        throttle.give_back(store.connection, address_key)  # in the order they were taken, or two could wait for each other
        throttle.clear(store.connection, account_key)
        sessions.forget_expired(store.connection, now)
        token = sessions.open_session(store.connection, person.organisation, now, person=person.person)
        return token, _answer(store, house, person)

    done = await house.database.write(sign_in) if right else None
    if done is None:
        raise Failure(ErrorCode.LOGIN_WRONG)
    return Response(
        done[1].model_dump_json().encode(),
        media_type="application/json",
        headers=_NO_STORE,
        cookies=[person_cookie(house, done[0])],
    )


@post("/api/v1/logout", status_code=204)
async def logout(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[None]:
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
    return Response(None, status_code=204, headers=_NO_STORE, cookies=cookies)


@get("/api/v1/me")
async def me(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Who is signed in."""
    person = await require_person(request, house)
    answer = await house.database.read(lambda store: _answer(store, house, person))
    return Response(answer.model_dump_json().encode(), media_type="application/json", headers=_NO_STORE)


@post("/api/v1/pin", status_code=204)
async def pin(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[None]:
    """Check a PIN, or set the first one. PIN_WRONG, PIN_WEAK, TOO_MANY_TRIES with the seconds to wait."""
    asked = await read_message(request, PinRequest, _BODY_BYTES_MAX)
    device = await require_device(request, house)
    key = f"pin:{device.device}:{asked.person}"
    now = house.clock()

    def count(store: SqlStore) -> tuple[int, accounts.Credentials | None]:
        if asked.person not in {one.id for one in roster_of(store, device)}:
            raise Failure(ErrorCode.FORBIDDEN)
        if asked.first and pin_is_weak(asked.pin):
            raise Failure(ErrorCode.PIN_WEAK)
        wait = throttle.take_try(store.connection, key, _PIN, now)
        return wait, accounts.of_person(store.connection, device.organisation, asked.person)

    wait, known = await house.database.write(count)
    if wait:
        raise Failure(ErrorCode.TOO_MANY_TRIES, retry_after_s=wait)
    stored = known.pin_hash if known else None
    if asked.first and stored is None:
        fresh = await house.passwords.hash(asked.pin)
        right = await house.database.write(
            lambda store: accounts.set_first_pin(store.connection, device.organisation, asked.person, fresh)
        )
    else:
        # Setting the first PIN again is answered by checking it: a lost answer may be repeated.
        right = await house.passwords.check(stored, asked.pin)
    if not right:
        raise Failure(ErrorCode.PIN_WRONG)
    await house.database.write(lambda store: throttle.clear(store.connection, key))
    return Response(None, status_code=204, headers=_NO_STORE)


def _answer(store: SqlStore, house: House, person: sessions.PersonPrincipal) -> LoginAnswer:
    return LoginAnswer(
        person=person.person,
        name=person.name,
        name_en=person.name_en,
        roles=sorted(person.roles),
        depots=sorted(person.depots),
        organisation=organisation_info(store, house.keys, person.organisation),
    )


ROUTES: Final[list[BaseRouteHandler]] = [login, logout, me, pin]
