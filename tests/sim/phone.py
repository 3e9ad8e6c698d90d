"""One device and the person who uses it: what they record, and the log of everything the screen said was saved.

Neighbours: `sync/device.py` is driven through its real paths (save, push, receive, frame, files); `world.py` carries messages;
`checkers.py` believes the log kept here, never the device. Invariants: something is in the log only when `save` has returned · a
crash loses memory and nothing else.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.ids import uuid7
from sync.device import Device, DeviceError, NewFile
from sync.device_state import Kept
from sync.outgoing import Push
from tests.sim.disk import Disk
from tests.sim.faults import Chance, Fault
from tests.sim.server import Crash, signature, unseal

SLOTS = ("front", "left", "right")


@dataclass(frozen=True)
class Saved:
    """What the screen said was saved."""

    device: str
    id: str
    seq: int
    body: bytes
    private: tuple[bytes, ...]
    files: Mapping[str, bytes]


@dataclass
class Handover:
    """One handover on its way, as its wizard remembers it."""

    id: str
    type: str
    asset: str
    rental: str
    steps: list[str]
    document: bytes
    entries: list[str] = field(default_factory=list)


@dataclass
class Person:
    """Where somebody works and who they are."""

    id: str
    place: int
    auth: str = "pin"


class Phone:
    """A device in somebody's hands. `memory` None: the app is not running."""

    kind = "field"
    device_class: type[Device] = Device
    disk_class: type[Disk] = Disk

    def __init__(self, device: str, organisation: str, person: Person, chance: Chance, ids: Chance) -> None:
        self.id, self.organisation, self.person = device, organisation, person
        self.chance, self.ids = chance, ids
        self.disk = self.disk_class(chance)
        self.memory: Device | None = None
        self.boot = 0
        self.offset_ms = chance.random.choice((0, 0, 0, 1500, -4000, 200_000))
        self.now_ms = 0
        self.saved: list[Saved] = []
        self.work: Handover | None = None
        self.waiting: tuple[int, int] | None = None
        self.sent = 0
        self.revoked = self.stuck = False
        self.unheard: str | None = None
        self.farewell: dict[str, Any] | None = None
        self.hidden_since: int | None = None
        self.unsent_at_opening: frozenset[str] = frozenset()
        self.started_behind_gate: list[str] = []
        self.grace_entries = 0

    # --- life ---------------------------------------------------------------------------------------------------------
    def clock(self) -> int:
        """What its own clock shows."""
        return self.now_ms + self.offset_ms

    def open(self) -> Device | None:
        """Start the app, or go on with it. None when it is not to be started (shut out)."""
        if self.memory is None and not self.revoked:
            self.boot += 1
            self.waiting = None
            self.memory = self._loaded()
        return self.memory

    def _loaded(self) -> Device:
        return self.device_class.open(
            self.organisation, self.id, self.disk, sign=lambda text: signature(f"key/{self.id}", text), random=self.ids.bytes,
            unseal=lambda token: unseal(self.organisation, token), app="sim", auth=self.person.auth, boot=f"boot{self.boot}",
        )  # fmt: skip

    def to_export(self) -> Device:
        """The device as it stands, also of an app that is shut out or does not run."""
        return self.memory if self.memory is not None else self._loaded()

    def die(self) -> None:
        """The process ends."""
        self.memory = None

    def new_id(self) -> str:
        return uuid7(self.clock(), self.ids.bytes(10))

    # --- recording ----------------------------------------------------------------------------------------------------
    def save(self, action: str, args: dict[str, Any], files: Sequence[NewFile] = (), private: Sequence[bytes] = ()) -> str | None:
        """Save one entry as the app does; its id when the screen said so."""
        device = self.open()
        if device is None:
            return None
        work = self.work
        needs = list(work.entries) if work and action.endswith(".complete") else work.entries[:1] if work else []
        try:
            made = device.save(action, args, actor=self.person.id, now_ms=self.clock(), needs=needs, files=files, private=private)
        except DeviceError:
            self.chance.count(Fault.GATE_SHUT)
            return None
        except OSError:
            return None
        except Crash:
            self.die()
            return None
        kept = {one.ref().sha256: one.content for one in files}
        self.saved.append(Saved(self.id, made.id, made.seq, made.body, made.private, kept))
        return made.id

    def begin(self, asset: str, rental: str, type_: str, unsent_now: Callable[[], frozenset[str]]) -> None:
        """A new handover: new work, which the gate may forbid."""
        handover = self.new_id()
        document = json.dumps({"handover": handover, "text": "归还条款"}, ensure_ascii=False).encode()
        steps = [f"photo:{slot}" for slot in SLOTS] + ["reading", "sign:customer", "sign:staff"]
        if self.ids.random.random() < 0.4:
            steps.insert(self.ids.random.randrange(4), "damage")
        if self.ids.random.random() < 0.2:
            steps.insert(4, "accessory")
        steps += ["abandon"] if self.ids.random.random() < 0.1 else ["complete"]
        self.work = None
        args = {"handover_id": handover, "type": type_, "asset_id": asset, "rental_id": rental}
        if (made := self.save("handover.start", args)) is not None:
            unsent = unsent_now() if self.unsent_at_opening else frozenset()
            if self.unsent_at_opening & unsent and not self._by_grace(len(unsent)):
                self.started_behind_gate.append(made)
            self.work = Handover(handover, type_, asset, rental, steps, document, [made])

    def _by_grace(self, unsent: int) -> bool:
        """Whether the policy allows so many unsent entries, and what was written last says that it is written so."""
        return unsent <= self.grace_entries and json.loads(self.saved[-1].body)["gate"] == "grace"

    def step(self) -> None:
        """The next step of the handover at hand."""
        work = self.work
        if work is None:
            return
        step, _, more = work.steps[0].partition(":")
        args: dict[str, Any] = {"handover_id": work.id}
        made: str | None
        match step:
            case "photo":
                made = self._photo(args, more)
            case "damage":
                made = self._damage(args)
            case "reading":
                value = self.ids.random.randrange(1000, 90_000)
                made = self.save("reading.record", {**args, "meter": "shutter", "value": value})
            case "accessory":
                made = self.save("accessory.report", {**args, "accessory": "charger", "state": "missing"})
            case "sign":
                made = self._sign(args, more, work)
            case "abandon":
                made = self.save("handover.abandon", {**args, "reason": "换人"})
            case _:
                made = self._complete(args, work)
        if made is not None and self.work is work:
            work.entries.append(made)
            work.steps.pop(0)
            if not work.steps:
                self.work = None

    def _photo(self, args: dict[str, Any], slot: str) -> str | None:
        bad = self.chance.hits(Fault.BLOB_REJECTED, 0.02)
        content = (b"no picture " if bad else b"picture ") + self.ids.bytes(12).hex().encode()
        photo = {"photo_id": self.new_id(), "slot": slot, "how": "still", "source": "camera", "width": 4, "height": 3}
        return self.save("photo.add", {**args, **photo}, [NewFile(content, "image/jpeg", "photo")])

    def _damage(self, args: dict[str, Any]) -> str | None:
        severity = self.ids.random.choice(("minor_damage", "severe_damage"))
        damage = {
            "damage_id": self.new_id(),
            "view": "front",
            "part": "lens",
            "x": 5,
            "y": 6,
            "type": "dent",
            "severity": severity,
        }
        return self.save("damage.record", {**args, **damage})

    def _sign(self, args: dict[str, Any], party: str, work: Handover) -> str | None:
        image = NewFile(b"ink " + self.ids.bytes(8).hex().encode(), "image/png", "signature")
        document = NewFile(work.document, "application/json", "document")
        signed = {
            "signature_id": self.new_id(), "party": party, "decision": "agree", "role": "driver", "language": "zh",
            "document_sha256": document.ref().sha256, "image_sha256": image.ref().sha256, "signer": 0, "strokes": 1,
        }  # fmt: skip
        private = [json.dumps({"name": "王芳", "phone": "13800001111"}, ensure_ascii=False).encode(), b'{"strokes":[]}']
        return self.save("signature.capture", {**args, **signed}, [image, document], private)

    def _complete(self, args: dict[str, Any], work: Handover) -> str | None:
        document = NewFile(work.document, "application/json", "document").ref().sha256
        done = {**args, "acceptance": "intact", "document_sha256": document, "entries": work.entries}
        if work.type == "check_out":
            return self.save("checkout.complete", done)
        at = "2027-01-15T08:00:00.000Z"
        return self.save("return.complete", {**done, "confirmed": {"first_at": at, "second_at": at}})

    def meddle(self) -> None:
        """Add to a handover that somebody else has begun, as far as this device sees one."""
        device = self.open()
        if device is None:
            return
        begun = [row for row in device.shown("handover") if row.data.get("state") == "started"]
        if begun:
            args = {
                "handover_id": self.ids.random.choice(begun).id,
                "meter": "shutter",
                "value": self.ids.random.randrange(90_000),
            }
            mine, self.work = self.work, None
            self.save("reading.record", args)
            self.work = mine

    def note_failure(self) -> None:
        """No answer came."""
        try:
            if self.memory is not None:
                self.memory.note_failure()
        except Crash:
            self.die()
        except OSError:
            pass

    # --- exchanging ---------------------------------------------------------------------------------------------------
    def push(self) -> tuple[Push, bytes] | None:
        """The next request."""
        device = self.open()
        if device is None:
            return None
        push = device.push(self.clock())
        return push, json.dumps(push.request, ensure_ascii=False, separators=(",", ":")).encode()

    def receive(self, answer: bytes, push: Push) -> bool:
        """Take an answer in; whether to ask again at once."""
        device = self.memory
        if device is None:
            return False
        try:
            received = device.receive(json.loads(answer), push, self.clock())
            # A copy of an epoch that was left is to be enrolled anew, also when it was to be wiped.
            self.stuck = any(command["type"] == "re_enrol" for command in json.loads(answer)["commands"])
            if received.wipe:
                device.revoke()
                self.revoked = True
        except Crash:
            self.die()
        except (OSError, DeviceError):
            pass
        else:
            return received.again
        return False

    def destroyed(self) -> bool:
        """Whether everything is gone now: the office wanted it, and all of it is proven. `farewell` is still to be said."""
        device = self.memory
        self.farewell = device.farewell() if device is not None else None
        if self.farewell is not None:
            self.disk.kept, self.disk.bytes = Kept(), {}
            self.die()
        return self.farewell is not None

    def compare(self, ask: Callable[[str, list[int] | None], dict[str, Any]]) -> int:
        """In idle time: is what this device holds what the server says? `ask(bucket, None)` gives the digest, with parts their
        content. How many parts were wrong."""
        device, mended = self.memory, 0
        try:
            for bucket in device.due(self.clock()) if device is not None else ():
                if device is not None and not device.agrees(bucket):
                    said = ask(bucket, None)
                    left = device.wrong_parts(said)
                    while left:
                        answer = ask(bucket, left)
                        if not set(answer["parts"]) & set(left) or not device.mend(answer, said["version"]):
                            break
                        mended += len(answer["parts"])
                        left = [part for part in left if part not in answer["parts"]]
                if device is not None:
                    device.note_compared(bucket, self.clock())
        except Crash:
            self.die()
        except OSError:
            pass
        return mended

    def frame(self, raw: bytes) -> None:
        """Take a live frame in."""
        if self.memory is not None:
            try:
                self.memory.frame(json.loads(raw))
            except Crash:
                self.die()
            except OSError:
                pass

    def note_file(self, sha256: str, state: str) -> None:
        """What the server said of a file."""
        if self.memory is not None:
            try:
                self.memory.note_file(sha256, state=state)
            except Crash:
                self.die()
            except OSError:
                pass
