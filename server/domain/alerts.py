"""Alert rules edited, and how a person wants to hear of to-dos.

Neighbours: `server/notify/causes.py` reads the rules, `recipients.py` there the choices. Invariant: a figure stays within
the bounds of its rule.
"""

from typing import Final

from schemas.actions.alerts import AlertRuleDefine, AlertRuleEdit, PersonNotify
from schemas.actions.notices import NoticeAddressSet, NoticeRetry
from schemas.alerts import ALERT_FIGURES
from schemas.errors import ErrorCode
from schemas.people import OFFICE_ROLES
from server.domain.basedata import define
from sync.unit import Handlers, Refusal, Unit


def edit(unit: Unit, args: AlertRuleEdit) -> None:
    """What is given changes. A figure outside its bounds, and an owner who sees no to-dos, are refused."""
    rule = unit.need("alert_rule", args.rule_id)
    bounds = ALERT_FIGURES[rule["code"]]
    if args.figure is not None and not bounds.least <= args.figure <= bounds.most:
        raise Refusal(ErrorCode.STATE_ILLEGAL, least=bounds.least, most=bounds.most)
    if args.owner_role is not None and args.owner_role not in OFFICE_ROLES:
        raise Refusal(ErrorCode.TODO_OWNER_BLIND, role=args.owner_role)
    unit.apply_effects(args)


def notify(unit: Unit, args: PersonNotify) -> None:
    """The actor's own choice, whole."""
    unit.apply_effects(args)


def remember(unit: Unit, args: NoticeAddressSet | NoticeRetry) -> None:
    """That it was done, by whom and when, is all: addresses and the outbox lie in tables of their own (`server/notify`)."""
    unit.apply_effects(args)


HANDLERS: Final[Handlers] = {
    (AlertRuleDefine.action, AlertRuleDefine.v): define,
    (AlertRuleEdit.action, AlertRuleEdit.v): edit,
    (PersonNotify.action, PersonNotify.v): notify,
    (NoticeAddressSet.action, NoticeAddressSet.v): remember,
    (NoticeRetry.action, NoticeRetry.v): remember,
}
