"""Taking an export file in: its entries through the engine as if their device had sent them, its files into the vault.

Neighbours: `exportfile.py` has read and checked the file, `server/http/imports.py` and `handover import` bring it. Invariants:
all entries are one transaction; whatever came over the network before, or comes after, is a repeat; a file goes in only where an
entry of that device declared it, examined like any other.
"""

import asyncio
from dataclasses import dataclass
from typing import BinaryIO

from schemas.imports import ImportAnswer
from server.blobs.finish import finish
from server.blobs.uploads import UploadRow
from server.http.context import House
from server.imports.exportfile import Export, ImportRefused, NamedFile, check, contents
from server.storage.store import SqlStore
from sync.brought import bring
from sync.engine import PushRefused
from sync.fanout import frames


@dataclass(frozen=True)
class _Taken:
    new: int
    states: dict[str, int]
    news: list[tuple[str, bytes]]
    erased: tuple[str, ...]
    wanted: frozenset[str]


async def take_in(house: House, organisation: str, file: BinaryIO, by: str) -> ImportAnswer:
    """Import one file. `by`: the person who answers for it. ImportRefused: nothing was taken in; OSError when the disk fails:
    the entries are in, the same file brings the rest."""
    keys = house.keys.of(organisation)
    export = await asyncio.to_thread(check, file, keys)
    now = house.clock()

    def job(store: SqlStore) -> _Taken:
        head = export.head
        brought = bring(
            house.engine, store, organisation, head.device, (head.epoch, head.seq, head.hash), export.entries, by, now
        )
        declared = frozenset(
            one.sha256 for one in export.files
            if store.declared_by(organisation, head.device, one.sha256)
            and not store.holds_blob(organisation, head.device, one.sha256)
        )  # fmt: skip
        return _Taken(brought.new, brought.states, frames(store, organisation, brought.touched), brought.erased, declared)

    try:
        taken = await house.database.write(job)
    except PushRefused as refused:
        raise ImportRefused(refused.code, **refused.detail) from refused
    for sha256 in taken.erased:
        await asyncio.to_thread(house.vault.erase, organisation, sha256)
    house.hub.publish(organisation, taken.news)
    stored = rejected = 0
    opened = contents(file, keys, taken.wanted)
    while (one := await asyncio.to_thread(next, opened, None)) is not None:
        kept = await _keep(house, organisation, export, *one)
        stored, rejected = stored + kept, rejected + (not kept)
    return ImportAnswer(
        device=export.head.device, entries=len(export.entries), new=taken.new, states=taken.states, files=len(export.files),
        stored=stored, rejected=rejected,
    )  # fmt: skip


async def _keep(house: House, organisation: str, export: Export, named: NamedFile, content: bytes) -> bool:
    """Put one file's bytes where an upload of its device would have put them."""
    now, upload = house.clock(), house.new_id()

    def write() -> None:
        house.vault.begin(upload)
        house.vault.append(upload, 0, content)
        house.vault.settle(upload)

    try:
        await asyncio.to_thread(write)
        row = UploadRow(
            upload, organisation, export.head.device, named.sha256, named.size, named.type, True, "open", None, now, now
        )  # fmt: skip
        return (await finish(house, row)).code is None
    finally:
        await asyncio.to_thread(house.vault.discard, upload)
