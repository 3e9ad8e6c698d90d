"""A device's disk: what was committed stays, whatever happens to the process; it can crash, fill up, rot, be copied and go back.

Neighbours: `phone.py` opens devices on it. Invariant: a commit is whole or not there.
"""

import copy
import errno
from dataclasses import replace

from sync.device_state import Changes, Kept, MemoryDeviceStore, Recorded
from sync.journal import extend
from tests.sim.faults import Chance, Fault
from tests.sim.server import Crash


class Disk(MemoryDeviceStore):
    """`sync.device_state.DeviceStore` with faults."""

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self.chance = chance
        self.full = False

    def load(self) -> Kept:
        """A copy, lists and numbers included."""
        kept = self.kept
        return Kept(
            copy.deepcopy(kept.meta), list(kept.entries), dict(kept.hashes), dict(kept.files), dict(kept.records)
        )  # fmt: skip

    def commit(self, changes: Changes) -> None:
        """Crash before or after; OSError while full."""
        page = bool(changes.records)
        if self.full:
            raise OSError(errno.ENOSPC, "simulated")
        if self.chance.hits(Fault.DEVICE_CRASH_BEFORE_COMMIT, 0.01):
            raise Crash
        if page and self.chance.hits(Fault.DEVICE_CRASH_ON_PAGE, 0.03):
            raise Crash
        super().commit(replace(changes, meta=copy.deepcopy(changes.meta)))
        if self.chance.hits(Fault.DEVICE_CRASH_AFTER_COMMIT, 0.01):
            raise Crash

    def snapshot(self) -> "tuple[Kept, dict[str, bytes]]":
        """A backup."""
        return self.load(), dict(self.bytes)

    def restore(self, backup: "tuple[Kept, dict[str, bytes]]") -> None:
        """Go back to one."""
        self.kept, self.bytes = backup[0], dict(backup[1])

    def rot(self) -> str | None:
        """Change a byte of one body that no receipt covers; its entry's id, or None when there is none. Not of one behind a lost
        number: nobody has what it follows from, so nobody can find that out."""
        known = self.kept.hashes.keys() | {0}
        waiting = [index for index, row in enumerate(self.kept.entries) if not row.proven and row.seq - 1 in known]
        if not waiting:
            return None
        index = self.chance.random.choice(waiting)
        row = self.kept.entries[index]
        at = self.chance.random.randrange(len(row.body))
        body = row.body[:at] + (b"x" if row.body[at : at + 1] != b"x" else b"y") + row.body[at + 1 :]
        self.kept.entries[index] = replace(row, body=body)
        return row.id

    def lose_a_number(self) -> str | None:
        """Body and hash of one entry that is neither proven nor the last are gone: nobody can send or declare that number. The
        entry's id, or None when there is none."""
        end = self.kept.meta.get("end", {"seq": 0})["seq"]
        sound = {row.seq for row in self.kept.entries if row.seq - 1 in self.kept.hashes and self._is_sound(row)}
        waiting = [row for row in self.kept.entries if not row.proven and not row.held and row.seq < end]
        waiting = [row for row in waiting if row.seq + 1 in sound]  # see `rot`
        if not waiting:
            return None
        row = self.chance.random.choice(waiting)
        self.kept.entries.remove(row)
        self.kept.hashes.pop(row.seq, None)
        return row.id

    def _is_sound(self, row: Recorded) -> bool:
        return extend(self.kept.hashes[row.seq - 1], row.seq, row.body) == row.hash
