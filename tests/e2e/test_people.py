"""A new colleague: taken on, given a way in, put on a tablet's list, gone — seen on their own screens as it happens."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.checkin import Checkin
from tests.e2e.field import FieldApp, hold
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

OWN = "三月的雨下在仓库门口"


async def signed_in(world: World, name: str = "admin") -> OfficeApp:
    office = OfficeApp(world.office())
    await office.open(world.server.url)
    await office.sign_in(name, world.password)
    await office.board()
    return office


async def taken_on(office: OfficeApp, name: str, role: str) -> None:
    """Somebody new, at both depots; their page is open then."""
    await office.go("people")
    await office.button("people.new").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w.whole("people.name")).fill(name)
    await tick(dialog, office.w.text(f"role.{role}"))
    await tick(dialog, "下沙仓")
    await dialog.get_by_role("button", name=office.w("people.make")).click()
    await office.sees(office.page.get_by_role("heading", level=1, name=re.compile(name)))


async def tick(where: Locator, words: str) -> None:
    await where.get_by_role("checkbox", name=re.compile(rf"^{words}")).check()


async def test_a_new_colleague_signs_in_with_a_given_password_chooses_his_own_and_leaves(world: World) -> None:
    office = await signed_in(world)
    await taken_on(office, "陈晨", "service_desk")
    await office.button("account.give").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w.whole("office.name")).fill("chenchen")
    given = await dialog.get_by_label(office.w.whole("account.first")).input_value()
    await dialog.get_by_role("button", name=office.w("account.giveNow")).click()
    await office.sees(office.text("account.password.given"))

    theirs = OfficeApp(world.office())
    await theirs.open(world.server.url)
    await theirs.sign_in("chenchen", given)
    await theirs.sees(theirs.text("choose.title"))
    await theirs.page.get_by_label(theirs.w.whole("choose.fresh")).fill(OWN)
    await theirs.page.get_by_label(theirs.w.whole("choose.again")).fill(OWN)
    await theirs.button("choose.act").click()
    await theirs.board()

    await office.button("people.leave").click()
    sheet = office.page.get_by_role("dialog")
    await sheet.get_by_label(office.w("people.reason")).fill("去读书了")
    await hold(office.page, sheet.get_by_role("button", name=office.w("people.leaveHold")))
    await office.sees(office.page.get_by_role("button", name=office.w("people.return")))
    await theirs.page.reload()
    await theirs.sees(theirs.button("office.signIn"), 60_000)
    noted = world.server.rows("SELECT action FROM journal WHERE action IN ('person.access', 'person.leave')")
    assert sorted(row["action"] for row in noted) == ["person.access", "person.access", "person.leave"]


async def test_an_invitation_is_opened_and_a_password_chosen(world: World) -> None:
    office = await signed_in(world)
    await taken_on(office, "白露", "finance")
    await office.button("account.invite").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w.whole("office.name")).fill("bailu")
    await dialog.get_by_role("button", name=office.w("account.inviteNow")).click()
    link = dialog.get_by_text(re.compile(r"#join="))
    await office.sees(link)
    theirs = OfficeApp(world.office(), "zh")
    await theirs.phone.start(await link.inner_text())
    await theirs.sees(theirs.text("join.title"))
    for field in ("choose.fresh", "choose.again"):
        await theirs.page.get_by_label(theirs.w.whole(field)).fill(OWN)
    await theirs.button("join.act").click()
    await theirs.board()


async def test_a_tablets_lock_screen_follows_its_list(yard: World) -> None:
    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    people = app.page.get_by_role("button", name=re.compile("|".join(staff(key).name for key in ("zhou", "he", "luo"))))
    await expect(people).to_have_count(3)
    office = await signed_in(yard)
    await office.go("devices")
    await office.page.get_by_role("row").filter(has_text="手机").first.click()
    await office.button("roster.change").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_text(office.w.whole("roster.chosen")).click()
    await tick(dialog, staff("zhou").name)
    await dialog.get_by_role("button", name=office.w("roster.save")).click()
    await office.sees(office.text("roster.byChosen", n=1))
    await expect(people).to_have_count(1)
    await app.sees(app.page.get_by_role("button", name=re.compile(staff("zhou").name)))


async def test_a_depot_is_opened_and_one_that_is_not_empty_says_so(world: World) -> None:
    office = await signed_in(world, "ye")
    await office.page.goto(f"{world.server.url}/office/#/settings/depots")
    await office.button("depots.new").click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w.whole("depots.name")).fill("东站点")
    await dialog.get_by_role("button", name=office.w("common.save")).click()
    await office.sees(office.page.get_by_text("东站点"))
    await office.page.get_by_role("button", name=re.compile("关闭网点 下沙仓")).click()
    await office.sees(office.page.get_by_role("dialog").get_by_text(office.w("depots.notEmpty")))


async def test_a_slot_added_to_a_pack_appears_on_a_phone_that_is_open(yard: World) -> None:
    app, van = FieldApp(yard.enrolled_phone()), yard.vans_out()[0]
    await app.open(yard.server.url, yard.film(van))
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await app.type_asset(van.plate)
    office = await signed_in(yard, "ye")
    await office.page.goto(f"{yard.server.url}/office/#/settings/packs")
    section = office.page.locator("section").filter(has=office.page.get_by_role("heading", name=office.w("packs.list.slots")))
    packs = {one["id"]: one["code"] for one in yard.server.records("pack")}
    vehicle = next(id_ for id_, code in packs.items() if code == "vehicle")
    shots = next(len(one["slots"]) for one in yard.server.records("pack") if one["id"] == vehicle)
    await office.page.get_by_label(office.w.whole("packs.choose")).select_option(vehicle)
    await section.get_by_role("button", name=office.w("packs.add")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w.whole("packs.zh")).fill("充电口盖")
    await dialog.get_by_label(office.w.whole("packs.en")).fill("Charging port")
    await dialog.get_by_role("button", name=office.w("packs.keep")).click()
    await section.get_by_role("button", name=office.w("packs.save")).click()
    await office.sees(office.text("packs.saved"))
    slots = (await record_until(yard.server, "pack", lambda one: one["id"] == vehicle and len(one["slots"]) > shots))["slots"]
    assert slots[-1]["zh"] == "充电口盖"
    await app.page.wait_for_timeout(1_500)

    await app.button("asset.start").click()
    wizard = Checkin(app, yard.names("zh"))
    wizard.photos += 1
    await wizard.meters(van.odometer + 100, 60)
    await app.sees(app.page.get_by_role("button", name=re.compile("充电口盖")))
