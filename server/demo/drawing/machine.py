"""Two machines on the yard: a mini excavator and a generator, from the front and from the left.

Neighbours: ``photo`` calls ``paint_machine``. Invariants: drawn in a 1280 × 960 frame standing on y = 800; nothing
outside the machine and its shadow is painted, so the yard stays visible.
"""

from __future__ import annotations

from PIL import Image

from server.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from server.demo.drawing.closeup import plain_camera
from server.demo.drawing.lettering import words
from server.demo.drawing.paths import Point, rounded
from server.demo.drawing.scene import Surroundings
from server.demo.drawing.subject import Kind, Subject, View

_YELLOW: Colour = (240, 172, 28)
_STEEL: Colour = (58, 61, 63)
_GREEN: Colour = (26, 110, 92)


def paint_machine(
    image: Image.Image, subject: Subject, view: View, seed: int, size: tuple[int, int], around: Surroundings
) -> None:
    """Paint the machine; raises ``ValueError`` for views other than front and left."""
    del size
    c = Canvas(image, plain_camera(image, seed, sway=1.0))
    if view not in (View.FRONT, View.LEFT):
        raise ValueError(f"a machine has no view {view}")
    side = view is View.LEFT
    if subject.kind is Kind.EXCAVATOR:
        _excavator_side(c, subject, around) if side else _excavator_front(c, subject, around)
    else:
        _generator(c, subject, around, side=side)


def _label(c: Canvas, string: str, at: Point, height: float, colour: Colour) -> None:
    picture = words(string, colour)
    w = picture.width * height / picture.height
    c.place(
        picture,
        [
            (at[0] - w / 2, at[1] - height / 2),
            (at[0] + w / 2, at[1] - height / 2),
            (at[0] + w / 2, at[1] + height / 2),
            (at[0] - w / 2, at[1] + height / 2),
        ],
    )


def _metal(c: Canvas, d: str | list[Point], colour: Colour) -> None:
    c.gradient(d, ((0.0, lighter(colour, 0.36)), (0.12, lighter(colour, 0.08)), (0.6, colour), (1.0, darker(colour, 0.36))))
    c.line(d, darker(colour, 0.6), 2.4)


def _track_side(c: Canvas, x0: float, x1: float, y0: float, y1: float) -> None:
    r = (y1 - y0) / 2
    c.gradient(rounded(x0, y0, x1 - x0, y1 - y0, r), ((0.0, (66, 68, 70)), (0.2, (34, 35, 36)), (1.0, (18, 19, 19))))
    c.fill(rounded(x0 + 20, y0 + 18, x1 - x0 - 40, y1 - y0 - 36, r - 18), (52, 50, 46))
    for i in range(int((x1 - x0 - 40) / 26)):
        x = x0 + 30 + i * 26
        for y in (y0 - 3, y1 - 11):
            c.fill(rounded(x, y, 16, 14, 3), (26, 27, 28))
    for i in range(5):
        x = x0 + r + i * (x1 - x0 - 2 * r) / 4
        big = i in (0, 4)
        c.disc(x, (y0 + y1) / 2 + (0 if big else 14), r * (0.62 if big else 0.34), (84, 86, 86))
        c.disc(x, (y0 + y1) / 2 + (0 if big else 14), r * (0.46 if big else 0.22), _YELLOW if big else (44, 46, 47))
        c.disc(x, (y0 + y1) / 2 + (0 if big else 14), r * 0.1, (24, 25, 26))


def _excavator_side(c: Canvas, subject: Subject, around: Surroundings) -> None:
    """Facing left, the arm folded down before it."""
    c.soft([(250, 770), (1130, 770), (1180, 824), (180, 824)], (8, 9, 10), around.shadow, 16)
    _track_side(c, 520, 1020, 668, 800)
    _metal(c, [(430, 690), (470, 676), (476, 760), (520, 764), (520, 786), (430, 790)], _YELLOW)
    c.gradient(rounded(660, 622, 220, 56, 10), ((0.0, (70, 73, 75)), (1.0, (30, 32, 33))))
    _metal(c, "M560 520 L1010 500 C1060 500 1084 530 1086 570 L1080 612 C1078 632 1066 640 1046 640 L560 640 Z", _YELLOW)
    for y in (540, 560, 580):
        c.line([(930, y), (1050, y - 4)], (60, 46, 14), 7)
    _label(c, subject.label or "JZ-18", (800, 584), 40, (40, 34, 20))
    cab = "M566 522 L580 300 Q582 280 604 278 L806 278 Q826 278 828 298 L836 512 Z"
    _metal(c, cab, _STEEL)
    for d in ("M586 500 L598 308 L690 304 L690 504 Z", "M706 504 L706 304 L802 304 L812 500 Z"):
        c.gradient(d, ((0.0, mix(around.sky, (60, 76, 82), 0.3)), (0.5, (76, 92, 98)), (1.0, (34, 42, 46))))
    c.soft("M720 300 L780 300 L730 504 L706 504 Z", (255, 255, 255), 0.3, 5)
    c.soft(rounded(700, 390, 74, 112, 20), (14, 15, 16), 0.85, 6)
    c.line([(640, 500), (630, 430)], (18, 19, 20), 8)
    _metal(c, rounded(562, 262, 286, 24, 10), darker(_YELLOW, 0.06))
    _metal(c, "M560 600 L470 560 L350 330 L276 236 L306 206 L392 296 L520 500 L572 540 Z", _YELLOW)
    c.line([(520, 590), (398, 402)], (40, 42, 44), 26)
    c.line([(452, 486), (390, 392)], (200, 204, 206), 13)
    _metal(c, "M270 200 L318 196 L330 236 L286 560 L246 566 L252 250 Z", _YELLOW)
    c.line([(350, 300), (300, 330)], (40, 42, 44), 22)
    for x, y in ((300, 222), (268, 556), (540, 580), (372, 330)):
        c.disc(x, y, 17, (46, 48, 50))
        c.disc(x, y, 8, (150, 154, 156))
    bucket = "M226 556 L300 548 C330 610 336 680 300 732 C262 768 210 766 178 736 L196 716 C232 690 240 620 226 556 Z"
    _metal(c, bucket, (88, 84, 78))
    for x in (180, 204, 230):
        c.fill([(x, 736), (x + 18, 746), (x - 6, 782)], (120, 118, 112))


def _excavator_front(c: Canvas, subject: Subject, around: Surroundings) -> None:
    c.soft([(330, 770), (950, 770), (1000, 826), (280, 826)], (8, 9, 10), around.shadow, 16)
    for x in (400, 760):
        c.gradient(rounded(x, 640, 120, 164, 22), ((0.0, (62, 64, 66)), (0.3, (36, 37, 38)), (1.0, (16, 17, 17))))
        for y in range(652, 800, 22):
            c.fill(rounded(x - 4, y, 128, 11, 3), (22, 23, 24))
    c.gradient(rounded(500, 640, 280, 70, 8), ((0.0, (58, 60, 62)), (1.0, (26, 27, 28))))
    _metal(c, "M408 520 L880 520 L888 640 L400 640 Z", _YELLOW)
    cab = "M560 524 L572 254 Q574 236 594 234 L850 234 Q870 236 872 254 L884 524 Z"
    _metal(c, cab, _STEEL)
    glass = "M584 506 L594 268 L850 268 L860 506 Z"
    c.gradient(glass, ((0.0, mix(around.sky, (60, 76, 82), 0.3)), (0.5, (80, 96, 102)), (1.0, (34, 42, 46))))
    c.soft(rounded(660, 350, 120, 150, 30), (14, 15, 16), 0.85, 8, clip=glass)
    c.soft("M610 270 L690 270 L630 506 L586 506 Z", (255, 255, 255), 0.32, 6, clip=glass)
    _metal(c, rounded(556, 214, 332, 28, 12), darker(_YELLOW, 0.06))
    for x in (590, 836):
        c.disc(x, 226, 15, (240, 244, 240))
    _label(c, subject.label or "JZ-18", (700, 596), 44, (40, 34, 20))
    _metal(c, [(448, 640), (540, 640), (528, 250), (462, 250)], _YELLOW)
    c.line([(494, 600), (494, 380)], (40, 42, 44), 30)
    c.line([(494, 380), (494, 300)], (200, 204, 206), 15)
    _metal(c, rounded(452, 214, 86, 330, 14), darker(_YELLOW, 0.05))
    for y in (250, 530):
        c.disc(494, y, 22, (46, 48, 50))
        c.disc(494, y, 10, (150, 154, 156))
    _metal(c, "M396 560 L592 560 L604 716 Q500 746 384 716 Z", (88, 84, 78))
    for x in range(396, 600, 42):
        c.fill([(x, 718), (x + 24, 722), (x + 12, 764)], (128, 126, 120))
    _metal(c, "M360 716 L920 716 L930 782 L350 782 Z", darker(_YELLOW, 0.05))


def _generator(c: Canvas, subject: Subject, around: Surroundings, *, side: bool) -> None:
    x0, x1 = (230.0, 1050.0) if side else (400.0, 880.0)
    c.soft([(x0 - 10, 776), (x1 + 10, 776), (x1 + 70, 824), (x0 - 70, 824)], (8, 9, 10), around.shadow, 14)
    _metal(c, rounded(x0 - 16, 756, x1 - x0 + 32, 46, 8), _STEEL)
    for x in (x0 + 90, x1 - 190):
        c.fill(rounded(x, 768, 100, 24, 5), (16, 17, 18))
    body = (
        f"M{x0 + 34:g} 330 L{x1 - 34:g} 330 Q{x1:g} 330 {x1:g} 364 L{x1:g} 758 "
        f"L{x0:g} 758 L{x0:g} 364 Q{x0:g} 330 {x0 + 34:g} 330 Z"
    )
    _metal(c, body, _GREEN)
    c.soft([(x0, 420), (x1, 410), (x1, 450), (x0, 464)], (255, 255, 255), 0.22, 14, clip=body)
    _metal(c, rounded(x1 - 170, 284, 60, 52, 8), _STEEL)
    c.line(
        f"M{(x0 + x1) / 2 - 60:g} 330 C{(x0 + x1) / 2 - 50:g} 288 {(x0 + x1) / 2 + 50:g} 288 {(x0 + x1) / 2 + 60:g} 330",
        (40, 42, 44),
        15,
    )
    panels = 3 if side else 1
    width = (x1 - x0 - 60) / (panels + (0 if side else 0.0))
    for i in range(panels):
        px = x0 + 30 + i * width
        frame = rounded(px + 8, 400, width - 16, 318, 12)
        c.seam(frame, _GREEN, 4)
        if side and i == 1:
            _panel(c, px + width / 2)
            continue
        for y in range(470 if side else 560, 690, 22):
            c.line([(px + 36, y), (px + width - 36, y)], darker(_GREEN, 0.66), 10)
            c.line([(px + 36, y + 7), (px + width - 36, y + 7)], lighter(_GREEN, 0.25), 3)
        c.gradient(rounded(px + width - 48, 520 if side else 440, 22, 60, 8), ((0.0, (150, 154, 156)), (1.0, (44, 46, 48))))
    if not side:
        _label(c, "50 kW", (640, 500), 60, (244, 246, 244))
    _label(c, subject.label or "FD-50", (x0 + 150 if side else 560, 372), 38, (244, 246, 244))
    c.fill([(x1 - 110, 440), (x1 - 70, 440 + 66), (x1 - 150, 440 + 66)], (246, 196, 40))
    c.fill([(x1 - 112, 458), (x1 - 100, 458), (x1 - 106, 490), (x1 - 114, 490)], (24, 25, 26))


def _panel(c: Canvas, cx: float) -> None:
    c.gradient(rounded(cx - 100, 440, 200, 240, 10), ((0.0, (58, 61, 63)), (1.0, (30, 32, 33))))
    c.gradient(rounded(cx - 76, 462, 152, 70, 6), ((0.0, (146, 168, 140)), (1.0, (184, 202, 170))))
    _label(c, "400 V", (cx, 498), 34, (26, 34, 26))
    for i, colour in enumerate(((60, 190, 100), (236, 170, 40), (214, 52, 44))):
        c.disc(cx - 54 + i * 54, 568, 15, (18, 19, 20))
        c.disc(cx - 54 + i * 54, 568, 11, colour)
    c.disc(cx - 40, 630, 30, (200, 44, 40))
    c.disc(cx - 44, 624, 14, (236, 104, 92))
    c.gradient(rounded(cx + 16, 606, 60, 48, 6), ((0.0, (20, 21, 22)), (1.0, (60, 63, 65))))
