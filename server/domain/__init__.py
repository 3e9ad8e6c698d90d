"""What actions mean: pure handlers, one file per business area, registered by action name and version."""

from typing import Final

from server.domain import (
    assets,
    basedata,
    conflicts,
    customers,
    damages,
    devices,
    handovers,
    incidents,
    organisation,
    people,
    quarantine,
    signatures,
    tasks,
)
from sync.unit import Handlers

HANDLERS: Final[Handlers] = {
    **handovers.HANDLERS,
    **damages.HANDLERS,
    **signatures.HANDLERS,
    **devices.HANDLERS,
    **incidents.HANDLERS,
    **organisation.HANDLERS,
    **people.HANDLERS,
    **quarantine.HANDLERS,
    **basedata.HANDLERS,
    **conflicts.HANDLERS,
    **assets.HANDLERS,
    **customers.HANDLERS,
    **tasks.HANDLERS,
}
