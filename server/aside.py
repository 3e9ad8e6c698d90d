"""What lies in a device's quarantine, as a manager reads it before deciding. Reading only.

Neighbours: `server/http/quarantine.py` asks, `sync/aside.py` keeps it, `server/domain/quarantine.py` decides. Invariants: what
cannot be read is shown all the same, by number and size · private parts leave only for whoever may read them.
"""

import json
from typing import Any, Final

from schemas import limits
from schemas.device_reports import AsideBody, AsideDecision, AsideEntry, AsideOutcome, AsidePage, AsidePrivate
from schemas.errors import ErrorCode
from sync import instants
from sync.aside import decoded
from sync.store import KeptAside, Store

Place = tuple[int, int, str]
START: Final[Place] = (-1, 0, "")
_SALT_BYTES: Final = 16
_AT_ONCE: Final = 10
"""Rows read together: bodies may be large."""


def page(store: Store, organisation: str, device: str, after: Place) -> AsidePage:
    """What lies aside behind a place, within the bounds of a page; at least one entry when there is one."""
    found: list[AsideEntry] = []
    size, place = 0, after
    while len(found) < limits.QUARANTINE_PAGE_ENTRIES_MAX and size < limits.QUARANTINE_PAGE_BYTES_MAX:
        rows = store.aside_page(organisation, device, place, _AT_ONCE)
        found += [_entry(store, organisation, device, one) for one in rows]
        size += sum(len(one.body) for one in rows)
        if len(rows) < _AT_ONCE:
            break
        place = (rows[-1].epoch, rows[-1].seq, rows[-1].hash)
    last = (found[-1].epoch, found[-1].seq, found[-1].hash) if found else after
    more = bool(found) and bool(store.aside_page(organisation, device, last, 1))
    waiting = store.quarantine_count(organisation, device, damaged=False)
    return AsidePage(device=device, waiting=waiting, entries=found, next=".".join(map(str, last)) if more else None)


def body(store: Store, organisation: str, device: str, place: Place, *, private: bool) -> AsideBody | None:
    """One entry whole; its private parts only when `private`. None when there is no such entry."""
    epoch, seq, chain_hash = place
    one = next((one for one in store.aside_at(organisation, device, epoch, seq) if one.hash == chain_hash), None)
    if one is None:
        return None
    pushed = json.loads(one.body)
    parts = [_part(part) for part in pushed["private"]] if private else None
    return AsideBody(entry=_entry(store, organisation, device, one), body=pushed["body"], private=parts)


def _entry(store: Store, organisation: str, device: str, one: KeptAside) -> AsideEntry:
    pushed = json.loads(one.body)
    said = said_of(pushed["body"])
    decision = dict(one.decision)
    state = decision.pop("state", "waiting")
    outcome = None
    if decision.get("annex") is not None:
        entry = store.entry_at(organisation, device, decision["annex"], one.seq)
        assert entry is not None, "what was admitted is in its annex"
        outcome = AsideOutcome(state=entry.state, code=ErrorCode(entry.code) if entry.code else None)
    return AsideEntry(
        epoch=one.epoch, seq=one.seq, hash=one.hash, reason=one.reason, received_at=instants.to_text(one.at_ms),
        skew_ms=one.skew_ms, size=len(pushed["body"].encode()), erased=bool(pushed.get("erased")), state=state,
        decision=AsideDecision.model_validate(decision) if decision else None, outcome=outcome, **said,
    )  # fmt: skip


def said_of(text: str) -> dict[str, Any]:
    """What a body says of itself, as far as it has the right form; the rest is left out."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(parsed, dict):
        return {}
    names = ("id", "action", "actor", "at", "zone")
    texts = {name: parsed[name][: limits.NAME_CHARS_MAX] for name in names if _is_text(parsed.get(name))}
    return texts | {name: len(parsed[name]) for name in ("blobs", "private") if isinstance(parsed.get(name), list)}


def _is_text(value: Any) -> bool:
    """Whether it is a string that can be said on: JSON can name half a character, which is none in UTF-8."""
    return isinstance(value, str) and not any("\ud800" <= one <= "\udfff" for one in value)


def _part(part: str) -> AsidePrivate:
    plain = decoded(part)[_SALT_BYTES:]
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        return AsidePrivate(size=len(plain))
    return AsidePrivate(size=len(plain), text=text if len(text) <= limits.QUARANTINE_TEXT_CHARS_MAX else None)
