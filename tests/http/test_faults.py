"""What a label leads to: a page for anybody, a report of a fault without an account, and sheets of labels for the office."""

import asyncio
import base64
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from schemas.actions.assets import AssetRetire
from schemas.actions.faults import AssetRetag, FaultForget, FaultPlan, FaultReport
from schemas.labels import SHEETS
from server.labels.address import address_of
from server.labels.sheet import DoesNotFit, code_of
from tests.http.pictures import PDF, photo
from tests.http.test_blobs import sha
from tests.http.test_quarantine import administrator
from tests.http.world import World, new_id

pytestmark = pytest.mark.asyncio


def said(**more: Any) -> dict[str, Any]:
    return {"id": new_id(), "what": "右后灯不亮", **more}


async def report(client: httpx.AsyncClient, tag: str, **more: Any) -> httpx.Response:
    return await client.post(f"/api/v1/tags/{tag}/faults", json=said(**more))


async def faults(world: World) -> list[dict[str, Any]]:
    found = await world.house.database.read(lambda store: store.records(world.a.id, "fault"))
    return [one.data for one in found]


async def test_the_page_is_the_same_for_every_tag_and_needs_nothing_from_elsewhere(world: World) -> None:
    anybody = httpx.AsyncClient(base_url=world.base)
    pages = [await anybody.get(f"/t/{tag}") for tag in ("T-a", "nothing")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content == pages[1].content
    text = pages[0].text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert "<script>" not in text, "the policy of contents forbids scripts inside a page"
    assert "script-src 'self'" in pages[0].headers["content-security-policy"]
    script = await anybody.get("/t/report.js/1")
    assert script.headers["content-type"].startswith("text/javascript")
    await anybody.aclose()


async def test_a_tag_tells_what_stands_on_the_thing_and_no_more(world: World) -> None:
    anybody = world.client()
    told = (await anybody.get("/api/v1/tags/T-a")).json()
    assert told == {"tag": "T-a", "label": "浙A·D3K907", "model": "", "replaced_by": None, "retired": False}
    assert (await anybody.get("/api/v1/tags/t-A")).status_code == 200
    assert (await anybody.get("/api/v1/tags/T-x")).status_code == 404
    await world.system(world.a, AssetRetag(asset_id=world.a.van, tag="T-new", reason="掉了"))
    told = (await anybody.get("/api/v1/tags/T-a")).json()
    assert told["replaced_by"] == "T-new"


async def test_nothing_is_taken_about_an_asset_that_is_out_of_use(world: World) -> None:
    await world.system(world.a, AssetRetire(asset_id=world.a.van, reason="卖掉了"))
    anybody = world.client()
    assert (await anybody.get("/api/v1/tags/T-a")).json()["retired"] is True
    answer = await report(anybody, "T-a")
    assert (answer.status_code, answer.json()["code"]) == (409, "state_illegal")
    assert await faults(world) == []


async def test_two_companies_with_one_tag_are_told_apart_by_the_address(world: World) -> None:
    await world.system(world.b, AssetRetag(asset_id=world.b.van, tag="T-a", reason="重印"))
    anybody = world.client()
    assert (await anybody.get("/api/v1/tags/T-a")).status_code == 404
    for company in (world.a, world.b):
        address = address_of(world.base, "T-a", company.id, alone=False)
        told = await anybody.get(address.replace(f"{world.base}/t/", "/api/v1/tags/"))
        assert told.status_code == 200


@pytest.mark.parametrize("tag", ["浙A12345", "A_1.b-2", "é1", "①", "A..B", "x" * 64])
async def test_every_tag_a_label_can_carry_leads_to_its_asset(world: World, tag: str) -> None:
    await world.system(world.a, AssetRetag(asset_id=world.a.van, tag=tag, reason="重印"))
    address = address_of(world.base, tag, world.a.id, alone=True)
    anybody = world.client()
    assert (await anybody.get(address)).status_code == 200
    way = address.removeprefix(f"{world.base}/t/")  # as the page's script takes it from its own address
    assert (await anybody.get(f"/api/v1/tags/{way}")).json()["tag"] == tag
    assert (await report(anybody, way)).status_code == 201


async def test_a_fault_is_reported_without_an_account_and_seen_with_its_photo(world: World) -> None:
    content = photo()
    body = said(photos=[base64.b64encode(content).decode()], phone="13800003333", guess="unusable")
    anybody = world.client()
    for _ in range(2):  # said twice, reported once
        assert (await anybody.post("/api/v1/tags/T-a/faults", json=body)).status_code == 201
    (fault,) = await faults(world)
    assert (fault["id"], fault["asset_id"], fault["by"], fault["guess"]) == (body["id"], world.a.van, "customer", "unusable")
    assert fault["has_phone"]
    assert list(fault["photos"]) == [sha(content)]
    desk = await world.signed_in("desk-a")
    assert (await desk.get(f"/api/v1/blobs/{sha(content)}")).content == content
    assert (await desk.get(f"/api/v1/blobs/{sha(content)}/preview")).status_code == 200
    assert (await (await world.signed_in("manager-b")).get(f"/api/v1/blobs/{sha(content)}")).status_code == 404
    (wrote,) = await world.house.database.read(lambda store: store.records(world.a.id, "fault_words"))
    assert (wrote.id, wrote.data["said"], fault["what"]) == (body["id"], "右后灯不亮", "")
    manager = await administrator(world)
    await world.system(world.a, FaultPlan(fault_id=body["id"], task_id=new_id(), due_at="2027-01-20T08:00:00Z", note="看看"))
    for client, path, params in (
        (desk, "history", {"kind": "fault", "id": body["id"]}), (desk, "history", {"kind": "asset", "id": world.a.van}),
        (manager, "trail", {}), (manager, "trail/export", {}),
    ):  # fmt: skip
        told = (await client.get(f"/api/v1/{path}", params=params)).text
        assert "fault.report" in told or "报修" in told
        assert "右后灯不亮" not in told, "what a customer wrote is no entry's"
        assert "13800003333" not in told
    sheet = "/api/v1/sheets/export/fault.csv"
    assert "右后灯不亮" in (await manager.get(sheet)).text
    await world.system(world.a, FaultForget(fault_id=body["id"], reason="本人要求"))
    assert "右后灯不亮" not in (await manager.get(sheet)).text


async def test_what_was_reported_before_the_words_were_private_is_still_read(world: World) -> None:
    before = {"fault_id": new_id(), "asset_id": world.a.van, "what": "右后灯不亮", "by": "customer"}
    await world.system(world.a, FaultReport.model_validate(before))
    desk = await world.signed_in("desk-a")
    told = (await desk.get("/api/v1/history", params={"kind": "fault", "id": before["fault_id"]})).text
    assert "右后灯不亮" in told


async def test_what_is_no_photo_is_refused_and_nothing_is_written(world: World) -> None:
    anybody = world.client()
    for content in (PDF, b"\xff\xd8\xff not a picture", b""):
        answer = await report(anybody, "T-a", photos=[base64.b64encode(content).decode()])
        assert answer.status_code in (413, 422), answer.text
    assert (await report(anybody, "T-a", photos=["%%%"])).status_code == 400
    assert await faults(world) == []
    assert list((world.house.settings.data / "uploads").iterdir()) == []


async def test_words_of_another_form_are_refused(world: World) -> None:
    anybody = world.client()
    for more in ({"what": ""}, {"what": "x" * 501}, {"guess": "maybe"}, {"id": "1"}, {"phone": "1" * 41}):
        assert (await report(anybody, "T-a", **more)).status_code == 400
        world.clock.forward(30)
    assert (await report(anybody, "T-x")).status_code == 404


async def test_whoever_knocks_too_often_waits(world: World) -> None:
    anybody = world.client()
    codes = [(await report(anybody, "T-a")).status_code for _ in range(5)]
    assert codes == [201] * 4 + [429]
    codes = [(await anybody.get(f"/api/v1/tags/guess-{n}")).status_code for n in range(31)]
    assert codes == [404] * 30 + [429]
    world.clock.forward(61)
    assert (await anybody.get("/api/v1/tags/T-a")).status_code == 200
    answers = []
    for _ in range(20):
        world.clock.forward(61)
        answers.append((await report(anybody, "T-a")).status_code)
    assert answers[-1] == 429, "so many an hour, however slowly"


async def test_a_page_of_elsewhere_cannot_report(world: World) -> None:
    anybody = httpx.AsyncClient(base_url=world.base)
    assert (await anybody.post("/api/v1/tags/T-a/faults", json=said())).json()["code"] == "origin_refused"
    headers = {"X-Handover": "1", "Origin": "https://elsewhere.example"}
    assert (await anybody.post("/api/v1/tags/T-a/faults", json=said(), headers=headers)).json()["code"] == "origin_refused"
    await anybody.aclose()


def decoded(pdf: Path, page: int) -> list[str]:
    """What a phone reads of a printed page, at the 203 dpi of a label printer."""
    shot = pdf.with_suffix(f".{page}")
    subprocess.run(["pdftoppm", "-r", "203", "-f", str(page), "-l", str(page), "-singlefile", "-png", pdf, shot], check=True)
    read = subprocess.run(["zbarimg", "-q", "--raw", f"{shot}.png"], check=False, capture_output=True, text=True, timeout=60)
    return read.stdout.split()


def printed(pdf: Path) -> str:
    return subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("sheet", sorted(SHEETS))
async def test_every_label_of_a_sheet_can_be_read_from_paper(world: World, tmp_path: Path, sheet: str) -> None:
    assert shutil.which("zbarimg"), "zbar-tools is needed"
    desk = await world.signed_in("desk-a")
    asked = {"assets": [world.a.van] * 4, "sheet": sheet, "start": 2 % SHEETS[sheet].labels}  # type: ignore[index]
    answer = await desk.post("/api/v1/labels", json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    pdf = tmp_path / "labels.pdf"
    pdf.write_bytes(answer.content)
    address = address_of(world.base, "T-a", world.a.id, alone=False)
    pages = 4 if SHEETS[sheet].labels == 1 else 1  # type: ignore[index]
    read = [text for page in range(1, pages + 1) for text in await asyncio.to_thread(decoded, pdf, page)]
    assert read == [address] * 4
    shown = await desk.post("/api/v1/labels", json={**asked, "preview": True})
    assert shown.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert picture.format == "PNG"
        ratio = SHEETS[sheet].page_width / SHEETS[sheet].page_height  # type: ignore[index]
        assert picture.width / picture.height == pytest.approx(ratio, rel=0.01)
    text = await asyncio.to_thread(printed, pdf)
    assert "浙" in text, "Chinese names are printed"
    assert "T-a" in text


async def test_labels_are_for_those_who_see_the_assets(world: World) -> None:
    body = {"assets": [world.a.van], "sheet": "a4_3x8"}
    assert (await (await world.signed_in("manager-b")).post("/api/v1/labels", json=body)).status_code == 404
    assert (await world.client().post("/api/v1/labels", json=body)).status_code == 401
    desk = await world.signed_in("desk-a")
    wrongs: list[dict[str, Any]] = [{"sheet": "a3"}, {"assets": []}, {"start": 65}, {"assets": [world.a.van] * 1001}]
    for wrong in wrongs:
        assert (await desk.post("/api/v1/labels", json={**body, **wrong})).status_code == 400


async def test_a_code_nobody_could_print_is_refused() -> None:
    with pytest.raises(DoesNotFit):
        code_of("https://rent.example.cn/t/" + "x" * 900, 180)
    assert code_of("https://rent.example.cn/t/HV-0001", 180).side <= 180
    assert io.StringIO(code_of("x", 180).svg).read(4) == "<svg"
