"""Digest and repair over HTTP: what a device may compare, and that nobody learns of another's bucket."""

import pytest

from schemas.protocol import DigestAnswer, Page, RepairAnswer, SyncAnswer
from sync import digest
from tests.http.world import Phone, World

pytestmark = pytest.mark.asyncio


async def pulled(phone: Phone) -> tuple[SyncAnswer, dict[str, Page]]:
    answer = SyncAnswer.model_validate(await phone.push())
    return answer, {page.bucket: page for page in answer.pages}


async def test_a_bucket_is_compared_and_repaired_over_http(world: World) -> None:
    phone = await world.enrolled(world.a)
    answer, pages = await pulled(phone)
    assert {one.bucket for one in answer.digests} == set(pages) | {f"device:{phone.id}"}
    for said in answer.digests:
        changes = pages[said.bucket].changes if said.bucket in pages else []
        own = digest.tally((one.kind, one.id, one.v, one.h) for one in changes if not one.gone)
        whole = digest.total(own.values())
        assert (said.count, said.hash) == (whole.count, whole.text())
        got = await phone.http.post("/api/v1/digest", json={"bucket": said.bucket})
        parts = DigestAnswer.model_validate(got.json())
        assert (len(parts.parts), parts.version) == (256, said.version)
        assert {part: one for part, one in enumerate(parts.parts) if one[0]} == {
            part: (one.count, one.text()) for part, one in own.items()
        }
        wanted = sorted(own)[:2] or [0]
        repair = RepairAnswer.model_validate((await phone.http.post(
            "/api/v1/repair", json={"bucket": said.bucket, "parts": wanted})).json())  # fmt: skip
        assert repair.parts == wanted
        named = {(one.kind, one.id): one for one in changes if digest.part_of(one.id) in wanted}
        assert {(one.kind, one.id): one for one in repair.changes} == named


async def test_a_foreign_bucket_is_not_there(world: World) -> None:
    phone = await world.enrolled(world.a)
    foreign = [f"depot:{world.a.depots[1]}/field", f"depot:{world.b.depots[0]}/field", "org/office", f"device:{world.b.van}"]
    for bucket in foreign:
        for path, more in (("digest", {}), ("repair", {"parts": [0]})):
            answer = await phone.http.post(f"/api/v1/{path}", json={"bucket": bucket, **more})
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body", [{}, {"bucket": "x"}, {"bucket": "org/field", "parts": [256]}, {"bucket": "org/field", "parts": []},
             {"bucket": "org/field", "parts": [0] * 257}, {"bucket": "org/field", "parts": ["a"]}]
)  # fmt: skip
async def test_bad_input_is_a_bad_request(world: World, body: dict[str, object]) -> None:
    phone = await world.enrolled(world.a)
    answer = await phone.http.post("/api/v1/repair", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_whoever_is_shut_out_compares_nothing(world: World) -> None:
    phone = await world.enrolled(world.a)
    await world.revoke(world.a, phone.id)
    answer = await phone.http.post("/api/v1/digest", json={"bucket": "org/field"})
    assert answer.json()["code"] == "device_revoked"
    assert (await world.client().post("/api/v1/digest", json={"bucket": "org/field"})).json()["code"] == "not_signed_in"
