"""The live socket: `GET /api/v1/live`, authenticated by cookie, closed as soon as its holder may see nothing.

First `{"hello": version}`, then frames (`schemas.protocol.LiveFrame`), `{"sync": true}` when something was
missed, `{"ping": true}` in silence. Close codes: 4401 not signed in, 4403 revoked, 4409 too many sockets of
one device, 1001 the server goes down. Neighbours: `server/live.py`. Invariants: the buckets are looked up
after the line is open, so no change falls between; they are looked up again whenever rights may have
changed and at every ping.
"""

import asyncio
import contextlib
from typing import Any, Final

from litestar import WebSocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers import WebsocketRouteHandler
from litestar.handlers.base import BaseRouteHandler

from schemas.limits import LIVE_PING_SECONDS
from server.auth.sessions import Principal
from server.http.access import require_reader
from server.http.context import House
from server.http.edge import same_origin
from server.http.problem import Failure
from server.live import PING, REVOKED, Line

NOT_SIGNED_IN: Final = 4401
_MESSAGES_IN_MAX: Final = 1000


async def live(socket: WebSocket[Any, Any, Any], house: NamedDependency[House]) -> None:
    """Serve one socket until either side ends it."""
    origin = socket.headers.get("origin")
    if origin is not None and not same_origin(origin, socket.headers.get("host", ""), house.settings.trusted_origins):
        await socket.close(code=1008)
        return
    try:
        reader = await require_reader(socket, house)
    except Failure as failure:
        await socket.accept()
        await socket.close(code=NOT_SIGNED_IN if failure.status == 401 else REVOKED)
        return
    await socket.accept()
    line = house.hub.open(reader.organisation, holder_of(reader), reader.buckets)
    listening = asyncio.create_task(_listen(socket, line))
    try:
        version = await house.database.read(lambda store: store.organisation_version(reader.organisation))
        await socket.send_text(f'{{"hello":{version}}}')
        await _send(socket, house, line)
    except (WebSocketDisconnect, RuntimeError):
        pass  # the other side is gone: it syncs when it comes back
    finally:
        house.hub.close(line)
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


def holder_of(principal: Principal) -> str:
    """The id a principal's sockets are counted and revoked under."""
    return getattr(principal, "device", "") or getattr(principal, "person", "")


async def _send(socket: WebSocket[Any, Any, Any], house: House, line: Line) -> None:
    while line.close_code is None:
        frame = await line.next(LIVE_PING_SECONDS)
        if line.close_code is not None:
            break
        if (frame is None or line.stale) and not await _still_may(socket, house, line):
            line.shut(REVOKED)
            break
        if frame is None:
            await socket.send_text(PING)
        elif frame.bucket is None or frame.bucket in line.buckets:
            await socket.send_text(frame.text)
    with contextlib.suppress(RuntimeError):
        await socket.close(code=line.close_code or 1000)


async def _still_may(socket: WebSocket[Any, Any, Any], house: House, line: Line) -> bool:
    """Look the rights up again. A changed reach closes nothing: the next frames follow it."""
    line.stale = False
    try:
        reader = await require_reader(socket, house)
    except Failure:
        return False
    line.buckets = reader.buckets
    return holder_of(reader) == line.holder


async def _listen(socket: WebSocket[Any, Any, Any], line: Line) -> None:
    """Nothing is expected from the other side; this notices that it has gone, or talks too much."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        for _ in range(_MESSAGES_IN_MAX):
            await socket.receive_data("text")
    line.shut(1000)


ROUTES: Final[list[BaseRouteHandler]] = [WebsocketRouteHandler("/api/v1/live")(live)]
