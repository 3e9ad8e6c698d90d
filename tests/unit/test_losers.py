"""Whoever lost is told field, his value, the value that stands and by whom; and may write his once more. On every store."""

import json
from typing import Any

import pytest

from schemas.actions.custom_fields import CustomFieldDefine
from schemas.actions.tasks import TaskPlan
from schemas.people import Role
from server.domain.planning import task_id
from sync import instants
from sync.conflicts import body_of
from sync.losers import tell
from tests.support.hosts import AnyStore
from tests.support.offline import out
from tests.support.stage import MINUTE_MS, Phone, Stage
from tests.unit.test_customers import office

DUE = "2027-02-10T00:00:00.000Z"


def told(stage: Stage, made: Any) -> dict[str, Any]:
    """The detail of an entry's outcome, as its own device holds it."""
    entry = stage.entry(made.id)
    assert entry is not None
    found = [
        one
        for one in stage.all("outcome")
        if (one["device_id"], one["epoch"], one["seq"]) == (entry.device, entry.epoch, entry.seq)
    ]
    assert len(found) == 1
    detail: dict[str, Any] = found[0]["detail"]
    return detail


def both(stage: Stage, action: str, first: dict[str, Any], second: dict[str, Any]) -> tuple[Phone, Any, Any]:
    """Two offices write without having seen each other; the first one's word arrives last."""
    one, two = office(stage), office(stage)
    stage.now += MINUTE_MS
    early = one.record(action, first)
    stage.now += MINUTE_MS
    late = two.record(action, second)
    two.push()
    one.push()
    return one, early, late


def test_the_loser_of_an_edit_learns_field_values_and_by_whom(stage: Stage) -> None:
    args = {"customer_id": stage.customer}
    one, early, late = both(stage, "customer.edit", {**args, "name": "甲说", "name_en": "Jia"}, {**args, "name": "乙说"})
    detail = told(stage, early)
    (loss,) = detail["told"]
    assert (loss["kind"], loss["id"], loss["field"], loss["item"]) == ("customer", stage.customer, "name", None)
    assert (loss["said"], loss["stands"], loss["by"], loss["decided"]) == ("甲说", "乙说", json.loads(late.body)["actor"], False)
    assert detail["again"] == {"action": "customer.edit", "args": {**args, "name": "甲说"}}
    one.record("customer.edit", detail["again"]["args"], seen={stage.customer: 10**6})
    one.push()
    assert stage.the("customer", stage.customer)["name"] == "甲说"


def test_whoever_is_beaten_later_is_told_the_same(stage: Stage) -> None:
    args = {"customer_id": stage.customer}
    one, two = office(stage), office(stage)
    stage.now += MINUTE_MS
    early = one.record("customer.edit", {**args, "name": "甲说"})
    one.push()
    stage.now += MINUTE_MS
    late = two.record("customer.edit", {**args, "name": "乙说"})
    two.push()
    (loss,) = told(stage, early)["told"]
    assert (loss["said"], loss["stands"], loss["known"], loss["shown"]) == ("甲说", "乙说", True, True)
    assert (loss["by"], loss["at"]) == (json.loads(late.body)["actor"], instants.to_text(stage.now)), "the one being judged"


def test_who_beats_an_item_later_is_named(stage: Stage) -> None:
    stage.do(CustomFieldDefine(custom_field_id=stage.ids.new(), belongs_to="asset", code="a", zh="a", en="a", type="text"))
    one, two = office(stage), office(stage)
    stage.now += MINUTE_MS
    early = one.record("asset.edit", {"asset_id": stage.van, "custom": {"a": "甲"}})
    one.push()
    stage.now += MINUTE_MS
    late = two.record("asset.edit", {"asset_id": stage.van, "custom": {"a": "乙"}})
    two.push()
    (loss,) = told(stage, early)["told"]
    assert (loss["item"], loss["stands"], loss["by"]) == ("a", "乙", json.loads(late.body)["actor"])


SERVICED = {"odometer_km": 9_600, "service_due_km": 10_000, "service_due_at": DUE, "service_km": 10_000, "service_months": 6}


def test_what_follows_from_a_service_contradicts_nobody(stage: Stage) -> None:
    """The next due is counted from what stands; whoever had set the one that is over has lost nothing."""
    stage.do(stage.asset(stage.van, 0, **SERVICED, inspection_due_at=DUE, inspection_months=12))
    desk, phone, service, inspection = office(stage), stage.phone(), stage.ids.new(), stage.ids.new()
    plan = {"type": "inspect", "depot_id": stage.depots[0], "asset_id": stage.van, "due_at": DUE}
    reading = {"meter": "odometer", "value": 9_600, "due": 10_000}
    stage.do(TaskPlan.model_validate({**plan, "task_id": service, "cause": "service_due", "reading": reading}))
    stage.do(TaskPlan.model_validate({**plan, "task_id": inspection, "cause": "inspection_due"}))
    stage.now += MINUTE_MS
    said = desk.record("asset.edit", {"asset_id": stage.van, "service_due_km": 12_380, "service_due_at": DUE,
                                      "inspection_due_at": DUE}, seen={stage.van: 10**6})  # fmt: skip
    desk.push()
    assert stage.state(said) == ("applied", None)
    stage.now += MINUTE_MS
    done = phone.record("task.done", {"task_id": service, "readings": {"odometer": 12_400}}, seen={service: 10**6})
    passed = phone.record("task.done", {"task_id": inspection}, seen={inspection: 10**6})
    phone.push()
    stored = stage.stored("asset", stage.van)
    assert stored is not None
    assert (stored.data["service_due_km"], stored.data["odometer_km"]) == (22_400, 12_400)
    for name in ("service_due_km", "service_due_at", "inspection_due_at", "odometer_km"):
        assert stored.data[name] not in (DUE, 12_380)
        assert stored.meta[name].history == [], name
    for one in (said, done, passed):
        assert stage.state(one) == ("applied", None)


def test_a_first_due_contradicts_nobody(stage: Stage) -> None:
    made = stage.ids.new()
    desk, other = office(stage), office(stage)
    depot = stage.depots[0]
    new = desk.record("asset.define", {"id": made, "label": "新车", "tag": "T-1", "pack": "vehicle", "home_depot_id": depot,
                                       "depot_id": depot, "odometer_km": 100})  # fmt: skip
    desk.push()
    assert stage.state(new) == ("applied", None)
    stage.now += MINUTE_MS
    other.record("asset.edit", {"asset_id": made, "service_km": 5_000})
    other.push()
    assert stage.the("asset", made)["service_due_km"] == 5_100
    stored = stage.stored("asset", made)
    assert stored is not None
    assert stored.meta["service_due_km"].history == []


def test_a_task_that_follows_its_rental_contradicts_nobody(stage: Stage) -> None:
    """Whoever had moved it learns that from a to-do."""
    out(stage)
    desk, other, collect = office(stage), office(stage), task_id("collect", stage.rental, stage.van)
    stage.now += MINUTE_MS
    moved = desk.record("task.edit", {"task_id": collect, "due_at": "2027-01-21T00:00:00.000Z"}, seen={collect: 10**6})
    desk.push()
    stage.now += MINUTE_MS
    other.record("rental.extend", {"rental_id": stage.rental, "due_at": DUE, "reason": "续租"}, seen={stage.rental: 10**6})
    other.push()
    assert stage.the("task", collect)["due_at"] == DUE
    assert stage.state(moved) == ("applied", None)
    assert [one["code"] for one in stage.all("todo")] == ["task_moved"]


@pytest.mark.parametrize("before", [1, 900_000])
def test_a_meter_read_at_a_handover_contradicts_nobody(stage: Stage, before: int) -> None:
    """Neither when it has risen nor when what had been written down first was more."""
    stage.do(stage.asset(stage.van, 0, odometer_km=before))
    out(stage)
    stored = stage.stored("asset", stage.van)
    assert stored is not None
    assert stored.data["odometer_km"] == max(before, stored.data["readings"]["odometer"]["value"])
    assert stored.meta["odometer_km"].history == []


def test_an_item_of_a_map_is_told_by_itself(stage: Stage) -> None:
    for code in ("a", "b"):
        stage.do(
            CustomFieldDefine(custom_field_id=stage.ids.new(), belongs_to="customer", code=code, zh=code, en=code, type="text")
        )
    args = {"customer_id": stage.customer}
    _, early, _ = both(stage, "customer.edit", {**args, "custom": {"a": "甲", "b": "只有甲"}}, {**args, "custom": {"a": "乙"}})
    detail = told(stage, early)
    assert [(one["field"], one["item"], one["said"], one["stands"]) for one in detail["told"]] == [
        ("custom_office", "a", "甲", "乙")
    ]
    assert detail["again"]["args"] == {**args, "custom": {"a": "甲"}}


def test_what_a_person_decides_is_named_and_not_written_again(stage: Stage) -> None:
    args = {"customer_id": stage.customer}
    _, early, _ = both(stage, "customer.terms", {**args, "payment_days": 30}, {**args, "payment_days": 60})
    detail = told(stage, early)
    (loss,) = detail["told"]
    assert (loss["field"], loss["said"], loss["stands"], loss["decided"]) == ("payment_days", 30, 60, True)
    assert "again" not in detail


@pytest.mark.parametrize(("place", "shown"), [(0, True), (1, False)])
def test_a_device_learns_nothing_of_a_record_it_may_not_hold(stage: Stage, place: int, shown: bool) -> None:
    """The asset may have gone to another depot since; of what is said there it learns nothing but that a word does not stand."""
    _, early, _ = both(stage, "asset.edit", {"asset_id": stage.van, "bay": "甲"}, {"asset_id": stage.van, "bay": "乙"})
    reader = stage.phone(Role.OPERATIONS, place, shared=False, type_="office")

    def job(store: AnyStore) -> dict[str, Any]:
        entry, device = store.entry_by_id(stage.id, early.id), store.device(stage.id, reader.id)
        assert entry is not None
        assert device is not None
        tell(store, device, entry, body_of(entry), entry)
        return entry.detail

    (loss,) = stage.write(job)["told"]
    assert (loss["field"], loss["said"]) == ("bay", "甲")
    assert (loss["shown"], loss["stands"]) == (shown, "乙" if shown else None)
