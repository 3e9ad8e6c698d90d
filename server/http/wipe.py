"""POST /api/v1/wiped: a device that was asked to empty itself says that it has.

Neighbours: `sync/wipe.py` decides. Invariants: only the device's own key can say it, and no cookie is asked for: the key that
could have renewed one is gone by then, and a browser that was enrolled anew has another device's; said again, it changes nothing.
"""

from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas.errors import ErrorCode
from schemas.protocol import WipedRequest
from server.auth import sessions
from server.http.access import knock
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
    said = await read_message(request, WipedRequest, _BODY_BYTES_MAX)
    knock(house, "wiped", request)
    now = house.clock()

    def job(store: SqlStore) -> tuple[str, list[tuple[str, bytes]]]:
        organisation = sessions.home_of(store.connection, said.device)
        if organisation is None:
            raise WipeRefused(ErrorCode.DEVICE_UNKNOWN)
        touched = acknowledge(store, house.engine.verify, organisation, said, now)
        return organisation, frames(store, organisation, touched)

    try:
        organisation, news = await house.database.write(job)
    except WipeRefused as refused:
        raise Failure(refused.code) from refused
    house.hub.publish(organisation, news)
    return Response(None, status_code=204)


ROUTES: Final[list[BaseRouteHandler]] = [wiped]
