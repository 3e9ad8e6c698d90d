"""Fields of the organisation's own: defined, retired, and what a value under one must be.

Neighbours: `assets.py`, `customers.py` and `rentals.py` call `check_custom` before they write.
Invariants: what a field is — whose, its code, its type, whether the field needs it — never changes, so that no value is ever of a
wrong type later, or lies where it should not · own fields of customers and rentals take nothing that tells who a person is: that
is a contact's, in a private part.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from schemas import limits
from schemas.actions.custom_fields import CustomFieldDefine, CustomFieldRetire
from schemas.errors import ErrorCode
from sync.unit import Handlers, Refusal, Unit

_FIXED: Final = ("belongs_to", "code", "type", "in_field")
_OF_PEOPLE: Final = ("customer", "rental")
_PERSONAL: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?![\dA-Za-z])|[^\s@]+@[^\s@]+\.[^\s@]+")
"""A mobile number, an ID number, an e-mail address: what must not stand in an entry's body. The app says the same
before it writes (`field_app/src/office/lib/customfields.ts`)."""


def check_custom(unit: Unit, kind: str, values: Mapping[str, Any] | None) -> None:
    """Refusal(CUSTOM_VALUE_WRONG) when a value does not fit its field; `fault`: unknown | type | choice | personal. None takes a
    value away, whatever has become of the field."""
    given = {code: value for code, value in (values or {}).items() if value is not None}
    if not given:
        return
    known = {one["code"]: one for one in fields_of(unit, kind) if one["active"]}
    for code, value in given.items():
        fault = "unknown" if code not in known else _fault(known[code], value)
        if fault is None and kind in _OF_PEOPLE and isinstance(value, str) and _PERSONAL.search(value):
            fault = "personal"
        if fault is not None:
            wanted = known[code]["type"] if code in known else None
            raise Refusal(ErrorCode.CUSTOM_VALUE_WRONG, field=code, type=wanted, fault=fault)


def split_custom(unit: Unit, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A customer's own values: those the field needs, and those only the office holds. What is written into one place is taken
    away from the other."""
    needed = {one["code"] for one in fields_of(unit, "customer") if one.get("in_field")}
    for_field = {code: value if code in needed else None for code, value in values.items()}
    return for_field, {code: None if code in needed else value for code, value in values.items()}


def fields_of(unit: Unit, kind: str) -> list[dict[str, Any]]:
    """The organisation's fields of a kind, retired ones included, in their order."""
    found = [one.data for one in unit.store.records(unit.writer.organisation, "custom_field")]
    return sorted((one for one in found if one["belongs_to"] == kind), key=lambda one: (one["order"], one["code"]))


def _fault(field: Mapping[str, Any], value: Any) -> str | None:
    match field["type"]:
        case "text":
            fits = isinstance(value, str)
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= limits.CUSTOM_NUMBER_MAX
        case "date":
            fits = isinstance(value, str) and _is_day(value)
        case "yes_no":
            fits = isinstance(value, bool)
        case _:
            return None if value in {choice["id"] for choice in field["choices"]} else "choice"
    return None if fits else "type"


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-01-31") and date.fromisoformat(text).year > 0
    except ValueError:
        return False


def define(unit: Unit, args: CustomFieldDefine) -> None:
    """A new field, or new words, choices and place for one that is there."""
    known = unit.get("custom_field", args.custom_field_id)
    values = args.model_dump(mode="json")
    changed = [name for name in _FIXED if known is not None and known.get(name, False) != values[name]]
    if changed:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="defined", fields=changed)
    others = [one for one in fields_of(unit, args.belongs_to) if one["id"] != args.custom_field_id]
    same = next((one for one in others if one["code"] == args.code), None)
    if same is not None:
        raise Refusal(ErrorCode.VALUE_TAKEN, field="code", kind="custom_field", id=same["id"], label=same["zh"])
    if known is None and len(others) >= limits.CUSTOM_FIELDS_MAX:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="full", most=limits.CUSTOM_FIELDS_MAX)
    if (args.type == "choice") != bool(args.choices) or len({one.id for one in args.choices}) != len(args.choices):
        raise Refusal(ErrorCode.CUSTOM_VALUE_WRONG, field="choices", type=args.type, fault="choice")
    unit.apply_effects(args)


def retire(unit: Unit, args: CustomFieldRetire) -> None:
    """Nobody fills it in any more."""
    unit.need("custom_field", args.custom_field_id)
    unit.apply_effects(args)


HANDLERS: Final[Handlers] = {
    (CustomFieldDefine.action, CustomFieldDefine.v): define,
    (CustomFieldRetire.action, CustomFieldRetire.v): retire,
}
