"""Where a completed handover does not fit what is known, its rule decides and the conflict is recorded.

Neighbours: `rules/` decide (pure), `custody.py` writes asset and rental, `handovers.py` calls this. Invariants: what was
captured stays whole on its own handover · what the office has decided, or what has happened since, is never rewritten.
"""

from collections.abc import Mapping
from typing import Any, Final

from schemas import limits
from schemas.actions.handovers import CheckoutComplete
from schemas.conflicts import ConflictRule
from schemas.records.conflicts import ConflictSide
from server.domain import custody, gates
from server.domain.rules import damages as damage_rules
from server.domain.rules.checkouts import second_checkout
from server.domain.rules.gate import names_of
from server.domain.rules.returns import second_return
from server.domain.rules.tasks import changed_while_done
from server.domain.rules.terms import clauses_that_differ, in_force
from server.domain.rules.verdicts import Capture, Verdict, capture_of
from sync import instants
from sync.conflicts import Finding, any_side, contradict, office_side, own_side
from sync.unit import Unit

Record = dict[str, Any]
NOT_ON_RENTAL: Final = "not_on_rental"
"""Why a check-out is a breach, beside the gate's own codes."""


# --- what two captures of one thing are ---------------------------------------------------------------------------------
def completion_of(unit: Unit, handover_id: str) -> str:
    """The entry that completed a handover."""
    stored = unit.store.record(unit.writer.organisation, "handover", handover_id)
    return stored.meta["completed_at"].entry if stored is not None and "completed_at" in stored.meta else ""


def _capture(unit: Unit, handover: Record) -> Capture:
    side = any_side(unit, completion_of(unit, handover["id"]), {})
    return capture_of(handover, side.hlc if side else "")


def _side(unit: Unit, handover: Record) -> ConflictSide | None:
    values: Record = {"acceptance": handover["acceptance"]}
    values |= {f"readings.{meter}": reading["value"] for meter, reading in handover["readings"].items()}
    values |= {"rental_id": handover["rental_id"], "photos": len(handover["photos"]), "damages": len(handover["damages"])}
    return any_side(unit, completion_of(unit, handover["id"]), values, handover["id"])


def _known_conflict(unit: Unit, handovers: tuple[Record, Record], flag: str) -> Record | None:
    """The conflict these two belong to already, when one of them was part of an earlier one."""
    for handover in handovers:
        named = handover["flags"].get(flag, {}).get("conflict")
        if named is not None:
            return unit.get("conflict", named)
    return None


def flag(unit: Unit, handover_id: str, **flags: Any) -> None:
    """Add to a handover's flags; a flag of None is taken away."""
    known = {**unit.need("handover", handover_id)["flags"], **flags}
    unit.write("handover", handover_id, {"flags": {name: value for name, value in known.items() if value is not None}})


# --- checked in twice ---------------------------------------------------------------------------------------------------
def returned_before(unit: Unit, handover: Record, asset: Record) -> Record | None:
    """What counts as the return this check-in is about, when there is one, or the check-out that has happened since."""
    rental = unit.get("rental", handover["rental_id"])
    line = rental["assets"].get(asset["id"], {}) if rental else {}
    if line.get("state") == "returned":
        found = unit.get("handover", line.get("handover_id"))
    elif asset["state"] == "out":
        left = unit.get("handover", asset["baseline"])
        if left is None or left["id"] == handover["id"] or not _is_before(handover["completed_at"], left["completed_at"]):
            return None
        found = unit.get("handover", asset.get("last_return_id")) or left
    else:
        found = unit.get("handover", asset.get("last_return_id"))
    if found is None or found["id"] == handover["id"] or found["state"] != "complete":
        return None
    return None if "found" in found["flags"] or _knew_of(unit, found, handover, asset) else found


def _is_before(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and instants.to_ms(one) < instants.to_ms(other)


def _knew_of(unit: Unit, found: Record, handover: Record, asset: Record) -> bool:
    """Whether whoever checked in knew that the asset was back: then it is found once more, not returned twice."""
    if found["device_id"] == handover["device_id"]:
        return True
    stored = unit.store.record(unit.writer.organisation, "asset", asset["id"])
    version = stored.meta["state"].version if stored is not None and "state" in stored.meta else 0
    seen = unit.body.seen.get(asset["id"], -1) >= version
    return seen and _is_before(found["completed_at"], handover["started_at"])


def settle_returns(unit: Unit, known: Record, new: Record) -> None:
    """Two check-ins of one return: one counts, the other is its supplementary inspection; their damages are joined."""
    asset = unit.need("asset", new["asset_id"])
    conflict = _known_conflict(unit, (known, new), "checked_in_twice")
    moved_on = asset["last_handover_id"] != known["id"] or known["type"] != "check_in"
    decided = moved_on or (conflict is not None and conflict["state"] == "decided")
    verdict = second_return(_capture(unit, known), _capture(unit, new), decided)
    standing, other = (new, known) if verdict.new_stands else (known, new)
    named = _raise_twice(unit, ConflictRule.CHECKED_IN_TWICE, (known, new), standing, verdict, conflict)
    link_supplement(unit, standing["id"], other["id"], named)
    for one in (known, new):
        flag(unit, one["id"], checked_in_twice={"conflict": named}, found=None)
    if verdict.new_stands:
        custody.take_back(unit, unit.need("handover", new["id"]), instead_of=known["id"])
    for known_id in known["damages"]:
        for new_id in new["damages"]:
            join_damages(unit, known_id, new_id)


def link_supplement(unit: Unit, standing: str, other: str, conflict: str) -> None:
    """The one that counts names its supplements, with those the other had before; the other says whose it is."""
    inherited = unit.need("handover", other)["supplements"]
    supplements = {**unit.need("handover", standing)["supplements"], **inherited, other: {"conflict": conflict}}
    supplements.pop(standing, None)
    for one in supplements:
        unit.write("handover", one, {"supplement_of": standing, **({"supplements": {}} if one == other else {})})
    unit.write("handover", standing, {"supplements": supplements, "supplement_of": None})


def _raise_twice(unit: Unit, rule: ConflictRule, both: tuple[Record, Record], standing: Record, verdict: Verdict,
                 conflict: Record | None) -> str:  # fmt: skip
    known, new = both
    sides = [side for side in (_side(unit, known), _side(unit, new)) if side is not None]
    stands = completion_of(unit, standing["id"])
    loser = completion_of(unit, (known if standing["id"] == new["id"] else new)["id"])
    finding = Finding(
        rule, (known["id"], new["id"]), new["depot_id"], ("asset", new["asset_id"]), sides, stands, verdict.is_open,
        verdict.differs, losers=[loser], asset_id=new["asset_id"], rental_id=standing["rental_id"],
    )  # fmt: skip
    return contradict(unit, finding, known_id=conflict["id"] if conflict else None)


# --- checked out twice --------------------------------------------------------------------------------------------------
def left_before(unit: Unit, handover: Record, asset: Record) -> Record | None:
    """The check-out by which the asset is out already, if another."""
    found = unit.get("handover", asset["baseline"]) if asset["state"] == "out" else None
    is_other = found is not None and found["type"] == "check_out" and found["id"] != handover["id"]
    return found if is_other and found is not None and found["state"] == "complete" else None


def settle_checkouts(unit: Unit, known: Record, new: Record) -> None:
    """Two check-outs of one asset: the earlier stands, the later is contested and changes neither asset nor the other."""
    asset = unit.need("asset", new["asset_id"])
    conflict = _known_conflict(unit, (known, new), "checked_out_twice")
    decided = asset["last_handover_id"] != known["id"] or (conflict is not None and conflict["state"] == "decided")
    verdict = second_checkout(_capture(unit, known), _capture(unit, new), known["rental_id"] == new["rental_id"], decided)
    standing, other = (new, known) if verdict.new_stands else (known, new)
    named = _raise_twice(unit, ConflictRule.CHECKED_OUT_TWICE, (known, new), standing, verdict, conflict)
    make_stand(unit, standing["id"], other["id"], named, write=verdict.new_stands)


def make_stand(unit: Unit, standing: str, other: str, conflict: str, *, write: bool) -> None:
    """One of two check-outs stands, the other is contested; `write`: the asset goes over to it."""
    flag(unit, standing, checked_out_twice={"conflict": conflict}, contested=None)
    flag(unit, other, checked_out_twice={"conflict": conflict}, contested={"by": standing, "conflict": conflict})
    contested = unit.need("handover", other)
    if contested["rental_id"] != unit.need("handover", standing)["rental_id"]:
        custody.mark_rental(unit, contested, "contested")
    if write:
        custody.hand_out(unit, unit.need("handover", standing), instead_of=other)


def came_back_since(unit: Unit, handover: Record, asset: Record) -> bool:
    """Whether a check-out comes so late that the asset's return, taken in as found, is here before it: it changes nothing
    any more, and the return is shown what it belongs to."""
    last = unit.get("handover", asset["last_handover_id"])
    is_later = last is not None and last["type"] == "check_in" and _is_before(handover["completed_at"], last["completed_at"])
    if asset["state"] == "out" or last is None or not is_later:
        return False
    custody.mark_rental(unit, {**handover, "id": last["id"], "completed_at": last["completed_at"]}, "returned")
    if "found" in last["flags"]:
        note_found(unit, last, left=handover)
    return True


# --- found, another rental ----------------------------------------------------------------------------------------------
def note_found(unit: Unit, handover: Record, left: Record | None = None) -> None:
    """Taken in though it was not out; `left`: the check-out that explains it, come after all."""
    mine, theirs = _side(unit, handover), _side(unit, left) if left else None
    if mine is None:
        return
    was = {"asset_state": handover["flags"]["found"]["asset_state"]}
    sides = [mine, theirs or office_side(handover["started_at"], was)]
    _note(unit, ConflictRule.FOUND, handover, sides, mine.entry, ["asset_state"])


def note_other_rental(unit: Unit, handover: Record) -> None:
    """The rental it left on counts, not the one that was typed."""
    mismatch, mine = handover["flags"]["rental_mismatch"], _side(unit, handover)
    asset = unit.need("asset", handover["asset_id"])
    if mine is None or mismatch["left_on"] is None:
        return
    mine.values["rental_id"] = mismatch["claimed"]
    left = unit.get("handover", asset["baseline"])
    theirs = (_side(unit, left) if left else None) or office_side(handover["started_at"], {"rental_id": mismatch["left_on"]})
    _note(unit, ConflictRule.OTHER_RENTAL, handover, [theirs, mine], theirs.entry, ["rental_id"])


def _note(unit: Unit, rule: ConflictRule, handover: Record, sides: list[ConflictSide], standing: str | None,
          differs: list[str]) -> None:  # fmt: skip
    finding = Finding(
        rule, (handover["id"],), handover["depot_id"], ("handover", handover["id"]), sides, standing, is_open=False,
        differs=differs, noticed=[completion_of(unit, handover["id"])], asset_id=handover["asset_id"],
        rental_id=handover["rental_id"],
    )  # fmt: skip
    contradict(unit, finding)


# --- breaches -----------------------------------------------------------------------------------------------------------
def note_breaches(unit: Unit, handover: Record, asset: Record, rental: Record | None,
                  args: CheckoutComplete) -> None:  # fmt: skip
    """The keys are gone all the same: recorded, flagged, the office alerted, every reason named with whoever made it so. That the
    asset was taken off the rental meanwhile is one of them: it is out on no rental until the office has settled it."""
    word = gates.on_arrival(unit, handover, asset, rental, args.gate, args.gate_reason)
    named = names_of(word["reasons"])
    claimed = unit.get("rental", handover["flags"].get("rental_mismatch", {}).get("claimed"))
    if claimed is not None and claimed["depot_id"] != handover["depot_id"]:
        claimed = None  # what a device claims of another depot's rental tells nothing of it
    if claimed is None and rental is not None and asset["id"] not in rental["assets"]:
        claimed = rental  # taken off it between the beginning and the end
    if claimed is not None:
        named.append(NOT_ON_RENTAL)
    if not named:
        return
    flag(unit, handover["id"], breach={"reasons": named})
    readings = {f"{meter}_low": reading["value"] for meter, reading in handover["readings"].items()}
    mine = own_side(unit, {name: readings[name] for name in named if name in readings}, handover["id"])
    if args.gate_reason is not None:
        mine.values["gate_reason"] = args.gate_reason
    theirs = _forbade(unit, word, {"asset": asset, "rental": rental, "customer": _customer_of(unit, rental)})
    if claimed is not None:
        mine.values["rental_id"] = claimed["id"]
        off = _who_said(unit, "rental", claimed, "assets", {"rental_id": claimed["id"]})
        theirs += [off] if off is not None else []
    sides = [mine, *theirs[: limits.CONFLICT_SIDES_MAX - 1]]
    finding = Finding(
        ConflictRule.BREACH, (handover["id"],), handover["depot_id"], ("handover", handover["id"]), sides, mine.entry,
        is_open=True, differs=named, losers=[unit.body.id], asset_id=asset["id"], rental_id=handover["rental_id"],
    )  # fmt: skip
    contradict(unit, finding)


def _customer_of(unit: Unit, rental: Record | None) -> Record | None:
    return unit.get("customer", rental["customer_id"] if rental else None)


def _forbade(unit: Unit, word: Record, records: Mapping[str, Record | None]) -> list[ConflictSide]:
    """Whoever wrote what each rule that stopped it reads; a reading too low has nobody."""
    rules = {rule["code"]: rule for rule in gates.rules_of(unit)}
    found: list[ConflictSide | None] = []
    for reason in word["reasons"]:
        if reason["level"] != "stop":
            continue
        kind, field = rules[reason["rule"]]["when"][0]["path"].split(".")
        record = records.get(kind)
        if kind == "damages":
            damages = [unit.get("damage", one) for one in reason["params"]["items"]]
            found += [_who_said(unit, "damage", one, "severity", {"severity": one["severity"]}) for one in damages if one]
        elif record is not None:
            found.append(_who_said(unit, kind, record, field, {field: record.get(field)}))
    return [side for side in found if side is not None][: limits.CONFLICT_SIDES_MAX - 1]


def _who_said(unit: Unit, kind: str, record: Mapping[str, Any], field: str, values: Record) -> ConflictSide | None:
    stored = unit.store.record(unit.writer.organisation, kind, record["id"])
    meta = stored.meta.get(field) if stored is not None else None
    return any_side(unit, meta.entry, values) if meta is not None else None


# --- damages ------------------------------------------------------------------------------------------------------------
def join_parallel(unit: Unit, damage_id: str, handover: Record) -> None:
    """A damage just recorded, against what other devices recorded of the same part in the same handover."""
    for known_id in handover["damages"]:
        join_damages(unit, known_id, damage_id)


def join_damages(unit: Unit, known_id: str, new_id: str) -> None:
    """Two findings of one damage are one: the earlier holds both sets of photos, the later points at it."""
    known, new = (unit.store.record(unit.writer.organisation, "damage", one) for one in (known_id, new_id))
    if known is None or new is None or known.gone or new.gone:
        return
    known_by, new_by = known.meta["severity"], new.meta["severity"]
    handover = known.data["handover_id"]
    had_seen = handover == new.data["handover_id"] and unit.body.seen.get(handover, -1) >= known_by.version
    if not damage_rules.is_parallel(known.data, new.data, known_by.device, new_by.device, had_seen):
        return
    found = [(_recorded_by(unit, one, meta.entry), one) for one, meta in ((known.data, known_by), (new.data, new_by))]
    both = [(side, one) for side, one in found if side is not None]
    if len(both) == 2:
        _cluster(unit, *sorted(both, key=lambda one: (instants.to_ms(one[0].at), one[0].hlc)))


def _cluster(unit: Unit, first: tuple[ConflictSide, Record], second: tuple[ConflictSide, Record]) -> None:
    primary = first[1].get("clustered_with") or first[1]["id"]
    differs = damage_rules.differences(first[1], second[1])
    finding = Finding(
        ConflictRule.DAMAGE_PARALLEL, (first[1]["id"], second[1]["id"]), second[1]["depot_id"], ("damage", primary),
        [first[0], second[0]], first[0].entry, is_open=bool(differs), differs=differs, asset_id=second[1]["asset_id"],
        losers=[str(second[0].entry)] if differs else [], noticed=[] if differs else [str(second[0].entry)],
    )  # fmt: skip
    named = contradict(unit, finding)
    cluster = {**unit.need("damage", primary)["cluster"], second[1]["id"]: {"conflict": named}}
    unit.write("damage", primary, {"cluster": cluster, "photos": second[1]["photos"]})
    unit.write("damage", second[1]["id"], {"clustered_with": primary})


def _recorded_by(unit: Unit, damage: Record, entry: str) -> ConflictSide | None:
    """The side of the entry that recorded a damage."""
    values = {name: damage[name] for name in ("severity", "type", "part", "view", "size_range", "size_mm")}
    return any_side(unit, entry, {**values, "damage_id": damage["id"]}, damage["handover_id"])


# --- tasks --------------------------------------------------------------------------------------------------------------
def note_task_changed(unit: Unit, task: Record, handover: Record | None = None) -> str | None:
    """Done all the same: credited to who did it; the task closes with the reason and whoever had it since is concerned. What the
    office had done with it, if anything."""
    what = changed_while_done(task, unit.body.actor)
    if what is None:
        return None
    handover_id = handover["id"] if handover is not None else None
    changed = task["changed"]
    mine = own_side(unit, {"state": "done"}, handover_id)
    theirs = any_side(unit, changed.get("entry", ""), {name: changed.get(name) for name in ("what", "reason", "to")})
    theirs = theirs or office_side(task["due_at"], {"what": what})
    finding = Finding(
        ConflictRule.TASK_CHANGED, (task["id"], handover_id or unit.body.id), task["depot_id"], ("task", task["id"]),
        [theirs, mine], mine.entry, is_open=False, differs=[what], noticed=[unit.body.id], asset_id=task["asset_id"],
        rental_id=task["rental_id"], concerned=[person for person in (task["assignee_id"], changed.get("from")) if person],
    )  # fmt: skip
    named = contradict(unit, finding)
    unit.write("task", task["id"], {"closed": {"by": unit.body.actor, "what": what, "at": unit.at, "conflict": named}})
    return what


# --- the text signed -------------------------------------------------------------------------------------------------------
def note_terms(unit: Unit, handover: Record, terms_id: str) -> None:
    """What was signed stays what was signed; the office is told which clauses the version in force has otherwise."""
    signed = unit.get("contract_text", terms_id)
    texts = [stored.data for stored in unit.store.records(unit.writer.organisation, "contract_text")]
    present = in_force(texts, handover["type"])
    if signed is None or present is None or present["id"] == signed["id"]:
        return
    differs = clauses_that_differ(signed, present)
    mine = own_side(unit, {"terms_id": signed["id"], "version": signed["version"]}, handover["id"])
    values = {"terms_id": present["id"], "version": present["version"]}
    theirs = _who_said(unit, "contract_text", present, "version", values)
    finding = Finding(
        ConflictRule.TERMS_DIFFER, (unit.body.id, present["id"]), handover["depot_id"], ("handover", handover["id"]),
        [mine, *([theirs] if theirs else [])], mine.entry, is_open=bool(differs), differs=differs, noticed=[unit.body.id],
        asset_id=handover["asset_id"], rental_id=handover["rental_id"],
    )  # fmt: skip
    contradict(unit, finding)
