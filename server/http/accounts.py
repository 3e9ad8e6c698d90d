"""How a person gets a way into the office and keeps it: a password given once, an invitation, an own password; a PIN ended.

`GET /api/v1/people/{person}/account`, `POST …/password`, `…/invitation`, `…/pin-reset` for administrators, `POST
/api/v1/password` and `POST /api/v1/join` for the person. Neighbours: `people.py` signs in, `server/auth/accounts.py` keeps the
hashes. Invariants: no secret is in a record, an entry or a log; that one was given, chosen or ended is an entry of the system
device in the name of whoever did it, written in the same transaction · a password given by somebody else opens nothing but the
choice of an own one.
"""

import secrets
from collections.abc import Callable
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import PathParameter
from sqlalchemy.exc import IntegrityError

from schemas import limits
from schemas.accounts import (
    AccountAnswer,
    GivePasswordRequest,
    InvitePersonAnswer,
    InvitePersonRequest,
    JoinAnswer,
    JoinRequest,
    PasswordRequest,
)
from schemas.actions.people import Access, PersonAccess
from schemas.errors import ErrorCode
from schemas.ids import UUID_PATTERN
from schemas.people import OFFICE_ROLES, reach_of
from schemas.protocol import LoginAnswer
from server.auth import accounts, sessions
from server.auth.passwords import password_is_weak
from server.http.access import knock, person_cookie, require_person
from server.http.body import read_message
from server.http.context import House
from server.http.patterns import whole
from server.http.people import NO_STORE, Ask, login_answer, prove
from server.http.problem import Failure
from server.storage.store import SqlStore
from server.system_device import record_system

_BODY_BYTES_MAX: Final = 16 * 1024
_HOUR_MS: Final = 3600 * 1000
Frames = list[tuple[str, bytes]]
Person = Annotated[str, PathParameter(pattern=whole(UUID_PATTERN))]


@get("/api/v1/people/{person:str}/account")
async def account(request: Ask, house: NamedDependency[House], person: Person) -> Response[bytes]:
    """What is known of a person's way in; never a secret."""
    asking = await require_person(request, house)

    def job(store: SqlStore) -> AccountAnswer:
        _check_right(store, asking, person, "read.accounts")
        known = accounts.of_person(store.connection, asking.organisation, person)
        since = accounts.since_of(store, asking.organisation, person)
        return _told(known, since, house.clock())

    answer = await house.database.read(job)
    return Response(answer.model_dump_json().encode(), media_type="application/json", headers=NO_STORE)


@post("/api/v1/people/{person:str}/password", status_code=204)
async def give_password(request: Ask, house: NamedDependency[House], person: Person) -> Response[None]:
    """A password to begin with, under a user name. USERNAME_TAKEN, PASSWORD_WEAK, ACCOUNT_UNFIT."""
    wanted = await read_message(request, GivePasswordRequest, _BODY_BYTES_MAX)
    asking = await require_person(request, house)
    if password_is_weak(wanted.password, wanted.username):
        raise Failure(ErrorCode.PASSWORD_WEAK)
    await house.database.read(lambda store: _check_may_give(store, asking, person))
    hashed, now = await house.passwords.hash(wanted.password), house.clock()

    def job(store: SqlStore) -> Frames:
        _check_may_give(store, asking, person)
        _name(store, asking.organisation, person, wanted.username)
        until = now + limits.PASSWORD_GIVEN_HOURS * _HOUR_MS
        accounts.give_password(store.connection, asking.organisation, person, hashed, now, until)
        sessions.close_person_sessions(store.connection, asking.organisation, person)
        return _note(house, store, asking.organisation, person, "password_given", asking.person)

    await _carry_out(house, asking.organisation, job)
    return Response(None, status_code=204, headers=NO_STORE)


@post("/api/v1/people/{person:str}/invitation", status_code=200)
async def invite(request: Ask, house: NamedDependency[House], person: Person) -> Response[bytes]:
    """An invitation to choose a password, to be shown as a QR code: told this once, good once."""
    wanted = await read_message(request, InvitePersonRequest, _BODY_BYTES_MAX)
    asking = await require_person(request, house)
    now = house.clock()
    until, code = now + limits.JOIN_HOURS * _HOUR_MS, secrets.token_urlsafe(24)

    def job(store: SqlStore) -> Frames:
        _check_may_give(store, asking, person)
        _name(store, asking.organisation, person, wanted.username)
        accounts.invite(store.connection, asking.organisation, person, sessions.token_sha256(code), until)
        return _note(house, store, asking.organisation, person, "invited", asking.person)

    await _carry_out(house, asking.organisation, job)
    answer = InvitePersonAnswer(code=code, until_ms=until)
    return Response(answer.model_dump_json().encode(), media_type="application/json", headers=NO_STORE)


@post("/api/v1/people/{person:str}/pin-reset", status_code=204)
async def reset_pin(request: Ask, house: NamedDependency[House], person: Person) -> Response[None]:
    """End a PIN: the person sets a new one at the next tablet. Tablets hear of it with their next exchange."""
    asking = await require_person(request, house)

    def job(store: SqlStore) -> Frames:
        _check_right(store, asking, person, "person.edit")
        accounts.end_pin(store.connection, asking.organisation, person)
        return _note(house, store, asking.organisation, person, "pin_reset", asking.person)

    await _carry_out(house, asking.organisation, job)
    return Response(None, status_code=204, headers=NO_STORE)


@post("/api/v1/password", status_code=200)
async def change_password(request: Ask, house: NamedDependency[House]) -> Response[bytes]:
    """Choose an own password by the present one: with a user name in place of one that was given, without it whoever is
    signed in. LOGIN_WRONG, PASSWORD_EXPIRED, PASSWORD_WEAK, TOO_MANY_TRIES. All their other logins end."""
    wanted = await read_message(request, PasswordRequest, _BODY_BYTES_MAX)
    asking = await require_person(request, house) if wanted.username is None else None
    proven = await prove(request, house, wanted.username or asking, wanted.password)
    await house.database.write(proven.forgive)
    known = proven.credentials
    if known.temporary_until is not None and known.temporary_until <= house.clock():
        raise Failure(ErrorCode.PASSWORD_EXPIRED)
    if password_is_weak(wanted.fresh, known.username or "") or wanted.fresh == wanted.password:
        raise Failure(ErrorCode.PASSWORD_WEAK)
    hashed, now = await house.passwords.hash(wanted.fresh), house.clock()

    def job(store: SqlStore) -> tuple[Frames, str, LoginAnswer] | None:
        present = accounts.of_person(store.connection, known.organisation, known.person)
        person = proven.person(store)
        if person is None or present is None or present.password_hash != known.password_hash:
            return None  # somebody changed it meanwhile
        accounts.put_account(store.connection, known.organisation, known.person, password_hash=hashed, now_ms=now)
        return _enter(house, store, person, now)

    return await _entered(house, await house.database.write(job), ErrorCode.LOGIN_WRONG)


@post("/api/v1/join", status_code=200)
async def join(request: Ask, house: NamedDependency[House]) -> Response[bytes]:
    """Whose invitation this is; with a password, it is theirs from now on and they are signed in. JOIN_UNKNOWN, JOIN_EXPIRED."""
    wanted = await read_message(request, JoinRequest, _BODY_BYTES_MAX)
    knock(house, "join", request)
    mark, now = sessions.token_sha256(wanted.code), house.clock()

    def look(store: SqlStore) -> tuple[accounts.Credentials, sessions.PersonPrincipal]:
        known = accounts.by_invitation(store.connection, mark)
        person = sessions.person_principal(store, known.organisation, known.person) if known else None
        if known is None or not known.join_until or person is None or not person.roles & OFFICE_ROLES:
            raise Failure(ErrorCode.JOIN_UNKNOWN)
        if known.join_until <= now:
            raise Failure(ErrorCode.JOIN_EXPIRED)
        return known, person

    known, person = await house.database.read(look)
    if wanted.password is None:
        seen = await house.database.read(lambda store: login_answer(store, house, person))
        return _json(JoinAnswer(username=known.username or "", person=seen))
    if password_is_weak(wanted.password, known.username or ""):
        raise Failure(ErrorCode.PASSWORD_WEAK)
    hashed = await house.passwords.hash(wanted.password)

    def job(store: SqlStore) -> tuple[Frames, str, LoginAnswer] | None:
        _, present = look(store)
        if not accounts.use_invitation(store.connection, mark, hashed, now):
            return None
        return _enter(house, store, present, now)

    return await _entered(house, await house.database.write(job), ErrorCode.JOIN_UNKNOWN, known.username or "")


# --- leaves -------------------------------------------------------------------------------------------------------------
def _check_right(store: SqlStore, asking: sessions.PersonPrincipal, person: str, what: str) -> dict[str, Any]:
    """The person's record. Failure NOT_FOUND for somebody of elsewhere, FORBIDDEN without the right."""
    record = store.record(asking.organisation, "person", person)
    if record is None or record.gone:
        raise Failure(ErrorCode.NOT_FOUND)
    if reach_of(what, asking.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    return record.data


def _check_may_give(store: SqlStore, asking: sessions.PersonPrincipal, person: str) -> None:
    """An own password is changed by whoever knows it; somebody without work in the office needs none."""
    data = _check_right(store, asking, person, "person.edit")
    if person == asking.person:
        raise Failure(ErrorCode.FORBIDDEN)
    if not data["active"] or not OFFICE_ROLES & set(data["roles"]):
        raise Failure(ErrorCode.ACCOUNT_UNFIT)


def _name(store: SqlStore, organisation: str, person: str, username: str) -> None:
    taken = accounts.by_username(store.connection, username)
    if taken is not None and (taken.organisation, taken.person) != (organisation, person):
        raise Failure(ErrorCode.USERNAME_TAKEN)
    accounts.put_account(store.connection, organisation, person, username=username)


def _told(known: accounts.Credentials | None, since: int, now: int) -> AccountAnswer:
    if known is None:
        return AccountAnswer.model_validate(
            {"username": None, "password": "none", "until_ms": None, "invited_until_ms": None, "has_pin": False}
        )
    until = known.temporary_until
    state = "none" if known.password(since) is None else "own" if until is None else "given" if until > now else "expired"
    invited = known.join_until if known.join_until and known.join_until > now else None
    return AccountAnswer.model_validate(
        {"username": known.username, "password": state, "until_ms": until, "invited_until_ms": invited,
         "has_pin": known.pin(since) is not None}
    )  # fmt: skip


def _note(house: House, store: SqlStore, organisation: str, person: str, what: Access, by: str) -> Frames:
    return record_system(house.engine, store, organisation, PersonAccess(person_id=person, what=what), house.clock(), by)


def _enter(house: House, store: SqlStore, person: sessions.PersonPrincipal, now: int) -> tuple[Frames, str, LoginAnswer]:
    """The password is theirs: one login, here; all others are over."""
    sessions.close_person_sessions(store.connection, person.organisation, person.person)
    news = _note(house, store, person.organisation, person.person, "password_chosen", person.person)
    token = sessions.open_session(store.connection, person.organisation, now, person=person.person)
    return news, token, login_answer(store, house, person)


async def _entered(
    house: House, done: tuple[Frames, str, LoginAnswer] | None, otherwise: ErrorCode, username: str | None = None
) -> Response[bytes]:
    if done is None:
        raise Failure(otherwise)
    news, token, answer = done
    house.hub.publish(answer.organisation.id, news)
    said = answer if username is None else JoinAnswer(username=username, person=answer)
    return _json(said, cookies=[person_cookie(house, token)])


async def _carry_out(house: House, organisation: str, job: Callable[[SqlStore], Frames]) -> None:
    try:
        news = await house.database.write(job)
    except IntegrityError:  # two who gave the same name at once
        raise Failure(ErrorCode.USERNAME_TAKEN) from None
    house.hub.publish(organisation, news)


def _json(message: LoginAnswer | JoinAnswer, cookies: list[Any] | None = None) -> Response[bytes]:
    raw = message.model_dump_json().encode()
    return Response(raw, media_type="application/json", headers=NO_STORE, cookies=cookies)


ROUTES: Final[list[BaseRouteHandler]] = [account, give_password, invite, reset_pin, change_password, join]
