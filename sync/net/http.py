"""Requests to the server: JSON in and out, a time limit on each, failures as `ClientError`.

Neighbours: `client.py`, `uploads.py`, `live.py` ask through it. Invariants: every request carries the device's token, changing
ones `X-Handover: 1`; a token that has run out is renewed silently by signing a challenge, once per request; nothing is retried
here — whoever asks decides.
"""

import gzip
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final

import httpx

from schemas.errors import ErrorCode
from schemas.local_errors import LocalCode
from sync.net.problems import ClientError, problem_in

SHORT_S: Final = 10.0
SYNC_S: Final = 30.0
CHUNK_S: Final = 60.0
COOKIE: Final = "hv_device"
_GZIP_FROM_BYTES: Final = 4096
_RENEWABLE: Final = frozenset({ErrorCode.NOT_SIGNED_IN, ErrorCode.DEVICE_UNKNOWN})


class Http:
    """One connection pool to one server. `renew` makes the session valid again, or says that it cannot."""

    def __init__(self, base: str, token: str = "", transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.base = base.rstrip("/")
        self.token = token
        self.renew: Callable[[], Awaitable[bool]] | None = None
        self._client = httpx.AsyncClient(base_url=self.base, transport=transport, follow_redirects=False)

    def move(self, base: str) -> None:
        """Ask at another address from now on."""
        self.base = base.rstrip("/")
        self._client.base_url = httpx.URL(self.base)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    def headers(self) -> dict[str, str]:
        """What every request says of the device."""
        return {"X-Handover": "1", **({"Cookie": f"{COOKIE}={self.token}"} if self.token else {})}

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None,
        timeout_s: float = SHORT_S, accept: Collection[int] = (), renew: bool = True,
    ) -> httpx.Response:  # fmt: skip
        """The answer, if its status is 2xx or accepted. ClientError otherwise."""
        answer = await self._once(method, path, headers, content, timeout_s)
        if renew and self.renew is not None and answer.status_code in (401, 404):
            said = problem_in(answer.status_code, _json_in(answer))
            if said.code in _RENEWABLE and await self.renew():
                answer = await self._once(method, path, headers, content, timeout_s)
        if answer.is_success or answer.status_code in accept:
            return answer
        raise problem_in(answer.status_code, _json_in(answer))

    async def json(
        self, method: str, path: str, body: Any = None, *, timeout_s: float = SHORT_S, renew: bool = True
    ) -> Any:  # fmt: skip
        """The answer's JSON; None for an empty one."""
        headers: dict[str, str] = {}
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            headers["Content-Type"] = "application/json"
            if len(content) >= _GZIP_FROM_BYTES:
                content, headers["Content-Encoding"] = gzip.compress(content, 5), "gzip"
        answer = await self.ask(method, path, headers=headers, content=content, timeout_s=timeout_s, renew=renew)
        self.token = answer.cookies.get(COOKIE) or self.token
        if answer.status_code == 204 or not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            raise ClientError(LocalCode.ANSWER_UNREADABLE) from None

    async def _once(
        self, method: str, path: str, headers: Mapping[str, str] | None, content: bytes | None, timeout_s: float
    ) -> httpx.Response:
        try:
            return await self._client.request(
                method, path, headers={**self.headers(), **(headers or {})}, content=content, timeout=timeout_s
            )
        except httpx.TimeoutException as fault:
            raise ClientError(LocalCode.SERVER_AWAY, {"fault": type(fault).__name__}) from fault
        except (httpx.TransportError, httpx.DecodingError) as fault:
            raise ClientError(LocalCode.NETWORK, {"fault": type(fault).__name__}) from fault


def _json_in(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
