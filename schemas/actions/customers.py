"""Customers and their rentals: blocked and unblocked, cancelled, by the office."""

from typing import ClassVar

from schemas.actions.base import Action, Reason
from schemas.effects import Effect
from schemas.ids import Uuid


class CustomerBlock(Action):
    """Nothing may be handed to the customer (`blocked`), or may again."""

    action: ClassVar[str] = "customer.block"
    subject: ClassVar[tuple[str, str] | None] = ("customer", "customer_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("customer", "$customer_id", {"blocked": "$blocked"}),)

    customer_id: Uuid
    blocked: bool
    reason: Reason


class RentalCancel(Action):
    """The rental will not take place. Refused while something of it is out."""

    action: ClassVar[str] = "rental.cancel"
    subject: ClassVar[tuple[str, str] | None] = ("rental", "rental_id")
    effects: ClassVar[tuple[Effect, ...]] = (Effect("rental", "$rental_id", {"state": "cancelled"}),)

    rental_id: Uuid
    reason: Reason
