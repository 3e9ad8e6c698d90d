"""How a browser becomes a device, what a device may know of itself, and how its token is renewed.

`POST /api/v1/enrol`, `GET /api/v1/device`, `POST /api/v1/challenge`, `POST /api/v1/renew`. Neighbours:
`server/auth/codes.py` reads codes, `server/system_device.py` writes the entry `device.enrol`, `roster.py`
says who may use the device. Invariants: an invitation is used, the device made and its token issued in one
transaction; a code works once; whoever asks must hold the private key.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from pydantic import Field

from schemas import limits
from schemas.actions.devices import DeviceEnrol
from schemas.errors import ErrorCode
from schemas.ids import Uuid
from schemas.people import OFFICE_ROLES
from schemas.protocol import PROTOCOL_VERSION, EnrolAnswer, EnrolRequest, RenewRequest, Wire
from schemas.records.devices import DeviceType
from server.auth import codes, sessions
from server.auth.keys import is_point, verify_p256
from server.http.access import Connection, device_cookie, find_device, knock, require_device, token_in
from server.http.body import read_message
from server.http.context import House
from server.http.problem import Failure
from server.http.roster import enrol_answer
from server.storage.database import SqlStore
from server.system_device import record_system
from sync import instants
from sync.fanout import frames
from sync.incidents import write_incident
from sync.journal import genesis
from sync.store import DeviceState, StoredRecord
from sync.unit import RecordWriter, Touched

_BODY_BYTES_MAX: Final = 16 * 1024
_SYSTEMS: Final = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS",
    "Mac OS X": "macOS", "Linux": "Linux",
}  # fmt: skip
_BROWSERS: Final = {
    "Edg": "Edge", "Firefox": "Firefox", "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome", "Version": "Safari",
}  # fmt: skip


class ChallengeRequest(Wire):
    """POST /api/v1/challenge."""

    device: Uuid


class ChallengeAnswer(Wire):
    """A text to sign within `seconds`."""

    challenge: Annotated[str, Field(max_length=200)]
    seconds: int = limits.CHALLENGE_SECONDS


@post("/api/v1/enrol", status_code=200, sync_to_thread=None)
async def enrol(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Become a device, by an invitation's code or, with an empty code, by the caller's office login."""
    wanted = await read_message(request, EnrolRequest, _BODY_BYTES_MAX)
    _check_request(wanted, house, request)
    code = _own_code(wanted.code, request, house) if wanted.code.strip() else None
    before = await find_device(request, house)
    login = token_in(request, sessions.PERSON_COOKIE)
    now = house.clock()

    def job(store: SqlStore) -> tuple[str, EnrolAnswer, list[tuple[str, bytes]]]:
        if code is None:
            plan = _plan_office(store, login, wanted.platform, now)
        else:
            plan = _plan_invited(store, code, wanted, before.organisation if before else None, now)
        news = plan.carry_out(store, house, wanted, now)
        if before is not None and before.organisation == plan.organisation and before.device not in (plan.replaces, plan.device):
            news += _tell_eviction(store, before, plan.device, now)
        token = sessions.open_session(store.connection, plan.organisation, now, device=plan.device)
        principal = sessions.device_principal(store, plan.organisation, plan.device)
        assert principal is not None
        return token, enrol_answer(store, house.keys, principal), news

    token, answer, after = await house.database.write(job)
    house.hub.publish(answer.organisation.id, after)
    return _json(answer, cookies=[device_cookie(house, token)])


@get("/api/v1/device")
async def device(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Who the cookie says this is: also the answer to a device that has lost its store (`proven_seq` says what was safe)."""
    principal = await require_device(request, house)
    answer = await house.database.read(lambda store: enrol_answer(store, house.keys, principal))
    return _json(answer)


@post("/api/v1/challenge", status_code=200)
async def challenge(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """A text for the named device to sign. Given for any id: whether a device exists shows only to who can sign."""
    asked = await read_message(request, ChallengeRequest, _BODY_BYTES_MAX)
    knock(house, "challenge", request)
    now = house.clock()
    text = await house.database.write(lambda store: sessions.open_challenge(store.connection, asked.device, now))
    return _json(ChallengeAnswer(challenge=text))


@post("/api/v1/renew", status_code=200)
async def renew(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """A new token for a device that signs its challenge. A challenge is used up whatever the outcome."""
    asked = await read_message(request, RenewRequest, _BODY_BYTES_MAX)
    knock(house, "renew", request)
    now = house.clock()

    def job(store: SqlStore) -> tuple[str, EnrolAnswer] | ErrorCode:
        sessions.forget_expired(store.connection, now)
        if not sessions.take_challenge(store.connection, asked.device, asked.challenge, now):
            return ErrorCode.CHALLENGE_EXPIRED
        organisation = sessions.home_of(store.connection, asked.device)
        state = store.device(organisation, asked.device) if organisation else None
        if organisation is None or state is None:
            return ErrorCode.DEVICE_UNKNOWN
        message = f"handover-renew-v1\n{asked.device}\n{asked.challenge}".encode()
        if not verify_p256(state.key_x, state.key_y, message, asked.signature):
            return ErrorCode.SIGNATURE_INVALID
        principal = sessions.device_principal(store, organisation, asked.device)
        assert principal is not None
        token = sessions.open_session(store.connection, organisation, now, device=asked.device)
        return token, enrol_answer(store, house.keys, principal)

    done = await house.database.write(job)
    if isinstance(done, ErrorCode):
        raise Failure(done)
    return _json(done[1], cookies=[device_cookie(house, done[0])])


class _Plan:
    """What an enrolment will make."""

    def __init__(
        self,
        organisation: str,
        type_: DeviceType,
        depot: str,
        name: str,
        person: str | None,
        *,
        invitation: str | None = None,
        replaces: str | None = None,
        device: str = "",
    ) -> None:
        self.organisation = organisation
        self.type = type_
        self.depot = depot
        self.name = name
        self.person = person
        self.invitation = invitation
        self.replaces = replaces
        self.device = device

    def carry_out(self, store: SqlStore, house: House, wanted: EnrolRequest, now_ms: int) -> list[tuple[str, bytes]]:
        """Make the device's row, its journal's first epoch and the entry; returns the live frames.

        A plan that names a device already is the repeat of an enrolment whose answer was lost: nothing is made again.
        """
        if self.device:
            return []
        self.device = house.new_id()
        start = genesis(self.organisation, self.device)
        state = DeviceState(
            self.organisation, self.device, self.type, self.depot, self.person, "active",
            wanted.key.x, wanted.key.y, 0, 0, start, now_ms,
        )  # fmt: skip
        store.put_device(state)
        store.add_epoch(self.organisation, self.device, 0, 0, start)
        sessions.set_home(store.connection, self.device, self.organisation)
        if self.replaces is not None:
            sessions.close_device_sessions(store.connection, self.replaces)
        action = DeviceEnrol(
            device_id=self.device,
            depot_id=self.depot,
            name=self.name,
            type=self.type,
            person_id=self.person,
            invitation_id=self.invitation,
            replaces=self.replaces,
            platform=wanted.platform,
        )
        return record_system(house.engine, store, self.organisation, action, now_ms)


def _tell_eviction(store: SqlStore, before: sessions.DevicePrincipal, now_device: str, now_ms: int) -> list[tuple[str, bytes]]:
    """A browser that still carries a device's cookie enrols anew: that device's journal is gone. The office is told up to
    which number it had been proven; anything after that is lost with it."""
    state = store.device(before.organisation, before.device)
    if state is None or state.state != "active" or state.type != "field":
        return []
    touched = Touched()
    writer = RecordWriter(store, state.organisation, store.lock_organisation(state.organisation) + 1, touched)
    detail = {"epoch": state.epoch, "proven_seq": state.seq, "now_device": now_device}
    write_incident(writer, state, "eviction", f"{state.epoch}/{state.seq}", detail, now_ms)
    store.set_organisation_version(state.organisation, writer.version)
    return frames(store, state.organisation, touched)


def _plan_invited(store: SqlStore, code: str, asked: EnrolRequest, organisation: str | None, now_ms: int) -> _Plan:
    """The invitation behind a code. `organisation`: the one this browser already belongs to, if any."""
    wanted = codes.code_sha256(code)
    found: tuple[str, StoredRecord] | None = None
    everyone = store.organisations()
    for candidate in everyone:
        for invitation in store.records(candidate, "invitation"):
            if invitation.data["code_sha256"] == wanted:
                found = (candidate, invitation)
    if found is None:
        ours = {codes.organisation_hint(one) for one in ([organisation] if organisation in everyone else everyone) if one}
        raise Failure(ErrorCode.CODE_UNKNOWN if code[: codes.HINT_CHARS] in ours else ErrorCode.CODE_FOREIGN)
    owner = found[0]
    if organisation is not None and organisation != owner:
        raise Failure(ErrorCode.CODE_FOREIGN)
    store.lock_organisation(owner)  # of two who come with one code, the second sees that it is used
    invitation = store.record(owner, "invitation", found[1].id) or found[1]
    data = invitation.data
    if data.get("used_by") is not None:
        used_by = store.device(owner, data["used_by"])
        if used_by is None or used_by.seq > 0 or (used_by.key_x, used_by.key_y) != (asked.key.x, asked.key.y):
            raise Failure(ErrorCode.CODE_USED)
        return _Plan(owner, asked.type, used_by.depot, data["name"], used_by.person, device=used_by.id)
    if instants.to_ms(data["expires_at"]) <= now_ms:
        raise Failure(ErrorCode.CODE_EXPIRED)
    return _Plan(
        owner, asked.type, data["depot_id"], data["name"] or "—", data.get("person_id"),
        invitation=invitation.id, replaces=data.get("replaces"),
    )  # fmt: skip


def _plan_office(store: SqlStore, token: str | None, platform: str, now_ms: int) -> _Plan:
    found = sessions.principal_of(store, store.connection, token, "person", now_ms) if token else None
    if not isinstance(found, sessions.PersonPrincipal):
        raise Failure(ErrorCode.NOT_SIGNED_IN)
    depots = sorted(found.depots or found.all_depots)
    if not depots or not found.roles & OFFICE_ROLES:
        raise Failure(ErrorCode.FORBIDDEN)
    name = f"{found.name} · {browser_name(platform)} · {_local_minute(store, found.organisation, now_ms)}"
    return _Plan(found.organisation, "office", depots[0], name[: limits.NAME_CHARS_MAX], found.person)


def browser_name(agent: str) -> str:
    """What people call a browser and its system ("Chrome 141 · Windows"), so that one person's browsers can be told apart.
    "办公室 Office" when the text names neither."""
    # The more particular name first: Android says Linux too, an iPhone says Mac OS X too, Edge says Chrome too.
    system = next((shown for part, shown in _SYSTEMS.items() if part in agent), None)
    named = ((shown, re.search(rf"{part}/(\d{{1,4}})", agent)) for part, shown in _BROWSERS.items())
    browser = next((f"{shown} {found[1]}" for shown, found in named if found), None)
    if system is None or browser is None:
        return "办公室 Office"
    return f"{browser} · {system}"


def _local_minute(store: SqlStore, organisation: str, now_ms: int) -> str:
    """The minute as clocks where the organisation works show it; in UTC, and saying so, where its zone is not known here."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    record = store.record(organisation, "organisation", organisation)
    try:
        return moment.astimezone(ZoneInfo(record.data["zone"] if record else "")).strftime("%Y-%m-%d %H:%M")
    except (ZoneInfoNotFoundError, ValueError):
        return moment.strftime("%Y-%m-%d %H:%M UTC")


def _check_request(wanted: EnrolRequest, house: House, connection: Connection) -> None:
    if wanted.protocol != PROTOCOL_VERSION:
        raise Failure(ErrorCode.PROTOCOL_UNSUPPORTED, detail={"protocol": PROTOCOL_VERSION})
    knock(house, "enrol", connection)
    if not is_point(wanted.key.x, wanted.key.y):
        raise Failure(ErrorCode.KEY_INVALID)
    message = f"handover-enrol-v1\n{wanted.code}\n{wanted.key.x}\n{wanted.key.y}".encode()
    if not verify_p256(wanted.key.x, wanted.key.y, message, wanted.signature):
        raise Failure(ErrorCode.SIGNATURE_INVALID)


def _own_code(text: str, request: Connection, house: House) -> str:
    """The code in what was typed or scanned. Failure CODE_FOREIGN when a scanned address is another system's."""
    host = codes.host_of(text)
    if host is not None:
        ours = {origin.split("://", 1)[1] for origin in house.settings.trusted_origins}
        if host not in ours | {request.headers.get("host", "").lower()}:
            raise Failure(ErrorCode.CODE_FOREIGN)
    code = codes.normalise(text)
    if code is None:
        raise Failure(ErrorCode.CODE_UNKNOWN)
    return code


def _json(message: Wire, cookies: list[Any] | None = None) -> Response[bytes]:
    return Response(
        message.model_dump_json().encode(), media_type="application/json", headers={"Cache-Control": "no-store"}, cookies=cookies
    )


ROUTES: Final[list[BaseRouteHandler]] = [enrol, device, challenge, renew]
