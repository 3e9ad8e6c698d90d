"""A push: stored before judged, exactly once in effect, never wedged by one bad entry. On every store."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from schemas import limits
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.protocol import DeclaredLoss, SyncRequest
from server.domain import HANDLERS
from sync.again import judge_again, parked_for
from sync.device import Device
from sync.engine import PushRefused
from sync.unit import Unit
from tests.support.stage import CheckIn, Phone, Stage, unseal


def states(pushed: Any) -> list[tuple[int, str]]:
    return [(outcome.seq, outcome.state) for outcome in pushed.outcomes]


def strange(phone: Phone, **changes: Any) -> str:
    """An entry like an honest one, but for the changes (None: the field is left out)."""
    entry_id = phone.stage.ids.new()
    body = {
        "id": entry_id, "epoch": phone.journal.epoch, "seq": phone.journal.seq + 1, "nonce": "0" * 32, "v": 1, "args": {},
        "action": "handover.start", "actor": phone.actor, "auth": "pin", "at": "2027-01-15T08:00:00.000Z", "zone": "UTC",
        "mono": 1, "boot": "b", "hlc": "1800000000000-0000", "app": "x", **changes,
    }  # fmt: skip
    phone.journal.append(entry_id, json.dumps({key: value for key, value in body.items() if value is not None}).encode())
    return entry_id


def test_a_whole_check_in_is_applied_and_receipted(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).whole()
    end, hash_ = phone.journal.seq, phone.journal.hash
    pushed = phone.push()
    assert states(pushed) == [(seq, "applied") for seq in range(1, end + 1)]
    receipt = unseal(stage.id, pushed.receipt)
    assert (receipt.organisation, receipt.device, receipt.epoch, receipt.n, receipt.h) == (stage.id, phone.id, 0, end, hash_)
    assert receipt.missing_count == len(receipt.missing) == 5, "two photos, two drawings, one document"
    assert not pushed.upload_clear, "photos are still on their way"
    assert phone.journal.outbox == []
    stored = stage.device(phone.id)
    assert (stored.seq, stored.hash) == (end, hash_), "what the receipt says is what was committed"
    assert stage.write(lambda store: store.newest_receipt(stage.id, phone.id)) == pushed.receipt


def test_a_transaction_that_fails_leaves_no_receipt_and_no_entry(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    before = stage.snapshot()

    class Cut(Exception):
        pass

    def job(store: Any) -> None:
        stage.engine.push(store, stage.id, SyncRequest.model_validate(phone.request()), stage.now)
        raise Cut

    with pytest.raises(Cut):
        stage.write(job)
    assert stage.snapshot() == before
    assert stage.write(lambda store: store.newest_receipt(stage.id, phone.id)) is None
    assert stage.device(phone.id).seq == 0
    assert states(phone.push()) == [(1, "applied")]


def test_every_repeat_changes_nothing_and_gets_the_present_outcome(stage: Stage) -> None:
    phone = stage.phone()
    requests = []
    handover = CheckIn(phone)
    steps: list[Callable[[], object]] = [
        handover.start, lambda: handover.photo("front"), handover.reading, lambda: handover.sign("customer")
    ]  # fmt: skip
    for step in steps:
        step()
        requests.append(phone.request())
    whole = phone.push()
    snapshot = stage.snapshot()
    for request in [*requests, *reversed(requests), requests[-1]]:
        again = stage.push(request)
        known = {outcome.seq: outcome for outcome in whole.outcomes}
        assert again.outcomes == [known[entry["seq"]] for entry in request["entries"]]
        assert again.new_epoch is None
        assert unseal(stage.id, again.receipt).n == request["head"]["seq"], "told of the end it knew"
    assert stage.write(lambda store: store.newest_receipt(stage.id, phone.id)) == whole.receipt
    assert stage.snapshot() == snapshot


@pytest.mark.parametrize("seed", range(12))
def test_any_delivery_of_requests_comes_to_the_same(stage: Stage, seed: int) -> None:
    """Cut, doubled, late and out of order: what stands in the end is what one clean push would have made."""
    chance = random.Random(seed)
    phone = stage.phone()
    CheckIn(phone).whole()
    entries = phone.request()["entries"]
    sent = []
    for end in range(1, len(entries) + 1):
        part = phone.copy()
        part.journal.outbox = part.journal.outbox[:end]
        part.journal.seq, part.journal.hash = end, phone.journal.hashes[end]
        request = part.request()
        request["entries"] = request["entries"][chance.randrange(end) :]
        sent += [request] * chance.randint(1, 2)
    chance.shuffle(sent)
    for request in sent:
        assert stage.push(request).new_epoch is None
    phone.push()
    assert stage.device(phone.id).hash == phone.journal.hash
    assert {outcome["state"] for outcome in stage.all("outcome")} <= {"applied"}
    assert stage.the("asset", stage.van)["state"] == "returned"
    assert stage.incidents("fork") == []
    assert stage.incidents("gap") == [], "a filled gap is no longer open"


MALFORMED: dict[str, dict[str, Any]] = {
    "no_actor": {"actor": None},
    "no_such_month": {"at": "2027-13-01T00:00:00.000Z"},
    "year_nought": {"at": "0000-01-01T00:00:00.000Z"},
    "wrong_seq": {"seq": 99},
    "later_epoch": {"epoch": 7},
    "args_of_another_shape": {"args": {"x": 1}},
    "args_no_object": {"args": "text"},
    "half_a_character": {"args": {"x": "\ud800"}},
    "clock_not_a_clock": {"hlc": "now"},
    "too_many_needs": {"needs": ["0" * 8 + "-0000-0000-0000-" + "0" * 12] * (limits.ENTRY_NEEDS_MAX + 1)},
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_entry_is_parked_and_the_next_applied(stage: Stage, fault: str) -> None:
    phone = stage.phone()
    strange(phone, **MALFORMED[fault])
    good = CheckIn(phone).start()
    pushed = phone.push()
    assert [(one.state, one.code) for one in pushed.outcomes] == [("parked", ErrorCode.ENTRY_UNREADABLE), ("applied", None)]
    assert stage.state(good) == ("applied", None)
    assert pushed.upload_clear, "parked is durable: it does not hold the gate shut"
    assert len(stage.all("outcome")) == 1


@pytest.mark.parametrize("body", ["", "no json", "[]", "null", '{"id":1}', "[" * 5000, "交" * 1000, '{"a":NaN}'])
def test_bytes_that_are_no_entry_are_kept_as_they_are(stage: Stage, body: str) -> None:
    phone = stage.phone()
    phone.journal.append("none", body.encode())
    good = CheckIn(phone).start()
    assert [state for _, state in states(phone.push())] == ["parked", "applied"]
    assert stage.state(good) == ("applied", None)
    stored = stage.write(lambda store: store.entry_at(stage.id, phone.id, 0, 1))
    assert stored is not None
    assert stored.body == body.encode()


def test_unknown_actions_and_versions_are_parked_until_they_are_known(stage: Stage) -> None:
    phone = stage.phone()
    strange(phone, action="teleport.start")
    strange(phone, v=2)
    CheckIn(phone).start()
    pushed = phone.push()
    assert [one.code for one in pushed.outcomes] == [ErrorCode.ACTION_UNKNOWN, ErrorCode.ACTION_UNKNOWN, None]
    assert pushed.outcomes[0].detail == {"action": "teleport.start", "v": 1}


def test_an_entry_too_big_is_kept_parked_and_blocks_nothing(stage: Stage) -> None:
    phone = stage.phone()
    strange(phone, args={"x": "y" * (limits.ENTRY_BODY_BYTES_MAX + 1)})
    strange(phone, args={"x": "y" * (limits.PUSH_BODY_BYTES_MAX * 2 + 1)})
    CheckIn(phone).start()
    found = [outcome for _ in range(3) for outcome in phone.push().outcomes]
    assert [(one.seq, one.state, one.code) for one in found] == [
        (1, "parked", ErrorCode.ENTRY_UNREADABLE),
        (2, "parked", ErrorCode.ENTRY_UNREADABLE),
        (3, "applied", None),
    ]
    assert phone.journal.outbox == []


def test_too_much_at_once_is_refused_whole(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(10):
        strange(phone, args={"x": "y" * (limits.ENTRY_BODY_BYTES_MAX - 1000)})
    request = phone.request()
    request["entries"] = [recorded.wire() for recorded in phone.journal.outbox]
    with pytest.raises(PushRefused) as refused:
        stage.push(request)
    assert refused.value.code is ErrorCode.BODY_TOO_LARGE
    assert stage.device(phone.id).seq == 0


@pytest.fixture
def broken_reading(stage: Stage) -> Iterator[None]:
    def broken(unit: Unit, args: Any) -> None:
        unit.write("handover", args.handover_id, {"note": "half done"})
        raise ZeroDivisionError

    key = ("reading.record", 1)
    good, stage.handlers[key] = stage.handlers[key], broken
    yield
    stage.handlers[key] = good


def repair(stage: Stage) -> int:
    stage.handlers.update(HANDLERS)
    done = stage.write(
        lambda store: judge_again(
            stage.engine, store, stage.id, parked_for([ErrorCode.ENTRY_SERVER_ERROR]), limit=limits.PUSH_ENTRIES_MAX
        )
    )
    return done.entries


@pytest.mark.usefixtures("broken_reading")
def test_a_handler_that_raises_costs_nothing_but_time(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    reading, photo = handover.reading(), handover.photo("front")
    pushed = phone.push()
    assert states(pushed) == [(1, "applied"), (2, "parked"), (3, "applied")]
    assert stage.state(reading) == ("parked", ErrorCode.ENTRY_SERVER_ERROR)
    assert [type(fault) for _, fault in stage.faults] == [ZeroDivisionError]
    assert stage.the("handover", handover.id)["note"] == "", "what the handler had half done is undone"
    assert phone.journal.outbox == [], "it is durable all the same"
    assert repair(stage) == 1
    assert stage.state(reading) == ("applied", None)
    assert stage.state(photo) == ("applied", None)
    assert stage.the("handover", handover.id)["readings"]["odometer"]["value"] == 12_000
    assert {one["state"] for one in stage.all("outcome")} == {"applied"}, "the device hears of it"
    assert repair(stage) == 0


@pytest.mark.usefixtures("broken_reading")
def test_what_builds_on_a_parked_entry_waits_with_it(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    complete = handover.entries[-1]
    phone.push()
    assert stage.state(complete) == ("parked", ErrorCode.ENTRY_WAITS)
    assert stage.the("handover", handover.id)["state"] == "started"
    repair(stage)
    assert stage.state(complete) == ("applied", None)
    assert stage.the("asset", stage.van)["state"] == "returned"


def test_a_fault_of_a_handler_is_never_called_a_refusal(stage: Stage) -> None:
    """A field that does not exist is our fault, not the person's: parked and retried, not refused."""

    def broken(unit: Unit, args: Any) -> None:
        unit.write("handover", args.handover_id, {"no_such_field": 1})

    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    phone.push()
    stage.handlers["reading.record", 1] = broken
    reading = handover.reading()
    phone.push()
    assert stage.state(reading) == ("parked", ErrorCode.ENTRY_SERVER_ERROR)
    repair(stage)
    assert stage.state(reading) == ("applied", None)


def test_without_judging_everything_is_kept_and_judged_later(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    pushed = phone.push(judge_entries=False)
    assert {one.state for one in pushed.outcomes} == {"parked"}
    assert {one.code for one in pushed.outcomes} == {ErrorCode.ENTRY_SERVER_ERROR}
    assert phone.journal.outbox == []
    assert stage.record("handover", handover.id) is None
    assert repair(stage) == len(handover.entries)
    assert stage.the("asset", stage.van)["state"] == "returned"
    assert {stage.state(entry)[0] for entry in handover.entries} == {"applied"}


def test_an_unreadable_clock_stops_nothing(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    clock = {"wall": "2027-02-31T25:61:00.000Z", "mono": 1, "boot": "b"}
    assert states(phone.push(phone.request(clock=clock))) == [(1, "applied")]


def test_a_forged_head_signature_is_refused_and_nothing_is_stored(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    other = stage.phone()
    request = phone.request()
    forged = [
        {**request["head"], "signature": other.request()["head"]["signature"]},
        {**request["head"], "signature": "A" * 86},
        {**request["head"], "seq": 2},
        {**request["head"], "hash": "0" * 64},
        {**request["head"], "epoch": 1},
    ]
    before = stage.snapshot()
    for head in forged:
        with pytest.raises(PushRefused) as refused:
            stage.push({**request, "head": head})
        assert refused.value.code is ErrorCode.HEAD_SIGNATURE_INVALID
    assert stage.snapshot() == before
    assert stage.device(phone.id).seq == 0


def test_an_unknown_device_and_an_unknown_epoch_are_refused(stage: Stage) -> None:
    phone = stage.phone()
    with pytest.raises(PushRefused) as refused:
        stage.push(phone.request(device=stage.ids.new()))
    assert refused.value.code is ErrorCode.DEVICE_UNKNOWN
    phone.journal.epoch = 3
    with pytest.raises(PushRefused) as refused:
        phone.push()
    assert refused.value.code is ErrorCode.EPOCH_UNKNOWN


@pytest.mark.parametrize("order", [[1, 0], [0, 0], [0, 1, 1]])
def test_entries_out_of_order_are_refused_whole(stage: Stage, order: list[int]) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.reading()
    request = phone.request()
    request["entries"] = [request["entries"][index] for index in order]
    with pytest.raises(PushRefused) as refused:
        stage.push(request)
    assert refused.value.code is ErrorCode.ENTRY_ORDER
    assert stage.device(phone.id).seq == 0


def test_losses_that_contradict_their_own_request_are_refused(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    loss = DeclaredLoss(seq=1, hash="1" * 64).model_dump()
    for lost in ([loss], [{**loss, "seq": 2}], [{**loss, "seq": 9}]):
        with pytest.raises(PushRefused) as refused:
            stage.push(phone.request(lost=lost))
        assert refused.value.code is ErrorCode.ENTRY_ORDER
    twice = phone.request(lost=[loss, loss])
    twice["entries"] = []
    with pytest.raises(PushRefused):
        stage.push(twice)
    assert states(phone.push()) == [(1, "applied")]


def test_an_entry_beyond_its_own_head_is_refused(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    old = phone.request()
    CheckIn(phone).start()
    old["entries"] = phone.request()["entries"]
    with pytest.raises(PushRefused) as refused:
        stage.push(old)
    assert refused.value.code is ErrorCode.ENTRY_ORDER


# --- ids, needs, private parts ------------------------------------------------------------------------------------------
def test_another_devices_very_bytes_are_no_repeat(stage: Stage) -> None:
    phone, thief = stage.phone(), stage.phone()
    first = CheckIn(phone).start()
    phone.push()
    thief.journal.append(first.id, first.body)
    (outcome,) = thief.push().outcomes
    assert (outcome.state, outcome.code) == ("parked", ErrorCode.ENTRY_ID_REUSED)
    assert stage.state(first) == ("applied", None)


def test_an_id_used_twice_with_other_bytes_is_parked(stage: Stage) -> None:
    phone, other = stage.phone(), stage.phone()
    first = CheckIn(phone).start()
    phone.push()
    for thief in (phone, other):
        body = json.loads(first.body) | {"seq": thief.journal.seq + 1}
        thief.journal.append(first.id, json.dumps(body).encode())
        following = CheckIn(thief).start()
        pushed = thief.push()
        assert (pushed.outcomes[0].state, pushed.outcomes[0].code) == ("parked", ErrorCode.ENTRY_ID_REUSED)
        assert stage.state(following) == ("applied", None)
    assert stage.state(first) == ("applied", None)
    found = stage.entry(first.id)
    assert found is not None
    assert found.body == first.body


def test_needs_wait_for_each_other_across_devices(stage: Stage) -> None:
    one, two = stage.phone(), stage.phone()
    handover = CheckIn(one)
    start, reading = handover.start(), handover.reading()
    photo = two.record("handover.abandon", {"handover_id": handover.id, "reason": "x"}, needs=[start.id, reading.id])
    assert [outcome.code for outcome in two.push().outcomes] == [ErrorCode.ENTRY_WAITS]
    assert stage.state(photo) == ("parked", ErrorCode.ENTRY_WAITS)
    one.push()
    assert stage.state(photo) == ("applied", None)
    assert stage.the("handover", handover.id)["state"] == "abandoned"
    repeated = stage.push(two.request(entries=[photo.wire()]))
    assert [outcome.state for outcome in repeated.outcomes] == ["applied"]


def test_an_entry_that_needs_itself_or_a_circle_stays_parked_and_blocks_nothing(stage: Stage) -> None:
    phone = stage.phone()
    own = stage.ids.new()
    strange(phone, id=own, needs=[own])
    first, second = stage.ids.new(), stage.ids.new()
    strange(phone, id=first, needs=[second])
    strange(phone, id=second, needs=[first])
    good = CheckIn(phone).start()
    assert [state for _, state in states(phone.push())] == ["parked", "parked", "parked", "applied"]
    assert stage.state(good) == ("applied", None)


def test_what_was_built_on_a_refused_entry_is_judged_and_marked(stage: Stage) -> None:
    phone = stage.phone()
    refused = phone.record("handover.abandon", {"handover_id": stage.ids.new(), "reason": "x"})
    args = {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}
    built = phone.record("handover.start", args, needs=[refused.id])
    pushed = phone.push()
    assert [(one.state, one.code) for one in pushed.outcomes] == [("refused", ErrorCode.RECORD_UNKNOWN), ("applied", None)]
    assert pushed.outcomes[1].detail == {"basis_refused": True}
    assert stage.state(built) == ("applied", None)


@pytest.mark.parametrize("parts", [[], ["AAAA"], ["AAAA", "AAAA"], ["A", "A"], ["=", "AAAA"]])
def test_private_parts_that_are_not_what_was_hashed_are_parked(stage: Stage, parts: list[str]) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.sign("customer")
    good = handover.reading()
    request = phone.request()
    request["entries"][1]["private"] = parts
    pushed = phone.push(request)
    assert pushed.outcomes[1].code is ErrorCode.ENTRY_PRIVATE_MISMATCH
    assert unseal(stage.id, pushed.receipt).n == 1, "it may have been changed on its way: the device keeps its own"
    assert stage.write(lambda store: store.quarantine_count(stage.id, phone.id)) == 1
    repeated = phone.push(request)
    assert unseal(stage.id, repeated.receipt).n == 1, "a repeated request is not the device saying it again"
    pushed = phone.push({**request, "clock": {**request["clock"], "mono": 1}})
    assert pushed.outcomes[1].code is ErrorCode.ENTRY_PRIVATE_MISMATCH
    assert stage.all("signer") == []
    assert stage.state(good) == ("applied", None), "the same again is what the device has: it blocks nothing"
    assert len(stage.incidents("damaged_entry")) == 0


def test_private_parts_changed_on_their_way_come_again(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.sign("customer")
    request = phone.request()
    stage.push({**request, "entries": [request["entries"][0], {**request["entries"][1], "private": []}]})
    phone.push()
    assert phone.journal.outbox == []
    assert [one["name"] for one in stage.all("signer")] == ["王芳"]


def test_a_device_revoked_while_its_own_push_is_judged_stays_revoked(stage: Stage) -> None:
    """The other's entry waits for the revoked one's: both are judged in one transaction."""
    phone, office = stage.phone(), stage.phone(Role.MANAGER, shared=False, type_="office")
    start = CheckIn(phone).start()
    office.record("device.revoke", {"device_id": phone.id}, needs=[start.id])
    office.push()
    phone.push()
    assert stage.device(phone.id).state == "revoked"
    assert stage.the("device", phone.id)["state"] == "revoked"


def test_the_python_device_keeps_its_numbers_without_gaps(stage: Stage) -> None:
    phone = stage.phone()
    made = [CheckIn(phone).start() for _ in range(5)]
    assert [one.seq for one in made] == [1, 2, 3, 4, 5]
    assert len({one.hash for one in made}) == 5
    request = phone.journal.request(stage.now, limit=2)
    assert [entry["seq"] for entry in request["entries"]] == [1, 2]
    assert request["head"]["seq"] == 5
    assert request["pending"]["entries"] == 5
    pushed = phone.push(request)
    assert not pushed.upload_clear
    assert len(phone.journal.outbox) == 3, "only what the receipt proves leaves"
    foreign = Device(stage.id, phone.id, sign=phone.journal.sign, random=stage.ids.bytes)
    assert foreign.prove(unseal(stage.id, pushed.receipt)) == 0


@pytest.mark.parametrize(
    ("action", "args"), [("photo\0add", {}), ("reading.record", {"handover_id": "\0", "meter": "odometer", "value": 1})]
)
def test_a_nul_costs_its_own_entry_alone_its_effect(stage: Stage, action: str, args: dict[str, Any]) -> None:
    phone = stage.phone()
    before = CheckIn(phone).start()
    bad = phone.record(action, args)
    behind = CheckIn(phone).start()
    phone.push()
    assert stage.state(bad)[0] == "parked"
    assert stage.state(bad)[1] != ErrorCode.ENTRY_SERVER_ERROR
    assert stage.state(before) == stage.state(behind) == ("applied", None)
