"""What an entry is about: the records it names or writes, and the values it gave their fields. Pure: the store comes as a
look-up.

Neighbours: `projection.py` keeps the subjects, `history.py` shows the values. Invariants: nothing private is read, only the
body · a value that would have to be taken from another record is taken only where that field never changes: the others may
have been different when the entry was written.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import structs
from pydantic import ValidationError

from schemas.actions import Action
from schemas.merge import MergePolicy
from schemas.records import RECORDS
from sync.body import Body, read_body
from sync.effects import ABSENT, Lookup, Scene, fill
from sync.occurred import occurred_at
from sync.store import JournalEntry
from sync.unit import POLICIES
from sync.upcast import VOCABULARY

Subject = tuple[str, str]
"""(kind, id) of a record."""
NOT_A_SUBJECT: Final = frozenset({"depot", "organisation", "device", "outcome"})
"""Kinds that are named by the way: where something stands is not what it is about."""
NEAR: Final = ("asset_id", "rental_id", "customer_id", "handover_id")
"""What belongs to a record by these fields of it is told of it, too."""

UNTOLD: Final = {
    "customer": frozenset({"shown_as"}),
    "rental": frozenset({"deposit_state", "deposit_ok", "insurance_state", "insurance_ok", "insured_until"}),
    "contact": frozenset({"name", "phone", "email", "entries", "customer_id", "depot_id"}),
    "signer_authority": frozenset({"shown_as", "customer_id", "depot_id"}),
    "customer_terms": frozenset({"depot_id"}), "rental_terms": frozenset({"depot_id"}),
    "fault_reporter": frozenset({"name", "phone", "entry_id", "depot_id"}),
    "fault_words": frozenset({"said", "entry_id", "depot_id"}),
    "signer": frozenset({"name", "phone", "entry_id", "entries", "signature_id", "depot_id"}), "todo": frozenset({"occasion"}),
}  # fmt: skip
"""What of a record is no change anybody made: private parts projected, what only follows another record (of a rental, what the
gate must know of its terms), and by what a rule knows its own work again."""
_INSURED: Final = {"require": "required", "waive": "not_required", "take": "taken", "lapse": "required"}


def _agreed(args: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a new rental's arguments say of its terms."""
    insurance = "required" if args.get("insurance_required") else None
    said = {
        "price_plan_id": args.get("price_plan_id"),
        "deposit_required_fen": args.get("deposit_fen"),
        "insurance_state": insurance,
    }
    known = {name: value for name, value in said.items() if value}
    return {"rental_terms": known} if known else {}


def _deposited(args: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is required after a deposit was asked. What is left to be required after one was waived depends on what was in hand:
    the arguments do not tell."""
    return {"rental_terms": {"deposit_required_fen": args.get("amount_fen", 0)}} if args["step"] == "ask" else {}


_BESIDE: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, dict[str, Any]]]]] = {
    "rental.define": _agreed, "rental.deposit": _deposited,
    "rental.insurance": lambda args: {"rental_terms": {"insurance_state": _INSURED[args["step"]]}},
}  # fmt: skip
"""What a handler writes by an entry's arguments alone into the terms beside the record it is about."""


@dataclass(frozen=True)
class Said:
    """What an entry says. `body`: None where it cannot be read. `values`: per record what it wrote, field by field. `subjects`:
    the records, and whether each is only near."""

    at: str | None = None
    body: Body | None = None
    values: dict[Subject, dict[str, Any]] = field(default_factory=dict)
    subjects: dict[Subject, bool] = field(default_factory=dict)


def fields_in(kind: str, written: Mapping[str, Any]) -> Iterator[tuple[str, str | None, Any]]:
    """What was written into a record of a kind, as it is told: field, item of it where it is a map of many's items, value."""
    fields, untold = POLICIES[kind], UNTOLD.get(kind, frozenset())
    for name, value in written.items():
        if name not in fields or name == "id" or name in untold:
            continue
        if fields[name] is MergePolicy.UNION and isinstance(value, dict):
            yield from ((name, item, after) for item, after in value.items())
        else:
            yield name, None, value


def said_by(entry: JournalEntry, lookup: Lookup) -> Said:
    """What an entry says of which records."""
    try:
        body = read_body(entry.body or b"")
        at = occurred_at(entry, body)
    except (ValueError, RecursionError, OverflowError):
        return Said()
    action = _action(body)
    values = {} if action is None else _values(entry, body, at, action, lookup)
    named = _named(body.args, action)
    subjects = dict.fromkeys([*values, *named], False)
    for kind, record_id in list(subjects):
        data = lookup(kind, record_id) or {}
        for name in NEAR:
            near = data.get(name)
            if isinstance(near, str):
                subjects.setdefault((name.removesuffix("_id"), near), True)
    return Said(at, body, values, subjects)


def _action(body: Body) -> Action | None:
    try:
        return VOCABULARY.read(body.action, body.v, body.args)
    except ValidationError:
        return None


def _values(entry: JournalEntry, body: Body, at: str, action: Action, lookup: Lookup) -> dict[Subject, dict[str, Any]]:
    args = action.model_dump(mode="json")
    scene = Scene(
        args=args,
        entry={
            "id": body.id, "at": at, "zone": body.zone, "actor": body.actor, "device": entry.device, "seq": body.seq,
            "epoch": body.epoch,
        },
        blobs=[structs.asdict(blob) for blob in body.blobs],
        lookup=lambda kind, record_id: _lasting(kind, lookup(kind, record_id)),
    )  # fmt: skip
    found: dict[Subject, dict[str, Any]] = {}
    for effect in fill(type(action).effects, scene):
        known = {name: value for name, value in effect.values.items() if value is not ABSENT}
        found.setdefault((effect.kind, effect.id), {}).update(known)
    own = _own(action)
    if own is not None and own[0] in (body.action.split(".")[0], getattr(action, "record", None)) and not found.get(own):
        fields = POLICIES[own[0]]
        written = args if hasattr(action, "record") else action.model_dump(mode="json", exclude_unset=True)
        found[own] = {name: value for name, value in written.items() if name in fields and name != "id"}
    beside = _BESIDE.get(body.action)
    if beside is not None:
        for kind, written in beside(args).items():
            found.setdefault((kind, str(args.get("rental_id") or args["id"])), {}).update(written)
    return found


def _own(action: Action) -> Subject | None:
    """The record an action is about by its declaration. Whoever makes something acts where it is to lie: that is not what the
    action is about."""
    model = type(action)
    record, record_id = getattr(model, "record", None), getattr(action, "id", None)
    if isinstance(record, str) and record in RECORDS and isinstance(record_id, str):
        return record, record_id
    if model.subject is None or model.subject[0] in NOT_A_SUBJECT - {model.action.split(".", maxsplit=1)[0]}:
        return None
    return model.subject[0], getattr(action, model.subject[1])


def _lasting(kind: str, data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if data is None:
        return None
    return {name: value for name, value in data.items() if POLICIES[kind].get(name) is MergePolicy.IMMUTABLE}


def _named(args: Mapping[str, Any], action: Action | None) -> list[Subject]:
    """Records that arguments name by their id: `asset_id`, `asset_ids`."""
    found: list[Subject] = []
    own = None if action is None else _own(action)
    if own is not None:
        found.append(own)
    for name, value in args.items():
        kind = name.removesuffix("_id").removesuffix("_ids")
        if kind == name or kind not in RECORDS or kind in NOT_A_SUBJECT:
            continue
        ids = value if isinstance(value, list) else [value]
        found += [(kind, one) for one in ids if isinstance(one, str)]
    return found
