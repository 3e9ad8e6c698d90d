"""Records: the current state of one thing, folded from entries by the server.

One file per business area. A record class names its `kind`, who may hold it (`audiences`, `placement`) and, on every
field, its merge policy. `RECORDS` maps kind → class.
"""

from typing import Final

from schemas.records.assets import Asset, Pack
from schemas.records.base import Audience, Placement, Record
from schemas.records.conflicts import Conflict
from schemas.records.customers import ContractText, Customer, Rental
from schemas.records.devices import Device, Incident, Invitation, OutcomeRecord, ReleasedGap
from schemas.records.handovers import Damage, Handover, Signer
from schemas.records.organisation import Depot, Organisation, Person
from schemas.records.tasks import Task

RECORDS: Final[dict[str, type[Record]]] = {
    model.kind: model
    for model in (
        Organisation, Depot, Person, Pack, Asset, Customer, ContractText, Rental, Task,
        Handover, Damage, Signer, Device, Invitation, Incident, OutcomeRecord, ReleasedGap, Conflict,
    )
}  # fmt: skip

__all__ = ["RECORDS", "Audience", "Placement", "Record"]
