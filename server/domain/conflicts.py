"""Conflicts decided by a person of the office, and refused entries ratified or rejected by a manager.

Neighbours: `server/domain/rules` find the contradictions, `decisions.py` carries a decision out, `sync/conflicts.py` records
it. Invariants: the first decision
stands, whoever comes second is told who decided and what · a decision adds to history and removes no side.
"""

from typing import Any, Final

from schemas.actions.conflicts import ConflictDecide, EntryRatify, EntryReject
from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from server.domain.decisions import DECIDE, Chosen
from server.domain.rules.decisions import decided_before
from sync.conflicts import RIGHTS, body_of, revoked_id
from sync.judge import outcome_id
from sync.store import JournalEntry
from sync.unit import Handlers, Refusal, Unit


def decide(unit: Unit, args: ConflictDecide) -> None:
    """The first decision takes effect; a second one is kept without effect and its author told who decided and what."""
    conflict = unit.need("conflict", args.conflict_id)
    if conflict["rule"] == ConflictRule.RIGHT_REVOKED:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="ratify_or_reject")
    side = _chosen(conflict, args)
    values = {"choice": args.choice, "chosen": args.side if args.choice == "side" else None, "value": args.value,
              "reason": args.reason}  # fmt: skip
    if decided_before(unit, "conflict", conflict, values):
        return
    _demand_seen(unit, args.conflict_id)
    decide_one = DECIDE.get(ConflictRule(conflict["rule"]))
    if decide_one is not None:
        decide_one(unit, conflict, side, args)
    standing = args.side if side is not None else conflict["standing"]
    done = {"state": "decided", "decided_by": unit.body.actor, "decided_at": unit.at, "standing": standing}
    unit.write("conflict", args.conflict_id, {**values, **done})


def _demand_seen(unit: Unit, conflict_id: str) -> None:
    """Refusal(CONFLICT_GREW) for a decision over fewer sides than there are: one that came between would shift them, and nobody
    has looked at it. A body that says nothing of what was seen is as old as that rule, and is taken at its word."""
    stored = unit.store.record(unit.writer.organisation, "conflict", conflict_id)
    seen = unit.stamp(conflict_id).seen
    if stored is not None and 0 <= seen < stored.meta["sides"].version:
        raise Refusal(ErrorCode.CONFLICT_GREW, sides=len(stored.data["sides"]))


def _chosen(conflict: dict[str, Any], args: ConflictDecide) -> Chosen:
    if args.choice != "side":
        return None
    if args.side is None or args.side >= len(conflict["sides"]):
        raise Refusal(ErrorCode.STATE_ILLEGAL, sides=len(conflict["sides"]))
    side: dict[str, Any] = conflict["sides"][args.side]
    return side


# --- refused for want of a right ----------------------------------------------------------------------------------------------
def ratify(unit: Unit, args: EntryRatify) -> None:
    """The refused entry, or one that waits for another, is judged anew, the ratifier's right standing in for the actor's."""
    entry = _known(unit, args.entry_id)
    if (entry.state, entry.code) != ("parked", ErrorCode.ENTRY_WAITS):
        entry = _refused(unit, args.entry_id)
        _settle_side(unit, entry, "ratified", args.reason)
    unit.ratify.append(args.entry_id)


def reject(unit: Unit, args: EntryReject) -> None:
    """The refused entry stays refused: somebody has looked, and says why; its author is told."""
    entry = _refused(unit, args.entry_id)
    if "rejected" in entry.detail:
        said = entry.detail["rejected"]
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="rejected", by=said["by"], at=said["at"])
    _settle_side(unit, entry, "rejected", args.reason)
    entry.detail = {**entry.detail, "rejected": {"by": unit.body.actor, "at": unit.at, "reason": args.reason}}
    unit.store.save_judgement(entry)
    unit.write("outcome", outcome_id(entry), {"detail": entry.detail})


def _known(unit: Unit, entry_id: str) -> JournalEntry:
    entry = unit.store.entry_by_id(unit.writer.organisation, entry_id)
    if entry is None:
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind="entry", id=entry_id)
    return entry


def _refused(unit: Unit, entry_id: str) -> JournalEntry:
    entry = _known(unit, entry_id)
    if entry.state != "refused" or entry.code not in RIGHTS:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=entry.state)
    return entry


def _settle_side(unit: Unit, entry: JournalEntry, verdict: str, reason: str) -> None:
    """The conflict's list of refused entries says what became of this one; it is decided when none is left."""
    record_id = revoked_id(unit.writer.organisation, entry, body_of(entry))
    conflict = unit.get("conflict", record_id)
    if conflict is None:
        return
    sides = [dict(side) for side in conflict["sides"]]
    left = 0
    for side in sides:
        entries = dict(side["values"].get("entries", {}))
        if entry.entry_id in entries:
            entries[entry.entry_id] = {**entries[entry.entry_id], "state": verdict}
            side["values"] = {**side["values"], "entries": entries}
        left += sum(one["state"] == "refused" for one in entries.values())
    values: dict[str, Any] = {"sides": sides}
    if not left:
        mine = next((index for index, side in enumerate(sides) if "entries" in side["values"]), None)
        values |= {"state": "decided", "decided_by": unit.body.actor, "decided_at": unit.at, "choice": "side",
                   "chosen": mine if verdict == "ratified" else conflict["standing"], "reason": reason}  # fmt: skip
    unit.write("conflict", record_id, values)


HANDLERS: Final[Handlers] = {
    (ConflictDecide.action, ConflictDecide.v): decide,
    (EntryRatify.action, EntryRatify.v): ratify,
    (EntryReject.action, EntryReject.v): reject,
}
