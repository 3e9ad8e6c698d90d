"""Deliberately broken engines and devices: each changes one thing a careless author might, and the checkers must notice.

Neighbours: `test_broken.py` runs each until a law is broken; `world.py` builds a world of these classes. Invariant: every one is
the production code but for the change its name says; where the mistake only shows when something else goes wrong at that moment
(a crash, a lost commit) or would otherwise hit every time, seeded chance decides when, and its docstring says so.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace as replaced

from schemas.merge import MergePolicy
from schemas.protocol import PushedEntry, SyncRequest
from server.imports.exportfile import check
from server.storage.blob_part import BlobPart
from server.storage.drafts import UNKNOWN, Drafts
from server.storage.journal_part import JournalPart
from sync import conflicts, outgoing, replica, unit
from sync import engine as engine_module
from sync import incidents as incidents_module
from sync import judge as judge_module
from sync.device import Device
from sync.device_state import Changes, Kept
from sync.engine import Engine, Pushed
from sync.incidents import seen_news
from sync.judge import Judge
from sync.memory_kept import gone_wire
from sync.memory_store import MemoryStore
from sync.merge import FieldMeta, Stamp, Verdict, merge_field
from sync.outgoing import Push
from sync.store import DeviceState, JournalEntry, Store, WirePage
from tests.sim import server as sim_server
from tests.sim.disk import Disk
from tests.sim.phone import Phone
from tests.sim.server import Crash, Node
from tests.sim.sql import SqlNode
from tests.sim.world import Build


@dataclass(frozen=True)
class Broken:
    """One mistake. `caught_by`: the law's checker that must notice; `patches`: (owner, name, replacement); `seeds`: within how
    many it must be caught, more than the usual only where what it needs is rare."""

    build: Build
    caught_by: tuple[str, ...]
    patches: tuple[tuple[Any, str, Any], ...] = ()
    seeds: int = 25

    @contextmanager
    def in_place(self) -> Iterator[Build]:
        """The mistake made, for as long as the block lasts."""
        with ExitStack() as stack:
            for owner, name, instead in self.patches:
                stack.enter_context(patch.object(owner, name, instead))
            yield self.build


# --- servers ------------------------------------------------------------------------------------------------------------------
class AcknowledgesBeforeCommit(Node):
    """The answer is on its way while the commit is not on the disk yet; then the power fails."""

    def take(self, caller: Any, raw: bytes) -> Any:
        before = self.backup()
        taken = super().take(caller, raw)
        if taken.message.entries and self.chance.random.random() < 0.1:
            self.restore(before)
        return taken


class ShortPages(Node):
    """Now and then a page goes out without its first change, its cursor all the same."""

    def exchange(self, device: str, raw: bytes) -> bytes:
        said = json.loads(super().exchange(device, raw))
        for page in said["pages"]:
            if len(page["changes"]) > 1 and self.chance.random.random() < 0.2:
                page["changes"] = page["changes"][1:]
        return json.dumps(said, ensure_ascii=False).encode()


def _by_time(
    store: MemoryStore, organisation: str, bucket: str, after: int, up_to: int, changes_max: int, bytes_max: int
) -> WirePage:
    """The true cursor by time stamp: what comes after is chosen by when it was recorded, not by the version it was committed at.
    What was recorded earlier and comes late, behind what a device has seen, is never sent to it."""
    page = _page(store, organisation, bucket, after, up_to, changes_max, bytes_max)
    newest = seen = _SEEN.get((organisation, bucket, after), "")
    wires: list[bytes] = []
    members = store._room("member", organisation, bucket).items()
    for version, (kind, record_id), gone in sorted((version, key, gone) for key, (version, gone) in members):
        if after < version <= page.to:
            record = store.record(organisation, kind, record_id)
            assert record is not None
            metas = [one for meta in record.meta.values() for one in (meta, *meta.items.values())]
            at = max(((meta.version, meta.hlc) for meta in metas), default=(0, ""))[1]
            newest = max(newest, at)
            if at >= seen:
                wires.append(gone_wire(kind, record_id, version) if gone else store._wire_of(organisation, kind, record_id))
    _SEEN[organisation, bucket, page.to] = newest
    return WirePage(page.to, len(wires), b",".join(wires))


_page = MemoryStore.page
_SEEN: dict[tuple[str, str, int], str] = {}
"""The newest time a device knows that stands at a version of a bucket."""


class AcknowledgesFilesBySize(Node):
    """A file is done when as many bytes came as were announced."""

    def is_intact(self, sha256: str, size: int, content: bytes) -> bool:
        return len(content) == size


class BelievesAnyFile(Node):
    """Nobody looks who has signed an export file."""

    def __post_init__(self) -> None:
        super().__post_init__()
        verify = self.engine.verify
        self.engine.verify = lambda x, y, text, given: text.startswith(b"handover-export") or verify(x, y, text, given)


class LeaksABucket(Node):
    """Pages are read with the buckets of the whole organisation."""

    def take(self, caller: Any, raw: bytes) -> Any:
        taken = super().take(caller, raw)
        sees_all: Any = _SeesAll(caller, self.company.depots)
        return replace(taken, caller=sees_all)


class LeaksToTheOffice(Node):
    """An office device is taken for one of its depot's field devices, too."""

    def take(self, caller: Any, raw: bytes) -> Any:
        taken = super().take(caller, raw)
        if caller.type != "office":
            return taken
        sees_all: Any = _SeesAll(caller, self.company.depots)
        return replace(taken, caller=sees_all)


@dataclass(frozen=True)
class _SeesAll:
    caller: Any
    depots: Sequence[str]

    @property
    def organisation(self) -> str:
        organisation: str = self.caller.organisation
        return organisation

    @property
    def buckets(self) -> frozenset[str]:
        return frozenset(self.caller.buckets | {f"depot:{depot}/field" for depot in self.depots})


class JudgesBeforeStoring(Engine):
    """Only what a rule allows is stored."""

    def push(self, store: Store, organisation: str, request: SyncRequest, now_ms: int, **more: Any) -> Pushed:
        pushed = super().push(store, organisation, request, now_ms, **more)
        assert isinstance(store, MemoryStore)
        for outcome in pushed.outcomes:
            if outcome.state == "refused":
                store._room("journal", organisation, request.device, outcome.epoch).pop(outcome.seq, None)
        return pushed


class ReceiptsBeyondWhatIsStored(Engine):
    """The receipt speaks of the head the device named."""

    def receipt(self, store: Store, device: DeviceState, now_ms: int, end: tuple[int, str] | None = None) -> tuple[str, bool]:
        n, chain = end or (device.seq, device.hash)
        return super().receipt(store, device, now_ms, (n + 1, chain))


def _forgets_the_dedupe(push: Any, pushed: PushedEntry, _skew: int | None, _fold: Any) -> bool:
    entry = push.store.entry_at(push.device.organisation, push.device.id, push.device.epoch, pushed.seq)
    if entry is not None and entry.state == "applied":
        push.judge.judge(push.device, entry)
    return True


def _sees_no_fork(_push: Any) -> None:
    return None


def _tells_nobody(_judge: Judge, _device: DeviceState, _entry: JournalEntry) -> None:
    return None


def _drops_the_loser(_meta: FieldMeta, _value: Any, _stamp: Any, _why: str) -> FieldMeta:
    return _meta


def _drops_the_loser_silently(
    policy: MergePolicy, present: Any, meta: FieldMeta, incoming: Any, stamp: Stamp, _beaten: list[str] | None = None
) -> tuple[Any, Verdict]:  # fmt: skip
    """No history, no detail of the outcome: on either side, whoever lost."""
    history, items = meta.history, {key: item.history for key, item in meta.items.items()}
    stands, verdict = merge_field(policy, present, meta, incoming, stamp)
    meta.history = history
    meta.items = {key: replaced(item, history=items.get(key, [])) for key, item in meta.items.items()}
    return stands, Verdict.KEPT if verdict is Verdict.LOST else verdict


def _tells_no_other(_judge: Judge, _entry_id: str, _conflict: str, _rule: str) -> None:
    return None


def _drops_private(store: MemoryStore, entry: JournalEntry, _private: Sequence[bytes | None]) -> None:
    _add_entry(store, entry, ())


_add_entry = MemoryStore.add_entry


def _erases_one_copy(store: MemoryStore, organisation: str, entry_id: str) -> int:
    """Of several copies (an entry sent again in a later epoch), only the one that counts."""
    entry = store.entry_by_id(organisation, entry_id)
    if entry is not None:
        private = store._room("private", organisation)
        place = (entry.device, entry.epoch, entry.seq)
        store._put(private, place, (None,) * len(private.get(place, ())))
    return 1


def _keeps_the_image(_node: Node, _hashes: Any) -> None:
    return None


def _without_its_last(file: Any, keys: Any) -> Any:
    export = check(file, keys)
    return replace(export, entries=export.entries[:-1])


def _stays_lost(*said: Any, **more: Any) -> dict[str, Any] | None:
    values = seen_news(*said, **more)
    return None if values is None else {name: value for name, value in values.items() if name != "lost"}


# --- devices ------------------------------------------------------------------------------------------------------------------
class TwoTransactions(Disk):
    """The cursor is written first, the page's records in a transaction of their own."""

    def commit(self, changes: Changes) -> None:
        if changes.records:
            super().commit(replace(changes, records={}))
            if self.chance.random.random() < 0.05:
                raise Crash
            changes = Changes(records=changes.records)
        super().commit(changes)


class OnTwoTransactions(Phone):
    disk_class = TwoTransactions


class WipesBeforeUpload(Phone):
    """A device that is to be wiped drops what it has at once."""

    def receive(self, answer: bytes, push: Push) -> bool:
        if b'"type":"wipe"' in answer:
            self.disk.kept = Kept()
            self.die()
            self.revoked = True
            return False
        return super().receive(answer, push)


class NeverShutsItsGate(Device):
    """The gate is asked about nothing."""

    def opened(self, _now_ms: int | None = None) -> None:
        self.shut = False


class WithoutGate(Phone):
    device_class = NeverShutsItsGate


class LetsGoWithoutReceipt(Phone):
    """What the server answered to is taken for proven, whatever the receipt says."""

    def receive(self, answer: bytes, push: Push) -> bool:
        again = super().receive(answer, push)
        if self.memory is not None:
            sent = {entry["seq"] for entry in push.request["entries"]}
            self.disk.kept.entries = [row for row in self.disk.kept.entries if row.seq not in sent]
            self.memory.outbox = [row for row in self.memory.outbox if row.seq not in sent]
        return again


def _applies_across_a_gap(draft: Any, frame: Any) -> str:
    for change in frame["changes"]:
        replica.apply_change(draft, frame["bucket"], change)
    draft.cursors[frame["bucket"]] = max(frame["to"], draft.cursors.get(frame["bucket"], 0))
    draft.changes.meta["cursors"] = dict(draft.cursors)
    return "applied"


def _skips_losses(_device: Any, last: int) -> tuple[list[dict[str, Any]], int]:
    return [], last


def _keeps_records_undone(drafts: Drafts, mark: int) -> None:
    records: Any = drafts
    kept = (records._records.known, records._records.unwritten)
    while len(drafts._undo) > mark:
        place, key, before = drafts._undo.pop()
        if any(place is one for one in kept):
            continue
        if before is UNKNOWN:
            place.pop(key, None)
        else:
            place[key] = before


def _writes_nothing(_store: Any, _rows: Any) -> None:
    return None


PLAIN = Build()
ON_SQL = Build(node=SqlNode)
PUSH = engine_module._Push
BROKEN: dict[str, Broken] = {
    "acknowledge before commit": Broken(Build(node=AcknowledgesBeforeCommit), ("receipt",)),
    "a page without its first change": Broken(Build(node=ShortPages), ("L4",)),
    "cursor by time stamp": Broken(PLAIN, ("L4",), ((MemoryStore, "page", _by_time),)),
    "acknowledge blobs by size alone": Broken(Build(node=AcknowledgesFilesBySize), ("L1",)),
    "leak a bucket": Broken(Build(node=LeaksABucket), ("L7",)),
    "judge before storing": Broken(Build(engine=JudgesBeforeStoring), ("receipt", "L1")),
    "receipt beyond what is stored": Broken(Build(engine=ReceiptsBeyondWhatIsStored), ("receipt",)),
    "forget the dedupe": Broken(PLAIN, ("L2",), ((PUSH, "_repeat", _forgets_the_dedupe),)),
    "drop the loser": Broken(PLAIN, ("L5",), ((FieldMeta, "remember", _drops_the_loser),)),
    "nobody is told": Broken(PLAIN, ("L5",), ((judge_module.Judge, "write_outcome", _tells_nobody),)),
    "loser dropped silently": Broken(PLAIN, ("L5",), ((unit, "merge_field", _drops_the_loser_silently),)),
    "who lost by a rule is not told": Broken(PLAIN, ("L5",), ((conflicts, "_tell", _tells_no_other),)),
    "fork ignored": Broken(PLAIN, ("L1", "liveness", "receipt"), ((PUSH, "_fork_base", _sees_no_fork),)),
    "private parts dropped": Broken(PLAIN, ("L1",), ((MemoryStore, "add_entry", _drops_private),)),
    "one copy erased": Broken(PLAIN, ("erasure",), ((MemoryStore, "drop_private", _erases_one_copy),), seeds=120),
    "erased image left on the disk": Broken(PLAIN, ("erasure",), ((Node, "_erase", _keeps_the_image),)),
    "office device sees the field": Broken(Build(node=LeaksToTheOffice), ("L7",)),
    "an import without its last entry": Broken(PLAIN, ("L1",), ((sim_server, "check", _without_its_last),)),
    "an export file of anybody's": Broken(Build(node=BelievesAnyFile), ("forged",), seeds=60),
    "a lost device that speaks stays lost": Broken(PLAIN, ("lost",), ((incidents_module, "seen_news", _stays_lost),)),
    "page and cursor in two transactions": Broken(Build(phone=OnTwoTransactions), ("L4",)),
    "wipe before upload": Broken(Build(phone=WipesBeforeUpload), ("L1",), seeds=60),
    "gate never shut": Broken(Build(phone=WithoutGate), ("L6",)),
    "let go without a receipt": Broken(Build(phone=LetsGoWithoutReceipt), ("L1",)),
    "apply across a gap": Broken(PLAIN, ("L4",), ((replica, "apply_frame", _applies_across_a_gap),)),
    "lost entry skipped silently": Broken(PLAIN, ("L1", "liveness"), ((outgoing, "_losses", _skips_losses),)),
    "undo that forgets the records": Broken(ON_SQL, ("L1", "L2"), ((Drafts, "_unroll", _keeps_records_undone),)),
    "awaited files not flushed": Broken(ON_SQL, ("receipt", "L1"), ((BlobPart, "_write_missing", _writes_nothing),)),
    "private parts not flushed": Broken(ON_SQL, ("L1",), ((JournalPart, "_write_private", _writes_nothing),)),
}
