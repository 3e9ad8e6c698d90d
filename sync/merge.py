"""How two values of a field meet: the eight policies, pure.

A field's *stamp* says who wrote it: commit version, HLC, device, entry. Whoever had seen that version, or wrote it
himself, is sequential; everybody else is concurrent. Losing values are kept in the field's history, never dropped.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from schemas.merge import MergePolicy

HISTORY_MAX: Final = 20


@dataclass(frozen=True)
class Stamp:
    """Who wrote a value. `seen` is the version of the record the writer had seen; -1: none."""

    version: int
    hlc: str
    device: str
    entry: str
    seen: int = -1


class Verdict(StrEnum):
    """What became of an incoming value."""

    SET = "set"
    KEPT = "kept"  # nothing changed: equal, or not larger
    LOST = "lost"  # a concurrent value won by rule; this one is in the history
    CONFLICT = "conflict"  # both are kept, a person decides


class FieldMeta(
    msgspec.Struct,
    omit_defaults=True,
    rename={"version": "v", "hlc": "h", "device": "d", "entry": "e", "removed": "r", "items": "i", "history": "k"},
):
    """What is remembered of a field beside its value. `items` holds the same per key of a union.

    It is stored as it is encoded: short keys, empty parts left out. Parts are shared between copies and never changed in
    place, so that a copy is cheap and what a savepoint undoes is undone by going back to the former object.
    """

    version: int = 0
    hlc: str = ""
    device: str = ""
    entry: str = ""
    removed: bool = False
    items: dict[str, "FieldMeta"] = msgspec.field(default_factory=dict)
    history: list[dict[str, Any]] = msgspec.field(default_factory=list)

    @staticmethod
    def load(raw: dict[str, Any] | None) -> "FieldMeta":
        """From its stored form."""
        return msgspec.convert(raw or {}, FieldMeta)

    def dump(self) -> dict[str, Any]:
        """Its stored form."""
        stored: dict[str, Any] = msgspec.to_builtins(self)
        return stored

    def copied(self) -> "FieldMeta":
        """A copy to change; the parts are shared."""
        return FieldMeta(self.version, self.hlc, self.device, self.entry, self.removed, self.items, self.history)

    def written_by(self, stamp: Stamp) -> None:
        """Take over the stamp of the value that now stands."""
        self.version, self.hlc, self.device, self.entry = stamp.version, stamp.hlc, stamp.device, stamp.entry

    def remember(self, value: Any, stamp: Stamp, why: str) -> None:
        """Keep a value that does not stand. The oldest are dropped past HISTORY_MAX; their entries stay in the journal."""
        lost = {"value": value, "h": stamp.hlc, "d": stamp.device, "e": stamp.entry, "why": why}
        self.history = [*self.history, lost][-HISTORY_MAX:]

    def known_to(self, stamp: Stamp) -> bool:
        """Whether the writer had seen the value that stands (or wrote it, or there is none)."""
        return self.version == 0 or self.device == stamp.device or stamp.seen >= self.version

    def standing(self) -> Stamp:
        """The stamp of the value that stands."""
        return Stamp(self.version, self.hlc, self.device, self.entry)


def merge_field(
    policy: MergePolicy, present: Any, meta: FieldMeta, incoming: Any, stamp: Stamp, beaten: list[str] | None = None
) -> tuple[Any, Verdict]:  # fmt: skip
    """The value that stands after `incoming` met `present`. Changes `meta` (not the parts it shares); never changes `present`.

    `beaten` gets the entries whose value stood and has lost to `incoming`, without its writer having seen it."""
    beaten = [] if beaten is None else beaten
    match policy:
        case MergePolicy.SERVER:
            return _set(present, meta, incoming, stamp)
        case MergePolicy.IMMUTABLE:
            return _immutable(present, meta, incoming, stamp)
        case MergePolicy.LAST_WRITER:
            return _last_writer(present, meta, incoming, stamp, beaten)
        case MergePolicy.MAX | MergePolicy.MIN:
            return _extreme(policy, present, meta, incoming, stamp)
        case MergePolicy.COUNTER:
            if incoming == 0 and present is not None:
                return present, Verdict.KEPT
            meta.written_by(stamp)
            return (present or 0) + incoming, Verdict.SET
        case MergePolicy.UNION:
            return _union(present, meta, incoming, stamp, beaten)
        case MergePolicy.REVIEW:
            return _review(present, meta, incoming, stamp)


def _set(present: Any, meta: FieldMeta, incoming: Any, stamp: Stamp) -> tuple[Any, Verdict]:
    if incoming == present and meta.version:
        return present, Verdict.KEPT
    return _set_to(incoming, meta, stamp)


def _set_to(value: Any, meta: FieldMeta, stamp: Stamp) -> tuple[Any, Verdict]:
    meta.written_by(stamp)
    return value, Verdict.SET


def _immutable(present: Any, meta: FieldMeta, incoming: Any, stamp: Stamp) -> tuple[Any, Verdict]:
    if meta.version == 0 or present is None:
        return _set(present, meta, incoming, stamp)
    if incoming == present:
        return present, Verdict.KEPT
    meta.remember(incoming, stamp, "immutable")
    return present, Verdict.CONFLICT


def _last_writer(present: Any, meta: FieldMeta, incoming: Any, stamp: Stamp, beaten: list[str]) -> tuple[Any, Verdict]:
    if incoming == present and meta.version:
        if (stamp.hlc, stamp.device) <= (meta.hlc, meta.device):
            return present, Verdict.KEPT
        # Said again, and later: a word like any other. It takes a version, or whoever has seen only the earlier saying could
        # not be told from whoever has seen this one, and the order of arrival would decide between the two.
        return _set_to(present, meta, stamp)
    if meta.known_to(stamp):
        return _set(present, meta, incoming, stamp)
    if (stamp.hlc, stamp.device) > (meta.hlc, meta.device):
        beaten.append(meta.entry)
        meta.remember(present, meta.standing(), "last_writer")
        meta.written_by(stamp)
        return incoming, Verdict.SET
    meta.remember(incoming, stamp, "last_writer")
    return present, Verdict.LOST


def _extreme(policy: MergePolicy, present: Any, meta: FieldMeta, incoming: Any, stamp: Stamp) -> tuple[Any, Verdict]:
    if meta.version and present is not None:
        wins = incoming > present if policy is MergePolicy.MAX else incoming < present
        if not wins:
            if incoming != present:
                meta.remember(incoming, stamp, policy.value)
            return present, Verdict.KEPT
        if not meta.known_to(stamp):
            meta.remember(present, meta.standing(), policy.value)
    meta.written_by(stamp)
    return incoming, Verdict.SET


def _review(present: Any, meta: FieldMeta, incoming: Any, stamp: Stamp) -> tuple[Any, Verdict]:
    if meta.known_to(stamp) or present is None or incoming == present:
        return _set(present, meta, incoming, stamp)
    meta.remember(incoming, stamp, "review")
    return present, Verdict.CONFLICT


def _union(
    present: Any, meta: FieldMeta, incoming: dict[str, Any], stamp: Stamp, beaten: list[str]
) -> tuple[Any, Verdict]:  # fmt: skip
    merged: dict[str, Any] = dict(present or {})
    items = dict(meta.items)
    changed, lost = False, False
    for key, value in incoming.items():
        if value is None and key not in merged:
            continue  # nothing to take away
        known = items.get(key)
        items[key] = item = FieldMeta() if known is None else known.copied()
        if value is None:
            # A removal only reaches an add its author had seen: an add wins over a concurrent remove.
            if not item.known_to(stamp):
                item.remember(None, stamp, "union")
                lost = True
                continue
            del merged[key]
            changed = item.removed = True
            item.written_by(stamp)
        elif item.removed or item.version == 0:
            merged[key] = value
            changed, item.removed = True, False
            item.written_by(stamp)
        else:
            merged[key], verdict = _last_writer(merged.get(key), item, value, stamp, beaten)
            changed |= verdict is Verdict.SET
            lost |= verdict is Verdict.LOST
    meta.items = items
    if changed:
        meta.written_by(stamp)
    return merged, Verdict.LOST if lost else Verdict.SET if changed else Verdict.KEPT
