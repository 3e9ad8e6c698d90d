"""POST /api/v1/digest and /api/v1/repair: where a device's copy of a bucket differs, and what belongs there.

Neighbours: `sync/digest.py` (what a digest is), `sync/pull.py` (both answers); the answer to a sync carries the digest of the
whole bucket. Invariant: a bucket that is not the caller's is not there.
"""

from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas.errors import ErrorCode
from schemas.protocol import DigestRequest, RepairRequest
from server.auth.sessions import DevicePrincipal
from server.http.access import require_device
from server.http.body import read_message
from server.http.context import House
from server.http.problem import Failure
from sync.pull import digest_parts, repair

_BODY_BYTES_MAX: Final = 16 * 1024


@post("/api/v1/digest", status_code=200)
async def digest(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """A bucket's digest, sub-range by sub-range."""
    principal = await require_device(request, house)
    asked = await read_message(request, DigestRequest, _BODY_BYTES_MAX)
    _check(principal, asked.bucket)
    found = await house.database.read(lambda store: digest_parts(store, principal.organisation, asked.bucket))
    return _json(found.model_dump_json().encode())


@post("/api/v1/repair", status_code=200)
async def give(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """All records of some sub-ranges of a bucket."""
    principal = await require_device(request, house)
    asked = await read_message(request, RepairRequest, _BODY_BYTES_MAX)
    _check(principal, asked.bucket)
    return _json(await house.database.read(lambda store: repair(store, principal.organisation, asked.bucket, asked.parts)))


def _check(principal: DevicePrincipal, bucket: str) -> None:
    if bucket not in principal.buckets:
        raise Failure(ErrorCode.NOT_FOUND)


def _json(body: bytes) -> Response[bytes]:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


ROUTES: Final[list[BaseRouteHandler]] = [digest, give]
