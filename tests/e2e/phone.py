"""A phone, a tablet or an office computer: a real Chromium with a profile on the disk, that can be killed like a dead battery.

Invariants: the profile outlives the process; `kill` is SIGKILL to every process of the profile, at once; the network is
cut at the browser, and the app is never told; what the page complains of in its console is kept in `errors`, but for what
a cut network and a refused request must say.
"""

import os
import re
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page, Playwright, expect

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip
PATIENCE_MS = 60_000
"""Nothing here measures time: a machine that others keep busy may take a while."""
expect.set_options(timeout=PATIENCE_MS)
NARROW = 1_100
# The browser's own lines on requests that failed or were refused, whatever the page makes of them.
EXPECTED = re.compile(r"^Failed to load resource|^WebSocket connection to|net::ERR_(INTERNET_DISCONNECTED|CONNECTION_|FAILED)")


@dataclass
class Phone:
    """One device. `said` is the test's own log of what the screen said was saved."""

    playwright: Playwright
    profile: Path
    width: int = 390
    height: int = 844
    locale: str = "zh-CN"
    dark: bool = False
    bypass_csp: bool = False
    said: list[str] = field(default_factory=list)
    context: BrowserContext | None = None
    page: Page | None = None
    errors: list[str] = field(default_factory=list)
    patience_ms: int = PATIENCE_MS
    flags: tuple[str, ...] = ()

    async def start(self, url: str, film: Path | None = None, *, offline: bool = False) -> Page:
        """Start the browser on the profile and open the address."""
        args = [*FLAGS, *self.flags, *([f"--use-file-for-fake-video-capture={film}"] if film else [])]
        narrow = self.width < NARROW
        self.context = await self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, headless=True, args=args, chromium_sandbox=False,
            viewport={"width": self.width, "height": self.height}, locale=self.locale, timezone_id="Asia/Shanghai",
            device_scale_factor=2 if narrow else 1, has_touch=narrow, is_mobile=narrow, permissions=["camera"],
            color_scheme="dark" if self.dark else "light", service_workers="allow", bypass_csp=self.bypass_csp,
            accept_downloads=True, timeout=60_000,
        )  # fmt: skip
        self.context.set_default_timeout(self.patience_ms)
        if offline:
            await self.context.set_offline(True)
        self.context.on("page", self._listen)
        self.page = self.context.pages[0] if self.context.pages else await self.context.new_page()
        self._listen(self.page)
        await self.page.goto(url, wait_until="commit")
        return self.page

    def _listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("console", lambda message: self._heard(message.type, message.text))

    def _heard(self, type_: str, text: str) -> None:
        if type_ == "error" and not EXPECTED.search(text):
            self.errors.append(text)

    async def in_control(self) -> None:
        """Wait until the page is answered by the app's service worker: from then on it opens without a network.

        The question is a function: a bare expression is evaluated anew at each look, which the page's own policy refuses.
        """
        assert self.page is not None
        await self.page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=self.patience_ms)

    async def offline(self, off: bool) -> None:
        """Cut the network, or give it back."""
        assert self.context is not None
        await self.context.set_offline(off)

    async def slow(self, bytes_per_second: int) -> CDPSession:
        """A thin line upwards, until the browser ends."""
        assert self.context is not None
        assert self.page is not None
        session = await self.context.new_cdp_session(self.page)
        await session.send("Network.enable")
        await session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": bytes_per_second},
        )
        return session

    def kill(self) -> None:
        """Kill -9 everything that runs on this profile, and wait until it is gone."""
        deadline = time.monotonic() + 10
        while pids := self._processes():
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            if time.monotonic() > deadline:
                raise RuntimeError("the browser does not die")
            time.sleep(0.05)
        self.context = self.page = None
        for lock in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / lock).unlink(missing_ok=True)

    async def close(self) -> None:
        """End the browser the gentle way."""
        if self.context is not None:
            await self.context.close()
            self.context = self.page = None

    def _processes(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes()
                    stat = (entry / "stat").read_text()
                except OSError:
                    continue
                if str(self.profile).encode() in command and ") Z " not in stat:
                    found.append(int(entry.name))
        return found


def as_office(playwright: Playwright, profile: Path, **more: Any) -> Phone:
    """An office computer."""
    return Phone(playwright, profile, **{"width": 1280, "height": 900, **more})
