"""Incidents end: by themselves when what they told of is over, else by a person who says what came of it."""

from typing import Any

from schemas.actions.devices import GapRelease
from schemas.actions.incidents import IncidentClose
from schemas.people import Role
from schemas.protocol import Outcome
from tests.support.stage import CheckIn, Phone, Stage
from tests.unit.test_gate_policy import in_grace

REPAIR = [{"bucket": "org/field", "version": 7, "parts": [1, 2]}]


def close(stage: Stage, incident: str, role: Role = Role.MANAGER, note: str = "问过周师傅") -> Outcome:
    office = stage.phone(role, shared=False, type_="office")
    office.do(IncidentClose(incident_id=incident, note=note))
    return office.push().outcomes[0]


def diverged(stage: Stage) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the incident, the request that told of it)"""
    phone = stage.phone()
    request = {**phone.request(), "repairs": REPAIR}
    stage.push(request)
    return stage.incidents("divergence")[0], request


def without(request: dict[str, Any], *seqs: int) -> dict[str, Any]:
    return {**request, "entries": [entry for entry in request["entries"] if entry["seq"] not in seqs]}


def gapped(stage: Stage, phone: Phone, count: int = 4) -> dict[str, Any]:
    """Number 2 is missing; the request that would fill it."""
    for _ in range(count):
        CheckIn(phone).start()
    request = phone.request()
    stage.push(without(request, 2))
    return request


def test_a_person_closes_it_with_a_note(stage: Stage) -> None:
    incident, _ = diverged(stage)
    assert (incident["closed_by"], incident["closed_at"], incident["note"]) == (None, None, "")
    assert close(stage, incident["id"], Role.OPERATIONS).state == "applied"
    closed = stage.the("incident", incident["id"])
    assert (closed["state"], closed["closed_by"]) == ("closed", stage.people[Role.OPERATIONS, 0])
    assert (closed["note"], closed["at"]) == ("问过周师傅", incident["at"])
    assert closed["closed_at"] is not None


def test_who_says_so_first_stands(stage: Stage) -> None:
    incident, _ = diverged(stage)
    close(stage, incident["id"])
    second = close(stage, incident["id"], Role.ADMINISTRATOR, "另一个说法")
    assert (second.state, second.code) == ("refused", "incident_closed")
    closed = stage.the("incident", incident["id"])
    assert closed["note"] == "问过周师傅"
    assert second.detail == {"closed_by": stage.people[Role.MANAGER, 0], "closed_at": closed["closed_at"]}


def test_what_ended_by_itself_is_told_to_who_closes_it_late(stage: Stage) -> None:
    phone = stage.phone()
    request = gapped(stage, phone)
    (incident,) = stage.incidents("gap")
    stage.push(request)
    late = close(stage, incident["id"])
    assert (late.code, late.detail["closed_by"]) == ("incident_closed", None)
    assert late.detail["closed_at"] == stage.the("incident", incident["id"])["closed_at"]


def test_a_repeated_request_does_not_open_it_again(stage: Stage) -> None:
    incident, request = diverged(stage)
    close(stage, incident["id"])
    stage.push(request)
    assert stage.incidents("divergence") == []


def test_what_happens_once_more_opens_it_again(stage: Stage) -> None:
    phone = stage.phone()
    phone.push()
    in_grace(phone)
    first = phone.request()
    stage.push(first)
    (incident,) = stage.incidents("gate_breach")
    close(stage, incident["id"])
    stage.push(first)
    assert stage.incidents("gate_breach") == [], "the same entry, repeated"
    stage.write(lambda store: _never_whole(store, stage, phone))
    in_grace(phone)
    phone.push()
    (again,) = stage.incidents("gate_breach")
    assert (again["id"], again["closed_by"], again["closed_at"], again["note"]) == (incident["id"], None, None, "")


def _never_whole(store: Any, stage: Stage, phone: Phone) -> None:
    """As if the first upload had left a file behind: the breach counts from the same upload."""
    device = stage.device_in(store, phone.id)
    device.clear_seq = 0
    store.put_device(device)


def test_a_gap_ends_by_itself_and_not_by_a_note(stage: Stage) -> None:
    phone = stage.phone()
    request = gapped(stage, phone)
    (incident,) = stage.incidents("gap")
    refused = close(stage, incident["id"])
    assert (refused.state, refused.code) == ("refused", "state_illegal")
    stage.push(request)
    closed = stage.the("incident", incident["id"])
    assert (closed["state"], closed["closed_by"]) == ("closed", None)
    assert closed["closed_at"] is not None


def test_a_gap_that_somebody_closed_while_nothing_was_held_opens_again_with_what_is(stage: Stage) -> None:
    phone = stage.phone()
    request = gapped(stage, phone, 3)
    (incident,) = stage.incidents("gap")
    stage.push({**request, "entries": [], "lost": [{"seq": 2, "hash": "0" * 64}]})
    assert close(stage, incident["id"]).state == "applied", "the two contradict each other: both come again"
    stage.push(without(request, 2))
    (opened,) = stage.incidents("gap")
    assert (opened["id"], opened["closed_by"]) == (incident["id"], None)


def test_a_gap_of_an_abandoned_epoch_is_closed_by_a_person(stage: Stage) -> None:
    """Its numbers cannot be released any more: the device writes under a new epoch."""
    phone = stage.phone()
    gapped(stage, phone)
    (incident,) = stage.incidents("gap")
    twin = phone.copy()
    twin.journal.seq, twin.journal.hash, twin.journal.outbox = 0, twin.journal.hashes[0], []
    CheckIn(twin).start()
    assert twin.push().new_epoch is not None
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    made = office.do(GapRelease(device_id=phone.id, epoch=0, until=2, reason="平板摔坏"))
    office.push()
    assert stage.state(made) == ("refused", "state_illegal")
    assert close(stage, incident["id"]).state == "applied"


def test_what_is_no_incident_is_not_closed(stage: Stage) -> None:
    assert close(stage, stage.ids.new()).code == "record_unknown"
