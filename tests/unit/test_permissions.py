"""Every cell of the table of rights, through the real engine: role × action × own depot, other depot, other organisation."""

from collections.abc import Callable
from typing import Any

import pytest

from schemas.actions import ACTIONS
from schemas.actions.basedata import CustomerDefine, PersonDefine, TaskDefine
from schemas.actions.devices import DeviceRevoke
from schemas.errors import ErrorCode
from schemas.ids import SYSTEM_ACTOR
from schemas.people import OFFICE_ONLY, OFFICE_ROLES, PERMISSIONS, Reach, Role, reach_of
from schemas.protocol import SyncRequest
from sync.conflicts import conflict_id
from sync.journal import derived_id
from sync.visibility import Viewer, buckets_for, may_use_device
from tests.support.stage import CheckIn, Phone, Stage, blob, signature

READS = {what for what in PERMISSIONS if what.startswith("read.")}
DOING = sorted({action for action, _ in ACTIONS})


class Rollback(Exception):
    pass


class Scene:
    """Things to act on, in each depot: an open handover, complete ones to close, a damage, a signer, a device."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.vans = (stage.van, stage.other_van)
        self.open: list[str] = []
        self.ready: list[dict[str, CheckIn]] = []
        self.damages: list[str] = []
        self.signers: list[str] = []
        self.devices: list[str] = []
        self.conflicts: list[str] = []
        self.refused: list[str] = []
        for place in (0, 1):
            phone = stage.phone(place=place)
            handover = CheckIn(phone, asset=self.vans[place])
            handover.start()
            self.damages.append(handover.damage())
            signature = stage.ids.new()
            handover.sign("customer", signature)
            self.open.append(handover.id)
            self.signers.append(derived_id("signer", signature))
            self.devices.append(phone.id)
            both = {kind: CheckIn(phone, asset=self.vans[place], type_=kind).captured() for kind in ("check_in", "check_out")}
            self.ready.append(both)
            assert {outcome.state for outcome in phone.push().outcomes} == {"applied"}
            self._contradict(place, handover)
        self._plan()
        self.gapped = [self._gapped(place) for place in (0, 1)]
        self.aside = [self._aside(place) for place in (0, 1)]
        self.incidents = [self._incident(place) for place in (0, 1)]

    def _gapped(self, place: int) -> str:
        """A device of whose journal the first two entries are missing."""
        phone = self.stage.phone(place=place)
        for _ in range(3):
            CheckIn(phone, asset=self.vans[place]).start()
        request = phone.request()
        self.stage.push({**request, "entries": request["entries"][2:]})
        return phone.id

    def _incident(self, place: int) -> str:
        """An open incident: a device has mended what it held."""
        phone = self.stage.phone(place=place)
        self.stage.push({**phone.request(), "repairs": [{"bucket": "org/field", "version": 1, "parts": [1]}]})
        return str(next(one["id"] for one in self.stage.incidents("divergence") if one["device_id"] == phone.id))

    def _aside(self, place: int) -> dict[str, Any]:
        """A revoked device that has sent one entry since."""
        phone = self.stage.phone(place=place)
        self.stage.do(DeviceRevoke(device_id=phone.id))
        CheckIn(phone, asset=self.vans[place]).start()
        assert [outcome.state for outcome in phone.push().outcomes] == ["quarantined"]
        sent = {"epoch": 0, "seq": 1, "hash": phone.journal.hashes[1]}
        return {"device_id": phone.id, "entries": [sent], "reason": "x"}

    def _plan(self) -> None:
        """A customer, a rental and a task in each depot."""
        stage, new, at = self.stage, self.stage.ids.new, "2027-01-15T08:00:00.000Z"
        self.customers, self.rentals, self.tasks = [stage.customer, new()], [stage.rental, new()], [new(), new()]
        stage.do(
            CustomerDefine(id=self.customers[1], name="客户", depot_id=stage.depots[1]),
            stage.rental_of(self.rentals[1], [stage.other_van], place=1),
            *(
                TaskDefine(
                    id=self.tasks[place], type="collect", depot_id=stage.depots[place], asset_id=self.vans[place], due_at=at
                )
                for place in (0, 1)
            ),
        )

    def _contradict(self, place: int, handover: CheckIn) -> None:
        """Another device disagrees about the damage, and tries what it may not."""
        handover.phone = self.stage.phone(place=place)
        handover.damage(self.damages[place], "severe_damage")
        self.refused.append(handover.phone.record("device.revoke", {"device_id": self.devices[place]}).id)
        assert [outcome.state for outcome in handover.phone.push().outcomes] == ["conflict", "refused"]
        self.conflicts.append(conflict_id(self.stage.id, "field", ("damage", self.damages[place], "severity")))

    def args(self, action: str, place: int) -> dict[str, Any]:
        """Arguments that would be right for whoever may do it in that depot."""
        stage, new = self.stage, self.stage.ids.new
        on = {"handover_id": self.open[place]}
        depot = stage.depots[place]
        at = "2027-01-15T08:00:00.000Z"
        named = {"id": new(), "name": "名"}
        complete = {"acceptance": "intact", "entries": []}
        ready = self.ready[place]
        made: dict[str, Callable[[], dict[str, Any]]] = {
            "handover.start": lambda: {"handover_id": new(), "type": "check_in", "asset_id": self.vans[place]},
            "handover.abandon": lambda: {**on, "reason": "x"},
            "photo.add": lambda: {**on, "photo_id": new(), "slot": "front", "how": "still", "source": "camera", "width": 1,
                                  "height": 1},
            "photo.waive": lambda: {**on, "slot": "front", "reason": "x"},
            "photo.retract": lambda: {**on, "photo_id": new()},
            "reading.record": lambda: {**on, "meter": "odometer", "value": 1},
            "damage.record": lambda: {**on, "damage_id": new(), "view": "left", "part": "door", "x": 1, "y": 1, "type": "dent",
                                      "severity": "minor_damage"},
            "damage.retract": lambda: {**on, "damage_id": self.damages[place]},
            "accessory.report": lambda: {**on, "accessory": "key", "state": "missing"},
            "signature.capture": lambda: {**on, "signature_id": new(), "party": "staff", "decision": "agree", "role": "staff",
                                          "language": "zh", "document_sha256": "0" * 64},
            "checkout.complete": lambda: {**complete, "handover_id": ready["check_out"].id,
                                          "document_sha256": ready["check_out"].document.sha256},
            "return.complete": lambda: {**complete, "handover_id": ready["check_in"].id,
                                        "document_sha256": ready["check_in"].document.sha256,
                                        "confirmed": {"first_at": at, "second_at": at}},
            "device.invite": lambda: {"invitation_id": new(), "code_sha256": "0" * 64, "depot_id": depot, "name": "名",
                                      "expires_at": at},
            "device.revoke": lambda: {"device_id": self.devices[place]},
            "device.wipe": lambda: {"device_id": self.devices[place]},
            "quarantine.admit": lambda: self.aside[place],
            "quarantine.dismiss": lambda: self.aside[place],
            "device.lost": lambda: {"device_id": self.devices[place], "reason": "x"},
            "gap.release": lambda: {"device_id": self.gapped[place], "epoch": 0, "until": 2, "reason": "x"},
            "incident.close": lambda: {"incident_id": self.incidents[place], "note": "x"},
            "organisation.policy": lambda: {"organisation_id": stage.id, "gate_policy": "grace"},
            "device.enrol": lambda: {"device_id": new(), "depot_id": depot, "name": "名", "type": "field"},
            "person.erase": lambda: {"signer_id": self.signers[place], "reason": "x"},
            "conflict.decide": lambda: {"conflict_id": self.conflicts[place], "choice": "side", "side": 1, "reason": "x"},
            "entry.ratify": lambda: {"entry_id": self.refused[place], "reason": "x"},
            "entry.reject": lambda: {"entry_id": self.refused[place], "reason": "x"},
            "asset.lock": lambda: {"asset_id": self.vans[place], "locked": True, "reason": "x"},
            "customer.block": lambda: {"customer_id": self.customers[place], "blocked": True, "reason": "x"},
            "rental.cancel": lambda: {"rental_id": self.rentals[place], "reason": "x"},
            "task.reassign": lambda: {"task_id": self.tasks[place], "reason": "x"},
            "task.cancel": lambda: {"task_id": self.tasks[place], "reason": "x"},
            "task.remove": lambda: {"task_id": self.tasks[place], "reason": "x"},
            "task.note": lambda: {"task_id": self.tasks[place], "note": "x"},
            "organisation.define": lambda: {"id": stage.id, "name": "名"},
            "depot.define": lambda: named,
            "person.define": lambda: {**named, "roles": ["driver"], "depot_ids": {depot: True}},
            "pack.define": lambda: {"id": new(), "code": "machine", "zh": "机", "en": "M", "diagram": "m", "slots": [],
                                    "meters": [], "accessories": [], "damage_types": []},
            "asset.define": lambda: {"id": new(), "label": "x", "tag": "x", "pack": "vehicle", "home_depot_id": depot,
                                     "depot_id": depot},
            "customer.define": lambda: {**named, "depot_id": depot},
            "rental.define": lambda: {"id": new(), "number": "1", "customer_id": stage.customer, "depot_id": depot,
                                      "asset_ids": [], "starts_at": at, "due_at": at},
            "task.define": lambda: {"id": new(), "type": "collect", "depot_id": depot, "asset_id": self.vans[place],
                                    "due_at": at},
            "contract_text.define": lambda: {"id": new(), "version": "1", "use": "check_in", "zh": "文", "en": "t"},
        }  # fmt: skip
        return made[action]()

    def outcome(self, phone: Phone, action: str, args: dict[str, Any]) -> tuple[str, str | None]:
        """What would become of the entry; nothing of it stays."""
        twin = phone.copy()
        seen = dict.fromkeys([*self.open, *self.damages, *self.customers, *self.tasks, self.stage.id], 10**6)
        twin.record(action, args, seen=seen, blobs=[blob(f"p/{action}")] if action == "photo.add" else [])
        message = SyncRequest.model_validate(twin.request())
        found: list[tuple[str, str | None]] = []

        def job(store: Any) -> None:
            pushed = self.stage.engine.push(store, self.stage.id, message, self.stage.now)
            found.extend((outcome.state, outcome.code) for outcome in pushed.outcomes)
            raise Rollback

        with pytest.raises(Rollback):
            self.stage.write(job)
        assert len(found) == 1
        return found[0]


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
        phone.record(action, args, blobs=[blob(f"x/{action}/{role}")] if action == "photo.add" else [])
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
            allowed = PERMISSIONS[action].get(Role.MANAGER) and action not in OFFICE_ONLY and place == 0 and auth == "pin"
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
            found = scene.outcome(thief, "depot.define", scene.args("depot.define", 0))
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
