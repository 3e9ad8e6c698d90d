"""What the simulation of the phone's core looks at: the tables themselves, never through the engine.

Neighbours: `piped_app.py` answers `known` and `dump` with it; `field_app/sim/checkers.ts` judges. Invariant: reads only; every
list comes in a fixed order.
"""

import base64
from typing import Any

import msgspec
from sqlalchemy import text

from server.storage.store import SqlStore

Answer = dict[str, Any]


def _rows(store: SqlStore, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in store.connection.execute(text(query)).mappings()]


def _entry_id(raw: bytes) -> str | None:
    """The id in a quarantined push."""
    try:
        found = msgspec.json.decode(msgspec.json.decode(raw)["body"])["id"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


def known(store: SqlStore) -> Answer:
    """Ids of entries the server has, in the journal or in quarantine, and hashes of the files it is done with."""
    journal = _rows(store, "SELECT entry_id FROM journal WHERE entry_id IS NOT NULL ORDER BY device, epoch, seq")
    aside = [_entry_id(row["body"]) for row in _rows(store, "SELECT body FROM quarantine ORDER BY device, epoch, seq")]
    blobs = _rows(store, "SELECT sha256 FROM blob WHERE state IN ('received', 'rejected') ORDER BY sha256")
    return {
        "entries": [row["entry_id"] for row in journal] + [one for one in aside if one],
        "blobs": [row["sha256"] for row in blobs],
    }


def dump(store: SqlStore) -> Answer:
    """Journal, quarantine, losses, epochs, devices, files and the records of each bucket; bytes in base64."""
    parts: dict[tuple[str, int, int], list[str | None]] = {}
    for row in _rows(store, "SELECT * FROM private_part ORDER BY device, epoch, seq, number"):
        salted = row["salted"]
        where = (row["device"], row["epoch"], row["seq"])
        parts.setdefault(where, []).append(None if salted is None else base64.b64encode(salted).decode())
    journal = _rows(
        store, "SELECT device, epoch, seq, hash, body, entry_id, state, code, repeat_of FROM journal ORDER BY device, epoch, seq"
    )
    for row in journal:
        row["body"] = base64.b64encode(row["body"]).decode()
        row["private"] = parts.get((row["device"], row["epoch"], row["seq"]), [])
    quarantine = _rows(store, "SELECT device, epoch, seq, hash, body, reason FROM quarantine ORDER BY device, epoch, seq, hash")
    for row in quarantine:
        row["body"] = base64.b64encode(row["body"]).decode()
    members = _rows(
        store,
        "SELECT m.bucket, m.kind, m.id, r.version, r.data FROM member m JOIN record r ON r.organisation = m.organisation"
        " AND r.kind = m.kind AND r.id = m.id WHERE m.gone = 0 ORDER BY m.bucket, m.kind, m.id",
    )
    for row in members:
        row["data"] = msgspec.json.decode(row["data"])
    return {
        "journal": journal,
        "quarantine": quarantine,
        "members": members,
        "losses": _rows(store, "SELECT device, epoch, seq, hash FROM declared_loss ORDER BY device, epoch, seq"),
        "epochs": _rows(store, "SELECT device, epoch, base_seq, genesis FROM epoch ORDER BY device, epoch"),
        "devices": _rows(store, "SELECT id, type, state, epoch, seq, hash FROM device ORDER BY id"),
        "blobs": _rows(store, "SELECT sha256, size, state, code FROM blob ORDER BY sha256"),
    }
