"""Everything one organisation has stored, read past the engine: what checkers compare with what people saved.

Neighbours: `host.py` sends it to the TypeScript simulation. Invariants: bytes as they lie on the disk; files are hashed
here and now, no state column is believed.

    journal     {device: {epoch: [{seq, hash, body, private: [base64 | null], id, action, state, code, version, detail,
                repeat, received_ms}]}}
    epochs      {device: [[epoch, base_seq, start hash]]}
    lost        {device: {epoch: {seq: hash}}}
    quarantine  [{device, epoch, seq, hash, reason, entry: {seq, hash, body, private}}]
    devices     {device: {type, depot, person, state, epoch, seq, hash}}
    records     {kind: {id: {v, data, buckets, gone}}}
    blobs       {sha256: {state, size, type, role, on_disk: sha256 of the file's bytes | null, aside: the same in quarantine}}
"""

import base64
import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from schemas.limits import SEQ_MAX
from schemas.records import RECORDS
from server.blobs.vault import Vault, file_sha256
from server.storage import statements as sql
from server.storage.store import SqlStore
from sync.store import JournalEntry


def dump(store: SqlStore, vault: Vault, organisation: str) -> dict[str, Any]:
    """All of one organisation, JSON-ready."""
    devices = store.devices(organisation)
    epochs = {one.id: store.epochs(organisation, one.id) for one in devices}
    return {
        "devices": {
            one.id: {"type": one.type, "depot": one.depot, "person": one.person, "state": one.state, "epoch": one.epoch,
                     "seq": one.seq, "hash": one.hash}
            for one in devices
        },
        "epochs": epochs,
        "journal": {
            device: {str(epoch): [_entry(store, one) for one in store.entries(organisation, device, epoch, 1, SEQ_MAX)]
                     for epoch, _, _ in known}
            for device, known in epochs.items()
        },
        "lost": {
            device: {str(epoch): store.losses(organisation, device, epoch) for epoch, _, _ in known}
            for device, known in epochs.items()
        },
        "quarantine": _quarantine(store, organisation),
        "records": {kind: _records(store, organisation, kind) for kind in RECORDS},
        "blobs": _blobs(store, vault, organisation),
    }  # fmt: skip


def _entry(store: SqlStore, entry: JournalEntry) -> dict[str, Any]:
    parts = [None if part is None else base64.b64encode(part).decode() for part in store.private_parts(entry)]
    return {
        "seq": entry.seq, "hash": entry.hash, "body": (entry.body or b"").decode("utf-8", "replace"), "private": parts,
        "id": entry.entry_id, "action": entry.action, "state": entry.state, "code": entry.code, "version": entry.version,
        "detail": entry.detail, "repeat": entry.repeat_of, "received_ms": entry.received_ms,
    }  # fmt: skip


def _quarantine(store: SqlStore, organisation: str) -> list[dict[str, Any]]:
    rows = store.connection.execute(sql.ALL_QUARANTINE, {"organisation": organisation}).mappings()
    return [
        {"device": row["device"], "epoch": row["epoch"], "seq": row["seq"], "hash": row["hash"], "reason": row["reason"],
         "entry": json.loads(row["body"])}
        for row in rows
    ]  # fmt: skip


def _records(store: SqlStore, organisation: str, kind: str) -> dict[str, Any]:
    table = sql.RECORD
    chosen = select(table).where(table.c.organisation == organisation, table.c.kind == kind).order_by(table.c.id)
    return {
        row["id"]: {"v": row["version"], "data": json.loads(row["data"]), "buckets": row["buckets"].split(),
                    "gone": bool(row["gone"])}
        for row in store.connection.execute(chosen).mappings()
    }  # fmt: skip


def _blobs(store: SqlStore, vault: Vault, organisation: str) -> dict[str, Any]:
    rows = store.connection.execute(select(sql.BLOB).where(sql.BLOB.c.organisation == organisation)).mappings()
    return {
        row["sha256"]: {
            "state": row["state"], "size": row["size"], "type": row["type"], "role": row["role"],
            "on_disk": _file(vault.blob_path(organisation, row["sha256"])),
            "aside": _file(vault.quarantine_path(organisation, row["sha256"])),
        }
        for row in rows
    }  # fmt: skip


def _file(path: Path) -> str | None:
    return file_sha256(path) if path.exists() else None
