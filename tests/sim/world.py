"""One simulated world: a server, devices, a network between them, a clock — all from one seed.

Neighbours: `server.py`, `phone.py`, `disk.py`; `checkers.py` watches every answer and judges in the end. Phases: faults, heal,
check. Invariants: no wall clock, no other randomness · everything that happens goes into `trace`, whose hash names the run.
"""

import hashlib
import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from schemas.people import Role
from server.auth.sessions import device_principal
from sync.engine import Engine
from sync.outgoing import Push
from sync.pull import digest_parts, repair
from tests.sim.carried import carry
from tests.sim.checkers import Laws
from tests.sim.company import START_MS, Company
from tests.sim.desk import Desk
from tests.sim.faults import Chance, Fault
from tests.sim.healing import heal
from tests.sim.life import befall, gate_policy
from tests.sim.phone import Person, Phone
from tests.sim.server import Backup, Crash, Node, Refused
from tests.sim.watched import Watched

ROUNDS = 240
TIMEOUT_MS = 30_000
DESK = 0.7
"""In how many worlds there is an office device."""
HOUR_MS = 3_600_000


@dataclass
class Result:
    """What a seed came to."""

    seed: str
    entries: int
    faults: dict[str, int]
    violations: list[str]
    trace: str


@dataclass
class Build:
    """Which classes a world is made of: broken ones prove that the checkers bite."""

    node: type[Node] = Node
    phone: type[Phone] = Phone
    engine: type[Engine] = Engine


@dataclass(order=True)
class Event:
    at: int
    number: int
    run: Callable[[], None] = field(compare=False)


class World:
    """Everything there is."""

    def __init__(self, seed: str, build: Build | None = None) -> None:
        self.seed = seed
        self.build = build or Build()
        self.chance = Chance(f"faults/{seed}")
        self.ids = Chance(f"ids/{seed}")
        self.now = START_MS
        self.events: list[Event] = []
        self.number = 0
        self.digest = hashlib.sha256()
        self.company = Company(seed)
        self.calm = self.chance.calm = True
        self.node = self.build.node(self.company, self.chance, lambda: self.now, self.build.engine)
        self.node.found()
        self.policy = gate_policy(seed, self.company.organisation)
        if self.policy.gate_policy != "strict":
            self.node.system([self.policy])
        self.backups: list[Backup] = []
        self.disks: dict[str, object] = {}
        self.laws = Laws(self)
        self.watched = Watched(self)
        self.phones: list[Phone] = []
        self.gone: list[Phone] = []
        for number in range(self.ids.random.randint(2, 4)):
            self.add_phone(self.company.person(Role.TECHNICIAN, number % 2), number % 2)
        if self.ids.random.random() < DESK:
            self.add_phone(self.company.person(Role.MANAGER), 0, like=Desk)
        self.calm = self.chance.calm = False

    # --- devices ------------------------------------------------------------------------------------------------------
    def add_phone(self, person: str, place: int, replaces: str | None = None, like: type[Phone] | None = None) -> Phone:
        device = self.company.id("device", len(self.phones) + len(self.gone))
        made = like or self.build.phone
        own = person if made.kind == "office" else None
        somebody = Person(person, place, "password" if own else "pin")
        phone = made(device, self.company.organisation, somebody, self.chance, self.ids)
        phone.now_ms = self.now
        phone.grace_entries = self.policy.grace_entries if self.policy.gate_policy == "grace" else 0
        self.undisturbed(lambda: self.node.enrol(device, made.kind, self.company.depots[place], own, replaces))
        self.phones.append(phone)
        return phone

    def undisturbed(self, what: Callable[[], None]) -> None:
        """Do something without faults: it is not what is tried here."""
        before, self.chance.calm = self.chance.calm, True
        full, self.node.full = self.node.full, False
        what()
        self.chance.calm, self.node.full = before, full

    # --- time ---------------------------------------------------------------------------------------------------------
    def at(self, delay_ms: int, run: Callable[[], None]) -> None:
        self.number += 1
        heapq.heappush(self.events, Event(self.now + delay_ms, self.number, run))

    def pass_time(self, ms: int) -> None:
        """Let time pass, with what happens meanwhile."""
        until = self.now + ms
        while self.events and self.events[0].at <= until:
            event = heapq.heappop(self.events)
            self.now = max(self.now, event.at)
            self.tick()
            event.run()
            self.deliver_frames()
        self.now = until
        self.tick()

    def tick(self) -> None:
        for phone in self.phones:
            phone.now_ms = self.now

    def trace(self, *what: object) -> None:
        self.digest.update(repr((self.now - START_MS, *what)).encode())

    # --- the network --------------------------------------------------------------------------------------------------
    def sync(self, phone: Phone) -> None:
        """Send one request, if none is under way."""
        if phone.waiting is not None and self.now < phone.waiting[1]:
            return
        if phone.waiting is not None and phone.grace_entries:
            phone.note_failure()
        made = phone.push()
        if made is None:
            return
        push, raw = made
        phone.sent += 1
        token = phone.sent
        phone.waiting = (token, self.now + TIMEOUT_MS)
        self.trace("sync", phone.id, hashlib.sha256(raw).hexdigest())
        delay = self.ids.random.randrange(20, 400)
        if self.chance.hits(Fault.REQUEST_LOST, 0.08):
            return
        if self.chance.hits(Fault.DUPLICATED, 0.06):
            later = delay + self.ids.random.randrange(5_000, 20 * 60_000)
            self.at(later, lambda: self.arrive(phone, push, raw, token))
        if self.chance.hits(Fault.DELAYED, 0.05):
            delay += self.ids.random.randrange(60_000, HOUR_MS)
        if self.chance.hits(Fault.BODY_CUT, 0.03):
            raw = raw[: self.ids.random.randrange(len(raw))]
        elif not push.gap and self.chance.hits(Fault.BYTE_FLIPPED, 0.06):
            # Behind a gap nobody has what an entry follows from: a byte changed there cannot be found.
            raw = self.chance.flipped(raw)
        self.at(delay, lambda: self.arrive(phone, push, raw, token))

    def arrive(self, phone: Phone, push: Push, raw: bytes, token: int) -> None:
        boot = phone.boot
        try:
            answer = self.node.exchange(phone.id, raw)
        except Crash:
            self.restart_node()
            return
        except Refused as refused:
            code = refused.code
            self.trace("refused", phone.id, code)
            self.at(50, lambda: self.refuse(phone, code, token))
            return
        self.trace("answered", phone.id, hashlib.sha256(answer).hexdigest())
        self.laws.answer(phone.id, answer)
        self.watched.answered(phone, push)
        if self.chance.hits(Fault.ANSWER_LOST, 0.08):
            return
        self.at(self.ids.random.randrange(20, 400), lambda: self.answer(phone, push, answer, token, boot))

    def answer(self, phone: Phone, push: Push, answer: bytes, token: int, boot: int) -> None:
        if phone.boot != boot or phone.memory is None:
            return
        late = phone.waiting is None or phone.waiting[0] != token
        if late and not self.chance.hits(Fault.REORDERED, 0.5):
            return
        if not late:
            phone.waiting = None
        again = phone.receive(answer, push)
        if phone in self.phones and phone.destroyed():
            self.replace_phone(phone, known=False)
            self.say_farewell(phone)
        elif again and not late:
            self.sync(phone)
        self.trace("received", phone.id, phone.memory.proven_n if phone.memory else None)

    def refuse(self, phone: Phone, code: str, token: int) -> None:
        if phone.waiting is not None and phone.waiting[0] == token:
            phone.waiting = None
        # After a restored backup: the device, or its epoch, is unknown. It is to be exported and enrolled anew.
        phone.stuck = code in ("epoch_unknown", "not_signed_in")

    def say_farewell(self, phone: Phone) -> None:
        """A device that destroyed what it held says so until it is heard, or until the server will never hear it."""
        assert phone.farewell is not None
        self.trace("farewell", phone.id)
        if self.chance.hits(Fault.REQUEST_LOST, 0.2):
            self.at(HOUR_MS // 10, lambda: self.say_farewell(phone))
            return
        try:
            self.node.wiped(phone.farewell)
        except Crash:
            self.restart_node()
        except Refused as refused:
            if refused.code != "storage_full":
                phone.unheard = refused.code
                return
        else:
            if not self.chance.hits(Fault.ANSWER_LOST, 0.2):
                return
        self.at(HOUR_MS // 10, lambda: self.say_farewell(phone))

    def upload(self, phone: Phone) -> None:
        """Send one file."""
        device = phone.open()
        if device is None:
            return
        row = device.next_file()
        if row is None and device.files and self.chance.hits(Fault.BLOB_BEFORE_ENTRY, 0.3):
            row = next((one for one in device.files.values() if not one.over), None)
        if row is None:
            return
        content = phone.disk.content(row.sha256)
        if content is None:
            return
        if self.chance.hits(Fault.BLOB_CUT, 0.08):
            content = content[: self.ids.random.randrange(len(content))]
        elif self.chance.hits(Fault.BLOB_WRONG_BYTES, 0.05):
            content = self.chance.flipped(content)
        sha256, size = row.sha256, row.size
        self.at(50, lambda: self.take_file(phone, sha256, size, content))

    def take_file(self, phone: Phone, sha256: str, size: int, content: bytes) -> None:
        caller = device_principal(self.node.store, self.company.organisation, phone.id)
        if caller is None or caller.state not in ("active", "wiping"):
            return
        boot = phone.boot
        try:
            state = self.node.upload(phone.id, sha256, size, content)
        except Crash:
            self.restart_node()
            return
        except Refused as refused:
            self.trace("file refused", sha256, refused.code)
            return
        self.trace("file", sha256, state)
        if not self.chance.hits(Fault.ANSWER_LOST, 0.05) and phone.boot == boot:
            phone.note_file(sha256, state)

    def compare(self, phone: Phone) -> int:
        """Idle: the device compares its replica with the server's digest and mends what differs."""
        caller = device_principal(self.node.store, self.company.organisation, phone.id)
        if caller is None or caller.state != "active":
            return 0

        def ask(bucket: str, parts: list[int] | None) -> dict[str, Any]:
            if bucket not in caller.buckets:
                raise OSError(bucket)
            store, organisation = self.node.store, self.company.organisation
            if parts is None:
                return digest_parts(store, organisation, bucket).model_dump(mode="json")
            found: dict[str, Any] = json.loads(repair(store, organisation, bucket, parts))
            return found

        mended = phone.compare(ask)
        if mended:
            self.trace("mended", phone.id, mended)
            if not self.chance.counts[Fault.SERVER_RESTORED]:
                self.laws.broken("L4", phone.id, "had to be mended in", mended, "parts, and no backup was restored")
        return mended

    def deliver_frames(self) -> None:
        frames, self.node.outbox = self.node.outbox, []
        for phone in self.phones if frames else ():
            if phone.memory is None or phone.hidden_since is not None:
                continue
            caller = device_principal(self.node.store, self.company.organisation, phone.id)
            allowed = caller.buckets if caller is not None else frozenset()
            for bucket, raw in frames:
                if bucket in allowed and not self.chance.hits(Fault.FRAME_LOST, 0.1):
                    self.laws.frame(phone.id, raw)
                    phone.frame(raw)

    # --- what people and the world do ---------------------------------------------------------------------------------
    def act(self, phone: Phone) -> None:
        """Somebody does something with a device."""
        phone.now_ms = self.now
        chosen = self.ids.random.random()
        if chosen < 0.42:
            self.record(phone)
        elif chosen < 0.78:
            self.sync(phone)
        elif chosen < 0.93:
            self.upload(phone)
        elif chosen < 0.95:
            self.compare(phone)
        elif phone.hidden_since is None:
            phone.hidden_since = self.now
        self.mishap(phone)

    def record(self, phone: Phone) -> None:
        if phone.hidden_since is not None:
            away, phone.hidden_since = self.now - phone.hidden_since, None
            if phone.memory is not None and away > phone.memory.hidden_ms_max:
                phone.memory.opened()
                phone.unsent_at_opening = self.laws.unsent(phone)
        if phone.memory is None:
            phone.open()
            phone.unsent_at_opening = self.laws.unsent(phone)
        if isinstance(phone, Desk):
            phone.act(lambda device: self.node.store.kept_aside(self.company.organisation, device))
            return
        for _ in range(self.ids.random.choice((1, 2, 3, 5))):
            if phone.work is not None and (phone.memory is None or self.ids.random.random() < 0.95):
                phone.step()
            elif phone.work is None or self.ids.random.random() < 0.3:
                number = self.ids.random.randrange(self.company.assets_per_depot)
                place = phone.person.place
                asset, rental = self.company.asset(place, number), self.company.rental(place, number)
                type_ = self.ids.random.choice(("check_out", "check_in"))
                if self.ids.random.random() < 0.1:
                    phone.meddle()
                phone.begin(asset, rental, type_, partial(self.laws.unsent, phone))
        self.trace("saved", phone.id, len(phone.saved))

    def mishap(self, phone: Phone) -> None:
        """What befalls one device."""
        hits = self.chance.hits
        if hits(Fault.DEVICE_RESTART, 0.02):
            phone.die()
        if hits(Fault.CLOCK_JUMP, 0.006):
            phone.offset_ms += self.ids.random.choice((-3, -1, 1, 4)) * 24 * HOUR_MS
        if hits(Fault.DEVICE_DISK_FULL, 0.01):
            phone.disk.full = True
            self.at(self.ids.random.randrange(HOUR_MS), lambda: setattr(phone.disk, "full", False))
        if self.ids.random.random() < 0.02:
            self.disks[phone.id] = phone.disk.snapshot()
        if phone.id in self.disks and hits(Fault.DEVICE_RESTORED, 0.006):
            self.laws.destroy_unsent(phone)
            phone.die()
            phone.disk.restore(self.disks.pop(phone.id))  # type: ignore[arg-type]
            self.laws.went_back(phone)
            phone.work = None
        if phone.memory is None and not phone.revoked and hits(Fault.BODY_DAMAGED_AT_REST, 0.05):
            damaged = phone.disk.rot()
            if damaged is not None:
                self.laws.destroy(damaged)
        releasable = phone.memory is None and not phone.revoked and not isinstance(phone, Desk) and bool(self.desks())
        if releasable and hits(Fault.NUMBER_DESTROYED, 0.15) and (destroyed := phone.disk.lose_a_number()) is not None:
            self.laws.destroy(destroyed)
        if self.ids.random.random() < (0.02 if phone.revoked or phone.stuck else 0.004):
            carry(self, phone)
        if not phone.revoked and hits(Fault.DEVICE_EVICTED, 0.003):
            self.evict(phone)

    def evict(self, phone: Phone) -> None:
        """The store is gone: the device is enrolled anew in the place of the old one. Some of it could still be exported."""
        if self.chance.hits(Fault.FILE_OF_A_BROKEN_STORE, 0.2):
            carry(self, phone)
        self.laws.destroy_unsent(phone)
        phone.die()
        # A server restored from before its enrolment does not know the device: the office names none to replace.
        self.replace_phone(phone, known=not phone.stuck and self.node.knows(phone.id))

    def replace_phone(self, phone: Phone, *, known: bool) -> None:
        """Another device takes its place, `known` to the office as doing so."""
        self.phones.remove(phone)
        self.gone.append(phone)
        self.disks.pop(phone.id, None)
        self.add_phone(phone.person.id, phone.person.place, replaces=phone.id if known else None, like=type(phone))

    def mend(self, action: str) -> None:
        self.node.broken.discard(action)
        self.restart_node()

    def upgrade(self) -> None:
        self.node.unknown.clear()
        self.restart_node()

    def restart_node(self) -> None:
        """The server's process starts again."""
        self.trace("server starts")
        self.undisturbed(self.node.restart)

    # --- phases -------------------------------------------------------------------------------------------------------
    def run(self) -> Result:
        for _ in range(ROUNDS):
            self.act(self.ids.random.choice(self.phones))
            befall(self)
            self.pass_time(self.ids.random.choice((200, 1_000, 5_000, 60_000, 10 * 60_000)))
        heal(self)
        self.laws.judge()
        self.watched.judge()
        entries = len(self.node.journal())
        violations = sorted(set(self.laws.violations))
        return Result(self.seed, entries, dict(self.chance.counts), violations, self.digest.hexdigest())

    def desks(self) -> list[Desk]:
        """Office devices that may still speak."""
        return [one for one in self.phones if isinstance(one, Desk) and not one.revoked and not one.stuck]


def simulate(seed: str, build: Build | None = None) -> Result:
    """Run one seed to its end."""
    world = World(seed, build)
    try:
        return world.run()
    finally:
        world.node.close()


def as_line(result: Result) -> str:
    """For the regressions' file and for people."""
    return json.dumps({"seed": result.seed, "entries": result.entries, "violations": result.violations, "trace": result.trace})
