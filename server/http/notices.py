"""GET and POST /api/v1/notices…: where oneself and the robots are reached, and what has gone out.

Neighbours: `server/notify`; choices and rules are entries (`person.notify`, `alert_rule.edit`). Invariants: an address goes in
whole and comes out in part · everybody sets his own e-mail, robots the administrator (`read.robots`), the outbox is read and
tried again by whom `read.outbox` names · that an address was set or dropped, and that a notice was tried again, is an entry: the
address is in none.
"""

from functools import partial
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter

from schemas.actions import Action
from schemas.actions.notices import NoticeAddressSet, NoticeRetry
from schemas.errors import ErrorCode
from schemas.limits import NOTICE_PAGE_MAX
from schemas.notices import AddressRequest, NoticeRow, NoticesAnswer, OutboxPage, RetryRequest
from schemas.people import reach_of
from server import owed
from server.auth.sessions import PersonPrincipal
from server.http.access import require_person
from server.http.body import read_message
from server.http.context import House
from server.http.patterns import whole
from server.http.problem import Failure
from server.http.sync import JSON
from server.notify import addresses, outbox
from server.notify.addresses import ROBOT, Address
from server.notify.outbox import Place
from server.storage.store import SqlStore
from server.system_device import record_system_all
from sync.pushed import Pushed

_BODY_BYTES_MAX: Final = 4096
_PLACE: Final = "[0-9]{1,16}~[0-9a-f-]{1,36}~[a-z]{1,16}~[a-z]{0,8}:?[0-9a-f-]{0,36}"
Before = Annotated[str | None, QueryParameter(pattern=whole(_PLACE))]
"""The place a page ends at: milliseconds, to-do, channel, target."""


@get("/api/v1/notices")
async def mine(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Where I am reached, in part; the robots for who may set them; whether mail can leave at all."""
    person = await require_person(request, house)
    return _answer(await house.database.read(partial(_state, house, person)))


@post("/api/v1/notices/address", status_code=200)
async def address(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Set my e-mail or a robot; an empty value drops it. NOTICE_ADDRESS when it cannot be one."""
    person = await require_person(request, house)
    asked = await read_message(request, AddressRequest, _BODY_BYTES_MAX)
    value = asked.value.strip()
    if asked.channel == "email":
        holder, fits = person.person, addresses.check_mail(value)
    else:
        if reach_of("read.robots", person.roles) is None:
            raise Failure(ErrorCode.FORBIDDEN)
        holder, fits = ROBOT, addresses.check_robot(asked.channel, value, house.settings.robot_hosts)
    if value and not fits:
        raise Failure(ErrorCode.NOTICE_ADDRESS)

    def job(store: SqlStore) -> Pushed:
        if value:
            kept = Address(value, asked.secret.strip())
            addresses.put(store, house.sealing, person.organisation, holder, asked.channel, kept, house.clock())
        else:
            addresses.drop(store, person.organisation, holder, asked.channel)
        said = NoticeAddressSet(channel=asked.channel, there=bool(value))
        return _record(house, store, person, said)

    await owed.settle(house, person.organisation, await house.database.write(job))
    return _answer(await house.database.read(partial(_state, house, person)))


@get("/api/v1/notices/outbox")
async def sent(request: Request[Any, Any, Any], house: NamedDependency[House], before: Before = None) -> Response[bytes]:
    """A page of what was to go out, the newest first."""
    person = await _overseer(request, house)
    after = outbox.NEWEST if before is None else _place_of(before)
    rows = await house.database.read(lambda store: outbox.page(store, person.organisation, after))
    found = [
        NoticeRow(
            todo_id=row["todo"], target=row["target"], channel=row["channel"], state=row["state"], attempts=row["attempts"],
            unsure=bool(row["unsure"]), code=row["code"], at_ms=row["created_ms"], next_ms=row["next_ms"], sent_ms=row["sent_ms"],
        )
        for row in rows
    ]  # fmt: skip
    return _answer(OutboxPage(rows=found, next=_said_place(found[-1]) if len(found) == NOTICE_PAGE_MAX else None))


def _said_place(row: NoticeRow) -> str:
    return f"{row.at_ms}~{row.todo_id}~{row.channel}~{row.target}"


def _place_of(said: str) -> Place:
    at_ms, todo, channel, target = said.split("~", 3)
    return Place(int(at_ms), todo, target, channel)


@post("/api/v1/notices/outbox/retry", status_code=204)
async def retry(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[None]:
    """Try a failed one anew. NOT_FOUND where none has failed."""
    person = await _overseer(request, house)
    asked = await read_message(request, RetryRequest, _BODY_BYTES_MAX)

    def job(store: SqlStore) -> Pushed | None:
        if not outbox.again(store, person.organisation, asked.todo_id, asked.target, asked.channel, house.clock()):
            return None
        return _record(house, store, person, NoticeRetry(todo_id=asked.todo_id, channel=asked.channel))

    done = await house.database.write(job)
    if done is None:
        raise Failure(ErrorCode.NOT_FOUND)
    await owed.settle(house, person.organisation, done)
    return Response(None, status_code=204)


async def _overseer(request: Request[Any, Any, Any], house: House) -> PersonPrincipal:
    person = await require_person(request, house)
    if reach_of("read.outbox", person.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    return person


def _state(house: House, person: PersonPrincipal, store: SqlStore) -> NoticesAnswer:
    own = addresses.of(store, house.sealing, person.organisation, person.person).get("email")
    robots: dict[str, str] = {}
    if reach_of("read.robots", person.roles) is not None:
        held = addresses.of(store, house.sealing, person.organisation, ROBOT)
        robots = {channel: one.hint() for channel, one in held.items()}
    return NoticesAnswer(email=own.hint() if own else None, robots=robots, mails=house.settings.mailer is not None)


def _record(house: House, store: SqlStore, person: PersonPrincipal, action: Action) -> Pushed:
    return record_system_all(house.engine, store, person.organisation, [action], house.clock(), person.person)


def _answer(found: NoticesAnswer | OutboxPage) -> Response[bytes]:
    return Response(found.model_dump_json().encode(), media_type=JSON, headers={"cache-control": "no-store"})


ROUTES: Final[list[BaseRouteHandler]] = [mine, address, sent, retry]
