"""The history of one record with its parts: each entry about it, what it changed field by field, who wrote it, when, on which
device. Reading only.

Neighbours: `server/http/trail.py` asks; `changes.py` compares, `telling.py` says it in words. Invariants: bounded · what an entry
did to other records is not told, only what this record and its parts show anyway · a part is told to whom may see it.
"""

from collections.abc import Sequence

from schemas import limits
from schemas.errors import ErrorCode
from schemas.trail import EntryTimes, HistoryEntry, HistoryPage
from server.storage.store import SqlStore
from server.trail.changes import One, Place, Reader, compare, parts_of
from server.trail.names import Names
from server.trail.telling import Words
from sync import instants
from sync.occurred import is_time_suspect
from sync.store import StoredRecord

__all__ = ["Place", "page"]


def page(
    store: SqlStore, organisation: str, record: StoredRecord, buckets: frozenset[str], before: Place | None, *,
    near: bool, language: str = "zh",
) -> HistoryPage:  # fmt: skip
    """A page of a record's history, behind a place. `near`: with everything about what belongs to it."""
    reader = Reader(store, organisation)
    found, cut = reader.about(record.kind, record.id)
    parts = [part for part in parts_of(record, found, reader) if part.buckets & buckets]
    for one in (record, *parts):
        compare(found, one)
    shown = [one for one in found if (near or _is_told(one, parts)) and (before is None or one.place < before)]
    words = Words(Names(store, organisation, buckets), language)
    few = shown[: limits.HISTORY_PAGE_ENTRIES_MAX]
    more = len(shown) > len(few)
    return HistoryPage(
        kind=record.kind, id=record.id, entries=[_told(one, words) for one in few],
        next=".".join(map(str, few[-1].place)) if more else None, cut=cut,
    )  # fmt: skip


def _is_told(one: One, parts: Sequence[StoredRecord]) -> bool:
    """About the record itself or one of its parts, or it changed something there."""
    return not one.near or bool(one.changes) or any((part.kind, part.id) in one.said.subjects for part in parts)


def _told(one: One, words: Words) -> HistoryEntry:
    entry, body, names = one.entry, one.said.body, words.names
    person = names.person(body.actor) if body else ("", "")
    device = names.device(entry.device)
    reason = body.args.get("reason") if body else ""
    received = instants.to_text(entry.received_ms)
    return HistoryEntry(
        device=entry.device, device_name=device[0], device_name_en=device[1], epoch=entry.epoch, seq=entry.seq,
        id=entry.entry_id, action=body.action if body else entry.action, actor=body.actor if body else None,
        actor_name=person[0], actor_name_en=person[1], auth=body.auth if body else None,
        times=EntryTimes(
            at=body.at if body else None, zone=body.zone if body else None, boot=body.boot if body else None,
            mono=body.mono if body else None, corrected=one.said.at or received, received=received,
            suspect=body is not None and is_time_suspect(entry, body.at),
        ),
        state=entry.state, code=ErrorCode(entry.code) if entry.code else None, near=one.near,
        reason=reason if isinstance(reason, str) else "", changes=[words.told(change) for change in one.changes],
    )  # fmt: skip
