"""The journal's tables of the store: entries, their private parts, what waits, losses, quarantine, epochs.

Neighbours: `store.py` puts the parts together; `drafts.py` keeps what is unwritten. Invariants: a new entry is written once,
with its judgement · a body never changes.
"""

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from schemas.limits import SEQ_MAX
from server.imports.sheets.erased import forget
from server.storage import statements as sql
from server.storage.drafts import UNKNOWN, Drafts, Room
from sync.store import BEFORE_ALL, Age, JournalEntry, KeptAside, age_of

Place = tuple[str, str, int, int]
"""(organisation, device, epoch, seq)."""
_VERDICT: Final = ("entry_id", "action", "state", "code", "version", "repeat_of", "detail")
_JUDGED: Final = ("organisation", "device", "epoch", "seq", *_VERDICT[:-1])
_ENTRY: Final = (*_JUDGED, "hash", "body", "received_ms", "skew_ms")
_NO_DETAIL: Final = "{}"


class JournalPart(Drafts):
    """Entries and what belongs to them. `keeps_imported`: while an import is taken back: nobody has asked for erasure, and what
    it put aside of its bad rows stays."""

    keeps_imported = False

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._entries: Room[Place, JournalEntry] = Room(self, self._write_entries)
        self._private: Room[Place, list[bytes | None]] = Room(self, self._write_private)
        self._waits: Room[tuple[str, str], frozenset[Place]] = Room(self, self._write_waits)
        self._new: dict[Place, bool] = {}
        self._by_id: dict[tuple[str, str], Place | None] = {}
        self._held: dict[tuple[str, str, int], dict[int, bool]] = {}

    def forget_more(self) -> None:
        """What is remembered beside the rooms."""
        super().forget_more()
        self._by_id.clear()
        self._held.clear()

    def expect_entries(self, organisation: str, ids: Collection[str]) -> None:
        """Read entries by id, and what waits for them, together."""
        unknown = [entry_id for entry_id in ids if (organisation, entry_id) not in self._by_id]
        for first in range(0, len(unknown), sql.AT_ONCE):
            some = unknown[first : first + sql.AT_ONCE]
            for entry_id in some:
                self._by_id[(organisation, entry_id)] = None
                self._waits.known.setdefault((organisation, entry_id), frozenset())
            for row in self._read(sql.ENTRIES_BY_ID, organisation=organisation, ids=some).mappings():
                self._learn(_entry(row))
            for waiting in self._read(sql.WAITING_FOR, organisation=organisation, ids=some):
                key = (organisation, waiting.needed)
                if key not in self._waits.unwritten:
                    known = self._waits.known[key] or frozenset()
                    self._waits.known[key] = known | {(organisation, waiting.device, waiting.epoch, waiting.seq)}

    def add_entry(self, entry: JournalEntry, private: Sequence[bytes | None]) -> None:
        """Store verbatim."""
        place = _place(entry)
        held = self._held_of(entry)
        self._entries.put(place, _copied(entry))
        self.change(self._new, place, True)
        self._private.put(place, list(private))
        if entry.state == "held":
            self.change(held, entry.seq, True)

    def entry_at(self, organisation: str, device: str, epoch: int, seq: int) -> JournalEntry | None:
        """The entry with this number."""
        place = (organisation, device, epoch, seq)
        found = self._entries.known.get(place, UNKNOWN)
        if found is UNKNOWN:
            row = self._one(sql.ENTRY_AT, organisation=organisation, device=device, epoch=epoch, seq=seq)
            found = self._entries.learn(place, None if row is None else _entry(row))
        return None if found is None else _copied(found)

    def entry_by_id(self, organisation: str, entry_id: str) -> JournalEntry | None:
        """The effective entry of that id."""
        place = self._by_id.get((organisation, entry_id), UNKNOWN)
        if place is UNKNOWN:
            row = self._one(sql.ENTRY_BY_ID, organisation=organisation, entry_id=entry_id)
            place = self._by_id[(organisation, entry_id)] = None if row is None else self._learn(_entry(row))
        return None if place is None else self.entry_at(*place)

    def _learn(self, entry: JournalEntry) -> Place:
        place = _place(entry)
        if self._entries.known.get(place, UNKNOWN) is UNKNOWN:
            self._entries.learn(place, entry)
        if entry.entry_id is not None and not entry.repeat_of:
            self._by_id[(entry.organisation, entry.entry_id)] = place
        return place

    def save_judgement(self, entry: JournalEntry) -> None:
        """Everything but body, hash and receipt time."""
        place = _place(entry)
        held = self._held_of(entry)
        stored = self.entry_at(*place)
        assert stored is not None, "what is judged is stored"
        for name in _VERDICT:
            setattr(stored, name, getattr(entry, name))
        self._entries.put(place, stored)
        if entry.entry_id is not None and not entry.repeat_of:
            self.change(self._by_id, (entry.organisation, entry.entry_id), place)
        if entry.state == "held":
            self.change(held, entry.seq, True)
        elif entry.seq in held:
            self.change(held, entry.seq, UNKNOWN)

    def drop_held(self, entry: JournalEntry) -> None:
        """Forget a held entry; its number is free again."""
        place = _place(entry)
        held = self._held_of(entry)
        self._run(sql.DROP_PRIVATE_OF, **_key(place))
        self._run(sql.DROP_HELD, **_key(place))
        self.change(self._entries.known, place, UNKNOWN)
        self.change(self._private.known, place, UNKNOWN)
        self.change(held, entry.seq, UNKNOWN)

    def _held_of(self, entry: JournalEntry) -> dict[int, bool]:
        return self._held_in(entry.organisation, entry.device, entry.epoch)

    def _held_in(self, organisation: str, device: str, epoch: int) -> dict[int, bool]:
        key = (organisation, device, epoch)
        if key not in self._held:
            rows = self._read(sql.HELD, organisation=organisation, device=device, epoch=epoch).scalars()
            self._held[key] = dict.fromkeys(rows, True)
        return self._held[key]

    def held_seqs(self, organisation: str, device: str, epoch: int) -> list[int]:
        """Numbers stored beyond the contiguous end."""
        return sorted(self._held_in(organisation, device, epoch))

    def entries(
        self, organisation: str, device: str, epoch: int, first: int, last: int, limit: int = SEQ_MAX
    ) -> list[JournalEntry]:
        """A range, ascending."""
        where = {"organisation": organisation, "device": device, "epoch": epoch}
        rows = self._run(sql.ENTRIES, **where, first=first, last=last, limit=limit)
        return [_entry(row) for row in rows.mappings()]

    def parked_for(self, organisation: str, codes: Sequence[str], limit: int, after: Age = BEFORE_ALL) -> list[JournalEntry]:
        """Parked entries with one of the codes behind a place, oldest first; none that only repeats another."""
        place = dict(zip(("after_ms", "after_device", "after_epoch", "after_seq"), after, strict=True))
        rows = self._run(sql.PARKED, organisation=organisation, codes=list(codes), limit=limit, **place).mappings()
        return [_entry(row) for row in rows]

    # --- waiting --------------------------------------------------------------------------------------------------------
    def add_wait(self, organisation: str, waiting: JournalEntry, needed: str) -> None:
        """Remember that an entry waits."""
        self._waits.put((organisation, needed), self._waits_of(organisation, needed) | {_place(waiting)})

    def take_waiting(self, organisation: str, needed: str) -> list[JournalEntry]:
        """Entries that waited for `needed`; the wait is removed."""
        places = self._waits_of(organisation, needed)
        if not places:
            return []
        self._waits.put((organisation, needed), frozenset())
        entries = [self.entry_at(*place) for place in places]
        return sorted((entry for entry in entries if entry), key=age_of)

    def _waits_of(self, organisation: str, needed: str) -> frozenset[Place]:
        known = self._waits.known.get((organisation, needed))
        if known is None:
            rows = self._read(sql.WAITING_FOR, organisation=organisation, ids=[needed])
            known = frozenset((organisation, row.device, row.epoch, row.seq) for row in rows)
            self._waits.learn((organisation, needed), known)
        return known

    # --- private parts --------------------------------------------------------------------------------------------------
    def private_parts(self, entry: JournalEntry) -> list[bytes | None]:
        """Salted bytes, None where erased."""
        place = _place(entry)
        known = self._private.known.get(place)
        if known is None:
            known = self._private.learn(place, list(self._read(sql.PRIVATE_OF, **_key(place)).scalars())) or []
        return list(known)

    def drop_private(self, organisation: str, entry_id: str) -> int:
        """Erase an entry's private parts in every copy: repeats by its id, held and kept-aside ones by their bytes."""
        rows = self._run(sql.COPIES_OF, organisation=organisation, entry_id=entry_id).mappings().all()
        parts = {part for row in rows for part in self.private_parts(_entry(row)) if part is not None}
        if not parts:
            return 0
        erased: int = self._run(sql.DROP_PRIVATE, in_organisation=organisation, parts=list(parts)).rowcount
        for place in list(self._private.known):
            self.change(self._private.known, place, UNKNOWN)
        if not self.keeps_imported:
            forget(self.connection, organisation, parts)
        self._scrub_quarantine(organisation, {base64.b64encode(part).decode() for part in parts})
        return erased

    def _scrub_quarantine(self, organisation: str, texts: set[str]) -> None:
        for row in self._run(sql.ALL_QUARANTINE, organisation=organisation).mappings().all():
            pushed = msgspec.json.decode(row["body"])
            if not texts.isdisjoint(pushed["private"]):
                self._run(sql.PUT_QUARANTINE, **{**row, "body": msgspec.json.encode({**pushed, "private": [], "erased": True})})

    # --- losses, quarantine, epochs: seldom, so written at once ---------------------------------------------------------
    def epochs(self, organisation: str, device: str) -> list[tuple[int, int, str]]:
        """(epoch, base_seq, genesis), ascending."""
        found = self._read(sql.EPOCHS, organisation=organisation, device=device)
        return [(row.epoch, row.base_seq, row.genesis) for row in found]

    def add_epoch(self, organisation: str, device: str, epoch: int, base_seq: int, genesis: str) -> None:
        """A new epoch."""
        self._run(sql.ADD_EPOCH, organisation=organisation, device=device, epoch=epoch, base_seq=base_seq, genesis=genesis)

    def add_loss(self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, at_ms: int) -> None:
        """A declared loss."""
        self._run(sql.ADD_LOSS, organisation=organisation, device=device, epoch=epoch, seq=seq, hash=chain_hash, at_ms=at_ms)

    def losses(self, organisation: str, device: str, epoch: int) -> dict[int, str]:
        """Declared losses: seq → hash."""
        rows = self._read(sql.LOSSES, organisation=organisation, device=device, epoch=epoch)
        return {row.seq: row.hash for row in rows}

    def unfilled_losses(self, organisation: str, device: str, epoch: int, limit: int) -> list[int]:
        """The highest numbers declared lost that hold no entry. Entries are written first only where there are losses at all."""
        where = {"organisation": organisation, "device": device, "epoch": epoch}
        if self._read(sql.UNFILLED, **where, limit=1).first() is None:
            return []
        return sorted(self._read_with(self._entries, sql.UNFILLED, **where, limit=limit).scalars())

    def lacks_declared(self, organisation: str) -> bool:
        """Whether a body declared lost is nowhere in its device's journal."""
        return self._run(sql.LACKS_DECLARED, organisation=organisation).first() is not None

    def add_quarantine(
        self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, body: bytes, reason: str, at_ms: int,
        skew_ms: int | None = None,
    ) -> None:  # fmt: skip
        """Keep aside, once."""
        self._run(
            sql.PUT_QUARANTINE, organisation=organisation, device=device, epoch=epoch, seq=seq, hash=chain_hash, body=body,
            reason=reason, at_ms=at_ms, skew_ms=skew_ms, decision=None,
        )  # fmt: skip

    def kept_aside(self, organisation: str, device: str) -> list[KeptAside]:
        """All that is kept aside of a device."""
        return [_aside(row) for row in self._read(sql.KEPT_ASIDE, organisation=organisation, device=device).mappings()]

    def aside_at(self, organisation: str, device: str, epoch: int, seq: int) -> list[KeptAside]:
        """What is kept aside under one number."""
        rows = self._read(sql.ASIDE_AT, organisation=organisation, device=device, epoch=epoch, seq=seq).mappings()
        return [_aside(row) for row in rows]

    def aside_page(self, organisation: str, device: str, after: tuple[int, int, str], limit: int) -> list[KeptAside]:
        """What is kept aside behind a place."""
        place = {"after_epoch": after[0], "after_seq": after[1], "after_hash": after[2]}
        rows = self._read(sql.ASIDE_PAGE, organisation=organisation, device=device, limit=limit, **place).mappings()
        return [_aside(row) for row in rows]

    def decide_aside(
        self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, decision: dict[str, Any]
    ) -> None:
        """Write down what was decided."""
        self._run(
            sql.DECIDE_ASIDE, organisation=organisation, device=device, epoch=epoch, seq=seq, hash=chain_hash,
            decision=json.dumps(decision),
        )  # fmt: skip

    def quarantine_count(self, organisation: str, device: str, *, damaged: bool = True) -> int:
        """Undecided entries of one device."""
        asked = sql.QUARANTINED if damaged else sql.DECIDABLE
        return int(self._read(asked, organisation=organisation, device=device).scalar_one())

    # --- writing --------------------------------------------------------------------------------------------------------
    def _write_entries(self, rows: list[tuple[Place, JournalEntry]]) -> None:
        self._many(sql.ADD_ENTRY, [_row(entry, _ENTRY) for place, entry in rows if place in self._new])
        self._many(sql.SAVE_JUDGEMENT, [_row(entry, _JUDGED) for place, entry in rows if place not in self._new])
        for place, _ in rows:
            if place in self._new:
                self.change(self._new, place, UNKNOWN)

    def _write_private(self, rows: list[tuple[Place, list[bytes | None]]]) -> None:
        parts = [
            {**_key(place), "number": number, "salted": salted} for place, parts in rows for number, salted in enumerate(parts)
        ]
        self._many(sql.ADD_PRIVATE, parts)

    def _write_waits(self, rows: list[tuple[tuple[str, str], frozenset[Place]]]) -> None:
        self._many(sql.DROP_WAITS, [{"in_organisation": organisation, "for_id": needed} for (organisation, needed), _ in rows])
        self._many(sql.ADD_WAIT, [{**_key(place), "needed": needed} for (_, needed), places in rows for place in sorted(places)])


def _place(entry: JournalEntry) -> Place:
    return (entry.organisation, entry.device, entry.epoch, entry.seq)


def _key(place: Place) -> dict[str, Any]:
    return {"organisation": place[0], "device": place[1], "epoch": place[2], "seq": place[3]}


def _aside(row: Mapping[str, Any]) -> KeptAside:
    return KeptAside(**{**row, "decision": json.loads(row["decision"]) if row["decision"] else {}})


def _row(entry: JournalEntry, names: tuple[str, ...]) -> dict[str, Any]:
    values = vars(entry)
    row = {name: values[name] for name in names}
    row["detail"] = json.dumps(entry.detail) if entry.detail else _NO_DETAIL
    return row


def _entry(row: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry(**{**row, "detail": json.loads(row["detail"])})


def _copied(entry: JournalEntry) -> JournalEntry:
    """A copy to hand out or to keep. (`copy.copy` takes ten times as long, and this runs four times an entry.)"""
    copied = object.__new__(JournalEntry)
    copied.__dict__.update(entry.__dict__)
    if entry.detail:
        copied.detail = dict(entry.detail)
    return copied
