"""People: erasing what identifies a signer, with every chain still verifiable."""

from typing import Final

from schemas.actions.people import PersonErase
from server.domain.handovers import count_evidence
from sync.unit import Handlers, Unit


def erase(unit: Unit, args: PersonErase) -> None:
    """Drop private bytes and salts, the drawn image and the projection. Bodies hold only hashes: they stay as they are."""
    signer = unit.need("signer", args.signer_id)
    unit.erase_private(signer["entry_id"])
    unit.remove("signer", args.signer_id)
    count_evidence(unit, signer["handover_id"])


HANDLERS: Final[Handlers] = {(PersonErase.action, PersonErase.v): erase}
