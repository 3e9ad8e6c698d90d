"""What the office agreed without knowing of each other: one asset promised to two rentals over overlapping times, found at every
step that promises one; an approval that somebody undid who had not seen it.

Neighbours: `rentals.py` calls this, `rules/rentals.py` says what overlaps. Invariants: both promises stand until a person
decides · whoever knew of the other says why, or is refused · the office reads who has it and when, and so does whoever
promised it first · whoever approved is told what became of it.
"""

from typing import Any, Final

from schemas.conflicts import ConflictRule
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.states import RENTAL
from server.domain import planning
from server.domain.rules.rentals import promised_twice
from sync import instants
from sync.conflicts import Finding, any_side, contradict, office_side, own_side
from sync.journal import derived_id
from sync.unit import Refusal, Unit

Record = dict[str, Any]
SHOWN_MAX: Final = 20
"""Other rentals a refusal names."""


def promised_elsewhere(unit: Unit, rental: Record) -> list[tuple[Record, list[str]]]:
    """The agreed rentals that have assets of this one at its time, by number, with those assets."""
    others: set[str] = set()
    for asset_id in rental["assets"]:
        others |= {one for kind, one in unit.store.naming(unit.writer.organisation, asset_id) if kind == "rental"}
    found = (unit.get("rental", one) for one in sorted(others - {rental["id"]}))
    both = [(other, promised_twice(rental, other)) for other in found if other is not None]
    return sorted(((other, assets) for other, assets in both if assets), key=lambda pair: str(pair[0]["number"]))


def demand_reason(unit: Unit, step: str, found: list[tuple[Record, list[str]]], reason: str) -> None:
    """Refusal for somebody who knew that an asset is promised and does not say why he promises it once more."""
    known = [(other, assets) for other, assets in found if _knew(unit, other)]
    if not known or reason.strip() or unit.device.type == "system":
        return
    held = [
        {"rental_id": other["id"], "number": other["number"], "assets": assets, "starts_at": other["starts_at"],
         "due_at": other["due_at"]} for other, assets in known[:SHOWN_MAX]
    ]  # fmt: skip
    raise Refusal(ErrorCode.STEP_NOT_READY, machine=RENTAL.id, step=step, missing=["assets_free"], held=held)


def note(unit: Unit, rental_id: str, reason: str = "") -> None:
    """Record each other rental that has an asset of this one at its time: open, unless whoever promises it knew, and said why."""
    rental = unit.need("rental", rental_id)
    for other, assets in promised_elsewhere(unit, rental):
        labels = ", ".join(str((unit.get("asset", one) or {}).get("label", "")) for one in assets)
        mine = own_side(unit, {**_said(rental), "assets": labels, **({"reason": reason} if reason.strip() else {})})
        entry = _promised_by(unit, other["id"])
        values = {**_said(other), "assets": labels}
        theirs = any_side(unit, entry, values) or office_side(other["starts_at"], values)
        finding = Finding(
            ConflictRule.PROMISED_TWICE, (rental_id, other["id"]), rental["depot_id"], ("rental", rental_id), [mine, theirs],
            None, is_open=not (reason.strip() and _knew(unit, other)), differs=["rental_id"], noticed=[unit.body.id],
            losers=[theirs.entry] if theirs.entry and theirs.device_id != unit.device.id else [], asset_id=assets[0],
            rental_id=rental_id,
        )  # fmt: skip
        contradict(unit, finding)


def tell_approver(unit: Unit, rental: Record, code: str) -> None:
    """Whoever approved the rental hears that somebody who had not seen that has changed its terms, or cancelled it."""
    stored = unit.store.record(unit.writer.organisation, "rental", rental["id"])
    meta = stored.meta.get("approved_at") if stored is not None else None
    approver = rental["approved_by"]
    if approver in (None, unit.body.actor) or meta is None or meta.known_to(unit.stamp(rental["id"])):
        return
    params = {"number": rental["number"], "approved_at": rental["approved_at"], "starts_at": rental["starts_at"]}
    values = {
        "depot_id": rental["depot_id"], "code": code, "params": params, "subject": {"kind": "rental", "id": rental["id"]},
        "owner_id": approver, "owner_role": Role.SERVICE_DESK, "zone": rental["zone"], "opened_by": unit.body.actor,
        "deadline": instants.to_text(instants.to_ms(unit.at) + planning.DAY_MS), "opened_at": unit.at,
    }  # fmt: skip
    unit.write("todo", derived_id("todo", code, rental["id"], unit.body.id), values, create=True)


def _said(rental: Record) -> Record:
    return {"rental_id": rental["id"], "starts_at": rental["starts_at"], "due_at": rental["due_at"]}


def _promised_by(unit: Unit, rental_id: str) -> str:
    """The entry by which a rental was agreed; of one that came agreed, the one that made it."""
    stored = unit.store.record(unit.writer.organisation, "rental", rental_id)
    found = (stored.meta.get(name) for name in ("approved_at", "number")) if stored is not None else ()
    return next((meta.entry for meta in found if meta is not None and meta.entry), "")


def _knew(unit: Unit, other: Record) -> bool:
    """Whether the other rental, as it is agreed, had been seen by whoever writes."""
    stored = unit.store.record(unit.writer.organisation, "rental", other["id"])
    meta = stored.meta.get("state") if stored is not None else None
    return meta is not None and meta.known_to(unit.stamp(other["id"]))
