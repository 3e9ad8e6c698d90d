"""Customers, the text they sign, and their rentals."""

from typing import Annotated, Any, ClassVar, Literal

from schemas.ids import Uuid
from schemas.merge import LAST_WRITER, SERVER
from schemas.records.base import Audience, Placement, Record

RentalState = Literal["draft", "approved", "out", "returned", "closed", "cancelled"]


class Customer(Record):
    """Who rents: what the field may know. Contacts belong to the office's own records."""

    kind: ClassVar[str] = "customer"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    name: Annotated[str, LAST_WRITER]
    name_en: Annotated[str, LAST_WRITER] = ""
    depot_id: Annotated[Uuid, LAST_WRITER]
    type: Annotated[Literal["company", "person"], LAST_WRITER] = "company"
    tier: Annotated[Literal["good", "normal", "watch"], LAST_WRITER] = "normal"
    blocked: Annotated[bool, LAST_WRITER] = False


class ContractText(Record):
    """One version of the text a customer signs at a handover. Never edited: a new version is a new record."""

    kind: ClassVar[str] = "contract_text"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    version: Annotated[str, LAST_WRITER]
    use: Annotated[Literal["check_in", "check_out"], LAST_WRITER]
    zh: Annotated[str, LAST_WRITER]
    en: Annotated[str, LAST_WRITER]


class Rental(Record):
    """Customer + assets + period. `assets` maps asset id → {state: out | returned, …}."""

    kind: ClassVar[str] = "rental"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    number: Annotated[str, LAST_WRITER]
    customer_id: Annotated[Uuid, LAST_WRITER]
    depot_id: Annotated[Uuid, LAST_WRITER]
    assets: Annotated[dict[Uuid, Any], SERVER]
    starts_at: Annotated[str, LAST_WRITER]
    due_at: Annotated[str, LAST_WRITER]
    zone: Annotated[str, LAST_WRITER] = "Asia/Shanghai"
    state: Annotated[RentalState, SERVER] = "draft"
    km_included: Annotated[int | None, LAST_WRITER] = None
