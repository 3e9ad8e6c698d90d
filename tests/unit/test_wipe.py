"""Wiping: a device that still answers empties itself, and never before everything it has is proven here."""

import pytest

from schemas.actions.devices import DeviceRevoke, DeviceWipe
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.protocol import WipedRequest
from sync.unit import Touched
from sync.wipe import WipeRefused, acknowledge, wiped_text
from tests.support.stage import CheckIn, Phone, Stage, signature


def said_by(phone: Phone, secret: str | None = None, **more: object) -> WipedRequest:
    journal = phone.journal
    given = {"device": phone.id, "epoch": journal.epoch, "seq": journal.seq, "hash": journal.hash, "signature": "A" * 86, **more}
    said = WipedRequest.model_validate(given)
    return said.model_copy(update={"signature": signature(secret or phone.secret, wiped_text(phone.stage.id, said))})


def acknowledged(phone: Phone, said: WipedRequest | None = None) -> Touched:
    stage = phone.stage
    message = said or said_by(phone)
    return stage.write(lambda store: acknowledge(store, stage.engine.verify, stage.id, message, stage.now))


def wiping(stage: Stage) -> Phone:
    phone = stage.phone()
    phone.push()
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    made = office.do(DeviceWipe(device_id=phone.id, reason="丢失"))
    office.push()
    assert stage.state(made) == ("applied", None)
    return phone


def refused(phone: Phone, said: WipedRequest | None = None) -> ErrorCode:
    with pytest.raises(WipeRefused) as caught:
        acknowledged(phone, said)
    return caught.value.code


def test_a_device_being_wiped_pulls_nothing_and_what_it_sends_is_judged(stage: Stage) -> None:
    phone = wiping(stage)
    assert stage.the("device", phone.id)["state"] == "wiping"
    handover = CheckIn(phone)
    started = handover.start()
    pushed = phone.push()
    assert not pushed.may_pull
    assert [(command.type, command.code) for command in pushed.commands] == [("wipe", "device_wiping")]
    assert stage.state(started) == ("applied", None)
    assert pushed.upload_clear
    assert stage.the("device", phone.id)["state"] == "wiping", "until it says itself that it is empty"


def test_it_is_wiped_once_it_says_so_and_everything_is_here(stage: Stage) -> None:
    phone = wiping(stage)
    CheckIn(phone).start()
    phone.push()
    acknowledged(phone)
    assert stage.the("device", phone.id)["state"] == "wiped"
    (incident,) = stage.incidents("wiped")
    assert incident["detail"] == {"epoch": 0, "proven_seq": 1}
    before = stage.snapshot()
    assert acknowledged(phone).before == {}, "said again, it changes nothing"
    assert stage.snapshot() == before


def test_what_a_wiped_device_owes_is_named(stage: Stage) -> None:
    phone = wiping(stage)
    handover = CheckIn(phone)
    handover.start()
    handover.photo("front")
    phone.push()
    acknowledged(phone)
    other = wiping(stage)
    CheckIn(other).whole()
    request = other.request()
    request["entries"] = request["entries"][2:4]
    stage.push(request)
    acknowledged(other)
    assert {incident["device_id"]: incident["detail"] for incident in stage.incidents("wiped")} == {
        phone.id: {"epoch": 0, "proven_seq": 2, "files": 1},
        other.id: {"epoch": 0, "proven_seq": 0, "missing": [[1, 2], [5, other.journal.seq]]},
    }


def test_a_device_that_went_back_to_a_backup_knows_less_than_is_here_and_is_wiped_all_the_same(stage: Stage) -> None:
    phone = wiping(stage)
    CheckIn(phone).start()
    phone.push()
    backup = phone.copy()
    CheckIn(phone).start()
    phone.push()
    acknowledged(backup)
    assert stage.the("device", phone.id)["state"] == "wiped"
    assert stage.incidents("wiped")[0]["detail"] == {"epoch": 0, "proven_seq": 2}, "it owes nothing"


def test_a_server_that_went_back_to_a_backup_names_what_it_will_never_have(stage: Stage) -> None:
    phone = wiping(stage)
    CheckIn(phone).start()
    phone.push()
    CheckIn(phone).start()
    CheckIn(phone).start()
    acknowledged(phone)
    assert stage.incidents("wiped")[0]["detail"] == {"epoch": 0, "proven_seq": 1, "missing": [[2, 3]]}


def test_one_that_was_shut_out_after_it_was_asked_may_still_say_it(stage: Stage) -> None:
    phone = wiping(stage)
    phone.push()
    stage.do(DeviceRevoke(device_id=phone.id))
    acknowledged(phone)
    assert stage.the("device", phone.id)["state"] == "wiped"


def test_nobody_else_can_say_it_and_nobody_unasked(stage: Stage) -> None:
    phone = wiping(stage)
    assert refused(phone, said_by(phone, secret="another key")) == "signature_invalid"
    assert refused(phone, said_by(phone, device=stage.ids.new())) == "device_unknown"
    unasked = stage.phone()
    unasked.push()
    assert refused(unasked) == "forbidden"
    assert stage.the("device", unasked.id)["state"] == "active"


def test_what_is_not_active_or_is_oneself_cannot_be_wiped(stage: Stage) -> None:
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    phone = stage.phone()
    stage.do(DeviceRevoke(device_id=phone.id))
    for device in (phone.id, office.id, stage.system):
        made = office.do(DeviceWipe(device_id=device))
        office.push()
        assert stage.state(made)[0] == "refused"
    again = wiping(stage)
    made = office.do(DeviceRevoke(device_id=again.id))
    office.push()
    assert stage.state(made) == ("applied", None), "one that does not answer after all can still be shut out"
    again.record("handover.abandon", {"handover_id": stage.ids.new()})
    assert [outcome.state for outcome in again.push().outcomes] == ["quarantined"]


def test_after_a_fork_a_device_being_wiped_sends_in_its_new_epoch(stage: Stage) -> None:
    phone = wiping(stage)
    twin = phone.copy()
    CheckIn(phone).start()
    phone.push()
    CheckIn(twin).start()
    fork = twin.push().new_epoch
    assert fork is not None
    twin.journal.adopt(fork)
    assert {outcome.state for outcome in twin.push().outcomes} == {"applied"}
    acknowledged(twin)
    assert stage.the("device", phone.id)["state"] == "wiped"
