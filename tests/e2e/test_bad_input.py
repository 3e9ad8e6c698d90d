"""Bad input, met where people meet it: a clear sentence with a stable code, nothing lost, and the way on stays open."""

import json
import re
import sqlite3

import pytest
from playwright.async_api import FilePayload, Route, expect

from tests.e2e.camera import film_of_qr
from tests.e2e.checkin import Checkin
from tests.e2e.evidence import entries_of
from tests.e2e.field import FieldApp, press_pin
from tests.e2e.office import OfficeApp
from tests.e2e.patience import until
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n" * 40
OTHERS_CODE = "https://yard.example.com/#enrol=00ABCDE12345"


async def tried(app: FieldApp, code: str) -> None:
    """Type a code and try it."""
    await app.button("enrol.type").click()
    await app.page.get_by_label(app.w.whole("enrol.code")).fill(code)
    await app.button("common.continue").click()
    await app.page.get_by_role("button", name=app.w.whole("enrol.now")).click()


async def refused(app: FieldApp, code: str) -> None:
    """The screen names the code of the failure and offers another code, not the same one again."""
    await app.sees(app.page.get_by_text(re.compile(rf"代码\s*{code}")))
    await app.sees(app.button("enrol.scanOther"))
    assert await app.button("common.retry").count() == 0
    await app.button("enrol.typeOther").click()
    await app.button("common.back").click()


def code_of(link: str) -> str:
    return link.split("#enrol=")[1]


async def test_unknown_expired_and_used_codes(world: World) -> None:
    app = FieldApp(world.phone())
    code = code_of(world.server.invitation())
    await app.open(world.server.url)
    await tried(app, code[:2] + "0000000000")
    await refused(app, "code_unknown")
    await app.button("enrol.type").click()
    await app.page.get_by_label(app.w.whole("enrol.code")).fill(code[:7])
    await app.button("common.continue").click()
    await app.sees(app.text("enrol.codeIncomplete", n=7))
    await app.button("common.back").click()
    assert all(one["used_by"] is None for one in world.server.records("invitation"))
    await app.enrol_typing(code.lower())
    await app.phone.close()
    second = FieldApp(world.phone())
    await second.open(world.server.url)
    await tried(second, code)
    await refused(second, "code_used")
    world.server.stop()
    world.server.start()
    let_expire(world)
    await tried(second, code_of(world.server.invitation()))
    await refused(second, "code_expired")
    phones = [one for one in world.server.records("device") if one["type"] == "field" and one["name"].startswith("手机")]
    assert len(phones) == 1


def let_expire(world: World) -> None:
    """The newest invitation's time is over."""
    connection = sqlite3.connect(world.server.data / "handover.db", timeout=10)
    with connection:
        for row in connection.execute("SELECT id, data FROM record WHERE kind = 'invitation'").fetchall():
            data = json.loads(row[1]) | {"expires_at": "2026-01-01T00:00:00.000Z"}
            connection.execute(
                "UPDATE record SET data = ? WHERE kind = 'invitation' AND id = ?", (json.dumps(data).encode(), row[0])
            )
    connection.close()


async def test_a_qr_code_that_is_not_for_enrolment(world: World) -> None:
    app = FieldApp(world.phone())
    await app.open(world.server.url, film_of_qr(world.folder / "qr.mjpeg", "https://example.com/menu"))
    await app.button("enrol.scan").click()
    await app.sees(app.text("enrol.notACode"))
    await app.sees(app.text("enrol.nothingChanged"))


@pytest.mark.parametrize(
    ("text", "key"),
    [(OTHERS_CODE, "scan.foreign"), ("HV-9999", "scan.unknownTag"), ("https://example.com/menu", "scan.unknown")],
)
async def test_a_tag_that_is_not_ours(yard: World, text: str, key: str) -> None:
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url, film_of_qr(yard.folder / "qr.mjpeg", text))
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.button("today.scan").click()
    await app.sees(app.text(key))
    await app.sees(app.text("scan.safe"))


async def test_a_wrong_pin_five_times_waits(yard: World) -> None:
    app = FieldApp(yard.enrolled_phone())
    wrong = "000000" if yard.pin("zhou") != "000000" else "111111"
    await app.open(yard.server.url, offline=True)
    await app.choose(staff("zhou").name)
    for left in (4, 3, 2, 1):
        await press_pin(app.page, wrong)
        await app.sees(app.text("lock.wrong", left=left))
    await press_pin(app.page, wrong)
    await app.sees(app.text("pin.wait"))
    await expect(app.page.get_by_role("button", name="1", exact=True)).to_be_disabled()
    await app.phone.close()
    await app.open(yard.server.url, offline=True)
    await app.choose(staff("zhou").name)
    await press_pin(app.page, yard.pin("zhou"))
    await app.sees(app.text("pin.wait"))


async def test_a_wrong_password_is_refused_and_then_waits(world: World) -> None:
    office = OfficeApp(world.office())
    await office.open(world.server.url)
    told = []
    for _ in range(6):
        async with office.page.expect_response(re.compile(r"/api/v1/login$")) as coming:
            await office.sign_in("lin", "wrong-horse-0000")
        told.append((await (await coming.value).json())["code"])
        await office.sees(office.page.get_by_text(re.compile(rf"代码\s*{told[-1]}")))
    assert told == ["login_wrong"] * 5 + ["too_many_tries"]
    await office.sees(office.button("login.wait"))
    await expect(office.button("login.wait")).to_be_disabled()


async def test_a_pdf_called_jpg_is_no_photo(yard: World) -> None:
    app = FieldApp(yard.enrolled_phone())
    van = yard.vans_out()[0]
    await app.open(yard.server.url, yard.film(van))
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.type_asset(van.plate)
    await app.start_return()
    wizard = Checkin(app, yard.names("zh"))
    await wizard.meters(van.odometer + 40, 70)
    disguised = FilePayload(name="front.jpg", mimeType="image/jpeg", buffer=PDF)
    await app.page.get_by_label(wizard.w.whole("shots.gallery")).set_input_files(disguised)
    await app.sees(app.page.get_by_text(re.compile(r"代码\s*\w+")))
    await wizard.at_shot(1)
    await app.page.get_by_role("alert").get_by_role("button").click()
    await wizard.photo(1)
    await app.phone.close()
    await app.open(yard.server.url)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.gate_opens()
    device = next(one["id"] for one in yard.server.records("device") if one["name"].startswith("手机"))
    assert [entry.action for entry in entries_of(yard.server, device)].count("photo.add") == 1


async def test_a_server_that_fails_for_a_while_costs_only_time(yard: World) -> None:
    app = FieldApp(yard.enrolled_phone())
    van = yard.vans_out()[0]
    await app.open(yard.server.url)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    context = app.phone.context
    assert context is not None
    failed = 0

    async def fail(route: Route) -> None:
        nonlocal failed
        failed += 1
        await route.fulfill(status=500, content_type="application/json", body="{}")

    await context.route(re.compile(r"/api/v1/sync$"), fail)
    await app.type_asset(van.plate)
    await app.start_return()
    await until(lambda: failed >= 2, "the app asked no second time")
    await app.sees(app.text("truth.offline"))
    await context.unroute(re.compile(r"/api/v1/sync$"))
    await app.sees(app.text("truth.ok"), 60_000)
    device = next(one["id"] for one in yard.server.records("device") if one["name"].startswith("手机"))
    assert [entry.action for entry in entries_of(yard.server, device)] == ["handover.start"]
