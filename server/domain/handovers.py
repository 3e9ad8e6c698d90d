"""Handovers: what a check-out (交付) and a check-in (归还) do to asset, rental and task.

The declared effects of each action are written first; then the rules that only the server may decide.
"""

from typing import Any, Final

from schemas import limits
from schemas.actions import Action
from schemas.actions.damages import DamageRecord, DamageRetract
from schemas.actions.handovers import (
    AccessoryReport,
    CheckoutComplete,
    HandoverAbandon,
    HandoverStart,
    PhotoAdd,
    PhotoRetract,
    PhotoWaive,
    ReadingRecord,
    ReturnComplete,
)
from schemas.actions.signatures import SignatureCapture
from schemas.actions.transfers import TransferComplete
from schemas.errors import ErrorCode
from server.domain import contradictions, custody
from server.domain.packs import demanded
from sync import instants
from sync.evidence import evidence
from sync.unit import Handlers, Refusal, Unit

Captured = (
    PhotoAdd | PhotoRetract | PhotoWaive | ReadingRecord | AccessoryReport | DamageRecord | DamageRetract | SignatureCapture
)
"""Actions that add to an open handover."""
Completion = CheckoutComplete | ReturnComplete | TransferComplete
_SIGN: Final[dict[str, tuple[str, ...]]] = {"transfer": ()}
"""Who has signed before it is complete, where that is not customer and staff: what completes a transfer is its signature."""


def start(unit: Unit, args: HandoverStart) -> None:
    """Begin. A task or rental that is not this asset's is left out and the difference flagged: what the device believed
    never reaches into another's records. A check-in belongs to the rental the asset left on."""
    asset = unit.need("asset", args.asset_id)
    if unit.get("handover", args.handover_id) is not None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="started")
    flags: dict[str, Any] = {}
    task = unit.get("task", args.task_id)
    if task is not None and task["asset_id"] != args.asset_id:
        flags["task_mismatch"] = {"claimed": args.task_id}
        args = args.model_copy(update={"task_id": None})
    left_on = asset["rental_id"] if args.type == "check_in" and not _before_it_left(unit, asset) else None
    if left_on is not None and left_on != args.rental_id:
        flags["rental_mismatch"] = {"claimed": args.rental_id, "left_on": left_on}
    elif args.rental_id is not None and not _rents(unit.get("rental", args.rental_id), asset):
        flags["rental_mismatch"] = {"claimed": args.rental_id, "left_on": None}
    unit.apply_effects(args.model_copy(update={"rental_id": None}) if "rental_mismatch" in flags else args)
    if left_on is not None and "rental_mismatch" in flags:
        unit.write("handover", args.handover_id, {"rental_id": left_on, "customer_id": asset["holder_id"]})
    if args.type == "check_in" and asset["state"] != "out":
        flags["found"] = {"asset_state": asset["state"]}
    if flags:
        unit.write("handover", args.handover_id, {"flags": flags})


def _before_it_left(unit: Unit, asset: dict[str, Any]) -> bool:
    """Whether this was captured before the check-out by which the asset is out now: it is about an earlier rental."""
    left = unit.get("handover", asset["baseline"]) if asset["state"] == "out" else None
    at = left["completed_at"] if left is not None else None
    return at is not None and instants.to_ms(unit.at) < instants.to_ms(at)


def _rents(rental: dict[str, Any] | None, asset: dict[str, Any]) -> bool:
    """Whether a rental is about this asset, at its depot."""
    return rental is not None and asset["id"] in rental["assets"] and rental["depot_id"] == asset["depot_id"]


def abandon(unit: Unit, args: HandoverAbandon) -> None:
    """Give up an open handover; what was captured stays in the journal."""
    _open_handover(unit, args.handover_id)
    unit.apply_effects(args)


def capture(unit: Unit, args: Captured) -> None:
    """Anything captured while the handover is open: its declared effect is its meaning."""
    _open_handover(unit, args.handover_id)
    unit.apply_effects(args)


def add_photo(unit: Unit, args: PhotoAdd) -> None:
    """One photo: the handover answers for its bytes and counts them."""
    if not unit.body.blobs:
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind="blob")
    if len(unit.need("handover", args.handover_id)["photos"]) >= limits.HANDOVER_PHOTOS_MAX:
        raise Refusal(ErrorCode.STATE_ILLEGAL, photos_max=limits.HANDOVER_PHOTOS_MAX)
    damage_id = _damage_of_asset(unit, args)
    capture(unit, args.model_copy(update={"damage_id": damage_id}))
    _show_in_cluster(unit, args, damage_id)
    unit.link_blobs("handover", args.handover_id)
    if damage_id is not None:
        unit.link_blobs("damage", damage_id)
    count_evidence(unit, args.handover_id)


def _show_in_cluster(unit: Unit, args: PhotoAdd, damage_id: str | None) -> None:
    """A photo of a damage that is one with an earlier one belongs to that one's set, too."""
    damage = unit.get("damage", damage_id)
    if damage is not None and damage.get("clustered_with"):
        unit.write("damage", damage["clustered_with"], {"photos": {args.photo_id: damage["photos"][args.photo_id]}})
        unit.link_blobs("damage", damage["clustered_with"])


def retract_photo(unit: Unit, args: PhotoRetract) -> None:
    """The photo leaves the handover's set, and that of the damage it showed."""
    capture(unit, args.model_copy(update={"damage_id": _damage_of_asset(unit, args)}))


def _damage_of_asset(unit: Unit, args: PhotoAdd | PhotoRetract) -> str | None:
    """The damage a photo shows, if it is one of the handover's own asset: no entry reaches into another's."""
    damage = unit.get("damage", args.damage_id)
    handover = unit.need("handover", args.handover_id)
    return args.damage_id if damage is not None and damage["asset_id"] == handover["asset_id"] else None


def complete_checkout(unit: Unit, args: CheckoutComplete) -> None:
    """The asset has left: it is out on the rental, unless it had left before or is back already. What forbids it by now is
    named, and changes nothing of the fact."""
    task = _task_of(unit, args.handover_id)
    asset = unit.need("asset", unit.need("handover", args.handover_id)["asset_id"])
    handover = finish(unit, args, "check_out")
    contradictions.note_breaches(unit, handover, asset, unit.get("rental", handover["rental_id"]), args)
    known = contradictions.left_before(unit, handover, asset)
    if known is not None:
        contradictions.settle_checkouts(unit, known, handover)
    elif not contradictions.came_back_since(unit, handover, asset):
        custody.hand_out(unit, handover)
    if task is not None:
        contradictions.note_task_changed(unit, task, handover)


def complete_return(unit: Unit, args: ReturnComplete) -> None:
    """The asset is back, unless it was before: then this one is a supplementary inspection, or the one that counts."""
    task = _task_of(unit, args.handover_id)
    asset = unit.need("asset", unit.need("handover", args.handover_id)["asset_id"])
    handover = finish(unit, args, "check_in")
    known = contradictions.returned_before(unit, handover, asset)
    if known is not None:
        contradictions.settle_returns(unit, known, handover)
    else:
        if "found" in handover["flags"] and asset["state"] == "out":
            contradictions.flag(unit, handover["id"], found=None)  # its check-out has come since
        elif "found" in handover["flags"]:
            contradictions.note_found(unit, handover)
        if "rental_mismatch" in handover["flags"]:
            contradictions.note_other_rental(unit, handover)
        custody.take_back(unit, handover)
    if task is not None:
        contradictions.note_task_changed(unit, task, handover)


def _task_of(unit: Unit, handover_id: str) -> dict[str, Any] | None:
    """The task a handover is done for, as it stands before its completion closes it."""
    return unit.get("task", unit.need("handover", handover_id)["task_id"])


def count_evidence(unit: Unit, handover_id: str) -> None:
    """Declared, received and rejected blobs of a handover."""
    blobs = unit.store.linked_blobs(unit.writer.organisation, "handover", handover_id)
    unit.write("handover", handover_id, {"evidence": evidence(blobs)})


def _open_handover(unit: Unit, handover_id: str) -> dict[str, Any]:
    handover = unit.need("handover", handover_id)
    if handover["state"] != "started":
        raise Refusal(ErrorCode.HANDOVER_CLOSED, state=handover["state"])
    return handover


def finish(unit: Unit, args: Completion, type_: str) -> dict[str, Any]:
    """What all completions share: nothing required is missing, and the record names the entries it is made of."""
    handover = _open_handover(unit, args.handover_id)
    if handover["type"] != type_:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=handover["type"])
    missing = _missing(unit, handover, args.document_sha256, args.pack_v)
    if missing:
        raise Refusal(ErrorCode.HANDOVER_INCOMPLETE, missing=missing)
    unit.apply_effects(args, leave=("asset",))  # whose asset it is now, the rules say
    entries = [unit.store.entry_by_id(unit.writer.organisation, entry_id) for entry_id in _made_of(handover, args)]
    seqs = [entry.seq for entry in entries if entry and (entry.device, entry.epoch) == (unit.device.id, unit.entry.epoch)]
    proof = {
        "device_id": unit.device.id,
        "epoch": unit.entry.epoch,
        "first_seq": min([*seqs, unit.entry.seq]),
        "last_seq": unit.entry.seq,
        "entries": sum(entry is not None for entry in entries) + 1,
    }
    unit.write("handover", args.handover_id, {"proof": proof, "completed_at": unit.at})
    return unit.need("handover", args.handover_id)


def _made_of(handover: dict[str, Any], args: Completion) -> set[str]:
    """Ids of the entries a handover is made of: those the device names and those its record points at."""
    seen = {item["entry"] for name in ("photos", "readings", "signatures") for item in handover[name].values()}
    return seen | set(args.entries)


def _missing(unit: Unit, handover: dict[str, Any], document: str, known: int | None) -> list[str]:
    """Required slots neither photographed nor waived, required meters, the document, and the signatures under it."""
    asset = unit.need("asset", handover["asset_id"])
    pack = custody.pack_of(unit, asset)
    if not pack:
        return ["pack"]
    slots = {photo["slot"] for photo in handover["photos"].values()} | set(handover["waived"])
    there = {f"slot:{slot}" for slot in slots} | {f"meter:{meter}" for meter in handover["readings"]}
    missing = [key for key in demanded(pack, known) if key not in there]
    parties = {one["party"] for one in handover["signatures"].values() if one["document_sha256"] == document}
    unsigned = [f"signature:{party}" for party in _SIGN.get(handover["type"], ("customer", "staff")) if party not in parties]
    blobs = unit.store.linked_blobs(unit.writer.organisation, "handover", handover["id"])
    declared = any(blob.sha256 == document and blob.role == "document" for blob in blobs)
    return missing + (unsigned or ([] if declared else ["document"]))


def _plain(model: type[Action]) -> tuple[str, int]:
    return (model.action, model.v)


HANDLERS: Final[Handlers] = {
    _plain(HandoverStart): start,
    _plain(HandoverAbandon): abandon,
    _plain(PhotoAdd): add_photo,
    _plain(PhotoRetract): retract_photo,
    _plain(PhotoWaive): capture,
    _plain(ReadingRecord): capture,
    _plain(AccessoryReport): capture,
    _plain(CheckoutComplete): complete_checkout,
    _plain(ReturnComplete): complete_return,
}
