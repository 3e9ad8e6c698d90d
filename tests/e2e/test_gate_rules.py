"""Every shipped rule of the gate on an asset it speaks against: the sentence stands on the asset's page in the office and on the
phone, in both languages, with and without a network.

Neighbours: `test_leaving.py` (rules that are changed), `tests/vectors/gate.json` (how they are reckoned). One company, one office
and one phone for all: what the rules read is written before the server starts.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from schemas.actions.assets import AssetLock
from schemas.actions.base import Action
from schemas.actions.basedata import AssetDefine, CustomerDefine, RentalDefine
from schemas.actions.tasks import TaskDone, TaskPlan
from schemas.gate import SHIPPED_RULES, ShippedRule
from server.app import make_house
from server.demo.company import ORGANISATION, XIASHA, demo_id
from server.settings import Settings
from server.system_device import record_system_all
from tests.e2e.field import FieldApp
from tests.e2e.office import OfficeApp
from tests.e2e.tablets import check_in, tablet
from tests.e2e.words import Words, pattern
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

ELSEWHERE = {
    "rental_cancelled": "nothing waits to leave on a cancelled rental: an entry that arrives later meets the rule",
    "rental_over": "the same of a rental that is over",
    "meter_low": "said where the meters are read",
}
PAST, SOON, LATER = "2026-01-02T00:00:00.000Z", "2026-11-01T00:00:00.000Z", "2027-10-01T00:00:00.000Z"
BY_ITSELF: dict[str, dict[str, Any]] = {
    "asset_locked": {},
    "asset_unavailable": {"state": "blocked"},
    "asset_not_inspected": {"state": "returned"},
    "inspection_overdue": {"inspection_due_at": PAST},
    "service_overdue": {"service_due_at": PAST},
    "service_km_reached": {"odometer_km": 20_000, "service_due_km": 20_000},
    "service_hours_reached": {"service_due_hours": 250},
    "battery_health_low": {"battery_health_pct": 79},
}
BY_RENTAL: dict[str, dict[str, Any]] = {
    "customer_blocked": {"customer_id": demo_id("rule", "customer")},
    "rental_not_approved": {"state": "draft"},
    "deposit_missing": {"deposit_fen": 100_00},
    "insurance_missing": {"insurance_required": True},
    "kit_incomplete": {},
    "kit_alone": {},
}


def asset_id(code: str) -> str:
    return demo_id("rule", "asset", code)


def spoken_against(customer: str) -> list[Action]:
    """An asset for each rule that an asset or a rental can break as it is written."""
    blocked = CustomerDefine(id=demo_id("rule", "customer"), name="停用的客户", depot_id=XIASHA, blocked=True)
    entries: list[Action] = [blocked]
    for code, fields in [*BY_ITSELF.items(), *((code, {}) for code in BY_RENTAL)]:
        if code == "kit_alone":
            fields = {"kit_id": asset_id("kit_incomplete")}  # noqa: PLW2901 - the member of the kit that leaves without it
        here = {"home_depot_id": XIASHA, "depot_id": XIASHA, "pack": "vehicle"}
        entries.append(AssetDefine(id=asset_id(code), label=f"规则 {code}", tag=f"RULE-{code}", **here, **fields))
    looked, machine = demo_id("rule", "task"), asset_id("service_hours_reached")
    entries.append(TaskPlan(task_id=looked, type="inspect", depot_id=XIASHA, asset_id=machine, due_at=LATER))
    entries.append(TaskDone(task_id=looked, readings={"hours": 251}))
    entries.append(AssetLock(asset_id=asset_id("asset_locked"), locked=True, reason="召回"))
    for code, fields in BY_RENTAL.items():
        let = {"customer_id": customer, "depot_id": XIASHA, "starts_at": SOON, "due_at": LATER, **fields}
        entries.append(RentalDefine(id=demo_id("rule", "rental", code), number=f"R-{code}", asset_ids=[asset_id(code)], **let))
    return entries


async def write(world: World, entries: list[Action]) -> None:
    """Put entries of the system device into the company while its server rests."""
    world.server.stop()
    house = make_house(Settings(data=world.server.data, free_bytes_min=0))
    try:
        now = house.clock()
        await house.database.write(lambda store: record_system_all(house.engine, store, ORGANISATION, entries, now))
    finally:
        await house.database.close()
    world.server.start()


def sentence(rule: ShippedRule, lang: str) -> "re.Pattern[str]":
    """What the rule says, whatever it names."""
    return pattern(".+?".join(re.escape(part) for part in re.split(r"\{\w+\}", rule.zh if lang == "zh" else rule.en)))


async def says_all(page: Page, lang: str, assets: dict[str, str], address: Callable[[str], str]) -> None:
    """Go from asset to asset, and read the word of the gate."""
    title = Words(lang, "leaving").whole("leaving.title")
    for rule in SHIPPED_RULES:
        if rule.code not in ELSEWHERE:
            await page.evaluate("address => { location.hash = address; }", address(assets[rule.code]))
            line = page.get_by_role("region", name=title).get_by_role("listitem").filter(has_text=sentence(rule, lang))
            await expect(line, f"{rule.code} in {lang}").to_have_class(re.compile(rule.level))


async def in_english(app: FieldApp) -> None:
    await app.page.evaluate("location.hash = '#/me'")
    await app.page.get_by_role("button", name=re.compile("English")).click()
    app.lang = "en"


async def test_every_rule_gives_its_reason_in_the_office_and_on_the_phone(yard: World) -> None:
    (severe,) = [one for one in yard.server.records("asset") if "severe_damage" in one["open_damages"].values()]
    customer = next(one for one in yard.server.records("customer") if one["depot_id"] == XIASHA and not one["blocked"])
    await write(yard, spoken_against(customer["id"]))
    van = yard.vans_out()[0]
    client = await tablet(yard, "zhou")
    check_in(yard, client, van, van.odometer + 10, "intact", missing="charging_cable")
    await client.sync(patience_s=60)
    await client.close()
    assets = {code: asset_id(code) for code in (*BY_ITSELF, *BY_RENTAL)}
    assets |= {"severe_damage": severe["id"], "accessory_missing": van.id}
    assert set(assets) | set(ELSEWHERE) == {rule.code for rule in SHIPPED_RULES}, "a rule without an asset it speaks against"

    office = OfficeApp(yard.office(), "zh")
    await office.open(yard.server.url)
    await office.sign_in("ye", yard.password)
    await office.board()
    await says_all(office.page, "zh", assets, "#/assets/{}".format)
    await office.page.evaluate("localStorage.setItem('handover.lang', 'en')")
    await office.page.reload()
    await says_all(office.page, "en", assets, "#/assets/{}".format)
    await office.phone.close()

    app = FieldApp(yard.enrolled_phone())
    await app.open(yard.server.url)
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await app.today()
    await says_all(app.page, "zh", assets, "#/asset/{}".format)
    await app.phone.offline(True)
    await app.page.reload()
    await app.unlock(staff("zhou").name, yard.pin("zhou"))
    await says_all(app.page, "zh", assets, "#/asset/{}".format)
    await in_english(app)
    await says_all(app.page, "en", assets, "#/asset/{}".format)
