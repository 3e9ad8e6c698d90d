"""A painting surface in diagram units: anti-aliased fills, gradients, soft shades, through one camera.

Neighbours: every subject module paints on a ``Canvas``; ``photo`` makes one per picture and finishes it.
Invariants: nothing here reads a clock, a file or a random source; the surface is ``SUPER`` times the picture and is
reduced once at the end; every point passes through the same ``Camera``, so a pin and its damage never part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from server.demo.drawing.paths import Point, flatten

Colour = tuple[int, int, int]
Stop = tuple[float, Colour]
Box = tuple[int, int, int, int]
SUPER = 2
_SOFT = 8


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the phone stood: diagram units to picture pixels, with a slight turn and keystone."""

    scale: float
    centre: Point
    origin: Point
    turn: float = 0.0
    keystone: Point = (0.0, 0.0)

    def project(self, x: float, y: float) -> Point:
        """Picture pixels (before supersampling) of a point in units."""
        u, v = x - self.origin[0], y - self.origin[1]
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        u, v = u * cos - v * sin, u * sin + v * cos
        w = 1 + self.keystone[0] * u + self.keystone[1] * v
        return self.centre[0] + self.scale * u / w, self.centre[1] + self.scale * v / w


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """Colour between ``a`` (t = 0) and ``b`` (t = 1)."""
    return (
        round(a[0] + (b[0] - a[0]) * t),
        round(a[1] + (b[1] - a[1]) * t),
        round(a[2] + (b[2] - a[2]) * t),
    )


def lighter(c: Colour, t: float) -> Colour:
    """``c`` moved towards white by ``t``."""
    return mix(c, (255, 255, 255), t)


def darker(c: Colour, t: float) -> Colour:
    """``c`` moved towards black by ``t``."""
    return mix(c, (0, 0, 0), t)


@lru_cache(maxsize=512)
def gradient(stops: tuple[Stop, ...], length: int = 256) -> Image.Image:
    """A column one pixel wide, ``length`` high, running through ``stops`` (positions 0..1 in rising order)."""
    column = Image.new("RGB", (1, length))
    pixels: list[Colour] = []
    for i in range(length):
        t = i / max(1, length - 1)
        after = next((k for k, s in enumerate(stops) if s[0] >= t), len(stops) - 1)
        before = max(0, after - 1)
        span = stops[after][0] - stops[before][0]
        pixels.append(mix(stops[before][1], stops[after][1], 0 if span <= 0 else min(1, (t - stops[before][0]) / span)))
    column.putdata(pixels)
    return column


class Canvas:
    """The surface; sizes and points are in diagram units unless a name says pixels."""

    def __init__(self, backdrop: Image.Image, camera: Camera) -> None:
        self.image = backdrop
        self.camera = camera
        self.draw = ImageDraw.Draw(backdrop)
        self.k = camera.scale * SUPER

    def px(self, points: Iterable[Point]) -> list[Point]:
        """Surface pixels of points."""
        project = self.camera.project
        return [(x * SUPER, y * SUPER) for x, y in (project(*p) for p in points)]

    def _shape(self, shape: str | Sequence[Point]) -> list[Point]:
        return self.px(flatten(shape)[0] if isinstance(shape, str) else shape)

    def fill(self, shape: str | Sequence[Point], colour: Colour) -> None:
        """Flat fill."""
        self.draw.polygon(self._shape(shape), fill=colour)

    def _box(self, points: Sequence[Point], pad: int = 1) -> Box | None:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        box = (
            max(0, math.floor(min(xs)) - pad),
            max(0, math.floor(min(ys)) - pad),
            min(self.image.width, math.ceil(max(xs)) + pad),
            min(self.image.height, math.ceil(max(ys)) + pad),
        )
        return box if box[2] > box[0] and box[3] > box[1] else None

    def gradient(self, shape: str | Sequence[Point], stops: Sequence[Stop], *, across: bool = False) -> None:
        """Fill running through ``stops`` from the shape's top to its bottom (or left to right)."""
        points = self._shape(shape)
        box = self._box(points)
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(x - box[0], y - box[1]) for x, y in points], fill=255)
        column = gradient(tuple(stops))
        if across:
            column = column.transpose(Image.Transpose.ROTATE_90).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        self.image.paste(column.resize(size, Image.Resampling.NEAREST), box[:2], mask)

    def wash(self, stops: Sequence[Stop]) -> None:
        """Cover the whole surface with a run from top to bottom."""
        self.image.paste(gradient(tuple(stops)).resize(self.image.size, Image.Resampling.NEAREST))

    def soft(
        self,
        shape: str | Sequence[Point],
        colour: Colour,
        alpha: float,
        blur: float,
        clip: str | Sequence[Point] | None = None,
    ) -> None:
        """A blurred patch of colour (shadow, reflection); ``blur`` in units; ``clip`` keeps it inside an outline."""
        points = self._shape(shape)
        radius = max(0.6, blur * self.k / _SOFT)
        box = self._box(points, int(radius * _SOFT * 2.4) + _SOFT)
        outline = None if clip is None else self._shape(clip)
        if box is not None and outline is not None:
            box = _common(box, self._box(outline))
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        small = Image.new("L", (max(1, size[0] // _SOFT), max(1, size[1] // _SOFT)))
        kx, ky = small.width / size[0], small.height / size[1]
        ImageDraw.Draw(small).polygon([((x - box[0]) * kx, (y - box[1]) * ky) for x, y in points], fill=round(255 * alpha))
        mask = small.filter(ImageFilter.GaussianBlur(radius)).resize(size, Image.Resampling.BILINEAR)
        if outline is not None:
            stencil = Image.new("L", size)
            ImageDraw.Draw(stencil).polygon([(x - box[0], y - box[1]) for x, y in outline], fill=255)
            mask = ImageChops.multiply(mask, stencil)
        self.image.paste(colour, box, mask)

    def glaze(self, shape: str | Sequence[Point], colour: Colour, alpha: float) -> None:
        """A flat see-through fill."""
        points = self._shape(shape)
        box = self._box(points)
        if box is None:
            return
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        ImageDraw.Draw(mask).polygon([(x - box[0], y - box[1]) for x, y in points], fill=round(255 * alpha))
        self.image.paste(colour, box, mask)

    def line(self, shape: str | Sequence[Point], colour: Colour, width: float) -> None:
        """A stroke along a path, ``width`` in units (never thinner than one surface pixel)."""
        points = self._shape(shape)
        self.draw.line(points, fill=colour, width=max(1, round(width * self.k)), joint="curve")

    def seam(self, shape: str | Sequence[Point], paint: Colour, width: float = 2.2) -> None:
        """A door seam: a dark gap with the light caught on its far edge."""
        points = self._shape(shape)
        w = max(2, round(width * self.k))
        self.draw.line([(x + w * 0.7, y + w * 0.5) for x, y in points], fill=lighter(paint, 0.35), width=w, joint="curve")
        self.draw.line(points, fill=darker(paint, 0.62), width=w, joint="curve")

    def disc(self, cx: float, cy: float, r: float, colour: Colour) -> None:
        """A filled circle (follows the camera's scale, not its keystone)."""
        ((x, y),) = self.px([(cx, cy)])
        d = r * self.k
        self.draw.ellipse((x - d, y - d, x + d, y + d), fill=colour)

    def place(self, picture: Image.Image, corners: Sequence[Point]) -> None:
        """Paste an RGBA picture onto four corners (top left, top right, bottom right, bottom left)."""
        points = self.px(corners)
        box = self._box(points)
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        target = [(x - box[0], y - box[1]) for x, y in points]
        warped = picture.transform(size, Image.Transform.PERSPECTIVE, _unproject(target, picture.size), Image.Resampling.BILINEAR)
        self.image.paste(warped.convert("RGB"), box[:2], warped.getchannel("A"))


def _common(a: Box, b: Box | None) -> Box | None:
    if b is None:
        return None
    box = (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    return box if box[2] > box[0] and box[3] > box[1] else None


def _unproject(target: Sequence[Point], source: tuple[int, int]) -> list[float]:
    """Eight coefficients that carry target pixels back to a picture of size ``source``."""
    w, h = source
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(target, ((0, 0), (w, 0), (w, h), (0, h)), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        pivot = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(8):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [rows[i][8] / rows[i][i] for i in range(8)]
