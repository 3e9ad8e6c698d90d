"""People and depots: who may change whom, who stays an administrator, what a leaver's work is worth, what an empty depot is."""

from typing import Any

import pytest

from schemas.actions.basedata import AssetDefine, DepotDefine, PersonDefine
from schemas.actions.conflicts import EntryRatify
from schemas.actions.depots import DepotClose, DepotEdit, DepotReopen
from schemas.actions.devices import DeviceRoster
from schemas.actions.people import PersonEdit, PersonLeave, PersonReturn
from schemas.actions.rentals import RentalCancel
from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.protocol import Outcome
from tests.support.stage import CheckIn, Phone, Stage


def office(stage: Stage, role: Role = Role.ADMINISTRATOR, place: int = 0) -> Phone:
    return stage.phone(role, place, shared=False, type_="office")


def say(phone: Phone, action: Any) -> Outcome:
    """Recorded with everything it is about in sight, and sent."""
    phone.do(action, seen=_seen(action))
    return phone.push().outcomes[0]


def _seen(action: Any) -> dict[str, int]:
    return {value: 10**6 for value in action.model_dump(mode="json").values() if isinstance(value, str) and len(value) == 36}


def told(outcome: Outcome) -> tuple[str, str | None]:
    return outcome.state, outcome.code


def hired(stage: Stage, boss: Phone, *roles: Role, place: int = 0) -> str:
    person = stage.ids.new()
    made = PersonDefine(id=person, name="新来的", roles=list(roles), depot_ids={stage.depots[place]: True})
    assert told(say(boss, made)) == ("applied", None)
    return person


# --- people -------------------------------------------------------------------------------------------------------------
def test_somebody_new_is_taken_on_and_changed_by_two_at_once(stage: Stage) -> None:
    one, two = office(stage), office(stage, place=1)
    person = hired(stage, one, Role.DRIVER)
    seen = {person: 10**6}
    one.do(PersonEdit(person_id=person, name="李四", depots={stage.depots[1]: True}), seen=seen)
    two.do(PersonEdit(person_id=person, roles=[Role.DRIVER, Role.TECHNICIAN], depots={stage.depots[0]: None}), seen=seen)
    assert [told(one.push().outcomes[0]), told(two.push().outcomes[0])] == [("applied", None)] * 2
    now = stage.the("person", person)
    assert (now["name"], now["roles"], now["depot_ids"]) == ("李四", ["driver", "technician"], {stage.depots[1]: True})


def test_of_two_names_given_at_once_one_stands_and_the_other_is_told(stage: Stage) -> None:
    one, two = office(stage), office(stage, place=1)
    person = hired(stage, one, Role.DRIVER)
    first = one.do(PersonEdit(person_id=person, name="甲"), seen={person: 0})
    stage.now += 1000
    two.do(PersonEdit(person_id=person, name="乙"), seen={person: 0})
    two.push()
    assert told(one.push().outcomes[0])[0] == "merged"
    assert (stage.the("person", person)["name"], stage.state(first)) == ("乙", ("merged", None))


def test_a_known_person_is_not_taken_on_again(stage: Stage) -> None:
    boss = office(stage)
    again = PersonDefine(id=stage.people[Role.DRIVER, 0], name="x", roles=[Role.DRIVER], depot_ids={})
    assert told(say(boss, again)) == ("refused", ErrorCode.STATE_ILLEGAL)


def test_nobody_gives_himself_a_role_nor_anybody_the_systems(stage: Stage) -> None:
    boss, other = office(stage), office(stage, place=1)
    mine = PersonEdit(person_id=boss.actor, roles=[Role.ADMINISTRATOR, Role.MANAGER])
    assert told(say(boss, mine)) == ("refused", ErrorCode.OWN_ROLES)
    person = hired(stage, boss, Role.DRIVER)
    for system in (
        PersonEdit(person_id=person, roles=[Role.SYSTEM]),
        PersonDefine(id=stage.ids.new(), name="x", roles=[Role.SYSTEM], depot_ids={}),
    ):
        assert told(say(boss, system)) == ("refused", ErrorCode.ACTION_FORBIDDEN)
    assert told(say(other, mine))[0] == "applied"
    assert stage.the("person", boss.actor)["roles"] == ["administrator", "manager"]
    less = PersonEdit(person_id=boss.actor, roles=[Role.ADMINISTRATOR])
    assert told(say(boss, less)) == ("applied", None), "giving one up is free"


def test_the_last_administrator_stays(stage: Stage) -> None:
    boss, other = office(stage), office(stage, place=1)
    assert told(say(boss, PersonLeave(person_id=other.actor))) == ("applied", None)
    assert told(say(boss, PersonLeave(person_id=boss.actor))) == ("refused", ErrorCode.LAST_ADMINISTRATOR)
    stage.do(PersonEdit(person_id=boss.actor, roles=[Role.ADMINISTRATOR, Role.FINANCE]))
    no_more = PersonEdit(person_id=boss.actor, roles=[Role.FINANCE])
    assert told(say(boss, no_more)) == ("refused", ErrorCode.LAST_ADMINISTRATOR)
    assert stage.the("person", boss.actor)["roles"] == ["administrator", "finance"]
    assert told(say(boss, PersonEdit(person_id=boss.actor, name="还是我"))) == ("applied", None)


def test_two_administrators_who_remove_each_other_at_once_leave_one(stage: Stage) -> None:
    one, two = office(stage), office(stage, place=1)
    for phone, other in ((one, two), (two, one)):
        phone.do(PersonLeave(person_id=other.actor), seen={other.actor: 10**6})
    assert told(one.push().outcomes[0]) == ("applied", None)
    assert told(two.push().outcomes[0]) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)
    assert stage.the("person", one.actor)["active"]


def test_what_a_leaver_captured_offline_is_refused_kept_and_may_be_ratified(stage: Stage) -> None:
    tablet, boss, manager = stage.phone(), office(stage), office(stage, Role.MANAGER)
    entry = CheckIn(tablet).start()
    stage.now += 60_000
    assert told(say(boss, PersonLeave(person_id=tablet.actor, reason="离职"))) == ("applied", None)
    left = stage.the("person", tablet.actor)
    assert (left["active"], left["left_at"]) == (False, "2027-01-15T08:01:00.000Z")
    assert told(tablet.push().outcomes[0]) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)
    assert stage.entry(entry.id) is not None
    assert told(say(manager, EntryRatify(entry_id=entry.id, reason="当时还在职"))) == ("applied", None)
    assert stage.state(entry) == ("applied", None)


def test_whoever_has_left_leaves_once_and_comes_back_once(stage: Stage) -> None:
    boss = office(stage)
    person = hired(stage, boss, Role.DRIVER)
    assert told(say(boss, PersonReturn(person_id=person))) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert told(say(boss, PersonLeave(person_id=person))) == ("applied", None)
    assert told(say(boss, PersonLeave(person_id=person))) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert told(say(boss, PersonReturn(person_id=person))) == ("applied", None)
    assert stage.the("person", person)["active"]


# --- rosters of shared tablets -------------------------------------------------------------------------------------------
def test_a_chosen_list_says_who_may_use_a_tablet(stage: Stage) -> None:
    tablet, boss = stage.phone(), office(stage)
    driver = stage.people[Role.DRIVER, 0]
    chosen = DeviceRoster(device_id=tablet.id, by="chosen", people={driver: True})
    assert told(say(boss, chosen)) == ("applied", None)
    (roster,) = [one for one in stage.all("roster") if one["device_id"] == tablet.id]
    assert (roster["by"], roster["people"]) == ("chosen", {driver: True})
    assert told(say(tablet, _start(stage))) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)
    tablet.actor = driver
    assert told(say(tablet, _start(stage))) == ("applied", None)
    everybody = DeviceRoster(device_id=tablet.id, by="depot")
    assert told(say(boss, everybody)) == ("applied", None)
    tablet.actor = stage.people[Role.TECHNICIAN, 0]
    assert told(say(tablet, _start(stage))) == ("applied", None)


def test_who_was_taken_off_while_the_tablet_was_offline_is_judged_by_the_list_as_it_is(stage: Stage) -> None:
    tablet, boss, manager = stage.phone(), office(stage), office(stage, Role.MANAGER)
    people: dict[str, Any] = {stage.people[role, 0]: True for role in (Role.DRIVER, Role.TECHNICIAN)}
    assert told(say(boss, DeviceRoster(device_id=tablet.id, by="chosen", people=people)))[0] == "applied"
    before = CheckIn(tablet).start()
    tablet.push()
    while_offline = CheckIn(tablet).start()
    gone = DeviceRoster(device_id=tablet.id, people={tablet.actor: None})
    assert told(say(boss, gone))[0] == "applied"
    tablet.push()
    assert [stage.state(one) for one in (before, while_offline)] == [
        ("applied", None), ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE),
    ]  # fmt: skip
    assert told(say(manager, EntryRatify(entry_id=while_offline.id, reason="x")))[0] == "applied"


def test_two_who_add_to_a_list_at_once_both_do(stage: Stage) -> None:
    tablet, one, two = stage.phone(), office(stage), office(stage, Role.MANAGER)
    driver, technician = stage.people[Role.DRIVER, 0], stage.people[Role.TECHNICIAN, 0]
    one.do(DeviceRoster(device_id=tablet.id, by="chosen", people={driver: True}))
    two.do(DeviceRoster(device_id=tablet.id, by="chosen", people={technician: True}))
    assert {told(phone.push().outcomes[0]) for phone in (one, two)} == {("applied", None)}
    assert stage.the("device", tablet.id)["roster"] == {driver: True, technician: True}


@pytest.mark.parametrize(("role", "place"), [(Role.FINANCE, 0), (Role.DRIVER, 1)])
def test_nobody_is_put_on_a_list_whose_entries_would_be_refused(stage: Stage, role: Role, place: int) -> None:
    tablet, boss = stage.phone(), office(stage)
    unfit = DeviceRoster(device_id=tablet.id, by="chosen", people={stage.people[role, place]: True})
    assert told(say(boss, unfit)) == ("refused", ErrorCode.ROSTER_UNFIT)


def test_a_persons_own_phone_has_no_list(stage: Stage) -> None:
    own, boss = stage.phone(shared=False), office(stage)
    assert told(say(boss, DeviceRoster(device_id=own.id, by="chosen"))) == ("refused", ErrorCode.STATE_ILLEGAL)


def _start(stage: Stage) -> Any:
    from schemas.actions.handovers import HandoverStart  # noqa: PLC0415 - for this alone

    return HandoverStart(handover_id=stage.ids.new(), type="check_in", asset_id=stage.van, rental_id=stage.rental)


# --- depots ---------------------------------------------------------------------------------------------------------------
def test_a_depot_is_opened_changed_closed_and_opened_again(stage: Stage) -> None:
    boss, depot = office(stage), stage.ids.new()
    for step in (
        DepotDefine(id=depot, name="东站"),
        DepotEdit(depot_id=depot, address="东站路 1 号"),
        DepotClose(depot_id=depot, reason="搬走了"),
    ):
        assert told(say(boss, step)) == ("applied", None)
    closed = stage.the("depot", depot)
    assert (closed["name"], closed["address"], closed["closed"]) == ("东站", "东站路 1 号", True)
    person = stage.people[Role.DRIVER, 0]
    assert told(say(boss, PersonEdit(person_id=person, depots={depot: True}))) == ("refused", ErrorCode.DEPOT_CLOSED)
    assert told(say(boss, DepotClose(depot_id=depot))) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert told(say(boss, DepotReopen(depot_id=depot))) == ("applied", None)
    assert told(say(boss, DepotReopen(depot_id=depot))) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert told(say(boss, DepotDefine(id=depot, name="又一个"))) == ("refused", ErrorCode.STATE_ILLEGAL)


def test_a_depot_with_assets_or_open_rentals_does_not_close(stage: Stage) -> None:
    boss = office(stage)
    refused = say(boss, DepotClose(depot_id=stage.depots[0]))
    assert (told(refused), refused.detail["assets"], refused.detail["rentals"]) == (
        ("refused", ErrorCode.DEPOT_NOT_EMPTY), 1, 1,
    )  # fmt: skip
    assert not stage.the("depot", stage.depots[0])["closed"]
    stage.do(RentalCancel(rental_id=stage.rental, reason="x"))
    moved = stage.asset(stage.van, 1)
    stage.do(AssetDefine.model_validate(moved.model_dump()))
    assert told(say(boss, DepotClose(depot_id=stage.depots[0]))) == ("applied", None)
