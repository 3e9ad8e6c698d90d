"""The end of an upload: hash, examination, the final place, the records that waited for it.

Neighbours: `server/http/blobs.py` calls `finish` when the last byte is durable, `tend` runs in the
background. Invariants: `finish` may be cut at any point and called again — files are moved before the
database says so, and a moved file is found again; a blob that was erased never comes back; what is rejected
is kept in quarantine and never holds anything up; the type an uploader names can make nothing worse of bytes that
an entry declared.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from schemas.errors import ErrorCode
from server.blobs import uploads
from server.blobs.examine import Verdict, examine
from server.blobs.uploads import UploadRow
from server.blobs.vault import Vault, file_sha256
from server.http.metrics import Metrics
from server.jobs.rounds import every, guarded
from server.live import LiveHub
from server.settings import Clock
from server.storage.database import Database, SqlStore
from sync.engine import Engine
from sync.fanout import frames
from sync.store import BlobState

_RECOVERED_AT_ONCE: Final = 1000
_TEND_SECONDS: Final = 3600


class Rooms(Protocol):
    """The parts of `server.http.context.House` this module needs."""

    database: Database
    engine: Engine
    hub: LiveHub
    vault: Vault
    metrics: Metrics
    examinations: asyncio.Semaphore

    @property
    def clock(self) -> Clock:
        """Milliseconds since 1970."""


@dataclass(frozen=True)
class Finished:
    """What came of an upload. code None: received; BLOB_HASH_MISMATCH: dropped, start again; else rejected."""

    code: ErrorCode | None


async def finish(house: Rooms, row: UploadRow) -> Finished:
    """Take a complete upload in. OSError when the disk fails: the upload stays complete and may be finished later."""
    known = await house.database.read(lambda store: store.blob(row.organisation, row.sha256))
    async with house.examinations:
        verdict = await asyncio.to_thread(_take_in, house.vault, row, known)
    if verdict is None:
        await house.database.write(lambda store: uploads.drop(store.connection, row.id))
        return Finished(ErrorCode.BLOB_HASH_MISMATCH)
    finished = await _announce(house, row, known, verdict.code)
    if finished is None:
        return await finish(house, row)
    house.metrics.blobs.labels("rejected" if finished.code else "received").inc()
    house.metrics.blob_bytes.inc(row.size)
    return finished


async def already_here(house: Rooms, row: UploadRow) -> bool:
    """Whether this very device has sent this declared blob before (or the organisation had it erased): then nothing need
    be sent. That others have sent the same bytes is nobody's business, and no evidence of the device's own.

    A file that came before its entry is taken in now.
    """

    def job(store: SqlStore) -> tuple[BlobState | None, bool]:
        return store.blob(row.organisation, row.sha256), store.holds_blob(row.organisation, row.device, row.sha256)

    known, holds = await house.database.read(job)
    if known is None or not row.declared:
        return False
    if known.state == "erased" or not holds:
        return known.state == "erased"
    if known.state == "received":
        return True
    return (await finish(house, row)).code is not ErrorCode.BLOB_HASH_MISMATCH


def _take_in(vault: Vault, row: UploadRow, known: BlobState | None) -> Verdict | None:
    """Hash, examine, preview, move. None: the bytes are not those the hash names; the upload is gone."""
    kept = vault.blob_path(row.organisation, row.sha256)
    aside = vault.quarantine_path(row.organisation, row.sha256)
    path = next((one for one in (vault.upload_path(row.id), kept, aside) if one.exists()), None)
    if path is None or file_sha256(path) != row.sha256:
        vault.discard(row.id)
        return None
    verdict = _verdict(path, row, known)
    if verdict.preview is not None:
        vault.write(vault.preview_path(row.organisation, row.sha256), verdict.preview)
    target = kept if verdict.code is None else aside
    if path != target:
        vault.move(path, target)
    return verdict


def _verdict(path: Path, row: UploadRow, known: BlobState | None) -> Verdict:
    """What the bytes are. Good as what their entry declared or as what their uploader names is good; what was received was
    found good before."""
    if known is not None and known.state == "received":
        return Verdict(None)
    declared = examine(path, row.type if known is None else known.type)
    if declared.code is None or known is None or known.type == row.type:
        return declared
    named = examine(path, row.type)
    return declared if named.code else named


async def _announce(house: Rooms, row: UploadRow, known: BlobState | None, code: ErrorCode | None) -> Finished | None:
    """Tell the engine and whoever looks on. None: an entry declared the blob while it was examined, as another type than it was
    examined by, and it must be looked at once more."""
    now = house.clock()

    def job(store: SqlStore) -> tuple[Finished | None, bool, list[tuple[str, bytes]]]:
        store.lock_organisation(row.organisation)
        present = store.blob(row.organisation, row.sha256)  # asked under the lock: it may have been erased just now
        if code and known is None and present is not None and present.type != row.type:
            return None, False, []
        said = None if present is not None and present.state == "received" else code
        state = "rejected" if said else "received"
        uploads.settle(store.connection, row.id, "rejected" if said else "done", said, now)
        touched = house.engine.blob_arrived(store, row.organisation, row.device, row.sha256, state, said, now)
        erased = present is not None and present.state == "erased"
        return Finished(said), erased, frames(store, row.organisation, touched)

    finished, erased, made = await house.database.write(job)
    if erased:
        await asyncio.to_thread(house.vault.erase, row.organisation, row.sha256)
    house.hub.publish(row.organisation, made)
    house.hub.poke(row.organisation, [row.device])
    return finished


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


async def recover(house: Rooms) -> int:
    """After a start: finish what was complete when the process ended. Returns how many uploads were taken in."""
    found = await house.database.read(lambda store: uploads.unfinished(store.connection, _RECOVERED_AT_ONCE))
    done = 0
    for row in found:
        offset = await asyncio.to_thread(house.vault.offset, row.id)
        moved = offset is None and await asyncio.to_thread(_moved, house.vault, row)
        if offset == row.size or moved:
            await finish(house, row)
            done += 1
    return done


def _moved(vault: Vault, row: UploadRow) -> bool:
    places = (vault.blob_path(row.organisation, row.sha256), vault.quarantine_path(row.organisation, row.sha256))
    return any(place.exists() for place in places)


async def clean(house: Rooms) -> int:
    """Forget idle uploads and remove their files. Returns how many."""
    now = house.clock()
    gone = await house.database.write(lambda store: uploads.take_idle(store.connection, now))
    discard: Callable[[str], None] = house.vault.discard
    for upload in gone:
        await asyncio.to_thread(discard, upload)
    return len(gone)


async def forget_erased(house: Rooms) -> None:
    """Remove the blobs' bytes that a cut after the commit of an erasure has left behind."""

    def job(store: SqlStore) -> list[tuple[str, str]]:
        return [(one, sha256) for one in store.organisations() for sha256 in store.blobs_in_state(one, "erased")]

    for organisation, sha256 in await house.database.read(job):
        await asyncio.to_thread(house.vault.erase, organisation, sha256)


async def tend(house: Rooms) -> None:
    """Recover, clean, and make up for cut erasures: at the start, then every hour, until cancelled. The application runs it as a
    task. What stops one of them stops no other."""

    async def one_round() -> None:
        await guarded(partial(forget_erased, house), "forget_erased_failed")
        await guarded(partial(recover, house), "recover_failed")
        await guarded(partial(clean, house), "clean_failed")

    await guarded(house.database.scrub, "scrub_failed")
    await every(_TEND_SECONDS, one_round, "tend_failed")
