"""Roles and reach: who may do what, in one table that tests walk cell by cell.

`PERMISSIONS[what][role]` is the reach of that role: `depot` (only where the person's depots are), `org` (everywhere in
the organisation) or absent (not at all). Actions and reads share the table; reads are named `read.…`.
"""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is employed for (glossary: docs/architecture.md). Customers have no account."""

    TECHNICIAN = "technician"
    DRIVER = "driver"
    SERVICE_DESK = "service_desk"
    OPERATIONS = "operations"
    FINANCE = "finance"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


class Reach(StrEnum):
    """How far a permission goes."""

    DEPOT = "depot"
    ORG = "org"


FIELD_ROLES: Final = frozenset({Role.TECHNICIAN, Role.DRIVER})
OFFICE_ROLES: Final = frozenset({Role.SERVICE_DESK, Role.OPERATIONS, Role.FINANCE, Role.MANAGER, Role.ADMINISTRATOR})

_FIELD_WORK: Final[dict[Role, Reach]] = {
    Role.TECHNICIAN: Reach.DEPOT,
    Role.DRIVER: Reach.DEPOT,
    Role.OPERATIONS: Reach.DEPOT,
    Role.MANAGER: Reach.ORG,
    Role.SYSTEM: Reach.ORG,
}
_SYSTEM_ONLY: Final[dict[Role, Reach]] = {Role.SYSTEM: Reach.ORG}
_DEVICES: Final[dict[Role, Reach]] = {
    Role.MANAGER: Reach.ORG,
    Role.ADMINISTRATOR: Reach.ORG,
    Role.SYSTEM: Reach.ORG,
}
_DECIDING: Final[dict[Role, Reach]] = {
    Role.OPERATIONS: Reach.DEPOT,
    Role.MANAGER: Reach.ORG,
    Role.SYSTEM: Reach.ORG,
}
_DESK: Final[dict[Role, Reach]] = {
    Role.SERVICE_DESK: Reach.DEPOT,
    Role.MANAGER: Reach.ORG,
    Role.SYSTEM: Reach.ORG,
}
_PLANNING: Final[dict[Role, Reach]] = {**_DECIDING, **_DESK}
_RATIFYING: Final[dict[Role, Reach]] = {Role.MANAGER: Reach.ORG, Role.SYSTEM: Reach.ORG}
_DEVICE_READ: Final[dict[Role, Reach]] = {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG}
_OFFICE_READ: Final[dict[Role, Reach]] = {
    Role.SERVICE_DESK: Reach.DEPOT,
    Role.OPERATIONS: Reach.DEPOT,
    Role.FINANCE: Reach.ORG,
    Role.MANAGER: Reach.ORG,
    Role.ADMINISTRATOR: Reach.ORG,
}

OFFICE_ONLY: Final = frozenset(
    {
        "device.invite",
        "device.revoke",
        "device.wipe",
        "device.lost",
        "gap.release",
        "incident.close",
        "quarantine.admit",
        "quarantine.dismiss",
        "organisation.policy",
        "person.erase",
        "conflict.decide",
        "entry.ratify",
        "entry.reject",
        "asset.lock",
        "customer.block",
        "rental.cancel",
        "task.reassign",
        "task.cancel",
        "task.remove",
    }
)
"""Actions nobody does with a field device, whoever's PIN it was: a PIN separates colleagues, not attackers."""
AUTH_OF: Final[dict[str, frozenset[str]]] = {
    "field": frozenset({"pin"}),
    "client": frozenset({"pin", "password"}),
    "office": frozenset({"password", "passkey"}),
    "system": frozenset({"system"}),
}
"""How sure an entry may claim to be of its actor, by type of device."""

PERMISSIONS: Final[dict[str, dict[Role, Reach]]] = {
    # field work
    "handover.start": _FIELD_WORK,
    "handover.abandon": _FIELD_WORK,
    "photo.add": _FIELD_WORK,
    "photo.waive": _FIELD_WORK,
    "photo.retract": _FIELD_WORK,
    "reading.record": _FIELD_WORK,
    "damage.record": _FIELD_WORK,
    "damage.retract": _FIELD_WORK,
    "accessory.report": _FIELD_WORK,
    "signature.capture": _FIELD_WORK,
    "checkout.complete": _FIELD_WORK,
    "return.complete": _FIELD_WORK,
    "task.note": _FIELD_WORK,
    # the office's word on assets, customers, rentals, tasks
    "asset.lock": _DECIDING,
    "customer.block": {Role.MANAGER: Reach.ORG, Role.SYSTEM: Reach.ORG},
    "rental.cancel": _DESK,
    "task.reassign": _PLANNING,
    "task.cancel": _PLANNING,
    "task.remove": _PLANNING,
    # devices and people
    "device.invite": _DEVICES,
    "device.revoke": _DEVICES,
    "device.wipe": _DEVICES,
    "device.lost": _DEVICES,
    "gap.release": _DEVICES,
    "incident.close": {**_DECIDING, **_DEVICES},
    "organisation.policy": {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG, Role.SYSTEM: Reach.ORG},
    "device.enrol": _SYSTEM_ONLY,
    "person.erase": {Role.ADMINISTRATOR: Reach.ORG, Role.SYSTEM: Reach.ORG},
    # what contradicts itself, and what was refused for want of a right
    "conflict.decide": _DECIDING,
    "entry.ratify": _RATIFYING,
    "entry.reject": _RATIFYING,
    "quarantine.admit": _RATIFYING,
    "quarantine.dismiss": _RATIFYING,
    # base data: written by the system device until the office edits it
    "organisation.define": _SYSTEM_ONLY,
    "depot.define": _SYSTEM_ONLY,
    "person.define": _SYSTEM_ONLY,
    "pack.define": _SYSTEM_ONLY,
    "asset.define": _SYSTEM_ONLY,
    "customer.define": _SYSTEM_ONLY,
    "rental.define": _SYSTEM_ONLY,
    "task.define": _SYSTEM_ONLY,
    "contract_text.define": _SYSTEM_ONLY,
    # reads that are not part of a replica
    "read.proof": _OFFICE_READ,
    "read.quarantine": _DEVICE_READ,
    "read.private": {Role.MANAGER: Reach.ORG},
    "read.report": _DEVICE_READ,
    "read.waiting": _DEVICE_READ,
    "read.export": {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG},
}


def reach_of(what: str, roles: frozenset[Role]) -> Reach | None:
    """The widest reach any of the roles has for an action or read; None if it may not at all."""
    cells = PERMISSIONS.get(what, {})
    found = [cells[role] for role in roles if role in cells]
    if not found:
        return None
    return Reach.ORG if Reach.ORG in found else Reach.DEPOT
