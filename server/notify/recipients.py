"""Who is to hear of a to-do, and by which channel. Pure but for reading records.

Neighbours: `outbox.py` keeps what is found here, `server/jobs/notices.py` asks. Invariants: a rule's channels say what may go
out, a person's choice what he wants of it · without a choice it is e-mail · a customer hears of a late return only, by the
contacts that are not erased · no address is read here.
"""

from collections.abc import Mapping, Set
from typing import Any, Final, NamedTuple

from schemas.limits import NOTICE_RECIPIENTS_MAX
from schemas.people import OFFICE_ROLES, Reach, Role, reach_of
from server.notify.addresses import ROBOT, ROBOT_HOSTS
from server.storage.store import SqlStore

CONTACT: Final = "contact:"
"""Begins the target of a notice to a customer's contact; the rest is the contact's id."""
FREE: Final = ("in_app", "email", *ROBOT_HOSTS)


class Wanted(NamedTuple):
    """One notice that is to go out."""

    target: str
    channel: str


def recipients(store: SqlStore, organisation: str, todo: Mapping[str, Any], held: Set[tuple[str, str]]) -> list[Wanted]:
    """Whom to tell by what. `held`: the addresses there are; whoever has none is told by the to-do itself."""
    rule = _rule(store, organisation, todo["rule"])
    channels = set(rule["channels"] if rule is not None else FREE)
    found = [
        Wanted(person["id"], "email") for person in _owners(store, organisation, todo)
        if "email" in channels and (person["id"], "email") in held and _wants(store, organisation, person["id"], todo["code"])
    ]  # fmt: skip
    if rule is not None:
        found += [Wanted(ROBOT, channel) for channel in sorted(ROBOT_HOSTS) if channel in channels and (ROBOT, channel) in held]
        if rule["tell_customer"] and todo["code"] == "return_overdue":
            found += _customers(store, organisation, todo)
    return found[:NOTICE_RECIPIENTS_MAX]


def _rule(store: SqlStore, organisation: str, code: str | None) -> dict[str, Any] | None:
    rules = store.records(organisation, "alert_rule") if code is not None else []
    return next((one.data for one in rules if one.data["code"] == code), None)


def _owners(store: SqlStore, organisation: str, todo: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The owner; where nobody is in front, everybody of the role who works with the depot."""
    if todo["owner_id"] is not None:
        stored = store.record(organisation, "person", todo["owner_id"])
        return [stored.data] if stored is not None and not stored.gone and stored.data["active"] else []
    role = todo["owner_role"]
    people = (one.data for one in store.records(organisation, "person"))
    return [one for one in people if one["active"] and role in one["roles"] and _sees(one, todo["depot_id"])]


def _sees(person: Mapping[str, Any], depot: str) -> bool:
    roles = frozenset(Role(name) for name in person["roles"]) & OFFICE_ROLES
    return reach_of("read.proof", roles) is Reach.ORG or bool(person["depot_ids"].get(depot))


def _wants(store: SqlStore, organisation: str, person: str, code: str) -> bool:
    stored = store.record(organisation, "notice_choice", person)
    chosen = stored.data["by_code"].get(code) if stored is not None and not stored.gone else None
    return chosen is None or "email" in chosen


def _customers(store: SqlStore, organisation: str, todo: Mapping[str, Any]) -> list[Wanted]:
    rental = store.record(organisation, "rental", todo["subject"]["id"])
    if rental is None or rental.gone:
        return []
    contacts = (one.data for one in store.records(organisation, "contact"))
    return [
        Wanted(CONTACT + one["id"], "email") for one in contacts
        if one["customer_id"] == rental.data["customer_id"] and one["state"] == "active" and one["email"]
    ]  # fmt: skip
