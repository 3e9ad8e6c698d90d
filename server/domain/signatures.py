"""Signatures: bound to the exact document shown; the signer's name becomes an erasable projection of its own."""

from collections.abc import Mapping
from typing import Any, Final

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
    signer = _of_master_data(unit, args) if args.signer is None else unit.private_json(args.signer)
    if isinstance(signer, dict) and signer.get("name"):
        values = {
            "depot_id": unit.need("handover", args.handover_id)["depot_id"],
            "handover_id": args.handover_id,
            "signature_id": args.signature_id,
            "entry_id": unit.body.id,
            "name": str(signer["name"])[:200],
            "phone": str(signer.get("phone") or "")[:40],
            "contact_id": signer.get("contact_id") if args.signer is None else None,
        }
        unit.write("signer", signer_id, values, create=True)


def erase_signer(unit: Unit, signer: Mapping[str, Any]) -> None:
    """What identifies who signed: the private bytes of the entry with their salts, the drawn image, the projection."""
    unit.erase_private(signer["entry_id"])
    unit.remove("signer", signer["id"])
    count_evidence(unit, signer["handover_id"])


def _of_master_data(unit: Unit, args: SignatureCapture) -> dict[str, Any] | None:
    """The person behind the authority, as the office knows them now; None when it is not one of this customer's.

    What has ended since the customer signed costs no name: the authority says until when it held."""
    authority = None if args.authority_id is None else unit.get("signer_authority", args.authority_id)
    if authority is None or authority["customer_id"] != unit.need("handover", args.handover_id)["customer_id"]:
        return None
    contact = unit.get("contact", authority["contact_id"])
    return None if contact is None else {"name": contact["name"], "phone": contact["phone"], "contact_id": contact["id"]}


HANDLERS: Final[Handlers] = {(SignatureCapture.action, SignatureCapture.v): sign}
