"""The organisation's policies."""

from typing import Final

from schemas.actions.organisation import OrganisationPlanning, OrganisationPolicy
from schemas.errors import ErrorCode
from sync.unit import Handlers, Refusal, Unit


def set_policy(unit: Unit, args: OrganisationPolicy | OrganisationPlanning) -> None:
    """How the upload gate is kept, or work is planned, from now on; devices learn it with their next exchange."""
    if args.organisation_id != unit.writer.organisation:
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind="organisation", id=args.organisation_id)
    unit.apply_effects(args)


HANDLERS: Final[Handlers] = {
    (OrganisationPolicy.action, OrganisationPolicy.v): set_policy,
    (OrganisationPlanning.action, OrganisationPlanning.v): set_policy,
}
