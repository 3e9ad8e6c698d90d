"""What the imports need of the house, and this process's part in them.

Neighbours: `run.py`, `undo.py`, `tend.py` take a `Rooms`; `server/http/context.py` holds a `Desk`.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Protocol

from server import owed
from server.settings import Clock, Settings
from sync.engine import Engine


@dataclass
class Desk:
    """This process's name, what wakes its runs, and how many files it reads and writes at once."""

    runner: str = field(default_factory=lambda: secrets.token_hex(8))
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    writing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))


class Rooms(owed.Rooms, Protocol):
    """The parts of `server.http.context.House` that imports need."""

    settings: Settings
    engine: Engine
    sheets: Desk

    @property
    def clock(self) -> Clock:
        """Milliseconds since 1970."""
