"""A damage from arm's length: bare paint or glass, a panel edge, the damage, and a measuring strip.

Neighbours: ``photo`` calls it for the close shot; ``damage`` paints the damage itself. Invariants: drawn in a
1280 × 960 frame; the damage lies in the middle; the strip's marks are centimetres at the damage's scale.
"""

from __future__ import annotations

import random

from PIL import Image

from server.demo.drawing.canvas import SUPER, Camera, Canvas, Colour, darker, lighter, mix
from server.demo.drawing.damage import paint_damage
from server.demo.drawing.lettering import words
from server.demo.drawing.livery import accent
from server.demo.drawing.scene import Surroundings
from server.demo.drawing.subject import PAINTS, DamageKind, DrawnDamage, Kind, Subject

FRAME = (1280.0, 960.0)


def plain_camera(image: Image.Image, seed: int, *, sway: float = 1.0) -> Camera:
    """A camera for subjects drawn in a 1280 × 960 frame, swaying a little with the seed."""
    rng = random.Random(f"plain/{seed}")
    size = (image.width / SUPER, image.height / SUPER)
    scale = max(size[0] / FRAME[0], size[1] / FRAME[1]) * (1 + 0.05 * sway + rng.uniform(-0.02, 0.02) * sway)
    centre = (size[0] / 2 + rng.uniform(-12, 12) * sway, size[1] / 2 + rng.uniform(-9, 9) * sway)
    return Camera(
        scale,
        centre,
        (640.0, 480.0),
        rng.uniform(-0.012, 0.012) * sway,
        (rng.uniform(-3e-5, 3e-5) * sway, rng.uniform(-3e-5, 3e-5) * sway),
    )


def paint_closeup(image: Image.Image, subject: Subject, damage: DrawnDamage, seed: int, around: Surroundings) -> None:
    """Paint the close shot of ``damage`` over the whole of ``image``."""
    rng = random.Random(f"close/{damage.seed}")
    c = Canvas(image, plain_camera(image, seed, sway=1.6))
    paint = PAINTS[subject.paint] if subject.kind is Kind.VAN else (46, 48, 50)
    if subject.kind in (Kind.EXCAVATOR, Kind.GENERATOR):
        paint = (236, 168, 30)
    if damage.kind is DamageKind.CRACK:
        _glass(c, around)
    else:
        _panel(c, paint, around, subject, rng)
    size = 620.0 if damage.kind in (DamageKind.SCRATCH, DamageKind.DENT, DamageKind.DEFORMATION) else 520.0
    paint_damage(c, damage.kind, (640.0, 430.0), size, paint, damage.seed)
    _strip(c, size / max(2.0, damage.size_cm), rng)


def _panel(c: Canvas, paint: Colour, around: Surroundings, subject: Subject, rng: random.Random) -> None:
    c.wash(
        (
            (0.0, mix(lighter(paint, 0.4), around.sky, 0.35)),
            (0.28, lighter(paint, 0.16)),
            (0.45, paint),
            (0.72, darker(paint, 0.10)),
            (1.0, mix(darker(paint, 0.26), around.ground, 0.25)),
        ),
    )
    c.soft([(-200, 150), (1480, 110), (1480, 170), (-200, 220)], (255, 255, 255), 0.34, 30)
    c.soft([(-200, 690), (1480, 660), (1480, 860), (-200, 900)], mix(around.wall, (30, 30, 30), 0.4), 0.26, 36)
    c.soft([(180, -100), (420, -100), (240, 1060), (0, 1060)], (255, 255, 255), 0.12, 50)
    x = rng.choice((118.0, 1150.0))
    c.seam([(x, -200), (x + 8, 1160)], paint, 7)
    c.soft([(x - 40, -200), (x - 8, -200), (x, 1160), (x - 32, 1160)], (0, 0, 0), 0.22, 12)
    if subject.kind is Kind.VAN:
        colour = accent(subject)
        c.gradient([(-200, 770), (1480, 752), (1480, 1160), (-200, 1160)], ((0.0, colour), (1.0, darker(colour, 0.3))))


def _glass(c: Canvas, around: Surroundings) -> None:
    c.wash(
        ((0.0, mix(around.sky, (40, 54, 60), 0.35)), (0.5, (58, 70, 76)), (0.56, (38, 47, 52)), (1.0, (20, 25, 28))),
    )
    c.soft([(120, -200), (460, -200), (160, 1160), (-200, 1160)], (255, 255, 255), 0.26, 26)
    c.soft([(560, -200), (640, -200), (360, 1160), (280, 1160)], (255, 255, 255), 0.16, 18)
    c.soft([(760, 620), (1480, 560), (1480, 1160), (700, 1160)], (8, 10, 11), 0.6, 50)
    c.gradient(
        [(-200, 860), (1480, 820), (1480, 1160), (-200, 1160)],
        ((0.0, (60, 63, 65)), (0.2, (34, 36, 38)), (1.0, (18, 19, 20))),
    )


def _strip(c: Canvas, per_cm: float, rng: random.Random) -> None:
    x0, y0 = 330 + rng.uniform(-60, 60), 742 + rng.uniform(-14, 14)
    length = 620.0
    c.soft(
        [(x0 + 6, y0 + 10), (x0 + length + 10, y0 + 10), (x0 + length + 10, y0 + 84), (x0 + 6, y0 + 84)],
        (0, 0, 0),
        0.5,
        8,
    )
    c.gradient(
        [(x0, y0), (x0 + length, y0), (x0 + length, y0 + 74), (x0, y0 + 74)],
        ((0.0, (252, 250, 240)), (1.0, (228, 226, 214))),
    )
    c.fill([(x0, y0 + 62), (x0 + length, y0 + 62), (x0 + length, y0 + 74), (x0, y0 + 74)], (217, 72, 15))
    step = 1 if per_cm >= 16 else 5 if per_cm >= 5 else 10
    labelled = max(1, round(62 / per_cm / step)) * step
    count = int((length - 24) / (per_cm * step))
    for i in range(min(count, 200) + 1):
        x = x0 + 12 + i * step * per_cm
        long = (i * step) % labelled == 0
        c.line([(x, y0), (x, y0 + (26 if long else 14))], (24, 28, 28), 2.6)
        if long and x < x0 + length - 44:
            label = words(str(i * step), (24, 28, 28), 64)
            h = 22.0
            w = label.width * h / label.height
            c.place(label, [(x - w / 2, y0 + 32), (x + w / 2, y0 + 32), (x + w / 2, y0 + 32 + h), (x - w / 2, y0 + 32 + h)])
