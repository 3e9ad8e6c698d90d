"""Which codes a field may hold and what each is called; of which kind of record an id in it is.

Neighbours: `telling.py` asks, `value_words.py`, `part_words.py` and `words.py` have the words. Invariant: every code that an
action or a record of `schemas/` may hold has its word here (`tests/architecture/test_words.py`).
"""

from collections.abc import Mapping
from typing import Final

from schemas.conflicts import CONFLICT_WORDS
from schemas.errors import MESSAGES, Sentence
from schemas.states import MACHINES
from server.trail.field_words import FIELD_WORDS
from server.trail.part_words import PART_WORDS
from server.trail.value_words import VALUE_WORDS
from server.trail.words import ACTION_WORDS, KIND_WORDS, OUTCOME_WORDS, TODO_WORDS

Said = Mapping[str, Sentence]
_V: Final = VALUE_WORDS
_STATES: Final[Mapping[str, dict[str, Sentence]]] = {
    name: {state.id: Sentence(state.zh, state.en) for state in machine.states} for name, machine in MACHINES.items()
}


def _codes(field: str) -> dict[str, Sentence]:
    """The codes of a field that no page shows otherwise."""
    return {name.partition(".")[2]: said for name, said in _V["code"].items() if name.startswith(f"{field}.")}


_DONE: Final = _codes("state")
_CHANNELS: Final = _codes("channel")
_LEVELS: Final = _codes("level")
_DRAWN: Final = _codes("diagram")
_CHOICES: Final = _codes("choice")
_CUSTOM_TYPES: Final = _codes("type")
_ERRORS: Final = {code.value: said for code, said in MESSAGES.items()}
_OF: Final[Mapping[tuple[str, str], Said]] = {
    ("organisation", "gate_policy"): _V["gatePolicy"], ("asset", "state"): _V["assetState"],
    ("customer", "type"): _V["customerType"], ("customer", "tier"): _V["tier"],
    ("contact", "role"): _V["contactRole"], ("contact", "state"): _STATES["contact"],
    ("signer_authority", "role"): _V["signerRole"], ("signer_authority", "may"): _V["signing"],
    ("signer_authority", "state"): _STATES["contact"], ("contract_text", "use"): _V["textUse"],
    ("price_plan", "unit"): _V["rateUnit"], ("price_plan", "state"): _STATES["price_plan"],
    ("rental", "state"): _STATES["rental"], ("task", "type"): _V["taskType"], ("task", "state"): _STATES["task"],
    ("fault.closed", "state"): _V["faultState"],
    ("handover", "type"): _V["handoverType"], ("handover", "state"): _V["handoverState"],
    ("handover.accessories", "state"): _V["accessoryState"], ("handover.signatures", "role"): _V["signerRole"],
    ("damage", "severity"): _V["acceptance"], ("damage", "size_range"): _V["sizeRange"],
    ("damage", "state"): _V["damageState"], ("damage", "type"): _V["damageType"],
    ("damage", "diagram"): _DRAWN, ("pack", "diagram"): _DRAWN,
    ("device", "type"): _V["deviceType"], ("device", "state"): _V["deviceState"], ("outcome", "state"): OUTCOME_WORDS,
    ("outcome", "action"): ACTION_WORDS, ("outcome", "code"): _ERRORS, ("incident", "code"): _ERRORS,
    ("incident", "type"): _V["incident"],
    ("conflict", "rule"): {rule.value: words.rule for rule, words in CONFLICT_WORDS.items()},
    ("conflict", "choice"): _CHOICES,
    ("conflict", "field"): FIELD_WORDS, ("conflict", "differs"): FIELD_WORDS,
    ("todo", "code"): TODO_WORDS, ("todo", "rule"): TODO_WORDS, ("alert_rule", "code"): TODO_WORDS,
    ("alert_rule", "channels"): _CHANNELS, ("notice_choice", "by_code"): _CHANNELS, ("fault", "guess"): _V["guess"],
    ("fault", "by"): _codes("by"), ("fault", "state"): _V["faultState"],
    ("gate_rule", "level"): _LEVELS, ("gate_rule", "code"): _V["leavingName"],
    ("custom_field", "belongs_to"): KIND_WORDS, ("custom_field", "type"): _CUSTOM_TYPES,
    ("rental.assets", "state"): _V["lineState"], ("rental.swaps", "state"): _V["swapState"],
    ("stock_take.extra", "state"): _V["assetState"], ("stock_take", "type"): _V["handoverType"],
}  # fmt: skip
"""Codes of one field of one kind of record, or of a map in it (`rental.assets`: the state of one line is not the rental's)."""
_ANYWHERE: Final[Mapping[str, Said]] = {
    "deposit_state": _STATES["deposit"], "insurance_state": _STATES["insurance"], "acceptance": _V["acceptance"],
    "owner_role": _V["role"], "roles": _V["role"], "role": {**_V["role"], **_V["signerRole"], **_V["contactRole"]},
    "from_role": _V["role"], "to_role": _V["role"],
    "step": {**_V["depositStep"], **_codes("step")}, "method": _V["payMethod"],
    "state": {**_V["faultState"], **_V["accessoryState"], **_DONE, **_V["lineState"], **_V["swapState"]},
    "roster_by": _codes("by"), "by": _codes("by"), "guess": _V["guess"],
    "unit": _V["rateUnit"], "cause": _codes("cause"), "slot": _V["slot"], "meter": _V["meter"], "view": _V["view"],
    "part": PART_WORDS,
    "type": {**_V["damageType"], **_V["handoverType"], **_V["customerType"], **_V["taskType"], **_CUSTOM_TYPES},
    "open_damages": _V["acceptance"], "severity": _V["acceptance"], "severity_max": _V["acceptance"],
    "size_range": _V["sizeRange"], "tier": _V["tier"], "may": _V["signing"], "use": _V["textUse"],
    "party": _V["party"], "decision": _V["decision"], "authority": _V["authority"],
    "how": {**_V["photoHow"], **_codes("how")}, "source": _V["photoSource"],
    "found": _codes("found"), "result": _codes("result"), "language": _codes("language"), "level": _LEVELS,
    "verdict": _codes("verdict"),
    "rule": {**_V["leavingName"], **TODO_WORDS}, "path": _V["gatePath"], "test": _V["gateTest"],
    "values": {**_V["assetState"], **_V["tier"], **_STATES["rental"]},
    "against": _V["against"], "what": {**_V["taskWas"], **_codes("what")}, "channel": _CHANNELS, "channels": _CHANNELS,
    "code": {**TODO_WORDS, **_ERRORS}, "by_code": {**TODO_WORDS, **_CHANNELS}, "gate_policy": _V["gatePolicy"],
    "about": KIND_WORDS,
    "kind": KIND_WORDS, "belongs_to": KIND_WORDS, "choice": _CHOICES,
    "cleared": FIELD_WORDS, "empty": FIELD_WORDS, "empty_terms": FIELD_WORDS, "differs": FIELD_WORDS,
}  # fmt: skip
"""Codes of a field of this name, in whatever record or map."""
_KEYS: Final[Mapping[tuple[str, str], Said]] = {
    ("handover", "readings"): _V["meter"], ("asset", "readings"): _V["meter"], ("handover", "waived"): _V["slot"],
    ("notice_choice", "by_code"): TODO_WORDS,
}  # fmt: skip
"""What the keys of a map are, where they are no fields."""
_KEY_IN: Final[Mapping[tuple[str, str, str], Sentence]] = {
    ("todo", "handed", "from_id"): Sentence("原负责人", "From"), ("fault", "closed", "by"): Sentence("经手人", "By"),
}  # fmt: skip
"""Keys that are called otherwise in one map."""
_KIND_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "assignee": ("person",), "actor": ("person",), "holder": ("customer",), "owner": ("person",), "found_by": ("person",),
    "by": ("person",), "approved_by": ("person",), "block_by": ("person",), "opened_by": ("person",), "closed_by": ("person",),
    "made_by": ("person",), "published_by": ("person",), "decided_by": ("person",), "from": ("person", "pack"), "to": ("person",),
    "people": ("person",), "roster": ("person",), "concerned": ("person",), "reported_by": ("person",),
    "custodian": ("person",), "receiver": ("person",), "from_depot": ("depot",), "to_depot": ("depot",),
    "home_depot": ("depot",), "depots": ("depot",), "assets": ("asset",), "asset": ("asset",), "back": ("asset",),
    "back_asset": ("asset",), "out": ("asset",), "out_asset": ("asset",), "kit_members": ("asset",), "kit": ("asset",),
    "missing": ("asset",), "misplaced": ("asset",), "extra": ("stock_count",),
    "last_handover": ("handover",), "last_return": ("handover",), "baseline": ("handover",), "done_by_handover": ("handover",),
    "supplement_of": ("handover",), "supplements": ("handover",),
    "replaces": ("device",), "replaced_by": ("person", "device"), "used_by": ("device",), "left_on": ("rental",),
    "damages": ("damage",), "faults": ("fault",), "open_damages": ("damage",), "clustered_with": ("damage",),
    "cluster": ("damage",), "reservations": ("damage",), "claimed": ("task", "rental"),
    "of": ("asset", "rental", "fault", "damage", "handover"),
    "subject": ("asset", "rental", "customer"), "text": ("contract_text",), "terms": ("contract_text",), "plan": ("price_plan",),
    "value": ("person", "depot", "customer", "rental", "asset"), "values": ("person", "depot", "customer", "rental", "asset"),
    "about": ("asset", "rental", "customer", "task", "fault", "damage", "handover"),
    "record": ("asset", "rental", "customer", "task", "person", "depot"),
}  # fmt: skip
"""The kinds of record a field may point at, where its name does not say so itself (`asset_id`)."""


def code_words(kind: str, field: str) -> Said:
    """The words for the codes of a field; empty where it holds none."""
    return _OF.get((kind, field)) or _ANYWHERE.get(field, {})


def code_word(kind: str, field: str, code: str) -> Sentence | None:
    """What a code of a field is called. Inside a map it may be a code of something else than the record."""
    of, anywhere = _OF.get((kind, field), {}), _ANYWHERE.get(field, {})
    return of.get(code) or anywhere.get(code)


def key_word(kind: str, field: str, key: str) -> Sentence | None:
    """What a key of a map is called: of one whose keys are codes, or a field."""
    return _KEYS.get((kind, field), {}).get(key) or _KEY_IN.get((kind, field, key)) or FIELD_WORDS.get(key)


def has_own(inside: str, field: str) -> bool:
    """Whether a field of a map in a record (`rental.assets`) has codes of its own."""
    return (inside, field) in _OF


def kinds_of(field: str) -> tuple[str, ...]:
    """The kinds of record an id in this field may stand for."""
    plain = field.removesuffix("_ids").removesuffix("_id")
    return _KIND_OF.get(plain, (plain,))
