"""The built app in a real browser: whole without a network, never changed under the hands.

Neighbours: `field_app/src/sw/sw.ts`, `field_app/vite/precache.ts`. The build is served by a bare file server
with the strict policy of the real one, so that nothing but the app and its worker is tried here.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.architecture.project import ROOT

pytestmark = pytest.mark.browser

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VERSION = '<meta name="version" content="newer">'
READY = "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => true)"


class Site(ThreadingHTTPServer):
    """Serves one folder and remembers what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        site = self

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args, directory=str(folder))

            def end_headers(self) -> None:
                self.send_header("Content-Security-Policy", POLICY)
                self.send_header("Cache-Control", "no-store")
                super().end_headers()

            def log_message(self, format: str, *args: object) -> None:
                site.asked.append(self.path)

        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture(scope="module")
def browser_context() -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        assert program is not None, "chromium is needed"
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser.new_context()
        browser.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the build that a test may change."""
    copy = tmp_path / "dist"
    shutil.copytree(ROOT / "field_app" / "dist", copy)
    return copy


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    server = Site(folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.fixture
def page(browser_context: BrowserContext) -> Iterator[Page]:
    page = browser_context.new_page()
    yield page
    browser_context.set_offline(False)
    page.close()


def visit(page: Page, address: str) -> None:
    page.goto(address, wait_until="load", timeout=20_000)


def test_both_pages_open_without_a_network_after_one_visit(site: Site, page: Page) -> None:
    visit(page, site.address + "/")
    assert page.evaluate(READY) is True
    page.context.set_offline(True)
    site.asked.clear()
    for path, entry in [
        ("/", "field"),
        ("/sync", "field"),
        ("/office/", "office"),
        ("/office/devices", "office"),
    ]:
        visit(page, site.address + path)
        scripts = page.evaluate("[...document.scripts].map((script) => script.src)")
        assert any(f"/assets/{entry}-" in source for source in scripts), (path, scripts)
        assert page.evaluate("document.getElementById('app') !== null")
    # The browser itself looks for a newer worker, whatever the page's network.
    assert [path for path in site.asked if path != "/sw.js"] == []


def test_everything_the_app_may_load_later_is_already_there(site: Site, folder: Path, page: Page) -> None:
    visit(page, site.address + "/")
    page.evaluate(READY)
    page.context.set_offline(True)
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    wanted = [name for name in names if name != "sw.js" and not name.endswith(("index.html", ".map"))]
    assert wanted
    loaded = page.evaluate(
        "(names) => Promise.all(names.map((name) => fetch('/' + name).then((a) => a.ok, () => false)))",
        wanted,
    )
    assert [name for name, ok in zip(wanted, loaded, strict=True) if not ok] == []


def test_records_never_pass_through_the_worker(site: Site, page: Page) -> None:
    visit(page, site.address + "/")
    page.evaluate(READY)
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    fetched = "fetch('/api/v1/sync').then((answer) => answer.status, () => 'no network')"
    assert page.evaluate(fetched) == 404
    assert "/api/v1/sync" in site.asked
    page.context.set_offline(True)
    assert page.evaluate(fetched) == "no network"
    cached = "caches.keys().then((keys) => Promise.all(keys.map((key) => caches.open(key).then((c) => c.keys()))))"
    urls = page.evaluate(f"{cached}.then((lists) => lists.flat().map((request) => request.url))")
    assert urls
    assert not [url for url in urls if "/api/" in url]


def test_a_new_version_waits_until_it_is_asked_for(site: Site, folder: Path, page: Page) -> None:
    visit(page, site.address + "/")
    page.evaluate(READY)
    publish(folder)
    waiting = (
        "navigator.serviceWorker.getRegistration().then(async (registration) => {"
        " await registration.update();"
        " for (let turn = 0; turn < 100 && !registration.waiting; turn += 1)"
        "   await new Promise((done) => setTimeout(done, 100));"
        " return registration.waiting !== null; })"
    )
    assert page.evaluate(waiting) is True
    page.reload()
    assert VERSION not in page.content()
    with page.expect_navigation(timeout=20_000):
        page.evaluate(
            "navigator.serviceWorker.getRegistration().then((registration) => {"
            " const reload = () => location.reload();"
            " navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true });"
            " registration.waiting.postMessage({ type: 'SKIP_WAITING' }); })"
        )
    assert VERSION in page.content()


def publish(folder: Path) -> None:
    """A new version of the field page, as a build makes it: other text, other revision."""
    html = folder / "index.html"
    html.write_text(html.read_text(encoding="utf-8").replace("</head>", f"{VERSION}</head>"))
    worker = folder / "sw.js"
    text = worker.read_text(encoding="utf-8")
    changed = re.sub(r"(url:.\/.,revision:.)[0-9a-f]{16}", r"\g<1>" + "0" * 16, text)
    assert changed != text
    worker.write_text(changed, encoding="utf-8")


def test_nothing_breaks_the_pages_own_security_policy(site: Site, page: Page) -> None:
    problems: list[str] = []
    page.on(
        "console",
        lambda message: problems.append(message.text) if "Content Security" in message.text else None,
    )
    for path in ("/", "/office/"):
        visit(page, site.address + path)
        page.wait_for_timeout(300)
    assert problems == []
