"""What every request must carry and every answer must say, and the list of all routes of the edge.

A pure ASGI middleware: refuses state-changing requests without `X-Handover: 1` or from another origin, adds
the security headers, counts. Neighbours: `server/app.py` puts `edge_routes`, `edge_middleware` and
`EXCEPTION_HANDLERS` into the application. Invariants: the check runs before routing, so no route can forget
it; reads never change anything.
"""

import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import ASGIApp, ExceptionHandlersMap, Message, Middleware, Receive, Scope, Send
from pydantic import ValidationError

from schemas.errors import ErrorCode
from server.http.context import House
from server.http.problem import Failure, on_database_away, on_failure, on_http, on_invalid, on_unforeseen
from server.settings import origin_of
from server.storage.database import TransactionLost

CSP: Final = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
SECURITY_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=(self)"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    Failure: on_failure,
    TransactionLost: on_database_away,
    ValidationError: on_invalid,
    HTTPException: on_http,
    Exception: on_unforeseen,
}


def edge_routes() -> list[BaseRouteHandler]:
    """Every route but sync; the application adds that one and its own."""
    from server.http import accounts, blobs, enrolment, live, people, static  # noqa: PLC0415 - they import this module's names

    return [*enrolment.ROUTES, *people.ROUTES, *accounts.ROUTES, *blobs.ROUTES, *live.ROUTES, *static.ROUTES]


def edge_middleware(house: House) -> Middleware:
    """The middleware that stands before all routes."""

    def wrap(app: ASGIApp) -> ASGIApp:
        return _Edge(app, house).__call__

    return wrap


def same_origin(origin: str, host: str, trusted: frozenset[str]) -> bool:
    """Whether an `Origin` header is the addressed host's own or one this installation trusts."""
    try:
        known = origin_of(origin)
    except ValueError:
        return False
    return known in trusted or urlsplit(known).netloc == _without_usual_port(host, known)


def _without_usual_port(host: str, origin: str) -> str:
    usual = ":443" if origin.startswith("https:") else ":80"
    return host.lower().removesuffix(usual)


class _Edge:
    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.house = house
        self.trusted = house.settings.trusted_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        method = str(scope["method"])
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in SECURITY_HEADERS if pair[0] not in known),
                ]
                self.house.metrics.requests.labels(_known(method), f"{message['status'] // 100}xx").inc()
            await send(message)

        try:
            if method not in _READS and (failure := self._refusal(scope)) is not None:
                await _tell(failure, answer)
            else:
                with self.house.calm.answering():
                    await self.app(scope, receive, answer)
        finally:
            self.house.metrics.seconds.observe(time.perf_counter() - began)

    def _refusal(self, scope: Scope) -> Failure | None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if headers.get(b"x-handover") != b"1":
            return Failure(ErrorCode.ORIGIN_REFUSED)
        origin = headers.get(b"origin")
        if origin is None:
            return None
        host = headers.get(b"host", b"").decode("latin-1")
        return None if same_origin(origin.decode("latin-1"), host, self.trusted) else Failure(ErrorCode.ORIGIN_REFUSED)


def _known(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT") else "other"


async def _tell(failure: Failure, send: Send) -> None:
    body = failure.body()
    headers: Sequence[tuple[bytes, bytes]] = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in failure.all_headers().items()),
    ]
    start: Any = {"type": "http.response.start", "status": failure.status, "headers": list(headers)}
    await send(start)
    end: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(end)
