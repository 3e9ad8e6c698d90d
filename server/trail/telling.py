"""A change in words: what the field is called, what stood there and what was written, in the language of whoever reads.

Neighbours: `changes.py` finds what changed; `history.py`, `page.py` and `table.py` tell it. Invariants: ids are names where the
reader may see what they name · amounts are money, instants the clock of the organisation's zone, codes their words · what has
no words is shown as it is, never hidden; long values are cut.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any, Final

from schemas.errors import Sentence
from schemas.ids import SYSTEM_ACTOR, UUID_PATTERN
from schemas.records import RECORDS
from schemas.trail import FieldChange, SumPart
from server.notify.causes import zone_of
from server.trail.code_words import code_word, has_own, key_word, kinds_of
from server.trail.field_words import FIELD_WORDS
from server.trail.names import Names
from server.trail.value_words import VALUE_WORDS
from server.trail.words import KIND_WORDS
from sync import instants

EMPTY: Final = Sentence("（空）", "(empty)")
YES: Final = Sentence("是", "yes")
NO: Final = Sentence("否", "no")
_BY: Final = Sentence("经手人", "By")
_UUID: Final = re.compile(UUID_PATTERN)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
_CHARS_MAX: Final = 160
_DEEP_MAX: Final = 4
_FEN: Final = 100
_ID_SHOWN: Final = 8
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_HASH_SHOWN: Final = 12
_UNTOLD: Final = frozenset({"id", "entry", "hlc", "photo_id"})
"""Inside a map, what says nothing to a person."""
_PACK_LISTS: Final[Mapping[str, str]] = {
    "slot": "slots", "waived": "slots", "meter": "meters", "readings": "meters", "type": "damage_types",
    "accessories": "accessories", "accessories_missing": "accessories", "accessory": "accessories", "checks": "checklist",
}  # fmt: skip
"""A field → the list of the category packs that its codes are items of."""

MANY_PARTS: Final = ("contact", "signer_authority")
"""Parts a record has many of: told with whose they are."""


@dataclass
class Words:
    """Changes in one language, for one reader. `zone`: the organisation's."""

    names: Names
    language: str

    def names_in(self, changes: Iterable[FieldChange]) -> Iterator[tuple[str, str]]:
        """The records (kind, id) whose names telling these changes will ask for."""
        for change in changes:
            if change.kind in MANY_PARTS:
                yield change.kind, change.record
            if change.item is not None:
                yield from _ids_in(change.field, change.item)
            for value in (change.before, change.after):
                yield from _ids_in(change.field, value)
            yield from (("person", part.by) for part in change.parts if part.by)

    @cached_property
    def zone(self) -> tzinfo:
        """The organisation's zone; UTC where none is known."""
        return zone_of(self.zone_name)

    @cached_property
    def zone_name(self) -> str:
        """As it stands in the organisation's record."""
        stored = self.names.store.record(self.names.organisation, "organisation", self.names.organisation)
        return str(stored.data.get("zone", "UTC")) if stored is not None else "UTC"

    def told(self, change: FieldChange) -> FieldChange:
        """The change with its name and both values in words."""
        was, now = (self._chosen(change, one) for one in (change.before, change.after))
        if was == now and change.before != change.after:  # moments of one minute differ by their seconds
            was, now = (self._to_the_second(one) or told for one, told in ((change.before, was), (change.after, now)))
        parts = [part.model_copy(update={"told": self._part(part)}) for part in change.parts]
        return change.model_copy(update={"name": self.called(change), "was": was, "now": now, "parts": parts})

    def _to_the_second(self, value: Any) -> str:
        return self.at(value) if isinstance(value, str) and _INSTANT.fullmatch(value) else ""

    def _part(self, part: SumPart) -> str:
        """One entry a sum comes from: what, how much, who, when."""
        step = self.said(VALUE_WORDS["depositStep"].get(part.step), part.step)
        who = (
            ""
            if part.by is None
            else self.said(VALUE_WORDS["role"]["system"])
            if part.by == SYSTEM_ACTOR
            else self.record("person", part.by)
        )
        when = "" if part.at is None else self.moment(part.at)
        return " · ".join(one for one in (f"{step} {_money(part.amount_fen)}", who, when) if one)

    def called(self, change: FieldChange) -> str:
        """The field, and the item of it that was written; whose, where a record has many such parts."""
        name = self.said(FIELD_WORDS.get(change.field), change.field)
        if change.kind in MANY_PARTS:
            name = f"{self.said(KIND_WORDS.get(change.kind), change.kind)} {self.record(change.kind, change.record)} · {name}"
        if change.item is None:
            return name
        if change.field in ("custom", "custom_office"):
            return self._own_field(change.kind.removesuffix("_terms"), change.item)
        if _UUID.fullmatch(change.item):
            item = self._known(change.field, change.item)
        else:
            item = self._key(change.kind, change.field, change.item)
        return f"{name} · {item}" if item else name

    def value(self, kind: str, field: str, value: Any, deep: int = 0) -> str:
        """A value as a person reads it."""
        if value is None or value in ("", [], {}):
            return self.said(EMPTY)
        if isinstance(value, bool):
            return self.said(YES if value else NO)
        if isinstance(value, int | float):
            return _money(value) if "fen" in field.split("_") else f"{value:,}"
        if isinstance(value, str):
            return self._text(kind, field, value)
        if deep >= _DEEP_MAX:
            return "…"
        if isinstance(value, list):
            return _cut(" · ".join(self.value(kind, field, one, deep + 1) for one in value))
        return self._map(kind, field, value, deep) if isinstance(value, dict) else _cut(str(value))

    def at(self, instant: str) -> str:
        """When an entry was written, to the second, on the clock of the organisation's zone."""
        return datetime.fromtimestamp(instants.to_ms(instant) / 1000, self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def moment(self, instant: str) -> str:
        """An instant that is a value, to the minute as lists show them."""
        return datetime.fromtimestamp(instants.to_ms(instant) / 1000, self.zone).strftime("%Y-%m-%d %H:%M")

    def record(self, kind: str, record_id: str) -> str:
        """What a record goes by; the beginning of its id where it has no name the reader may see."""
        zh, en = self.names.record(kind, record_id)
        return (en if self.language == "en" else "") or zh or record_id[:_ID_SHOWN]

    def said(self, words: Sentence | None, otherwise: str = "") -> str:
        """The words in the reader's language."""
        return otherwise if words is None else words.zh if self.language == "zh" else words.en

    def _text(self, kind: str, field: str, value: str) -> str:
        if _INSTANT.fullmatch(value):
            return self.moment(value)
        if value == SYSTEM_ACTOR:
            return self.said(VALUE_WORDS["role"]["system"])
        if _UUID.fullmatch(value):
            return self._known(field, value) or value[:_ID_SHOWN]
        if field == "pack":
            return self._pack(value)
        words = code_word(kind, field, value) or self._of_packs(field, value)
        if words is None and field == "rule":
            words = self._gate_rules.get(value)
        if words is not None:
            return self.said(words)
        if _HASH.fullmatch(value):
            return f"{value[:_HASH_SHOWN]}…"
        return self._dotted(kind, field, value) if field in ("differs", "field") else _cut(value)

    def _chosen(self, change: FieldChange, value: Any) -> str:
        """A value; one of a list that the organisation made by what it calls it."""
        if change.item is not None and change.field in ("custom", "custom_office"):
            choice = self._choices.get((change.kind.removesuffix("_terms"), change.item, str(value)))
            if choice is not None:
                return self.said(choice)
        return self.value(change.kind, change.field, value)

    def _key(self, kind: str, field: str, name: str) -> str:
        """What a key of a map is called; '' for the id of what has no name of its own."""
        if _UUID.fullmatch(name):
            return self._known(field, name)
        words = key_word(kind, field, name) or self._of_packs(field, name)
        if words is not None:
            return self.said(words)
        if _HASH.fullmatch(name):
            return f"{name[:_HASH_SHOWN]}…"
        return self._dotted(kind, field, name)

    def _dotted(self, kind: str, field: str, code: str) -> str:
        """What is said of a part of a field: `readings.odometer`, `slot:front`, `clause.3`."""
        of, mark, part = code.partition("." if "." in code else ":")
        if not mark:
            return code
        called = self.said(key_word(kind, field, of), of)
        words = key_word("handover", of, part) or code_word(kind, of, part) or self._of_packs(of, part)
        return f"{called} {self.said(words, part)}"

    def _of_packs(self, field: str, code: str) -> Sentence | None:
        """What the organisation's category packs call one of their items."""
        return self._pack_items.get((_PACK_LISTS[field], code)) if field in _PACK_LISTS else None

    def _map(self, kind: str, field: str, value: Mapping[str, Any], deep: int) -> str:
        if set(value) == {"kind", "id"}:
            return f"{self.said(KIND_WORDS.get(value['kind']), value['kind'])} {self.record(value['kind'], value['id'])}"
        parts = []
        for name, one in value.items():
            if one in (None, "", False, []) or (one == {} and not _UUID.fullmatch(name)) or name in _UNTOLD:
                continue
            by = name == "by" and isinstance(one, str) and _UUID.fullmatch(one)
            key = self.said(_BY) if by else self._key(kind, field, name)
            of = field if _UUID.fullmatch(name) else name
            if one is True or (one == {} and _UUID.fullmatch(name)):
                parts.append(key)
            else:
                inside = f"{kind}.{field}"
                told = self.value(inside if has_own(inside, name) else kind, of, one, deep + 1)
                parts.append(f"{key}: {told}" if key else told)
        return _cut(" · ".join(part for part in parts if part)) or self.said(EMPTY)

    def _known(self, field: str, record_id: str) -> str:
        """The name of the record an id in this field stands for; '' where the field says of none what kind it is."""
        for kind in kinds_of(field):
            zh, en = self.names.record(kind, record_id) if kind in RECORDS else ("", "")
            if zh:
                return (en if self.language == "en" else "") or zh
        return ""

    def _pack(self, code: str) -> str:
        """What the organisation calls a category pack."""
        return self._packs.get(code, code)

    def _own_field(self, kind: str, code: str) -> str:
        """What the organisation calls a field of its own."""
        return self._own_fields.get((kind, code), code)

    @cached_property
    def _packs(self) -> dict[str, str]:
        return {one["code"]: self._in_words(one) for one in self._all("pack")}

    @cached_property
    def _pack_items(self) -> dict[tuple[str, str], Sentence]:
        """Items of the packs' lists, also those no longer in one; where two packs call an item differently, the first."""
        found: dict[tuple[str, str], Sentence] = {}
        for pack in self._all("pack"):
            for name in set(_PACK_LISTS.values()):
                for one in [*pack.get(name, ()), *pack.get("former", {}).get(name, {}).values()]:
                    found.setdefault((name, one["id"]), Sentence(one["zh"], one["en"]))
        return found

    @cached_property
    def _gate_rules(self) -> dict[str, Sentence]:
        """The gate's rules of the organisation's own, by their code."""
        return {one["code"]: Sentence(one["zh"], one["en"] or one["zh"]) for one in self._all("gate_rule") if one.get("zh")}

    @cached_property
    def _choices(self) -> dict[tuple[str, str, str], Sentence]:
        """What may be chosen in a field of the organisation's own."""
        return {
            (field["belongs_to"], field["code"], one["id"]): Sentence(one["zh"], one["en"])
            for field in self._all("custom_field")
            for one in field.get("choices", ())
        }

    @cached_property
    def _own_fields(self) -> dict[tuple[str, str], str]:
        return {(one["belongs_to"], one["code"]): self._in_words(one) for one in self._all("custom_field")}

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [one.data for one in self.names.store.records(self.names.organisation, kind) if not one.gone]

    def _in_words(self, named: Mapping[str, Any]) -> str:
        return str(named["en"] if self.language == "en" else named["zh"])


def _ids_in(field: str, value: Any, deep: int = 0) -> Iterator[tuple[str, str]]:
    """Ids in a value, with the kind of record each stands for."""
    if isinstance(value, str):
        if _UUID.fullmatch(value):
            yield from ((kind, value) for kind in kinds_of(field))
    elif isinstance(value, Mapping) and deep < _DEEP_MAX:
        for name, one in value.items():
            if _UUID.fullmatch(name):
                yield from ((kind, name) for kind in kinds_of(field))
            yield from _ids_in(name, one, deep + 1)
    elif isinstance(value, list) and deep < _DEEP_MAX:
        for one in value:
            yield from _ids_in(field, one, deep + 1)


def _money(fen: float) -> str:
    return f"¥{fen / _FEN:,.2f}"


def _cut(text: str) -> str:
    return f"{text[:_CHARS_MAX]}…" if len(text) > _CHARS_MAX else text
