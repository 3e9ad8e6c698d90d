"""Clocks lie: a device's time is kept as it was, flagged and corrected where it cannot be right, and wins nothing for ever."""

import json
from typing import Any

import pytest

from schemas import limits
from schemas.actions.incidents import IncidentClose
from schemas.actions.organisation import OrganisationPolicy
from schemas.people import Role
from schemas.protocol import SyncRequest
from server.proof import _proof_entry
from sync import hlc, instants
from sync.body import read_body
from sync.occurred import is_clock_suspect, is_time_suspect, occurred_at
from sync.store import JournalEntry
from tests.support.stage import CheckIn, Phone, Stage

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


def pushed_with_clock(phone: Phone, off_ms: int, action: str, args: dict[str, Any], **more: Any) -> JournalEntry:
    """One entry of a device whose clock is off by so much, stored."""
    clock = phone.stage.now + off_ms
    made = phone.journal.record(action, args, actor=phone.actor, now_ms=clock, **more)
    phone.push(phone.journal.request(clock))
    found = phone.stage.entry(made.id)
    assert found is not None
    return found


def start(phone: Phone, off_ms: int) -> tuple[JournalEntry, dict[str, Any]]:
    stage, handover = phone.stage, phone.stage.ids.new()
    args = {"handover_id": handover, "type": "check_in", "asset_id": stage.van, "rental_id": stage.rental}
    return pushed_with_clock(phone, off_ms, "handover.start", args), stage.the("handover", handover)


@pytest.mark.parametrize("off_ms", [HOUR_MS, -HOUR_MS, YEAR_MS, -YEAR_MS])
def test_a_clock_far_off_is_flagged_and_what_it_says_corrected(stage: Stage, off_ms: int) -> None:
    phone = stage.phone()
    entry, handover = start(phone, off_ms)
    assert entry.state == "applied", "an implausible time is flagged, never refused"
    assert entry.skew_ms == off_ms
    body = json.loads(entry.body or b"")
    assert instants.to_ms(body["at"]) == stage.now + off_ms, "the raw time stays in the body"
    assert is_time_suspect(entry, body["at"])
    assert instants.to_ms(handover["started_at"]) == stage.now
    assert stage.the("device", phone.id)["skew_ms"] == off_ms


@pytest.mark.parametrize("at", [-HOUR_MS, 240 * YEAR_MS, None])
@pytest.mark.parametrize("wall", ["9998-12-31T23:59:59.000Z", "1970-01-01T00:00:00.000Z", "right"])
def test_a_clock_centuries_off_moves_nothing_out_of_the_calendar(stage: Stage, at: int | None, wall: str) -> None:
    """`at`: the clock when the entry was written, against the truth (None: 1970); `wall`: the clock when it was pushed."""
    phone = stage.phone()
    made = phone.journal.record(
        "handover.start", {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van},
        actor=phone.actor, now_ms=0 if at is None else stage.now + at,
    )  # fmt: skip
    phone.push(phone.journal.request(stage.now if wall == "right" else instants.to_ms(wall)))
    entry = stage.entry(made.id)
    assert entry is not None
    assert entry.state == "applied", entry.code
    started = instants.to_ms(stage.the("handover", json.loads(entry.body or b"")["args"]["handover_id"])["started_at"])
    assert 0 <= started <= stage.now + limits.CLOCK_SUSPECT_MS
    if at == -HOUR_MS and wall.startswith("9998"):
        assert started == stage.now + at, "the difference at the push says nothing about it"


@pytest.mark.parametrize("off_ms", [0, 60_000, -60_000, limits.CLOCK_SUSPECT_MS, -limits.CLOCK_SUSPECT_MS])
def test_a_clock_a_little_off_is_believed(stage: Stage, off_ms: int) -> None:
    entry, handover = start(stage.phone(), off_ms)
    assert not is_clock_suspect(entry.skew_ms)
    assert instants.to_ms(handover["started_at"]) == stage.now + off_ms


def test_what_happened_offline_keeps_its_time(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    then = stage.now
    stage.now += 5 * HOUR_MS
    phone.push()
    assert instants.to_ms(stage.the("handover", handover.id)["started_at"]) == then


def test_a_time_that_has_not_come_yet_is_not_later_than_its_receipt(stage: Stage) -> None:
    """The clock was put right between the entry and the push: the skew says nothing any more."""
    phone = stage.phone()
    made = phone.journal.record(
        "handover.start", {"handover_id": stage.ids.new(), "type": "check_in", "asset_id": stage.van},
        actor=phone.actor, now_ms=stage.now + YEAR_MS,
    )  # fmt: skip
    phone.push()
    entry = stage.entry(made.id)
    assert entry is not None
    assert entry.skew_ms == 0
    body = json.loads(entry.body or b"")
    assert is_time_suspect(entry, body["at"])
    handover = stage.the("handover", body["args"]["handover_id"])
    assert instants.to_ms(handover["started_at"]) == stage.now


def policy(stage: Stage, phone: Phone, off_ms: int, gate: str) -> JournalEntry:
    args = OrganisationPolicy.model_validate({"organisation_id": stage.id, "gate_policy": gate})
    return pushed_with_clock(phone, off_ms, args.action, args.model_dump(mode="json"))


def test_one_clock_far_ahead_does_not_win_for_ever(stage: Stage) -> None:
    """Its reading is capped at a minute after its receipt; whoever writes later than that wins, having seen nothing."""
    ahead, honest = (stage.phone(Role.MANAGER, shared=False, type_="office") for _ in range(2))
    policy(stage, ahead, YEAR_MS, "records")
    assert stage.the("organisation", stage.id)["gate_policy"] == "records"
    stage.now += limits.HLC_AHEAD_MS_MAX + 1000
    policy(stage, honest, 0, "grace")
    assert stage.the("organisation", stage.id)["gate_policy"] == "grace"
    stored = stage.stored("organisation", stage.id)
    assert stored is not None
    losers = [one["value"] for one in stored.meta["gate_policy"].history]
    assert "records" in losers, "no silent winner"


def test_a_devices_clock_never_goes_back_and_its_reading_never_counts_beyond_a_minute(stage: Stage) -> None:
    phone = stage.phone()
    readings = []
    for off_ms in (YEAR_MS, 0, -YEAR_MS):
        entry, _ = start(phone, off_ms)
        readings.append(json.loads(entry.body or b"")["hlc"])
    assert readings == sorted(readings), "on the device it only goes on"
    assert len(set(readings)) == 3
    limit = hlc.encode(stage.now + limits.HLC_AHEAD_MS_MAX, 0)
    assert [hlc.capped(one, stage.now) for one in readings] == [limit] * 3


def test_a_clock_that_shows_no_instant_at_all_stops_nothing(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    request = phone.request()
    request["clock"]["wall"] = "2027-99-99T00:00:00.000Z"
    phone.push(request)
    entry = stage.entry(handover.entries[0].id)
    assert entry is not None
    assert (entry.state, entry.skew_ms) == ("applied", None)
    body = read_body(entry.body or b"")
    assert occurred_at(entry, body) == body.at


# --- what the office is told --------------------------------------------------------------------------------------------------
def seen(phone: Phone, off_ms: int) -> None:
    """A minute later the device is heard again, with nothing to say and a clock that is off by so much."""
    stage = phone.stage
    stage.now += 61_000
    phone.push(phone.journal.request(stage.now + off_ms))


@pytest.mark.parametrize("off_ms", [HOUR_MS, -HOUR_MS, YEAR_MS, -YEAR_MS])
def test_a_clock_that_cannot_be_right_is_an_incident_and_its_entries_take_effect(stage: Stage, off_ms: int) -> None:
    phone = stage.phone()
    entry, _ = start(phone, off_ms)
    (incident,) = stage.incidents("clock")
    assert (incident["device_id"], incident["detail"]) == (phone.id, {"skew_ms": off_ms})
    assert entry.state == "applied"


@pytest.mark.parametrize("off_ms", [0, limits.CLOCK_SUSPECT_MS, -limits.CLOCK_SUSPECT_MS])
def test_a_clock_a_little_off_is_no_incident(stage: Stage, off_ms: int) -> None:
    start(stage.phone(), off_ms)
    assert stage.all("incident") == []


def test_one_incident_a_device_however_often_it_is_heard(stage: Stage) -> None:
    phone, other = stage.phone(), stage.phone()
    start(phone, HOUR_MS)
    seen(other, -HOUR_MS)
    (first,) = [one for one in stage.incidents("clock") if one["device_id"] == phone.id]
    for more in (1, 40, -1_000, 90_000):
        seen(phone, HOUR_MS + more)
    assert stage.the("incident", first["id"]) == first, "a clock that drifts is not written at every exchange"
    seen(phone, 3 * HOUR_MS)
    assert stage.the("incident", first["id"])["detail"] == {"skew_ms": 3 * HOUR_MS}
    assert len(stage.incidents("clock")) == 2, "one of each device"


def test_it_ends_by_itself_when_the_clock_is_right_again_at_once(stage: Stage) -> None:
    phone = stage.phone()
    start(phone, HOUR_MS)
    phone.push(phone.journal.request(stage.now + 1_000))
    (closed,) = stage.incidents("clock", "closed")
    assert (closed["closed_by"], closed["closed_at"]) == (None, instants.to_text(stage.now))
    start(phone, HOUR_MS)
    (again,) = stage.incidents("clock")
    assert (again["id"], again["closed_at"]) == (closed["id"], None)


def test_a_device_with_nothing_to_say_tells_of_its_clock_all_the_same(stage: Stage) -> None:
    """Such an exchange is answered without writing anything, unless there is something to write."""
    phone = stage.phone()
    start(phone, 0)
    request = phone.journal.request(stage.now + HOUR_MS)
    engine, parsed = stage.engine, SyncRequest.model_validate(request)
    assert stage.write(lambda store: engine.look(store, stage.id, parsed, stage.now)) is None
    phone.push(request)
    assert len(stage.incidents("clock")) == 1
    parsed = SyncRequest.model_validate(phone.journal.request(stage.now + HOUR_MS + 5))
    assert stage.write(lambda store: engine.look(store, stage.id, parsed, stage.now)) is not None, "known, and said"


def test_what_a_person_has_closed_stays_closed_while_the_clock_stays_as_it_is(stage: Stage) -> None:
    phone = stage.phone()
    start(phone, HOUR_MS)
    office = stage.phone(Role.MANAGER, shared=False, type_="office")
    office.do(IncidentClose(incident_id=stage.incidents("clock")[0]["id"], note="师傅说马上调"))
    office.push()
    seen(phone, HOUR_MS + 5)
    assert stage.incidents("clock") == []
    seen(phone, 0)
    seen(phone, HOUR_MS)
    (again,) = stage.incidents("clock")
    assert (again["closed_by"], again["note"]) == (None, ""), "it has gone wrong once more"


def test_a_request_that_comes_late_says_nothing_of_the_clock(stage: Stage) -> None:
    phone = stage.phone()
    start(phone, 0)
    old = phone.journal.request(stage.now)
    CheckIn(phone).start()
    phone.push()
    stage.now += HOUR_MS
    stage.push(old)
    assert stage.all("incident") == []
    assert stage.the("device", phone.id)["skew_ms"] == 0


@pytest.mark.parametrize("written", ["as it is", "with spaces", "unknown field", "damaged"])
def test_a_proof_shows_the_time_an_entry_claims_whatever_its_body_looks_like(stage: Stage, written: str) -> None:
    phone = stage.phone()
    made = CheckIn(phone)
    made.start()
    phone.push()
    entry = stage.entry(made.entries[0].id)
    assert entry is not None
    body = json.loads(entry.body or b"")
    if written == "unknown field":
        body = {"extra": {"at": "2001-01-01T00:00:00Z"}, **body}
    elif written == "damaged":
        body = {"args": {"at": "2001-01-01T00:00:00Z"}, "at": body["at"]}
    entry.body = json.dumps(body, indent=1 if written == "with spaces" else None, separators=(",", ":")).encode()
    assert _proof_entry(entry).at == "2027-01-15T08:00:00.000Z"


@pytest.mark.parametrize(
    "body",
    ["", "{", "[" * 5000, "7", "[]", '{"args":{"at":%s}}', '{"at":7}', '{"at":"x"}', '{"at":"20010101"}', '{"x":"at\\":%s"}'],
)
def test_a_body_that_names_no_time_is_called_unreadable_in_a_proof(body: str) -> None:
    entry = JournalEntry(
        "o",
        "d",
        0,
        1,
        "0" * 64,
        body.replace("%s", '"2027-01-15T08:00:00.000Z"').encode(),
        1,
        action="handover.start",
        state="parked",
    )
    shown = _proof_entry(entry)
    assert (shown.at, shown.clock_suspect) == ("unreadable", True)
