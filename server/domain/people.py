"""People: erasing what identifies a signer, with every chain still verifiable."""

from dataclasses import replace
from typing import Final

from schemas.actions.people import PersonErase
from server.domain.handovers import count_evidence
from sync.unit import Handlers, Unit


def erase(unit: Unit, args: PersonErase) -> None:
    """Drop private bytes and salts, the drawn image and the projection. Bodies hold only hashes: they stay as they are.

    The bytes of erased blobs are removed from the disk by the blob store, which asks for state `erased`.
    """
    signer = unit.need("signer", args.signer_id)
    organisation = unit.writer.organisation
    unit.store.drop_private(organisation, signer["entry_id"])
    for blob in unit.store.declared_blobs(organisation, signer["entry_id"]):
        if blob.role == "signature":
            unit.store.put_blob(organisation, replace(blob, state="erased", code=None))
    unit.remove("signer", args.signer_id)
    count_evidence(unit, signer["handover_id"])


HANDLERS: Final[Handlers] = {(PersonErase.action, PersonErase.v): erase}
