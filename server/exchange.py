"""One exchange without HTTP: a device's bytes in, what is committed, the answer's bytes out.

Neighbours: `server/http/sync.py` is the thin shell around it, `tests/sim` runs the very same under simulated faults;
`sync/engine.py` decides. The world is arguments: a clock reading and a `Transactions`, the one thing asked of a database.
Invariants: nothing is answered before the commit is on the disk · a transaction that judging aborts is repeated without
judging, so what was sent is kept all the same · the pages are read on a snapshot that contains the push, so a slow first
download never holds the writer, and a stuck upload never blocks the download.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import msgspec
import structlog
from pydantic import ValidationError

from schemas.errors import ErrorCode
from schemas.protocol import PROTOCOL_VERSION, Command, Policy, SyncAnswer, SyncRequest
from server.auth.sessions import DevicePrincipal
from server.logs import trail
from server.storage.database import Unreachable
from sync import instants
from sync.engine import Engine, Pushed, PushRefused
from sync.fanout import note_ends
from sync.policy import policy_of
from sync.pull import Pulled, pull
from sync.store import Store

T = TypeVar("T")
Frames = list[tuple[str, bytes]]
JUDGED_TRIES: Final = 2
_VERSION: Final = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}(?![\d.])")
log = structlog.get_logger("sync")


class Transactions(Protocol):
    """What an exchange needs of a database."""

    async def write(self, job: Callable[[Store], T]) -> T:
        """Run a job in a writing transaction; returns after its commit is on the disk. An exception undoes the job alone."""

    async def read(self, job: Callable[[Store], T]) -> T:
        """Run a job on a snapshot that contains everything committed before."""


News = tuple[Pulled, Policy]
"""What an answer brings besides what became of the push."""


class ExchangeRefused(Exception):
    """The request as a whole is refused, nothing was stored: the device keeps everything."""

    def __init__(self, code: ErrorCode, detail: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail or {}


@dataclass(frozen=True)
class Taken:
    """A push that is committed. Its frames (`told`) may go out now; the bytes of the blobs named in `erased` must leave the disk
    before anything is answered. `news`: there was nothing to push, the pages are read."""

    caller: DevicePrincipal
    message: SyncRequest
    pushed: Pushed
    now_ms: int
    news: "News | None" = None

    @property
    def erased(self) -> tuple[str, ...]:
        """SHA-256 of each blob that an erasure of this push has dropped."""
        return self.pushed.erased


def read_request(caller: DevicePrincipal, raw: bytes) -> SyncRequest:
    """The request in these bytes. ExchangeRefused for another protocol or another device's; pydantic's ValidationError when
    the bytes are no request at all."""
    if _protocol(raw) != PROTOCOL_VERSION:
        raise ExchangeRefused(ErrorCode.PROTOCOL_UNSUPPORTED, {"protocol": PROTOCOL_VERSION})
    message = SyncRequest.model_validate_json(raw, strict=True)
    if message.device != caller.device:
        raise ExchangeRefused(ErrorCode.DEVICE_UNKNOWN)
    return message


def only_asks(raw: bytes) -> SyncRequest | None:
    """The request in these bytes when it brings nothing. None for any other, and for what is none at all: `take` says why."""
    if _protocol(raw) != PROTOCOL_VERSION:
        return None
    try:
        message = SyncRequest.model_validate_json(raw, strict=True)
    except ValidationError:
        return None
    return None if message.entries or message.lost or message.repairs else message


def look(
    engine: Engine, store: Store, caller: DevicePrincipal, message: SyncRequest, now_ms: int, near: int | None = None
) -> Taken | None:
    """The answer to a device that only asks and of which nothing has changed, from a snapshot: most requests are of that kind,
    and none waits for a disk. None when it is not of that kind, or not this device's: `take` sees to it. Far when there is more
    to read than `near` lets, see `sync/pull.py`."""
    if message.device != caller.device:
        return None
    news = _news(store, caller, message, near)
    pushed = engine.look(store, caller.organisation, message, now_ms)
    return None if pushed is None else Taken(caller, message, pushed, now_ms, news)


async def take(
    engine: Engine, database: Transactions, caller: DevicePrincipal, raw: bytes, now_ms: int, *, looked: bool = False
) -> Taken:
    """Push what a device sends and commit it. ExchangeRefused, ValidationError: nothing was stored. `looked`: `look` has been
    tried already."""
    message = read_request(caller, raw)
    if not (looked or message.entries or message.lost or message.repairs):
        seen = await database.read(lambda store: look(engine, store, caller, message, now_ms))
        if seen is not None:
            return seen

    def job(store: Store, *, judge: bool = True, checked: bool = False) -> Pushed:
        pushed = engine.push(store, caller.organisation, message, now_ms, judge_entries=judge, checked=checked)
        note_ends(store, caller.organisation, pushed.touched)
        return pushed

    try:
        return Taken(caller, message, await write_judged(database, job, caller.organisation, caller.device), now_ms)
    except PushRefused as refused:
        raise ExchangeRefused(refused.code, refused.detail) from refused


async def write_judged(database: Transactions, job: Callable[..., T], organisation: str, device: str) -> T:
    """Commit what a device has sent, whatever judging it does: `job` takes a store, and `judge` and `checked` as the engine does.
    PushRefused, Unreachable."""
    # Law 1: a passing fault is tried once more, looking for the one entry it comes from. If judging breaks the transaction
    # itself, what was sent is kept without being judged, and judged when the cause is gone. A database that is really down
    # fails that, too.
    for tried in range(JUDGED_TRIES):
        try:
            return await database.write(partial(job, checked=tried > 0))
        except (Unreachable, PushRefused):
            raise
        except Exception as fault:
            log.error(
                "judging_aborted", organisation=organisation, device=device, type=type(fault).__qualname__, at=trail(fault)
            )  # fmt: skip
    return await database.write(partial(job, judge=False))


async def answer(database: Transactions, taken: Taken, app_min: str = "") -> bytes:
    """The answer to a committed push: receipt, outcomes, and the pages after the device's cursors. An app older than `app_min`
    is told to change to a newer one, but only once everything it has is here."""
    if taken.pushed.upload_clear and taken.pushed.may_pull and is_older(taken.message.app, app_min):
        taken.pushed.commands.append(Command(type="reload", code=ErrorCode.APP_OUTDATED))

    if taken.news is not None:
        return _render(taken, *taken.news)
    return _render(taken, *await database.read(lambda store: _pull(store, taken)))


def is_older(app: str, wanted: str) -> bool:
    """Whether a version like 1.12.3 is older than another; what is no such version (a partner's program) never is."""
    numbers = [_VERSION.match(text) for text in (app, wanted)]
    if None in numbers:
        return False
    own, least = ([int(number) for number in found[0].split(".")] for found in numbers if found)
    length = max(len(own), len(least))
    return own + [0] * (length - len(own)) < least + [0] * (length - len(least))


class _Version(msgspec.Struct):
    protocol: int = PROTOCOL_VERSION


def _protocol(raw: bytes) -> int:
    """The version a request speaks, whatever the rest of it looks like; a body that is no message is read as ours."""
    try:
        return msgspec.json.decode(raw, type=_Version).protocol
    except (ValueError, RecursionError):  # nested without end, or no UTF-8: what follows says what is wrong
        return PROTOCOL_VERSION


def _pull(store: Store, taken: Taken) -> News:
    if not taken.pushed.may_pull:
        return Pulled((), ()), policy_of(store, taken.caller.organisation)
    return _news(store, taken.caller, taken.message)


def _news(store: Store, caller: DevicePrincipal, message: SyncRequest, near: int | None = None) -> News:
    pulled = pull(store, caller.organisation, caller.buckets, message.cursors, message.floors, near=near)
    return pulled, policy_of(store, caller.organisation)


def _render(taken: Taken, pulled: Pulled, policy: Policy) -> bytes:
    """The answer's bytes: everything but the pages is encoded here, the pages are spliced in as they are stored."""
    pushed = taken.pushed
    said = SyncAnswer(
        receipt=pushed.receipt, outcomes=pushed.outcomes, pages=[], digests=list(pulled.digests),
        gone_buckets=list(pulled.foreign), upload="clear" if pushed.upload_clear else "required", policy=policy,
        commands=pushed.commands, new_epoch=pushed.new_epoch,
        notices=[ErrorCode.CURSOR_FOREIGN] if pulled.foreign else [], at=instants.to_text(taken.now_ms),
    )  # fmt: skip
    parts = [said.model_dump_json(exclude={"pages"}).encode()[:-1], b',"pages":[']
    for number, page in enumerate(pulled.pages):
        parts += (b",", *page.parts()) if number else page.parts()
    return b"".join((*parts, b"]}"))
