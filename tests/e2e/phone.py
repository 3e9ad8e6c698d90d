"""A phone or tablet: a real Chromium with a profile on the disk, that can be killed like a dead battery.

Invariants: the profile outlives the process; `kill` is SIGKILL to every process of the profile, at once; the network is
cut at the browser, and the app is never told.
"""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import BrowserContext, Page, Playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip
ACTION_MS = 20_000


@dataclass
class Phone:
    """One device. `said` is the test's own log of what the screen said was saved."""

    playwright: Playwright
    profile: Path
    width: int = 390
    height: int = 844
    locale: str = "zh-CN"
    dark: bool = False
    said: list[str] = field(default_factory=list)
    context: BrowserContext | None = None
    errors: list[str] = field(default_factory=list)

    async def start(self, url: str, film: Path | None = None, *, offline: bool = False) -> Page:
        """Start the browser on the profile and open the address."""
        args = [*FLAGS, *([f"--use-file-for-fake-video-capture={film}"] if film else [])]
        self.context = await self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, headless=True, args=args, chromium_sandbox=False,
            viewport={"width": self.width, "height": self.height}, locale=self.locale, timezone_id="Asia/Shanghai",
            device_scale_factor=2, has_touch=True, is_mobile=self.width < 1100, permissions=["camera"],
            color_scheme="dark" if self.dark else "light", service_workers="allow",
        )  # fmt: skip
        self.context.set_default_timeout(ACTION_MS)
        if offline:
            await self.context.set_offline(True)
        page = self.context.pages[0] if self.context.pages else await self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        await page.goto(url, wait_until="commit")
        return page

    async def offline(self, off: bool) -> None:
        assert self.context is not None
        await self.context.set_offline(off)

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
        self.context = None
        for lock in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / lock).unlink(missing_ok=True)

    async def close(self) -> None:
        if self.context is not None:
            await self.context.close()
            self.context = None

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
