"""Customers: made and edited by the office, their terms and block, their people and what these may sign.

Neighbours: `schemas/records/customers.py` says what lies where. Invariant: a person's name, phone and e-mail come out of a
private part only, into fields the server writes; erasing the person takes every trace of them.
"""

from typing import Any, Final

from schemas.actions.basedata import CustomerDefine
from schemas.actions.customers import (
    AuthorityEnd,
    AuthorityGrant,
    ContactDefine,
    ContactEdit,
    ContactEnd,
    ContactErase,
    CustomerBlock,
    CustomerEdit,
    CustomerTermsSet,
    CustomerWalkIn,
)
from schemas.errors import ErrorCode
from schemas.limits import NAME_CHARS_MAX
from schemas.states import CONTACT
from server.domain import steps
from server.domain.custom_fields import check_custom, split_custom
from server.domain.signatures import erase_signer
from sync.unit import Handlers, Refusal, Unit

PHONE_CHARS_MAX: Final = 40


def define(unit: Unit, args: CustomerDefine) -> None:
    """A new customer; a person's own name becomes a contact of his."""
    steps.must_be_new(unit, "customer", args.id)
    if unit.device.type != "system":
        missing = ["person"] if args.type == "person" and (args.person is None or args.contact_id is None) else []
        missing += ["customer.terms"] if args.tier != "normal" else []  # another right than making a customer
        missing += ["customer.block"] if args.blocked else []
        _demand("define", missing)
    check_custom(unit, "customer", args.custom)
    values: dict[str, Any] = args.model_dump(mode="json", exclude={"id", "person", "contact_id"})
    for_field, for_office = (
        {code: one for code, one in part.items() if one is not None} for part in split_custom(unit, args.custom)
    )
    unit.write("customer", args.id, {**values, "custom": for_field}, create=True)
    terms_of(unit, args.id)
    if for_office:
        unit.write("customer_terms", args.id, {"custom_office": for_office})
    if args.contact_id is not None:
        _not_taken(unit, args.contact_id, args.id)
        known = {"customer_id": args.id, "depot_id": args.depot_id, "role": "self"}
        unit.write("contact", args.contact_id, known, create=True)
        _take_person(unit, args.contact_id, args.person)


def edit(unit: Unit, args: CustomerEdit) -> None:
    """What is given is changed. The name of a person is not the office's to type here: it would stand in the entry."""
    customer = unit.need("customer", args.customer_id)
    _demand("edit", ["contact.edit"] if (args.name is not None or args.name_en) and customer["type"] == "person" else [])
    check_custom(unit, "customer", args.custom)
    moves = args.depot_id not in (None, customer["depot_id"])
    if args.depot_id is not None and moves:
        unit.need("depot", args.depot_id)
        _demand("move", ["rentals_ended"] if _lets_now(unit, args.customer_id) else [])
    _write_own(unit, args)
    depot = unit.need("customer", args.customer_id)["depot_id"]
    if moves and depot == args.depot_id:  # else another's later word stands
        _move(unit, args.customer_id, depot)


def _write_own(unit: Unit, args: CustomerEdit) -> None:
    """What is given is written; the organisation's own fields where they belong."""
    for_field, for_office = split_custom(unit, args.custom or {})
    unit.apply_effects(args.model_copy(update={"custom": for_field or None}))
    if for_office:
        terms_of(unit, args.customer_id)
        unit.write("customer_terms", args.customer_id, {"custom_office": for_office})


def walk_in(unit: Unit, args: CustomerWalkIn) -> None:
    """Somebody new at the counter: a customer like any other, whom the office has not looked at yet."""
    steps.must_be_new(unit, "customer", args.id)
    unit.need("depot", args.depot_id)
    _not_taken(unit, args.contact_id, args.id)
    unit.apply_effects(args)
    terms_of(unit, args.id)
    role = "self" if args.type == "person" else "other"
    unit.write("contact", args.contact_id, {"customer_id": args.id, "depot_id": args.depot_id, "role": role}, create=True)
    _take_person(unit, args.contact_id, args.person)


def _lets_now(unit: Unit, customer_id: str) -> bool:
    rentals = unit.store.records(unit.writer.organisation, "rental")
    under_way = (one.data for one in rentals if not one.gone and one.data["state"] not in ("closed", "cancelled"))
    return any(rental["customer_id"] == customer_id for rental in under_way)


def _move(unit: Unit, customer_id: str, depot_id: str) -> None:
    """Everything that lies with the customer lies at the depot now."""
    terms_of(unit, customer_id)
    unit.write("customer_terms", customer_id, {"depot_id": depot_id})
    for kind in ("contact", "signer_authority"):
        for one in unit.store.records(unit.writer.organisation, kind):
            if not one.gone and one.data["customer_id"] == customer_id:
                unit.write(kind, one.data["id"], {"depot_id": depot_id})


def set_terms(unit: Unit, args: CustomerTermsSet) -> None:
    """Tier and credit terms."""
    unit.need("customer", args.customer_id)
    terms_of(unit, args.customer_id)
    unit.apply_effects(args)


def block(unit: Unit, args: CustomerBlock) -> None:
    """Nothing may be handed to the customer, or may again; the reason stays with whoever's word stands."""
    unit.need("customer", args.customer_id)
    unit.apply_effects(args, leave=("customer_terms",))
    if unit.need("customer", args.customer_id)["blocked"] != args.blocked:
        return  # another's word came later than this one
    terms_of(unit, args.customer_id)
    said = {"block_reason": args.reason, "block_notice": args.notice, "block_at": unit.at, "block_by": unit.body.actor}
    unit.write("customer_terms", args.customer_id, said)


def terms_of(unit: Unit, customer_id: str) -> dict[str, Any]:
    """The customer's terms; made when there are none yet."""
    found = unit.get("customer_terms", customer_id)
    if found is None:
        unit.write("customer_terms", customer_id, {"depot_id": unit.need("customer", customer_id)["depot_id"]}, create=True)
    return found or unit.need("customer_terms", customer_id)


# --- people at the customer ---------------------------------------------------------------------------------------------
def define_contact(unit: Unit, args: ContactDefine) -> None:
    """A new person at the customer."""
    customer = unit.need("customer", args.customer_id)
    steps.must_be_new(unit, "contact", args.id)
    _demand("define", ["role"] if args.role == "self" else [])
    _not_taken(unit, args.id, args.customer_id)
    values = {"customer_id": args.customer_id, "depot_id": customer["depot_id"], "role": args.role}
    unit.write("contact", args.id, values, create=True)
    _take_person(unit, args.id, args.person)


def edit_contact(unit: Unit, args: ContactEdit) -> None:
    """Another role, another name or phone."""
    contact = unit.need("contact", args.contact_id)
    steps.take(CONTACT, contact["state"], "edit")
    _demand("edit", ["role"] if args.role is not None and (args.role == "self") != (contact["role"] == "self") else [])
    unit.apply_effects(args)
    if args.person is not None:
        _take_person(unit, args.contact_id, args.person)


def end_contact(unit: Unit, args: ContactEnd) -> None:
    """No longer there; he signs nothing any more."""
    contact = unit.need("contact", args.contact_id)
    unit.write("contact", args.contact_id, {"state": steps.take(CONTACT, contact["state"], "end")})
    for authority in _authorities(unit, args.contact_id):
        unit.write("signer_authority", authority["id"], {"state": "ended"})


def erase_contact(unit: Unit, args: ContactErase) -> None:
    """Drop private bytes and salts of every entry that named the person, and every projection of them."""
    contact = unit.need("contact", args.contact_id)
    for entry in contact["entries"]:
        unit.erase_private(entry)
    for authority in _authorities(unit, args.contact_id):
        unit.write("signer_authority", authority["id"], {"state": "ended", "shown_as": ""})
    for signer in unit.store.records(unit.writer.organisation, "signer"):
        if not signer.gone and signer.data.get("contact_id") == args.contact_id:
            erase_signer(unit, signer.data)
    if contact["role"] == "self" and unit.get("customer", contact["customer_id"]) is not None:
        unit.write("customer", contact["customer_id"], {"shown_as": ""})
    unit.remove("contact", args.contact_id)


def grant(unit: Unit, args: AuthorityGrant) -> None:
    """A contact may sign for the customer."""
    contact = unit.need("contact", args.contact_id)
    steps.must_be_new(unit, "signer_authority", args.id)
    steps.take(CONTACT, contact["state"], "grant")
    unit.apply_effects(args)
    unit.write("signer_authority", args.id, {"shown_as": masked(contact["name"])})


def end_authority(unit: Unit, args: AuthorityEnd) -> None:
    """The contact signs no longer."""
    authority = unit.need("signer_authority", args.authority_id)
    unit.write("signer_authority", args.authority_id, {"state": steps.take(CONTACT, authority["state"], "end")})


def masked(name: str) -> str:
    """A name as the field sees it: enough to compare with a paper, not to learn it. 王小明 → 王**, John Smith → J*** S***."""
    words = name.split()
    return " ".join(word[0] + ("***" if word[0].isascii() else "*" * max(1, min(3, len(word) - 1))) for word in words)


def _demand(step: str, missing: list[str]) -> None:
    """Refusal(STEP_NOT_READY) naming what this needs, or which other action is meant for it."""
    if missing:
        raise Refusal(ErrorCode.STEP_NOT_READY, step=step, missing=missing)


def _take_person(unit: Unit, contact_id: str, index: int | None) -> None:
    """Name, phone and e-mail out of the entry's private part; whose parts they are is remembered for erasing."""
    contact, person = unit.need("contact", contact_id), unit.private_json(index)
    if not isinstance(person, dict):
        return
    name = str(person.get("name") or "")[:NAME_CHARS_MAX]
    values = {
        "name": name,
        "phone": str(person.get("phone") or "")[:PHONE_CHARS_MAX],
        "email": str(person.get("email") or "")[:NAME_CHARS_MAX],
        "entries": {**contact["entries"], unit.body.id: {}},
    }
    unit.write("contact", contact_id, values)
    if contact["role"] == "self":
        unit.write("customer", contact["customer_id"], {"shown_as": masked(name)})
    for authority in _authorities(unit, contact_id):
        unit.write("signer_authority", authority["id"], {"shown_as": masked(name)})


def _not_taken(unit: Unit, contact_id: str, customer_id: str) -> None:
    """A contact's id names one person of one customer for ever."""
    known = unit.get("contact", contact_id)
    if known is not None and known["customer_id"] != customer_id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, machine="contact", state=known["state"], step="define", legal=["edit"])


def _authorities(unit: Unit, contact_id: str) -> list[dict[str, Any]]:
    stored = unit.store.records(unit.writer.organisation, "signer_authority")
    return [one.data for one in stored if not one.gone and one.data["contact_id"] == contact_id]


HANDLERS: Final[Handlers] = {
    (CustomerDefine.action, CustomerDefine.v): define,
    (CustomerEdit.action, CustomerEdit.v): edit,
    (CustomerWalkIn.action, CustomerWalkIn.v): walk_in,
    (CustomerTermsSet.action, CustomerTermsSet.v): set_terms,
    (CustomerBlock.action, CustomerBlock.v): block,
    (ContactDefine.action, ContactDefine.v): define_contact,
    (ContactEdit.action, ContactEdit.v): edit_contact,
    (ContactEnd.action, ContactEnd.v): end_contact,
    (ContactErase.action, ContactErase.v): erase_contact,
    (AuthorityGrant.action, AuthorityGrant.v): grant,
    (AuthorityEnd.action, AuthorityEnd.v): end_authority,
}
