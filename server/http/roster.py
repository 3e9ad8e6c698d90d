"""What a device is told of itself: organisation, keys, roster, proven journal. Reads records; changes nothing.

Neighbours: `enrolment.py`, `people.py`. Invariants: a personal device's roster is its person alone; a
shared one's, everybody who may use it by `sync.visibility.may_use_device` and, where the office has chosen them one by one,
is among these; someone inactive is on no roster.
"""

from schemas.protocol import EnrolAnswer, OrganisationInfo, RosterPerson
from server.auth.accounts import left_ms, people_with_pin
from server.auth.keys import KeyRing
from server.auth.sessions import DevicePrincipal
from server.storage.database import SqlStore
from sync.policy import policy_of
from sync.visibility import is_chosen, may_use_device


def organisation_info(store: SqlStore, keys: KeyRing, organisation: str) -> OrganisationInfo:
    """Name, zone and public keys of an organisation. LookupError when it has no record yet."""
    record = store.record(organisation, "organisation", organisation)
    if record is None:
        raise LookupError("the organisation has no record")
    data = record.data
    return OrganisationInfo(
        id=organisation,
        name=data["name"],
        name_en=data.get("name_en", ""),
        zone=data["zone"],
        keys=keys.of(organisation).public_keys(),
    )


def roster_of(store: SqlStore, device: DevicePrincipal) -> list[RosterPerson]:
    """The people who may use a device, by name."""
    with_pin = people_with_pin(store.connection, device.organisation)
    own = store.record(device.organisation, "device", device.device)
    found: list[RosterPerson] = []
    for record in store.records(device.organisation, "person"):
        data = record.data
        depots = [depot for depot, there in data["depot_ids"].items() if there]
        may = may_use_device(data["roles"], depots, device.depot) and is_chosen(own.data if own else None, record.id)
        wanted = record.id == device.person if device.person else may
        if wanted and data.get("active", True):
            found.append(
                RosterPerson(
                    id=record.id,
                    name=data["name"],
                    name_en=data.get("name_en", ""),
                    roles=list(data["roles"]),
                    has_pin=with_pin.get(record.id, -1) >= left_ms(data),
                )
            )
    return sorted(found, key=lambda person: (person.name, person.id))


def enrol_answer(store: SqlStore, keys: KeyRing, device: DevicePrincipal) -> EnrolAnswer:
    """The device's identity as it now stands."""
    state = store.device(device.organisation, device.device)
    record = store.record(device.organisation, "device", device.device)
    assert state is not None
    return EnrolAnswer(
        organisation=organisation_info(store, keys, device.organisation),
        device=device.device,
        name=record.data["name"] if record is not None else "",
        type=state.type,
        depot=state.depot,
        person=state.person,
        roster=roster_of(store, device),
        epoch=state.epoch,
        proven_seq=state.seq,
        policy=policy_of(store, device.organisation),
    )
