"""Tablets in Python (`sync/net`) whose handovers are captured whole: for tests in which the office's page stands in the middle.

Neighbours: `world.py`; the way of a handover through the phone's own screens is `checkin.py`. Invariant: what is captured lies on
the tablet and nowhere else until it syncs.
"""

import json
from collections.abc import Sequence
from typing import Any

import httpx

from sync.device import NewFile
from sync.net import Client
from tests.e2e.evidence import stored
from tests.e2e.world import Van, World, staff


async def tablet(world: World, person: str, transport: httpx.AsyncBaseTransport | None = None) -> Client:
    """An enrolled tablet that holds its depot's records, somebody signed in."""
    code = world.server.invitation().partition("#enrol=")[2]
    client = await Client.enrol(world.server.url, code, world.folder / f"tablet-{person}", transport=transport)
    await client.sign_in(staff(person).name, world.pin(person))
    await client.sync(patience_s=30)
    return client


def check_in(world: World, client: Client, van: Van, km: int, acceptance: str, missing: str | None = None) -> str:
    """A whole check-in, with the pictures of the check-out; its id. `missing`: an accessory that did not come back."""
    asset = next(one for one in client.records("asset") if one["id"] == van.id)
    pack = next(one for one in client.records("pack") if one["code"] == asset["pack"])
    left = next(one for one in client.records("handover") if one["id"] == van.baseline)
    one = _Captured(world, client)
    one.record(
        "handover.start", {"type": "check_in", "asset_id": van.id, "rental_id": asset["rental_id"], "baseline_id": van.baseline}
    )
    pictures = {photo["slot"]: photo["sha256"] for photo in left["photos"].values()}
    for slot in [slot["id"] for slot in pack["slots"] if slot["required"]]:
        shot = {"photo_id": client.new_id(), "slot": slot, "how": "still", "source": "camera", "width": 960, "height": 540}
        one.record("photo.add", shot, [client.attach(stored(world.server, pictures[slot]))])
    for meter in pack["meters"]:
        one.record("reading.record", {"meter": meter["id"], "value": km if meter["monotonic"] else 60})
    if missing is not None:
        one.record("accessory.report", {"accessory": missing, "state": "missing"})
    document = one.sign()
    at = asset["last_handover_at"]
    done = {"acceptance": acceptance, "document_sha256": document, "confirmed": {"first_at": at, "second_at": at}}
    one.record("return.complete", {**done, "entries": list(one.entries)})
    return one.id


def check_out(world: World, client: Client, van: dict[str, Any]) -> str:
    """A whole check-out of an asset for which the gate had said go; its id."""
    pack = next(one for one in client.records("pack") if one["code"] == van["pack"])
    one = _Captured(world, client)
    one.record("handover.start", {"type": "check_out", "asset_id": van["id"]})
    for slot in [slot["id"] for slot in pack["slots"] if slot["required"]]:
        one.record("photo.waive", {"slot": slot, "reason": "镜头坏了"})
    for meter in pack["meters"]:
        last = van["readings"].get(meter["id"], {}).get("value", 60)
        one.record("reading.record", {"meter": meter["id"], "value": last if meter["monotonic"] else 90})
    document = one.sign()
    done = {"acceptance": "intact", "document_sha256": document, "gate": {"verdict": "go", "reasons": []}}
    one.record("checkout.complete", {**done, "entries": list(one.entries)})
    return one.id


class _Captured:
    """A handover as it grows on its tablet."""

    def __init__(self, world: World, client: Client) -> None:
        self.folder, self.client = world.folder, client
        self.id = client.new_id()
        self.entries: list[str] = []

    def record(self, action: str, args: dict[str, Any], files: Sequence[NewFile] = ()) -> None:
        self.entries.append(self.client.record(action, {"handover_id": self.id, **args}, blobs=files).id)

    def sign(self) -> str:
        """The customer is away, the staff agrees; the document's SHA-256."""
        text = self.folder / f"{self.id}.json"
        text.write_text(json.dumps({"format": "handover-document-v1", "handover": {"id": self.id}}), encoding="utf-8")
        document = self.client.attach(text, "document")
        sha256 = document.ref().sha256
        for party, decision, role in (("customer", "absent", "driver"), ("staff", "agree", "staff")):
            named = {"signature_id": self.client.new_id(), "party": party, "language": "zh", "document_sha256": sha256}
            files = [document] if party == "customer" else []
            self.record("signature.capture", {**named, "decision": decision, "role": role}, files)
        return sha256
