"""People: taken on, changed, gone, come back; erasing what identifies a signer, with every chain still verifiable.

Neighbours: `sync/judge.py` refuses whatever somebody who has left says; `server/auth` keeps what people prove themselves with.
Invariants: an organisation that has an administrator keeps one · nobody gives himself a role · nobody but the system device has
the system's rights.
"""

from collections.abc import Iterable
from typing import Any, Final

from schemas.actions.basedata import PersonDefine
from schemas.actions.people import PersonAccess, PersonEdit, PersonErase, PersonLeave, PersonReturn
from schemas.errors import ErrorCode
from schemas.people import Role
from server.domain.signatures import erase_signer
from sync import instants
from sync.unit import Handlers, Refusal, Unit


def define(unit: Unit, args: PersonDefine) -> None:
    """Somebody new. The system may write a known person again; the office may not."""
    if unit.device.type != "system":
        if unit.get("person", args.id) is not None:
            raise Refusal(ErrorCode.STATE_ILLEGAL, state="defined")
        _check_roles(unit, args.id, args.roles, ())
        _check_depots(unit, (depot for depot, there in args.depot_ids.items() if there))
    values: dict[str, Any] = args.model_dump(mode="json", exclude={"id"})
    unit.write("person", args.id, values, create=True)


def edit(unit: Unit, args: PersonEdit) -> None:
    """Names, roles, depots: what is given changes."""
    before = dict(unit.need("person", args.person_id))
    if args.roles is not None:
        _check_roles(unit, args.person_id, args.roles, before["roles"])
    _check_depots(unit, (depot for depot, there in (args.depots or {}).items() if there and not before["depot_ids"].get(depot)))
    unit.apply_effects(args)
    _keep_an_administrator(unit, before)


def leave(unit: Unit, args: PersonLeave) -> None:
    """From now on nothing of theirs takes effect, whenever it was captured: a manager may ratify it."""
    before = dict(unit.need("person", args.person_id))
    if not before["active"]:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="left")
    unit.apply_effects(args)
    unit.write("person", args.person_id, {"left_at": instants.to_text(unit.entry.received_ms)})
    _keep_an_administrator(unit, before)


def come_back(unit: Unit, args: PersonReturn) -> None:
    """They work here again, with the roles and depots they had."""
    if unit.need("person", args.person_id)["active"]:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="active")
    unit.apply_effects(args)


def access(unit: Unit, args: PersonAccess) -> None:
    """The journal says who gave whom a way in; devices hear of a PIN that somebody else has ended."""
    unit.need("person", args.person_id)
    if args.what == "pin_reset":
        unit.write("person", args.person_id, {"pin_reset_at": instants.to_text(unit.entry.received_ms)})


def erase(unit: Unit, args: PersonErase) -> None:
    """Drop private bytes and salts, the drawn image and the projection. Bodies hold only hashes: they stay as they are."""
    erase_signer(unit, unit.need("signer", args.signer_id))


def _check_roles(unit: Unit, person: str, roles: Iterable[Role], had: Iterable[str]) -> None:
    wanted = set(roles)
    if unit.device.type == "system":
        return
    if Role.SYSTEM in wanted:
        raise Refusal(ErrorCode.ACTION_FORBIDDEN, role=Role.SYSTEM)
    if person == unit.body.actor and wanted - set(had):
        raise Refusal(ErrorCode.OWN_ROLES, roles=sorted(wanted - set(had)))


def _check_depots(unit: Unit, added: Iterable[str]) -> None:
    for depot in added:
        if unit.need("depot", depot).get("closed") and unit.device.type != "system":
            raise Refusal(ErrorCode.DEPOT_CLOSED, depot=depot)


def _keep_an_administrator(unit: Unit, before: dict[str, Any]) -> None:
    """Undoes what would leave nobody to look after people: only where this very step takes one away."""
    if not _administers(before) or _administers(unit.need("person", before["id"])):
        return
    if not any(_administers(one.data) for one in unit.store.records(unit.writer.organisation, "person")):
        raise Refusal(ErrorCode.LAST_ADMINISTRATOR, person=before["id"])


def _administers(person: dict[str, Any]) -> bool:
    return bool(person["active"]) and Role.ADMINISTRATOR in person["roles"]


HANDLERS: Final[Handlers] = {
    (PersonDefine.action, PersonDefine.v): define,
    (PersonEdit.action, PersonEdit.v): edit,
    (PersonLeave.action, PersonLeave.v): leave,
    (PersonReturn.action, PersonReturn.v): come_back,
    (PersonAccess.action, PersonAccess.v): access,
    (PersonErase.action, PersonErase.v): erase,
}
