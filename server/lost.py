"""What is presumed missing with a lost device, from what is stored, at the moment it is asked. Reading only.

Neighbours: `server/http/quarantine.py` shows it, `server/domain/devices.py` writes down that a device is lost,
`sync/incidents.py` that it is back. Invariants: what is here is never presumed missing, by whatever way it came · nothing is
presumed of a device that has spoken since · numbers are those of the newest epoch: what was said of an abandoned one says nothing
of them, and a device that goes on in a newer one has spoken · a journal is read page by page, however long it is.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from schemas import limits
from schemas.device_reports import AssignedHandover, AssignedTask, AwaitedFile, DeviceReport, lost_word
from schemas.limits import SEQ_MAX
from schemas.protocol import Pending
from sync import instants
from sync.annex import is_annex
from sync.aside import DAMAGED
from sync.journal import holes
from sync.released import still_missing
from sync.store import DeviceState, JournalEntry, Store, StoredRecord
from sync.walk import walk_all

Model = TypeVar("Model", AssignedHandover, AssignedTask)
_RANGES_MAX: Final = 50
"""How many missing ranges are named."""
_BEGINS: Final = {"handover.start": "handover_id", "transfer.start": "transfer_id"}
"""What begins a handover, and which argument names it."""


def report(store: Store, device: DeviceState, seen: StoredRecord, now_ms: int) -> DeviceReport:
    """The report of one device; `seen` is its record."""
    organisation, data = device.organisation, seen.data
    lost = lost_word(data.get("lost") or {})
    said = lost if lost is not None and lost.epoch == device.epoch else None
    announced = said.pending if said else Pending.model_validate(data["pending"])
    proven = said.proven_seq if said else device.seq
    last = min(proven + announced.entries, SEQ_MAX)
    declared = {
        seq for epoch, _, _ in store.epochs(organisation, device.id) for seq in store.losses(organisation, device.id, epoch)
    }
    journal = _read(store, device, range(proven + 1, last + 1), declared)
    here = journal.arrived | _here(store, device, proven, last)
    missing = holes(proven + 1, last, sorted(here))
    missing += still_missing(store, organisation, device.id, device.epoch)
    end = store.entry_at(organisation, device.id, device.epoch, device.seq)
    hashes, files = store.missing_blobs(organisation, device.id, limits.REPORT_ITEMS_MAX)
    tasks = _tasks(store, device)
    final = lost is not None and lost.back_at is None
    return DeviceReport(
        device=device.id, at=instants.to_text(now_ms), state=device.state, lost=lost, epoch=device.epoch, proven_seq=device.seq,
        proven_hash=device.hash, proven_at=instants.to_text(end.received_ms) if end else None,
        seen_at=data["last_seen_at"], announced=announced, announced_last_seq=last,
        presumed_missing=missing[:_RANGES_MAX], presumed_missing_count=sum(high - low + 1 for low, high in missing),
        arrived=len(here), aside_waiting=store.quarantine_count(organisation, device.id, damaged=False),
        declared_lost=sorted(declared - journal.found)[: limits.REPORT_ITEMS_MAX],
        files=[_file(store, organisation, sha256) for sha256 in hashes], files_count=files,
        handovers=_handovers(store, organisation, device.id, journal.begun), tasks=tasks[: limits.REPORT_ITEMS_MAX],
        tasks_count=len(tasks), final=final,
    )  # fmt: skip


@dataclass
class _Read:
    """What the report needs of a journal, read once from one end to the other: announced numbers that have come since, in the
    newest epoch or an annex; numbers declared lost of which there is an entry all the same; ids of the handovers begun."""

    arrived: set[int] = field(default_factory=set)
    found: set[int] = field(default_factory=set)
    begun: dict[str, None] = field(default_factory=dict)


def _read(store: Store, device: DeviceState, announced: range, declared: set[int]) -> _Read:
    read = _Read()
    for entry in walk_all(store, device.organisation, device.id):
        if entry.seq in announced and (entry.epoch == device.epoch or is_annex(entry.epoch)):
            read.arrived.add(entry.seq)
        if entry.seq in declared:
            read.found.add(entry.seq)
        if _is_begun(entry):
            args = json.loads(entry.body or b"{}")["args"]
            read.begun[args[_BEGINS[entry.action]]] = None
    return read


def _here(store: Store, device: DeviceState, proven: int, last: int) -> set[int]:
    """Announced numbers that have come since otherwise: declared lost, or kept aside."""
    found = set(store.losses(device.organisation, device.id, device.epoch))
    found |= {one.seq for one in store.kept_aside(device.organisation, device.id) if one.reason != DAMAGED}
    return {seq for seq in found if proven < seq <= last}


def _file(store: Store, organisation: str, sha256: str) -> AwaitedFile:
    known = store.blob(organisation, sha256)
    assert known is not None, "what is declared is known"
    return AwaitedFile(
        sha256=sha256, size=known.size, type=known.type, role=known.role, state="awaited",
        records=store.blob_links(organisation, sha256),
    )  # fmt: skip


def _handovers(store: Store, organisation: str, device: str, begun: Iterable[str]) -> list[AssignedHandover]:
    """Begun on this device and not finished, in the order they were begun; REPORT_ITEMS_MAX of them at most."""
    found: list[AssignedHandover] = []
    for handover_id in begun:
        if len(found) == limits.REPORT_ITEMS_MAX:
            break
        stored = store.record(organisation, "handover", handover_id)
        if stored is None or stored.gone or (stored.data["state"], stored.data["device_id"]) != ("started", device):
            continue
        found.append(_taken(AssignedHandover, stored.data))
    return found


def _is_begun(entry: JournalEntry) -> bool:
    return entry.action in _BEGINS and entry.state in ("applied", "merged", "conflict") and not entry.repeat_of


def _tasks(store: Store, device: DeviceState) -> list[AssignedTask]:
    """Open work: of the person whose device it is, or of the depot; the earliest due first."""
    mine = [
        one.data for one in store.records(device.organisation, "task")
        if one.data["state"] == "open"
        and (one.data["assignee_id"] == device.person if device.person else one.data["depot_id"] == device.depot)
    ]  # fmt: skip
    return [_taken(AssignedTask, data) for data in sorted(mine, key=lambda data: (data["due_at"], data["id"]))]


def _taken(model: type[Model], data: dict[str, Any]) -> Model:
    return model.model_validate({name: data[name] for name in model.model_fields})
