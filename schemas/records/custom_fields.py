"""Fields that an organisation defines itself, without code, for its assets, customers and rentals."""

from typing import Annotated, ClassVar, Literal

from schemas.merge import LAST_WRITER
from schemas.records.assets import Choice
from schemas.records.base import Audience, Placement, Record

CustomKind = Literal["asset", "customer", "rental"]
CustomType = Literal["text", "number", "date", "choice", "yes_no"]


class CustomField(Record):
    """One field of the organisation's own (自定义字段). A record of kind `belongs_to` holds its value under `custom[code]`:
    text, a number, a date `YYYY-MM-DD`, the id of one of `choices`, true or false. Retired (`active` false): values stay, no
    new ones come. Lists show them by `order`, then code. `in_field`: of customers, the value goes to the devices in the field,
    too; else it lies in `customer_terms.custom_office`, which no field device holds.
    """

    kind: ClassVar[str] = "custom_field"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    belongs_to: Annotated[CustomKind, LAST_WRITER]
    code: Annotated[str, LAST_WRITER]
    zh: Annotated[str, LAST_WRITER]
    en: Annotated[str, LAST_WRITER]
    type: Annotated[CustomType, LAST_WRITER]
    choices: Annotated[list[Choice], LAST_WRITER] = []
    order: Annotated[int, LAST_WRITER] = 0
    active: Annotated[bool, LAST_WRITER] = True
    in_field: Annotated[bool, LAST_WRITER] = False
