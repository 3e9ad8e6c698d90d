"""Customers: edited, their terms, blocked and unblocked; the people at the customer and what they may sign.

Neighbours: `basedata.py` (`customer.define`), `server/domain/customers.py`. Invariant: names, phones and e-mail addresses of
people are never arguments: `person` is the index of a private part {"name", "phone"?, "email"?}.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, CustomValues, Moment, Name, PrivateIndex, Reason, Text
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.customers import ContactRole, CustomerType, Signing, SigningRole, Tier

Fen = Annotated[int, Field(ge=0, le=limits.MONEY_FEN_MAX)]


class CustomerEdit(Action):
    """What is given is changed, the rest is left. A person's name is no argument: `contact.edit` corrects it. `custom` is merged
    key by key, None takes a key away. `depot_id`: the customer moves with terms, people and authorities; not while a rental is
    under way, which belongs to the depot it is at."""

    action: ClassVar[str] = "customer.edit"
    subject: ClassVar[tuple[str, str] | None] = ("customer", "customer_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "customer", "$customer_id", {"name": "$name", "name_en": "$name_en", "depot_id": "$depot_id", "custom": "$custom"}
        ),
    )  # fmt: skip

    customer_id: Uuid
    name: Name | None = None
    name_en: Text | None = None
    depot_id: Uuid | None = None
    custom: CustomValues | None = None


class CustomerWalkIn(Action):
    """Somebody new at the counter, met by the field without the office. Of a person, `name` is a label without the name; what
    identifies them, or whom to reach at a company, travels as the private part `person` and becomes the contact `contact_id`."""

    action: ClassVar[str] = "customer.walk_in"
    subject: ClassVar[tuple[str, str] | None] = ("depot", "depot_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "customer",
            "$id",
            {"name": "$name", "name_en": "$name_en", "depot_id": "$depot_id", "type": "$type"},
            create=True,
        ),
    )

    id: Uuid
    name: Name
    name_en: Text = ""
    depot_id: Uuid
    type: CustomerType = "company"
    person: PrivateIndex
    contact_id: Uuid


class CustomerTermsSet(Action):
    """Risk tier and credit terms: what is given is changed."""

    action: ClassVar[str] = "customer.terms"
    subject: ClassVar[tuple[str, str] | None] = ("customer", "customer_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("customer", "$customer_id", {"tier": "$tier"}),
        Effect("customer_terms", "$customer_id", {"payment_days": "$payment_days", "credit_limit_fen": "$credit_limit_fen"}),
    )

    customer_id: Uuid
    tier: Tier | None = None
    payment_days: Annotated[int, Field(ge=0, le=limits.PAYMENT_DAYS_MAX)] | None = None
    credit_limit_fen: Fen | None = None


class CustomerBlock(Action):
    """Nothing may be handed to the customer (`blocked`), or may again. `notice`: what the customer is told, in writing."""

    action: ClassVar[str] = "customer.block"
    subject: ClassVar[tuple[str, str] | None] = ("customer", "customer_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("customer", "$customer_id", {"blocked": "$blocked"}),
        Effect(
            "customer_terms",
            "$customer_id",
            {"block_reason": "$reason", "block_notice": "$notice", "block_at": "@at", "block_by": "@actor"},
        ),
    )

    customer_id: Uuid
    blocked: bool
    reason: Reason
    notice: Text = ""


class ContactDefine(Action):
    """A new person at the customer."""

    action: ClassVar[str] = "contact.define"
    subject: ClassVar[tuple[str, str] | None] = ("customer", "customer_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "contact",
            "$id",
            {"customer_id": "$customer_id", "depot_id": "%customer/$customer_id/depot_id", "role": "$role"},
            create=True,
        ),
    )

    id: Uuid
    customer_id: Uuid
    role: ContactRole = "other"
    person: PrivateIndex


class ContactEdit(Action):
    """Another role, or name, phone and e-mail as they are now (`person`, all of them)."""

    action: ClassVar[str] = "contact.edit"
    subject: ClassVar[tuple[str, str] | None] = ("contact", "contact_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("contact", "$contact_id", {"role": "$role"}),)

    contact_id: Uuid
    role: ContactRole | None = None
    person: PrivateIndex | None = None


class ContactEnd(Action):
    """No longer there: what he may sign ends with it."""

    action: ClassVar[str] = "contact.end"
    subject: ClassVar[tuple[str, str] | None] = ("contact", "contact_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("contact", "$contact_id", {"state": "ended"}),)

    contact_id: Uuid
    reason: Reason


class ContactErase(Action):
    """Drop what identifies a person at a customer: private bytes, salts, projections. Every chain still verifies."""

    action: ClassVar[str] = "contact.erase"
    subject: ClassVar[tuple[str, str] | None] = ("contact", "contact_id")

    contact_id: Uuid
    reason: Text


class AuthorityGrant(Action):
    """A contact may sign for the customer."""

    action: ClassVar[str] = "authority.grant"
    subject: ClassVar[tuple[str, str] | None] = ("contact", "contact_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "signer_authority",
            "$id",
            {
                "customer_id": "%contact/$contact_id/customer_id",
                "depot_id": "%contact/$contact_id/depot_id",
                "contact_id": "$contact_id",
                "role": "$role",
                "may": "$may",
                "until": "$until",
            },
            create=True,
        ),
    )

    id: Uuid
    contact_id: Uuid
    role: SigningRole
    may: Annotated[list[Signing], Field(min_length=1, max_length=3)]
    until: Moment | None = None


class AuthorityEnd(Action):
    """The contact may sign no longer."""

    action: ClassVar[str] = "authority.end"
    subject: ClassVar[tuple[str, str] | None] = ("signer_authority", "authority_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("signer_authority", "$authority_id", {"state": "ended"}),)

    authority_id: Uuid
    reason: Reason


ACTIONS = (
    CustomerEdit, CustomerWalkIn, CustomerTermsSet, CustomerBlock, ContactDefine, ContactEdit, ContactEnd, ContactErase,
    AuthorityGrant, AuthorityEnd,
)  # fmt: skip
