"""A transfer over the wire: the depot it left loses the asset, the other gains it; no other depot or company has a say."""

from typing import Any

import pytest

from schemas.actions.basedata import PackDefine
from schemas.protocol import BlobRef, SyncAnswer
from tests.http.world import Company, Phone, World, new_id
from tests.support.stage import blob

pytestmark = pytest.mark.asyncio


async def with_pack(world: World, company: Company) -> None:
    """A category that demands nothing."""
    await world.system(
        company,
        PackDefine(id=new_id(), code="vehicle", zh="车辆", en="Vehicle", diagram="van", slots=[], meters=[], accessories=[],
                   damage_types=[]),
    )  # fmt: skip


def started(phone: Phone, actor: str | None = None, **more: Any) -> str:
    """A transfer begun: to the other depot's technician, by whoever is asked for."""
    assert phone.journal is not None
    company, transfer = phone.company, new_id()
    args = {"transfer_id": transfer, "asset_id": company.van, "to_depot_id": company.depots[1], "receiver_id": company.other_tech}
    phone.journal.record("transfer.start", {**args, **more}, actor=actor or company.tech, now_ms=phone.world.clock())
    return transfer


def taken(phone: Phone, transfer: str) -> None:
    """The receiver's signature."""
    blobs: list[BlobRef] = [blob(f"{transfer}/ink", "signature", "image/png"), blob(transfer, "document", "application/json")]
    args = {"handover_id": transfer, "signature_id": new_id(), "acceptance": "intact", "language": "zh", "entries": [],
            "image_sha256": blobs[0].sha256, "document_sha256": blobs[1].sha256}  # fmt: skip
    phone.record("transfer.complete", args, blobs=blobs)


async def pushed(phone: Phone) -> list[tuple[str, str | None]]:
    answer = SyncAnswer.model_validate(await phone.push())
    return [(outcome.state, outcome.code) for outcome in answer.outcomes]


async def held(phone: Phone, depot: int) -> set[str]:
    """Ids of what lies in the depot's bucket, as this phone is given it from the beginning."""
    assert phone.journal is not None
    bucket = f"depot:{phone.company.depots[depot]}/field"
    request = {**phone.journal.request(phone.world.clock()), "cursors": {bucket: 0}}
    answer = await phone.http.post("/api/v1/sync", json=request)
    assert answer.status_code == 200, answer.text
    pages = [page for page in answer.json()["pages"] if page["bucket"] == bucket]
    return {one["id"] for page in pages for one in page["changes"] if one.get("data") is not None}


async def asset(world: World) -> dict[str, Any]:
    found = await world.house.database.read(lambda store: store.record(world.a.id, "asset", world.a.van))
    assert found is not None
    return found.data


async def test_the_old_depots_phone_loses_it_and_the_new_ones_gains_it(world: World) -> None:
    await with_pack(world, world.a)
    here, there = await world.enrolled(world.a), await world.enrolled(world.a, depot=world.a.depots[1])
    assert world.a.van in await held(here, 0)
    assert world.a.van not in await held(there, 1)
    transfer = started(here)
    taken(here, transfer)
    assert await pushed(here) == [("applied", None), ("applied", None)]
    gained = await held(there, 1)
    assert {world.a.van, transfer} <= gained
    assert not {world.a.van, transfer} & await held(here, 0)
    now = await asset(world)
    assert (now["depot_id"], now["custodian_id"]) == (world.a.depots[1], world.a.other_tech)


async def test_another_depot_and_another_company_have_no_say(world: World) -> None:
    await with_pack(world, world.a)
    there, stranger = await world.enrolled(world.a, depot=world.a.depots[1]), await world.enrolled(world.b)
    started(there, world.a.other_tech, receiver_id=world.a.tech)
    assert await pushed(there) == [("refused", "action_forbidden")]
    started(stranger, asset_id=world.a.van)
    started(stranger, to_depot_id=world.a.depots[1])
    started(stranger, receiver_id=world.a.tech)
    found = await pushed(stranger)
    assert {state for state, _ in found} == {"refused"}
    assert {code for _, code in found} <= {"record_unknown", "action_forbidden"}
    assert (await asset(world))["depot_id"] == world.a.depots[0]


async def test_what_is_sent_twice_is_done_once(world: World) -> None:
    await with_pack(world, world.a)
    phone = await world.enrolled(world.a)
    transfer = started(phone)
    taken(phone, transfer)
    assert phone.journal is not None
    request = phone.journal.request(world.clock())
    for _ in range(3):
        assert (await phone.http.post("/api/v1/sync", json=request)).status_code == 200
    found = await world.house.database.read(lambda store: store.records(world.a.id, "conflict"))
    assert found == []
    assert (await asset(world))["last_handover_id"] == transfer
