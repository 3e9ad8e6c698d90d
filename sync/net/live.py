"""Listening: the live socket's frames keep the replica fresh between exchanges; losing it loses nothing.

Neighbours: `client.py` offers it as `live()`, `server/http/live.py` speaks. Invariants: frames are applied in the order they
came; whatever cannot be applied becomes an exchange; a socket silent for longer than two of the server's pings is given up;
the socket is open before the exchange that catches up, so no change falls between.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from schemas.local_errors import LocalCode
from sync.device_state import Changes, Key
from sync.net.backoff import back_off_s
from sync.net.http import Http
from sync.net.problems import ClientError

if TYPE_CHECKING:
    from sync.net.client import Changed, Client

PATH: Final = "/api/v1/live"
SILENCE_S: Final = 60.0
OPEN_S: Final = 10.0
_FRAME_BYTES_MAX: Final = 16 * 1024 * 1024
_REVOKED: Final = 4403


class Listener:
    """What `Client.live` does."""

    def __init__(self, http: Http, client: "Client") -> None:
        self._http, self._client = http, client
        self._keys: dict[Key, None] = {}
        self._listening = False
        self._woken = asyncio.Event()

    def note(self, changes: Changes) -> None:
        """Told of every commit: which records to report."""
        if self._listening:
            self._keys |= dict.fromkeys(changes.records)

    def wake(self) -> None:
        """Something was recorded: it goes up at once."""
        self._woken.set()

    async def changes(self) -> AsyncIterator["Changed"]:
        """Every changed record, through lost connections. ClientError when trying again cannot help."""
        self._listening = True
        failures = 0
        try:
            while True:
                try:
                    async for changed in self._one_socket():
                        failures = 0
                        yield changed
                except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                    failures += 1
                except ClientError as fault:
                    if not fault.temporary:
                        raise
                    failures += 1
                await asyncio.sleep(back_off_s(max(1, failures)))
        finally:
            self._listening = False
            self._keys = {}

    async def _one_socket(self) -> AsyncIterator["Changed"]:
        url = "ws" + self._http.base.removeprefix("http") + PATH
        try:
            socket = await connect(
                url, additional_headers=self._http.headers(), open_timeout=OPEN_S, ping_interval=None, max_size=_FRAME_BYTES_MAX,
            )  # fmt: skip
        except InvalidURI as fault:
            raise ClientError(LocalCode.NETWORK) from fault
        try:
            await self._client.sync(reason="open")
            for changed in self._drained():
                yield changed
            while True:
                await self._step(socket)
                for changed in self._drained():
                    yield changed
        except ConnectionClosed as closed:
            # Not signed in, revoked: the exchange renews, or says why. Whatever else it was, it is opened anew.
            if closed.rcvd is not None and closed.rcvd.code == _REVOKED:
                await self._client.sync()
            raise
        finally:
            await socket.close()

    async def _step(self, socket: ClientConnection) -> None:
        """Wait for a message or for something recorded here, and deal with it."""
        waiting = asyncio.ensure_future(socket.recv())
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            done, _ = await asyncio.wait({waiting, woken}, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            if not waiting.done():
                waiting.cancel()
        if not done:
            raise TimeoutError
        if self._woken.is_set():
            self._woken.clear()
            await self._client.sync(reason="save")
        if waiting in done:
            await self._take(waiting.result())

    async def _take(self, message: str | bytes) -> None:
        said: Any = json.loads(message)
        if not isinstance(said, dict):
            return
        is_frame = isinstance(said.get("bucket"), str) and isinstance(said.get("changes"), list)
        if said.get("sync") or (is_frame and self._client.apply(said) == "gap"):
            await self._client.sync()

    def _drained(self) -> list["Changed"]:
        keys, self._keys = self._keys, {}
        return [self._client.changed(*key) for key in keys]
