"""The office lets a van: price plan, a customer who is a person, draft, deposit, approval; and what is not legal says why.

Neighbours: `office.py`. Invariant: what is looked at in the end is the server's records, not the page's opinion.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import SHOTS
from tests.e2e.gallery import Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import record_until
from tests.e2e.words import Words
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
DESK = {"desk": (1280, 900)}


async def signed_in(world: World, lang: str = "zh") -> tuple[OfficeApp, Words]:
    office = OfficeApp(world.office(locale="zh-CN" if lang == "zh" else "en-GB"), lang)
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    return office, Words(lang, "office", "devices", "rentals")


async def at(page: Page, address: str) -> None:
    await page.evaluate("address => { location.hash = address; }", address)


async def act(page: Page, name: re.Pattern[str]) -> None:
    """The button of the dialog that is open; it closes."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=name).last.click()
    await expect(dialog).to_have_count(0)


def one(world: World, kind: str, **wanted: Any) -> dict[str, Any]:
    found = [record for record in world.server.records(kind) if all(record[name] == value for name, value in wanted.items())]
    assert len(found) == 1, f"{len(found)} of {kind} {wanted}"
    return found[0]


def due_later(rental: dict[str, Any]) -> bool:
    """Whether somebody has it tomorrow still."""
    return datetime.fromisoformat(rental["due_at"]) > datetime.now(UTC) + timedelta(days=1)


async def make_plan(page: Page, w: Words) -> None:
    await at(page, "#/settings/prices")
    await page.get_by_role("button", name=w("price.new")).click()
    form = page.get_by_role("dialog")
    await form.get_by_label(w("price.nameZh")).fill("厢货日租")
    await form.get_by_label(w("price.price", n=1)).fill("300.50")
    await form.get_by_label(w("price.deposit")).fill("5000")
    await form.get_by_label(w("price.km")).fill("200")
    await act(page, w("common.save"))
    await expect(page.get_by_role("heading", name="厢货日租", exact=True)).to_be_visible()


async def make_person(page: Page, w: Words) -> None:
    await at(page, "#/customers")
    await page.get_by_role("button", name=w("cust.new")).click()
    form = page.get_by_role("dialog")
    await form.get_by_text(w.whole("custType.person")).click()
    await form.get_by_label(w("cust.personName")).fill("王小明")
    await form.get_by_label(w("cust.phone")).fill("13900002222")
    await act(page, w("cust.make"))
    await expect(page.get_by_role("heading", level=1, name=re.compile(r"王\*\*"))).to_be_visible()
    await expect(page.get_by_role("heading", name="王小明")).to_be_visible()


async def make_draft(page: Page, w: Words, customer: str, label: str) -> None:
    await at(page, "#/rentals/new")
    await page.get_by_label(w.whole("let.customer")).select_option(customer)
    due = (datetime.now(UTC) + timedelta(days=10)).strftime("%Y-%m-%d")
    await page.get_by_label(w.whole("let.due")).fill(due)
    await page.get_by_label(w("let.findAsset")).fill(label)
    await page.get_by_label(w("let.findAsset")).press("Enter")
    await page.get_by_label(w("let.plan")).select_option(label="厢货日租")
    await expect(page.get_by_label(w.whole("let.deposit"))).to_have_value("5000")
    await page.get_by_role("button", name=w("let.saveDraft")).click()
    await expect(page.get_by_role("heading", level=1, name=re.compile("^R-"))).to_be_visible()


async def test_a_van_is_let_to_a_person(world: World) -> None:
    office, w = await signed_in(world)
    page = office.page
    await make_plan(page, w)
    await make_person(page, w)
    customer = one(world, "customer", type="person")
    assert "王小明" not in str(customer)
    waiting = {
        asset for one in world.server.records("rental") if one["state"] in ("draft", "approved") for asset in one["assets"]
    }
    free = next(
        asset for asset in world.server.records("asset")
        if asset["state"] == "available" and asset["depot_id"] == customer["depot_id"] and asset["id"] not in waiting
    )  # fmt: skip
    await make_draft(page, w, customer["id"], free["label"])

    # Not legal yet: said, not offered.
    await page.get_by_text(w("step.others")).first.click()
    await expect(page.get_by_text(re.compile("「关闭」.*已全部归还"))).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("^关闭$"))).to_have_count(0)

    await page.get_by_role("button", name=w.whole("depositStep.receive")).click()
    await page.get_by_role("dialog").get_by_label(w("money.amount")).fill("99999999999999")
    await page.get_by_role("dialog").get_by_role("button", name=w.whole("depositStep.receive")).click()
    await expect(page.get_by_text(w("money.wrong"))).to_be_visible()
    await page.get_by_role("dialog").get_by_label(w("money.amount")).fill("5000")
    await act(page, w.whole("depositStep.receive"))
    await page.get_by_role("button", name=re.compile("^批准$")).click()
    await act(page, re.compile("批准"))
    await expect(page.get_by_role("button", name=re.compile("^续租$"))).to_be_visible()

    gallery = Gallery(page, "rentals-zh", DESK)
    await gallery.look("rental")
    await at(page, f"#/customers/{customer['id']}")
    await expect(page.get_by_role("heading", name="王小明")).to_be_visible()
    await gallery.look("customer")
    for address, screen in (("#/rentals", "list"), ("#/customers", "customers"), ("#/settings/texts", "texts")):
        await at(page, address)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await gallery.look(screen)

    rental = one(world, "rental", customer_id=customer["id"])
    terms = one(world, "rental_terms", id=rental["id"])
    assert (rental["state"], rental["deposit_ok"], list(rental["assets"])) == ("approved", True, [free["id"]])
    assert (terms["deposit_received_fen"], terms["deposit_state"], terms["plan"]["tiers"][0]["fen"]) == (
        500_000,
        "received",
        30_050,
    )
    gallery.verdict()


async def test_what_another_rental_has_is_named_and_approved_with_a_reason(world: World) -> None:
    office, w = await signed_in(world)
    page, gallery = office.page, Gallery(office.page, "promised-zh", DESK)
    first = next(one for one in world.server.records("rental") if one["state"] in ("approved", "out") and due_later(one))
    customer = next(
        one for one in world.server.records("customer")
        if one["depot_id"] == first["depot_id"] and not one["blocked"] and one["id"] != first["customer_id"]
    )  # fmt: skip
    held = next(asset for asset, line in first["assets"].items() if line["state"] in ("reserved", "out"))
    label = one(world, "asset", id=held)["label"]
    await at(page, "#/rentals/new")
    await page.get_by_label(w("let.findCustomer")).fill(customer["name"])
    await page.get_by_label(w("let.findCustomer")).press("Enter")
    await expect(page.get_by_label(w.whole("let.customer"))).to_have_value(customer["id"])
    due = (datetime.fromisoformat(first["due_at"]) + timedelta(days=2)).strftime("%Y-%m-%d")
    await page.get_by_label(w.whole("let.due")).fill(due)
    await page.get_by_label(w("let.findAsset")).fill(label)
    await page.get_by_label(w("let.findAsset")).press("Enter")
    await expect(page.get_by_text(w("let.promised"))).to_be_visible()
    await expect(page.get_by_role("link", name=first["number"])).to_be_visible()
    await gallery.look("new")
    await page.get_by_role("button", name=w("let.saveDraft")).click()
    await expect(page.get_by_role("heading", level=1, name=re.compile("^R-"))).to_be_visible()
    await expect(page.get_by_text(w("let.promised"))).to_be_visible()
    await page.get_by_role("button", name=re.compile("^批准$")).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text(w("let.promised"))).to_be_visible()
    await gallery.look("approve")
    await dialog.get_by_role("button", name=re.compile("^批准$")).click()
    await expect(dialog.get_by_label(w("let.promisedWhy"))).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label(w("let.promisedWhy")).fill("上一位客户当天上午归还")
    await act(page, re.compile("^批准$"))
    await expect(page.get_by_role("button", name=re.compile("^续租$"))).to_be_visible()
    rental = await page.evaluate("() => location.hash.split('/').pop()")
    conflict = await record_until(
        world.server, "conflict", lambda found: (found["rule"], found["rental_id"]) == ("promised_twice", rental)
    )
    assert conflict["state"] == "noted", "whoever approved it had seen the other and said why"
    assert one(world, "rental", id=rental)["state"] == "approved"
    assert first["id"] in [side["values"]["rental_id"] for side in conflict["sides"]]
    gallery.verdict()


async def test_blocked_with_a_reason_and_a_new_text_in_english(world: World) -> None:
    office, w = await signed_in(world, "en")
    page = office.page
    known = next(record for record in world.server.records("customer") if record["tier"] != "watch" and not record["blocked"])
    await at(page, f"#/customers/{known['id']}")
    await page.get_by_role("button", name=w.whole("cust.block")).click()
    await page.get_by_role("dialog").get_by_label(w("cust.why")).fill("Three times overdue")
    await act(page, w.whole("cust.block"))
    await expect(page.get_by_text("Three times overdue").first).to_be_visible()
    await at(page, "#/settings/texts")
    await page.get_by_role("button", name=w("clause.publishOf", use=w.text("textUse.check_in"))).click()
    await page.get_by_role("dialog").get_by_label(w.whole("clause.version")).fill("9999-01")
    await act(page, w.whole("clause.publish"))
    await expect(page.get_by_text("9999-01")).to_be_visible()
    gallery = Gallery(page, "rentals-en", DESK)
    await at(page, "#/rentals/new")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await gallery.look("new")
    await at(page, f"#/customers/{known['id']}")
    await gallery.look("blocked")
    assert one(world, "customer", id=known["id"])["blocked"]
    assert one(world, "customer_terms", id=known["id"])["block_reason"] == "Three times overdue"
    assert one(world, "contract_text", version="9999-01")["published_by"] is not None
    assert (SHOTS / "rentals-en-01-new-desk.png").exists()
    gallery.verdict()


async def test_what_was_agreed_is_taken_back_a_swap_is_planned_and_the_time_extended(world: World) -> None:
    office, w = await signed_in(world)
    page = office.page
    let = next(
        rental for rental in world.server.records("rental")
        if rental["state"] == "out" and [line["state"] for line in rental["assets"].values()] == ["out"]
    )  # fmt: skip
    free = next(
        asset for asset in world.server.records("asset")
        if asset["state"] == "available" and asset["depot_id"] == let["depot_id"]
    )  # fmt: skip
    await at(page, f"#/rentals/{let['id']}")
    await expect(page.get_by_role("heading", level=1, name=let["number"])).to_be_visible()

    # A deposit of 10^15 is refused where it is typed, and nothing is recorded.
    await page.get_by_role("button", name=w.whole("depositStep.refund")).click()
    form = page.get_by_role("dialog")
    await form.get_by_label(w("money.amount")).fill("1000000000000000")
    await form.get_by_role("button", name=w.whole("depositStep.refund")).click()
    await expect(form.get_by_text(w("money.wrong"))).to_be_visible()
    await page.keyboard.press("Escape")

    # Extended.
    await page.get_by_role("button", name=re.compile("^续租$")).click()
    form = page.get_by_role("dialog")
    later = (datetime.fromisoformat(let["due_at"].replace("Z", "+00:00")) + timedelta(days=30)).strftime("%Y-%m-%d")
    await form.get_by_label(w.whole("let.newDue")).fill(later)
    await form.get_by_label(w("cust.why")).fill("客户要多用一个月")
    await act(page, re.compile("续租"))
    # Swapped: the one that is out comes back, a free one goes out in its stead.
    await page.get_by_role("button", name=w("let.swapOf")).click()
    form = page.get_by_role("dialog")
    await form.get_by_label(w("let.findAsset")).fill(free["label"])
    await form.get_by_label(w("let.findAsset")).press("Enter")
    await form.get_by_label(w("cust.why")).fill("空调坏了")
    await act(page, re.compile("更换设备"))
    await expect(page.get_by_text(free["label"]).first).to_be_visible()
    now = await record_until(
        world.server, "rental", lambda each: bool(each["id"] == let["id"] and each["swaps"] and each["due_at"] != let["due_at"])
    )
    assert [swap["out"] for swap in now["swaps"].values()] == [free["id"]]
    assert now["assets"][free["id"]]["state"] == "reserved"
    assert now["due_at"] > let["due_at"]


async def test_the_kilometres_of_a_rental_are_taken_back(world: World) -> None:
    office, w = await signed_in(world)
    page = office.page
    await make_plan(page, w)
    customer = next(
        record for record in world.server.records("customer") if not record["blocked"] and record["type"] == "company"
    )
    free = next(
        asset for asset in world.server.records("asset")
        if asset["state"] == "available" and asset["depot_id"] == customer["depot_id"]
    )  # fmt: skip
    await make_draft(page, w, customer["id"], free["label"])
    made = await record_until(
        world.server, "rental", lambda each: bool(each["customer_id"] == customer["id"] and each["state"] == "draft")
    )
    assert made["km_included"] is not None
    await page.get_by_role("button", name=re.compile("^改条款与资产$")).click()
    form = page.get_by_role("dialog")
    await form.get_by_label(w("let.km")).first.fill("")
    await form.get_by_label(w.whole("let.plan")).select_option("")
    await act(page, w.whole("common.save"))
    await record_until(world.server, "rental", lambda each: bool(each["id"] == made["id"] and each["km_included"] is None))
    terms = one(world, "rental_terms", id=made["id"])
    assert (terms["price_plan_id"], terms["plan"]) == (None, {})


def deposit_is(rental: str, state: str, record: dict[str, Any]) -> bool:
    return bool(record["id"] == rental and record["deposit_state"] == state)


async def test_a_deposit_refunded_by_mistake_is_received_again_and_its_story_is_told(world: World) -> None:
    office, w = await signed_in(world, "en")
    page = office.page
    held = {one["id"]: one for one in world.server.records("rental_terms") if one["deposit_state"] in ("received", "held")}
    let = next(one for one in world.server.records("rental") if one["id"] in held and one["state"] == "out")
    paid = held[let["id"]]["deposit_received_fen"]
    await at(page, f"#/rentals/{let['id']}")
    await expect(page.get_by_role("heading", level=1, name=let["number"])).to_be_visible()
    for step, state in (("refund", "refunded"), ("receive", "received")):
        await page.get_by_role("button", name=w.whole(f"depositStep.{step}")).click()
        await act(page, w.whole(f"depositStep.{step}"))
        await record_until(world.server, "rental", partial(deposit_is, let["id"], state))
    assert one(world, "rental_terms", id=let["id"])["deposit_refunded_fen"] == paid

    await page.get_by_role("button", name=re.compile("^Record the policy$")).click()
    form = page.get_by_role("dialog")
    await form.get_by_label(w.whole("let.policy")).fill("P-2027-1")
    await form.get_by_label(w.whole("let.insuredUntil")).fill("")
    await act(page, re.compile("Record the policy"))
    await record_until(
        world.server, "rental_terms", lambda each: bool(each["id"] == let["id"] and each["policy_number"] == "P-2027-1")
    )
    assert one(world, "rental_terms", id=let["id"])["insured_until"] is None

    story = page.locator(".history li")
    await expect(story.filter(has_text="P-2027-1").first).to_be_visible(timeout=60_000)
    money = f"{paid / 100:,.2f}"
    for word in ("Refund", "Receive"):
        await expect(story.filter(has_text=re.compile(f"{word}.*{re.escape(money)}")).first).to_be_visible()
    gallery = Gallery(page, "rental-money-en", {"desk": (1280, 900), "phone": (360, 740)})
    await gallery.look("story")
    await at(page, "#/audit")
    line = page.locator("main ol > li").filter(has_text="P-2027-1").first
    await expect(line).to_contain_text(let["number"])
    await gallery.look("audit")
    gallery.verdict()
