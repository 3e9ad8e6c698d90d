"""Loss is provable: gaps, declared losses, changed bytes, forks, epochs, quarantine. On every store."""

from typing import Any

import pytest

from schemas import limits
from schemas.actions.devices import DeviceEnrol, DeviceRevoke, GapRelease
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.protocol import NewEpoch
from server.proof import verify_device
from sync.engine import PushRefused
from sync.journal import extend, genesis, head_text
from tests.support.stage import CheckIn, Phone, Stage, signature, unseal


def verified(stage: Stage, phone: Phone) -> None:
    chain = stage.write(lambda store: verify_device(store, stage.device_in(store, phone.id)))
    assert chain.broken_at is None
    assert chain.total == stage.device(phone.id).seq


def without(request: dict[str, Any], *seqs: int) -> dict[str, Any]:
    return {**request, "entries": [entry for entry in request["entries"] if entry["seq"] not in seqs]}


# --- gaps ---------------------------------------------------------------------------------------------------------------
def test_a_gap_holds_names_what_is_missing_and_heals_in_order(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    request = phone.request()
    pushed = stage.push(without(request, 2, 3))
    receipt = unseal(stage.id, pushed.receipt)
    assert (receipt.n, receipt.held) == (1, [(4, 7)])
    assert {outcome.seq: outcome.state for outcome in pushed.outcomes} == {1: "applied"} | dict.fromkeys(range(4, 8), "held")
    assert not pushed.upload_clear
    assert [one["detail"]["missing"] for one in stage.incidents("gap")] == [[[2, 3]]]
    snapshot = stage.snapshot()
    stage.push(without(request, 2, 3))
    assert stage.snapshot() == snapshot, "said again, it is the same gap"
    assert stage.the("handover", handover.id)["readings"] == {}, "what is held has no effect yet"
    stage.push(without(request, 1, 3, 4, 5, 6, 7))
    assert [one["detail"]["missing"] for one in stage.incidents("gap")] == [[[3, 3]]]
    pushed = stage.push(without(request, 1, 2, 4, 5, 6, 7))
    assert [outcome.state for outcome in pushed.outcomes] == ["applied"] * 5
    assert unseal(stage.id, pushed.receipt).held == []
    assert stage.the("asset", stage.van)["state"] == "returned"
    assert stage.incidents("gap") == []
    assert len(stage.incidents("gap", "closed")) == 2
    verified(stage, phone)


def test_what_is_held_is_bounded_and_the_rest_stays_on_the_device(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HELD_ENTRIES_MAX", 5)
    phone = stage.phone()
    for _ in range(12):
        CheckIn(phone).start()
    request = phone.request()
    for _ in range(3):
        pushed = stage.push(without(request, 3))
        assert unseal(stage.id, pushed.receipt).held == [(4, 8)]
        assert unseal(stage.id, pushed.receipt).n == 2
    assert unseal(stage.id, stage.push(request).receipt).n == 12
    verified(stage, phone)


def test_a_declared_loss_is_bridged_and_the_office_told(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    request = phone.request()
    lost = [{"seq": 4, "hash": phone.journal.hashes[4]}]
    pushed = phone.push({**without(request, 4), "lost": lost})
    receipt = unseal(stage.id, pushed.receipt)
    assert (receipt.n, receipt.h, receipt.lost) == (7, phone.journal.hash, [4])
    assert [one["detail"] for one in stage.incidents("declared_loss")] == [{"seq": 4, "epoch": 0}]
    complete = handover.entries[-1]
    assert stage.state(complete) == ("refused", ErrorCode.HANDOVER_INCOMPLETE), "it names the lost reading"
    snapshot = stage.snapshot()
    stage.push({**without(request, 4), "lost": lost})
    assert stage.snapshot() == snapshot
    verified(stage, phone)


@pytest.mark.parametrize("held_before", [True, False], ids=["held before", "beside it"])
def test_a_declared_hash_changed_on_its_way_is_not_taken_and_comes_again(stage: Stage, held_before: bool) -> None:
    phone = stage.phone()
    CheckIn(phone).whole()
    request = phone.request()
    if held_before:
        stage.push(without(request, 4))
    changed = [{"seq": 4, "hash": phone.journal.hashes[5]}]
    assert unseal(stage.id, stage.push({**without(request, 4), "lost": changed}).receipt).n == 3
    right = [{"seq": 4, "hash": phone.journal.hashes[4]}]
    receipt = unseal(stage.id, phone.push({**without(request, 4), "lost": right}).receipt)
    assert (receipt.n, receipt.h, receipt.lost) == (7, phone.journal.hash, [4])
    verified(stage, phone)


def test_a_declared_hash_that_is_not_the_signed_heads_is_not_taken(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).whole()
    request = phone.request()
    for last, n in ((phone.journal.hashes[1], 6), (phone.journal.hash, 7)):
        pushed = stage.push({**without(request, 7), "lost": [{"seq": 7, "hash": last}]})
        assert unseal(stage.id, pushed.receipt).n == n
    verified(stage, phone)


def test_a_lost_body_that_turns_up_is_taken_in(stage: Stage) -> None:
    """The phone's file export reaches the office after the phone had declared the entry lost."""
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    request = phone.request()
    stage.push({**without(request, 4), "lost": [{"seq": 4, "hash": phone.journal.hashes[4]}]})
    wrong = {**request["entries"][3], "body": "{}"}
    stage.push({**request, "entries": [*request["entries"][:3], wrong, *request["entries"][4:]]})
    assert stage.write(lambda store: store.quarantine_count(stage.id, phone.id)) == 1, "kept aside, not dropped"
    pushed = stage.push(request)
    assert {outcome.seq: outcome.state for outcome in pushed.outcomes}[4] == "applied"
    assert unseal(stage.id, pushed.receipt).lost == []
    assert stage.incidents("declared_loss") == []
    assert stage.state(handover.entries[-1]) == ("applied", None)
    assert stage.the("asset", stage.van)["state"] == "returned"
    verified(stage, phone)


def test_a_loss_beyond_a_gap_waits_with_the_rest(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(5):
        CheckIn(phone).start()
    request = phone.request()
    lost = [{"seq": 4, "hash": phone.journal.hashes[4]}]
    assert unseal(stage.id, stage.push({**without(request, 2, 4), "lost": lost}).receipt).n == 1
    assert unseal(stage.id, stage.push({**without(request, 4), "lost": lost}).receipt).n == 5
    verified(stage, phone)


def test_a_server_restored_from_a_backup_is_told_what_it_lost_and_goes_on(stage: Stage) -> None:
    """The phone had a receipt up to 5 and has let those go; this store stands at 2, as its backup did."""
    phone = stage.phone()
    for _ in range(5):
        CheckIn(phone).start()
    stage.push({**(backup := phone.request()), "entries": backup["entries"][:2]})
    phone.journal.outbox = []
    pushed = phone.push()
    assert unseal(stage.id, pushed.receipt).n == 2, "it owns up to less than it had proved"
    assert unseal(stage.id, pushed.receipt).h == phone.journal.hashes[2]
    assert not pushed.upload_clear
    new = CheckIn(phone).start()
    assert [outcome.state for outcome in phone.push().outcomes] == ["held"]
    lost = [{"seq": seq, "hash": phone.journal.hashes[seq]} for seq in (3, 4, 5)]
    pushed = phone.push({**phone.request(), "lost": lost})
    receipt = unseal(stage.id, pushed.receipt)
    assert (receipt.n, receipt.h, receipt.held, receipt.lost) == (6, phone.journal.hash, [], [3, 4, 5])
    assert pushed.upload_clear
    assert stage.state(new) == ("applied", None)
    assert sorted(one["detail"]["seq"] for one in stage.incidents("declared_loss")) == [3, 4, 5]
    assert stage.incidents("gap") == []
    later = CheckIn(phone).start()
    assert phone.push().upload_clear
    assert stage.state(later) == ("applied", None)
    verified(stage, phone)


# --- changed bytes ------------------------------------------------------------------------------------------------------
def test_what_builds_on_a_lost_entry_is_judged_and_marked(stage: Stage) -> None:
    phone = stage.phone()
    damages = CheckIn(phone)
    damages.start()
    reading = damages.reading()
    other = CheckIn(phone)
    other.start()
    built = phone.record("handover.abandon", {"handover_id": other.id, "reason": "x"}, needs=[reading.id, other.entries[0].id])
    request = without(phone.request(), 2)
    request["lost"] = [{"seq": 2, "hash": phone.journal.hashes[2]}]
    pushed = phone.push(request)
    assert [(one.seq, one.state) for one in pushed.outcomes] == [(1, "applied"), (3, "applied"), (4, "applied")]
    assert pushed.outcomes[-1].detail == {"basis_lost": True}
    assert stage.state(built) == ("applied", None)


def test_a_loss_declared_beyond_a_gap_breaks_no_proof(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(5):
        CheckIn(phone).start()
    request = without(phone.request(), 2, 4)
    request["lost"] = [{"seq": 4, "hash": phone.journal.hashes[4]}]
    stage.push(request)
    verified(stage, phone)
    phone.push()
    verified(stage, phone)


@pytest.mark.parametrize("what", ["body", "hash", "genesis", "missing", "end"])
def test_a_proof_notices_any_change_in_what_is_stored(stage: Stage, what: str) -> None:
    """The proof reads bytes: whatever column of the journal is changed afterwards, it names a place."""
    phone = stage.phone()
    for _ in range(4):
        CheckIn(phone).start()
    phone.push()
    verified(stage, phone)
    device = stage.device(phone.id)

    def changed(store: Any) -> Any:
        class Changed:
            def __getattr__(self, name: str) -> Any:
                return getattr(store, name)

            def epochs(self, *key: str) -> list[tuple[int, int, str]]:
                return [(0, 0, "0" * 64)] if what == "genesis" else store.epochs(*key)

            def entries(self, *key: Any) -> list[Any]:
                found: list[Any] = store.entries(*key)
                if what == "body":
                    found[2].body = found[2].body.replace(b"handover", b"hand-ver")
                if what == "hash":
                    found[2].hash = "1" * 64
                if what == "missing":
                    del found[2]
                if what == "end":
                    del found[3]
                return found

        return Changed()

    chain = stage.write(lambda store: verify_device(changed(store), device))
    assert chain.broken_at == {"body": 3, "hash": 3, "genesis": 1, "missing": 3, "end": 4}[what]


# --- forks --------------------------------------------------------------------------------------------------------------
def test_a_copied_store_forks_and_nothing_of_either_is_lost(stage: Stage) -> None:
    one = stage.phone()
    CheckIn(one).start()
    one.push()
    two = one.copy()
    mine, theirs = CheckIn(one).start(), CheckIn(two).start()
    one.push()
    pushed = two.push()
    assert pushed.new_epoch == NewEpoch(epoch=1, base_seq=1, base_hash=two.journal.hashes[1])
    assert not pushed.upload_clear
    assert [one["detail"]["base_seq"] for one in stage.incidents("fork")] == [1]
    two.journal.adopt(pushed.new_epoch)
    assert two.journal.hash != genesis(stage.id, two.id, 1, pushed.new_epoch.base_hash), "re-chained over the base"
    again = two.push()
    assert (again.new_epoch, again.upload_clear) == (None, True)
    assert stage.state(mine) == stage.state(theirs) == ("applied", None)
    verified(stage, two)

    left_behind = CheckIn(one).start()
    pushed = one.push()
    assert [outcome.state for outcome in pushed.outcomes] == ["quarantined"]
    assert [command.type for command in pushed.commands] == ["re_enrol"]
    assert stage.entry(left_behind.id) is None
    assert stage.write(lambda store: store.quarantine_count(stage.id, one.id)) == 1


def test_the_answer_that_assigned_an_epoch_may_be_lost(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    backup = phone.copy()
    CheckIn(phone).start()
    phone.push()
    new = CheckIn(backup).start()
    stage.push(backup.request())
    assert stage.device(phone.id).epoch == 1
    for _ in range(2):
        pushed = stage.push(backup.request())
        assert pushed.new_epoch is not None
        assert (pushed.new_epoch.epoch, pushed.new_epoch.base_seq, pushed.commands) == (1, 1, [])
        told = pushed.new_epoch
    assert stage.write(lambda store: store.quarantine_count(stage.id, phone.id)) == 0
    backup.journal.adopt(told)
    assert backup.push().upload_clear
    assert stage.state(new) == ("applied", None)


def test_a_restored_backup_may_work_on_and_forks_at_its_first_new_entry(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(3):
        CheckIn(phone).start()
    backup = phone.copy()
    CheckIn(phone).start()
    phone.push()
    snapshot = stage.snapshot()
    pushed = backup.push()
    assert (pushed.new_epoch, pushed.upload_clear) == (None, True), "all it has is here: its gate opens"
    assert backup.journal.outbox == []
    assert stage.snapshot() == snapshot
    new = CheckIn(backup).start()
    pushed = backup.push()
    assert pushed.new_epoch == NewEpoch(epoch=1, base_seq=3, base_hash=backup.journal.hashes[3])
    backup.journal.adopt(pushed.new_epoch)
    assert backup.push().upload_clear
    assert stage.state(new) == ("applied", None)
    verified(stage, phone)


def forked_from_the_start(stage: Stage) -> tuple[Phone, CheckIn]:
    """A device whose whole journal is sent again in epoch 1: the head contradicts although no entry is sent with it."""
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    all_entries = list(phone.journal.outbox)
    phone.push()
    twin = phone.copy()
    twin.journal.seq -= 1
    twin.journal.hash = twin.journal.hashes[twin.journal.seq]
    twin.journal.append("other", b"{}")
    request = {**twin.request(), "entries": []}
    pushed = stage.push(request)
    assert pushed.new_epoch is not None
    assert pushed.new_epoch.base_seq == 0
    phone.journal.outbox = all_entries
    phone.journal.adopt(pushed.new_epoch)
    return phone, handover


def test_entries_sent_again_under_a_new_epoch_are_repeats(stage: Stage) -> None:
    phone, handover = forked_from_the_start(stage)
    before = stage.the("handover", handover.id)
    version = stage.stored("handover", handover.id)
    pushed = phone.push()
    assert [outcome.state for outcome in pushed.outcomes] == ["applied"] * 7
    assert stage.the("handover", handover.id) == before
    assert stage.stored("handover", handover.id) == version
    assert [one["detail"]["rule"] for one in stage.all("outcome")] == ["found"], "the van was not out; nothing else is said"
    for entry in handover.entries:
        found = stage.entry(entry.id)
        assert found is not None
        assert (found.epoch, found.repeat_of) == (0, False), "the first copy stays the effective one"
    verified(stage, phone)


def test_a_repeat_is_answered_with_what_has_become_of_the_first_copy(stage: Stage) -> None:
    phone, other = stage.phone(), stage.phone()
    start = CheckIn(other)
    start.start()
    waiting = phone.record("handover.abandon", {"handover_id": start.id, "reason": "x"}, needs=[start.entries[0].id])
    kept = list(phone.journal.outbox)
    phone.push()
    twin = phone.copy()
    twin.journal.seq, twin.journal.hash = 0, genesis(stage.id, phone.id)
    twin.journal.append("other", b"{}")
    pushed = stage.push({**twin.request(), "entries": []})
    assert pushed.new_epoch is not None
    phone.journal.outbox = kept
    phone.journal.adopt(pushed.new_epoch)
    request = phone.request()
    waits = {"waits_for": start.entries[0].id}
    for _ in range(2):
        assert [(one.state, one.detail) for one in stage.push(request).outcomes] == [("parked", waits)]
    other.push()
    assert stage.state(waiting) == ("applied", None)
    assert [(one.state, one.code, one.detail) for one in stage.push(request).outcomes] == [("applied", None, {})]


def test_replays_of_an_abandoned_epoch_change_nothing(stage: Stage) -> None:
    phone = stage.phone()
    CheckIn(phone).start()
    old = phone.request()
    phone.push()
    backup = phone.copy()
    CheckIn(phone).start()
    second = phone.request()
    phone.push()
    CheckIn(backup).start()
    pushed = backup.push()
    assert pushed.new_epoch is not None
    backup.journal.adopt(pushed.new_epoch)
    backup.push()
    snapshot = stage.snapshot()
    for request in (old, second):
        assert [outcome.state for outcome in stage.push(request).outcomes] == ["applied"], "the present outcome"
    assert stage.write(lambda store: store.quarantine_count(stage.id, phone.id)) == 0, "it was never lost"
    assert stage.snapshot() == snapshot


def test_a_fork_in_the_middle_of_a_gap_loses_nothing(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone).whole()
    request = phone.request()
    stage.push(without(request, 4))
    twin = phone.copy()
    twin.journal.seq, twin.journal.hash = 3, twin.journal.hashes[3]
    twin.journal.outbox = twin.journal.outbox[:3]
    twin.journal.append("other", b"{}")
    stage.push(twin.request())
    pushed = stage.push(request)
    assert pushed.new_epoch is not None
    phone.journal.adopt(pushed.new_epoch)
    assert {outcome.state for outcome in phone.push().outcomes} == {"applied"}
    assert stage.the("asset", stage.van)["state"] == "returned"
    assert {stage.state(entry)[0] for entry in handover.entries} == {"applied"}
    assert len(stage.incidents("fork")) == 1


def test_a_held_number_with_another_hash_is_an_incident(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(3):
        CheckIn(phone).start()
    twin = phone.copy()
    stage.push(without(phone.request(), 1))
    twin.journal.seq, twin.journal.hash, twin.journal.outbox = 2, twin.journal.hashes[2], twin.journal.outbox[:2]
    CheckIn(twin).start()
    other = CheckIn(twin).start()
    pushed = stage.push(without(twin.request(), 1))
    assert [one["detail"] for one in stage.incidents("held_differs")] == [{"seq": 3}]
    said = [(one.seq, one.state, one.code, one.id is None) for one in pushed.outcomes]
    assert said == [(2, "held", None, True), (3, "parked", ErrorCode.ENTRY_HASH_MISMATCH, True)], "its own copy is not held"
    assert stage.incidents("damaged_entry") == []
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    office.do(GapRelease(device_id=phone.id, epoch=0, until=1, reason="平板摔坏"))
    office.push()
    pushed = stage.push(without(twin.request(), 1))
    assert pushed.new_epoch is not None
    twin.journal.adopt(pushed.new_epoch)
    twin.push()
    assert stage.state(other) == ("applied", None)


# --- revoked ------------------------------------------------------------------------------------------------------------
def test_a_revoked_device_pushes_into_a_bounded_quarantine_and_pulls_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "QUARANTINE_ENTRIES_MAX", 4)
    phone = stage.phone()
    before = CheckIn(phone).start()
    kept = phone.request()["entries"]
    phone.push()
    stage.do(DeviceRevoke(device_id=phone.id))
    for _ in range(6):
        CheckIn(phone).start()
    request = phone.request()
    first = {**request, "entries": [*kept, *request["entries"][:3]]}
    for _ in range(3):
        pushed = stage.push(first)
        assert [outcome.state for outcome in pushed.outcomes] == ["applied"] + ["quarantined"] * 3
        assert not pushed.upload_clear, "there is more where that came from"
        assert not pushed.may_pull
        assert [(command.type, command.code) for command in pushed.commands] == [("wipe", ErrorCode.DEVICE_REVOKED)]
    pushed = stage.push(request)
    assert len(pushed.outcomes) == 4
    assert not pushed.upload_clear, "what found no room is not said to be kept"
    assert stage.write(lambda store: store.quarantine_count(stage.id, phone.id)) == 4
    assert stage.device(phone.id).seq == 1
    assert stage.state(before) == ("applied", None)
    monkeypatch.setattr(limits, "QUARANTINE_ENTRIES_MAX", 100)
    assert stage.push(request).upload_clear


def test_a_replaced_device_is_shut_out_like_a_revoked_one(stage: Stage) -> None:
    phone, heir = stage.phone(), stage.phone()
    stage.do(DeviceEnrol(device_id=heir.id, depot_id=stage.depots[0], name="新", type="field", replaces=phone.id))
    CheckIn(phone).start()
    assert [outcome.state for outcome in phone.push().outcomes] == ["quarantined"]
    assert stage.device(phone.id).state == "replaced"


def test_nobody_revokes_the_system_device_or_his_own(stage: Stage) -> None:
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    for device in (office.id, stage.system):
        office.record("device.revoke", {"device_id": device})
    assert {outcome.state for outcome in office.push().outcomes} == {"refused"}
    assert stage.device(office.id).state == "active"


# --- the pure chain -----------------------------------------------------------------------------------------------------
def test_chain_numbers_are_bounded() -> None:
    start = genesis("o", "d")
    for seq in (0, -1, limits.SEQ_MAX + 1):
        with pytest.raises(ValueError, match="out of range"):
            extend(start, seq, b"")
    assert extend(start, 1, b"") != extend(start, 2, b"")
    assert len({genesis("o", "d"), genesis("o", "d", 1), genesis("o", "d", 1, start), genesis("d", "o")}) == 4


def test_a_head_before_the_first_number_of_its_epoch_is_refused_by_name(stage: Stage) -> None:
    phone = stage.phone()
    for _ in range(3):
        CheckIn(phone).start()
    phone.push()
    twin = phone.copy()
    CheckIn(phone).start()
    phone.push()
    CheckIn(twin).start()
    assigned = twin.push().new_epoch
    assert assigned is not None
    twin.journal.adopt(assigned)
    twin.push()
    made_up = "0" * 64
    signed = signature(phone.secret, head_text(stage.id, phone.id, 1, 1, made_up))
    with pytest.raises(PushRefused) as refused:
        stage.push(twin.request(entries=[], head={"epoch": 1, "seq": 1, "hash": made_up, "signature": signed}))
    assert refused.value.code == ErrorCode.ENTRY_ORDER
