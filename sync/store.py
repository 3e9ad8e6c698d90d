"""What a store must do for the engine: the contract that memory, SQLite and PostgreSQL keep (tests/contract).

Every method runs inside one transaction that the caller began and will commit. Synchronous on purpose: the engine is
pure, and a driver's asynchrony belongs to the server (`server/storage`).
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from schemas.protocol import BlobRef
from sync.body import BodyBlob
from sync.digest import NO_TALLY, Held, Tally
from sync.merge import FieldMeta


@dataclass
class DeviceState:
    """A device as the engine knows it. `hash` is the chain hash at `seq` in `epoch` (the genesis when seq is 0);
    `clear_seq` and `clear_ms`: where it stood and when, at the last push after which nothing of it was missing (0: never)."""

    organisation: str
    id: str
    type: str
    depot: str
    person: str | None
    state: str
    key_x: str
    key_y: str
    epoch: int
    seq: int
    hash: str
    last_seen_ms: int = 0
    clear_seq: int = 0
    clear_ms: int = 0

    @property
    def may_speak(self) -> bool:
        """Whether what it sends is judged; from any other state it is kept aside."""
        return self.state in ("active", "wiping")


@dataclass
class JournalEntry:
    """One stored entry: the exact body, and what became of it. `repeat_of` marks a second copy of a known entry."""

    organisation: str
    device: str
    epoch: int
    seq: int
    hash: str
    body: bytes | None
    received_ms: int
    skew_ms: int | None = None
    entry_id: str | None = None
    action: str = ""
    state: str = "held"
    code: str | None = None
    version: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    repeat_of: bool = False


Age = tuple[int, str, int, int]
"""(received_ms, device, epoch, seq): where an entry stands among all that came to an organisation."""
BEFORE_ALL: Final[Age] = (-1, "", 0, 0)


def age_of(entry: JournalEntry) -> Age:
    """Oldest first by this."""
    return (entry.received_ms, entry.device, entry.epoch, entry.seq)


@dataclass
class StoredRecord:
    """One record with its merge memory and the buckets it lies in. `hash` is the store's own: the content hash (sync/digest.py)
    of the data as it stands on the wire, '' once it is gone. Whoever reads it changes nothing inside it."""

    kind: str
    id: str
    version: int
    data: dict[str, Any]
    meta: dict[str, FieldMeta]
    buckets: frozenset[str]
    gone: bool = False
    hash: str = field(default="", compare=False)


@dataclass(frozen=True)
class WireChange:
    """One change of a bucket: the version and the ready-made bytes of the `Change`."""

    version: int
    wire: bytes


@dataclass(frozen=True)
class WirePage:
    """Changes of a bucket up to version `to`: how many, and their ready-made bytes with commas between."""

    to: int
    count: int
    wire: bytes


@dataclass(frozen=True)
class BucketState:
    """A bucket as a whole: its digest, the version up to which it may have forgotten what left it (0: nothing yet), and the
    version of its newest change (0: none)."""

    digest: Tally = NO_TALLY
    horizon: int = 0
    head: int = 0


@dataclass(frozen=True)
class BlobState:
    """What is known of a blob in one organisation. state: awaited | received | rejected | erased."""

    sha256: str
    size: int
    type: str
    role: str
    state: str
    code: str | None = None


def held_as(record: StoredRecord) -> Held:
    """A record as it counts in digests."""
    return Held(record.version, record.hash, record.buckets)


def last_within(sizes: Sequence[tuple[int, int]], bytes_max: int) -> int:
    """Of (version, bytes) of changes, ascending: the last version that still fits whole. The first one always does."""
    last, whole, total = sizes[0][0], sizes[0][0], 0
    for version, size in sizes:
        if version != last:
            last, whole = version, last
        total += size
        if total > bytes_max and version != sizes[0][0]:
            return whole
    return last


def change_wire(kind: str, record_id: str, version: int, content: str, data: bytes) -> bytes:
    """The bytes of a `Change` with content; `data` is the JSON of the record, `content` its hash."""
    return b'{"kind":"%s","id":"%s","v":%d,"h":"%s","data":%s}' % (
        kind.encode(), record_id.encode(), version, content.encode(), data,
    )  # fmt: skip


@dataclass
class Expected:
    """What a push is about to ask for: ids of entries, (kind, id) of records, hashes of blobs."""

    entries: set[str] = field(default_factory=set)
    records: set[tuple[str, str]] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class KeptAside:
    """One entry of a device's quarantine: where it claimed to stand, the JSON of the `PushedEntry` (with `erased` when its
    private parts have been erased since), why it lies here, when it came and with which clock; `decision`, once somebody has
    decided: {state: admitted | dismissed, by, at, reason, entry, annex}."""

    epoch: int
    seq: int
    hash: str
    body: bytes
    reason: str
    at_ms: int = 0
    skew_ms: int | None = None
    decision: dict[str, Any] = field(default_factory=dict)


def as_shown(blob: BlobState, shown: bool) -> BlobState:
    """A received blob counts for a record only once a device that linked it has sent its bytes."""
    return blob if shown or blob.state != "received" else replace(blob, state="awaited")


class Store(Protocol):
    """The contract. All ids are text; an organisation never sees another's rows."""

    def savepoint(self, *, checked: bool = False) -> AbstractContextManager[None]:
        """Everything inside is undone when an exception leaves the block; the exception goes on. `checked`: what the store
        cannot keep it refuses at the end of the block, not later."""

    def expect(self, organisation: str, expected: Expected) -> None:
        """A hint, read together what will be asked for one by one. Changes nothing."""

    # organisation
    def lock_organisation(self, organisation: str) -> int:
        """Lock the organisation's row until commit and return its present version. KeyError if unknown."""

    def organisation_version(self, organisation: str) -> int:
        """The present version without a lock. KeyError if unknown."""

    def set_organisation_version(self, organisation: str, version: int) -> None:
        """The new version; the caller holds the lock."""

    # devices
    def device(self, organisation: str, device: str) -> DeviceState | None:
        """One device, or None."""

    def put_device(self, state: DeviceState) -> None:
        """Insert or update."""

    # journal
    def add_entry(self, entry: JournalEntry, private: Sequence[bytes | None]) -> None:
        """Store verbatim. (organisation, device, epoch, seq) is new."""

    def entry_at(self, organisation: str, device: str, epoch: int, seq: int) -> JournalEntry | None:
        """The entry with this number, or None."""

    def entry_by_id(self, organisation: str, entry_id: str) -> JournalEntry | None:
        """The effective entry of that id, never a repeat."""

    def save_judgement(self, entry: JournalEntry) -> None:
        """Write entry_id, action, state, code, version, detail, repeat_of of a stored entry; the body never changes."""

    def drop_held(self, entry: JournalEntry) -> None:
        """Forget a held entry and its private parts: it turned out not to be what its device wrote. Its number is free again."""

    def held_seqs(self, organisation: str, device: str, epoch: int) -> list[int]:
        """Numbers stored beyond the contiguous end, ascending."""

    def entries(self, organisation: str, device: str, epoch: int, first: int, last: int, limit: int = ...) -> list[JournalEntry]:
        """Stored entries first ≤ seq ≤ last, ascending, at most `limit`. What may be many is walked over (`sync/walk.py`)."""

    def epochs(self, organisation: str, device: str) -> list[tuple[int, int, str]]:
        """(epoch, base_seq, genesis hash) of every epoch, ascending."""

    def add_epoch(self, organisation: str, device: str, epoch: int, base_seq: int, genesis: str) -> None:
        """A new epoch of a device's journal."""

    def add_wait(self, organisation: str, waiting: JournalEntry, needed: str) -> None:
        """Remember that an entry waits for entry id `needed`; saying it twice is saying it once."""

    def take_waiting(self, organisation: str, needed: str) -> list[JournalEntry]:
        """Entries that wait for `needed`, oldest first; the wait is removed."""

    def parked_for(self, organisation: str, codes: Sequence[str], limit: int, after: Age = ...) -> list[JournalEntry]:
        """Parked entries with one of the codes, oldest first (by `age_of`), behind the place `after`, at most `limit`; none
        that only repeats another."""

    def private_parts(self, entry: JournalEntry) -> list[bytes | None]:
        """Salted bytes of each private part; None where erased."""

    def drop_private(self, organisation: str, entry_id: str) -> int:
        """Erase all private parts of an entry wherever a copy of them lies (repeats, held copies, quarantine); returns
        how many stored parts had bytes."""

    def add_loss(self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, at_ms: int) -> None:
        """A declared loss; its number is new."""

    def losses(self, organisation: str, device: str, epoch: int) -> dict[int, str]:
        """Declared losses: seq → hash."""

    def unfilled_losses(self, organisation: str, device: str, epoch: int, limit: int) -> list[int]:
        """Of the numbers declared lost that hold no entry the `limit` highest, ascending."""

    def lacks_declared(self, organisation: str) -> bool:
        """Whether any device of the organisation has declared a number lost whose body is nowhere in its journal."""

    def add_quarantine(
        self,
        organisation: str,
        device: str,
        epoch: int,
        seq: int,
        chain_hash: str,
        body: bytes,
        reason: str,
        at_ms: int,
        skew_ms: int | None = None,
    ) -> None:
        """Keep aside; the same (device, epoch, seq, hash) is kept once, not decided."""

    def kept_aside(self, organisation: str, device: str) -> list[KeptAside]:
        """All that is kept aside of a device, by epoch, number and hash."""

    def aside_at(self, organisation: str, device: str, epoch: int, seq: int) -> list[KeptAside]:
        """What is kept aside of a device under one number of an epoch, by hash."""

    def aside_page(self, organisation: str, device: str, after: tuple[int, int, str], limit: int) -> list[KeptAside]:
        """What is kept aside behind this place (epoch, number, hash), at most `limit`, in that order."""

    def decide_aside(
        self, organisation: str, device: str, epoch: int, seq: int, chain_hash: str, decision: dict[str, Any]
    ) -> None:
        """Write down what was decided of an entry that is kept aside."""

    def quarantine_count(self, organisation: str, device: str, *, damaged: bool = True) -> int:
        """How many entries of a device lie aside undecided; `damaged`: with those that came otherwise than they were written."""

    # records
    def record(self, organisation: str, kind: str, record_id: str) -> StoredRecord | None:
        """One record, also one that is gone; None if there never was one."""

    def put_record(self, organisation: str, record: StoredRecord, left: Iterable[str]) -> None:
        """Write the record and its memberships; `left` are buckets it lay in before and no longer does. The digests of all
        these buckets follow."""

    def records(self, organisation: str, kind: str) -> list[StoredRecord]:
        """All records of a kind that are not gone (small kinds only: depots, people)."""

    def holder(self, organisation: str, kind: str, name: str, value: str) -> str | None:
        """The record of a kind that has `value` in one of its unique fields (`sync/lookup.py`), archived ones included. None:
        nobody, or nothing is left of the value."""

    def naming(self, organisation: str, record_id: str) -> list[tuple[str, str]]:
        """(kind, id), in that order, of the records that are there and name this one in a field of theirs
        (`schemas/references.py`), archived ones included. It is kept of assets, customers, rentals and tasks alone."""

    def page(self, organisation: str, bucket: str, after: int, up_to: int, changes_max: int, bytes_max: int) -> WirePage:
        """Changes with after < version ≤ up_to, by version, kind and id: at most `changes_max`, and then the rest of the last
        version; of these as many versions as fit `bytes_max`, the first one always. A version is never split."""

    def bucket_head(self, organisation: str, bucket: str) -> int:
        """The version of the newest change in the bucket, 0 if none."""

    def bucket_states(self, organisation: str, buckets: Collection[str]) -> dict[str, BucketState]:
        """Each of these buckets as a whole, as all of them stand at one moment; also one in which nothing ever lay."""

    def digest_parts(self, organisation: str, bucket: str) -> dict[int, Tally]:
        """The bucket's digest by sub-range; empty sub-ranges may be left out."""

    def members(self, organisation: str, bucket: str, parts: Sequence[int]) -> list[WireChange]:
        """The records that lie in these sub-ranges of the bucket now, by kind and id."""

    def note_age(self, organisation: str, at_ms: int, version: int) -> None:
        """Remember that the organisation stood at this version at that moment; said twice of one moment, the later holds."""

    def age_before(self, organisation: str, at_ms: int) -> tuple[int, int] | None:
        """(moment, version) of the newest note at or before `at_ms`; None if there is none."""

    def drop_ages(self, organisation: str, before_ms: int) -> None:
        """Forget the notes of moments before."""

    def forget_left(self, organisation: str, up_to: int, limit: int) -> int:
        """Forget, oldest first and at most `limit`, what left its bucket at a version ≤ `up_to`, and raise those buckets'
        horizons to it; the newest change of a bucket is never forgotten, or its head would go back. Returns how many."""

    # blobs
    def declare_blob(self, organisation: str, device: str, entry: JournalEntry, ref: BlobRef | BodyBlob) -> None:
        """An entry of a device declares a blob: awaited, unless something is known of it already."""

    def declarers(self, organisation: str, sha256: str) -> list[str]:
        """Devices whose entries declared the blob, ascending."""

    def blob(self, organisation: str, sha256: str) -> BlobState | None:
        """What is known of a blob."""

    def put_blob(self, organisation: str, state: BlobState) -> None:
        """Insert or update."""

    def hold_blob(self, organisation: str, device: str, sha256: str) -> None:
        """The device has sent all of the blob's bytes; saying it twice is saying it once."""

    def holds_blob(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether the device has ever sent all of the blob's bytes."""

    def link_blob(self, organisation: str, sha256: str, kind: str, record_id: str, device: str) -> None:
        """The record answers for the blob by this device's word: whoever sees the record may see it, once the device has
        shown that it has it (a hash alone is no evidence: anybody may have read it somewhere)."""

    def blob_links(self, organisation: str, sha256: str) -> list[tuple[str, str]]:
        """(kind, id) of the records that answer for a blob."""

    def linked_blobs(self, organisation: str, kind: str, record_id: str) -> list[BlobState]:
        """Blobs a record answers for, by hash; `awaited` until a device that linked it holds it (`as_shown`)."""

    def missing_blobs(self, organisation: str, device: str, limit: int) -> tuple[list[str], int]:
        """Declared by the device's entries and not yet sent by it: (at most `limit` hashes, how many in all). What was
        rejected or erased is not awaited."""

    def declared_by(self, organisation: str, device: str, sha256: str) -> bool:
        """Whether an entry of this device declared the blob."""

    def declared_blobs(self, organisation: str, entry_id: str) -> list[BlobState]:
        """Blobs an entry declared, by hash."""

    # receipts
    def put_receipt(self, organisation: str, device: str, epoch: int, n: int, receipt: str, at_ms: int) -> None:
        """Keep the newest receipt for this end of a journal."""

    def newest_receipt(self, organisation: str, device: str) -> str | None:
        """The receipt for the furthest end, or None."""
