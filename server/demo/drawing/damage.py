"""Damage as a camera sees it: scratches, dents, cracks, missing pieces, stains, bent metal.

Neighbours: ``photo`` paints damages after the van, at their pin; ``closeup`` paints one large on bare paint.
Invariants: a damage stays within about its own size of its pin; the same seed gives the same marks.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable

from server.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from server.demo.drawing.paths import Point
from server.demo.drawing.subject import DamageKind

_PRIMER: Colour = (172, 168, 160)
_BARE: Colour = (94, 92, 90)


def paint_damage(c: Canvas, kind: DamageKind, at: Point, size: float, paint: Colour, seed: int) -> None:
    """Paint one damage centred at ``at``; ``size`` is its longest side, both in units."""
    rng = random.Random(seed * 7919 + 13)
    _PAINTERS[kind](c, at, size, paint, rng)


def _blob(at: Point, rx: float, ry: float, rng: random.Random, rough: float, n: int = 18) -> list[Point]:
    return [
        (
            at[0] + rx * math.cos(2 * math.pi * i / n) * (1 + rng.uniform(-rough, rough)),
            at[1] + ry * math.sin(2 * math.pi * i / n) * (1 + rng.uniform(-rough, rough)),
        )
        for i in range(n)
    ]


def _marks(paint: Colour) -> tuple[Colour, Colour]:
    """The colours of a scratch on that paint: what shines through, and its dark edge."""
    pale = sum(paint) > 480
    return (_BARE if pale else lighter(_PRIMER, 0.5)), (darker(paint, 0.62) if pale else darker(paint, 0.5))


def _scratch(c: Canvas, at: Point, size: float, paint: Colour, rng: random.Random) -> None:
    show, edge = _marks(paint)
    tilt = rng.uniform(-0.3, 0.3)
    thick = max(3.2 / c.k, size * 0.009)
    c.soft(_blob(at, size * 0.48, size * 0.10, rng, 0.1), edge, 0.24, size * 0.06)
    lines = rng.randint(4, 5) if c.k * size < 400 else rng.randint(9, 13)
    for i in range(lines):
        length = size * rng.uniform(0.3, 1.0)
        rank = (i + 0.5) / lines - 0.5
        shift = (rng.uniform(-0.12, 0.12) * size, rank * size * 0.24 + rng.uniform(-0.01, 0.01) * size)
        bow = rng.uniform(-0.03, 0.03) * size
        w = thick * rng.uniform(0.5, 1.5)
        top: list[Point] = []
        low: list[Point] = []
        for step in range(17):
            s = step / 16
            x = at[0] + shift[0] + (s - 0.5) * length
            y = at[1] + shift[1] + (s - 0.5) * length * tilt + bow * math.sin(math.pi * s)
            half = w * 0.5 * (0.12 + 0.88 * math.sin(math.pi * s) ** 0.6) * rng.uniform(0.8, 1.2)
            top.append((x, y - half))
            low.append((x, y + half))
        c.fill([(x, y + w * 0.7) for x, y in top + low[::-1]], mix(paint, edge, 0.75))
        c.fill(top + low[::-1], show if i % 3 else lighter(_PRIMER, 0.3))


def _dent(c: Canvas, at: Point, size: float, paint: Colour, rng: random.Random) -> None:
    rx, ry = size * 0.5, size * rng.uniform(0.36, 0.46)
    lean = rng.uniform(-0.1, 0.1) * rx
    c.soft(_blob(at, rx * 1.05, ry * 1.05, rng, 0.05), (8, 9, 10), 0.24, size * 0.10)
    c.soft(_crescent(at, rx, ry, lean, up=True), mix(paint, (6, 7, 8), 0.86), 0.58, size * 0.07)
    c.soft(_crescent(at, rx * 0.8, ry * 0.86, -lean, up=False), lighter(paint, 0.8), 0.66, size * 0.06)
    c.soft(_blob((at[0] + lean, at[1] - ry * 1.14), rx * 0.6, ry * 0.07, rng, 0.05), (255, 255, 255), 0.45, size * 0.03)
    c.soft(_blob((at[0] - lean, at[1] + ry * 1.16), rx * 0.6, ry * 0.07, rng, 0.05), (6, 7, 8), 0.32, size * 0.03)


def _crescent(at: Point, rx: float, ry: float, lean: float, *, up: bool) -> list[Point]:
    """The lit or shaded rim of a hollow: the upper or lower half of an ellipse, thinning to its ends."""
    sign = -1 if up else 1
    outer = [(at[0] + rx * math.cos(math.pi * i / 14), at[1] + sign * ry * math.sin(math.pi * i / 14)) for i in range(15)]
    inner = [
        (at[0] + lean + rx * math.cos(math.pi * i / 14), at[1] + sign * ry * 0.42 * math.sin(math.pi * i / 14))
        for i in range(14, -1, -1)
    ]
    return outer + inner


def _crack(c: Canvas, at: Point, size: float, paint: Colour, rng: random.Random) -> None:
    del paint
    c.soft(_blob(at, size * 0.30, size * 0.26, rng, 0.2), (240, 246, 250), 0.55, size * 0.05)
    hole = _blob(at, size * 0.09, size * 0.08, rng, 0.4, 9)
    thick = max(1.3 / c.k * 2, size * 0.014)
    rays = rng.randint(7, 10)
    tips: list[Point] = []
    for i in range(rays):
        angle = 2 * math.pi * (i + rng.uniform(-0.3, 0.3)) / rays
        length = size * rng.uniform(0.28, 0.55)
        points: list[Point] = [at]
        for step in range(1, 5):
            r = length * step / 4
            angle += rng.uniform(-0.16, 0.16)
            points.append((at[0] + r * math.cos(angle), at[1] + r * math.sin(angle)))
        tips.append(points[2])
        c.line([(x + thick, y + thick) for x, y in points], (22, 26, 28), thick)
        c.line(points, (244, 249, 252), thick * rng.uniform(0.8, 1.3))
    for a, b in itertools.pairwise(tips):
        if rng.random() < 0.7:
            c.line([a, b], (220, 230, 236), thick * 0.8)
    c.fill(hole, (14, 16, 17))


def _missing(c: Canvas, at: Point, size: float, paint: Colour, rng: random.Random) -> None:
    rx, ry = size * 0.5, size * 0.3
    c.soft(_blob((at[0], at[1] + ry * 0.1), rx * 1.1, ry * 1.2, rng, 0.05), darker(paint, 0.7), 0.45, size * 0.06)
    edge = _blob(at, rx, ry, rng, 0.13, 22)
    c.fill(edge, mix(lighter(paint, 0.45), _PRIMER, 0.5))
    inner = [(at[0] + (x - at[0]) * 0.90, at[1] + (y - at[1]) * 0.86) for x, y in edge]
    c.gradient(inner, ((0.0, (6, 7, 8)), (0.6, (26, 28, 29)), (1.0, (52, 55, 56))))
    for side in (-0.55, 0.5):
        x, y = at[0] + rx * side, at[1] + rng.uniform(-0.1, 0.2) * ry
        c.disc(x, y, size * 0.055, (128, 130, 130))
        c.disc(x, y, size * 0.030, (20, 21, 22))
    wire = [(at[0] - rx * 0.2, at[1]), (at[0], at[1] + ry * 0.5), (at[0] + rx * 0.1, at[1] + ry * 1.15)]
    c.line(wire, (176, 40, 34), size * 0.03)


def _stain(c: Canvas, at: Point, size: float, paint: Colour, rng: random.Random) -> None:
    tone: Colour = (84, 64, 42) if sum(paint) > 300 else (150, 134, 110)
    for _ in range(5):
        spot = (at[0] + rng.uniform(-0.25, 0.25) * size, at[1] + rng.uniform(-0.18, 0.18) * size)
        c.soft(_blob(spot, size * rng.uniform(0.12, 0.3), size * rng.uniform(0.1, 0.2), rng, 0.3), tone, 0.55, size * 0.03)
    for _ in range(26):
        spot = (at[0] + rng.gauss(0, 0.26) * size, at[1] + rng.gauss(0, 0.2) * size)
        c.disc(spot[0], spot[1], size * rng.uniform(0.006, 0.02), mix(tone, paint, 0.3))
    for _ in range(3):
        x = at[0] + rng.uniform(-0.25, 0.25) * size
        c.soft(
            [(x, at[1]), (x + size * 0.03, at[1]), (x + size * 0.02, at[1] + size * 0.45), (x, at[1] + size * 0.4)],
            tone,
            0.4,
            size * 0.01,
        )


def _deformation(c: Canvas, at: Point, size: float, paint: Colour, rng: random.Random) -> None:
    _dent(c, at, size, paint, rng)
    for i in range(2):
        y = at[1] + (i - 0.5) * size * rng.uniform(0.14, 0.24)
        reach = rng.uniform(0.28, 0.44) * size
        fold = [
            (at[0] - reach, y + rng.uniform(-0.02, 0.06) * size),
            (at[0] - reach * rng.uniform(0.1, 0.5), y - rng.uniform(0.02, 0.08) * size),
            (at[0] + reach * rng.uniform(0.1, 0.5), y + rng.uniform(-0.02, 0.05) * size),
            (at[0] + reach, y - rng.uniform(0.0, 0.06) * size),
        ]
        bent = [*fold, *[(x, yy + size * 0.045) for x, yy in fold[::-1]]]
        c.soft([(x, yy - size * 0.03) for x, yy in bent], lighter(paint, 0.8), 0.7, size * 0.012)
        c.soft(bent, darker(paint, 0.8), 0.8, size * 0.016)
    _scratch(c, (at[0] + size * 0.08, at[1] + size * 0.1), size * 0.5, paint, rng)


_PAINTERS: dict[DamageKind, Callable[[Canvas, Point, float, Colour, random.Random], None]] = {
    DamageKind.SCRATCH: _scratch,
    DamageKind.DENT: _dent,
    DamageKind.CRACK: _crack,
    DamageKind.MISSING: _missing,
    DamageKind.STAIN: _stain,
    DamageKind.DEFORMATION: _deformation,
}
