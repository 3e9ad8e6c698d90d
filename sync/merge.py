"""How two values of a field meet: the eight policies, pure.

A field's *stamp* says who wrote it: commit version, HLC, device, entry, the entry's place in the device's journal. Whoever had
seen that version, or wrote it himself before, is sequential; everybody else is concurrent. Losing values are kept in the field's
history, never dropped. What a device said before its own later word and is judged after it (parked, ratified, admitted) takes
nothing from that: it is as if it had come in its turn.

Words that may win or lose (`last_writer`, a union's key) replace what their writer had seen, whatever stands. Of those nobody has
replaced the greatest stands and the others are kept beside it, so that neither what stands nor who has lost depends on the order
of arrival.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from schemas.merge import MergePolicy

HISTORY_MAX: Final = 20

Word = dict[str, Any]
"""A word as it is kept: `value`, its stamp as `h`, `d`, `e`, `v`, `s`, in the history `why` it does not stand, too. One kept
before places were remembered has no `s`."""


@dataclass(frozen=True)
class Stamp:
    """Who wrote a value. `seen` is the version of the record the writer had seen; -1: none. `place`: by `place_of`."""

    version: int
    hlc: str
    device: str
    entry: str
    seen: int = -1
    place: int = 0


def place_of(epoch: int, seq: int) -> int:
    """Where an entry stands in its device's journal, as one number (sequences are below 2^32). An annex is an epoch below 0."""
    return epoch << 32 | seq


def _epoch_of(place: int) -> int:
    return place >> 32


class Verdict(StrEnum):
    """What became of an incoming value."""

    SET = "set"
    KEPT = "kept"  # nothing changed: equal, or not larger
    LOST = "lost"  # a concurrent value won by rule; this one is in the history
    CONFLICT = "conflict"  # both are kept, a person decides


class FieldMeta(
    msgspec.Struct,
    omit_defaults=True,
    rename={"version": "v", "hlc": "h", "device": "d", "entry": "e", "place": "s", "items": "i", "live": "l", "history": "k"},
):
    """What is remembered of a field beside its value. `items` holds the same per key of a union, where a removal is the value
    None. `live`: words beside the one that stands that nobody who had seen them has replaced, saying the same or having lost; a
    device has one at most in each of its epochs.

    It is stored as it is encoded: short keys, empty parts left out. Parts are shared between copies and never changed in
    place, so that a copy is cheap and what a savepoint undoes is undone by going back to the former object.
    """

    version: int = 0
    hlc: str = ""
    device: str = ""
    entry: str = ""
    place: int = 0
    items: dict[str, "FieldMeta"] = msgspec.field(default_factory=dict)
    live: list[Word] = msgspec.field(default_factory=list)
    history: list[Word] = msgspec.field(default_factory=list)

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
        return FieldMeta(self.version, self.hlc, self.device, self.entry, self.place, self.items, self.live, self.history)

    def written_by(self, stamp: Stamp) -> None:
        """Take over the stamp of the value that now stands."""
        self.version, self.hlc, self.device = stamp.version, stamp.hlc, stamp.device
        self.entry, self.place = stamp.entry, stamp.place

    def remember(self, value: Any, stamp: Stamp, why: str) -> None:
        """Keep a value that does not stand. The oldest are dropped past HISTORY_MAX; their entries stay in the journal."""
        self.history = [*self.history, {**_word(value, stamp), "why": why}][-HISTORY_MAX:]

    def unseen(self, present: Any, stamp: Stamp) -> list[Word]:
        """The live words that the writer had neither seen nor said himself before, the one that stands among them."""
        beside = [one for one in self.live if not _known(stamp, one["d"], one.get("s", 0), one["v"])]
        return beside if self.known_to(stamp) else [*beside, _word(present, self.standing())]

    def set_aside(self, present: Any) -> list[str]:
        """A person has decided against what stands: it goes to the history with whatever is live. The entries that had said the
        same, each unknowing of the one that stands."""
        same = [one for one in self.live if one["value"] == present]  # those that say something else have lost before
        for word in (*same, _word(present, self.standing())):
            self.remember(present, _stamp(word), "decided")
        self.live = []
        return [one["e"] for one in same]

    def known_to(self, stamp: Stamp) -> bool:
        """Whether the writer had seen the value that stands (or wrote it before, or there is none)."""
        return self.version == 0 or _known(stamp, self.device, self.place, self.version)

    def is_late(self, stamp: Stamp) -> bool:
        """Whether the writer has said something else since: what he had seen then is replaced, this word itself is no more."""
        words = [(one["d"], one.get("s", 0)) for one in (*self.live, *self.history)]
        return any(
            device == stamp.device and place > stamp.place and _epoch_of(place) == _epoch_of(stamp.place)
            for device, place in (*words, (self.device, self.place))
        )

    def standing(self) -> Stamp:
        """The stamp of the value that stands."""
        return Stamp(self.version, self.hlc, self.device, self.entry, place=self.place)


def _known(stamp: Stamp, device: str, place: int, version: int) -> bool:
    """Whether a word of a device was seen or said by the writer before. A device follows itself inside an epoch and from one to
    the next; what a copy of it said in an epoch left since, or was admitted into an annex, it need not know."""
    if device != stamp.device or version <= stamp.seen:
        return version <= stamp.seen
    epoch, own = _epoch_of(place), _epoch_of(stamp.place)
    return place <= stamp.place if epoch == own else 0 <= epoch < own


def _word(value: Any, stamp: Stamp) -> Word:
    return {"value": value, "h": stamp.hlc, "d": stamp.device, "e": stamp.entry, "v": stamp.version, "s": stamp.place}


def _stamp(word: Word) -> Stamp:
    return Stamp(word["v"], word["h"], word["d"], word["e"], place=word.get("s", 0))


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


def _last_writer(
    present: Any, meta: FieldMeta, incoming: Any, stamp: Stamp, beaten: list[str], *, of_union: bool = False
) -> tuple[Any, Verdict]:  # fmt: skip
    if incoming == present and (meta.entry, meta.device) == (stamp.entry, stamp.device):
        return present, Verdict.KEPT  # one entry saying it twice
    said, rivals = _word(incoming, stamp), meta.unseen(present, stamp)
    is_late = meta.is_late(stamp)
    if is_late and not rivals:
        return present, Verdict.KEPT
    contenders = rivals if is_late else [*rivals, said]
    # A removal only reaches the adds its author had seen: an add wins over a concurrent remove.
    top = max(contenders, key=lambda one: (not of_union or one["value"] is not None, one["h"], one["d"]))
    stands = top["value"]
    for one in rivals:
        if one["value"] == present != stands:  # those that say something else have lost before
            beaten.append(one["e"])
            meta.remember(present, _stamp(one), _why(present, of_union))
    meta.live = [one for one in contenders if one is not top]
    # What had lost stands again when what it lost to was replaced by a word that is less: a removal, a clock put back.
    meta.history = [one for one in meta.history if one["e"] != top["e"]]
    meta.written_by(_stamp(top))
    if is_late or incoming == stands:
        return stands, Verdict.SET
    meta.remember(incoming, stamp, _why(incoming, of_union))
    return stands, Verdict.LOST


def _why(value: Any, of_union: bool) -> str:
    return MergePolicy.UNION.value if of_union and value is None else MergePolicy.LAST_WRITER.value


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
    if incoming == present and (meta.entry, meta.device) == (stamp.entry, stamp.device):
        return present, Verdict.KEPT  # one entry saying it twice
    rivals = sorted(meta.unseen(present, stamp), key=lambda one: int(one["v"]))
    is_late = meta.is_late(stamp)
    if not rivals and not is_late:
        meta.live = []
        return _set_to(incoming, meta, stamp)
    if rivals:  # what of the words that stand was seen is replaced; the first of the others stands for all of them
        meta.written_by(_stamp(rivals[0]))
        meta.live = rivals[1:]
    if is_late:
        return present, Verdict.SET
    if incoming == present:
        meta.live.append(_word(incoming, stamp))
        return present, Verdict.SET
    meta.remember(incoming, stamp, "review")
    return present, Verdict.CONFLICT


def _union(
    present: Any, meta: FieldMeta, incoming: dict[str, Any], stamp: Stamp, beaten: list[str]
) -> tuple[Any, Verdict]:  # fmt: skip
    merged: dict[str, Any] = dict(present or {})
    items = dict(meta.items)
    verdicts: set[Verdict] = set()
    for key, value in incoming.items():
        known = items.get(key)
        items[key] = item = FieldMeta() if known is None else known.copied()
        stands, verdict = _last_writer(merged.get(key), item, value, stamp, beaten, of_union=True)
        verdicts.add(verdict)
        if stands is None:
            merged.pop(key, None)
        else:
            merged[key] = stands
    meta.items = items
    if Verdict.SET in verdicts:
        meta.written_by(stamp)
    return merged, next((one for one in (Verdict.LOST, Verdict.SET) if one in verdicts), Verdict.KEPT)
