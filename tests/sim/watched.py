"""What the office must be able to rely on, worked out anew: what an import took is here; what stands behind a gap or waits is
told of by an open incident, whatever anybody has closed; a device that spoke is not lost; what is here is never presumed missing.

Neighbours: `checkers.py` has the laws themselves, `carried.py` brings files, `world.py` shows every exchange. Invariant: states
are read only where they are what is checked; what should be is worked out from stored bytes and the log of what was saved.
"""

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from server.lost import report
from sync.annex import is_annex
from sync.outgoing import Push
from sync.store import DeviceState, JournalEntry, KeptAside, StoredRecord
from tests.sim.carried import EXPLAINED, Carried
from tests.sim.faults import Fault
from tests.sim.server import EFFECTIVE

if TYPE_CHECKING:
    from tests.sim.phone import Phone
    from tests.sim.world import World

DONE: Final = {
    "device.lost": Fault.DEVICE_LOST, "incident.close": Fault.INCIDENT_CLOSED, "gap.release": Fault.GAP_RELEASED,
    "quarantine.admit": Fault.QUARANTINE_ADMITTED, "quarantine.dismiss": Fault.QUARANTINE_DISMISSED,
}  # fmt: skip
"""What counts as tried when an entry of this action took effect."""


class Watched:
    """Watches one world beside its laws."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.laws = world.laws
        self.node = world.node
        self.refusals: dict[str, str] = {}
        self._brought: dict[str, set[str]] = defaultdict(set)

    # --- files --------------------------------------------------------------------------------------------------------
    def imported(self, file: Carried, new: list[str], before: DeviceState | None) -> None:
        """All of it is here now, and nothing but that: what it brought is not destroyed any more."""
        phone, laws = file.phone, self.laws
        self.refusals.pop(phone.id, None)
        self._brought[phone.id] |= set(new)
        missing = file.bodies - laws.stored_bodies()
        if missing:
            laws.broken("L1", "an import that was taken left out", len(missing), "entries of", phone.id)
        after = self.node.store.device(self.node.organisation, phone.id)
        if before is not None and after is not None and after.epoch != before.epoch:
            laws.broken("L3", "an import made a fork:", phone.id)
        here = {one.id for one in phone.saved if one.body in file.bodies}
        laws.destroyed -= here
        laws.forgotten -= here
        laws.destroyed_files -= {sha256 for sha256 in file.files if sha256 in self.node.vault}

    def refused(self, file: Carried, code: str) -> None:
        """A whole file was not taken. Only this device, or the server, having gone back to a backup explains that."""
        self.refusals[file.phone.id] = code
        gone_back = file.phone.id in self.laws.gone_back or self.world.chance.counts[Fault.SERVER_RESTORED]
        if code not in EXPLAINED or not gone_back:
            self.laws.broken("L1", "a good file was refused:", file.phone.id, code)

    def answered(self, phone: "Phone", push: Push) -> None:
        """An exchange went through: its device is not lost, and what a file brought may have come again."""
        brought = self._brought.get(phone.id)
        if brought and not brought.isdisjoint(came := {entry["hash"] for entry in push.request["entries"]}):
            brought -= came
            self.world.chance.count(Fault.PUSHED_AFTER_IMPORT)
        record = self.node.store.record(self.node.organisation, "device", phone.id)
        if record is not None and record.data["lost"] and record.data["lost"]["back_at"] is None:
            self.laws.broken("lost", "a device spoke, and is still called lost:", phone.id)

    def stands_behind_a_gap(self, device: str) -> bool:
        """Whether the server has entries or declared losses of a device beyond a missing number."""
        store, organisation = self.node.store, self.node.organisation
        state = store.device(organisation, device)
        if state is None:
            return False
        known = [*store.held_seqs(organisation, device, state.epoch), *store.losses(organisation, device, state.epoch)]
        return max(known, default=0) > state.seq

    # --- in the end ---------------------------------------------------------------------------------------------------
    def judge(self) -> None:
        journal = self.node.journal()
        for entry in journal:
            if entry.action in DONE and entry.state in EFFECTIVE and not entry.repeat_of:
                self.world.chance.count(DONE[entry.action])
        incidents: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for record in self.node.store.records(self.node.organisation, "incident"):
            incidents[record.data["device_id"]].append(record.data)
        for state in self.node.devices():
            if state.type != "system":
                self._told(state, incidents[state.id])
        for record in self.node.store.records(self.node.organisation, "device"):
            if record.data["lost"]:
                self._lost(record, incidents[record.id], journal)

    def _told(self, state: DeviceState, incidents: list[dict[str, Any]]) -> None:
        """What stands behind a gap, or waits aside, is told of by an open incident; nothing is told of that is not so."""
        open_ = [one for one in incidents if one["state"] == "open"]
        gaps = [one["detail"] for one in open_ if one["type"] == "gap"]
        named = any(said["epoch"] == state.epoch and said["missing"][0][0] == state.seq + 1 for said in gaps)
        if self.stands_behind_a_gap(state.id) and not named:
            self.laws.broken("L3", "a gap that no open incident names:", state.id, state.epoch, state.seq + 1)
        waiting = sum(one.reason != "damaged" and not one.decision for one in self._aside(state.id))
        said = [one["detail"]["waiting"] for one in open_ if one["type"] == "quarantine"]
        if said != [waiting] * bool(waiting):
            self.laws.broken("L1", "aside wait", waiting, "and the office reads of", said, "of", state.id)

    def _aside(self, device: str) -> list[KeptAside]:
        return self.node.store.kept_aside(self.node.organisation, device)

    def _lost(self, record: StoredRecord, incidents: list[dict[str, Any]], journal: list[JournalEntry]) -> None:
        lost = record.data["lost"]
        if lost["back_at"] is not None:
            self.world.chance.count(Fault.DEVICE_BACK)
            if any(one["type"] == "device_lost" and one["state"] == "open" for one in incidents):
                self.laws.broken("lost", "is back, and its incident is open:", record.id)
        store, organisation = self.node.store, self.node.organisation
        state = store.device(organisation, record.id)
        phone = next((one for one in self.laws.everybody() if one.id == record.id), None)
        if state is None or phone is None:
            return
        said = report(store, state, record, self.world.now)
        presumed = {seq for first, last in said.presumed_missing for seq in range(first, last + 1)}
        here = {
            entry.body for entry in journal if entry.device == state.id and (entry.epoch == state.epoch or is_annex(entry.epoch))
        }
        stored = self.laws.stored_bodies()
        kept = {one.seq for one in phone.saved if one.body in here}
        if presumed & kept:
            self.laws.broken("lost", "what is here is presumed missing:", record.id, sorted(presumed & kept)[:3])
        proven = lost["proven_seq"] if lost["epoch"] == state.epoch else state.seq  # it goes on in another: it has spoken
        announced = range(proven + 1, said.announced_last_seq + 1)
        gone = {one.seq for one in phone.saved if one.body not in stored and one.seq in announced}
        known = {
            seq for epoch, _, _ in store.epochs(organisation, state.id) for seq in store.losses(organisation, state.id, epoch)
        }
        known |= {one.seq for one in phone.saved if one.body in stored}
        if len(presumed) == said.presumed_missing_count and (gone - known - presumed):
            self.laws.broken("lost", "what is nowhere is not presumed missing:", record.id, sorted(gone - known - presumed)[:3])
