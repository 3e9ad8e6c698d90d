"""Enrolment: a code works once, in time, for its own organisation; a token is renewed by the key alone."""

import asyncio
import stat
from typing import Any

import httpx
import pytest

from schemas import limits
from schemas.errors import MESSAGES, ErrorCode
from server.auth import codes
from server.http.enrolment import browser_name
from tests.http.world import Key, Phone, World


def told(answer: httpx.Response, code: ErrorCode) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code, answer.text
    assert (problem["zh"], problem["en"]) == tuple(MESSAGES[code])
    assert answer.headers["cache-control"] == "no-store"
    return problem


async def test_enrol_gives_identity_cookie_and_roster(world: World) -> None:
    phone = Phone(world, world.a)
    answer = await phone.enrol(await world.invite(world.a))
    assert answer.status_code == 200
    body = answer.json()
    assert body["type"] == "field"
    assert body["depot"] == world.a.depots[0]
    assert [person["name"] for person in body["roster"]] == ["伟"]
    assert body["roster"][0]["has_pin"] is False
    assert len(body["organisation"]["keys"]) == 2
    cookie = answer.headers["set-cookie"]
    assert "hv_device=" in cookie
    for flag in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert flag.lower() in cookie.lower()
    again = await phone.http.get("/api/v1/device")
    assert again.json() == body
    record = await world.house.database.read(lambda store: store.record(world.a.id, "device", phone.id))
    assert record is not None
    assert record.data["state"] == "active"


async def test_codes_are_read_forgivingly_and_from_a_scanned_address(world: World) -> None:
    code = await world.invite(world.a)
    typed = f" {code[:2].lower()}-{code[2:7].lower()} {code[7:]} "
    assert (await Phone(world, world.a).enrol(typed)).status_code == 200
    code = await world.invite(world.a)
    assert (await Phone(world, world.a).enrol(f"{world.base}/#enrol={codes.shown(code)}")).status_code == 200


async def test_a_code_works_once_even_when_two_come_together(world: World) -> None:
    code = await world.invite(world.a)
    phones = [Phone(world, world.a) for _ in range(6)]
    answers = await asyncio.gather(*(phone.enrol(code) for phone in phones))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]
    loser = next(answer for answer in answers if answer.status_code == 409)
    told(loser, ErrorCode.CODE_USED)
    devices = await world.house.database.read(lambda store: store.records(world.a.id, "device"))
    assert len(devices) == 1


async def test_an_enrolment_whose_answer_was_lost_is_answered_again(world: World) -> None:
    code = await world.invite(world.a)
    phone = Phone(world, world.a)
    first = (await phone.http.post("/api/v1/enrol", json=phone.enrolment(code))).json()
    again = await phone.http.post("/api/v1/enrol", json=phone.enrolment(code))
    assert again.status_code == 200
    assert again.json()["device"] == first["device"]
    devices = await world.house.database.read(lambda store: store.records(world.a.id, "device"))
    assert len(devices) == 1
    assert await world.house.database.read(lambda store: store.records(world.a.id, "incident")) == []
    told(await Phone(world, world.a).enrol(code), ErrorCode.CODE_USED)


async def test_unknown_expired_and_foreign_codes(world: World) -> None:
    own = codes.organisation_hint(world.a.id)
    told(await Phone(world, world.a).enrol(own + "0" * 10), ErrorCode.CODE_UNKNOWN)
    told(await Phone(world, world.a).enrol("what is this"), ErrorCode.CODE_UNKNOWN)
    told(await Phone(world, world.a).enrol("https://elsewhere.example/#enrol=" + own + "0" * 10), ErrorCode.CODE_FOREIGN)
    ours = {own, codes.organisation_hint(world.b.id)}
    stranger = next(a + b for a in codes.ALPHABET for b in codes.ALPHABET if a + b not in ours)
    told(await Phone(world, world.a).enrol(stranger + "0" * 10), ErrorCode.CODE_FOREIGN)
    code = await world.invite(world.a, minutes=30)
    world.clock.forward(30 * 60)
    told(await Phone(world, world.a).enrol(code), ErrorCode.CODE_EXPIRED)


async def test_a_device_of_one_organisation_cannot_take_anothers_code(world: World) -> None:
    phone = await world.enrolled(world.a)
    code = await world.invite(world.b)
    told(await phone.enrol(code), ErrorCode.CODE_FOREIGN)
    assert (await Phone(world, world.b).enrol(code)).status_code == 200, "a refused try must not use the code up"


async def test_a_forged_key_proof_is_refused(world: World) -> None:
    phone = Phone(world, world.a)
    code = await world.invite(world.a)
    forged = phone.enrolment(code) | {"signature": Key().sign(b"x")}
    told(await phone.http.post("/api/v1/enrol", json=forged), ErrorCode.SIGNATURE_INVALID)
    off_curve = phone.enrolment(code)
    off_curve["key"] = off_curve["key"] | {"y": off_curve["key"]["x"]}
    told(await phone.http.post("/api/v1/enrol", json=off_curve), ErrorCode.KEY_INVALID)
    told(await phone.http.post("/api/v1/enrol", json=phone.enrolment(code) | {"protocol": 99}), ErrorCode.PROTOCOL_UNSUPPORTED)
    assert (await phone.enrol(code)).status_code == 200


async def test_guessing_codes_is_slowed_down(world: World) -> None:
    phone = Phone(world, world.a)
    wrong = codes.organisation_hint(world.a.id) + "0" * 10
    for _ in range(limits.ENROL_TRIES_PER_MINUTE_MAX):
        told(await phone.enrol(wrong), ErrorCode.CODE_UNKNOWN)
    answer = await phone.enrol(wrong)
    assert told(answer, ErrorCode.TOO_MANY_TRIES)["retry_after_s"] >= 1
    assert int(answer.headers["retry-after"]) <= 60
    world.clock.forward(60)
    told(await phone.enrol(wrong), ErrorCode.CODE_UNKNOWN)


async def test_replacing_a_device_shuts_the_old_one_out(world: World) -> None:
    old = await world.enrolled(world.a)
    new = await world.enrolled(world.a, replaces=old.id)
    told(await old.http.get("/api/v1/device"), ErrorCode.NOT_SIGNED_IN)
    state = await world.house.database.read(lambda store: store.device(world.a.id, old.id))
    assert state is not None
    assert state.state == "replaced"
    assert (await new.http.get("/api/v1/device")).status_code == 200


async def test_a_revoked_device_learns_it_and_reads_nothing(world: World) -> None:
    phone = await world.enrolled(world.a)
    await world.revoke(world.a, phone.id)
    answer = await phone.http.get("/api/v1/device")
    assert answer.status_code == 403
    told(answer, ErrorCode.DEVICE_REVOKED)
    told(await phone.http.get("/api/v1/blobs/" + "0" * 64), ErrorCode.DEVICE_REVOKED)


async def renewal(phone: Phone, challenge: str, key: Key | None = None) -> httpx.Response:
    text = f"handover-renew-v1\n{phone.id}\n{challenge}".encode()
    signature = (key or phone.key).sign(text)
    return await phone.http.post("/api/v1/renew", json={"device": phone.id, "challenge": challenge, "signature": signature})


async def challenge_for(phone: Phone) -> str:
    answer = await phone.http.post("/api/v1/challenge", json={"device": phone.id})
    text: str = answer.json()["challenge"]
    return text


async def test_a_token_is_renewed_by_the_key_alone(world: World) -> None:
    phone = await world.enrolled(world.a)
    phone.http.cookies.clear()
    told(await phone.http.get("/api/v1/device"), ErrorCode.NOT_SIGNED_IN)
    challenge = await challenge_for(phone)
    assert (await renewal(phone, challenge)).status_code == 200
    assert (await phone.http.get("/api/v1/device")).json()["device"] == phone.id
    told(await renewal(phone, challenge), ErrorCode.CHALLENGE_EXPIRED)
    late = await challenge_for(phone)
    world.clock.forward(limits.CHALLENGE_SECONDS)
    told(await renewal(phone, late), ErrorCode.CHALLENGE_EXPIRED)
    stolen = await challenge_for(phone)
    told(await renewal(phone, stolen, Key()), ErrorCode.SIGNATURE_INVALID)
    told(await renewal(phone, stolen), ErrorCode.CHALLENGE_EXPIRED)
    stranger = Phone(world, world.a)
    stranger.id = "01890000-0000-7000-8000-000000000000"
    told(await renewal(stranger, await challenge_for(stranger)), ErrorCode.DEVICE_UNKNOWN)


async def test_a_token_ends_with_its_time(world: World) -> None:
    phone = await world.enrolled(world.a)
    world.clock.forward(limits.DEVICE_TOKEN_DAYS * 24 * 3600)
    told(await phone.http.get("/api/v1/device"), ErrorCode.NOT_SIGNED_IN)


async def test_an_office_browser_becomes_a_device_by_its_login(world: World) -> None:
    phone = Phone(world, world.a)
    told(await phone.enrol(""), ErrorCode.NOT_SIGNED_IN)
    phone.http = await world.signed_in("desk-a")
    body = (await phone.enrol("")).json()
    assert (body["type"], body["person"], body["depot"]) == ("office", world.a.desk, world.a.depots[0])
    assert [person["id"] for person in body["roster"]] == [world.a.desk]
    assert (await phone.http.post("/api/v1/logout")).status_code == 204
    told(await phone.http.get("/api/v1/device"), ErrorCode.NOT_SIGNED_IN)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"code": 7}', b'{"code":"x","key":{"kty":"RSA"}}', b"\xff"])
async def test_nonsense_is_a_bad_request_that_repeats_nothing(world: World, body: bytes) -> None:
    answer = await world.client().post("/api/v1/enrol", content=body)
    assert answer.status_code == 400
    assert "faults" in told(answer, ErrorCode.BAD_REQUEST)["detail"]
    assert "RSA" not in answer.text


async def test_secrets_on_disk_are_the_owners_alone(world: World) -> None:
    for path in world.house.settings.secrets.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


async def test_enrolling_anew_over_a_lost_journal_tells_the_office(world: World) -> None:
    phone = await world.enrolled(world.a)
    lost = phone.id
    phone.record("handover.start", {"handover_id": lost[:-4] + "abcd", "type": "check_in", "asset_id": world.a.van})
    await phone.push()
    assert (await phone.http.get("/api/v1/device")).json()["proven_seq"] == 1
    assert (await phone.enrol(await world.invite(world.a))).status_code == 200
    incidents = await world.house.database.read(lambda store: store.records(world.a.id, "incident"))
    (data,) = [record.data for record in incidents if record.data["type"] == "eviction"]
    assert (data["device_id"], data["detail"]["proven_seq"], data["detail"]["now_device"]) == (lost, 1, phone.id)
    other = await world.enrolled(world.a)
    assert (await other.enrol(await world.invite(world.a, replaces=other.id))).status_code == 200
    incidents = await world.house.database.read(lambda store: store.records(world.a.id, "incident"))
    assert len([1 for record in incidents if record.data["type"] == "eviction"]) == 1


async def test_a_device_keeps_only_its_newest_tokens(world: World) -> None:
    phone = await world.enrolled(world.a)
    first = phone.http.cookies["hv_device"]
    for _ in range(20):
        world.clock.forward(61)
        assert (await renewal(phone, await challenge_for(phone))).status_code == 200
    assert (await phone.http.get("/api/v1/device")).status_code == 200
    stale = world.client(Cookie=f"hv_device={first}")
    told(await stale.get("/api/v1/device"), ErrorCode.NOT_SIGNED_IN)


def test_one_persons_browsers_are_told_apart() -> None:
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"
    assert browser_name(windows) == "Chrome 141 · Windows"
    assert browser_name(f"{windows} Edg/141.0.0.0") == "Edge 141 · Windows"
    assert browser_name(iphone) == "Safari 18 · iPhone"
    assert browser_name("") == "办公室 Office"
