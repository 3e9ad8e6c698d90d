"""The gate's policy on the server: set by a manager, told to devices; an entry beyond the allowance is taken, flagged, told."""

import json
from typing import Any

import pytest

from schemas import limits
from schemas.actions.organisation import OrganisationPolicy
from schemas.people import Role
from sync.policy import policy_of
from sync.store import DeviceState
from tests.support.stage import CheckIn, Phone, Stage

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
