"""One picture from end to end: backdrop, subject, damage, light, grain, JPEG.

Neighbours: the package's door; everything else in the package paints for it. Invariants: pure (equal arguments, equal
bytes); the camera of a shot comes only from view, seed and size, so ``locate`` answers where a pin lies in it.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

from PIL import Image

from server.demo.drawing import closeup, interior, kit, machine
from server.demo.drawing.canvas import SUPER, Camera, Canvas
from server.demo.drawing.damage import paint_damage
from server.demo.drawing.geometry import VAN
from server.demo.drawing.paths import Point
from server.demo.drawing.scene import PLATE, WALL_FOOT, enlarged, grade, grain, surroundings
from server.demo.drawing.subject import PAINTS, DrawnDamage, Kind, Readings, Scene, Subject, View
from server.demo.drawing.van import paint_van

_MAX_DAMAGES = 40
_OUTSIDE = (View.FRONT, View.LEFT, View.RIGHT, View.REAR)
_INSIDE = (View.CABIN, View.CARGO, View.DIAL, View.TYRE)
# Units per centimetre of the real van, and the smallest mark that a thumbnail still shows.
_PER_CM = {View.LEFT: 1.9, View.RIGHT: 1.9, View.FRONT: 4.1, View.REAR: 4.1}
_SMALLEST = {View.LEFT: 44.0, View.RIGHT: 44.0, View.FRONT: 62.0, View.REAR: 62.0}


def draw_photo(
    subject: Subject,
    view: View,
    *,
    damages: Sequence[DrawnDamage] = (),
    readings: Readings | None = None,
    seed: int = 0,
    size: tuple[int, int] = (1280, 960),
    scene: Scene | None = None,
) -> bytes:
    """A JPEG of ``subject`` from ``view``, as a phone would have taken it.

    ``damages`` appear where their view is the one shown; ``WIDE`` and ``CLOSE`` show the first of them.
    Raises ``ValueError`` when the subject has no such view, a damage shot has no damage, or there are too many.
    """
    if len(damages) > _MAX_DAMAGES:
        raise ValueError("too many damages on one picture")
    if not (64 <= size[0] <= 4096 and 64 <= size[1] <= 4096):
        raise ValueError("picture size out of range")
    where = scene or Scene()
    covered = view in (View.CABIN, View.CARGO, View.DIAL, View.CLOSE) or subject.kind is Kind.CAMERA_KIT
    if covered:  # nothing of the backdrop shows, and large soft surfaces need less supersampling
        image = Image.new("RGB", (size[0] * SUPER * 3 // 4, size[1] * SUPER * 3 // 4))
    else:
        image = _framed(where, seed, size, near=view is View.TYRE)
    if subject.kind is Kind.VAN:
        _van(image, subject, view, damages, readings or Readings(), seed, size, where)
    else:
        _other(image, subject, view, damages, readings or Readings(), seed, size, where)
    return _developed(image, where, seed, size)


def locate(view: View, x: int, y: int, *, seed: int, size: tuple[int, int] = (1280, 960)) -> Point:
    """Picture pixels of a pin (0..1000 of the diagram's width and height) in the van photo of that view and seed."""
    return camera(view, seed, size).project(x, y * VAN[view.value].height / 1000)


def camera(view: View, seed: int, size: tuple[int, int], close_to: Point | None = None) -> Camera:
    """The shot's camera; ``close_to`` (units) steps nearer to that point for a damage's wide shot."""
    rng = random.Random(f"{view}/{seed}")
    k = size[0] / 1280
    side = view in (View.LEFT, View.RIGHT)
    scale = (1.17 if side else 0.80) * k * rng.uniform(0.965, 1.03)
    origin: Point = (500.0, 225.0 if side else 450.0)
    foot = 425.0 if side else 868.0
    ground = (752 if side else 806) * size[1] / 960
    centre = (
        size[0] / 2 + rng.uniform(-16, 16) * k,
        ground - (foot - origin[1]) * scale + rng.uniform(-9, 9) * k,
    )
    turn, keystone = rng.uniform(-0.010, 0.010), (rng.uniform(-1, 1) * 4.5e-5, rng.uniform(-0.6, 1) * 3e-5)
    if close_to is not None:
        zoom = 1.55
        aim = (size[0] * 0.5, size[1] * 0.52)
        centre = (
            aim[0] + (origin[0] - close_to[0]) * scale * zoom * 0.72,
            aim[1] + (origin[1] - close_to[1]) * scale * zoom * 0.60 + 40 * k,
        )
        scale *= zoom
    return Camera(scale, centre, origin, turn, keystone)


def _framed(scene: Scene, seed: int, size: tuple[int, int], *, near: bool) -> Image.Image:
    """The seed's own piece of the backdrop, at the surface's size."""
    rng = random.Random(f"frame/{seed}")
    surface = (size[0] * SUPER, size[1] * SUPER)
    plate = enlarged(scene, surface)
    foot = WALL_FOOT / PLATE[1] * plate.height
    if not near and plate.height >= surface[1]:
        x = rng.randrange(plate.width - surface[0] + 1)
        y = round(foot - surface[1] * (0.69 + rng.uniform(-0.012, 0.012)))
        y = min(plate.height - surface[1], max(0, y))
        return plate.crop((x, y, x + surface[0], y + surface[1]))
    w = plate.width * (0.62 if near else 0.88)
    h = w * size[1] / size[0]
    if h > plate.height:
        h = float(plate.height)
        w = h * size[0] / size[1]
    x0 = rng.uniform(0, plate.width - w)
    y0 = min(plate.height - h, max(0.0, foot - h * 0.69))
    return plate.resize(surface, Image.Resampling.BILINEAR, box=(x0, y0, x0 + w, y0 + h))


def _van(
    image: Image.Image,
    subject: Subject,
    view: View,
    damages: Sequence[DrawnDamage],
    readings: Readings,
    seed: int,
    size: tuple[int, int],
    scene: Scene,
) -> None:
    around = surroundings(scene.light)
    if view in _INSIDE:
        interior.paint_interior(image, subject, view, readings, seed, scene)
        return
    if view in (View.CLOSE, View.WIDE):
        if not damages:
            raise ValueError("a damage shot needs its damage")
        if view is View.CLOSE:
            closeup.paint_closeup(image, subject, damages[0], seed, around)
            return
        first = damages[0]
        if first.view not in _OUTSIDE:
            raise ValueError(f"no outline for view {first.view}")
        target = (float(first.x), first.y * VAN[first.view.value].height / 1000)
        c = Canvas(image, camera(first.view, seed, size, target))
        shown = first.view
    elif view in _OUTSIDE:
        c = Canvas(image, camera(view, seed, size))
        shown = view
    else:
        raise ValueError(f"a van has no view {view}")
    paint_van(c, shown, subject, around, seed // 7)
    for damage in damages:
        if damage.view is shown:
            at = (float(damage.x), damage.y * VAN[shown.value].height / 1000)
            extent = max(_SMALLEST[shown], damage.size_cm * _PER_CM[shown])
            paint_damage(c, damage.kind, at, extent, PAINTS[subject.paint], damage.seed)
    if around.wet and view in _OUTSIDE:
        _mirror_on_ground(image, c, 425.0 if shown in (View.LEFT, View.RIGHT) else 868.0)


def _mirror_on_ground(image: Image.Image, c: Canvas, foot: float) -> None:
    """Wet ground gives the subject back, dim and smeared."""
    line = round(c.px([(500.0, foot)])[0][1])
    depth = min(image.height - line, round(150 * c.k), line)
    if depth < 8:
        return
    strip = image.crop((0, line - depth, image.width, line)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    strip = strip.resize((image.width // 8, max(2, depth // 12))).resize((image.width, depth), Image.Resampling.BICUBIC)
    fade = Image.linear_gradient("L").transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((image.width, depth))
    image.paste(strip, (0, line), fade.point([round(v * 0.42) for v in range(256)]))


def _other(
    image: Image.Image,
    subject: Subject,
    view: View,
    damages: Sequence[DrawnDamage],
    readings: Readings,
    seed: int,
    size: tuple[int, int],
    scene: Scene,
) -> None:
    around = surroundings(scene.light)
    if view is View.CLOSE:
        if not damages:
            raise ValueError("a damage shot needs its damage")
        closeup.paint_closeup(image, subject, damages[0], seed, around)
    elif view is View.DIAL:
        interior.paint_interior(image, subject, view, readings, seed, scene)
    elif subject.kind is Kind.CAMERA_KIT:
        kit.paint_kit(image, subject, seed, size)
    else:
        machine.paint_machine(image, subject, view, seed, size, around)


def _developed(image: Image.Image, scene: Scene, seed: int, size: tuple[int, int]) -> bytes:
    rng = random.Random(f"light/{seed}")
    full = image.width == size[0] * SUPER
    small = image.reduce(SUPER) if full else image.resize(size, Image.Resampling.HAMMING)
    finished = small.point(grade(scene.light, rng.uniform(0.96, 1.05)))
    out = io.BytesIO()
    grain(finished, seed).save(out, "JPEG", quality=75)
    return out.getvalue()
