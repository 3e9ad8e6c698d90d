"""SVG path data as geometry: parse, mirror, flatten.

Neighbours: ``geometry`` and ``parts`` author every outline as path data in diagram units; ``canvas`` paints the
flattened polygons and ``export`` hands the very same strings to the field app, so photo and diagram agree.
Invariants: only absolute M L H V C Q A Z commands are accepted; arcs are circular; everything is pure.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

Point = tuple[float, float]
Polygon = tuple[Point, ...]

_TOKEN = re.compile(r"[MLHVCQAZ]|-?\d+(?:\.\d+)?")
_ARITY = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "A": 7, "Z": 0}
_CURVE_STEPS = 10
_MAX_TOKENS = 4000


def commands(d: str) -> list[tuple[str, list[float]]]:
    """Return ``(letter, numbers)`` pairs of path data; raises ``ValueError`` on anything not understood."""
    tokens = _TOKEN.findall(d)
    if len(tokens) > _MAX_TOKENS:
        raise ValueError("path data too long")
    found: list[tuple[str, list[float]]] = []
    letter = ""
    i = 0
    while i < len(tokens):
        if tokens[i] in _ARITY:
            letter = tokens[i]
            i += 1
            if letter == "Z":
                found.append(("Z", []))
                continue
        if letter not in _ARITY or letter == "Z":
            raise ValueError(f"path data without a command near token {i}")
        numbers = [float(t) for t in tokens[i : i + _ARITY[letter]]]
        if len(numbers) != _ARITY[letter]:
            raise ValueError(f"command {letter} is cut short")
        found.append((letter, numbers))
        i += _ARITY[letter]
    return found


def mirror(d: str, width: float = 1000.0) -> str:
    """Path data flipped left to right within ``width`` units (arcs change their sweep)."""
    out: list[str] = []
    for letter, numbers in commands(d):
        flipped = list(numbers)
        if letter == "A":
            flipped[4] = 1 - flipped[4]
            flipped[5] = width - flipped[5]
        elif letter != "V":
            flipped[::2] = [width - x for x in flipped[::2]]
        out.append(letter + " ".join(f"{n:g}" for n in flipped))
    return " ".join(out)


def _cubic(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    points: list[Point] = []
    for step in range(1, _CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        u = 1 - t
        k0, k1, k2, k3 = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        points.append((k0 * a[0] + k1 * b[0] + k2 * c[0] + k3 * d[0], k0 * a[1] + k1 * b[1] + k2 * c[1] + k3 * d[1]))
    return points


def _arc(start: Point, radius: float, large: bool, sweep: bool, end: Point) -> list[Point]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    chord = math.hypot(dx, dy)
    if chord == 0:
        return [end]
    radius = max(radius, chord / 2)
    rise = math.sqrt(max(0.0, radius * radius - chord * chord / 4))
    side = -1 if large == sweep else 1
    cx = (start[0] + end[0]) / 2 - side * rise * dy / chord
    cy = (start[1] + end[1]) / 2 + side * rise * dx / chord
    first = math.atan2(start[1] - cy, start[0] - cx)
    span = math.atan2(end[1] - cy, end[0] - cx) - first
    if sweep and span < 0:
        span += 2 * math.pi
    if not sweep and span > 0:
        span -= 2 * math.pi
    steps = max(4, int(abs(span) / (math.pi / 18)))
    return [
        (cx + radius * math.cos(first + span * i / steps), cy + radius * math.sin(first + span * i / steps))
        for i in range(1, steps + 1)
    ]


@lru_cache(maxsize=2048)
def flatten(d: str) -> tuple[Polygon, ...]:
    """Polylines of path data, one for each sub-path, curves cut into short straight pieces."""
    result: list[Polygon] = []
    current: list[Point] = []
    at: Point = (0.0, 0.0)
    for letter, n in commands(d):
        if letter == "M":
            if len(current) > 1:
                result.append(tuple(current))
            current = [(n[0], n[1])]
        elif letter == "L":
            current.append((n[0], n[1]))
        elif letter == "H":
            current.append((n[0], at[1]))
        elif letter == "V":
            current.append((at[0], n[0]))
        elif letter == "C":
            current.extend(_cubic(at, (n[0], n[1]), (n[2], n[3]), (n[4], n[5])))
        elif letter == "Q":
            c1 = (at[0] + 2 / 3 * (n[0] - at[0]), at[1] + 2 / 3 * (n[1] - at[1]))
            c2 = (n[2] + 2 / 3 * (n[0] - n[2]), n[3] + 2 / 3 * (n[1] - n[3]))
            current.extend(_cubic(at, c1, c2, (n[2], n[3])))
        elif letter == "A":
            current.extend(_arc(at, n[0], n[3] == 1, n[4] == 1, (n[5], n[6])))
        elif letter == "Z" and current:
            current.append(current[0])
        if current:
            at = current[-1]
    if len(current) > 1:
        result.append(tuple(current))
    return tuple(result)


def first_polygon(d: str) -> Polygon:
    """The first sub-path of ``d`` as points; raises ``ValueError`` when there is none."""
    found = flatten(d)
    if not found:
        raise ValueError("path data draws nothing")
    return found[0]


def circle(cx: float, cy: float, r: float) -> str:
    """Path data of a circle."""
    return f"M{cx + r:g} {cy:g} A{r:g} {r:g} 0 0 1 {cx - r:g} {cy:g} A{r:g} {r:g} 0 0 1 {cx + r:g} {cy:g} Z"


def rounded(x: float, y: float, w: float, h: float, r: float) -> str:
    """Path data of a rectangle with rounded corners."""
    return (
        f"M{x + r:g} {y:g} H{x + w - r:g} Q{x + w:g} {y:g} {x + w:g} {y + r:g} V{y + h - r:g} "
        f"Q{x + w:g} {y + h:g} {x + w - r:g} {y + h:g} H{x + r:g} Q{x:g} {y + h:g} {x:g} {y + h - r:g} "
        f"V{y + r:g} Q{x:g} {y:g} {x + r:g} {y:g} Z"
    )
