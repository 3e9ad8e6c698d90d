"""The van's front and rear, painted from their outlines.

Neighbours: ``van`` calls ``paint_front`` and ``paint_rear``; ``geometry`` gives the outlines, ``livery`` the company's
colours. Invariants: as in ``van``, everything is placed in the diagram's own units.
"""

from __future__ import annotations

from collections.abc import Callable

from server.demo.drawing.canvas import Canvas, Colour, Stop, darker, lighter, mix
from server.demo.drawing.geometry import GROUND_FRONT, VAN, ViewGeometry
from server.demo.drawing.lettering import plate, words
from server.demo.drawing.livery import PLASTIC, accent, handle, title_colour
from server.demo.drawing.paths import first_polygon, mirror, rounded
from server.demo.drawing.scene import Surroundings
from server.demo.drawing.subject import PAINTS, Subject


def _end_shadow(c: Canvas, around: Surroundings) -> None:
    y = GROUND_FRONT
    c.soft([(110, y - 50), (890, y - 50), (940, y + 18), (60, y + 18)], (10, 12, 14), around.shadow, 20)
    c.soft([(170, 770), (830, 770), (826, y - 18), (174, y - 18)], (6, 7, 8), 0.97, 6)
    for x in (210, 790):
        c.soft([(x - 66, y - 10), (x + 66, y - 10), (x + 60, y + 10), (x - 60, y + 10)], (4, 5, 6), 0.5, 6)


def _end_wheels(c: Canvas, g: ViewGeometry) -> None:
    for role in ("wheel_left", "wheel_right"):
        d = g.path(role)
        c.gradient(
            d,
            ((0.0, (12, 12, 13)), (0.2, (44, 45, 46)), (0.5, (54, 56, 57)), (0.86, (30, 31, 32)), (1.0, (14, 14, 15))),
            across=True,
        )
        x0 = min(p[0] for p in first_polygon(d))
        for x in (x0 + 22, x0 + 44, x0 + 62, x0 + 82):
            c.line([(x, 790), (x, 864)], (16, 17, 18), 4)
        c.soft([(x0 - 6, 780), (x0 + 112, 780), (x0 + 112, 826), (x0 - 6, 826)], (0, 0, 0), 0.8, 8, clip=d)


def _end_stops(paint: Colour, around: Surroundings) -> list[Stop]:
    return [
        (0.0, mix(lighter(paint, 0.5), around.sky, 0.4)),
        (0.06, lighter(paint, 0.3)),
        (0.12, paint),
        (0.46, darker(paint, 0.03)),
        (0.5, lighter(paint, 0.28)),
        (0.60, lighter(paint, 0.06)),
        (0.72, darker(paint, 0.12)),
        (1.0, mix(darker(paint, 0.3), around.ground, 0.25)),
    ]


def _end_edges(c: Canvas, body: str) -> None:
    c.soft([(100, 50), (178, 50), (146, 420), (136, 820), (100, 820)], (6, 8, 10), 0.36, 16, clip=body)
    c.soft([(900, 50), (822, 50), (854, 420), (864, 820), (900, 820)], (6, 8, 10), 0.36, 16, clip=body)
    c.soft([(240, 64), (760, 64), (780, 84), (220, 84)], (255, 255, 255), 0.5, 7, clip=body)


def _end_mirror(c: Canvas, d: str, glass: bool) -> None:
    c.gradient(d, ((0.0, lighter(PLASTIC, 0.3)), (0.35, PLASTIC), (1.0, darker(PLASTIC, 0.5))))
    if glass:
        points = first_polygon(d)
        mx = sum(p[0] for p in points) / len(points)
        my = sum(p[1] for p in points) / len(points)
        c.gradient(
            [(mx + (x - mx) * 0.62, my - 6 + (y - my) * 0.62) for x, y in points],
            ((0.0, (196, 212, 222)), (0.6, (120, 132, 138)), (1.0, (70, 78, 82))),
        )


def _both(d: str) -> tuple[str, str]:
    return d, mirror(d)


def paint_front(c: Canvas, subject: Subject, around: Surroundings) -> None:
    """Paint the van from the front."""
    g = VAN["front"]
    paint = PAINTS[subject.paint]
    _end_shadow(c, around)
    _end_wheels(c, g)
    for role in ("mirror_left", "mirror_right"):
        _end_mirror(c, g.path(role), glass=False)
    body = g.path("body")
    c.gradient(body, _end_stops(paint, around))
    _end_edges(c, body)
    _front_glass(c, g, subject, around)
    bonnet = g.path("bonnet")
    c.gradient(
        bonnet,
        (
            (0.0, mix(lighter(paint, 0.3), around.sky, 0.3)),
            (0.3, lighter(paint, 0.22)),
            (0.7, paint),
            (1.0, darker(paint, 0.16)),
        ),
    )
    for side in _both("M306 448 C296 486 300 524 318 556 L352 556 C330 520 326 486 336 452 Z"):
        c.soft(side, (255, 255, 255), 0.26, 9, clip=bonnet)
    for side in _both("M306 448 C296 486 300 524 318 556 L290 556 C276 520 278 482 290 448 Z"):
        c.soft(side, (0, 0, 0), 0.13, 9, clip=bonnet)
    c.seam(bonnet, paint, 3)
    _front_face(c, g, paint, around)
    c.place(plate(subject.plate, subject.electric), [(398, 646), (602, 646), (602, 704), (398, 704)])


def _front_glass(c: Canvas, g: ViewGeometry, subject: Subject, around: Surroundings) -> None:
    c.fill(
        "M222 120 C400 104 600 104 778 120 C802 206 824 306 836 396 C700 430 300 430 164 396 C176 306 198 206 222 120 Z",
        (16, 18, 19),
    )
    c.fill(g.path("cowl"), (30, 32, 34))
    glass = g.path("windscreen")
    c.gradient(
        glass,
        ((0.0, mix(around.sky, (50, 66, 72), 0.35)), (0.4, (66, 82, 88)), (0.62, (40, 52, 57)), (1.0, (24, 31, 35))),
    )
    for side in _both("M262 236 C262 206 344 206 346 236 L362 330 C372 350 376 380 376 404 L236 404 C238 380 244 346 252 330 Z"):
        c.soft(side, (12, 15, 17), 0.75, 5, clip=glass)
    c.soft("M560 352 C570 300 700 300 712 352 L700 356 C684 318 590 318 572 356 Z", (8, 9, 10), 0.9, 3, clip=glass)
    c.soft("M178 360 C400 344 600 344 822 360 L822 400 C600 420 400 420 178 400 Z", (20, 23, 25), 0.9, 5, clip=glass)
    c.soft("M180 130 L360 118 L250 400 L150 400 Z", (255, 255, 255), 0.24, 8, clip=glass)
    c.soft("M410 116 L452 116 L350 404 L312 404 Z", (255, 255, 255), 0.16, 6, clip=glass)
    c.fill(rounded(462, 124, 76, 34, 8), (20, 22, 23))
    c.line("M300 404 C360 384 420 376 470 376", (12, 13, 14), 7)
    c.line("M560 406 C620 388 680 378 730 376", (12, 13, 14), 7)
    c.fill(rounded(724, 150, 40, 34, 4), (236, 240, 232))
    c.fill(rounded(729, 155, 30, 12, 2), (44, 140, 84))
    if subject.lettering:
        title = words(subject.lettering, (244, 246, 244))
        k = min(30 / title.height, 170 / title.width)
        w, h = title.width * k, title.height * k
        c.glaze(rounded(500 - w / 2 - 14, 84, w + 28, 32, 8), accent(subject), 0.95)
        c.place(
            title,
            [
                (500 - w / 2, 100 - h / 2),
                (500 + w / 2, 100 - h / 2),
                (500 + w / 2, 100 + h / 2),
                (500 - w / 2, 100 + h / 2),
            ],
        )


def _front_face(c: Canvas, g: ViewGeometry, paint: Colour, around: Surroundings) -> None:
    c.gradient(g.path("grille"), ((0.0, (20, 22, 23)), (0.5, (44, 47, 49)), (1.0, (26, 28, 29))))
    for y in (580, 592, 604):
        c.line([(322, y), (678, y)], (84, 88, 90), 2)
    c.disc(500, 592, 22, (200, 205, 208))
    c.disc(500, 592, 17, (40, 44, 46))
    c.line("M490 600 L500 580 L510 600", (220, 224, 226), 4)
    bumper = g.path("bumper_front")
    c.gradient(
        bumper,
        (
            (0.0, lighter(paint, 0.2)),
            (0.3, darker(paint, 0.04)),
            (0.6, darker(paint, 0.14)),
            (1.0, mix(darker(paint, 0.36), around.ground, 0.3)),
        ),
    )
    c.line("M126 622 C300 654 700 654 874 622", darker(paint, 0.6), 3)
    c.gradient(
        "M126 730 C300 744 700 744 874 730 L874 752 C873 784 864 800 842 806 C640 818 360 818 158 806 C136 800 127 784 126 752 Z",
        ((0.0, lighter(PLASTIC, 0.16)), (0.3, PLASTIC), (1.0, darker(PLASTIC, 0.5))),
    )
    c.gradient(g.path("intake"), ((0.0, (10, 11, 12)), (1.0, (32, 34, 35))))
    for y in (732, 748, 762):
        c.line([(302, y), (698, y)], (58, 61, 63), 2.4)
    for role in ("headlamp_right", "headlamp_left"):
        _headlamp(c, g.path(role), mirrored=role == "headlamp_left")
    for role in ("fog_right", "fog_left"):
        c.gradient(g.path(role), ((0.0, (18, 19, 20)), (1.0, (40, 42, 43))))
        points = first_polygon(g.path(role))
        mx = sum(p[0] for p in points) / len(points)
        c.disc(mx, 723, 17, (92, 98, 102))
        c.disc(mx, 723, 13, (214, 222, 226))
        c.disc(mx - 4, 719, 5, (255, 255, 255))
    for role in ("mirror_left", "mirror_right"):
        points = first_polygon(g.path(role))
        c.gradient([(x, y) for x, y in points if y <= 330], ((0.0, lighter(paint, 0.3)), (1.0, darker(paint, 0.2))))


def _headlamp(c: Canvas, d: str, *, mirrored: bool) -> None:
    flip: Callable[[str], str] = mirror if mirrored else str
    c.gradient(d, ((0.0, (206, 216, 222)), (0.4, (108, 118, 124)), (1.0, (180, 190, 196))))
    c.fill(flip("M142 524 C182 530 236 546 280 566 C286 580 280 594 266 600 C222 602 176 592 140 578 Z"), (38, 44, 48))
    for x, y, r in ((176, 556, 19), (232, 576, 16)):
        cx = 1000 - x if mirrored else x
        c.disc(cx, y, r, (120, 130, 136))
        c.disc(cx, y, r * 0.82, (226, 234, 238))
        c.disc(cx, y, r * 0.5, (150, 162, 170))
        c.disc(cx - r * 0.2, y - r * 0.25, r * 0.25, (255, 255, 255))
    c.line(flip("M140 522 C182 528 238 544 284 566"), (250, 253, 255), 6)
    c.line(d, (40, 44, 46), 2.4)


def paint_rear(c: Canvas, subject: Subject, around: Surroundings) -> None:
    """Paint the van from behind."""
    g = VAN["rear"]
    paint = PAINTS[subject.paint]
    _end_shadow(c, around)
    _end_wheels(c, g)
    for role in ("mirror_left", "mirror_right"):
        _end_mirror(c, g.path(role), glass=True)
    body = g.path("body")
    c.gradient(body, _end_stops(paint, around))
    _end_edges(c, body)
    for side in ("left", "right"):
        c.seam(g.path(f"rear_door_{side}"), paint, 3.4)
        glass = g.path(f"rear_glass_{side}")
        c.line(glass, (18, 20, 21), 13)
        c.gradient(
            glass,
            ((0.0, mix(around.sky, (52, 66, 72), 0.4)), (0.5, (58, 72, 78)), (0.55, (36, 46, 50)), (1.0, (22, 28, 31))),
        )
        for y in range(170, 350, 20):
            c.line([(216, y), (474, y)] if side == "left" else [(526, y), (784, y)], (74, 66, 58), 1)
        for hinge in ("hinge", "hinge_low"):
            c.gradient(g.path(f"{hinge}_{side}"), ((0.0, lighter(paint, 0.2)), (1.0, darker(paint, 0.5))))
        c.soft(
            "M220 140 L330 140 L240 372 L190 372 Z" if side == "left" else "M540 140 L640 140 L560 372 L500 372 Z",
            (255, 255, 255),
            0.22,
            6,
            clip=glass,
        )
        lamp = g.path(f"tail_lamp_{side}")
        c.gradient(
            lamp,
            (
                (0.0, (206, 30, 34)),
                (0.3, (232, 60, 50)),
                (0.34, (244, 160, 60)),
                (0.5, (236, 140, 40)),
                (0.54, (240, 238, 232)),
                (0.68, (220, 218, 212)),
                (0.72, (204, 28, 32)),
                (1.0, (120, 10, 16)),
            ),
        )
        c.line(lamp, (60, 12, 14), 3)
    c.fill("M496 110 L504 110 L504 698 L496 698 Z", darker(paint, 0.66))
    c.line("M506.5 112 L506.5 698", lighter(paint, 0.4), 2)
    c.gradient(g.path("brake_lamp"), ((0.0, (226, 60, 54)), (1.0, (130, 12, 18))))
    _rear_livery(c, subject)
    _rear_bumper(c, g, paint)
    c.fill(rounded(388, 582, 224, 76, 8), (34, 36, 38))
    c.place(plate(subject.plate, subject.electric), [(396, 590), (604, 590), (604, 650), (396, 650)])


def _rear_livery(c: Canvas, subject: Subject) -> None:
    colour = accent(subject)
    c.gradient("M168 500 L492 488 L492 512 L167 524 Z", ((0.0, colour), (1.0, darker(colour, 0.15))))
    c.gradient("M508 488 L832 500 L833 524 L508 512 Z", ((0.0, colour), (1.0, darker(colour, 0.15))))
    if subject.lettering:
        title = words(subject.lettering, title_colour(subject))
        half = title.width // 2
        for part, cx in (
            (title.crop((0, 0, half, title.height)), 340),
            (title.crop((half, 0, title.width, title.height)), 660),
        ):
            k = min(60 / part.height, 240 / part.width)
            w, h = part.width * k, part.height * k
            c.place(
                part,
                [
                    (cx - w / 2, 434 - h / 2),
                    (cx + w / 2, 434 - h / 2),
                    (cx + w / 2, 434 + h / 2),
                    (cx - w / 2, 434 + h / 2),
                ],
            )


def _rear_bumper(c: Canvas, g: ViewGeometry, paint: Colour) -> None:
    handle(c, g.path("rear_handle"), paint)
    c.gradient(g.path("bumper_rear"), ((0.0, lighter(PLASTIC, 0.28)), (0.2, PLASTIC), (1.0, darker(PLASTIC, 0.45))))
    c.gradient(g.path("step"), ((0.0, (84, 88, 90)), (0.3, (30, 32, 33)), (1.0, (46, 49, 51))))
    for x in range(320, 690, 16):
        c.line([(x, 724), (x + 8, 742)], (62, 65, 67), 2)
    for x in (170, 770):
        c.gradient(rounded(x, 748, 60, 16, 5), ((0.0, (220, 50, 44)), (1.0, (120, 12, 16))))
