"""What a device has not sent, carried to the office as one file: exported by the shipped writer, read and taken in by the shipped
reader and engine, once or twice, while the device may come back and send the same.

Neighbours: `world.py` lets it happen, `server.py` takes it in, `watched.py` judges what came of it. Invariants: a file holds what
the device's own store has in that moment · a broken file changes nothing · what an import has taken is not destroyed any more.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import ErrorCode
from schemas.people import Role
from schemas.protocol import OrganisationInfo
from sync.net.exportfile import export
from tests.sim.faults import Fault
from tests.sim.server import Crash, Refused, keys_of, signature

if TYPE_CHECKING:
    from tests.sim.phone import Phone
    from tests.sim.world import World

HOUR_MS = 3_600_000
EXPLAINED = frozenset({ErrorCode.IMPORT_CONTRADICTS, ErrorCode.EPOCH_UNKNOWN, ErrorCode.DEVICE_UNKNOWN})
"""Refusals that a device or a server which has gone back to a backup explains."""


@dataclass
class Carried:
    """One file. `bodies`, `files`: what lies in it."""

    phone: "Phone"
    raw: bytes
    bodies: frozenset[bytes]
    files: frozenset[str]
    times: int = 0


def carried(phone: "Phone", forger: str | None = None) -> Carried:
    """What the device writes when it is exported now; or what somebody writes who knows all of that, but has a key of his own."""
    device = phone.to_export()
    if forger is not None:
        device = replace(device, sign=lambda text: signature(forger, text))
    organisation = phone.organisation
    known = OrganisationInfo(id=organisation, name="x", zone="Asia/Shanghai", keys=keys_of(organisation).public_keys())
    with tempfile.TemporaryDirectory(prefix="sim-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        path = Path(folder) / "export"
        export(device, known, path, phone.clock())
        raw = path.read_bytes()
    files = frozenset(sha256 for sha256 in device.files if phone.disk.content(sha256) is not None)
    return Carried(phone, raw, frozenset(row.body for row in device.outbox if not row.proven), files)


def carry(world: "World", phone: "Phone") -> None:
    """Somebody exports the device, and brings the file to the office: some time later, and sometimes once more."""
    file = carried(phone)
    if not file.bodies and not file.files:
        return
    world.trace("exported", phone.id, len(file.bodies), len(file.files))
    if world.chance.hits(Fault.FILE_FORGED, 0.1):
        forged = carried(phone, "key/forger")
        world.at(30_000, lambda: forge(world, forged))
    chosen = world.ids.random
    world.at(chosen.randrange(60_000, 6 * HOUR_MS), lambda: bring(world, file))
    if chosen.random() < 0.4:
        world.at(chosen.randrange(60_000, 12 * HOUR_MS), lambda: bring(world, file))


def forge(world: "World", file: Carried) -> None:
    """Somebody brings a file that its device has not signed."""
    node = world.node
    before = node.store.organisation_version(node.organisation)
    try:
        node.bring(file.raw, world.company.person(Role.MANAGER))
    except Crash:
        world.restart_node()
        return
    except Refused as refused:
        if refused.code not in (ErrorCode.IMPORT_UNSIGNED, ErrorCode.DEVICE_UNKNOWN, ErrorCode.STORAGE_FULL):
            world.laws.broken("forged", "refused as", refused.code)
    else:
        world.laws.broken("forged", "a file was believed:", file.phone.id)
    if node.store.organisation_version(node.organisation) != before:
        world.laws.broken("forged", "a file changed something:", file.phone.id)


def bring(world: "World", file: Carried) -> None:
    """The office imports a file. What a full disk or a crash has cut short is begun anew later."""
    by, node = world.company.person(Role.MANAGER), world.node
    raw = file.raw
    if world.chance.hits(Fault.FILE_DAMAGED, 0.1):
        cut = world.ids.random.random() < 0.3
        raw = raw[: world.ids.random.randrange(len(raw))] if cut else world.chance.flipped(raw)
    before = node.store.device(node.organisation, file.phone.id)
    try:
        new = node.bring(raw, by)
    except Crash:
        world.restart_node()
        world.at(60_000, lambda: bring(world, file))
        return
    except Refused as refused:
        world.trace("import refused", file.phone.id, refused.code)
        if refused.code == ErrorCode.STORAGE_FULL:
            world.at(HOUR_MS // 2, lambda: bring(world, file))
        elif raw is not file.raw:
            world.at(60_000, lambda: bring(world, file))
        else:
            world.watched.refused(file, refused.code)
        return
    world.trace("imported", file.phone.id, len(new))
    if raw is not file.raw:
        world.laws.broken("L3", "a broken file was taken in", file.phone.id)
    file.times += 1
    if file.times > 1:
        world.chance.count(Fault.FILE_IMPORTED_AGAIN)
    elif new:
        world.chance.count(Fault.FILE_IMPORTED)
    world.watched.imported(file, new, before)
