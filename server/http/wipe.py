"""POST /api/v1/wiped: a device that was asked to empty itself says that it has.

Neighbours: `sync/wipe.py` decides. Invariants: only a device's own cookie and key can say it; said again, it changes nothing.
"""

from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas.errors import ErrorCode
from schemas.protocol import WipedRequest
from server.http.access import require_device
from server.http.body import read_message
from server.http.context import House
from server.http.problem import Failure
from server.storage.store import SqlStore
from sync.fanout import frames
from sync.wipe import WipeRefused, acknowledge

_BODY_BYTES_MAX: Final = 4 * 1024


@post("/api/v1/wiped", status_code=204)
async def wiped(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[None]:
    """The device holds nothing any more."""
    principal = await require_device(request, house, active=False)
    said = await read_message(request, WipedRequest, _BODY_BYTES_MAX)
    if said.device != principal.device:
        raise Failure(ErrorCode.DEVICE_UNKNOWN)
    now = house.clock()

    def job(store: SqlStore) -> list[tuple[str, bytes]]:
        touched = acknowledge(store, house.engine.verify, principal.organisation, said, now)
        return frames(store, principal.organisation, touched)

    try:
        news = await house.database.write(job)
    except WipeRefused as refused:
        raise Failure(refused.code) from refused
    house.hub.publish(principal.organisation, news)
    return Response(None, status_code=204)


ROUTES: Final[list[BaseRouteHandler]] = [wiped]
