"""The unit of work a domain handler sees: one entry, the records it may read, write and remove, its way to refuse.

Every write goes through the field's declared merge policy. A handler never touches a store, a clock or a network.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from msgspec import structs

from schemas.actions import Action
from schemas.errors import ErrorCode
from schemas.merge import MergePolicy, policies_of
from schemas.records import RECORDS
from sync import hlc
from sync.body import Body
from sync.effects import ABSENT, Scene, fill
from sync.holding import may_name
from sync.lookup import SEARCHED, UNIQUE
from sync.merge import FieldMeta, Stamp, Verdict, merge_field, place_of
from sync.store import DeviceState, JournalEntry, Store, StoredRecord
from sync.visibility import buckets_of

POLICIES = {kind: policies_of(model) for kind, model in RECORDS.items()}
SET_FIRST: Final = frozenset(MergePolicy) - {MergePolicy.COUNTER, MergePolicy.UNION}
"""Policies by which the first value simply stands."""
DEFAULTS: dict[str, dict[str, Any]] = {
    kind: {name: info.get_default() for name, info in model.model_fields.items() if not info.is_required()}
    for kind, model in RECORDS.items()
}


class Refusal(Exception):
    """A rule forbids the entry: it is kept as `refused` with this code, all its effects undone."""

    def __init__(self, code: ErrorCode, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class RecordMissing(Exception):
    """A write meant for a record that is not there."""


class Waiting(Exception):
    """The entry builds on something not here yet: it is parked until entry `needed` has been judged."""

    def __init__(self, needed: str) -> None:
        super().__init__(needed)
        self.needed = needed


class Handler(Protocol):
    """What an action means."""

    def __call__(self, unit: "Unit", args: Any) -> None:
        """Let the action take effect, or raise Refusal or Waiting."""


class Unreadable(Exception):
    """The entry cannot be read (now): it is parked with this code."""

    def __init__(self, code: ErrorCode, detail: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


Handlers = Mapping[tuple[str, int], Handler]


@dataclass
class Touched:
    """Buckets changed by a transaction: bucket → the version it stood at before, and (once it is over) at which it left it."""

    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)


class RecordWriter:
    """Writes records into a store at one commit version; remembers which buckets were touched.

    `beaten`: other entries whose standing values lost to what was written here → {kind/record: [fields]}."""

    def __init__(self, store: Store, organisation: str, version: int, touched: Touched) -> None:
        self.store = store
        self.organisation = organisation
        self.version = version
        self.touched = touched
        self.beaten: dict[str, dict[str, list[str]]] = {}

    def write(self, kind: str, record_id: str, values: Mapping[str, Any], stamp: Stamp, create: bool) -> dict[str, Verdict]:
        """Merge values into a record. RecordMissing when it does not exist and `create` is false; KeyError for a field the
        kind does not have."""
        stored = self.store.record(self.organisation, kind, record_id)
        if stored is None or stored.gone:
            if not create:
                raise RecordMissing(f"{kind}/{record_id}")
            data = {**_defaults(kind), "id": record_id}
            stored = StoredRecord(kind, record_id, 0, data, {}, stored.buckets if stored else frozenset())
        verdicts: dict[str, Verdict] = {}
        data, meta, policies = dict(stored.data), dict(stored.meta), POLICIES[kind]
        first = FieldMeta(stamp.version, stamp.hlc, stamp.device, stamp.entry, stamp.place)
        for name, value in values.items():
            policy, known = policies[name], meta.get(name)
            if policy is MergePolicy.SERVER or (known is None and policy in SET_FIRST):  # what most writes are
                if known is not None and known.version and data.get(name) == value:
                    verdicts[name] = Verdict.KEPT
                else:
                    data[name], meta[name], verdicts[name] = value, first, Verdict.SET
                continue
            meta[name] = own = FieldMeta() if known is None else known.copied()
            beaten: list[str] = []
            data[name], verdicts[name] = merge_field(policy, data.get(name), own, value, stamp, beaten)
            for entry in beaten:
                self.note_beaten(entry, kind, record_id, name)
        if stored.version and all(verdict is Verdict.KEPT for verdict in verdicts.values()):
            return verdicts
        self.put(StoredRecord(kind, record_id, self.version, data, meta, buckets_of(kind, data)), stored.buckets)
        return verdicts

    def note_beaten(self, entry: str, kind: str, record_id: str, name: str) -> None:
        """Another entry's word of a field has lost to what is written now."""
        self.beaten.setdefault(entry, {}).setdefault(f"{kind}/{record_id}", []).append(name)

    def choose(self, stored: StoredRecord, name: str, value: Any, meta: FieldMeta) -> None:
        """Write one field as a person decided it, past its merge policy."""
        data, metas = {**stored.data, name: value}, {**stored.meta, name: meta}
        self.put(StoredRecord(stored.kind, stored.id, self.version, data, metas, stored.buckets), stored.buckets)

    def remove(self, kind: str, record_id: str, *, keep: bool = False) -> None:
        """The record leaves all its buckets; its content is dropped, or with `keep` remembered for an edit to restore it."""
        stored = self.store.record(self.organisation, kind, record_id)
        if stored is not None and not stored.gone:
            data, meta = (stored.data, stored.meta) if keep else ({"id": record_id}, {})
            gone = StoredRecord(kind, record_id, self.version, data, meta, frozenset(), gone=True)
            self.put(gone, stored.buckets)

    def put(self, record: StoredRecord, before: frozenset[str]) -> None:
        """Write a record as it is; `before` are the buckets it lay in. For the engine: everything else merges."""
        touched = self.touched.before
        left = before - record.buckets
        for bucket in (*record.buckets, *left):
            if bucket not in touched:
                touched[bucket] = self.store.bucket_head(self.organisation, bucket)
        self.store.put_record(self.organisation, record, left)


def _defaults(kind: str) -> dict[str, Any]:
    return {name: _copy(value) for name, value in DEFAULTS[kind].items()}


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else value


@dataclass
class Unit:
    """One entry being judged.

    `raised`: conflict → (its rule, whether this entry lost by it). `told`: another entry that lost → (conflict, rule).
    `ratify`: refused entries to be judged anew with this one's actor standing in. `freed`: devices a gap of whose was released.
    `admitted`: entries out of quarantine, to be judged now, in this order.
    """

    writer: RecordWriter
    entry: JournalEntry
    body: Body
    device: DeviceState
    at: str
    private: list[bytes | None]
    parse_private: Callable[[bytes], Any]
    lost: dict[str, list[str]] = field(default_factory=dict)
    conflicts: dict[str, list[str]] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    dropped: bool = False
    raised: dict[str, tuple[str, bool]] = field(default_factory=dict)
    told: dict[str, tuple[str, str]] = field(default_factory=dict)
    ratify: list[str] = field(default_factory=list)
    freed: list[str] = field(default_factory=list)
    admitted: list[JournalEntry] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """The store, for the engine's own helpers; handlers use the methods below."""
        return self.writer.store

    def get(self, kind: str, record_id: str | None) -> dict[str, Any] | None:
        """A record's content, or None."""
        if record_id is None:
            return None
        stored = self.store.record(self.writer.organisation, kind, record_id)
        return None if stored is None or stored.gone else stored.data

    def need(self, kind: str, record_id: str) -> dict[str, Any]:
        """A record's content; Refusal(RECORD_UNKNOWN) without it."""
        data = self.get(kind, record_id)
        if data is None:
            raise Refusal(ErrorCode.RECORD_UNKNOWN, kind=kind, id=record_id)
        return data

    def only(self, kind: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Refusal(VALUE_TAKEN) when another record of the kind holds one of the unique values."""
        for name in UNIQUE.get(kind, ()):
            value = values.get(name)
            holder = self.store.holder(self.writer.organisation, kind, name, value) if value else None
            if holder is not None and holder != record_id:
                raise self.taken(kind, name, holder)

    def taken(self, kind: str, name: str, holder: str) -> Refusal:
        """A unique value is taken; the one who has it is named to a device that may hold it."""
        if not may_name(self.store, self.device, kind, holder):
            return Refusal(ErrorCode.VALUE_TAKEN, field=name, kind=kind)
        label = (self.get(kind, holder) or {}).get(SEARCHED.get(kind, ("id",))[0], "")
        return Refusal(ErrorCode.VALUE_TAKEN, field=name, kind=kind, id=holder, label=label)

    def naming(self, record_id: str) -> list[tuple[str, str]]:
        """(kind, id) of what names this asset, customer, rental or task now."""
        return self.store.naming(self.writer.organisation, record_id)

    def write(self, kind: str, record_id: str, values: Mapping[str, Any], *, create: bool = False) -> None:
        """Merge values into a record; what lost or contradicts is noted for the outcome."""
        self._write(kind, record_id, values, self.stamp(record_id), create=create)

    def follow(self, kind: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Write what a rule has just derived from the record as it stands (the next due, a meter's last reading): as one who has
        seen it, since nobody's word is contradicted by what follows from it. Refusal(RECORD_UNKNOWN) without the record."""
        stored = self.store.record(self.writer.organisation, kind, record_id)
        seen = -1 if stored is None else stored.version
        self._write(kind, record_id, values, replace(self.stamp(record_id), seen=seen), create=False)

    def _write(self, kind: str, record_id: str, values: Mapping[str, Any], stamp: Stamp, *, create: bool) -> None:
        try:
            verdicts = self.writer.write(kind, record_id, values, stamp, create)
        except RecordMissing as missing:
            raise Refusal(ErrorCode.RECORD_UNKNOWN, kind=kind, id=record_id) from missing
        for name, verdict in verdicts.items():
            if verdict is Verdict.LOST:
                self.lost.setdefault(f"{kind}/{record_id}", []).append(name)
            elif verdict is Verdict.CONFLICT:
                self.conflicts.setdefault(f"{kind}/{record_id}", []).append(name)

    def remove(self, kind: str, record_id: str, *, keep: bool = False) -> None:
        """The record leaves all its buckets; with `keep`, what it held is remembered."""
        self.writer.remove(kind, record_id, keep=keep)

    def removed(self, kind: str, record_id: str) -> StoredRecord | None:
        """A removed record whose content is remembered."""
        stored = self.store.record(self.writer.organisation, kind, record_id)
        return stored if stored is not None and stored.gone and len(stored.data) > 1 else None

    def restore(self, stored: StoredRecord) -> None:
        """A removed record is there again, as it was."""
        back = replace(stored, version=self.writer.version, buckets=buckets_of(stored.kind, stored.data), gone=False)
        self.writer.put(back, frozenset())

    def apply_effects(self, action: Action, leave: Collection[str] = ()) -> None:
        """Write what the action declares it shows on the device, but for records of the kinds in `leave`. An effect on a
        record that is not there is left out unless it creates it."""
        scene = Scene(
            args=action.model_dump(mode="json"),
            entry={
                "id": self.body.id, "at": self.at, "zone": self.body.zone, "actor": self.body.actor,
                "device": self.device.id, "seq": self.body.seq, "epoch": self.body.epoch,
            },
            blobs=[structs.asdict(blob) for blob in self.body.blobs],
            lookup=self.get,
        )  # fmt: skip
        for effect in fill(type(action).effects, scene):
            if effect.kind not in leave and (effect.create or self.get(effect.kind, effect.id) is not None):
                known = {name: value for name, value in effect.values.items() if value is not ABSENT}
                self.write(effect.kind, effect.id, known, create=effect.create)

    def private_json(self, index: int | None) -> Any:
        """The content of a private part, or None when not given or erased. 16 bytes of salt stand before it.

        Unreadable when it is no JSON.
        """
        if index is None or index >= len(self.private):
            return None
        salted = self.private[index]
        if salted is None:
            return None
        try:
            return self.parse_private(salted[16:])
        except (ValueError, RecursionError):
            raise Unreadable(ErrorCode.ENTRY_UNREADABLE, {"at": f"private.{index}"}) from None

    def link_blobs(self, kind: str, record_id: str) -> None:
        """Let this record answer for the entry's blobs: whoever sees the record may see them."""
        for blob in self.body.blobs:
            self.store.link_blob(self.writer.organisation, blob.sha256, kind, record_id, self.device.id)

    def erase_private(self, entry_id: str) -> None:
        """Drop an entry's private parts, in every copy, and the drawn image it declared. Its body, holding only hashes,
        stays; the image's bytes leave the disk after the commit."""
        organisation = self.writer.organisation
        self.store.drop_private(organisation, entry_id)
        self.dropped = True
        for blob in self.store.declared_blobs(organisation, entry_id):
            if blob.role == "signature":
                self.store.put_blob(organisation, replace(blob, state="erased", code=None))
                self.erased.append(blob.sha256)

    def stamp(self, record_id: str) -> Stamp:
        """Who writes now, and which version of the record he had seen."""
        clock, place = hlc.capped(self.body.hlc, self.entry.received_ms), place_of(self.entry.epoch, self.entry.seq)
        return Stamp(self.writer.version, clock, self.device.id, self.body.id, self.body.seen.get(record_id, -1), place)
