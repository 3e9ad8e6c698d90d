"""A delivery van painted from its outlines: both sides, front and rear.

Neighbours: ``geometry`` gives the outlines in diagram units, ``scene`` the colours around, ``wheel`` and
``lettering`` the details; ``photo`` calls ``paint_van``. Invariants: everything is placed in the diagram's own units,
so the line art and the photo cover each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from server.demo.drawing.canvas import Canvas, Colour, Stop, darker, lighter, mix
from server.demo.drawing.geometry import GROUND_SIDE, VAN, WHEEL_FRONT, WHEEL_R, WHEEL_REAR, ViewGeometry
from server.demo.drawing.lettering import words
from server.demo.drawing.livery import PLASTIC, accent, handle, title_colour
from server.demo.drawing.paths import first_polygon, mirror, rounded
from server.demo.drawing.scene import Surroundings
from server.demo.drawing.subject import PAINTS, Subject, View
from server.demo.drawing.van_ends import paint_front, paint_rear
from server.demo.drawing.wheel import wheel


def paint_van(c: Canvas, view: View, subject: Subject, around: Surroundings, seed: int) -> None:
    """Paint the van as seen from ``view``; raises ``ValueError`` for a view without an outline."""
    if view in (View.LEFT, View.RIGHT):
        _side(c, view, subject, around, seed)
    elif view is View.FRONT:
        paint_front(c, subject, around)
    elif view is View.REAR:
        paint_rear(c, subject, around)
    else:
        raise ValueError(f"no outline for view {view}")


def _paint_stops(paint: Colour, around: Surroundings) -> list[Stop]:
    """The run of light down a van's flank: sky on the shoulder, its own colour, the ground's dusk below."""
    low = mix(darker(paint, 0.3), around.ground, 0.3)
    return [
        (0.0, mix(lighter(paint, 0.5), around.sky, 0.4)),
        (0.035, lighter(paint, 0.5)),
        (0.10, mix(paint, around.sky, 0.12)),
        (0.40, darker(paint, 0.05)),
        (0.500, darker(paint, 0.11)),
        (0.512, lighter(paint, 0.42)),
        (0.545, lighter(paint, 0.10)),
        (0.66, darker(paint, 0.08)),
        (0.80, darker(paint, 0.2)),
        (1.0, low),
    ]


def _side(c: Canvas, view: View, subject: Subject, around: Surroundings, seed: int) -> None:
    g = VAN[view.value]
    flip: Callable[[str], str] = mirror if view is View.LEFT else str
    paint = PAINTS[subject.paint]
    _side_shadow(c, around)
    c.fill("M150 360 L868 360 L866 396 L152 396 Z", (16, 17, 18))
    body = g.path("body")
    c.gradient(body, _paint_stops(paint, around))
    _side_reflections(c, body, flip, paint, around)
    _side_panels(c, g, view, flip, paint)
    _side_livery(c, view, subject, flip)
    _side_plastics(c, g, flip, paint)
    _side_glass(c, g, flip, around)
    _side_lamps(c, g, flip)
    spin = random.Random(seed).random() * 6
    for i, (x, y) in enumerate((WHEEL_FRONT, WHEEL_REAR)):
        cx = 1000 - x if view is View.LEFT else x
        c.fill(g.path("arch_front" if i == 0 else "arch_rear"), (14, 15, 16))
        c.line(g.path("arch_front" if i == 0 else "arch_rear"), darker(PLASTIC, 0.1), 7)
        wheel(c, cx, y, WHEEL_R, spin + i)
    _side_mirror(c, g, flip, paint)
    c.soft(flip("M40 384 L960 384 L960 340 L40 352 Z"), (112, 100, 82), 0.13, 14, clip=body)


def _side_shadow(c: Canvas, around: Surroundings) -> None:
    y = GROUND_SIDE
    c.soft([(20, y - 22), (985, y - 22), (1010, y + 16), (-10, y + 16)], (10, 12, 14), around.shadow, 12)
    for x, _ in (WHEEL_FRONT, WHEEL_REAR):
        for cx in (x, 1000 - x):
            c.soft([(cx - 60, y - 8), (cx + 60, y - 8), (cx + 52, y + 7), (cx - 52, y + 7)], (4, 5, 6), 0.35, 4)
    c.soft([(90, y - 40), (915, y - 40), (905, y - 4), (100, y - 4)], (6, 7, 8), 0.95, 4)


def _side_reflections(c: Canvas, body: str, flip: Callable[[str], str], paint: Colour, around: Surroundings) -> None:
    c.soft(flip("M60 54 L640 47 L690 70 L640 64 L60 72 Z"), (255, 255, 255), 0.5, 5, clip=body)
    c.soft(flip("M30 262 C300 244 620 246 980 268 L980 312 L30 314 Z"), mix(around.wall, paint, 0.3), 0.30, 10, clip=body)
    c.soft(flip("M28 60 L58 60 L64 386 L28 386 Z"), (8, 10, 12), 0.34, 12, clip=body)
    c.soft(flip("M925 216 L985 236 L985 390 L948 390 Z"), (8, 10, 12), 0.32, 14, clip=body)
    c.soft(flip("M820 206 L930 232 L900 236 L816 216 Z"), (255, 255, 255), 0.5, 4, clip=body)
    c.soft(flip("M330 60 L420 58 L330 210 L250 210 Z"), (255, 255, 255), 0.10, 16, clip=body)
    c.soft(flip("M700 216 L790 216 L740 310 L660 310 Z"), (255, 255, 255), 0.10, 14, clip=body)


def _side_panels(c: Canvas, g: ViewGeometry, view: View, flip: Callable[[str], str], paint: Colour) -> None:
    body = g.path("body")
    for role in ("rear_stamp", "mid_stamp"):
        d = g.path(role)
        points = first_polygon(d)
        c.soft(d, darker(paint, 0.4), 0.16, 6, clip=d)
        c.line([(x, y - 2) for x, y in points], darker(paint, 0.26), 2.2)
        c.line([(x, y + 1.5) for x, y in points], lighter(paint, 0.3), 1.6)
        x0, x1 = min(p[0] for p in points), max(p[0] for p in points)
        y0 = min(p[1] for p in points)
        c.soft([(x0, y0), (x1, y0), (x1, y0 + 9), (x0, y0 + 9)], (0, 0, 0), 0.34, 4, clip=d)
    c.line(flip("M60 66 C260 59 480 56 606 60 C650 60 676 64 696 76"), darker(paint, 0.38), 2.4)
    c.line(flip("M60 68.4 C260 61.4 480 58.4 606 62.4"), lighter(paint, 0.45), 1.6)
    c.seam(g.path("door_front"), paint)
    c.seam(g.path("bonnet_line"), paint, 1.8)
    if view is View.RIGHT:
        c.seam(g.path("sliding_door"), paint)
        c.line(g.path("rail"), (34, 36, 38), 5)
        c.line("M112 203.4 L396 200.4", lighter(paint, 0.4), 1.4)
        handle(c, g.path("handle_sliding"), paint)
    else:
        c.seam(g.path("panel_seam"), paint)
        c.seam(g.path("pillar_seam"), paint)
        c.seam(g.path("charge_flap"), paint, 1.8)
        c.soft(g.path("charge_flap"), (255, 255, 255), 0.22, 5, clip=body)
    handle(c, g.path("handle_front"), paint)


def _side_livery(c: Canvas, view: View, subject: Subject, flip: Callable[[str], str]) -> None:
    colour = accent(subject)
    shade = darker(colour, 0.16)
    c.gradient(flip("M40 236 L300 232 L388 306 L36 312 Z"), ((0.0, colour), (1.0, shade)))
    c.gradient(flip("M316 232 L346 231.4 L434 304 L404 306 Z"), ((0.0, colour), (1.0, shade)))
    c.gradient(flip("M360 231 L374 230.8 L462 302 L448 303 Z"), ((0.0, mix(colour, (250, 190, 40), 0.6)), (1.0, shade)))
    if not subject.lettering:
        return
    title = words(subject.lettering, title_colour(subject))
    k = min(50 / title.height, 250 / title.width)
    w, h = title.width * k, title.height * k
    cx = 229.0 if view is View.RIGHT else 771.0
    c.place(
        title,
        [(cx - w / 2, 128 - h / 2), (cx + w / 2, 128 - h / 2), (cx + w / 2, 128 + h / 2), (cx - w / 2, 128 + h / 2)],
    )
    phone = words("400-820-7315", darker(title_colour(subject), 0.1))
    k = 15 / phone.height
    w, h = phone.width * k, 15.0
    c.place(phone, [(cx - w / 2, 168), (cx + w / 2, 168), (cx + w / 2, 168 + h), (cx - w / 2, 168 + h)])
    if subject.electric:
        mark = words("EV", (250, 252, 250))
        k = 30 / mark.height
        left = 96.0 if view is View.RIGHT else 1000 - 96 - mark.width * k
        c.place(mark, [(left, 258), (left + mark.width * k, 258), (left + mark.width * k, 288), (left, 288)])


def _side_plastics(c: Canvas, g: ViewGeometry, flip: Callable[[str], str], paint: Colour) -> None:
    run: tuple[Stop, ...] = ((0.0, lighter(PLASTIC, 0.26)), (0.18, PLASTIC), (1.0, darker(PLASTIC, 0.35)))
    for role in ("cladding_mid", "cladding_door", "sill"):
        c.gradient(g.path(role), run)
    for role in ("bumper_front", "bumper_rear"):
        c.gradient(g.path(role), ((0.0, lighter(PLASTIC, 0.22)), (0.25, PLASTIC), (1.0, darker(PLASTIC, 0.4))))
        c.line(g.path(role), darker(paint, 0.7), 1.6)
    c.fill(flip("M900 352 L950 350 L948 362 L902 364 Z"), (24, 25, 26))


def _side_glass(c: Canvas, g: ViewGeometry, flip: Callable[[str], str], around: Surroundings) -> None:
    frame: Colour = (18, 20, 21)
    c.fill(flip("M604 76 L690 76 C712 82 726 98 736 108 L808 176 C814 190 810 200 800 200 L604 200 Z"), frame)
    glass = g.path("door_glass")
    c.gradient(
        glass,
        ((0.0, mix(around.sky, (40, 56, 60), 0.45)), (0.45, (52, 66, 70)), (0.5, (34, 44, 48)), (1.0, (22, 29, 32))),
    )
    c.soft(flip("M634 124 C634 110 660 108 664 124 L668 196 L630 196 Z"), (12, 14, 15), 0.8, 2, clip=glass)
    c.soft(flip("M726 168 L752 160 L764 196 L744 196 Z"), (12, 14, 15), 0.8, 2, clip=glass)
    c.soft(flip("M650 80 L684 80 L640 196 L606 196 Z"), (255, 255, 255), 0.26, 2, clip=glass)
    c.soft(flip("M694 80 L702 80 L660 196 L652 196 Z"), (255, 255, 255), 0.2, 2, clip=glass)
    c.line(g.path("quarter_seam"), frame, 5)
    c.line(glass, (70, 76, 78), 1.2)
    screen = g.path("windscreen")
    c.gradient(screen, ((0.0, mix(around.sky, (30, 40, 44), 0.3)), (1.0, (30, 40, 44))))


def _side_lamps(c: Canvas, g: ViewGeometry, flip: Callable[[str], str]) -> None:
    lamp = g.path("headlamp")
    c.gradient(lamp, ((0.0, (246, 250, 252)), (0.5, (150, 162, 170)), (1.0, (226, 232, 236))))
    c.fill(flip("M956 264 C936 254 914 248 896 247 C906 256 930 268 958 275 Z"), (50, 58, 62))
    c.line(flip("M882 243 C912 250 940 260 962 274"), (255, 255, 255), 2.6)
    c.line(lamp, (40, 44, 46), 1.6)
    tail = g.path("tail_lamp")
    c.gradient(
        tail,
        (
            (0.0, (190, 24, 30)),
            (0.36, (224, 52, 46)),
            (0.4, (240, 232, 224)),
            (0.52, (236, 150, 50)),
            (0.56, (206, 34, 36)),
            (1.0, (124, 10, 18)),
        ),
    )
    c.line(tail, (60, 14, 16), 1.4)
    c.fill(flip(rounded(836, 268, 22, 9, 4)), (244, 150, 30))


def _side_mirror(c: Canvas, g: ViewGeometry, flip: Callable[[str], str], paint: Colour) -> None:
    d = g.path("mirror")
    c.soft([(x, y + 10) for x, y in first_polygon(d)], (0, 0, 0), 0.4, 5)
    c.gradient(d, ((0.0, lighter(PLASTIC, 0.34)), (0.3, PLASTIC), (1.0, darker(PLASTIC, 0.5))))
    c.gradient(
        flip("M772 152 L794 156 C799 158 800 162 799 168 L798 182 L776 178 C770 176 768 172 768 164 C768 156 769 152 772 152 Z"),
        ((0.0, lighter(paint, 0.3)), (1.0, darker(paint, 0.2))),
    )
