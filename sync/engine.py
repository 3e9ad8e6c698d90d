"""The engine: what a push does to a journal, and what a pull gives back. Pure.

One push, one transaction: lock the organisation, store every entry verbatim, judge each, answer with a signed receipt.
Neighbours: `judge.py` (one entry), `incidents.py` (what a person must know), `pull.py` (pages), `store.py` (the contract).
Invariants: stored before judged · a repeat changes nothing · a gap holds, never wedges · only the newest epoch extends ·
the receipt says only what this transaction commits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import Command, DeclaredLoss, NewEpoch, Outcome, PushedEntry, Receipt, SyncRequest
from sync import instants, losses
from sync.aside import Aside, decoded, fault_of, last_words, outcome_of, wire_of
from sync.evidence import blob_arrived
from sync.fold import Fold
from sync.incidents import Incidents, seen_news
from sync.journal import extend, genesis, head_text, ranges
from sync.judge import Judge, OnFault
from sync.newest import told_again
from sync.pushed import Bearer, Pushed, PushRefused, check_order
from sync.released import contradiction, is_released, leads_on, short_of, still_missing
from sync.store import DeviceState, JournalEntry, Store
from sync.unit import Handlers, Touched
from sync.upcast import VOCABULARY, Vocabulary

__all__ = ["Engine", "PushRefused", "Pushed"]

Sign = Callable[[str, bytes], str]
"""(organisation, payload) → compact JWS."""
SignText = Callable[[str, bytes], str]
"""(organisation, text) → base64url of r ‖ s, by the key of the organisation's system device."""
Verify = Callable[[str, str, bytes, str], bool]
"""(x, y, message, signature) → whether a P-256 key signed it."""


@dataclass
class Engine:
    """Engine with its handlers and its keys; holds no state of its own."""

    handlers: Handlers
    sign: Sign
    sign_text: SignText
    verify: Verify
    on_fault: OnFault
    vocabulary: Vocabulary = VOCABULARY

    def push(
        self,
        store: Store,
        organisation: str,
        request: SyncRequest,
        now_ms: int,
        *,
        judge_entries: bool = True,
        checked: bool = False,
        bearer: Bearer | None = None,
    ) -> Pushed:
        """Take what a device sends. When judging has aborted a transaction: `checked` looks for the one entry whose effects
        the store cannot keep; with `judge_entries` false everything new is parked as a server error, the last way out.
        `bearer`: it comes in a file, whose signature was verified in the head's stead (`brought.py`); no receipt, no fork.
        PushRefused when nothing of it can be trusted."""
        version = store.lock_organisation(organisation)
        device = store.device(organisation, request.device)
        if device is None:
            raise PushRefused(ErrorCode.DEVICE_UNKNOWN)
        self._check_request(device, request, signed=bearer is not None)
        judge = Judge(
            store, organisation, self.handlers, version, Touched(), self.on_fault, vocabulary=self.vocabulary, checked=checked
        )  # fmt: skip
        push = _Push(self, judge, device, request, now_ms, judge_entries, bearer)
        pushed = push.run()
        present = store.device(organisation, request.device)
        if present is not None:
            device.state = present.state  # what was judged may have revoked the very device that pushes
        store.put_device(device)
        if judge_entries:  # else what waits is judged by the hour (`again.py`)
            self.go_on(judge)
        pushed.erased, pushed.dropped = tuple(judge.erased), judge.dropped
        pushed.may_pull = device.state == "active"
        store.set_organisation_version(organisation, judge.version)
        return pushed

    def look(self, store: Store, organisation: str, request: SyncRequest, now_ms: int) -> Pushed | None:
        """The answer to a device that has nothing to say and of which nothing has changed. None when there is anything to
        write, or to refuse: `push` takes the request then. Writes nothing, so that it runs on a snapshot beside a writer; its
        receipt is given, not kept: one for the same end is kept already."""
        device = store.device(organisation, request.device)
        head = request.head
        if device is None or device.state != "active" or request.entries or request.lost or request.repairs:
            return None
        if (head.epoch, head.seq, head.hash) != (device.epoch, device.seq, device.hash):
            return None
        if seen_news(store, device, request, now_ms, late=False):
            return None
        try:
            self._check_request(device, request)
        except PushRefused:
            return None
        receipt, complete = self._seal(store, device, now_ms, device.seq, device.hash)
        if complete and device.clear_seq != device.seq:
            return None  # a full upload is written down
        return Pushed(receipt, [], complete)

    def go_on(self, judge: Judge) -> None:
        """Judge what was held behind gaps that have just been released, and who waited for what is given up now."""
        while judge.freed:
            device_id, now_ms = judge.freed.pop(0)
            device = judge.store.device(judge.organisation, device_id)
            if device is None:
                continue
            incidents = Incidents(judge, device, now_ms)
            Fold(judge, device, incidents, Aside(judge.store, device, device.epoch, now_ms)).run()
            judge.store.put_device(device)
            incidents.proven()
        if judge.given_up:
            judge.end_waiting()

    def blob_arrived(
        self, store: Store, organisation: str, device: str, sha256: str, state: str, code: ErrorCode | None, now_ms: int
    ) -> Touched:
        """See `sync.evidence.blob_arrived`."""
        return blob_arrived(store, organisation, device, sha256, state, code, now_ms)

    def _check_request(self, device: DeviceState, request: SyncRequest, *, signed: bool = False) -> None:
        head = request.head
        message = head_text(device.organisation, device.id, head.epoch, head.seq, head.hash)
        if not signed and not self.verify(device.key_x, device.key_y, message, head.signature):
            raise PushRefused(ErrorCode.HEAD_SIGNATURE_INVALID)
        if head.epoch > device.epoch:
            raise PushRefused(ErrorCode.EPOCH_UNKNOWN, epoch=head.epoch, known=device.epoch)
        check_order(request)

    def receipt(self, store: Store, device: DeviceState, now_ms: int, end: tuple[int, str] | None = None) -> tuple[str, bool]:
        """The signed receipt for a device's present state, and whether nothing is missing of what it sent.

        `end` (number, hash): a receipt for an earlier end, for a device that knows no later one.
        """
        n, chain_hash = end or (device.seq, device.hash)
        signed, complete = self._seal(store, device, now_ms, n, chain_hash)
        store.put_receipt(device.organisation, device.id, device.epoch, n, signed, now_ms)
        return signed, complete

    def _seal(self, store: Store, device: DeviceState, now_ms: int, n: int, chain_hash: str) -> tuple[str, bool]:
        missing, count = store.missing_blobs(device.organisation, device.id, limits.RECEIPT_MISSING_MAX)
        held = ranges(store.held_seqs(device.organisation, device.id, device.epoch))
        lost = store.unfilled_losses(device.organisation, device.id, device.epoch, limits.RECEIPT_LOST_MAX)
        receipt = Receipt(
            organisation=device.organisation, device=device.id, epoch=device.epoch, n=n, h=chain_hash,
            held=held, lost=lost, missing=missing, missing_count=count, at=instants.to_text(now_ms),
        )  # fmt: skip
        return self.sign(device.organisation, receipt.model_dump_json().encode()), not held and count == 0


@dataclass
class _Push:
    """One push on its way through."""

    engine: Engine
    judge: Judge
    device: DeviceState
    request: SyncRequest
    now_ms: int
    judge_entries: bool
    bearer: Bearer | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    new_epoch: NewEpoch | None = None
    damaged_at: int | None = None
    returned: int | None = None

    def run(self) -> Pushed:
        device, head = self.device, self.request.head
        skew = instants.skew(self.request.clock.wall, self.now_ms)
        incidents = Incidents(self.judge, device, self.now_ms)
        fold = Fold(self.judge, device, incidents, self.aside, self.judge_entries, self.outcomes)
        commands: list[Command] = []
        durable, end = True, None
        kept_aside = not device.may_speak or head.epoch < device.epoch
        if device.state == "wiping":
            commands.append(Command(type="wipe", code=ErrorCode.DEVICE_WIPING))
        if kept_aside and self.bearer is None and (newest := self._told_again()) is not None:
            self.new_epoch = newest
        elif kept_aside:
            durable = self._quarantine("old_epoch" if device.may_speak else "revoked", incidents)
            commands.append(self._command())
        elif (base := self._fork_base()) is not None:
            if self.bearer is not None:
                raise PushRefused(ErrorCode.IMPORT_CONTRADICTS, seq=base + 1)
            self._fork(base, incidents)
        else:
            kept = self._store(skew, fold)
            if self.judge_entries:
                self.judge.foresee(kept)
            fold.run()
            # A late copy of an old request, or a restored backup: it is told of the end it knows, nothing else happens.
            reach = self._reach()
            end = None if reach >= device.seq else (reach, self._hash_of(reach))
            durable = reach >= head.seq
        if not kept_aside:
            incidents.diverged(self.request.repairs)
            incidents.gate_breached(self.judge.breaches)
        if self.bearer is not None:
            incidents.imported(self.bearer, head)
            return Pushed("", last_words(self.outcomes), False, touched=self.judge.touched)
        incidents.device_seen(self.request, skew, late=end is not None)
        receipt, complete = self.engine.receipt(self.store, device, self.now_ms, end)
        clear = durable and self.new_epoch is None and (kept_aside or complete)
        if clear and not kept_aside and end is None:
            device.clear_seq, device.clear_ms = device.seq, self.now_ms
        return Pushed(receipt, last_words(self.outcomes), clear, commands, self.new_epoch, self.judge.touched)

    def _reach(self) -> int:
        """Up to where this device may be told that it is proven. A device that still brings something of a released gap is told
        of nothing behind what is missing of it: it may have more."""
        device, head = self.device, self.request.head.seq
        low = self.returned
        if low is None and head < device.seq and self._stored_hash(head) is None:
            low = head
        if low is None:
            return min(device.seq, head)
        return short_of(still_missing(self.store, device.organisation, device.id, device.epoch), device, low, head)

    @property
    def store(self) -> Store:
        return self.judge.store

    @cached_property
    def aside(self) -> Aside:
        """The device's quarantine."""
        clock = self.request.clock
        skew, written = instants.skew(clock.wall, self.now_ms), f"{clock.wall} {clock.mono} {clock.boot}"
        return Aside(self.store, self.device, self.request.head.epoch, self.now_ms, written, skew)

    def _command(self) -> Command:
        if self.device.may_speak:
            return Command(type="re_enrol")
        return Command(type="wipe", code=ErrorCode.DEVICE_REVOKED)

    # --- aside ----------------------------------------------------------------------------------------------------
    def _told_again(self) -> NewEpoch | None:
        return told_again(self.store, self.device, self.request, self._stored_hash)

    def _quarantine(self, reason: str, incidents: Incidents) -> bool:
        """What a revoked device or an abandoned epoch still sends is kept, bounded, for a manager. What was stored before
        keeps its outcome, what was decided is said again. Whether all that the device has is kept now."""
        kept_all = self._keep_aside(reason)
        incidents.waiting()
        return kept_all

    def _keep_aside(self, reason: str) -> bool:
        device, epoch = self.device, self.request.head.epoch
        room = limits.QUARANTINE_ENTRIES_MAX - self.store.quarantine_count(device.organisation, device.id)
        end, declared = (-1, ""), {loss.seq: loss.hash for loss in self.request.lost}
        for pushed in self.request.entries:
            seq = pushed.seq - 1
            before = end[1] if end[0] == seq else declared.get(seq) or self._stored_hash(seq, epoch)
            end = (pushed.seq, pushed.hash)
            stored = self.store.entry_at(device.organisation, device.id, epoch, pushed.seq)
            if stored is not None and (stored.hash, stored.body) == (pushed.hash, pushed.body.encode()):
                self.outcomes.append(self._present_outcome(stored))
                continue
            known = self.aside.known(pushed)
            fault = fault_of(pushed, before) if known is None or known.body != wire_of(pushed) else None
            if fault is not None and self.bearer is None and not self.aside.came_before(pushed):
                self._damaged(pushed, fault)  # the good copy is still on the device: it comes again
                return False
            if known is None:
                room -= 1
                if room < 0:
                    return False
                self.aside.keep(pushed, reason)
                known = self.aside.known(pushed)
            assert known is not None, "it has just been kept"
            self.outcomes.append(self.aside.outcome(known))
        return not self.request.entries or self.request.entries[-1].seq == self.request.head.seq

    # --- fork -----------------------------------------------------------------------------------------------------
    def _fork_base(self) -> int | None:
        """The last number both sides agree on when the device's journal contradicts the stored one, else None."""
        device, head = self.device, self.request.head
        start = next(base for epoch, base, _ in self._epochs() if epoch == device.epoch)
        if head.seq < start:
            raise PushRefused(ErrorCode.ENTRY_ORDER, epoch=device.epoch, base=start)
        by_loss = losses.contradiction(self.request, start, device.seq, self._stored_hash)
        by_entry = self._base_by_entries(start, device.seq if by_loss is None else by_loss)
        if by_entry is not None:
            return by_entry
        if by_loss is not None and self.damaged_at is None:
            return by_loss
        # A smaller head that is part of the stored chain contradicts nothing: a request that came late looks the same as
        # a restored backup. The first new entry of a backup will contradict.
        if head.seq <= device.seq and self._stored_hash(head.seq) not in (None, head.hash):
            return start
        return None

    def _base_by_entries(self, start: int, end: int) -> int | None:
        """The base of a fork by what its entries up to a number are. A hash that differs and does not follow from the one before
        may only have been changed on its way: nothing is taken from there on, and only when the very same bytes come again is it
        a contradiction."""
        late: list[PushedEntry] = []
        for pushed in self.request.entries:
            if not start < pushed.seq <= end:
                continue
            stored = self._stored_hash(pushed.seq)
            if stored is None:
                late.append(pushed)  # of a released gap
            elif stored != pushed.hash:
                before = self._stored_hash(pushed.seq - 1)
                if before is not None and extend(before, pushed.seq, pushed.body.encode()) == pushed.hash:
                    return pushed.seq - 1
                if self.aside.came_before(pushed):
                    return start
                self.damaged_at = pushed.seq
                break
        if late and (base := contradiction(late, self._stored_hash, self._at)) is not None:
            return base
        return start if end == self.device.seq and self._leads_elsewhere() else None

    def _leads_elsewhere(self) -> bool:
        """Whether the first new entry follows from nothing here, and has come just so before, from a device that lacks a number
        and its hash: that number is what contradicts."""
        device = self.device
        first = next((one for one in self.request.entries if one.seq == device.seq + 1), None)
        if first is None or not self.request.gap:
            return False
        follows = extend(device.hash, first.seq, first.body.encode()) == first.hash
        return not follows and self.aside.came_before(first)

    def _at(self, seq: int) -> JournalEntry | None:
        return self.store.entry_at(self.device.organisation, self.device.id, self.device.epoch, seq)

    def _epochs(self) -> list[tuple[int, int, str]]:
        return self.store.epochs(self.device.organisation, self.device.id)

    def _held(self) -> list[int]:
        return self.store.held_seqs(self.device.organisation, self.device.id, self.device.epoch)

    def _stored_hash(self, seq: int, epoch: int | None = None) -> str | None:
        """The chain hash at a number of an epoch (the present one), None if nothing is known there."""
        device = self.device
        epoch = device.epoch if epoch is None else epoch
        if (epoch, seq) == (device.epoch, device.seq):
            return device.hash
        entry = self.store.entry_at(device.organisation, device.id, epoch, seq)
        if entry is not None:
            return entry.hash
        lost = self.store.losses(device.organisation, device.id, epoch).get(seq)
        if lost is not None:
            return lost
        return next((start for known, base, start in self._epochs() if (known, base) == (epoch, seq)), None)

    def _hash_of(self, seq: int) -> str:
        known = self._stored_hash(seq)
        assert known is not None, "an epoch's start and every number up to its end, but for released gaps, have a hash"
        return known

    def _fork(self, base: int, incidents: Incidents) -> None:
        """Assign a new epoch from the common hash. Nothing is applied now: the device re-chains and sends again."""
        device = self.device
        base_hash = self._hash_of(base)
        incidents.open("fork", f"{device.epoch}", {"epoch": device.epoch, "base_seq": base, "proven_seq": device.seq,
                                                   "claimed_seq": self.request.head.seq})  # fmt: skip
        device.epoch += 1
        device.seq, device.hash = base, genesis(device.organisation, device.id, device.epoch, base_hash)
        self.store.add_epoch(device.organisation, device.id, device.epoch, base, device.hash)
        self.new_epoch = NewEpoch(epoch=device.epoch, base_seq=base, base_hash=base_hash)

    # --- store ----------------------------------------------------------------------------------------------------
    def _store(self, skew: int | None, fold: Fold) -> list[JournalEntry]:
        """Store every new entry and declared loss verbatim, before any is judged. Repeats get their present outcome. Returns
        the new entries. Nothing is taken from an entry on that is not as it was written: its number stays free, the device
        sends it again."""
        kept: list[JournalEntry] = []
        device = self.device
        held = set(self._held())
        room = limits.HELD_ENTRIES_MAX - len(held)
        reachable = device.seq + 1
        declared = {loss.seq: loss.hash for loss in self.request.lost}
        end = (device.seq, device.hash)
        doubtful: int | None = None
        for pushed in self.request.entries:
            if pushed.seq == self.damaged_at:
                self._damaged(pushed, ErrorCode.ENTRY_HASH_MISMATCH)
                break
            if pushed.seq <= device.seq or pushed.seq in held:
                if self._repeat(pushed, skew, fold):
                    continue
                break
            before = end[1] if end[0] == pushed.seq - 1 else declared.get(pushed.seq - 1) or self._stored_hash(pushed.seq - 1)
            if (fault := fault_of(pushed, before)) is not None and not self._as_it_is(pushed, fault, fold.incidents):
                self._damaged(pushed, fault)
                doubtful = pushed.seq - 1
                break
            end = (pushed.seq, pushed.hash)
            while reachable in held:
                reachable += 1
            if pushed.seq == reachable:
                reachable += 1
            elif (room := room - 1) < 0:
                break  # the rest stays on the device, unacknowledged, until the gap is filled
            kept.append(self._keep(pushed, skew))
        self._take_losses(held, doubtful, fold)
        return kept

    def _take_losses(self, held: set[int], doubtful: int | None, fold: Fold) -> None:
        """Declared hashes fill their numbers, but for what cannot be believed (`doubtful`: what this request's next does not
        follow from)."""
        device = self.device
        known = self.store.losses(device.organisation, device.id, device.epoch)
        for loss in self.request.lost:
            if loss.seq in known:
                continue  # what is left of it came with its first declaration
            self.aside.keep_rest(loss)
            if loss.seq in held or loss.seq == doubtful:
                continue
            if loss.seq > device.seq and losses.contradicted(loss, self.request.head, behind := self._at(loss.seq + 1)):
                if behind is not None:
                    fold.let_go(behind)
            elif loss.seq > device.seq or self._names_released(loss):
                losses.declare(self.judge, device, loss, fold.incidents, self.now_ms)

    def _lacks_released(self, seq: int) -> bool:
        device = self.device
        return self._stored_hash(seq) is None and is_released(self.store, device.organisation, device.id, device.epoch, seq)

    def _names_released(self, loss: DeclaredLoss) -> bool:
        """Whether a device gives the hash of a released number after all, and what stands behind follows from it."""
        if not self._lacks_released(loss.seq):
            return False
        self.returned = min(loss.seq, self.returned or loss.seq)
        return leads_on(loss.seq, loss.hash, self._at)

    def _as_it_is(self, pushed: PushedEntry, fault: ErrorCode, incidents: Incidents) -> bool:
        """Keep damaged bytes aside; whether they are what the device really has and may be taken all the same: private parts that
        come in the same wrong form again. A body that does not give its hash is never taken."""
        if self.bearer is None and not self.aside.came_before(pushed):
            return False
        incidents.open("damaged_entry", f"{self.device.epoch}/{pushed.seq}", {"seq": pushed.seq, "epoch": self.device.epoch})
        return fault is ErrorCode.ENTRY_PRIVATE_MISMATCH

    def _damaged(self, pushed: PushedEntry, fault: ErrorCode) -> None:
        self.outcomes.append(Outcome(seq=pushed.seq, epoch=self.device.epoch, id=None, state="parked", code=fault))

    def _keep(self, pushed: PushedEntry, skew: int | None) -> JournalEntry:
        device = self.device
        entry = JournalEntry(
            device.organisation, device.id, device.epoch, pushed.seq, pushed.hash, pushed.body.encode(), self.now_ms, skew
        )
        self.store.add_entry(entry, [decoded(part) for part in pushed.private])
        return entry

    def _repeat(self, pushed: PushedEntry, skew: int | None, fold: Fold) -> bool:
        """Say what became of a known number. Whether what comes behind it may be looked at."""
        entry = self._at(pushed.seq)
        if entry is None:
            self._found_again(pushed, skew, fold)
        elif entry.hash == pushed.hash:
            self.outcomes.append(self._present_outcome(entry))
        else:
            fold.differs(pushed)
        return entry is None or entry.hash == pushed.hash

    def _found_again(self, pushed: PushedEntry, skew: int | None, fold: Fold) -> None:
        """The body of an entry declared lost, or released: taken in where it belongs, if it is what the hash names."""
        before = self._stored_hash(pushed.seq - 1)
        late = self._lacks_released(pushed.seq)
        if late:
            self.returned = min(pushed.seq, self.returned or pushed.seq)
        elif before is None:
            return  # before this epoch's start: stored in an earlier one
        strange = late and not leads_on(pushed.seq, pushed.hash, self._at)
        fault = ErrorCode.ENTRY_HASH_MISMATCH if strange else fault_of(pushed, before)
        if fault is not None and not self._as_it_is(pushed, fault, fold.incidents):
            return
        entry = self._keep(pushed, skew)
        fold.settle(entry)
        if late:
            self.judge.note(self.device, entry, {"released": True})
        self.outcomes.append(outcome_of(entry))
        fold.incidents.close("declared_loss", f"{self.device.epoch}/{pushed.seq}")

    def _present_outcome(self, entry: JournalEntry) -> Outcome:
        """What has become of an entry by now; of a second copy: what has become of the first."""
        first = self.store.entry_by_id(entry.organisation, entry.entry_id) if entry.repeat_of and entry.entry_id else None
        if first is not None:
            entry.state, entry.code, entry.version, entry.detail = first.state, first.code, first.version, first.detail
        return outcome_of(entry)
