"""Roles and reach: who may do what, in one table that tests walk cell by cell.

`PERMISSIONS[what][role]` is the reach of that role: `depot` (only where the person's depots are), `org` (everywhere in
the organisation) or absent (not at all). Actions and reads share the table; reads are named `read.…`, what a
spreadsheet may bring in `sheets.…`.
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
_TAKING_STOCK: Final[dict[Role, Reach]] = {role: reach for role, reach in _FIELD_WORK.items() if role is not Role.DRIVER}
_SYSTEM_ONLY: Final[dict[Role, Reach]] = {Role.SYSTEM: Reach.ORG}
_DEVICES: Final[dict[Role, Reach]] = {
    Role.MANAGER: Reach.ORG,
    Role.ADMINISTRATOR: Reach.ORG,
    Role.SYSTEM: Reach.ORG,
}
_ADMINISTERING: Final[dict[Role, Reach]] = {
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
_MONEY: Final[dict[Role, Reach]] = {Role.FINANCE: Reach.ORG, Role.MANAGER: Reach.ORG, Role.SYSTEM: Reach.ORG}
_RATIFYING: Final[dict[Role, Reach]] = {Role.MANAGER: Reach.ORG, Role.SYSTEM: Reach.ORG}
_TODOS: Final[dict[Role, Reach]] = {
    Role.SERVICE_DESK: Reach.DEPOT,
    Role.OPERATIONS: Reach.DEPOT,
    Role.FINANCE: Reach.ORG,
    Role.MANAGER: Reach.ORG,
    Role.ADMINISTRATOR: Reach.ORG,
    Role.SYSTEM: Reach.ORG,
}
_STAFFING: Final[dict[Role, Reach]] = {Role.ADMINISTRATOR: Reach.ORG, Role.SYSTEM: Reach.ORG}
_FOUNDING: Final[dict[Role, Reach]] = {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG, Role.SYSTEM: Reach.ORG}
_DEVICE_READ: Final[dict[Role, Reach]] = {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG}
_SHEETS_OF_DESK: Final[dict[Role, Reach]] = {
    Role.SERVICE_DESK: Reach.DEPOT,
    Role.MANAGER: Reach.ORG,
    Role.ADMINISTRATOR: Reach.ORG,
}
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
        "gate_rule.edit",
        "person.erase",
        "conflict.decide",
        "entry.ratify",
        "entry.reject",
        "asset.lock",
        "asset.retag",
        "fault.plan",
        "fault.close",
        "fault.forget",
        "asset.define",
        "asset.edit",
        "asset.retire",
        "asset.restore",
        "custom_field.define",
        "custom_field.retire",
        "customer.define",
        "customer.edit",
        "customer.terms",
        "customer.block",
        "contact.define",
        "contact.edit",
        "contact.end",
        "contact.erase",
        "authority.grant",
        "authority.end",
        "rental.define",
        "rental.edit",
        "rental.approve",
        "rental.ratify",
        "rental.extend",
        "rental.cancel",
        "rental.close",
        "rental.deposit",
        "rental.insurance",
        "price_plan.define",
        "price_plan.edit",
        "price_plan.retire",
        "contract_text.publish",
        "organisation.planning",
        "task.plan",
        "task.edit",
        "task.accept",
        "task.reassign",
        "task.cancel",
        "task.reopen",
        "task.remove",
        "todo.open",
        "todo.hand_on",
        "todo.done",
        "todo.dismiss",
        "todo.reopen",
        "person.define",
        "person.edit",
        "person.leave",
        "person.return",
        "person.access",
        "depot.define",
        "depot.edit",
        "depot.close",
        "depot.reopen",
        "device.roster",
        "pack.edit",
        "pack.copy",
        "alert_rule.edit",
        "person.notify",
    }
)
"""Actions nobody does with a field device, whoever's PIN it was: a PIN separates colleagues, not attackers."""
AUTH_OF: Final[dict[str, frozenset[str]]] = {
    "field": frozenset({"pin", "passkey"}),
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
    "transfer.start": _FIELD_WORK,
    "transfer.complete": _FIELD_WORK,
    "task.note": _FIELD_WORK,
    "voice.add": {**_FIELD_WORK, Role.SERVICE_DESK: Reach.DEPOT},
    "fault.report": {**_FIELD_WORK, Role.SERVICE_DESK: Reach.DEPOT},
    # the office's word on assets, customers, rentals, tasks
    "asset.lock": _DECIDING,
    "asset.retag": _DECIDING,
    "fault.plan": _PLANNING,
    "fault.close": _PLANNING,
    "fault.forget": {Role.ADMINISTRATOR: Reach.ORG, Role.SYSTEM: Reach.ORG},
    "asset.define": _DECIDING,
    "asset.edit": _DECIDING,
    "asset.retire": _DECIDING,
    "asset.restore": _DECIDING,
    "custom_field.define": _ADMINISTERING,
    "custom_field.retire": _ADMINISTERING,
    "customer.define": _DESK,
    "customer.edit": _DESK,
    "customer.terms": _MONEY,
    "customer.block": {Role.MANAGER: Reach.ORG, Role.SYSTEM: Reach.ORG},
    "contact.define": _DESK,
    "contact.edit": _DESK,
    "contact.end": _DESK,
    "contact.erase": {Role.ADMINISTRATOR: Reach.ORG, Role.SYSTEM: Reach.ORG},
    "authority.grant": _DESK,
    "authority.end": _DESK,
    "rental.define": _DESK,
    "rental.edit": _DESK,
    "rental.approve": _DESK,
    "rental.ratify": _DESK,
    "rental.extend": _DESK,
    "rental.cancel": _DESK,
    "rental.close": _DESK,
    "rental.swap": {**_FIELD_WORK, **_PLANNING},
    "rental.deposit": {**_DESK, **_MONEY},
    "rental.insurance": {**_DESK, **_MONEY},
    "rental.walk_in": _FIELD_WORK,
    "customer.walk_in": _FIELD_WORK,
    "price_plan.define": _MONEY,
    "price_plan.edit": _MONEY,
    "price_plan.retire": _MONEY,
    "contract_text.publish": {Role.MANAGER: Reach.ORG, Role.SYSTEM: Reach.ORG},
    "task.plan": _PLANNING,
    "task.edit": _PLANNING,
    "task.accept": _PLANNING,
    "task.start": _FIELD_WORK,
    "task.done": _FIELD_WORK,
    "task.photo": _FIELD_WORK,
    "task.attempt": _FIELD_WORK,
    "stock_take.begin": _TAKING_STOCK,
    "stock_take.count": _FIELD_WORK,
    "stock_take.uncount": _FIELD_WORK,
    "stock_take.close": _FIELD_WORK,
    "task.reassign": _PLANNING,
    "task.cancel": _PLANNING,
    "task.reopen": _PLANNING,
    "task.remove": _PLANNING,
    # what the office looks after
    "todo.open": _TODOS,
    "todo.hand_on": _TODOS,
    "todo.done": _TODOS,
    "todo.dismiss": _TODOS,
    "todo.reopen": _TODOS,
    "alert_rule.edit": {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG, Role.SYSTEM: Reach.ORG},
    "alert_rule.define": _SYSTEM_ONLY,
    "notice.address": _SYSTEM_ONLY,
    "notice.retry": _SYSTEM_ONLY,
    "person.notify": dict.fromkeys((*sorted(OFFICE_ROLES), Role.SYSTEM), Reach.ORG),
    # devices and people
    "device.invite": _DEVICES,
    "device.revoke": _DEVICES,
    "device.wipe": _DEVICES,
    "device.lost": _DEVICES,
    "gap.release": _DEVICES,
    "incident.close": {**_DECIDING, **_DEVICES},
    "organisation.policy": _ADMINISTERING,
    "gate_rule.edit": _ADMINISTERING,
    "organisation.planning": _ADMINISTERING,
    "device.enrol": _SYSTEM_ONLY,
    "person.erase": {Role.ADMINISTRATOR: Reach.ORG, Role.SYSTEM: Reach.ORG},
    "device.roster": _DEVICES,
    "person.define": _STAFFING,
    "person.edit": _STAFFING,
    "person.leave": _STAFFING,
    "person.return": _STAFFING,
    "person.access": _SYSTEM_ONLY,
    "pack.edit": _FOUNDING,
    "pack.copy": _FOUNDING,
    "depot.define": _FOUNDING,
    "depot.edit": _FOUNDING,
    "depot.close": _FOUNDING,
    "depot.reopen": _FOUNDING,
    # what contradicts itself, and what was refused for want of a right
    "conflict.decide": _DECIDING,
    "entry.ratify": _RATIFYING,
    "entry.reject": _RATIFYING,
    "quarantine.admit": _RATIFYING,
    "quarantine.dismiss": _RATIFYING,
    # base data: written by the system device until the office edits it
    "organisation.define": _SYSTEM_ONLY,
    "pack.define": _SYSTEM_ONLY,
    "task.define": _SYSTEM_ONLY,
    "contract_text.define": _SYSTEM_ONLY,
    # spreadsheets: what may be brought in by one
    "sheets.asset": {Role.OPERATIONS: Reach.DEPOT, Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG},
    "sheets.customer": _SHEETS_OF_DESK,
    "sheets.rental": _SHEETS_OF_DESK,
    "sheets.task": {**_SHEETS_OF_DESK, Role.OPERATIONS: Reach.DEPOT},
    # what only undoing an import does
    "record.retract": _SYSTEM_ONLY,
    # reads that are not part of a replica
    "read.proof": _OFFICE_READ,
    "read.quarantine": _DEVICE_READ,
    "read.private": {Role.MANAGER: Reach.ORG},
    "read.report": _DEVICE_READ,
    "read.waiting": _DEVICE_READ,
    "read.search": _OFFICE_READ,
    "read.history": _OFFICE_READ,
    "read.trail": _DEVICE_READ,
    "read.accounts": {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG},
    "read.labels": _OFFICE_READ,
    "read.outbox": {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG},
    "read.robots": {Role.ADMINISTRATOR: Reach.ORG},
    "read.sheets": _OFFICE_READ,
    "read.export": {Role.MANAGER: Reach.ORG, Role.ADMINISTRATOR: Reach.ORG},
}


def reach_of(what: str, roles: frozenset[Role]) -> Reach | None:
    """The widest reach any of the roles has for an action or read; None if it may not at all."""
    cells = PERMISSIONS.get(what, {})
    found = [cells[role] for role in roles if role in cells]
    if not found:
        return None
    return Reach.ORG if Reach.ORG in found else Reach.DEPOT
