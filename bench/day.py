"""A field day's work, as a device writes it: check-ins of vans with readings, photos, damages, signatures, completion.

Neighbours: `company.py` has the vans and people, `push.py` and `fleet.py` send what is written here. Invariants: the mix is
the same in every run (one seed); every entry is one the app could write, and the server applies each; a photo's bytes are
declared, never sent.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.ids import uuid7
from schemas.protocol import BlobRef, BlobRole, BlobType
from sync import instants
from sync.device import Device

SLOTS: Final = ("front", "left", "rear", "right", "cabin", "cargo", "dial", "tyre")
ACCESSORIES: Final = ("keys", "licence", "charging_cable", "triangle", "extinguisher", "jack")
REASON: Final = "地库太暗，拍不清楚：车停在 B2 角落，灯坏了，已请保安记录，天亮后补拍。"
STEP_MS: Final = 7_000


class Enough(Exception):
    """As many entries as were asked for are written."""


@dataclass
class Day:
    """One device writing until it has `entries` in its journal. `vans` (id, version the device has) are taken one after the
    other; `start_ms` is when the first entry was written."""

    device: Device
    actor: str
    vans: Sequence[tuple[str, int]]
    entries: int
    start_ms: int
    chance: random.Random = field(default_factory=lambda: random.Random(20261121))
    now_ms: int = 0

    def write(self) -> None:
        """All of it. Three of four check-ins are completed, the others are still open in the evening."""
        self.now_ms = self.start_ms
        try:
            for number in range(self.entries):
                _CheckIn(self, self.vans[number % len(self.vans)], number).write()
        except Enough:
            return

    def new_id(self) -> str:
        """A fresh UUIDv7."""
        return uuid7(self.now_ms, self.chance.randbytes(10))

    def file(self, kind: BlobType, role: BlobRole) -> BlobRef:
        """A file that is declared: a photo's size is a phone's."""
        size = self.chance.randint(1_400_000, 2_600_000) if kind == "image/jpeg" else self.chance.randint(4_000, 30_000)
        return BlobRef(sha256=self.chance.randbytes(32).hex(), size=size, type=kind, role=role)


@dataclass
class _CheckIn:
    """One van coming back: about 16 entries."""

    day: Day
    van: tuple[str, int]
    number: int
    made: list[str] = field(default_factory=list)
    damages: list[str] = field(default_factory=list)

    def write(self) -> None:
        day, chance = self.day, self.day.chance
        self.handover = day.new_id()
        self._add("handover.start", type="check_in", asset_id=self.van[0])
        self._photo("dial")
        for meter, value in (("odometer", 10_000 + self.number * 37), ("battery", chance.randint(4, 100))):
            self._add("reading.record", meter=meter, value=value)
        waived = chance.choice(SLOTS) if self.number % 6 == 0 else None
        for slot in SLOTS:
            if slot == waived:
                self._add("photo.waive", slot=slot, reason=REASON)
            elif slot != "dial":
                self._photo(slot)
        for _ in range(chance.choice((0, 0, 1, 1, 2))):
            self._damage()
        if self.number % 3 == 0:
            note = "左后座下面也找过，客户说上周就没有了，下次带来。"
            self._add("accessory.report", accessory=chance.choice(ACCESSORIES), state="missing", note=note)
        document = day.file("application/json", "document")
        self._sign("customer", document)
        self._sign("staff", document)
        if self.number % 4:
            self._complete(document)

    def _add(self, action: str, *, blobs: tuple[BlobRef, ...] = (), private: tuple[bytes, ...] = (), **args: Any) -> None:
        day = self.day
        if day.device.seq >= day.entries:
            raise Enough
        day.now_ms += STEP_MS
        made = day.device.record(
            action, {"handover_id": self.handover, **args}, actor=day.actor, now_ms=day.now_ms, needs=self.made[:1],
            seen=dict([self.van]) if action.endswith(".complete") else None, blobs=blobs, private=private,
        )  # fmt: skip
        self.made.append(made.id)

    def _photo(self, slot: str, damage: str | None = None) -> None:
        chance = self.day.chance
        quality = {"sharpness": round(chance.uniform(40, 900), 1), "brightness": round(chance.uniform(60, 180), 1)}
        more: dict[str, Any] = {"damage_id": damage} if damage else {}
        self._add(
            "photo.add", photo_id=self.day.new_id(), slot=slot, how="still", source="camera", width=4032, height=3024,
            quality=quality, blobs=(self.day.file("image/jpeg", "damage" if damage else "photo"),), **more,
        )  # fmt: skip

    def _damage(self) -> None:
        damage, chance = self.day.new_id(), self.day.chance
        self.damages.append(damage)
        self._add(
            "damage.record", damage_id=damage, view=chance.choice(("left", "right", "front", "rear")), part="door_front",
            x=chance.randint(0, 1000), y=chance.randint(0, 1000), type=chance.choice(("scratch", "dent", "crack")),
            severity="minor_damage", size_mm=chance.randint(5, 400),
        )  # fmt: skip
        self._photo("damage_close", damage)

    def _sign(self, party: str, document: BlobRef) -> None:
        chance, customer = self.day.chance, party == "customer"
        image = self.day.file("image/png", "signature")
        strokes = [[[chance.randint(0, 1000), chance.randint(0, 400), at * 16] for at in range(20)] for _ in range(4)]
        signer = {"name": "陈师傅" if customer else "测量员", "phone": "13800138000" if customer else ""}
        self._add(
            "signature.capture", signature_id=self.day.new_id(), party=party, language="zh",
            decision="reservation" if customer and self.damages else "agree", role="driver" if customer else "staff",
            reservations=self.damages if customer else [], note="交付时已有，照片不清楚" if customer and self.damages else "",
            authority="entrusted" if customer else "self", document_sha256=document.sha256, image_sha256=image.sha256,
            signer=0, strokes=1, blobs=(document, image) if customer else (image,),
            private=(_json(signer), _json({"strokes": strokes})),
        )  # fmt: skip

    def _complete(self, document: BlobRef) -> None:
        first, second = (instants.to_text(self.day.now_ms + wait) for wait in (2_000, 4_000))
        self._add(
            "return.complete", acceptance="minor_damage" if self.damages else "intact", document_sha256=document.sha256,
            entries=list(self.made), confirmed={"first_at": first, "second_at": second},
        )  # fmt: skip


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
