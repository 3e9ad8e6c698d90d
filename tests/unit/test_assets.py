"""Assets in the office's hands: new ones, edited fields, kits, custom fields, retired and back — and what is refused by name."""

from typing import Any

import pytest

from schemas.actions.assets import AssetEdit, AssetRestore, AssetRetire
from schemas.actions.basedata import PackDefine
from schemas.actions.custom_fields import CustomFieldDefine, CustomFieldRetire
from schemas.actions.faults import AssetRetag
from schemas.errors import ErrorCode
from schemas.people import Role
from server.domain.assets import months_after
from sync import instants
from sync.store import StoredRecord
from tests.support.stage import CheckIn, Phone, Stage

TEXT = {"zh": "文", "en": "T"}


def office(stage: Stage, role: Role = Role.OPERATIONS) -> Phone:
    return stage.phone(role, 0, shared=False, type_="office")


def told(phone: Phone) -> list[tuple[str, str | None]]:
    return [(outcome.state, outcome.code) for outcome in phone.push().outcomes]


def asset_of(stage: Stage, asset: str) -> dict[str, Any]:
    return stage.the("asset", asset)


def stored(stage: Stage) -> StoredRecord:
    found = stage.stored("asset", stage.van)
    assert found is not None
    return found


def edit(phone: Phone, asset: str, *, seen: int = 10**6, **values: Any) -> None:
    """By somebody who has seen the asset as it stands, unless said otherwise."""
    phone.do(AssetEdit(asset_id=asset, **values), seen={asset: seen} if seen else {})


def test_the_office_makes_an_asset_and_it_is_first_due_by_its_pack(stage: Stage) -> None:
    desk, new = office(stage), stage.ids.new()
    known = {name: value for name, value in stage.all("pack")[0].items() if name in PackDefine.model_fields}
    pack = {**known, "service_months": 6, "service_km": 10_000, "inspection_months": 1}
    stage.do(PackDefine.model_validate(pack))
    desk.do(stage.asset(new, 0, tag="N-1", plate="浙A·D3K907", vin="LZWCBAGA1", odometer_km=500, service_months=12))
    assert told(desk) == [("applied", None)]
    found = asset_of(stage, new)
    assert (found["plate"], found["service_due_km"]) == ("浙A·D3K907", 10_500)
    now = instants.to_text(stage.now)
    assert (found["service_due_at"], found["inspection_due_at"]) == (months_after(now, 12), months_after(now, 1))
    desk.do(stage.asset(new, 0, tag="N-2"))
    desk.do(stage.asset(stage.ids.new(), 0, tag="N-3", state="out"))
    assert told(desk) == [("refused", ErrorCode.STATE_ILLEGAL)] * 2


@pytest.mark.parametrize("tag", ["A/01", "A 01", "A%01", "A?01", "A#01", "..", "../x", "-1", "A\\1", "浙A·1", "x" * 65, "🛵"])
def test_a_tag_no_label_can_carry_is_refused_wherever_it_is_given(stage: Stage, tag: str) -> None:
    desk, before = office(stage), asset_of(stage, stage.van)["tag"]
    edit(desk, stage.van, tag=tag)
    desk.do(stage.asset(stage.ids.new(), 0, tag=tag))
    desk.do(AssetRetag(asset_id=stage.van, tag=tag, reason="丢了"))
    assert told(desk) == [("refused", ErrorCode.TAG_UNUSABLE)] * 3
    assert asset_of(stage, stage.van)["tag"] == before


@pytest.mark.parametrize(
    ("at", "months", "then"),
    [
        ("2027-01-31T08:00:00.000Z", 1, "2027-02-28T08:00:00.000Z"),
        ("2027-12-31T08:00:00.000Z", 2, "2028-02-29T08:00:00.000Z"),
        ("2027-05-15T08:00:00.000Z", 12, "2028-05-15T08:00:00.000Z"),
    ],
)
def test_months_end_where_the_month_ends(at: str, months: int, then: str) -> None:
    assert months_after(at, months) == then


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("tag", "T.1", "t1"), ("serial", "SN-9", "sn-9"), ("vin", "LZ W1", "lzw1"), ("plate", "浙A·D3K907", "浙ad3k907")],
)
def test_a_number_that_another_asset_has_is_refused_and_the_other_named(stage: Stage, name: str, first: str, second: str) -> None:
    desk = office(stage)
    edit(desk, stage.van, **dict[str, Any]({name: first}))
    clash = desk.do(stage.asset(stage.ids.new(), 0, **{"tag": "Z-1", name: second}))
    assert [state for state, _ in told(desk)] == ["applied", "refused"]
    assert stage.state(clash) == ("refused", ErrorCode.VALUE_TAKEN)
    entry = stage.entry(clash.id)
    assert entry is not None
    assert entry.detail == {
        "field": name,
        "kind": "asset",
        "id": stage.van,
        "label": asset_of(stage, stage.van)["label"],
    }
    edit(desk, stage.van, **dict[str, Any]({name: "else"}))
    desk.do(stage.asset(stage.ids.new(), 0, **{"tag": "Z-2", name: second}))
    edit(desk, stage.van, **dict[str, Any]({name: second}))
    free = ("refused", ErrorCode.VALUE_TAKEN) if name == "tag" else ("applied", None)  # a label leads to its asset for ever
    back = ("applied", None) if name == "tag" else ("refused", ErrorCode.VALUE_TAKEN)
    assert told(desk) == [("applied", None), free, back]


def test_a_number_of_another_depots_asset_is_refused_and_nothing_of_it_told(stage: Stage) -> None:
    desk, colleague = office(stage), stage.phone(Role.OPERATIONS, 1, shared=False, type_="office")
    there = asset_of(stage, stage.other_van)
    assert there["depot_id"] == stage.depots[1]
    known = stage.stored("asset", stage.other_van)
    assert known is not None
    colleague.do(AssetRetag(asset_id=stage.other_van, tag="NEW-1", reason="标签掉了"), seen={known.id: known.version})
    assert told(colleague) == [("applied", None)]
    for tag in ("NEW-1", there["tag"]):  # its own, and its former one
        desk.do(stage.asset(stage.ids.new(), 0, tag=tag))
        (said,) = desk.push().outcomes
        assert (said.state, said.code) == ("refused", ErrorCode.VALUE_TAKEN)
        assert said.detail == {"field": "tag", "kind": "asset"}
        colleague.do(stage.asset(stage.ids.new(), 1, tag=tag))
        (said,) = colleague.push().outcomes
        assert (said.detail["id"], said.detail["label"]) == (stage.other_van, there["label"]), "whoever may see it is told"


def test_two_people_editing_different_fields_merge_and_the_same_field_tells_who_lost(stage: Stage) -> None:
    here, there = office(stage), office(stage, Role.MANAGER)
    edit(here, stage.van, seen=stored(stage).version, bay="B-1")
    stage.now += 1000
    edit(there, stage.van, seen=stored(stage).version, colour="white", bay="B-2")
    assert told(there) == [("applied", None)]
    assert told(here) == [("merged", None)]
    found = asset_of(stage, stage.van)
    assert (found["bay"], found["colour"]) == ("B-2", "white")


def test_a_field_is_emptied_and_an_accessory_taken_away(stage: Stage) -> None:
    desk, kit = office(stage), stage.ids.new()
    desk.do(stage.asset(kit, 0, tag="K-1"))
    edit(desk, stage.van, kit_id=kit, accessories={"jack": True, "belt": True}, battery_health_pct=77)
    assert told(desk) == [("applied", None)] * 2
    assert asset_of(stage, stage.van)["kit_id"] == kit
    edit(desk, stage.van, accessories={"belt": None}, empty="kit_id")
    edit(desk, stage.van, empty="battery_health_pct")
    assert told(desk) == [("applied", None)] * 2
    found = asset_of(stage, stage.van)
    assert (found["kit_id"], found["battery_health_pct"], found["accessories"]) == (None, None, {"jack": True})


def test_a_kit_stands_in_no_kit(stage: Stage) -> None:
    desk, kit = office(stage), stage.ids.new()
    desk.do(stage.asset(kit, 0, tag="K-1", kit_id=stage.van))
    edit(desk, stage.van, kit_id=kit)
    edit(desk, kit, kit_id=kit)
    assert told(desk) == [("applied", None), *[("refused", ErrorCode.STATE_ILLEGAL)] * 2]


def test_a_kit_knows_its_members_and_becomes_nobodys_member(stage: Stage) -> None:
    desk, kit, other = office(stage), stage.ids.new(), stage.ids.new()
    desk.do(stage.asset(kit, 0, tag="K-1"))
    desk.do(stage.asset(other, 0, tag="K-2"))
    edit(desk, stage.van, kit_id=kit)
    assert told(desk) == [("applied", None)] * 3
    assert asset_of(stage, kit)["kit_members"] == {stage.van: {"label": asset_of(stage, stage.van)["label"]}}
    edit(desk, kit, kit_id=other)
    assert told(desk) == [("refused", ErrorCode.STATE_ILLEGAL)], "a kit with members would stand above and below"
    edit(desk, stage.van, kit_id=other)
    assert told(desk) == [("applied", None)]
    assert (asset_of(stage, kit)["kit_members"], set(asset_of(stage, other)["kit_members"])) == ({}, {stage.van})
    edit(desk, stage.van, empty="kit_id")
    edit(desk, kit, kit_id=other)
    assert told(desk) == [("applied", None)] * 2
    assert set(asset_of(stage, other)["kit_members"]) == {kit}


def test_two_kits_made_of_each_other_at_once_are_no_ring(stage: Stage) -> None:
    here, there, kit = office(stage), office(stage, Role.MANAGER), stage.ids.new()
    here.do(stage.asset(kit, 0, tag="K-1"))
    told(here)
    edit(here, stage.van, kit_id=kit)
    edit(there, kit, kit_id=stage.van)
    assert (told(here), told(there)) == ([("applied", None)], [("refused", ErrorCode.STATE_ILLEGAL)])
    assert asset_of(stage, kit)["kit_id"] is None


def test_a_tag_changed_by_an_edit_stays_the_assets_former_one(stage: Stage) -> None:
    desk, before = office(stage, Role.MANAGER), asset_of(stage, stage.van)["tag"]
    edit(desk, stage.van, tag="NEW-1")
    edit(desk, stage.other_van, tag=before)
    assert told(desk) == [("applied", None), ("refused", ErrorCode.VALUE_TAKEN)]
    (former,) = stage.all("former_tag")
    assert (former["tag"], former["asset_id"], former["replaced_by"]) == (before, stage.van, desk.actor)
    edit(desk, stage.van, bay="B-3")
    edit(desk, stage.van, tag=before)
    assert told(desk) == [("applied", None)] * 2
    assert [one["tag"] for one in stage.all("former_tag")] == ["NEW-1"], "its own tag came back, the other is former now"


def test_an_asset_is_of_a_pack_there_is(stage: Stage) -> None:
    desk = office(stage)
    edit(desk, stage.van, pack="no_such_pack")
    assert told(desk) == [("refused", ErrorCode.RECORD_UNKNOWN)]


def test_a_retired_asset_lies_in_no_bucket_and_comes_back(stage: Stage) -> None:
    desk = office(stage, Role.MANAGER)
    before = stored(stage).buckets
    desk.do(AssetRetire(asset_id=stage.van, reason="卖了"))
    desk.do(AssetRetire(asset_id=stage.van, reason="卖了"))
    assert told(desk) == [("applied", None), ("refused", ErrorCode.STATE_ILLEGAL)]
    gone = stored(stage)
    assert (gone.buckets, gone.gone, gone.data["state"]) == (frozenset(), False, "retired")
    desk.do(stage.asset(stage.ids.new(), 0, tag=gone.data["tag"]))
    assert told(desk) == [("refused", ErrorCode.VALUE_TAKEN)]
    desk.do(AssetRestore(asset_id=stage.van, reason="回来"))
    desk.do(AssetRestore(asset_id=stage.van, reason="回来"))
    assert told(desk) == [("applied", None), ("refused", ErrorCode.STATE_ILLEGAL)]
    assert stored(stage).buckets == before


def test_what_was_done_offline_with_an_asset_retired_meanwhile_applies(stage: Stage) -> None:
    phone, desk = stage.phone(), office(stage, Role.MANAGER)
    handover = CheckIn(phone, asset=stage.van).captured()
    desk.do(AssetRetire(asset_id=stage.van, reason="卖了"))
    assert told(desk) == [("applied", None)]
    handover.complete()
    states = {state for state, _ in told(phone)}
    assert states <= {"applied", "merged"}
    found = stored(stage)
    assert found.data["last_handover_id"] == handover.id
    assert found.data["state"] == "returned"
    assert found.buckets, "what stands in the yard is seen again"


def test_an_asset_that_is_out_is_neither_retired_nor_moved(stage: Stage) -> None:
    desk = office(stage, Role.MANAGER)
    stage.do(stage.asset(stage.van, 0, state="out"))
    desk.do(AssetRetire(asset_id=stage.van, reason="卖了"))
    edit(desk, stage.van, depot_id=stage.depots[1])
    edit(desk, stage.van, home_depot_id=stage.depots[1])
    found = told(desk)
    assert found == [("refused", ErrorCode.STATE_ILLEGAL), ("refused", ErrorCode.STATE_ILLEGAL), ("applied", None)]


FIELDS = {
    "text": ("某人", 5),
    "number": (12.5, "12"),
    "date": ("2027-02-28", "2027-02-30"),
    "choice": ("red", "blue"),
    "yes_no": (False, 0),
}


@pytest.mark.parametrize("type_", FIELDS)
def test_a_custom_field_takes_only_values_of_its_type(stage: Stage, type_: Any) -> None:
    desk, field = office(stage, Role.MANAGER), stage.ids.new()
    choices = [{"id": "red", **TEXT}] if type_ == "choice" else []
    define = CustomFieldDefine.model_validate(
        {"custom_field_id": field, "belongs_to": "asset", "code": "own", **TEXT, "type": type_, "choices": choices}
    )
    right, wrong = FIELDS[type_]
    desk.do(define)
    edit(desk, stage.van, custom={"own": right})
    assert told(desk) == [("applied", None)] * 2
    assert asset_of(stage, stage.van)["custom"] == {"own": right}
    edit(desk, stage.van, custom={"own": wrong})
    edit(desk, stage.van, custom={"other": right})
    assert told(desk) == [("refused", ErrorCode.CUSTOM_VALUE_WRONG)] * 2
    desk.do(CustomFieldRetire(custom_field_id=field))
    edit(desk, stage.van, custom={"own": right})
    edit(desk, stage.van, custom={"own": None})
    assert told(desk) == [("applied", None), ("refused", ErrorCode.CUSTOM_VALUE_WRONG), ("applied", None)]
    assert asset_of(stage, stage.van)["custom"] == {}


def test_what_a_custom_field_is_never_changes_and_its_code_is_one(stage: Stage) -> None:
    desk, field = office(stage, Role.MANAGER), stage.ids.new()
    base: dict[str, Any] = {"custom_field_id": field, "belongs_to": "asset", "code": "own", **TEXT, "type": "text"}
    desk.do(CustomFieldDefine(**base))
    desk.do(CustomFieldDefine(**{**base, "zh": "车主", "order": 3}))
    desk.do(CustomFieldDefine(**{**base, "type": "number"}))
    desk.do(CustomFieldDefine(**{**base, "custom_field_id": stage.ids.new()}))
    desk.do(CustomFieldDefine(**{**base, "custom_field_id": stage.ids.new(), "code": "c", "type": "choice"}))
    codes = [code for _, code in told(desk)]
    assert codes == [None, None, ErrorCode.STATE_ILLEGAL, ErrorCode.VALUE_TAKEN, ErrorCode.CUSTOM_VALUE_WRONG]
    assert next(one for one in stage.all("custom_field"))["zh"] == "车主"
