"""A bad network between clients and server: a TCP proxy that stalls, cuts, loses, repeats and delivers late.

It reads one request at a time whole, decides what becomes of it, and asks the server over a connection of its own. Every fault is
counted by name; `heal` ends them.
"""

import asyncio
import contextlib
import random
from collections import Counter

FAULTS = ("pass", "cut_request", "cut_answer", "lose_request", "lose_answer", "stall", "repeat", "late", "delay")
_HEAD_END = b"\r\n\r\n"


class Proxy:
    """Faults by chance, from a seed. `stall_s` outlasts the client's patience, `delay_s` does not."""

    def __init__(self, target_port: int, seed: int, *, stall_s: float = 1.5, delay_s: float = 0.05) -> None:
        self.target, self.dice = target_port, random.Random(seed)
        self.stall_s, self.delay_s = stall_s, delay_s
        self.counts: Counter[str] = Counter()
        self.healed = False
        self.port = 0
        self._server: asyncio.Server | None = None
        self._later: set[asyncio.Task[bytes]] = set()

    async def open(self) -> str:
        """Listen; the address for clients."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**24)
        self.port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{self.port}"

    async def close(self) -> None:
        """Stop listening; what was to be delivered late is delivered first."""
        await asyncio.gather(*self._later, return_exceptions=True)
        if self._server is not None:
            self._server.close()

    def heal(self) -> None:
        """From now on everything passes."""
        self.healed = True

    def _fault(self, request: bytes) -> str:
        if self.healed or not request.startswith((b"POST", b"PATCH", b"HEAD")):
            return "pass"
        return self.dice.choice(FAULTS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read_request(reader)
            fault = self._fault(request)
            self.counts[fault] += 1
            await self._carry(fault, request, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # either side is gone: that is what this is for
        finally:
            with contextlib.suppress(OSError):
                writer.close()

    async def _carry(self, fault: str, request: bytes, writer: asyncio.StreamWriter) -> None:
        if fault == "lose_request":
            return
        if fault == "cut_request":
            await self._ask(request[: self.dice.randrange(1, len(request))])
            return
        if fault == "late":
            self._send_later(request)
            return
        if fault == "delay":
            await asyncio.sleep(self.delay_s)
        answer = await self._ask(request)
        if fault == "repeat":
            self._send_later(request)
        if fault == "lose_answer":
            return
        if fault == "stall":
            await asyncio.sleep(self.stall_s)
        if fault == "cut_answer" and len(answer) > 1:
            answer = answer[: self.dice.randrange(1, len(answer))]
        writer.write(answer)
        await writer.drain()

    def _send_later(self, request: bytes) -> None:
        """A copy that comes when nobody waits for it any more."""

        async def deliver() -> bytes:
            await asyncio.sleep(self.dice.uniform(0.1, 1.0))
            return await self._ask(request)

        task = asyncio.create_task(deliver())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _ask(self, request: bytes) -> bytes:
        """The server's whole answer to these bytes; what it says to half a request is nothing."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            writer.write(request)
            if not _is_whole(request):
                await writer.drain()
                return b""
            return await asyncio.wait_for(reader.read(), 30)
        finally:
            writer.close()


def _is_whole(request: bytes) -> bool:
    head, found, body = request.partition(_HEAD_END)
    return bool(found) and len(body) >= _length(head)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    """One request, asking the server to close the connection behind its answer, so that the answer's end is seen."""
    head = (await reader.readuntil(_HEAD_END))[: -len(_HEAD_END)]
    body = await reader.readexactly(_length(head))
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close"]) + _HEAD_END + body
