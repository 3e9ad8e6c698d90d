"""The composition root: settings, clock and randomness in, one Litestar application out.

Everything that touches the world is made here and handed down; nothing below imports it back. Two applications in one
process share nothing.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import structlog
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from schemas.errors import ErrorCode
from schemas.limits import REQUEST_BYTES_MAX
from server.auth import tables as auth_tables
from server.auth.keys import KeyRing, verify_p256
from server.blobs import tables as blob_tables
from server.blobs.finish import tend
from server.blobs.vault import Vault
from server.domain import HANDLERS
from server.http import digest, imports, proof, quarantine, sync, waiting, wipe
from server.http.context import House
from server.http.described import Described
from server.http.edge import EXCEPTION_HANDLERS, edge_middleware, edge_routes
from server.http.metrics import Metrics
from server.http.problem import no_page
from server.jobs.tombstones import forget_daily
from server.jobs.waiting import end_waiting_hourly
from server.live import LiveHub
from server.logs import trail
from server.owed import settle
from server.relay import relay
from server.settings import Clock, Settings
from server.storage.database import TransactionLost
from server.storage.opening import open_database
from server.storage.store import SqlStore
from sync.engine import Engine
from sync.pushed import Retried
from sync.store import BEFORE_ALL, Age, JournalEntry

TABLES: Final = (auth_tables, blob_tables)
"""Rooms whose tables must be known before the database is opened."""
RETRIED_AT_START: Final = [ErrorCode.ENTRY_SERVER_ERROR, ErrorCode.ACTION_UNKNOWN, ErrorCode.ENTRY_UNREADABLE]
RETRY_ENTRIES_MAX: Final = 1000
"""Judged again in one transaction; others write between two."""
log = structlog.get_logger("app")


def wall_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def make_engine(keys: KeyRing) -> Engine:
    """The engine with the organisations' keys and the domain's handlers."""
    return Engine(
        handlers=HANDLERS,
        sign=lambda organisation, payload: keys.of(organisation).sign_receipt(payload),
        sign_text=lambda organisation, text: keys.of(organisation).sign_text(text),
        verify=verify_p256,
        on_fault=_report_fault,
    )


def make_house(settings: Settings, clock: Clock = wall_clock) -> House:
    """Open everything an application needs. OSError or sqlite3 errors when the data folder cannot be used;
    UnknownSchema, Unsuitable, Unreachable as `open_database` says."""
    settings.data.mkdir(parents=True, exist_ok=True)
    keys = KeyRing(settings.secrets)
    metrics = Metrics()
    return House(
        settings=settings,
        clock=clock,
        database=open_database(settings.database),
        engine=make_engine(keys),
        keys=keys,
        hub=LiveHub(metrics.live_sockets.set),
        vault=Vault(settings.data, settings.free_bytes_min),
        metrics=metrics,
    )


def create_app(house: House) -> Litestar:
    """The application over an open house; it closes the house's database at its end."""

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        background = [
            asyncio.create_task(retry_parked(house)),
            asyncio.create_task(tend(house)),
            asyncio.create_task(forget_daily(house)),
            asyncio.create_task(end_waiting_hourly(house)),
            asyncio.create_task(relay(house)),
        ]
        try:
            yield
        finally:
            house.hub.shut_all()
            for task in background:
                task.cancel()
            for task in background:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await house.database.close()

    async def provide_house() -> House:
        return house

    return Litestar(
        route_handlers=[
            *edge_routes(), *sync.ROUTES, *digest.ROUTES, *wipe.ROUTES, *proof.ROUTES, *imports.ROUTES, *quarantine.ROUTES,
            *waiting.ROUTES,
        ],
        dependencies={"house": Provide(provide_house)},
        middleware=[edge_middleware(house)],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[lifespan],
        request_max_body_size=REQUEST_BYTES_MAX,
        openapi_config=OpenAPIConfig(
            title="Handover", version="1", render_plugins=[Described()],
            openapi_router=Router("/api", route_handlers=[], after_request=no_page, include_in_schema=False),
        ),
        logging_config=None,
    )  # fmt: skip


async def retry_parked(house: House) -> None:
    """Judge again what was parked for a cause that may be gone with this start: a fixed handler, a newer vocabulary."""

    def job(organisation: str, after: Age, store: SqlStore) -> Retried:
        return house.engine.retry_parked(store, organisation, list(RETRIED_AT_START), RETRY_ENTRIES_MAX, after)

    try:
        for organisation in await house.database.read(lambda store: store.organisations()):
            after: Age | None = BEFORE_ALL
            while after is not None:
                done = await house.database.write(partial(job, organisation, after))
                await settle(house, organisation, done)
                after = done.last
                if done.entries:
                    log.info("parked_retried", organisation=organisation, entries=done.entries)
    except (TransactionLost, OSError) as problem:
        log.error("retry_parked_cut", type=type(problem).__qualname__, at=trail(problem))


def _report_fault(entry: JournalEntry, fault: Exception) -> None:
    log.error(
        "handler_fault", organisation=entry.organisation, device=entry.device, epoch=entry.epoch, seq=entry.seq,
        action=entry.action, type=type(fault).__qualname__, at=trail(fault),
    )  # fmt: skip
