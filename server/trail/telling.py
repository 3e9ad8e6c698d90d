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

from schemas.conflicts import CONFLICT_WORDS
from schemas.errors import Sentence
from schemas.ids import SYSTEM_ACTOR, UUID_PATTERN
from schemas.records import RECORDS
from schemas.states import MACHINES
from schemas.trail import FieldChange, SumPart
from server.notify.causes import zone_of
from server.trail.field_words import FIELD_WORDS
from server.trail.names import Names
from server.trail.value_words import VALUE_WORDS
from server.trail.words import KIND_WORDS, OUTCOME_WORDS, TODO_WORDS
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
_UNTOLD: Final = frozenset({"id", "entry"})
"""Ids inside a map that say nothing to a person."""

_STATES: Final[Mapping[str, dict[str, Sentence]]] = {
    name: {state.id: Sentence(state.zh, state.en) for state in machine.states} for name, machine in MACHINES.items()
}
_DONE: Final = {
    "open": Sentence("待处理", "Open"), "closed": Sentence("已关闭", "Closed"), "done": Sentence("已完成", "Done"),
    "dismissed": Sentence("不处理", "Dismissed"), "noted": Sentence("已知悉", "Noted"), "decided": Sentence("已决定", "Decided"),
}  # fmt: skip
_CHANNELS: Final = {
    "in_app": Sentence("系统内", "In the app"), "email": Sentence("邮件", "E-mail"), "wecom": Sentence("企业微信", "WeCom"),
    "dingtalk": Sentence("钉钉", "DingTalk"), "feishu": Sentence("飞书", "Feishu"),
}  # fmt: skip
_CAUSES: Final = {
    "by_hand": Sentence("人工安排", "Planned by hand"),
    "rental_approved": Sentence("租赁单已批准", "Rental approved"),
    "checked_out": Sentence("已交付，到期收回", "Out, due back"),
    "damage": Sentence("严重损坏", "Severe damage"),
    "inspection_failed": Sentence("检验不合格", "Inspection failed"),
    "inspection_due": Sentence("检验到期", "Inspection due"),
    "service_due": Sentence("保养到期", "Service due"),
    "rental_overdue": Sentence("逾期未还", "Overdue"),
}
_OF: Final[Mapping[tuple[str, str], Mapping[str, Sentence]]] = {
    ("organisation", "gate_policy"): VALUE_WORDS["gatePolicy"], ("asset", "state"): VALUE_WORDS["assetState"],
    ("customer", "type"): VALUE_WORDS["customerType"], ("customer", "tier"): VALUE_WORDS["tier"],
    ("contact", "role"): VALUE_WORDS["contactRole"], ("contact", "state"): _STATES["contact"],
    ("signer_authority", "role"): VALUE_WORDS["signerRole"], ("signer_authority", "may"): VALUE_WORDS["signing"],
    ("signer_authority", "state"): _STATES["contact"], ("contract_text", "use"): VALUE_WORDS["textUse"],
    ("price_plan", "unit"): VALUE_WORDS["rateUnit"], ("price_plan", "state"): _STATES["price_plan"],
    ("rental", "state"): _STATES["rental"], ("task", "type"): VALUE_WORDS["taskType"], ("task", "state"): _STATES["task"],
    ("handover", "type"): VALUE_WORDS["handoverType"], ("handover", "state"): VALUE_WORDS["handoverState"],
    ("damage", "severity"): VALUE_WORDS["acceptance"], ("damage", "size_range"): VALUE_WORDS["sizeRange"],
    ("damage", "state"): VALUE_WORDS["damageState"], ("device", "type"): VALUE_WORDS["deviceType"],
    ("device", "state"): VALUE_WORDS["deviceState"], ("outcome", "state"): OUTCOME_WORDS,
    ("conflict", "rule"): {rule.value: words.rule for rule, words in CONFLICT_WORDS.items()},
    ("conflict", "choice"): {"side": Sentence("采用一方", "One side"), "both": Sentence("两者都采用", "Both"),
                             "value": Sentence("另定", "Another value")},
    ("todo", "code"): TODO_WORDS, ("alert_rule", "code"): TODO_WORDS, ("alert_rule", "channels"): _CHANNELS,
    ("notice_choice", "by_code"): _CHANNELS, ("fault", "guess"): VALUE_WORDS["guess"],
    ("fault", "by"): {"staff": Sentence("员工", "Staff"), "customer": Sentence("客户", "Customer")},
    ("fault", "state"): VALUE_WORDS["faultState"],
    ("gate_rule", "level"): {"warn": Sentence("提醒", "Warn"), "stop": Sentence("禁止", "Stop")},
    ("custom_field", "belongs_to"): KIND_WORDS,
    ("rental.assets", "state"): VALUE_WORDS["lineState"], ("rental.swaps", "state"): VALUE_WORDS["swapState"],
    ("custom_field", "type"): {
        "text": Sentence("文字", "Text"), "number": Sentence("数字", "Number"), "date": Sentence("日期", "Date"),
        "choice": Sentence("选项", "One of a list"), "yes_no": Sentence("是/否", "Yes or no"),
    },
}  # fmt: skip
"""Codes of one field of one kind of record, or of a map in it (`rental.assets`: the state of one line is not the rental's)."""
_ANYWHERE: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "deposit_state": _STATES["deposit"], "insurance_state": _STATES["insurance"], "acceptance": VALUE_WORDS["acceptance"],
    "owner_role": VALUE_WORDS["role"], "roles": VALUE_WORDS["role"], "role": VALUE_WORDS["role"],
    "step": VALUE_WORDS["depositStep"], "method": VALUE_WORDS["payMethod"],
    "state": {**_DONE, **VALUE_WORDS["lineState"], **VALUE_WORDS["swapState"]},
    "roster_by": {"depot": Sentence("按网点", "By depot"), "chosen": Sentence("逐个选定", "Chosen one by one")},
    "by": {"depot": Sentence("按网点", "By depot"), "chosen": Sentence("逐个选定", "Chosen one by one")},
    "unit": VALUE_WORDS["rateUnit"], "cause": _CAUSES, "slot": VALUE_WORDS["slot"], "meter": VALUE_WORDS["meter"],
}  # fmt: skip
"""Codes of a field of this name, in whatever record or map."""
_KIND_OF: Final[Mapping[str, str]] = {
    "assignee": "person", "actor": "person", "holder": "customer", "owner": "person", "found_by": "person", "by": "person",
    "approved_by": "person", "block_by": "person", "opened_by": "person", "closed_by": "person", "made_by": "person",
    "published_by": "person", "decided_by": "person", "from": "person", "to": "person", "people": "person", "roster": "person",
    "home_depot": "depot", "depots": "depot", "assets": "asset", "back": "asset", "out": "asset", "kit_members": "asset",
    "kit": "asset", "last_handover": "handover", "last_return": "handover", "baseline": "handover",
    "done_by_handover": "handover",
    "supplement_of": "handover", "supplements": "handover", "replaces": "device", "replaced_by": "device", "used_by": "device",
    "reported_by": "person", "damages": "damage", "faults": "fault", "open_damages": "damage", "clustered_with": "damage",
}  # fmt: skip
"""The kind of record a field points at, where its name does not say so itself (`asset_id`)."""


MANY_PARTS: Final = ("contact", "signer_authority")
"""Parts a record has many of: told with whose they are."""


def code_words(kind: str, field: str) -> Mapping[str, Sentence]:
    """The words for the codes of a field; empty where it holds none."""
    return _OF.get((kind, field)) or _ANYWHERE.get(field, {})


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
        was, now = (self.value(change.kind, change.field, one) for one in (change.before, change.after))
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
            item = self.said(FIELD_WORDS.get(change.item), change.item)
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
        # Inside a map it may be a code of something else than the record: the state of one line of a rental.
        words = next((one for one in (code_words(kind, field), _ANYWHERE.get(field, {})) if value in one), None)
        return self.said(words[value]) if words is not None else _cut(value)

    def _map(self, kind: str, field: str, value: Mapping[str, Any], deep: int) -> str:
        parts = []
        for name, one in value.items():
            if one in (None, "", False) or name in _UNTOLD:
                continue
            words = _BY if name == "by" and isinstance(one, str) and _UUID.fullmatch(one) else FIELD_WORDS.get(name)
            meter = VALUE_WORDS["meter"].get(name) if field == "readings" else None
            key = self._known(field, name) if _UUID.fullmatch(name) else self.said(meter or words, name)
            of = field if _UUID.fullmatch(name) else name
            inside = f"{kind}.{field}" if (f"{kind}.{field}", name) in _OF else kind
            parts.append(key if one is True or one == {} else f"{key}: {self.value(inside, of, one, deep + 1)}")
        return _cut(" · ".join(parts)) or self.said(EMPTY)

    def _known(self, field: str, record_id: str) -> str:
        """The name of the record an id in this field stands for; '' where the field says of none what kind it is."""
        kind = _kind_of(field)
        return self.record(kind, record_id) if kind in RECORDS else ""

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
    def _own_fields(self) -> dict[tuple[str, str], str]:
        return {(one["belongs_to"], one["code"]): self._in_words(one) for one in self._all("custom_field")}

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [one.data for one in self.names.store.records(self.names.organisation, kind) if not one.gone]

    def _in_words(self, named: Mapping[str, Any]) -> str:
        return str(named["en"] if self.language == "en" else named["zh"])


def _kind_of(field: str) -> str:
    """The kind of record an id in this field stands for; of no record where the field says of none."""
    plain = field.removesuffix("_ids").removesuffix("_id")
    return _KIND_OF.get(plain, plain)


def _ids_in(field: str, value: Any, deep: int = 0) -> Iterator[tuple[str, str]]:
    """Ids in a value, with the kind of record each stands for."""
    if isinstance(value, str):
        if _UUID.fullmatch(value):
            yield _kind_of(field), value
    elif isinstance(value, Mapping) and deep < _DEEP_MAX:
        for name, one in value.items():
            if _UUID.fullmatch(name):
                yield _kind_of(field), name
            yield from _ids_in(name, one, deep + 1)
    elif isinstance(value, list) and deep < _DEEP_MAX:
        for one in value:
            yield from _ids_in(field, one, deep + 1)


def _money(fen: float) -> str:
    return f"¥{fen / _FEN:,.2f}"


def _cut(text: str) -> str:
    return f"{text[:_CHARS_MAX]}…" if len(text) > _CHARS_MAX else text
