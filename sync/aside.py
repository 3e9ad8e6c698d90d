"""What came otherwise than it was written: found out before it is taken into a chain, and kept aside for people. Pure.

Neighbours: `sync/engine.py` asks before it stores. Invariants: an entry whose bytes do not give its hash never consumes a
number — the device still has the good copy, or declares the loss itself · every strange sequence of bytes is kept once a request,
bounded, and known again where there is no room · private parts that come in the same wrong form in two requests, not in one the
network repeats, are what the device really has: then the entry is taken, and parked.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from schemas import limits
from schemas.errors import ErrorCode
from schemas.protocol import DeclaredLoss, Outcome, PushedEntry
from sync.journal import extend, private_hash
from sync.store import DeviceState, JournalEntry, KeptAside, Store

DAMAGED = "damaged"
FORMER = "former"
"""Was held, named in a receipt, and another entry has come in its place: of a former life of the device."""
_ONCE_HELD_AT_ONCE = 20
"""What is looked through at most in one push: bodies may be large, and there is hardly ever any."""


def _once_held(raw: bytes) -> bytes:
    """Bytes that were held, and let go: what tells them from others that came damaged."""
    return msgspec.json.encode({**msgspec.json.decode(raw), "held": True})


def _known_by(raw: bytes) -> bytes:
    """What is remembered of damaged bytes there is no room for: they are known again, so that no device is stopped by them."""
    return msgspec.json.encode({"seq": 0, "hash": hashlib.sha256(raw).hexdigest(), "body": "", "private": []})


class _Parts(msgspec.Struct):
    private: list[str] = []


def decoded(part: str) -> bytes:
    """A private part's bytes; none when they are no base64 (its hash then differs)."""
    try:
        return base64.b64decode(part, validate=True)
    except ValueError:
        return b""


def wire_of(pushed: PushedEntry) -> bytes:
    """An entry as it is kept aside: all of it, as it came."""
    return pushed.model_dump_json().encode()


def fault_of(pushed: PushedEntry, before: str | None) -> ErrorCode | None:
    """What is wrong with an entry as it came. `before`: the chain hash at the number before it, None while that is unknown."""
    body = pushed.body.encode()
    if before is not None and extend(before, pushed.seq, body) != pushed.hash:
        return ErrorCode.ENTRY_HASH_MISMATCH
    if not pushed.private and b'"private":[]' in body:
        return None
    try:
        expected = msgspec.json.decode(body, type=_Parts).private
    except (msgspec.DecodeError, RecursionError):
        return None  # no entry at all: it is kept as it is and parked at judging
    if [private_hash(decoded(part)) for part in pushed.private] != expected:
        return ErrorCode.ENTRY_PRIVATE_MISMATCH
    return None


class _Acted(msgspec.Struct):
    action: str = ""


def action_of(kept: KeptAside) -> str:
    """The action an entry kept aside names; '' when it cannot be read."""
    try:
        body: str = msgspec.json.decode(kept.body, type=dict[str, Any])["body"]
        return msgspec.json.decode(body, type=_Acted).action[: limits.NAME_CHARS_MAX]
    except (msgspec.DecodeError, RecursionError):
        return ""


@dataclass
class Aside:
    """The quarantine of one device during one push. `written`: what tells this request from another of the device; `skew_ms`: by
    how much its clock is off."""

    store: Store
    device: DeviceState
    epoch: int
    now_ms: int
    written: str = ""
    skew_ms: int | None = None
    _room: int | None = field(default=None, init=False)

    def keep(self, pushed: PushedEntry, reason: str) -> None:
        """Keep an entry aside, once."""
        self._put(pushed.seq, pushed.hash, wire_of(self._without_erased(pushed)), reason)

    def known(self, pushed: PushedEntry) -> KeptAside | None:
        """This very entry, if it is kept aside already."""
        return next((one for one in self._at(pushed.seq) if one.hash == pushed.hash), None)

    def outcome(self, kept: KeptAside) -> Outcome:
        """What is to be said of an entry that is kept aside: what became of it, where a manager has admitted it."""
        device, decision = self.device, kept.decision
        said = {name: decision[name] for name in ("by", "at", "reason") if name in decision}
        if decision.get("annex") is not None:
            entry = self.store.entry_at(device.organisation, device.id, decision["annex"], kept.seq)
            assert entry is not None, "what was admitted is in its annex"
            found = outcome_of(entry)
            return found.model_copy(update={"epoch": kept.epoch, "detail": {**found.detail, **said}})
        code = ErrorCode.DEVICE_REVOKED if kept.reason == "revoked" else ErrorCode.EPOCH_UNKNOWN
        if decision:
            code = ErrorCode.ENTRY_DISMISSED
        return Outcome(seq=kept.seq, epoch=kept.epoch, id=None, state="quarantined", code=code, detail=said)

    def came_before(self, pushed: PushedEntry) -> bool:
        """Keep damaged bytes aside, in a full quarantine only what they are known by; whether the very same ones came in another
        request already."""
        raw = wire_of(self._without_erased(pushed, damaged=True))
        key = self._key(raw)
        here = [one for one in self._at(pushed.seq) if one.reason == DAMAGED]
        same = (raw, _once_held(raw), _known_by(raw)) if here else ()
        known = [one.hash for one in here if one.body in same]
        if known:
            return any(one != key for one in known)
        self._put(pushed.seq, key, raw if self._has_room() else _known_by(raw), DAMAGED)
        return False

    def _key(self, raw: bytes) -> str:
        """Damaged bytes are kept once a request, not under the hash that they do not give."""
        return hashlib.sha256(raw + self.written.encode()).hexdigest()

    def keep_rest(self, loss: DeclaredLoss) -> None:
        """What a device could still read of an entry it declares lost, if there is room."""
        if loss.body is not None and self._has_room():
            self.came_before(PushedEntry(seq=loss.seq, hash=loss.hash, body=loss.body))

    def keep_held(self, entry: JournalEntry) -> None:
        """An entry that was held beyond a gap and turns out not to follow from what fills it. A receipt has named it: it is kept
        whether there is room or not."""
        parts = [base64.b64encode(part or b"").decode() for part in self.store.private_parts(entry)]
        body = (entry.body or b"").decode("utf-8", "replace")
        pushed = PushedEntry(seq=entry.seq, hash=entry.hash, body=body, private=parts)
        raw = wire_of(self._without_erased(pushed, damaged=True))
        self._put(entry.seq, self._key(raw), _once_held(raw), DAMAGED, entry.received_ms, entry.skew_ms)

    def once_held(self, first: int, last: int) -> list[tuple[KeptAside, dict[str, Any]]]:
        """What was let go of these numbers, each with what came."""
        rows = self.store.aside_page(self.device.organisation, self.device.id, (self.epoch, first, ""), _ONCE_HELD_AT_ONCE)
        here = [one for one in rows if (one.epoch, one.reason) == (self.epoch, DAMAGED) and one.seq <= last]
        return [(one, pushed) for one in here if (pushed := msgspec.json.decode(one.body)).pop("held", False)]

    def keep_former(self, one: KeptAside, pushed: dict[str, Any]) -> bool:
        """What was let go waits for a manager like any other history of the device. Whether it did not already."""
        if pushed["hash"] in [known.hash for known in self._at(one.seq)]:
            return False
        self._put(one.seq, pushed["hash"], msgspec.json.encode(pushed), FORMER, one.at_ms, one.skew_ms)
        return True

    def _without_erased(self, pushed: PushedEntry, *, damaged: bool = False) -> PushedEntry:
        """An entry without its private parts, if those of the stored one with its number were erased: what comes again, in
        whatever shape, brings nothing back. Another entry of that number keeps its own, but where its bytes were changed on
        their way nobody knows which one it was: the good copy is still on the device."""
        device = self.device
        for epoch, _, _ in self.store.epochs(device.organisation, device.id) if pushed.private else ():
            entry = self.store.entry_at(device.organisation, device.id, epoch, pushed.seq)
            same = entry is not None and (damaged or entry.body == pushed.body.encode())
            if entry is not None and same and None in self.store.private_parts(entry):
                return pushed.model_copy(update={"private": []})
        return pushed

    def _at(self, seq: int) -> list[KeptAside]:
        return self.store.aside_at(self.device.organisation, self.device.id, self.epoch, seq)

    def _has_room(self) -> bool:
        """Whether damaged bytes may be kept. Counted once: a request may bring hundreds, and each count reads them all."""
        if self._room is None:
            self._room = limits.QUARANTINE_ENTRIES_MAX - self.store.quarantine_count(self.device.organisation, self.device.id)
        return self._room > 0

    def _put(self, seq: int, key: str, raw: bytes, reason: str, at_ms: int | None = None, skew_ms: int | None = None) -> None:
        """`at_ms` and `skew_ms`: of what came earlier than now."""
        device = self.device
        if self._room is not None:
            self._room -= 1
        when = (self.now_ms, self.skew_ms) if at_ms is None else (at_ms, skew_ms)
        self.store.add_quarantine(device.organisation, device.id, self.epoch, seq, key, raw, reason, *when)


def last_words(outcomes: list[Outcome]) -> list[Outcome]:
    """One outcome an entry, the last, in order: an entry that was held and then reached in one push is said once, as applied."""
    last = {(outcome.epoch, outcome.seq): outcome for outcome in outcomes}
    return [last[place] for place in sorted(last)]


def outcome_of(entry: JournalEntry) -> Outcome:
    """What is to be said of a stored entry."""
    return Outcome(
        seq=entry.seq, epoch=entry.epoch, id=entry.entry_id, state=entry.state,
        version=entry.version, code=ErrorCode(entry.code) if entry.code else None, detail=entry.detail,
    )  # fmt: skip
