"""The contiguous end of a device's journal, extended over what is stored, each entry judged as it is reached. Pure.

Neighbours: `engine.py` calls it for whoever pushes and for whoever's gap was released; `judge.py` has the verdict on one entry.
Invariants: stored before judged · the end goes on over a body, a declared hash, or a gap that a manager released — nothing else ·
what stands behind a gap is held and told of.
"""

from dataclasses import dataclass, field

from schemas.errors import ErrorCode
from schemas.protocol import Outcome, PushedEntry
from sync.aside import Aside, outcome_of
from sync.incidents import Incidents
from sync.journal import extend, holes
from sync.judge import Judge
from sync.released import behind_gap, next_behind, released
from sync.store import DeviceState, JournalEntry, Store

GAP_RANGES_MAX = 50
"""How many missing ranges an incident names."""


@dataclass
class Fold:
    """Extends one device's end inside one transaction. `outcomes`: of every entry reached or left held, but for `differing`:
    numbers of which this push brought other bytes than are held."""

    judge: Judge
    device: DeviceState
    incidents: Incidents
    aside: Aside
    judge_entries: bool = True
    outcomes: list[Outcome] = field(default_factory=list)
    differing: set[int] = field(default_factory=set)

    @property
    def _store(self) -> Store:
        return self.judge.store

    def run(self) -> None:
        """Go as far as the stored entries, the declared losses and the released gaps lead."""
        device = self.device
        lost = self._store.losses(device.organisation, device.id, device.epoch)
        first = device.seq + 1
        while (found := self._next(lost)) is not None:
            seq, entry = found
            if entry is None:
                device.seq, device.hash = seq, lost[seq]
                continue
            # What stands behind a released gap is taken by its own hash: what it follows from is not here.
            if seq == device.seq + 1 and extend(device.hash, seq, entry.body or b"") != entry.hash:
                self.let_go(entry)
                break
            device.seq, device.hash = seq, entry.hash
            self.settle(entry)
            self.outcomes.append(outcome_of(entry))
        if device.seq >= first:
            self.incidents.close("gap", f"{device.epoch}/{first}")
            self.incidents.close("damaged_entry", f"{device.epoch}/{first}")
            self._name_former(first, lost)
        self._note_gap(lost)

    def _name_former(self, first: int, lost: dict[int, str]) -> None:
        """Numbers are filled. What was held under one of them and is neither its bytes nor its hash was not changed on its way:
        it is another entry, the device went back to a backup."""
        found = False
        for one, pushed in self.aside.once_held(first, self.device.seq):
            entry = self._at(one.seq)
            chain_hash, body = (entry.hash, entry.body) if entry is not None else (lost.get(one.seq), None)
            other = chain_hash not in (None, pushed["hash"]) and body != pushed["body"].encode()
            if other and self.aside.keep_former(one, pushed):
                self.incidents.open("held_differs", f"{one.epoch}/{one.seq}", {"seq": one.seq})
                found = True
        if found:
            self.incidents.waiting()

    def _next(self, lost: dict[int, str]) -> tuple[int, JournalEntry | None] | None:
        """The next number that may follow, and its entry: None for one declared lost."""
        device, seq = self.device, self.device.seq + 1
        entry = self._at(seq)
        if entry is not None or seq in lost:
            return seq, entry
        known = [*self._held(), *(number for number in lost if number > seq)]
        if not known:
            return None
        behind = next_behind(released(self._store, device.organisation, device.id, device.epoch), seq, known)
        return None if behind is None else (behind, self._at(behind))

    def _at(self, seq: int) -> JournalEntry | None:
        return self._store.entry_at(self.device.organisation, self.device.id, self.device.epoch, seq)

    def _held(self) -> list[int]:
        return self._store.held_seqs(self.device.organisation, self.device.id, self.device.epoch)

    def _note_gap(self, lost: dict[int, str]) -> None:
        device, held = self.device, self._held()
        known = behind_gap(held, lost, device.seq)
        if not known:
            return
        missing = holes(device.seq + 1, known[-1], known)
        detail = {"missing": [list(numbers) for numbers in missing[:GAP_RANGES_MAX]], "epoch": device.epoch}
        # It cannot be closed while anything stands behind it: who closed it before did not close this.
        self.incidents.open("gap", f"{device.epoch}/{device.seq + 1}", detail, anew=True)
        if held:
            entries = self._store.entries(device.organisation, device.id, device.epoch, held[0], held[-1])
            self.outcomes += [outcome_of(entry) for entry in entries if entry.seq not in self.differing]

    def differs(self, pushed: PushedEntry) -> None:
        """Other bytes are held under this number: the device keeps its own copy, and once the end reaches it, it is a fork."""
        self.aside.came_before(pushed)
        self.incidents.open("held_differs", f"{self.device.epoch}/{pushed.seq}", {"seq": pushed.seq})
        self.differing.add(pushed.seq)
        self._say_damaged(pushed.seq)

    def let_go(self, entry: JournalEntry) -> None:
        """What was held beyond a gap does not follow from what filled it: it was changed on its way. Its bytes are kept aside,
        its number is free again."""
        self.aside.keep_held(entry)
        self._store.drop_held(entry)
        self._say_damaged(entry.seq)

    def _say_damaged(self, seq: int) -> None:
        code = ErrorCode.ENTRY_HASH_MISMATCH
        self.outcomes.append(Outcome(seq=seq, epoch=self.device.epoch, id=None, state="parked", code=code))

    def settle(self, entry: JournalEntry) -> None:
        """Give one stored entry its outcome."""
        if self.judge_entries:
            self.judge.judge(self.device, entry)
        else:
            self.judge.park(self.device, entry, ErrorCode.ENTRY_SERVER_ERROR)
