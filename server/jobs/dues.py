"""When an asset or rental will ask for a task: read once in pages, then only what has changed; looked at when its time has come.

Neighbours: `planning.py` says what is asked for and writes it, `server/notify/watch.py` does the same for alerts. Invariants:
nothing here is the truth: whoever writes looks again inside the transaction · a round costs what has changed and what has become
due, not what there is · what a round took and could not finish is taken again.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec

from schemas.records import Audience
from server.calm import Patient
from server.domain.planning import OPEN
from server.storage.changed import PAGE, page

Record = dict[str, Any]
Key = tuple[str, str]
"""(kind, id) of an asset or rental."""
TAKEN_MAX: Final = 500
"""Looked at in one reading job."""
_LEAVE_SOMETHING: Final = ("service_due", "inspection_failed")
"""Causes of tasks after which an asset may ask for another: by date when the meter's was cancelled, the same once repaired."""
_KINDS: Final = ("asset", "rental", "task")


class _Change(msgspec.Struct):
    data: Any = None


_CHANGES: Final = msgspec.json.Decoder(_Change)


@dataclass
class Dues:
    """One organisation's. `wakes`: (kind, record) → the moments, in milliseconds, at which it asks for something; 0: now."""

    organisation: str
    cursors: dict[str, int] = field(default_factory=dict)
    services: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Open service task → its asset, and the depot it is in."""
    read: int = 0
    """Changes read so far."""
    _basis: object = None
    _queue: list[tuple[int, Key]] = field(default_factory=list)
    _waiting: dict[Key, set[int]] = field(default_factory=dict)

    async def refresh(
        self, database: Patient, depots: Sequence[str], basis: object, wakes: Callable[[str, Record], Iterable[int]]
    ) -> None:
        """Read what has changed in these depots. `basis`: the figures `wakes` goes by; by others everything is read again."""
        if basis != self._basis:
            self.cursors, self._queue, self._waiting, self._basis = {}, [], {}, basis
        for depot in depots:
            bucket = f"depot:{depot}/{Audience.OFFICE}"
            full = True
            while full:
                rows = await database.read(partial(page, self.organisation, bucket, _KINDS, self.cursors.get(bucket, 0)))
                for _, kind, record_id, gone, wire in rows:
                    data = None if gone else _CHANGES.decode(wire).data
                    if kind == "task":
                        self._take_task(depot, record_id, data)
                    elif data is not None:
                        for at_ms in wakes(kind, data):
                            self._wait((kind, record_id), at_ms)
                self.read += len(rows)
                if rows:
                    self.cursors[bucket] = rows[-1][0]
                full = len(rows) >= PAGE

    def take(self, now_ms: int) -> list[Key]:
        """What asks for something by now, so many at once."""
        taken: list[Key] = []
        while self._queue and self._queue[0][0] <= now_ms and len(taken) < TAKEN_MAX:
            at_ms, key = heapq.heappop(self._queue)
            moments = self._waiting.get(key, set())
            moments.discard(at_ms)
            if not moments:
                self._waiting.pop(key, None)
            taken.append(key)
        return taken

    def put_back(self, keys: Iterable[Key]) -> None:
        """They are looked at again in the next round."""
        for key in keys:
            self._wait(key, 0)

    def in_service(self) -> set[str]:
        """Assets with an open service task."""
        return {asset for asset, _ in self.services.values()}

    def _take_task(self, depot: str, task_id: str, task: Record | None) -> None:
        if task is None:
            if self.services.get(task_id, ("", ""))[1] == depot:
                self._wait(("asset", self.services.pop(task_id)[0]), 0)
        elif (task.get("made") or {}).get("cause") == "service_due" and task["asset_id"] and task["state"] in OPEN:
            self.services[task_id] = (task["asset_id"], depot)
        else:
            self.services.pop(task_id, None)
            if (task.get("made") or {}).get("cause") in _LEAVE_SOMETHING and task["asset_id"] and task["state"] not in OPEN:
                self._wait(("asset", task["asset_id"]), 0)

    def _wait(self, key: Key, at_ms: int) -> None:
        moments = self._waiting.setdefault(key, set())
        if at_ms not in moments:
            moments.add(at_ms)
            heapq.heappush(self._queue, (at_ms, key))
