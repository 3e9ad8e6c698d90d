"""Handovers: what was captured when a thing changed hands, and the damages that stay with the thing."""

from typing import Annotated, Any, ClassVar, Literal

from schemas.ids import Uuid
from schemas.merge import IMMUTABLE, LAST_WRITER, REVIEW, SERVER, UNION
from schemas.records.base import Audience, Placement, Record

RentedType = Literal["check_out", "check_in"]
"""What a customer takes part in."""
HandoverType = Literal["check_out", "check_in", "transfer"]
HandoverState = Literal["started", "complete", "abandoned"]
AcceptanceState = Literal["intact", "minor_damage", "severe_damage"]
SizeRange = Literal["under_5_cm", "5_to_10_cm", "10_to_30_cm", "over_30_cm"]
Severity = Literal["minor_damage", "severe_damage"]


class Handover(Record):
    """One check-out, check-in or transfer (移交: from colleague to colleague, perhaps to another depot) of one asset.

    Maps are keyed by the id of what they hold: `photos[photo_id] = {slot, sha256, size, type, how, source, width, height,
    at, entry, damage_id?, position?, file_time?}`; `waived[slot] = {reason, at}`; `readings[meter] = {value, photo_id?, at}`;
    `damages[damage_id] = {}`; `accessories[accessory] = {state, note?}`; `signatures[signature_id] = {party, decision,
    reservations, role, authority, language, document_sha256, image_sha256, at, signer_id?}`.
    `evidence` is the server's count of declared blobs: {declared, received, rejected}. `proof` names the journal range:
    {device_id, epoch, first_seq, last_seq, entries}. A second check-in of the same return is a `supplement_of` the one that
    counts, which names its `supplements`; `flags` hold what is odd (`found`, `rental_mismatch`, `task_mismatch`, `contested`,
    `breach`, `crossed`), each with the conflict it belongs to. Of a transfer, whose actor gives, `receiver_id` takes, at
    `to_depot_id`; once complete it lies where the asset went, and `from_depot_id` says from where. `gate` is what the gate said
    of a check-out: {start?, device?, server}, each {verdict, reasons}; the server's word at arrival counts. `gate.reason`: why it
    left though the device said stop.
    `voices`, here and of damages, faults and tasks: voice notes, {sha256: {entry, by, at, seconds}}; no part of what is signed.
    """

    kind: ClassVar[str] = "handover"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    type: Annotated[HandoverType, IMMUTABLE]
    asset_id: Annotated[Uuid, IMMUTABLE]
    rental_id: Annotated[Uuid | None, IMMUTABLE] = None
    customer_id: Annotated[Uuid | None, SERVER] = None
    depot_id: Annotated[Uuid, SERVER]
    task_id: Annotated[Uuid | None, IMMUTABLE] = None
    baseline_id: Annotated[Uuid | None, IMMUTABLE] = None
    state: Annotated[HandoverState, SERVER] = "started"
    actor_id: Annotated[Uuid, IMMUTABLE]
    device_id: Annotated[Uuid, SERVER]
    started_at: Annotated[str, IMMUTABLE]
    completed_at: Annotated[str | None, IMMUTABLE] = None
    zone: Annotated[str, IMMUTABLE] = "Asia/Shanghai"
    from_depot_id: Annotated[Uuid | None, SERVER] = None
    to_depot_id: Annotated[Uuid | None, IMMUTABLE] = None
    receiver_id: Annotated[Uuid | None, IMMUTABLE] = None
    acceptance: Annotated[AcceptanceState | None, REVIEW] = None
    photos: Annotated[dict[Uuid, Any], UNION] = {}
    waived: Annotated[dict[str, Any], UNION] = {}
    readings: Annotated[dict[str, Any], UNION] = {}
    damages: Annotated[dict[Uuid, Any], UNION] = {}
    accessories: Annotated[dict[str, Any], UNION] = {}
    signatures: Annotated[dict[Uuid, Any], UNION] = {}
    flags: Annotated[dict[str, Any], SERVER] = {}
    gate: Annotated[dict[str, Any], SERVER] = {}
    evidence: Annotated[dict[str, int], SERVER] = {"declared": 0, "received": 0, "rejected": 0}
    supplement_of: Annotated[Uuid | None, SERVER] = None
    supplements: Annotated[dict[Uuid, Any], SERVER] = {}
    proof: Annotated[dict[str, Any], SERVER] = {}
    note: Annotated[str, LAST_WRITER] = ""
    voices: Annotated[dict[str, Any], UNION] = {}


class Damage(Record):
    """A finding on a part of an asset, carried forward until repaired. Pin in thousandths of the diagram's view; `diagram` is the
    drawing it was pinned on, whatever the pack has since (None: not said, the pack's).

    Recorded in parallel with another on the same part, it is `clustered_with` the earlier one, which names its `cluster` and
    holds both sets of photos.
    """

    kind: ClassVar[str] = "damage"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    asset_id: Annotated[Uuid, IMMUTABLE]
    depot_id: Annotated[Uuid, SERVER]
    handover_id: Annotated[Uuid, IMMUTABLE]
    diagram: Annotated[str | None, IMMUTABLE] = None
    view: Annotated[str, IMMUTABLE]
    part: Annotated[str, IMMUTABLE]
    x: Annotated[int, IMMUTABLE]
    y: Annotated[int, IMMUTABLE]
    type: Annotated[str, IMMUTABLE]
    severity: Annotated[Severity, REVIEW]
    size_mm: Annotated[int | None, LAST_WRITER] = None
    size_range: Annotated[SizeRange | None, LAST_WRITER] = None
    photos: Annotated[dict[str, Any], UNION] = {}
    voices: Annotated[dict[str, Any], UNION] = {}
    clustered_with: Annotated[Uuid | None, SERVER] = None
    cluster: Annotated[dict[Uuid, Any], SERVER] = {}
    state: Annotated[Literal["open", "repaired", "retracted"], SERVER] = "open"
    found_at: Annotated[str, IMMUTABLE]
    found_by: Annotated[Uuid, IMMUTABLE]


class Signer(Record):
    """Who signed: a projection of an entry's private part, or of the contact picked out of master data (`contact_id`);
    dropped when the person is erased. A signature said again shows the later words (`entry_id`: whose), and no conflict keeps the
    earlier ones. `entries`: all that said it, whose private parts go with the person."""

    kind: ClassVar[str] = "signer"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    handover_id: Annotated[Uuid, IMMUTABLE]
    signature_id: Annotated[Uuid, IMMUTABLE]
    entry_id: Annotated[Uuid, SERVER]
    entries: Annotated[dict[Uuid, Any], SERVER] = {}
    contact_id: Annotated[Uuid | None, SERVER] = None
    name: Annotated[str, SERVER]
    phone: Annotated[str, SERVER] = ""
