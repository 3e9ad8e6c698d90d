"""What a row of each kind becomes: which record it means, what a new one needs beside its columns, and the entries that write
it.

Neighbours: `columns.py` has the fields, `plan.py` asks, `server/domain` says what the entries do. Invariants: a row that
could mean two records means none; ids follow from the import and the row, so that doing it again is doing nothing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from schemas import limits
from schemas.actions import Action
from schemas.actions.assets import AssetEdit
from schemas.actions.basedata import AssetDefine, CustomerDefine, Define, RentalDefine, TaskDefine
from schemas.actions.customers import ContactDefine, CustomerEdit, CustomerTermsSet
from schemas.actions.rentals import RentalApprove, RentalDeposit, RentalEdit, RentalInsurance
from schemas.sheets import SheetFault, SheetKind
from schemas.states import RENTAL, judge_step
from server.domain.rules.rentals import not_to_approve, wrong_period, wrong_place
from server.imports.sheets import columns, list_words
from server.imports.sheets.columns import Column
from server.imports.sheets.known import Known, task_key, task_line
from server.imports.sheets.words import VALUE_CHARS, Bad
from sync.journal import derived_id
from sync.store import Store

Values = dict[str, Any]
_TAG_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_TAG_LENGTH: Final = 6


@dataclass(frozen=True)
class Made:
    """One entry to be written, with what of it is private."""

    action: Action
    private: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind. `looks`: what its rows may name; `keys`: fields of which a mapping needs one; `unique`: fields of which no
    two rows may say the same; `find`: (values, known) → the record meant, or None; `complete`: what a new one needs more;
    `check`: (present record, changed fields, what they are looked up in)."""

    kind: SheetKind
    zh: str
    en: str
    columns: tuple[Column, ...]
    looks: tuple[str, ...]
    keys: frozenset[str]
    unique: tuple[str, ...]
    title: Callable[[Mapping[str, Any]], str]
    find: Callable[[Values, Known], str | None]
    complete: Callable[[Values, Known, str], Values]
    check: Callable[[Mapping[str, Any] | None, Values, "Look"], None]
    define: Callable[[str, Values], list[Made]]
    edit: Callable[[str, Mapping[str, Any], Values], list[Action]]
    stands_for: Mapping[str, str] = field(default_factory=dict)
    beside: str | None = None
    """What has the same id and holds some of the fields."""


@dataclass(frozen=True)
class Look:
    """Where a check looks things up: the names, and the store as it stands in this transaction."""

    known: Known
    store: Store

    def depot(self, kind: str, record_id: str) -> str:
        """Where a record belongs."""
        return self.known.names(kind).depot.get(record_id, "")

    def name(self, kind: str, record_id: str) -> Values:
        """What it is called in a sentence of either language."""
        names = self.known.names(kind)
        return {said: (names.called(record_id, lang) or "")[:VALUE_CHARS] for said, lang in (("value", "zh"), ("value_en", "en"))}


def record_id(import_id: str, row: int) -> str:
    """The id of what a row makes."""
    return derived_id("sheet-row", import_id, str(row))


def contact_id(import_id: str, row: int) -> str:
    """The id of the person at the customer that a row makes."""
    return derived_id("sheet-contact", import_id, str(row))


def entry_id(import_id: str, row: int, number: int, *, undo: bool = False) -> str:
    """The id of the entry, counted from 0, that a row becomes, or that takes it back."""
    return derived_id("sheet-undo" if undo else "sheet-entry", import_id, str(row), str(number))


def _title(*names: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda values: next((str(values[name]) for name in names if values.get(name)), "")


def _only(found: set[str], value: str, column: str) -> str | None:
    if len(found) > 1:
        raise Bad(SheetFault.SEVERAL, column=column, value=value[:VALUE_CHARS])
    return next(iter(found), None)


# --- assets -----------------------------------------------------------------------------------------------------------
_NUMBERS: Final = ("tag", "serial", "vin", "plate")


def _find_asset(values: Values, known: Known) -> str | None:
    """By the numbers only one may have, which must not contradict one another; without any, by its name where one has it."""
    names = known.names("asset")
    found: str | None = None
    for name in _NUMBERS:
        value = str(values.get(name) or "")
        one = _only(names.by(name, value), value, name)
        if one is not None and (found or one) != one:
            raise Bad(SheetFault.TAKEN, column=name, value=value[:VALUE_CHARS])
        if one is not None and found is None and values.get("tag") and name != "tag":
            raise Bad(SheetFault.TAKEN, column=name, value=value[:VALUE_CHARS])
        found = found or one
    if found is not None or any(values.get(name) for name in _NUMBERS):
        return found
    label = str(values.get("label") or "")
    return _only(names.by("label", label), label, "label")


def _check_asset(present: Mapping[str, Any] | None, changed: Values, look: Look) -> None:
    if present is not None and changed and present["state"] == "retired":
        state_zh, state_en = columns.ASSET_STATES.words["retired"][:2]
        raise Bad(SheetFault.STATE, column=next(iter(changed)), state_zh=state_zh, state_en=state_en)


def _edit_asset(record: str, present: Mapping[str, Any], changes: Values) -> list[Action]:
    """One entry for what is something, one for each field that is to be empty again."""
    given: Values = {name: value for name, value in changes.items() if value is not None}
    emptied = [
        AssetEdit.model_validate({"asset_id": record, "empty": name}) for name, value in changes.items() if value is None
    ]  # fmt: skip
    return [*([AssetEdit(asset_id=record, **given)] if given else []), *emptied]


def _new_asset(values: Values, known: Known, seed: str) -> Values:
    return {"depot_id": values["home_depot_id"], "tag": values.get("tag") or _free_tag(known, seed), **values}


def _free_tag(known: Known, seed: str) -> str:
    """A tag that is not in use, the same each time for the same row."""
    for attempt in range(100):
        number = int.from_bytes(hashlib.sha256(f"{seed}/{attempt}".encode()).digest()[:8], "big")
        tag = "HV-" + "".join(_TAG_LETTERS[number >> 5 * place & 31] for place in range(_TAG_LENGTH))
        if not known.names("asset").by("tag", tag):
            return tag
    raise AssertionError("no tag of a thousand million is free")


# --- customers, rentals, tasks ----------------------------------------------------------------------------------------
def _find_by(kind: str, name: str, field: str) -> Callable[[Values, Known], str | None]:
    def find(values: Values, known: Known) -> str | None:
        value = str(values.get(field) or "")
        return _only(known.names(kind).by(name, value), value, field)

    return find


def _find_customer(values: Values, known: Known) -> str | None:
    """By the name in either language, or by the name of the person he is."""
    name = str(values.get("name") or "")
    return _only(known.names("customer").meant(name) if name else set(), name, "name")


def _find_task(values: Values, known: Known) -> str | None:
    """The task the row means: what a handover ends is there once for a rental and an asset, whoever planned it and for when."""
    line = sorted(known.names("task").by("line", task_line(values) or ""))
    if line:
        return line[0]
    return next(iter(sorted(known.names("task").by("same", task_key(values)))), None)


def _new_task(values: Values, known: Known, seed: str) -> Values:
    return {"depot_id": known.names("asset").depot[values["asset_id"]], "zone": known.zone.key, **values}


def _new_rental(values: Values, known: Known, seed: str) -> Values:
    """A draft, unless the row says that it is approved. What was received was asked for."""
    values = dict(values)
    if values.get("deposit_received_fen") and not values.get("deposit_required_fen"):
        values["deposit_required_fen"] = values["deposit_received_fen"]
    if values.get("policy_number") and not values.get("insurance_state"):
        values["insurance_state"] = "taken"
    return {"zone": known.zone.key, **values, "state": values.get("state") or "draft"}


def _new_customer(values: Values, known: Known, seed: str) -> Values:
    """Of a person, the name is a label: who it is stays beside the entry, where it can be erased."""
    if values.get("type") != "person":
        return values
    label = f"个人客户 {hashlib.sha256(seed.encode()).hexdigest()[:6].upper()}"
    if values.get("name_en"):
        zh, en = _NAME_OF_A_PERSON
        raise Bad(SheetFault.REFUSED, column="name_en", zh=zh, en=en)
    return {**values, "name": label, "_name": values["name"]}


_NAME_OF_A_PERSON: Final = (
    "个人客户的英文名称是个人信息，不写进记录。这一行没有导入；请清空这一列，再导入这一行。",
    "A person's English name is personal and is not written into records. The row was left out: empty the column and try again.",
)
_TERMS: Final = ("payment_days", "credit_limit_fen")
"""What is agreed with a customer: in a record of its own."""
AGREED: Final = ("tier", *_TERMS)
"""What needs another right than that to a customer (`customer.terms`)."""
RIGHTS: Final = {
    "rental.approve": "state",
    "rental.deposit": "deposit_received_fen",
    "rental.insurance": "insurance_state",
    "customer.terms": "payment_days",
}
"""What a row does beyond bringing in (`sheets.<kind>`), and the field by which it says so: whoever imports it needs that right,
as he does by hand."""


def _terms(record: str, terms: Values) -> list[Action]:
    return [CustomerTermsSet.model_validate({"customer_id": record, **terms})] if terms else []


def _define_customer(record: str, values: Values) -> list[Made]:
    """The customer; a person as a private part, and so the contact of a company."""
    beside = {name: values[name] for name in ("_name", "_contact", "_phone", "_email") if values.get(name)}
    terms = {name: values[name] for name in _TERMS if values.get(name)}
    given = {
        name: value for name, value in values.items() if not name.startswith("_") and value is not None and name not in _TERMS
    }
    told = {key: beside[name] for key, name in (("phone", "_phone"), ("email", "_email")) if name in beside}
    contact = values["_contact_id"]
    if "_name" in beside:
        person = _private({"name": beside["_name"], **told})
        define = CustomerDefine(id=record, **given, person=0, contact_id=contact)
        return [Made(define, (person,)), *(Made(action) for action in _terms(record, terms))]
    made = [Made(CustomerDefine(id=record, **given))]
    made += [Made(action) for action in _terms(record, terms)]
    if "_contact" in beside:
        person = _private({"name": beside["_contact"], **told})
        made.append(Made(ContactDefine(id=contact, customer_id=record, role="other", person=0), (person,)))
    return made


def _private(said: Values) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


def _define_rental(record: str, values: Values) -> list[Made]:
    """The draft with what is agreed; what was received, the policy and the approval as entries of their own, as at the desk."""
    told = {**values, "state": "draft"}
    deposit, received = told.pop("deposit_required_fen", None), told.pop("deposit_received_fen", None)
    insured = told.pop("insurance_state", None)
    policy = {name: told.pop(name, None) for name in ("insurer", "policy_number")}
    until = told.pop("insured_until", None)
    agreed = {"deposit_fen": deposit or 0, "insurance_required": insured in ("required", "taken")}
    given = {name: one for name, one in told.items() if one is not None and not name.startswith("_")}
    made: list[Action] = [RentalDefine.model_validate({"id": record, **given, **agreed})]
    if received:
        made.append(RentalDeposit(rental_id=record, step="receive", amount_fen=received))
    if insured == "taken":
        made.append(RentalInsurance(rental_id=record, step="take", **policy, until=until))
    if values["state"] == "approved":
        made.append(RentalApprove(rental_id=record))
    return [Made(action) for action in made]


def _edit_customer(record: str, present: Mapping[str, Any], changes: Values) -> list[Action]:
    made: list[Action] = []
    said = {name: changes[name] or "" for name in ("name", "name_en") if name in changes}
    if said or changes.get("custom"):
        made.append(CustomerEdit.model_validate({"customer_id": record, **said, **_custom(changes)}))
    terms: Values = {name: changes[name] for name in AGREED if name in changes}
    return [*made, *_terms(record, terms)]


def _custom(changes: Values) -> Values:
    return {"custom": changes["custom"]} if changes.get("custom") else {}


def _edit_rental(record: str, present: Mapping[str, Any], changes: Values) -> list[Action]:
    """What is given, then the approval where the row asks for it. What was approved by the row alone is a draft again by saying
    once more until when it goes."""
    said = dict(changes)
    state, assets = said.pop("state", None), said.pop("asset_ids", None)
    if assets is not None:
        there = present["assets"]
        said["add"] = [one for one in assets if one not in there]
        said["remove"] = [one for one in there if one not in assets]
    for name, empty in _EMPTIED.items():
        if name in said and said[name] is None:
            said[empty] = name
    if state == "draft":
        said.setdefault("due_at", present["due_at"])
    made: list[Action] = [RentalEdit(rental_id=record, **said)] if said else []
    return [*made, RentalApprove(rental_id=record)] if state == "approved" else made


_EMPTIED: Final = {"km_included": "empty", "price_plan_id": "empty_terms"}
"""What of a rental holds nothing again by being named."""


def _step_of(name: str) -> str:
    """The step of the rental's machine that changes a field."""
    if name == "state":
        return "approve"
    return "edit" if name in ("number", "note") or name.startswith("custom.") else "edit_terms"


def _check_rental(present: Mapping[str, Any] | None, changed: Values, look: Look) -> None:
    """What the desk may not do by hand no sheet does either: the same rules are asked (`server/domain/rules/rentals.py`)."""
    whole = {**(present or {}), **changed}
    if present is None and whole.get("insurance_state") == "taken" and not whole.get("policy_number"):
        raise Bad(SheetFault.REQUIRED, column="policy_number")
    if present is not None:
        illegal = (name for name in changed if judge_step(RENTAL, present["state"], _step_of(name)).target is None)
        if (name := next(illegal, None)) is not None:
            state_zh, state_en = columns.RENTAL_STATES.words[present["state"]][:2]
            raise Bad(SheetFault.STATE, column=name, state_zh=state_zh, state_en=state_en)
    customer, there = whole["customer_id"], (present or {}).get("assets", {})
    owner = {"depot_id": look.depot("customer", customer)} if "customer_id" in changed else None
    assets = [one for one in changed.get("asset_ids", ()) if one not in there]
    missing = wrong_place(whole["depot_id"], owner, (look.depot("asset", one) for one in assets))
    if {"starts_at", "due_at"} & set(changed):
        missing += wrong_period(whole["starts_at"], whole["due_at"])
    if changed.get("state") == "approved" and not missing:
        stored = look.store.record(look.known.organisation, "customer", customer)
        assert stored is not None, "what is known is there"
        missing += not_to_approve({**whole, "assets": changed.get("asset_ids", there)}, stored.data)
    for lack in missing:
        away = next((one for one in assets if look.depot("asset", one) != whole["depot_id"]), customer)
        kind = "asset" if lack == "asset_of_depot" else "customer"
        raise Bad(_LACKS[lack], **look.name(kind, away if kind == "asset" else customer), days=limits.RENTAL_DAYS_MAX)


_LACKS: Final = {
    "asset_of_depot": SheetFault.ASSET_ELSEWHERE,
    "customer_of_depot": SheetFault.CUSTOMER_ELSEWHERE,
    "customer_blocked": SheetFault.CUSTOMER_BLOCKED,
    "due_after_start": SheetFault.ENDS_BEFORE,
    "period_max": SheetFault.PERIOD_MAX,
    "assets": SheetFault.UNKNOWN_ASSET,
}
"""What a rule of the office misses → what the row is told."""


def _check_task(present: Mapping[str, Any] | None, changed: Values, look: Look) -> None:
    if present is not None and changed and present["state"] != "open":
        state_zh, state_en = list_words.TASK_STATES.words[present["state"]][:2]
        raise Bad(SheetFault.STATE, column=next(iter(changed)), state_zh=state_zh, state_en=state_en)


def takes(column: Column, present: Mapping[str, Any], value: Any, *, has_id: bool) -> Literal["edit", "keep", "refuse"]:
    """What a record that is there does with a cell that says something else. A row with its id comes from a list that was taken
    out: what differs was edited there, and what cannot be done is refused by name. Any other row is a company's own list, which
    says how something began: the record keeps what it is."""
    if not column.only_new:
        return "edit"
    if not has_id or column.moves:
        return "keep"
    if column.field == "state":  # a sheet may approve; one that is behind harms nothing
        if (present["state"], value) == ("draft", "approved"):
            return "edit"
        return "keep" if value in ("draft", "approved") else "refuse"
    is_person = column.field == "name" and present.get("type") == "person"  # corrected with his contact
    return "edit" if column.by_id and not is_person else "refuse"


def _nothing(present: Mapping[str, Any] | None, changed: Values, look: Look) -> None:
    return


# --- entries ----------------------------------------------------------------------------------------------------------
def _define(model: type[Define]) -> Callable[[str, Values], list[Made]]:
    def define(record: str, values: Values) -> list[Made]:
        given = {name: one for name, one in values.items() if one is not None and not name.startswith("_")}
        return [Made(model(id=record, **given))]

    return define


def _define_again(model: type[Define]) -> Callable[[str, Mapping[str, Any], Values], list[Action]]:
    def edit(record: str, present: Mapping[str, Any], changes: Values) -> list[Action]:
        whole = {name: present[name] for name in model.model_fields if name in present} | changes
        return [model(**{**whole, "id": record})]

    return edit


KINDS: Final[dict[str, Kind]] = {
    one.kind: one
    for one in (
        Kind("asset", "资产", "Assets", columns.ASSET, ("asset",), frozenset({"label", *_NUMBERS}), _NUMBERS,
             _title("label", "tag"), _find_asset, _new_asset, _check_asset, _define(AssetDefine), _edit_asset,
             {"label": "plate"}),
        Kind("customer", "客户", "Customers", columns.CUSTOMER, ("customer",), frozenset({"name"}), ("name",), _title("name"),
             _find_customer, _new_customer, _nothing, _define_customer, _edit_customer, beside="customer_terms"),
        Kind("rental", "租赁单", "Rentals", columns.RENTAL, ("rental", "customer", "asset", "price_plan"), frozenset({"number"}),
             ("number",), _title("number"), _find_by("rental", "number", "number"), _new_rental, _check_rental, _define_rental,
             _edit_rental, beside="rental_terms"),
        Kind("task", "任务", "Tasks", columns.TASK, ("task", "asset", "rental", "person"), frozenset({"type"}), (),
             _title("note", "due_at"), _find_task, _new_task, _check_task, _define(TaskDefine), _define_again(TaskDefine)),
    )
}  # fmt: skip
