"""What befalls the server and its company while devices are at work: full disks, bugs, backups put back, people and devices shut
out, wiped or erased, base data edited.

Neighbours: `world.py` calls `befall` between two acts of people. Invariant: the office writes as the organisation's own device.
"""

import random
from typing import TYPE_CHECKING, Final

from schemas.actions import Action
from schemas.actions.basedata import AssetDefine, PersonDefine
from schemas.actions.devices import DeviceRevoke, DeviceWipe
from schemas.actions.organisation import OrganisationPolicy
from schemas.actions.people import PersonErase
from schemas.people import Role
from schemas.records.organisation import GatePolicy
from tests.sim.faults import Fault
from tests.sim.server import Crash

if TYPE_CHECKING:
    from tests.sim.world import World

HOUR_MS = 3_600_000
POLICIES: Final[tuple[GatePolicy, ...]] = ("strict", "records", "grace")
GRACE_ENTRIES: Final = 25
"""How much may be unsent by grace: so little that worlds come to its end."""


def gate_policy(seed: str, organisation: str) -> OrganisationPolicy:
    """How strictly a world's organisation keeps its gate. Drawn apart from all else."""
    policy = random.Random(f"policy/{seed}").choices(POLICIES, (14, 3, 3))[0]
    return OrganisationPolicy(
        organisation_id=organisation, gate_policy=policy, grace_hours=12, grace_entries=GRACE_ENTRIES, files_hours=2
    )


def befall(world: "World") -> None:
    """What befalls the server and the office."""
    hits, chosen = world.chance.hits, world.ids.random
    if hits(Fault.SERVER_DISK_FULL, 0.004):
        world.node.full = True
        world.at(chosen.randrange(HOUR_MS), lambda: setattr(world.node, "full", False))
    if hits(Fault.HANDLER_BUG, 0.006):
        action = chosen.choice(("photo.add", "reading.record", "signature.capture", "handover.start"))
        world.node.broken.add(action)
        world.at(chosen.randrange(HOUR_MS), lambda: world.mend(action))
    if hits(Fault.ACTION_UNKNOWN, 0.003):
        world.node.unknown.add("accessory.report")
        world.node.set_handlers()
        world.at(chosen.randrange(4 * HOUR_MS), world.upgrade)
    if chosen.random() < 0.01:
        world.backups = [*world.backups[-1:], world.node.backup()]
    if world.backups and hits(Fault.SERVER_RESTORED, 0.002):
        world.laws.before_restore()
        world.node.restore(world.backups.pop())
        world.laws.after_restore()
        world.restart_node()
    if len(world.phones) > 1 and hits(Fault.DEVICE_REVOKED, 0.002):
        phone = chosen.choice(world.phones)
        office(world, DeviceRevoke(device_id=phone.id))
    wipeable = [phone for phone in world.phones if world.laws.allowed(phone.id)]
    if wipeable and hits(Fault.DEVICE_WIPED, 0.004):
        office(world, DeviceWipe(device_id=chosen.choice(wipeable).id))
    if hits(Fault.USER_REVOKED, 0.003):
        revoke_user(world)
    if chosen.random() < 0.05:
        edit_asset(world)
    if hits(Fault.PERSON_ERASED, 0.03):
        erase_person(world)


def office(world: "World", *actions: Action) -> None:
    """What the office writes through the organisation's own device. The server being full, it comes later."""
    try:
        world.node.system(actions)
    except Crash:
        world.restart_node()
    except OSError:
        pass
    except AssertionError:
        if not world.backups and not world.chance.counts[Fault.SERVER_RESTORED]:
            raise  # only after a restored backup may it speak of a device nobody knows


def revoke_user(world: "World") -> None:
    """A person leaves, and is back later."""
    place = world.ids.random.randrange(2)
    person, depot = world.company.person(Role.TECHNICIAN, place), world.company.depots[place]

    def define(*, active: bool) -> None:
        office(world, PersonDefine(id=person, name="x", roles=[Role.TECHNICIAN], depot_ids={depot: True}, active=active))

    define(active=False)
    world.at(world.ids.random.randrange(6 * HOUR_MS), lambda: define(active=True))


def erase_person(world: "World") -> None:
    """Somebody who signed wants to be forgotten; rather one of whom a second copy lies somewhere, as few have."""
    store, organisation = world.node.store, world.company.organisation
    signers = store.records(organisation, "signer")
    entries = {one.id: store.entry_by_id(organisation, one.data["entry_id"]) for one in signers}
    twice = [
        signer for signer, one in entries.items()
        if one is not None and store.aside_at(organisation, one.device, one.epoch, one.seq)
    ]  # fmt: skip
    if signers:
        office(world, PersonErase(signer_id=world.ids.random.choice(twice or sorted(entries)), reason="本人要求"))


def edit_asset(world: "World") -> None:
    """The office edits an asset, and sometimes moves it to another depot."""
    place, number = world.ids.random.randrange(2), world.ids.random.randrange(world.company.assets_per_depot)
    there = place if world.ids.random.random() < 0.8 else 1 - place
    asset = AssetDefine(
        id=world.company.asset(place, number), label=f"套装{world.ids.random.randrange(99)}", tag=f"T-{place}-{number}",
        pack="camera_kit", home_depot_id=world.company.depots[place], depot_id=world.company.depots[there],
    )  # fmt: skip
    office(world, asset)
