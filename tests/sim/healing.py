"""The end of a simulated world: nothing goes wrong any more, and everything must come to rest.

Neighbours: `world.py` has lived until here, `checkers.py` judges what has come of it. Invariants: a bounded number of rounds ·
only what devices and people in the office would do by themselves · nothing is taken from the server directly.
"""

from typing import TYPE_CHECKING

from schemas.people import Role
from tests.sim.carried import bring, carried
from tests.sim.desk import Desk
from tests.sim.phone import Phone

if TYPE_CHECKING:
    from tests.sim.world import World

ROUNDS_MAX = 40
COMPARED_EVERY = 10
HOUR_MS = 3_600_000


def heal(world: "World") -> None:
    """Nothing goes wrong any more: everything must come to rest within a bounded number of rounds."""
    world.chance.calm = True
    world.node.full = False
    world.node.broken.clear()
    world.node.unknown.clear()
    world.pass_time(24 * HOUR_MS)
    world.node.full = False
    world.restart_node()
    for phone in world.phones:
        phone.disk.full = False
        phone.hidden_since = None
        phone.die()
        phone.waiting = None
    carried_times = 0
    for number in range(ROUNDS_MAX):
        for phone in list(world.phones):
            phone.waiting = None
            world.sync(phone)
            world.pass_time(5_000)
            for _ in range(8):
                world.upload(phone)
                world.pass_time(500)
        _give_up_gaps(world)
        if number % COMPARED_EVERY == COMPARED_EVERY - 1:  # an office that shows less than there is cannot help the others
            world.pass_time(24 * HOUR_MS)
            for phone in list(world.phones):
                _asked_and_compared(world, phone)
        if number > 1 and all(_at_rest(phone) for phone in world.phones):
            if carried_times < 2:  # once more for the files of what was held until its gap was released
                if not carried_times or not _behind_gaps(world):
                    carried_times += 1
                    _carry_the_silent(world)
                continue
            world.pass_time(24 * HOUR_MS)
            if not sum(_asked_and_compared(world, phone) for phone in list(world.phones)):
                break
    world.trace("healed", [phone.memory.proven_n if phone.memory else None for phone in world.phones])


def _carry_the_silent(world: "World") -> None:
    """What cannot speak any more is exported, and the office imports it."""
    for phone in world.phones:
        if phone.revoked or phone.stuck:
            bring(world, carried(phone))


def _behind_gaps(world: "World") -> set[str]:
    """Devices of which something stands behind a gap, but for those of the office, which nobody releases."""
    return {phone.id for phone in world.phones if not isinstance(phone, Desk) and world.watched.stands_behind_a_gap(phone.id)}


def _give_up_gaps(world: "World") -> None:
    """Whoever sits in the office releases what nobody can send, also of a device that may not speak any more; another desk is
    set up for it when none is left."""
    stuck = _behind_gaps(world)
    if stuck and not world.desks():
        world.add_phone(world.company.person(Role.MANAGER), 0, like=Desk)
    for desk in world.desks() if stuck else ():
        desk.release_gaps(stuck)


def _asked_and_compared(world: "World", phone: Phone) -> int:
    """A digest is compared only while the cursor stands at its version: a frame that came since wants another."""
    world.sync(phone)
    world.pass_time(5_000)
    return world.compare(phone)


def _at_rest(phone: Phone) -> bool:
    device = phone.memory
    if phone.revoked or phone.stuck or device is None:
        return True
    unsent = device.unsent()
    return unsent.entries == 0 and unsent.files == 0 and not device.lost and not device.wiping
