"""Telling other processes of a commit, and hearing of theirs: PostgreSQL's NOTIFY and LISTEN.

A notice holds the organisation and the range of versions, never content: whoever hears it reads for itself. It is sent
after the commit, on a connection of its own: a NOTIFY inside the writing transaction makes all commits of the database
server wait for one lock, flush included. A process that dies between commit and notice loses nothing but a hint: live
frames are hints, and the next one shows the gap.

Neighbours: `postgres.py` owns one; `server/relay.py` listens. Invariants: one process does not hear itself; at most one
notice an organisation waits to be sent; whoever may have missed something is told so (`None`).
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import asyncpg
import structlog

from server.storage.database import Ear, Heard

CHANNEL: Final = "handover"
PAUSE_S: Final = 0.2
PAUSE_S_MAX: Final = 10.0
CLOSE_TIMEOUT_S: Final = 5
SILENCE_S: Final = 30
PAYLOAD_BYTES_MAX: Final = 7999
log = structlog.get_logger("storage")


class Notices:
    """One connection that speaks and listens, made when it is first needed and made again when it breaks."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], loop: asyncio.AbstractEventLoop) -> None:
        self._connect = connect
        self._loop = loop
        self._origin = secrets.token_hex(8)
        self._ear: Ear | None = None
        self._unsaid: dict[str, Heard] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def listen(self, ear: Ear) -> None:
        """Pass on what other processes say, from now on. May be called from any thread."""
        self._ear = ear
        self._loop.call_soon_threadsafe(self._ensure)

    def tell(self, changed: Iterable[Heard]) -> None:
        """Say soon what was committed. On the database's loop."""
        for one in changed:
            before = self._unsaid.get(one.organisation, one)
            self._unsaid[one.organisation] = Heard(one.organisation, min(before.after, one.after), max(before.to, one.to))
            self._wake.set()
            self._ensure()

    async def close(self) -> None:
        """Say what is unsaid, then end."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            _, late = await asyncio.wait({self._task}, timeout=CLOSE_TIMEOUT_S)
            for task in late:
                task.cancel()

    def _ensure(self) -> None:
        if self._task is None and not self._closing:
            self._task = self._loop.create_task(self._run())

    async def _run(self) -> None:
        pause, missed = PAUSE_S, False
        while not self._closing or self._unsaid:
            try:
                connection = await self._connect()
                try:
                    connection.add_termination_listener(lambda _connection: self._wake.set())
                    await connection.add_listener(CHANNEL, self._hear)
                    await connection.execute("SET application_name = 'handover notices'")
                    if missed and self._ear is not None:
                        self._ear(None)
                    pause, missed = PAUSE_S, False
                    await self._speak(connection)
                finally:
                    connection.terminate()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
                log.warning("notices_interrupted", type=type(problem).__qualname__)
            if self._closing:
                return
            missed = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_S_MAX)

    async def _speak(self, connection: Any) -> None:
        while not connection.is_closed():
            self._wake.clear()
            if self._unsaid:
                said = dict(self._unsaid)
                payloads = [self._payload(one) for one in said.values()]
                await connection.execute("SELECT pg_notify($1, said) FROM unnest($2::text[]) AS said", CHANNEL, payloads)
                for organisation, one in said.items():
                    if self._unsaid[organisation] == one:
                        del self._unsaid[organisation]
                continue
            if self._closing:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SILENCE_S)
                continue
            await connection.execute("SELECT 1")  # a connection whose other end has vanished is noticed

    def _payload(self, one: Heard) -> str:
        payload = json.dumps([self._origin, *one])
        assert len(payload) <= PAYLOAD_BYTES_MAX, "an organisation's id is short"
        return payload

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        try:
            origin, organisation, after, to = json.loads(payload)
            heard = Heard(str(organisation), int(after), int(to))
        except (ValueError, TypeError):
            log.warning("notice_unreadable")
            return
        if origin != self._origin and self._ear is not None:
            self._ear(heard)
