"""Customers (客户): who rents, on what terms, through whom.

What may be seen by whom lies in different records: `customer` is what the field must know, `customer_terms` is the office's and
finance's, `contact` holds names, phones and e-mail addresses, `signer_authority` who may sign what.
Invariant: what identifies a person is a projection of an entry's private part, in a field the server writes (it keeps no
history), and goes when the person is erased: `contact` as a whole, elsewhere the masked name `shown_as` (王**), which is all
the field sees.
"""

from typing import Annotated, Any, ClassVar, Literal

from schemas.ids import Uuid
from schemas.merge import IMMUTABLE, LAST_WRITER, REVIEW, SERVER, UNION
from schemas.records.base import Audience, Placement, Record

CustomerType = Literal["company", "person"]
Tier = Literal["good", "normal", "watch"]
ContactRole = Literal["self", "owner", "finance", "site_manager", "driver", "other"]
SigningRole = Literal["owner", "driver", "site_manager", "other"]
Signing = Literal["check_out", "check_in", "extension"]
ContactState = Literal["active", "ended"]


class Customer(Record):
    """Who rents: what the field may know. Of a person, `name` is a label without the name; `shown_as` the masked name. `custom`:
    values of those of the organisation's own fields that the field needs, by their code; the others lie in `customer_terms`."""

    kind: ClassVar[str] = "customer"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    name: Annotated[str, LAST_WRITER]
    name_en: Annotated[str, LAST_WRITER] = ""
    depot_id: Annotated[Uuid, LAST_WRITER]
    type: Annotated[CustomerType, LAST_WRITER] = "company"
    tier: Annotated[Tier, LAST_WRITER] = "normal"
    blocked: Annotated[bool, LAST_WRITER] = False
    shown_as: Annotated[str, SERVER] = ""
    custom: Annotated[dict[str, Any], UNION] = {}


class CustomerTerms(Record):
    """Credit terms, score, and the last word on the block list (`block_*`: also that of taking it off); id: the customer's.
    `custom_office`: values of the organisation's own fields that the field does not need."""

    kind: ClassVar[str] = "customer_terms"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE, Audience.FINANCE)

    depot_id: Annotated[Uuid, SERVER]
    payment_days: Annotated[int, REVIEW] = 0
    credit_limit_fen: Annotated[int, REVIEW] = 0
    score: Annotated[int | None, SERVER] = None
    block_reason: Annotated[str, SERVER] = ""
    block_notice: Annotated[str, SERVER] = ""
    block_at: Annotated[str | None, SERVER] = None
    block_by: Annotated[Uuid | None, SERVER] = None
    custom_office: Annotated[dict[str, Any], UNION] = {}


class Contact(Record):
    """A person at the customer; of a customer who is a person, he himself (`self`). `entries`: whose private parts it shows."""

    kind: ClassVar[str] = "contact"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    customer_id: Annotated[Uuid, IMMUTABLE]
    role: Annotated[ContactRole, LAST_WRITER] = "other"
    name: Annotated[str, SERVER] = ""
    phone: Annotated[str, SERVER] = ""
    email: Annotated[str, SERVER] = ""
    state: Annotated[ContactState, SERVER] = "active"
    entries: Annotated[dict[Uuid, Any], SERVER] = {}


class SignerAuthority(Record):
    """What a contact may sign for the customer, and until when (None: until ended). To change it: end it, grant anew."""

    kind: ClassVar[str] = "signer_authority"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    depot_id: Annotated[Uuid, SERVER]
    customer_id: Annotated[Uuid, IMMUTABLE]
    contact_id: Annotated[Uuid, IMMUTABLE]
    role: Annotated[SigningRole, IMMUTABLE]
    may: Annotated[list[Signing], IMMUTABLE]
    until: Annotated[str | None, IMMUTABLE] = None
    shown_as: Annotated[str, SERVER] = ""
    state: Annotated[ContactState, SERVER] = "active"
