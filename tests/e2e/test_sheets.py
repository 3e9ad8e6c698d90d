"""A company's spreadsheet goes in and out again: the sample as it is, mapped, shown before, run, its bad row told, taken back.

Neighbours: `office.py`. Invariant: what is looked at in the end is the server's records, not the page's opinion.
"""

import asyncio
import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.async_api import Locator, Page, expect

from tests.e2e.gallery import Gallery
from tests.e2e.office import OfficeApp
from tests.e2e.words import Words
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]
DESK = {"desk": (1280, 900)}
LONG_MS = 60_000


async def signed_in(world: World, lang: str) -> tuple[OfficeApp, Words]:
    office = OfficeApp(world.office(locale="zh-CN" if lang == "zh" else "en-GB"), lang)
    await office.open(world.server.url)
    await office.sign_in("ye", world.password)
    await office.board()
    await office.page.evaluate("() => { location.hash = '#/sheets'; }")
    words = Words(lang, "office", "sheets")
    await expect(office.page.get_by_role("heading", level=1, name=words("sheets.title"))).to_be_visible()
    return office, words


async def downloaded(page: Page, link: Locator) -> bytes:
    async with page.expect_download() as waited:
        await link.click()
    return await asyncio.to_thread(Path(await (await waited.value).path()).read_bytes)


def with_a_bad_row(sample: bytes) -> bytes:
    """The sample, and one more row of a depot that there is not."""
    before = load_workbook(io.BytesIO(sample)).worksheets[0]
    book = Workbook()
    made = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in before.iter_rows()]
    wrong = list(rows[-1])
    for at, header in enumerate(rows[0]):
        wrong[at] = {"名称": "没有仓的车", "标签": "YB-0009", "归属网点": "没有的仓"}.get(str(header), None if at else wrong[at])
    wrong[rows[0].index("品类")] = rows[1][rows[0].index("品类")]
    for row in [*rows, wrong]:
        made.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def labels(world: World) -> set[str]:
    return {str(asset["label"]) for asset in world.server.records("asset")}


async def test_a_workbook_goes_in_and_is_taken_back(world: World) -> None:
    office, w = await signed_in(world, "zh")
    page = office.page
    gallery = Gallery(page, "sheets-zh", DESK)
    await expect(page.get_by_text(w("sheets.none"))).to_be_visible()
    await gallery.look("first")
    before = labels(world)
    sample = await downloaded(page, page.get_by_role("link", name="中文 .xlsx"))
    file = {"name": "车辆.xlsx", "mimeType": "application/octet-stream", "buffer": with_a_bad_row(sample)}
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    check = page.get_by_role("button", name=w("sheets.check"))
    await expect(check).to_be_visible(timeout=LONG_MS)
    await gallery.look("columns")
    await check.click()
    run = page.get_by_role("button", name=w("sheets.run", n=2))
    await expect(run).to_be_visible(timeout=LONG_MS)
    assert labels(world) == before
    await gallery.look("preview")
    await run.click()
    await expect(page.get_by_text(w("sheets.doneText"))).to_be_visible(timeout=LONG_MS)
    assert len(labels(world) - before) == 2
    await gallery.look("done")
    told = load_workbook(io.BytesIO(await downloaded(page, page.get_by_role("link", name=w("sheets.download"))))).worksheets[0]
    assert told.max_row == 2
    assert "没有的仓" in str([cell.value for cell in told[2]])
    await page.get_by_role("button", name=w.whole("sheets.undo")).click()
    await page.get_by_role("dialog").get_by_role("button", name=w.whole("sheets.undoYes")).click()
    await expect(page.get_by_text(w.whole("sheets.undone")).first).to_be_visible(timeout=LONG_MS)
    await expect(page.get_by_role("button", name=w.whole("sheets.undo"))).to_have_count(0, timeout=LONG_MS)
    await expect(page.get_by_text(w.whole("sheets.stage.undoing"))).to_have_count(0, timeout=LONG_MS)
    assert labels(world) == before
    gallery.verdict()


async def test_a_list_taken_out_in_english_comes_back_without_a_change(world: World) -> None:
    office, w = await signed_in(world, "en")
    page = office.page
    gallery = Gallery(page, "sheets-en", DESK)
    out = await downloaded(page, page.get_by_role("link", name="Excel").first)
    file = {"name": "assets.xlsx", "mimeType": "application/octet-stream", "buffer": out}
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    check = page.get_by_role("button", name=w("sheets.check"))
    await expect(check).to_be_visible(timeout=LONG_MS)
    await gallery.look("columns")
    await check.click()
    nothing = page.get_by_role("button", name=w("sheets.nothing"))
    await expect(nothing).to_be_visible(timeout=LONG_MS)
    await expect(nothing).to_be_disabled()
    await gallery.look("preview")
    gallery.verdict()
