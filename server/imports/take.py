"""Taking an export file in: its entries through the engine as if their device had sent them, its files into the vault.

Neighbours: `exportfile.py` has read and checked the file, `server/http/imports.py` and `handover import` bring it. Invariants:
nothing is taken of a file that its device has not signed; entries go in piece by piece, each a transaction of its own, so that
pushes get in between and a stop costs nothing but importing again; whatever came over the network before, or comes after, is a
repeat; a file goes in only where an entry of that device declared it, examined like any other, and never into the reserve.
"""

import asyncio
import errno
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from schemas.errors import ErrorCode
from schemas.imports import ImportAnswer
from schemas.protocol import PushedEntry
from server.blobs.finish import finish
from server.blobs.uploads import UploadRow
from server.exchange import Transactions, write_judged
from server.http.context import House
from server.http.problem import full_disk
from server.imports.exportfile import Export, ImportRefused, NamedFile, check, contents
from server.owed import settle
from server.storage.store import SqlStore
from sync.brought import bring, look_over, pieces, states_of
from sync.engine import Engine, PushRefused
from sync.exported import Exported
from sync.fanout import note_ends
from sync.pushed import Brought
from sync.store import Store


@dataclass(frozen=True)
class _Ended:
    states: dict[str, int]
    wanted: frozenset[str]


async def take_in(house: House, organisation: str, file: BinaryIO, by: str, *, bounded: bool = True) -> ImportAnswer:
    """Import one file. `by`: the person who answers for it; `bounded` as `check`. ImportRefused: nothing was taken in, but for
    IMPORT_INCOMPLETE and IMPORT_NO_ROOM; OSError when the disk fails. Of a file that was not finished, what is in stays, and the
    same file brings the rest."""
    keys = house.keys.of(organisation)
    export = await asyncio.to_thread(check, file, keys, bounded=bounded)

    async def tell(brought: Brought) -> None:
        await settle(house, organisation, brought)

    new = await take_entries(house.engine, house.database, export, by, house.clock(), tell)
    ended = await house.database.read(partial(_end, export=export))
    stored = rejected = 0
    opened = contents(file, keys, ended.wanted)
    while (one := await asyncio.to_thread(next, opened, None)) is not None:
        try:
            kept = await _keep(house, export.said, *one)
        except OSError as problem:
            if not full_disk(problem):
                raise
            raise ImportRefused(ErrorCode.IMPORT_NO_ROOM, stored=stored) from problem
        stored, rejected = stored + kept, rejected + (not kept)
    return ImportAnswer(
        device=export.said.device, entries=len(export.entries), new=new, states=ended.states, files=len(export.files),
        stored=stored, rejected=rejected,
    )  # fmt: skip


async def take_entries(
    engine: Engine,
    database: Transactions,
    export: Export,
    by: str,
    now_ms: int,
    tell: Callable[[Brought], Awaitable[None]],
) -> int:
    """The entries of a checked file, piece by piece; how many were new. What a committed piece has changed is told before the
    next is begun. ImportRefused as `take_in`."""
    said, new, taken = export.said, 0, 0
    try:
        await database.read(lambda store: look_over(engine, store, said, export.entries))
        for piece in pieces(export.entries):

            def job(store: Store, *, judge: bool = True, checked: bool = False, piece: list[PushedEntry] = piece) -> Brought:
                brought = bring(engine, store, said, piece, by, now_ms, judge_entries=judge, checked=checked)
                note_ends(store, said.organisation, brought.touched)
                return brought

            brought = await write_judged(database, job, said.organisation, said.device)
            await tell(brought)
            new, taken = new + brought.new, taken + len(piece)
    except PushRefused as refused:
        code = ErrorCode.IMPORT_INCOMPLETE if taken else refused.code
        raise ImportRefused(code, **refused.detail | ({"taken": taken} if taken else {})) from refused
    return new


def _end(store: SqlStore, export: Export) -> _Ended:
    """What has become of the entries, and which files are wanted."""
    said = export.said
    wanted = frozenset(
        one.sha256 for one in export.files
        if store.declared_by(said.organisation, said.device, one.sha256)
        and not store.holds_blob(said.organisation, said.device, one.sha256)
    )  # fmt: skip
    return _Ended(dict(sorted(states_of(store, said, export.entries).items())), wanted)


async def _keep(house: House, said: Exported, named: NamedFile, content: bytes) -> bool:
    """Put one file's bytes where an upload of its device would have put them. OSError: nothing of it is kept; ENOSPC also when
    only the reserve is left."""
    now, upload = house.clock(), house.new_id()

    def write() -> None:
        if not house.vault.has_room(len(content)):
            raise OSError(errno.ENOSPC, "the reserve would be used")
        house.vault.begin(upload)
        house.vault.append(upload, 0, content)
        house.vault.settle(upload)

    try:
        await asyncio.to_thread(write)
        row = UploadRow(
            upload, said.organisation, said.device, named.sha256, named.size, named.type, True, "open", None, now, now
        )  # fmt: skip
        return (await finish(house, row)).code is None
    finally:
        await asyncio.to_thread(house.vault.discard, upload)
