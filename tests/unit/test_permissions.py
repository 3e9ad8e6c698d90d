"""Every cell of the table of rights, through the real engine: role × action × own depot, other depot, other organisation."""

from typing import Any

import pytest

from schemas.actions import ACTIONS
from schemas.actions.basedata import PersonDefine
from schemas.errors import ErrorCode
from schemas.ids import SYSTEM_ACTOR
from schemas.people import OFFICE_ONLY, OFFICE_ROLES, PERMISSIONS, Reach, Role, reach_of
from server.trail.words import ACTION_WORDS
from sync.visibility import Viewer, buckets_for, may_use_device
from tests.support.rights import Scene
from tests.support.stage import CheckIn, Phone, Stage, files_of, signature

READS = {what for what in PERMISSIONS if what.startswith(("read.", "sheets."))}
DOING = sorted({action for action, _ in ACTIONS})


@pytest.fixture(scope="module")
def scene(host: Any) -> Scene:
    return Scene(Stage(host, f"permissions {id(host)}"))


@pytest.fixture(scope="module")
def actors(scene: Scene) -> dict[Role, Phone]:
    """Each role with a device of its own, at the first depot; the system with the system's."""
    stage = scene.stage
    made: dict[Role, Phone] = {}
    for role in set(Role) - {Role.SYSTEM}:
        made[role] = stage.phone(role, 0, shared=False, type_="office" if role in OFFICE_ROLES else "field")
    state = stage.device(stage.system)
    system = made[Role.DRIVER].copy()
    journal = system.journal
    journal.id, journal.seq, journal.hash, journal.outbox, journal.auth = stage.system, state.seq, state.hash, [], "system"
    made[Role.SYSTEM] = Phone(stage, journal, stage.people[Role.SYSTEM, 0], f"system/{stage.id}")
    return made


def sign_as(phone: Phone) -> None:

    phone.journal.sign = lambda text: signature(phone.secret, text)


def test_the_table_names_every_action_and_nothing_else() -> None:
    assert set(PERMISSIONS) - READS == set(DOING)


def test_every_action_is_told_in_words_in_the_trail() -> None:
    assert set(ACTION_WORDS) == set(DOING)


@pytest.mark.parametrize("action", DOING)
def test_every_cell(scene: Scene, actors: dict[Role, Phone], action: str) -> None:
    located = ACTIONS[action, 1].subject is not None
    for role, phone in actors.items():
        sign_as(phone)
        reach = PERMISSIONS[action].get(role)
        for place in (0, 1):
            allowed = reach is Reach.ORG or (reach is Reach.DEPOT and (place == 0 or not located))
            expected = ("applied", None) if allowed else ("refused", ErrorCode.ACTION_FORBIDDEN)
            found = scene.outcome(phone, action, scene.args(action, place))
            assert found == expected, f"{role} does {action} in {'own' if place == 0 else 'another'} depot"


@pytest.mark.parametrize("action", DOING)
def test_nobody_reaches_into_another_organisation(scene: Scene, other: dict[Role, Phone], action: str) -> None:
    """The other organisation's people, each on a device of theirs, name this organisation's records."""
    stage = scene.stage
    before = stage.snapshot()
    for role, phone in other.items():
        foreign = phone.stage
        args = scene.args(action, 0)
        phone.record(action, args, blobs=files_of(action, f"x/{action}/{role}"))
        outcome = phone.push().outcomes[0]
        assert outcome.state in ("refused", "applied")
        if outcome.state == "applied":
            assert PERMISSIONS[action].get(role) is not None
        for kind in ("handover", "damage", "signer", "asset"):
            assert not {one["id"] for one in stage.all(kind)} & {one["id"] for one in foreign.all(kind)}
    assert stage.snapshot() == before


@pytest.fixture(scope="module")
def other(host: Any) -> dict[Role, Phone]:
    foreign = Stage(host, f"foreign {id(host)}")
    people = [role for role in Role if role is not Role.SYSTEM]
    return {role: foreign.phone(role, 0, shared=False, type_="office" if role in OFFICE_ROLES else "field") for role in people}


@pytest.mark.parametrize("action", DOING)
def test_a_field_device_does_field_work_at_its_own_depot_whoever_holds_it(scene: Scene, action: str) -> None:
    """Its key is all it has: with a manager's id and any claim of how sure that is, it reaches no further."""
    stage = scene.stage
    manager = stage.people[Role.MANAGER, 0]
    for auth in ("pin", "password", "passkey", "system"):
        for place in (0, 1):
            tablet = stage.phone(place=0)
            tablet.actor, tablet.journal.auth = manager, auth
            sign_as(tablet)
            allowed = PERMISSIONS[action].get(Role.MANAGER) and action not in OFFICE_ONLY and place == 0
            allowed = allowed and auth in ("pin", "passkey")
            found = scene.outcome(tablet, action, scene.args(action, place))
            assert found == (("applied", None) if allowed else ("refused", ErrorCode.ACTION_FORBIDDEN)), (auth, place)


def test_the_systems_rights_are_nobodys_to_claim(scene: Scene, actors: dict[Role, Phone]) -> None:

    for role, phone in actors.items():
        if role is Role.SYSTEM:
            continue
        sign_as(phone)
        for actor in (SYSTEM_ACTOR, scene.stage.ids.new(), scene.stage.people[Role.MANAGER, 1]):
            thief = phone.copy()
            thief.actor = actor
            sign_as(thief)
            found = scene.outcome(thief, "device.enrol", scene.args("device.enrol", 0))
            assert found == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)


# --- who may use a shared device ----------------------------------------------------------------------------------------
def test_a_shared_device_is_for_its_depots_roster_only(stage: Stage) -> None:
    phone = stage.phone(place=0)
    for role in Role:
        if role is Role.SYSTEM:
            continue
        for place in (0, 1):
            phone.actor = stage.people[role, place]
            entry = CheckIn(phone).start()
            phone.push()
            state, code = stage.state(entry)
            on_roster = role in (Role.TECHNICIAN, Role.DRIVER, Role.OPERATIONS, Role.MANAGER) and place == 0
            assert may_use_device([role], [stage.depots[place]], stage.depots[0]) == on_roster
            assert (state, code) == (("applied", None) if on_roster else ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE))


def test_someone_who_left_may_do_nothing_any_more(stage: Stage) -> None:

    phone = stage.phone()
    before = CheckIn(phone).start()
    phone.push()
    gone = PersonDefine(id=phone.actor, name="走了", roles=[Role.TECHNICIAN], depot_ids={stage.depots[0]: True}, active=False)
    stage.do(gone)
    after = CheckIn(phone).start()
    phone.push()
    assert stage.state(before) == ("applied", None)
    assert stage.state(after) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)


def test_a_persons_own_device_is_for_that_person(stage: Stage) -> None:
    phone = stage.phone(shared=False)
    phone.actor = stage.people[Role.DRIVER, 0]
    entry = CheckIn(phone).start()
    phone.push()
    assert stage.state(entry) == ("refused", ErrorCode.ACTOR_NOT_ON_DEVICE)


# --- reads --------------------------------------------------------------------------------------------------------------
def test_the_widest_reach_of_several_roles_counts() -> None:
    assert reach_of("handover.start", frozenset({Role.DRIVER, Role.MANAGER})) is Reach.ORG
    assert reach_of("handover.start", frozenset({Role.FINANCE})) is None
    assert reach_of("handover.start", frozenset()) is None
    assert reach_of("no.such.thing", frozenset(Role)) is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_every_roles_office_sees_its_depots_or_all(role: Role) -> None:
    viewer = Viewer("d", "office", "one", frozenset({role}), frozenset({"one"}), frozenset({"one", "two"}))
    found = buckets_for(viewer)
    reach = PERMISSIONS["read.proof"].get(role)
    expected = {"device:d"}
    if reach is not None:
        expected |= {"org/office", "depot:one/office"}
    if reach is Reach.ORG:
        expected.add("depot:two/office")
    assert found == expected


@pytest.mark.parametrize("type_", ["field", "client"])
def test_a_field_device_sees_its_depot_whatever_its_people_are(type_: str) -> None:
    viewer = Viewer("d", type_, "one", frozenset(Role), frozenset({"one", "two"}), frozenset({"one", "two"}))
    assert buckets_for(viewer) == {"device:d", "org/field", "depot:one/field"}


def test_the_systems_device_reads_nothing() -> None:
    assert buckets_for(Viewer("d", "system", "one", frozenset(Role), frozenset({"one"}), frozenset({"one"}))) == {"device:d"}
