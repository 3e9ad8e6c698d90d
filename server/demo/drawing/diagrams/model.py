"""What a diagram is made of: views, their lines in painting order, and the areas a damage can be pinned to.

Neighbours: one module beside this for each thing (`car`, `truck`, `kit`, `machine`; the van's outlines are `geometry` and
`parts`); `export` writes them for the app. Invariants: units are thousandths of the view's width, y downwards; later lines and
areas lie above earlier ones; an area's id is unique within its view, and so are its names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.demo.drawing.parts import Part, centre, normalised
from server.demo.drawing.paths import circle, mirror

Kind = Literal["solid", "open", "glass", "lamp", "wheel"]
_TALL: Final = 700
HEAVY: Final = 2
FINE: Final = 1
SIDES: Final = {"left": ("左", "left"), "right": ("右", "right")}


@dataclass(frozen=True, slots=True)
class Line:
    """One stroke, filled by its kind: `solid` and `wheel` like paper, `glass` and `lamp` sunken, `open` not at all."""

    kind: Kind
    weight: int
    d: str


@dataclass(frozen=True, slots=True)
class Area:
    """One part to touch. `id`, `zh` and `en` may hold `{s}`, `{z}`, `{e}`: the side it lies on, in each language."""

    id: str
    zh: str
    en: str
    d: str


@dataclass(frozen=True, slots=True)
class View:
    """One side of a thing; `ground` is where it stands, None when one looks down on it; `share`: how wide it is shown, of all
    the room there is, in hundredths."""

    id: str
    zh: str
    en: str
    height: float
    ground: float | None
    share: int
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """All sides of one kind of thing, in the order they are offered."""

    code: str
    zh: str
    en: str
    views: tuple[View, ...]


FIVE: Final = {
    "front": ("正面", "Front"),
    "left": ("左侧", "Left"),
    "right": ("右侧", "Right"),
    "rear": ("后方", "Rear"),
    "top": ("顶部", "Top"),
}


def body(d: str) -> Line:
    """An outline filled like paper."""
    return Line("solid", HEAVY, d)


def plate(d: str) -> Line:
    """A detail filled like paper."""
    return Line("solid", FINE, d)


def seam(d: str) -> Line:
    """A fine line."""
    return Line("open", FINE, d)


def edge(d: str) -> Line:
    """A heavy line."""
    return Line("open", HEAVY, d)


def glass(d: str) -> Line:
    """Glass, or anything dark."""
    return Line("glass", FINE, d)


def lamp(d: str) -> Line:
    """A lamp."""
    return Line("lamp", FINE, d)


def tyre(cx: float, cy: float, r: float, rim: float, spokes: int = 5) -> tuple[Line, ...]:
    """A wheel from its side: tyre, rim, hub, spokes."""
    rays = [(math.cos(a), math.sin(a)) for a in (math.tau * i / spokes - math.pi / 2 for i in range(spokes))]
    inner, outer = rim * 0.34, rim * 0.92
    star = " ".join(f"M{cx + inner * c:.1f} {cy + inner * s:.1f} L{cx + outer * c:.1f} {cy + outer * s:.1f}" for c, s in rays)
    return (
        Line("wheel", HEAVY, circle(cx, cy, r)),
        Line("solid", FINE, circle(cx, cy, rim)),
        Line("open", FINE, star),
        Line("solid", FINE, circle(cx, cy, rim * 0.25)),
    )


def flipped(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The same lines as seen in a mirror."""
    return tuple(Line(one.kind, one.weight, mirror(one.d)) for one in lines)


def sided(areas: tuple[Area, ...], side: str, *, flip: bool = False) -> tuple[Area, ...]:
    """Areas of one side, named by it; `flip`: as seen in a mirror."""
    zh, en = SIDES[side]
    words = {"s": side, "z": zh, "e": en}
    return tuple(
        Area(a.id.format(**words), a.zh.format(**words), a.en.format(**words), mirror(a.d) if flip else a.d) for a in areas
    )


def both(areas: tuple[Area, ...], here: str, there: str) -> tuple[Area, ...]:
    """Areas of the picture's left half on the side `here`, and mirrored on the side `there`."""
    return tuple(one for pair in zip(sided(areas, here), sided(areas, there, flip=True), strict=True) for one in pair)


def two(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Lines of the picture's left half, and mirrored."""
    return (*lines, *flipped(lines))


def share_of(height: float) -> int:
    """What is taller than wide, or nearly, takes half the room."""
    return 50 if height > _TALL else 100


def within(points: Sequence[tuple[float, float]], x: float, y: float) -> bool:
    """True when a point lies inside a polygon."""
    odd = False
    for (ax, ay), (bx, by) in zip(points, (*points[1:], points[0]), strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd


def middle(points: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """The middle of an area; of a bent one, whose middle lies beside it, the place inside that is farthest from its corners."""
    x, y = centre(points)
    if within(points, x, y):
        return x, y
    inside = [(px, py) for px in range(4, 1000, 6) for py in range(4, 1000, 6) if within(points, px, py)]
    return min(inside, key=lambda at: (sum(1 / (1 + (at[0] - px) ** 2 + (at[1] - py) ** 2) for px, py in points), at))


def view(
    id_: str,
    height: float,
    ground: float | None,
    lines: tuple[Line, ...],
    areas: tuple[Area, ...],
    names: tuple[str, str] | None = None,
    share: int | None = None,
) -> View:
    """One view; of the five sides it has the name all things share."""
    zh, en = names or FIVE[id_]
    outlines = [(area, normalised(area.d, height)) for area in areas]
    parts = tuple(Part(area.id, id_, area.zh, area.en, middle(points), points) for area, points in outlines)
    return View(id_, zh, en, height, ground, share or share_of(height), lines, parts)
