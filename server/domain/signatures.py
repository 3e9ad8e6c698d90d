"""Signatures: bound to the exact document shown; the signer's name becomes an erasable projection of its own."""

from typing import Final

from schemas.actions.signatures import SignatureCapture
from schemas.errors import ErrorCode
from server.domain.contradictions import note_terms
from server.domain.handovers import capture, count_evidence
from sync.journal import derived_id
from sync.unit import Handlers, Refusal, Unit


def sign(unit: Unit, args: SignatureCapture) -> None:
    """One party's answer. The image and document blobs belong to the handover's evidence."""
    signer_id = derived_id("signer", args.signature_id)
    known = unit.get("signer", signer_id)
    if known is not None and known["handover_id"] != args.handover_id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="signed")
    capture(unit, args)
    if args.party == "customer" and args.terms_id is not None:
        note_terms(unit, unit.need("handover", args.handover_id), args.terms_id)
    unit.link_blobs("handover", args.handover_id)
    count_evidence(unit, args.handover_id)
    signer = unit.private_json(args.signer)
    if isinstance(signer, dict) and signer.get("name"):
        values = {
            "depot_id": unit.need("handover", args.handover_id)["depot_id"],
            "handover_id": args.handover_id,
            "signature_id": args.signature_id,
            "entry_id": unit.body.id,
            "name": str(signer["name"])[:200],
            "phone": str(signer.get("phone") or "")[:40],
        }
        unit.write("signer", signer_id, values, create=True)


HANDLERS: Final[Handlers] = {(SignatureCapture.action, SignatureCapture.v): sign}
