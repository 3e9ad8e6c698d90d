"""What a shut-out device or an abandoned epoch sent: admitted into an annex and judged, or dismissed and kept. On every store."""

import json
from typing import Any

import pytest

from schemas import limits
from schemas.actions.devices import DeviceRevoke
from schemas.actions.people import PersonErase
from schemas.actions.quarantine import KeptEntry, QuarantineAdmit, QuarantineDismiss
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.protocol import NewEpoch, Outcome, PushedEntry
from server.proof import DeviceChain, verify_device
from sync import instants
from sync.again import judge_again, parked_for
from sync.brought import states_of
from sync.device import Recorded
from sync.journal import derived_id, extend, genesis
from sync.store import JournalEntry, KeptAside
from tests.support.exchange import Line
from tests.support.exporting import bring_all, said_of
from tests.support.stage import CheckIn, Phone, Stage

Action = type[QuarantineAdmit] | type[QuarantineDismiss]


def aside(stage: Stage, phone: Phone) -> list[KeptAside]:
    return stage.write(lambda store: store.kept_aside(stage.id, phone.id))


def chain(stage: Stage, phone: Phone) -> DeviceChain:
    return stage.write(lambda store: verify_device(store, stage.device_in(store, phone.id)))


def annexes(stage: Stage, phone: Phone) -> list[tuple[int, int]]:
    """(number, the number before its first entry) of each."""
    found = stage.write(lambda store: store.epochs(stage.id, phone.id))
    return [(epoch, base) for epoch, base, _ in found if epoch < 0]


def decide(
    stage: Stage, action: Action, phone: Phone, kept: list[KeptAside], role: Role = Role.MANAGER, reason: str = "看过了"
) -> Outcome:
    office = stage.phone(role, shared=False, type_="office")
    named = [KeptEntry(epoch=one.epoch, seq=one.seq, hash=one.hash) for one in kept]
    office.do(action(device_id=phone.id, entries=named, reason=reason))
    return office.push().outcomes[0]


def admit(stage: Stage, phone: Phone, kept: list[KeptAside] | None = None, **more: Any) -> Outcome:
    return decide(stage, QuarantineAdmit, phone, aside(stage, phone) if kept is None else kept, **more)


def dismiss(stage: Stage, phone: Phone, kept: list[KeptAside] | None = None, **more: Any) -> Outcome:
    return decide(stage, QuarantineDismiss, phone, aside(stage, phone) if kept is None else kept, **more)


def shut_out(stage: Stage, phone: Phone | None = None) -> Phone:
    """A device that had sent one handover before it was revoked."""
    phone = phone or stage.phone()
    CheckIn(phone).start()
    phone.push()
    stage.do(DeviceRevoke(device_id=phone.id))
    return phone


def test_what_is_admitted_takes_effect_and_its_chain_can_be_recomputed(stage: Stage) -> None:
    phone = shut_out(stage)
    handover = CheckIn(phone).whole()
    request = phone.request()
    phone.push(request)
    assert stage.record("handover", handover.id) is None
    assert [one["detail"] for one in stage.incidents("quarantine")] == [{"waiting": 7}]
    assert admit(stage, phone).state == "applied"
    assert stage.the("handover", handover.id)["state"] == "complete"
    assert stage.the("asset", stage.van)["state"] == "returned"
    assert stage.incidents("quarantine") == []
    assert stage.incidents("quarantine", "closed")[0]["closed_at"] is not None
    assert annexes(stage, phone) == [(-1, 1)]
    assert chain(stage, phone) == DeviceChain(checked=8, broken_at=None, total=1)
    device = stage.device(phone.id)
    assert (device.state, device.seq) == ("revoked", 1), "the end of its journal has not moved, it is still shut out"
    decision = aside(stage, phone)[0].decision
    assert (decision["state"], decision["by"], decision["reason"]) == ("admitted", stage.people[Role.MANAGER, 0], "看过了")


def test_its_device_is_told_when_it_says_it_again(stage: Stage) -> None:
    phone = shut_out(stage)
    new = CheckIn(phone).start()
    request = phone.request()
    phone.push(request)
    admit(stage, phone, reason="客户在场，属实")
    snapshot = stage.snapshot()
    (outcome,) = stage.push(request).outcomes
    assert (outcome.seq, outcome.epoch, outcome.state, outcome.id) == (2, 0, "applied", new.id)
    assert (outcome.detail["admitted"], outcome.detail["reason"]) == (True, "客户在场，属实")
    assert outcome.detail["by"] == stage.people[Role.MANAGER, 0]
    assert stage.snapshot() == snapshot, "said again, it changes nothing"
    told = [one for one in stage.all("outcome") if one["device_id"] == phone.id]
    assert [(one["epoch"], one["seq"], one["state"]) for one in told] == [(-1, 2, "applied")]


def test_a_python_device_learns_what_was_decided(stage: Stage) -> None:
    """From the answer to its next exchange, revoked as it is; nothing of it leaves the device without a receipt."""
    line = Line(stage, stage.phone())
    line.sync()
    made = [
        line.save("handover.start", {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van}) for _ in range(2)
    ]
    stage.do(DeviceRevoke(device_id=line.phone.id))

    def outcomes() -> list[Any]:
        return [row.outcome for row in line.device.outbox]

    line.exchange()
    assert [said["state"] for said in outcomes()] == ["quarantined"] * 2
    first, second = aside(stage, line.phone)
    admit(stage, line.phone, [first])
    dismiss(stage, line.phone, [second], reason="重复")
    line.exchange()
    told = [(said["id"], said["state"], said["code"], said["detail"]["reason"]) for said in outcomes()]
    assert told == [(made[0].id, "applied", None, "看过了"), (None, "quarantined", "entry_dismissed", "重复")]
    assert [row.id for row in line.device.outbox] == [one.id for one in made]


def test_admitted_twice_is_admitted_once(stage: Stage) -> None:
    phone = shut_out(stage)
    CheckIn(phone).whole()
    phone.push()
    kept = aside(stage, phone)
    admit(stage, phone, kept[:3])
    first = aside(stage, phone)[0].decision
    assert admit(stage, phone, kept).state == "applied"
    assert aside(stage, phone)[0].decision == first
    before = stage.snapshot()["records"]
    assert admit(stage, phone, kept).state == "applied"
    after = stage.snapshot()["records"]
    assert {key for key in after if key[0] in ("handover", "asset", "outcome") and after[key] != before.get(key)} == set()
    assert annexes(stage, phone) == [(-1, 1)], "what follows on goes into the same annex"
    assert chain(stage, phone).checked == 8


def test_what_is_dismissed_is_kept_for_ever_and_its_device_is_told(stage: Stage) -> None:
    phone = shut_out(stage)
    handover = CheckIn(phone)
    handover.start()
    request = phone.request()
    phone.push(request)
    before = aside(stage, phone)[0].body
    assert dismiss(stage, phone, reason="试用时点错").state == "applied"
    assert stage.record("handover", handover.id) is None
    assert aside(stage, phone)[0].body == before
    assert stage.incidents("quarantine") == []
    pushed = stage.push(request)
    assert [(one.state, one.code) for one in pushed.outcomes] == [("quarantined", ErrorCode.ENTRY_DISMISSED)]
    assert pushed.outcomes[0].detail["reason"] == "试用时点错"
    assert pushed.upload_clear
    (told,) = [one for one in stage.all("outcome") if one["device_id"] == phone.id]
    assert (told["state"], told["code"], told["action"]) == ("quarantined", "entry_dismissed", "handover.start")
    assert stage.incidents("quarantine") == [], "it waits for nobody"


def test_the_first_decision_stands(stage: Stage) -> None:
    phone = shut_out(stage)
    for _ in range(2):
        CheckIn(phone).start()
    phone.push()
    first, second = aside(stage, phone)
    dismiss(stage, phone, [first])
    outcome = admit(stage, phone, [first, second])
    assert (outcome.state, outcome.code, outcome.detail["state"]) == ("refused", ErrorCode.STATE_ILLEGAL, "dismissed")
    assert outcome.detail["by"] == stage.people[Role.MANAGER, 0]
    assert aside(stage, phone)[1].decision == {}, "all of it or nothing"
    assert dismiss(stage, phone, [first], reason="又一次").state == "applied"
    assert aside(stage, phone)[0].decision["reason"] == "看过了"
    admit(stage, phone, [second])
    assert dismiss(stage, phone, [second]).detail["state"] == "admitted"


def test_what_was_admitted_is_counted_by_its_own_numbers(stage: Stage) -> None:
    """Of a device none of whose entries was taken otherwise: not records 1 to 7 of 0."""
    phone = stage.phone()
    stage.do(DeviceRevoke(device_id=phone.id))
    handover = CheckIn(phone).whole()
    phone.push()
    admit(stage, phone)
    proof = stage.proof(handover.id)
    assert stage.device(phone.id).seq == 0
    assert (proof.first_seq, proof.last_seq, proof.chain) == (1, len(handover.entries), "verified")
    assert proof.total == proof.last_seq


def test_what_lies_between_is_not_taken_for_lost(stage: Stage) -> None:
    """2 is dismissed, 3 is admitted: it follows from bytes that lie aside, and is verified by them."""
    phone = shut_out(stage)
    for _ in range(4):
        CheckIn(phone).start()
    phone.push()
    kept = aside(stage, phone)
    dismiss(stage, phone, kept[:1])
    admit(stage, phone, [kept[3], kept[1]])
    assert annexes(stage, phone) == [(-2, 4), (-1, 2)]
    assert chain(stage, phone) == DeviceChain(checked=3, broken_at=None, total=1)
    admit(stage, phone, [kept[2]])
    assert chain(stage, phone) == DeviceChain(checked=4, broken_at=None, total=1)
    assert stage.push(phone.request()).outcomes[-1].state == "applied"


def test_where_nobody_knows_what_came_before_the_proof_says_so(stage: Stage) -> None:
    phone = shut_out(stage)
    for _ in range(4):
        CheckIn(phone).start()
    request = phone.request()
    stage.push({**request, "entries": request["entries"][1:]})
    admit(stage, phone)
    assert chain(stage, phone) == DeviceChain(checked=3, broken_at=None, total=1, released=((2, 2),))
    stage.push(request)
    assert len(aside(stage, phone)) == 4
    admit(stage, phone)
    assert [entry.state for entry in _journal(stage, phone)] == ["applied"] * 5


def _journal(stage: Stage, phone: Phone) -> list[Any]:
    def job(store: Any) -> list[Any]:
        epochs = [epoch for epoch, _, _ in store.epochs(stage.id, phone.id)]
        return [entry for epoch in epochs for entry in store.entries(stage.id, phone.id, epoch, 1, 100)]

    return stage.write(job)


def _of(stage: Stage, made: Recorded) -> JournalEntry:
    found = stage.entry(made.id)
    assert found is not None
    return found


def test_two_copies_of_a_device_both_keep_their_work(stage: Stage) -> None:
    """Its numbers are taken in the journal by the other copy's entries: it goes into an annex, and nothing is chained anew."""
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    clone = phone.copy()
    mine = [CheckIn(phone).start() for _ in range(2)]
    phone.push()
    theirs = [CheckIn(clone).start() for _ in range(3)]
    pushed = stage.push(clone.request())
    assert isinstance(pushed.new_epoch, NewEpoch)
    phone.journal.adopt(pushed.new_epoch)
    CheckIn(phone).start()
    phone.push()
    (command,) = [one.type for one in stage.push(clone.request()).commands]
    assert command == "re_enrol"
    assert admit(stage, phone).state == "applied"
    assert {stage.state(one) for one in (*mine, *theirs)} == {("applied", None)}
    assert annexes(stage, phone) == [(-1, 1)]
    assert chain(stage, phone).broken_at is None
    assert {(one.epoch, one.state) for one in stage.push(clone.request()).outcomes} == {(0, "applied")}
    CheckIn(phone).start()
    assert [one.state for one in phone.push().outcomes] == ["applied"], "the other copy goes on as ever"


def test_the_same_entry_by_another_way_takes_effect_once(stage: Stage) -> None:
    """Admitted from the old epoch, and chained anew by the device in the new one."""
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    clone = phone.copy()
    CheckIn(phone).start()
    phone.push()
    both = CheckIn(clone).start()
    epoch = stage.push(clone.request()).new_epoch
    assert epoch is not None
    again = clone.copy()
    clone.journal.adopt(epoch)
    clone.push()
    version = _of(stage, both).version
    new = CheckIn(again).start()
    stage.push(again.request())
    admit(stage, phone)
    assert stage.state(new) == ("applied", None)
    assert [(entry.epoch, entry.repeat_of) for entry in _journal(stage, phone) if entry.entry_id == both.id] == [
        (-1, True),
        (1, False),
    ]
    assert _of(stage, both).version == version
    assert chain(stage, phone).broken_at is None


def test_what_waited_for_it_goes_on(stage: Stage) -> None:
    phone = shut_out(stage)
    start = CheckIn(phone).start()
    phone.push()
    other = stage.phone()
    handover = other.record("task.note", {"task_id": stage.ids.new(), "note": "x"}, needs=[start.id])
    other.push()
    assert stage.state(handover) == ("parked", ErrorCode.ENTRY_WAITS)
    admit(stage, phone)
    assert stage.state(handover) == ("refused", ErrorCode.RECORD_UNKNOWN), "judged, with what it needed before it"


def test_it_is_judged_as_what_it_is(stage: Stage) -> None:
    """A right the actor has lost is missing; a body that is none is parked. Both are kept, the rest goes on."""
    phone = shut_out(stage)
    phone.actor = stage.people[Role.FINANCE, 0]
    refused = CheckIn(phone).start()
    phone.actor = stage.people[Role.TECHNICIAN, 0]
    phone.record("no.such", {})
    applied = CheckIn(phone).start()
    phone.push()
    admit(stage, phone)
    assert stage.state(refused)[0] == "refused"
    assert stage.state(applied) == ("applied", None)
    assert [entry.state for entry in _journal(stage, phone)] == ["refused", "parked", "applied", "applied"]


def test_a_clock_that_was_off_when_it_came_is_corrected(stage: Stage) -> None:
    phone = shut_out(stage)
    stage.now += 3_600_000
    made = CheckIn(phone)
    made.start()
    stage.now -= 3_600_000
    phone.push({**phone.request(), "clock": {"wall": phone.journal.request(stage.now + 3_600_000)["clock"]["wall"], "mono": 1,
                                             "boot": "b"}})  # fmt: skip
    came = stage.now
    stage.now += 10 * 3_600_000
    admit(stage, phone)
    started = stage.the("handover", made.id)["started_at"]
    assert abs(_ms(started) - came) < 1000


def _ms(at: str) -> int:
    return instants.to_ms(at)


def test_what_was_erased_meanwhile_stays_erased(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    signature = stage.ids.new()
    handover.sign("customer", signature)
    request = phone.request()
    stage.do(DeviceRevoke(device_id=phone.id))
    phone.push(request)
    admit(stage, phone)
    signer = derived_id("signer", signature)
    assert stage.the("signer", signer)["name"] == "王芳"
    stage.do(PersonErase(signer_id=signer, reason="本人要求"))
    assert [json.loads(one.body).get("erased") for one in aside(stage, phone)] == [None, True]
    assert "王芳" not in str([_parts(stage, entry) for entry in _journal(stage, phone)])
    stage.push(request)
    assert [json.loads(one.body)["private"] for one in aside(stage, phone)] == [[], []]


def _parts(stage: Stage, entry: Any) -> list[Any]:
    return stage.write(lambda store: store.private_parts(entry))


def test_an_admitted_signature_whose_person_was_erased_before_has_none(stage: Stage) -> None:
    """Erased through another copy of the same entry, while this one lay aside."""
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    signature = stage.ids.new()
    sign = handover.sign("customer", signature)
    stage.do(DeviceRevoke(device_id=phone.id))
    phone.push()
    kept = aside(stage, phone)
    raw = json.loads(kept[1].body)

    def scrub(store: Any) -> None:
        place = (kept[1].epoch, kept[1].seq, kept[1].hash)
        erased = json.dumps({**raw, "private": [], "erased": True}).encode()
        store.add_quarantine(stage.id, phone.id, *place, erased, "revoked", stage.now)

    stage.write(scrub)
    admit(stage, phone)
    assert stage.state(sign) == ("applied", None)
    assert _parts(stage, stage.entry(sign.id)) == [None, None]


def test_damaged_bytes_are_not_admitted_but_may_be_dismissed(stage: Stage) -> None:
    phone = shut_out(stage)
    CheckIn(phone).start()
    request = phone.request()
    broken = {**request["entries"][0], "body": request["entries"][0]["body"].replace("check_in", "check_im")}
    stage.push({**request, "entries": [broken]})
    (kept,) = aside(stage, phone)
    assert kept.reason == "damaged"
    assert stage.incidents("quarantine") == [], "the good copy is still to come"
    assert admit(stage, phone).detail == {"state": "damaged"}
    assert dismiss(stage, phone).state == "applied"
    stage.push(request)
    assert [one.decision.get("state") for one in aside(stage, phone)].count(None) == 1


def test_a_decision_makes_room(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUARANTINE_ENTRIES_MAX", 2)
    phone = shut_out(stage)
    for _ in range(3):
        CheckIn(phone).start()
    request = phone.request()
    assert not stage.push(request).upload_clear
    dismiss(stage, phone)
    pushed = stage.push(request)
    assert pushed.upload_clear
    assert [one.code for one in pushed.outcomes] == [ErrorCode.ENTRY_DISMISSED] * 2 + [ErrorCode.DEVICE_REVOKED]


def test_only_a_manager_decides_and_only_over_what_is_there(stage: Stage) -> None:
    phone = shut_out(stage)
    CheckIn(phone).start()
    phone.push()
    for role in set(Role) - {Role.MANAGER, Role.SYSTEM}:
        assert admit(stage, phone, role=role).code == ErrorCode.ACTION_FORBIDDEN
    other = stage.phone()
    assert admit(stage, other, aside(stage, phone)).code == ErrorCode.RECORD_UNKNOWN
    far = stage.phone(place=1)
    assert admit(stage, far, aside(stage, phone)).code == ErrorCode.RECORD_UNKNOWN
    assert [one.decision for one in aside(stage, phone)] == [{}]


def test_what_nobody_can_read_keeps_no_file_out(stage: Stage) -> None:
    """An export file with an entry that is none: it is parked like any other, also when the same file comes again, or comes of a
    revoked device and was admitted."""
    for revoked in (False, True):
        phone = stage.phone()
        if revoked:
            stage.do(DeviceRevoke(device_id=phone.id))
        name = extend(genesis(stage.id, phone.id), 1, b"nothing to read")
        entry = PushedEntry(seq=1, hash=name, body="nothing to read")

        def once(phone: Phone = phone, name: str = name, entry: PushedEntry = entry) -> dict[str, int]:
            phone.journal.seq, phone.journal.hash = 1, name
            said = said_of(phone.journal, [entry])
            bring_all(stage, said, [entry])
            return dict(stage.write(lambda store: states_of(store, said, [entry])))

        assert once() == ({"quarantined": 1} if revoked else {"parked": 1})
        if revoked:
            admit(stage, phone)
        assert once() == {"parked": 1}


def test_another_organisation_reaches_nothing(stage: Stage) -> None:
    phone = shut_out(stage)
    CheckIn(phone).start()
    phone.push()
    foreign = Stage(stage.host, f"foreign {stage.name}")
    assert admit(foreign, phone, aside(stage, phone)).state == "refused"
    assert [one.decision for one in aside(stage, phone)] == [{}]


def test_a_repeated_request_of_the_office_decides_nothing_anew(stage: Stage) -> None:
    phone = shut_out(stage)
    CheckIn(phone).start()
    phone.push()
    (kept,) = aside(stage, phone)
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    named = [KeptEntry(epoch=kept.epoch, seq=kept.seq, hash=kept.hash)]
    office.do(QuarantineAdmit(device_id=phone.id, entries=named, reason="x"))
    request = office.request()
    office.push(request)
    snapshot, decided = stage.snapshot(), aside(stage, phone)
    stage.push(request)
    assert (stage.snapshot(), aside(stage, phone)) == (snapshot, decided)


def test_nobody_closes_what_waits_by_a_note(stage: Stage) -> None:
    phone = shut_out(stage)
    CheckIn(phone).start()
    phone.push()
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    office.record("incident.close", {"incident_id": stage.incidents("quarantine")[0]["id"], "note": "x"})
    assert office.push().outcomes[0].code == ErrorCode.STATE_ILLEGAL


def test_an_office_that_judges_later_admits_later(stage: Stage) -> None:
    """The server could not judge the manager's word: nothing is decided until it is."""
    phone = shut_out(stage)
    start = CheckIn(phone).start()
    phone.push()
    (kept,) = aside(stage, phone)
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    named = [KeptEntry(epoch=kept.epoch, seq=kept.seq, hash=kept.hash)]
    office.do(QuarantineAdmit(device_id=phone.id, entries=named, reason="x"))
    stage.push(office.request(), judge_entries=False)
    assert stage.entry(start.id) is None
    stage.write(lambda store: judge_again(stage.engine, store, stage.id, parked_for([ErrorCode.ENTRY_SERVER_ERROR]), limit=10))
    assert stage.state(start) == ("applied", None)
    assert chain(stage, phone).checked == 2
