"""POST /api/v1/sync: one round trip, both ways — what a device has goes in, what it may know comes out.

The shell around `server/exchange.py`: who is asking, how much may be read, who else must be told. Neighbours:
`server/owed.py` does what the commit owes. Invariants: bytes that were erased leave the disk before the answer goes out · live
frames go out after the commit and do not wait for this device's pages.
"""

from functools import partial
from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas.errors import ErrorCode
from schemas.limits import PULL_NEAR_VERSIONS_MAX
from server.auth.sessions import DevicePrincipal
from server.exchange import ExchangeRefused, Taken, answer, look, only_asks, take
from server.http.access import device_finder, require_device
from server.http.body import pack_answer, read_body
from server.http.context import House
from server.http.problem import Failure
from server.owed import settle
from server.storage.store import SqlStore
from sync.pull import Far

JSON: Final = "application/json; charset=utf-8"
ASKED_BYTES_MAX: Final = 16_384
"""A body no longer than this is read before it is known whose it is: what only asks is then answered by one reading job."""


@post("/api/v1/sync", status_code=200)
async def sync(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Push and pull. Any failure leaves the server as it was; the device keeps what is not receipted."""
    principal, taken, raw = await _answered_at_once(request, house)
    if taken is None:
        looked = raw is not None
        principal = principal or await require_device(request, house, active=False)
        raw = raw if raw is not None else await read_body(request)
        try:
            taken = await take(house.engine, house.database, principal, raw, house.clock(), looked=looked)
        except ExchangeRefused as refused:
            raise Failure(refused.code, detail=refused.detail) from refused
    await settle(house, taken.caller.organisation, taken.pushed)
    said = await answer(house.database, taken, house.settings.app_min)
    del taken, raw  # while a slow network takes the answer, nothing else of this exchange is held
    body, headers = await pack_answer(request, said)
    return Response(body, media_type=JSON, headers=headers)


async def _answered_at_once(
    request: Request[Any, Any, Any], house: House
) -> tuple[DevicePrincipal | None, Taken | None, bytes | None]:
    """Who is asking, and the answer, in one reading job, when a short request only asks; else what is known by then: the
    device, and the bytes of a body that has been read."""
    finder, announced = device_finder(request, house), request.headers.get("content-length", "")
    short = announced.isascii() and announced.isdigit() and len(announced) <= 5 and int(announced) <= ASKED_BYTES_MAX
    if finder is None or not short or "content-encoding" in request.headers:
        return None, None, None
    raw, now_ms = await read_body(request, ASKED_BYTES_MAX), house.clock()
    message = only_asks(raw)
    if message is None:
        return await require_device(request, house, active=False), None, raw

    def job(store: SqlStore, near: int | None = PULL_NEAR_VERSIONS_MAX) -> tuple[DevicePrincipal | None, Taken | None]:
        caller = finder(store)
        return caller, None if caller is None else look(house.engine, store, caller, message, now_ms, near)

    try:
        caller, taken = await house.database.glance(job)
    except Far:
        caller, taken = await house.database.read(partial(job, near=None))
    if caller is None:
        raise Failure(ErrorCode.NOT_SIGNED_IN)
    return caller, taken, raw


ROUTES: Final[list[BaseRouteHandler]] = [sync]
