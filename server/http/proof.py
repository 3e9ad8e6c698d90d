"""GET /api/v1/handovers/{id}/proof: the journal's proof of one handover, recomputed from the stored bytes just now.

Neighbours: `server/proof.py`. Invariants: only who may see the handover's record gets it (role and depot, table
`PERMISSIONS`, `read.proof`); to everybody else it does not exist.
"""

from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import PathParameter

from schemas.errors import ErrorCode
from schemas.people import reach_of
from schemas.protocol import HandoverProof
from server.http.access import require_reader
from server.http.context import House
from server.http.patterns import UUID_WHOLE
from server.http.problem import Failure
from server.http.sync import JSON
from server.proof import prove
from server.storage.store import SqlStore
from server.trail import reads

HandoverId = Annotated[str, PathParameter(pattern=UUID_WHOLE)]


@get("/api/v1/handovers/{handover_id:str}/proof")
async def proof(request: Request[Any, Any, Any], house: NamedDependency[House], handover_id: HandoverId) -> Response[bytes]:
    """The proof. NOT_FOUND for what is not there or not the caller's to see."""
    principal = await require_reader(request, house)
    if reach_of("read.proof", principal.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    keys = house.keys.of(principal.organisation)

    def job(store: SqlStore) -> HandoverProof | None:
        record = store.record(principal.organisation, "handover", handover_id)
        if record is None or not record.buckets & principal.buckets:
            return None
        return prove(store, keys, principal.organisation, handover_id)

    found = await house.database.read(job)
    if found is None:
        raise Failure(ErrorCode.NOT_FOUND)
    await reads.note(house, principal, "proof", "handover", handover_id)
    return Response(found.model_dump_json().encode(), media_type=JSON, headers={"cache-control": "no-store"})


ROUTES: Final[list[BaseRouteHandler]] = [proof]
