"""A camera kit from above: the open case with body, lenses, batteries and small parts in their foam.

Neighbours: ``photo`` calls ``paint_kit``. Invariants: drawn in a 1280 × 960 frame; every item lies in its own cut-out
so that a missing one would leave its hole.
"""

from __future__ import annotations

import math
import random

from PIL import Image

from server.demo.drawing.canvas import Canvas, Colour, darker, lighter
from server.demo.drawing.closeup import plain_camera
from server.demo.drawing.lettering import words
from server.demo.drawing.paths import Point, rounded
from server.demo.drawing.subject import Subject

_SHELL: Colour = (52, 56, 58)
_FOAM: Colour = (70, 73, 76)


def paint_kit(image: Image.Image, subject: Subject, seed: int, size: tuple[int, int]) -> None:
    """Paint the kit's open case on a workbench over the whole of ``image``."""
    del size
    c = Canvas(image, plain_camera(image, seed, sway=1.2))
    _bench(c, seed)
    c.soft(rounded(150, 130, 1010, 760, 50), (0, 0, 0), 0.75, 26)
    c.gradient(rounded(130, 100, 1020, 740, 46), ((0.0, lighter(_SHELL, 0.3)), (0.05, _SHELL), (1.0, darker(_SHELL, 0.35))))
    for x in (330, 640, 950):
        c.gradient(rounded(x - 46, 818, 92, 42, 10), ((0.0, (120, 124, 126)), (1.0, (40, 43, 45))))
    c.gradient(rounded(168, 138, 944, 664, 26), ((0.0, darker(_FOAM, 0.35)), (0.06, _FOAM), (1.0, lighter(_FOAM, 0.08))))
    _holes(c)
    _body(c)
    _lens(c, 860, 330, 118)
    _lens(c, 860, 612, 92)
    _lens(c, 1030, 610, 66)
    for i in range(3):
        _battery(c, 216 + i * 112, 642)
    _charger(c)
    text = words(subject.label or "C-07", (240, 242, 240), 64)
    c.fill(rounded(930, 152, 160, 48, 8), (217, 72, 15))
    h = 28.0
    w = text.width * h / text.height
    c.place(text, [(1010 - w / 2, 162), (1010 + w / 2, 162), (1010 + w / 2, 162 + h), (1010 - w / 2, 162 + h)])
    c.soft([(130, 100), (560, 100), (200, 840), (130, 840)], (255, 255, 255), 0.10, 40)


def _bench(c: Canvas, seed: int) -> None:
    rng = random.Random(seed // 11)
    c.wash(((0.0, (206, 178, 138)), (1.0, (172, 142, 102))))
    for i in range(10):
        y = -160 + i * 136
        c.line([(-220, y), (1500, y + 6)], (132, 104, 72), 4)
        for _ in range(7):
            x, yy = rng.uniform(-200, 1400), y + rng.uniform(14, 120)
            c.line([(x, yy), (x + rng.uniform(120, 420), yy + rng.uniform(-6, 6))], (184, 154, 114), 3)


def _hole(c: Canvas, d: str) -> None:
    c.fill(d, (28, 30, 32))
    c.line(d, (92, 96, 99), 3)


def _holes(c: Canvas) -> None:
    _hole(c, rounded(206, 188, 480, 356, 30))
    for cx, cy, r in ((860, 330, 132), (860, 612, 106), (1030, 610, 78)):
        c.disc(cx, cy, r + 3, (92, 96, 99))
        c.disc(cx, cy, r, (28, 30, 32))
    for i in range(3):
        _hole(c, rounded(204 + i * 112, 596, 98, 172, 12))
    _hole(c, rounded(560, 590, 160, 176, 14))


def _body(c: Canvas) -> None:
    """The camera lying on its back, lens mount up."""
    c.soft(rounded(236, 230, 430, 300, 40), (0, 0, 0), 0.7, 12)
    shape = (
        "M244 300 Q246 270 276 268 L352 264 L376 222 Q382 212 396 212 L506 212 Q520 212 526 222 L548 262 L612 266 "
        "Q646 270 648 304 L650 486 Q648 516 616 518 L280 518 Q246 516 244 486 Z"
    )
    c.gradient(shape, ((0.0, (84, 87, 89)), (0.16, (44, 46, 48)), (0.6, (30, 32, 33)), (1.0, (20, 21, 22))))
    c.line(shape, (10, 11, 12), 3)
    c.gradient(
        "M250 318 L322 314 C334 380 334 440 320 510 L280 512 Q252 510 250 486 Z",
        ((0.0, (34, 36, 37)), (1.0, (16, 17, 18))),
    )
    for y in range(330, 500, 12):
        c.line([(256, y), (318, y)], (46, 48, 50), 2)
    c.disc(450, 392, 112, (18, 19, 20))
    c.disc(450, 392, 106, (168, 172, 176))
    c.disc(450, 392, 92, (96, 100, 104))
    c.disc(450, 392, 84, (12, 13, 14))
    c.gradient(rounded(402, 356, 96, 72, 4), ((0.0, (42, 60, 86)), (0.5, (70, 96, 84)), (1.0, (92, 60, 92))))
    for i in range(3):
        a = math.radians(30 + 120 * i)
        c.disc(450 + 98 * math.cos(a), 392 + 98 * math.sin(a), 5, (70, 74, 76))
    c.disc(352, 316, 8, (210, 52, 44))
    c.gradient(rounded(410, 222, 82, 30, 6), ((0.0, (30, 32, 33)), (1.0, (58, 61, 63))))
    for x, y, r in ((596, 292, 26), (300, 292, 20)):
        c.disc(x, y, r, (20, 21, 22))
        c.disc(x, y - 2, r * 0.82, (76, 79, 81))
        c.disc(x, y - 2, r * 0.5, (44, 46, 48))
    c.gradient(rounded(566, 350, 64, 140, 14), ((0.0, (50, 52, 54)), (1.0, (24, 25, 26))))


def _lens(c: Canvas, cx: float, cy: float, r: float) -> None:
    """A lens standing on its mount, front glass up."""
    c.soft(_circle(cx + 6, cy + 10, r), (0, 0, 0), 0.7, 8)
    c.disc(cx, cy, r, (20, 21, 22))
    for i in range(60):
        a = math.tau * i / 60
        c.line(
            [(cx + r * 0.93 * math.cos(a), cy + r * 0.93 * math.sin(a)), (cx + r * math.cos(a), cy + r * math.sin(a))],
            (62, 65, 67),
            3,
        )
    c.disc(cx, cy, r * 0.90, (46, 48, 50))
    c.disc(cx, cy, r * 0.84, (18, 19, 20))
    c.line(_circle(cx, cy, r * 0.80), (196, 60, 44), 3)
    c.disc(cx, cy, r * 0.70, (30, 32, 34))
    c.disc(cx, cy, r * 0.64, (10, 12, 16))
    inside = _circle(cx, cy, r * 0.64)
    c.soft(_circle(cx - r * 0.16, cy - r * 0.20, r * 0.34), (74, 96, 150), 0.8, r * 0.10, clip=inside)
    c.soft(_circle(cx + r * 0.18, cy + r * 0.22, r * 0.26), (120, 74, 130), 0.7, r * 0.08, clip=inside)
    c.soft(_circle(cx + r * 0.05, cy + r * 0.02, r * 0.14), (70, 150, 120), 0.6, r * 0.05, clip=inside)
    c.soft(
        [
            (cx - r * 0.42, cy - r * 0.30),
            (cx - r * 0.1, cy - r * 0.52),
            (cx - r * 0.04, cy - r * 0.40),
            (cx - r * 0.34, cy - r * 0.2),
        ],
        (255, 255, 255),
        0.9,
        r * 0.03,
    )


def _circle(cx: float, cy: float, r: float) -> list[Point]:
    return [(cx + r * math.cos(math.tau * i / 36), cy + r * math.sin(math.tau * i / 36)) for i in range(37)]


def _battery(c: Canvas, x: float, y: float) -> None:
    c.gradient(rounded(x, y - 34, 74, 148, 8), ((0.0, (74, 77, 79)), (0.1, (40, 42, 44)), (1.0, (26, 27, 28))))
    c.gradient(rounded(x + 8, y + 6, 58, 70, 4), ((0.0, (232, 234, 232)), (1.0, (198, 202, 200))))
    c.fill(rounded(x + 8, y + 6, 58, 18, 4), (12, 106, 92))
    for i in range(3):
        c.fill(rounded(x + 14 + i * 17, y - 28, 11, 16, 2), (214, 176, 84))


def _charger(c: Canvas) -> None:
    c.gradient(rounded(572, 604, 136, 148, 12), ((0.0, (64, 67, 69)), (1.0, (30, 32, 33))))
    c.gradient(rounded(590, 622, 100, 84, 8), ((0.0, (22, 23, 24)), (1.0, (46, 48, 50))))
    c.disc(640, 730, 7, (76, 206, 120))
