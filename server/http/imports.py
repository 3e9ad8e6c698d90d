"""POST /api/v1/imports: a device's export file, brought by a manager.

Neighbours: `server/imports`. Invariants: only whoever may export may import (`read.export`), only for the own organisation;
the file is put aside on the disk while it comes, bounded, and gone when the answer is.
"""

import tempfile
from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas.errors import ErrorCode
from schemas.limits import IMPORT_BYTES_MAX
from schemas.people import reach_of
from server.http.access import require_person
from server.http.context import House
from server.http.problem import Failure
from server.http.sync import JSON
from server.imports.exportfile import ImportRefused
from server.imports.take import take_in


@post("/api/v1/imports", status_code=200, request_max_body_size=IMPORT_BYTES_MAX)
async def bring(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Take the file in. IMPORT_UNREADABLE, IMPORT_FOREIGN, IMPORT_CONTRADICTS, DEVICE_UNKNOWN, EPOCH_UNKNOWN: nothing taken."""
    person = await require_person(request, house)
    if reach_of("read.export", person.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    with tempfile.TemporaryFile(dir=house.vault.data / "uploads") as file:
        taken = 0
        async for chunk in request.stream():
            taken += len(chunk)
            if taken > IMPORT_BYTES_MAX:
                raise Failure(ErrorCode.BODY_TOO_LARGE, detail={"bytes_max": IMPORT_BYTES_MAX})
            file.write(chunk)
        try:
            answer = await take_in(house, person.organisation, file, person.person)
        except ImportRefused as refused:
            raise Failure(refused.code, detail=refused.detail) from refused
    return Response(answer.model_dump_json().encode(), media_type=JSON)


ROUTES: Final[list[BaseRouteHandler]] = [bring]
