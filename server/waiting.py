"""Entries that did not take effect, found by their outcomes: what a manager may decide over, and what is only kept. Reading only.

Neighbours: `server/http/waiting.py` asks, `server/domain/conflicts.py` decides. Outcomes lie in their devices' own buckets, which
no office holds: the server looks them through, device by device, so much at once. Invariants: bounded however much there is ·
what has taken effect since is not named · nothing private leaves.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from schemas import limits
from schemas.errors import ErrorCode
from schemas.waiting import WaitingDecision, WaitingEntry, WaitingPage, WaitingWhich
from server.aside import said_of
from sync import instants
from sync.conflicts import RIGHTS
from sync.store import JournalEntry, Store

Place = tuple[str, int]
"""(device, version of the outcome)."""
START: Final[Place] = ("", 0)
_AT_ONCE: Final = 100


def page(store: Store, organisation: str, devices: Sequence[str], which: WaitingWhich, after: Place) -> WaitingPage:
    """What stands behind a place on these devices, within the bounds of a page."""
    up_to = store.organisation_version(organisation)
    found: list[WaitingEntry] = []
    looked_at = 0
    for device in sorted(one for one in devices if one >= after[0]):
        version, count = (after[1] if device == after[0] else 0), 1
        while count:
            if len(found) >= limits.WAITING_PAGE_ENTRIES_MAX or looked_at >= limits.WAITING_LOOKED_AT_MAX:
                return WaitingPage(entries=found, next=f"{device}.{version}")
            room = min(_AT_ONCE, limits.WAITING_PAGE_ENTRIES_MAX - len(found))
            read = store.page(organisation, f"device:{device}", version, up_to, room, limits.PAGE_BYTES_MAX)
            for change in json.loads(b"[%s]" % read.wire):
                one = _named(store, organisation, change)
                if one is not None and (one.may_ratify and one.rejected is None) == (which == "decide"):
                    found.append(one)
            version, count = read.to, read.count
            looked_at += 1 + count
    return WaitingPage(entries=found)


def _named(store: Store, organisation: str, change: dict[str, Any]) -> WaitingEntry | None:
    """The entry an outcome tells of; None when it took effect, is not judged yet, or lies in the quarantine."""
    data = change.get("data")
    if change["kind"] != "outcome" or data is None or data["state"] not in ("parked", "refused"):
        return None
    entry = store.entry_at(organisation, data["device_id"], data["epoch"], data["seq"])
    if entry is None or entry.state not in ("parked", "refused"):
        return None
    waits_for = str(entry.detail["waits_for"]) if entry.code == ErrorCode.ENTRY_WAITS else None
    needed = store.entry_by_id(organisation, waits_for) if waits_for else None
    said = said_of((entry.body or b"").decode(errors="replace"))
    rejected = entry.detail.get("rejected")
    refused_right = entry.state == "refused" and entry.code in RIGHTS
    return WaitingEntry(
        device=entry.device, epoch=entry.epoch, seq=entry.seq, received_at=instants.to_text(entry.received_ms),
        state="refused" if entry.state == "refused" else "parked", code=ErrorCode(entry.code) if entry.code else None,
        waits_for=waits_for, needed=needed.state if needed else None, conflict=entry.detail.get("conflict"),
        detail=_plain(entry), args=_args(entry), may_ratify=_names_itself(entry) and (refused_right or waits_for is not None),
        may_reject=_names_itself(entry) and refused_right and rejected is None,
        rejected=WaitingDecision.model_validate(rejected) if rejected else None,
        **{name: said.get(name) for name in ("id", "action", "actor", "at", "zone")},
    )  # fmt: skip


def _plain(entry: JournalEntry) -> dict[str, Any]:
    return {name: value for name, value in entry.detail.items() if name not in ("rejected", "waits_for")}


def _args(entry: JournalEntry) -> dict[str, Any] | None:
    """What a body's arguments say, when they are no longer than a person reads. Bodies hold nothing private."""
    try:
        args = json.loads(entry.body or b"").get("args")
    except (ValueError, RecursionError, AttributeError):
        return None
    if not isinstance(args, dict):
        return None
    text = json.dumps(args, ensure_ascii=False)
    whole = len(text) <= limits.WAITING_ARGS_CHARS_MAX and not any("\ud800" <= one <= "\udfff" for one in text)
    return args if whole else None


def _names_itself(entry: JournalEntry) -> bool:
    """Whether a decision can name it: by its id, which is its own alone."""
    return entry.entry_id is not None and not entry.repeat_of
