"""The built app and the operators' pages: files of `field_app/dist`, `/healthz`, `/metrics`.

Neighbours: the app's build puts hashed files under `/assets/`. Invariants: nothing outside the folder is
ever read; a hashed file may be kept for ever, a page or the worker is asked for anew each time; text goes
out compressed when the browser takes it.
"""

import hashlib
import mimetypes
from typing import Any, Final

import anyio
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath

from schemas.errors import ErrorCode
from server.http.context import House
from server.http.problem import Failure

_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK: Final = "no-cache"
_TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


@get("/", include_in_schema=False)
async def front_page(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """The field app."""
    return await _serve(request, house, "/")


@get("/{path:path}", include_in_schema=False)
async def app_file(request: Request[Any, Any, Any], house: NamedDependency[House], path: FromPath[str]) -> Response[bytes]:
    """One file of the app. Pages inside the app have no paths of their own: what is not a file is NOT_FOUND."""
    return await _serve(request, house, path)


async def _serve(request: Request[Any, Any, Any], house: House, path: str) -> Response[bytes]:
    files = house.app_files
    found = None if path.startswith("/api/") else await anyio.to_thread.run_sync(files.find, path)
    if found is None:
        raise Failure(ErrorCode.NOT_FOUND)
    kept = await anyio.to_thread.run_sync(files.load, found)
    inside = found.relative_to(files.folder).as_posix()
    headers = {
        "Cache-Control": _FOREVER if inside.startswith("assets/") else _ASK,
        "ETag": kept.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == kept.etag:
        return Response(b"", status_code=304, headers=headers)
    body = kept.plain
    if kept.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = kept.packed
        headers["Content-Encoding"] = "gzip"
    kind = _TYPES.get(found.suffix) or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return Response(body, headers=headers, media_type=kind)


@get("/healthz", include_in_schema=False)
async def healthz(house: NamedDependency[House]) -> Response[bytes]:
    """200 when the database answers. Any page may ask: the local network's guide sees by it whether its device trusts us."""
    await house.database.read(lambda store: store.organisations())
    headers = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(b'{"ok":true}', media_type="application/json", headers=headers)


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Prometheus' text; from this machine alone, or with the token."""
    token = house.settings.metrics_token
    if token is not None:
        given = hashlib.sha256(request.headers.get("authorization", "").encode()).digest()
        allowed = given == hashlib.sha256(f"Bearer {token}".encode()).digest()
    else:
        host = request.client.host if request.client is not None else ""
        allowed = host in _LOOPBACK and "x-forwarded-for" not in request.headers
    if not allowed:
        raise Failure(ErrorCode.NOT_FOUND)
    return Response(house.metrics.text(), media_type="text/plain; version=0.0.4")


ROUTES: Final[list[BaseRouteHandler]] = [front_page, app_file, healthz, metrics]
