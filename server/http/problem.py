"""Failures on their way out: one exception, one JSON shape (`schemas.protocol.Problem`), stable codes, both languages.

Neighbours: every route raises `Failure`; `edge.py` registers the handlers. Invariants: an answer never
repeats what was sent (it could be a password); an unforeseen exception is logged with an incident id and
ids only, and the caller gets the same incident id.
"""

import errno
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.status_codes import HTTP_404_NOT_FOUND, HTTP_413_REQUEST_ENTITY_TOO_LARGE
from pydantic import ValidationError

from schemas.errors import MESSAGES, ErrorCode
from schemas.limits import DATABASE_RETRY_SECONDS
from schemas.protocol import Problem
from server.logs import trail
from server.storage.database import TransactionLost

_FAULTS_MAX: Final = 5
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
log = structlog.get_logger("http")

STATUS: Final[dict[ErrorCode, int]] = {
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.BODY_TOO_LARGE: 413,
    ErrorCode.PROTOCOL_UNSUPPORTED: 426,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_SIGNED_IN: 401,
    ErrorCode.ORIGIN_REFUSED: 403,
    ErrorCode.TOO_MANY_TRIES: 429,
    ErrorCode.SERVER_ERROR: 500,
    ErrorCode.STORAGE_FULL: 507,
    ErrorCode.DATABASE_AWAY: 503,
    ErrorCode.CODE_UNKNOWN: 404,
    ErrorCode.CODE_EXPIRED: 410,
    ErrorCode.CODE_USED: 409,
    ErrorCode.CODE_FOREIGN: 409,
    ErrorCode.KEY_INVALID: 400,
    ErrorCode.LOGIN_WRONG: 401,
    ErrorCode.PIN_WRONG: 403,
    ErrorCode.PIN_WEAK: 400,
    ErrorCode.CHALLENGE_EXPIRED: 401,
    ErrorCode.SIGNATURE_INVALID: 401,
    ErrorCode.DEVICE_UNKNOWN: 404,
    ErrorCode.DEVICE_REVOKED: 403,
    ErrorCode.DEVICE_WIPING: 403,
    ErrorCode.APP_OUTDATED: 426,
    ErrorCode.PASSWORD_WEAK: 400,
    ErrorCode.PASSWORD_GIVEN: 403,
    ErrorCode.PASSWORD_EXPIRED: 403,
    ErrorCode.USERNAME_TAKEN: 409,
    ErrorCode.ACCOUNT_UNFIT: 409,
    ErrorCode.JOIN_UNKNOWN: 404,
    ErrorCode.JOIN_EXPIRED: 410,
    ErrorCode.HEAD_SIGNATURE_INVALID: 400,
    ErrorCode.ENTRY_ORDER: 400,
    ErrorCode.EPOCH_UNKNOWN: 409,
    ErrorCode.BLOB_TOO_LARGE: 413,
    ErrorCode.BLOB_HASH_MISMATCH: 422,
    ErrorCode.BLOB_OFFSET_WRONG: 409,
    ErrorCode.BLOB_CHECKSUM_WRONG: 460,
    ErrorCode.BLOB_NOT_AN_IMAGE: 422,
    ErrorCode.BLOB_NOT_SOUND: 422,
    ErrorCode.BLOB_TOO_MANY_PIXELS: 422,
    ErrorCode.BLOB_TYPE_REFUSED: 415,
    ErrorCode.UPLOAD_UNKNOWN: 404,
    ErrorCode.UPLOADS_TOO_MANY: 429,
    ErrorCode.NOTICE_ADDRESS: 422,
    ErrorCode.IMPORT_UNREADABLE: 422,
    ErrorCode.IMPORT_TOO_LARGE: 413,
    ErrorCode.IMPORT_FOREIGN: 422,
    ErrorCode.IMPORT_VERSION: 422,
    ErrorCode.IMPORT_UNSIGNED: 422,
    ErrorCode.IMPORT_CONTRADICTS: 409,
    ErrorCode.IMPORT_INCOMPLETE: 409,
    ErrorCode.IMPORT_NO_ROOM: 507,
    ErrorCode.SHEET_UNREADABLE: 422,
    ErrorCode.SHEET_OLD_FORMAT: 422,
    ErrorCode.SHEET_ENCODING: 422,
    ErrorCode.SHEET_TOO_LARGE: 413,
    ErrorCode.SHEET_EMPTY: 422,
    ErrorCode.SHEET_UNMAPPED: 422,
    ErrorCode.SHEET_STEP: 409,
    ErrorCode.SHEET_FILE_GONE: 410,
    ErrorCode.SHEETS_TOO_MANY: 429,
    ErrorCode.IMPORT_BUSY: 503,
}


class Failure(Exception):
    """A request that cannot be done. The status follows from the code unless given; `headers` go out with it."""

    def __init__(
        self,
        code: ErrorCode,
        *,
        status: int | None = None,
        detail: Mapping[str, Any] | None = None,
        retry_after_s: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.status = status or STATUS.get(code, 400)
        self.detail = dict(detail or {})
        self.retry_after_s = retry_after_s
        self.headers = dict(headers or {})

    def problem(self) -> Problem:
        """The wire form."""
        zh, en = MESSAGES[self.code]
        return Problem(code=self.code, zh=zh, en=en, detail=self.detail, retry_after_s=self.retry_after_s)

    def body(self) -> bytes:
        """The wire form as JSON bytes."""
        return self.problem().model_dump_json().encode()

    def all_headers(self) -> dict[str, str]:
        """Headers of the answer besides content type and length."""
        headers = {"Cache-Control": "no-store", **self.headers}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        return headers


def fault_paths(problem: ValidationError) -> list[str]:
    """Where a message is wrong, without what stood there: `entries.3.seq: int_type`."""
    faults = problem.errors(include_url=False, include_context=False, include_input=False)
    return [f"{_path(fault['loc'])}: {fault['type']}"[:200] for fault in faults[:_FAULTS_MAX]]


def _path(loc: Iterable[int | str]) -> str:
    # Keys of a map are the sender's own text: only our field names and indices are repeated.
    return ".".join(str(part) if isinstance(part, int) or part.isidentifier() else "*" for part in loc)[:100]


def full_disk(problem: OSError) -> bool:
    """Whether the operating system says that no space is left."""
    return problem.errno in _FULL


def respond(request: Request[Any, Any, Any], failure: Failure) -> Response[bytes]:
    """The answer that tells a failure."""
    _ = request
    return Response(failure.body(), status_code=failure.status, headers=failure.all_headers(), media_type=MediaType.JSON)


async def no_page(response: Response[Any]) -> Response[Any]:
    """In place of the framework's own page for what is not there: the failure, with its code."""
    if response.status_code != HTTP_404_NOT_FOUND:
        return response
    failure = Failure(ErrorCode.NOT_FOUND)
    return Response(failure.body(), status_code=failure.status, headers=failure.all_headers(), media_type=MediaType.JSON)


def on_failure(request: Request[Any, Any, Any], problem: Failure) -> Response[bytes]:
    """A failure the code foresaw."""
    return respond(request, problem)


def on_http(request: Request[Any, Any, Any], problem: HTTPException) -> Response[bytes]:
    """What the framework refuses before a route runs."""
    if isinstance(problem, NotFoundException):
        failure = Failure(ErrorCode.NOT_FOUND)
    elif isinstance(problem, MethodNotAllowedException):
        failure = Failure(ErrorCode.NOT_FOUND, status=405)
    elif problem.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        failure = Failure(ErrorCode.BODY_TOO_LARGE)
    elif isinstance(problem, ValidationException | ClientException) or 400 <= problem.status_code < 500:
        failure = Failure(ErrorCode.BAD_REQUEST)
    else:
        return on_unforeseen(request, problem)
    return respond(request, failure)


def on_invalid(request: Request[Any, Any, Any], problem: ValidationError) -> Response[bytes]:
    """A message that does not fit its schema."""
    return respond(request, Failure(ErrorCode.BAD_REQUEST, detail={"faults": fault_paths(problem)}))


def on_database_away(request: Request[Any, Any, Any], problem: TransactionLost) -> Response[bytes]:
    """The database does not answer, or has given a transaction up: nothing is acknowledged, the request may be repeated."""
    log.error("database_away", route=_route(request), method=request.method, type=type(problem).__qualname__, why=str(problem))
    return respond(request, Failure(ErrorCode.DATABASE_AWAY, retry_after_s=DATABASE_RETRY_SECONDS))


def on_unforeseen(request: Request[Any, Any, Any], problem: Exception) -> Response[bytes]:
    """A fault of ours: the incident id joins the log and what the caller sees."""
    if isinstance(problem, OSError) and full_disk(problem):
        log.error("storage_full", route=_route(request), method=request.method)
        return respond(request, Failure(ErrorCode.STORAGE_FULL))
    incident = secrets.token_hex(8)
    log.error(
        "unforeseen",
        incident=incident,
        route=_route(request),
        method=request.method,
        type=type(problem).__qualname__,
        at=trail(problem),
    )
    return respond(request, Failure(ErrorCode.SERVER_ERROR, detail={"incident": incident}))


def _route(request: Request[Any, Any, Any]) -> str:
    handler = request.scope.get("route_handler")
    paths = sorted(getattr(handler, "paths", ()) or ())
    return paths[0] if paths else "-"
