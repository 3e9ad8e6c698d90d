"""The gate before something leaves: a manager weighs a rule in the settings, and a phone that shows the asset says so at once."""

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.field import FieldApp
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.test_policy import settings
from tests.e2e.words import Words
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

LOCALES = {"zh": "zh-CN", "en": "en-GB"}
OFFICE_SIZES = {"desk": (1280, 900), "phone": (360, 780)}
FIELD_SIZES = {"phone": (390, 844), "small": (360, 640)}


@pytest.fixture(autouse=True, scope="module")
def room_for_pictures() -> None:
    SHOTS.mkdir(exist_ok=True)


def standing(world: World) -> dict[str, str]:
    """A van at the first depot that came back and was not inspected since."""
    depot = staff("zhou").depots[0]
    vans = [one for one in world.server.records("asset") if one["state"] == "returned" and one["depot_id"] == depot]
    found: dict[str, str] = min(vans, key=lambda one: str(one["label"]))
    return found


async def at_the_asset(world: World, plate: str, lang: str = "zh") -> FieldApp:
    """The enrolled phone with the asset's page open."""
    app = FieldApp(world.enrolled_phone(locale=LOCALES[lang]), lang)
    await app.open(world.server.url)
    zhou = staff("zhou")
    await app.unlock(zhou.name if lang == "zh" else zhou.name_en, world.pin("zhou"))
    await app.today()
    await app.type_asset(plate)
    return app


def verdict(app: FieldApp) -> Locator:
    return app.page.get_by_role("region", name=Words(app.lang, "leaving").whole("leaving.title"))


async def weigh(office: OfficeApp, words: Words, code: str, weight: str) -> None:
    """Choose how much a rule weighs."""
    name = words.text(f"leavingName.{code}")
    group = office.page.get_by_role("group", name=words("leavingRule.weight", rule=name))
    await group.get_by_text(words.whole(f"leavingRule.{weight}")).click()
    await office.sees(office.page.get_by_text(words("leavingRule.saved")))


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_rule_weighed_in_the_office_is_heard_on_the_phone_at_once(yard: World, lang: str) -> None:
    words = Words(lang, "leaving")
    van = standing(yard)
    app = await at_the_asset(yard, van["label"], lang)
    await expect(verdict(app)).to_contain_text(words("leaving.warn"))
    office = await settings(yard, lang)
    await office.page.get_by_role("tab", name=words("leavingRule.title")).click()
    await office.sees(office.page.get_by_role("heading", name=words.whole("leavingName.asset_not_inspected")))
    gallery = Gallery(office.page, f"office-gate-{lang}", OFFICE_SIZES)
    await gallery.look("rules")
    await weigh(office, words, "asset_not_inspected", "stop")
    await expect(verdict(app)).to_contain_text(words("leaving.stop"))
    await Gallery(app.page, f"asset-gate-{lang}", FIELD_SIZES).look("stop")
    await weigh(office, words, "asset_not_inspected", "off")
    await expect(verdict(app)).not_to_contain_text(words("leaving.stop"))
    (rule,) = yard.server.records("gate_rule")
    assert (rule["code"], rule["level"], rule["active"]) == ("asset_not_inspected", "stop", False)


async def test_a_lock_in_the_office_stops_the_asset_on_the_phone_at_once(yard: World) -> None:
    words, assets = Words("zh", "leaving"), Words("zh", "assets")
    van = standing(yard)
    app = await at_the_asset(yard, van["label"])
    await expect(verdict(app)).to_contain_text(words("leaving.warn"))
    office = OfficeApp(yard.office())
    await office.open(f"{yard.server.url}")
    await office.sign_in("ye", yard.password)
    await office.board()
    await office.page.goto(f"{yard.server.url}/office/#/assets/{van['id']}")
    said = office.page.get_by_role("region", name=words.whole("leaving.title"))
    await expect(said).to_contain_text(words("leaving.warn"))
    await office.page.get_by_role("button", name=assets.whole("asset.lock")).click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(assets("asset.why")).fill("召回")
    await dialog.get_by_role("button", name=assets.whole("asset.lock")).click()
    for there in (verdict(app), said):
        await expect(there).to_contain_text(words("leaving.stop"))
        await expect(there).to_contain_text("锁定")


async def test_the_phone_judges_without_a_network_and_a_figure_is_checked(yard: World) -> None:
    words = Words("zh", "leaving")
    van = standing(yard)
    office = await settings(yard)
    await office.page.get_by_role("tab", name=words("leavingRule.title")).click()
    rule = office.page.get_by_role("listitem").filter(has_text="电池健康度低")
    figure = rule.get_by_label(words.whole("leavingRule.figure"))
    await figure.fill("x")
    await rule.get_by_role("button", name=words("leavingRule.saveFigure")).click()
    await office.sees(office.page.get_by_text(words("leavingRule.figureWrong", max=10_000_000)))
    await figure.fill("85")
    await figure.press("Enter")
    await office.sees(office.page.get_by_text(words("leavingRule.saved")))
    app = await at_the_asset(yard, van["label"])
    await app.page.wait_for_timeout(1_500)
    await app.phone.offline(True)
    await app.page.reload()
    zhou = staff("zhou")
    await app.unlock(zhou.name, yard.pin("zhou"))
    await expect(verdict(app)).to_contain_text(words("leaving.warn"))
