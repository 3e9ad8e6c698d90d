"""How the office hears of to-dos: an address and a choice of one's own, the alert rules, and a mail that really arrives."""

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.patience import until
from tests.e2e.world import World, staff
from tests.support.receivers import Mailbox, receiving

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


@pytest.fixture
async def mailbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailbox]:
    """A mailbox on this machine, which the world's server is told of."""
    async with receiving(Mailbox()) as one:
        monkeypatch.setitem(os.environ, "HANDOVER_SMTP_URL", f"smtp://127.0.0.1:{one.port}")
        monkeypatch.setitem(os.environ, "HANDOVER_MAIL_FROM", "handover@example.com")
        yield one


async def settings(world: World, section: str, lang: str = "zh", person: str = "ye") -> OfficeApp:
    """Somebody of the office at a section of the settings."""
    office = OfficeApp(world.office(locale=LOCALES[lang]), lang)
    await office.open(world.server.url)
    await office.sign_in(person, world.password)
    await office.board()
    await office.page.goto(f"{world.server.url}/office/#/settings/{section}")
    await office.sees(office.page.get_by_role("heading", name=office.w("office.settings")))
    return office


async def test_an_address_and_a_choice_are_kept_and_a_mail_arrives(mailbox: Mailbox, world: World) -> None:
    office = await settings(world, "notices")
    await office.page.get_by_label(office.w("notices.address")).fill("ye@example.com")
    await office.button("notices.keep").click()
    await office.sees(office.page.get_by_text("y•••@example.com"))
    await office.page.get_by_label(office.w("alertCode.battery_low")).uncheck()
    await office.page.get_by_role("button", name=office.w.whole("common.save")).click()
    await office.sees(office.text("notices.choiceSaved"))
    await office.page.goto(f"{world.server.url}/office/#/todos/mine")
    await office.button("todos.new").first.click()
    dialog = office.page.get_by_role("dialog")
    await dialog.get_by_label(office.w("todos.what")).fill("给客户回电话")
    await dialog.get_by_role("button", name=office.w("common.save")).click()
    await until(lambda: mailbox.mails, "no mail has come")
    assert [mail["To"] for mail in mailbox.mails] == ["ye@example.com"]
    assert "给客户回电话" in mailbox.mails[0].get_content()
    await office.page.goto(f"{world.server.url}/office/#/settings/outbox")
    await office.sees(office.page.get_by_text(staff("ye").name))
    await office.sees(office.text("noticeState.sent"))


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_settings_of_alerts_and_notices_look_right(world: World, lang: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    office = await settings(world, "alerts", lang, "admin")
    gallery = Gallery(office.page, f"notices-{lang}", SIZES)
    await office.sees(office.page.get_by_role("heading", name=office.w("alertCode.battery_low")), 60_000)
    await gallery.look("alerts")
    await office.page.goto(f"{world.server.url}/office/#/settings/notices")
    await office.sees(office.text("notices.noMailer"))
    await gallery.look("own")
    await office.page.goto(f"{world.server.url}/office/#/settings/outbox")
    await office.sees(office.text("outbox.none"))
    await gallery.look("outbox")
    await office.page.set_viewport_size({"width": 390, "height": 844})
    await office.page.reload()
    chosen = office.page.get_by_role("combobox", name=office.w("office.settings"))
    await expect(chosen).to_have_value("outbox")
    await expect(chosen).to_be_in_viewport(ratio=0.99)
    assert gallery.faults == []
