"""Customers and rentals: blocked, cancelled by the office."""

from typing import Final

from schemas.actions.customers import CustomerBlock, RentalCancel
from schemas.errors import ErrorCode
from sync.unit import Handlers, Refusal, Unit


def block(unit: Unit, args: CustomerBlock) -> None:
    """Nothing may be handed to the customer, or may again."""
    unit.need("customer", args.customer_id)
    unit.apply_effects(args)


def cancel(unit: Unit, args: RentalCancel) -> None:
    """The rental will not take place, unless something of it is out or has been."""
    rental = unit.need("rental", args.rental_id)
    if rental["state"] not in ("draft", "approved"):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=rental["state"])
    unit.apply_effects(args)


HANDLERS: Final[Handlers] = {
    (CustomerBlock.action, CustomerBlock.v): block,
    (RentalCancel.action, RentalCancel.v): cancel,
}
