"""L5, worked out anew: nobody's word goes without a trace, and whoever lost is told.

Neighbours: `checkers.py` asks at the end of a world. Invariants: who wrote what is read from the journal's bodies by their
declared effects; whether he was told, from the records his device shows. The engine is not asked who lost: neither an entry's
verdict nor the absence of a detail excuses anything.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from schemas.conflicts import ConflictRule
from schemas.merge import MergePolicy
from sync.body import read_body
from sync.effects import ABSENT, Scene, fill
from sync.hlc import capped
from sync.occurred import occurred_at
from sync.store import JournalEntry
from sync.unit import POLICIES
from sync.upcast import VOCABULARY
from tests.sim.server import EFFECTIVE, Node

if TYPE_CHECKING:
    from tests.sim.checkers import Laws

HISTORY_MAX: Final = 20
CONTESTED: Final = frozenset({MergePolicy.LAST_WRITER, MergePolicy.UNION, MergePolicy.REVIEW})
"""Policies under which one of two words stands. Of the others, `server`, `counter`, `min` and `max` have no loser, and a
contradicted `immutable` value is a conflict record."""
AGAINST: Final = frozenset(
    {
        ConflictRule.CHECKED_IN_TWICE, ConflictRule.CHECKED_OUT_TWICE, ConflictRule.READING_BELOW, ConflictRule.DECIDED_TWICE,
        ConflictRule.RESTORED, ConflictRule.FIELD,
    }
)  # fmt: skip
"""Rules by which all sides but one lose; two equal findings of one damage lose only when they differ. By the others nobody
loses to the other side: it is a fact the office holds against an entry, or the sides are one person's own entries."""

Place = tuple[str, str, str, str | None]
"""Kind, record, field; of a union, the item too."""


@dataclass(frozen=True)
class Word:
    """What one entry said of one place. `turn`: its entry's place in the device's journal; `seen`: the version of the record its
    device had seen; `version`: its own; `clock`: its HLC as far as it counts."""

    entry: str
    device: str
    turn: tuple[int, int]
    version: int
    seen: int
    value: Any
    clock: str


def words(journal: list[JournalEntry]) -> dict[Place, list[Word]]:
    """Everything that entries with effect said of contested places. What an effect copies from another record is left out:
    what stood there then cannot be known from bodies alone."""
    said: dict[Place, list[Word]] = defaultdict(list)
    for entry in journal:
        if entry.state in EFFECTIVE and not entry.repeat_of:
            clock = capped(read_body(entry.body or b"").hlc, entry.received_ms)
            for place, seen, value in _said_by(entry):
                turn = (entry.epoch, entry.seq)
                known = Word(entry.entry_id or "", entry.device, turn, entry.version or 0, seen, value, clock)
                said[place].append(known)
    return said


def _said_by(entry: JournalEntry) -> Iterator[tuple[Place, int, Any]]:
    body, raw = read_body(entry.body or b""), json.loads(entry.body or b"")
    action = VOCABULARY.read(body.action, body.v, body.args)
    assert action is not None, "it had an effect"
    facts = {
        "id": body.id, "at": occurred_at(entry, body), "zone": body.zone, "actor": body.actor, "device": entry.device,
        "seq": body.seq, "epoch": body.epoch,
    }  # fmt: skip
    scene = Scene(action.model_dump(mode="json"), facts, raw["blobs"], lambda _kind, _id: None)
    for effect in fill(type(action).effects, scene):
        seen = body.seen.get(effect.id, -1)
        for name, value in effect.values.items():
            policy = POLICIES[effect.kind][name]
            if value is ABSENT or policy not in CONTESTED:
                continue
            items: Mapping[str | None, Any] = value if policy is MergePolicy.UNION else {None: value}
            for item, one in items.items():
                yield (effect.kind, effect.id, name, item), seen, one


def was_known(word: Word, others: list[Word]) -> bool:
    """Whether somebody wrote there who had seen it, or its own device wrote later: then it was replaced and did not lose."""
    return any(one is not word and (one.seen >= word.version or _follows(one, word)) for one in others)


def _follows(one: Word, word: Word) -> bool:
    """Whether one is its own device's later word: of the same epoch or annex, or of a newer epoch."""
    same = one.turn[0] == word.turn[0]
    return one.device == word.device and one.turn > word.turn and (same or word.turn[0] >= 0)


def check_losers(laws: "Laws", journal: list[JournalEntry]) -> None:
    """Every word stands, was replaced by somebody who knew it, or is in the field's history and its author was told."""
    node = laws.node
    outcomes = _outcomes(node)
    named = _named_in_conflicts(node)
    of_entry = {one.entry_id: one for one in journal if one.state in EFFECTIVE and not one.repeat_of}
    for place, said in words(journal).items():
        kind, record_id, name, item = place
        record = node.store.record(node.organisation, kind, record_id)
        if record is None or record.gone:
            continue  # its removal is what was said last, and has its own rules
        stands = record.data[name] if item is None else record.data[name].get(item)
        meta = record.meta.get(name)
        meta = meta if meta is None or item is None else meta.items.get(item)
        history = meta.history if meta is not None else []
        for word in said:
            if word.value == stands or was_known(word, said):
                continue
            kept = any(one["e"] == word.entry and one["value"] == word.value and one["why"] for one in history)
            if not kept and len(history) < HISTORY_MAX:
                laws.broken("L5", "a word is neither standing nor in the history of", *place, word.entry)
            entry = of_entry[word.entry]
            if name not in _fields(outcomes[_number(entry)], f"{kind}/{record_id}") and word.entry not in named:
                laws.broken("L5", "who lost was not told of", *place, word.entry)


def check_conflicts(laws: "Laws") -> None:
    """Of the sides of a contradiction one stands at most: all the others have an outcome that names it."""
    node = laws.node
    outcomes = _outcomes(node)
    for record in node.store.records(node.organisation, "conflict"):
        data = record.data
        differ = data["rule"] == ConflictRule.DAMAGE_PARALLEL and data["differs"]
        if data["rule"] not in AGAINST and not differ:
            continue
        untold = []
        for side in data["sides"]:
            entry = node.store.entry_by_id(node.organisation, side["entry"]) if side["entry"] else None
            if entry is None:
                continue  # the office's own word, where no entry says it
            if record.id not in _contradictions(outcomes[_number(entry)]):
                untold.append(side["entry"])
        if len(untold) > 1:
            laws.broken("L5", "who lost by", data["rule"], "was not told:", record.id, *untold)


Number = tuple[str, int, int]
"""Device, epoch, number."""


def _number(entry: JournalEntry) -> Number:
    return entry.device, entry.epoch, entry.seq


def _outcomes(node: Node) -> dict[Number, list[dict[str, Any]]]:
    """Details of what a device is told of each of its numbers. What lies aside under the same number is told of beside it."""
    told: dict[Number, list[dict[str, Any]]] = defaultdict(list)
    for one in node.store.records(node.organisation, "outcome"):
        told[one.data["device_id"], one.data["epoch"], one.data["seq"]].append(one.data["detail"])
    return told


def _fields(details: list[dict[str, Any]], record: str) -> set[str]:
    """Fields of a record (`kind/id`) that are said to have lost or to be contradicted."""
    return {name for one in details for where in ("lost", "conflicts") for name in one.get(where, {}).get(record, ())}


def _contradictions(details: list[dict[str, Any]]) -> set[str | None]:
    """Conflicts that are named."""
    return {one.get("conflict") for told in details for one in (told, *told.get("also", ()))}


def _named_in_conflicts(node: Node) -> set[str]:
    """Entries that stand as a side in a contradiction."""
    conflicts = node.store.records(node.organisation, "conflict")
    return {side["entry"] for one in conflicts for side in one.data["sides"] if side["entry"]}
