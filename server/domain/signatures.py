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
    known = unit.get("signer", derived_id("signer", args.signature_id))
    if known is not None and known["handover_id"] != args.handover_id:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="signed")
    capture(unit, args)
    if args.party == "customer" and args.terms_id is not None:
        note_terms(unit, unit.need("handover", args.handover_id), args.terms_id)
    unit.link_blobs("handover", args.handover_id)
    count_evidence(unit, args.handover_id)
    _show_signer(unit, args, known)


def _show_signer(unit: Unit, args: SignatureCapture, known: Mapping[str, Any] | None) -> None:
    """The name and phone as the office sees them. Said again under the same id, the later words stand and every entry that said
    it is remembered for erasing."""
    signer = _of_master_data(unit, args) if args.signer is None else unit.private_json(args.signer)
    named = isinstance(signer, dict) and signer.get("name")
    if known is None and not named:
        return
    before = [] if known is None else _said_by(known)
    values: dict[str, Any] = {"entries": {one: {} for one in (*before, unit.body.id)}}
    if isinstance(signer, dict) and named:
        values |= {
            "depot_id": unit.need("handover", args.handover_id)["depot_id"],
            "handover_id": args.handover_id,
            "signature_id": args.signature_id,
            "entry_id": unit.body.id,
            "name": str(signer["name"])[:200],
            "phone": str(signer.get("phone") or "")[:40],
            "contact_id": (signer.get("contact_id") if args.signer is None else None) or (known and known["contact_id"]),
        }
    unit.write("signer", derived_id("signer", args.signature_id), values, create=True)


def erase_signer(unit: Unit, signer: Mapping[str, Any]) -> None:
    """What identifies who signed: the private bytes of the entries with their salts, the drawn images, the projection."""
    for entry in _said_by(signer):
        unit.erase_private(entry)
    unit.remove("signer", signer["id"])
    count_evidence(unit, signer["handover_id"])


def _said_by(signer: Mapping[str, Any]) -> list[str]:
    """The entries that named this signer. A record from before `entries` were kept knows the first alone."""
    return list(dict.fromkeys([*signer.get("entries", {}), signer["entry_id"]]))


def _of_master_data(unit: Unit, args: SignatureCapture) -> dict[str, Any] | None:
    """The person behind the authority, as the office knows them now; None when it is not one of this customer's.

    What has ended since the customer signed costs no name: the authority says until when it held."""
    authority = None if args.authority_id is None else unit.get("signer_authority", args.authority_id)
    if authority is None or authority["customer_id"] != unit.need("handover", args.handover_id)["customer_id"]:
        return None
    contact = unit.get("contact", authority["contact_id"])
    return None if contact is None else {"name": contact["name"], "phone": contact["phone"], "contact_id": contact["id"]}


HANDLERS: Final[Handlers] = {(SignatureCapture.action, SignatureCapture.v): sign}
