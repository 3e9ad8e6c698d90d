"""GET /api/v1/search over HTTP: what is found, by whom, a page at a time."""

import asyncio
from typing import Any

import httpx
import pytest

from schemas import limits
from schemas.actions.basedata import AssetDefine
from tests.http.world import World, new_id

pytestmark = pytest.mark.asyncio


def retired(world: World, number: int, place: int = 0, **more: Any) -> AssetDefine:
    depot = world.a.depots[place]
    named = {"label": f"旧车 {number:03d}", "tag": f"OLD-{number:03d}", "state": "retired", **more}
    return AssetDefine.model_validate({"id": new_id(), "pack": "vehicle", "home_depot_id": depot, "depot_id": depot, **named})


async def labels(client: httpx.AsyncClient, **params: str) -> list[str]:
    answer = await client.get("/api/v1/search", params={"kind": "asset", **params})
    assert answer.status_code == 200, answer.text
    return [one["label"] for one in answer.json()["records"]]


async def test_an_archived_asset_is_found_by_its_words_and_only_then(world: World) -> None:
    for made in (retired(world, 1, serial="Sn-77%"), retired(world, 2, colour="白"), retired(world, 3, place=1)):
        await world.system(world.a, made)
    manager = await world.signed_in("manager-a")
    assert await labels(manager) == ["旧车 001", "旧车 002", "旧车 003"]
    assert await labels(manager, q="旧车 sN-77") == ["旧车 001"]
    assert await labels(manager, q="77%") == ["旧车 001"]
    assert await labels(manager, q="_ld") == []
    assert await labels(manager, q="白 old 旧 车 002") == ["旧车 002"]
    assert await labels(manager, archived="false") == ["浙A·D3K907"]
    await world.system(world.a, retired(world, 1, id=new_id(), tag="OLD-9", label="在用", state="available"))
    assert await labels(manager, q="在用") == []


async def test_who_works_with_one_depot_finds_what_is_in_it(world: World) -> None:
    for made in (retired(world, 1), retired(world, 3, place=1)):
        await world.system(world.a, made)
    desk, other, phone = (
        await world.signed_in("desk-a"), await world.signed_in("manager-b"), await world.enrolled(world.a),
    )  # fmt: skip
    assert await labels(desk) == ["旧车 001"]
    assert await labels(other) == []
    answer = await phone.http.get("/api/v1/search", params={"kind": "asset"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_pages_follow_one_another_and_end(world: World) -> None:
    most = limits.SEARCH_PAGE_RECORDS_MAX
    for first in range(0, most + 3, 20):
        await asyncio.gather(
            *(world.system(world.a, retired(world, number)) for number in range(first, min(first + 20, most + 3)))
        )
    manager = await world.signed_in("manager-a")
    one = (await manager.get("/api/v1/search", params={"kind": "asset"})).json()
    two = (await manager.get("/api/v1/search", params={"kind": "asset", "after": one["next"]})).json()
    found = [record["label"] for record in (*one["records"], *two["records"])]
    assert found == [f"旧车 {number:03d}" for number in range(most + 3)]
    assert (len(one["records"]), two["next"]) == (most, None)


async def test_a_question_of_another_form_is_refused(world: World) -> None:
    manager = await world.signed_in("manager-a")
    for params in (
        {"kind": "signer"},
        {},
        {"kind": "asset", "q": "x" * 101},
        {"kind": "asset", "q": "\0"},
        {"kind": "asset", "after": "x"},
    ):
        answer = await manager.get("/api/v1/search", params=params)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    beyond = await manager.get("/api/v1/search", params={"kind": "asset", "after": new_id()})
    assert (beyond.status_code, beyond.json()) == (200, {"records": [], "next": None})
