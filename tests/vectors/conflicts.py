"""Conflict vectors: what two people in the field did, in the order it arrived, and what must have become of it.

A scenario is a company with a van (its records before), the bodies of the entries each device wrote while offline, and the
order in which they arrive; the answer is every entry's outcome, the conflict and the asset. Neighbours: `make.py` writes the
file, `tests/unit/test_vectors.py` plays the committed bodies again, vitest reads the sentences.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from schemas.actions import basedata as define
from schemas.actions.assets import AssetLock
from schemas.conflicts import CONFLICT_WORDS
from schemas.people import Role
from sync.device import Recorded
from tests.support.hosts import MemoryHost
from tests.support.offline import captured, out, rising
from tests.support.stage import MINUTE_MS, CheckIn, Phone, Stage

Arrivals = list[tuple[Phone, list[Recorded]]]
"""Who pushes, and what, in order of arrival."""
BEFORE: Final = ("asset", "rental", "customer", "task", "contract_text")


def _two_returns(stage: Stage, order: tuple[int, int]) -> Arrivals:
    out(stage)
    both = [
        captured(stage, stage.phone(), value=12_100),
        captured(stage, stage.phone(), value=12_150, acceptance="severe_damage"),
    ]
    return [(both[index].phone, both[index].entries) for index in order]


def _two_checkouts(stage: Stage, order: tuple[int, int]) -> Arrivals:
    other = stage.ids.new()
    stage.do(stage.rental_of(other, [stage.van]))
    both = [captured(stage, stage.phone(), type_="check_out"), captured(stage, stage.phone(), type_="check_out", rental=other)]
    return [(both[index].phone, both[index].entries) for index in order]


def _alone(made: CheckIn) -> Arrivals:
    return [(made.phone, made.entries)]


def _found(stage: Stage) -> Arrivals:
    return _alone(captured(stage, stage.phone()))


def _other_rental(stage: Stage) -> Arrivals:
    out(stage)
    other = stage.ids.new()
    stage.do(stage.rental_of(other, [stage.van]))
    return _alone(captured(stage, stage.phone(), rental=other))


def _breach(stage: Stage) -> Arrivals:
    made = captured(stage, stage.phone(), type_="check_out")
    stage.do(AssetLock(asset_id=stage.van, locked=True, reason="召回"))
    return _alone(made)


def _reading(stage: Stage) -> Arrivals:
    rising(stage)
    out(stage)
    return _alone(captured(stage, stage.phone(), value=11_000))


def _damage(stage: Stage) -> Arrivals:
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    one.push()
    for phone, severity in ((one, "minor_damage"), (two, "severe_damage")):
        stage.now += MINUTE_MS
        handover.phone = phone
        handover.damage(severity=severity)
    return [(two, handover.entries[2:]), (one, handover.entries[1:2])]


def _field(stage: Stage) -> Arrivals:
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    handover.start()
    damage = handover.damage()
    one.push()
    stage.now += MINUTE_MS
    handover.phone = two
    handover.damage(damage, "severe_damage")
    return [(two, handover.entries[2:])]


def _task(stage: Stage) -> Arrivals:
    out(stage)
    task, phone = stage.ids.new(), stage.phone()
    at = "2027-01-15T08:00:00.000Z"
    given = define.TaskDefine(
        id=task, type="collect", depot_id=stage.depots[0], asset_id=stage.van, due_at=at, assignee_id=phone.actor
    )
    stage.do(given.model_copy(update={"state": "open"}))
    made = captured(stage, phone, task_id=task)
    stage.do(given.model_copy(update={"state": "cancelled"}))
    return _alone(made)


def _revoked(stage: Stage) -> Arrivals:
    phone = stage.phone()
    made = CheckIn(phone)
    made.start()
    stage.now += MINUTE_MS
    stage.do(define.PersonDefine(id=phone.actor, name="走了", roles=[], depot_ids={stage.depots[0]: True}, active=False))
    return _alone(made)


def _promised(stage: Stage) -> Arrivals:
    """Two offices approve a draft each, for one van over one time."""
    both = []
    for number in ("R-1", "R-2"):
        draft = stage.rental_of(stage.ids.new(), [stage.van])
        later = {
            "state": "draft",
            "number": number,
            "starts_at": "2027-02-01T00:00:00.000Z",
            "due_at": "2027-02-20T00:00:00.000Z",
        }
        stage.do(draft.model_copy(update=later))
        desk = stage.phone(Role.MANAGER, shared=False, type_="office")
        both.append((desk, [desk.record("rental.approve", {"rental_id": draft.id})]))
    return both


SCENARIOS: Final[dict[str, Callable[[Stage], Arrivals]]] = {
    "checked_in_twice": lambda stage: _two_returns(stage, (0, 1)),
    "checked_in_twice, the later capture first": lambda stage: _two_returns(stage, (1, 0)),
    "checked_out_twice": lambda stage: _two_checkouts(stage, (0, 1)),
    "checked_out_twice, the later capture first": lambda stage: _two_checkouts(stage, (1, 0)),
    "found": _found,
    "other_rental": _other_rental,
    "breach": _breach,
    "reading_below": _reading,
    "damage_parallel": _damage,
    "field": _field,
    "task_changed": _task,
    "right_revoked": _revoked,
    "promised_twice": _promised,
}


def play(name: str, arrivals: list[list[str]] | None = None) -> dict[str, Any]:
    """One scenario from the company's founding on. With `arrivals` (the bodies of each push as committed) those exact bodies
    are pushed in the place of the ones written now."""
    stage = Stage(MemoryHost(Path()), f"vector/{name}")
    pushes = SCENARIOS[name](stage)
    before = {kind: stage.all(kind) for kind in BEFORE}
    ids = [entry.id for _, made in pushes for entry in made]
    bodies = [[entry.body.decode() for entry in made] for _, made in pushes]
    for index, (phone, made) in enumerate(pushes):
        if arrivals is not None:
            _rewrite(phone, made, arrivals[index])
        phone.push()
    found = [stage.entry(one) for one in ids]
    outcomes = [
        {"id": entry.entry_id, "state": entry.state, "code": entry.code, "detail": entry.detail} for entry in found if entry
    ]
    return {
        "name": name, "organisation": stage.id, "before": before,
        "pushes": [{"device": phone.id, "bodies": bodies[index]} for index, (phone, _) in enumerate(pushes)],
        "outcomes": outcomes, "conflicts": stage.all("conflict"), "asset": stage.the("asset", stage.van),
    }  # fmt: skip


def _rewrite(phone: Phone, made: list[Recorded], bodies: list[str]) -> None:
    """The device's unsent journal from its first entry on, with the committed bodies."""
    journal = phone.journal
    waiting, first = list(journal.outbox), made[0].seq
    journal.outbox = [one for one in waiting if one.seq < first]
    journal.seq, journal.hash = first - 1, journal.hashes[first - 1]
    committed = dict(zip([one.seq for one in made], bodies, strict=True))
    for one in waiting:
        if one.seq >= first:
            body = committed[one.seq].encode() if one.seq in committed else one.body
            journal.append(one.id, body, one.private)


def vectors() -> dict[str, Any]:
    """What the file holds."""
    words = {
        str(rule): {"rule": {"zh": said.rule.zh, "en": said.rule.en}, "told": {"zh": said.told.zh, "en": said.told.en}}
        for rule, said in CONFLICT_WORDS.items()
    }
    scenarios = [json.loads(json.dumps(play(name))) for name in SCENARIOS]
    return {"words": words, "scenarios": scenarios}
