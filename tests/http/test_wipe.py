"""A device being wiped, over HTTP: it may send and nothing else, and says at the end that it is empty. An app too old."""

import base64

import pytest

from schemas.actions.devices import DeviceWipe
from tests.http.world import Phone, World

pytestmark = pytest.mark.asyncio


async def say(phone: Phone) -> tuple[int, str]:
    journal = phone.journal
    assert journal is not None
    text = f"handover-wiped-v1\n{phone.company.id}\n{phone.id}\n{journal.epoch}\n{journal.seq}\n{journal.hash}"
    said = {"device": phone.id, "epoch": journal.epoch, "seq": journal.seq, "hash": journal.hash}
    answer = await phone.http.post("/api/v1/wiped", json={**said, "signature": phone.key.sign(text.encode())})
    return answer.status_code, answer.json()["code"] if answer.content else ""


async def test_a_device_being_wiped_may_send_and_nothing_else(world: World) -> None:
    phone = await world.enrolled(world.a)
    await phone.push()
    await world.system(world.a, DeviceWipe(device_id=phone.id))
    for path in ("/api/v1/device", "/api/v1/live"):
        assert (await phone.http.get(path)).status_code in (403, 404, 405, 426)
    assert (await phone.http.get("/api/v1/device")).json()["code"] == "device_wiping"
    assert (await phone.http.post("/api/v1/digest", json={"bucket": "org/field"})).json()["code"] == "device_wiping"
    assert (await phone.http.get(f"/api/v1/blobs/{'0' * 64}")).status_code in (403, 404)
    phone.record("handover.start", {"handover_id": world.b.van, "type": "check_in", "asset_id": world.a.van})
    answer = await phone.push()
    assert (answer["pages"], answer["commands"]) == ([], [{"type": "wipe", "code": "device_wiping"}])
    assert [outcome["state"] for outcome in answer["outcomes"]] == ["applied"]
    metadata = {"Upload-Length": "3", "Upload-Metadata": f"sha256 {_b64('0' * 64)},type {_b64('image/jpeg')}"}
    upload = await phone.http.post("/api/v1/blobs", headers={"Tus-Resumable": "1.0.0", **metadata})
    assert upload.status_code == 201, "its files may still come"
    for _ in range(2):
        assert await say(phone) == (204, "")
    record = await world.house.database.read(lambda store: store.record(world.a.id, "device", phone.id))
    assert record is not None
    assert record.data["state"] == "wiped"
    assert [command["code"] for command in (await phone.push())["commands"]] == ["device_revoked"]


async def test_its_own_key_is_enough_whoever_the_browser_is_now(world: World) -> None:
    phone, other = await world.enrolled(world.a), await world.enrolled(world.a)
    await phone.push()
    await world.system(world.a, DeviceWipe(device_id=phone.id))
    phone.key, own = other.key, phone.key
    assert await say(phone) == (401, "signature_invalid")
    phone.key = own
    phone.http = other.http  # enrolled anew: the cookie is another device's
    assert await say(phone) == (204, "")
    phone.http = world.client()  # its session is over, and nothing is left that could renew it
    assert await say(phone) == (204, "")
    assert (await phone.http.post("/api/v1/wiped", json={})).json()["code"] == "bad_request"
    nobody = {"device": world.a.van, "epoch": 0, "seq": 0, "hash": "0" * 64, "signature": "A" * 86}
    assert (await phone.http.post("/api/v1/wiped", json=nobody)).json()["code"] == "device_unknown"
    for _ in range(60):
        last = await phone.http.post("/api/v1/wiped", json=nobody)
    assert last.json()["code"] == "too_many_tries"


async def test_an_old_app_is_told_to_change_only_once_everything_is_here(world: World) -> None:
    object.__setattr__(world.house.settings, "app_min", "1.4.0")
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    phone.journal.app = "1.3.9"
    phone.record("handover.start", {"handover_id": world.b.van, "type": "check_in", "asset_id": world.a.van})
    phone.record("reading.record", {"handover_id": world.b.van, "meter": "odometer", "value": 1})
    request = phone.journal.request(world.clock())
    answer = (await phone.http.post("/api/v1/sync", json={**request, "entries": request["entries"][:1]})).json()
    assert (answer["upload"], answer["commands"]) == ("required", [])
    answer = await phone.push()
    assert (answer["upload"], answer["commands"]) == ("clear", [{"type": "reload", "code": "app_outdated"}])
    for app in ("1.4.0", "1.4.1", "1.10", "2", "python", "test"):
        phone.journal.app = app
        assert (await phone.push())["commands"] == []


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
