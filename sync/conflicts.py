"""Contradictions become records: both sides, the rule, who is concerned; and whoever lost is told through his outcome. Pure.

Neighbours: `server/domain/rules` decide that something contradicts and who stands; the judge calls `settle` once an entry's
handler has acted and `note_refusal` when a right was missing. Invariants: a conflict's id is derived from what contradicts ·
a side once kept is never removed · the entry that lost says so in its outcome, also when it was judged long before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from schemas import limits
from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from schemas.merge import MergePolicy
from schemas.people import Reach, Role, reach_of
from schemas.records.conflicts import ConflictSide
from sync import hlc, instants, losers
from sync.body import Body, read_body
from sync.journal import derived_id
from sync.merge import FieldMeta, Stamp, place_of
from sync.occurred import occurred_at
from sync.store import DeviceState, JournalEntry, Store
from sync.unit import POLICIES, RecordWriter, Refusal, Unit

if TYPE_CHECKING:
    from sync.judge import Judge

RIGHTS: Final = frozenset({ErrorCode.ACTION_FORBIDDEN, ErrorCode.ACTOR_NOT_ON_DEVICE})
"""Refusals for want of a right: what a manager may ratify."""
ATTRIBUTION: Final = frozenset({"found_at", "found_by", "started_at", "completed_at", "actor_id", "zone"})
PERSON_RIGHTS: Final = ("active", "roles", "depot_ids")


@dataclass(frozen=True)
class Finding:
    """A contradiction as a rule found it. `key` is what contradicts, in any order; `standing` the entry that stands.

    `losers` and `noticed` are entries whose authors are told: the former lost something, the latter are only informed.
    """

    rule: ConflictRule
    key: tuple[str, ...]
    depot_id: str
    subject: tuple[str, str]
    sides: Sequence[ConflictSide]
    standing: str | None
    is_open: bool
    differs: Sequence[str] = ()
    losers: Sequence[str] = ()
    noticed: Sequence[str] = ()
    concerned: Sequence[str] = ()
    field: str | None = None
    asset_id: str | None = None
    rental_id: str | None = None


@dataclass(frozen=True)
class StandIn:
    """Whose right stands in for the actor's when a refused entry is ratified."""

    actor: str
    entry: str
    roles: frozenset[Role]
    depots: frozenset[str]


def conflict_id(organisation: str, rule: str, key: Sequence[str]) -> str:
    """The id of a contradiction: the same whoever says it, however often, in whatever order."""
    return derived_id("conflict", organisation, rule, *sorted(key))


# --- sides ----------------------------------------------------------------------------------------------------------------
def own_side(unit: Unit, values: Mapping[str, Any], handover_id: str | None = None) -> ConflictSide:
    """The side of the entry being judged."""
    return _side(unit.entry, unit.body, values, handover_id)


def any_side(unit: Unit, entry_id: str, values: Mapping[str, Any], handover_id: str | None = None) -> ConflictSide | None:
    """The side of an entry: of the one being judged, or of one judged before."""
    if entry_id == unit.body.id:
        return own_side(unit, values, handover_id)
    return side_of_entry(unit.store, unit.writer.organisation, entry_id, values, handover_id)


def side_of_entry(
    store: Store, organisation: str, entry_id: str, values: Mapping[str, Any], handover_id: str | None = None
) -> ConflictSide | None:
    """The side of an entry judged before; None when there is no readable one of that id."""
    entry = store.entry_by_id(organisation, entry_id)
    return None if entry is None or entry.body is None else _side(entry, body_of(entry), values, handover_id)


def _side(entry: JournalEntry, body: Body, values: Mapping[str, Any], handover_id: str | None = None) -> ConflictSide:
    return ConflictSide(
        entry=body.id, device_id=entry.device, actor_id=body.actor, at=occurred_at(entry, body),
        hlc=hlc.capped(body.hlc, entry.received_ms), handover_id=handover_id, values=dict(values),
    )  # fmt: skip


def office_side(at: str, values: Mapping[str, Any], actor: str | None = None) -> ConflictSide:
    """What stood in the records, where no single entry says it."""
    clock = hlc.encode(max(0, instants.to_ms(at)), 0)
    return ConflictSide(entry=None, device_id=None, actor_id=actor, at=at, hlc=clock, values=dict(values))


def side_order(side: Mapping[str, Any]) -> tuple[int, str, str]:
    """Sides stand in order of corrected capture time; HLC and device settle a tie."""
    return instants.to_ms(side["at"]), side["hlc"], side["device_id"] or ""


# --- recording --------------------------------------------------------------------------------------------------------------
def contradict(unit: Unit, finding: Finding, known_id: str | None = None) -> str:
    """Record a contradiction, or add to the one that is known, and remember whom to tell. Returns the conflict's id."""
    record_id = known_id or conflict_id(unit.writer.organisation, finding.rule, finding.key)
    write_conflict(unit.writer, record_id, finding, unit.at, unit.stamp(record_id))
    for entry in (*finding.losers, *finding.noticed):
        lost = entry in finding.losers
        if entry == unit.body.id:
            unit.raised[record_id] = (finding.rule, lost)
        elif lost:
            unit.told[entry] = (record_id, finding.rule)
    return record_id


def write_conflict(writer: RecordWriter, record_id: str, finding: Finding, at: str, stamp: Stamp) -> None:
    """The record of a contradiction: made, or grown by what is new. What was decided and is contradicted anew is open again."""
    stored = writer.store.record(writer.organisation, "conflict", record_id)
    known = stored.data if stored is not None and not stored.gone else None
    sides = _joined(known["sides"] if known else [], [side.model_dump(mode="json") for side in finding.sides])
    named = [side["entry"] for side in sides]
    people = [side["actor_id"] for side in sides if side["actor_id"]]
    state = "open" if finding.is_open or (known and known["state"] == "open") else "noted"
    if known is not None and known["state"] == "decided" and not finding.is_open:
        state = "decided"
    values: dict[str, Any] = {
        "depot_id": finding.depot_id, "rule": finding.rule, "sides": sides, "state": state, "field": finding.field,
        "subject": {"kind": finding.subject[0], "id": finding.subject[1]},
        "standing": named.index(finding.standing) if finding.standing in named else None,
        "differs": sorted({*(known["differs"] if known else ()), *finding.differs}),
        "concerned": list(dict.fromkeys([*(known["concerned"] if known else ()), *people, *finding.concerned])),
        "asset_id": finding.asset_id, "rental_id": finding.rental_id, "at": known["at"] if known else at,
    }  # fmt: skip
    if known is not None and known.get("chosen") is not None:
        chosen = _name_of(known["sides"][known["chosen"]])
        values["chosen"] = next(place for place, side in enumerate(sides) if _name_of(side) == chosen)
    writer.write("conflict", record_id, values, stamp, create=True)


def _joined(known: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All sides in order of capture, an entry's own side once, with its newest values; the bound keeps the first ones."""
    sides = {_name_of(side): side for side in known}
    for side in new:
        name = _name_of(side)
        if name in sides or len(sides) < limits.CONFLICT_SIDES_MAX:
            sides[name] = {**side, "values": {**sides.get(name, side)["values"], **side["values"]}}
    return sorted(sides.values(), key=side_order)


def _name_of(side: Mapping[str, Any]) -> str:
    """By what a side is known again, wherever in the order it stands."""
    name: str = side["entry"] or f"office/{side['at']}"
    return name


# --- what the judge calls ----------------------------------------------------------------------------------------------------
def settle(judge: "Judge", unit: Unit) -> None:
    """After a handler has acted: contradicting fields become records, outcomes name their conflicts, others who lost are told."""
    for name, fields in unit.conflicts.items():
        kind, record_id = name.split("/", 1)
        # When and by whom is what every side says of itself: it is a contradiction of its own only when nothing else is.
        for one in [name for name in fields if name not in ATTRIBUTION] or fields:
            _field_conflict(unit, kind, record_id, one)
    for conflict, (rule, lost) in unit.raised.items():
        _name_in(unit.entry, conflict, rule)
        if lost:
            unit.entry.state = "conflict"
    for other_id, (conflict, rule) in unit.told.items():
        _tell(judge, other_id, conflict, rule)
    if unit.lost or unit.conflicts:
        losers.tell(unit.store, unit.device, unit.entry, unit.body, unit.entry)
    for other_id, values in unit.writer.beaten.items():
        _tell_beaten(judge, other_id, values, unit.entry)


def _name_in(entry: JournalEntry, conflict: str, rule: str) -> None:
    """The outcome's detail names the conflict and its rule; further ones stand under `also`."""
    if entry.detail.get("conflict") in (None, conflict):
        entry.detail["conflict"], entry.detail["rule"] = conflict, rule
    else:
        also = [one for one in entry.detail.get("also", []) if one["conflict"] != conflict]
        entry.detail["also"] = [*also, {"conflict": conflict, "rule": rule}][: limits.CONFLICT_SIDES_MAX]


def _tell(judge: "Judge", entry_id: str, conflict: str, rule: str) -> None:
    """An entry judged before has lost now: its outcome says so, in its device's own bucket."""
    entry = judge.store.entry_by_id(judge.organisation, entry_id)
    if entry is None or entry.state not in ("applied", "merged", "conflict"):
        return
    device = judge.store.device(judge.organisation, entry.device)
    if device is None:
        return
    entry.state = "conflict"
    _name_in(entry, conflict, rule)
    judge.store.save_judgement(entry)
    judge.write_outcome(device, entry)


def _tell_beaten(judge: "Judge", entry_id: str, lost: Mapping[str, Sequence[str]], judged: JournalEntry) -> None:
    """Values of an entry judged before have lost to a later word by somebody who had not seen them: its outcome says which."""
    entry = judge.store.entry_by_id(judge.organisation, entry_id)
    if entry is None or entry.state not in ("applied", "merged", "conflict"):
        return
    device = judge.store.device(judge.organisation, entry.device)
    if device is None:
        return
    known: dict[str, list[str]] = dict(entry.detail.get("lost", {}))
    for name, fields in lost.items():
        known[name] = list(dict.fromkeys([*known.get(name, ()), *fields]))
    entry.state = "merged" if entry.state == "applied" else entry.state
    entry.detail = {**entry.detail, "lost": known}
    losers.tell(judge.store, device, entry, body_of(entry), judged)
    judge.store.save_judgement(entry)
    judge.write_outcome(device, entry)


def _field_conflict(unit: Unit, kind: str, record_id: str, name: str) -> None:
    """Two values of an `immutable` or `review` field: the one that stands and those in its history."""
    stored = unit.store.record(unit.writer.organisation, kind, record_id)
    if stored is None:
        return
    data, meta = stored.data, stored.meta[name]
    handover = record_id if kind == "handover" else data.get("handover_id")
    said = [(meta.entry, data[name])]
    said += [(item["e"], item["value"]) for item in meta.history if item["why"] in ("immutable", "review")]
    key = (kind, record_id, name)
    known = unit.get("conflict", conflict_id(unit.writer.organisation, ConflictRule.FIELD, key))
    # A side that stands in the conflict already is not read once more: there is one for everybody who ever said something else.
    there = {side["entry"]: side["values"] for side in known["sides"]} if known is not None else {}
    new = [(entry, value) for entry, value in said if name not in there.get(entry, ()) or there[entry][name] != value]
    sides = [side for entry, value in new if (side := any_side(unit, entry, {name: value}, handover)) is not None]
    contradict(
        unit,
        Finding(
            ConflictRule.FIELD, key, data.get("depot_id") or unit.device.depot, (kind, record_id), sides,
            meta.entry, is_open=True, differs=[name], losers=[unit.body.id], field=name,
            asset_id=record_id if kind == "asset" else data.get("asset_id"), rental_id=data.get("rental_id"),
        ),
    )  # fmt: skip


def choose(unit: Unit, kind: str, record_id: str, name: str, value: Any) -> None:
    """A person decided: this value stands whatever the field's policy says; the one that stood goes into its history."""
    stored = unit.store.record(unit.writer.organisation, kind, record_id)
    if stored is None or stored.gone:
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind=kind, id=record_id)
    present = stored.data[name]
    if present == value:
        return
    policy = POLICIES[kind][name]
    if policy in (MergePolicy.UNION, MergePolicy.COUNTER):
        raise ValueError(f"{kind}.{name} is not chosen but gathered")
    meta = stored.meta.get(name, FieldMeta()).copied()
    for entry in meta.set_aside(present):
        unit.writer.note_beaten(entry, kind, record_id, name)
    meta.written_by(unit.stamp(record_id))
    unit.writer.choose(stored, name, value, meta)


# --- rights -------------------------------------------------------------------------------------------------------------------
def note_refusal(judge: "Judge", device: DeviceState, entry: JournalEntry) -> None:
    """An entry was refused. If its actor had the right taken away after he recorded it, a manager is asked: one conflict a
    handover, with the entries and what the office had changed as its two sides."""
    if entry.code not in RIGHTS or judge.stand_in is not None:
        return
    body = body_of(entry)
    person = judge.store.record(judge.organisation, "person", body.actor)
    if person is None or person.gone or device.person not in (None, body.actor):
        return
    at = occurred_at(entry, body)
    changes = [person.meta[name] for name in PERSON_RIGHTS if name in person.meta]
    newest = max(changes, key=lambda meta: meta.hlc, default=None)
    if newest is None or not newest.hlc or hlc.decode(newest.hlc)[0] <= instants.to_ms(at):
        return
    record_id = revoked_id(judge.organisation, entry, body)
    stored = judge.store.record(judge.organisation, "conflict", record_id)
    said = next((side for side in (stored.data["sides"] if stored else ()) if "entries" in side["values"]), None)
    entries: dict[str, Any] = dict(said["values"]["entries"]) if said else {}
    if len(entries) < limits.ENTRY_NEEDS_MAX:
        entries[body.id] = {"action": body.action, "state": "refused"}
    mine = ConflictSide.model_validate(said) if said else _side(entry, body, {}, body.args.get("handover_id"))
    mine.values["entries"] = entries
    theirs = side_of_entry(judge.store, judge.organisation, newest.entry, {name: person.data[name] for name in PERSON_RIGHTS})
    judge.version += 1
    writer = RecordWriter(judge.store, judge.organisation, judge.version, judge.touched)
    finding = Finding(
        ConflictRule.RIGHT_REVOKED, (), device.depot, ("person", body.actor), [mine, *([theirs] if theirs else [])],
        newest.entry, is_open=True, differs=["rights"],
    )  # fmt: skip
    clock, place = hlc.encode(entry.received_ms, 0), place_of(entry.epoch, entry.seq)
    stamp = Stamp(writer.version, clock, device.id, body.id, place=place)
    write_conflict(writer, record_id, finding, instants.to_text(entry.received_ms), stamp)
    entry.detail |= {"conflict": record_id, "rule": ConflictRule.RIGHT_REVOKED}


def revoked_id(organisation: str, entry: JournalEntry, body: Body) -> str:
    """One conflict for all that one person recorded of one handover (or the one entry) on one device."""
    about = str(body.args.get("handover_id") or body.id)
    return conflict_id(organisation, ConflictRule.RIGHT_REVOKED, (entry.device, body.actor, about))


def body_of(entry: JournalEntry) -> Body:
    """The body of an entry that was readable when it was judged."""
    return read_body(entry.body or b"")


def ratified(unit: Unit) -> list[tuple[JournalEntry, StandIn]]:
    """The entries that this one, once the store has kept it, puts up for judging, with the right that stands in."""
    right = _right_of(unit.store, unit.entry, unit.body) if unit.ratify else None
    known = [unit.store.entry_by_id(unit.writer.organisation, entry_id) for entry_id in unit.ratify]
    return [(entry, right) for entry in known if entry is not None and right is not None]


def stood_in(store: Store, entry: JournalEntry) -> StandIn | None:
    """The right that stood in when this entry was ratified and yet had no effect, as its holder has it now: a manager's word
    outlasts that."""
    said_in = entry.detail.get("ratified_in")
    said = store.entry_by_id(entry.organisation, said_in) if said_in is not None else None
    return None if said is None else _right_of(store, said, body_of(said))


def _right_of(store: Store, said: JournalEntry, body: Body) -> StandIn | None:
    device = store.device(said.organisation, said.device)
    if device is not None and device.type == "system":
        return StandIn(body.actor, body.id, frozenset({Role.SYSTEM}), frozenset())
    person = store.record(said.organisation, "person", body.actor)
    if person is None:
        return None
    depots = frozenset(depot for depot, there in person.data["depot_ids"].items() if there)
    return StandIn(body.actor, body.id, frozenset(Role(role) for role in person.data["roles"]), depots)


def check_stand_in(stand_in: StandIn, action: str, depot: str | None) -> None:
    """Whether whoever ratifies may do this there. Refusal otherwise."""
    reach = reach_of(action, stand_in.roles)
    if reach is None or (reach is Reach.DEPOT and depot is not None and depot not in stand_in.depots):
        raise Refusal(ErrorCode.ACTION_FORBIDDEN, action=action, ratified_by=stand_in.actor)
