"""GET /api/v1/waiting: entries that did not take effect, for whoever decides over them.

Neighbours: `server/waiting.py`; the decisions are entries like all others (`entry.ratify`, `entry.reject`). Invariant: only
devices whose record the caller may see are looked through, and only for `read.waiting` (table `PERMISSIONS`).
"""

from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter

from schemas.errors import ErrorCode
from schemas.ids import UUID_PATTERN
from schemas.people import reach_of
from schemas.waiting import WaitingPage, WaitingWhich
from server import waiting
from server.http.access import require_reader
from server.http.context import House
from server.http.patterns import whole
from server.http.problem import Failure
from server.http.sync import JSON
from server.storage.store import SqlStore

Which = Annotated[WaitingWhich, QueryParameter()]
After = Annotated[str | None, QueryParameter(pattern=whole(rf"{UUID_PATTERN.removesuffix('$')}\.[0-9]{{1,15}}"))]


@get("/api/v1/waiting")
async def listed(
    request: Request[Any, Any, Any], house: NamedDependency[House], which: Which = "decide", after: After = None
) -> Response[bytes]:
    """A page of them."""
    principal = await require_reader(request, house)
    if reach_of("read.waiting", principal.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    place = waiting.START if after is None else (after.split(".")[0], int(after.split(".")[1]))

    def job(store: SqlStore) -> WaitingPage:
        devices = [one.id for one in store.records(principal.organisation, "device") if one.buckets & principal.buckets]
        return waiting.page(store, principal.organisation, devices, which, place)

    found = await house.database.read(job)
    return Response(found.model_dump_json().encode(), media_type=JSON, headers={"cache-control": "no-store"})


ROUTES: Final[list[BaseRouteHandler]] = [listed]
