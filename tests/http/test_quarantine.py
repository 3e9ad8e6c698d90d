"""Looking into a device's quarantine, and its report, over HTTP: page by page, private parts only for whoever may read them."""

import asyncio
import json

import httpx
import pytest

from schemas import limits
from schemas.actions.devices import DeviceLost
from schemas.actions.quarantine import KeptEntry, QuarantineAdmit, QuarantineDismiss
from schemas.people import Role
from server.auth import accounts
from server.auth.passwords import hash_secret
from sync.journal import extend, genesis, head_text
from tests.http.world import PASSWORD, Phone, World, new_id

pytestmark = pytest.mark.asyncio


async def shut_out(world: World, entries: int = 3) -> Phone:
    """A revoked device that has sent what it still had, the last of it a signature."""
    phone = await world.enrolled(world.a)
    await world.revoke(world.a, phone.id)
    handover = new_id()
    for _ in range(entries - 1):
        phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": world.a.van})
    args = {
        "handover_id": handover, "signature_id": new_id(), "party": "customer", "decision": "agree", "role": "driver",
        "language": "zh", "document_sha256": "0" * 64, "signer": 0, "strokes": 1,
    }  # fmt: skip
    strokes = json.dumps({"strokes": [[[1, 2, 3]] * 5000]}).encode()
    phone.record("signature.capture", args, private=[json.dumps({"name": "王芳"}, ensure_ascii=False).encode(), strokes])
    answer = await phone.push()
    assert [one["state"] for one in answer["outcomes"]] == ["quarantined"] * entries
    return phone


async def administrator(world: World) -> httpx.AsyncClient:
    person = world.a.other_tech
    await world.system(world.a, world._person(person, "管", [Role.ADMINISTRATOR], []))
    hashed = await asyncio.to_thread(hash_secret, PASSWORD)
    await world.house.database.write(
        lambda store: accounts.put_account(store.connection, world.a.id, person, username="admin-a", password_hash=hashed)
    )
    return await world.signed_in("admin-a")


async def test_a_manager_reads_what_lies_there_and_the_private_parts(world: World) -> None:
    phone = await shut_out(world)
    manager = await world.signed_in("manager-a")
    page = (await manager.get(f"/api/v1/devices/{phone.id}/quarantine")).json()
    assert (page["device"], page["waiting"], page["next"]) == (phone.id, 3, None)
    assert [(one["epoch"], one["seq"], one["action"], one["state"]) for one in page["entries"]] == [
        (0, 1, "handover.start", "waiting"), (0, 2, "handover.start", "waiting"), (0, 3, "signature.capture", "waiting"),
    ]  # fmt: skip
    last = page["entries"][2]
    assert (last["actor"], last["reason"], last["private"], last["decision"]) == (world.a.tech, "revoked", 2, None)
    assert "王芳" not in json.dumps(page, ensure_ascii=False), "the list holds nothing personal"
    place = f"/api/v1/devices/{phone.id}/quarantine/{last['epoch']}/{last['seq']}/{last['hash']}"
    whole = (await manager.get(place)).json()
    assert json.loads(whole["body"])["action"] == "signature.capture"
    assert whole["entry"] == last
    assert json.loads(whole["private"][0]["text"]) == {"name": "王芳"}
    assert whole["private"][1]["text"] is None, "strokes are not read as text"
    admin = await administrator(world)
    seen = await admin.get(place)
    assert (seen.status_code, seen.json()["private"]) == (200, None)
    assert "王芳" not in seen.text


async def test_pages_follow_one_another(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUARANTINE_PAGE_ENTRIES_MAX", 10)
    phone = await shut_out(world, 23)
    manager = await world.signed_in("manager-a")
    found: list[int] = []
    after: str | None = None
    for _ in range(4):
        params = {} if after is None else {"after": after}
        page = (await manager.get(f"/api/v1/devices/{phone.id}/quarantine", params=params)).json()
        found += [one["seq"] for one in page["entries"]]
        after = page["next"]
        if after is None:
            break
    assert found == list(range(1, 24))


async def test_a_decision_is_shown_with_who_and_why(world: World) -> None:
    phone = await shut_out(world)
    manager = await world.signed_in("manager-a")
    url = f"/api/v1/devices/{phone.id}/quarantine"
    entries = (await manager.get(url)).json()["entries"]
    named = [KeptEntry(epoch=one["epoch"], seq=one["seq"], hash=one["hash"]) for one in entries]
    await world.system(world.a, QuarantineAdmit(device_id=phone.id, entries=named[:1], reason="属实"), world.a.manager)
    await world.system(world.a, QuarantineDismiss(device_id=phone.id, entries=named[1:2], reason="重复"), world.a.manager)
    page = (await manager.get(url)).json()
    first, second, third = page["entries"]
    assert (first["state"], first["outcome"], first["decision"]["annex"]) == ("admitted", {"state": "applied", "code": None}, -1)
    assert (second["state"], second["decision"]["by"], second["decision"]["reason"]) == ("dismissed", world.a.manager, "重复")
    assert (third["state"], page["waiting"]) == ("waiting", 1)


@pytest.mark.parametrize(
    "place", ["?after=x", "?after=0.1", "/0/0/" + "0" * 64, "/0/1/" + "0" * 63, "/-1/1/" + "0" * 64, "/0/1/" + "0" * 64]
)
async def test_what_is_not_there_or_no_place_is_answered_with_a_code(world: World, place: str) -> None:
    phone = await shut_out(world)
    manager = await world.signed_in("manager-a")
    answer = await manager.get(f"/api/v1/devices/{phone.id}/quarantine{place}")
    assert answer.status_code in (400, 404)
    assert answer.json()["code"] in ("bad_request", "not_found")


@pytest.mark.parametrize("place", ["?after=0.1.HASH%0a", "/0/1/HASH%0a", "/-0/1/HASH", "/+0/1/HASH", "/0/01/HASH", "/0/0/HASH"])
async def test_a_place_is_written_in_one_way_only(world: World, place: str) -> None:
    phone = await shut_out(world)
    manager = await world.signed_in("manager-a")
    where = f"/api/v1/devices/{phone.id}/quarantine"
    first = (await manager.get(where)).json()["entries"][0]
    assert (await manager.get(f"{where}/0/1/{first['hash']}")).status_code == 200
    answer = await manager.get(f"{where}{place.replace('HASH', first['hash'])}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert (await manager.get(f"/api/v1/devices/{phone.id}%0a/quarantine")).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        '{"id":7,"action":["x"],"actor":null,"blobs":"no"}',
        '{"id":"\\ud800","action":"x\\udfff","at":"\\ud83d"}',
        '{"id":' + "9" * 6000 + "}",
        "[" * 50_000,
    ],
    ids=["other_types", "half_characters", "endless_number", "nested_without_end"],
)
async def test_bytes_that_are_no_entry_are_shown_all_the_same(world: World, body: str) -> None:
    phone = await world.enrolled(world.a)
    await world.revoke(world.a, phone.id)
    assert phone.journal is not None
    request = phone.journal.request(world.clock())
    name = extend(genesis(world.a.id, phone.id), 1, body.encode())
    head = {"epoch": 0, "seq": 1, "hash": name, "signature": phone.key.sign(head_text(world.a.id, phone.id, 0, 1, name))}
    sent = {**request, "head": head, "entries": [{"seq": 1, "hash": name, "body": body, "private": []}]}
    assert (await phone.http.post("/api/v1/sync", json=sent)).status_code == 200
    manager = await world.signed_in("manager-a")
    (one,) = (await manager.get(f"/api/v1/devices/{phone.id}/quarantine")).json()["entries"]
    assert (one["id"], one["action"], one["actor"], one["blobs"], one["size"]) == (None, None, None, 0, len(body))
    whole = await manager.get(f"/api/v1/devices/{phone.id}/quarantine/0/1/{name}")
    assert (whole.status_code, whole.json()["body"], whole.json()["entry"]) == (200, body, one)


async def test_the_report_of_a_lost_device(world: World) -> None:
    phone = await world.enrolled(world.a)
    handover = new_id()
    phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": world.a.van})
    await phone.push()
    await world.system(world.a, DeviceLost(device_id=phone.id, reason="出租车上"), world.a.manager)
    manager = await world.signed_in("manager-a")
    found = (await manager.get(f"/api/v1/devices/{phone.id}/report")).json()
    assert (found["final"], found["lost"]["reason"], found["proven_seq"]) == (True, "出租车上", 1)
    assert [one["id"] for one in found["handovers"]] == [handover]
    await phone.push()
    assert (await manager.get(f"/api/v1/devices/{phone.id}/report")).json()["final"] is False
    desk = await world.signed_in("desk-a")
    assert (await desk.get(f"/api/v1/devices/{phone.id}/report")).status_code == 403
    other = await world.signed_in("manager-b")
    assert (await other.get(f"/api/v1/devices/{phone.id}/report")).status_code == 404
