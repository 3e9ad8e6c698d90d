"""Records: the current state of one thing, folded from entries by the server.

One file per business area. A record class names its `kind`, who may hold it (`audiences`, `placement`) and, on every
field, its merge policy. `RECORDS` maps kind → class.
"""

from typing import Final

from schemas.records.alerts import AlertRule, NoticeChoice
from schemas.records.assets import Asset, Pack
from schemas.records.base import Audience, Placement, Record
from schemas.records.conflicts import Conflict
from schemas.records.custom_fields import CustomField
from schemas.records.customers import Contact, Customer, CustomerTerms, SignerAuthority
from schemas.records.devices import Device, Incident, Invitation, OutcomeRecord, ReleasedGap, Roster
from schemas.records.faults import Fault, FaultReporter, FaultWords, FormerTag
from schemas.records.gate import GateRule
from schemas.records.handovers import Damage, Handover, Signer
from schemas.records.organisation import Depot, Organisation, Person
from schemas.records.rentals import ContractText, PricePlan, Rental, RentalTerms
from schemas.records.stock import StockCount, StockTake
from schemas.records.tasks import Task
from schemas.records.todos import Todo

RECORDS: Final[dict[str, type[Record]]] = {
    model.kind: model
    for model in (
        Organisation, Depot, Person, Pack, Asset, Customer, CustomerTerms, Contact, SignerAuthority, ContractText, PricePlan,
        Rental, RentalTerms, Task, StockCount, StockTake,
        Handover, Damage, Signer, Device, Invitation, Incident, OutcomeRecord, ReleasedGap, Conflict,
        Todo, Roster, AlertRule, NoticeChoice,
        Fault, FaultReporter, FaultWords, FormerTag,
        GateRule,
        CustomField,
    )
}  # fmt: skip

__all__ = ["RECORDS", "Audience", "Placement", "Record"]
