"""The engine: what a push does to a journal, and what a pull gives back. Pure.

One push, one transaction: lock the organisation, store every entry verbatim, judge each, answer with a signed receipt.
Neighbours: `judge.py` (one entry), `incidents.py` (what a person must know), `pull.py` (pages), `store.py` (the contract).
Invariants: I1 stored before judged · I2 a repeat changes nothing · I3 a gap holds, never wedges · I4 only the newest
epoch extends · I5 the receipt says only what this transaction commits (docs/protocol.md).
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import (
    Command,
    DeclaredLoss,
    NewEpoch,
    Outcome,
    PushedEntry,
    Receipt,
    SyncRequest,
)
from sync import instants
from sync.evidence import blob_arrived
from sync.incidents import Incidents
from sync.journal import extend, genesis, head_text, ranges
from sync.judge import Judge, OnFault
from sync.store import DeviceState, JournalEntry, Store
from sync.unit import Handlers, Touched

Sign = Callable[[str, bytes], str]
"""(organisation, payload) → compact JWS."""
SignText = Callable[[str, bytes], str]
"""(organisation, text) → base64url of r ‖ s, by the key of the organisation's system device."""
Verify = Callable[[str, str, bytes, str], bool]
"""(x, y, message, signature) → whether a P-256 key signed it."""


class PushRefused(Exception):
    """The request as a whole is refused: nothing was stored, the device keeps everything."""

    def __init__(self, code: ErrorCode, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass
class Pushed:
    """What a push came to. `touched`: buckets changed, with their version before."""

    receipt: str
    outcomes: list[Outcome]
    upload_clear: bool
    commands: list[Command] = field(default_factory=list)
    new_epoch: NewEpoch | None = None
    touched: Touched = field(default_factory=Touched)
    may_pull: bool = True


@dataclass
class Engine:
    """Engine with its handlers and its keys; holds no state of its own."""

    handlers: Handlers
    sign: Sign
    sign_text: SignText
    verify: Verify
    on_fault: OnFault

    def push(
        self,
        store: Store,
        organisation: str,
        request: SyncRequest,
        now_ms: int,
        *,
        judge_entries: bool = True,
    ) -> Pushed:
        """Take what a device sends. With `judge_entries` false everything new is parked as a server error: the way
        out when judging has aborted a transaction. PushRefused when nothing of it can be trusted."""
        version = store.lock_organisation(organisation)
        device = store.device(organisation, request.device)
        if device is None:
            raise PushRefused(ErrorCode.DEVICE_UNKNOWN)
        self._check_request(device, request)
        judge = Judge(store, organisation, self.handlers, version, Touched(), self.on_fault)
        push = _Push(self, judge, device, request, now_ms, judge_entries)
        pushed = push.run()
        store.put_device(device)
        store.set_organisation_version(organisation, judge.version)
        return pushed

    def retry_parked(self, store: Store, organisation: str, codes: list[str], limit: int) -> tuple[int, Touched]:
        """Judge again what was parked for a cause that may be gone (after a start or an upgrade)."""
        judge = Judge(
            store,
            organisation,
            self.handlers,
            store.lock_organisation(organisation),
            Touched(),
            self.on_fault,
        )
        parked = store.parked_for(organisation, codes, limit)
        for entry in parked:
            device = store.device(organisation, entry.device)
            if device is not None:
                judge.judge(device, entry)
        store.set_organisation_version(organisation, judge.version)
        return len(parked), judge.touched

    def blob_arrived(
        self, store: Store, organisation: str, sha256: str, state: str, code: ErrorCode | None, now_ms: int
    ) -> Touched:
        """See `sync.evidence.blob_arrived`."""
        return blob_arrived(store, organisation, sha256, state, code, now_ms)

    def _check_request(self, device: DeviceState, request: SyncRequest) -> None:
        head = request.head
        message = head_text(device.organisation, device.id, head.epoch, head.seq, head.hash)
        if not self.verify(device.key_x, device.key_y, message, head.signature):
            raise PushRefused(ErrorCode.HEAD_SIGNATURE_INVALID)
        if head.epoch > device.epoch:
            raise PushRefused(ErrorCode.EPOCH_UNKNOWN, epoch=head.epoch, known=device.epoch)
        numbers = [entry.seq for entry in request.entries]
        if any(b <= a for a, b in pairwise(numbers)) or (numbers and numbers[-1] > head.seq):
            raise PushRefused(ErrorCode.ENTRY_ORDER)
        sizes = [len(entry.body.encode()) for entry in request.entries]
        if max(sizes, default=0) > limits.ENTRY_BODY_BYTES_MAX or sum(sizes) > limits.PUSH_BODY_BYTES_MAX * 2:
            raise PushRefused(ErrorCode.BODY_TOO_LARGE)

    def receipt(self, store: Store, device: DeviceState, now_ms: int) -> tuple[str, bool]:
        """The signed receipt for a device's present state, and whether anything is missing of what it sent."""
        missing, count = store.missing_blobs(device.organisation, device.id, limits.RECEIPT_MISSING_MAX)
        held = ranges(store.held_seqs(device.organisation, device.id, device.epoch))
        receipt = Receipt(
            organisation=device.organisation, device=device.id, epoch=device.epoch, n=device.seq, h=device.hash,
            held=held, lost=sorted(store.losses(device.organisation, device.id, device.epoch)),
            missing=missing, missing_count=count, at=instants.to_text(now_ms),
        )  # fmt: skip
        signed = self.sign(device.organisation, receipt.model_dump_json().encode())
        store.put_receipt(device.organisation, device.id, device.epoch, device.seq, signed, now_ms)
        return signed, not held and count == 0


@dataclass
class _Push:
    """One push on its way through."""

    engine: Engine
    judge: Judge
    device: DeviceState
    request: SyncRequest
    now_ms: int
    judge_entries: bool
    outcomes: list[Outcome] = field(default_factory=list)
    new_epoch: NewEpoch | None = None

    def run(self) -> Pushed:
        device, head = self.device, self.request.head
        skew = instants.to_ms(self.request.clock.wall) - self.now_ms
        incidents = Incidents(self.judge, device, self.now_ms)
        commands: list[Command] = []
        kept_aside = device.state != "active" or head.epoch < device.epoch
        if kept_aside:
            self._quarantine("revoked" if device.state != "active" else "old_epoch")
            commands.append(self._command())
        elif (base := self._fork_base()) is not None:
            self._fork(base, incidents)
        else:
            self._store(skew, incidents)
            self._fold(incidents)
        incidents.device_seen(self.request, skew)
        receipt, complete = self.engine.receipt(self.store, device, self.now_ms)
        clear = kept_aside or (complete and self.new_epoch is None and device.seq == head.seq)
        return Pushed(
            receipt, self.outcomes, clear, commands, self.new_epoch, self.judge.touched,
            may_pull=device.state == "active",
        )  # fmt: skip

    @property
    def store(self) -> Store:
        return self.judge.store

    def _command(self) -> Command:
        if self.device.state == "active":
            return Command(type="re_enrol")
        return Command(type="wipe", code=ErrorCode.DEVICE_REVOKED)

    # --- aside ----------------------------------------------------------------------------------------------------
    def _quarantine(self, reason: str) -> None:
        """What a revoked device or an abandoned epoch still sends is kept, bounded, for a manager."""
        device = self.device
        room = limits.QUARANTINE_ENTRIES_MAX - self.store.quarantine_count(device.organisation, device.id)
        for pushed in self.request.entries[: max(0, room)]:
            self.store.add_quarantine(
                device.organisation, device.id, self.request.head.epoch, pushed.seq, pushed.hash,
                pushed.model_dump_json().encode(), reason, self.now_ms,
            )  # fmt: skip
            self.outcomes.append(
                Outcome(seq=pushed.seq, epoch=self.request.head.epoch, id=None, state="quarantined",
                        code=ErrorCode.DEVICE_REVOKED if reason == "revoked" else ErrorCode.EPOCH_UNKNOWN)
            )  # fmt: skip

    # --- fork -----------------------------------------------------------------------------------------------------
    def _fork_base(self) -> int | None:
        """The last number both sides agree on when the device's journal contradicts the stored one, else None."""
        device, head = self.device, self.request.head
        start = next(base for epoch, base, _ in self._epochs() if epoch == device.epoch)
        for pushed in self.request.entries:
            if pushed.seq <= device.seq and self._stored_hash(pushed.seq) != pushed.hash:
                before = self._stored_hash(pushed.seq - 1)
                follows = before is not None and extend(before, pushed.seq, pushed.body.encode()) == pushed.hash
                return pushed.seq - 1 if follows else start
        if head.seq < device.seq:
            # Its own head is durable on a device before it is ever sent: a smaller one is a restored backup.
            return head.seq if self._stored_hash(head.seq) == head.hash else start
        if head.seq == device.seq and head.hash != device.hash:
            return start
        return None

    def _epochs(self) -> list[tuple[int, int, str]]:
        return self.store.epochs(self.device.organisation, self.device.id)

    def _stored_hash(self, seq: int) -> str | None:
        device = self.device
        if seq == device.seq:
            return device.hash
        entry = self.store.entry_at(device.organisation, device.id, device.epoch, seq)
        if entry is not None:
            return entry.hash
        lost = self.store.losses(device.organisation, device.id, device.epoch).get(seq)
        if lost is not None:
            return lost
        return next((start for epoch, base, start in self._epochs() if (epoch, base) == (device.epoch, seq)), None)

    def _fork(self, base: int, incidents: Incidents) -> None:
        """Assign a new epoch from the common hash. Nothing is applied now: the device re-chains and sends again."""
        device = self.device
        base_hash = self._stored_hash(base)
        assert base_hash is not None, "an epoch's start and every number up to its end have a hash"
        incidents.open("fork", f"{device.epoch}", {"epoch": device.epoch, "base_seq": base, "proven_seq": device.seq,
                                                   "claimed_seq": self.request.head.seq})  # fmt: skip
        device.epoch += 1
        device.seq, device.hash = base, genesis(device.organisation, device.id, device.epoch, base_hash)
        self.store.add_epoch(device.organisation, device.id, device.epoch, base, device.hash)
        self.new_epoch = NewEpoch(epoch=device.epoch, base_seq=base, base_hash=base_hash)

    # --- store ----------------------------------------------------------------------------------------------------
    def _store(self, skew: int, incidents: Incidents) -> None:
        """Store every new entry and declared loss verbatim, before any is judged. Repeats get their present outcome."""
        device = self.device
        held = set(self.store.held_seqs(device.organisation, device.id, device.epoch))
        room = limits.HELD_ENTRIES_MAX - len(held)
        expected = device.seq + 1
        for pushed in self.request.entries:
            if pushed.seq <= device.seq or pushed.seq in held:
                self._repeat(pushed, incidents)
                continue
            if pushed.seq != expected:
                room -= 1
                if room < 0:
                    break  # the rest stays on the device, unacknowledged, until the gap is filled
            self._keep(pushed, skew)
            expected = pushed.seq + 1
        known = self.store.losses(device.organisation, device.id, device.epoch)
        for loss in self.request.lost:
            if loss.seq > device.seq and loss.seq not in known and loss.seq not in held:
                self._declare(loss, incidents)

    def _keep(self, pushed: PushedEntry, skew: int) -> None:
        device = self.device
        entry = JournalEntry(
            device.organisation,
            device.id,
            device.epoch,
            pushed.seq,
            pushed.hash,
            pushed.body.encode(),
            self.now_ms,
            skew,
        )
        self.store.add_entry(entry, [_decode(part) for part in pushed.private])

    def _repeat(self, pushed: PushedEntry, incidents: Incidents) -> None:
        device = self.device
        entry = self.store.entry_at(device.organisation, device.id, device.epoch, pushed.seq)
        if entry is None:
            return
        if entry.hash != pushed.hash:
            incidents.open("held_differs", f"{device.epoch}/{pushed.seq}", {"seq": pushed.seq})
        self.outcomes.append(_outcome(entry))

    def _declare(self, loss: DeclaredLoss, incidents: Incidents) -> None:
        device = self.device
        self.store.add_loss(device.organisation, device.id, device.epoch, loss.seq, loss.hash, self.now_ms)
        if any(self._proven_in(epoch, loss) for epoch, _, _ in self._epochs()):
            return  # its body is here, in the epoch before the fork: nothing is lost
        incidents.open("declared_loss", f"{device.epoch}/{loss.seq}", {"seq": loss.seq, "epoch": device.epoch})

    def _proven_in(self, epoch: int, loss: DeclaredLoss) -> bool:
        entry = self.store.entry_at(self.device.organisation, self.device.id, epoch, loss.seq)
        return entry is not None and entry.hash == loss.hash

    # --- fold -----------------------------------------------------------------------------------------------------
    def _fold(self, incidents: Incidents) -> None:
        """Extend the contiguous end over what is stored, judging each entry as it is reached."""
        device = self.device
        lost = self.store.losses(device.organisation, device.id, device.epoch)
        while True:
            seq = device.seq + 1
            entry = self.store.entry_at(device.organisation, device.id, device.epoch, seq)
            if entry is None and seq not in lost:
                break
            if entry is None:
                device.seq, device.hash = seq, lost[seq]
                continue
            intact = extend(device.hash, seq, entry.body or b"") == entry.hash
            device.seq, device.hash = seq, entry.hash
            self._settle(entry, intact, incidents)
            self.outcomes.append(_outcome(entry))
        held = self.store.held_seqs(device.organisation, device.id, device.epoch)
        if held:
            missing = ranges([n for n in range(device.seq + 1, held[-1]) if n not in set(held)])
            incidents.open("gap", f"{device.epoch}/{device.seq + 1}", {"missing": missing[:50], "epoch": device.epoch})
            self.outcomes += [
                _outcome(entry) for entry in self.store.entries(device.organisation, device.id, device.epoch, held[0], held[-1])
            ]

    def _settle(self, entry: JournalEntry, intact: bool, incidents: Incidents) -> None:
        if not intact:
            incidents.open("damaged_entry", f"{entry.epoch}/{entry.seq}", {"seq": entry.seq, "epoch": entry.epoch})
            self.judge.park(self.device, entry, ErrorCode.ENTRY_HASH_MISMATCH)
        elif not self.judge_entries:
            self.judge.park(self.device, entry, ErrorCode.ENTRY_SERVER_ERROR)
        else:
            self.judge.judge(self.device, entry)


def _decode(part: str) -> bytes | None:
    try:
        return base64.b64decode(part, validate=True)
    except ValueError:
        return b""  # kept as an empty part: its hash will not match, so the entry is parked, not lost


def _outcome(entry: JournalEntry) -> Outcome:
    return Outcome(
        seq=entry.seq, epoch=entry.epoch, id=entry.entry_id, state=entry.state,
        version=entry.version, code=ErrorCode(entry.code) if entry.code else None, detail=entry.detail,
    )  # fmt: skip
