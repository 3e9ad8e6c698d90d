"""A road wheel seen from the side, from a thumbnail's size up to a tyre shot.

Neighbours: ``van`` puts four of them under the body; ``interior`` paints one large. Invariants: paints only inside
the tyre's circle plus its contact shadow.
"""

from __future__ import annotations

import math

from server.demo.drawing.canvas import Canvas, Colour, lighter
from server.demo.drawing.paths import Point

_RUBBER: Colour = (30, 31, 32)


def _turned(cx: float, cy: float, points: list[Point], angle: float) -> list[Point]:
    cos, sin = math.cos(angle), math.sin(angle)
    return [(cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in points]


def _ring(cx: float, cy: float, r: float, start: float, end: float) -> list[Point]:
    steps = 40
    return [
        (
            cx + r * math.cos(start + (end - start) * i / steps),
            cy + r * math.sin(start + (end - start) * i / steps),
        )
        for i in range(steps + 1)
    ]


def wheel(c: Canvas, cx: float, cy: float, r: float, spin: float, *, rim: Colour = (176, 180, 184)) -> None:
    """Tyre, five-spoke rim, bolts; ``r`` is the tyre's radius, ``spin`` turns the spokes (radians)."""
    c.disc(cx, cy, r, _RUBBER)
    c.line(_ring(cx, cy, r * 0.93, math.pi * 1.1, math.pi * 1.9), (66, 68, 70), r * 0.03)
    c.line(_ring(cx, cy, r * 0.82, 0, 2 * math.pi), (20, 21, 22), r * 0.025)
    c.line(_ring(cx, cy, r * 0.79, math.pi * 0.2, math.pi * 0.8), (58, 60, 62), r * 0.02)
    rim_r = r * 0.69
    c.disc(cx, cy, rim_r, (70, 73, 76))
    c.disc(cx, cy, rim_r * 0.97, lighter(rim, 0.2))
    c.disc(cx, cy, rim_r * 0.90, (34, 36, 38))
    c.disc(cx, cy, rim_r * 0.56, (84, 86, 86))
    c.disc(cx, cy, rim_r * 0.50, (58, 60, 61))
    for i in range(5):
        angle = spin + i * 2 * math.pi / 5
        light = 0.5 - 0.5 * math.sin(angle)
        spoke = [
            (-rim_r * 0.13, -rim_r * 0.18),
            (-rim_r * 0.24, -rim_r * 0.95),
            (rim_r * 0.24, -rim_r * 0.95),
            (rim_r * 0.13, -rim_r * 0.18),
        ]
        tone = (round(120 + 86 * light), round(124 + 86 * light), round(128 + 84 * light))
        c.fill(_turned(cx, cy, spoke, angle), tone)
        groove = [
            (-rim_r * 0.03, -rim_r * 0.34),
            (-rim_r * 0.07, -rim_r * 0.9),
            (rim_r * 0.07, -rim_r * 0.9),
            (rim_r * 0.03, -rim_r * 0.34),
        ]
        c.fill(_turned(cx, cy, groove, angle), (92, 95, 98))
        edge = [spoke[0], spoke[1]]
        c.line(_turned(cx, cy, edge, angle), lighter(tone, 0.5), rim_r * 0.025)
    c.disc(cx, cy, rim_r * 0.30, (150, 154, 158))
    for i in range(5):
        angle = spin + (i + 0.5) * 2 * math.pi / 5
        c.disc(cx + rim_r * 0.21 * math.cos(angle), cy + rim_r * 0.21 * math.sin(angle), rim_r * 0.04, (70, 72, 74))
    c.disc(cx, cy, rim_r * 0.13, (52, 55, 58))
    c.disc(cx - rim_r * 0.02, cy - rim_r * 0.03, rim_r * 0.09, (104, 108, 112))
    c.soft(
        _ring(cx, cy - r * 0.1, r * 0.95, math.pi, 2 * math.pi),
        (8, 9, 10),
        0.55,
        r * 0.10,
        clip=_ring(cx, cy, r, 0, 2 * math.pi),
    )
