"""A tablet of the demo's past: captures handovers with drawn pictures and sends them through the engine.

Neighbours: `plan.py` says what happened, `server/demo/drawing` draws it. Invariants: nothing is inserted — every entry is
chained, signed, pushed, judged and receipted like a real device's; pictures go through the same examination.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from schemas.actions.devices import DeviceEnrol
from schemas.ids import uuid7
from schemas.protocol import BlobRef, BlobRole, BlobType, Receipt, SyncRequest
from server.auth import sessions
from server.blobs.examine import examine
from server.demo.company import DEPOTS
from server.demo.drawing import (
    DamageKind,
    DrawnDamage,
    Kind,
    Light,
    Readings,
    Scene,
    Subject,
    View,
    draw_photo,
    draw_signature,
    render_signature,
)  # fmt: skip
from server.demo.plan import PastHandover, PlannedDamage
from server.http.context import House
from server.storage.store import SqlStore
from server.system_device import record_system
from sync import instants
from sync.device import Device, Recorded
from sync.journal import derived_id, genesis
from sync.store import DeviceState

SLOTS: Final = (View.FRONT, View.LEFT, View.REAR, View.RIGHT, View.CABIN, View.CARGO, View.DIAL, View.TYRE)
STEP_MS: Final = 7_000
_PAINTS: Final = {"白色": "white", "银色": "silver", "蓝色": "blue", "黄色": "yellow", "绿色": "green", "灰色": "grey"}
_LIGHTS: Final = (Light.MORNING, Light.NOON, Light.RAIN, Light.BASEMENT)


@dataclass(frozen=True)
class Picture:
    """One drawn picture: JPEG bytes for a slot; `damage` for the two shots of a finding."""

    slot: str
    content: bytes
    damage: PlannedDamage | None = None


def draw(past: PastHandover, lettering: str) -> list[Picture]:
    """All pictures of one handover. Pure, so that several processes can share the work."""
    seed = int(hashlib.sha256(past.key.encode()).hexdigest()[:8], 16)
    subject = Subject(Kind.VAN, _PAINTS[past.asset.colour], past.asset.label, lettering, electric=True)
    readings = Readings(past.odometer_km, past.battery)
    depot = DEPOTS.index(past.asset.depot_id)
    # Two lights and one bay a depot: a backdrop costs more to draw than a van.
    scene = Scene(_LIGHTS[depot * 2 + seed % 2], depot=depot, bay=depot * 7 + 3)
    drawn = [_drawn(damage) for damage in (*past.known, *past.found)]
    pictures = [
        Picture(view.value, draw_photo(subject, view, damages=drawn, readings=readings, seed=seed + number, scene=scene))
        for number, view in enumerate(SLOTS)
    ]
    for damage in past.found:
        one = [_drawn(damage)]
        for view in (View.WIDE, View.CLOSE):
            content = draw_photo(subject, view, damages=one, readings=readings, seed=seed + 50, scene=scene)
            pictures.append(Picture(f"damage_{view.value}", content, damage))
    return pictures


def _drawn(damage: PlannedDamage) -> DrawnDamage:
    return DrawnDamage(View(damage.view), damage.x, damage.y, DamageKind(damage.type), damage.size_mm / 10, damage.seed)


class Tablet:
    """One shared tablet of a depot, with a key of its own that is gone once the past is written."""

    def __init__(self, house: House, organisation: str, depot: str, name: str) -> None:
        self.house = house
        self.organisation = organisation
        self.depot = depot
        self.name = name
        self.id = derived_id("demo", "device", name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.journal = Device(
            organisation, self.id, sign=self._sign, random=secrets.token_bytes, app="demo", auth="pin", skew_ms=0
        )  # fmt: skip

    def enrol(self, now_ms: int, store: SqlStore) -> None:
        """Become a device of the organisation."""
        numbers = self.key.public_key().public_numbers()
        start = genesis(self.organisation, self.id)
        state = DeviceState(
            self.organisation, self.id, "field", self.depot, None, "active", _b64(numbers.x), _b64(numbers.y), 0, 0, start
        )
        store.put_device(state)
        store.add_epoch(self.organisation, self.id, 0, 0, start)
        sessions.set_home(store.connection, self.id, self.organisation)
        action = DeviceEnrol(device_id=self.id, depot_id=self.depot, name=self.name, type="field", platform="Android 15 · Chrome")
        record_system(self.house.engine, store, self.organisation, action, now_ms)

    def capture(self, past: PastHandover, pictures: list[Picture], actor: str) -> list[tuple[BlobRef, bytes]]:
        """Record a handover's entries; returns its files, to be delivered after the entries."""
        return _Capture(self.journal, past, actor).run(pictures)

    def push(self, store: SqlStore, now_ms: int) -> None:
        """Send what is recorded, in as many rounds as it takes."""
        while self.journal.outbox:
            request = SyncRequest.model_validate(self.journal.request(now_ms))
            pushed = self.house.engine.push(store, self.organisation, request, now_ms)
            bad = [outcome for outcome in pushed.outcomes if outcome.state != "applied"]
            if bad:
                raise RuntimeError(f"the demo's own entry became {bad[0].state}: {bad[0].code} {bad[0].detail}")
            payload = self.house.keys.of(self.organisation).verify_receipt(pushed.receipt)
            if not self.journal.prove(Receipt.model_validate_json(payload)):
                raise RuntimeError("the receipt proves nothing")

    def deliver(self, store: SqlStore, ref: BlobRef, content: bytes, now_ms: int) -> None:
        """Hand in one file: kept, examined, counted."""
        vault = self.house.vault
        vault.put(self.organisation, content)
        verdict = examine(vault.blob_path(self.organisation, ref.sha256), ref.type)
        if verdict.code is not None:
            raise RuntimeError(f"the demo's own picture was rejected: {verdict.code}")
        if verdict.preview is not None:
            vault.write(vault.preview_path(self.organisation, ref.sha256), verdict.preview)
        self.house.engine.blob_arrived(store, self.organisation, self.id, ref.sha256, "received", None, now_ms)

    def _sign(self, text: bytes) -> str:
        r, s = utils.decode_dss_signature(self.key.sign(text, ec.ECDSA(hashes.SHA256())))
        return base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).rstrip(b"=").decode()


@dataclass
class _Capture:
    """One handover being captured: entries seven seconds apart, each building on the first."""

    journal: Device
    past: PastHandover
    actor: str

    def __post_init__(self) -> None:
        self.now_ms = self.past.at_ms
        self.made: list[Recorded] = []
        self.files: list[tuple[BlobRef, bytes]] = []

    def run(self, pictures: list[Picture]) -> list[tuple[BlobRef, bytes]]:
        past = self.past
        start: dict[str, Any] = {"type": past.type, "asset_id": past.asset.id, "rental_id": past.rental.id}
        if past.baseline:
            start["baseline_id"] = past.baseline
        self._write("handover.start", start)
        self._write("reading.record", {"meter": "odometer", "value": past.odometer_km})
        self._write("reading.record", {"meter": "battery", "value": past.battery})
        damages = {damage: self._damage(damage) for damage in past.found}
        for picture in pictures:
            self._photo(picture, damages.get(picture.damage) if picture.damage else None)
        document = self._document(pictures, list(damages.values()))
        self._sign("customer", document, list(damages.values()))
        self._sign("staff", document, [])
        self._complete(document)
        return self.files

    def _write(
        self, action: str, args: dict[str, Any], *, blobs: tuple[BlobRef, ...] = (), private: tuple[bytes, ...] = ()
    ) -> None:
        self.now_ms += STEP_MS
        needs = [self.made[0].id] if self.made else []
        self.made.append(
            self.journal.record(
                action,
                {"handover_id": self.past.id, **args},
                actor=self.actor,
                now_ms=self.now_ms,
                needs=needs,
                blobs=blobs,
                private=private,
            )
        )

    def _new_id(self) -> str:
        return uuid7(self.now_ms, secrets.token_bytes(10))

    def _file(self, content: bytes, type_: BlobType, role: BlobRole) -> BlobRef:
        ref = BlobRef(sha256=hashlib.sha256(content).hexdigest(), size=len(content), type=type_, role=role)
        self.files.append((ref, content))
        return ref

    def _damage(self, damage: PlannedDamage) -> str:
        damage_id = self._new_id()
        args = {
            "damage_id": damage_id, "diagram": "van", "view": damage.view, "part": damage.part, "x": damage.x, "y": damage.y,
            "type": damage.type, "severity": damage.severity, "size_mm": damage.size_mm,
        }  # fmt: skip
        self._write("damage.record", args)
        return damage_id

    def _photo(self, picture: Picture, damage_id: str | None) -> None:
        ref = self._file(picture.content, "image/jpeg", "damage" if damage_id else "photo")
        args: dict[str, Any] = {
            "photo_id": self._new_id(), "slot": picture.slot, "how": "still", "source": "camera", "width": 1280, "height": 960,
        }  # fmt: skip
        if damage_id:
            args["damage_id"] = damage_id
        self._write("photo.add", args, blobs=(ref,))

    def _document(self, pictures: list[Picture], damages: list[str]) -> BlobRef:
        past = self.past
        content = {
            "typ": "handover-document-v1", "handover": past.id, "type": past.type, "asset": past.asset.label,
            "readings": {"odometer": past.odometer_km, "battery": past.battery}, "language": "zh",
            "photos": [hashlib.sha256(picture.content).hexdigest() for picture in pictures], "damages": damages,
        }  # fmt: skip
        raw = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return self._file(raw, "application/json", "document")

    def _sign(self, party: str, document: BlobRef, damages: list[str]) -> None:
        decision = self.past.decision if party == "customer" else "agree"
        args: dict[str, Any] = {
            "signature_id": self._new_id(), "party": party, "decision": decision, "language": "zh",
            "role": "driver" if party == "customer" else "staff", "document_sha256": document.sha256,
            "authority": "entrusted" if party == "customer" else "self",
        }  # fmt: skip
        if decision == "keys_dropped":
            self._write("signature.capture", args, blobs=(document,))
            return
        if decision == "reservation":
            args |= {"reservations": damages, "note": "交付时已有，照片不清楚"}
        strokes = draw_signature(self.now_ms % 100_000)
        image = self._file(render_signature(strokes), "image/png", "signature")
        args |= {"image_sha256": image.sha256, "signer": 0, "strokes": 1}
        name = {"name": "陈师傅" if party == "customer" else "值班员", "phone": ""}
        private = (_json(name), _json({"strokes": strokes}))
        self._write("signature.capture", args, blobs=(document, image) if party == "customer" else (image,), private=private)

    def _complete(self, document: BlobRef) -> None:
        worst = {damage.severity for damage in self.past.found}
        acceptance = "severe_damage" if "severe_damage" in worst else "minor_damage" if worst else "intact"
        entries = [entry.id for entry in self.made]
        args: dict[str, Any] = {"acceptance": acceptance, "document_sha256": document.sha256, "entries": entries}
        if self.past.type == "check_out":
            self._write("checkout.complete", args)
            return
        first, second = instants.to_text(self.now_ms + 2_000), instants.to_text(self.now_ms + 4_000)
        self._write("return.complete", {**args, "confirmed": {"first_at": first, "second_at": second}})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _b64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


Progress = Callable[[str, int, int], None]
"""(what, done, of how many)"""
