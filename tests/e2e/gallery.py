"""Looks at a screen as a strict person does: pictures in both lights and sizes, axe's rules, nothing cut, nothing sideways; with
large letters, and at twice the size, every button can still be brought into sight and pressed.

Neighbours: `test_screens.py` walks; the pictures lie in `shots/`, which is not kept. Invariant: faults are collected with the
screen's name and asserted once, so that one walk tells them all.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page

ROOT = Path(__file__).resolve().parents[2]
SHOTS = Path(__file__).parent / "shots"
AXE = ROOT / "field_app" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROWEST = 360

_CUT = """() => [...document.querySelectorAll('button, a, h1, h2, label')]
    .filter(one => one.checkVisibility() && !one.closest('.sr') && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
    .filter(one => getComputedStyle(one).display !== 'inline' && getComputedStyle(one).overflowX !== 'visible')
    .map(one => `${one.tagName} "${one.textContent.trim().slice(0, 40)}" ${one.scrollWidth} > ${one.clientWidth}`)"""
_SIDEWAYS = """() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= window.innerWidth + 1) return [];
    const over = one => one.getBoundingClientRect().right > window.innerWidth + 1;
    const wide = [...document.querySelectorAll('body *')].filter(over);
    return [`${root.scrollWidth} > ${window.innerWidth}: ${wide.slice(-1).map(one => one.outerHTML.slice(0, 120))}`];
}"""

_LARGE = {"large": (NARROWEST, 640), "double": (320, 568)}
"""What somebody with weak eyes has: large letters on the smallest phone; the same with a browser at 200 % on one of 640."""
_BURIED = """() => {
    const over = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
    const clipped = one => [...one.querySelectorAll('*')].some(part => part.scrollWidth > part.clientWidth + 1
        && part.clientWidth > 1 && getComputedStyle(part).overflowX !== 'visible');
    const scrolled = [...document.querySelectorAll('*')].filter(one => one.scrollTop > 0).map(one => [one, one.scrollTop]);
    const found = [];
    for (const one of over.querySelectorAll('button, a[href]')) {
        if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('.sr, [inert]')) continue;
        one.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
        const box = one.getBoundingClientRect(), name = `"${(one.ariaLabel ?? one.textContent).trim().slice(0, 40)}"`;
        if (box.width < 2 || box.height < 2) continue;
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        const mine = top !== null && (one.contains(top) || top.contains(one) && top.closest('label, button, a') !== null);
        if (!mine && getComputedStyle(one).pointerEvents !== 'none')
            found.push(`${name} is out of reach, under ${top?.outerHTML.slice(0, 80)}`);
        if (clipped(one)) found.push(`${name} has its words cut`);
    }
    for (const one of document.querySelectorAll('*')) if (one.scrollTop > 0) one.scrollTop = 0;
    for (const [one, top] of scrolled) one.scrollTop = top;
    return found;
}"""


@dataclass
class Gallery:
    """One walk's pictures and faults."""

    page: Page
    name: str
    sizes: dict[str, tuple[int, int]]
    large: bool = False
    """Whether each screen is looked at with large letters, too."""
    faults: list[str] = field(default_factory=list)
    seen: int = 0

    async def look(self, screen: str) -> None:
        """Look at what is open now, in every size and light, and leave it as it was."""
        self.seen += 1
        name = f"{self.name}-{self.seen:02d}-{screen}"
        first = next(iter(self.sizes.values()))
        await self._settled()
        await self._axe(name, {"type": "tag", "values": RULES})
        for size, (width, height) in self.sizes.items():
            if (width, height) != first:
                await self.page.set_viewport_size({"width": width, "height": height})
                await self._settled()
            await self.page.screenshot(path=SHOTS / f"{name}-{size}.png", animations="disabled")
            await self._straight(f"{name} {size}")
        await self.page.set_viewport_size({"width": NARROWEST, "height": 740})
        await self._settled()
        await self._straight(f"{name} {NARROWEST}")
        if self.large:
            await self._large(name)
        await self.page.set_viewport_size({"width": first[0], "height": first[1]})
        # The person's choice, not the device's: the app is light until somebody chooses otherwise.
        await self.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        await self._settled()
        await self._axe(f"{name} dark", {"type": "rule", "values": ["color-contrast"]})
        await self.page.screenshot(path=SHOTS / f"{name}-dark.png", animations="disabled")
        await self.page.evaluate("document.documentElement.dataset.theme = 'light'")
        await self._settled()

    async def check(self, screen: str) -> None:
        """The same rules on what is open now, without pictures: in both lights, as wide as it is and at its narrowest."""
        name, size = f"{self.name}-{screen}", self.page.viewport_size
        assert size is not None
        await self._settled()
        await self._axe(name, {"type": "tag", "values": RULES})
        await self._straight(name)
        await self.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        await self.page.set_viewport_size({"width": NARROWEST, "height": 740})
        await self._settled()
        await self._axe(f"{name} dark", {"type": "rule", "values": ["color-contrast"]})
        await self._straight(f"{name} {NARROWEST}")
        await self.page.evaluate("document.documentElement.dataset.theme = 'light'")
        await self.page.set_viewport_size(size)

    async def _large(self, name: str) -> None:
        """With large letters, and at twice the size: nothing cut, nothing sideways, every button within reach."""
        await self.page.evaluate("document.documentElement.dataset.size = 'large'")
        for size, (width, height) in _LARGE.items():
            await self.page.set_viewport_size({"width": width, "height": height})
            await self._settled()
            if size == "large":
                await self.page.screenshot(path=SHOTS / f"{name}-{size}.png", animations="disabled")
            await self._straight(f"{name} {size}")
            self.faults += [f"{name} {size}: {one}" for one in await self.page.evaluate(_BURIED)]
        await self.page.evaluate("document.documentElement.dataset.size = 'normal'")

    async def _settled(self) -> None:
        """Two frames, and whatever moves has arrived."""
        await self.page.evaluate(
            """async () => {
                await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
                const finite = one => one.effect?.getComputedTiming().endTime !== Infinity;
                await Promise.race([
                    Promise.allSettled(document.getAnimations().filter(finite).map(one => one.finished)),
                    new Promise(done => setTimeout(done, 1000)),
                ]);
            }"""
        )

    async def _axe(self, name: str, only: dict[str, Any]) -> None:
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate(
            "only => axe.run(document, { runOnly: only, resultTypes: ['violations'] }).then(result => result.violations)", only
        )
        for one in found:
            # A row half scrolled out of its list is not a small target.
            nodes = [node for node in one["nodes"] if "partially obscured" not in node["failureSummary"]]
            for node in nodes[:4]:
                self.faults.append(f"{name}: {one['id']}: {node['html'][:160]} {node['failureSummary'][:240]}")

    async def _straight(self, name: str) -> None:
        self.faults += [f"{name}: cut: {one}" for one in await self.page.evaluate(_CUT)]
        self.faults += [f"{name}: sideways: {one}" for one in await self.page.evaluate(_SIDEWAYS)]

    def verdict(self) -> None:
        """Every fault, once."""
        assert self.faults == [], "\n".join(dict.fromkeys(self.faults))
