"""Two people check in the same van without knowing of each other: the office sees both sides, and decides.

The two tablets are devices in Python (`sync/net`) with real pictures, so that the office's page stands in the middle; the way
of a check-in through the phone's screens is `test_story.py`.
"""

import pytest
from playwright.async_api import expect

from sync.net import Client
from tests.e2e.gallery import SHOTS, Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.tablets import check_in, tablet
from tests.e2e.world import World, staff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]


async def two_tablets(world: World) -> tuple[Client, Client]:
    """Each is enrolled by a code of its own: the terminal shows one at every start."""
    first = await tablet(world, "zhou")
    world.server.stop()
    world.server.start()
    return first, await tablet(world, "he")


async def test_the_office_sees_both_sides_and_decides(world: World) -> None:
    van = world.vans_out()[0]
    early, late = await two_tablets(world)
    first = check_in(world, early, van, van.odometer + 120, "intact")
    second = check_in(world, late, van, van.odometer + 150, "minor_damage")
    await late.sync(patience_s=60)
    office = OfficeApp(world.office())
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    SHOTS.mkdir(exist_ok=True)
    gallery = Gallery(office.page, "office-conflicts-zh", {"desk": (1280, 900), "phone": (390, 844), "tablet": (1024, 768)})
    await office.go("conflicts")
    await office.sees(office.text("conflict.none"))
    await gallery.look("none")
    await early.sync(patience_s=60)

    row = office.page.get_by_role("button", name=office.w("rule.checked_in_twice"))
    await office.sees(row)
    await row.first.click()
    one, two = (office.page.get_by_role("heading", name=office.w("conflict.side", n=n)) for n in (1, 2))
    await expect(one).to_contain_text(staff("zhou").name)
    await expect(two).to_contain_text(staff("he").name)
    for km in (van.odometer + 120, van.odometer + 150):
        await office.sees(office.page.get_by_text(f"{km:,}"))
    await office.pictures(4)
    await gallery.look("to-decide")

    await office.page.get_by_role("radio", name=office.w("conflict.chooseSide", n=2)).check(force=True)
    await office.button("conflict.decide").click()
    await office.sees(office.text("erase.reasonNeeded"))
    await office.page.get_by_label(office.w("conflict.reason")).fill("照片里能看到划痕")
    await office.button("conflict.decide").click()
    await office.sees(office.page.get_by_text("照片里能看到划痕"))
    await gallery.look("decided")
    (conflict,) = [one for one in world.server.records("conflict") if one["rule"] == "checked_in_twice"]
    assert (conflict["state"], conflict["choice"], conflict["chosen"]) == ("decided", "side", 1)
    assert [side["handover_id"] for side in conflict["sides"]] == [first, second], "both are kept, the earlier capture first"
    asset = next(one for one in world.server.records("asset") if one["id"] == van.id)
    assert (asset["last_return_id"], asset["readings"]["odometer"]["value"]) == (second, van.odometer + 150)
    await late.sync(patience_s=30)
    told = [one["detail"].get("rule") for one in late.records("outcome")]
    assert "checked_in_twice" in told, "whoever lost is told on his own device"
    for client in (early, late):
        await client.close()
    gallery.verdict()
