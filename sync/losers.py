"""What whoever lost is told: field, his value, the value that stands and by whom, and what would write his value once more. Pure.

Neighbours: `conflicts.py` calls this once the losses of an entry are known; the outcome carries it to the device. Invariants: the
value that stands is told only to a device that may hold the record · nothing private: a body's own values alone, and none of what
names a person · what is no more known of a value (a history is bounded) leaves the field named without it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from schemas import limits
from schemas.actions import ACTIONS
from sync.body import Body, read_body
from sync.holding import held_of
from sync.merge import FieldMeta
from sync.occurred import occurred_at
from sync.store import DeviceState, JournalEntry, Store, StoredRecord

NAMES_OF_PEOPLE: Final = frozenset({("person", "name"), ("person", "name_en")})
"""Values that are not copied: they go when the person is erased."""
WRITTEN_BY: Final = {("customer_terms", "custom_office"): "custom"}
"""Arguments that a handler writes into another record than the one they show on the device."""
Loss = dict[str, Any]
"""`{kind, id, field, item, known, said, shown, stands, by, at, decided}`: `item` of a map, else null; `said` if `known`; `stands`
if `shown`; `by` whom and `at` when the value that stands was written; `decided`: a person decides, both are kept."""


def tell(store: Store, device: DeviceState, entry: JournalEntry, body: Body, judged: JournalEntry) -> None:
    """Note in an entry's detail what its author is told of values that do not stand (`told`), and the action that would write
    those once more that simply lost (`again`). `judged`: the entry being judged, which no store may know yet; often it is what
    this one lost to."""
    organisation, found = device.organisation, list[Loss]()
    for decided, part in ((False, "lost"), (True, "conflicts")):
        for name, fields in entry.detail.get(part, {}).items():
            kind, record_id = name.split("/", 1)
            stored = store.record(organisation, kind, record_id)
            if stored is None or stored.gone:
                continue
            shown = bool(stored.buckets & held_of(store, device, stored))
            for one in dict.fromkeys(fields):
                losses = list(_of_field(store, judged, stored, one, body.id)) or [_loss(stored, one)]
                found += [{**loss, "decided": decided, **_seen(loss, shown=shown)} for loss in losses]
    detail = {**entry.detail, "told": found[: limits.LOSSES_TOLD_MAX]}
    again = _again(body, [loss for loss in found if not loss["decided"]])
    entry.detail = {**detail, "again": again} if again else {name: one for name, one in detail.items() if name != "again"}


def _of_field(store: Store, judged: JournalEntry, stored: StoredRecord, name: str, entry_id: str) -> Iterator[Loss]:
    """What an entry said in one field, or in items of it, and what stands there."""
    meta, present = stored.meta.get(name), stored.data.get(name)
    if meta is None:
        return
    for item, one in meta.items.items():
        for word in one.history:
            if word["e"] == entry_id:
                stands = present.get(item) if isinstance(present, Mapping) else None
                yield {
                    **_loss(stored, name, item),
                    "known": True,
                    "said": word["value"],
                    "stands": stands,
                    **_by(store, judged, one),
                }
                break
    for word in reversed(meta.history):
        if word["e"] == entry_id:
            yield {
                **_loss(stored, name),
                "known": True,
                "said": word["value"],
                "stands": present,
                **_by(store, judged, meta),
            }
            return


def _loss(stored: StoredRecord, name: str, item: str | None = None) -> Loss:
    empty = {"known": False, "said": None, "stands": stored.data.get(name), "by": None, "at": None}
    return {"kind": stored.kind, "id": stored.id, "field": name, "item": item, **empty}


def _seen(loss: Loss, *, shown: bool) -> dict[str, Any]:
    """What of a loss may not be told is taken out."""
    named = (loss["kind"], loss["field"]) in NAMES_OF_PEOPLE
    hidden = {"known": False, "said": None, "stands": None} if named else {} if shown else {"stands": None}
    return {"shown": shown and not named, **hidden}


def _by(store: Store, judged: JournalEntry, meta: FieldMeta) -> dict[str, Any]:
    """Who wrote the value that stands, and when."""
    entry = (
        judged if meta.entry == judged.entry_id else store.entry_by_id(judged.organisation, meta.entry) if meta.entry else None
    )
    return {"by": None, "at": None} if entry is None else _author(entry)


def _author(entry: JournalEntry) -> dict[str, Any]:
    try:
        body = read_body(entry.body or b"")
        return {"by": body.actor, "at": occurred_at(entry, body)}
    except (ValueError, OverflowError):
        return {"by": None, "at": None}


def _again(body: Body, losses: list[Loss]) -> dict[str, Any] | None:
    """The same action with what it must have and the arguments whose values lost; None where a field is not simply written by an
    argument of its own."""
    model = ACTIONS.get((body.action, body.v))
    if model is None or body.private or body.blobs or not losses or not all(loss["known"] for loss in losses):
        return None
    wanted = {name for name, one in model.model_fields.items() if one.is_required()}
    args = {name: body.args[name] for name in wanted if name in body.args}
    for loss in losses:
        written = (one.values.get(loss["field"]) for one in model.effects if one.kind == loss["kind"] and not one.create)
        name = WRITTEN_BY.get((loss["kind"], loss["field"])) or next(
            (value[1:] for value in written if isinstance(value, str) and value.startswith("$")), None
        )
        if name is None or name not in body.args:
            return None
        if loss["item"] is None:
            args[name] = body.args[name]
        elif isinstance(body.args[name], dict) and loss["item"] in body.args[name]:
            args[name] = {**args.get(name, {}), loss["item"]: body.args[name][loss["item"]]}
        else:
            return None
    try:
        model.model_validate(args)
    except ValidationError:
        return None
    return {"action": body.action, "args": args}
