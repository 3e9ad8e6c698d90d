"""POST /api/v1/sync: one round trip, both ways — what a device has goes in, what it may know comes out.

The shell around `server/exchange.py`: who is asking, how much may be read, who else must be told. Neighbours:
`server/live.py` tells the others. Invariants: bytes that were erased leave the disk before the answer goes out · live frames
go out after the commit and do not wait for this device's pages.
"""

import asyncio
from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from server.exchange import ExchangeRefused, answer, take
from server.http.access import require_device
from server.http.body import pack_answer, read_body
from server.http.context import House
from server.http.problem import Failure

JSON: Final = "application/json; charset=utf-8"


@post("/api/v1/sync", status_code=200)
async def sync(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Push and pull. Any failure leaves the server as it was; the device keeps what is not receipted."""
    principal = await require_device(request, house, active=False)
    raw = await read_body(request)
    try:
        taken = await take(house.engine, house.database, principal, raw, house.clock())
    except ExchangeRefused as refused:
        raise Failure(refused.code, detail=refused.detail) from refused
    if taken.erased:
        await _forget(house, principal.organisation, taken.erased)
    house.hub.publish(principal.organisation, taken.frames)
    body, headers = await pack_answer(request, await answer(house.database, taken, house.settings.app_min))
    return Response(body, media_type=JSON, headers=headers)


async def _forget(house: House, organisation: str, erased: tuple[str, ...]) -> None:
    """An erasure is committed: the bytes leave the disk, the database's log included."""
    for sha256 in erased:
        await asyncio.to_thread(house.vault.erase, organisation, sha256)
    await house.database.scrub()


ROUTES: Final[list[BaseRouteHandler]] = [sync]
