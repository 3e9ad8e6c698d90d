"""The office's grid in a real Chromium: the built app, every asset in its replica, and what a person waits for.

Neighbours: `grid.py` reports it as part of workload G; `grid_page.js` holds the watch inside the page. Invariants: the browser
gets the company from a real server, nothing is put into its store · each opening is a page of its own over the same profile, as
a person opens it again · a time ends with the frame after what was waited for was drawn.
"""

import asyncio
import os
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.company import Company, Size, found
from bench.processes import ours
from server.app import make_house
from server.auth import accounts
from server.auth.passwords import hash_secret
from server.settings import Settings
from server.setup import environment
from server.storage.store import SqlStore

_CHROMIUM: Final = "/usr/bin/chromium"
_FLAGS: Final = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
_NAME: Final = "bench"
_WORD: Final = "a-word-of-the-bench-4711"
_OPENINGS: Final = 5
_SEARCHES: Final = 40
_FIRST_SYNC_MS: Final = 900_000
_STEP_MS: Final = 120_000


def measure(folder: Path, size: Size) -> dict[str, float]:
    """Found a company that has nothing but assets, let a browser fetch them, and time its grid; facts in milliseconds."""
    if "HANDOVER_APP" not in os.environ:
        environment.build_app()
    company = found(folder, replace(size, new=0, assets_only=True, fleet=2, sockets=2, editors=2))
    _account(folder, company)
    with (
        ours(folder) as running,
        tempfile.TemporaryDirectory(prefix="handover-grid-") as profile,
        sync_playwright() as playwright,
    ):
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=_CHROMIUM, headless=True, args=list(_FLAGS), chromium_sandbox=False,
            viewport={"width": 1280, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai", service_workers="allow",
        )  # fmt: skip
        try:
            return _walk(context, f"{running.base}/office/#/assets", size.records)
        finally:
            context.close()


def _account(folder: Path, company: Company) -> None:
    """The clerk gets a password."""
    house = make_house(Settings(data=folder, free_bytes_min=0))

    def give(store: SqlStore) -> None:
        accounts.put_account(
            store.connection, company.organisation, company.clerk, username=_NAME, password_hash=hash_secret(_WORD)
        )

    try:
        house.database.submit(give).result()
    finally:
        asyncio.run(house.database.close())


def _walk(context: BrowserContext, url: str, count: int) -> dict[str, float]:
    context.add_init_script(path=Path(__file__).with_name("grid_page.js"))
    page = context.pages[0]
    page.goto(url)
    page.locator("input[autocomplete=username]").fill(_NAME)
    page.locator("input[autocomplete=current-password]").fill(_WORD)
    page.keyboard.press("Enter")
    page.wait_for_function("all => gridBench.opened(all).then(() => true)", arg=count, timeout=_FIRST_SYNC_MS)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=_STEP_MS)
    opened = [_open(page, url, count) for _ in range(_OPENINGS)]
    first = _run(page, "([text, hits]) => gridBench.firstSearch(text, hits)", [f"hb-{count // 2:05d}", 1])
    words = [f"{('可用', 'ev50')[n % 2]} {n * 613 % count:05d}" for n in range(_SEARCHES)]
    searched = _run(page, "texts => gridBench.searches(texts)", words)
    if searched["found"] == 0:
        raise RuntimeError("workload G found nothing in the browser")
    each = sorted(searched["each"])
    return {
        "page_first_rows_ms": statistics.median(one["first"] for one in opened),
        "page_whole_ms": statistics.median(one["whole"] for one in opened),
        "page_first_search_ms": first["answer"],
        "page_first_search_all_ms": first["all"],
        "page_search_p50_ms": statistics.median(each),
        "page_search_p95_ms": each[int(0.95 * (len(each) - 1))],
        "page_sort_ms": _run(page, "() => gridBench.sort()"),
        "page_jump_ms": _run(page, "() => gridBench.jump()"),
    }


def _open(page: Page, url: str, count: int) -> Any:
    """The page opened anew, until it shows rows and until it has them all."""
    page.goto("about:blank")
    page.goto(url, wait_until="commit")
    return _run(page, "all => gridBench.opened(all)", count)


def _run(page: Page, script: str, arg: Any = None) -> Any:
    """A question to the watch in the page."""
    page.wait_for_function("() => window.gridBench !== undefined", timeout=_STEP_MS)
    return page.evaluate(script, arg)
