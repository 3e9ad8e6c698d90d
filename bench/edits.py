"""Workload F: people without a network edit the same records; then all of them sync until everybody has the same.

Three kinds of edit meet on each record: a reading and an accessory of a check-in (`union`, key by key, the later word of one
key wins), severity and size of a damage (`review`, `last_writer`). Neighbours: `pages.py` carries them; `sync/merge.py` has the
rules. Invariants: nobody had seen anybody else's edit; afterwards every device must hold the same records, every entry must be in
the journal byte for byte, every value must stand or be in the field's history with its rule named, and whoever's value does
not stand must have been told by an outcome: all of it is counted from what the devices were told and what is stored, and what
is missing fails the run.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.company import VIEWS, Company, Enrolled, Kept
from bench.measured import Measured
from bench.pages import Line, pack
from bench.wire import Caller
from server.app import make_house
from server.settings import Settings
from server.storage.store import SqlStore
from sync.merge import FieldMeta
from sync.store import StoredRecord

METER: Final = "odometer"
ACCESSORY: Final = "charging_cable"
SEVERITIES: Final = ("minor_damage", "severe_damage")


@dataclass(frozen=True)
class Edit:
    """One entry, and the values it says: (kind, record, field, key of a union or None) → value."""

    entry: str
    body: bytes
    seq: int
    says: dict[tuple[str, str, str, str | None], Any]


@dataclass
class Editor:
    """One device with its edits."""

    device: Enrolled
    request: bytes
    idle: bytes
    edits: list[Edit] = field(default_factory=list)


@dataclass(frozen=True)
class _Edited:
    """What all editors edit: a check-in and a damage found in it, as everybody has them."""

    handover: Kept
    damage: Kept


def make_editors(company: Company) -> list[Editor]:
    """Each editor edits each record once; which of the three edits it is goes round."""
    now_ms, records = time.time_ns() // 1_000_000, _edited(company)
    editors = []
    for number, device in enumerate(company.devices[: company.size.editors]):
        journal, edits = company.journal(device), []
        for at, record in enumerate(records):
            action, args, says = _edit(record, number, (at + number) % 3)
            seen = {record.handover.id: record.handover.version, record.damage.id: record.damage.version}
            made = journal.record(action, args, actor=company.person(number), now_ms=now_ms - 60_000 + at + number, seen=seen)
            edits.append(Edit(made.id, made.body, made.seq, says))
        request = pack(journal.request(now_ms))
        journal.outbox = []
        editors.append(Editor(device, request, pack(journal.request(now_ms)), edits))
    return editors


def _edited(company: Company) -> list[_Edited]:
    damages = {json.loads(kept.wire)["data"]["handover_id"]: kept for kept in company.records if kept.kind == "damage"}
    pairs = [_Edited(kept, damages[kept.id]) for kept in company.records if kept.kind == "handover"]
    return pairs[: company.size.edited]


def _edit(record: _Edited, editor: int, kind: int) -> tuple[str, dict[str, Any], dict[tuple[str, str, str, str | None], Any]]:
    """(action, its arguments, what it says)."""
    handover, damage = record.handover.id, record.damage.id
    if kind == 0:
        value = 20_000 + editor
        return (
            "reading.record", {"handover_id": handover, "meter": METER, "value": value},
            {("handover", handover, "readings", METER): value},
        )  # fmt: skip
    if kind == 1:
        note = f"充电线：{editor} 号测量员说少了一根"
        args = {"handover_id": handover, "accessory": ACCESSORY, "state": "missing", "note": note}
        return "accessory.report", args, {("handover", handover, "accessories", ACCESSORY): note}
    found = json.loads(record.damage.wire)["data"]
    assert found["view"] in VIEWS
    place = {name: found[name] for name in ("view", "part", "x", "y", "type")}
    severity, size = SEVERITIES[editor % 2], 500 + editor
    said = {"handover_id": handover, "damage_id": damage, "severity": severity, "size_mm": size, **place}
    says: dict[tuple[str, str, str, str | None], Any] = {("damage", damage, "size_mm", None): size}
    if severity != found["severity"]:  # who says what stands already changes nothing, so there is nothing of his to keep
        says["damage", damage, "severity", None] = severity
    return "damage.record", said, says


async def edits_ours(callers: Sequence[Caller], company: Company, editors: Sequence[Editor]) -> tuple[Measured, list[Line]]:
    """All push at once; when the last one is answered, all pull until there is nothing more. The lines know what was told."""
    lines = [Line(editor.device, company.cursors_of(editor.device)) for editor in editors]
    cpu, began = time.process_time(), time.perf_counter()
    ready = list(zip(lines, callers, editors, strict=True))
    await asyncio.gather(*(line.drain(caller, editor.request) for line, caller, editor in ready))
    await asyncio.gather(*(line.drain(caller, editor.idle) for line, caller, editor in ready))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    answers = [answer for line in lines for answer in line.answers]
    facts = {"client_cpu_s": cpu, "requests": float(len(answers))}
    count = sum(len(editor.edits) for editor in editors)
    return Measured(count, seconds, tuple(answer.seconds for answer in answers), facts=facts), lines


# --- what became of it ------------------------------------------------------------------------------------------------------
@dataclass
class Audit:
    """Counted after the server has ended: from its stored bytes, and from what the devices were told."""

    entries_lost: int = 0
    versions_lost: int = 0
    versions_in_history: int = 0
    rules_unnamed: int = 0
    losers: int = 0
    untold: int = 0
    replicas_differ: int = 0

    def facts(self) -> dict[str, float]:
        """For the figures."""
        return {name: float(count) for name, count in vars(self).items()}

    def faults(self) -> list[str]:
        """What must not be."""
        names = ("entries_lost", "versions_lost", "rules_unnamed", "untold", "replicas_differ")
        return [f"{name}: {getattr(self, name)}" for name in names if getattr(self, name)]


def audit(data: Path, company: Company, editors: Sequence[Editor], lines: Sequence[Line]) -> Audit:
    """Read the installation's database and compare."""
    house = make_house(Settings(data=data, free_bytes_min=0))
    try:
        return house.database.submit(lambda store: _audit(store, company, editors, lines)).result()
    finally:
        asyncio.run(house.database.close())


def _audit(store: SqlStore, company: Company, editors: Sequence[Editor], lines: Sequence[Line]) -> Audit:
    found, told = Audit(), _told(lines)
    for editor in editors:
        stored = {
            entry.seq: entry.body
            for entry in store.entries(company.organisation, editor.device.id, 0, 1, len(editor.edits))
        }  # fmt: skip
        for edit in editor.edits:
            found.entries_lost += stored.get(edit.seq) != edit.body
            lost = False
            for (kind, record_id, name, key), value in edit.says.items():
                record = store.record(company.organisation, kind, record_id)
                assert record is not None
                lost |= not _weigh(found, record, name, key, edit.entry, value)
            found.losers += lost
            found.untold += lost and told.get(edit.entry) not in ("merged", "conflict")
    found.replicas_differ = _differ(store, company, lines)
    return found


def _weigh(found: Audit, record: StoredRecord, name: str, key: str | None, entry: str, value: Any) -> bool:
    """Whether a value stands; else it must be in the history, with the rule by which it lost."""
    data, meta = record.data[name], record.meta[name]
    if key is not None:
        data, meta = _said(data[key]), _item(meta, key)
    if meta.entry == entry or data == value:
        return True
    kept = [item for item in meta.history if item["e"] == entry or _said(item["value"]) == value]
    found.versions_in_history += bool(kept)
    found.versions_lost += not kept
    found.rules_unnamed += any(not item["why"] for item in kept)
    return False


def _item(meta: FieldMeta, key: str) -> FieldMeta:
    return meta.items[key]


def _said(item: Any) -> Any:
    """What an item of a union says, without when and by which entry."""
    return (item.get("value") or item.get("note")) if isinstance(item, dict) else item


def _told(lines: Sequence[Line]) -> dict[str, str]:
    """Entry → the newest state its device was told: by the push's answer, or by an outcome in its own bucket."""
    told: dict[str, str] = {}
    for line in lines:
        by_seq = {outcome["seq"]: outcome["id"] for outcome in line.outcomes()}
        told |= {outcome["id"]: outcome["state"] for outcome in line.outcomes()}
        for change in line.changes(f"device:{line.device.id}"):
            if change["kind"] == "outcome":
                told[by_seq[change["data"]["seq"]]] = change["data"]["state"]
    return told


def _differ(store: SqlStore, company: Company, lines: Sequence[Line]) -> int:
    """Records that a device holds otherwise than the server does."""
    differ = 0
    for line in lines:
        held = {(change["kind"], change["id"]): change for change in line.changes(company.bucket)}
        for (kind, record_id), change in held.items():
            record = store.record(company.organisation, kind, record_id)
            differ += record is None or (record.version, record.data) != (change["v"], change.get("data"))
    return differ
