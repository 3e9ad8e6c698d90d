"""What a check-in and a check-out do to asset, rental, task and damages; what no entry may reach. On every store."""

import json
from collections.abc import Callable

import pytest

from schemas import limits
from schemas.actions import basedata as define
from schemas.actions.basedata import Define
from schemas.errors import ErrorCode
from schemas.people import Role
from server.proof import _entries_of
from sync import instants
from tests.support.stage import CheckIn, Phone, Stage, blob

SLOTS_AND_MORE = ["slot:front", "slot:rear", "meter:odometer", "signature:customer", "signature:staff"]


def checked_out(stage: Stage, asset: str | None = None, rental: str | None = None) -> CheckIn:
    phone = stage.phone()
    out = CheckIn(phone, asset=asset, type_="check_out", rental=rental).whole()
    phone.push()
    assert stage.state(out.entries[-1]) == ("applied", None)
    return out


def test_the_way_of_a_van(stage: Stage) -> None:
    out = checked_out(stage)
    asset = stage.the("asset", stage.van)
    assert (asset["state"], asset["rental_id"], asset["holder_id"]) == ("out", stage.rental, stage.customer)
    assert (asset["baseline"], asset["odometer_km"]) == (out.id, 12_000)
    assert stage.the("rental", stage.rental)["state"] == "out"

    phone = stage.phone()
    back = CheckIn(phone)
    back.captured()
    back.reading(12_345)
    damage = back.damage()
    back.complete("minor_damage")
    phone.push()
    asset = stage.the("asset", stage.van)
    assert (asset["state"], asset["rental_id"], asset["holder_id"]) == ("returned", None, None)
    assert asset["readings"]["odometer"]["value"] == asset["odometer_km"] == 12_345
    assert (asset["baseline"], asset["last_handover_id"]) == (out.id, back.id)
    assert stage.the("rental", stage.rental)["state"] == "returned"
    handover = stage.the("handover", back.id)
    assert (handover["state"], handover["acceptance"], handover["flags"]) == ("complete", "minor_damage", {})
    assert handover["customer_id"] == stage.customer
    assert handover["proof"] == {
        "device_id": phone.id, "epoch": 0, "first_seq": 1, "last_seq": 9, "entries": 9,
    }  # fmt: skip
    assert stage.the("damage", damage)["state"] == "open"
    assert stage.the("damage", damage)["asset_id"] == stage.van


def test_an_incomplete_check_in_is_refused_and_can_be_completed_later(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    tries = [handover.complete()]
    waive = {"handover_id": handover.id, "slot": "rear", "reason": "blocked in"}
    steps: list[Callable[[], object]] = [
        lambda: handover.photo("front"), lambda: phone.record("photo.waive", waive), handover.reading,
        lambda: handover.sign("customer"), lambda: handover.sign("staff"),
    ]  # fmt: skip
    for step in steps:
        step()
        tries.append(handover.complete())
    phone.push()
    for step_number, entry in enumerate(tries[:-1]):
        found = stage.entry(entry.id)
        assert found is not None
        assert (found.state, found.code) == ("refused", ErrorCode.HANDOVER_INCOMPLETE)
        assert found.detail["missing"] == SLOTS_AND_MORE[step_number:]
    assert stage.state(tries[-1]) == ("applied", None)
    assert stage.the("asset", stage.van)["state"] == "returned"


def test_a_retracted_photo_is_missing_again(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).captured()
    photo = json.loads(handover.entries[1].body)["args"]["photo_id"]
    handover.add("photo.retract", {"photo_id": photo})
    last = handover.complete()
    phone.push()
    found = stage.entry(last.id)
    assert found is not None
    assert found.detail["missing"] == ["slot:front"]


def test_a_closed_handover_takes_nothing_more(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    late = [handover.photo("extra"), handover.reading(), handover.sign("staff"), handover.complete()]
    abandon = phone.record("handover.abandon", {"handover_id": handover.id, "reason": "x"})
    phone.push()
    assert {stage.state(entry) for entry in [*late, abandon]} == {("refused", ErrorCode.HANDOVER_CLOSED)}


def test_a_handover_is_completed_as_what_it_was_begun(stage: Stage) -> None:
    phone = stage.phone()
    wrong = [
        CheckIn(phone, type_="check_out").captured().complete(action="return.complete"),
        CheckIn(phone, type_="check_in").captured().complete(action="checkout.complete"),
    ]
    phone.push()
    assert {stage.state(entry) for entry in wrong} == {("refused", ErrorCode.STATE_ILLEGAL)}
    assert stage.the("asset", stage.van)["state"] == "available"


def test_severe_damage_blocks_the_asset(stage: Stage) -> None:
    checked_out(stage)
    phone = stage.phone()
    CheckIn(phone).whole("severe_damage")
    phone.push()
    assert stage.the("asset", stage.van)["state"] == "blocked"
    assert stage.the("rental", stage.rental)["state"] == "returned"


def test_an_asset_that_was_not_out_is_taken_in_as_found(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    phone.push()
    assert stage.the("handover", handover.id)["flags"] == {"found": {"asset_state": "available"}}
    assert stage.the("asset", stage.van)["state"] == "returned"


def test_another_rental_than_the_one_it_left_on_is_shown_and_the_right_one_closed(stage: Stage) -> None:
    checked_out(stage)
    other, someone = stage.ids.new(), stage.ids.new()
    stage.do(
        define.CustomerDefine(id=someone, name="别人", depot_id=stage.depots[0]),
        stage.rental_of(other, [stage.van]).model_copy(update={"customer_id": someone}),
    )
    phone = stage.phone()
    handover = CheckIn(phone, rental=other).whole()
    phone.push()
    record = stage.the("handover", handover.id)
    assert record["flags"] == {"rental_mismatch": {"claimed": other, "left_on": stage.rental}}
    assert record["customer_id"] == stage.customer, "whoever had it, not whoever was typed"
    assert stage.the("rental", stage.rental)["state"] == "returned"
    assert stage.the("rental", other)["state"] == "approved"


def test_anothers_rental_is_not_reached_by_naming_it(stage: Stage) -> None:
    """A technician hands over the depot's own van under a rental of the other depot: nothing of it changes."""
    foreign = stage.ids.new()
    stage.do(stage.rental_of(foreign, [stage.other_van], place=1))
    before = stage.the("rental", foreign)
    for kind in ("check_out", "check_in"):
        phone = stage.phone()
        handover = CheckIn(phone, type_=kind, rental=foreign).whole()
        phone.push()
        record = stage.the("handover", handover.id)
        assert (record["state"], record["rental_id"], record["customer_id"]) == ("complete", None, None)
        assert record["flags"]["rental_mismatch"]["claimed"] == foreign
    assert stage.the("rental", foreign) == before
    assert stage.the("asset", stage.van)["holder_id"] is None


def test_a_completion_names_a_document_that_was_declared_and_signed(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).captured()
    other = blob("another", "document", "application/json")
    handover.document = other
    entry = handover.complete()
    phone.push()
    found = stage.entry(entry.id)
    assert found is not None
    assert found.detail["missing"] == ["signature:customer", "signature:staff"]


def test_a_time_that_had_not_come_is_not_believed(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).captured()
    pushed_at = stage.now
    stage.now += 10 * 365 * 24 * 3600 * 1000
    handover.complete()
    request = phone.request()
    stage.now = pushed_at
    phone.push({**request, "clock": {**request["clock"], "wall": instants.to_text(pushed_at)}})
    assert stage.the("handover", handover.id)["completed_at"] == instants.to_text(pushed_at)


def test_a_rental_is_returned_only_when_all_its_assets_are(stage: Stage) -> None:
    second, third = stage.ids.new(), stage.ids.new()
    stage.do(stage.asset(second, 0), stage.asset(third, 0), stage.rental_of(stage.rental, [stage.van, second, third]))
    checked_out(stage)
    checked_out(stage, second)
    for asset, state in ((stage.van, "out"), (second, "out")):
        phone = stage.phone()
        CheckIn(phone, asset=asset).whole()
        phone.push()
        assert stage.the("rental", stage.rental)["state"] == state
    checked_out(stage, third)
    phone = stage.phone()
    CheckIn(phone, asset=third).whole()
    phone.push()
    assert stage.the("rental", stage.rental)["state"] == "returned"


def test_a_handover_is_begun_once(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    again = handover.start()
    phone.push()
    assert stage.state(again) == ("refused", ErrorCode.STATE_ILLEGAL)


def test_a_photo_without_bytes_is_refused(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    args = {"photo_id": stage.ids.new(), "slot": "front", "how": "still", "source": "camera", "width": 1, "height": 1}
    photo = handover.add("photo.add", args)
    phone.push()
    assert stage.state(photo)[0] == "refused"


def test_a_photo_tells_where_it_was_taken_and_what_its_file_says_of_the_time(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    position = {"lat": 30.274084, "lon": 120.15507, "accuracy_m": 12}
    handover.photo("front", position=position)
    handover.photo("rear", source="gallery", how="file", file_time="2026-03-05T14:02:09+08:00")
    wrong = [
        handover.photo("left", position={**position, "lat": 91}),
        handover.photo("left", position={**position, "accuracy_m": limits.ACCURACY_MAX_M + 1}),
        handover.photo("left", file_time="yesterday"),
    ]
    phone.push()
    photos = {one["slot"]: one for one in stage.the("handover", handover.id)["photos"].values()}
    assert photos["front"]["position"] == position
    assert "file_time" not in photos["front"]
    assert photos["rear"]["file_time"] == "2026-03-05T14:02:09+08:00"
    assert "position" not in photos["rear"]
    assert [stage.state(one)[0] for one in wrong] == ["parked"] * 3
    assert set(photos) == {"front", "rear"}


def test_a_task_is_done_by_its_own_assets_handover_only(stage: Stage) -> None:
    own, foreign = stage.ids.new(), stage.ids.new()

    def task(task_id: str, asset: str) -> Define:
        return define.TaskDefine(
            id=task_id, type="collect", depot_id=stage.depots[0], asset_id=asset, due_at="2027-01-15T08:00:00.000Z"
        )

    stage.do(task(own, stage.van), task(foreign, stage.other_van))
    for task_id, state in ((own, "done"), (foreign, "open")):
        phone = stage.phone()
        handover = CheckIn(phone)
        handover.start(task_id=task_id)
        handover.photo("front")
        handover.photo("rear")
        handover.reading()
        handover.sign("customer")
        handover.sign("staff")
        handover.complete()
        phone.push()
        assert stage.state(handover.entries[-1]) == ("applied", None)
        assert stage.the("task", task_id)["state"] == state
    assert stage.the("handover", handover.id)["flags"]["task_mismatch"] == {"claimed": foreign}


# --- what an entry may not reach ----------------------------------------------------------------------------------------
@pytest.fixture
def elsewhere(stage: Stage) -> tuple[Phone, CheckIn, str]:
    """A handover of the other depot, with a damage and a signature."""
    phone = stage.phone(place=1)
    handover = CheckIn(phone, asset=stage.other_van)
    handover.start()
    damage = handover.damage()
    handover.sign("customer", name="外人")
    phone.push()
    return phone, handover, damage


def test_another_depots_damage_is_out_of_reach(stage: Stage, elsewhere: tuple[Phone, CheckIn, str]) -> None:
    _, _, damage = elsewhere
    before = stage.stored("damage", damage)
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.damage(damage, "severe_damage")
    handover.add("damage.retract", {"damage_id": damage})
    handover.photo("front", damage_id=damage)
    handover.add("photo.retract", {"photo_id": stage.ids.new(), "damage_id": damage})
    pushed = phone.push()
    assert stage.stored("damage", damage) == before
    assert [outcome.state for outcome in pushed.outcomes[1:3]] == ["refused", "refused"]
    assert pushed.outcomes[3].state == "applied", "the photo itself is kept: it was taken in this handover"
    links = stage.write(lambda store: store.blob_links(stage.id, json.loads(handover.entries[3].body)["blobs"][0]["sha256"]))
    assert links == [("handover", handover.id)]


def test_a_damage_carried_forward_may_get_new_photos_but_is_not_taken_back(stage: Stage) -> None:
    phone = stage.phone()
    first = CheckIn(phone)
    first.start()
    damage = first.damage()
    second = CheckIn(phone)
    second.start()
    photo = second.photo("extra", damage_id=damage)
    retract = second.add("damage.retract", {"damage_id": damage})
    own = first.add("damage.retract", {"damage_id": damage})
    phone.push()
    assert stage.state(photo) == ("applied", None)
    assert len(stage.the("damage", damage)["photos"]) == 1
    assert stage.state(retract) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert stage.state(own) == ("applied", None)
    assert stage.the("damage", damage)["state"] == "retracted"


def test_another_handovers_signer_is_out_of_reach(stage: Stage, elsewhere: tuple[Phone, CheckIn, str]) -> None:
    _, handover, _ = elsewhere
    signature = json.loads(handover.entries[2].body)["args"]["signature_id"]
    signers = stage.all("signer")
    phone = stage.phone()
    thief = CheckIn(phone)
    thief.start()
    stolen = thief.sign("customer", signature_id=signature, name="贼")
    phone.push()
    assert stage.all("signer") == signers
    assert stage.state(stolen) == ("refused", ErrorCode.STATE_ILLEGAL)


def test_a_private_part_that_is_no_json_is_parked_as_unreadable(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    args = json.loads(handover.sign("customer").body)["args"]
    bad = phone.record("signature.capture", {**args, "signature_id": stage.ids.new()}, private=[b"\xff{", b""])
    phone.push()
    assert stage.state(bad) == ("parked", ErrorCode.ENTRY_UNREADABLE)


# --- the proof of a handover --------------------------------------------------------------------------------------------
def test_a_proof_names_every_entry_also_across_a_fork_and_across_devices(stage: Stage) -> None:
    phone, colleague = stage.phone(), stage.phone()
    handover = CheckIn(phone)
    handover.start()
    handover.photo("front")
    phone.push()
    twin = phone.copy()
    CheckIn(twin).start()
    twin.push()
    handover.photo("rear")
    handover.reading()
    pushed = phone.push()
    assert pushed.new_epoch is not None
    phone.journal.adopt(pushed.new_epoch)
    phone.push()
    handover.phone = colleague
    handover.sign("customer")
    colleague.push()
    handover.phone = phone
    handover.sign("staff")
    handover.complete()
    phone.push()
    record = stage.the("handover", handover.id)
    assert record["state"] == "complete"
    found = stage.write(lambda store: _entries_of(store, stage.id, record))
    assert {entry.entry_id for entry in found} == {entry.id for entry in handover.entries}
    assert len(found) == len(handover.entries)


def test_an_open_handovers_proof_names_what_is_there_so_far(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).captured()
    handover.damage()
    phone.push()
    record = stage.the("handover", handover.id)
    found = stage.write(lambda store: _entries_of(store, stage.id, record))
    assert {entry.entry_id for entry in found} == {entry.id for entry in handover.entries}


def test_base_data_moves_an_asset_and_the_roles_decide(stage: Stage) -> None:
    stage.do(stage.asset(stage.van, 1))
    here, there = stage.phone(place=0), stage.phone(place=1)
    no, yes = CheckIn(here).start(), CheckIn(there).start()
    here.push()
    there.push()
    assert stage.state(no) == ("refused", ErrorCode.ACTION_FORBIDDEN)
    assert stage.state(yes) == ("applied", None)
    boss = stage.phone(Role.MANAGER, place=0, shared=False, type_="office")
    everywhere = CheckIn(boss).start()
    boss.push()
    assert stage.state(everywhere) == ("applied", None)
