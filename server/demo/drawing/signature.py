"""Signatures: strokes as a finger leaves them on glass, and their picture.

Neighbours: the demo company signs its past handovers with these. Invariants: strokes lie within 0..1000 × 0..400,
times rise within and across strokes; the same seed always gives the same hand.
"""

from __future__ import annotations

import io
import itertools
import math
import random

from PIL import Image, ImageDraw

Stroke = list[tuple[int, int, int]]

_WIDTH, _HEIGHT = 1000, 400
_MAX_POINTS = 4000


def _letters(rng: random.Random, t: int) -> tuple[Stroke, int]:
    """One run of joined loops leaning right, as a quick family name is written."""
    loops = rng.randint(3, 6)
    x, y = rng.uniform(130, 200), rng.uniform(230, 270)
    stride = rng.uniform(440, 600) / loops
    tall = rng.uniform(110, 165)
    lean = rng.uniform(0.2, 0.5)
    stroke: Stroke = []
    for loop in range(loops):
        height = tall * (1.35 if loop == 0 else rng.uniform(0.35, 0.9))
        width = stride * rng.uniform(0.35, 0.62)
        drift = rng.uniform(-10, 6)
        for step in range(22):
            a = step / 22 * 2 * math.pi
            px = x + stride * step / 22 + width * math.sin(a) * 0.8
            py = y + drift * step / 22 - height * math.sin(a / 2) ** 2 + 14 * math.sin(2 * a)
            t += rng.randint(7, 15)
            stroke.append((round(px + lean * (y - py)), round(py), t))
        x += stride
        y += drift
    for step in range(1, 12):
        t += rng.randint(6, 11)
        stroke.append((round(x + 16 * step), round(y + 5 * math.sin(step / 2) - 2.2 * step), t))
    return stroke, t


def _dash(rng: random.Random, start: tuple[float, float], end: tuple[float, float], t: int) -> tuple[Stroke, int]:
    bow = rng.uniform(-18, 18)
    stroke: Stroke = []
    for step in range(14):
        s = step / 13
        t += rng.randint(6, 13)
        x = start[0] + (end[0] - start[0]) * s
        y = start[1] + (end[1] - start[1]) * s + bow * math.sin(math.pi * s)
        stroke.append((round(x), round(y), t))
    return stroke, t


def draw_signature(seed: int) -> list[Stroke]:
    """Strokes of ``(x, y, t_ms)``: x in 0..1000, y in 0..400, t from the first touch."""
    rng = random.Random(seed)
    t = 0
    strokes: list[Stroke] = []
    for _ in range(rng.randint(1, 3)):
        x, y = rng.uniform(110, 260), rng.uniform(90, 180)
        across = rng.random() < 0.6
        end = (x + rng.uniform(90, 170), y - rng.uniform(6, 26)) if across else (x - 30, y + rng.uniform(90, 150))
        stroke, t = _dash(rng, (x, y), end, t)
        strokes.append(stroke)
        t += rng.randint(90, 210)
    stroke, t = _letters(rng, t)
    strokes.append(stroke)
    if rng.random() < 0.7:
        t += rng.randint(120, 260)
        y = rng.uniform(320, 352)
        stroke, t = _dash(rng, (rng.uniform(180, 260), y), (rng.uniform(620, 800), y - rng.uniform(10, 44)), t)
        strokes.append(stroke)
    return [[(min(_WIDTH, max(0, x)), min(_HEIGHT, max(0, y)), at) for x, y, at in s] for s in strokes]


def render_signature(strokes: list[Stroke], *, width: int = 1000) -> bytes:
    """PNG of strokes, ink on a transparent ground, ``width`` × 0.4 ``width``; raises ``ValueError`` when too long."""
    if sum(len(s) for s in strokes) > _MAX_POINTS:
        raise ValueError("too many points in a signature")
    k = width / _WIDTH * 2
    mask = Image.new("L", (width * 2, round(_HEIGHT * k)))
    pen = ImageDraw.Draw(mask)
    for stroke in strokes:
        for (x0, y0, t0), (x1, y1, t1) in itertools.pairwise(stroke):
            speed = math.hypot(x1 - x0, y1 - y0) / max(1, t1 - t0)
            w = max(5.5, 11.5 - 3.2 * speed) * k
            pen.line((x0 * k, y0 * k, x1 * k, y1 * k), fill=255, width=round(w))
            pen.ellipse((x1 * k - w / 2, y1 * k - w / 2, x1 * k + w / 2, y1 * k + w / 2), fill=255)
    mask = mask.reduce(2)
    picture = Image.new("RGBA", mask.size, (16, 32, 29, 0))
    picture.putalpha(mask)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
