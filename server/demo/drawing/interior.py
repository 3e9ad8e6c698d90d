"""Inside the van and close to it: cabin, load space, instrument cluster, one tyre.

Neighbours: ``photo`` calls ``paint_interior``; ``wheel`` paints the tyre. Invariants: drawn in a 1280 × 960 frame
that covers the whole picture; the dial's figures are the readings given.
"""

from __future__ import annotations

import math

from PIL import Image

from server.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from server.demo.drawing.closeup import plain_camera
from server.demo.drawing.lettering import words
from server.demo.drawing.paths import Point, circle, rounded
from server.demo.drawing.scene import Surroundings, surroundings
from server.demo.drawing.subject import PAINTS, Kind, Readings, Scene, Subject, View
from server.demo.drawing.wheel import wheel


def paint_interior(image: Image.Image, subject: Subject, view: View, readings: Readings, seed: int, scene: Scene) -> None:
    """Paint ``view`` over ``image``; raises ``ValueError`` for views that are not inside or close."""
    c = Canvas(image, plain_camera(image, seed, sway=1.3))
    around = surroundings(scene.light)
    if view is View.DIAL:
        if subject.kind is Kind.VAN:
            _dial(c, subject, readings, seed)
        else:
            _hour_meter(c, readings)
    elif view is View.CABIN:
        _cabin(c, around)
    elif view is View.CARGO:
        _cargo(c, subject)
    elif view is View.TYRE:
        _tyre(c, subject, around, seed)
    else:
        raise ValueError(f"nothing inside is called {view}")


def text(c: Canvas, string: str, at: Point, height: float, colour: Colour, *, anchor: str = "middle") -> None:
    """Words ``height`` units tall around ``at``; ``anchor`` is start, middle or end."""
    picture = words(string, colour)
    w = picture.width * height / picture.height
    x = at[0] - {"start": 0.0, "middle": w / 2, "end": w}[anchor]
    y = at[1] - height / 2
    c.place(picture, [(x, y), (x + w, y), (x + w, y + height), (x, y + height)])


def _arc(cx: float, cy: float, r: float, a0: float, a1: float) -> list[Point]:
    n = 48
    return [
        (
            cx + r * math.cos(math.radians(a0 + (a1 - a0) * i / n)),
            cy + r * math.sin(math.radians(a0 + (a1 - a0) * i / n)),
        )
        for i in range(n + 1)
    ]


def _gauge(c: Canvas, cx: float, cy: float, r: float, share: float, tint: Colour) -> None:
    """A round gauge from 135° to 405°, its needle at ``share`` of the sweep."""
    c.disc(cx, cy, r * 1.06, (70, 74, 77))
    c.disc(cx, cy, r * 1.03, (22, 24, 26))
    c.disc(cx, cy, r, (12, 14, 16))
    c.soft(_arc(cx, cy, r * 0.72, 0, 360), mix(tint, (0, 0, 0), 0.5), 0.35, 30, clip=_arc(cx, cy, r, 0, 360))
    for i in range(41):
        a = math.radians(135 + 270 * i / 40)
        inner = r * (0.80 if i % 5 == 0 else 0.87)
        c.line(
            [
                (cx + inner * math.cos(a), cy + inner * math.sin(a)),
                (cx + r * 0.94 * math.cos(a), cy + r * 0.94 * math.sin(a)),
            ],
            (222, 230, 232) if i < 34 else (232, 84, 60),
            5 if i % 5 == 0 else 2.4,
        )
    c.line(_arc(cx, cy, r * 0.97, 135, 135 + 270 * share), tint, r * 0.03)
    a = math.radians(135 + 270 * share)
    tip = (cx + r * 0.78 * math.cos(a), cy + r * 0.78 * math.sin(a))
    side = (6 * math.cos(a + math.pi / 2), 6 * math.sin(a + math.pi / 2))
    c.fill([(cx + side[0], cy + side[1]), tip, (cx - side[0], cy - side[1])], (240, 84, 40))
    c.disc(cx, cy, r * 0.13, (60, 64, 67))
    c.disc(cx, cy, r * 0.10, (26, 28, 30))


def _dial(c: Canvas, subject: Subject, readings: Readings, seed: int) -> None:
    c.wash(((0.0, (56, 60, 62)), (0.3, (40, 43, 45)), (1.0, (20, 22, 23))))
    c.soft([(60, 40), (1220, 40), (1250, 800), (30, 800)], (0, 0, 0), 0.7, 30)
    hood = "M70 760 C40 420 120 150 330 116 C520 88 760 88 950 116 C1160 150 1240 420 1210 760 C1000 800 280 800 70 760 Z"
    c.gradient(hood, ((0.0, (64, 68, 70)), (0.05, (28, 30, 32)), (1.0, (14, 15, 17))))
    glass = "M104 740 C84 440 150 190 346 156 C520 130 760 130 934 156 C1130 190 1196 440 1176 740 C1000 770 280 770 104 740 Z"
    c.gradient(glass, ((0.0, (10, 12, 14)), (0.6, (6, 8, 9)), (1.0, (16, 19, 21))))
    share = max(0.0, min(1.0, readings.energy_percent / 100))
    _gauge(c, 300, 450, 178, 0.0, (60, 150, 220))
    _gauge(c, 980, 450, 178, share, (64, 190, 120) if share > 0.2 else (236, 150, 40))
    text(c, "km/h", (300, 560), 26, (170, 184, 190))
    text(c, "0", (300, 402), 62, (240, 246, 248))
    mark = "电量" if subject.electric else "E / F"
    text(c, f"{round(share * 100)}%", (980, 556), 40, (240, 246, 248))
    text(c, mark, (980, 380), 34, (170, 190, 184))
    screen = rounded(494, 226, 292, 430, 18)
    c.gradient(screen, ((0.0, (16, 34, 40)), (1.0, (8, 18, 22))))
    c.line(screen, (46, 70, 78), 2)
    text(c, "总里程", (640, 282), 38, (150, 184, 190))
    text(c, f"{readings.odometer_km:,}", (640, 366), 74, (246, 252, 252))
    text(c, "km", (640, 436), 30, (150, 184, 190))
    for i in range(10):
        lit = i < round(share * 10)
        colour: Colour = ((70, 200, 128) if share > 0.2 else (240, 150, 40)) if lit else (34, 50, 54)
        c.fill(rounded(526 + i * 23, 492, 18, 44, 4), colour)
    text(c, "续航" if subject.electric else "剩余", (560, 586), 30, (150, 184, 190))
    text(c, f"{round(share * (310 if subject.electric else 620))} km", (688, 586), 30, (230, 240, 240))
    for i, colour in enumerate(((60, 180, 100), (236, 168, 40), (220, 60, 50), (70, 140, 230))):
        if (seed >> i) & 1 or i == 0:
            c.disc(560 + i * 54, 704, 11, colour)
        else:
            c.disc(560 + i * 54, 704, 11, (30, 34, 36))
    c.soft("M200 180 L470 150 L300 740 L120 740 Z", (255, 255, 255), 0.10, 10, clip=glass)
    rim = _arc(640, 1330, 640, 200, 340)
    c.line([(x, y + 12) for x, y in rim], (6, 7, 8), 92)
    c.line(rim, (44, 47, 49), 84)
    c.line([(x, y - 22) for x, y in rim], (84, 88, 90), 8)


def _hour_meter(c: Canvas, readings: Readings) -> None:
    c.wash(((0.0, (246, 184, 44)), (1.0, (196, 130, 20))))
    c.soft(rounded(200, 150, 900, 640, 40), (0, 0, 0), 0.5, 20)
    c.gradient(rounded(190, 130, 900, 640, 40), ((0.0, (64, 67, 69)), (1.0, (28, 30, 31))))
    for x, y in ((230, 170), (1050, 170), (230, 730), (1050, 730)):
        c.disc(x, y, 15, (150, 154, 156))
        c.line([(x - 9, y - 5), (x + 9, y + 5)], (60, 62, 64), 4)
    c.gradient(rounded(300, 230, 680, 230, 18), ((0.0, (150, 168, 140)), (1.0, (184, 200, 168))))
    text(c, f"{readings.hours or 0:06d}", (600, 350), 120, (26, 34, 26))
    text(c, "h", (920, 376), 72, (26, 34, 26))
    text(c, "HOURS", (640, 510), 36, (220, 224, 222))
    share = max(0, min(100, readings.energy_percent))
    for i in range(10):
        c.fill(rounded(330 + i * 63, 570, 50, 90, 8), (232, 132, 36) if i * 10 < share else (58, 61, 62))
    text(c, f"{share}%", (640, 706), 40, (236, 240, 238))


def _seat(c: Canvas, x: float, y: float, k: float) -> None:
    """The back of a seat from behind, running out of the picture below."""
    cloth: Colour = (66, 72, 78)
    c.soft(rounded(x - 160 * k, y + 90, 330 * k, 700 * k, 40), (0, 0, 0), 0.5, 18)
    for px in (-34, 26):
        c.line([(x + px * k, y + 80 * k), (x + px * k, y + 150 * k)], (150, 154, 158), 8)
    c.gradient(rounded(x - 70 * k, y, 140 * k, 104 * k, 32 * k), ((0.0, lighter(cloth, 0.26)), (1.0, darker(cloth, 0.3))))
    back = (
        f"M{x - 130 * k:g} {y + 160 * k:g} C{x - 120 * k:g} {y + 120 * k:g} "
        f"{x + 120 * k:g} {y + 120 * k:g} {x + 130 * k:g} "
        f"{y + 160 * k:g} L{x + 176 * k:g} {y + 760 * k:g} L{x - 176 * k:g} {y + 760 * k:g} Z"
    )
    c.gradient(back, ((0.0, lighter(cloth, 0.22)), (0.16, cloth), (1.0, darker(cloth, 0.5))))
    c.line(back, darker(cloth, 0.5), 3)
    pocket = (
        f"M{x - 104 * k:g} {y + 380 * k:g} L{x + 104 * k:g} {y + 380 * k:g} L{x + 118 * k:g} {y + 620 * k:g} "
        f"Q{x:g} {y + 650 * k:g} {x - 118 * k:g} {y + 620 * k:g} Z"
    )
    c.gradient(pocket, ((0.0, lighter(cloth, 0.1)), (1.0, darker(cloth, 0.42))))
    c.line([(x - 104 * k, y + 380 * k), (x + 104 * k, y + 380 * k)], darker(cloth, 0.6), 5)
    for px in (-84, 84):
        c.line([(x + px * k, y + 146 * k), (x + px * 1.2 * k, y + 370 * k)], darker(cloth, 0.4), 4)


def _cabin(c: Canvas, around: Surroundings) -> None:
    """From behind the seats, looking forward over them to wheel, dashboard and the yard."""
    c.wash(((0.0, (110, 112, 110)), (0.2, (74, 76, 76)), (1.0, (24, 25, 26))))
    screen = "M60 40 C400 10 880 10 1220 40 L1290 470 C900 500 380 500 -10 470 Z"
    c.gradient(
        screen,
        (
            (0.0, around.sky),
            (0.48, around.haze),
            (0.5, around.wall),
            (0.80, darker(around.wall, 0.15)),
            (0.81, around.ground),
            (1.0, lighter(around.ground, 0.1)),
        ),
    )
    for x in (210, 560, 910):
        c.gradient(rounded(x, 268, 230, 116, 2), ((0.0, (96, 132, 124)), (1.0, (66, 100, 94))))
        for y in range(276, 384, 9):
            c.line([(x, y), (x + 230, y)], (56, 88, 82), 2)
    for x in (150, 800):
        c.fill([(x + 160, 392), (x + 168, 392), (x + 60, 470), (x + 40, 470)], (226, 206, 130))
    c.soft("M150 30 L420 18 L250 480 L0 480 Z", (255, 255, 255), 0.2, 12, clip=screen)
    c.fill("M-220 -220 L120 -220 L74 40 L-6 480 L-220 520 Z", (46, 48, 49))
    c.fill("M1500 -220 L1160 -220 L1206 40 L1286 480 L1500 520 Z", (46, 48, 49))
    c.gradient(rounded(560, 42, 160, 56, 16), ((0.0, (30, 32, 33)), (1.0, (70, 74, 76))))
    dash = "M-220 470 C200 420 420 430 640 436 C880 430 1080 420 1500 470 L1500 760 L-220 760 Z"
    c.gradient(dash, ((0.0, (92, 96, 98)), (0.08, (58, 61, 63)), (0.4, (42, 45, 47)), (1.0, (26, 28, 29))))
    c.gradient(rounded(540, 476, 220, 138, 12), ((0.0, (18, 26, 32)), (1.0, (30, 58, 70))))
    text(c, "09:52", (650, 528), 40, (214, 232, 236))
    for x in (782, 1190):
        c.gradient(rounded(x, 486, 44, 84, 8), ((0.0, (12, 13, 14)), (1.0, (50, 53, 55))))
        for y in range(496, 566, 14):
            c.line([(x + 5, y), (x + 39, y)], (78, 82, 84), 3)
    c.line("M880 520 L1180 528", (20, 21, 22), 5)
    c.soft("M250 430 C290 396 480 396 520 436 L500 470 L270 470 Z", (10, 11, 12), 0.9, 6)
    c.gradient("M266 470 C290 420 480 420 506 470 L500 500 L272 500 Z", ((0.0, (20, 40, 46)), (1.0, (12, 18, 20))))
    c.line(circle(388, 560, 148), (14, 15, 16), 34)
    c.line(circle(388, 558, 148), (52, 55, 57), 20)
    c.gradient(
        "M250 566 C300 530 476 530 526 566 L508 600 C470 580 306 580 268 600 Z",
        ((0.0, (72, 76, 78)), (1.0, (34, 36, 38))),
    )
    c.gradient(rounded(330, 536, 116, 86, 26), ((0.0, (70, 74, 76)), (1.0, (30, 32, 33))))
    c.disc(388, 576, 17, (170, 174, 178))
    c.fill(rounded(560, 640, 170, 300, 30), (30, 32, 33))
    c.line([(646, 700), (640, 610)], (120, 124, 126), 14)
    c.disc(640, 604, 28, (28, 30, 31))
    _seat(c, 210, 520, 1.02)
    _seat(c, 1070, 520, 1.02)
    c.line("M-20 300 C30 480 60 620 96 760", (30, 32, 33), 18)


def _cargo_wall(c: Canvas, back: tuple[float, float, float, float], *, left: bool) -> None:
    """A side wall lined with ply, its posts and lashing rails; ``back`` is the bulkhead's box."""
    x0, xb = (100.0, back[0]) if left else (1180.0, back[2])
    wood: Colour = (198, 168, 122) if left else (182, 152, 108)
    c.gradient(
        [(x0, 40), (xb, back[1]), (xb, back[3]), (x0, 860)],
        ((0.0, lighter(wood, 0.12)), (0.6, wood), (1.0, darker(wood, 0.35))),
    )
    for i in (1, 2, 3):
        t = 1 - (1 - i / 4) ** 1.6
        x = x0 + (xb - x0) * t
        y0, y1 = 40 + (back[1] - 40) * t, 860 + (back[3] - 860) * t
        c.line([(x, y0), (x, y1)], darker(wood, 0.45), 7 - 4 * t)
    for share in (0.34, 0.62):
        ya, yb = 40 + 820 * share, back[1] + (back[3] - back[1]) * share
        c.line([(x0, ya), (xb, yb)], (120, 124, 126), 13)
        c.line([(x0, ya - 3), (xb, yb - 3)], (206, 210, 212), 4)


def _cargo(c: Canvas, subject: Subject) -> None:
    """Through the open rear doors: ribbed floor, lined walls, bulkhead, lashing rings."""
    paint = PAINTS[subject.paint]
    c.wash(((0.0, (150, 154, 154)), (1.0, (60, 62, 62))))
    back = (420.0, 250.0, 860.0, 590.0)
    c.gradient(
        [(100, 40), (1180, 40), (back[2], back[1]), (back[0], back[1])],
        ((0.0, (206, 208, 204)), (1.0, (128, 131, 130))),
    )
    for i in range(1, 6):
        t = 1 - (1 - i / 6) ** 1.5
        y = 40 + (back[1] - 40) * t
        x0, x1 = 100 + (back[0] - 100) * t, 1180 + (back[2] - 1180) * t
        c.line([(x0, y), (x1, y)], (150, 153, 152), 12 - 8 * t)
        c.line([(x0, y - 4), (x1, y - 4)], (226, 228, 224), 3)
    for left in (True, False):
        _cargo_wall(c, back, left=left)
    c.gradient(
        [(back[0], back[1]), (back[2], back[1]), (back[2], back[3]), (back[0], back[3])],
        ((0.0, (176, 178, 174)), (1.0, (118, 120, 118))),
    )
    for x in range(round(back[0]) + 40, round(back[2]), 52):
        c.line([(x, back[1]), (x, back[3])], (140, 143, 140), 4)
    c.gradient(rounded(572, 292, 136, 92, 10), ((0.0, (52, 64, 70)), (1.0, (28, 34, 38))))
    c.gradient(
        [(100, 860), (back[0], back[3]), (back[2], back[3]), (1180, 860), (1320, 1180), (-40, 1180)],
        ((0.0, (64, 67, 66)), (0.4, (96, 99, 97)), (1.0, (116, 119, 116))),
    )
    for i in range(13):
        t = i / 12
        c.line([(back[0] + (back[2] - back[0]) * t, back[3]), (-40 + 1360 * t, 1180)], (70, 73, 72), 5)
    for left in (True, False):
        s = 1 if left else -1
        x = 250 if left else 1030
        c.gradient(
            [(x - s * 60, 640), (x + s * 112, 560), (x + s * 112, 640), (x - s * 30, 752)],
            ((0.0, (150, 152, 148)), (1.0, (70, 72, 71))),
        )
        for ring_x, ring_y in ((x - s * 90, 840), (x + s * 120, 668)):
            c.line(circle(ring_x, ring_y, 15), (196, 200, 202), 5)
    c.soft(
        [
            (back[0] - 20, back[3] - 20),
            (back[2] + 20, back[3] - 20),
            (back[2] + 60, back[3] + 46),
            (back[0] - 60, back[3] + 46),
        ],
        (0, 0, 0),
        0.4,
        16,
    )
    c.gradient(rounded(590, 96, 100, 26, 10), ((0.0, (255, 255, 246)), (1.0, (232, 234, 220))))
    c.soft(rounded(560, 80, 160, 60, 20), (255, 255, 240), 0.5, 26)
    for left in (True, False):
        edge = [(-220, -220), (60, -220), (104, 40), (92, 870), (40, 1180), (-220, 1180)]
        points = edge if left else [(1280 - x, y) for x, y in edge]
        c.gradient(points, ((0.0, lighter(paint, 0.25)), (0.5, paint), (1.0, darker(paint, 0.35))))
        inner = [(104, 40), (92, 870)] if left else [(1176, 40), (1188, 870)]
        c.line(inner, (24, 26, 27), 13)
    c.gradient([(-220, -220), (1500, -220), (1180, 44), (100, 44)], ((0.0, lighter(paint, 0.2)), (1.0, darker(paint, 0.1))))
    c.line([(100, 44), (1180, 44)], (24, 26, 27), 13)


def _tyre(c: Canvas, subject: Subject, around: Surroundings, seed: int) -> None:
    paint = PAINTS[subject.paint]
    c.soft([(120, 800), (1160, 800), (1260, 880), (20, 880)], (0, 0, 0), around.shadow, 24)
    c.gradient(
        "M-220 -220 L1500 -220 L1500 560 L1180 600 C1120 330 900 130 640 130 C380 130 160 330 100 600 L-220 560 Z",
        ((0.0, lighter(paint, 0.1)), (0.6, paint), (1.0, darker(paint, 0.24))),
    )
    c.gradient("M-220 470 L110 480 C90 520 82 570 80 640 L-220 640 Z", ((0.0, (74, 77, 79)), (1.0, (36, 38, 39))))
    c.gradient("M1500 470 L1170 480 C1190 520 1198 570 1200 640 L1500 640 Z", ((0.0, (74, 77, 79)), (1.0, (36, 38, 39))))
    c.fill("M80 640 C80 330 330 110 640 110 C950 110 1200 330 1200 640 Z", (40, 43, 44))
    c.fill("M120 640 C120 350 350 148 640 148 C930 148 1160 350 1160 640 Z", (10, 11, 12))
    c.soft([(60, 600), (1220, 600), (1180, 700), (100, 700)], (0, 0, 0), 0.7, 22)
    c.line("M80 640 C80 330 330 110 640 110 C950 110 1200 330 1200 640", (86, 90, 92), 7)
    wheel(c, 640, 528, 344, (seed % 63) / 10)
    for i in range(48):
        a = math.tau * i / 48
        c.line(
            [
                (640 + 329 * math.cos(a), 528 + 329 * math.sin(a)),
                (640 + 344 * math.cos(a + 0.03), 528 + 344 * math.sin(a + 0.03)),
            ],
            (12, 13, 13),
            7,
        )
    for index, letter in enumerate("215/65R16C"):
        a = math.radians(-90 + (index - 4.5) * 6.4)
        picture = words(letter, (112, 116, 118), 64)
        h, w = 24.0, 24.0 * picture.width / picture.height
        cx, cy = 640 + 292 * math.cos(a), 528 + 292 * math.sin(a)
        ux, uy = -math.sin(a) * w / 2, math.cos(a) * w / 2
        vx, vy = -math.cos(a) * h / 2, -math.sin(a) * h / 2
        c.place(
            picture,
            [
                (cx - ux - vx, cy - uy - vy),
                (cx + ux - vx, cy + uy - vy),
                (cx + ux + vx, cy + uy + vy),
                (cx - ux + vx, cy - uy + vy),
            ],
        )
    c.soft([(420, 842), (860, 842), (900, 890), (380, 890)], (0, 0, 0), 0.7, 10)
