"""GET /api/v1/waiting over HTTP: who may ask, and of which devices he hears."""

import pytest

from tests.http.test_quarantine import administrator
from tests.http.world import World, new_id

pytestmark = pytest.mark.asyncio


async def test_a_manager_hears_of_his_organisation_alone(world: World) -> None:
    phone = await world.enrolled(world.a)
    phone.record("handover.start", {"handover_id": new_id(), "type": "check_in", "asset_id": world.a.van}, needs=[new_id()])
    answer = await phone.push()
    assert [one["code"] for one in answer["outcomes"]] == ["entry_waits"]
    manager, other = await world.signed_in("manager-a"), await world.signed_in("manager-b")
    got = (await manager.get("/api/v1/waiting")).json()
    assert [(one["id"], one["device"], one["may_ratify"]) for one in got["entries"]] == [
        (answer["outcomes"][0]["id"], phone.id, True)
    ]
    assert got["next"] is None
    assert (await manager.get("/api/v1/waiting", params={"which": "kept"})).json()["entries"] == []
    assert (await other.get("/api/v1/waiting")).json()["entries"] == []
    admin = await administrator(world)
    assert len((await admin.get("/api/v1/waiting")).json()["entries"]) == 1


async def test_a_question_of_another_form_is_refused(world: World) -> None:
    manager = await world.signed_in("manager-a")
    for params in ({"which": "all"}, {"after": "x.1"}, {"after": f"{new_id()}.{'9' * 40}"}, {"after": f"{new_id()}.1\n"}):
        answer = await manager.get("/api/v1/waiting", params=params)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    beyond = await manager.get("/api/v1/waiting", params={"after": f"{new_id()}.7"})
    assert (beyond.status_code, beyond.json()) == (200, {"entries": [], "next": None})
