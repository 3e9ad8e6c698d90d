"""Signatures: strokes and name travel as private parts, the image and the signed document as blobs."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas import limits
from schemas.actions.base import Action, PrivateIndex, Text
from schemas.effects import Effect
from schemas.ids import Sha256, Uuid


class SignatureCapture(Action):
    """One party's answer to a handover's document.

    `document_sha256` is the hash of the exact document shown (a blob of role `document`); `image_sha256` of the drawn
    image (role `signature`), absent when nothing was drawn (`absent`, `keys_dropped`, `refused`). `terms_id` is the
    contract text the document holds. `authority_id`: the signer out of master data (a `signer_authority` of the customer),
    instead of `signer`. `signer` and `strokes` are indexes into the entry's private parts: {"name", "phone"} and
    {"strokes": [[[x, y, t_ms] …] …]} with x in 0..1000 and y in thousandths of the same width.
    """

    action: ClassVar[str] = "signature.capture"
    subject: ClassVar[tuple[str, str] | None] = ("handover", "handover_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "handover",
            "$handover_id",
            {
                "signatures": {
                    "$signature_id": {
                        "party": "$party",
                        "decision": "$decision",
                        "reservations": "$reservations",
                        "note": "$note",
                        "role": "$role",
                        "authority": "$authority",
                        "authority_id": "$authority_id",
                        "language": "$language",
                        "document_sha256": "$document_sha256",
                        "image_sha256": "$image_sha256",
                        "terms_id": "$terms_id",
                        "at": "@at",
                        "entry": "@id",
                        "actor_id": "@actor",
                    }
                }
            },
        ),
    )

    handover_id: Uuid
    signature_id: Uuid
    party: Literal["customer", "staff"]
    decision: Literal["agree", "reservation", "refused", "absent", "keys_dropped"]
    reservations: list[Uuid] = Field(default_factory=list, max_length=limits.HANDOVER_DAMAGES_MAX)
    note: Text = ""
    role: Literal["owner", "driver", "site_manager", "other", "staff"]
    authority: Literal["self", "entrusted", "unknown"] = "unknown"
    authority_id: Uuid | None = None
    language: Literal["zh", "en"]
    document_sha256: Sha256
    image_sha256: Sha256 | None = None
    terms_id: Uuid | None = None
    signer: PrivateIndex | None = None
    strokes: PrivateIndex | None = None
