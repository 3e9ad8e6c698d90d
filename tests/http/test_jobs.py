"""What the server does by the clock, on a running installation."""

from typing import Any

import httpx
import pytest

from schemas import limits
from schemas.actions.basedata import AssetDefine
from server.jobs.tombstones import forget_left
from server.jobs.waiting import end_all_waiting
from server.storage.store import SqlStore
from tests.http.world import Phone, World, new_id

pytestmark = pytest.mark.asyncio


async def test_what_left_long_ago_is_forgotten_and_who_was_away_gets_its_bucket_anew(world: World) -> None:
    company = world.a
    phone = await world.enrolled(company)
    bucket = f"depot:{company.depots[0]}/field"
    before = {page["bucket"]: page for page in (await phone.push())["pages"]}
    assert phone.journal is not None
    phone.journal.cursors = {name: page["to"] for name, page in before.items()}

    def van(place: int) -> AssetDefine:
        depot = company.depots[place]
        return AssetDefine(id=company.van, label="x", tag="T", pack="vehicle", home_depot_id=depot, depot_id=depot)

    await world.system(company, van(1))
    await world.system(company, van(0).model_copy(update={"id": world.b.van, "tag": "U"}))
    await forget_left(world.house)
    world.clock.forward(limits.TOMBSTONE_DAYS * 24 * 3600)
    assert await forget_left(world.house) > 0
    assert await forget_left(world.house) == 0
    assert (await renew(phone)).status_code == 200
    (page,) = [page for page in (await phone.push())["pages"] if page["bucket"] == bucket]
    assert (page["reset"], page["after"]) == (True, 0)
    assert page["floor"] > before[bucket]["to"]
    assert company.van not in [change["id"] for change in page["changes"]]


async def renew(phone: Phone) -> httpx.Response:
    asked = await phone.http.post("/api/v1/challenge", json={"device": phone.id})
    challenge = asked.json()["challenge"]
    signature = phone.key.sign(f"handover-renew-v1\n{phone.id}\n{challenge}".encode())
    body = {"device": phone.id, "challenge": challenge, "signature": signature}
    return await phone.http.post("/api/v1/renew", json=body)


async def test_who_waits_for_nothing_beyond_one_portion_is_judged_by_the_hour(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WAITING_RETRIED_MAX", 1)
    company = world.a
    one, two = await world.enrolled(company), await world.enrolled(company)
    assert one.journal is not None
    assert two.journal is not None
    start: dict[str, Any] = {"actor": company.tech, "now_ms": world.clock()}
    args = {"handover_id": new_id(), "type": "check_in", "asset_id": company.van}
    lost = one.journal.record("handover.start", args, **start)
    waiting = [
        two.journal.record("handover.start", {**args, "handover_id": new_id()}, needs=[lost.id], **start) for _ in range(3)
    ]
    await two.push()
    request = one.journal.request(world.clock()) | {"entries": [], "lost": [{"seq": lost.seq, "hash": lost.hash}]}
    assert (await one.http.post("/api/v1/sync", json=request)).status_code == 200
    assert await end_all_waiting(world.house) == 2
    assert await end_all_waiting(world.house) == 0

    def states(store: SqlStore) -> list[str]:
        found = [store.entry_by_id(company.id, one.id) for one in waiting]
        return [one.state for one in found if one is not None]

    assert await world.house.database.read(states) == ["applied"] * 3
