"""The trail, filtered, newest first: entries and readings of evidence in one list. Reading only.

Neighbours: `server/http/trail.py` asks, `table.py` makes a file of it. Invariants: bounded, each page by an index · at one moment
entries stand before readings, so that a place says exactly what comes behind it.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, literal, or_, select, tuple_
from sqlmodel import SQLModel

from schemas.errors import ErrorCode
from schemas.limits import TRAIL_LINE_CHANGES_MAX
from schemas.trail import FieldChange, ReadWhat, TrailLine, TrailPage, TrailSubject
from server.storage import statements as sql
from server.storage.store import SqlStore
from server.trail import questions
from server.trail.changes import SAME_ID, Reader
from server.trail.changes import Place as At
from server.trail.names import Names, lay_in
from server.trail.tables import EvidenceReadRow, TrailRow, TrailSubjectRow
from server.trail.telling import MANY_PARTS, Words
from server.trail.words import KIND_WORDS
from sync import instants
from sync.store import StoredRecord

T: Final = SQLModel.metadata.tables
LINE, SUBJECT, READ = T[TrailRow.__tablename__], T[TrailSubjectRow.__tablename__], T[EvidenceReadRow.__tablename__]
_SUBJECTS_SHOWN: Final = 6
_PART_OF: Final = {part: kind for kind, parts in SAME_ID.items() for part in parts}
Subjects = list[tuple[str, str]]
Key = tuple[str, int, int]
"""(device, epoch, seq) of an entry."""


@dataclass(frozen=True)
class Filter:
    """What to show; None: whatever it is. Times in ms, `since` ≤ at < `until`. `reads`: alone, or not at all; None: both."""

    actor: str | None = None
    device: str | None = None
    action: str | None = None
    kind: str | None = None
    record: str | None = None
    since: int | None = None
    until: int | None = None
    reads: bool | None = None
    what: ReadWhat | None = None


@dataclass(frozen=True)
class Place:
    """Behind which line a page begins: an entry (device, epoch, seq) or a reading (`id`) at a moment."""

    at_ms: int
    entry: tuple[str, int, int] | None = None
    read: str | None = None

    def __str__(self) -> str:
        tail = self.read if self.entry is None else ".".join(map(str, self.entry))
        return f"{self.at_ms}.{tail}"


def place_of(text: str) -> Place:
    """A place from its text; its shape was looked at before."""
    at, first, *rest = text.split(".")
    return Place(int(at), entry=(first, int(rest[0]), int(rest[1]))) if rest else Place(int(at), read=first)


def page(
    store: SqlStore, organisation: str, buckets: frozenset[str], wanted: Filter, after: Place | None, limit: int,
    language: str = "zh",
) -> TrailPage:  # fmt: skip
    """The next `limit` lines."""
    return teller(store, organisation, buckets, language).page(wanted, after, limit)


def teller(store: SqlStore, organisation: str, buckets: frozenset[str], language: str) -> "Teller":
    """Whoever tells pages of an organisation's trail to one reader, in his language."""
    return Teller(Words(Names(store, organisation, buckets), language), Reader(store, organisation))


def _behind(row: Any, is_read: bool) -> Place:
    return Place(row.at_ms, read=row.id) if is_read else Place(row.at_ms, entry=(row.device, row.epoch, row.seq))


def _entries(organisation: str, wanted: Filter, after: Place | None, limit: int) -> Any:
    key = (LINE.c.at_ms, LINE.c.device, LINE.c.epoch, LINE.c.seq)
    same = [LINE.c[name] == sql.JOURNAL.c[name] for name in ("organisation", "device", "epoch", "seq")]
    asked: Any = (
        select(*key, LINE.c.actor, LINE.c.action, sql.JOURNAL.c.received_ms, sql.JOURNAL.c.entry_id, sql.JOURNAL.c.state,
               sql.JOURNAL.c.code)
        .join(sql.JOURNAL, and_(*same))
        .where(LINE.c.organisation == organisation)
    )  # fmt: skip
    if wanted.record is not None:
        of = [LINE.c[name] == SUBJECT.c[name] for name in ("organisation", "device", "epoch", "seq", "at_ms")]
        asked = asked.join(SUBJECT, and_(*of)).where(SUBJECT.c.kind == wanted.kind, SUBJECT.c.id == wanted.record)
    for name in ("actor", "device", "action"):
        value = getattr(wanted, name)
        if value is not None:
            asked = asked.where(LINE.c[name] == value)
    asked = _within(asked, LINE.c.at_ms, wanted)
    if after is not None:
        before = LINE.c.at_ms < after.at_ms if after.entry is None else tuple_(*key) < tuple_(*_literals(after))
        asked = asked.where(before)
    return asked.order_by(*(column.desc() for column in key)).limit(limit)


def _literals(after: Place) -> list[Any]:
    assert after.entry is not None
    return [literal(after.at_ms), *(literal(part) for part in after.entry)]


def _reads(organisation: str, wanted: Filter, after: Place | None, limit: int) -> Any:
    asked = _within(select(READ).where(READ.c.organisation == organisation), READ.c.at_ms, wanted)
    for name in ("actor", "device", "what", "kind", "record"):
        value = getattr(wanted, name)
        if value is not None and not (name == "kind" and wanted.record is None):
            asked = asked.where(READ.c[name] == value)
    if after is not None and after.entry is not None:
        asked = asked.where(READ.c.at_ms <= after.at_ms)
    elif after is not None:
        asked = asked.where(
            or_(READ.c.at_ms < after.at_ms, and_(READ.c.at_ms == after.at_ms, READ.c.id < after.read))
        )  # fmt: skip
    return asked.order_by(READ.c.at_ms.desc(), READ.c.id.desc()).limit(limit)


def _within(asked: Any, column: Any, wanted: Filter) -> Any:
    if wanted.since is not None:
        asked = asked.where(column >= wanted.since)
    return asked if wanted.until is None else asked.where(column < wanted.until)


def _subjects(store: SqlStore, organisation: str, rows: list[Any]) -> dict[Key, Subjects]:
    """The records each entry is itself about, in order."""
    found: dict[Key, Subjects] = {}
    for one in questions.about(store.connection, organisation, [_key(row) for row in rows]):
        if not one.near:
            found.setdefault((one.device, one.epoch, one.seq), []).append((one.kind, one.id))
    return {key: sorted(about) for key, about in found.items()}


@dataclass
class Teller:
    """Rows as lines for one reader, in his language."""

    words: Words
    reader: Reader

    def over(self, store: SqlStore) -> None:
        """Go on with another snapshot."""
        self.reader.over(store)
        self.words.names.over(store)

    def page(self, wanted: Filter, after: Place | None, limit: int) -> TrailPage:
        """The next `limit` lines."""
        organisation, connection = self.reader.organisation, self.reader.store.connection
        entries = [] if wanted.reads is True else connection.execute(_entries(organisation, wanted, after, limit + 1)).all()
        without = wanted.reads is False or wanted.action is not None
        reads = [] if without else connection.execute(_reads(organisation, wanted, after, limit + 1)).all()
        found = sorted(
            [(row, False) for row in entries] + [(row, True) for row in reads], key=lambda one: (-one[0].at_ms, one[1])
        )
        few = found[:limit]
        about, changes = self._look_up([row for row, is_read in few if not is_read], [row for row, is_read in few if is_read])
        lines = [self._read(row) if is_read else self._entry(row, about, changes) for row, is_read in few]
        following = str(_behind(*few[-1])) if len(found) > limit else None
        return TrailPage(lines=lines, next=following)

    def _look_up(self, entries: list[Any], reads: list[Any]) -> tuple[dict[Key, Subjects], dict[At, list[FieldChange]]]:
        """What the entries are about, and what they changed in the records the reader may see; with everything their names
        will be taken from."""
        names = self.words.names
        about = _subjects(self.reader.store, self.reader.organisation, entries)
        self.reader.load({_at(row): row.entry_id for row in entries})
        seen = [(_at(row), [one for one in map(self._seen, about.get(_key(row), [])) if one is not None]) for row in entries]
        changes = self.reader.changes(seen)
        named = {("person", row.actor) for row in [*entries, *reads] if row.actor}
        named |= {("device", row.device) for row in [*entries, *reads] if row.device}
        named |= {(row.kind, row.record) for row in reads if row.record}
        named |= {one for subjects in about.values() for one in subjects}
        names.expect(named)
        names.expect(self.words.names_in(change for some in changes.values() for change in some[:TRAIL_LINE_CHANGES_MAX]))
        return about, changes

    def _seen(self, subject: tuple[str, str]) -> StoredRecord | None:
        """A record the reader may see."""
        stored = self.reader.record(*subject)
        if stored is None or not (stored.buckets or lay_in(subject[0], stored.data)) & self.words.names.buckets:
            return None
        return stored

    def _entry(self, row: Any, subjects: dict[Key, Subjects], changed: dict[At, list[FieldChange]]) -> TrailLine:
        """One entry."""
        about = subjects.get(_key(row), [])
        shown = [(kind, one) for kind, one in about if (_PART_OF.get(kind, ""), one) not in about]
        changes = changed.get(_at(row), [])
        made = len(changes) > 1 and all(one.before is None and one.item is None for one in changes)
        device = self.words.names.device(row.device)
        zh, en = self.words.names.person(row.actor)
        return TrailLine(
            at=instants.to_text(row.at_ms), received=instants.to_text(row.received_ms), actor=row.actor or None, actor_name=zh,
            actor_name_en=en, device=row.device, device_name=device[0], device_name_en=device[1], epoch=row.epoch, seq=row.seq,
            id=row.entry_id, action=row.action, state=row.state, code=ErrorCode(row.code) if row.code else None,
            subjects=[self._subject(kind, one) for kind, one in shown[:_SUBJECTS_SHOWN]],
            changes=self._told(changes[:TRAIL_LINE_CHANGES_MAX]),
            more=max(0, len(changes) - TRAIL_LINE_CHANGES_MAX), made=made,
        )  # fmt: skip

    def _told(self, changes: list[FieldChange]) -> list[FieldChange]:
        """In words; where they are of several records, each with the one it is of."""
        records = {(change.kind.removesuffix("_terms"), change.record) for change in changes}
        kinds = [kind for kind, _ in records]
        told = [self.words.told(change) for change in changes]
        return [change.model_copy(update={"name": self._whose(change, kinds)}) for change in told] if len(kinds) > 1 else told

    def _whose(self, change: FieldChange, kinds: list[str]) -> str:
        kind = change.kind.removesuffix("_terms")
        if kind in MANY_PARTS:
            return change.name
        called = self.words.said(KIND_WORDS.get(kind), kind)
        name = self.words.record(kind, change.record) if kinds.count(kind) > 1 else ""
        return f"{f'{called} {name}'.rstrip()} · {change.name}"

    def _read(self, row: Any) -> TrailLine:
        """One reading of evidence."""
        zh, en = self.words.names.person(row.actor)
        device = self.words.names.device(row.device)
        at = instants.to_text(row.at_ms)
        about = [self._subject(row.kind, row.record)] if row.record else []
        return TrailLine(
            at=at, received=at, actor=row.actor or None, actor_name=zh, actor_name_en=en, device=row.device or None,
            device_name=device[0], device_name_en=device[1], read=row.what, sha256=row.sha256 or None, subjects=about,
        )  # fmt: skip

    def _subject(self, kind: str, record_id: str) -> TrailSubject:
        zh, en = self.words.names.record(kind, record_id)
        return TrailSubject(kind=kind, id=record_id, name=zh, name_en=en)


def _key(row: Any) -> Key:
    return row.device, row.epoch, row.seq


def _at(row: Any) -> At:
    return row.at_ms, row.device, row.epoch, row.seq
