"""The partner's client against a real server: enrol, record, sync, files, live, restarts, revocation."""

import asyncio
import hashlib
import io
import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.actions.devices import DeviceWipe
from schemas.errors import ErrorCode
from schemas.local_errors import LocalCode
from schemas.protocol import PublicKey
from server.imports.take import take_in
from server.storage.database import SqlStore
from sync.device_state import Changes
from sync.net import Changed, Client, ClientError
from sync.net.keys import unb64url
from tests.http.pictures import photo
from tests.http.world import World

PIN = "246810"


async def enrolled(world: World, folder: Path, **more: Any) -> Client:
    client = await Client.enrol(world.base, await world.invite(world.a, **more), folder)
    await client.sign_in("伟", PIN)
    return client


def start(client: Client, world: World) -> str:
    handover = client.new_id()
    client.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": world.a.van})
    return handover


def photo_args(client: Client, handover: str) -> dict[str, Any]:
    return {
        "handover_id": handover, "photo_id": client.new_id(), "slot": "front", "how": "file", "source": "gallery",
        "width": 800, "height": 600,
    }  # fmt: skip


async def server_seq(world: World, client: Client) -> int:
    def job(store: SqlStore) -> int:
        found = store.device(world.a.id, client.identity.device)
        assert found is not None
        return found.seq

    return await world.house.database.read(job)


async def test_it_enrols_records_and_synchronises(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "device") as client:
        handover = start(client, world)
        assert client.status().unsent_entries == 1
        assert [one["_pending"] for one in client.records("handover")] == [True]
        status = await client.sync()
        assert (status.unsent_entries, status.proven, status.gate, status.type) == (0, 1, "open", "client")
        (record,) = client.records("handover")
        assert (record["id"], record["_pending"]) == (handover, False)
        assert record["_v"] > 0
        assert len(client.receipts()) > 0
        assert await server_seq(world, client) == 1


async def test_the_folder_is_the_owners_only(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "device"):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "device").iterdir()}
    assert modes["device.key"] == modes["device.db"] == 0o600
    assert stat.S_IMODE((tmp_path / "device").stat().st_mode) == 0o700


async def test_a_file_goes_up_in_pieces_and_is_let_go_when_a_receipt_says_so(world: World, tmp_path: Path) -> None:
    content = photo(quality=98)
    (tmp_path / "front.jpg").write_bytes(content)
    async with await enrolled(world, tmp_path / "device") as client:
        handover = start(client, world)
        client.record("photo.add", photo_args(client, handover), blobs=[client.attach(tmp_path / "front.jpg")])
        status = await client.sync()
        assert (status.unsent_files, status.unsent_bytes) == (0, 0)
        assert status.full_upload_at is not None
        digest = hashlib.sha256(content).hexdigest()
        back = await client._http.ask("GET", f"/api/v1/blobs/{digest}")
        assert back.content == content


async def test_what_is_no_picture_is_kept_aside_and_holds_nothing_up(world: World, tmp_path: Path) -> None:
    (tmp_path / "front.jpg").write_bytes(b"\xff\xd8\xff but no picture")
    async with await enrolled(world, tmp_path / "device") as client:
        handover = start(client, world)
        client.record("photo.add", photo_args(client, handover), blobs=[client.attach(tmp_path / "front.jpg")])
        status = await client.sync()
        assert (status.unsent_files, status.gate) == (0, "open")


async def test_what_was_recorded_offline_survives_a_restart_and_shuts_the_gate(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "device") as client:
        handover = start(client, world)
    async with Client.open(tmp_path / "device") as client:
        assert client.status().gate == "shut"
        with pytest.raises(ClientError) as refused:
            start(client, world)
        assert refused.value.code is LocalCode.GATE_CLOSED
        client.record("photo.waive", {"handover_id": handover, "slot": "rear", "reason": "墙"})
        assert (await client.sync()).gate == "open"
        assert start(client, world)


async def test_a_token_that_ran_out_is_renewed_without_a_word(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "device") as client:
        await client.sync()
        world.clock.forward(60 * 60 * 24 * 40)
        start(client, world)
        before = client._http.token
        assert (await client.sync()).unsent_entries == 0
        assert client._http.token != before


async def test_nobody_answers_and_nothing_is_lost(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "device") as client:
        await client.sync()
        start(client, world)
        base, client._http._client.base_url = client._http._client.base_url, httpx.URL("http://127.0.0.1:9")
        with pytest.raises(ClientError) as failed:
            await client.sync(patience_s=0.5)
        assert (failed.value.code, failed.value.temporary) == (LocalCode.NETWORK, True)
        assert client.status().unsent_entries == 1
        client._http._client.base_url = base
        assert (await client.sync()).unsent_entries == 0


async def test_lost_answers_are_asked_again_and_count_once(world: World, tmp_path: Path) -> None:
    losing = LosesAnswers()
    code = await world.invite(world.a)
    losing.lose = 1
    with pytest.raises(ClientError):
        await Client.enrol(world.base, code, tmp_path / "device", transport=losing)
    async with await Client.enrol(world.base, code, tmp_path / "device", transport=losing) as client:
        await client.sign_in("伟", PIN)
        await client.sync()
        start(client, world)
        losing.lose = 1
        with pytest.raises(ClientError):
            await client.sync()
        assert client.status().unsent_entries == 1
        assert (await client.sync()).proven == 1
        assert await server_seq(world, client) == 1


class LosesAnswers(httpx.AsyncHTTPTransport):
    """The server does its work; its answer never comes."""

    lose = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if self.lose:
            self.lose -= 1
            await answer.aread()
            raise httpx.ReadError("cut")
        return answer


async def test_live_tells_of_what_others_do_and_sends_what_is_recorded_here(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "one") as one, await enrolled(world, tmp_path / "two") as two:
        await one.sync()
        seen: asyncio.Queue[Changed] = asyncio.Queue()

        async def listen() -> None:
            async for changed in one.live():
                await seen.put(changed)

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.5)
        handover = start(two, world)
        await two.sync()
        changed = await asyncio.wait_for(_first(seen, "handover", handover), 10)
        assert changed.record is not None
        assert changed.record["state"] == "started"
        one.record("photo.waive", {"handover_id": handover, "slot": "rear", "reason": "墙"})
        for _ in range(100):
            if one.status().unsent_entries == 0:
                break
            await asyncio.sleep(0.05)
        assert await server_seq(world, one) == 1
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _first(seen: "asyncio.Queue[Changed]", kind: str, record: str) -> Changed:
    while True:
        changed = await seen.get()
        if (changed.kind, changed.id) == (kind, record):
            return changed


async def test_a_replica_that_went_wrong_is_found_and_mended_and_the_office_is_told(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "device") as client:
        await client.sync()
        right = dict(client.device.records)
        wrong = client.device.records["asset", world.a.van]
        client._store.commit(
            Changes(records={("asset", wrong.id): replace(wrong, h="0" * 16, data={**wrong.data, "label": "?"})})
        )
    async with Client.open(tmp_path / "device") as client:
        assert client.records("asset")[0]["label"] == "?"
        world.clock.forward(1000)
        start(client, world)
        client.device.compared = {}
        await client.sync()
        assert client.device.records["asset", world.a.van] == right["asset", world.a.van]
        assert client.device.repairs == []
        assert client.status().unsent_entries == 0
    incidents = await world.house.database.read(lambda store: store.records(world.a.id, "incident"))
    assert "divergence" in {one.data["type"] for one in incidents}


async def test_a_revoked_device_learns_it_drops_its_replica_and_keeps_its_work(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "device") as client:
        await client.sync()
        start(client, world)
        await world.revoke(world.a, client.identity.device)
        with pytest.raises(ClientError) as told:
            await client.sync()
        assert told.value.code is ErrorCode.DEVICE_REVOKED
        assert not told.value.temporary
        status = client.status()
        assert (status.revoked, client.device.records, len(client.device.outbox)) == (True, {}, 1)
        with pytest.raises(ClientError) as ended:
            await anext(aiter(client.live()))
        assert ended.value.code is ErrorCode.DEVICE_REVOKED


async def test_a_revoked_device_opened_anew_may_still_send_and_it_is_kept_for_a_manager(world: World, tmp_path: Path) -> None:
    """Each command of the command line is a new opening."""
    async with await enrolled(world, tmp_path / "device") as client:
        await client.sync()
        await client.sign_in("伟", PIN)
        start(client, world)
        await world.revoke(world.a, client.identity.device)
    async with Client.open(tmp_path / "device") as again:
        with pytest.raises(ClientError) as told:
            await again.sync()
        assert (told.value.code, len(again.device.outbox)) == (ErrorCode.DEVICE_REVOKED, 1)
        device = again.identity.device
    kept = await world.house.database.read(lambda store: store.kept_aside(world.a.id, device))
    assert [one.seq for one in kept] == [1]


async def test_a_device_being_wiped_sends_what_it_has_destroys_itself_and_says_so(world: World, tmp_path: Path) -> None:
    losing, folder = LosesAnswers(), tmp_path / "device"
    async with await Client.enrol(world.base, await world.invite(world.a), folder, transport=losing) as client:
        await client.sign_in("伟", PIN)
        await client.sync()
        start(client, world)
        device = client.identity.device
        await world.system(world.a, DeviceWipe(device_id=device))
        with pytest.raises(ClientError) as wiped:
            await client.sync()
        assert wiped.value.code is LocalCode.DEVICE_WIPED
        assert list(folder.iterdir()) == []
    stored = await world.house.database.read(lambda store: store.device(world.a.id, device))
    assert stored is not None
    assert (stored.seq, stored.state) == (1, "wiped")


async def test_a_wipe_whose_last_word_was_not_heard_is_said_again(world: World, tmp_path: Path) -> None:
    losing, folder = LosesAnswers(), tmp_path / "device"
    async with await Client.enrol(world.base, await world.invite(world.a), folder, transport=losing) as client:
        await client.sign_in("伟", PIN)
        await client.sync()
        device = client.identity.device
        await world.system(world.a, DeviceWipe(device_id=device))
        await client._exchange("poke")
        losing.lose = 1
        with pytest.raises(ClientError):
            await client._destroy()
    assert [path.name for path in folder.iterdir()] == ["wiped.json"]
    with pytest.raises(ClientError) as gone:
        Client.open(folder)
    assert gone.value.code is LocalCode.DEVICE_WIPED
    assert await Client.say_wiped(folder)
    assert list(folder.iterdir()) == []
    assert await Client.say_wiped(folder)
    async with await Client.enrol(world.base, await world.invite(world.a), folder) as anew:
        assert anew.identity.device != device
    stored = await world.house.database.read(lambda store: store.device(world.a.id, device))
    assert stored is not None
    assert stored.state == "wiped"


async def test_nothing_is_wiped_before_all_of_it_is_proven(world: World, tmp_path: Path) -> None:
    async with await enrolled(world, tmp_path / "device") as client:
        await client.sync()
        start(client, world)
        assert client.device.farewell() is None
        await world.system(world.a, DeviceWipe(device_id=client.identity.device))
        client.device._drop_replica("wiping")
        assert (client.device.records, client.device.farewell()) == ({}, None)
        with pytest.raises(ClientError) as refused:
            start(client, world)
        assert refused.value.code is ErrorCode.DEVICE_WIPING


async def test_an_exported_file_opens_with_the_offices_key_alone_and_whole(world: World, tmp_path: Path) -> None:
    (tmp_path / "front.jpg").write_bytes(content := photo(quality=98))
    async with await enrolled(world, tmp_path / "device") as client:
        handover = start(client, world)
        client.record("photo.add", photo_args(client, handover), blobs=[client.attach(tmp_path / "front.jpg")])
        assert client.export(tmp_path / "all.hvx") == (2, 1)
        bodies = [row.body.decode() for row in client.device.outbox]
    records = _opened(world, (tmp_path / "all.hvx").read_bytes())
    assert [json.loads(raw)["body"] for kind, raw in records if kind == 1] == bodies
    assert b"".join(raw for kind, raw in records if kind == 3) == content
    end = json.loads(records[-1][1])
    assert {"entries": 2, "blobs": 1, "signature": end["signature"]} == end
    answer = await take_in(world.house, world.a.id, io.BytesIO((tmp_path / "all.hvx").read_bytes()), world.a.manager)
    assert (answer.new, answer.states, answer.stored) == (2, {"applied": 2}, 1)


def _opened(world: World, raw: bytes) -> list[tuple[int, bytes]]:
    assert raw[:4] == b"HVX2"
    length = int.from_bytes(raw[4:8], "big")
    head, at = json.loads(raw[8 : 8 + length]), 8 + length
    secret = world.house.keys.of(world.a.id).exchange(PublicKey(**head["epk"]))
    info = f"handover-export-key-v2\n{head['organisation']}\n{head['device']}".encode()
    aead = AESGCM(HKDF(hashes.SHA256(), 32, unb64url(head["salt"]), info).derive(secret))
    found: list[tuple[int, bytes]] = []
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        plain = aead.decrypt(len(found).to_bytes(12, "big"), raw[at + 4 : at + 4 + size], raw[: 8 + length])
        found.append((plain[0], plain[1:]))
        at += 4 + size
    return found


async def test_every_refusal_says_what_it_is_and_saves_nothing(world: World, tmp_path: Path) -> None:
    with pytest.raises(ClientError) as nothing:
        Client.open(tmp_path / "nowhere")
    assert nothing.value.code is LocalCode.NOT_ENROLLED
    with pytest.raises(ClientError) as unknown:
        await Client.enrol(world.base, "AB-CDEFG-HJKMN", tmp_path / "wrong")
    assert unknown.value.code in (ErrorCode.CODE_UNKNOWN, ErrorCode.CODE_FOREIGN)
    async with await enrolled(world, tmp_path / "device") as client:
        for action, args, code in (
            ("no.such", {}, LocalCode.ACTION_NOT_KNOWN),
            ("handover.start", {"type": "check_in"}, LocalCode.ARGS_UNREADABLE),
        ):
            with pytest.raises(ClientError) as refused:
                client.record(action, args)
            assert refused.value.code is code
            assert refused.value.zh
            assert refused.value.en
        with pytest.raises(ClientError) as absent:
            client.attach(tmp_path / "none.jpg")
        assert absent.value.code is LocalCode.FILE_UNREADABLE
        with pytest.raises(ClientError) as wrong:
            await client.sign_in("伟", "000001")
        assert wrong.value.code is ErrorCode.PIN_WRONG
        with pytest.raises(ClientError) as nobody:
            await client.sign_in("谁", PIN)
        assert nobody.value.code is LocalCode.PERSON_UNKNOWN
        with pytest.raises(ClientError) as busy:
            Client.open(tmp_path / "device")
        assert busy.value.code is LocalCode.FOLDER_BUSY
        assert client.status().written == 0
    with pytest.raises(ClientError) as again:
        await Client.enrol(world.base, await world.invite(world.a), tmp_path / "device")
    assert again.value.code is LocalCode.ALREADY_ENROLLED


def test_both_languages_have_a_sentence_for_every_local_code() -> None:
    for code in LocalCode:
        error = ClientError(code)
        assert error.zh
        assert error.en
        assert error.as_json()["code"] == code.value
