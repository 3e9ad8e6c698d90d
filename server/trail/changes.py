"""What entries changed, field by field: what each wrote into a record, against what the entries judged before it had left there.

Neighbours: `about.py` reads one entry, `questions.py` finds the one before; `history.py` and `page.py` tell. Reading only.
Invariants: bounded · entries and records are read together, each once: how many questions that takes depends on what is told,
never on how long a record's history is · what lost is told as lost, never left out · a projection of somebody's private part is
no field to be told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import and_, bindparam, select
from sqlmodel import SQLModel

from schemas import limits
from schemas.merge import MergePolicy
from schemas.records import RECORDS
from schemas.trail import FieldChange
from server.storage import statements as sql
from server.storage.store import SqlStore
from server.trail import questions
from server.trail.about import Said, Subject, fields_in, said_by
from server.trail.questions import Found, Wanted
from server.trail.sums import deposit_state_after, parts_of_sum
from server.trail.tables import TrailSubjectRow
from sync import hlc
from sync.store import JournalEntry, StoredRecord
from sync.unit import POLICIES

SUBJECT: Final = SQLModel.metadata.tables[TrailSubjectRow.__tablename__]
_KEY: Final = ("organisation", "device", "epoch", "seq")
_PLACE: Final = (SUBJECT.c.at_ms, SUBJECT.c.device, SUBJECT.c.epoch, SUBJECT.c.seq)
_ABOUT: Final = (
    select(*_PLACE, SUBJECT.c.near, sql.JOURNAL.c.entry_id)
    .join(sql.JOURNAL, and_(*(SUBJECT.c[name] == sql.JOURNAL.c[name] for name in _KEY)))
    .where(*(SUBJECT.c[name] == bindparam(f"the_{name}") for name in ("organisation", "kind", "id")))
    .order_by(*(column.desc() for column in _PLACE))
    .limit(bindparam("limit"))
)
AT_ONCE: Final = sql.AT_ONCE
"""Entries read with one question."""
_BACK_MAX: Final = 8
"""How far is looked for a value that stood: whoever did not get his way that often in a row is not gone past."""
VERSION_MAX: Final = 2**62
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
"""Written where nothing stood: no change, but known to have been nothing."""
_TOOK_EFFECT: Final = ("applied", "merged", "conflict")
SAME_ID: Final[Mapping[str, tuple[str, ...]]] = {"customer": ("customer_terms",), "rental": ("rental_terms",)}
"""Kinds whose record of the same id is a part of a record."""
PARTS: Final[Mapping[str, tuple[str, ...]]] = {"customer": ("contact", "signer_authority")}
"""Kinds whose records are a part of the record they name."""
Place = tuple[int, str, int, int]
"""(at_ms, device, epoch, seq)."""


@dataclass
class One:
    """One entry about a record, read. `near`: about something that belongs to it. `changes`: filled by `compare`."""

    place: Place
    near: bool
    entry: JournalEntry
    said: Said
    changes: list[FieldChange] = field(default_factory=list)


@dataclass
class Reader:
    """Entries and records of one organisation, read together and each once."""

    store: SqlStore
    organisation: str
    _entries: dict[Place, tuple[JournalEntry, Said] | None] = field(default_factory=dict)

    def over(self, store: SqlStore) -> None:
        """Go on with another snapshot: nothing read in the one before is kept."""
        self.store = store
        self._entries.clear()

    def record(self, kind: str, record_id: str) -> StoredRecord | None:
        """A record as it stands, also one that is gone as far as it is remembered."""
        return self.store.record(self.organisation, kind, record_id)

    def load(self, entries: Mapping[Place, str | None]) -> None:
        """Read entries (place → id) together, and the records they are about."""
        new = [place for place in entries if place not in self._entries]
        for first in range(0, len(new), AT_ONCE):
            some = new[first : first + AT_ONCE]
            about = questions.about(self.store.connection, self.organisation, [place[1:] for place in some])
            ids = [entry_id for place in some if (entry_id := entries[place]) is not None]
            records = {(row.kind, row.id) for row in about}
            self.store.expect_entries(self.organisation, ids)
            self.store.expect_records(self.organisation, records)
            for place in some:
                self._entries[place] = self._read(place)

    def one(self, place: Place, *, near: bool = False) -> One | None:
        """An entry with what it says; None for the second copy of one that is here."""
        if place not in self._entries:
            self._entries[place] = self._read(place)
        known = self._entries[place]
        return None if known is None else One(place, near, *known)

    def about(self, kind: str, record_id: str) -> tuple[list[One], bool]:
        """The newest entries about a record and about what belongs to it, and whether there were more than are looked at."""
        asked = {"the_organisation": self.organisation, "the_kind": kind, "the_id": record_id}
        rows = self.store.connection.execute(_ABOUT, {**asked, "limit": limits.HISTORY_ENTRIES_MAX + 1}).all()
        cut = len(rows) > limits.HISTORY_ENTRIES_MAX
        places = {(row.at_ms, row.device, row.epoch, row.seq): row for row in rows[: limits.HISTORY_ENTRIES_MAX]}
        self.load({place: row.entry_id for place, row in places.items()})
        found = [self.one(place, near=row.near) for place, row in places.items()]
        return [one for one in found if one is not None], cut

    def changes(self, lines: Sequence[tuple[Place, Sequence[StoredRecord]]]) -> dict[Place, list[FieldChange]]:
        """What the entries at these places changed in these records of theirs. Of everything else only those entries are read
        that left what stood there before."""
        told = _Told(self)
        for place, records in lines:
            for record in records:
                told.take(place, record)
        told.compare()
        return {place: told.changes(place, records) for place, records in lines}

    def _read(self, place: Place) -> tuple[JournalEntry, Said] | None:
        entry = self.store.entry_at(self.organisation, *place[1:])
        return None if entry is None or entry.repeat_of else (entry, said_by(entry, self._lookup))

    def _lookup(self, kind: str, record_id: str) -> dict[str, Any] | None:
        stored = self.record(kind, record_id)
        return None if stored is None else stored.data


@dataclass
class _Told:
    """Some entries, record by record, with those that stood before them."""

    reader: Reader
    _found: dict[Subject, dict[Place, One]] = field(default_factory=dict)
    _records: dict[Subject, StoredRecord] = field(default_factory=dict)
    _open: set[Wanted] = field(default_factory=set)

    def take(self, place: Place, record: StoredRecord) -> None:
        """An entry that is to be told."""
        one = self.reader.one(place)
        subject = (record.kind, record.id)
        if one is None or place in self._found.setdefault(subject, {}):
            return
        self._found[subject][place] = one
        self._records[subject] = record
        version = VERSION_MAX if one.entry.version is None else one.entry.version
        self._open |= {Wanted(*subject, name, item or "", version) for name, item, _ in _written(one, record)}

    def compare(self) -> None:
        """Give each entry its changes."""
        self._look_back()
        for subject, ones in self._found.items():
            compare(list(ones.values()), self._records[subject])

    def _look_back(self) -> None:
        """Find what left each field as it stood before; where that entry's value did not stand, the one before it."""
        for _ in range(_BACK_MAX):
            if not self._open:
                return
            rows = questions.preceding(self.reader.store.connection, self.reader.organisation, self._open)
            self.reader.load({(row.at_ms, row.device, row.epoch, row.seq): row.entry_id for row in rows})
            self._open = {further for row in rows if (further := self._further(row)) is not None}

    def changes(self, place: Place, records: Sequence[StoredRecord]) -> list[FieldChange]:
        """Of one entry, record by record."""
        found: list[FieldChange] = []
        for record in records:
            ones = self._found.get((record.kind, record.id), {})
            found += ones[place].changes if place in ones else []
        return found

    def _further(self, row: Found) -> Wanted | None:
        """What is still to be found before this writer."""
        one = self.reader.one((row.at_ms, row.device, row.epoch, row.seq))
        if one is None:
            return None
        subject = (row.kind, row.id)
        self._found[subject].setdefault(one.place, one)
        stands = one.entry.state in _TOOK_EFFECT and row.field not in _losses(one.entry, self._records[subject])
        if stands and row.field not in _contradicted(one.entry, self._records[subject]):
            return None
        return Wanted(*subject, row.field, row.item, row.version)


def parts_of(record: StoredRecord, found: Sequence[One], reader: Reader) -> list[StoredRecord]:
    """The records that are a part of a record, as far as its entries name them."""
    named = [(kind, record.id) for kind in SAME_ID.get(record.kind, ())]
    for one in found:
        named += [subject for subject in one.said.subjects if subject[0] in PARTS.get(record.kind, ())]
    stored = (reader.record(*subject) for subject in dict.fromkeys(named))
    there = (one for one in stored if one is not None and not one.gone)
    return [one for one in there if one.id == record.id or one.data.get(f"{record.kind}_id") == record.id]


def compare(found: Sequence[One], record: StoredRecord) -> None:
    """Give each entry its changes in one record: what it wrote, against what the entries judged before had left."""
    standing: dict[tuple[str, str | None], tuple[Any, tuple[str, str]]] = {}
    for one in sorted(found, key=lambda one: (one.entry.version is None, one.entry.version or 0, one.place)):
        lost = _losses(one.entry, record)
        contradicted = _contradicted(one.entry, record)
        by = (hlc.capped(one.said.body.hlc, one.entry.received_ms) if one.said.body else "", one.entry.device)
        for name, item, after in _written(one, record):
            present = standing.get((name, item), (None, ("", "")))
            parts = parts_of_sum(record, name, after)
            own = sum(part.amount_fen for part in parts if part.entry == one.entry.entry_id)
            change = FieldChange(
                kind=record.kind, record=record.id, field=name, item=item, before=(after - own or None) if parts else present[0],
                after=after, lost=lost.get(name), conflict=name in contradicted, parts=parts if len(parts) > 1 else [],
            )  # fmt: skip
            if change.before == after and change.lost is None and not change.conflict:
                continue
            nothing = after in _NOTHING or _is_default_zero(record.kind, name, after)
            if change.before is not None or not nothing or change.lost is not None or change.conflict:
                one.changes.append(change)
            beaten_later = change.lost == MergePolicy.LAST_WRITER and by > present[1]
            if one.entry.state in _TOOK_EFFECT and (change.lost is None or beaten_later) and not change.conflict:
                standing[(name, item)] = (after, by)


def _is_default_zero(kind: str, name: str, value: Any) -> bool:
    """A figure that stands at nought without anybody's word: from nothing to it nothing changed."""
    return type(value) is int and value == 0 and RECORDS[kind].model_fields[name].default == 0


def _written(one: One, record: StoredRecord) -> Iterator[tuple[str, str | None, Any]]:
    """What an entry wrote into the record: field, item of it where it is a map of many's items, value."""
    written = dict(one.said.values.get((record.kind, record.id), {}))
    for name, meta in record.meta.items():  # what a rule wrote beside what the entry declares
        if meta.entry and meta.entry == one.entry.entry_id and name not in written and name in record.data and not meta.items:
            written[name] = record.data[name]
    written.update(deposit_state_after(record, one.entry.entry_id))
    yield from fields_in(record.kind, written)


def _contradicted(entry: JournalEntry, record: StoredRecord) -> Sequence[str]:
    """Fields of the record in which this entry contradicts another: a person decides."""
    fields: Sequence[str] = entry.detail.get("conflicts", {}).get(f"{record.kind}/{record.id}", ())
    return fields


def _losses(entry: JournalEntry, record: StoredRecord) -> dict[str, str]:
    """Fields of the record in which this entry's value does not stand because another's does, and by which policy."""
    policies = POLICIES[record.kind]
    found = {name: str(policies[name]) for name in entry.detail.get("lost", {}).get(f"{record.kind}/{record.id}", ())}
    for name, meta in record.meta.items():
        for item in meta.history:
            if item["e"] == entry.entry_id and meta.entry != entry.entry_id:
                found.setdefault(name, item["why"])
    return found
