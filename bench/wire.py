"""The load generator's end of the wire: keep-alive HTTP/1.1 and WebSockets on asyncio, nothing parsed but what frames a message.

Neighbours: the workloads write to a `Caller`; `profile.py` has another one that calls the application without a socket.
Invariants: requests are bytes before the clock starts · the clock starts with the write and stops when the last byte is
there · nothing of an answer is decoded in between.
"""

import asyncio
import base64
import importlib
import secrets
import time
import zlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

import httptools

T = TypeVar("T")
HTTP_SECONDS_MAX = 120.0
Heads = Sequence[tuple[str, str]]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it on the fastest event loop there is: what generates the load must not be what is measured."""
    try:
        make: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    except ImportError:  # not made for every system; the standard loop does the same, slower
        make = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=make) as runner:
        return runner.run(work)


@dataclass(frozen=True)
class Request:
    """What is sent: `heads` beyond Host and Content-Length."""

    method: str
    path: str
    heads: Heads = ()
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back: `body` as it travelled; `seconds` from the write of the request to its last byte."""

    status: int
    heads: Mapping[str, str]
    body: bytes
    seconds: float

    def plain(self) -> bytes:
        """The body, inflated when it travelled compressed."""
        return zlib.decompress(self.body, wbits=31) if self.heads.get("content-encoding") == "gzip" else self.body

    def good(self) -> "Answer":
        """Itself; RuntimeError for anything but a 2xx."""
        if not 200 <= self.status < 300:
            raise RuntimeError(f"answered {self.status}: {self.plain()[:500]!r}")
        return self


class Caller(Protocol):
    """Whoever can be asked, one request after the other."""

    async def ask(self, request: Request) -> Answer:
        """Send, and wait for the whole answer."""


@dataclass
class _Reading:
    """One answer on its way in; the parser calls the `on_…` methods."""

    done: "asyncio.Future[float]"
    heads: dict[str, str] = field(default_factory=dict)
    parts: list[bytes] = field(default_factory=list)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.heads[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, part: bytes) -> None:
        self.parts.append(part)

    def on_message_complete(self) -> None:
        if not self.done.done():
            self.done.set_result(time.perf_counter())


class Connection(asyncio.Protocol):
    """One keep-alive connection. A server closes one that was idle for long: the next request then opens it anew."""

    def __init__(self, base: str) -> None:
        self.host = base.removeprefix("http://")
        self._transport: asyncio.Transport | None = None
        self._reading: _Reading | None = None
        self._parser: Any = None

    @classmethod
    async def open(cls, base: str) -> "Connection":
        """A connection to `http://host:port`."""
        made = cls(base)
        await made._connect()
        return made

    async def _connect(self) -> None:
        name, _, port = self.host.partition(":")
        await asyncio.get_running_loop().create_connection(lambda: self, name, int(port))

    async def ask(self, request: Request) -> Answer:
        """Send, and wait for the whole answer. ConnectionError when the server hangs up twice, TimeoutError past 120 s."""
        head = head_of(self.host, request)
        began = time.perf_counter()
        if self._transport is None or self._transport.is_closing():
            await self._connect()
        try:
            return await self._ask(head, request.body, began)
        except ConnectionError:  # it hung up as this was sent
            await self._connect()
            return await self._ask(head, request.body, began)

    async def _ask(self, head: bytes, body: bytes, began: float) -> Answer:
        assert self._transport is not None
        assert self._reading is None, "one request at a time"
        reading = self._reading = _Reading(asyncio.get_running_loop().create_future())
        self._parser = httptools.HttpResponseParser(reading)
        self._transport.writelines((head, body))
        try:
            ended = await asyncio.wait_for(reading.done, HTTP_SECONDS_MAX)
        finally:
            self._reading = None
        return Answer(self._parser.get_status_code(), reading.heads, b"".join(reading.parts), ended - began)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._reading is not None:
            self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._reading is not None and not self._reading.done.done():
            self._reading.done.set_exception(exc or ConnectionError("the server hung up"))


def head_of(host: str, request: Request) -> bytes:
    """A request's lines up to the blank one."""
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in request.heads]
    if request.method != "GET":
        lines.append(f"Content-Length: {len(request.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


OnText = Callable[[float, bytes], None]
"""(moment it was there, by perf_counter; text)"""


class Listener(asyncio.Protocol):
    """One WebSocket that only listens: every text is handed on with the moment its last byte was there."""

    def __init__(self, host: str, path: str, heads: Heads, on_text: OnText) -> None:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        upgrade = (
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", key),
        )  # fmt: skip
        self._hello = head_of(host, Request("GET", path, (*upgrade, *heads)))
        self._on_text = on_text
        self._held = bytearray()
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, base: str, path: str, heads: Heads, on_text: OnText) -> "Listener":
        """Connect and wait until the server has agreed."""
        host = base.removeprefix("http://")
        name, _, port = host.partition(":")
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: cls(host, path, heads, on_text), name, int(port))
        await asyncio.wait_for(made.opened, HTTP_SECONDS_MAX)
        return made

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._held += data
        if not self.opened.done():
            end = self._held.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._held.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(bytes(self._held[:200]).decode("latin-1")))
                return
            self.opened.set_result(None)
            del self._held[: end + 4]
        while (frame := _take_frame(self._held)) is not None:
            opcode, text = frame
            if opcode == 1:
                self._on_text(now, text)
            elif opcode == 9 and self._transport is not None:
                self._transport.write(bytes((0x8A, 0x80 | len(text))) + bytes(4) + text)  # pong, masked with zeros

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("the server hung up"))


def _take_frame(held: bytearray) -> tuple[int, bytes] | None:
    """(opcode, payload) of the first whole frame, taken out of `held`; a server's frames are unfragmented and unmasked."""
    if len(held) < 2:
        return None
    length, at = held[1] & 0x7F, 2
    if length >= 126:
        at = 4 if length == 126 else 10
        if len(held) < at:
            return None
        length = int.from_bytes(held[2:at], "big")
    if len(held) < at + length:
        return None
    frame = held[0] & 0x0F, bytes(held[at : at + length])
    del held[: at + length]
    return frame
