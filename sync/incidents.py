"""What a person must know about a journal: incidents, and the device's own line on the office's devices page.

Incidents are records with ids derived from what happened, so the same thing said twice is one incident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas import limits
from schemas.protocol import Head, Repair, SyncRequest
from sync import instants
from sync.journal import derived_id
from sync.judge import Judge, engine_stamp
from sync.occurred import is_clock_suspect
from sync.pushed import Bearer
from sync.store import DeviceState, Store, StoredRecord
from sync.unit import RecordWriter


@dataclass
class Incidents:
    """Writes incidents and device states inside the transaction of one push."""

    judge: Judge
    device: DeviceState
    now_ms: int

    def open(self, incident: str, key: str, detail: dict[str, Any], *, anew: bool = False) -> None:
        """Open (or refresh) the incident of this type and key on this device. `anew`: it has happened once more."""
        judge = self.judge
        writer = RecordWriter(judge.store, judge.organisation, judge.version + 1, judge.touched)
        if write_incident(writer, self.device, incident, key, detail, self.now_ms, anew=anew):
            judge.version += 1

    def close(self, incident: str, key: str) -> None:
        """What the incident told of is over."""
        known = self._known(incident, key)
        if known is not None and known.data["state"] == "open":
            writer = self._writer()
            over = {"state": "closed", "closed_at": instants.to_text(self.now_ms)}
            writer.write("incident", known.id, over, engine_stamp(writer.version, self.now_ms), create=False)

    def _known(self, incident: str, key: str) -> StoredRecord | None:
        record_id = derived_id("incident", self.device.organisation, self.device.id, incident, key)
        known = self.judge.store.record(self.device.organisation, "incident", record_id)
        return None if known is None or known.gone else known

    def diverged(self, repairs: Sequence[Repair]) -> None:
        """The device did not hold what the server says it held, and has put it right: how it came to that must be known."""
        for one in repairs:
            detail = {"bucket": one.bucket, "version": one.version, "parts": len(one.parts)}
            self.open("divergence", f"{one.bucket}/{one.version}", detail)

    def gate_breached(self, breaches: Sequence[tuple[int, str]]) -> None:
        """The device let new work be recorded further than its organisation allows."""
        if breaches:
            device = self.device
            detail = {"why": breaches[0][1], "epoch": device.epoch, "since_seq": device.clear_seq}
            self.open("gate_breach", f"{device.epoch}/{device.clear_seq}", detail, anew=True)

    def imported(self, bearer: Bearer, head: Head) -> None:
        """Something came in a file: who brought it, and how much by now (a file comes in pieces, and may come again)."""
        if not bearer.fresh:
            return
        key = f"{head.epoch}/{head.seq}"
        record_id = derived_id("incident", self.device.organisation, self.device.id, "imported", key)
        known = self.judge.store.record(self.device.organisation, "incident", record_id)
        entries = bearer.fresh + (known.data["detail"]["entries"] if known is not None else 0)
        self.open("imported", key, {"by": bearer.person, "epoch": head.epoch, "seq": head.seq, "entries": entries})
        self.proven()

    def waiting(self) -> None:
        """What lies in the device's quarantine waits for a manager, or does no longer."""
        judge = self.judge
        writer = RecordWriter(judge.store, judge.organisation, judge.version + 1, judge.touched)
        if note_quarantine(writer, self.device, self.now_ms):
            judge.version += 1

    def clock_seen(self, skew: int, before: int | None) -> None:
        """A clock that cannot be right opens the device's one incident of it, a clock that is right again ends it. What was
        closed by a person stays so until the clock has gone wrong once more, or moved on by as much again. `before`: how far off
        it was when the device's line was last written."""
        if not is_clock_suspect(skew):
            if is_clock_suspect(before):
                self.close("clock", "")
            return
        said = self._known("clock", "")
        if said is None or not is_clock_suspect(before) or is_clock_suspect(skew - said.data["detail"]["skew_ms"]):
            self.open("clock", "", {"skew_ms": skew}, anew=True)

    def device_seen(self, request: SyncRequest, skew: int | None, *, late: bool) -> None:
        """Refresh the device's line, when something a person would look at has changed or a minute has passed.

        `late`: the request knows less than the server; what it says is pending, and its clock, may be long done.
        """
        device = self.device
        values = seen_news(self.judge.store, device, request, self.now_ms, late=late)
        if values is None:
            return
        device.last_seen_ms = self.now_ms
        values |= {"last_seen_at": instants.to_text(self.now_ms)}
        if not late:
            values["skew_ms"] = skew
            stored = self.judge.store.record(device.organisation, "device", device.id)
            if skew is not None and stored is not None:
                self.clock_seen(skew, stored.data["skew_ms"])
        if request.storage is not None:
            values["storage"] = request.storage.model_dump()
        writer = self._writer()
        writer.write("device", device.id, values, engine_stamp(writer.version, self.now_ms), create=False)
        if "lost" in values:
            self.close("device_lost", "")

    def proven(self) -> None:
        """The device's line names the end of its journal, moved by somebody else's word."""
        device = self.device
        stored = self.judge.store.record(device.organisation, "device", device.id)
        if stored is not None and not stored.gone and stored.data["proven_seq"] != device.seq:
            writer = self._writer()
            stamp = engine_stamp(writer.version, self.now_ms)
            pending = dict(stored.data["pending"])  # what it announced stays: proven and pending entries together
            pending["entries"] = max(0, stored.data["proven_seq"] + pending["entries"] - device.seq)
            writer.write("device", device.id, {"proven_seq": device.seq, "pending": pending}, stamp, create=False)

    def _writer(self) -> RecordWriter:
        judge = self.judge
        judge.version += 1
        return RecordWriter(judge.store, judge.organisation, judge.version, judge.touched)


def seen_news(store: Store, device: DeviceState, request: SyncRequest, now_ms: int, *, late: bool) -> dict[str, Any] | None:
    """What a request says of its device that the device's line must show now; None while the line may stay as it is."""
    stored = store.record(device.organisation, "device", device.id)
    if stored is None or stored.gone:
        return None
    values: dict[str, Any] = {"epoch": device.epoch, "proven_seq": device.seq}
    if not late:
        values |= {"app": request.app, "pending": _still_pending(device, request)}
    lost = stored.data.get("lost")
    if lost and lost["back_at"] is None:  # it speaks: it is not lost any more, whatever it brings
        values["lost"] = {**lost, "back_at": instants.to_text(now_ms)}
    skew = None if late else instants.skew(request.clock.wall, now_ms)
    if skew is not None and is_clock_suspect(skew) != is_clock_suspect(stored.data["skew_ms"]):
        values["skew_ms"] = skew
    fresh = now_ms - device.last_seen_ms < limits.DEVICE_SEEN_WRITE_SECONDS * 1000
    return None if fresh and all(stored.data[name] == value for name, value in values.items()) else values


def _still_pending(device: DeviceState, request: SyncRequest) -> dict[str, int]:
    """What the device said it has, less what this push brought."""
    pending = request.pending.model_dump()
    pending["entries"] = max(0, request.head.seq - device.seq) if device.may_speak else 0
    return pending


def write_incident(
    writer: RecordWriter,
    device: DeviceState,
    incident: str,
    key: str,
    detail: dict[str, Any],
    now_ms: int,
    *,
    anew: bool = False,
) -> bool:
    """Open the incident of this type and key on a device. Said again with other detail, it is refreshed; with the same,
    nothing is written: what a person has closed stays closed (a request may be repeated), unless it has happened once more,
    `anew`. Whether something was written."""
    record_id = derived_id("incident", device.organisation, device.id, incident, key)
    known = writer.store.record(device.organisation, "incident", record_id)
    if known is not None and known.data["detail"] == detail:
        settled = known.data.get("closed_by") is not None and not anew
        if known.data["state"] == "open" or settled:
            return False
    values: dict[str, Any] = {
        "depot_id": device.depot, "device_id": device.id, "type": incident, "detail": detail,
        "at": instants.to_text(now_ms), "state": "open",
    }  # fmt: skip
    if known is not None and known.data["state"] == "closed":
        values |= {"closed_by": None, "closed_at": None, "note": ""}
    writer.write("incident", record_id, values, engine_stamp(writer.version, now_ms), create=True)
    return True


def note_quarantine(writer: RecordWriter, device: DeviceState, now_ms: int) -> bool:
    """The incident `quarantine` says how many entries of a device wait for a manager, and ends when none does. Whether something
    was written."""
    waiting = writer.store.quarantine_count(device.organisation, device.id, damaged=False)
    if waiting:
        return write_incident(writer, device, "quarantine", "", {"waiting": waiting}, now_ms)
    record_id = derived_id("incident", device.organisation, device.id, "quarantine", "")
    known = writer.store.record(device.organisation, "incident", record_id)
    if known is None or known.gone or known.data["state"] != "open":
        return False
    over = {"state": "closed", "closed_at": instants.to_text(now_ms), "detail": {"waiting": 0}}
    writer.write("incident", record_id, over, engine_stamp(writer.version, now_ms), create=False)
    return True
