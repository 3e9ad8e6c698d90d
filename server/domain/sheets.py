"""Spreadsheets: what an import entered is taken back while nobody has changed it and nothing else names it.

Neighbours: `server/imports/sheets/undo.py` asks the same question before it writes; `schemas/references.py` says what names what.
Invariants: whether a record may go is decided in the transaction in which it goes · whatever names it counts, of every kind there
is · what the same row's entries made beside it (terms, a contact, tasks of the rental) goes with it, and so does what a rule made
of it (an inspection that falls due, a first due reading, an alert's to-do) and no person has had a hand in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from schemas.actions.sheets import RecordRetract
from schemas.errors import ErrorCode
from schemas.ids import SYSTEM_ACTOR
from server.domain.assets import leave_kit
from sync.body import read_body
from sync.merge import FieldMeta
from sync.store import Store
from sync.unit import Handlers, Refusal, Unit

Place = tuple[str, str]
"""(kind, id) of a record."""
BESIDE: Final = {"customer": "customer_terms", "rental": "rental_terms"}
"""Kind → what has the same id and is made with it."""
BY_RULE: Final = frozenset({"task", "todo", "service_due_km", "service_due_hours", "service_due_at", "inspection_due_at"})
"""Kinds, and fields of an asset, that a rule of the server writes by itself."""
FOLLOWS: Final = frozenset({"kit_members"})
"""Fields the server keeps in step with what others say: nobody edited them."""


@dataclass(frozen=True)
class Stays:
    """Why a record is not taken back: somebody `edited` it, or it is `in_use` by a record of the kind."""

    why: Literal["edited", "in_use"]
    kind: str


def taken_back(
    store: Store, organisation: str, args: RecordRetract, leaving: Collection[Place] = frozenset()
) -> list[Place] | Stays:
    """What leaves when the record is taken back, as things stand in this transaction: itself, and what its own entries made;
    or why it stays. `leaving`: what names it and is known to leave before it."""
    own, itself = {args.record_id, args.contact_id}, (args.kind, args.record_id)
    wanted = [itself, *([(BESIDE[args.kind], args.record_id)] if args.kind in BESIDE else [])]
    found: list[Place] = []
    while wanted:
        place = wanted.pop(0)
        stored = store.record(organisation, *place)
        if place in found or place in leaving or ((stored is None or stored.gone) and place != itself):
            continue
        if stored is None or stored.gone:
            return Stays("edited", args.kind)
        metas = {name: meta for name, meta in stored.meta.items() if name not in FOLLOWS}
        if not metas or not all(
            is_only(meta, args.entries) or ((place[0] in BY_RULE or name in BY_RULE) and is_by_rules(store, organisation, meta))
            for name, meta in metas.items()
        ):
            return Stays("edited" if place[1] in own else "in_use", place[0])
        found.append(place)
        wanted += store.naming(organisation, place[1])
    return found


def retract(unit: Unit, args: RecordRetract) -> None:
    """It leaves every list; what it held is remembered, but for a person's name and numbers."""
    unit.need(args.kind, args.record_id)
    places = taken_back(unit.store, unit.writer.organisation, args)
    if isinstance(places, Stays):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=places.why, kind=places.kind)
    if args.kind == "asset":
        leave_kit(unit, args.record_id)
    for kind, record in places:
        unit.remove(kind, record, keep=kind != "contact")
    if args.kind == "customer":
        for entry in args.entries:
            unit.erase_private(entry)


def is_by_rules(store: Store, organisation: str, meta: FieldMeta) -> bool:
    """Whether only rules have written the field, no person."""
    entry = store.entry_by_id(organisation, meta.entry)
    return entry is not None and entry.body is not None and read_body(entry.body).actor == SYSTEM_ACTOR and not meta.items


def is_only(meta: FieldMeta, entries: Collection[str]) -> bool:
    """Whether nobody but these entries has written the field, or any item of it."""
    return (meta.version == 0 or meta.entry in entries) and all(is_only(item, entries) for item in meta.items.values())


HANDLERS: Final[Handlers] = {(RecordRetract.action, RecordRetract.v): retract}
