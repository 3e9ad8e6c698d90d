"""How a record lies in the memory store: as JSON, so that whoever reads it gets a copy. Neighbour: `memory_store.py`."""

import json
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from sync.merge import FieldMeta
from sync.store import StoredRecord, change_wire

_METAS: Final = msgspec.json.Decoder(dict[str, FieldMeta])


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as it lies here: `head` without data and meta, those as JSON, and the bytes of its `Change`."""

    head: StoredRecord
    data: bytes
    meta: bytes
    wire: bytes


def read(kept: Kept) -> StoredRecord:
    """A copy of its own for whoever reads it."""
    head = kept.head
    data, meta = msgspec.json.decode(kept.data), _METAS.decode(kept.meta)
    return StoredRecord(head.kind, head.id, head.version, data, meta, head.buckets, head.gone, head.hash)


def as_json(value: Any) -> bytes:
    """Compact, as every store keeps it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def wire_of(record: StoredRecord, data: bytes) -> bytes:
    """The bytes of its `Change`."""
    if record.gone:
        return gone_wire(record.kind, record.id, record.version)
    return change_wire(record.kind, record.id, record.version, record.hash, data)


def gone_wire(kind: str, record_id: str, version: int) -> bytes:
    """The bytes of a `Change` that says: no longer here."""
    return as_json({"kind": kind, "id": record_id, "v": version, "gone": True})
