"""GET /api/v1/search: records past a replica, found by words.

Neighbours: `server/search.py`. Invariants: for `read.search` alone (table `PERMISSIONS`), of the depots the caller works with.
"""

from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter

from schemas.errors import ErrorCode
from schemas.limits import SEARCH_CHARS_MAX
from schemas.people import reach_of
from schemas.search import SearchKind, SearchPage
from server import search
from server.http.access import require_reader
from server.http.context import House
from server.http.patterns import UUID_WHOLE
from server.http.problem import Failure
from server.http.sync import JSON
from server.storage.store import SqlStore

Asked = Annotated[str, QueryParameter(max_length=SEARCH_CHARS_MAX)]
After = Annotated[str | None, QueryParameter(pattern=UUID_WHOLE)]
Archived = Annotated[bool, QueryParameter()]
Kind = Annotated[SearchKind, QueryParameter()]


@get("/api/v1/search")
async def found(
    request: Request[Any, Any, Any], house: NamedDependency[House], kind: Kind, q: Asked = "", archived: Archived = True,
    after: After = None,
) -> Response[bytes]:  # fmt: skip
    """A page of them. PostgreSQL keeps no NUL in a text, so nothing holds one."""
    principal = await require_reader(request, house)
    if reach_of("read.search", principal.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    if "\0" in q:
        raise Failure(ErrorCode.BAD_REQUEST)

    def job(store: SqlStore) -> SearchPage:
        return search.page(
            store, principal.organisation, kind, q, archived=archived, buckets=principal.buckets, after=after
        )  # fmt: skip

    page = await house.database.read(job)
    return Response(page.model_dump_json().encode(), media_type=JSON, headers={"cache-control": "no-store"})


ROUTES: Final[list[BaseRouteHandler]] = [found]
