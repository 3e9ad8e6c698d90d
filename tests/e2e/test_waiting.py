"""Entries without effect in the office: found, ratified, rejected with a reason, shown where nobody's word settles them.

The tablet is a Python device whose person begins a check-in that needs an entry nobody ever sends.
"""

import json

import pytest
from playwright.async_api import Locator, expect

from sync.net import Client
from tests.e2e.field import hold
from tests.e2e.gallery import Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import until
from tests.e2e.tablets import tablet
from tests.e2e.test_incidents import LOCALES, SIZES
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]


async def with_entries(world: World) -> tuple[Client, list[str]]:
    """A tablet of which four entries have no effect: two wait in vain, a rule refused one, one lacked the right."""
    client = await tablet(world, "zhou")
    first, second, third = world.vans_out()[:3]
    waits = [client.record("handover.start", args_of(client, van.id), needs=[client.new_id()]).id for van in (first, second)]
    once = args_of(client, third.id)
    client.record("handover.start", once)
    twice = client.record("handover.start", once).id
    client._actor = staff("lin").id  # whoever took the tablet without being on its list
    foreign = client.record("handover.start", args_of(client, third.id)).id
    await client.sync(patience_s=20)
    return client, [*waits, twice, foreign]


def args_of(client: Client, asset: str) -> dict[str, object]:
    """A check-in begun."""
    return {"handover_id": client.new_id(), "type": "check_in", "asset_id": asset}


def entry(world: World, entry_id: str) -> dict[str, object]:
    """What the server says of an entry."""
    (row,) = world.server.rows("SELECT state, code, detail FROM journal WHERE entry_id = ?", entry_id)
    return {"state": row["state"], "code": row["code"], **json.loads(row["detail"])}


async def became(world: World, entry_id: str, **wanted: object) -> None:
    """Wait until the server says so of an entry."""
    await until(lambda: wanted.items() <= entry(world, entry_id).items(), f"{entry_id} is not {wanted}")


async def waiting_page(world: World, lang: str, person: str = "ye") -> OfficeApp:
    """Somebody of the office at the page of conflicts."""
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    await office.go("conflicts")
    return office


async def settle(office: OfficeApp, how: str, row: Locator, reason: str) -> None:
    """Choose one and say what becomes of it, with a reason, by a button that is held."""
    await row.get_by_role("checkbox").check()
    await office.page.get_by_role("tabpanel").get_by_role("button", name=office.w.whole(f"waiting.{how}")).click()
    dialog = office.page.get_by_role("dialog", name=office.w(f"waiting.{how}Title", n=1))
    held = dialog.get_by_role("button", name=office.w(f"waiting.{how}Hold"))
    await hold(office.page, held)
    await office.sees(dialog.get_by_text(office.w("erase.reasonNeeded")))
    await dialog.get_by_label(office.w(f"waiting.{how}Reason")).fill(reason)
    await hold(office.page, held)
    await expect(dialog).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_manager_finds_what_has_no_effect_and_decides(world: World, lang: str) -> None:
    client, (first, _second, twice, foreign) = await with_entries(world)
    office = await waiting_page(world, lang)
    gallery = Gallery(office.page, f"office-waiting-{lang}", SIZES)
    tab = office.page.get_by_role("tab", name=office.w("waiting.tab"))
    await expect(tab).to_contain_text("3")
    await tab.click()
    rows = office.page.get_by_role("tabpanel").get_by_role("listitem")
    await expect(rows).to_have_count(3)
    refused = rows.filter(has_text=staff("lin").name if lang == "zh" else staff("lin").name_en)
    await expect(refused).to_have_count(1)
    await expect(rows.filter(has_text=office.w("waiting.needsUnknown"))).to_have_count(2)
    await gallery.look("list")

    await office.phone.offline(True)
    await office.button("waiting.refresh").click()
    await office.sees(office.text("waiting.offline"))
    await expect(rows).to_have_count(3)
    await gallery.look("offline")
    await office.phone.offline(False)
    await office.button("waiting.refresh").click()
    await expect(office.text("waiting.offline")).to_have_count(0)

    await rows.first.get_by_role("checkbox").focus()
    await office.page.keyboard.press("Space")
    await expect(office.button("waiting.reject")).to_be_disabled()
    await gallery.look("chosen")
    await office.page.keyboard.press("Space")
    await settle(office, "reject", refused, "前台不做交接")
    await expect(refused).to_have_count(0)
    await became(world, foreign, state="refused", code="actor_not_on_device")
    await settle(office, "ratify", rows.first, "等不到了，单独处理")
    await became(world, first, state="applied")
    await expect(rows).to_have_count(1)
    await expect(tab).to_contain_text("1")

    await office.page.get_by_role("combobox", name=office.w.whole("waiting.which")).select_option("kept")
    await expect(rows).to_have_count(2)
    await office.sees(rows.filter(has_text="前台不做交接"))
    await gallery.look("kept")
    assert entry(world, twice)["code"] == "state_illegal"
    await client.sync(patience_s=30)
    said = [one["detail"].get("rejected", {}).get("reason") for one in client.records("outcome")]
    assert "前台不做交接" in said, "whoever recorded it is told on his own device"
    await client.close()
    gallery.verdict()


async def test_nothing_waits_and_who_may_not_ask_sees_no_list(world: World) -> None:
    office = await waiting_page(world, "zh")
    gallery = Gallery(office.page, "office-waiting-none", SIZES)
    await office.page.get_by_role("tab", name=office.w("waiting.tab")).click()
    await office.sees(office.text("waiting.none"))
    await gallery.look("none")
    other = await waiting_page(world, "zh", "lin")
    await other.sees(other.page.get_by_role("tab", name=other.w("device.tabIncidents")))
    await expect(other.page.get_by_role("tab", name=other.w("waiting.tab"))).to_have_count(0)
    gallery.verdict()
