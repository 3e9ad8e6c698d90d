"""The office's lists in a browser: customers, rentals, people and tasks found, filtered and edited in their cell; fields of
the company's own; two people who edit one customer.

Neighbours: `test_assets.py` walks the assets' grid; `office.py`, `gallery.py`.
"""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.test_assets import LOCALES
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
SIZES = {"desk": (1280, 900), "phone": (360, 740)}
LATE_MS = 60_000


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


async def signed_in(world: World, person: str = "ye", lang: str = "zh") -> OfficeApp:
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    return office


async def at(office: OfficeApp, address: str, label: str) -> Locator:
    """The grid of a page, shown."""
    await office.page.evaluate("address => { location.hash = address; }", address)
    grid = office.page.get_by_role("grid", name=office.w.whole(label))
    await office.sees(grid.get_by_role("link"))
    return grid


async def type_into(office: OfficeApp, grid: Locator, row: str, column: str, text: str) -> None:
    """Edit a cell in its place and save it with Enter."""
    line = grid.get_by_role("row").filter(has=office.page.get_by_role("link", name=row))
    at_column = await grid.get_by_role("columnheader").all_inner_texts()
    place = [name.strip() for name in at_column].index(office.w.text(column))
    await line.get_by_role("gridcell").nth(place).dblclick()
    box = grid.get_by_role("textbox", name=office.w.whole(column))
    await box.fill(text)
    await box.press("Enter")
    await expect(box).to_have_count(0)


def company_of(world: World) -> dict[str, Any]:
    return next(one for one in world.server.records("customer") if one["type"] == "company" and not one["blocked"])


async def test_lists_are_searched_filtered_and_edited_in_their_cells(world: World) -> None:
    office = await signed_in(world)
    gallery = Gallery(office.page, "lists-zh", SIZES)
    customer = company_of(world)

    grid = await at(office, "#/customers", "cust.title")
    await office.page.get_by_role("searchbox").fill(customer["name"])
    await expect(grid).to_have_attribute("aria-rowcount", "2")
    await type_into(office, grid, customer["name"], "cust.paymentDays", "45")
    await record_until(world.server, "customer_terms", lambda one: one["id"] == customer["id"] and one["payment_days"] == 45)
    await office.page.get_by_role("searchbox").fill("")
    await gallery.look("customers")

    grid = await at(office, "#/rentals", "let.title")
    number = await grid.get_by_role("link").first.inner_text()
    await office.page.get_by_role("combobox", name=office.w.whole("let.which")).select_option("done")
    await expect(grid.get_by_role("link", name=number, exact=True)).to_have_count(0)
    await office.page.get_by_role("combobox", name=office.w.whole("let.which")).select_option("open")
    await expect(grid.get_by_role("link", name=number, exact=True)).to_be_visible()
    await gallery.look("rentals")

    grid = await at(office, "#/people", "office.people")
    await office.page.get_by_role("combobox", name=office.w.whole("people.roles")).select_option("driver")
    await expect(grid).to_have_attribute("aria-rowcount", "3")
    await gallery.look("people")

    grid = await at(office, "#/planning/list", "plan.tasks")
    what = await grid.get_by_role("link").first.inner_text()
    await type_into(office, grid, what, "plan.note", "先充电再出发")
    noted = await record_until(world.server, "task", lambda one: one["note"] == "先充电再出发")
    await gallery.look("tasks")
    await grid.get_by_role("row").filter(has_text="先充电再出发").get_by_role("link").click()
    dialog = office.page.get_by_role("dialog")
    await expect(dialog.get_by_label(office.w.whole("plan.note"))).to_have_value("先充电再出发")
    assert noted["id"] in office.page.url
    gallery.verdict()


async def test_customers_and_rentals_have_fields_of_the_companys_own(world: World) -> None:
    office = await signed_in(world, lang="en")
    page, w = office.page, office.w
    for kind, zh, en in (("customer", "发票抬头", "Invoice title"), ("rental", "订单号", "Order number")):
        await page.evaluate("location.hash = '#/settings/fields'")
        await office.button("custom.new").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label(w.whole("custom.belongsTo")).select_option(kind)
        await dialog.get_by_label(w("custom.zh")).fill(zh)
        await dialog.get_by_label(w("custom.en")).fill(en)
        await dialog.get_by_role("button", name=w("common.save")).click()
        await office.sees(page.get_by_role("listitem").filter(has_text=en))

    grid = await at(office, "#/customers", "cust.title")
    await office.button("cust.new").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(w.whole("cust.name")).fill("Fresh Fields Ltd")
    await dialog.get_by_label("Invoice title").fill("13900002222")
    await expect(dialog.get_by_text(w("custom.personal"))).to_be_visible()
    await dialog.get_by_label("Invoice title").fill("Fresh Fields Limited")
    await dialog.get_by_role("button", name=w.whole("cust.make")).click()
    await office.sees(page.get_by_role("button", name=re.compile("^Invoice title Fresh Fields Limited")))
    made = await record_until(
        world.server, "customer_terms", lambda one: "Fresh Fields Limited" in one.get("custom_office", {}).values()
    )
    known = next(one for one in world.server.records("customer") if one["id"] == made["id"])
    assert not known["custom"], "no device in the field holds what the field does not need"
    gallery = Gallery(page, "lists-en", SIZES)
    await gallery.look("own-fields")

    grid = await at(office, "#/customers", "cust.title")
    await page.get_by_text(w.whole("grid.columns")).first.click()
    await page.get_by_role("checkbox", name="Invoice title").check()
    await page.get_by_text(w.whole("grid.columns")).first.click()
    await page.get_by_role("searchbox").fill("fresh fields limited")
    await expect(grid).to_have_attribute("aria-rowcount", "2")
    await gallery.look("own-column")

    rental = next(one for one in world.server.records("rental") if one["state"] == "out")
    await page.evaluate("address => { location.hash = address; }", f"#/rentals/{rental['id']}")
    await page.get_by_role("button", name=re.compile("^Order number")).click()
    await page.get_by_label("Order number", exact=True).fill("PO-77")
    await office.button("common.save").click()
    await record_until(
        world.server, "rental", lambda one: one["id"] == rental["id"] and "PO-77" in one.get("custom", {}).values()
    )
    await office.sees(page.get_by_role("listitem").filter(has_text="PO-77"))  # its history: from nothing to PO-77
    gallery.verdict()


async def test_two_people_edit_one_customer(world: World) -> None:
    """Different fields: both stand. The same field: the later word stands, and whoever lost is told on the own screen."""
    customer = company_of(world)
    first, second = await signed_in(world, "lin"), await signed_in(world, "ye")
    here = await at(first, "#/customers", "cust.title")
    there = await at(second, "#/customers", "cust.title")

    await second.phone.offline(True)
    await type_into(second, there, customer["name"], "cust.nameEn", "Second")
    await type_into(first, here, customer["name"], "cust.name", "新名字")
    await record_until(world.server, "customer", lambda one: one["id"] == customer["id"] and one["name"] == "新名字")
    await second.phone.offline(False)
    await record_until(world.server, "customer", lambda one: one["id"] == customer["id"] and one["name_en"] == "Second")
    for office, grid in ((first, here), (second, there)):
        line = grid.get_by_role("row").filter(has=office.page.get_by_role("link", name="新名字"))
        await expect(line).to_contain_text("Second", timeout=LATE_MS)
    bar = second.page.get_by_role("region", name=second.w("own.title"))
    assert not await bar.count()

    await second.phone.offline(True)
    await type_into(second, there, "新名字", "cust.nameEn", "Of the second")
    await type_into(first, here, "新名字", "cust.nameEn", "Of the first")
    await record_until(world.server, "customer", lambda one: one["id"] == customer["id"] and one["name_en"] == "Of the first")
    await second.phone.offline(False)
    await second.sees(bar, LATE_MS)
    await bar.get_by_role("button").click()
    told = second.page.get_by_role("dialog", name=second.w("own.title")).get_by_role("listitem")
    await expect(told).to_have_count(1)
    for said in ("Of the second", "Of the first", staff("lin").name, second.w.text("field.name_en")):
        await expect(told).to_contain_text(said)
    gallery = Gallery(second.page, "lists-loser", SIZES)
    await gallery.look("told")
    gallery.verdict()
    await second.page.keyboard.press("Escape")
    line = there.get_by_role("row").filter(has=second.page.get_by_role("link", name="新名字"))
    await expect(line).to_contain_text("Of the first", timeout=LATE_MS)
    await second.page.evaluate("address => { location.hash = address; }", f"#/customers/{customer['id']}")
    await second.sees(second.page.get_by_role("listitem").filter(has_text="Of the second"), LATE_MS)  # nothing is lost
    await bar.get_by_role("button").click()
    await second.button("own.again").click()
    await record_until(world.server, "customer", lambda one: one["id"] == customer["id"] and one["name_en"] == "Of the second")
    await expect(bar).to_have_count(0)
