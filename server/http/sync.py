"""POST /api/v1/sync: one round trip, both ways — what a device has goes in, what it may know comes out.

The push runs in the writer's transaction; the pages are read afterwards on a snapshot that contains it, so a slow first
download never holds the writer. Neighbours: `sync/engine.py` decides, `server/live.py` tells the others.
Invariants: nothing is answered before the commit is on the disk · a transaction that judging aborts is repeated without
judging, so what was sent is kept all the same · a stuck upload never blocks the download.
"""

import asyncio
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas.errors import ErrorCode
from schemas.protocol import PROTOCOL_VERSION, Policy, SyncAnswer, SyncRequest
from server.auth.sessions import DevicePrincipal
from server.http.access import require_device
from server.http.body import read_body
from server.http.context import House
from server.http.problem import Failure
from server.logs import trail
from server.storage.store import SqlStore
from sync import instants
from sync.engine import Pushed, PushRefused
from sync.fanout import frames
from sync.pull import Pulled, pull

log = structlog.get_logger("sync")
JSON: Final = "application/json; charset=utf-8"
Frames = list[tuple[str, bytes]]


@post("/api/v1/sync", status_code=200)
async def sync(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Push and pull. Any failure leaves the server as it was; the device keeps what is not receipted."""
    principal = await require_device(request, house, active=False)
    raw = await read_body(request)
    if _protocol(raw) != PROTOCOL_VERSION:
        raise Failure(ErrorCode.PROTOCOL_UNSUPPORTED, detail={"protocol": PROTOCOL_VERSION})
    message = SyncRequest.model_validate_json(raw)
    if message.device != principal.device:
        raise Failure(ErrorCode.DEVICE_UNKNOWN)
    now_ms = house.clock()
    pushed, news = await _push(house, principal, message, now_ms)
    if pushed.erased:
        await _forget(house, principal.organisation, pushed.erased)
    house.hub.publish(principal.organisation, news)
    pulled, policy = await house.database.read(lambda store: _pull(store, principal, message, pushed))
    return Response(_render(pushed, pulled, policy, now_ms), media_type=JSON)


async def _push(house: House, principal: DevicePrincipal, message: SyncRequest, now_ms: int) -> tuple[Pushed, Frames]:
    def job(store: SqlStore, *, judge: bool = True) -> tuple[Pushed, Frames]:
        pushed = house.engine.push(store, principal.organisation, message, now_ms, judge_entries=judge)
        return pushed, frames(store, principal.organisation, pushed.touched)

    # Law 1: a passing fault is tried once more. If judging breaks the transaction itself, what was sent is kept without
    # being judged, and judged when the cause is gone. A database that is really down fails that, too.
    for _ in range(2):
        try:
            return await house.database.write(job)
        except PushRefused as refused:
            raise Failure(refused.code, detail=refused.detail) from refused
        except Exception as fault:
            log.error(
                "judging_aborted", organisation=principal.organisation, device=principal.device,
                type=type(fault).__qualname__, at=trail(fault),
            )  # fmt: skip
    return await house.database.write(lambda store: job(store, judge=False))


class _Version(msgspec.Struct):
    protocol: int = PROTOCOL_VERSION


def _protocol(raw: bytes) -> int:
    """The version a request speaks, whatever the rest of it looks like; a body that is no message is read as ours."""
    try:
        return msgspec.json.decode(raw, type=_Version).protocol
    except msgspec.DecodeError:
        return PROTOCOL_VERSION


async def _forget(house: House, organisation: str, erased: tuple[str, ...]) -> None:
    """An erasure is committed: the bytes leave the disk, the database's log included."""
    for sha256 in erased:
        await asyncio.to_thread(house.vault.erase, organisation, sha256)
    await house.database.truncate_log()


def _pull(store: SqlStore, principal: DevicePrincipal, message: SyncRequest, pushed: Pushed) -> tuple[Pulled, Policy]:
    organisation = store.record(principal.organisation, "organisation", principal.organisation)
    policy = Policy(gate=organisation.data["gate_policy"]) if organisation else Policy()
    if not pushed.may_pull:
        return Pulled((), ()), policy
    return pull(store, principal.organisation, principal.buckets, message.cursors), policy


def _render(pushed: Pushed, pulled: Pulled, policy: Policy, now_ms: int) -> bytes:
    """The answer's bytes: everything but the pages is encoded here, the pages are spliced in as they are stored."""
    answer = SyncAnswer(
        receipt=pushed.receipt, outcomes=pushed.outcomes, pages=[],
        gone_buckets=list(pulled.foreign), upload="clear" if pushed.upload_clear else "required", policy=policy,
        commands=pushed.commands, new_epoch=pushed.new_epoch,
        notices=[ErrorCode.CURSOR_FOREIGN] if pulled.foreign else [], at=instants.to_text(now_ms),
    )  # fmt: skip
    fields = answer.model_dump(mode="json", exclude={"pages"})
    pages = b",".join(page.render() for page in pulled.pages)
    return msgspec.json.encode(fields)[:-1] + b',"pages":[' + pages + b"]}"


ROUTES: Final[list[BaseRouteHandler]] = [sync]
