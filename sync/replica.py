"""The server's side of an exchange as it changes a device's rows: pages, frames, outcomes, receipts, a new epoch. Pure.

Neighbours: `sync/device.py` opens a draft, calls these and commits it; `field_app/src/core/apply.ts` and `epoch.ts` are the same.
Invariants: a page and its cursor lie in one draft · a page applies only when it follows the cursor without a hole · an entry
leaves only when a believed receipt covers it with the device's own hash AND every page of that answer is here · bytes leave only
when the server was done with them, their entry is covered, and the receipt no longer names them · what is proven is taken back
only by a receipt asked for with that very proof in hand (a server restored from a backup), never by a late answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol

from schemas.protocol import NewEpoch, Receipt
from sync.device_state import Changes, FileRow, Key, Proven, Recorded, RecordRow
from sync.journal import extend, genesis

HASHES_KEPT: Final = 1000
"""Hashes kept behind the proven end, for a server that was restored and asks for a base further back."""

Believed = Literal["no", "yes", "set_back", "behind"]
"""`set_back`: the server ends earlier than it had proved, on our chain. `behind`: so much earlier that our hash there is gone."""


class Rows(Protocol):
    """What a draft needs to know of a device; `sync.device.Device` is one."""

    organisation: str
    id: str
    epoch: int
    seq: int
    outbox: list[Recorded]
    hashes: dict[int, str]
    cursors: dict[str, int]
    floors: dict[str, int]
    digests: dict[str, dict[str, Any]]
    repairs: list[dict[str, Any]]
    records: dict[Key, RecordRow]
    files: dict[str, FileRow]
    proven: Proven | None
    lost: dict[int, str]
    damaged: dict[int, bytes]


class Draft:
    """A device's rows with changes over them that nobody has committed yet."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.changes = Changes()
        self.cursors = dict(rows.cursors)
        self.floors = dict(rows.floors)

    def record(self, key: Key) -> RecordRow | None:
        """A record as the draft has it."""
        return self.changes.records[key] if key in self.changes.records else self.rows.records.get(key)

    def entries(self) -> list[Recorded]:
        """The entries as the draft has them."""
        changed = self.changes.entries
        found = (changed.get(row.seq, row) for row in self.rows.outbox)
        return [row for row in found if row is not None]

    def file_rows(self) -> list[FileRow]:
        """The files as the draft has them."""
        found = (self.changes.files.get(name, row) for name, row in self.rows.files.items())
        return [row for row in found if row is not None]


# --- pages ------------------------------------------------------------------------------------------------------------
def apply_pages(draft: Draft, gone_buckets: Iterable[str], pages: Iterable[Mapping[str, Any]]) -> bool:
    """Apply an answer's pages and removals; whether a cursor moved."""
    before = dict(draft.cursors)
    for bucket in gone_buckets:
        drop_bucket(draft, bucket)
        draft.cursors.pop(bucket, None)
        draft.floors.pop(bucket, None)
    for page in pages:
        bucket = page["bucket"]
        if page.get("reset"):
            drop_bucket(draft, bucket)
            draft.cursors[bucket] = page["after"]
        if not page["after"] <= draft.cursors.get(bucket, 0) <= page["to"]:
            continue
        if page.get("reset") or not draft.cursors.get(bucket):
            draft.floors[bucket] = page.get("floor", 0)  # the bucket begins here
        for change in page["changes"]:
            apply_change(draft, bucket, change)
        draft.cursors[bucket] = page["to"]
    if draft.cursors != before:
        draft.changes.meta["cursors"] = dict(draft.cursors)
    if draft.floors != draft.rows.floors:
        draft.changes.meta["floors"] = dict(draft.floors)
    return any(before.get(bucket) != cursor for bucket, cursor in draft.cursors.items())


def apply_frame(draft: Draft, frame: Mapping[str, Any]) -> Literal["applied", "stale", "gap"]:
    """A live frame: applied only if it follows the cursor. stale: it says nothing new; gap: ask the server."""
    cursor = draft.cursors.get(frame["bucket"])
    if cursor is not None and frame["to"] <= cursor:
        return "stale"
    if cursor is None or frame["prev"] != cursor:
        return "gap"
    for change in frame["changes"]:
        apply_change(draft, frame["bucket"], change)
    draft.cursors[frame["bucket"]] = frame["to"]
    draft.changes.meta["cursors"] = dict(draft.cursors)
    return "applied"


def apply_change(draft: Draft, bucket: str, change: Mapping[str, Any], truth: int = 0) -> None:
    """One record as it now stands in a bucket, or that it has left it. What is here with at most version `truth` gives way."""
    key = (change["kind"], change["id"])
    known = draft.record(key)
    others = tuple(name for name in known.buckets if name != bucket) if known is not None else ()
    row: RecordRow | None
    if change.get("gone") or change.get("data") is None:
        row = replace(known, buckets=others) if known is not None and others else None
    elif known is not None and known.v > max(change["v"], truth):
        row = replace(known, buckets=(*others, bucket))
    else:
        row = RecordRow(*key, change["v"], change["data"], (*others, bucket), change.get("h", ""))
    draft.changes.records[key] = row


def drop_bucket(draft: Draft, bucket: str) -> None:
    """Remove what only this bucket held. Unsent work is not touched: it lies elsewhere."""
    keys = dict.fromkeys([*draft.rows.records, *draft.changes.records])
    for key in keys:
        row = draft.record(key)
        if row is not None and bucket in row.buckets:
            apply_change(draft, bucket, {"kind": key[0], "id": key[1], "v": 0, "data": None, "gone": True})


def note_digests(draft: Draft, answer: Mapping[str, Any], reported: Sequence[Mapping[str, Any]]) -> None:
    """Keep what each bucket should come to (`sync/compare.py`), and let go of the repairs that were reported."""
    gone = set(answer.get("gone_buckets") or ())
    digests = {bucket: one for bucket, one in draft.rows.digests.items() if bucket not in gone}
    digests |= {one["bucket"]: one for one in answer.get("digests") or ()}
    if digests != draft.rows.digests:
        draft.changes.meta["digests"] = digests
    if reported:
        draft.changes.meta["repairs"] = [one for one in draft.rows.repairs if one not in reported]


# --- outcomes and receipts --------------------------------------------------------------------------------------------
def note_outcomes(draft: Draft, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Remember what the server said of entries that are still here."""
    said = {outcome["seq"]: outcome for outcome in outcomes if outcome["epoch"] == draft.rows.epoch}
    if not said:
        return
    for row in draft.entries():
        outcome = said.get(row.seq)
        if outcome is not None and outcome["id"] in (None, row.id) and row.outcome != outcome:
            draft.changes.entries[row.seq] = replace(row, outcome=dict(outcome))


@dataclass(frozen=True)
class Taken:
    """What became of a receipt. `moved`: more is proven than before, or known to be held."""

    believed: Believed
    moved: bool = False


def take_receipt(draft: Draft, receipt: Receipt, asked: tuple[int, int]) -> Taken:
    """Believe a receipt whose hash is the one this device computed; mark what it covers. `asked`: (epoch, n) that was proven
    when the request was written."""
    rows = draft.rows
    if (receipt.organisation, receipt.device, receipt.epoch) != (rows.organisation, rows.id, rows.epoch):
        return Taken("no")
    before = rows.proven.n if rows.proven is not None and rows.proven.epoch == receipt.epoch else 0
    back = receipt.n < before
    if back and asked != (receipt.epoch, before):
        return Taken("no")
    own = hash_at(rows, receipt.n)
    if back and own is None:
        return Taken("behind", _note_beyond(draft, receipt, back=True))
    if own != receipt.h:
        return Taken("no")
    for row in draft.entries():
        if row.seq <= receipt.n and not row.proven:
            draft.changes.entries[row.seq] = replace(row, proven=True)
    _drop_damaged(draft, receipt.n)
    more_held = _note_beyond(draft, receipt, back=back)
    _note_lost(draft, receipt.n)
    draft.changes.meta["proven"] = {"epoch": receipt.epoch, "n": receipt.n, "h": receipt.h, "at": receipt.at}
    start = min(rows.hashes, default=0)  # of the epoch: a fork may go back to it
    for seq in [seq for seq in rows.hashes if start < seq <= receipt.n - HASHES_KEPT]:
        draft.changes.hashes[seq] = None
    return Taken("set_back" if back else "yes", receipt.n > before or more_held)


def hash_at(rows: Rows, seq: int) -> str | None:
    """The device's own chain hash at a number of the present epoch. None: no longer, or never, known here."""
    known = rows.hashes.get(seq)
    if known is not None or seq > 0 or rows.epoch > 0:
        return known
    return genesis(rows.organisation, rows.id)


def _note_beyond(draft: Draft, receipt: Receipt, *, back: bool) -> bool:
    """What lies beyond a receipt's end: not proven (any more, if the server fell back), held where the receipt and the entry's
    own outcome say so. Whether more is held than before."""
    more = False
    for row in draft.entries():
        if row.seq <= receipt.n:
            continue
        named = any(first <= row.seq <= last for first, last in receipt.held)
        held = named and row.outcome is not None and row.outcome["state"] == "held"
        if not row.proven and held == row.held:
            continue
        more = more or (held and not row.held)
        draft.changes.entries[row.seq] = replace(row, proven=False, held=held)
    return more


def _note_lost(draft: Draft, n: int) -> None:
    """Numbers beyond what the server has, without a body here: to be declared by their hashes."""
    rows = draft.rows
    here = {row.seq for row in draft.entries()}
    lost = {seq: hash_ for seq, hash_ in rows.lost.items() if seq > n}
    was = rows.proven.n if rows.proven is not None and rows.proven.epoch == rows.epoch else 0
    lost |= {seq: rows.hashes[seq] for seq in range(n + 1, was + 1) if seq not in here and seq in rows.hashes}
    if lost != rows.lost:
        draft.changes.meta["lost"] = {str(seq): hash_ for seq, hash_ in sorted(lost.items())}


def _drop_damaged(draft: Draft, n: int) -> None:
    """What is no longer what was written leaves the store with its number: it is shown nowhere, and once the hash before it is
    gone nobody can tell that it is damaged."""
    draft.changes.entries |= dict.fromkeys([seq for seq in draft.rows.damaged if seq <= n])


def release(draft: Draft) -> None:
    """Entries that are proven leave: every page of this answer is here, read after their effects were written."""
    for row in draft.entries():
        if row.proven:
            draft.changes.entries[row.seq] = None


def release_files(draft: Draft, receipt: Receipt, finished: frozenset[str]) -> int:
    """Drop the bytes that are no longer awaited; how many the server misses although it had said "done". `finished`: files it
    was done with before the request was written: only of these does the receipt say anything."""
    missed = 0
    all_named = len(receipt.missing) == receipt.missing_count
    for row in draft.file_rows():
        if not row.over or row.sha256 not in finished:
            continue
        if row.sha256 in receipt.missing:
            if row.state == "done":
                missed += 1
                draft.changes.files[row.sha256] = replace(row, state="pending", sent=0, upload=None)
        elif row.seq <= receipt.n and all_named:
            draft.changes.files[row.sha256] = None
    return missed


# --- a new epoch ------------------------------------------------------------------------------------------------------
def epoch_behind(rows: Rows, receipt: Receipt) -> NewEpoch | None:
    """The new epoch a signed receipt speaks of: its hash is the start of that epoch over a hash of our own, so that what lies up
    to there is stored, and nothing has extended it yet. What an answer says beside it (`new_epoch`) is signed by nobody: a base
    that is not ours would let go of work that was never sent."""
    if receipt.epoch <= rows.epoch or (receipt.organisation, receipt.device) != (rows.organisation, rows.id):
        return None
    base = hash_at(rows, receipt.n)
    if base is None or genesis(rows.organisation, rows.id, receipt.epoch, base) != receipt.h:
        return None
    return NewEpoch(epoch=receipt.epoch, base_seq=receipt.n, base_hash=base)


def adopt(draft: Draft, fork: NewEpoch) -> None:
    """Go on in a new epoch: the same bodies, chained anew behind the common hash. An entry up to the base counts as proven."""
    rows = draft.rows
    start = genesis(rows.organisation, rows.id, fork.epoch, fork.base_hash)
    hashes = {fork.base_seq: start}
    by_seq = {row.seq: row for row in draft.entries()}
    for seq, row in by_seq.items():
        if seq <= fork.base_seq:
            draft.changes.entries[seq] = replace(row, proven=True, held=False)
    _drop_damaged(draft, fork.base_seq)
    lost: dict[int, str] = {}
    last = start
    for seq in range(fork.base_seq + 1, rows.seq + 1):
        waiting = by_seq.get(seq)
        if waiting is not None and seq not in rows.lost:
            last = extend(last, seq, waiting.body)
            draft.changes.entries[seq] = replace(waiting, hash=last, proven=False, held=False, outcome=None)
        else:
            # Without its body an entry is declared lost by the hash it had: taken as given, the chain goes on from it.
            last = rows.hashes.get(seq, last)
            lost[seq] = last
        hashes[seq] = last
    draft.changes.hashes = {**dict.fromkeys(rows.hashes, None), **hashes}
    at = rows.proven.at if rows.proven is not None else ""
    draft.changes.meta["lost"] = {str(seq): hash_ for seq, hash_ in lost.items()}
    draft.changes.meta["proven"] = {"epoch": fork.epoch, "n": fork.base_seq, "h": start, "at": at}
    draft.changes.meta["end"] = {"epoch": fork.epoch, "seq": max(rows.seq, fork.base_seq), "hash": last}
