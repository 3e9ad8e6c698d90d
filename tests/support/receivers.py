"""Receivers for notices: a mailbox that speaks just enough SMTP, and a robot's webhook, each on a free port, each able to refuse.

Neighbours: `tests/http/test_notices.py`, `tests/e2e/test_notices.py`. Invariant: what is kept is what came over the socket.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, TypeVar


@dataclass
class Mailbox:
    """Keeps what it accepts. `answers`: said to the next messages instead of 250, one each."""

    mails: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""

        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 mailbox")
        while line := (await reader.readline()).decode().strip():
            word = line.split(" ")[0].upper()
            if word == "DATA":
                await say("354 go on")
                raw = await reader.readuntil(b"\r\n.\r\n")
                answer = self.answers.pop(0) if self.answers else "250 kept"
                if answer.startswith("250"):
                    self.mails.append(message_from_bytes(raw[:-3], policy=policy.default))
                await say(answer)
            elif word == "QUIT":
                await say("221 bye")
                break
            else:
                await say("250 fine")
        writer.close()


@dataclass
class Robot:
    """Keeps (path with query, JSON) of every call. `answers`: (status, JSON) for the next ones instead of success."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(int(line.split(":")[1]) for line in head.lower().splitlines() if line.startswith("content-length"))
        body = json.loads(await reader.readexactly(length))
        self.calls.append((head.split(" ")[1], body))
        status, said = self.answers.pop(0) if self.answers else (200, {"errcode": 0, "code": 0})
        raw = json.dumps(said).encode()
        writer.write(
            f"HTTP/1.1 {status} x\r\nLocation: /elsewhere\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n".encode()
        )
        writer.write(raw)
        await writer.drain()
        writer.close()


T = TypeVar("T", Mailbox, Robot)


@asynccontextmanager
async def receiving(receiver: T) -> AsyncIterator[T]:
    """Let it listen on a free port of this machine."""
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
