"""Login, lock-out, PINs, cross-site requests: what is refused, and that refusing says nothing more than it must."""

import asyncio
import time

import httpx
import pytest

from schemas import limits
from schemas.actions.basedata import PersonDefine
from schemas.errors import ErrorCode
from schemas.people import Role
from server.auth import accounts
from tests.http.test_enrolment import told
from tests.http.world import PASSWORD, World


async def login(client: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    return await client.post("/api/v1/login", json={"username": username, "password": password})


async def test_login_me_logout(world: World) -> None:
    client = world.client()
    told(await client.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)
    answer = await login(client, "  Manager-A ", PASSWORD)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["person"], body["roles"], body["organisation"]["id"]) == (world.a.manager, ["manager"], world.a.id)
    assert (await client.get("/api/v1/me")).json() == body
    token = client.cookies["hv_person"]
    assert (await client.post("/api/v1/logout")).status_code == 204
    client.cookies.set("hv_person", token)
    told(await client.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)


async def test_a_login_ends_with_its_time_and_with_its_person(world: World) -> None:
    client = await world.signed_in("desk-a")
    person = world._person(world.a.desk, "前台", [], [], active=False)
    await world.system(world.a, person)
    told(await client.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)
    other = await world.signed_in("manager-a")
    world.clock.forward(limits.SESSION_HOURS * 3600)
    told(await other.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)


@pytest.mark.parametrize("username", ["nobody", "tech-a", "gone-a"])
async def test_unknown_field_only_and_inactive_people_look_alike(world: World, username: str) -> None:
    told(await login(world.client(), username, PASSWORD), ErrorCode.LOGIN_WRONG)


async def test_unknown_names_take_as_long_as_wrong_passwords(world: World) -> None:
    await login(world.client(), "warm-up", "x")

    async def seconds(username: str) -> float:
        began = time.perf_counter()
        told(await login(world.client(), username, "wrong"), ErrorCode.LOGIN_WRONG)
        return time.perf_counter() - began

    known = [await seconds("manager-a") for _ in range(3)]
    unknown = [await seconds("nobody-at-all") for _ in range(3)]
    assert min(unknown) > 0.3 * min(known)


async def test_lock_out_doubles_persists_and_holds_even_for_the_right_password(world: World) -> None:
    client = world.client()
    for _ in range(limits.LOGIN_TRIES_MAX):
        told(await login(client, "manager-a", "wrong"), ErrorCode.LOGIN_WRONG)
    problem = told(await login(client, "manager-a", PASSWORD), ErrorCode.TOO_MANY_TRIES)
    assert problem["retry_after_s"] == limits.LOGIN_WAIT_SECONDS
    world.clock.forward(limits.LOGIN_WAIT_SECONDS)
    told(await login(client, "manager-a", "wrong"), ErrorCode.LOGIN_WRONG)
    problem = told(await login(client, "manager-a", PASSWORD), ErrorCode.TOO_MANY_TRIES)
    assert problem["retry_after_s"] == 2 * limits.LOGIN_WAIT_SECONDS
    assert (await login(client, "manager-b", PASSWORD)).status_code == 200, "another account is not locked"
    world.clock.forward(2 * limits.LOGIN_WAIT_SECONDS)
    assert (await login(client, "manager-a", PASSWORD)).status_code == 200
    told(await login(client, "manager-a", "wrong"), ErrorCode.LOGIN_WRONG)
    assert (await login(client, "manager-a", PASSWORD)).status_code == 200, "a success starts from nothing"


async def test_tries_made_at_once_are_all_counted(world: World) -> None:
    client = world.client()
    answers = await asyncio.gather(*(login(client, "manager-a", f"guess {n}") for n in range(30)))
    looked_at = [answer for answer in answers if answer.json()["code"] == ErrorCode.LOGIN_WRONG]
    assert len(looked_at) == limits.LOGIN_TRIES_MAX


async def test_an_address_that_tries_many_names_waits(world: World) -> None:
    client = world.client()
    for n in range(limits.LOGIN_ADDRESS_TRIES_MAX):
        told(await login(client, f"name-{n}", "x"), ErrorCode.LOGIN_WRONG)
    told(await login(client, "manager-a", PASSWORD), ErrorCode.TOO_MANY_TRIES)


async def test_pin_first_then_checked_then_waits(world: World) -> None:
    phone = await world.enrolled(world.a)

    async def pin(digits: str, *, first: bool = False, person: str = world.a.tech) -> httpx.Response:
        return await phone.http.post("/api/v1/pin", json={"person": person, "pin": digits, "first": first})

    for weak in ("12345", "1234567", "111111", "12a456", "１２３４５６"):
        told(await pin(weak, first=True), ErrorCode.PIN_WEAK)
    told(await pin("258025"), ErrorCode.PIN_WRONG)
    assert (await pin("258025", first=True)).status_code == 204
    assert (await pin("258025", first=True)).status_code == 204, "a lost answer may be repeated"
    told(await pin("137913", first=True), ErrorCode.PIN_WRONG)
    assert (await pin("258025")).status_code == 204
    assert (await phone.http.get("/api/v1/device")).json()["roster"][0]["has_pin"] is True
    for _ in range(limits.PIN_TRIES_MAX):
        told(await pin("000001"), ErrorCode.PIN_WRONG)
    assert told(await pin("258025"), ErrorCode.TOO_MANY_TRIES)["retry_after_s"] == limits.PIN_WAIT_SECONDS
    world.clock.forward(limits.PIN_WAIT_SECONDS)
    assert (await pin("258025")).status_code == 204
    told(await pin("258025", person=world.a.other_tech), ErrorCode.FORBIDDEN)
    told(await pin("258025", person=world.b.tech), ErrorCode.FORBIDDEN)
    told(await world.client().post("/api/v1/pin", json={"person": world.a.tech, "pin": "258025"}), ErrorCode.NOT_SIGNED_IN)


async def test_nothing_is_stored_in_clear(world: World) -> None:
    client = await world.signed_in("manager-a")
    phone = await world.enrolled(world.a)
    await phone.http.post("/api/v1/pin", json={"person": world.a.tech, "pin": "739153", "first": True})
    files = [path.read_bytes() for path in world.house.settings.data.iterdir() if path.is_file()]
    for secret in (PASSWORD, client.cookies["hv_person"], phone.http.cookies["hv_device"]):
        assert not any(secret.encode() in content for content in files)
    known = await world.house.database.read(lambda store: accounts.of_person(store.connection, world.a.id, world.a.tech))
    assert known is not None
    assert (known.pin_hash or "").startswith("$argon2id$")


async def test_requests_from_other_sites_are_refused(world: World) -> None:
    client = await world.signed_in("manager-a")
    bare = httpx.AsyncClient(base_url=world.base, cookies=dict(client.cookies))
    told(await bare.post("/api/v1/logout"), ErrorCode.ORIGIN_REFUSED)
    for origin in (
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "https://" + world.base.split("://")[1] + ".evil.example",
    ):
        told(await client.post("/api/v1/logout", headers={"Origin": origin}), ErrorCode.ORIGIN_REFUSED)
    assert (await client.get("/api/v1/me")).status_code == 200
    assert (await client.post("/api/v1/logout", headers={"Origin": world.base})).status_code == 204
    await bare.aclose()


async def test_a_cookie_of_one_kind_is_not_the_other(world: World) -> None:
    phone = await world.enrolled(world.a)
    client = world.client()
    client.cookies.set("hv_person", phone.http.cookies["hv_device"])
    told(await client.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)
    client.cookies.set("hv_person", "x" * 4000)
    told(await client.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)


async def test_a_personal_phone_sees_nothing_once_its_person_has_left(world: World) -> None:
    phone = await world.enrolled(world.a, person_id=world.a.tech)
    assert [page["bucket"] for page in (await phone.push())["pages"]]
    left = PersonDefine(id=world.a.tech, name="伟", roles=[Role.TECHNICIAN], depot_ids={world.a.depots[0]: True}, active=False)
    await world.system(world.a, left)
    answer = await phone.push()
    assert answer["pages"] == []
    van = await phone.http.get(f"/api/v1/blobs/{'0' * 64}")
    assert van.status_code == 404
