"""An office device and the manager at it: conflicts decided, refused entries ratified or rejected, gaps released, what lies aside
admitted or dismissed, records edited — while others do the same in the field.

Neighbours: `phone.py` is what it is made of, so it crashes, loses and reorders as any; `world.py` lets it act; what it may
read is worked out anew in `checkers.py`. Invariant: everything is done from what the device shows, but for the quarantine, which
an office reads from the server.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from sync.store import KeptAside
from tests.sim.phone import Phone

LIKED = 6
"""How many times likelier something that waits for the office is taken up than a plain edit."""


class Desk(Phone):
    """A browser in the office."""

    kind = "office"

    def act(self, aside: Callable[[str], list[KeptAside]]) -> None:
        """One thing somebody does. `aside` gives what is kept aside of a device."""
        if self.open() is None:
            return
        waiting = [*self._conflicts(), *self._gaps(), *self._quarantine(aside)]
        edits = [
            self._lock, self._block, self._reassign, self._cancel_task, self._cancel_rental, self._lose, self._close
        ]  # fmt: skip
        weights = [LIKED] * len(waiting) + [5, 3, 3, 1, 1, 1, 3]
        for chosen in self.ids.random.choices([*waiting, *edits], weights, k=self.ids.random.choice((1, 2, 4))):
            chosen()

    def _any(self, kind: str) -> Any:
        rows = sorted((row for row in self._shown(kind)), key=lambda row: row.id)
        return self.ids.random.choice(rows) if rows else None

    def _shown(self, kind: str) -> list[Any]:
        device = self.open()
        return [] if device is None else device.shown(kind)

    # --- what waits for the office ------------------------------------------------------------------------------------
    def _conflicts(self) -> list[Callable[[], None]]:
        """Every one that is open; now and then one that is not, and that somebody else has decided by now."""
        rows = sorted(self._shown("conflict"), key=lambda row: row.id)
        return [partial(self._judge, row) for row in rows if row.data["state"] == "open" or self.ids.random.random() < 0.02]

    def _judge(self, row: Any) -> None:
        if row.data["rule"] == "right_revoked":
            refused = [
                entry
                for side in row.data["sides"]
                for entry, one in sorted(side["values"].get("entries", {}).items())
                if one["state"] == "refused"
            ]
            for entry in refused[: self.ids.random.choice((1, 3, 8))]:
                action = self.ids.random.choice(("entry.ratify", "entry.ratify", "entry.reject"))
                self.save(action, {"entry_id": entry, "reason": "查过了"})
            return
        side = self.ids.random.randrange(len(row.data["sides"]))
        choice = self.ids.random.choice(("side", "side", "both"))
        chosen = {"side": side} if choice == "side" else {}
        self.save("conflict.decide", {"conflict_id": row.id, "choice": choice, "reason": "看过照片", **chosen})

    def _gaps(self) -> list[Callable[[], None]]:
        rows = sorted(self._shown("incident"), key=lambda row: row.id)
        open_ = [row for row in rows if row.data["type"] == "gap" and row.data["state"] == "open"]
        return [partial(self._release, row) for row in open_ if self.ids.random.random() < 0.2]

    def release_gaps(self, devices: set[str]) -> None:
        """Give up all that is missing of them: nobody will send it any more."""
        for row in sorted(self._shown("incident"), key=lambda row: row.id):
            if row.data["type"] == "gap" and row.data["state"] == "open" and row.data["device_id"] in devices:
                self._release(row)

    def _release(self, row: Any) -> None:
        said = row.data["detail"]
        args = {"device_id": row.data["device_id"], "epoch": said["epoch"], "until": said["missing"][0][1], "reason": "补不上了"}
        self.save("gap.release", args)

    def _quarantine(self, aside: Callable[[str], list[KeptAside]]) -> list[Callable[[], None]]:
        rows = sorted(self._shown("device"), key=lambda row: row.id)
        found = [(row.id, [one for one in aside(row.id) if not one.decision]) for row in rows]
        return [partial(self._decide_aside, device, what) for device, what in found if what]

    def _decide_aside(self, device: str, kept: list[KeptAside]) -> None:
        action = self.ids.random.choice(("quarantine.admit", "quarantine.admit", "quarantine.dismiss"))
        whole = [one for one in kept if action == "quarantine.dismiss" or one.reason != "damaged"]
        some = (whole or kept)[: self.ids.random.choice((1, 4, 40))]
        entries = [{"epoch": one.epoch, "seq": one.seq, "hash": one.hash} for one in some]
        self.save(action, {"device_id": device, "entries": entries, "reason": "看过内容"})

    # --- devices and what befell them ---------------------------------------------------------------------------------
    def _lose(self) -> None:
        """Nobody knows where a device is."""
        rows = [row for row in self._shown("device") if row.id != self.id and row.data["type"] != "system"]
        if rows:
            row = self.ids.random.choice(sorted(rows, key=lambda row: row.id))
            self.save("device.lost", {"device_id": row.id, "reason": "找不到了"})

    def _close(self) -> None:
        """Somebody has looked into an incident, of whatever kind; some end only by themselves, and are refused."""
        rows = sorted((row for row in self._shown("incident") if row.data["state"] == "open"), key=lambda row: row.id)
        if rows:
            self.save("incident.close", {"incident_id": self.ids.random.choice(rows).id, "note": "查过了"})

    # --- plain edits --------------------------------------------------------------------------------------------------
    def _lock(self) -> None:
        if (asset := self._any("asset")) is not None:
            locked = self.ids.random.random() < 0.4
            self.save("asset.lock", {"asset_id": asset.id, "locked": locked, "reason": "检修"})

    def _block(self) -> None:
        if (customer := self._any("customer")) is not None:
            blocked = self.ids.random.random() < 0.3
            self.save("customer.block", {"customer_id": customer.id, "blocked": blocked, "reason": "欠款"})

    def _reassign(self) -> None:
        task, person = self._any("task"), self._any("person")
        if task is not None and person is not None:
            self.save("task.reassign", {"task_id": task.id, "assignee_id": person.id, "reason": "换人"})

    def _cancel_task(self) -> None:
        if (task := self._any("task")) is not None:
            self.save("task.cancel", {"task_id": task.id, "reason": "不用了"})

    def _cancel_rental(self) -> None:
        if (rental := self._any("rental")) is not None:
            self.save("rental.cancel", {"rental_id": rental.id, "reason": "客户取消"})
