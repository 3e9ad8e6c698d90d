"""The gate's policy on the server: set by a manager, told to devices; an entry beyond the allowance is taken, flagged, told."""

import json
from typing import Any

import pytest

from schemas import limits
from schemas.actions.organisation import OrganisationPolicy
from schemas.people import Role
from schemas.protocol import SyncRequest
from sync.policy import policy_of
from sync.store import DeviceState
from tests.support.stage import CheckIn, Phone, Stage, blob
from tests.unit.test_quarantine import admit, shut_out

HOUR_MS = 3_600_000


def set_policy(stage: Stage, gate: str, **more: int) -> None:
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    made = office.do(
        OrganisationPolicy.model_validate({"organisation_id": stage.id, "gate_policy": gate, **more}), seen={stage.id: 10**6}
    )
    office.push()
    assert stage.state(made) == ("applied", None)


def in_grace(phone: Phone, at: int | None = None) -> str:
    """An entry written while the gate stood open by grace; returns its id."""
    stage, journal = phone.stage, phone.journal
    now, stage.now = stage.now, stage.now if at is None else at
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van, "rental_id": stage.rental}
    made = journal.record("handover.start", args, actor=phone.actor, now_ms=stage.now)
    stage.now = now
    journal.outbox.pop()
    journal.seq -= 1
    journal.hash = journal.hashes[journal.seq]
    body = {**json.loads(made.body), "gate": "grace"}
    return journal.append(made.id, json.dumps(body).encode()).id


def detail(stage: Stage, entry_id: str) -> dict[str, Any]:
    found = stage.entry(entry_id)
    assert found is not None
    assert found.state == "applied", "taken all the same"
    return found.detail


def device(stage: Stage, phone: Phone) -> DeviceState:
    return stage.device(phone.id)


def test_a_manager_sets_it_and_devices_are_told(stage: Stage) -> None:
    assert stage.write(lambda store: policy_of(store, stage.id)).gate == "strict"
    set_policy(stage, "records", files_hours=5)
    policy = stage.write(lambda store: policy_of(store, stage.id))
    assert (policy.gate, policy.files_hours, policy.grace_hours) == ("records", 5, limits.GATE_GRACE_HOURS)
    set_policy(stage, "grace", grace_hours=2, grace_entries=3)
    policy = stage.write(lambda store: policy_of(store, stage.id))
    assert (policy.gate, policy.grace_hours, policy.grace_entries) == ("grace", 2, 3)


def test_another_organisations_is_not_touched(stage: Stage) -> None:
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    made = office.do(OrganisationPolicy(organisation_id=stage.ids.new(), gate_policy="grace"))
    office.push()
    assert stage.state(made) == ("refused", "record_unknown")


@pytest.mark.parametrize("figures", [{"grace_hours": 0}, {"grace_hours": 169}, {"grace_entries": 2001}, {"files_hours": -1}])
def test_figures_are_bounded(figures: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="Input should be"):
        OrganisationPolicy.model_validate({"organisation_id": "0" * 8, "gate_policy": "grace", **figures})


def test_the_last_full_upload_is_remembered(stage: Stage) -> None:
    phone = stage.phone()
    phone.push()
    assert (device(stage, phone).clear_seq, device(stage, phone).clear_ms) == (0, stage.now)
    handover = CheckIn(phone)
    handover.start()
    phone.push()
    assert device(stage, phone).clear_seq == 1
    handover.photo("front")
    phone.push()
    assert device(stage, phone).clear_seq == 1, "a photo is missing"


def test_a_late_copy_of_an_old_request_is_no_full_upload(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    old = phone.request()
    phone.push(old)
    CheckIn(phone).start()
    phone.push()
    since = stage.now
    stage.now += 60_000
    stage.push(old)
    assert (device(stage, phone).clear_seq, device(stage, phone).clear_ms) == (2, since)


def test_within_the_allowance_nothing_is_flagged(stage: Stage) -> None:
    set_policy(stage, "grace", grace_hours=2, grace_entries=3)
    phone = stage.phone()
    phone.push()
    made = [in_grace(phone) for _ in range(3)]
    phone.push()
    assert [detail(stage, one) for one in made] == [{}, {}, {}]
    assert stage.incidents("gate_breach") == []


def test_too_many_entries_are_taken_flagged_and_told_once(stage: Stage) -> None:
    set_policy(stage, "grace", grace_hours=2, grace_entries=2)
    phone = stage.phone()
    phone.push()
    made = [in_grace(phone) for _ in range(4)]
    request = phone.request()
    stage.push({**request, "entries": request["entries"][:3]})
    phone.push()
    assert [detail(stage, one).get("gate_breach") for one in made] == [None, None, "entries", "entries"]
    (incident,) = stage.incidents("gate_breach")
    assert incident["device_id"] == phone.id
    assert incident["detail"] == {"why": "entries", "epoch": 0, "since_seq": 0}
    late = in_grace(phone)
    phone.push()
    assert detail(stage, late) == {}, "counted from the last full upload"


def test_too_many_hours_are_flagged(stage: Stage) -> None:
    set_policy(stage, "grace", grace_hours=2)
    phone = stage.phone()
    phone.push()
    start = stage.now
    stage.now += 5 * HOUR_MS
    early, late = in_grace(phone, start + HOUR_MS), in_grace(phone, start + 3 * HOUR_MS)
    phone.push()
    assert (detail(stage, early), detail(stage, late)) == ({}, {"gate_breach": "hours"})


def test_without_a_full_upload_ever_there_is_no_grace(stage: Stage) -> None:
    set_policy(stage, "grace", grace_hours=2, grace_entries=20)
    phone = stage.phone()
    CheckIn(phone).photo("front")
    first = in_grace(phone)
    phone.push()
    second = in_grace(phone)
    phone.push()
    assert device(stage, phone).clear_ms == 0, "a photo is missing"
    assert (detail(stage, first), detail(stage, second)) == ({"gate_breach": "hours"}, {"gate_breach": "hours"})
    assert [one["detail"]["why"] for one in stage.incidents("gate_breach")] == ["hours"]


@pytest.mark.parametrize("gate", ["strict", "records"])
def test_grace_under_another_policy_is_flagged(stage: Stage, gate: str) -> None:
    set_policy(stage, gate)
    phone = stage.phone()
    phone.push()
    made = in_grace(phone)
    phone.push()
    assert detail(stage, made) == {"gate_breach": "policy"}
    (incident,) = stage.incidents("gate_breach")
    assert incident["detail"]["why"] == "policy"


def test_what_is_admitted_later_is_flagged_and_laid_at_nobody_elses_door(stage: Stage) -> None:
    """It is judged while the office's device pushes its decision: no incident says that the office wrote in grace."""
    phone = shut_out(stage)
    made = in_grace(phone)
    phone.push()
    admit(stage, phone)
    assert detail(stage, made) == {"gate_breach": "policy", "admitted": True}
    assert stage.incidents("gate_breach") == []


def test_a_request_that_only_asks_writes_a_full_upload_down(stage: Stage) -> None:
    """The last file came by itself; grace is counted from now on."""
    set_policy(stage, "grace", grace_hours=2, grace_entries=1)
    phone = stage.phone()
    phone.push()
    handover = CheckIn(phone)
    handover.start()
    handover.photo("front", f"late {handover.id}")
    phone.push()
    phone.push()  # the device's line says now that nothing waits
    sha256, asking = blob(f"late {handover.id}").sha256, SyncRequest.model_validate(phone.request())
    stage.write(lambda store: stage.engine.blob_arrived(store, stage.id, phone.id, sha256, "received", None, stage.now))
    assert stage.write(lambda store: stage.engine.look(store, stage.id, asking, stage.now)) is None
    phone.push()
    assert device(stage, phone).clear_seq == 2
    assert stage.write(lambda store: stage.engine.look(store, stage.id, asking, stage.now)) is not None, "once"
    made = in_grace(phone)
    phone.push()
    assert detail(stage, made) == {}


def test_hours_are_given_as_much_as_a_clock_may_be_off_without_being_suspect(stage: Stage) -> None:
    set_policy(stage, "grace", grace_hours=2)
    phone = stage.phone()
    phone.push()
    start = stage.now
    stage.now += 5 * HOUR_MS
    last = start + 2 * HOUR_MS + limits.CLOCK_SUSPECT_MS
    within, beyond = in_grace(phone, last), in_grace(phone, last + 1)
    phone.push()
    assert (detail(stage, within), detail(stage, beyond)) == ({}, {"gate_breach": "hours"})
