"""A device in Python: journal, outbox and the requests it would send. Pure: clock, randomness and keys are arguments.

The simulator, the command line, the demo company and partners use it; the phone has the same in
`field_app/src/core/outbox.ts`. Invariants: an entry's body is written once as bytes · numbers have no gaps · an entry
leaves the outbox only when a receipt proves it.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas import limits
from schemas.ids import uuid7
from schemas.protocol import PROTOCOL_VERSION, BlobRef, NewEpoch, Receipt
from sync import hlc, instants
from sync.journal import extend, genesis, head_text, private_hash

Random = Callable[[int], bytes]
SignText = Callable[[bytes], str]


@dataclass(frozen=True)
class Recorded:
    """One entry in the outbox: exact body, chain hash, salted private parts."""

    id: str
    seq: int
    hash: str
    body: bytes
    private: tuple[bytes, ...]

    def wire(self) -> dict[str, Any]:
        """As a `PushedEntry`."""
        parts = [base64.b64encode(part).decode() for part in self.private]
        return {"seq": self.seq, "hash": self.hash, "body": self.body.decode(), "private": parts}


@dataclass
class Device:
    """One device's journal. `sign` signs a text with its key (base64url of r ‖ s)."""

    organisation: str
    id: str
    sign: SignText
    random: Random
    app: str = "python"
    zone: str = "Asia/Shanghai"
    auth: str = "system"
    epoch: int = 0
    seq: int = 0
    hash: str = ""
    clock: str = hlc.ZERO
    skew_ms: int | None = None
    outbox: list[Recorded] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hash = self.hash or genesis(self.organisation, self.id, self.epoch)
        self.hashes.setdefault(self.seq, self.hash)

    def record(
        self, action: str, args: Mapping[str, Any], *, actor: str, now_ms: int, needs: Sequence[str] = (),
        blobs: Sequence[BlobRef] = (), private: Sequence[bytes] = (), version: int = 1, seen: Mapping[str, int] | None = None,
    ) -> Recorded:  # fmt: skip
        """Write one entry. `private` parts are salted here; the body holds only their hashes."""
        self.clock = hlc.tick(self.clock, now_ms)
        salted = tuple(self.random(16) + part for part in private)
        entry_id = uuid7(now_ms, self.random(10))
        body = {
            "id": entry_id, "epoch": self.epoch, "seq": self.seq + 1, "nonce": self.random(16).hex(), "action": action,
            "v": version, "args": dict(args), "actor": actor, "auth": self.auth, "at": instants.to_text(now_ms),
            "zone": self.zone, "mono": now_ms, "boot": "python", "skew": self.skew_ms, "hlc": self.clock, "app": self.app,
            "gate": "clear", "seen": dict(seen or {}), "needs": list(needs),
            "blobs": [blob.model_dump() for blob in blobs], "private": [private_hash(part) for part in salted], "geo": None,
        }  # fmt: skip
        return self.append(entry_id, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), salted)

    def append(self, entry_id: str, body: bytes, private: tuple[bytes, ...] = ()) -> Recorded:
        """Chain a ready body. Tests use it to write bodies no honest device would."""
        self.seq += 1
        self.hash = extend(self.hash, self.seq, body)
        self.hashes[self.seq] = self.hash
        recorded = Recorded(entry_id, self.seq, self.hash, body, private)
        self.outbox.append(recorded)
        return recorded

    def request(self, now_ms: int, *, reason: str = "poke", limit: int = limits.PUSH_ENTRIES_MAX) -> dict[str, Any]:
        """The next `SyncRequest`, as JSON-ready data: entries in order from the first not yet proven."""
        batch: list[dict[str, Any]] = []
        size = 0
        for recorded in self.outbox[:limit]:
            size += len(recorded.body)
            if batch and size > limits.PUSH_BODY_BYTES_MAX:
                break
            batch.append(recorded.wire())
        message = head_text(self.organisation, self.id, self.epoch, self.seq, self.hash)
        return {
            "protocol": PROTOCOL_VERSION, "app": self.app, "device": self.id,
            "head": {"epoch": self.epoch, "seq": self.seq, "hash": self.hash, "signature": self.sign(message)},
            "entries": batch, "lost": [],
            "pending": {"entries": len(self.outbox), "blobs": 0, "bytes": sum(len(r.body) for r in self.outbox)},
            "cursors": dict(self.cursors),
            "clock": {"wall": instants.to_text(now_ms), "mono": now_ms, "boot": "python"}, "reason": reason,
        }  # fmt: skip

    def prove(self, receipt: Receipt) -> int:
        """Drop from the outbox what a (verified) receipt proves; returns how many. Only equal hashes prove anything."""
        if receipt.epoch != self.epoch or self.hashes.get(receipt.n) != receipt.h:
            return 0
        before = len(self.outbox)
        self.outbox = [recorded for recorded in self.outbox if recorded.seq > receipt.n]
        return before - len(self.outbox)

    def adopt(self, fork: NewEpoch) -> None:
        """Go on in a new epoch: the same bodies, chained anew behind the common hash."""
        self.epoch, self.seq = fork.epoch, fork.base_seq
        self.hash = genesis(self.organisation, self.id, fork.epoch, fork.base_hash)
        self.hashes = {self.seq: self.hash}
        waiting, self.outbox = [r for r in self.outbox if r.seq > fork.base_seq], []
        for recorded in waiting:
            self.append(recorded.id, recorded.body, recorded.private)
