"""What every route needs, made once by the composition root and handed to routes as the dependency `house`.

Neighbours: `server/app.py` builds a `House`; all routes take it. Invariants: nothing here is global; two
applications in one process share nothing.
"""

import asyncio
import secrets
from dataclasses import dataclass, field

from schemas.ids import uuid7
from schemas.limits import IMPORTS_AT_ONCE_MAX
from server.auth.keys import KeyRing
from server.auth.passwords import Passwords
from server.auth.rates import RateWindow
from server.blobs.vault import Vault
from server.blobs.writers import Writers
from server.calm import Calm, Patient
from server.http.files import AppFiles
from server.http.metrics import Metrics
from server.imports.sheets.desk import Desk
from server.live import LiveHub
from server.notify.sealing import Sealing
from server.settings import Clock, Settings
from server.storage.database import Database
from server.trail.reads import Reads
from sync.engine import Engine


@dataclass
class House:
    """One application's parts."""

    settings: Settings
    clock: Clock
    database: Database
    engine: Engine
    keys: KeyRing
    hub: LiveHub
    vault: Vault
    metrics: Metrics
    passwords: Passwords = field(default_factory=Passwords)
    writers: Writers = field(default_factory=Writers)
    rates: RateWindow = field(default_factory=RateWindow)
    examinations: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    sheets: Desk = field(default_factory=Desk)
    imports: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(IMPORTS_AT_ONCE_MAX))
    reads: Reads = field(default_factory=Reads)
    trail_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    calm: Calm = field(default_factory=Calm)
    patient: Patient = field(init=False)
    app_files: AppFiles = field(init=False)
    sealing: Sealing = field(init=False)

    def __post_init__(self) -> None:
        self.patient = Patient(self.database, self.calm)
        self.app_files = AppFiles(self.settings.app)
        self.sealing = Sealing(self.settings.secrets)

    def new_id(self) -> str:
        """A fresh UUIDv7."""
        return uuid7(self.clock(), secrets.token_bytes(10))
