"""Category packs: different lists changed at once, ids that never mean something else, handovers under way that lose nothing."""

from typing import Any

import pytest

from schemas.actions.packs import PackCopy, PackEdit
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.records.assets import DIAGRAMS, Check, Choice, Meter, Slot, WearRule
from tests.support.stage import CheckIn, Stage
from tests.unit.test_people import office, say, told

REAR, FRONT = Slot(id="rear", zh="后", en="Rear"), Slot(id="front", zh="前", en="Front")
ROOF = Slot(id="roof", zh="顶", en="Roof")


def pack(stage: Stage) -> dict[str, Any]:
    (found,) = stage.all("pack")
    return found


def edited(stage: Stage, **lists: Any) -> tuple[str, str | None]:
    return told(say(office(stage, Role.MANAGER), PackEdit(pack_id=pack(stage)["id"], **lists)))


def done(handover: CheckIn, **more: Any) -> tuple[str, str | None]:
    """The handover as it was captured, completed; what became of its completion."""
    handover.captured()
    entry = handover.add(
        "return.complete",
        {"acceptance": "intact", "entries": [], "document_sha256": handover.document.sha256,
         "confirmed": {"first_at": "2027-01-15T08:00:00.000Z", "second_at": "2027-01-15T08:00:01.000Z"}, **more},
    )  # fmt: skip
    handover.phone.push()
    return handover.phone.stage.state(entry)


def test_two_who_change_different_lists_at_once_both_do(stage: Stage) -> None:
    one, two, it = office(stage, Role.MANAGER), office(stage), pack(stage)["id"]
    one.do(PackEdit(pack_id=it, slots=[FRONT, REAR, ROOF]), seen={it: 10**6})
    two.do(PackEdit(pack_id=it, accessories=[Choice(id="key", zh="钥匙", en="Key")], service_months=6), seen={it: 10**6})
    assert [told(one.push().outcomes[0]), told(two.push().outcomes[0])] == [("applied", None)] * 2
    now = pack(stage)
    assert [slot["id"] for slot in now["slots"]] == ["front", "rear", "roof"]
    assert ([item["id"] for item in now["accessories"]], now["service_months"]) == (["key"], 6)
    assert told(say(one, PackEdit(pack_id=it, cleared=["service_months"]))) == ("applied", None)
    assert pack(stage)["service_months"] is None


def test_of_two_who_change_the_same_list_one_is_told(stage: Stage) -> None:
    one, two, it = office(stage, Role.MANAGER), office(stage), pack(stage)["id"]
    one.do(PackEdit(pack_id=it, slots=[FRONT]), seen={it: 0})
    stage.now += 1000
    two.do(PackEdit(pack_id=it, slots=[FRONT, ROOF]), seen={it: 0})
    two.push()
    assert told(one.push().outcomes[0])[0] == "merged"
    assert [slot["id"] for slot in pack(stage)["slots"]] == ["front", "roof"]


def test_a_slot_taken_away_while_a_check_in_runs_offline_loses_nothing(stage: Stage) -> None:
    phone, known = stage.phone(), stage.stored("pack", pack(stage)["id"])
    assert known is not None
    handover = CheckIn(phone)
    handover.start()
    assert edited(stage, slots=[FRONT], meters=[]) == ("applied", None)
    assert done(handover, pack_v=known.version) == ("applied", None)
    made = stage.the("handover", handover.id)
    assert {photo["slot"] for photo in made["photos"].values()} >= {"front", "rear"}
    assert "odometer" in made["readings"]
    assert pack(stage)["former"]["slots"]["rear"] == REAR.model_dump()


def test_a_slot_added_meanwhile_is_demanded_only_of_whoever_had_heard(stage: Stage) -> None:
    phone, known = stage.phone(), stage.stored("pack", pack(stage)["id"])
    assert known is not None
    assert edited(stage, slots=[FRONT, REAR, ROOF]) == ("applied", None)
    late, unaware = CheckIn(phone), CheckIn(stage.phone())
    for handover in (late, unaware):
        handover.start()
    now = stage.stored("pack", known.id)
    assert now is not None
    assert done(late, pack_v=now.version) == ("refused", ErrorCode.HANDOVER_INCOMPLETE)
    assert done(unaware, pack_v=known.version) == ("applied", None)


def test_an_id_never_means_something_else(stage: Stage) -> None:
    assert edited(stage, slots=[FRONT]) == ("applied", None)
    other = Slot(id="rear", zh="车顶", en="Roof")
    assert edited(stage, slots=[FRONT, other]) == ("refused", ErrorCode.PACK_ID_REUSED)
    assert edited(stage, slots=[FRONT, REAR]) == ("applied", None), "the same thing may come back"


@pytest.mark.parametrize(
    "lists",
    [
        {"slots": [FRONT, FRONT]},
        {"slots": [Slot(id="Front!", zh="前", en="Front")]},
        {"accessories": [Choice(id="key", zh="", en="Key")]},
        {"meters": [Meter(id="hours", zh="工时", en="Hours", unit="h" * 300, max=10)]},
    ],
)
def test_what_is_not_whole_changes_nothing(stage: Stage, lists: dict[str, Any]) -> None:
    before = pack(stage)
    assert edited(stage, **lists) == ("refused", ErrorCode.PACK_UNSOUND)
    assert pack(stage) == before


def test_a_checklist_and_what_counts_as_wear_are_kept_as_data(stage: Stage) -> None:
    lights = Check(id="lights", zh="灯光", en="Lights")
    scratch = WearRule(id="w1", zh="轻微划痕", en="Small scratch", type="scratch", size_mm_max=50)
    assert edited(stage, checklist=[lights], wear=[scratch]) == ("applied", None)
    assert (pack(stage)["checklist"], pack(stage)["wear"][0]["size_mm_max"]) == ([lights.model_dump()], 50)


def test_a_new_pack_begins_as_another_stands_and_goes_its_own_way(stage: Stage) -> None:
    first, manager = pack(stage), office(stage, Role.MANAGER)
    assert edited(stage, checklist=[Check(id="oil", zh="机油", en="Oil")]) == ("applied", None)
    made = PackCopy(id=stage.ids.new(), from_id=first["id"], code="boat", zh="船", en="Boat")
    assert told(say(manager, made)) == ("applied", None)
    boat = stage.the("pack", made.id)
    assert (boat["code"], boat["zh"], boat["diagram"]) == ("boat", "船", first["diagram"])
    assert all(boat[name] == pack_now(stage, first["id"])[name] for name in ("slots", "meters", "checklist", "accessories"))
    assert told(say(manager, PackEdit(pack_id=made.id, slots=[FRONT]))) == ("applied", None)
    assert len(pack_now(stage, first["id"])["slots"]) == len(first["slots"])


def test_a_packs_code_is_its_own(stage: Stage) -> None:
    first, manager = pack(stage), office(stage, Role.MANAGER)
    made = {"from_id": first["id"], "zh": "船", "en": "Boat"}
    assert told(say(manager, PackCopy(id=stage.ids.new(), code=first["code"], **made))) == ("refused", ErrorCode.VALUE_TAKEN)
    assert told(say(manager, PackCopy(id=first["id"], code="boat", **made))) == ("refused", ErrorCode.STATE_ILLEGAL)
    lost = PackCopy(id=stage.ids.new(), code="boat", zh="船", en="Boat", from_id=stage.ids.new())
    assert told(say(manager, lost)) == ("refused", ErrorCode.RECORD_UNKNOWN)
    assert told(say(office(stage, Role.SERVICE_DESK), PackCopy(id=stage.ids.new(), code="boat", **made)))[0] == "refused"


def pack_now(stage: Stage, pack_id: str) -> dict[str, Any]:
    found: dict[str, Any] = stage.the("pack", pack_id)
    return found


def test_a_pack_may_have_any_drawing_there_is_and_no_other(stage: Stage) -> None:
    for code in DIAGRAMS:
        assert edited(stage, diagram=code) == ("applied", None)
        assert pack(stage)["diagram"] == code
    assert edited(stage, diagram="boat") == ("refused", ErrorCode.DIAGRAM_UNKNOWN)
    assert pack(stage)["diagram"] == DIAGRAMS[-1]


def test_a_damage_stays_on_the_drawing_it_was_pinned_on(stage: Stage) -> None:
    handover = CheckIn(stage.phone(Role.TECHNICIAN))
    handover.start()
    damage = stage.ids.new()
    pinned = {"damage_id": damage, "diagram": "van", "view": "left", "part": "door", "x": 1, "y": 2, "type": "dent",
              "severity": "minor_damage"}  # fmt: skip
    handover.add("damage.record", pinned)
    handover.phone.push()
    assert edited(stage, diagram="car") == ("applied", None)
    assert stage.the("damage", damage)["diagram"] == "van"
