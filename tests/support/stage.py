"""A company on a store, with the real engine and handlers, deterministic keys, ids and clock — and devices to push with.

Keys are stand-ins (a hash over a secret): what the engine does with a signature does not depend on the curve; the real
ones are tried over HTTP (`tests/protocol`).
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from schemas.actions import Action
from schemas.actions import basedata as define
from schemas.actions.devices import DeviceEnrol
from schemas.ids import SYSTEM_ACTOR, uuid7
from schemas.people import Role
from schemas.protocol import BlobRef, HandoverProof, Receipt, SyncRequest
from schemas.records import RECORDS
from schemas.records.assets import Meter, Slot
from server.auth.keys import OrganisationKeys
from server.domain import HANDLERS
from server.proof import prove
from server.system_device import system_device_id
from sync.device import Device, Recorded
from sync.engine import Engine, Pushed
from sync.journal import genesis
from sync.store import DeviceState, JournalEntry, StoredRecord
from sync.unit import Handler
from tests.support.hosts import AnyStore, Host

T = TypeVar("T")
START_MS = 1_800_000_000_000
MINUTE_MS = 60_000


def signature(secret: str, text: bytes) -> str:
    raw = hashlib.sha512(secret.encode() + b"\n" + text).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def seal(organisation: str, payload: bytes) -> str:
    return base64.urlsafe_b64encode(payload).decode() + "." + signature(organisation, payload)


def unseal(organisation: str, token: str) -> Receipt:
    raw, mark = token.split(".")
    payload = base64.urlsafe_b64decode(raw)
    assert signature(organisation, payload) == mark
    return Receipt.model_validate_json(payload)


class StandInKeys(OrganisationKeys):
    """Opens what `seal` sealed."""

    def __init__(self, organisation: str) -> None:
        self.organisation = organisation

    def verify_receipt(self, token: str) -> bytes:
        return unseal(self.organisation, token).model_dump_json().encode()


class Ids:
    """Ids and random bytes that are the same in every run."""

    def __init__(self, name: str) -> None:
        self.name, self.count = name, 0

    def bytes(self, length: int) -> bytes:
        self.count += 1
        return hashlib.shake_128(f"{self.name}/{self.count}".encode()).digest(length)

    def new(self) -> str:
        return uuid7(START_MS, self.bytes(10))


@dataclass
class Phone:
    """A device and the person using it."""

    stage: "Stage"
    journal: Device
    actor: str
    secret: str

    @property
    def id(self) -> str:
        return self.journal.id

    def record(self, action: str, args: Mapping[str, Any], **more: Any) -> Recorded:
        actor = more.pop("actor", self.actor)
        return self.journal.record(action, args, actor=actor, now_ms=self.stage.now, **more)

    def do(self, action: Action, **more: Any) -> Recorded:
        return self.record(action.action, action.model_dump(mode="json"), version=action.v, **more)

    def request(self, **changes: Any) -> dict[str, Any]:
        return {**self.journal.request(self.stage.now), **changes}

    def push(self, request: dict[str, Any] | None = None, **more: Any) -> Pushed:
        """Send, verify the receipt, and let go of what it proves."""
        pushed = self.stage.push(request or self.request(), **more)
        self.journal.prove(unseal(self.stage.id, pushed.receipt))
        return pushed

    def copy(self) -> "Phone":
        """The same store and key on another machine: a clone, or a backup to restore later."""
        twin = Device(**vars(self.journal))
        twin.outbox, twin.hashes, twin.cursors = list(twin.outbox), dict(twin.hashes), dict(twin.cursors)
        ids = Ids(f"copy/{self.stage.ids.count}")
        self.stage.ids.count += 1
        twin.random = ids.bytes
        return Phone(self.stage, twin, self.actor, self.secret)


@dataclass
class Stage:
    """One organisation: two depots, people of every role in each, a pack, vans, a rental — and its engine."""

    host: Host
    name: str = "a"
    now: int = START_MS
    faults: list[tuple[str, Exception]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ids = Ids(self.name)
        self.id = self.ids.new()
        self.depots = (self.ids.new(), self.ids.new())
        self.people: dict[tuple[Role, int], str] = {}
        self.handlers: dict[tuple[str, int], Handler] = dict(HANDLERS)
        self.engine = Engine(
            handlers=self.handlers, sign=seal, sign_text=lambda organisation, text: signature(f"system/{organisation}", text),
            verify=lambda x, _y, message, given: signature(x, message) == given, on_fault=self._note_fault,
        )  # fmt: skip
        self.system = system_device_id(self.id)
        self.write(self._found)
        self._define()

    def _note_fault(self, entry: JournalEntry, fault: Exception) -> None:
        self.faults.append((entry.action, fault))

    def write(self, job: Callable[[AnyStore], T]) -> T:
        return self.host.write(job)

    def _found(self, store: AnyStore) -> None:
        store.add_organisation(self.id)
        self._add_device(store, self.system, "system", self.depots[0], None, f"system/{self.id}")

    def _add_device(self, store: AnyStore, device: str, type_: str, depot: str, person: str | None, secret: str) -> None:
        start = genesis(self.id, device)
        store.put_device(DeviceState(self.id, device, type_, depot, person, "active", secret, "y", 0, 0, start))
        store.add_epoch(self.id, device, 0, 0, start)

    def _define(self) -> None:
        new = self.ids.new
        self.van, self.other_van, self.customer, self.rental = new(), new(), new(), new()
        actions: list[Action] = [define.OrganisationDefine(id=self.id, name="租赁公司")]
        actions += [define.DepotDefine(id=depot, name=f"网点{n}") for n, depot in enumerate(self.depots)]
        for role in Role:
            for place, depot in enumerate(self.depots):
                person = self.people[role, place] = new()
                if role is not Role.SYSTEM:
                    actions.append(define.PersonDefine(id=person, name=role, roles=[role], depot_ids={depot: True}))
        actions.append(
            define.PackDefine(
                id=new(),
                code="vehicle",
                zh="车辆",
                en="Vehicle",
                diagram="van",
                accessories=[],
                damage_types=[],
                slots=[
                    Slot(id="front", zh="前", en="Front"),
                    Slot(id="rear", zh="后", en="Rear"),
                    Slot(id="extra", zh="其他", en="Extra", required=False),
                ],
                meters=[Meter(id="odometer", zh="里程", en="Odometer", unit="km", max=999_999)],
            )
        )
        actions += [self.asset(self.van, 0), self.asset(self.other_van, 1)]
        actions.append(define.CustomerDefine(id=self.customer, name="客户", depot_id=self.depots[0]))
        self.do(*actions, self.rental_of(self.rental, [self.van]))

    def asset(self, asset: str, place: int, **more: Any) -> define.AssetDefine:
        depot = self.depots[place]
        return define.AssetDefine(
            id=asset, label=f"浙A·{asset[-4:]}", pack="vehicle",
            **{"tag": f"T-{asset[-4:]}", "home_depot_id": depot, "depot_id": depot, **more},
        )  # fmt: skip

    def rental_of(self, rental: str, assets: Sequence[str], place: int = 0) -> define.RentalDefine:
        return define.RentalDefine(
            id=rental, number=f"R-{rental[-4:]}", customer_id=self.customer, depot_id=self.depots[place],
            asset_ids=list(assets), starts_at="2027-01-01T00:00:00.000Z", due_at="2027-01-20T00:00:00.000Z",
        )  # fmt: skip

    def do(self, *actions: Action, actor: str = SYSTEM_ACTOR) -> None:
        """Entries of the organisation's own device, in one push."""

        def job(store: AnyStore) -> None:
            state = store.device(self.id, self.system)
            assert state is not None
            journal = Device(
                self.id, self.system, sign=lambda text: signature(f"system/{self.id}", text), random=self.ids.bytes,
                epoch=state.epoch, seq=state.seq, hash=state.hash,
            )  # fmt: skip
            for action in actions:
                args = action.model_dump(mode="json")
                journal.record(action.action, args, actor=actor, now_ms=self.now, version=action.v)
            message = SyncRequest.model_validate(journal.request(self.now))
            pushed = self.engine.push(store, self.id, message, self.now)
            assert {outcome.state for outcome in pushed.outcomes} == {"applied"}, pushed.outcomes

        self.write(job)

    def phone(self, role: Role = Role.TECHNICIAN, place: int = 0, *, shared: bool = True, type_: str = "field") -> Phone:
        """An enrolled device: a depot's shared one, or one person's own."""
        device, secret = self.ids.new(), f"key/{self.ids.new()}"
        actor = self.people[role, place]
        person = None if shared else actor
        self.write(lambda store: self._add_device(store, device, type_, self.depots[place], person, secret))
        args = {"device_id": device, "depot_id": self.depots[place], "name": "平板", "type": type_, "person_id": person}
        self.do(DeviceEnrol.model_validate(args))
        journal = Device(self.id, device, sign=lambda text: signature(secret, text), random=Ids(device).bytes)
        journal.auth = "password" if type_ == "office" else "pin"
        return Phone(self, journal, actor, secret)

    def push(self, request: dict[str, Any], **more: Any) -> Pushed:
        message = SyncRequest.model_validate_json(json.dumps(request))
        return self.write(lambda store: self.engine.push(store, self.id, message, self.now, **more))

    # --- looking ------------------------------------------------------------------------------------------------------
    def record(self, kind: str, record_id: str) -> dict[str, Any] | None:
        found = self.stored(kind, record_id)
        return None if found is None or found.gone else found.data

    def the(self, kind: str, record_id: str) -> dict[str, Any]:
        found = self.record(kind, record_id)
        assert found is not None, f"there is no {kind} {record_id}"
        return found

    def stored(self, kind: str, record_id: str) -> StoredRecord | None:
        return self.write(lambda store: store.record(self.id, kind, record_id))

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [stored.data for stored in self.write(lambda store: store.records(self.id, kind))]

    def entry(self, entry_id: str) -> JournalEntry | None:
        return self.write(lambda store: store.entry_by_id(self.id, entry_id))

    def state(self, recorded: Recorded) -> tuple[str, str | None]:
        found = self.entry(recorded.id)
        assert found is not None
        return found.state, found.code

    def device_in(self, store: AnyStore, device: str) -> DeviceState:
        found = store.device(self.id, device)
        assert found is not None
        return found

    def device(self, device: str) -> DeviceState:
        return self.write(lambda store: self.device_in(store, device))

    def proof(self, handover: str) -> HandoverProof:
        found = self.write(lambda store: prove(store, StandInKeys(self.id), self.id, handover))
        assert found is not None
        return found

    def incidents(self, type_: str, state: str = "open") -> list[dict[str, Any]]:
        return [one for one in self.all("incident") if (one["type"], one["state"]) == (type_, state)]

    def snapshot(self) -> dict[str, Any]:
        """Everything a repeat must not change: records with their versions, devices' ends, the version itself."""

        def job(store: AnyStore) -> dict[str, Any]:
            records = {
                (kind, one.id): (one.version, one.data, one.meta) for kind in RECORDS for one in store.records(self.id, kind)
            }
            return {"version": store.organisation_version(self.id), "records": records}

        return self.write(job)


def blob(name: str, role: str = "photo", type_: str = "image/jpeg") -> BlobRef:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return BlobRef.model_validate({"sha256": sha256, "size": 1000, "type": type_, "role": role})


def files_of(action: str, name: str) -> list[BlobRef]:
    """The file an action cannot do without, if it is one of those."""
    if action == "voice.add":
        return [blob(name, "voice", "audio/webm")]
    return [blob(name)] if action in ("photo.add", "task.photo") else []


class CheckIn:
    """The entries of one handover, one by one or all at once."""

    def __init__(self, phone: Phone, asset: str | None = None, type_: str = "check_in", rental: str | None = None) -> None:
        self.phone, self.type = phone, type_
        stage = phone.stage
        self.id, self.entries = stage.ids.new(), list[Recorded]()
        self.asset = asset or stage.van
        self.rental = rental or stage.rental
        self.document = blob(f"document/{self.id}", "document", "application/json")

    def add(self, action: str, args: dict[str, Any], **more: Any) -> Recorded:
        needs = [self.entries[0].id] if self.entries else []
        made = self.phone.record(action, {"handover_id": self.id, **args}, **{"needs": needs, **more})
        self.entries.append(made)
        return made

    def hand_on(self, receiver: str, place: int = 0) -> Recorded:
        """A transfer begins instead: its readings and photos are recorded like any other's."""
        stage = self.phone.stage
        made = self.phone.record("transfer.start", {"transfer_id": self.id, "asset_id": self.asset, "receiver_id": receiver,
                                                    "to_depot_id": stage.depots[place]})  # fmt: skip
        self.entries.append(made)
        return made

    def taken(self, acceptance: str = "intact") -> Recorded:
        """The receiver's signature, which completes a transfer."""
        image, ids = blob(f"{self.id}/receiver", "signature", "image/png"), [entry.id for entry in self.entries]
        args = {"signature_id": self.phone.stage.ids.new(), "acceptance": acceptance, "language": "zh", "strokes": 0,
                "document_sha256": self.document.sha256, "image_sha256": image.sha256, "entries": ids}  # fmt: skip
        return self.add("transfer.complete", args, needs=ids, blobs=[image, self.document], private=[b'{"strokes":[[[1,2,3]]]}'])

    def start(self, **more: Any) -> Recorded:
        return self.add("handover.start", {"type": self.type, "asset_id": self.asset, "rental_id": self.rental, **more})

    def photo(self, slot: str, name: str | None = None, **more: Any) -> Recorded:
        args = {"photo_id": self.phone.stage.ids.new(), "slot": slot, "how": "still", "source": "camera", "width": 4, "height": 3}
        return self.add("photo.add", {**args, **more}, blobs=[blob(name or f"{self.id}/{slot}")])

    def reading(self, value: int = 12_000) -> Recorded:
        return self.add("reading.record", {"meter": "odometer", "value": value})

    def damage(self, damage: str | None = None, severity: str = "minor_damage") -> str:
        damage = damage or self.phone.stage.ids.new()
        self.add(
            "damage.record",
            {"damage_id": damage, "view": "left", "part": "door", "x": 1, "y": 2, "type": "dent", "severity": severity},
        )
        return damage

    def sign(self, party: str, signature_id: str | None = None, name: str = "王芳") -> Recorded:
        image = blob(f"{self.id}/{party}", "signature", "image/png")
        args = {
            "signature_id": signature_id or self.phone.stage.ids.new(), "party": party, "decision": "agree", "role": "driver",
            "language": "zh", "document_sha256": self.document.sha256, "image_sha256": image.sha256, "signer": 0, "strokes": 1,
        }  # fmt: skip
        private = [json.dumps({"name": name, "phone": "13800001111"}).encode(), b'{"strokes":[[[1,2,3]]]}']
        return self.add("signature.capture", args, blobs=[image, self.document], private=private)

    def captured(self) -> "CheckIn":
        """Everything a completion demands, but not the completion."""
        self.start()
        self.photo("front")
        self.photo("rear")
        self.reading()
        self.sign("customer")
        self.sign("staff")
        return self

    def complete(self, acceptance: str = "intact", action: str | None = None) -> Recorded:
        action = action or ("return.complete" if self.type == "check_in" else "checkout.complete")
        ids = [entry.id for entry in self.entries]
        args: dict[str, Any] = {"acceptance": acceptance, "document_sha256": self.document.sha256, "entries": ids}
        if action == "return.complete":
            at = "2027-01-15T08:00:00.000Z"
            args["confirmed"] = {"first_at": at, "second_at": at}
        return self.add(action, args, needs=ids)

    def whole(self, acceptance: str = "intact") -> "CheckIn":
        self.captured().complete(acceptance)
        return self
