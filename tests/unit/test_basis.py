"""What builds on an entry that nobody has: it waits only as long as somebody may bring it."""

import pytest

from schemas import limits
from schemas.actions.conflicts import EntryRatify
from schemas.errors import ErrorCode
from schemas.people import Role
from sync.again import judge_again, no_longer_waited_for
from tests.support.hosts import AnyStore
from tests.support.stage import CheckIn, Stage


def test_what_waits_for_another_devices_entry_is_judged_when_that_is_declared_lost(stage: Stage) -> None:
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    start, other = handover.start(), CheckIn(one).start()
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
    built = two.record("handover.start", args, needs=[start.id])
    hopeless = two.record("handover.abandon", {"handover_id": handover.id, "reason": "x"}, needs=[start.id])
    two.push()
    assert stage.state(built) == stage.state(hopeless) == ("parked", ErrorCode.ENTRY_WAITS)
    request = one.request()
    lost = [{"seq": 1, "hash": request["entries"][0]["hash"]}]
    one.push({**request, "entries": request["entries"][1:], "lost": lost})
    assert stage.state(other) == stage.state(built) == ("applied", None)
    assert stage.state(hopeless) == ("refused", ErrorCode.RECORD_UNKNOWN)
    found = stage.entry(built.id)
    assert found is not None
    assert found.detail == {"basis_lost": True}
    stage.push(request)
    assert stage.state(hopeless) == ("applied", None), "what was lost has turned up after all"


def test_what_comes_after_the_loss_was_declared_does_not_wait_either(stage: Stage) -> None:
    one, two = stage.phone(), stage.phone()
    start = CheckIn(one).start()
    CheckIn(one).start()
    request = one.request()
    lost = [{"seq": 1, "hash": request["entries"][0]["hash"]}]
    one.push({**request, "entries": request["entries"][1:], "lost": lost})
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
    built = two.record("handover.start", args, needs=[start.id])
    two.push()
    assert stage.state(built) == ("applied", None)


def test_a_manager_ends_the_waiting_for_what_nobody_has(stage: Stage) -> None:
    phone, office = stage.phone(), stage.phone(Role.MANAGER, shared=False, type_="office")
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
    built = phone.record("handover.start", args, needs=[stage.ids.new()])
    phone.push()
    assert stage.state(built) == ("parked", ErrorCode.ENTRY_WAITS)
    office.do(EntryRatify(entry_id=built.id, reason="平板已丢失"))
    assert [one.state for one in office.push().outcomes] == ["applied"]
    found = stage.entry(built.id)
    assert found is not None
    assert (found.state, found.detail) == ("applied", {"basis_lost": True, "ratified_by": office.actor})
    assert stage.the("handover", args["handover_id"])["actor_id"] == phone.actor


def test_who_waits_for_nothing_is_found_behind_any_number_that_wait_for_something(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WAITING_RETRIED_MAX", 2)
    one, two = stage.phone(), stage.phone()
    start, unknown = CheckIn(one).start(), two.record("nobody.knows", {})
    for needed in [unknown.id] * 5 + [start.id]:
        args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
        last = two.record("handover.start", args, needs=[needed])
    two.push()
    assert stage.state(unknown) == ("parked", ErrorCode.ACTION_UNKNOWN)
    assert stage.state(last) == ("parked", ErrorCode.ENTRY_WAITS)
    one.push(one.request() | {"entries": [], "lost": [{"seq": 1, "hash": one.journal.hashes[1]}]})
    assert stage.state(last) == ("applied", None)


def test_who_waits_for_nothing_beyond_one_transactions_portion_waits_no_longer_either(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WAITING_RETRIED_MAX", 2)
    one, two = stage.phone(), stage.phone()
    start, unknown = CheckIn(one).start(), two.record("nobody.knows", {})
    made = []
    for needed in [start.id] * 7 + [unknown.id]:
        args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
        made.append(two.record("handover.start", args, needs=[needed]))
    two.push()
    one.push(one.request() | {"entries": [], "lost": [{"seq": 1, "hash": one.journal.hashes[1]}]})
    left = [entry for entry in made if stage.state(entry) == ("parked", ErrorCode.ENTRY_WAITS)]
    assert left == made[2:], "one declaration ends the waiting of a portion"

    def portion(store: AnyStore) -> tuple[int, bool]:
        done = judge_again(stage.engine, store, stage.id, no_longer_waited_for, limit=limits.WAITING_RETRIED_MAX)
        return done.entries, done.last is not None

    portions = [stage.write(portion) for _ in range(4)]
    assert portions == [(2, True), (2, True), (1, False), (0, False)]
    assert [stage.state(entry) for entry in made[:-1]] == [("applied", None)] * 7
    assert stage.state(made[-1]) == ("parked", ErrorCode.ENTRY_WAITS), "what it waits for is here"
