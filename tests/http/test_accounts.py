"""A way into the office: given, invited, chosen, ended — and what none of these may open or tell."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from schemas import limits
from schemas.actions.people import PersonEdit, PersonLeave, PersonReturn
from schemas.errors import ErrorCode
from schemas.people import Role
from server.auth.passwords import password_is_weak
from server.storage.store import SqlStore
from server.system_device import system_device_id
from tests.http.test_enrolment import told
from tests.http.test_people import login
from tests.http.world import PASSWORD, World

GIVEN, OWN, SECOND = "pluck seven pears", "my own river stone", "another quiet harbour"


@pytest.fixture
async def boss(world: World) -> httpx.AsyncClient:
    """The manager, also an administrator."""
    await world.system(world.a, PersonEdit(person_id=world.a.manager, roles=[Role.MANAGER, Role.ADMINISTRATOR]))
    return await world.signed_in("manager-a")


async def give(boss: httpx.AsyncClient, person: str, username: str = "desk-a", password: str = GIVEN) -> httpx.Response:
    return await boss.post(f"/api/v1/people/{person}/password", json={"username": username, "password": password})


async def state(boss: httpx.AsyncClient, person: str) -> dict[str, Any]:
    answer = await boss.get(f"/api/v1/people/{person}/account")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def noted(world: World, person: str) -> list[tuple[str, str]]:
    """What the journal says became of a person's way in: (what, by whom)."""

    def job(store: SqlStore) -> list[tuple[str, str]]:
        device = system_device_id(world.a.id)
        end = store.device(world.a.id, device)
        assert end is not None
        bodies = [json.loads(one.body or b"{}") for one in store.entries(world.a.id, device, end.epoch, 1, end.seq, 1000)]
        told = [one for one in bodies if one["action"] == "person.access" and one["args"]["person_id"] == person]
        return [(one["args"]["what"], one["actor"]) for one in told]

    return await world.house.database.read(job)


async def test_a_given_password_opens_nothing_but_the_choice_of_an_own_one(world: World, boss: httpx.AsyncClient) -> None:
    desk, old = world.a.desk, await world.signed_in("desk-a")
    assert (await give(boss, desk)).status_code == 204
    told(await old.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)
    client = world.client()
    told(await login(client, "desk-a", PASSWORD), ErrorCode.LOGIN_WRONG)
    told(await login(client, "desk-a", GIVEN), ErrorCode.PASSWORD_GIVEN)
    assert "hv_person" not in client.cookies
    assert (await state(boss, desk))["password"] == "given"
    change = {"username": "desk-a", "password": GIVEN}
    for weak in ("short", GIVEN, "desk-a desk-a", "qwertyuiop", "aaaaaaaaaaaa"):
        told(await client.post("/api/v1/password", json={**change, "fresh": weak}), ErrorCode.PASSWORD_WEAK)
    told(await client.post("/api/v1/password", json={**change, "password": "no", "fresh": OWN}), ErrorCode.LOGIN_WRONG)
    answer = await client.post("/api/v1/password", json={**change, "fresh": OWN})
    assert answer.json()["person"] == desk
    assert (await client.get("/api/v1/me")).status_code == 200
    told(await login(world.client(), "desk-a", GIVEN), ErrorCode.LOGIN_WRONG)
    assert (await login(world.client(), "desk-a", OWN)).status_code == 200
    assert await noted(world, desk) == [("password_given", world.a.manager), ("password_chosen", desk)]


async def test_a_given_password_is_over_after_its_time(world: World, boss: httpx.AsyncClient) -> None:
    await give(boss, world.a.desk)
    world.clock.forward(limits.PASSWORD_GIVEN_HOURS * 3600)
    told(await login(world.client(), "desk-a", GIVEN), ErrorCode.PASSWORD_EXPIRED)
    change = {"username": "desk-a", "password": GIVEN, "fresh": OWN}
    told(await world.client().post("/api/v1/password", json=change), ErrorCode.PASSWORD_EXPIRED)


async def test_an_own_password_is_changed_by_who_knows_it_and_ends_other_logins(world: World) -> None:
    here, there = await world.signed_in("desk-a"), await world.signed_in("desk-a")
    told(await here.post("/api/v1/password", json={"password": "guess", "fresh": OWN}), ErrorCode.LOGIN_WRONG)
    assert (await here.post("/api/v1/password", json={"password": PASSWORD, "fresh": OWN})).status_code == 200
    assert (await here.get("/api/v1/me")).status_code == 200
    told(await there.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)
    told(await world.client().post("/api/v1/password", json={"password": OWN, "fresh": SECOND}), ErrorCode.NOT_SIGNED_IN)


async def test_guessing_at_the_change_of_a_password_waits_like_a_login(world: World) -> None:
    client = world.client()
    wrong = {"username": "desk-a", "password": "wrong", "fresh": OWN}
    answers = await asyncio.gather(*(client.post("/api/v1/password", json=wrong) for _ in range(12)))
    assert sum(answer.json()["code"] == ErrorCode.LOGIN_WRONG for answer in answers) == limits.LOGIN_TRIES_MAX
    told(await login(client, "desk-a", PASSWORD), ErrorCode.TOO_MANY_TRIES)


async def test_unknown_names_take_as_long_when_a_password_is_changed(world: World) -> None:
    async def seconds(username: str) -> float:
        began = time.perf_counter()
        asked = {"username": username, "password": "wrong", "fresh": OWN}
        told(await world.client().post("/api/v1/password", json=asked), ErrorCode.LOGIN_WRONG)
        return time.perf_counter() - began

    await seconds("warm-up")
    assert min([await seconds("nobody") for _ in range(3)]) > 0.3 * min([await seconds("manager-a") for _ in range(3)])


async def test_an_invitation_works_once_and_only_in_its_time(world: World, boss: httpx.AsyncClient) -> None:
    desk = world.a.desk

    async def invited() -> str:
        answer = await boss.post(f"/api/v1/people/{desk}/invitation", json={"username": "Front.Desk"})
        assert answer.headers["cache-control"] == "no-store"
        return str(answer.json()["code"])

    first, second = await invited(), await invited()
    client = world.client()
    told(await client.post("/api/v1/join", json={"code": first}), ErrorCode.JOIN_UNKNOWN)
    seen = (await client.post("/api/v1/join", json={"code": second})).json()
    assert (seen["username"], seen["person"]["person"]) == ("front.desk", desk)
    assert "hv_person" not in client.cookies, "looking signs nobody in"
    told(await client.post("/api/v1/join", json={"code": second, "password": "front.desk 1"}), ErrorCode.PASSWORD_WEAK)
    both = await asyncio.gather(*(client.post("/api/v1/join", json={"code": second, "password": OWN}) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 404]
    assert (await client.get("/api/v1/me")).json()["person"] == desk
    told(await client.post("/api/v1/join", json={"code": second}), ErrorCode.JOIN_UNKNOWN)
    third = await invited()
    world.clock.forward(limits.JOIN_HOURS * 3600)
    told(await client.post("/api/v1/join", json={"code": third, "password": SECOND}), ErrorCode.JOIN_EXPIRED)
    assert [what for what, _ in await noted(world, desk)] == ["invited", "invited", "password_chosen", "invited"]


async def test_only_administrators_give_and_nobody_to_himself_or_to_whom_it_is_no_use(
    world: World, boss: httpx.AsyncClient
) -> None:
    a, desk = world.a, await world.signed_in("desk-a")
    told(await give(desk, a.tech), ErrorCode.FORBIDDEN)
    told(await desk.get(f"/api/v1/people/{a.tech}/account"), ErrorCode.FORBIDDEN)
    told(await give(boss, a.manager, "manager-a"), ErrorCode.FORBIDDEN)
    told(await give(boss, world.b.desk, "desk-b"), ErrorCode.NOT_FOUND)
    told(await give(boss, a.tech, "tech-a"), ErrorCode.ACCOUNT_UNFIT)
    told(await give(boss, a.gone, "gone-a"), ErrorCode.ACCOUNT_UNFIT)
    told(await give(boss, a.desk, "manager-b"), ErrorCode.USERNAME_TAKEN)
    told(await give(boss, a.desk, "two words"), ErrorCode.BAD_REQUEST)
    told(await give(boss, a.desk, password="1234567890"), ErrorCode.PASSWORD_WEAK)


async def test_a_pin_that_was_ended_is_set_anew(world: World, boss: httpx.AsyncClient) -> None:
    phone, tech = await world.enrolled(world.a), world.a.tech

    async def pin(digits: str, *, first: bool) -> httpx.Response:
        return await phone.http.post("/api/v1/pin", json={"person": tech, "pin": digits, "first": first})

    assert (await pin("258025", first=True)).status_code == 204
    assert (await boss.post(f"/api/v1/people/{tech}/pin-reset")).status_code == 204
    told(await pin("258025", first=False), ErrorCode.PIN_WRONG)
    assert (await phone.http.get("/api/v1/device")).json()["roster"][0]["has_pin"] is False
    assert (await pin("137913", first=True)).status_code == 204
    assert await noted(world, tech) == [("pin_reset", world.a.manager)]


async def test_whoever_comes_back_proves_himself_anew(world: World, boss: httpx.AsyncClient) -> None:
    a, phone, before = world.a, await world.enrolled(world.a), await world.signed_in("desk-a")
    await phone.http.post("/api/v1/pin", json={"person": a.tech, "pin": "258025", "first": True})
    world.clock.forward(60)
    for person in (a.desk, a.tech):
        await world.system(a, PersonLeave(person_id=person))
        told(await before.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)
        world.clock.forward(60)
        await world.system(a, PersonReturn(person_id=person))
    told(await before.get("/api/v1/me"), ErrorCode.NOT_SIGNED_IN)
    told(await login(world.client(), "desk-a", PASSWORD), ErrorCode.LOGIN_WRONG)
    assert (await state(boss, a.desk))["password"] == "none"
    told(await phone.http.post("/api/v1/pin", json={"person": a.tech, "pin": "258025"}), ErrorCode.PIN_WRONG)
    assert [one["has_pin"] for one in (await phone.http.get("/api/v1/device")).json()["roster"]] == [False]
    assert (await phone.http.post("/api/v1/pin", json={"person": a.tech, "pin": "137913", "first": True})).status_code == 204
    assert (await give(boss, a.desk)).status_code == 204


async def test_nothing_of_a_secret_is_kept_in_clear(world: World, boss: httpx.AsyncClient) -> None:
    await give(boss, world.a.desk)
    code = (await boss.post(f"/api/v1/people/{world.a.desk}/invitation", json={"username": "desk-a"})).json()["code"]
    files = [path.read_bytes() for path in world.house.settings.data.iterdir() if path.is_file()]
    for secret in (GIVEN, code):
        assert not any(secret.encode() in content for content in files)


@pytest.mark.parametrize("password", ["ninechars", "PASSWORD123", "abababababab", "li.wei-2026", "x" * 201, "5201314520"])
def test_passwords_that_are_guessed_first_are_weak(password: str) -> None:
    assert password_is_weak(password, "li.wei")


def test_a_long_sentence_is_strong_in_any_script() -> None:
    assert not password_is_weak("下雨天的仓库门口见", "li.wei") or len("下雨天的仓库门口见") < limits.PASSWORD_CHARS_MIN
    assert not password_is_weak("下雨天我们在仓库门口见", "li.wei")
