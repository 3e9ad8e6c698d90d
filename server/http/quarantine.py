"""GET /api/v1/devices/{device}/quarantine, …/{epoch}/{seq}/{hash} and …/report: what the office reads of a device that is shut
out or lost.

Neighbours: `server/aside.py`, `server/lost.py`; decisions are entries like all others (`server/domain/quarantine.py`).
Invariants: only who may see the device's record gets it (role and depot, table `PERMISSIONS`: `read.quarantine`, `read.report`),
private parts only with `read.private`; to everybody else it does not exist.
"""

from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import PathParameter, QueryParameter
from pydantic import BaseModel

from schemas.device_reports import AsideBody, AsidePage, DeviceReport
from schemas.errors import ErrorCode
from schemas.limits import SEQ_MAX
from schemas.people import reach_of
from schemas.trail import ReadWhat
from server import aside, lost
from server.auth.sessions import Principal
from server.http.access import require_reader
from server.http.context import House
from server.http.patterns import NUMBER_WHOLE, SHA256_WHOLE, UUID_WHOLE, whole
from server.http.problem import Failure
from server.http.sync import JSON
from server.storage.store import SqlStore
from server.trail import reads
from sync.store import StoredRecord

DeviceId = Annotated[str, PathParameter(pattern=UUID_WHOLE)]
Number = Annotated[str, PathParameter(pattern=NUMBER_WHOLE)]
"""Read as text: an integer might be written with a sign."""
ChainHash = Annotated[str, PathParameter(pattern=SHA256_WHOLE)]
After = Annotated[str | None, QueryParameter(pattern=whole(r"[0-9]{1,13}\.[0-9]{1,13}\.[0-9a-f]{64}"))]


@get("/api/v1/devices/{device_id:str}/quarantine")
async def listed(
    request: Request[Any, Any, Any], house: NamedDependency[House], device_id: DeviceId, after: After = None
) -> Response[bytes]:
    """A page of what lies aside. NOT_FOUND for a device that is not the caller's to see."""
    principal = await _reader(request, house, "read.quarantine")
    place = _place(after)

    def job(store: SqlStore) -> AsidePage | None:
        seen = _visible(store, principal, device_id)
        return None if seen is None else aside.page(store, principal.organisation, device_id, place)

    return await _answer(house, principal, "aside", device_id, await house.database.read(job))


@get("/api/v1/devices/{device_id:str}/quarantine/{epoch:str}/{seq:str}/{chain_hash:str}")
async def opened(
    request: Request[Any, Any, Any],
    house: NamedDependency[House],
    device_id: DeviceId,
    epoch: Number,
    seq: Number,
    chain_hash: ChainHash,
) -> Response[bytes]:
    """One entry whole."""
    principal = await _reader(request, house, "read.quarantine")
    if int(epoch) > SEQ_MAX or not 1 <= int(seq) <= SEQ_MAX:
        raise Failure(ErrorCode.BAD_REQUEST)
    private = reach_of("read.private", principal.roles) is not None

    def job(store: SqlStore) -> AsideBody | None:
        seen = _visible(store, principal, device_id)
        place = (int(epoch), int(seq), chain_hash)
        return None if seen is None else aside.body(store, principal.organisation, device_id, place, private=private)

    what: ReadWhat = "private" if private else "aside"
    return await _answer(house, principal, what, device_id, await house.database.read(job))


@get("/api/v1/devices/{device_id:str}/report")
async def reported(request: Request[Any, Any, Any], house: NamedDependency[House], device_id: DeviceId) -> Response[bytes]:
    """What is presumed missing with the device, computed now."""
    principal = await _reader(request, house, "read.report")
    now = house.clock()

    def job(store: SqlStore) -> DeviceReport | None:
        seen = _visible(store, principal, device_id)
        state = store.device(principal.organisation, device_id) if seen is not None else None
        return None if seen is None or state is None else lost.report(store, state, seen, now)

    return await _answer(house, principal, "report", device_id, await house.database.read(job))


async def _reader(request: Request[Any, Any, Any], house: House, what: str) -> Principal:
    principal = await require_reader(request, house)
    if reach_of(what, principal.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    return principal


def _visible(store: SqlStore, principal: Principal, device: str) -> StoredRecord | None:
    record = store.record(principal.organisation, "device", device)
    return None if record is None or record.gone or not record.buckets & principal.buckets else record


def _place(after: str | None) -> aside.Place:
    if after is None:
        return aside.START
    epoch, seq, chain_hash = after.split(".")
    return int(epoch), int(seq), chain_hash


async def _answer(
    house: House, reader: Principal, what: ReadWhat, device: str, found: BaseModel | None
) -> Response[bytes]:  # fmt: skip
    if found is None:
        raise Failure(ErrorCode.NOT_FOUND)
    await reads.note(house, reader, what, "device", device)
    return Response(found.model_dump_json().encode(), media_type=JSON, headers={"cache-control": "no-store"})


ROUTES: Final[list[BaseRouteHandler]] = [listed, opened, reported]
