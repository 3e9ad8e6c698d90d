"""The composition root: settings, clock and randomness in, one Litestar application out.

Everything that touches the world is made here and handed down; nothing below imports it back. Two applications in one
process share nothing.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from schemas.limits import REQUEST_BYTES_MAX
from server.auth import tables as auth_tables
from server.auth.keys import KeyRing, verify_p256
from server.blobs import tables as blob_tables
from server.blobs.finish import tend
from server.blobs.vault import Vault
from server.domain import HANDLERS
from server.http import digest, faults, imports, labels, notices, proof, quarantine, search, sheets, sync, trail, waiting, wipe
from server.http.context import House
from server.http.described import Described
from server.http.edge import EXCEPTION_HANDLERS, edge_middleware, edge_routes
from server.http.metrics import Metrics
from server.http.problem import no_page
from server.imports.sheets import tables as sheet_tables
from server.imports.sheets import tend as sheets_tend
from server.jobs.again import judge_again_hourly
from server.jobs.alerts import Alerts, watch_always
from server.jobs.notices import send_always
from server.jobs.planning import plan_always
from server.jobs.tombstones import forget_daily
from server.live import LiveHub
from server.logs import trail as at
from server.notify import tables as notice_tables
from server.relay import relay
from server.settings import Clock, Settings
from server.storage.database import TransactionLost
from server.storage.opening import open_database
from server.trail import reads
from server.trail import tables as trail_tables
from server.trail.catchup import follow
from sync.engine import Engine
from sync.store import JournalEntry

TABLES: Final = (auth_tables, blob_tables, trail_tables, notice_tables, sheet_tables)
"""Rooms whose tables must be known before the database is opened."""
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
            asyncio.create_task(tend(house)),
            asyncio.create_task(forget_daily(house)),
            asyncio.create_task(judge_again_hourly(house)),
            asyncio.create_task(plan_always(house)),
            asyncio.create_task(relay(house)),
            asyncio.create_task(follow(house)),
            asyncio.create_task(watch_always(house, Alerts(mails=house.settings.mailer is not None))),
            asyncio.create_task(send_always(house)),
            asyncio.create_task(sheets_tend.work(house)),
            asyncio.create_task(sheets_tend.tidy_hourly(house)),
        ]
        try:
            yield
        finally:
            house.hub.shut_all()
            for task in background:
                task.cancel()
            for ended in await asyncio.gather(*background, return_exceptions=True):
                if isinstance(ended, Exception):
                    log.error("background_failed", type=type(ended).__qualname__, at=at(ended))
            try:
                with contextlib.suppress(TransactionLost, OSError):
                    await reads.write(house)
            finally:
                await house.database.close()

    async def provide_house() -> House:
        return house

    return Litestar(
        route_handlers=[
            *edge_routes(), *sync.ROUTES, *digest.ROUTES, *wipe.ROUTES, *proof.ROUTES, *imports.ROUTES, *quarantine.ROUTES,
            *waiting.ROUTES, *notices.ROUTES, *trail.ROUTES, *search.ROUTES, *sheets.ROUTES, *labels.ROUTES, *faults.ROUTES,
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


def _report_fault(entry: JournalEntry, fault: Exception) -> None:
    log.error(
        "handler_fault", organisation=entry.organisation, device=entry.device, epoch=entry.epoch, seq=entry.seq,
        action=entry.action, type=type(fault).__qualname__, at=at(fault),
    )  # fmt: skip
