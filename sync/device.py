"""A device in Python: journal, outbox, files, replica, gate — and the exchanges it would make. Pure: clock, randomness, keys and
the store are arguments.

Neighbours: `sync/device_state.py` (its rows and the store's contract), `sync/replica.py` (what an answer changes), `sync/view.py`
(what it shows). The simulator, the demo company, `sync/net` and the tests drive it; the phone has the same in
`field_app/src/core`. Invariants: an entry's body is written once as bytes · numbers have no gaps · every change is ONE commit of
the store, and memory follows only when that has returned · an entry leaves only when a receipt proves it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from schemas import limits
from schemas.errors import ErrorCode
from schemas.ids import uuid7
from schemas.local_errors import Code, LocalCode
from schemas.protocol import BlobRef, BlobRole, BlobType, NewEpoch, Receipt
from sync import compare, gate, hlc, instants, own_copy, replica
from sync.device_state import (
    Changes,
    DeviceError,
    DeviceStore,
    FileRow,
    Kept,
    Key,
    Proven,
    Recorded,
    RecordRow,
    merged_entries,
    update,
)
from sync.incoming import Received, check_answer, let_go, note_answer
from sync.journal import extend, genesis, head_text, private_hash
from sync.outgoing import Push, Reason, push_of
from sync.replica import Draft
from sync.view import FACTS, Overlay, Shown

__all__ = ["Device", "DeviceError", "NewFile", "Received", "Recorded"]
Random = Callable[[int], bytes]
SignText = Callable[[bytes], str]
Unseal = Callable[[str], bytes]
"""The payload of a receipt whose signature holds (one of the organisation's keys). ValueError for anything else."""
_PLAIN: Final = (
    "clock", "cursors", "floors", "digests", "repairs", "compared", "skew_ms", "gate_policy", "hidden_ms_max", "revoked",
    "wiping", "heard_at", "full_upload_at", "grace_hours", "grace_entries", "files_hours", "failed",
)  # fmt: skip
"""Named values that are kept under the name of their field."""
PRIORITY: Final[dict[str, int]] = {"signature": 0, "document": 1, "damage": 2, "photo": 3}


@dataclass(frozen=True)
class NewFile:
    """One file that belongs to an entry."""

    content: bytes
    type: BlobType
    role: BlobRole

    def ref(self) -> BlobRef:
        """As an entry declares it."""
        return BlobRef(
            sha256=hashlib.sha256(self.content).hexdigest(), size=len(self.content), type=self.type, role=self.role
        )  # fmt: skip


@dataclass
class Device:
    """One device. `sign` signs a text with its key (base64url of r ‖ s); `store` None keeps everything in memory only."""

    organisation: str
    id: str
    sign: SignText
    random: Random
    app: str = "python"
    zone: str = "Asia/Shanghai"
    auth: str = "system"
    epoch: int = 0
    seq: int = 0
    hash: str = ""
    clock: str = hlc.ZERO
    skew_ms: int | None = None
    outbox: list[Recorded] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)
    digests: dict[str, dict[str, Any]] = field(default_factory=dict)
    repairs: list[dict[str, Any]] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)
    records: dict[Key, RecordRow] = field(default_factory=dict)
    files: dict[str, FileRow] = field(default_factory=dict)
    proven: Proven | None = None
    lost: dict[int, str] = field(default_factory=dict)
    damaged: dict[int, bytes] = field(default_factory=dict)
    gate_policy: str = "strict"
    hidden_ms_max: int = limits.OPENING_HIDDEN_MS
    grace_hours: int = 0
    grace_entries: int = 0
    files_hours: int = 0
    clear: tuple[int, int] = (0, 0)
    failed: bool = False
    now_ms: int = 0
    shut: bool = False
    revoked: bool = False
    wiping: bool = False
    heard_at: str | None = None
    full_upload_at: str | None = None
    boot: str = "python"
    store: DeviceStore | None = None
    unseal: Unseal | None = None
    overlay: Overlay | None = None

    def __post_init__(self) -> None:
        self.hash = self.hash or genesis(self.organisation, self.id, self.epoch)
        self.hashes.setdefault(self.seq, self.hash)

    # --- opening ------------------------------------------------------------------------------------------------------
    @classmethod
    def open(cls, organisation: str, device: str, store: DeviceStore, **more: Any) -> "Device":
        """A device as its store last kept it; `more` are the other arguments. A body that no longer gives its hash is put among
        the lost ones, to be declared. The gate is shut if anything unsent waits: this is an opening."""
        made = cls(organisation, device, store=store, **more)
        kept = store.load()
        made._take(kept.meta)
        made.records, made.files = kept.records, kept.files
        made.hashes = kept.hashes
        if made.epoch == 0:
            made.hashes.setdefault(0, genesis(organisation, device))
        made._take_entries(kept)
        made.opened()
        return made

    def _take_entries(self, kept: Kept) -> None:
        covered = self.proven_n
        good, bad = own_copy.sift(self, kept.entries)
        self._lose([row for row in bad if row.seq > covered])
        self.outbox = good
        here = {row.seq for row in good}
        for seq in range(covered + 1, self.seq + 1):
            if seq not in here and seq in self.hashes:
                self.lost.setdefault(seq, self.hashes[seq])

    def _lose(self, rows: Sequence[Recorded]) -> None:
        for row in rows:
            self.lost[row.seq], self.damaged[row.seq] = self.hashes.get(row.seq, row.hash), row.body

    def _take(self, meta: Mapping[str, Any]) -> None:
        """Named values as a store or a committed draft has them."""
        if "end" in meta:
            self.epoch, self.seq, self.hash = meta["end"]["epoch"], meta["end"]["seq"], meta["end"]["hash"]
        if "proven" in meta:
            self.proven = Proven(**meta["proven"])
        if "lost" in meta:
            self.lost = {int(seq): hash_ for seq, hash_ in meta["lost"].items()}
            self.damaged = {seq: left for seq, left in self.damaged.items() if seq in self.lost}
        if "clear" in meta:
            self.clear = (meta["clear"][0], meta["clear"][1])
        for name in _PLAIN:
            if name in meta:
                setattr(self, name, meta[name])

    def commit(self, changes: Changes) -> None:
        """Make the changes durable, then let memory follow."""
        if self.store is not None:
            self.store.commit(changes)
        self._take(changes.meta)
        if changes.entries:
            self.outbox = merged_entries(self.outbox, changes.entries)
        update(self.hashes, changes.hashes)
        update(self.files, changes.files)
        update(self.records, changes.records)
        if changes.entries or changes.records:
            self.overlay = None
        self.shut = self.shut and self.holds_gate()

    # --- writing ------------------------------------------------------------------------------------------------------
    def save(
        self, action: str, args: Mapping[str, Any], *, actor: str, now_ms: int, needs: Sequence[str] = (),
        files: Sequence[NewFile] = (), private: Sequence[bytes] = (), version: int = 1, mono_ms: int | None = None,
    ) -> Recorded:  # fmt: skip
        """Write one entry as an app does: the gate is asked, `seen` and further `needs` follow from what is shown, its files are
        kept with it. DeviceError: nothing was saved."""
        if self.revoked or self.wiping:
            raise DeviceError(ErrorCode.DEVICE_REVOKED if self.revoked else ErrorCode.DEVICE_WIPING)
        self.now_ms = now_ms
        grace = self.in_grace()
        if self.shut and not grace and not gate.allowed_when_shut(action, args):
            raise DeviceError(LocalCode.GATE_CLOSED)
        if len(files) > limits.ENTRY_BLOBS_MAX or len(private) > limits.PRIVATE_PARTS_MAX:
            raise DeviceError(LocalCode.TOO_MUCH)
        if any(len(part) + 16 > limits.PRIVATE_PART_BYTES_MAX for part in private):
            raise DeviceError(LocalCode.TOO_MUCH)
        if any(not 1 <= len(one.content) <= limits.BLOB_BYTES_MAX for one in files):
            raise DeviceError(ErrorCode.BLOB_TOO_LARGE)
        refs = [one.ref() for one in files]
        body, salted = self._body(action, args, actor, now_ms, refs, private, version, mono_ms)
        seen, makers = self._ground(body)
        body |= {"seen": seen, "needs": list(dict.fromkeys([*needs, *makers]))[: limits.ENTRY_NEEDS_MAX]}
        body["gate"] = "grace" if grace else "clear"
        raw = _text(body)
        if len(raw) > limits.ENTRY_BODY_BYTES_MAX:
            raise DeviceError(LocalCode.TOO_MUCH)
        changes = Changes(meta={"clock": body["hlc"]})
        for one, ref in zip(files, refs, strict=True):
            known = self.files.get(ref.sha256)
            priority = min(PRIORITY[ref.role], known.priority if known else 9)
            changes.files[ref.sha256] = FileRow(ref.sha256, ref.size, ref.type, ref.role, priority, body["seq"], now_ms)
            changes.content[ref.sha256] = one.content
        laid = self.view()
        recorded = self._chain(body["id"], raw, salted, changes)
        laid.add(body)
        self.overlay = laid
        return recorded

    def record(
        self, action: str, args: Mapping[str, Any], *, actor: str, now_ms: int, needs: Sequence[str] = (),
        blobs: Sequence[BlobRef] = (), private: Sequence[bytes] = (), version: int = 1, seen: Mapping[str, int] | None = None,
        entry_id: str | None = None,
    ) -> Recorded:  # fmt: skip
        """Write one entry with exactly these `needs` and `seen`, asking nothing; its files are somebody else's care. `private`
        parts are salted here; the body holds only their hashes. `entry_id`: an id of the caller's, in place of a fresh one."""
        body, salted = self._body(action, args, actor, now_ms, blobs, private, version, None)
        body |= {"seen": dict(seen or {}), "needs": list(needs), "id": entry_id or body["id"]}
        return self._chain(body["id"], _text(body), salted, Changes(meta={"clock": body["hlc"]}))

    def append(self, entry_id: str, body: bytes, private: tuple[bytes, ...] = ()) -> Recorded:
        """Chain a ready body. Tests use it to write bodies no honest device would."""
        return self._chain(entry_id, body, private, Changes())

    def new_id(self, now_ms: int) -> str:
        """A fresh id that sorts by time."""
        return uuid7(now_ms, self.random(10))

    def _body(
        self, action: str, args: Mapping[str, Any], actor: str, now_ms: int, blobs: Sequence[BlobRef],
        private: Sequence[bytes], version: int, mono_ms: int | None,
    ) -> tuple[dict[str, Any], tuple[bytes, ...]]:  # fmt: skip
        salted = tuple(self.random(16) + part for part in private)
        body = {
            "id": self.new_id(now_ms), "epoch": self.epoch, "seq": self.seq + 1, "nonce": self.random(16).hex(),
            "action": action, "v": version, "args": dict(args), "actor": actor, "auth": self.auth,
            "at": instants.to_text(now_ms), "zone": self.zone, "mono": now_ms if mono_ms is None else mono_ms,
            "boot": self.boot, "skew": self.skew_ms, "hlc": hlc.tick(self.clock, now_ms), "app": self.app, "gate": "clear",
            "seen": {}, "needs": [], "blobs": [blob.model_dump() for blob in blobs],
            "private": [private_hash(part) for part in salted], "geo": None,
        }  # fmt: skip
        return body, salted

    def _chain(self, entry_id: str, body: bytes, private: tuple[bytes, ...], changes: Changes) -> Recorded:
        seq = self.seq + 1
        recorded = Recorded(entry_id, seq, extend(self.hash, seq, body), body, private)
        changes.meta["end"] = {"epoch": self.epoch, "seq": seq, "hash": recorded.hash}
        changes.entries[seq] = recorded
        changes.hashes[seq] = recorded.hash
        if self.store is not None:
            self.store.commit(changes)
        self._take(changes.meta)
        self.outbox.append(recorded)
        self.hashes[seq] = recorded.hash
        update(self.files, changes.files)
        self.overlay = None
        return recorded

    def _ground(self, body: Mapping[str, Any]) -> tuple[dict[str, int], list[str]]:
        """The versions its writer sees of what it touches, and the pending entries that make it."""
        seen: dict[str, int] = {}
        makers: list[str] = []
        view = self.view()
        for effect in view.effects(body):
            key = (effect.kind, effect.id)
            if key in self.records:
                seen[effect.id] = self.records[key].v
            shown = view.shown.get(key)
            if shown is not None and shown.made_by is not None:
                makers.append(shown.made_by)
        return seen, makers

    # --- what is shown ------------------------------------------------------------------------------------------------
    def view(self) -> Overlay:
        """The replica with pending work over it; what the server refused is not shown as if it held."""
        if self.overlay is None:
            laid = Overlay(self.id, self._stored)
            for row in self.outbox:
                if row.outcome is None or row.outcome["state"] != "refused":
                    body = body_of(row)
                    if body is not None:
                        laid.add(body)
            self.overlay = laid
        return self.overlay

    def _stored(self, kind: str, record_id: str) -> Mapping[str, Any] | None:
        row = self.records.get((kind, record_id))
        return row.data if row is not None else None

    def shown(self, kind: str) -> list[RecordRow | Shown]:
        """All records of a kind as this device sees them now."""
        over = {key: one for key, one in self.view().shown.items() if key[0] == kind}
        found: list[RecordRow | Shown] = [over.pop(key, row) for key, row in self.records.items() if key[0] == kind]
        return found + list(over.values())

    # --- exchanging ---------------------------------------------------------------------------------------------------
    def request(self, now_ms: int, *, reason: Reason = "poke", limit: int = limits.PUSH_ENTRIES_MAX) -> dict[str, Any]:
        """The next `SyncRequest`, as JSON-ready data: entries in order from the first not yet proven."""
        return self.push(now_ms, reason=reason, limit=limit).request

    def push(
        self, now_ms: int, *, reason: Reason = "poke", limit: int = limits.PUSH_ENTRIES_MAX,
        bytes_max: int = limits.PUSH_BODY_BYTES_MAX, mono_ms: int | None = None,
    ) -> Push:  # fmt: skip
        """The next request: every body the server is not known to have, in order and within the bounds of one push."""
        mono = now_ms if mono_ms is None else mono_ms
        return push_of(self, now_ms, reason=reason, limit=limit, bytes_max=bytes_max, mono_ms=mono)

    @property
    def proven_n(self) -> int:
        """The last number a believed receipt of the present epoch covers."""
        return self.proven.n if self.proven is not None and self.proven.epoch == self.epoch else 0

    def receive(self, answer: Mapping[str, Any], push: Push, now_ms: int) -> Received:
        """Take an answer (a `SyncAnswer` as JSON) in, in one commit. A receipt that does not verify removes nothing, but
        pages are applied all the same. DeviceError `answer_unreadable`, or whatever the store raises: nothing has changed."""
        check_answer(answer)
        receipt, trouble = self._read_receipt(answer["receipt"])
        draft = Draft(self)
        pages_moved = replica.apply_pages(draft, answer.get("gone_buckets") or (), answer["pages"])
        replica.note_digests(draft, answer, push.request.get("repairs") or ())
        more_pages = any(page["more"] for page in answer["pages"])
        replica.note_outcomes(draft, answer["outcomes"])
        fork = receipt and replica.epoch_behind(self, receipt)
        foreign = receipt is not None and receipt.epoch > self.epoch and not fork
        new_epoch, missed, taken = bool(fork), 0, replica.Taken("no")
        if fork:
            replica.adopt(draft, fork)
        elif receipt is not None:
            taken = replica.take_receipt(draft, receipt, push.asked)
            missed = let_go(draft, receipt, taken, push, answer, now_ms)
        doubted = own_copy.doubted(answer["outcomes"])
        note_answer(draft, self, answer, now_ms)
        self.now_ms = now_ms
        self.commit(draft.changes)
        if doubted:
            self.outbox, bad = own_copy.sift(self, self.outbox, doubted)
            self._lose(bad)
            trouble = trouble or ErrorCode.ENTRY_HASH_MISMATCH
        coded = {(command["type"], command.get("code")) for command in answer.get("commands") or ()}
        commands = {type_ for type_, _ in coded}
        if push.gap or taken.believed == "behind":
            trouble = trouble or LocalCode.JOURNAL_GAP
        elif receipt is not None and taken.believed == "no" and not new_epoch:
            trouble = trouble or LocalCode.RECEIPT_INVALID
        if "re_enrol" in commands or foreign:
            trouble = ErrorCode.EPOCH_UNKNOWN
        if ("wipe", ErrorCode.DEVICE_WIPING) in coded:  # what is unsent still goes up
            trouble = ErrorCode.DEVICE_WIPING
            self._drop_replica("wiping")
        wipe = any(type_ == "wipe" and code != ErrorCode.DEVICE_WIPING for type_, code in coded)
        afresh = new_epoch or taken.believed == "set_back"
        again = not wipe and ((more_pages and pages_moved) or afresh or (taken.moved and push.more))
        moved = taken.moved or new_epoch
        return Received(taken.believed, moved, more_pages, pages_moved, new_epoch, missed, again, trouble, wipe)

    def _read_receipt(self, jws: str) -> tuple[Receipt | None, Code | None]:
        if self.unseal is None:
            raise RuntimeError("a device that receives needs a way to unseal receipts")
        try:
            return Receipt.model_validate_json(self.unseal(jws)), None
        except ValueError:
            return None, LocalCode.RECEIPT_INVALID

    def frame(self, frame: Mapping[str, Any]) -> Literal["applied", "stale", "gap"]:
        """Take a live frame in. gap: sync."""
        draft = Draft(self)
        result = replica.apply_frame(draft, frame)
        if result == "applied":
            self.commit(draft.changes)
        return result

    def due(self, now_ms: int) -> list[str]:
        """Buckets whose time to be compared with the server's digest has come."""
        return compare.due(self, now_ms)

    def agrees(self, bucket: str) -> bool:
        """Whether this device holds of a bucket what the server said it comes to."""
        return compare.agrees(self, bucket)

    def wrong_parts(self, said: Mapping[str, Any]) -> list[int]:
        """The sub-ranges of a `DigestAnswer` that differ here; none when this device does not stand at its version."""
        return compare.wrong_parts(self, said)

    def mend(self, answer: Mapping[str, Any], found: int) -> bool:
        """Replace sub-ranges of a bucket by what a `RepairAnswer` says lies there, and note that for the next exchange. False:
        the cursor is ahead of the answer, nothing was changed. `found`: the version the fault was found at."""
        draft = Draft(self)
        if not compare.replace_parts(draft, answer, found):
            return False
        self.commit(draft.changes)
        return True

    def note_compared(self, bucket: str, now_ms: int) -> None:
        """This bucket was compared."""
        self.commit(Changes(meta={"compared": {**self.compared, bucket: now_ms}}))

    def prove(self, receipt: Receipt) -> int:
        """Drop from the outbox what a (verified) receipt proves; returns how many. Only equal hashes prove anything."""
        if receipt.epoch != self.epoch or self.hashes.get(receipt.n) != receipt.h:
            return 0
        here = sum(row.seq <= receipt.n for row in self.outbox)
        draft = Draft(self)
        replica.take_receipt(draft, receipt, (self.epoch, self.proven_n))
        replica.release(draft)
        self.commit(draft.changes)
        return here

    def adopt(self, fork: NewEpoch) -> None:
        """Go on in a new epoch: the same bodies, chained anew behind the common hash."""
        draft = Draft(self)
        replica.adopt(draft, fork)
        replica.release(draft)
        self.commit(draft.changes)

    def farewell(self) -> dict[str, Any] | None:
        """What is said once everything is destroyed (a `WipedRequest`), signed while the key is here. None: nobody asked, or
        something of this device is not proven yet, by its own finding."""
        proven = self.proven is not None and (self.proven.epoch, self.proven.n, self.proven.h) == (
            self.epoch,
            self.seq,
            self.hash,
        )
        unsent = any(not row.proven for row in self.outbox) or any(row.state != "rejected" for row in self.files.values())
        if not self.wiping or unsent or self.lost or not proven:
            return None
        text = head_text(self.organisation, self.id, self.epoch, self.seq, self.hash).replace(b"head", b"wiped", 1)
        return {"device": self.id, "epoch": self.epoch, "seq": self.seq, "hash": self.hash, "signature": self.sign(text)}

    def revoke(self) -> None:
        """The replica goes at once; what was recorded here stays until a person has exported it or the office has it."""
        self._drop_replica("revoked")

    def _drop_replica(self, why: Literal["revoked", "wiping"]) -> None:
        gone: dict[str, Any] = {"cursors": {}, "floors": {}, "digests": {}, "compared": {}}
        self.commit(Changes(meta={why: True, **gone}, records=dict.fromkeys(self.records)))

    # --- files --------------------------------------------------------------------------------------------------------
    def next_file(self, skip: frozenset[str] = frozenset()) -> FileRow | None:
        """The next file to send: the server has its entry (proven, or held beyond a gap), the weightiest first."""
        held = {row.seq for row in self.outbox if row.held}
        ready = [
            row for row in self.files.values()
            if not row.over and row.sha256 not in skip and (row.seq <= self.proven_n or row.seq in held)
        ]  # fmt: skip
        return min(ready, key=lambda row: (row.priority, row.seq), default=None)

    def note_file(self, sha256: str, **fields: Any) -> None:
        """Change some fields of a file's row: `state`, `sent`, `upload`, `code`."""
        known = self.files.get(sha256)
        if known is not None:
            self.commit(Changes(files={sha256: replace(known, **fields)}))

    # --- the gate -----------------------------------------------------------------------------------------------------
    def unsent(self) -> gate.Unsent:
        """Everything not proven by a receipt; bytes of bodies and of what is still to send of files."""
        return gate.unsent_of(self.outbox, self.files.values())

    def holds_gate(self) -> bool:
        """Whether something is left that the policy wants up before new work. What the server holds beyond a gap is with it."""
        rule = gate.Rule(self.gate_policy, self.files_hours, self.now_ms)
        return bool(self.lost) or gate.holds(rule, self.outbox, self.files.values())

    def in_grace(self) -> bool:
        """Whether the gate is shut, but new work may go on: after a failed attempt, within hours and entries of the policy."""
        since = gate.Since(self.seq + 1 - self.clear[0], self.now_ms - self.clear[1])
        allowed = gate.grace(self.gate_policy, self.grace_hours, self.grace_entries, since)
        return self.shut and self.failed and allowed

    def note_failure(self) -> None:
        """An attempt to send failed. Kept, so that a restart does not ask for another."""
        if not self.failed:
            self.commit(Changes(meta={"failed": True}))

    def opened(self, now_ms: int | None = None) -> None:
        """A cold start, or a return after long: with anything unsent the gate shuts until it is up."""
        self.now_ms = self.now_ms if now_ms is None else now_ms
        self.shut = self.holds_gate()


def body_of(row: Recorded) -> dict[str, Any] | None:
    """The parsed body of an entry (its bytes stay what counts). None: nobody can read it."""
    try:
        found = json.loads(row.body)
    except ValueError:
        return None
    whole = isinstance(found, dict) and {"action", "v", "args", "blobs", *FACTS} <= found.keys()
    return found if whole else None


def _text(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
