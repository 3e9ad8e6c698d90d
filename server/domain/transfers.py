"""Transfers (移交): custody of an asset passes from one colleague to another, perhaps to another depot, without a customer.

Neighbours: `handovers.py` (what a completion demands), `custody.py` (what it says of the asset), `contradictions.py`.
Invariants: a transfer that was captured is kept whole, whatever has happened meanwhile · one that comes late never moves an asset
that somebody else has taken over since, nor one that is out with a customer · what is known of the asset goes where it goes.
"""

from typing import Any, Final

from schemas.actions.transfers import TransferComplete, TransferStart
from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from server.domain import contradictions, custody
from server.domain.handovers import count_evidence, finish
from sync import instants
from sync.conflicts import Finding, any_side, contradict, office_side
from sync.unit import Handlers, Refusal, Unit

Record = dict[str, Any]
_KEEPS: Final = frozenset({"retired", "out"})
"""States in which an asset goes nowhere by a transfer."""
_FAULT_OVER: Final = frozenset({"done", "rejected", "duplicate"})


def start(unit: Unit, args: TransferStart) -> None:
    """Begin: to a depot and a colleague of this organisation, and never to oneself."""
    unit.need("asset", args.asset_id)
    unit.need("depot", args.to_depot_id)
    unit.need("person", args.receiver_id)
    if unit.get("handover", args.transfer_id) is not None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="started")
    if args.receiver_id == unit.body.actor:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="receiver")
    unit.apply_effects(args)


def complete(unit: Unit, args: TransferComplete) -> None:
    """The receiver has it: so the records say, unless something later or a customer says otherwise; then the office is told."""
    handover = unit.need("handover", args.handover_id)
    asset = unit.need("asset", handover["asset_id"])
    unit.link_blobs("handover", args.handover_id)
    count_evidence(unit, args.handover_id)
    blobs = unit.store.linked_blobs(unit.writer.organisation, "handover", args.handover_id)
    if not any((blob.sha256, blob.role) == (args.image_sha256, "signature") for blob in blobs):
        raise Refusal(ErrorCode.HANDOVER_INCOMPLETE, missing=["signature:receiver"])
    handover = finish(unit, args, "transfer")
    last = unit.get("handover", asset["last_handover_id"])
    goes = asset["state"] not in _KEEPS and not _is_later(last, handover)
    goes = goes and not unit.need("depot", handover["to_depot_id"]).get("closed")
    if not goes or asset["depot_id"] != handover["from_depot_id"]:
        _cross(unit, handover, asset, last, goes=goes)
    if goes:
        hand_on(unit, unit.need("handover", args.handover_id))


def hand_on(unit: Unit, handover: Record) -> None:
    """The asset is the receiver's, at the depot it was transferred to, with its open damages and faults and this handover."""
    asset, to = unit.need("asset", handover["asset_id"]), handover["to_depot_id"]
    values = {"depot_id": to, "custodian_id": handover["receiver_id"], **custody.asset_facts(unit, handover)}
    if handover["acceptance"] == "severe_damage":
        values["state"] = "blocked"
    if to == asset["depot_id"]:
        unit.follow("asset", asset["id"], values)
        return
    unit.follow("asset", asset["id"], {**values, "bay": ""})
    unit.write("handover", handover["id"], {"depot_id": to})
    for damage_id in unit.need("asset", asset["id"])["open_damages"]:
        if unit.get("damage", damage_id) is not None:
            unit.write("damage", damage_id, {"depot_id": to})
    for kind, record_id in unit.naming(asset["id"]):
        if kind == "fault" and unit.need("fault", record_id)["state"] not in _FAULT_OVER:
            _move_fault(unit, record_id, to)


def _move_fault(unit: Unit, fault_id: str, to: str) -> None:
    unit.write("fault", fault_id, {"depot_id": to})
    if unit.get("fault_words", fault_id) is not None:
        unit.write("fault_words", fault_id, {"depot_id": to})


def _is_later(last: Record | None, handover: Record) -> bool:
    """Whether the asset's last handover was captured after this one."""
    at = last["completed_at"] if last is not None and last["id"] != handover["id"] else None
    return at is not None and instants.to_ms(at) > instants.to_ms(handover["completed_at"])


def _cross(unit: Unit, handover: Record, asset: Record, last: Record | None, *, goes: bool) -> None:
    """It was not where the giver's device believed. Where the transfer counts all the same, whoever is concerned is only told."""
    ours = {"depot_id": handover["to_depot_id"], "custodian_id": handover["receiver_id"]}
    mine = any_side(unit, unit.body.id, ours, handover["id"])
    stood = {"asset_state": asset["state"], "depot_id": asset["depot_id"]}
    said = contradictions.completion_of(unit, last["id"]) if last is not None else ""
    theirs = any_side(unit, said, stood, last["id"]) if last is not None and said else None
    theirs = theirs or office_side(handover["started_at"], stood)
    sides = [theirs, *([mine] if mine is not None else [])]
    finding = Finding(
        ConflictRule.TRANSFER_CROSSED, (handover["id"],), asset["depot_id"], ("handover", handover["id"]), sides,
        unit.body.id if goes else theirs.entry, is_open=not goes, differs=["depot_id"],
        losers=[] if goes else [unit.body.id], noticed=[unit.body.id] if goes else [], asset_id=asset["id"],
        concerned=[handover["receiver_id"]],
    )  # fmt: skip
    contradictions.flag(unit, handover["id"], crossed={"conflict": contradict(unit, finding)})


HANDLERS: Final[Handlers] = {
    (TransferStart.action, TransferStart.v): start,
    (TransferComplete.action, TransferComplete.v): complete,
}
