"""Category packs: changed list by list, while handovers under way are judged by what their device knew.

Neighbours: `handovers.py` asks `demanded` what a completion needs. Invariants: an id that is gone comes back only as what it
was · what is demanded anew is demanded of nobody whose device had not heard of it · nothing captured for a gone item is lost.
"""

import re
from typing import Any, Final

from schemas.actions.packs import PackCopy, PackEdit
from schemas.errors import ErrorCode
from schemas.limits import NAME_CHARS_MAX, PACKS_MAX
from schemas.records.assets import DIAGRAMS
from server.domain import steps
from sync.unit import Handlers, Refusal, Unit

_LISTS: Final = ("slots", "meters", "accessories", "damage_types", "checklist", "wear")
_ID: Final = re.compile(r"[a-z0-9_]{1,40}")
_WORDS: Final = ("zh", "en")


def edit(unit: Unit, args: PackEdit) -> None:
    """Lists, names, intervals: what is given changes."""
    before = dict(unit.need("pack", args.pack_id))
    given = args.model_dump(mode="json", exclude_none=True)
    if args.diagram is not None and args.diagram not in DIAGRAMS:
        raise Refusal(ErrorCode.DIAGRAM_UNKNOWN, diagram=args.diagram)
    lists = {name: given[name] for name in _LISTS if name in given}
    former: dict[str, Any] = {name: dict(items) for name, items in before.get("former", {}).items()}
    for name, items in lists.items():
        _check(name, items)
        gone = former.setdefault(name, {})
        for item in items:
            was = gone.get(item["id"])
            if was is not None and any(was[lang] != item[lang] for lang in _WORDS):
                raise Refusal(ErrorCode.PACK_ID_REUSED, list=name, id=item["id"])
    unit.apply_effects(args)
    if args.cleared:
        unit.write("pack", args.pack_id, dict.fromkeys(args.cleared))
    now = unit.need("pack", args.pack_id)
    since = dict(before.get("since", {}))
    for name in lists:
        kept = {item["id"] for item in now[name]}
        for item in before.get(name, []):
            if item["id"] not in kept:
                former[name][item["id"]] = item
        for key in _wanted({**now, **{other: [] for other in _LISTS if other != name}}) - _wanted(before):
            since[key] = unit.writer.version
    unit.write("pack", args.pack_id, {"former": former, "since": since})


def copy(unit: Unit, args: PackCopy) -> None:
    """A pack of the organisation's own, as another one stands now; what is changed of either later, the other does not follow."""
    steps.must_be_new(unit, "pack", args.id)
    unit.need("pack", args.from_id)
    known = [one.data for one in unit.store.records(unit.writer.organisation, "pack") if not one.gone]
    if any(one["code"] == args.code for one in known):
        raise Refusal(ErrorCode.VALUE_TAKEN, field="code", kind="pack", label=args.code)
    if len(known) >= PACKS_MAX:
        raise Refusal(ErrorCode.STATE_ILLEGAL, packs_max=PACKS_MAX)
    unit.apply_effects(args)


def demanded(pack: dict[str, Any], known: int | None) -> list[str]:
    """`slot:…` and `meter:…` a completion needs; `known`: the version of the pack its device had, None: it does not say."""
    since = pack.get("since", {})
    return [key for key in _in_order(pack) if known is None or since.get(key, 0) <= known]


def _in_order(pack: dict[str, Any]) -> list[str]:
    slots = [f"slot:{slot['id']}" for slot in pack["slots"] if slot["required"]]
    return slots + [f"meter:{meter['id']}" for meter in pack["meters"]]


def _wanted(pack: dict[str, Any]) -> set[str]:
    return set(_in_order(pack))


def _check(name: str, items: list[dict[str, Any]]) -> None:
    """Each item once, under an id, with words in both languages."""
    ids = [item["id"] for item in items]
    if len(set(ids)) != len(ids):
        raise Refusal(ErrorCode.PACK_UNSOUND, list=name, fault="twice")
    for item in items:
        if not _ID.fullmatch(item["id"]):
            raise Refusal(ErrorCode.PACK_UNSOUND, list=name, fault="id")
        if any(not item[lang].strip() or len(item[lang]) > NAME_CHARS_MAX for lang in _WORDS):
            raise Refusal(ErrorCode.PACK_UNSOUND, list=name, fault="words", id=item["id"])
        if any(isinstance(value, str) and len(value) > NAME_CHARS_MAX for value in item.values()):
            raise Refusal(ErrorCode.PACK_UNSOUND, list=name, fault="too_long", id=item["id"])


HANDLERS: Final[Handlers] = {(PackEdit.action, PackEdit.v): edit, (PackCopy.action, PackCopy.v): copy}
